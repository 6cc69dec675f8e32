r"""Least squares behind batch norm, in closed form: a length and a direction."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from psitheory.arithmetic import Array, dot, namespace
from psitheory.layout import Layout, blocks, free
from psitheory.models.data import check_width, checked, matched, refuse_batch
from psitheory.models.interface import Evaluation


@dataclass(frozen=True, eq=False)
class Direction:
    r"""The PSI function :math:`\rho(w) = -(u^\top w)^2/w^\top Sw`: least squares at the best length.

    Its minimum is :math:`-u^\top S^{-1}u`, at :math:`S^{-1}u`.

    Parameters
    ----------
    matrix : array, (d, d)
        S, positive definite.
    vector : array, (d,)
        u.
    """

    matrix: Array
    vector: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "matrix", checked(self.matrix, "matrix", None, None))
        object.__setattr__(self, "vector", checked(self.vector, "vector", self.matrix.shape[0]))

    @cached_property
    def layout(self) -> Layout:
        """Return one block."""
        return Layout(blocks("w", self.matrix.shape[0]))

    def pairings(self, w: Array) -> tuple[Array, Array, Array]:
        r"""Return Sw, (..., d), and :math:`w^\top Sw`, :math:`u^\top w`, each (..., 1)."""
        moved = dot(matched(self.matrix, w), w[..., None, :])
        return moved, dot(w, moved, keepdims=True), dot(matched(self.vector, w), w, keepdims=True)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return the value and the gradient at ``w`` (..., d)."""
        check_width(w, self.layout.n)
        refuse_batch(batch, "a direction")
        moved, square, along = self.pairings(w)
        share = along / square
        gradient = 2 * share * (share * moved - matched(self.vector, w))
        return Evaluation(-(share * along)[..., 0], gradient)

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2\rho(w)x`."""
        u = matched(self.vector, w)
        moved, square, along = self.pairings(w)
        moved_x, _, along_x = self.pairings(x)
        share = along / square
        turned = along_x / square - 2 * share * dot(x, moved, keepdims=True) / square
        return 2 * turned * (2 * share * moved - u) + 2 * share * share * moved_x


@dataclass(frozen=True, eq=False)
class NormalisedLeastSquares:
    r"""The loss :math:`\tfrac12E(y - a\,w^\top x/\sqrt{w^\top Hw})^2` of least squares behind batch norm.

    With :math:`H = E[xx^\top]`, :math:`g = E[xy]` it is :math:`\tfrac12(E[y^2] + a^2) - a\,g^\top w/\sqrt{w^\top Hw}`:
    w is one block, a is free.

    Parameters
    ----------
    matrix : array, (d, d)
        H, positive definite.
    vector : array, (d,)
        g.
    energy : number
        :math:`E[y^2]`.
    """

    matrix: Array
    vector: Array
    energy: float = 0

    @cached_property
    def layout(self) -> Layout:
        """Return one block and one free parameter."""
        return Layout(blocks("w", self.matrix.shape[0]), free("a", 1))

    @cached_property
    def _direction(self) -> Direction:
        return Direction(self.matrix, self.vector)

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return the loss and its gradient at (w, a), (..., d + 1)."""
        check_width(w, self.layout.n)
        refuse_batch(batch, "normalised least squares")
        xp, a = namespace(w), w[..., -1:]
        moved, square, along = self._direction.pairings(w[..., :-1])
        root = xp.sqrt(square)
        of_w = a / root * (along / square * moved - matched(self.vector, w))
        loss = (self.energy + a * a) / 2 - a * along / root
        return Evaluation(loss[..., 0], xp.concat([of_w, a - along / root], axis=-1))
