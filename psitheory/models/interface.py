"""What a model is: a loss on flat weights whose layout says which blocks are scale-invariant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

from psitheory.arithmetic import Array
from psitheory.layout import Layout


@dataclass(frozen=True, eq=False)
class Evaluation:
    r"""The value and the Euclidean gradient of a loss at an ensemble of points.

    Attributes
    ----------
    loss : array, (...)
    gradient : array, (..., n)
        The Euclidean gradient with respect to the flat weights.
    statistics : dict of str to array
        What the model saw on the way and others may need (batch means, variances).
    squared_norms : array (..., m), optional
        :math:`\|w_i\|^2` of the blocks, if the model formed them on the way and
        :func:`~psitheory.arithmetic.ordinary_squares` passed them; who needs them then computes them no more.
    """

    loss: Array
    gradient: Array
    statistics: dict[str, Array] = field(default_factory=dict)
    squared_norms: Array | None = None


@dataclass(frozen=True)
class Smoothness:
    r"""A bound L on :math:`\lambda_{\max}` of the joint Hessian at simultaneously unit blocks.

    Attributes
    ----------
    value : number
        L, of the arithmetic of the model.
    kind : {"closed form", "certified", "upper bound", "local"}
        How it is known: by a formula; by branch and bound in balls; by an inequality that may be slack;
        or as the largest value seen along a path, which proves nothing elsewhere.
    region : str
        Where it holds, in words.
    """

    value: Any
    kind: Literal["closed form", "certified", "upper bound", "local"]
    region: str


@runtime_checkable
class Model(Protocol):
    """A loss on flat weights.  Leading axes of ``w`` are an ensemble and broadcast."""

    @property
    def layout(self) -> Layout:
        """Return which parts of the weights are scale-invariant and which are free."""
        ...

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss (...) and Euclidean gradient (..., n) at ``w`` (..., n), on a batch if one is given."""
        ...

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n)."""
        ...
