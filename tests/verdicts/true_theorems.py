"""True theorems that a check might doubt: met bounds, zero sides, branches that are taken, roots, equal points."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from psitheory import at_most, equal, vacuous
from psitheory.arithmetic import dot, namespace
from psitheory.experiments import descend
from psitheory.models import Cosine
from psitheory.optimizers import PSIGradientDescent
from psitheory.strategies import (
    counts,
    factors,
    models_with_free_part,
    points,
    psi_models,
    quotients,
    ratios,
    rayleigh_quotients,
    rescalings,
    step_sizes,
    tangents,
    vectors,
    waves,
    whole_models,
)

from .stated import Table

TRUE = Table()


@TRUE.says(x=vectors([5]), y=vectors([5]))
def cauchy_schwarz_is_met(x, y):
    """⟨x,y⟩² ≤ ‖x‖²‖y‖², an equality for parallel vectors."""
    return at_most(dot(x, y) * dot(x, y), dot(x, x) * dot(y, y))


@TRUE.says(x=st.floats(-1e6, 1e6), y=st.floats(-1e6, 1e6))
def the_mean_of_squares(x, y):
    """2xy ≤ x² + y²."""
    return at_most(2 * x * y, x * x + y * y)


@TRUE.says(x=st.floats(0, 1))
def a_product_at_its_peak(x):
    """x(1 - x) ≤ 1/4, met at 1/2."""
    return at_most(4 * x * (1 - x), 1)


@TRUE.says(x=st.floats(-50, 50))
def a_wave_at_its_peak(x):
    """sin x ≤ 1, met."""
    return at_most(namespace(x).sin(x), 1)


@TRUE.says(w=points([2, 2]))
def squares_of_sums(w):
    """(r₁² + r₂²)² ≤ 2(r₁⁴ + r₂⁴)."""
    a, b = dot(w[:2], w[:2]), dot(w[2:], w[2:])
    return at_most((a + b) * (a + b), 2 * (a * a + b * b))


@TRUE.says(steps=counts(1, 8), model=rayleigh_quotients(), w=points("model"))
def two_l_delta_over_t(steps, model, w):
    """min G ≤ 2LΔ/T, which nearly holds with equality at T = 1."""
    smoothness = model.smoothness.value
    seen = descend(model, PSIGradientDescent(1 / smoothness), w, steps)
    return at_most(seen.min_squared_gradient[-1], 2 * smoothness * (seen.loss[0] - model.minimum) / steps)


@TRUE.says(model=Cosine(np.array([1.0, 0.0])), w=points("model"))
def a_cosine_descends_within_its_constant(model, w):
    """G ≤ 2L_gΔ with L_g = 1: (sin θ)² ≤ 2(1 - cos θ), met at the minimum."""
    seen = descend(model, PSIGradientDescent(1), w, 1)
    return at_most(seen.min_squared_gradient[-1], 2 * (seen.loss[0] + 1))


@TRUE.says(model=waves(), w=points("model"), c=ratios(0, 2))
def steps_below_two_over_l_descend(model, w, c):
    """f(w⁺) ≤ f(w) for η < 2/L."""
    after, _ = PSIGradientDescent(c / model.smoothness.value).step(model.layout, w, model.evaluate(w), ())
    return at_most(model.evaluate(after).loss, model.evaluate(w).loss)


@TRUE.says(psi=quotients(), w=points("psi"), x=tangents("psi", "w"))
def horizontal_steps_lengthen(psi, w, x):
    """‖w + x‖² ≥ ‖w‖² for horizontal x."""
    moved = w + psi.horizontal(w, x)
    return at_most(psi.layout.dots(w, w), psi.layout.dots(moved, moved))


@TRUE.says(model=psi_models(), w=points("model"))
def gradients_are_orthogonal(model, w):
    """⟨w_i, ∇_i f⟩ = 0: both sides are zero."""
    return equal(model.layout.dots(w, model.evaluate(w).gradient), 0)


@TRUE.says(model=models_with_free_part(), w=points("model"), a=rescalings("model"))
def gradients_have_degree_minus_one(model, w, a):
    """∇_i f(a·w) = ∇_i f(w)/a_i, free parameters as they are."""
    scale = model.layout.scale
    return equal(scale(a, model.evaluate(scale(a, w)).gradient), model.evaluate(w).gradient)


@TRUE.says(model=psi_models(), w=points("model"), a=rescalings("model"), eta=step_sizes())
def steps_are_equivariant(model, w, a, eta):
    """A step from a·w leads to a times where a step from w leads."""
    scale = model.layout.scale

    def step(w):
        after, _ = PSIGradientDescent(eta).step(model.layout, w, model.evaluate(w), ())
        return after

    return equal(step(scale(a, w)), scale(a, step(w)))


@TRUE.says(psi=quotients(), w=points("psi"), x=vectors("psi"), a=rescalings("psi"))
def the_metric_descends(psi, w, x, a):
    """g at a·w of a·x is g at w of x."""
    scale = psi.layout.scale
    return equal(psi.inner(scale(a, w), scale(a, x), scale(a, x)), psi.inner(w, x, x))


@TRUE.says(psi=quotients(), w=points("psi"), z=points("psi"))
def distances_are_symmetric(psi, w, z):
    """dist(w, z) = dist(z, w), equal and opposite points included."""
    return equal(psi.dist(w, z), psi.dist(z, w))


@TRUE.says(k=st.integers(0, 60))
def a_branch_that_both_kinds_of_numbers_take(k):
    """k(k+1) is even, by cases."""
    if k % 2:
        return equal((k * (k + 1)) % 2, 0)
    return equal(k % 2, 0)


@TRUE.says(x=st.integers(-30, 30))
def nothing_is_claimed_of_zero(x):
    """x/x = 1 but for 0."""
    if x == 0:
        return vacuous("x is zero")
    return equal(x / x, 1)


@TRUE.says(b=factors(), k=counts(1, 40))
def a_geometric_sum(b, k):
    """Σ_{j<k} b^j (1 - b) = 1 - b^k."""
    return equal(sum(b**j for j in range(k)) * (1 - b), 1 - b**k)


@TRUE.says(model=whole_models(), w=points("model"), a=rescalings("model"))
def losses_are_constant_on_orbits(model, w, a):
    """f(a·w) = f(w)."""
    return equal(model.evaluate(model.layout.scale(a, w)).loss, model.evaluate(w).loss)


@TRUE.says(z=st.just(np.array([1, 2], np.float32)))
def single_precision_is_a_number(z):
    """z₀ + z₁ = z₁ + z₀."""
    return equal(z[0] + z[1], z[1] + z[0])


@TRUE.says(z=st.just(np.array([1.5e308, 1.5e308])))
def numbers_near_the_end_of_floats(z):
    """z₀ - z₁ = 0."""
    return equal(z[0] - z[1], 0)


@TRUE.says(w=points([2, 2]))
def two_radii(w):
    """(Σ r_i²)² ≤ 3 Σ r_i⁴ for two blocks."""
    a, b = dot(w[:2], w[:2]), dot(w[2:], w[2:])
    return at_most((a + b) * (a + b), 3 * (a * a + b * b))


@TRUE.says(x=st.floats(-1e3, 1e3), eps=st.floats(1e-9, 1e-3))
def a_small_excess(x, eps):
    """x² ≤ (1 + ε)x², nearly met everywhere."""
    return at_most(x * x, (1 + eps) * x * x)
