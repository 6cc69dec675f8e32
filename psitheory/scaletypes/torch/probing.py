"""Operations without a rule: their degrees are read off runs on inputs multiplied by powers of two."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.rules import Typed
from psitheory.scaletypes.torch.operations import Call

POWERS = (12, -12, 60)
"""By which powers of two inputs are multiplied, times their coefficients: near and far, since there are thresholds."""


def probed(call: Call) -> list[np.ndarray]:
    """Return the degrees of the results, or keep that the operation is not derived.

    One unknown is scaled at a time.  Where outputs are then multiplied by exact powers of two, to rounding, these are
    its coefficients.
    """
    inputs = [x for x in call.tensors() if np.any(x.d)]
    found: list[dict[int, np.ndarray]] = [{} for _ in call.outs]
    degrees = call.rules.trace.degrees
    for v in sorted({v for x in inputs for d in np.unique(x.d) for v in degrees.form(int(d))}):
        read = [_read(call, v, k) for k in POWERS]
        if any(r is None for r in read) or any(
            not np.array_equal(a, b) for r in read[1:] for a, b in zip(read[0] or [], r or [], strict=True)
        ):
            call.rules.trace.missing(call.name)
            return [np.zeros(o.shape, np.int64) for o in call.outs]
        for out, coefficients in zip(found, read[0] or [], strict=True):
            out[v] = coefficients
    return [_ids(call, o.shape, f) for o, f in zip(call.outs, found, strict=True)]


def _read(call: Call, v: int, k: int) -> list[np.ndarray] | None:
    again = _run(call, v, k)
    if again is None or len(again) != len(call.outs):
        return None
    out = []
    for before, after in zip(call.outs, again, strict=True):
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


def _run(call: Call, v: int, k: int) -> list[np.ndarray] | None:
    def scaled(x: Any) -> Any:
        if isinstance(x, Typed):
            d, where = np.unique(np.broadcast_to(x.d, x.shape), return_inverse=True)
            powers = np.array([float(call.rules.trace.degrees.form(int(i)).get(v, 0)) for i in d])[
                where.reshape(x.shape)
            ]
            by = np.exp2(k * powers) if np.any(powers) else 1
            return torch.from_numpy(np.array(x.x * by, dtype=x.x.dtype))
        return type(x)(map(scaled, x)) if type(x) in (list, tuple) else x

    try:
        out = call.func(*map(scaled, call.args), **{name: scaled(x) for name, x in call.kwargs.items()})
    except Exception:  # it cannot be run again by itself
        return None
    outs = out if isinstance(out, (tuple, list)) else (out,)
    return [t.detach().numpy() for t in outs if isinstance(t, torch.Tensor)]


def _ids(call: Call, shape: tuple[int, ...], coefficients: dict[int, np.ndarray]) -> np.ndarray:
    degrees, out = call.rules.trace.degrees, np.zeros(shape, np.int64)
    for v, c in coefficients.items():
        for value in np.unique(c):
            term = degrees.id({v: Fraction(int(value), 12)})
            out = np.where(c == value, degrees.combine(out, np.int64(term)), out)
    return out
