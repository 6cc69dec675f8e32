"""PSI-GD near a minimum, laws of claim C4: each component's own multiplier, the spectral radius, blocks and v."""

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, at_most, equal, law
from psitheory.geometry import PSIQuotient
from psitheory.laws.update import after
from psitheory.models import Cosine, RankOne, Rayleigh
from psitheory.optimizers import PSIGradientDescent
from psitheory.strategies import counts, points, ratios
from psitheory.strategies.rates import cosines, gapped_rayleighs, near_first_axis


def _components(model, w, c, multiplier):
    """Compare x_i⁺/x_1⁺ with the multiplier's, times x_i/x_1; both sides times the denominators."""
    eta, values = c / model.smoothness.value, model.matrix.diagonal()
    loss = model.evaluate(w).loss
    top, bottom = multiplier(eta, values, loss)
    moved = after(PSIGradientDescent(eta), model, w, 1)
    return equal(moved[1:] * w[0] * bottom, moved[0] * w[1:] * top)


@law(model=gapped_rayleighs(), w=points("model"), c=ratios(0, 2), on=(RATIONALS, BALLS, FLOATS))
def each_component_has_its_own_multiplier(model, w, c):
    """x_i/x_1 is multiplied by (1 - 2η(λ_i - f))/(1 + 2η(f - λ_1)), anywhere: at the minimum 1 - 2η(λ_i - λ_1)."""
    return _components(model, w, c, lambda eta, v, f: (1 - 2 * eta * (v[1:] - f), 1 + 2 * eta * (f - v[0])))


@each_component_has_its_own_multiplier.counterfeit
def the_multipliers_at_the_minimum_hold_everywhere(model, w, c):
    """x_i/x_1 is multiplied by 1 - 2η(λ_i - λ_1) wherever it is."""
    return _components(model, w, c, lambda eta, v, _: (1 - 2 * eta * (v[1:] - v[0]), 1))


LOCAL = {"steps": counts(1, 30), "model": gapped_rayleighs(), "w": near_first_axis("model"), "c": ratios(0, 1)}


def _contracts(model, w, c, steps, measure, power, smallest):
    """Claim ρ^{power·T} up to a thousandth: below by the slowest component alone, above by the whole.

    At a squared distance of d² multipliers are (m + x)/(1 + x) for some 0 ≤ x ≤ d², so that ρ is known up to d².
    """
    eta, values = c / model.smoothness.value, model.matrix.diagonal()
    xp, off = namespace(w), _squared_distance(w)
    radius = xp.max(xp.abs(1 - 2 * eta * (values[1:] - values[0])))
    least, most = (rate ** (power * steps) for rate in (xp.maximum(radius - off, 0 * off), radius + off))
    moved = after(PSIGradientDescent(eta), model, w, steps)
    ratio = measure(moved) / measure(w)
    return at_most(xp.stack([999 * smallest(w) * least, 999 * ratio]), xp.stack([1000 * ratio, 1000 * most]))


def _squared_distance(w):
    """Return tan² of the angle with the first axis: the squared distance up to fourth order."""
    return (w[1:] * w[1:]).sum() / (w[0] * w[0])


def _share(w):
    """Return the least share of a component in the squared distance."""
    xp = namespace(w)
    return xp.min(w[1:] * w[1:]) / (w[1:] * w[1:]).sum()


@law(**LOCAL, on=(BALLS,))
def the_distance_contracts_by_the_spectral_radius(steps, model, w, c):
    """d_T² ~ ρ^{2T} d_0², up to d_0² in ρ = max|1 - 2η(λ_i - λ_1)|, a thousandth, and the share of the slowest part."""
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


@law(**LOCAL, on=(BALLS,))
def the_loss_contracts_by_the_square_of_the_spectral_radius(steps, model, w, c):
    """f_T - f* ~ ρ^{2T}(f_0 - f*), up to d_0² in ρ, a thousandth, and the share of the slowest component."""
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


@law(model=cosines(), w=points("model"), c=ratios(0, 2), on=(BALLS, FLOATS))
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


@law(**TWO_BLOCKS, on=(BALLS,))
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


LOCAL_RATES = (
    each_component_has_its_own_multiplier,
    the_distance_contracts_by_the_spectral_radius,
    the_loss_contracts_by_the_square_of_the_spectral_radius,
    the_cosine_contracts_by_one_less_the_rate,
    a_step_near_a_minimum_is_linear_for_two_blocks_and_a_free_parameter,
)
