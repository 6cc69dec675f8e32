r"""Weight decay is an exponentially growing rate without decay.

Statement
---------
For :math:`0 < \eta\lambda < 1` and decay on the blocks only, the run of :math:`w^+ = (1-\eta\lambda)w - \eta\nabla f`
from :math:`w_0` is :math:`w_t = (1-\eta\lambda)^t\hat w_t`, with :math:`\hat w` the run from :math:`w_0` without decay
and with the rate :math:`\eta(1-\eta\lambda)^{-2t-1}` on the blocks, :math:`\eta` on v.  For :math:`w^+ =
(1-\eta\lambda)(w - \eta\nabla f)` the exponent is :math:`-2t`.

Assumptions
-----------
f is PSI and differentiable along the run; no block of :math:`w_0` is zero; :math:`\eta` and :math:`\lambda` are
constant.

Source
------
Li19 (exponential learning rate schedules); exponents and the free part are ours.

Idea of the proof
-----------------
With :math:`\alpha = 1-\eta\lambda` and :math:`w = s\hat w`, claim A3 gives
:math:`\alpha w - \eta\nabla f(w) = \alpha s\bigl(\hat w - \tfrac\eta{\alpha s^2}\nabla f(\hat w)\bigr)`; put
:math:`s = \alpha^t` and induct.  In the second form the gradient is multiplied by :math:`\alpha` too, which gives
:math:`\eta/s^2`.

What is checked, what is not
----------------------------
The step of the induction, for any s > 0 and so for every t at once, on symbols for the generic jet with the blocks
[2], [3], [2,2], with and without a free parameter; runs of a few steps on rationals, in balls and on floats.

Tags
----
dynamics, weight decay, schedules
"""

import numpy as np

from proofs_check.bibliography import LI19
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, equal, theorem
from psitheory.laws.update import after
from psitheory.models import Rayleigh
from psitheory.optimizers import GradientDescent, PerBlock
from psitheory.strategies import counts, factors, models_with_free_part, points, psi_models, step_sizes, whole_models

B7 = theorem(
    "B7",
    "Weight decay is an exponentially growing rate",
    chapter="dynamics",
    source=LI19,
    locator="exponential schedules",
    statement=r"w^+ = (1-\eta\lambda)w - \eta\nabla f:\quad w_t = (1-\eta\lambda)^t\hat w_t,\quad "
    r"\hat w_{t+1} = \hat w_t - \eta(1-\eta\lambda)^{-2t-1}\nabla f(\hat w_t);\qquad "
    r"w^+ = (1-\eta\lambda)(w - \eta\nabla f):\ \text{the exponent is } -2t",
    assumptions=("f is positively scale-invariant", "0 < ηλ < 1, both constant", "decay acts on the blocks only"),
    doc=__doc__,
)


def decay_on_weights(eta, alpha):
    """Return the method αw - η∇f, with α = 1 - ηλ."""
    return GradientDescent(eta, decay=(1 - alpha) / eta)


def decay_on_the_step(eta, alpha):
    """Return the method α(w - η∇f), v - η∇_v f: that of the rate ηα and of the decay λ/α."""
    return GradientDescent(PerBlock(eta * alpha, eta), decay=(1 - alpha) / (eta * alpha))


# -- one step, at any time ----------------------------------------------------------------------

STEP = {"model": psi_models(), "w": points("model"), "s": step_sizes(), "eta": step_sizes(), "alpha": factors()}
FREE = {**STEP, "model": models_with_free_part()}
HALF = {
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([1.0, 1.0]),
    "s": 1.0,
    "eta": 1.0,
    "alpha": 0.5,
}


def _step_is_rescaled(decaying, factor, model, w, s, eta, alpha):
    """Claim that the decaying step from s·w is αs times the step from w whose rate is η·factor on the blocks."""
    layout = model.layout

    def step(optimizer, w):
        return optimizer.step(layout, w, model.evaluate(w), ())[0]

    def times(s, w):
        return layout.map(lambda rows: rows * s, lambda v: v, w)

    plain = GradientDescent(PerBlock(eta * factor, eta))
    return equal(times(1 / (alpha * s), step(decaying(eta, alpha), times(s, w))), step(plain, w))


@B7.law(**STEP, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def a_step_with_decay_is_a_step_with_a_larger_rate(model, w, s, eta, alpha):
    """αsw - η∇f(sw) = αs(w - (η/αs²)∇f(w)); with s = αᵗ the exponent is -2t - 1."""
    return _step_is_rescaled(decay_on_weights, 1 / (alpha * s * s), model, w, s, eta, alpha)


@a_step_with_decay_is_a_step_with_a_larger_rate.counterfeit(instance=HALF)
def a_step_with_decay_has_the_exponent_of_the_other_form(model, w, s, eta, alpha):
    """The same with the rate η/s², exponent -2t."""
    return _step_is_rescaled(decay_on_weights, 1 / (s * s), model, w, s, eta, alpha)


@B7.law(**STEP, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def a_step_that_decays_as_a_whole_is_a_step_with_a_larger_rate(model, w, s, eta, alpha):
    """α(sw - η∇f(sw)) = αs(w - (η/s²)∇f(w)); with s = αᵗ the exponent is -2t."""
    return _step_is_rescaled(decay_on_the_step, 1 / (s * s), model, w, s, eta, alpha)


@a_step_that_decays_as_a_whole_is_a_step_with_a_larger_rate.counterfeit(instance=HALF)
def a_step_that_decays_as_a_whole_has_the_exponent_of_the_other_form(model, w, s, eta, alpha):
    """The same with the rate η/αs², exponent -2t - 1."""
    return _step_is_rescaled(decay_on_the_step, 1 / (alpha * s * s), model, w, s, eta, alpha)


@B7.law(**FREE, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def free_parameters_keep_their_rate(model, w, s, eta, alpha):
    """The first form beside free parameters: they step with η, as they do under decay of the blocks."""
    return _step_is_rescaled(decay_on_weights, 1 / (alpha * s * s), model, w, s, eta, alpha)


@free_parameters_keep_their_rate.counterfeit
def free_parameters_get_the_larger_rate_too(model, w, s, eta, alpha):
    """The same with the larger rate for v as well."""
    layout, factor = model.layout, 1 / (alpha * s * s)

    def free_after(optimizer, w):
        return layout.free_part(optimizer.step(layout, w, model.evaluate(w), ())[0])

    there = layout.map(lambda rows: rows * s, lambda v: v, w)
    return equal(
        free_after(decay_on_weights(eta, alpha), there), free_after(GradientDescent(PerBlock(eta, eta * factor)), w)
    )


# -- runs ---------------------------------------------------------------------------------------

RUN = {
    "steps": counts(1, 4),
    "model": whole_models(any_function=True),
    "w": points("model"),
    "eta": step_sizes(decades=1),
    "alpha": factors(),
}


def _runs_agree(decaying, exponent, steps, model, w, eta, alpha):
    """Claim that the decaying run is αᵗ times the run with the rate ηα^(exponent(t)) on the blocks."""
    layout = model.layout

    def rate(t):
        return PerBlock(eta * alpha ** exponent(t), eta)

    plain = after(GradientDescent(rate), model, w, steps)
    shrunk = after(decaying(eta, alpha), model, w, steps)
    return equal(layout.map(lambda rows: rows / alpha**steps, lambda v: v, shrunk), plain)


@B7.law(**RUN, on=(RATIONALS, BALLS, FLOATS))
def a_run_with_decay_is_a_run_with_a_growing_rate(steps, model, w, eta, alpha):
    """w_t = αᵗŵ_t with the rate ηα^(-2t-1) on the blocks."""
    return _runs_agree(decay_on_weights, lambda t: -2 * t - 1, steps, model, w, eta, alpha)


TWO_STEPS = {"steps": 2, **{name: HALF[name] for name in ("model", "w", "eta", "alpha")}}


@a_run_with_decay_is_a_run_with_a_growing_rate.counterfeit(instance=TWO_STEPS)
def a_run_with_decay_has_the_exponents_of_the_other_form(steps, model, w, eta, alpha):
    """The same with the rate ηα^(-2t)."""
    return _runs_agree(decay_on_weights, lambda t: -2 * t, steps, model, w, eta, alpha)


@a_run_with_decay_is_a_run_with_a_growing_rate.counterfeit(instance=TWO_STEPS)
def a_run_with_decay_is_a_run_at_one_larger_rate(steps, model, w, eta, alpha):
    """The same with the constant rate η/α, as would be right for PSI-GD."""
    return _runs_agree(decay_on_weights, lambda t: -1, steps, model, w, eta, alpha)


@B7.law(**RUN, on=(RATIONALS, BALLS, FLOATS))
def a_run_that_decays_as_a_whole_is_a_run_with_a_growing_rate(steps, model, w, eta, alpha):
    """w_t = αᵗŵ_t with the rate ηα^(-2t) on the blocks, for α(w - η∇f)."""
    return _runs_agree(decay_on_the_step, lambda t: -2 * t, steps, model, w, eta, alpha)


@a_run_that_decays_as_a_whole_is_a_run_with_a_growing_rate.counterfeit(instance=TWO_STEPS)
def a_run_that_decays_as_a_whole_has_the_exponents_of_the_other_form(steps, model, w, eta, alpha):
    """The same with the rate ηα^(-2t-1)."""
    return _runs_agree(decay_on_the_step, lambda t: -2 * t - 1, steps, model, w, eta, alpha)
