"""Vectors that stand in a special relation to an earlier one: equal, opposite, parallel, orthogonal, near, in part so.

Independent vectors are never so, and what fails only there would hold.  A relation is chosen by the signs and sizes of
what was drawn; then it is a linear map.  So a search that moves the earlier vector takes the later one along, and one
that moves the later one leaves the relation, both without a jump.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS
from psitheory.layout import Layout
from psitheory.runner.domain import Drawn
from psitheory.runner.searching.nudges import decided
from psitheory.runner.searching.special import special
from psitheory.strategies.values import Made

Linear = Callable[[Any, Any], Any]
Relation = Callable[[Layout, Any, Any], Linear]


def related(
    layout: Layout, drawn: Drawn, plain: st.SearchStrategy[Any], *, fits: Callable[[Any], bool] = lambda _: True
) -> st.SearchStrategy[Any]:
    """Draw vectors (n,) as they are or, one in three, related to an earlier input of that shape.

    Parameters
    ----------
    layout : Layout
    drawn : Drawn
        The inputs so far; those that are arrays (n,) are earlier ones, and of two or more their sum.
    plain : strategy
        Vectors that know nothing of the others; one that is related takes its lengths and signs from there.
    fits : function
        Tells of an earlier one whether it might have been drawn here.
    """
    arrays = [value for value in drawn.values() if isinstance(value, np.ndarray) and value.shape == (layout.n,)]
    before = len(arrays)
    arrays += [sum(arrays[1:], arrays[0])] if before > 1 else []  # three that are coplanar, four that balance
    fitting = decided(lambda: [fits(value) for value in arrays]) if arrays else []
    earlier = list(compress(arrays, fitting))
    if not earlier:
        return plain
    relations = (*RELATIONS, _rolled(before), _signed(before))

    def one_of_them(z: Any, which: int | None) -> Any:
        if which is None:
            return z
        to, relation = divmod(which, len(relations))
        made = decided(lambda: in_relation(layout, relations[relation], earlier[to], z))
        return _without_new_zeros(layout, z, made(earlier[to], z))

    return Made(one_of_them, plain, special(len(relations) * len(earlier)))


def in_relation(layout: Layout, relation: Relation, w: Any, z: Any) -> Linear:
    """Return the map that relates the second of two vectors to the first, and moves it as the second is moved from z.

    It moves by so much of its own length, block by block, as the second does.
    """
    relate = relation(layout, w, z)
    there = relate(w, z)
    shares = [_power_of_two(there[part], z[part]) for part in _parts(layout)]

    def made(moved_w: Any, moved_z: Any) -> Any:
        if moved_z is z:
            return relate(moved_w, z)
        moves = [share * (moved_z - z)[part] for share, part in zip(shares, _parts(layout), strict=True)]
        return relate(moved_w, z) + np.concatenate(moves)

    return made


def _parts(layout: Layout) -> list[slice]:
    """Return where each block lies, and the free part last, if there is one."""
    ends = np.cumsum([abs(size) for size in layout.sizes_in_order])
    return [slice(int(end) - abs(size), int(end)) for end, size in zip(ends, layout.sizes_in_order, strict=True)]


def _without_new_zeros(layout: Layout, z: Any, made: Any) -> Any:
    """Return what was made, with the blocks of z where it has become zero: points have no zero blocks."""
    out = np.array(made)
    for part in _parts(layout):
        if not np.any(out[part] != 0):
            out[part] = z[part]
    return out


def _power_of_two(like: Any, of: Any) -> Any:
    """Return the power of two by which a part becomes about as long as another; a product with it is exact."""
    long, short = (max((abs(float(x)) for x in map(_float, part)), default=0.0) for part in (like, of))
    exponent = math.frexp(long)[1] - math.frexp(short)[1] if long and short else 0
    return RATIONALS.element(2) ** exponent if of.dtype == object else math.ldexp(1.0, exponent)


def _float(x: Any) -> float:
    return x if isinstance(x, float) else int(x.p) / int(x.q)


def _sign(part: Any) -> int:
    return -1 if len(part) and part[0] < 0 else 1


def _which(z: Any, count: int) -> int:
    """Return one of so many, which depends on z."""
    return int(sum(abs(_float(x)) for x in z)) % count


def _equal(layout: Layout, w: Any, z: Any) -> Linear:
    return lambda w, z: w


def _opposite(layout: Layout, w: Any, z: Any) -> Linear:
    return lambda w, z: -w


def _multiple(layout: Layout, w: Any, z: Any) -> Linear:
    factor = _sign(z) * _power_of_two(z, w)
    return lambda w, z: factor * w


def _multiple_by_parts(layout: Layout, w: Any, z: Any) -> Linear:
    """Each block is a positive or negative multiple."""
    return _by_parts(layout, [_multiple(layout, w[part], z[part]) for part in _parts(layout)])


def _by_parts(layout: Layout, maps: Sequence[Linear]) -> Linear:
    both = list(zip(maps, _parts(layout), strict=True))
    return lambda w, z: np.concatenate([relate(w[part], z[part]) for relate, part in both])


def _equal_in_part(layout: Layout, w: Any, z: Any) -> Linear:
    """One block is equal; of a single one all entries but the last."""
    parts = _parts(layout)
    same = parts[_which(z, len(parts))] if len(parts) > 1 else slice(0, -1)
    return lambda w, z: _with(z, same, w[same])


def _with(x: Any, part: slice, value: Any) -> Any:
    out = x.copy()
    out[part] = value
    return out


def _reflected(layout: Layout, w: Any, z: Any) -> Linear:
    """One block is opposite, the others are equal; of a single one the first entry."""
    parts = _parts(layout)
    other = parts[_which(z, len(parts))] if len(parts) > 1 else slice(0, 1)
    return lambda w, z: _with(w, other, -w[other])


def _orthogonal(layout: Layout, w: Any, z: Any) -> Linear:
    """Each block is orthogonal, exactly: entries change places by pairs, one of each with the other sign."""
    return _by_parts(layout, [_turned(w[part], z[part]) for part in _parts(layout)])


def _turned(w: Any, z: Any) -> Linear:
    at_right_angles = _by_a_right_angle(w)
    factor = _sign(z) * _power_of_two(z, at_right_angles)
    return lambda w, z: factor * _by_a_right_angle(w) if np.any(at_right_angles != 0) else z


def _by_a_right_angle(x: Any) -> Any:
    pairs = len(x) // 2
    turned = 0 * x
    turned[0 : 2 * pairs : 2], turned[1 : 2 * pairs : 2] = -x[1 : 2 * pairs : 2], x[0 : 2 * pairs : 2]
    return turned


def _near(layout: Layout, w: Any, z: Any) -> Linear:
    """Return what lies at a distance of about 2^-8 to 2^-44 of w or -w, by steps of 2^4; block by block."""
    share, sign = 2 ** (8 + 4 * _which(z, 10)), _sign(z)
    return _by_parts(layout, [_beside(sign, _power_of_two(w[part], z[part]) / share) for part in _parts(layout)])


def _beside(sign: int, share: Any) -> Linear:
    return lambda w, z: sign * w + share * z


def _rolled(turns: int) -> Relation:
    """Let the entries of each block go round: three vectors that do so in space have one product by pairs."""
    return lambda layout, w, z: _by_parts(layout, [lambda w, z: np.roll(w, turns)] * len(_parts(layout)))


def _signed(row: int) -> Relation:
    """Change the signs of half of the entries of each block by a row: of equal entries four make a simplex."""

    def signed(w: Any, z: Any) -> Any:
        changes = [(place & row).bit_count() % 2 == 1 for place in range(1, len(w) + 1)]
        return np.where(changes, -w, w)

    return lambda layout, w, z: _by_parts(layout, [signed] * len(_parts(layout)))


RELATIONS: tuple[Relation, ...] = (
    _equal,
    _opposite,
    _multiple,
    _multiple_by_parts,
    _equal_in_part,
    _reflected,
    _orthogonal,
    _near,
)
