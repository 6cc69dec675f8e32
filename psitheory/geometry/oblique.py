r"""Angles, logarithms and transports of rows of floats, where angles are neither near 0 nor near π: a few passes each.

Rows are unit vectors, or representatives of rays with their norms.  With c the cosine and :math:`|c| \le`
:data:`OBLIQUE` the textbook formulas in c are right to rounding; rows of other angles are handed to formulas that are
right everywhere.  Each row is decided by itself, so that a batch is its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

OBLIQUE = 0.9
r"""Arc cosine and :math:`\sqrt{1-c^2}` magnify the rounding of c by :math:`1/\sqrt{1-0.9^2} = 2.3` and 4.7 at most."""

Rows = np.ndarray[Any, Any]


def together(*rows: Any) -> tuple[Rows, ...] | None:
    """Return NumPy's real floats (..., d) of one dtype, d at least 2, broadcast to one shape; None if they differ."""
    first = rows[0]
    if type(first) is not np.ndarray or first.dtype.kind != "f" or first.ndim < 1 or first.shape[-1] < 2:
        return None
    for x in rows[1:]:
        if type(x) is not np.ndarray or x.dtype != first.dtype or x.shape[-1:] != first.shape[-1:]:
            return None
    if all(x.shape == first.shape for x in rows):
        return rows
    return tuple(np.broadcast_arrays(*rows))


def angle(w: Rows, r: Any, z: Rows, t: Any, everywhere: Callable[..., Rows], *, keepdims: bool = False) -> Any:
    """Return the angle of rows w and z of norms r and t: arccos c."""
    c, steep = _cosines(w, r, z, t)
    theta = np.asarray(np.arccos(c))
    if steep is not None:
        theta[steep] = everywhere(_unit(w, r, steep), _unit(z, t, steep))
    return theta[..., None] if keepdims else theta[()]


def log(w: Rows, r: Any, z: Rows, t: Any, everywhere: Callable[..., Rows]) -> Rows:
    r"""Return :math:`r\frac{\arccos c}{\sqrt{1-c^2}}(v - cu)` for w = r u and z = t v."""
    c, steep = _cosines(w, r, z, t)
    factor = np.arccos(c) / np.sqrt((1 - c) * (1 + c))
    out: Rows = (factor * (r / t))[..., None] * z
    out -= (factor * c)[..., None] * w
    if steep is not None:
        out[steep] = _at(r, steep) * everywhere(_unit(w, r, steep), _unit(z, t, steep))
    return out


def transport(w: Rows, r: Any, z: Rows, t: Any, x: Rows, everywhere: Callable[..., Rows]) -> Rows:
    r"""Return :math:`\frac tr\bigl(x - \frac{\langle v - cu, x\rangle}{1 + c}(u + v)\bigr)` for w = r u and z = t v."""
    c, steep = _cosines(w, r, z, t)
    ratio = (t / r)[..., None] if np.ndim(r) else t / r  # Python's numbers leave float32 alone
    b = (np.vecdot(z, x) / (r * t) - c * (np.vecdot(w, x) / (r * r))) / (1 + c)
    out: Rows = ratio * w
    out += z
    out *= b[..., None]
    np.subtract(ratio * x, out, out=out)
    if steep is not None:
        moved = everywhere(_unit(w, r, steep), _unit(z, t, steep), x[steep] / _at(r, steep))
        out[steep] = _at(t, steep) * moved
    return out


def _cosines(w: Rows, r: Any, z: Rows, t: Any) -> tuple[Rows, Rows | None]:
    """Return c, 0 in place of what is not oblique, and where that is, if anywhere."""
    c = np.asarray(np.vecdot(w, z) / (r * t))
    if np.maximum.reduce(c, axis=None, initial=0) <= OBLIQUE and np.minimum.reduce(c, axis=None, initial=0) >= -OBLIQUE:
        return c, None
    steep = ~(np.abs(c) <= OBLIQUE)  # NaN too
    return np.where(steep, 0, c).astype(c.dtype, copy=False), steep


def _at(r: Any, steep: Rows) -> Rows:
    return np.asarray(np.broadcast_to(r, steep.shape)[steep][..., None])


def _unit(w: Rows, r: Any, steep: Rows) -> Rows:
    return np.asarray(w[steep] / _at(r, steep))
