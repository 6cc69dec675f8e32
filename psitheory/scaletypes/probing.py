"""Operations without a rule: their degrees are read off runs on inputs multiplied by powers of two."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Degrees
from psitheory.scaletypes.rules import Typed

POWERS = (12, -12, 60)
"""By which powers of two inputs are multiplied, times their coefficients: near and far, since there are thresholds."""
Again = Callable[[Callable[[Typed], np.ndarray]], "Sequence[np.ndarray] | None"]
"""Runs the operation on inputs that a function changes; None if it cannot be run."""


def read_off(
    again: Again, inputs: Sequence[Typed], outs: Sequence[np.ndarray], degrees: Degrees
) -> list[np.ndarray] | None:
    """Return the degrees of the results of an operation, or None if they cannot be told.

    One unknown is scaled at a time.  Where outputs are then multiplied by exact powers of two, to rounding, these are
    its coefficients.
    """
    found: list[dict[int, np.ndarray]] = [{} for _ in outs]
    for v in sorted({v for x in inputs for d in np.unique(x.d) for v in degrees.form(int(d))}):
        read = [_read(again, outs, degrees, v, k) for k in POWERS]
        if any(r is None for r in read) or any(
            not np.array_equal(a, b) for r in read[1:] for a, b in zip(read[0] or [], r or [], strict=True)
        ):
            return None
        for out, coefficients in zip(found, read[0] or [], strict=True):
            out[v] = coefficients
    return [_ids(degrees, o.shape, f) for o, f in zip(outs, found, strict=True)]


def _read(again: Again, outs: Sequence[np.ndarray], degrees: Degrees, v: int, k: int) -> list[np.ndarray] | None:
    others = again(lambda x: _scaled(x, degrees, v, k))
    if others is None or len(others) != len(outs):
        return None
    out = []
    for before, after in zip(outs, others, strict=True):
        if before.dtype.kind not in "fc":
            if not np.array_equal(before, after):
                return None
            out.append(np.zeros(before.shape))
            continue
        with np.errstate(all="ignore"):
            power = np.where(before == 0, 0, np.log2(np.abs(after / before))) / k * 12
        tolerance = 1e3 * np.finfo(before.dtype).eps  # the rounding of an operation of moderate condition
        if not np.all(np.isfinite(power)) or np.any(np.abs(power - np.round(power)) > tolerance * max(1, 12 / abs(k))):
            return None
        if np.any(np.sign(before) != np.sign(after)):
            return None
        out.append(np.round(power))
    return out


def _scaled(x: Typed, degrees: Degrees, v: int, k: int) -> np.ndarray:
    """Return values, each multiplied by 2^k to the coefficient of an unknown in its degree."""
    d, where = np.unique(np.broadcast_to(x.d, x.shape), return_inverse=True)
    powers = np.array([float(degrees.form(int(i)).get(v, 0)) for i in d])[where.reshape(x.shape)]
    by: Any = np.exp2(k * powers) if np.any(powers) else 1
    return np.array(x.x * by, dtype=x.x.dtype)


def _ids(degrees: Degrees, shape: tuple[int, ...], coefficients: dict[int, np.ndarray]) -> np.ndarray:
    out = np.zeros(shape, np.int64)
    for v, c in coefficients.items():
        for value in np.unique(c):
            term = degrees.id({v: Fraction(int(value), 12)})
            out = np.where(c == value, degrees.combine(out, np.int64(term)), out)
    return out
