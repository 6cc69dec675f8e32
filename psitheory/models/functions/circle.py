r"""Functions of the angle of a vector in the plane: every PSI function of one block of size two."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from psitheory.arithmetic import Array, dot, namespace, rescaled
from psitheory.errors import ArgumentTypeError, shown
from psitheory.layout import Layout
from psitheory.models.data import check_width, divided, refuse_batch
from psitheory.models.functions.periodic import Fourier, Periodic
from psitheory.models.interface import Evaluation, Smoothness


@dataclass(frozen=True, eq=False)
class Circle:
    r"""A function of the angle :math:`\theta = \operatorname{atan2}(w_2, w_1)` of :math:`w \in \mathbb{R}^2`.

    With :math:`u = w/r` and :math:`t = (-u_2, u_1)`:

    .. math::

        \nabla f &= f'(\theta)\,t/r, \\
        \nabla^2 f &= \bigl(f''(\theta)\,tt^\top - f'(\theta)(ut^\top + tu^\top)\bigr)/r^2.

    Parameters
    ----------
    wave : Periodic
        Any :math:`2\pi`-periodic function: a :class:`~psitheory.models.Fourier` polynomial, which runs
        in every arithmetic at points of rational norm; three callables made into a
        :class:`~psitheory.models.Wave`; or an object of your own.

    Raises
    ------
    ArgumentTypeError
        If the wave has no method ``derivative``.

    Examples
    --------
    >>> model = Circle(Fourier([0.0, 1.0], [0.0, 0.0]))
    >>> float(model.evaluate(np.array([0.0, 3.0])).loss), float(model.minimum)
    (0.0, -1.0)
    """

    wave: Periodic

    def __post_init__(self) -> None:
        if not isinstance(self.wave, Periodic):
            raise ArgumentTypeError(f"wave is {shown(self.wave)}; an object with derivative(theta, order) is needed")

    @classmethod
    def several_minima(cls) -> Circle:
        r"""Return :math:`\cos3\theta + \cos(\theta + 0.4)`: three local minima of different values."""
        return cls(Fourier.from_phases([(1.0, 3, 0.0), (1.0, 1, 0.4)]))

    @cached_property
    def layout(self) -> Layout:
        """Return one block of size 2."""
        return Layout.of([2])

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return the function and its gradient; a zero vector gives NaN."""
        refuse_batch(batch, "a function of the angle")
        u, t, r, s = _frame(w)
        return Evaluation(self._derivative(u, 0)[..., 0], divided(self._derivative(u, 1) * t / r, s))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., 2)."""
        u, t, r, s = _frame(w)
        radial, turn = dot(u, x, keepdims=True), dot(t, x, keepdims=True)
        product = self._derivative(u, 2) * turn * t - self._derivative(u, 1) * (turn * u + radial * t)
        return divided(divided(product / r, s) / r, s)

    def _derivative(self, u: Array, order: int) -> Array:
        """Return the derivative at the unit vectors ``u``, (..., 1)."""
        c, s = u[..., :1], u[..., 1:]
        at_unit = getattr(self.wave, "at_unit", None)
        return at_unit(c, s, order) if at_unit else self.wave.derivative(_angle(c, s), order)

    @property
    def minimum(self) -> Any:
        """Return the least value, or None if the wave does not know it."""
        return getattr(self.wave, "minimum", None)

    @property
    def smoothness(self) -> Smoothness | None:
        r"""Return a bound on :math:`\sup(|f''| + \sqrt{f''^2 + 4f'^2})/2`, or None if the wave knows none."""
        return getattr(self.wave, "smoothness", None)

    def minima(self) -> np.ndarray:
        """Return the angles of the nondegenerate local minima, if the wave can find them."""
        minima = getattr(self.wave, "minima", None)
        if minima is None:
            raise ArgumentTypeError(f"wave is {shown(self.wave)}; one with a method minima is needed")
        return np.asarray(minima())


def _frame(w: Array) -> tuple[Array, Array, Array, Array | int]:
    """Return u, t, r (..., 1) and s with ‖w‖ = r s."""
    check_width(w, 2)
    xp = namespace(w)
    y, s = rescaled(w)
    r = xp.sqrt(dot(y, y, keepdims=True))
    u = y / r
    return u, xp.concat([-u[..., 1:], u[..., :1]], axis=-1), r, s


def _angle(c: Array, s: Array) -> Array:
    xp = namespace(c, s)
    if xp is np and c.dtype.kind == "c":
        # atan2 has no complex values; to first order in the imaginary parts is all a complex step asks
        return xp.atan2(s.real, c.real) + 1j * (c.real * s.imag - s.real * c.imag)
    return xp.atan2(s, c)
