r"""Muon: the gradient of a matrix replaced by its polar factor, with or without normalised rows before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.errors import NotInArithmetic
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.checks import check_factor, check_flag, check_rate


class Buffer(NamedTuple):
    """The momentum buffer (..., n)."""

    momentum: Array


def matrix_sign(matrix: Array) -> Array:
    r"""Return the polar factor :math:`UV^\top` of :math:`U\Sigma V^\top`, (..., k, d).

    Singular directions of 0 go to 0; a value counts as 0 up to rounding: below :math:`\max(k, d)` ulps of the largest.

    Raises
    ------
    NotInArithmetic
        Except on floats.
    """
    if namespace(matrix) is not np:
        raise NotInArithmetic("a polar factor is computed on floats only")
    left, singular, right = np.linalg.svd(matrix, full_matrices=False)
    floor = max(matrix.shape[-2:]) * np.finfo(matrix.dtype).eps * singular[..., :1]
    return np.asarray((left * (singular > floor)[..., None, :]) @ right)


def normalised_rows(matrix: Array) -> Array:
    """Return the matrix (..., k, d) with rows of norm 1; a zero row stays."""
    norms = np.linalg.norm(matrix, axis=-1, keepdims=True)
    return np.asarray(matrix / np.where(norms > 0, norms, 1))


@dataclass(frozen=True, eq=False)
class Muon:
    r"""Muon with the exact polar factor, :math:`m^+ = \beta m + \nabla f`, :math:`W^+ = W - \eta\,\mathrm{msign}(m^+)`.

    Parts with blocks (vectors as one row, kernels as a matrix of filters) and free matrices are stepped so; all others
    step by :math:`\eta m^+`.

    Parameters
    ----------
    rate : positive number
        :math:`\eta`.
    momentum : number
        :math:`\beta`, in [0, 1).
    normalise : bool
        Whether rows are normalised **before** the polar factor: then it does not change when rows of the gradient are
        scaled, and a rescaling of row i of W by a_i is met by the rate :math:`a_i\eta` on that row.

    Raises
    ------
    ArgumentError
        If the rate is not positive, or the momentum lies outside [0, 1).
    """

    rate: Any
    momentum: Any = field(default=0, kw_only=True)
    normalise: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        check_rate(self.rate)
        check_factor(self.momentum, "momentum")
        check_flag(self.normalise, "normalise")

    def init(self, layout: Layout, w: Array) -> Buffer:
        """Return a buffer of zeros."""
        return Buffer(namespace(w).zeros_like(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Buffer) -> tuple[Array, Buffer]:
        """Return the next weights and state."""
        buffer = state.momentum * self.momentum + evaluation.gradient
        direction = buffer + 0
        for part in layout.parts:
            if part.blocks or len(part.shape) == 2:
                rows = part.shape[0] if len(part.shape) > 1 else 1
                matrix = layout.view(part.name, buffer).reshape(*w.shape[:-1], rows, -1)
                matrix = normalised_rows(matrix) if self.normalise else matrix
                target = layout.view(part.name, direction)
                target[...] = matrix_sign(matrix).reshape(target.shape)
        return w - direction * self.rate, Buffer(buffer)
