"""The laws of an update: what a method must do to descend to the quotient."""

from __future__ import annotations

from psitheory.arithmetic import Array
from psitheory.checking import Observation, equal, vacuous
from psitheory.errors import BranchUndecided
from psitheory.experiments import iterate
from psitheory.models.interface import Model
from psitheory.optimizers import Optimizer


def after(optimizer: Optimizer, model: Model, w: Array, steps: int) -> Array:
    """Return the weights after ``steps`` steps from ``w``."""
    for t, point, _, _ in iterate(model, optimizer, w):
        if t == steps:
            return point
    raise AssertionError("iterate never ends")


def step_commutes_with_rescaling(optimizer: Optimizer, model: Model, w: Array, a: Array) -> Observation:
    r"""One step from :math:`a\cdot w` leads to :math:`a\cdot w^+`."""
    layout = model.layout

    def step(w: Array) -> Array:
        return optimizer.step(layout, w, model.evaluate(w), optimizer.init(layout, w))[0]

    return equal(step(layout.scale(a, w)), layout.scale(a, step(w)))


def _is_surely(one: Array, other: Array) -> bool:
    """Tell whether two arrays are the same; enclosures that hold the same points may hold others."""
    try:
        return bool((one == other).all())
    except BranchUndecided:
        return False


def run_commutes_with_rescaling(optimizer: Optimizer, model: Model, w: Array, a: Array, steps: int) -> Observation:
    r"""After T steps the run from :math:`a\cdot w_0` is at :math:`a\cdot w_T`.

    Compared on the side of w_T, where all blocks are of comparable size.
    """
    layout = model.layout
    one = after(optimizer, model, w, steps)
    if _is_surely(one, w):
        return vacuous("the run did not move")
    return equal(layout.scale(1 / a, after(optimizer, model, layout.scale(a, w), steps)), one)
