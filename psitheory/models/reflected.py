"""A model in other coordinates: each block reflected in a plane, which no rotation-equivariant method notices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from psitheory.arithmetic import Array, dot
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation, Model


def reflection(q: Array, x: Array) -> Array:
    r"""Return :math:`x - 2\langle q,x\rangle q/\|q\|^2`, row by row; reflections generate all orthogonal maps."""
    return x - 2 * dot(q, x, keepdims=True) / dot(q, q, keepdims=True) * q


@dataclass(frozen=True, eq=False)
class Reflected:
    """The function f(Qw) of a model f, with Q the reflection of each block in the plane across that of q.

    Parameters
    ----------
    model : Model
    q : array, (n,)
        No block of it is zero; its free part does not matter.
    """

    model: Model
    q: Array

    @property
    def layout(self) -> Layout:
        """Return the layout of the model."""
        return self.model.layout

    @property
    def minimum(self) -> Any:
        """Return the minimum of the model, if it knows one."""
        return getattr(self.model, "minimum", None)

    def turned(self, w: Array) -> Array:
        """Return Qw."""
        return self.layout.map(reflection, lambda _, v: v, self.q, w)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        r"""Return loss and gradient, :math:`Q\nabla f(Qw)`."""
        here = self.model.evaluate(self.turned(w), batch)
        return Evaluation(here.loss, self.turned(here.gradient))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`Q\nabla^2f(Qw)\,Qx`."""
        curved: Any = self.model
        return self.turned(curved.hessian_vector(self.turned(w), self.turned(x)))
