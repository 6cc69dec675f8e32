r"""Confidence intervals of means that hold for every distribution on a bounded interval, however skewed."""

from __future__ import annotations

import math

import numpy as np

from psitheory.errors import ArgumentError, shown


def mean_intervals(values: np.ndarray, highest: float, *, error: float) -> tuple[np.ndarray, np.ndarray]:
    r"""Return intervals (lower, upper) that hold all K means at once with probability 1 - ``error`` at least.

    The empirical Bernstein bound of Maurer and Pontil (COLT 2009, Theorem 4): for R independent values in [0, b] with
    sample variance V, with probability :math:`1 - \delta`

    .. math:: \mu \le \bar x + \sqrt{\frac{2V\ln(2/\delta)}{R}} + \frac{7b\ln(2/\delta)}{3(R-1)},

    and likewise from below; :math:`\delta` is ``error``/(2K), so that both sides of all K intervals hold together.
    Values of one column are independent; columns need not be.

    Parameters
    ----------
    values : float array, (R, K)
        R runs, K quantities each, such as G at K times.
    highest : float
        b, which no value exceeds.
    error : float

    Raises
    ------
    ArgumentError
        If there are fewer than two runs, a value lies outside [0, b] (to rounding), or ``error`` outside (0, 1).
    """
    if values.ndim != 2 or len(values) < 2:
        raise ArgumentError(f"values has the shape {values.shape}; (R, K) with two runs at least is needed")
    if not 0 < error < 1:
        raise ArgumentError(f"error is {shown(error)}; a number between 0 and 1 is needed")
    if not (values.min() >= 0 and values.max() <= highest * (1 + 1e-9)):
        raise ArgumentError(f"values holds numbers outside [0, {highest}]; the bound of their range is wrong")
    runs, count = values.shape
    log = math.log(4 * count / error)
    mean, variance = values.mean(axis=0), values.var(axis=0, ddof=1)
    radius = np.sqrt(2 * variance * log / runs) + 7 * highest * log / (3 * (runs - 1))
    return np.maximum(mean - radius, 0), np.minimum(mean + radius, highest)
