r"""A field that looks like the gradient of a PSI function to any method, and never vanishes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from psitheory.arithmetic import Array, dot, namespace, rescaled
from psitheory.layout import Layout, blocks
from psitheory.models.data import check_width, checked, divided, matched, refuse_batch
from psitheory.models.interface import Evaluation


@dataclass(frozen=True, eq=False)
class RotationField:
    r"""The field :math:`g_iJw_i/\|w_i\|^2` on blocks of two, with :math:`J(x, y) = (-y, x)`.

    It is orthogonal to each block, of degree -1 and of norm :math:`g_i` at unit blocks, as the gradient of
    :math:`\sum_ig_i\theta_i` would be if angles were functions.  No smooth function on a compact sphere has a
    gradient of constant norm, since it is zero at a maximum.  The loss is given as zero.

    Parameters
    ----------
    strengths : array, (m,)
        :math:`g_i`.

    Examples
    --------
    >>> import numpy as np
    >>> float(RotationField([3.0]).evaluate(np.array([2.0, 0.0])).gradient[1])
    1.5
    """

    strengths: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "strengths", checked(self.strengths, "strengths", None))

    @cached_property
    def layout(self) -> Layout:
        """Return m blocks of two."""
        return Layout(blocks("w", self.strengths.shape[0], 2))

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return zero and the field."""
        check_width(w, self.layout.n)
        refuse_batch(batch, "a rotation field")
        field = self.layout.map(_turned_over_square, lambda v: v, w)
        return Evaluation(0 * w[..., 0], self._times(field))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return the derivative of the field along x, (..., n); it is not symmetric."""
        check_width(w, self.layout.n)
        return self._times(self.layout.map(_moved, lambda _, v: v, w, x))

    def _times(self, field: Array) -> Array:
        return self.layout.scale(matched(self.strengths, field), field)


def _turned(rows: Array) -> Array:
    return namespace(rows).concat([-rows[..., 1:], rows[..., :1]], axis=-1)


def _turned_over_square(w: Array) -> Array:
    y, s = rescaled(w)
    return divided(_turned(y) / dot(y, y, keepdims=True), s)


def _moved(w: Array, x: Array) -> Array:
    y, s = rescaled(w)
    square = dot(y, y, keepdims=True)
    moved = (_turned(x) - 2 * (dot(y, x, keepdims=True) / square) * _turned(y)) / square
    return divided(divided(moved, s), s)
