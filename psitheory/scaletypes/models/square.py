r"""Inverses, solutions and determinants: what :math:`A\mapsto\operatorname{diag}(e^r)A\operatorname{diag}(e^c)` scales.

Entries of an inverse follow entries of the matrix if these scale as products of a number for the row and one for the
column, :math:`a_{ij}=r_i+c_j`; then :math:`(A^{-1})_{ji}` has the degree :math:`-c_j-r_i`, and the determinant
:math:`\sum_ir_i+c_i`.
"""

from __future__ import annotations

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.gathered import multiplied
from psitheory.scaletypes.models.rules import Rules


def rows_and_columns(rules: Rules, a: Ids, what: str) -> tuple[Ids, Ids]:
    """Demand that entries (..., n, m) scale as products; return r (..., n, 1) and c (..., 1, m)."""
    a = rules.known(a)
    rows = a[..., :, :1]
    return rows, rules.same(rules.combine(a, rows, 1, -1), [-2], what)


def inverse(rules: Rules, a: Ids, what: str) -> Ids:
    """Return the degrees of an inverse."""
    rows, columns = rows_and_columns(rules, a, what)
    return np.swapaxes(rules.times(rules.combine(rows, columns), -1), -1, -2)


def pseudo_inverse(rules: Rules, a: Ids, x: np.ndarray, what: str) -> Ids:
    r"""Return the degrees of :math:`A^+`: of full rank, columns of a tall A, or rows of a wide one, have their own.

    :math:`(A\operatorname{diag}(e^c))^+ = \operatorname{diag}(e^{-c})A^+` where the columns of A are independent.
    Otherwise all entries must have one degree.

    Parameters
    ----------
    x : array (..., n, m)
        The matrices, of which ranks are taken.
    """
    rows, columns = x.shape[-2:]
    is_full = _has_full_rank(x)
    if is_full and rows == columns:
        return inverse(rules, a, what)
    axes = [-2, -1] if not is_full else [-2] if rows > columns else [-1]
    return np.swapaxes(rules.times(rules.same(rules.known(a), axes, what), -1), -1, -2)


def _has_full_rank(x: np.ndarray) -> bool:
    return bool(np.all(np.linalg.matrix_rank(x) == min(x.shape[-2:])))


def solution(rules: Rules, a: Ids, b: Ids, what: str) -> Ids:
    r"""Return the degrees of X in AX = B: those of B, less those of rows, must be the same for all rows.

    A is (..., n, n) and B (..., n, m).
    """
    rows, columns = rows_and_columns(rules, a, what)
    left = rules.same(rules.combine(b, rows, 1, -1), [-2], what)
    return rules.combine(left, np.swapaxes(columns, -1, -2), 1, -1)


def least_squares(rules: Rules, a: Ids, x: np.ndarray, b: Ids, what: str) -> Ids:
    r"""Return the degrees of :math:`A^+B`, which solves least squares: A is (..., n, m), values x, B (..., n, k)."""
    if x.shape[-2] == x.shape[-1] and _has_full_rank(x):
        return solution(rules, a, b, what)
    own = pseudo_inverse(rules, a, x, what)
    if own.shape[-1] == 1:
        return rules.combine(own, rules.same(rules.known(b), [-2], what))
    return rules.same(rules.combine(b, np.swapaxes(own, -1, -2)), [-2], what)


def triangle(a: Ids, size: int, *, upper: bool, unit: bool) -> Ids:
    """Return the degrees of the part of a matrix that is read as triangular; the rest are exact zeros."""
    full = np.broadcast_to(a, (*np.shape(a)[:-2], size, size))
    kept = np.tri(size, dtype=bool).T if upper else np.tri(size, dtype=bool)
    full = np.where(kept, full, ANY)
    return np.where(np.eye(size, dtype=bool), 0, full) if unit else full


def determinant(rules: Rules, a: Ids, size: int, what: str) -> Ids:
    """Return the degree of a determinant."""
    rows, columns = rows_and_columns(rules, a, what)
    one = multiplied(rules, rows, [rows.ndim - 2], [size] * rows.ndim)
    other = multiplied(rules, columns, [columns.ndim - 1], [size] * columns.ndim)
    return rules.combine(one, other)[..., 0, 0]


def exponential(rules: Rules, a: Ids, size: int, what: str) -> Ids:
    r"""Return the degrees of exp(A), those of A: a change of the lengths of basis vectors, :math:`a_{ij}=r_i-r_j`."""
    rows, columns = rows_and_columns(rules, a, what)
    out = rules.combine(rows, columns)
    rules.zero(np.diagonal(np.broadcast_to(out, (*out.shape[:-2], size, size)), axis1=-2, axis2=-1), what)
    return out
