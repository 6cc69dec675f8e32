"""The exponent of a power law in data with a noise floor: with an interval, and the decades on which it rests."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

RESOLVED = 1e-9
"""Rounding of values moves an exponent by 64 ulp over two nats of the range, far less than this."""

DECADES = 1.5
"""Fewer decades than these above the floor decide no exponent."""


@dataclass(frozen=True)
class Slope:
    """An exponent fitted in logarithms.

    Attributes
    ----------
    exponent, low, high : float
        The fit and its interval; NaN where nothing is above the floor.
    decades : float
        The decades of the abscissa on which it rests.
    exact : bool
        Whether all values lie at the floor: there is no error, and no slope.
    halves : (float, float)
        The fits over the first and the second half of the decades.
    error : float
        Two standard errors of the noise about the curve.
    """

    exponent: float
    low: float
    high: float
    decades: float
    exact: bool
    halves: tuple[float, float] = (math.nan, math.nan)
    error: float = 0.0

    @property
    def bends(self) -> bool:
        """Tell whether the halves differ by more than noise explains: the limit, if any, is not reached."""
        first, second = self.halves
        return bool(abs(second - first) > 2 * max(2 * self.error, RESOLVED))

    @property
    def decided(self) -> bool:
        """Tell whether it rests on enough decades."""
        return self.decades >= DECADES

    def __str__(self) -> str:
        if self.exact:
            return "exact, no slope: the error is at the noise floor throughout"
        if not math.isfinite(self.exponent):
            return "no slope: too few values above the noise floor"
        return f"slope {self.exponent:.2f} [{self.low:.2f}, {self.high:.2f}] over {self.decades:.1f} decades"


def slope(x: np.ndarray, y: np.ndarray, floor: np.ndarray | float = 0.0) -> Slope:
    """Fit :math:`y = c x^p` where y is at least ten times its ``floor``.

    This is for one run, whose values belong to one curve; for instances drawn afresh there is
    :func:`psitheory.checking.fits.log_log_slope`.  The interval holds the fits over both halves of the range,
    since a curve's bend is no noise and does not average out, widened by two standard errors of the noise by
    which values miss the chords of their neighbours, corrected for correlation.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    floor = np.broadcast_to(np.asarray(floor, float), y.shape)
    usable = (x > 0) & (y > 0) & np.isfinite(x) & np.isfinite(y)
    above = usable & (y > 10 * floor)
    nothing = Slope(math.nan, math.nan, math.nan, 0.0, not above.any() and bool(np.all(np.isfinite(y))))
    if above.sum() < 4:
        return nothing
    order = np.argsort(x[above])
    u, v = np.log(x[above][order]), np.log(y[above][order])
    decades = float((u[-1] - u[0]) / math.log(10))
    if decades == 0:
        return nothing
    p, error = _fit(u, v)
    middle = (u[0] + u[-1]) / 2
    halves = [
        _fit(u[part], v[part])[0] if part.sum() >= 3 and np.ptp(u[part]) > 0 else p
        for part in (u <= middle, u >= middle)
    ]
    low, high = min([p, *halves]) - 2 * error, max([p, *halves]) + 2 * error
    return Slope(p, low, high, decades, False, (halves[0], halves[1]), 2 * error)


def _fit(u: np.ndarray, v: np.ndarray) -> tuple[float, float]:
    """Return the least-squares slope, and its standard error by the noise about the curve."""
    centred = u - u.mean()
    spread = float(centred @ centred)
    p = float(centred @ (v - v.mean())) / spread
    if len(u) < 4:
        return p, 0.0
    share = (u[1:-1] - u[:-2]) / (u[2:] - u[:-2])
    misses = v[1:-1] - ((1 - share) * v[:-2] + share * v[2:])
    variance = float(np.mean(misses**2 / (1 + share**2 + (1 - share) ** 2)))
    return p, math.sqrt(variance / spread * _correlation_factor(v - v.mean() - p * centred))


def _correlation_factor(rest: np.ndarray) -> float:
    """Return (1 + ρ)/(1 - ρ) for the lag-one correlation ρ of the residuals, at least 1."""
    square = float(rest @ rest)
    if square == 0:
        return 1.0
    rho = min(max(float(rest[1:] @ rest[:-1]) / square, 0.0), 1 - 2 / len(rest))
    return (1 + rho) / (1 - rho)
