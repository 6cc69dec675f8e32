"""Systems of linear equations: on floats, exactly, and in balls."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic.balls import BALLS
from psitheory.arithmetic.numbers import Array, namespace
from psitheory.arithmetic.rationals import RATIONALS
from psitheory.errors import NotInArithmetic, Undecided


def solve(matrix: Array, vector: Array) -> Array:
    r"""Return x with :math:`Ax = b` for A (..., n, n) and b (..., n); where A is singular, NaN on floats.

    Raises
    ------
    NotInArithmetic
        On symbols, and where an exact matrix is singular.
    Undecided
        If a matrix of balls may be singular.
    """
    xp = namespace(matrix, vector)
    if xp is np:
        return _on_floats(np.asarray(matrix), np.asarray(vector))
    if xp not in (BALLS, RATIONALS):
        raise NotInArithmetic("linear equations are solved on floats, rationals and balls only")
    from flint import arb_mat, fmpq_mat

    kind: Any = arb_mat if xp is BALLS else fmpq_mat
    n = vector.shape[-1]
    lifted = [[xp.element(x) for x in row] for row in matrix.reshape(n, n)]
    try:
        found = kind(lifted).solve(kind([[xp.element(x)] for x in vector.reshape(n)]))
    except ZeroDivisionError as error:
        if xp is BALLS:
            raise Undecided("the matrix may be singular at this precision; raise it") from error
        raise NotInArithmetic("the matrix is singular") from error
    return xp.asarray([found[k, 0] for k in range(n)])


def _on_floats(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    try:
        return np.asarray(np.linalg.solve(matrix, vector[..., None])[..., 0])
    except np.linalg.LinAlgError:
        if matrix.ndim == 2:
            return np.full_like(vector, np.nan)
        pairs = zip(matrix.reshape(-1, *matrix.shape[-2:]), vector.reshape(-1, vector.shape[-1]), strict=True)
        return np.stack([_on_floats(a, b) for a, b in pairs]).reshape(vector.shape)
