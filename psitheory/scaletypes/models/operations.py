"""What arithmetic on arrays asks of degrees, whatever library writes it: the rules of JAX and of NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence, Set
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.models.compact import ANY, compressed
from psitheory.scaletypes.models.items import SMALL, Item, number_of
from psitheory.scaletypes.models.rules import Rules


def zero(rules: Rules, what: str, *items: Item) -> Ids:
    """Demand degree zero: tanh, exp."""
    for item in items:
        rules.zero(item.degrees(rules), what)
    return np.int64(0)


def add(rules: Rules, what: str, a: Item, b: Item) -> Ids:
    """Demand equal degrees; a small constant is an eps, whose demand is soft."""
    for x, other in ((a, b), (b, a)):
        constant = number_of(other)
        if constant is not None and 0 < abs(constant) <= SMALL and x.known:
            rules.constants.add(abs(constant))
            ids = x.degrees(rules)
            rules.zero(ids, what, Kind.CONSTANT, abs(constant))
            return ids
    return rules.join(*_paired(rules, a, b), what)


def mul(rules: Rules, a: Item, b: Item, sign: int = 1) -> Ids:
    """Add degrees; subtract them for a quotient."""
    return rules.combine(*_paired(rules, a, b), 1, sign)


def join(rules: Rules, what: str, a: Item, b: Item) -> Ids:
    """Demand equal degrees: of a number and what it is taken modulo, of the parts of a complex one."""
    return rules.join(*_paired(rules, a, b), what)


def power(rules: Rules, what: str, base: Item, exponent: Item) -> Ids:
    """Multiply the degree by the exponent, which must be a number for the degree to be other than zero."""
    number = number_of(exponent)
    if number is not None:
        try:
            return rules.times(base.degrees(rules), number)
        except ValueError:  # no simple fraction
            pass
    return zero(rules, what, base, exponent)


def extreme(rules: Rules, what: str, a: Item, b: Item, *, largest: bool) -> Ids:
    """Demand equal degrees of what is compared; a tiny constant below is a floor, zero and infinity fit."""
    for x, other in ((a, b), (b, a)):
        constant = number_of(other)
        if constant is None:
            continue
        if largest and 0 < constant <= SMALL:
            rules.zero(x.degrees(rules), what, Kind.WINDOW, constant)
            return x.degrees(rules)
        if constant == 0 or math.isinf(constant):
            return x.degrees(rules)
    return rules.join(*_paired(rules, a, b), what)


EQUALITIES = {"eq", "ne", "equal", "not_equal"}


def whatever_the_scale(numbers: Set[float | None], what: str) -> bool:
    """Tell whether a comparison with these constants, None for what is none, is one with infinity or of a zero."""
    return bool(numbers & {math.inf, -math.inf}) or (0 in numbers and what in EQUALITIES)


def compare(rules: Rules, what: str, a: Item, b: Item) -> Ids | None:
    """Demand equal degrees of what is compared; with zero everything may be.

    Returns None, as for a constant, where no scale changes the answer whatever the degrees are: whether a number is
    zero, is infinite, or is itself.
    """
    numbers = {number_of(a), number_of(b)}
    if a is b or whatever_the_scale(numbers, what):
        return None
    if 0 not in numbers:
        rules.join(*_paired(rules, a, b), what)
    return np.int64(0)


def select(rules: Rules, what: str, which: Item, cases: Sequence[Item]) -> Ids:
    """Join all cases if the choice depends on parameters; else take entry by entry what is taken."""
    shape = np.broadcast_shapes(which.shape, *(case.shape for case in cases))
    ids = [_of_rank(case.degrees(rules), len(shape)) for case in cases]
    if not which.known:
        chosen = np.broadcast_to(np.asarray(which.value).astype(int), shape)
        return compressed(np.choose(chosen, [np.broadcast_to(i, shape) for i in ids]))
    out = ids[0]
    for other in ids[1:]:
        out = rules.join(out, other, what)
    return out


def reduce(rules: Rules, what: str, a: Item, axes: Sequence[int], factor: float = 1) -> Ids:
    """Demand one degree along axes, which are left with length 1, and multiply it."""
    ids = rules.same(a.degrees(rules, axes), axes, what) if axes else a.degrees(rules)
    return ids if factor == 1 else rules.times(ids, factor)


def dropped(ids: Ids, axes: Sequence[int]) -> Ids:
    """Drop axes of length 1."""
    return np.asarray(ids).reshape([n for axis, n in enumerate(np.shape(ids)) if axis not in set(axes)])


Axes = tuple[Sequence[int], Sequence[int]]


def contraction(rules: Rules, what: str, a: Item, b: Item, contracted: Axes, batch: Axes) -> Ids:
    """Return the degrees of a product summed over axes: batch axes first, then the others of a, then those of b.

    A factor that is a parameter takes what is asked of it, if it has room.
    """
    free = tuple(
        [axis for axis in range(len(x.shape)) if axis not in (*contracted[side], *batch[side])]
        for side, x in enumerate((a, b))
    )

    def seen(side: int, x: Item) -> Ids:
        return _grouped(x.degrees(rules), x.shape, (batch[side], free[side], contracted[side]))

    found = None
    if b.source is not None:
        found = _absorbed(rules, what, seen(0, a), b, contracted[1], batch[1])
    if found is None and a.source is not None:
        found = _absorbed(rules, what, seen(1, b), a, contracted[0], batch[0])
        found = None if found is None else np.swapaxes(found, 1, 2)
    if found is None:
        found = rules.contract(seen(0, a), np.swapaxes(seen(1, b), 1, 2), what)
    sizes = (
        [a.shape[axis] for axis in batch[0]],
        [a.shape[axis] for axis in free[0]],
        [b.shape[axis] for axis in free[1]],
    )
    return _ungrouped(found, sizes)


def _absorbed(rules: Rules, what: str, x: Ids, w: Item, contracted: Sequence[int], batch: Sequence[int]) -> Ids | None:
    """Return (batch, rows of x, free axes of w), or None if the parameter has no room."""
    view = w.view
    if view is None or w.source is None:
        return None
    if (x == ANY).all():
        return np.full((1, 1, 1), ANY, np.int64)
    x = rules.known(compressed(x))
    first = x[:, :1, :]
    row = rules.same(rules.combine(x, first, 1, -1), [2], what)
    shape = w.shape
    free = [axis for axis in range(len(shape)) if axis not in (*contracted, *batch)]
    into = _ungrouped(first, ([shape[axis] for axis in batch], [], [shape[axis] for axis in contracted]))
    order = [*batch, *contracted]
    into = into.transpose([order.index(axis) for axis in sorted(order)])
    into = np.expand_dims(into, tuple(free))
    out = w.source.absorb(view, into, [*batch, *free], what)
    if out is None:
        return None
    return rules.combine(row, _grouped(np.asarray(out), shape, (batch, contracted, free)))


def convolution(rules: Rules, what: str, channels: Ids, w: Item, axes: tuple[int, int], groups: int) -> Ids:
    """Return the degree of each output channel (out,) of a kernel.

    Parameters
    ----------
    channels : array (batches, in)
        Degrees of input channels; of several batches each makes outputs of its own, in order.
    axes : tuple of int
        The axes of the kernel that are its outputs and its inputs.
    groups : int
    """
    shape, (o, i) = w.shape, axes
    if (channels == ANY).all():
        return np.full(1, ANY, np.int64)
    channels = rules.known(channels)
    outs = rules.fresh([shape[o] if axis == o else 1 for axis in range(len(shape))])
    if groups > 1 and channels.shape[1] > 1:
        channels = channels.reshape(groups, shape[i])
    into = channels if len(channels) == 1 else np.repeat(channels, shape[o] // len(channels), 0)
    into = into if o < i else into.T
    sizes = iter(into.shape)
    into = into.reshape([next(sizes) if axis in (o, i) else 1 for axis in range(len(shape))])
    view = w.view
    tied = None if w.source is None or view is None else w.source.tie(view, outs, into, what)
    if tied is None:
        rules.equal(np.broadcast_to(w.degrees(rules), shape), rules.combine(outs, into, 1, -1), what)
    return outs.reshape(-1)


def moved(rules: Rules, items: Sequence[Item], move: Callable[..., Any]) -> list[Ids]:
    """Return degrees moved as ``move`` does it to arrays of numbers; what is new is an exact zero."""
    before = [np.broadcast_to(item.degrees(rules), item.shape) for item in items]
    out = move(*(np.where(ids == ANY, 0.0, ids + 2.0) for ids in before))
    return [_decoded(x) for x in (out if isinstance(out, (tuple, list)) else (out,))]


def _decoded(x: Any) -> Ids:
    numbers = np.nan_to_num(np.asarray(x, float)).astype(np.int64)
    return compressed(np.where(numbers == 0, ANY, numbers - 2))


def _paired(rules: Rules, a: Item, b: Item) -> tuple[Ids, Ids]:
    rank = max(len(a.shape), len(b.shape))
    return _of_rank(a.degrees(rules), rank), _of_rank(b.degrees(rules), rank)


def _of_rank(ids: Ids, rank: int) -> Ids:
    ids = np.asarray(ids)
    return ids.reshape([1] * (rank - ids.ndim) + list(ids.shape))


def _grouped(ids: Ids, shape: Sequence[int], groups: Sequence[Sequence[int]]) -> Ids:
    """Return degrees with the axes of each group as one; of length 1 where they are constant along all of them."""
    ids = compressed(ids)
    sizes = []
    target = list(ids.shape)
    for group in groups:
        is_spread = any(ids.shape[axis] > 1 for axis in group)
        for axis in group:
            target[axis] = shape[axis] if is_spread else 1
        sizes.append(math.prod(shape[axis] for axis in group) if is_spread else 1)
    order = [axis for group in groups for axis in group]
    return np.broadcast_to(ids, target).transpose(order).reshape(sizes)


def _ungrouped(ids: Ids, sizes: Sequence[Sequence[int]]) -> Ids:
    """Return degrees with each axis spread over its group again."""
    shape: list[int] = []
    for n, group in zip(ids.shape, sizes, strict=True):
        shape += group if n > 1 else [1] * len(group)
    return np.asarray(ids).reshape(shape)
