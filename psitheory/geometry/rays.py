"""What the PSI quotient does to blocks of floats, on representatives as they are: no unit vectors are formed.

Arguments are rows (..., d), none of them zero.  Powers of two are taken out of rows of extreme size first, so that each
function commutes bit for bit with rescalings by powers of two.  Rows that differ in shape or dtype, or have one entry,
take the formulas of :mod:`.sphere`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic import norm, ordinary_squares, rescaled, sinc
from psitheory.geometry import oblique, sphere
from psitheory.geometry.oblique import Rows


def angle(w: Rows, z: Rows) -> Any:
    """Return the angle between the rays of w and z, (...)."""
    rows = oblique.together(w, z)
    (y, r, _), (ray, t, _) = map(_scaled, rows or (w, z))
    if not rows:
        return np.asarray(sphere.angle_everywhere(y / r[..., None], ray / t[..., None]))
    return oblique.angle(y, r, ray, t, sphere.angle_everywhere)


def exp(w: Rows, x: Rows) -> Rows:
    r"""Return :math:`\cos\theta\,w + \frac{\sin\theta}{\theta}\,x` with θ = ‖x‖/‖w‖."""
    y, r, s = _scaled(w)
    if s is not None:
        x = x / s
    theta = (norm(x) / r)[..., None]
    out: Rows = np.cos(theta) * y
    out = out + sinc(theta) * x
    return out if s is None else out * s


def log(w: Rows, z: Rows) -> Rows:
    """Return the horizontal vector at w that leads to the ray of z."""
    rows = oblique.together(w, z)
    (y, r, s), (ray, t, _) = map(_scaled, rows or (w, z))
    if rows:
        out = oblique.log(y, r, ray, t, sphere.log_everywhere)
    else:
        out = r[..., None] * sphere.log_everywhere(y / r[..., None], ray / t[..., None])
    return out if s is None else out * s


def transport(w: Rows, z: Rows, x: Rows) -> Rows:
    """Return the transport of x at w to z."""
    rows = oblique.together(w, z, x)
    if rows:
        w, z, x = rows
    (y, r, s), (ray, t, to) = _scaled(w), _scaled(z)
    if s is not None:
        x = x / s
    if rows:
        out = oblique.transport(y, r, ray, t, x, sphere.transport_everywhere)
    else:
        r, t = r[..., None], t[..., None]
        out = t * sphere.transport_everywhere(y / r, ray / t, x / r)
    return out if to is None else out * to


def _scaled(w: Rows) -> tuple[Rows, Rows, Any]:
    """Return rows y, their norms and the scale (..., 1), or None for 1, with w = scale · y."""
    squares = ordinary_squares(w)
    if squares is not None:
        return w, np.sqrt(squares), None
    y, s = rescaled(w)
    return y, norm(y), None if isinstance(s, int) else s[..., None]
