"""Operations without a rule: their degrees are read off runs on inputs multiplied by powers of two.

One unknown of the degrees is scaled at a time, which asks for nothing.  Where that gives no multiples, since entries of
several degrees meet, each input is scaled as a whole, then all of them together: what follows is right if all entries
of an input, or of all inputs, have one degree, and that is demanded.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Degrees
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.nested import leaves
from psitheory.scaletypes.rules import Rules, Typed

POWERS = (12, -12, 60)
"""By which powers of two inputs are multiplied, times their coefficients: near and far, since there are thresholds."""
Again = Callable[[Callable[[Typed], np.ndarray]], "Sequence[np.ndarray] | None"]
"""Runs the operation on inputs that a function changes; None if it cannot be run."""


def arrays_of(on: Callable[[Callable[[Typed], np.ndarray]], Any]) -> Again:
    """Return what gives the results of a function of NumPy as arrays, None where it has none at the values."""

    def again(scaled: Callable[[Typed], np.ndarray]) -> list[np.ndarray] | None:
        try:
            return [np.asarray(y) for y in leaves(on(scaled))]
        except Exception:  # it has no result at these values
            return None

    return again


def read_off(
    again: Again, inputs: Sequence[Typed], outs: Sequence[np.ndarray], degrees: Degrees
) -> list[np.ndarray] | None:
    """Return the degrees of the results of an operation, or None if they cannot be told.

    One unknown is scaled at a time.  Where outputs are then multiplied by exact powers of two, to rounding, these are
    its coefficients.
    """
    found = [np.zeros(o.shape, np.int64) for o in outs]
    for v in sorted({v for x in inputs for d in np.unique(x.d) for v in degrees.form(int(d))}):
        read = _read(again, outs, partial(_scaled, degrees, v))
        if read is None:
            return None
        found = [_with(degrees, d, degrees.id({v: Fraction(1)}), c) for d, c in zip(found, read, strict=True)]
    return found


def read_as_wholes(
    again: Again, inputs: Sequence[Typed], outs: Sequence[np.ndarray], rules: Rules, what: str
) -> list[np.ndarray] | None:
    """Return the degrees of the results of an operation that is homogeneous in each of its inputs, or in all together.

    It is demanded that all entries of an input, or of all inputs, have one degree.
    """

    def one_of(group: Sequence[Typed]) -> int:
        ones = [rules.whole(x, f"{what} as a whole") for x in group if np.any(x.x)]
        for other in ones[1:]:
            rules.trace.demand(ones[0], other, Kind.HARD, f"{what} as a whole")
        return int(ones[0]) if ones else 0

    return as_wholes(again, inputs, outs, rules.trace.degrees, one_of)


def as_wholes(
    again: Again,
    inputs: Sequence[Typed],
    outs: Sequence[np.ndarray],
    degrees: Degrees,
    one_of: Callable[[Sequence[Typed]], int],
) -> list[np.ndarray] | None:
    """Return the same, where ``one_of`` demands one degree of all entries of some inputs, and returns it."""
    apart = [[x] for x in inputs]
    for groups in (apart, [list(inputs)]) if len(inputs) > 1 else (apart,):
        read = [_read(again, outs, partial(_as_whole, g)) for g in groups]
        if any(r is None for r in read):
            continue
        found = [np.zeros(o.shape, np.int64) for o in outs]
        for group, coefficients in zip(groups, read, strict=True):
            one = one_of(group)
            found = [_with(degrees, d, one, c) for d, c in zip(found, coefficients or [], strict=True)]
        return found
    return None


def _as_whole(group: Sequence[Typed], x: Typed, k: int) -> np.ndarray:
    """Return values multiplied by 2^k if they are of a group."""
    return np.array(x.x * np.exp2(k) if any(x is own for own in group) else x.x, dtype=x.x.dtype)


def _read(
    again: Again, outs: Sequence[np.ndarray], scaled: Callable[[Typed, int], np.ndarray]
) -> list[np.ndarray] | None:
    """Return by which power of its factor each output is multiplied, in twelfths, or None if by none."""
    read = [_read_once(again, outs, scaled, k) for k in POWERS]
    first = read[0]
    if first is None:
        return None
    alike = (r is not None and all(map(np.array_equal, first, r)) for r in read[1:])
    return first if all(alike) else None


def _read_once(
    again: Again, outs: Sequence[np.ndarray], scaled: Callable[[Typed, int], np.ndarray], k: int
) -> list[np.ndarray] | None:
    others = again(lambda x: scaled(x, k))
    if others is None or len(others) != len(outs):
        return None
    out = []
    for before, after in zip(outs, others, strict=True):
        if before.shape != after.shape:
            return None
        if before.dtype.kind not in "fc":
            if not np.array_equal(before, after):
                return None
            out.append(np.zeros(before.shape))
            continue
        with np.errstate(all="ignore"):
            still = (before == after) & ((before == 0) | np.isinf(before))
            power = np.where(still, 0, np.log2(np.abs(after / before))) / k * 12
        tolerance = 1e3 * np.finfo(before.dtype).eps  # the rounding of an operation of moderate condition
        if not np.all(np.isfinite(power)) or np.any(np.abs(power - np.round(power)) > tolerance * max(1, 12 / abs(k))):
            return None
        if np.any(np.sign(before) != np.sign(after)):
            return None
        out.append(np.round(power))
    return out


def _scaled(degrees: Degrees, v: int, x: Typed, k: int) -> np.ndarray:
    """Return values, each multiplied by 2^k to the coefficient of an unknown in its degree."""
    d, where = np.unique(np.broadcast_to(x.d, x.shape), return_inverse=True)
    powers = np.array([float(degrees.form(int(i)).get(v, 0)) for i in d])[where.reshape(x.shape)]
    by: Any = np.exp2(k * powers) if np.any(powers) else 1
    return np.array(x.x * by, dtype=x.x.dtype)


def _with(degrees: Degrees, d: np.ndarray, one: int, twelfths: np.ndarray) -> np.ndarray:
    """Return degrees times powers of another."""
    out = d
    for c in np.unique(twelfths):
        term = degrees.times(np.int64(one), Fraction(int(c), 12))
        out = np.where(twelfths == c, degrees.combine(d, term), out)
    return out
