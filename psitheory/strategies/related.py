"""Vectors that stand in a special relation to an earlier one: equal, opposite, parallel, orthogonal, near, in part so.

Independent vectors are never so, and what fails only there would hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS
from psitheory.layout import Layout
from psitheory.runner.domain import Drawn
from psitheory.runner.special import special
from psitheory.strategies.values import Made

Relation = Callable[[Layout, Any, Any], Any]


def related(
    layout: Layout, drawn: Drawn, plain: st.SearchStrategy[Any], *, fits: Callable[[Any], bool] = lambda _: True
) -> st.SearchStrategy[Any]:
    """Draw vectors (n,) as they are or, one in three, related to an earlier input of that shape.

    Parameters
    ----------
    layout : Layout
    drawn : Drawn
        The inputs so far; those that are arrays (n,) are earlier ones.
    plain : strategy
        Vectors that know nothing of the others; one that is related takes its lengths and signs from there.
    fits : function
        Tells of an earlier one whether it might have been drawn here.
    """
    arrays = [value for value in drawn.values() if isinstance(value, np.ndarray) and value.shape == (layout.n,)]
    earlier = [value for value in arrays if fits(value)]
    if not earlier:
        return plain

    def one_of_them(z: Any, which: int | None) -> Any:
        if which is None:
            return z
        to, relation = divmod(which, len(RELATIONS))
        return _without_new_zeros(layout, z, RELATIONS[relation](layout, earlier[to], z))

    return Made(one_of_them, plain, special(len(RELATIONS) * len(earlier)))


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


def _equal(layout: Layout, w: Any, z: Any) -> Any:
    return w


def _opposite(layout: Layout, w: Any, z: Any) -> Any:
    return -w


def _multiple(layout: Layout, w: Any, z: Any) -> Any:
    return w * (_sign(z) * _power_of_two(z, w))


def _multiple_by_parts(layout: Layout, w: Any, z: Any) -> Any:
    """Each block is a positive or negative multiple."""
    return np.concatenate([_multiple(layout, w[part], z[part]) for part in _parts(layout)])


def _equal_in_part(layout: Layout, w: Any, z: Any) -> Any:
    """One block is equal; of a single one all entries but the last."""
    parts = _parts(layout)
    out = z.copy()
    same = parts[_which(z, len(parts))] if len(parts) > 1 else slice(0, -1)
    out[same] = w[same]
    return out


def _reflected(layout: Layout, w: Any, z: Any) -> Any:
    """One block is opposite, the others are equal; of a single one the first entry."""
    parts = _parts(layout)
    out = w.copy()
    other = parts[_which(z, len(parts))] if len(parts) > 1 else slice(0, 1)
    out[other] = -w[other]
    return out


def _orthogonal(layout: Layout, w: Any, z: Any) -> Any:
    """Each block is orthogonal, exactly: entries change places by pairs, one of each with the other sign."""
    out = z.copy()
    for part in _parts(layout):
        one = w[part]
        pairs = len(one) // 2
        turned = 0 * one
        turned[0 : 2 * pairs : 2], turned[1 : 2 * pairs : 2] = -one[1 : 2 * pairs : 2], one[0 : 2 * pairs : 2]
        out[part] = _multiple(layout, turned, z[part]) if np.any(turned != 0) else z[part]
    return out


def _near(layout: Layout, w: Any, z: Any) -> Any:
    """Return what lies at a distance of about 2^-8 to 2^-44 of w or -w, by steps of 2^4; block by block."""
    share, sign = 2 ** (8 + 4 * _which(z, 10)), _sign(z)
    return np.concatenate(
        [sign * w[part] + _power_of_two(w[part], z[part]) / share * z[part] for part in _parts(layout)]
    )


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
