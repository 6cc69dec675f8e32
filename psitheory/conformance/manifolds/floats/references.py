"""Great circles computed in balls: what distances, geodesics and transport on products of unit spheres must be.

The arguments are floats, taken as exact; blocks that are unit only to rounding are normalised in balls.  The
results are the floats nearest to what 256 bits give.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from psitheory.arithmetic import BALLS, dot, precision, sinc, to_balls, to_floats

BITS = 256


def distance(u: np.ndarray, v: np.ndarray, blocks: Sequence[np.ndarray], *, lines: bool = False) -> float:
    """Return the root of the squared angles of the blocks and the squared differences of what is in no block."""
    with precision(BITS):
        p, q = to_balls(u), to_balls(v)
        free = _outside(len(u), blocks)
        total = dot(p[free] - q[free], p[free] - q[free]) if len(free) else BALLS.element(0)
        for block in blocks:
            theta = _angle(*_units(p[block], q[block], lines))
            total = total + theta * theta
        return float(to_floats(BALLS.sqrt_of_square(total)))


def exp(u: np.ndarray, x: np.ndarray, blocks: Sequence[np.ndarray]) -> np.ndarray:
    """Return the end of the great circles from ``u`` with velocity ``x``; outside blocks u + x."""

    def on_block(p: Any, velocity: Any) -> Any:
        length = BALLS.sqrt_of_square(dot(velocity, velocity))
        return BALLS.cos(length) * _unit(p) + sinc(length) * velocity

    return _by_block(on_block, lambda p, velocity: p + velocity, blocks, u, x)


def log(u: np.ndarray, v: np.ndarray, blocks: Sequence[np.ndarray], *, lines: bool = False) -> np.ndarray:
    """Return the velocity at ``u`` of the shortest great circles to ``v``; outside blocks v - u."""

    def on_block(p: Any, q: Any) -> Any:
        p, q = _units(p, q, lines)
        across = q - dot(p, q) * p
        if all(x.contains(0) for x in across):
            return 0 * across
        return across * (_angle(p, q) / BALLS.sqrt_of_square(dot(across, across)))

    return _by_block(on_block, lambda p, q: q - p, blocks, u, v)


def transport(
    u: np.ndarray, v: np.ndarray, x: np.ndarray, blocks: Sequence[np.ndarray], *, lines: bool = False
) -> np.ndarray:
    """Return the parallel transport of ``x`` from ``u`` to ``v``; outside blocks x."""

    def on_block(p: Any, q: Any, velocity: Any) -> Any:
        p, q = _units(p, q, lines)
        return velocity - dot(q, velocity) / (1 + dot(p, q)) * (p + q)

    return _by_block(on_block, lambda p, q, velocity: velocity, blocks, u, v, x)


def _by_block(
    on_block: Callable[..., Any], on_free: Callable[..., Any], blocks: Sequence[np.ndarray], *arrays: np.ndarray
) -> np.ndarray:
    out = np.empty(len(arrays[0]))
    with precision(BITS):
        balls = [to_balls(np.asarray(array, dtype=float)) for array in arrays]
        for block in blocks:
            out[block] = to_floats(on_block(*(ball[block] for ball in balls)))
        free = _outside(len(out), blocks)
        if len(free):
            out[free] = to_floats(on_free(*(ball[free] for ball in balls)))
    return out


def _outside(n: int, blocks: Sequence[np.ndarray]) -> np.ndarray:
    return np.setdiff1d(np.arange(n), np.concatenate(blocks) if len(blocks) else [])


def _unit(p: Any) -> Any:
    return p / BALLS.sqrt_of_square(dot(p, p))


def _units(p: Any, q: Any, lines: bool) -> tuple[Any, Any]:
    p, q = _unit(p), _unit(q)
    return p, (-q if lines and dot(p, q) < 0 else q)


def _angle(p: Any, q: Any) -> Any:
    """Return the angle of unit vectors; neither argument of atan2 can straddle 0 while the other does."""
    return 2 * BALLS.atan2(BALLS.sqrt_of_square(dot(p - q, p - q)), BALLS.sqrt_of_square(dot(p + q, p + q)))
