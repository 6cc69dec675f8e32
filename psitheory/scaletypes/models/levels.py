"""At which level a part may be scaled alone: slices of one of its axes, blocks of them, the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array
from psitheory.scaletypes.models.algebra import Algebra, Piece
from psitheory.scaletypes.models.parameters import View
from psitheory.scaletypes.solver import Elimination


@dataclass(frozen=True, eq=False)
class OwnLevel:
    """The finest scalings of one part alone whose units are slices of one axis.

    Attributes
    ----------
    axis : int or None
        None for the whole of a part.
    labels : int array
        The unit of each slice, -1 for slices that stay.
    loose : bool array
        Slices that have no effect.
    """

    axis: int | None
    labels: Array
    loose: Array

    @property
    def count(self) -> int:
        """Return the number of units."""
        return int(self.labels.max(initial=-1)) + 1


def own_levels(algebra: Algebra, rng: np.random.Generator) -> dict[str, OwnLevel]:
    """Return the level of each part that has one; the parts that are wholly without effect are left out."""
    states = algebra.own()
    found = {}
    for name, state in states.items():
        level = _level(algebra, name, state, rng)
        if level is not None:
            found[name] = level
    return found


def _level(algebra: Algebra, name: str, state: Elimination, rng: np.random.Generator) -> OwnLevel | None:
    shape = algebra.parameters[name].shape
    if algebra.loose[name] == int(np.prod(shape)):
        return None
    if not any(state.reduce(dict(form)) for form in algebra.spans[name]) and not algebra.loose[name]:
        return None
    axes = [axis for axis, size in enumerate(shape) if size > 1]
    found = [_along(algebra, name, axis, state, rng) for axis in axes] or [_along(algebra, name, None, state, rng)]
    best = max(found, key=lambda level: level.count)
    return best if best.count else None


def _along(algebra: Algebra, name: str, axis: int | None, state: Elimination, rng: np.random.Generator) -> OwnLevel:
    """Return the scalings that are constant on each slice of an axis."""
    constant = state.copy()
    shape = algebra.parameters[name].shape
    for other in range(len(shape)):
        if other != axis and shape[other] > 1:
            _require_constant(algebra, name, other, constant)
    values = {v: float(rng.uniform(1, 2)) for v in algebra.free}
    exponents = algebra.exponents(name, values, constant)
    lines = exponents.reshape(1, -1) if axis is None else np.moveaxis(exponents, axis, 0).reshape(shape[axis], -1)
    loose = np.isnan(lines).all(1)
    with np.errstate(all="ignore"):
        numbers = np.where(loose, 0, np.nanmax(np.where(np.isnan(lines), -np.inf, lines), axis=1))
    labels = _labels(np.where(np.abs(numbers) > 1e-9, numbers, 0.0), loose)
    return OwnLevel(axis, labels, loose)


def _labels(numbers: Array, loose: Array) -> Array:
    """Return which slices scale together: those of one random number; loose ones by themselves."""
    labels = np.full(len(numbers), -1)
    seen: dict[float, int] = {}
    for i, x in enumerate(numbers):
        if loose[i]:
            labels[i] = seen.setdefault(float(-1 - i), len(seen))
        elif x:
            labels[i] = seen.setdefault(round(float(x), 9), len(seen))
    return labels


def _require_constant(algebra: Algebra, name: str, axis: int, state: Elimination) -> None:
    """Demand equal exponents along an axis of a part."""
    shape = algebra.parameters[name].shape
    for piece in whole_pieces(algebra, name):
        both = [np.asarray(a) for a in (piece.out, piece.into)]
        both = [a.reshape((1,) * (len(shape) - a.ndim) + a.shape) for a in both]
        if all(a.shape[axis] > 1 for a in both) or (piece.unused is not None and both[0].shape[axis] > 1):
            both = [_difference(algebra, *both), np.zeros((1,) * len(shape), np.int64)]
        unused = None if piece.unused is None or not piece.unused.any() else piece.unused.reshape(shape)
        for ids in both if unused is None else [np.broadcast_to(a, shape) for a in both]:
            _equal_along(algebra, ids, axis, state, unused)


def _equal_along(algebra: Algebra, ids: Array, axis: int, state: Elimination, unused: Array | None) -> None:
    if ids.shape[axis] == 1:
        return
    lines = np.moveaxis(ids, axis, -1).reshape(-1, ids.shape[axis])
    known = np.ones(lines.shape, bool)
    if unused is not None:
        known = ~np.moveaxis(np.broadcast_to(unused, ids.shape), axis, -1).reshape(lines.shape)
    first = np.take_along_axis(lines, known.argmax(-1)[:, None], -1)
    pairs = np.stack([np.broadcast_to(first, lines.shape)[known], lines[known]])
    for i, j in np.unique(pairs, axis=1).T:
        if i != j:
            state.require(algebra.difference(int(i), int(j)))


def _difference(algebra: Algebra, out: Array, into: Array) -> Array:
    return np.asarray(algebra.rules.combine(out, into, 1, -1))


def whole_pieces(algebra: Algebra, name: str) -> list[Piece]:
    """Return the exponents of a part as one piece of its shape."""
    parameter, pieces = algebra.parameters[name], algebra.pieces[name]
    count = int(np.prod(parameter.shape))
    if len(pieces) == 1 and pieces[0].view.shape == parameter.shape:
        return pieces
    memory, unused = np.zeros(parameter.count, np.int64), np.ones(parameter.count, bool)
    for piece in pieces:
        piece.view.of(memory)[...] = algebra.rules.combine(piece.out, piece.into, 1, -1)
        _mark(piece, unused)
    view = View(parameter.shape, (), 0)
    zero = np.zeros([1] * len(parameter.shape), np.int64)
    shaped = (a[:count].reshape(parameter.shape) for a in (memory, unused))
    return [Piece(view, next(shaped), zero, next(shaped))]


def _mark(piece: Piece, unused: Array) -> None:
    from numpy.lib.stride_tricks import as_strided

    inside = as_strided(unused[piece.view.offset :], piece.view.shape, piece.view.strides)
    inside[...] = False if piece.unused is None else piece.unused
