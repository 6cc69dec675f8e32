"""Moments of whole blocks: one square a block, and how moments move with the point (Rob20)."""

from __future__ import annotations

from typing import Any

from psitheory.arithmetic import Array, dot, namespace, rescaled
from psitheory.layout import Layout


def squares_of_blocks(layout: Layout, z: Array) -> Array:
    r"""Return :math:`\|z_i\|^2` at each entry of block i, and the square of each free entry, (..., n)."""

    def on_rows(z: Array) -> Array:
        return namespace(z).broadcast_to(dot(z, z, keepdims=True), z.shape)

    return layout.map(on_rows, lambda z: z * z, z)


def rescaled_and_transported(layout: Layout, w: Array, new: Array, m: Array, eps: Any = 0) -> Array:
    r"""Return :math:`(\langle w,w^+\rangle m - \langle m,w^+\rangle w)/(r^{+2} + \epsilon)`, block by block.

    At ε = 0 that is :math:`\frac{r}{r^+}(\langle u,u^+\rangle m - \langle m,u^+\rangle u)`, which is horizontal at
    :math:`w^+` for every m; free parts stay as they are.
    """

    def on_rows(w: Array, new: Array, m: Array) -> Array:
        (y, s), (z, q) = rescaled(w), rescaled(new)
        s, q = (x if isinstance(x, int) else x[..., None] for x in (s, q))
        turned = dot(y, z, keepdims=True) * m - dot(m, z, keepdims=True) * y
        return (s / q if not isinstance(s, int) or not isinstance(q, int) else 1) * turned / _floored(z, q, eps)

    return layout.map(on_rows, lambda _w, _new, m: m, w, new, m)


def rescaled_squares(layout: Layout, w: Array, new: Array, v: Array, eps: Any = 0) -> Array:
    r"""Return :math:`v\,r^2/(r^{+2} + \epsilon)`, block by block; free parts stay as they are."""

    def on_rows(w: Array, new: Array, v: Array) -> Array:
        (y, s), (z, q) = rescaled(w), rescaled(new)
        s, q = (x if isinstance(x, int) else x[..., None] for x in (s, q))
        factor = s / q if not isinstance(s, int) or not isinstance(q, int) else 1
        return factor * (factor * (dot(y, y, keepdims=True) / _floored(z, q, eps) * v))

    return layout.map(on_rows, lambda _w, _new, v: v, w, new, v)


def _floored(z: Array, q: Any, eps: Any) -> Array:
    square = dot(z, z, keepdims=True)
    return square if isinstance(eps, int) and eps == 0 else square + eps / q / q
