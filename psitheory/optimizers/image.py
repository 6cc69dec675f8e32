r"""The image on the sphere of a step :math:`w^+ = w - \eta\,a\oslash b`, and its effective rate (Rob20)."""

from __future__ import annotations

from typing import Any, NamedTuple

from psitheory.arithmetic import Array, dot, namespace, norm
from psitheory.layout import Layout
from psitheory.optimizers.checks import PerBlock
from psitheory.optimizers.rate import spread


class ImageStep(NamedTuple):
    r"""The step that a block's direction takes: :math:`w^+ = r\,((1 - A\langle c,u\rangle)u - Ac_\perp)`.

    Attributes
    ----------
    rate : array (..., m)
        A.
    direction : array (..., n)
        :math:`c_\perp = Pc`; on free parts :math:`a\oslash b`.
    factor : array (..., m)
        :math:`1 - A\langle c,u\rangle`; 0 where the turn is a right angle, and :math:`\eta_e` means nothing.
    """

    rate: Array
    direction: Array
    factor: Array

    @property
    def effective_rate(self) -> Array:
        r"""Return :math:`\eta_e = A/(1 - A\langle c,u\rangle)`; negative where the step goes beyond a right angle."""
        return self.rate / self.factor


def image_step(layout: Layout, w: Array, a: Array, b: Array | None = None, *, rate: Any) -> ImageStep:
    r"""Return the image step of :math:`w^+ = w - \eta\,a\oslash b`.

    With :math:`\nu = \|b_i\|/\sqrt{d_i}`: :math:`c = r\,a\oslash(b/\nu)`, :math:`A = \eta/(r^2\nu)`.  Where the factor
    is positive the block turns by exactly :math:`\arctan(\eta_e\|c_\perp\|)`.

    Parameters
    ----------
    layout : Layout
    w, a : array (..., n)
        Weights, and the numerator of the step: the gradient, a buffer, a first moment.
    b : array (..., n), optional
        What it is divided by, entry by entry; ones if left out, as for SGD.
    rate : number, array (...) or PerBlock
        :math:`\eta`.

    Examples
    --------
    >>> import numpy as np
    >>> step = image_step(Layout.of([2]), np.array([2.0, 0.0]), np.array([0.0, 1.0]), rate=0.5)
    >>> float(step.effective_rate[0])
    0.125
    """
    r = layout.norms(w)
    nu = namespace(w).ones_like(r) if b is None else layout.reduce(_quadratic_mean, b)
    plain = a if b is None else a / b
    c = layout.scale(r * nu, plain)
    scaled = _of_blocks(layout, w, rate) / (r * r * nu)
    factor = 1 - scaled * layout.dots(c, w) / r
    return ImageStep(scaled, layout.map(_project, lambda _, z: z, w, c), factor)


def _quadratic_mean(rows: Array) -> Array:
    xp = namespace(rows)
    return norm(rows) / xp.sqrt(xp.ones_like(rows[..., 0]) * int(rows.shape[-1]))


def _project(w: Array, z: Array) -> Array:
    return z - dot(w, z, keepdims=True) / dot(w, w, keepdims=True) * w


def _of_blocks(layout: Layout, w: Array, rate: Any) -> Any:
    """Return the rate of each block, (..., m) or one for all."""
    return rate.blocks if isinstance(rate, PerBlock) else spread(rate, layout, w)
