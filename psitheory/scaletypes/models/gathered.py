"""What many entries make together, for arrays of degrees: products along axes, roots of matrices, sums at places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.compact import compressed
from psitheory.scaletypes.models.rules import Rules


def multiplied(rules: Rules, ids: Ids, axes: Sequence[int], shape: Sequence[int]) -> Ids:
    """Return the degrees of products along axes, which are left with length 1; of no factors it is 1."""
    ids = np.asarray(ids)
    if any(shape[axis] == 0 for axis in axes):
        return np.zeros([1] * ids.ndim, np.int64)
    for axis in axes:
        ids = (
            rules.times(ids, shape[axis])
            if ids.shape[axis] == 1
            else running_products(rules, ids, axis, shape).take([-1], axis)
        )
    return ids


def running_products(rules: Rules, ids: Ids, axis: int, shape: Sequence[int]) -> Ids:
    """Return the degrees of the products of the first, the first two, … entries along an axis."""
    ids = np.asarray(ids)
    parts = [ids.take([k if ids.shape[axis] > 1 else 0], axis) for k in range(shape[axis])]
    for k in range(1, len(parts)):
        parts[k] = rules.combine(parts[k - 1], parts[k])
    return np.concatenate(np.broadcast_arrays(*parts), axis) if parts else ids


def lower_root(rules: Rules, ids: Ids, what: str, size: int) -> Ids:
    r"""Return the degrees of L in :math:`A = LL^\top`: entries :math:`a_{ij}` must scale as :math:`d_id_j`."""
    ids = np.asarray(ids)
    square = np.broadcast_to(ids, (*ids.shape[:-2], size, size))
    rows = rules.times(np.diagonal(square, axis1=-2, axis2=-1), 0.5)[..., None]
    rules.equal(square, rules.combine(rows, np.swapaxes(rows, -1, -2)), what)
    return rows


def accumulated(rules: Rules, into: Ids, added: Ids, axes: tuple[Sequence[int], Sequence[int]], what: str) -> Ids:
    """Return the degrees of an array to which others are added at places along axes: they must be one along these.

    ``axes`` are those of places in the array and in what is added; the others must be the same, in order.
    """
    one, two = (
        rules.same(ids, along, what) if len(along) else compressed(ids)
        for ids, along in zip((into, added), axes, strict=True)
    )
    kept = [n for axis, n in enumerate(two.shape) if axis not in set(axes[1])]
    lengths = iter(kept)
    shape = [1 if axis in set(axes[0]) else next(lengths) for axis in range(one.ndim)]
    return rules.join(one, two.reshape(shape), what)


def multiplied_at(rules: Rules, into: Ids, places: Ids, factors: Ids) -> Ids:
    """Return the degrees of an array whose entries are multiplied by factors, each at its place; -1 is dropped."""
    out = np.array(into)
    flat, left = out.reshape(-1), np.flatnonzero(places >= 0)
    while left.size:
        _, first = np.unique(places[left], return_index=True)  # one factor of each place at a time
        now = left[first]
        flat[places[now]] = rules.combine(flat[places[now]], factors[now])
        left = np.delete(left, first)
    return out
