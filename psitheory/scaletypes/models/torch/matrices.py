"""Rules of factorisations, inverses, transforms and distances, of whole matrices or rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.gathered import lower_root
from psitheory.scaletypes.models.square import (
    determinant,
    exponential,
    inverse,
    least_squares,
    pseudo_inverse,
    solution,
    triangle,
)
from psitheory.scaletypes.models.torch.elementwise import said
from psitheory.scaletypes.models.torch.probing import probe


def cholesky(m: Any, c: Any) -> Any:
    """Return the degrees of a root; entries must scale as products of those of rows."""
    return [lower_root(m.rules, m.ids(c.first), said(m, c), c.first.shape[-1]), None]


def inverted(m: Any, c: Any) -> Any:
    """Return the degrees of an inverse."""
    return [inverse(m.rules, m.ids(c.first), said(m, c)), None]


def pseudo_inverted(m: Any, c: Any) -> Any:
    """Return the degrees of a pseudo-inverse; one that takes small singular values for zero has no rule."""
    if c.get("atol") is not None or c.get("rtol") is not None or c.get("hermitian"):
        return probe(m, c)
    return pseudo_inverse(m.rules, m.ids(c.first), _values(c.first), said(m, c))


def fitted(m: Any, c: Any) -> Any:
    """Return the degrees of the solution of least squares; of what else is computed there is no rule."""
    if c.get("rcond") is not None:
        return probe(m, c)
    ids = least_squares(m.rules, m.ids(c.first), _values(c.first), m.ids(c["b"]), said(m, c))
    return [ids, None, None, None]


def _values(x: Any) -> np.ndarray:
    with torch.utils._python_dispatch._disable_current_modes():
        return np.asarray(x.detach().cpu().numpy())


def solved(m: Any, c: Any) -> Any:
    """Return the degrees of the solution of AX = B, or of XA = B."""
    a, b = c["A"], c["B"]
    is_vector = b.dim() < a.dim() and (b.dim() == 1 or b.shape == a.shape[:-1])
    return [_solution(m, c, m.ids(a), m.ids(b), left=bool(c["left"]), is_vector=is_vector), None, None, None]


def solved_by_triangle(m: Any, c: Any) -> Any:
    """Return the degrees of the solution with the upper or lower part of a matrix."""
    a = triangle(m.ids(c.first), c.first.shape[-1], upper=bool(c["upper"]), unit=bool(c["unitriangular"]))
    return _solution(m, c, a, m.ids(c["B"]), left=c["left"] is not False)


def solved_by_root(m: Any, c: Any) -> Any:
    """Return the degrees of the solution of LLᵀX = B."""
    b, root, upper = m.ids(c.first), c["input2"], bool(c["upper"])
    a = triangle(m.ids(root), root.shape[-1], upper=upper, unit=False)
    for factor in (np.swapaxes(a, -1, -2), a) if upper else (a, np.swapaxes(a, -1, -2)):
        b = solution(m.rules, factor, b, said(m, c))
    return b


def _solution(m: Any, c: Any, a: Ids, b: Ids, *, left: bool, is_vector: bool = False) -> Ids:
    a, b = np.asarray(a), np.asarray(b)
    if is_vector:
        return solution(m.rules, a, b[..., None], said(m, c))[..., 0]
    if left:
        return solution(m.rules, a, b, said(m, c))
    return np.swapaxes(solution(m.rules, np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2), said(m, c)), -1, -2)


def determined(m: Any, c: Any) -> Any:
    """Return the degree of a determinant; its logarithm must stay."""
    ids = determinant(m.rules, m.ids(c.first), c.first.shape[-1], said(m, c))
    if c.name != "_linalg_slogdet":
        return [ids, None, None]
    m.rules.zero(ids, said(m, c))
    return [np.zeros_like(ids), np.zeros_like(ids), None, None]


def exponentiated(m: Any, c: Any) -> Ids:
    """Return the degrees of the exponential of a matrix."""
    return exponential(m.rules, m.ids(c.first), c.first.shape[-1], said(m, c))


def orthogonalised(m: Any, c: Any) -> Any:
    """Return degrees of Q and R: columns may have lengths of their own, which R alone has."""
    columns = m.rules.same(m.ids(c.first), [-2], said(m, c))
    return [np.zeros_like(columns), columns]


def spectrum(m: Any, c: Any) -> Any:
    """Demand one degree of each matrix, which its eigenvalues or singular values have; vectors stay."""
    ids = m.rules.same(m.ids(c.first), [-2, -1], said(m, c))
    values = ids[..., 0]
    return [values, 0 * ids] if c.name == "_linalg_eigh" else [0 * ids, values, 0 * ids]


def transformed(m: Any, c: Any) -> Ids:
    """Demand one degree along the axes over which a Fourier transform sums."""
    return m.rules.same(m.ids(c.first), [axis % c.first.dim() for axis in c["dim"]], said(m, c))


def distances(m: Any, c: Any) -> Ids:
    """Join each row of one matrix with each row of the other: a distance has the degree of both."""
    one, two = (m.rules.same(m.ids(x), [-1], said(m, c)) for x in c.args[:2])
    return m.rules.join(one, np.swapaxes(two, -1, -2), said(m, c))


def distances_of_pairs(m: Any, c: Any) -> Ids:
    """Join all rows, of which each two have a distance."""
    return m.rules.same(m.ids(c.first), [-2, -1], said(m, c))[..., 0]


def crossed(m: Any, c: Any) -> Ids:
    """Join both products in each component of a cross product."""
    axis = c["dim"] % c.first.dim()
    a, b = (np.asarray(m.ids(x)) for x in c.args[:2])
    a, b = (np.broadcast_to(x, [3 if k == axis else n for k, n in enumerate(x.shape)]) for x in (a, b))
    plus, minus = (m.rules.combine(np.roll(a, i, axis), np.roll(b, j, axis)) for i, j in ((-1, -2), (-2, -1)))
    return m.rules.join(plus, minus, said(m, c))


def diagonal_sum(m: Any, c: Any) -> Ids:
    """Demand one degree of all entries of a diagonal."""
    ids = np.broadcast_to(m.ids(c.first), c.first.shape)
    return m.rules.same(np.diagonal(ids), [0], said(m, c)).reshape(())


MATRICES: dict[str, Any] = (
    dict.fromkeys(("_fft_r2c", "_fft_c2r", "_fft_c2c"), transformed)
    | dict.fromkeys(("_cdist_forward", "cdist"), distances)
    | dict.fromkeys(("_linalg_det", "_linalg_slogdet"), determined)
    | dict.fromkeys(("_linalg_eigh", "_linalg_svd"), spectrum)
    | {
        "linalg_cholesky_ex": cholesky,
        "linalg_inv_ex": inverted,
        "linalg_lstsq": fitted,
        "linalg_pinv": pseudo_inverted,
        "_linalg_solve_ex": solved,
        "linalg_solve_triangular": solved_by_triangle,
        "cholesky_solve": solved_by_root,
        "linalg_matrix_exp": exponentiated,
        "linalg_qr": orthogonalised,
        "_pdist_forward": distances_of_pairs,
        "linalg_cross": crossed,
        "trace": diagonal_sum,
    }
)
