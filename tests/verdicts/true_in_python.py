"""True theorems as Python has them: functions of math, whole numbers, fractions, truth values, own floats."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import strategies as st

from psitheory import at_most, equal, vacuous
from psitheory.arithmetic import dot
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.strategies import points, quotients, rayleigh_quotients, step_sizes, vectors

from .stated import Table

TRUE = Table()

THREE = PSIQuotient(Layout.of([3]))


@TRUE.says(x=st.floats(-10, 10), y=st.floats(-10, 10))
def sine_of_a_sum_by_math(x, y):
    """sin(x + y) = sin x cos y + cos x sin y, where terms cancel."""
    return equal(math.sin(x + y), math.sin(x) * math.cos(y) + math.cos(x) * math.sin(y))


@TRUE.says(x=st.floats(1, 10**6))
def roots_that_cancel_by_math(x):
    """√(x² + 1) - x = 1/(√(x² + 1) + x)."""
    return equal(math.sqrt(x * x + 1) - x, 1 / (math.sqrt(x * x + 1) + x))


@TRUE.says(x=st.floats(2.0**-30, 1))
def exponential_less_one_by_math(x):
    """e^x - 1, in two ways."""
    return equal(math.exp(x) - 1, math.expm1(x))


@TRUE.says(x=st.floats(0.01, 1))
def powers_of_tenths(x):
    """x^.1 x^.9 = x: the exponents are no exact tenths."""
    return equal(math.pow(x, 0.1) * x**0.9, x)


@TRUE.says(x=step_sizes())
def three_tenths(x):
    """.1x + .2x = .3x: tenths are no floats."""
    return equal(0.1 * x + 0.2 * x, 0.3 * x)


@TRUE.says(n=st.integers(1, 60))
def three_tenths_of_whole_numbers(n):
    """.1n + .2n ≤ .3n."""
    return at_most(0.1 * n + 0.2 * n, 0.3 * n)


@TRUE.says(n=st.integers(1, 60))
def telescoping_quotients(n):
    """Σ_{k≤n} 1/k(k+1) = n/(n+1), by floats of whole numbers."""
    return equal(sum(1 / (k * (k + 1)) for k in range(1, n + 1)), n / (n + 1))


@TRUE.says(n=st.integers(1, 60), x=step_sizes())
def roots_of_whole_numbers(n, x):
    """√n x √n = nx: a root that math takes is a float in every arithmetic."""
    return equal(math.sqrt(n) * x * math.sqrt(n), n * x)


@TRUE.says(m=st.integers(1, 40))
def factorials(m):
    """Γ(m + 1) = m!, beyond what 64 bits hold."""
    return equal(math.gamma(m + 1), math.factorial(m))


@TRUE.says(x=points([3]))
def a_norm_by_math(x):
    """The root of a sum of squares by math: ‖x/r‖ = 1."""
    r = math.sqrt(sum(t * t for t in x))
    return equal(dot(x / r, x / r), 1)


@TRUE.says(x=vectors([4]))
def a_norm_by_numpy(x):
    """NumPy's norm, whose squares few rationals have roots of."""
    return equal(np.linalg.norm(x) ** 2, dot(x, x))


@TRUE.says(x=vectors([4]))
def a_variance_far_from_zero(x):
    """The variance of x + 1000 is that of x, where NumPy's cancels."""
    return equal(np.var(x + 1000), np.var(x))


@TRUE.says(w=points([3]), z=points([3]))
def distances_up_to_pi(w, z):
    """Distances are at most π, as a float has it."""
    return at_most(THREE.dist(w, z), math.pi)


@TRUE.says(w=points([3]))
def the_opposite_point_is_pi_away(w):
    """dist(w, -w) = π, as a float has it."""
    return equal(THREE.dist(w, -w), math.pi)


@TRUE.says(x=st.fractions(1, 5), n=st.integers(1, 5))
def bernoulli_for_fractions(x, n):
    """1 + n(x - 1) ≤ x^n."""
    return at_most(1 + n * (x - 1), x**n)


@TRUE.says(z=st.complex_numbers(max_magnitude=10), w=st.complex_numbers(max_magnitude=10))
def complex_numbers_commute(z, w):
    """Zw = wz."""
    return equal(z * w, w * z)


@TRUE.says(x=vectors([4]))
def truth_values(x):
    """3x/3 is close to x."""
    return equal(np.allclose(x * 3 / 3, x), True)


@TRUE.says(q=quotients(), w=points("q"), z=points("q"))
def logarithms_where_there_are_any(q, w, z):
    """‖log_w z‖ = dist(w, z), but for antipodal blocks, between which there is no logarithm."""
    return equal(q.norm(w, q.log(w, z)), q.dist(w, z))


@TRUE.says(w=points([3]), x=vectors([3]))
def zero_as_a_float(w, x):
    """⟨w,x⟩ - ⟨x,w⟩ = 0.0: no ratio is equal to a float by itself."""
    return equal(np.array([dot(w, x) - dot(x, w), dot(w, w) / (2 * dot(w, w))]), np.array([0.0, 0.5]))


@TRUE.says(w=points([3]), x=vectors([3]))
def a_branch_at_zero_as_a_float(w, x):
    """The same by a branch, which ratios take wrongly."""
    if dot(w, x) - dot(x, w) == 0.0:
        return equal(w, w)
    return equal(w, w + 1)


@TRUE.says(x=st.floats(0.1, 10), y=st.floats(0.1, 10), z=st.floats(0.1, 10))
def floats_associate(x, y, z):
    """(x + y) + z = x + (y + z), by floats of numbers."""
    if float((x + y) + z) == float(x + (y + z)):
        return equal(float(x), x)
    return equal(x, x + 1)


@TRUE.says(psi=quotients(), w=points("psi"))
def numbers_of_all_kinds_in_one_array(psi, w):
    """(0w₁, 1, 2.0) = (0, 1, 2)."""
    return equal(np.array([0 * w[0], 1, 2.0]), np.array([0.0, 1, 2]))


@TRUE.says(x=vectors([4]))
def rows_of_complex_numbers(x):
    """‖x‖² is the squared length of two complex entries."""
    z = x[:2] + 1j * x[2:]
    return equal(sum(abs(t) ** 2 for t in z), dot(x, x))


@TRUE.says(seed=st.integers(0, 10**6), n=st.integers(2, 20))
def products_of_orthogonal_matrices(seed, n):
    """QQᵀ = I, whose zeros are rounded as its ones are."""
    q, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(n, n)))
    return equal(q @ q.T, np.eye(n))


class Damped:
    """Gradient descent with a rate that math takes a root of."""

    def step(self, model, w, t):
        """Return the next point."""
        return w - model.evaluate(w).gradient * dot(w, w) / (math.sqrt(t + 1) * model.smoothness.value)


@TRUE.says(model=rayleigh_quotients(), w=points("model"), t=st.integers(0, 40))
def damped_steps_descend(model, w, t):
    """f(w⁺) ≤ f(w) at 1/(L√(t + 1))."""
    return at_most(model.evaluate(Damped().step(model, w, t)).loss, model.evaluate(w).loss)


# -- whole parts ------------------------------------------------------------------------------------


@TRUE.says(x=st.floats(-10, 10), y=st.floats(0.5, 10))
def division_with_a_rest(x, y):
    """[x/y] y + x mod y = x, where floats round the rest of a tiny negative number to y."""
    return equal(x // y * y + x % y, x)


@TRUE.says(x=st.floats(-10, 10))
def whole_parts_of_a_double(x):
    """[x] + [x + ½] = [2x]."""
    return equal(math.floor(x) + math.floor(x + 0.5), math.floor(2 * x))


@TRUE.says(x=vectors([3]))
def the_nearest_whole_number_is_near(x):
    """|x - round x| ≤ ½."""
    return at_most(abs(x - np.round(x)), 0.5)


@TRUE.says(x=st.floats(-1e9, 1e9), low=st.floats(-1e9, 1e9), high=st.floats(-1e9, 1e9))
def what_is_between_is_itself(x, low, high):
    """A line through (low, low) and (high, high) is x between them, though floats lose x beside long ends."""
    if not low < high:
        return vacuous("there is nothing between")
    return equal(np.interp(x, [low, high], [low, high]), np.clip(x, low, high))
