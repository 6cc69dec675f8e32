r"""Functions of the distance from a pole whose slope is :math:`L\tanh` of a *rapidity*: what a given L allows, exactly.

On the sphere a bound L on the joint curvature says :math:`f'' \le L - f'^2/L` along geodesics (claim J1).  With
:math:`f' = L\tanh\tau` that is :math:`\tau' \le 1`; and a joint curvature of at least -L says :math:`\tau' \ge -1`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, reduce
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.hyperbolic import log_cosh
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, shown
from psitheory.models.data import checked, matched
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

    @cached_property
    def _pieces(self) -> _Pieces:
        """Return what is known of each piece, the fall and what is flat behind it included.

        In balls it has the precision of its first use, and encloses at any.
        """
        xp = namespace(self.lengths)
        start = height = area = 0 * self.lengths[0]
        out = []
        for length, slope in zip(self.lengths, self.slopes, strict=True):
            out.append((start, length, slope, height, area))
            start, height, area = start + length, height + slope * length, area + _area(length, slope, height)
        height = xp.maximum(height, 0 * height)
        fall = height / self.fall
        out.append((start, fall, -self.fall, height, area))
        out.append((start + fall, 4 + 0 * start, 0 * start, 0 * start, area + _area(fall, -self.fall, height)))
        return _Pieces(*(xp.stack([xp.asarray(x) for x in column]) for column in zip(*out, strict=True)))

    def derivative(self, theta: Array, order: int) -> Array:
        """Return the derivative of the given order, 0 to 2, at each angle from -π to π."""
        xp = namespace(theta)
        angle = xp.abs(theta)
        if order == 0:
            return self.scale * self._at(angle, _area_within)
        slope = xp.tanh(self._at(angle, _rapidity_within))
        if order == 1:
            return self.scale * slope * xp.sign(theta)
        return self.scale * (1 - slope * slope) * self._steepness(angle)

    def _at(self, angle: Array, within: Callable[..., Array]) -> Array:
        """Return what ``within`` says of the piece where each angle lies; of a ball across several, the hull."""
        xp, pieces = namespace(angle), self._pieces
        if not isinstance(xp, ObjectNamespace):
            pieces = _Pieces(*(matched(column, angle) for column in pieces))
            k = xp.searchsorted(pieces.start[1:], angle)
            return within(angle, *(column[k] for column in pieces))
        if pieces.start.dtype != object:  # what floats have added up is rounded
            pieces = Rapidity(xp.asarray(self.lengths), xp.asarray(self.slopes), self.fall, self.scale)._pieces
        starts = pieces.start[1:]

        def one(angle: Any) -> Any:
            first = bisect_left(starts, True, key=lambda start: xp.scalar_greater(angle, start) is not True)
            last = bisect_left(starts, True, key=lambda start: xp.scalar_less(angle, start) is True)
            values = [within(angle, *(column[k] for column in pieces)) for k in range(first, last + 1)]
            return reduce(xp.either, values)

        return np.frompyfunc(one, 1, 1)(angle)

    def _steepness(self, angle: Array) -> Array:
        """Return τ' at each angle of at least 0, from the left where it jumps."""
        xp = namespace(angle)
        starts, slopes = self._pieces.start[1:], self._pieces.slope
        out = 0 * angle
        for end, slope in zip(reversed(starts), reversed(slopes[:-1]), strict=True):
            out = xp.where(xp.greater(angle, end + out * 0), out, slope + 0 * angle)
        return out

    # -- constants ----------------------------------------------------------------------------------

    @property
    def minimum(self) -> Any:
        """Return 0."""
        return 0 * self.scale

    @property
    def maximum(self) -> Any:
        """Return f(π)."""
        return self.scale * self._pieces.area[-1]

    @property
    def reach(self) -> Any:
        """Return the angle where the fall ends: beyond it the function is flat."""
        return self._pieces.start[-1]

    @property
    def smoothness(self) -> Smoothness:
        """Return L, one-sided: no slope of τ is above 1."""
        return Smoothness(self.scale, "closed form", "everywhere")

    @property
    def is_two_sided(self) -> bool:
        """Tell whether the joint curvature is at least -L too."""
        pieces = zip(self._pieces.length, self._pieces.slope, strict=True)
        return all(bool(slope >= -1) for length, slope in pieces if not bool(length == 0))


class _Pieces(NamedTuple):
    """Start, length, slope of the rapidity, and rapidity and function at the start, of each piece (K + 2,)."""

    start: Array
    length: Array
    slope: Array
    height: Array
    area: Array


def _within(angle: Array, start: Array, length: Array) -> Array:
    """Return how far into a piece an angle lies."""
    xp = namespace(angle)
    return xp.minimum(xp.maximum(angle - start, 0 * angle), length + 0 * angle)


def _rapidity_within(angle: Array, start: Array, length: Array, slope: Array, height: Array, _: Array) -> Array:
    return height + slope * _within(angle, start, length)


def _area_within(angle: Array, start: Array, length: Array, slope: Array, height: Array, area: Array) -> Array:
    return area + _area(_within(angle, start, length), slope, height)


def _area(x: Array, slope: Any, height: Any) -> Array:
    """Return the integral of tanh(height + slope x) from 0 to x."""
    xp = namespace(x)
    flat = slope == 0
    if isinstance(xp, ObjectNamespace):  # of one piece
        if bool(flat):
            return xp.tanh(height) * x
        return (log_cosh(height + slope * x) - log_cosh(height)) / slope
    steep = xp.where(flat, xp.ones_like(slope), slope)
    return xp.where(flat, xp.tanh(height) * x, (log_cosh(height + slope * x) - log_cosh(height)) / steep)
