"""Rigorous enclosures of the eigenvalues of symmetric matrices of balls."""

from __future__ import annotations

from typing import Any

from psitheory.arithmetic.balls import BALLS, enclosure
from psitheory.errors import Undecided


def symmetric_spectrum(matrix: Any) -> Any:
    """Return enclosures of the eigenvalues of a symmetric ball matrix, ascending: the k-th holds the k-th eigenvalue.

    Raises
    ------
    Undecided
        If an entry is not finite at this precision.
    """
    rows = [[enclosure(x) for x in row] for row in matrix]
    if not all(x.is_finite() for row in rows for x in row):
        raise Undecided("an entry of a matrix whose eigenvalues are asked for is not enclosed; raise the precision")
    if _is_diagonal(rows):
        return BALLS.asarray(_in_order([row[i] for i, row in enumerate(rows)]))
    return BALLS.asarray(_isolated(rows) or nearly_diagonal(rows))


def _is_diagonal(rows: list[list[Any]]) -> bool:
    return all(x.is_zero() for i, row in enumerate(rows) for j, x in enumerate(row) if i != j)


def _in_order(values: list[Any]) -> list[Any]:
    """Return enclosures of numbers in ascending order: of the k-th, between the k-th lower and the k-th upper end."""
    if all(x.is_exact() for x in values):
        return sorted(values)
    ends = zip(sorted(x.lower() for x in values), sorted(x.upper() for x in values), strict=True)
    return [low.union(high) for low, high in ends]


def _isolated(rows: list[list[Any]]) -> list[Any]:
    """Return what flint encloses, which is quick; nothing where eigenvalues are equal or near."""
    from flint import acb_mat

    try:
        return _in_order([value.real for value in acb_mat(rows).eig()])
    except ValueError:
        return []


def nearly_diagonal(rows: list[list[Any]]) -> list[Any]:
    r"""Return enclosures to which equal and near eigenvalues are no obstacle.

    Let the columns of X be nearly orthonormal.  The k-th eigenvalue of :math:`X^\top AX` is :math:`\theta` times that
    of A, where :math:`|\theta - 1| \le \|X^\top X - I\|` (Ostrowski); and it is no farther from the k-th of any numbers
    :math:`d_i` in order than :math:`\|X^\top AX - \mathrm{diag}(d)\|` (Weyl).  So X and d may be found by any means:
    what is far from eigenvectors only widens the enclosures.
    """
    from flint import arb, arb_mat

    columns = arb_mat(near_eigenvectors([[x.mid() for x in row] for row in rows]))
    turned = columns.transpose() * arb_mat(rows) * columns
    middles = [turned[i, i].mid() for i in range(len(rows))]
    away = _norm(turned - _diagonal(middles))
    skew = _norm(columns.transpose() * columns - _diagonal([1] * len(rows)))
    about = arb(0, 1)
    return [(middle + away * about) / (1 + skew * about) for middle in sorted(middles)]


def _diagonal(values: list[Any]) -> Any:
    from flint import arb_mat

    return arb_mat([[x if i == j else 0 for j in range(len(values))] for i, x in enumerate(values)])


def _norm(matrix: Any) -> Any:
    """Return an upper bound of the spectral norm, which Frobenius's is."""
    return sum(x.abs_upper() ** 2 for x in matrix.entries()).sqrt().upper()


def near_eigenvectors(rows: list[list[Any]]) -> list[list[Any]]:
    """Return nearly orthonormal columns that nearly diagonalise a symmetric matrix of exact numbers (Jacobi's sweeps).

    Each rotation lessens what stands beside the diagonal; sweeps go on while it is more than rounding, and lessened.
    """
    from flint import arb, ctx

    n = len(rows)
    rows, columns = [list(row) for row in rows], [[arb(int(i == j)) for j in range(n)] for i in range(n)]
    left, rounding = _squares(rows, 1), _squares(rows, 0) * arb(2) ** (-2 * ctx.prec)
    before = left + 1
    while rounding < left < before:
        for p in range(n):
            for q in range(p + 1, n):
                _rotate(rows, columns, p, q)
        before, left = left, _squares(rows, 1)
    return columns


def _squares(rows: list[list[Any]], above: int) -> Any:
    """Return the sum of the squares on the diagonal and above it, or above it alone."""
    from flint import arb

    return sum((x * x for i, row in enumerate(rows) for x in row[i + above :]), arb(0)).mid()


def _rotate(rows: list[list[Any]], columns: list[list[Any]], p: int, q: int) -> None:
    """Turn axes p and q by the angle that makes entry (p, q) zero; all numbers are rounded to their middles."""
    if rows[p][q].is_zero():
        return
    ratio = ((rows[q][q] - rows[p][p]) / (2 * rows[p][q])).mid()
    tangent = 1 / (abs(ratio) + (ratio * ratio + 1).sqrt())
    cosine = (1 / (tangent * tangent + 1).sqrt()).mid()
    sine = (cosine * tangent * (-1 if ratio < 0 else 1)).mid()
    for row in (*rows, *columns):
        row[p], row[q] = (cosine * row[p] - sine * row[q]).mid(), (sine * row[p] + cosine * row[q]).mid()
    above, below = rows[p], rows[q]
    rows[p] = [(cosine * x - sine * y).mid() for x, y in zip(above, below, strict=True)]
    rows[q] = [(sine * x + cosine * y).mid() for x, y in zip(above, below, strict=True)]
