r"""Linear convergence of PSI-GD under gradient domination, and its rate near a minimum.

Statement
---------
If :math:`G \ge 2\mu(f - f^*)` **on** :math:`\{f \le f(w_0)\}`, then PSI-GD at :math:`\eta = 1/L` never leaves that set
and :math:`f(w_T) - f^* \le (1 - \mu/L)^T(f(w_0) - f^*)`.  Near a nondegenerate minimum the **distance** contracts by
:math:`\rho(I - \eta\,\mathrm{Hess} f)`, and :math:`f - f^*` by its square (generic start).

For the Rayleigh quotient with a simple lowest eigenvalue: :math:`G \ge 4(f-\lambda_1)(\lambda_2-f)`, so for
:math:`f(w_0) < \lambda_2`

.. math:: f(w_T) - \lambda_1 \le \Bigl(1 - \frac{\lambda_2 - f(w_0)}{\lambda_{\max} - \lambda_1}\Bigr)^T
          (f(w_0) - \lambda_1),

and the distance contracts by :math:`\max_{i\ge2}|1 - 2\eta(\lambda_i - \lambda_1)|`.

Assumptions
-----------
f is PSI and :math:`C^{1,1}` with the stated L.  Domination on all classes is impossible for p = 0 unless f is
constant: at a maximum G = 0.  The local rate needs a :math:`C^2` minimum, a positive-definite Hessian and
:math:`\rho < 1`; a start in an invariant subspace may contract faster.

Source
------
Linear convergence under domination: Polyak and Łojasiewicz; along a retraction: AMS08, §4.5.  The statement for the
quotient, and the constants, are ours.

Idea of the proof
-----------------
:math:`f^+ \le f - G/(2L) \le f - (\mu/L)(f - f^*)` by claim C1.  For the quotient, G is four times the variance of the
eigenvalues under the weights :math:`x_i^2/\|x\|^2`, and no eigenvalue lies inside :math:`(\lambda_1, \lambda_2)`, so
:math:`\mathbb{E}(\lambda-\lambda_1)(\lambda-\lambda_2) \ge 0`.  The step is
:math:`x_i^+ = (1 - 2\eta(\lambda_i - f))x_i`, hence :math:`x_i/x_1` is multiplied by
:math:`(1 - 2\eta(\lambda_i-f))/(1 + 2\eta(f - \lambda_1))`.

What is checked, what is not
----------------------------
Domination, the linear rate and the exact multipliers on Rayleigh quotients on rationals, in balls and on floats; the
linear rate on the cosine, where :math:`\mu = (1 - f(w_0))/2`, in balls and on floats.  The local rate of distance and
of f by runs of up to 30 steps in balls from a distance of about :math:`2^{-20}`: the slowest component gives a bound
from below, the norm one from above, both to a thousandth; a step on the cosine up to third order, anywhere; and a step
near the best approximation of rank one, two coupled blocks and a free parameter, up to second order.  Other minima are
covered by the proof, not by a check.

Tags
----
rates, Polyak-Łojasiewicz, linear convergence
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import AMS08
from proofs_check.rates import SMOOTH_NETWORKS
from proofs_check.tightness import with_tightness
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, Exhibit, at_most, equal, theorem
from psitheory.experiments import descend
from psitheory.experiments.trajectory import riemannian_square
from psitheory.geometry import PSIQuotient
from psitheory.laws.update import after
from psitheory.models import Cosine, RankOne, Rayleigh
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import DOMINATED
from psitheory.strategies import counts, points, ratios, vectors
from psitheory.strategies.rates import cosines, gapped_rayleighs, near_first_axis, starts_below_the_second_eigenvalue

C4 = theorem(
    "C4",
    "Linear convergence under gradient domination; the local rate",
    chapter="rates",
    source=AMS08,
    locator="§4.5 (along a retraction)",
    statement=r"G \ge 2\mu(f - f^*)\text{ on }\{f\le f(w_0)\}\ \Rightarrow\ f(w_T)-f^* \le (1-\mu/L)^T\Delta,\qquad "
    r"\frac{d(w_{t+1},w^*)}{d(w_t,w^*)} \to \rho(I - \eta\,\mathrm{Hess} f)",
    assumptions=(
        "f is positively scale-invariant with L-Lipschitz gradient at unit blocks; η = 1/L",
        SMOOTH_NETWORKS,
        "domination holds on the sublevel set of the start",
        "for the local rate: a nondegenerate minimum near which f is C², ρ < 1, a generic start",
    ),
    doc=with_tightness(__doc__, DOMINATED),
)

ANYWHERE = {"model": gapped_rayleighs(), "w": points("model")}
BELOW = {"steps": counts(1, 8), "model": gapped_rayleighs(), "w": starts_below_the_second_eigenvalue("model")}


@C4.law(**ANYWHERE, on=(RATIONALS, BALLS, FLOATS))
def the_quotient_is_dominated_below_the_second_eigenvalue(model, w):
    """4(f - λ_1)(λ_2 - f) ≤ G, at every point."""
    here, spectrum = model.evaluate(w), model.spectrum
    bound = 4 * (here.loss - spectrum[0]) * (spectrum[1] - here.loss)
    return at_most(bound, riemannian_square(model.layout, w, here.gradient))


AT_A_SADDLE = {"model": Rayleigh(np.diag([0.0, 1.0, 2.0])), "w": np.array([0.0, 1.0, 0.0])}


@the_quotient_is_dominated_below_the_second_eigenvalue.counterfeit(instance=AT_A_SADDLE)
def the_quotient_is_dominated_everywhere(model, w):
    """(λ_2 - λ_1)(f - λ_1)/100 ≤ G at every point."""
    here, spectrum = model.evaluate(w), model.spectrum
    bound = (spectrum[1] - spectrum[0]) * (here.loss - spectrum[0]) / 100
    return at_most(bound, riemannian_square(model.layout, w, here.gradient))


@the_quotient_is_dominated_below_the_second_eigenvalue.counterfeit(
    instance={"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([3.0, 1.0])}
)
def the_quotient_is_dominated_twice_as_much(model, w):
    """8(f - λ_1)(λ_2 - f) ≤ G at every point."""
    here, spectrum = model.evaluate(w), model.spectrum
    bound = 8 * (here.loss - spectrum[0]) * (spectrum[1] - here.loss)
    return at_most(bound, riemannian_square(model.layout, w, here.gradient))


def _falls(model, w, steps, dominance):
    """Claim the linear rate with ``dominance(f_0)`` for μ."""
    smoothness = model.smoothness.value
    seen = descend(model, PSIGradientDescent(1 / smoothness), w, steps, record=[0, steps])
    gap = seen.loss[0] - model.minimum
    bound = DOMINATED(gap=gap, dominance=dominance(seen.loss[0]), smoothness=smoothness, steps=steps)
    return at_most((seen.loss[-1] - model.minimum) / gap, bound / gap)


@C4.law(**BELOW, on=(RATIONALS, BALLS, FLOATS))
def the_quotient_falls_linearly(steps, model, w):
    """f_T - λ_1 ≤ (1 - (λ_2 - f_0)/(λ_max - λ_1))^T Δ from starts with f_0 < λ_2."""
    return _falls(model, w, steps, lambda f: 2 * (model.spectrum[1] - f))


@the_quotient_falls_linearly.counterfeit(
    instance={"steps": 8, "model": Rayleigh(np.diag([0.0, 1.0, 8.0])), "w": np.array([8.0, 8.0, 1.0])}
)
def the_quotient_falls_as_near_its_minimum_from_the_start(steps, model, w):
    """f_T - λ_1 ≤ (1 - 2(λ_2 - λ_1)/(λ_max - λ_1))^T Δ, with twice the domination that holds at the minimum."""
    return _falls(model, w, steps, lambda f: 4 * (model.spectrum[1] - model.spectrum[0]))


@the_quotient_falls_linearly.counterfeit(
    instance={"steps": 1, "model": Rayleigh(np.diag([0.0, 1.0, 2.0])), "w": np.array([1.0, 16.0, 0.0])},
    w=points("model"),
)
def the_quotient_falls_linearly_from_everywhere(steps, model, w):
    """f_T - λ_1 ≤ (1 - (λ_2 - λ_1)/(λ_max - λ_1))^T Δ from every start: slow beside a saddle, all the same."""
    return _falls(model, w, steps, lambda f: 2 * (model.spectrum[1] - model.spectrum[0]))


COSINE = {"steps": counts(1, 8), "z": vectors([3])}


def _cosine_falls(steps, z, dominance):
    """Claim the linear rate on the cosine with (1, 0, 0)."""
    xp = namespace(z)
    return _falls(Cosine(xp.stack([1 + 0 * z[0], 0 * z[0], 0 * z[0]])), z, steps, dominance)


@C4.law(**COSINE, on=(BALLS, FLOATS))
def the_cosine_falls_linearly(steps, z):
    """f_T + 1 ≤ (1 - (1 - f_0)√3/4)^T (f_0 + 1): on {f ≤ f_0} the cosine is dominated by μ = (1 - f_0)/2."""
    return _cosine_falls(steps, _off_axis(z), lambda f: (1 - f) / 2)


@the_cosine_falls_linearly.counterfeit(instance={"steps": 1, "z": np.array([-16.0, 1.0, 0.0])})
def the_cosine_falls_as_near_its_minimum_from_everywhere(steps, z):
    """f_T + 1 ≤ (1 - √3/2)^T (f_0 + 1) from everywhere, with μ = 1 as at the minimum."""
    return _cosine_falls(steps, _off_axis(z), lambda f: 1 + 0 * f)


def _off_axis(z):
    """Return a point that is neither minimum nor maximum."""
    one = namespace(z).ones_like(z[0])
    return namespace(z).stack([z[0], one + z[1] * z[1], z[2]])


# -- the local rate -----------------------------------------------------------------------------


def _components(model, w, c, multiplier):
    """Compare x_i⁺/x_1⁺ with the multiplier's, times x_i/x_1; both sides times the denominators."""
    eta, values = c / model.smoothness.value, model.matrix.diagonal()
    loss = model.evaluate(w).loss
    top, bottom = multiplier(eta, values, loss)
    moved = after(PSIGradientDescent(eta), model, w, 1)
    return equal(moved[1:] * w[0] * bottom, moved[0] * w[1:] * top)


@C4.law(**ANYWHERE, c=ratios(0, 2), on=(RATIONALS, BALLS, FLOATS))
def each_component_has_its_own_multiplier(model, w, c):
    """x_i/x_1 is multiplied by (1 - 2η(λ_i - f))/(1 + 2η(f - λ_1)), anywhere: at the minimum 1 - 2η(λ_i - λ_1)."""
    return _components(model, w, c, lambda eta, v, f: (1 - 2 * eta * (v[1:] - f), 1 + 2 * eta * (f - v[0])))


@each_component_has_its_own_multiplier.counterfeit
def the_multipliers_at_the_minimum_hold_everywhere(model, w, c):
    """x_i/x_1 is multiplied by 1 - 2η(λ_i - λ_1) wherever it is."""
    return _components(model, w, c, lambda eta, v, _: (1 - 2 * eta * (v[1:] - v[0]), 1))


LOCAL = {"steps": counts(1, 30), "model": gapped_rayleighs(), "w": near_first_axis("model"), "c": ratios(0, 1)}


def _contracts(model, w, c, steps, measure, power, smallest):
    """Claim ρ^{power·T} up to a thousandth: below by the slowest component alone, above by the whole."""
    eta, values = c / model.smoothness.value, model.matrix.diagonal()
    xp = namespace(w)
    multipliers = xp.abs(1 - 2 * eta * (values[1:] - values[0]))
    slowest = xp.max(multipliers) ** (power * steps)
    moved = after(PSIGradientDescent(eta), model, w, steps)
    ratio = measure(moved) / measure(w)
    return at_most(xp.stack([999 * smallest(w) * slowest, 999 * ratio]), xp.stack([1000 * ratio, 1000 * slowest]))


def _squared_distance(w):
    """Return tan² of the angle with the first axis: the squared distance up to fourth order."""
    return (w[1:] * w[1:]).sum() / (w[0] * w[0])


def _share(w):
    """Return the least share of a component in the squared distance."""
    xp = namespace(w)
    return xp.min(w[1:] * w[1:]) / (w[1:] * w[1:]).sum()


@C4.law(**LOCAL, on=(BALLS,))
def the_distance_contracts_by_the_spectral_radius(steps, model, w, c):
    """d_T² ~ ρ^{2T} d_0², up to a thousandth and the share of the slowest component, ρ = max|1 - 2η(λ_i - λ_1)|."""
    return _contracts(model, w, c, steps, _squared_distance, 2, _share)


SLOW = {
    "steps": 30,
    "model": Rayleigh(np.diag([0.0, 1.0, 2.0])),
    "w": np.array([1.0, 2.0**-20, 2.0**-20]),
    "c": 0.25,
}
"""ρ = 7/8: after 30 steps the power that one claims tells."""


@the_distance_contracts_by_the_spectral_radius.counterfeit(instance=SLOW)
def the_distance_contracts_by_the_square(steps, model, w, c):
    """d_T ~ ρ^{2T} d_0."""
    return _contracts(model, w, c, steps, _squared_distance, 4, _share)


@C4.law(**LOCAL, on=(BALLS,))
def the_loss_contracts_by_the_square_of_the_spectral_radius(steps, model, w, c):
    """f_T - f* ~ ρ^{2T}(f_0 - f*), up to a thousandth and the share of the slowest component."""
    return _contracts(model, w, c, steps, _excess_of(model), 2, _share_of_excess(model))


@the_loss_contracts_by_the_square_of_the_spectral_radius.counterfeit(instance=SLOW)
def the_loss_contracts_by_the_spectral_radius(steps, model, w, c):
    """f_T - f* ~ ρ^T(f_0 - f*)."""
    return _contracts(model, w, c, steps, _excess_of(model), 1, _share_of_excess(model))


def _excess_of(model):
    return lambda w: model.evaluate(w).loss - model.minimum


def _share_of_excess(model):
    values = model.matrix.diagonal()

    def share(w):
        parts = w[1:] * w[1:] * (values[1:] - values[0])
        return namespace(w).min(parts) / parts.sum()

    return share


def _turns_by(model, w, c, factor):
    """Compare the angle with the minimum after a step with factor(η) times what it was, up to third order."""
    xp, psi, eta = namespace(w), PSIQuotient(model.layout), c / model.smoothness.value
    before, moved = psi.dist(w, model.direction), after(PSIGradientDescent(eta), model, w, 1)
    change = xp.abs(psi.dist(moved, model.direction) - xp.abs(factor(eta)) * before)
    return at_most(change, (1 + 2 * eta * eta) * eta / 6 * before * before * before)


@C4.law(model=cosines(), w=points("model"), c=ratios(0, 2), on=(BALLS, FLOATS))
def the_cosine_contracts_by_one_less_the_rate(model, w, c):
    """|θ⁺ - |1 - η|θ| ≤ (η/6 + η³/3)θ³: Hess f is the identity at the minimum."""
    return _turns_by(model, w, c, lambda eta: 1 - eta)


@the_cosine_contracts_by_one_less_the_rate.counterfeit(
    instance={"model": Cosine(np.array([1.0, 0.0])), "w": np.array([16.0, 1.0]), "c": 0.5}
)
def the_cosine_contracts_by_l(model, w, c):
    """θ⁺ is |1 - Lη|θ up to third order, with L instead of the Hessian on the quotient."""
    return _turns_by(model, w, c, lambda eta: 1 - c)


TWO_BLOCKS = {
    "first": ratios(1, 3),
    "second": ratios(0, 1),
    "r": st.sampled_from([1.0, 2.0, 4.0]),
    "s": st.sampled_from([1.0, 2.0, 0.5]),
    "slope": ratios(-1, 1),
    "rest": ratios(-1, 1),
    "eta": ratios(0, 1),
}


def _is_linear(first, second, r, s, slope, rest, eta, hessian):
    r"""Compare a step near the minimum of B = diag(first, second) with I - ηH on the two angles and v, to second order.

    There, at :math:`v = \sigma_1`, the Hessian is
    :math:`\begin{pmatrix}\sigma_1^2 & -\sigma_1\sigma_2\\ -\sigma_1\sigma_2 & \sigma_1^2\end{pmatrix}`
    on the angles, and 1 on v.
    """
    xp = namespace(first)
    zero, one = xp.zeros_like(first), xp.ones_like(first)
    model = RankOne(xp.stack([xp.stack([first, zero]), xp.stack([zero, second])]))
    p, q, x = (part / 2**20 for part in (one, slope, rest))
    moved = after(PSIGradientDescent(eta), model, xp.stack([r * one, r * p, s * one, s * q, first + x]), 1)
    hp, hq, hx = hessian(p, q, x)
    seen = xp.stack([moved[1] / moved[0], moved[3] / moved[2], moved[4] - first])
    return at_most(xp.abs(seen - xp.stack([p - eta * hp, q - eta * hq, x - eta * hx])), 100 * p * p)


@C4.law(**TWO_BLOCKS, on=(BALLS,))
def a_step_near_a_minimum_is_linear_for_two_blocks_and_a_free_parameter(first, second, r, s, slope, rest, eta):
    """A step is I - η Hess f on both angles and v, up to second order, whatever the norms of the blocks."""

    def hessian(p, q, x):
        return first * (first * p - second * q), first * (first * q - second * p), x

    return _is_linear(first, second, r, s, slope, rest, eta, hessian)


COUPLED = {"first": 2.0, "second": 0.5, "r": 1.0, "s": 2.0, "slope": 0.5, "rest": 0.5, "eta": 0.5}


@a_step_near_a_minimum_is_linear_for_two_blocks_and_a_free_parameter.counterfeit(instance=COUPLED)
def the_blocks_go_their_own_ways(first, second, r, s, slope, rest, eta):
    """The same without the Hessian's entries between the blocks."""
    return _is_linear(first, second, r, s, slope, rest, eta, lambda p, q, x: (first * first * p, first * first * q, x))


@a_step_near_a_minimum_is_linear_for_two_blocks_and_a_free_parameter.counterfeit(instance=COUPLED)
def the_norm_slows_a_block(first, second, r, s, slope, rest, eta):
    """The same with the row of each block over its squared norm, as if under gradient descent."""

    def hessian(p, q, x):
        return first * (first * p - second * q) / (r * r), first * (first * q - second * p) / (s * s), x

    return _is_linear(first, second, r, s, slope, rest, eta, hessian)


@a_step_near_a_minimum_is_linear_for_two_blocks_and_a_free_parameter.counterfeit(instance=COUPLED)
def the_free_parameter_stands_still(first, second, r, s, slope, rest, eta):
    """The same without the Hessian's entry for v."""

    def hessian(p, q, x):
        return first * (first * p - second * q), first * (first * q - second * p), 0 * x

    return _is_linear(first, second, r, s, slope, rest, eta, hessian)


@C4.exhibit
def linear_convergence(rng):
    """Show f - f* on a Rayleigh quotient, the guaranteed line and the local one."""
    model = Rayleigh(np.diag([0.0, 1.0, 2.5, 4.0]))
    w, steps, smoothness = np.array([1.0, 0.9, 0.2, 0.2]), np.arange(41), 8.0
    seen = descend(model, PSIGradientDescent(1 / smoothness), w, 40, record=steps)
    local = (1 - 2 / smoothness) ** (2 * steps)
    bound = [
        DOMINATED(gap=seen.loss[0], dominance=2 * (1 - seen.loss[0]), smoothness=smoothness, steps=int(t))
        for t in steps
    ]
    return Exhibit(
        "curves",
        "PSI-GD on a Rayleigh quotient: linear convergence",
        "The guarantee knows only the start; near the minimum f falls by ρ² = 9/16 a step.",
        {"x": steps, "observed": seen.loss, "bound": np.array(bound), "local": 3 * seen.loss[-1] / local[-1] * local},
        {
            "x": "step",
            "y": "f - f*",
            "observed": "f - f*",
            "bound": "guarantee",
            "local": "ρ² a step",
            "guides": "bound,local",
            "yscale": "log",
        },
    )
