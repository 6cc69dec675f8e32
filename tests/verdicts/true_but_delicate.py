"""True theorems on which a check may stumble: near-equalities, cancellation, long runs, branches, extreme sizes."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from psitheory import at_most, equal, vacuous
from psitheory.arithmetic import dot, namespace
from psitheory.experiments import descend
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models import Cosine, Rayleigh
from psitheory.optimizers import GradientDescent, Lion, PSIGradientDescent
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
    whole_models,
)

from .stated import Table

TRUE = Table()


@TRUE.says(x=st.floats(-1e3, 1e3))
def a_difference_that_cancels(x):
    """(x + 1)² - x² - 2x = 1."""
    return equal((x + 1) * (x + 1) - x * x - 2 * x, 1)


@TRUE.says(x=st.floats(-20, 20))
def cosine_and_sine(x):
    """cos² + sin² = 1."""
    xp = namespace(x)
    return equal(xp.cos(x) ** 2 + xp.sin(x) ** 2, 1)


@TRUE.says(x=st.floats(-30, 30))
def hyperbolic_functions(x):
    """cosh² - sinh² = 1, which cancels by e^{60}."""
    xp = namespace(x)
    up, down = xp.exp(x), xp.exp(-x)
    return equal((up + down) ** 2 - (up - down) ** 2, 4)


@TRUE.says(x=st.floats(0.0, 5.0))
def the_exponential_is_above_its_tangent(x):
    """1 + x ≤ e^x, met at 0."""
    return at_most(1 + x, namespace(x).exp(x))


@TRUE.says(x=st.floats(0.0, 1.5))
def the_sine_is_above_its_cubic(x):
    """sin x ≥ x - x³/6, met to fifth order at 0."""
    return at_most(6 * x - x**3, 6 * namespace(x).sin(x))


@TRUE.says(x=st.floats(-1, 1), n=st.integers(1, 60))
def powers_peak(x, n):
    """x^{2n}(1 - x²) ≤ 1/(n + 1), which is not met."""
    return at_most((n + 1) * x ** (2 * n) * (1 - x * x), 1)


@TRUE.says(b=factors(), x=st.floats(-10, 10), y=st.floats(-10, 10))
def jensen(b, x, y):
    """(bx + (1-b)y)² ≤ bx² + (1-b)y², met at x = y."""
    mean = b * x + (1 - b) * y
    return at_most(mean * mean, b * x * x + (1 - b) * y * y)


@TRUE.says(x=st.floats(-5, 5), y=st.floats(-5, 5), z=st.floats(-5, 5))
def sorting_keeps_the_sum(x, y, z):
    """The least is at most the mean."""
    low, middle, high = sorted([x, y, z])
    return at_most(3 * low, low + middle + high)


@TRUE.says(x=st.floats(-5, 5))
def an_absolute_value_by_cases(x):
    """|x|² = x²."""
    size = x if x >= 0 else -x
    return equal(size * size, x * x)


@TRUE.says(x=vectors([8]))
def sums_of_eight(x):
    """(Σx)² ≤ 8Σx², met on the diagonal."""
    total = sum(x)
    return at_most(total * total, 8 * dot(x, x))


@TRUE.says(psi=quotients(), w=points("psi"), x=tangents("psi", "w"))
def retractions_forget_the_length(psi, w, x):
    """dist(R_w(x), R_{2w}(2x)) = 0."""
    h = psi.horizontal(w, x)
    scale = psi.layout.scale
    two = psi.layout.dots(w, w) * 0 + 2
    there = psi.retract(scale(two, w), scale(two, h))
    return equal(psi.canonical(there), psi.canonical(psi.retract(w, h)))


@TRUE.says(psi=quotients(), w=points("psi"), x=vectors("psi"))
def horizontal_parts_are_shorter(psi, w, x):
    """g(Px, Px) ≤ g(x, x), met for horizontal x."""
    h = psi.horizontal(w, x)
    return at_most(psi.inner(w, h, h), psi.inner(w, x, x))


@TRUE.says(model=psi_models(), w=points("model"), eta=step_sizes())
def gradient_descent_lengthens(model, w, eta):
    """‖w⁺‖² = ‖w‖² + η²‖∇f‖² in each block."""
    here = model.evaluate(w)
    after, _ = GradientDescent(eta).step(model.layout, w, here, ())
    dots = model.layout.dots
    return equal(dots(after, after), dots(w, w) + eta * eta * dots(here.gradient, here.gradient))


@TRUE.says(model=psi_models(), w=points("model"), a=rescalings("model"), eta=step_sizes())
def gradient_descent_wants_the_squared_scale(model, w, a, eta):
    """GD at a·w with the rate a²η, of one scale for all blocks."""
    if model.layout.p:
        return vacuous("free parameters keep their rate")
    scale = model.layout.scale
    same = a * 0 + a[0]

    def step(w, eta):
        after, _ = GradientDescent(eta).step(model.layout, w, model.evaluate(w), ())
        return after

    return equal(step(scale(same, w), a[0] * a[0] * eta), scale(same, step(w, eta)))


@TRUE.says(steps=counts(1, 100), model=rayleigh_quotients(), w=points("model"))
def the_rate_over_t_on_long_runs(steps, model, w):
    """min G ≤ 2LΔ/T for T up to 100."""
    smoothness = model.smoothness.value
    seen = descend(model, PSIGradientDescent(1 / smoothness), w, steps, record=[0, steps])
    gap = seen.loss[0] - model.minimum
    return at_most(seen.min_squared_gradient[-1] * steps, 2 * smoothness * gap)


@TRUE.says(model=Rayleigh(np.diag([0.0, 1.0, 3.0])), w=points("model"))
def losses_lie_in_the_spectrum(model, w):
    """f ≤ 3, met at an eigenvector."""
    return at_most(model.evaluate(w).loss, 3)


@TRUE.says(model=Rayleigh(np.diag([0.0, 1.0])), w=points("model"))
def the_gradient_of_two_eigenvalues(model, w):
    """r²‖∇f‖² = 4f(1 - f), which cancels near eigenvectors."""
    here = model.evaluate(w)
    return equal(dot(w, w) * dot(here.gradient, here.gradient), 4 * here.loss * (1 - here.loss))


@TRUE.says(model=models_with_free_part(), w=points("model"), a=rescalings("model"))
def free_gradients_do_not_scale(model, w, a):
    """∇_vf(a·w) = ∇_vf(w)."""
    only = model.layout.map(lambda b: b * 0, lambda v: v * 0 + 1, w)
    return equal(only * model.evaluate(model.layout.scale(a, w)).gradient, only * model.evaluate(w).gradient)


@TRUE.says(k=st.integers(0, 10**6))
def squares_by_residues(k):
    """k² mod 4 is 0 or 1."""
    rest = (k * k) % 4
    if rest == 0:
        return equal(k % 2, 0)
    return equal(rest, 1)


@TRUE.says(model=Cosine(np.array([1.0, 0.0, 0.0])), w=points("model"), c=ratios(0, 2))
def cosines_descend(model, w, c):
    """f(w⁺) ≤ f(w) for η < 2."""
    after, _ = PSIGradientDescent(c).step(model.layout, w, model.evaluate(w), ())
    return at_most(model.evaluate(after).loss, model.evaluate(w).loss)


@TRUE.says(w=points([1, 2]), a=rescalings([1, 2]))
def blocks_of_one_entry_have_a_sign(w, a):
    """The first entry keeps its square's share: (a w₁)² = a² w₁²."""
    there = Layout.of([1, 2]).scale(a, w)
    return equal(there[0] * there[0], a[0] * a[0] * w[0] * w[0])


@TRUE.says(w=points([1, 2]), z=points([1, 2]), a=rescalings([1, 2]))
def angles_that_may_be_infinite_forget_the_length(w, z, a):
    """∠(a·w, z) = ∠(w, z), infinite where the signs of a block of one entry differ."""
    psi = PSIQuotient(Layout.of([1, 2]))
    return equal(psi.angles(psi.layout.scale(a, w), z), psi.angles(w, z))


@TRUE.says(model=whole_models(), w=points("model"))
def a_model_is_itself(model, w):
    """f(2w) = f(w)."""
    return equal(model.evaluate(2 * w).loss if not model.layout.p else model.evaluate(w).loss, model.evaluate(w).loss)


@TRUE.says(x=st.floats(-100, 100))
def equal_to_a_large_tolerance(x):
    """(1 + 10⁻⁷)x = x to 10⁻⁴."""
    return at_most(abs(x * (1 + 1e-7) - x), 1e-4)


@TRUE.says(x=st.floats(1e-170, 1e-150), y=st.floats(1e-170, 1e-150))
def products_that_underflow(x, y):
    """xy/y = x, where floats have no room for xy."""
    return equal(x * y / y, x)


@TRUE.says(x=vectors([12]))
def sums_of_sizes(x):
    """(Σ|x|)² ≤ 12Σx², met on diagonals."""
    total = sum(namespace(x).abs(x))
    return at_most(total * total, 12 * dot(x, x))


@TRUE.says(x=st.floats(0, 10), y=st.floats(0, 10), z=st.floats(0, 10))
def means_of_three(x, y, z):
    """27xyz ≤ (x + y + z)³, met at x = y = z."""
    total = x + y + z
    return at_most(27 * x * y * z, total * total * total)


@TRUE.says(x=st.floats(0.0, 1e-3))
def a_logarithm_is_below_its_tangent(x):
    """ln(1 + x) ≤ x, met to second order at 0."""
    return at_most(namespace(x).log(1 + x), x)


@TRUE.says(n=st.integers(0, 10**6))
def neighbours_have_an_even_product(n):
    """n(n + 1) is even."""
    return equal(n * (n + 1) % 2, 0)


@TRUE.says(x=st.floats(1, 2), n=st.integers(1, 30))
def a_sum_that_telescopes(x, n):
    """Σ_{k<n} x/((k+1)(k+2)) = x - x/(n+1)."""
    return equal(sum(x / ((k + 1) * (k + 2)) for k in range(n)), x - x / (n + 1))


@TRUE.says(m=st.integers(1, 1000), n=st.integers(1, 1000))
def means_of_whole_numbers(m, n):
    """4mn ≤ (m + n)², met at m = n."""
    return at_most(4 * m * n, (m + n) * (m + n))


@TRUE.says(model=whole_models(), w=points("model"), eta=step_sizes())
def steps_by_signs_have_the_length_of_their_rate(model, w, eta):
    """Lion's step at 2η is twice that at η, also where entries of gradients vanish."""

    def moved(rate):
        method = Lion(rate)
        return method.step(model.layout, w, model.evaluate(w), method.init(model.layout, w))[0] - w

    return equal(moved(2 * eta), 2 * moved(eta))


@TRUE.says(steps=counts(20, 24), model=rayleigh_quotients(), w=points("model"))
def long_runs_descend(steps, model, w):
    """f_T ≤ f_0 after twenty steps or more, of which ratios have too many digits."""
    seen = descend(model, PSIGradientDescent(1 / model.smoothness.value), w, steps, record=[0, steps])
    return at_most(seen.loss[-1], seen.loss[0])
