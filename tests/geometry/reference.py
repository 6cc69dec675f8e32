"""Spheres and the PSI quotient by the formulas of a textbook, in balls of 300 bits, block by block in plain loops.

Nothing here comes from the package but the list of block sizes: angles are those between the inner product and the
area of the parallelogram (300 bits leave 150 of them where the area cancels), transport is the rotation in the plane
of the two points.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from flint import arb, ctx

BITS = 300

Vector = list[Any]


def vector(x: Any) -> Vector:
    """Return exact balls."""
    return [arb(float(a)) for a in x]


def dot(x: Vector, y: Vector) -> Any:
    return sum((a * b for a, b in zip(x, y, strict=True)), arb(0))


def norm(x: Vector) -> Any:
    return dot(x, x).sqrt()


def combine(a: Any, x: Vector, b: Any, y: Vector) -> Vector:
    """Return a x + b y."""
    return [a * s + b * t for s, t in zip(x, y, strict=True)]


def unit(w: Vector) -> Vector:
    r = norm(w)
    return [a / r for a in w]


# -- one block --------------------------------------------------------------------------------------


def angle(w: Vector, z: Vector) -> Any:
    along = dot(w, z)
    area = (dot(w, w) * dot(z, z) - along * along).nonnegative_part().sqrt()
    return arb.atan2(area, along)


def direction(w: Vector, z: Vector) -> Vector:
    """Return the unit tangent vector at w/|w| towards z."""
    u = unit(w)
    return unit(combine(arb(1), unit(z), -dot(u, unit(z)), u))


def exp(w: Vector, x: Vector) -> Vector:
    """Return the end of the geodesic of length |x|/|w|, on the sphere through w."""
    theta = norm(x) / norm(w)
    if theta == 0:
        return w
    return combine(theta.cos(), w, theta.sin() / theta, x)


def log(w: Vector, z: Vector) -> Vector:
    length = angle(w, z) * norm(w)
    return [length * a for a in direction(w, z)]


def transport(w: Vector, z: Vector, x: Vector) -> Vector:
    """Return x turned by the rotation that takes w/|w| to z/|z| in their plane, scaled by |z|/|w|."""
    u, e, theta = unit(w), direction(w, z), angle(w, z)
    part = dot(x, e)
    turned = combine(theta.cos() - 1, e, -theta.sin(), u)
    ratio = norm(z) / norm(w)
    return [ratio * (a + part * b) for a, b in zip(x, turned, strict=True)]


# -- the quotient -------------------------------------------------------------------------------------


def split(sizes: Any, x: Any) -> Iterator[tuple[bool, Vector]]:
    """Yield (is a block, entries) for signed ``sizes``: positive for blocks, negative for free parts."""
    start = 0
    for size in sizes:
        yield size > 0, vector(x[start : start + abs(size)])
        start += abs(size)


def blockwise(sizes: Any, on_block: Any, on_free: Any, *arrays: Any) -> Any:
    """Return the floats nearest to what the two functions give, joined; in 300 bits."""
    before, ctx.prec = ctx.prec, BITS
    try:
        out: Vector = []
        for items in zip(*(split(sizes, x) for x in arrays), strict=True):
            parts = [part for _, part in items]
            out += on_block(*parts) if items[0][0] else on_free(*parts)
        return np.array([float(a) for a in out])
    finally:
        ctx.prec = before


def dist(sizes: Any, w: Any, z: Any) -> float:
    before, ctx.prec = ctx.prec, BITS
    try:
        total = arb(0)
        for (is_block, a), (_, b) in zip(split(sizes, w), split(sizes, z), strict=True):
            gap = combine(arb(1), a, arb(-1), b)
            total += angle(a, b) ** 2 if is_block else dot(gap, gap)
        return float(total.sqrt())
    finally:
        ctx.prec = before


def inner(sizes: Any, w: Any, x: Any, y: Any) -> float:
    before, ctx.prec = ctx.prec, BITS
    try:
        total = arb(0)
        parts = zip(split(sizes, w), split(sizes, x), split(sizes, y), strict=True)
        for (is_block, a), (_, b), (_, c) in parts:
            total += dot(b, c) / dot(a, a) if is_block else dot(b, c)
        return float(total)
    finally:
        ctx.prec = before


def project(w: Vector, z: Vector) -> Vector:
    return combine(arb(1), z, -dot(w, z) / dot(w, w), w)


def radial(w: Vector, z: Vector) -> Vector:
    return [dot(w, z) / dot(w, w) * a for a in w]
