r"""Which sums of free unknowns scale the fewest entries: a stream of residuals alone, and not with all that it feeds.

An elimination leaves those unknowns free that it came by last, and one of them may scale a layer up and the next one
down besides.  Entries of weights have exponents :math:`Sx`, linear in the free unknowns x; a unit vector is a symmetry,
and adding another to it is as good a one.  It is added, with either sign, as long as fewer entries are then scaled;
only those of fewer entries are, so that all stay independent.  What scales all its entries one way stays as it is: the
weight and the bias before a norm are a group, though the affine parts and biases before them may be fewer.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array, vstack

from psitheory.arithmetic import Array
from psitheory.scaletypes.models.algebra import Algebra, Piece
from psitheory.scaletypes.models.compact import compressed

MOST = 400_000
"""Pairs of degrees, one for each weight of convolutions and layers whose channels have scales of their own, up to which
sums are looked for: a second's work."""


def sparsest(algebra: Algebra) -> dict[int, dict[int, int]]:
    """Return for each free unknown the sum of unknowns, itself among them, that scales the fewest entries found."""
    places = {v: k for k, v in enumerate(algebra.free)}
    found = {v: {v: 1} for v in algebra.free}
    pieces = [piece for pieces in algebra.pieces.values() for piece in pieces]
    if sum(int(np.prod(_pairs(piece)[0].shape)) for piece in pieces) > MOST or len(places) < 2:
        return found
    rows, weights = _exponents(algebra, pieces, places)
    costs = (abs(rows) > 0).T @ weights
    columns = rows.tocsc()
    for k in _improvable(rows, weights, costs):
        column = columns[:, [k]].toarray().ravel()
        if np.all(column >= 0) or np.all(column <= 0):  # all are scaled alike: a group, which is no trade
            continue
        own = _added(rows, weights, column, costs)
        found[algebra.free[k]] |= {algebra.free[j]: sign for j, sign in own.items()}
    return found


def _added(rows: Any, weights: Array, column: Array, costs: Array) -> dict[int, int]:
    """Return which unknowns, of fewer entries, are added to the one of a column, each with a sign."""
    out: dict[int, int] = {}
    cost = size = float((column != 0) @ weights)
    while True:
        near = rows[np.flatnonzero(column)]
        here, signs = weights[column != 0], column[column != 0]
        both = (abs(near) > 0).T @ here
        agree = ((near.multiply(np.sign(signs)[:, None])) > 0).T @ here
        gains = np.maximum(agree, both - agree) + both - costs
        gains[(costs >= size) | np.isin(np.arange(len(costs)), list(out))] = 0
        signs_of = np.where(2 * agree >= both, -1, 1)
        every = np.flatnonzero(gains > 0)
        for chosen in (every, every[[np.argmax(gains[every])]] if len(every) else every):
            changed = column + rows[:, chosen] @ signs_of[chosen]
            after = float((changed != 0) @ weights)
            if after <= cost - gains[chosen].sum() / 2:  # all at once, if they have nothing in common
                break
        if not after < cost:  # there are none, or exponents are not ±1 and do not cancel
            return out
        column, cost = changed, after
        out |= dict(zip(chosen.tolist(), signs_of[chosen].tolist(), strict=True))


def _improvable(rows: Any, weights: Array, costs: Array) -> Array:
    """Return the places of unknowns to which another of fewer entries may be added with gain."""
    both = ((abs(rows) > 0) * weights[:, None]).T @ (abs(rows) > 0).astype(float)
    signed = (rows.sign() * weights[:, None]).T @ rows.sign()
    gains = (both + (both + abs(signed)) / 2).tocoo()
    other, one = gains.coords
    return np.unique(one[(gains.data > costs[other]) & (costs[other] < costs[one])])


def _pairs(piece: Piece) -> tuple[Any, Any]:
    out, into = np.broadcast_arrays(compressed(piece.out), compressed(piece.into))
    return out, into


def _exponents(algebra: Algebra, pieces: list[Piece], places: dict[int, int]) -> tuple[Any, Array]:
    """Return the exponents of entries as forms in the free unknowns, (kinds, unknowns), and how many are of each."""
    rows, weights = [csr_array((1, len(places)))], [np.zeros(1)]
    for piece in pieces:
        out, into = (a.ravel() for a in _pairs(piece))
        unused = np.zeros(1, bool) if piece.unused is None else piece.unused
        counts = np.full(out.shape, np.prod(piece.view.shape) / max(out.size, 1))
        if unused.any():
            out, into = (np.broadcast_to(a, piece.view.shape).ravel() for a in (piece.out, piece.into))
            counts = 1.0 - unused.ravel()
        rows.append(_forms(algebra, out, places) - _forms(algebra, into, places))
        weights.append(counts)
    return csr_array(vstack(rows)), np.concatenate(weights)


def _forms(algebra: Algebra, degrees: Array, places: dict[int, int]) -> Any:
    kinds, which = np.unique(degrees, return_inverse=True)
    entries = [(k, places[v], float(c)) for k, d in enumerate(kinds) for v, c in algebra.form(int(d)).items()]
    at, to, values = zip(*entries, strict=True) if entries else ((), (), ())
    table = csr_array((values, (at, to)), shape=(len(kinds), len(places)))
    return table[which.ravel()]
