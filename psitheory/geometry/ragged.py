"""The quotient for floats in many blocks of unequal sizes: numbers for each block, then whole arrays at a time.

Each function returns None where a block is of extreme size, or two are too near, or too nearly opposite, for the
formulas of :mod:`.oblique`; turns for each size of blocks are then needed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from psitheory.arithmetic import ordinary_range, sinc
from psitheory.geometry.oblique import OBLIQUE
from psitheory.layout import Layout

Rows = np.ndarray


class _Two(NamedTuple):
    """Norms of the blocks of two points, and the cosines between them, (..., m)."""

    r: Rows
    t: Rows
    cosine: Rows


def angles(layout: Layout, w: Rows, z: Rows) -> Rows | None:
    """Return the angles of blocks, (..., m)."""
    two = _two(layout, w, z)
    return None if two is None else np.arccos(two.cosine)


def exp(layout: Layout, w: Rows, x: Rows) -> Rows | None:
    r"""Return :math:`\cos\theta\,w + \frac{\sin\theta}{\theta}\,x` on blocks, w + x elsewhere."""
    squares = layout.ordinary_squares(w)
    if squares is None:
        return None
    lengths = layout.dots(x, x)
    if not lengths.max() < ordinary_range(x.dtype)[1]:
        return None
    theta = np.sqrt(lengths / squares)
    return np.asarray(layout.scale(np.cos(theta), w) + layout.scale(sinc(theta), x))


def log(layout: Layout, w: Rows, z: Rows) -> Rows | None:
    r"""Return :math:`r\frac{\arccos c}{\sqrt{1-c^2}}(v - cu)` on blocks, z - w elsewhere."""
    two = _two(layout, w, z)
    if two is None:
        return None
    r, t, c = two
    factor = np.arccos(c) / np.sqrt((1 - c) * (1 + c))
    return np.asarray(layout.scale(factor * (r / t), z) - layout.scale(factor * c, w))


def transport(layout: Layout, w: Rows, z: Rows, x: Rows) -> Rows | None:
    r"""Return :math:`\frac tr\bigl(x - \frac{\langle v - cu, x\rangle}{1 + c}(u + v)\bigr)` on blocks, x elsewhere."""
    two = _two(layout, w, z)
    if two is None:
        return None
    r, t, c = two
    share = (layout.dots(z, x) / (r * t) - c * (layout.dots(w, x) / (r * r))) / (1 + c)
    turned = layout.on_blocks(share * (t / r), w) + layout.on_blocks(share, z)
    return np.asarray(layout.scale(t / r, x) - turned)


def _two(layout: Layout, w: Rows, z: Rows) -> _Two | None:
    if 1 in layout.distinct_sizes:  # blocks of one entry have angles of their own
        return None
    p, q = layout.ordinary_squares(w), layout.ordinary_squares(z)
    if p is None or q is None:
        return None
    r, t = np.sqrt(p), np.sqrt(q)
    cosine = layout.dots(w, z) / (r * t)
    return _Two(r, t, cosine) if np.abs(cosine).max() <= OBLIQUE else None
