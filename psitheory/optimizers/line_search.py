r"""Line searches that find every rate themselves: p = 0 for one common a.

Steps are measured by :math:`\eta = (\|w\|/\|d\|)\tan\varphi`, so that a search over φ is the same from every
representative.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, dot, namespace, norm
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import NotInArithmetic
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation, Model
from psitheory.optimizers.adaptive import ratio
from psitheory.optimizers.checks import check_choice, check_model
from psitheory.optimizers.interface import State

_ANGLES = np.pi / 2 * np.arange(1, 128) / 128
_BISECTIONS = 50


@dataclass(frozen=True, eq=False)
class ExactLineSearch:
    r"""Gradient descent by exact line search: :math:`w^+ = w - \eta\nabla f(w)`, η the **first** local minimiser.

    It is bracketed on a grid of 127 angles and found by bisection of the derivative along the ray.  There need be none:
    a straight ray turns a block by less than a right angle.  Then the run stays where it is.  Floats only.

    Parameters
    ----------
    model : Model
        Evaluated, on all its samples, along the rays.

    Raises
    ------
    ArgumentTypeError
        If the model is none.
    """

    model: Model

    def __post_init__(self) -> None:
        check_model(self.model)

    def init(self, layout: Layout, w: Array) -> State:
        """Return nothing: the step depends on the point alone."""
        return ()

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        """Return the next weights and state.

        Raises
        ------
        NotInArithmetic
            On exact numbers and balls.
        """
        direction = -evaluation.gradient
        return w + first_minimum(self.model, w, direction) * direction, state


def first_minimum(model: Model, w: Array, direction: Array) -> Array:
    """Return the rate (..., 1) of the first local minimum of the loss along a direction; 0 if none is bracketed."""
    if isinstance(namespace(w), ObjectNamespace):
        raise NotInArithmetic("an exact line search runs on floats only")
    unit = ratio(norm(w, keepdims=True), norm(direction, keepdims=True))

    def slope(angle: Any) -> Array:
        """Return the derivative along the ray at angles (..., k), of k points each."""
        rate = (unit * np.tan(angle))[..., None]
        points = w[..., None, :] + rate * direction[..., None, :]
        return dot(model.evaluate(points).gradient, direction[..., None, :])

    return unit * np.tan(_first_root(slope, np.zeros_like(unit)))


def _first_root(slope: Callable[[Any], Array], zero: Array) -> Array:
    """Return the angle at which ``slope``, negative at 0, first becomes positive; 0 where it never does on the grid."""
    rises = np.asarray(slope(zero + _ANGLES) > 0)
    found, first = rises.any(axis=-1, keepdims=True), rises.argmax(axis=-1)[..., None]
    high = _ANGLES[first]
    low = high - _ANGLES[0]
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        above = slope(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.where(found, low, zero)


class Conjugate(NamedTuple):
    """The step count, the gradient and the direction before, (..., n)."""

    t: int
    gradient: Array
    direction: Array


@dataclass(frozen=True, eq=False)
class NonlinearCG:
    r"""Nonlinear conjugate gradients by exact line search: :math:`d^+ = -\nabla f^+ + \beta d`.

    Fletcher and Reeves: :math:`\beta = \|\nabla f^+\|^2/\|\nabla f\|^2`; Polak, Ribière and Polyak:
    :math:`\beta = \max(0, \langle\nabla f^+, \nabla f^+ - \nabla f\rangle/\|\nabla f\|^2)`.  Both are free of scale.
    A direction that does not descend is replaced by :math:`-\nabla f`.

    Parameters
    ----------
    model : Model
    rule : {"polak-ribiere", "fletcher-reeves"}

    Raises
    ------
    ArgumentError
        If the rule is unknown.
    ArgumentTypeError
        If the model is none.
    """

    model: Model
    rule: Literal["polak-ribiere", "fletcher-reeves"] = field(default="polak-ribiere", kw_only=True)

    def __post_init__(self) -> None:
        check_model(self.model)
        check_choice(self.rule, "rule", "polak-ribiere", "fletcher-reeves")

    def init(self, layout: Layout, w: Array) -> Conjugate:
        """Return the step count 0, and no gradient or direction before."""
        zeros = namespace(w).zeros_like(w)
        return Conjugate(0, zeros, zeros)

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Conjugate) -> tuple[Array, Conjugate]:
        """Return the next weights and state.

        Raises
        ------
        NotInArithmetic
            On exact numbers and balls.
        """
        gradient = evaluation.gradient
        change = gradient - state.gradient if self.rule == "polak-ribiere" else gradient
        before = dot(state.gradient, state.gradient, keepdims=True)
        beta = np.maximum(ratio(dot(gradient, change, keepdims=True), before), 0)
        direction = beta * state.direction - gradient
        downhill = dot(direction, gradient, keepdims=True) < 0
        direction = np.where(downhill, direction, -gradient)
        rate = first_minimum(self.model, w, direction)
        return w + rate * direction, Conjugate(state.t + 1, gradient, direction)
