r"""Exponents by fits: the slope of a power law on logarithmic axes, with its interval."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import linear_regression

from psitheory.errors import ArgumentError, shown


@dataclass(frozen=True)
class Fit:
    r"""A fitted power law :math:`y \approx e^{\text{intercept}}x^{\text{slope}}`.

    Attributes
    ----------
    slope, intercept : float
        NaN where fewer than two different x are known.
    lower, upper : float
        The interval of the slope; the whole line where fewer than three points leave it open.
    confidence : float
    used, censored : int
        How many points were fitted, and how many were left out.
    decades : float
        :math:`\log_{10}` of the largest fitted x over the smallest.
    """

    slope: float
    intercept: float
    lower: float
    upper: float
    confidence: float
    used: int
    censored: int
    decades: float

    def contains(self, slope: float) -> bool:
        """Tell whether ``slope`` lies in the interval."""
        return self.lower <= slope <= self.upper

    def __str__(self) -> str:
        left_out = f", {self.censored} censored" if self.censored else ""
        return (
            f"{self.slope:.3f} in [{self.lower:.3f}, {self.upper:.3f}] "
            f"({self.confidence:.4g}, {self.used} points over {self.decades:.2f} decades{left_out})"
        )


def log_log_slope(
    x: Iterable[float], y: Iterable[float], *, censored: Iterable[bool] | None = None, confidence: float = 0.95
) -> Fit:
    r"""Fit :math:`\log y = \text{slope}\cdot\log x + \text{intercept}` by least squares.

    The interval is Student's, :math:`\text{slope} \pm t_{n-2}\,s/\sqrt{\sum(\log x - \overline{\log x})^2}`: it holds
    for independent errors of one size in log y.  Values of one smooth curve have none, and the curve's bend passes
    for error; where an exponent is claimed, the points should come from instances drawn afresh.

    Parameters
    ----------
    x, y : sequence of positive numbers
    censored : sequence of bool, optional
        True where y is known as a bound only, such as the steps of a run that did not arrive; left out of the fit.
        So are infinite and missing y, such as a run that broke.
    confidence : float
        The probability with which the interval holds the exponent.

    Raises
    ------
    ArgumentError
        If lengths differ, a number that is not censored is not positive, or ``confidence`` lies outside (0, 1).

    Examples
    --------
    >>> fit = log_log_slope([1, 10, 100, 1000], [3, 310, 29000, 3.1e6])
    >>> print(fit)
    2.001 in [1.969, 2.034] (0.95, 4 points over 3.00 decades)
    """
    if not 0 < confidence < 1:
        raise ArgumentError(f"confidence is {shown(confidence)}; a number between 0 and 1 is needed")
    xs, ys = [float(value) for value in x], [float(value) for value in y]
    flags = [False] * len(xs) if censored is None else [bool(flag) for flag in censored]
    if not len(xs) == len(ys) == len(flags):
        raise ArgumentError(f"x, y and censored have {len(xs)}, {len(ys)} and {len(flags)} entries; as many are needed")
    known = [(a, b) for a, b, flag in zip(xs, ys, flags, strict=True) if not flag and math.isfinite(b)]
    for a, b in known:
        if not (0 < a < math.inf and b > 0):
            raise ArgumentError(f"x and y hold the pair {shown((a, b))}; positive numbers are needed")
    logs = [(math.log(a), math.log(b)) for a, b in known]
    return _fitted([p for p, _ in logs], [q for _, q in logs], len(xs) - len(known), confidence)


def _fitted(p: Sequence[float], q: Sequence[float], censored: int, confidence: float) -> Fit:
    n = len(p)
    decades = (max(p) - min(p)) / math.log(10) if p else 0.0
    if not decades:
        return Fit(math.nan, math.nan, -math.inf, math.inf, confidence, n, censored, 0.0)
    slope, intercept = linear_regression(p, q)
    radius = math.inf
    if n > 2:
        from scipy.stats import t

        mean = math.fsum(p) / n
        spread = math.fsum((a - mean) ** 2 for a in p)
        error = math.fsum((b - slope * a - intercept) ** 2 for a, b in zip(p, q, strict=True)) / (n - 2)
        radius = float(t.ppf((1 + confidence) / 2, n - 2)) * math.sqrt(error / spread)
    return Fit(slope, intercept, slope - radius, slope + radius, confidence, n, censored, decades)
