"""Rules of what contracts, factors and solves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models import operations as op
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.gathered import lower_root
from psitheory.scaletypes.models.items import Item
from psitheory.scaletypes.models.rules import Rules
from psitheory.scaletypes.models.square import determinant as determinant_of
from psitheory.scaletypes.models.square import solution, triangle


def dot_product(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Demand one degree of all products that are summed."""
    contracted, batch = eqn.params["dimension_numbers"]
    return op.contraction(r, "dot_general", x[0], x[1], contracted, batch)


def convolution(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Demand one degree of all products that are summed, channel by channel and group by group."""
    numbers, rank = eqn.params["dimension_numbers"], len(x[0].shape)
    batch, channel = numbers.lhs_spec[:2]
    count = eqn.params["batch_group_count"]
    ids = np.moveaxis(x[0].degrees(r, [k for k in range(rank) if k not in (batch, channel)]), (batch, channel), (0, 1))
    if count > 1 and ids.shape[0] > 1:
        ids = np.moveaxis(ids.reshape(count, -1, *ids.shape[1:]), 1, -1)
    ids = r.same(ids, [k for k in range(ids.ndim) if k != 1 and (k or count == 1)], "convolution")
    ids = ids.reshape(ids.shape[0], ids.shape[1])
    outs = op.convolution(r, "convolution", ids, x[1], numbers.rhs_spec[:2], eqn.params["feature_group_count"])
    return outs.reshape([-1 if axis == numbers.out_spec[1] else 1 for axis in range(rank)])


def transformed(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Demand one degree along the last axes, over which a Fourier transform sums."""
    rank = len(x[0].shape)
    return op.reduce(r, "fft", x[0], range(rank - len(eqn.params["fft_lengths"]), rank))


def cholesky(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Return the degrees of the lower root of matrices."""
    return lower_root(r, x[0].degrees(r), "cholesky", x[0].shape[-1])


def lower_and_upper(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids | None]:
    """Demand one degree of all rows, which are compared; columns may have their own, which the upper factor has."""
    columns = np.broadcast_to(r.same(x[0].degrees(r), [-2], "lu"), x[0].shape)
    return [np.where(np.tri(x[0].shape[-2], x[0].shape[-1], -1, dtype=bool), 0, columns), None, None]


def solved_by_triangle(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Return the degrees of solutions of equations by a triangle, of which the other half is not read."""
    p = eqn.params
    a, b = triangle(x[0].degrees(r), x[0].shape[-1], upper=not p["lower"], unit=p["unit_diagonal"]), x[1].degrees(r)
    a = np.swapaxes(a, -1, -2) if p["transpose_a"] else a
    if p["left_side"]:
        return solution(r, a, b, "triangular_solve")
    return np.swapaxes(solution(r, np.swapaxes(a, -1, -2), np.swapaxes(b, -1, -2), "triangular_solve"), -1, -2)


def orthogonalised(r: Rules, eqn: Any, x: Sequence[Item]) -> Any:
    """Demand one degree of each column, which the triangle has; orthonormal columns stay. Pivots compare columns."""
    if eqn.params.get("pivoting"):
        return None
    columns = r.same(x[0].degrees(r), [-2], "qr")
    return [0 * columns, columns]


def spectrum(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids]:
    """Demand one degree of each matrix, which its eigenvalues or singular values have; vectors stay."""
    ids = r.same(x[0].degrees(r), [-2, -1], eqn.primitive.name)
    degrees = [ids[..., 0], 0 * ids, 0 * ids]
    return [degrees[1], degrees[0]] if eqn.primitive.name == "eigh" else degrees[: len(eqn.outvars)]


def solved(r: Rules, eqn: Any, x: Sequence[Item]) -> Ids:
    """Return the degrees of solutions of equations."""
    a, b = x[0].degrees(r), _entries(r, x[1])
    return solution(r, a, b[..., None], "solve")[..., 0] if b.ndim == 1 else solution(r, a, b, "solve")


def _entries(r: Rules, item: Item) -> Ids:
    """Return degrees in which the zeros of a constant, such as those of an identity, are exact zeros."""
    return item.degrees(r) if item.known else np.where(np.asarray(item.value) == 0, ANY, 0)


def determinant(r: Rules, eqn: Any, x: Sequence[Item]) -> Any:
    """Return the degree of determinants, whose logarithms ask for none."""
    ids = determinant_of(r, x[0].degrees(r), x[0].shape[-1], eqn.params["name"])
    if eqn.params["name"] == "det":
        return ids
    r.zero(ids, "slogdet")
    return [0 * ids, 0 * ids]
