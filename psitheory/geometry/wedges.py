r"""What the blocks of two vectors have in common beyond each block, as squares.

For :math:`X = (X_1, \dots, X_m, X_v)` Lagrange's identity splits
:math:`\|X \wedge Y\|^2 - \sum_i \|X_i \wedge Y_i\|^2` into
:math:`\sum_{i<j}\|X_i \otimes Y_j - Y_i \otimes X_j\|^2`, the same with the free part, and
:math:`\|X_v \wedge Y_v\|^2`.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from psitheory.arithmetic import PositiveSum, dot, gram_determinant, positive, tensor_square
from psitheory.geometry.psi import PSIQuotient


def wedges_across(psi: PSIQuotient, w: Any, x: Any, y: Any) -> PositiveSum:
    r"""Return :math:`\|X \wedge Y\|^2 - \sum_i \|X_i \wedge Y_i\|^2` in the metric at w, as a sum of squares.

    Parameters
    ----------
    psi : PSIQuotient
    w : array of shape (n,)
        A point.
    x, y : array of shape (n,)
        Vectors at w.
    """
    free = psi.layout.free_part
    parts = [(positive(dot(u, u)), a, b) for u, a, b in zip(*(_blocks(psi, z) for z in (w, x, y)), strict=True)]
    pairs = [tensor_square(a, b, c, d) / r / s for (r, a, b), (s, c, d) in combinations(parts, 2)]
    beside = [tensor_square(a, b, free(x), free(y)) / r for r, a, b in parts]
    return sum([*pairs, *beside], gram_determinant(free(x), free(y)))


def _blocks(psi: PSIQuotient, z: Any) -> list[Any]:
    return [block for rows in psi.layout.rows(z) for block in np.moveaxis(rows, -2, 0)]
