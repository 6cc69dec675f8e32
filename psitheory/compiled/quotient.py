"""Geometry of the PSI quotient, one pass an operation: runs (K, n), blocks between ``edges``, parts that are free.

Each pass returns a verdict: :data:`DONE`; :data:`UNUSUAL` where a squared norm is not within ``ordinary`` or a number
is not finite, so that nothing may be read from ``out``; :data:`OPPOSITE` where two blocks are antipodal.

Rows are taken from an array before their entries are: an index that begins nobody knows where would be looked at for
each entry.
"""

from __future__ import annotations

import math

import numpy as np

from psitheory.compiled.jit import arc_cosine, compiled, elementwise

DONE, UNUSUAL, OPPOSITE = 0, 1, 2

_OBLIQUE = 0.9  # of cosines whose arc cosine is right to rounding: see psitheory.geometry.oblique


@compiled
def project(
    w: np.ndarray, z: np.ndarray, edges: np.ndarray, free: np.ndarray, ordinary: tuple[float, float], out: np.ndarray
) -> int:
    r"""Write :math:`z_i - \frac{\langle z_i, w_i\rangle}{r_i^2}w_i`."""
    for k in range(len(w)):
        for begin, end in edges:
            here, x = w[k, begin:end], z[k, begin:end]
            square, along = _dot(here, here), _dot(here, x)
            if not ordinary[0] < square < ordinary[1] or not math.isfinite(along):
                return UNUSUAL
            _combine(1.0, x, -along / square, here, out[k, begin:end])
        if not _keep(w[k], z[k], free, out[k]):
            return UNUSUAL
    return DONE


@compiled
def scaled_gradient(
    w: np.ndarray, z: np.ndarray, edges: np.ndarray, free: np.ndarray, ordinary: tuple[float, float], out: np.ndarray
) -> int:
    r"""Write :math:`r_i^2z_i`."""
    for k in range(len(w)):
        for begin, end in edges:
            here, x = w[k, begin:end], z[k, begin:end]
            square = _dot(here, here)
            if not ordinary[0] < square < ordinary[1] or not math.isfinite(_dot(here, x)):
                return UNUSUAL
            _scale(square, x, out[k, begin:end])
        if not _keep(w[k], z[k], free, out[k]):
            return UNUSUAL
    return DONE


@compiled
def retract(
    w: np.ndarray, x: np.ndarray, edges: np.ndarray, free: np.ndarray, ordinary: tuple[float, float], out: np.ndarray
) -> int:
    """Write w + x."""
    for k in range(len(w)):
        for begin, end in edges:
            here, tangent = w[k, begin:end], x[k, begin:end]
            if not ordinary[0] < _dot(here, here) < ordinary[1] or not _dot(tangent, tangent) < ordinary[1]:
                return UNUSUAL
            _combine(1.0, here, 1.0, tangent, out[k, begin:end])
        if not _add(w[k], x[k], free, out[k]):
            return UNUSUAL
    return DONE


@compiled
def inner(
    w: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    edges: np.ndarray,
    free: np.ndarray,
    ordinary: tuple[float, float],
    out: np.ndarray,
) -> int:
    r"""Write :math:`\sum_i\langle x_i, y_i\rangle/r_i^2`, (K,)."""
    for k in range(len(w)):
        total = 0.0
        for begin, end in edges:
            here = w[k, begin:end]
            square = _dot(here, here)
            if not ordinary[0] < square < ordinary[1]:
                return UNUSUAL
            total += _dot(x[k, begin:end], y[k, begin:end]) / square
        for begin, end in free:
            total += _dot(x[k, begin:end], y[k, begin:end]) + 0 * w[k, begin:end].sum()
        if not math.isfinite(total):
            return UNUSUAL
        out[k] = total
    return DONE


@compiled
def squared_distance(
    w: np.ndarray, z: np.ndarray, edges: np.ndarray, free: np.ndarray, ordinary: tuple[float, float], out: np.ndarray
) -> int:
    r"""Write :math:`\sum_i\angle(w_i, z_i)^2`, (K,)."""
    cosines, angles = np.empty(len(edges)), np.empty(len(edges))
    for k in range(len(w)):
        for i in range(len(edges)):
            here, there = w[k, edges[i, 0] : edges[i, 1]], z[k, edges[i, 0] : edges[i, 1]]
            p, q = _dot(here, here), _dot(there, there)
            if not ordinary[0] < p < ordinary[1] or not ordinary[0] < q < ordinary[1]:
                return UNUSUAL
            cosines[i] = _dot(here, there) / math.sqrt(p * q)
        for i in range(len(edges)):
            angles[i] = arc_cosine(cosines[i])
        total = 0.0
        for i in range(len(edges)):
            if not abs(cosines[i]) <= _OBLIQUE:
                angles[i] = _angle_everywhere(w[k, edges[i, 0] : edges[i, 1]], z[k, edges[i, 0] : edges[i, 1]])
            total += angles[i] * angles[i]
        for begin, end in free:
            for j in range(begin, end):
                total += (w[k, j] - z[k, j]) * (w[k, j] - z[k, j])
        if not total < ordinary[1]:
            return UNUSUAL
        out[k] = total
    return DONE


@compiled
def exp(
    w: np.ndarray, x: np.ndarray, edges: np.ndarray, free: np.ndarray, ordinary: tuple[float, float], out: np.ndarray
) -> int:
    r"""Write :math:`\cos\theta\,w + \frac{\sin\theta}\theta x`, :math:`\theta = \|x\|/\|w\|`."""
    for k in range(len(w)):
        for begin, end in edges:
            here, tangent = w[k, begin:end], x[k, begin:end]
            square, length = _dot(here, here), _dot(tangent, tangent)
            if not ordinary[0] < square < ordinary[1] or not length < ordinary[1]:
                return UNUSUAL
            theta = math.sqrt(length / square)
            cosine, sine = math.cos(theta), math.sin(theta) / theta if theta > 0 else 1.0
            _combine(cosine, here, sine, tangent, out[k, begin:end])
        if not _add(w[k], x[k], free, out[k]):
            return UNUSUAL
    return DONE


@compiled
def log(
    w: np.ndarray, z: np.ndarray, edges: np.ndarray, free: np.ndarray, ordinary: tuple[float, float], out: np.ndarray
) -> int:
    r"""Write :math:`\frac\theta{\sin\theta}(r v - cw)` with v the unit vector along z, and c and θ of w and z."""
    for k in range(len(w)):
        for begin, end in edges:
            here, there, found = w[k, begin:end], z[k, begin:end], out[k, begin:end]
            p, q, along = _dot(here, here), _dot(there, there), _dot(here, there)
            if not ordinary[0] < p < ordinary[1] or not ordinary[0] < q < ordinary[1]:
                return UNUSUAL
            r, t = math.sqrt(p), math.sqrt(q)
            c = along / (r * t)
            if abs(c) <= _OBLIQUE:
                factor = arc_cosine(c) / math.sqrt((1 - c) * (1 + c))
                _combine(factor * (r / t), there, -factor * c, here, found)
                continue
            sine = _towards(here, there, r, t, c, found)
            if sine == 0 and c < 0:
                return OPPOSITE
            _scale(r * (_angle_everywhere(here, there) / sine) if sine > 0 else r, found, found)
        for begin, end in free:
            for j in range(begin, end):
                out[k, j] = z[k, j] - w[k, j]
                if not math.isfinite(w[k, j] + z[k, j]):
                    return UNUSUAL
    return DONE


@compiled
def transport(
    w: np.ndarray,
    z: np.ndarray,
    x: np.ndarray,
    edges: np.ndarray,
    free: np.ndarray,
    ordinary: tuple[float, float],
    out: np.ndarray,
) -> int:
    r"""Write :math:`\frac tr(x - \frac{\langle v - cu, x\rangle}{1 + c}(u + v))`, for w = r u and z = t v."""
    for k in range(len(w)):
        for begin, end in edges:
            here, there, tangent = w[k, begin:end], z[k, begin:end], x[k, begin:end]
            moved = out[k, begin:end]
            p, q, along = _dot(here, here), _dot(there, there), _dot(here, there)
            if not ordinary[0] < p < ordinary[1] or not ordinary[0] < q < ordinary[1]:
                return UNUSUAL
            r, t = math.sqrt(p), math.sqrt(q)
            c, ratio = along / (r * t), t / r
            if abs(c) <= _OBLIQUE:
                share = (_dot(there, tangent) / (r * t) - c * (_dot(here, tangent) / p)) / (1 + c)
                if not math.isfinite(share):
                    return UNUSUAL
                _combine_three(ratio, tangent, -share * ratio, here, -share, there, moved)
                continue
            sine = _towards(here, there, r, t, c, moved)
            if sine == 0 and c < 0:
                return OPPOSITE
            apart, total = _diagonals(here, there, r, t)
            half = sine / apart if c < 0 else total / 2  # the cosine of half the angle
            share = 0.0
            for j in range(len(moved)):
                share += (moved[j] / half) * (tangent[j] / r)
            if not math.isfinite(share):
                return UNUSUAL
            for j in range(len(moved)):
                moved[j] = t * (tangent[j] / r - share * (half * (here[j] / r) + moved[j] / half / 2))
        for begin, end in free:
            for j in range(begin, end):
                out[k, j] = x[k, j]
                if not math.isfinite(w[k, j] + z[k, j] + x[k, j]):
                    return UNUSUAL
    return DONE


@compiled
def _keep(w: np.ndarray, z: np.ndarray, free: np.ndarray, out: np.ndarray) -> bool:
    """Write the free parts of z; tell whether all numbers there are finite."""
    for begin, end in free:
        for j in range(begin, end):
            out[j] = z[j]
            if not math.isfinite(w[j] + z[j]):
                return False
    return True


@compiled
def _add(w: np.ndarray, x: np.ndarray, free: np.ndarray, out: np.ndarray) -> bool:
    """Write the free parts of w + x; tell whether they are finite."""
    for begin, end in free:
        for j in range(begin, end):
            out[j] = w[j] + x[j]
            if not math.isfinite(out[j]):
                return False
    return True


@compiled
def _dot(x: np.ndarray, y: np.ndarray) -> float:
    total = 0.0
    for j in range(len(x)):
        total += x[j] * y[j]
    return total


@compiled
def _angle_everywhere(w: np.ndarray, z: np.ndarray) -> float:
    """Return the angle of two blocks from the diagonals of the rhombus of their unit vectors."""
    apart, total = _diagonals(w, z, math.sqrt(_dot(w, w)), math.sqrt(_dot(z, z)))
    return 2 * math.atan2(apart, total)


@compiled
def _diagonals(w: np.ndarray, z: np.ndarray, r: float, t: float) -> tuple[float, float]:
    """Return ‖u - v‖ and ‖u + v‖ of the unit vectors; each is at least the spacing of numbers near 1, or zero."""
    apart = total = 0.0
    for j in range(len(w)):
        u, v = w[j] / r, z[j] / t
        apart += (u - v) * (u - v)
        total += (u + v) * (u + v)
    return math.sqrt(apart), math.sqrt(total)


@compiled
def _towards(w: np.ndarray, z: np.ndarray, r: float, t: float, c: float, out: np.ndarray) -> float:
    """Write the tangential part of v at u, as that of v - u or v + u, which is shorter; return its length."""
    side, along = (1.0 if c < 0 else -1.0), 0.0
    for j in range(len(w)):
        along += (w[j] / r) * (z[j] / t + side * (w[j] / r))
    for j in range(len(w)):
        u = w[j] / r
        out[j] = (z[j] / t + side * u) - along * u
    return math.sqrt(_dot(out, out))


@elementwise
def _combine(a: float, x: np.ndarray, b: float, y: np.ndarray, out: np.ndarray) -> None:
    """Write a x + b y."""
    for j in range(len(x)):
        out[j] = a * x[j] + b * y[j]


@elementwise
def _combine_three(a: float, x: np.ndarray, b: float, y: np.ndarray, c: float, z: np.ndarray, out: np.ndarray) -> None:
    """Write a x + b y + c z."""
    for j in range(len(x)):
        out[j] = a * x[j] + b * y[j] + c * z[j]


@elementwise
def _scale(a: float, x: np.ndarray, out: np.ndarray) -> None:
    """Write a x."""
    for j in range(len(x)):
        out[j] = a * x[j]
