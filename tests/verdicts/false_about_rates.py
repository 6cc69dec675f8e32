"""False theorems about runs and bounds: constants 1 % too small, wrong exponents, false at large T."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from psitheory import at_most, equal, vacuous
from psitheory.arithmetic import dot, namespace
from psitheory.experiments import descend
from psitheory.models import Circle, Cosine, Fourier
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.strategies import (
    counts,
    factors,
    points,
    psi_models,
    ratios,
    rayleigh_quotients,
    rescalings,
    step_sizes,
    vectors,
    waves,
    whole_models,
)

from .stated import Table

FALSE = Table()


def least(model, method, w, steps):
    """Return Δ to the lowest value and min_{t<T} G."""
    seen = descend(model, method, w, steps)
    return seen.loss[0] - model.minimum, seen.min_squared_gradient[-1]


def quotient_bound(steps, model, w, bound, rate=1):
    smoothness = model.smoothness.value
    gap, smallest = least(model, PSIGradientDescent(rate / smoothness), w, steps)
    return at_most(smallest, bound(smoothness, gap, steps))


@FALSE.says(model=rayleigh_quotients(), w=points("model"))
def one_step_at_99_percent(model, w):
    """G(w_0) ≤ 0.99 · 2LΔ: the bound is met at the minimum."""
    return quotient_bound(1, model, w, lambda L, gap, T: 99 * L * gap / 50)


@FALSE.says(steps=counts(1, 8), model=rayleigh_quotients(), w=points("model"))
def a_half_of_the_bound(steps, model, w):
    """min G ≤ LΔ/T."""
    return quotient_bound(steps, model, w, lambda L, gap, T: L * gap / T)


@FALSE.says(steps=counts(2, 2), model=rayleigh_quotients(), w=points("model"))
def two_steps_at_97_percent(steps, model, w):
    """min G ≤ .57 · 2LΔ/T at T = 2, where Rayleigh quotients come to 2 - √2 = .5858."""
    return quotient_bound(steps, model, w, lambda L, gap, T: 57 * L * gap / (50 * T))


@FALSE.says(steps=counts(2, 10), model=rayleigh_quotients(), w=points("model"))
def a_rate_of_two_and_a_half(steps, model, w):
    """The bound at η = 2.5/L."""
    smoothness = model.smoothness.value
    gap, smallest = least(model, PSIGradientDescent(5 / (2 * smoothness)), w, steps)
    return at_most(smallest, 2 * smoothness * gap / steps)


@FALSE.says(model=waves(), w=points("model"))
def half_of_the_bound_on_waves(model, w):
    """G ≤ LΔ after one step."""
    return quotient_bound(1, model, w, lambda L, gap, T: L * gap)


@FALSE.says(direction=st.floats(0.1, 3.0))
def the_slope_of_a_cosine_stays_below_its_peak(direction):
    """|sin θ| ≤ .999."""
    return at_most(1000 * namespace(direction).sin(direction), 999)


@FALSE.says(x=st.floats(-100, 100), y=st.floats(-100, 100))
def cauchy_schwarz_one_percent_short(x, y):
    """2xy ≤ .99(x² + y²)."""
    return at_most(200 * x * y, 99 * (x * x + y * y))


@FALSE.says(x=vectors([6]), y=vectors([6]))
def cauchy_schwarz_in_six_dimensions_one_percent_short(x, y):
    """⟨x,y⟩² ≤ .99 ‖x‖²‖y‖²."""
    return at_most(100 * dot(x, y) * dot(x, y), 99 * dot(x, x) * dot(y, y))


@FALSE.says(x=st.floats(0, 1))
def a_product_below_its_peak(x):
    """x(1 - x)⁴ ≤ .0815: the peak is .08192 at x = 1/5."""
    return at_most(10_000 * x * (1 - x) ** 4, 815)


@FALSE.says(model=waves(), w=points("model"), eta=step_sizes())
def every_step_descends(model, w, eta):
    """f(w⁺) ≤ f(w) for any rate."""
    after, _ = PSIGradientDescent(eta).step(model.layout, w, model.evaluate(w), ())
    return at_most(model.evaluate(after).loss, model.evaluate(w).loss)


@FALSE.says(model=whole_models(), w=points("model"), a=rescalings("model"))
def gradients_have_degree_minus_two(model, w, a):
    """∇f(a·w) = ∇f(w)/a²."""
    scale = model.layout.scale
    return equal(scale(a * a, model.evaluate(scale(a, w)).gradient), model.evaluate(w).gradient)


@FALSE.says(model=psi_models(), w=points("model"), a=rescalings("model"), eta=step_sizes())
def euclidean_descent_is_equivariant(model, w, a, eta):
    """A step without the norms."""
    scale = model.layout.scale

    def step(w):
        after, _ = GradientDescent(eta).step(model.layout, w, model.evaluate(w), ())
        return after

    return equal(step(scale(a, w)), scale(a, step(w)))


@FALSE.says(model=rayleigh_quotients(), w=points("model"), c=ratios(0, 2))
def two_steps_contract_by_four_at_most(model, w, c):
    """Two steps keep a quarter of f - f*: a constant from nowhere."""
    seen = descend(model, PSIGradientDescent(c / model.smoothness.value), w, 2)
    gap = model.minimum
    return at_most(seen.loss[0] - gap, 4 * (seen.loss[-1] - gap))


@FALSE.says(model=waves(), w=points("model"), steps=counts(10, 60))
def ten_steps_are_enough(model, w, steps):
    """After ten steps at 1/L the run stands within 10⁻³ of a critical point: G ≤ 10⁻⁶."""
    seen = descend(model, PSIGradientDescent(1 / model.smoothness.value), w, steps)
    return at_most(seen.squared_gradient[-1], model.smoothness.value * 1e-6)


@FALSE.says(b=factors(), k=counts(1, 100))
def a_geometric_sum_is_below_twelve(b, k):
    """Σ_{j<k} x^j ≤ 12 for 7/8 < x < 1."""
    x = 1 - (1 - b) / 8
    return at_most(sum(x**j for j in range(k)), 12)


@FALSE.says(theta=st.floats(0.0, 3.2))
def a_minimum_at_zero(theta):
    """cos 3θ + cos θ ≥ -1.99: its minimum is -2."""
    model = Circle(Fourier([0.0, 1.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0]))
    xp = namespace(theta)
    w = xp.stack([xp.cos(theta), xp.sin(theta)])
    return at_most(-model.evaluate(w).loss, 1.99)


@FALSE.says(model=Cosine(np.array([1.0, 0.0])), w=points("model"), steps=counts(1, 30))
def a_cosine_at_99_percent(model, w, steps):
    """min G ≤ 2L_gΔ/T at η = 1/L_g with L_g = 1, one percent lowered."""
    gap, smallest = least(model, PSIGradientDescent(1), w, steps)
    return at_most(100 * smallest * steps, 198 * gap)


@FALSE.says(model=rayleigh_quotients(), w=points("model"), a=step_sizes())
def losses_have_degree_one(model, w, a):
    """f depends on the length: f(a w) = a f(w)."""
    return equal(model.evaluate(a * w).loss, a * model.evaluate(w).loss)


@FALSE.says(model=rayleigh_quotients(), w=points("model"), within_reach=False)
def hardly_anything_meets_the_hypothesis(model, w):
    """Under a hypothesis that hardly anything meets: G = 1 exactly implies f = 0."""
    squared = model.layout.dots(w, w)[0] * dot(model.evaluate(w).gradient, model.evaluate(w).gradient)
    if squared != 1:
        return vacuous("G is not 1")
    return equal(model.evaluate(w).loss, 7)


@FALSE.says(steps=counts(20, 30), model=rayleigh_quotients(), w=points("model"))
def the_last_gradient_is_as_small_as_twice_the_least(steps, model, w):
    """G_T ≤ 4LΔ/T after twenty steps: false where a run leaves a saddle so late."""
    smoothness = model.smoothness.value
    seen = descend(model, PSIGradientDescent(1 / smoothness), w, steps, record=[0, steps])
    return at_most(seen.squared_gradient[-1] * steps, 4 * smoothness * (seen.loss[0] - model.minimum))
