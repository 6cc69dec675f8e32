r"""Functions of the distance from a pole whose slope is :math:`L\tanh` of a *rapidity*: what a given L allows, exactly.

On the sphere a bound L on the joint curvature says :math:`f'' \le L - f'^2/L` along geodesics (claim J1).  With
:math:`f' = L\tanh\tau` that is :math:`\tau' \le 1`; and a joint curvature of at least -L says :math:`\tau' \ge -1`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.hyperbolic import log_cosh
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, shown
from psitheory.models.data import checked
from psitheory.models.interface import Smoothness

CLIFF = 4096.0
"""How steeply a rapidity falls back to 0 unless told otherwise: nearly at once, as a one-sided L allows."""


@dataclass(frozen=True, eq=False)
class Rapidity:
    r"""An even function of the angle with :math:`f'(\theta) = L\tanh\tau(\theta)`, τ piecewise linear and at least 0.

    From :math:`\tau(0) = 0` on it has the given slopes on pieces of the given lengths, then falls back to 0 and
    stays there up to π.  f grows from f(0) = 0, its minimum, up to π, its maximum.  On the circle
    (:class:`~psitheory.models.Circle`) and as a function of the distance from a pole of any sphere
    (:class:`~psitheory.models.Zonal`) its L is exact.

    Parameters
    ----------
    lengths, slopes : array, (K,)
        Lengths of the pieces, in radians, and slopes of τ there, none above 1.
    fall : positive number
        How steeply τ falls behind the last piece.
    scale : positive number
        L.

    Raises
    ------
    ArgumentError
        If the two differ in length, a length is negative, a slope is above 1, τ becomes negative, or the pieces
        reach beyond π.

    Examples
    --------
    >>> wave = Rapidity([1.0], [1.0])  # ln cosh θ up to 1, then all but flat
    >>> bool(np.isclose(wave.derivative(0.5, 0), np.log(np.cosh(0.5))))
    True
    """

    lengths: Array
    slopes: Array
    fall: Any = CLIFF
    scale: Any = 1.0

    def __post_init__(self) -> None:
        for name in ("lengths", "slopes"):
            object.__setattr__(self, name, checked(getattr(self, name), name, None))
        if len(self.lengths) != len(self.slopes):
            raise ArgumentError(f"lengths and slopes have {len(self.lengths)} and {len(self.slopes)} entries; one each")
        if not isinstance(namespace(self.lengths), ObjectNamespace):  # what is exact was made of floats
            self._check()

    def _check(self) -> None:
        if not (np.all(self.lengths >= 0) and np.all(self.slopes <= 1) and self.fall > 0 and self.scale > 0):
            raise ArgumentError(
                f"lengths {shown(self.lengths)}, slopes {shown(self.slopes)}, fall {shown(self.fall)}, scale "
                f"{shown(self.scale)} came; lengths ≥ 0, slopes ≤ 1, and a positive fall and scale are needed"
            )
        heights = np.cumsum(self.lengths * self.slopes)
        end = float(np.sum(self.lengths) + heights[-1] / self.fall)
        if heights.min() < -1e-15 * np.abs(heights).max():  # rounding of the sum
            raise ArgumentError(f"the rapidity falls to {heights.min():.3g}; it must stay at least 0")
        if end > np.pi:
            raise ArgumentError(f"the pieces and the fall reach {end:.6g}; at most π is needed")

    @classmethod
    def log_cosh(cls, upto: float, *, fall: float = CLIFF, scale: float = 1.0) -> Rapidity:
        r"""Return :math:`L\ln\cosh\theta` up to the angle ``upto``, all but flat beyond it: a log-cosh *cap*."""
        return cls(np.array([upto]), np.array([1.0]), fall, scale)

    @classmethod
    def staircase(cls, y: float, stride: float, stairs: int, *, fall: float = CLIFF, scale: float = 1.0) -> Rapidity:
        r"""Return a *staircase*: slope yL at the foot and at the end of every stair, ``stride`` apart.

        Within a stair the rapidity falls as steeply as ``fall`` and rises again with slope 1, as late as it can.

        Raises
        ------
        ArgumentError
            If the stairs do not fit on half the circle.
        """
        height = float(np.arctanh(y))
        dip = min(height / fall, stride / (1 + fall))  # fall * dip = the rise behind it
        flat = [(stride - dip - fall * dip, 0.0)] if dip == height / fall else []
        stair = [(dip, -fall), *flat, (fall * dip, 1.0)]
        pieces = [(height, 1.0), *stair * stairs]
        lengths, slopes = np.array(pieces).T
        return cls(lengths, slopes, fall, scale)

    # -- values -----------------------------------------------------------------------------------

    def _pieces(self) -> Sequence[tuple[Any, Any, Any, Any]]:
        """Return start, length, slope and rapidity at the start of each piece, the fall included."""
        xp = namespace(self.lengths)
        start = height = 0 * self.lengths[0]
        out = []
        for length, slope in zip(self.lengths, self.slopes, strict=True):
            out.append((start, length, slope, height))
            start, height = start + length, height + slope * length
        height = xp.maximum(height, 0 * height)
        return [*out, (start, height / self.fall, -self.fall, height)]

    def derivative(self, theta: Array, order: int) -> Array:
        """Return the derivative of the given order, 0 to 2, at each angle from -π to π."""
        xp = namespace(theta)
        angle = xp.abs(theta)
        zero = 0 * angle
        on_pieces = [(xp.minimum(xp.maximum(angle - a, zero), b + zero), s, h) for a, b, s, h in self._pieces()]
        if order == 0:
            rises = [_area(x, s, h) for x, s, h in on_pieces]
            return self.scale * sum(rises, zero)
        slope = xp.tanh(sum((s * x for x, s, _ in on_pieces), zero))
        if order == 1:
            return self.scale * slope * xp.sign(theta)
        return self.scale * (1 - slope * slope) * self._steepness(angle)

    def _steepness(self, angle: Array) -> Array:
        """Return τ' at each angle of at least 0, from the left where it jumps."""
        xp = namespace(angle)
        out = 0 * angle
        for a, b, s, _ in reversed(self._pieces()):
            out = xp.where(xp.greater(angle, a + b + out * 0), out, s + 0 * angle)
        return out

    # -- constants ----------------------------------------------------------------------------------

    @property
    def minimum(self) -> Any:
        """Return 0."""
        return 0 * self.scale

    @property
    def maximum(self) -> Any:
        """Return f(π)."""
        return self.scale * sum((_area(b, s, h) for _, b, s, h in self._pieces()), 0 * self.lengths[0])

    @property
    def smoothness(self) -> Smoothness:
        """Return L, one-sided: no slope of τ is above 1."""
        return Smoothness(self.scale, "closed form", "everywhere")

    @property
    def is_two_sided(self) -> bool:
        """Tell whether the joint curvature is at least -L too."""
        steepest = [s for _, b, s, _ in self._pieces() if not bool(b == 0)]
        return all(bool(s >= -1) for s in steepest)


def _area(x: Array, slope: Any, height: Any) -> Array:
    """Return the integral of tanh(height + slope x) from 0 to x."""
    xp = namespace(x)
    if bool(slope == 0):
        return xp.tanh(height + 0 * x) * x
    return (log_cosh(height + slope * x) - log_cosh(height + 0 * x)) / slope
