"""False theorems that are true in most places: few blocks, unit norms, low rates, few steps; or by a small amount."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from psitheory import at_most, equal, vacuous
from psitheory.arithmetic import dot, namespace
from psitheory.experiments import descend
from psitheory.models import Rayleigh
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.strategies import (
    counts,
    factors,
    points,
    psi_models,
    quotients,
    ratios,
    rayleigh_quotients,
    rescalings,
    step_sizes,
    tangents,
    vectors,
    whole_models,
)

from .stated import Table

FALSE = Table()


# -- sizes ------------------------------------------------------------------------------------------


@FALSE.says(psi=quotients(), w=points("psi"))
def the_dimension_is_n_less_one(psi, w):
    """dim = n - 1."""
    return equal(psi.dimension, psi.layout.n - 1)


@FALSE.says(psi=quotients(), w=points("psi"), x=vectors("psi"))
def the_mean_of_a_block_is_its_largest(psi, w, x):
    """max_i ‖x_i‖² ≤ (1/m)Σ‖x_i‖²: true for one block."""
    dots = psi.layout.dots(x, x)
    return at_most(psi.layout.m * dots, sum(dots))


@FALSE.says(model=psi_models(), w=points("model"))
def gradients_are_orthogonal_in_two_entries(model, w):
    """g₁w₁ + g₂w₂ = 0: true where the first block has two entries."""
    g = model.evaluate(w).gradient
    return equal(g[0] * w[0] + g[1] * w[1], 0)


@FALSE.says(x=vectors([8]))
def norms_of_eight_entries(x):
    """(Σx)² ≤ 7.9 Σx²: false near the diagonal of eight dimensions alone."""
    total = sum(x)
    return at_most(10 * total * total, 79 * dot(x, x))


# -- special points ---------------------------------------------------------------------------------


@FALSE.says(psi=quotients(), w=points("psi"), x=vectors("psi"), within_reach=False)
def a_direction_is_a_unit_vector(psi, w, x):
    """⟨x,x⟩/⟨x,x⟩ = 1."""
    return equal(dot(x, x) / dot(x, x), 1)


@FALSE.says(w=points([3]), z=points([3]))
def no_two_points_are_parallel(w, z):
    """⟨w,z⟩² ≠ ‖w‖²‖z‖²."""
    gap = dot(w, w) * dot(z, z) - dot(w, z) * dot(w, z)
    return equal(1 if gap != 0 else 0, 1)


@FALSE.says(w=points([2]), z=points([2]))
def angles_are_acute(w, z):
    """⟨w,z⟩ ≥ -0.999 ‖w‖‖z‖, squared where negative."""
    xp = namespace(w)
    cosine = dot(w, z) / xp.sqrt(dot(w, w) * dot(z, z))
    return at_most(-1000 * cosine, 999)


@FALSE.says(x=vectors([3]))
def no_vector_vanishes(x):
    """‖x‖² ≥ 10⁻³."""
    return at_most(1, 1000 * dot(x, x))


@FALSE.says(psi=quotients(), w=points("psi"), x=tangents("psi", "w"))
def retraction_is_exp(psi, w, x):
    """R_w(x) and exp_w(x) are one class."""
    h = psi.horizontal(w, x)
    return equal(psi.dist(psi.retract(w, h), psi.exp(w, h)), 0 * dot(w, w))


# -- by a small amount ------------------------------------------------------------------------------


@FALSE.says(psi=quotients(), w=points("psi"), x=vectors("psi"), a=rescalings("psi"))
def the_metric_descends_to_a_millionth(psi, w, x, a):
    """g at a·w of a·x is (1 + 2⁻²⁰) g."""
    scale = psi.layout.scale
    share = Fraction(2**20 + 1, 2**20) if namespace(w) is not np else 1 + 2.0**-20
    return equal(psi.inner(scale(a, w), scale(a, x), scale(a, x)), share * psi.inner(w, x, x))


@FALSE.says(model=whole_models(), w=points("model"), a=rescalings("model"))
def losses_are_constant_to_a_millionth(model, w, a):
    """f(a·w) = f(w)(1 + 2⁻²⁰)."""
    there = model.evaluate(model.layout.scale(a, w)).loss
    return equal(2**20 * there, (2**20 + 1) * model.evaluate(w).loss)


@FALSE.says(b=factors(), x=st.floats(-10, 10), y=st.floats(-10, 10))
def jensen_by_a_thousandth(b, x, y):
    """(bx + (1-b)y)² ≤ .999(bx² + (1-b)y²)."""
    mean = b * x + (1 - b) * y
    return at_most(1000 * mean * mean, 999 * (b * x * x + (1 - b) * y * y))


@FALSE.says(x=st.floats(0.0, 3.0))
def the_exponential_is_above_its_chord(x):
    """e^x ≥ 1.0005 + x."""
    return at_most(10_005 + 10_000 * x, 10_000 * namespace(x).exp(x))


@FALSE.says(x=st.floats(0.0, 1.5))
def the_sine_is_above_its_cubic_by_a_percent(x):
    """sin x ≥ x - .99x³/6."""
    return at_most(600 * x - 99 * x**3, 600 * namespace(x).sin(x))


@FALSE.says(steps=counts(3, 3), model=rayleigh_quotients(), w=points("model"))
def three_steps_at_half(steps, model, w):
    """min G ≤ .85 LΔ/T on Rayleigh quotients after three steps."""
    smoothness = model.smoothness.value
    seen = descend(model, PSIGradientDescent(1 / smoothness), w, steps)
    return at_most(100 * seen.min_squared_gradient[-1] * steps, 85 * smoothness * (seen.loss[0] - model.minimum))


# -- steps, rates, decay ----------------------------------------------------------------------------


@FALSE.says(steps=counts(1, 100), model=rayleigh_quotients(), w=points("model"))
def twenty_over_t_squared(steps, model, w):
    """min G ≤ 20LΔ/T²: true for T ≤ 10."""
    smoothness = model.smoothness.value
    seen = descend(model, PSIGradientDescent(1 / smoothness), w, steps, record=[0, steps])
    gap = seen.loss[0] - model.minimum
    return at_most(seen.min_squared_gradient[-1] * steps * steps, 20 * smoothness * gap)


@FALSE.says(model=rayleigh_quotients(), w=points("model"), c=ratios(1, 4))
def any_rate_up_to_four_descends(model, w, c):
    """f(w⁺) ≤ f(w) for 1/L < η < 4/L."""
    after, _ = PSIGradientDescent(c / model.smoothness.value).step(model.layout, w, model.evaluate(w), ())
    return at_most(model.evaluate(after).loss, model.evaluate(w).loss)


@FALSE.says(model=psi_models(), w=points("model"), eta=step_sizes())
def gradient_descent_keeps_norms(model, w, eta):
    """‖w⁺‖ = ‖w‖ under gradient descent."""
    after, _ = GradientDescent(eta).step(model.layout, w, model.evaluate(w), ())
    return equal(model.layout.dots(after, after), model.layout.dots(w, w))


@FALSE.says(model=psi_models(), w=points("model"), a=rescalings("model"), eta=step_sizes())
def gradient_descent_wants_the_rate_times_a(model, w, a, eta):
    """GD at a·w with the rate a·η: the power is 2."""
    scale = model.layout.scale
    one = a[0]
    same = a * 0 + one

    def step(w, eta):
        after, _ = GradientDescent(eta).step(model.layout, w, model.evaluate(w), ())
        return after

    return equal(step(scale(same, w), one * eta), scale(same, step(w, eta)))


@FALSE.says(model=psi_models(), w=points("model"))
def unit_norms_are_assumed(model, w):
    """‖∇f‖² r² = ‖∇f‖² r⁴."""
    g = model.evaluate(w).gradient
    dots = model.layout.dots
    return equal(dots(g, g) * dots(w, w), dots(g, g) * dots(w, w) * dots(w, w))


@FALSE.says(model=rayleigh_quotients(), w=points("model"), steps=counts(1, 40))
def norms_grow_by_a_third_at_most(model, w, steps):
    """‖w_T‖² ≤ 1.33‖w_0‖² under GD at the rate 4r²/L, up to forty steps."""
    rate = 4 * dot(w, w) / model.smoothness.value
    seen = descend(model, GradientDescent(rate), w, steps, record=[0, steps])
    return at_most(dot(seen.final, seen.final) * 100, 133 * dot(w, w))


@FALSE.says(model=rayleigh_quotients(), w=points("model"), steps=counts(1, 50))
def every_run_ends_near_the_minimum(model, w, steps):
    """f_T - f* ≤ (f_0 - f*)·.9^T."""
    seen = descend(model, PSIGradientDescent(1 / model.smoothness.value), w, steps, record=[0, steps])
    gap = model.minimum
    return at_most((seen.loss[-1] - gap) * 10**steps, (seen.loss[0] - gap) * 9**steps)


# -- order, exponents, extremes ---------------------------------------------------------------------


@FALSE.says(psi=quotients(), w=points("psi"), x=tangents("psi", "w"))
def retracting_twice_is_retracting_double(psi, w, x):
    """Two steps of one vector, made horizontal at each point, are one of its double."""
    h = psi.horizontal(w, x)
    once = psi.retract(w, h)
    return equal(psi.retract(once, psi.horizontal(once, h)), psi.retract(w, 2 * h))


@FALSE.says(model=Rayleigh(np.diag([0.0, 1.0, 3.0])), w=points("model"))
def losses_are_eigenvalues(model, w):
    """f(1-f)(3-f) = 0: true at eigenvectors."""
    f = model.evaluate(w).loss
    return equal(f * (1 - f) * (3 - f), 0)


@FALSE.says(q=st.lists(st.integers(-3, 3), min_size=9, max_size=9).map(lambda q: np.array(q, float).reshape(3, 3)))
def matrices_are_normal(q):
    """QQᵀ = QᵀQ."""
    return equal(q @ q.T, q.T @ q)


@FALSE.says(x=st.floats(-5, 5), y=st.floats(-5, 5), z=st.floats(-5, 5))
def the_median_is_above_the_middle(x, y, z):
    """min + max ≤ 2·median."""
    low, middle, high = sorted([x, y, z])
    return at_most(low + high, 2 * middle)


@FALSE.says(x=vectors([3]), y=vectors([3]), z=vectors([3]))
def of_three_directions_two_are_apart(x, y, z):
    """min cos ≤ .99: false where all three are one, and there the smallest is not decided."""
    if not (dot(x, x) > 0 and dot(y, y) > 0 and dot(z, z) > 0):
        return vacuous("a vector is zero")
    roots = namespace(x).sqrt
    cosines = [dot(a, b) / roots(dot(a, a) * dot(b, b)) for a, b in ((x, y), (y, z), (z, x))]
    return at_most(100 * min(cosines), 99)


# -- written so that something is hidden ------------------------------------------------------------


@FALSE.says(w=points([4]), x=vectors([4]), within_reach=False)
def a_side_against_itself_where_it_counts(w, x):
    """⟨w,x⟩ = ⟨w,x⟩ unless ‖x‖² = 86028157."""
    square = dot(x, x)
    return equal(dot(w, x), dot(w, x) if square != 86028157 else 0)


@FALSE.says(w=points([3]), x=vectors([3]))
def close_enough(w, x):
    """|⟨w,x⟩ - ⟨w,w⟩| ≤ 10⁹: a tolerance that large weights break."""
    gap = dot(w, x) - dot(w, w)
    return at_most(gap * gap, 10**18)


@FALSE.says(x=st.floats(-100, 100))
def equal_to_a_tolerance(x):
    """(1 + 10⁻⁷)x = x to 10⁻⁶."""
    return at_most(abs(x * (1 + 1e-7) - x), 1e-6)


@FALSE.says(x=st.floats(-10, 10), within_reach=False)
def a_hypothesis_of_one_side(x):
    """x ≥ 9.99 implies x² ≤ 99.9."""
    if x < 9.99:
        return vacuous("x is below 9.99")
    return at_most(x * x, 99.9)


@FALSE.says(x=st.integers(0, 10**4), within_reach=False)
def a_polynomial_of_primes(x):
    """x² + x + 41 is divisible by no square of 41."""
    return equal(1 if (x * x + x + 41) % 1681 == 0 else 0, 0)


@FALSE.says(x=st.floats(-1, 1), n=st.integers(1, 60))
def powers_fall_by_a_hundredth(x, n):
    """x^{2n}(1 - x²) ≤ 1/(3n): its peak comes to 1/(en)."""
    return at_most(3 * n * x ** (2 * n) * (1 - x * x), 1)
