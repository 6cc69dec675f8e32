r"""On a PSI loss, gradient descent with decay is WNGrad on the sphere: an identity, not an asymptotic order.

Statement
---------
With :math:`u = w/\|w\|`, :math:`b = r^2/\eta`, :math:`c = 1-\eta\lambda > 0`, one b for each block, the step
:math:`w^+ = cw - \eta\nabla f(w)` is :math:`u^+ = n(u - \nabla f(u)/(cb))`,
:math:`b^+ = c^2b + \|\nabla f(u)\|^2/b`, and
the step :math:`w^+ = c(w - \eta\nabla f(w))` is :math:`u^+ = n(u - \nabla f(u)/b)`,
:math:`b^+ = c^2(b + \|\nabla f(u)\|^2/b)`.  The step uses b **before** its update.

Assumptions
-----------
f is PSI and differentiable along the run; no block is zero; :math:`\eta > 0`, :math:`0 \le \eta\lambda < 1`, both
constant; decay acts on blocks only.

Source
------
Wu, Ward and Bottou (WNGrad); Li19 and Rob20 for the view, where it
stands to an order.  The identity with decay is ours.

Idea of the proof
-----------------
By claim A3 :math:`cw - \eta\nabla f(w) = cr(u - \nabla f(u)\,\eta/(cr^2))`, which has the direction claimed.  Its
square is :math:`c^2r^2 + \eta^2\|\nabla f(u)\|^2/r^2`, since the gradient is orthogonal to u; divide by :math:`\eta`.

What is checked, what is not
----------------------------
Both lines of one step, before the normalisation, for the generic jet on formal vectors and symbols, with and
without free parameters, and in balls; runs of the shipped methods in balls, and 8 steps of a network on digits against
control
runs that start one ulp away.

Tags
----
newer work, weight decay, effective rate, adaptive methods
"""

import numpy as np

from proofs_check.bibliography import WWB18
from psitheory.checking import BALLS, CONTROLS, SYMBOLS, equal, theorem
from psitheory.laws.update import after
from psitheory.models import Rayleigh
from psitheory.optimizers import GradientDescent, PerBlock, SphericalWNGrad
from psitheory.strategies import (
    choices,
    counts,
    digits_network,
    factors,
    models_with_free_part,
    network_starts,
    points,
    psi_models,
    step_sizes,
    whole_models,
)

I4 = theorem(
    "I4",
    "Gradient descent on a PSI loss is WNGrad on the sphere, exactly",
    chapter="newer",
    source=WWB18,
    locator="WNGrad; the identity with decay is ours",
    statement=r"b = \frac{r^2}{\eta}:\quad w^+ = cw - \eta\nabla f(w)\iff "
    r"u^+ = n\Bigl(u - \frac{\nabla f(u)}{cb}\Bigr),\quad b^+ = c^2b + \frac{\|\nabla f(u)\|^2}{b}",
    assumptions=(
        "f is positively scale-invariant",
        "η > 0, 0 ≤ ηλ < 1, both constant",
        "decay acts on the blocks only",
    ),
    doc=__doc__,
)

EXACTLY = (SYMBOLS, BALLS)
STEP = {
    "model": psi_models(),
    "w": points("model"),
    "eta": step_sizes(),
    "c": factors(),
    "decay_on": choices("weights", "step"),
}
ONE = {
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([2.0, 2.0]),
    "eta": 1.0,
    "c": 0.5,
    "decay_on": "weights",
}


def _descent(eta, c, decay_on):
    """Return the method of the decay named, c = 1 - ηλ; free parts step with η and do not decay."""
    if decay_on == "weights":
        return GradientDescent(eta, decay=(1 - c) / eta)
    return GradientDescent(PerBlock(c * eta, eta), decay=(1 - c) / (c * eta))


def _moved(model, w, eta, c, decay_on):
    return _descent(eta, c, decay_on).step(model.layout, w, model.evaluate(w), ())[0]


def _at_unit(model, w):
    """Return u and ∇f(u)."""
    u = model.layout.units(w)
    return u, model.evaluate(u).gradient


def _direction(model, w, eta, c, decay_on, share):
    """Claim w⁺ = c r (u - share ∇f(u)) for the blocks, v⁺ = v - η∇_v f for the rest."""
    layout = model.layout
    u, gradient = _at_unit(model, w)
    claimed = layout.map(lambda u, g: u - g, lambda v, g: v - eta * g, u, layout.scale(share, gradient))
    return equal(layout.scale(1 / (c * layout.norms(w)), _moved(model, w, eta, c, decay_on)), claimed)


def _accumulated(model, w, eta, c, decay_on, claimed):
    """Claim b⁺ = claimed(b, ‖∇f(u)‖²), in units of b."""
    dots, (_, gradient) = model.layout.dots, _at_unit(model, w)
    moved, b = _moved(model, w, eta, c, decay_on), dots(w, w) / eta
    return equal(dots(moved, moved) / eta / b, claimed(b, dots(gradient, gradient)) / b)


def _share(model, w, eta, c, decay_on):
    b = model.layout.dots(w, w) / eta
    return 1 / (c * b) if decay_on == "weights" else 1 / b


@I4.law(**STEP, on=EXACTLY)
def the_direction_steps_by_the_accumulator(model, w, eta, c, decay_on):
    """The step is w⁺/(cr) = u - ∇f(u)/(cb), or u - ∇f(u)/b where the whole step decays."""
    return _direction(model, w, eta, c, decay_on, _share(model, w, eta, c, decay_on))


@the_direction_steps_by_the_accumulator.counterfeit(instance=ONE)
def the_direction_steps_by_the_accumulator_after_its_update(model, w, eta, c, decay_on):
    """The same with b⁺ for b."""
    moved = _moved(model, w, eta, c, decay_on)
    return _direction(model, w, eta, c, decay_on, _share(model, moved, eta, c, decay_on))


@the_direction_steps_by_the_accumulator.counterfeit(instance=ONE)
def decay_does_not_enter_the_direction(model, w, eta, c, decay_on):
    """The step is u - ∇f(u)/b for both decays."""
    return _direction(model, w, eta, c, decay_on, _share(model, w, eta, c, "step"))


@I4.law(**{**STEP, "model": models_with_free_part()}, on=EXACTLY)
def the_direction_steps_so_beside_free_parameters(model, w, eta, c, decay_on):
    """The same beside free parameters, which step by η∇_v f."""
    return _direction(model, w, eta, c, decay_on, _share(model, w, eta, c, decay_on))


@the_direction_steps_so_beside_free_parameters.counterfeit
def decay_does_not_enter_the_direction_beside_free_parameters(model, w, eta, c, decay_on):
    """The step is u - ∇f(u)/b for both decays."""
    return _direction(model, w, eta, c, decay_on, _share(model, w, eta, c, "step"))


@I4.law(**STEP, on=EXACTLY)
def the_accumulator_grows_by_the_squared_gradient(model, w, eta, c, decay_on):
    """b⁺ = c²b + ‖∇f(u)‖²/b, or c²(b + ‖∇f(u)‖²/b) where the whole step decays."""
    kept = 1 if decay_on == "weights" else c * c
    return _accumulated(model, w, eta, c, decay_on, lambda b, square: c * c * b + kept * square / b)


@the_accumulator_grows_by_the_squared_gradient.counterfeit(instance=ONE)
def the_accumulator_grows_alike_for_both_decays(model, w, eta, c, decay_on):
    """b⁺ = c²(b + ‖∇f(u)‖²/b) for both decays."""
    return _accumulated(model, w, eta, c, decay_on, lambda b, square: c * c * (b + square / b))


@the_accumulator_grows_by_the_squared_gradient.counterfeit(on=(BALLS,), c=1)
def the_accumulator_grows_as_that_of_adagrad(model, w, eta, c, decay_on):
    """Without decay b⁺² = b² + ‖∇f(u)‖², as in AdaGrad-Norm."""
    dots, (_, gradient) = model.layout.dots, _at_unit(model, w)
    moved, b = _moved(model, w, eta, 1, "weights"), dots(w, w) / eta
    after_it = dots(moved, moved) / eta / b
    return equal(after_it * after_it, 1 + dots(gradient, gradient) / b / b)


# -- runs ---------------------------------------------------------------------------------------

RUN = {"steps": counts(1, 3), **STEP, "model": whole_models(), "eta": step_sizes(decades=1)}


def _same_classes(steps, model, w, eta, c, decay_on, start):
    """Claim that the units of the run of descent are those of WNGrad from b_0 = start."""
    method = SphericalWNGrad(start, shrink=c, rate=eta, decay_on=decay_on)
    units = model.layout.units
    return equal(units(after(_descent(eta, c, decay_on), model, w, steps)), after(method, model, units(w), steps))


@I4.law(**RUN, on=(BALLS,))
def the_runs_visit_the_same_classes(steps, model, w, eta, c, decay_on):
    """The iterates of descent from w_0, normalised, are those of WNGrad from u_0 with b_0 = r_0²/η."""
    return _same_classes(steps, model, w, eta, c, decay_on, model.layout.dots(w, w) / eta)


@the_runs_visit_the_same_classes.counterfeit(instance={"steps": 2, **ONE})
def a_hundredth_more_of_the_start_visits_the_same_classes(steps, model, w, eta, c, decay_on):
    """The same with b_0 = 1.01 r_0²/η."""
    return _same_classes(steps, model, w, eta, c, decay_on, 101 * model.layout.dots(w, w) / (100 * eta))


DIGITS = {"steps": 8, "model": digits_network(), "w": network_starts("model"), "eta": 0.125, "c": 1 - 2**-10}


@I4.law(**DIGITS, decay_on="weights", on=(CONTROLS,), example=True)
def on_digits_the_runs_visit_the_same_classes(steps, model, w, eta, c, decay_on):
    """Eight steps of a batch-norm network on handwritten digits, η = 1/8, ηλ = 2^-10."""
    return _same_classes(steps, model, w, eta, c, decay_on, model.layout.dots(w, w) / eta)


@on_digits_the_runs_visit_the_same_classes.counterfeit
def on_digits_one_accumulator_serves_all_blocks(steps, model, w, eta, c, decay_on):
    """The same with the mean of r_i²/η for every block."""
    squares = model.layout.dots(w, w)
    return _same_classes(steps, model, w, eta, c, decay_on, 0 * squares + squares.mean() / eta)
