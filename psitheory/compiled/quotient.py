"""Geometry of the PSI quotient, one pass an operation: runs (K, n), blocks between ``edges``, parts that are free.

Each pass returns a verdict: :data:`DONE`; :data:`UNUSUAL` where a squared norm is not within ``ordinary`` or a number
is not finite, so that nothing may be read from ``out``; :data:`OPPOSITE` where two blocks are antipodal.
"""

from __future__ import annotations

import math

import numpy as np

from psitheory.compiled.jit import arc_cosine, compiled

DONE, UNUSUAL, OPPOSITE = 0, 1, 2

_OBLIQUE = 0.9  # of cosines whose arc cosine is right to rounding: see psitheory.geometry.oblique


@compiled
def project(
    w: np.ndarray, z: np.ndarray, edges: np.ndarray, free: np.ndarray, ordinary: tuple[float, float], out: np.ndarray
) -> int:
    r"""Write :math:`z_i - \frac{\langle z_i, w_i\rangle}{r_i^2}w_i`."""
    for k in range(len(w)):
        for begin, end in edges:
            square, along = _two_dots(w[k], z[k], begin, end)
            if not ordinary[0] < square < ordinary[1] or not math.isfinite(along):
                return UNUSUAL
            share = along / square
            for j in range(begin, end):
                out[k, j] = z[k, j] - share * w[k, j]
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
            square, along = _two_dots(w[k], z[k], begin, end)
            if not ordinary[0] < square < ordinary[1] or not math.isfinite(along):
                return UNUSUAL
            for j in range(begin, end):
                out[k, j] = square * z[k, j]
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
            square, length = 0.0, 0.0
            for j in range(begin, end):
                square += w[k, j] * w[k, j]
                length += x[k, j] * x[k, j]
            if not ordinary[0] < square < ordinary[1] or not length < ordinary[1]:
                return UNUSUAL
            for j in range(begin, end):
                out[k, j] = w[k, j] + x[k, j]
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
            square = along = 0.0
            for j in range(begin, end):
                square += w[k, j] * w[k, j]
            for j in range(begin, end):
                along += x[k, j] * y[k, j]
            if not ordinary[0] < square < ordinary[1]:
                return UNUSUAL
            total += along / square
        for begin, end in free:
            for j in range(begin, end):
                total += x[k, j] * y[k, j] + 0 * w[k, j]
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
            p, q, along = _three_dots(w[k], z[k], edges[i, 0], edges[i, 1])
            if not ordinary[0] < p < ordinary[1] or not ordinary[0] < q < ordinary[1]:
                return UNUSUAL
            cosines[i] = along / math.sqrt(p * q)
        for i in range(len(edges)):
            angles[i] = arc_cosine(cosines[i])
        total = 0.0
        for i in range(len(edges)):
            if not abs(cosines[i]) <= _OBLIQUE:
                angles[i] = _angle_everywhere(w[k], z[k], edges[i, 0], edges[i, 1])
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
            square = length = 0.0
            for j in range(begin, end):
                square += w[k, j] * w[k, j]
                length += x[k, j] * x[k, j]
            if not ordinary[0] < square < ordinary[1] or not length < ordinary[1]:
                return UNUSUAL
            theta = math.sqrt(length / square)
            cosine, sine = math.cos(theta), math.sin(theta) / theta if theta > 0 else 1.0
            for j in range(begin, end):
                out[k, j] = cosine * w[k, j] + sine * x[k, j]
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
            p, q, along = _three_dots(w[k], z[k], begin, end)
            if not ordinary[0] < p < ordinary[1] or not ordinary[0] < q < ordinary[1]:
                return UNUSUAL
            r, t = math.sqrt(p), math.sqrt(q)
            c = along / (r * t)
            if abs(c) <= _OBLIQUE:
                factor = arc_cosine(c) / math.sqrt((1 - c) * (1 + c))
                of_z, of_w = factor * (r / t), factor * c
                for j in range(begin, end):
                    out[k, j] = of_z * z[k, j] - of_w * w[k, j]
                continue
            sine = _towards(w, z, k, begin, end, r, t, c, out)
            if sine == 0 and c < 0:
                return OPPOSITE
            factor = r * (_angle_everywhere(w[k], z[k], begin, end) / sine) if sine > 0 else r
            for j in range(begin, end):
                out[k, j] *= factor
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
            p, q, along = _three_dots(w[k], z[k], begin, end)
            if not ordinary[0] < p < ordinary[1] or not ordinary[0] < q < ordinary[1]:
                return UNUSUAL
            r, t = math.sqrt(p), math.sqrt(q)
            c, ratio = along / (r * t), t / r
            if abs(c) <= _OBLIQUE:
                on_w = on_z = 0.0
                for j in range(begin, end):
                    on_w += w[k, j] * x[k, j]
                    on_z += z[k, j] * x[k, j]
                share = (on_z / (r * t) - c * (on_w / p)) / (1 + c)
                for j in range(begin, end):
                    out[k, j] = ratio * x[k, j] - share * (ratio * w[k, j] + z[k, j])
                if not math.isfinite(share):
                    return UNUSUAL
                continue
            sine = _towards(w, z, k, begin, end, r, t, c, out)
            if sine == 0 and c < 0:
                return OPPOSITE
            apart, total = _diagonals(w[k], z[k], begin, end, r, t)
            half = sine / apart if c < 0 else total / 2  # the cosine of half the angle
            share = 0.0
            for j in range(begin, end):
                share += (out[k, j] / half) * (x[k, j] / r)
            if not math.isfinite(share):
                return UNUSUAL
            for j in range(begin, end):
                out[k, j] = t * (x[k, j] / r - share * (half * (w[k, j] / r) + out[k, j] / half / 2))
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
def _two_dots(w: np.ndarray, z: np.ndarray, begin: int, end: int) -> tuple[float, float]:
    square = along = 0.0
    for j in range(begin, end):
        square += w[j] * w[j]
        along += w[j] * z[j]
    return square, along


@compiled
def _three_dots(w: np.ndarray, z: np.ndarray, begin: int, end: int) -> tuple[float, float, float]:
    p = q = along = 0.0
    for j in range(begin, end):
        p += w[j] * w[j]
        q += z[j] * z[j]
        along += w[j] * z[j]
    return p, q, along


@compiled
def _angle_everywhere(w: np.ndarray, z: np.ndarray, begin: int, end: int) -> float:
    """Return the angle of two blocks from the diagonals of the rhombus of their unit vectors."""
    p, q, _ = _three_dots(w, z, begin, end)
    apart, total = _diagonals(w, z, begin, end, math.sqrt(p), math.sqrt(q))
    return 2 * math.atan2(apart, total)


@compiled
def _diagonals(w: np.ndarray, z: np.ndarray, begin: int, end: int, r: float, t: float) -> tuple[float, float]:
    """Return ‖u - v‖ and ‖u + v‖ of the unit vectors; each is at least the spacing of numbers near 1, or zero."""
    apart = total = 0.0
    for j in range(begin, end):
        u, v = w[j] / r, z[j] / t
        apart += (u - v) * (u - v)
        total += (u + v) * (u + v)
    return math.sqrt(apart), math.sqrt(total)


@compiled
def _towards(
    w: np.ndarray, z: np.ndarray, k: int, begin: int, end: int, r: float, t: float, c: float, out: np.ndarray
) -> float:
    """Write the tangential part of v at u, as that of v - u or v + u, which is shorter; return its length."""
    side, along, square = (1.0 if c < 0 else -1.0), 0.0, 0.0
    for j in range(begin, end):
        along += (w[k, j] / r) * (z[k, j] / t + side * (w[k, j] / r))
    for j in range(begin, end):
        u = w[k, j] / r
        out[k, j] = (z[k, j] / t + side * u) - along * u
    for j in range(begin, end):
        square += out[k, j] * out[k, j]
    return math.sqrt(square)
