"""False theorems that fail at an edge of their domain: along an axis or a diagonal, for one size, on long runs."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from psitheory import at_most, equal
from psitheory.arithmetic import dot, namespace
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models import Rayleigh
from psitheory.optimizers import PSIGradientDescent
from psitheory.strategies import (
    factors,
    models_with_free_part,
    points,
    psi_models,
    ratios,
    rayleigh_quotients,
    vectors,
)

from .stated import Table

FALSE = Table()

THREE = Layout.of([2, 3, 2])


@FALSE.says(x=vectors([12]))
def sums_of_sizes_of_twelve(x):
    """(Σ|x|)² ≤ 11.8 Σx²: false near diagonals of twelve dimensions."""
    total = sum(namespace(x).abs(x))
    return at_most(10 * total * total, 118 * dot(x, x))


@FALSE.says(x=vectors([10]))
def no_entry_is_nearly_all(x):
    """x₁² ≤ .99 ‖x‖²: false near one axis of ten."""
    return at_most(100 * x[0] * x[0], 99 * dot(x, x))


@FALSE.says(w=points([2, 3, 2]))
def norms_of_three_blocks(w):
    """(Σr_i)² ≤ 2.95 Σr_i²: false near equal norms of three blocks."""
    norms = THREE.norms(w)
    return at_most(100 * sum(norms) * sum(norms), 295 * sum(THREE.dots(w, w)))


@FALSE.says(w=points([3]), z=points([3]))
def no_two_points_are_nearly_parallel(w, z):
    """⟨w,z⟩² ≤ .99 ‖w‖²‖z‖²."""
    return at_most(100 * dot(w, z) * dot(w, z), 99 * dot(w, w) * dot(z, z))


@FALSE.says(w=points([1, 2]), z=points([1, 2]))
def blocks_of_one_entry_have_angles(w, z):
    """⟨w_i,z_i⟩² ≤ .9999 ‖w_i‖²‖z_i‖²: never true for d = 1."""
    dots = Layout.of([1, 2]).dots
    return at_most(10_000 * dots(w, z) * dots(w, z), 9_999 * dots(w, w) * dots(z, z))


@FALSE.says(w=points([1, 2]), z=points([1, 2]))
def no_two_points_are_far_apart(w, z):
    """d ≤ 10: infinite where the signs of a block of one entry differ."""
    return at_most(PSIQuotient(Layout.of([1, 2])).dist(w, z), 10)


@FALSE.says(x=vectors([3]), y=vectors([3]))
def two_vectors_differ(x, y):
    """‖x - y‖² ≥ 10⁻⁶."""
    return at_most(1, 10**6 * dot(x - y, x - y))


@FALSE.says(model=Rayleigh(np.diag([0.0, 1.0])), w=points("model"))
def slopes_bound_the_gap(model, w):
    """f - f* ≤ 30 r²‖∇f‖²: false near the maximum."""
    here = model.evaluate(w)
    return at_most(here.loss, 30 * dot(w, w) * dot(here.gradient, here.gradient))


@FALSE.says(model=models_with_free_part(), w=points("model"))
def free_gradients_scale_too(model, w):
    """2‖∇f(2w)‖ = ‖∇f(w)‖ where the free parameters stay."""
    two = model.layout.norms(w) * 0 + 2
    there, here = model.evaluate(model.layout.scale(two, w)).gradient, model.evaluate(w).gradient
    return equal(4 * dot(there, there), dot(here, here))


@FALSE.says(model=psi_models(), w=points("model"))
def blocks_share_their_norms(model, w):
    """Σr_i²‖g_i‖² = Σr_i² Σ‖g_i‖²: true for one block."""
    dots, g = model.layout.dots, model.evaluate(w).gradient
    return equal(sum(dots(w, w) * dots(g, g)), sum(dots(w, w)) * sum(dots(g, g)))


@FALSE.says(model=rayleigh_quotients(), w=points("model"), c=factors())
def rates_commute(model, w, c):
    """A step of the rate c/L and one of 1/2L may be exchanged."""

    def both(first, second):
        out = w
        for rate in (first, second):
            method = PSIGradientDescent(rate / model.smoothness.value)
            out, _ = method.step(model.layout, out, model.evaluate(out), ())
        return model.layout.units(out)

    half = c / c / 2
    return equal(both(c, half), both(half, c))


@FALSE.says(x=st.floats(0, 10), y=st.floats(0, 10), z=st.floats(0, 10))
def means_of_three_by_half_a_percent(x, y, z):
    """27xyz ≤ .995 (x + y + z)³: false near x = y = z."""
    total = x + y + z
    return at_most(27_000 * x * y * z, 995 * total * total * total)


@FALSE.says(m=st.integers(1, 1000), n=st.integers(1, 1000))
def products_of_whole_numbers(m, n):
    """4mn ≤ .9999(m + n)²: false near m = n."""
    return at_most(40_000 * m * n, 9_999 * (m + n) * (m + n))


@FALSE.says(n=st.integers(1, 40))
def doubling_overtakes_at_once(n):
    """N ≤ .99·2^{n-1}: false for n = 1 and 2."""
    return at_most(100 * n, 99 * 2 ** (n - 1))


@FALSE.says(x=st.floats(0, 1))
def a_narrow_peak_is_lower(x):
    """1/(1 + 10⁴(x - .7)²) ≤ .99: the peak at .7 comes to 1."""
    off = 10 * x - 7
    return at_most(100, 99 * (1 + 100 * off * off))


@FALSE.says(x=st.floats(-3, 3), y=st.floats(-3, 3))
def a_valley_has_no_floor(x, y):
    """(1 - x)² + 100(y - x²)² ≥ 10⁻³: false in the bend of Rosenbrock's valley."""
    bend = y - x * x
    return at_most(1, 1000 * ((1 - x) * (1 - x) + 100 * bend * bend))


@FALSE.says(x=ratios(0, 1))
def squares_fall_by_a_millionth(x):
    """(1 + 10⁻⁶)x² ≤ x: false in the last millionth below 1."""
    return at_most(1_000_001 * x * x, 1_000_000 * x)


@FALSE.says(x=ratios(0, 2))
def rates_below_two_are_far_from_it(x):
    """1 ≤ 10⁶·x(2 - x): false beside both ends."""
    return at_most(1, 1_000_000 * x * (2 - x))


def _lowers(model, w, hundredths):
    """Claim f(w⁺) ≤ f(w) at η = hundredths/100L."""
    method = PSIGradientDescent(hundredths / (100 * model.smoothness.value))
    moved, _ = method.step(model.layout, w, model.evaluate(w), method.init(model.layout, w))
    return at_most(model.evaluate(moved).loss, model.evaluate(w).loss)


@FALSE.says(model=rayleigh_quotients(), w=points("model"))
def steps_a_hundredth_beyond_two_over_l_descend(model, w):
    """f(w⁺) ≤ f(w) at 2.02/L: false near minima only, and met where w stands still."""
    return _lowers(model, w, 202)


# -- where whole parts jump -------------------------------------------------------------------------


@FALSE.says(x=st.floats(-10, 10))
def halves_are_rounded_up(x):
    """round x = [x + ½]: of two nearest numbers the even one is taken."""
    return equal(round(x), math.floor(x + 0.5))


@FALSE.says(x=st.floats(-10, 10))
def rests_do_not_change_their_sign(x):
    """(-x) mod 3 = 3 - x mod 3: but 0 = 0."""
    return equal((-x) % 3, 3 - x % 3)


@FALSE.says(x=st.floats(-10, 10))
def no_number_is_in_the_middle(x):
    """|x - round x| ≤ .4999."""
    return at_most(10_000 * abs(x - round(x)), 4_999)
