"""At which level a part may be scaled alone: slices of one of its axes, blocks of them, the whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from psitheory.arithmetic import Array
from psitheory.scaletypes.degrees import Form
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
    values = dict(zip(algebra.free, rng.uniform(1, 2, len(algebra.free)).tolist(), strict=True))
    for name, state in states.items():
        level = _level(algebra, name, state, values)
        if level is not None:
            found[name] = level
    return found


def _level(algebra: Algebra, name: str, state: Elimination, values: Mapping[int, float]) -> OwnLevel | None:
    shape = algebra.parameters[name].shape
    if algebra.loose[name] == int(np.prod(shape)):
        return None
    if not any(state.reduce(dict(form)) for form in algebra.spans[name]) and not algebra.loose[name]:
        return None
    axes: list[int | None] = [axis for axis, size in enumerate(shape) if size > 1]
    found = [_along(algebra, name, axis, state, values) for axis in axes or [None]]
    best = max(found, key=lambda level: level.count)
    return best if best.count else None


def _along(algebra: Algebra, name: str, axis: int | None, state: Elimination, values: Mapping[int, float]) -> OwnLevel:
    """Return the scalings that are constant on each slice of an axis."""
    constant = state.copy()
    shape = algebra.parameters[name].shape
    for other in range(len(shape)):
        if other != axis and shape[other] > 1:
            _require_constant(algebra, name, other, constant)
    exponents = algebra.exponents(name, values, constant)
    lines = exponents.reshape(1, -1) if axis is None else np.moveaxis(exponents, axis, 0).reshape(shape[axis], -1)
    loose = np.isnan(lines).all(1)
    with np.errstate(all="ignore"):
        numbers = np.where(loose, 0, np.nanmax(np.where(np.isnan(lines), -np.inf, lines), axis=1))
    labels = _labels(np.where(np.abs(numbers) > 1e-9, numbers, 0.0), loose)
    return OwnLevel(axis, _by_themselves(labels, loose, _forms(algebra, name, axis, constant)), loose)


def of_wholes(algebra: Algebra) -> dict[str, Form]:
    """Return the exponent of each part that has an effect, where every part is scaled as a whole."""
    state = Elimination()
    for name, parameter in algebra.parameters.items():
        for axis, size in enumerate(parameter.shape):
            if size > 1:
                _require_constant(algebra, name, axis, state)
    read = (name for name, p in algebra.parameters.items() if algebra.loose[name] < int(np.prod(p.shape)))
    return {name: _forms(algebra, name, None, state)[0] for name in read}


def _by_themselves(labels: Array, loose: Array, forms: Sequence[Form]) -> Array:
    """Return the labels of units that may be scaled while all others stay, counted anew; the others are -1."""
    units, first = np.unique(labels[labels >= 0], return_index=True)
    slices = np.flatnonzero(labels >= 0)[first]
    of_units = [{} if loose[i] else forms[i] for i in slices]
    free = iter(independent_of_others([form for form in of_units if form]))
    renamed = {-1: -1}
    for unit, form in zip(units.tolist(), of_units, strict=True):
        renamed[unit] = len(set(renamed.values())) - 1 if not form or next(free) else -1
    return np.array([renamed[label] for label in labels.tolist()])


def _forms(algebra: Algebra, name: str, axis: int | None, state: Elimination) -> list[Form]:
    """Return the exponent of each slice, which is that of any of its entries that has an effect."""
    shape = algebra.parameters[name].shape
    (piece,) = whole_pieces(algebra, name)
    out, into = (np.broadcast_to(ids, shape) for ids in (piece.out, piece.into))
    unused = np.zeros(shape, bool) if piece.unused is None else piece.unused.reshape(shape)
    lines = [a.reshape(1, -1) if axis is None else np.moveaxis(a, axis, 0) for a in (out, into, unused)]
    found: list[Form] = []
    for of_out, of_into, without_effect in zip(*lines, strict=True):
        k = np.unravel_index(int(without_effect.argmin()), without_effect.shape)
        found.append(state.reduce(algebra.difference(int(of_out[k]), int(of_into[k]))))
    return found


def independent_of_others(forms: Sequence[Form]) -> list[bool]:
    """Tell of each form whether the others do not combine to it; they are looked at as they share unknowns."""
    if Elimination(forms).count == len(forms):
        return [True] * len(forms)
    places = [(k, len(forms) + v) for k, form in enumerate(forms) for v in form]
    size = 1 + max(column for _, column in places)
    graph = coo_array((np.ones(len(places)), tuple(zip(*places, strict=True))), shape=(size, size))
    together = connected_components(graph, directed=False)[1][: len(forms)]
    found = []
    for k, form in enumerate(forms):
        others = [forms[j] for j in np.flatnonzero(together == together[k]).tolist() if j != k]
        found.append(not Elimination(others).vanishes(form))
    return found


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
