r"""Rates over a sweep: exponents and constants, with intervals over the ensemble of seeds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Any, Literal

import numpy as np

from psitheory.errors import ArgumentError, shown
from psitheory.sweeps.course import CURVES
from psitheory.sweeps.grid import SEED, Grid
from psitheory.sweeps.table import ARRIVED

Law = Literal["power", "geometric"]

ROUNDING = 1e-9
"""Bends of exact laws are sums of a few logarithms, each with an error of some 1e-15, over the squares of others."""


@dataclass(frozen=True)
class EnsembleFit:
    r"""What S seeds say of :math:`y = C x^p` (power) or :math:`y = C q^x` (geometric).

    Attributes
    ----------
    at : dict
        Where on the other axes.
    slope, lower, upper : float
        p, or :math:`\ln q`: the mean over seeds, and Student's interval; NaN and the whole line if nothing is known.
    constant, constant_lower, constant_upper : float
        C, the geometric mean over seeds, with its interval.
    confidence : float
    seeds : int
        From how many seeds.
    points : int
        How many x each seed was fitted at, at most.
    censored : int
        How many x were left out since a run did not arrive there, broke, failed or was not run.
    bend, bend_lower, bend_upper : float
        The coefficient of the square of ln x (of x for a geometric law) where one is fitted, too: where its interval
        holds no 0, the law does not hold on this window, and the exponent is a mean of several.
    """

    at: Mapping[str, Any]
    slope: float
    lower: float
    upper: float
    constant: float
    constant_lower: float
    constant_upper: float
    confidence: float
    seeds: int
    points: int
    censored: int
    bend: float
    bend_lower: float
    bend_upper: float

    @property
    def bends(self) -> bool:
        """Tell whether y is seen to follow another law: the interval of the bend holds no number near 0."""
        return self.bend_lower > ROUNDING or self.bend_upper < -ROUNDING

    def __str__(self) -> str:
        """Return the fit in one line."""
        bend = f"; it bends by {self.bend:.3g}, so this is no such law" if self.bends else ""
        where = ", ".join(
            f"{name} {value:.4g}" if isinstance(value, float) else f"{value}" for name, value in self.at.items()
        )
        left_out = f", {self.censored} of them censored" if self.censored else ""
        return (
            f"{where or 'all'}: exponent {self.slope:.4g} in [{self.lower:.4g}, {self.upper:.4g}], constant "
            f"{self.constant:.4g} in [{self.constant_lower:.4g}, {self.constant_upper:.4g}] ({self.confidence:.4g}, "
            f"{self.seeds} seeds, {self.points + self.censored} points{left_out}){bend}"
        )


def rates(
    store: str | Path,
    *,
    over: str,
    of: str | None = None,
    law: Law = "power",
    minus: float = 0.0,
    window: tuple[float, float] = (0.0, math.inf),
    at: Mapping[str, Any] | None = None,
    confidence: float = 0.95,
) -> list[EnsembleFit]:
    r"""Fit a law to each seed by itself, and return mean and interval over the seeds for each place on the other axes.

    Seeds draw independently, so the fits of S seeds are independent and of one distribution, however the errors along
    one curve hang together; the interval is Student's, :math:`\bar p \pm t_{S-1} s/\sqrt S`, exact for normal fits.

    Parameters
    ----------
    store : path
    over : str
        x: an axis of numbers such as ``scale``, or ``time`` for curves.
    of : str, optional
        y: a column such as ``steps_to_target`` (the default), or a curve such as ``least_squared_gradient_at`` (the
        default over time).
    law : {"power", "geometric"}
    minus : float
        Taken from y, such as the least loss.
    window : (low, high)
        Only x in this window are fitted.
    at : mapping, optional
        Values of axes to look at alone.
    confidence : float

    Notes
    -----
    Steps of a run that did not arrive are known as a bound only.  An x where any seed is censored is left out of all
    fits: the seeds that arrived there are the fast ones.  Runs that are at the target from the start are left out too.

    Raises
    ------
    UnknownName, ArgumentError
        If there is no such axis, column or value, or an option is out of its range.
    """
    if law not in ("power", "geometric"):
        raise ArgumentError(f"law is {shown(law)}; 'power' or 'geometric' is needed")
    if not 0 < confidence < 1:
        raise ArgumentError(f"confidence is {shown(confidence)}; a number between 0 and 1 is needed")
    grid = Grid.read(store).at(at or {})
    x, y = _curves(grid, of) if over == "time" else _across(grid, over, of or "steps_to_target")
    others = tuple(name for name in grid.names if name not in (over, SEED))
    inside = (x >= window[0]) & (x <= window[1])
    out = []
    for place in np.ndindex(*(len(grid.labels[name]) for name in others)):
        where = {name: grid.labels[name][k].item() for name, k in zip(others, place, strict=True)}
        out.append(_fitted(where, x[inside], y[place][:, inside] - minus, law, confidence, along_time=over == "time"))
    return out


def _across(grid: Grid, over: str, of: str) -> tuple[np.ndarray, np.ndarray]:
    """Return x (X,) and y (…, seeds, X), NaN where y is not known."""
    x, k = grid.numbers(over), grid.names.index(over)
    y = grid.column(of).astype(float)
    if y.ndim != len(grid.names):
        raise ArgumentError(f"of is {shown(of)}, which is no number of a run; over='time' fits curves")
    if of == "steps_to_target":
        y = np.where(grid.column("status") == ARRIVED, y, np.nan)
    return np.asarray(x, float), np.moveaxis(y, k, -1)


def _curves(grid: Grid, of: str | None) -> tuple[np.ndarray, np.ndarray]:
    of = of or "least_squared_gradient_at"
    if of not in CURVES:
        raise ArgumentError(f"of is {shown(of)}; over time one of {', '.join(CURVES)} is needed")
    return np.asarray(grid.sweep.times, float), grid.column(of)


def _fitted(
    at: Mapping[str, Any], x: np.ndarray, y: np.ndarray, law: Law, confidence: float, *, along_time: bool
) -> EnsembleFit:
    """Fit each row of ``y`` (seeds, X)."""
    known = ~np.isnan(y)
    whole = known.any(axis=0) if along_time else known.all(axis=0)
    usable = known & whole & (y > 0) & ((x > 0) | (law == "geometric"))
    fits = [fit for row, use in zip(y, usable, strict=True) if (fit := _line(x[use], row[use], law)) is not None]
    slopes, intercepts = np.array(fits).reshape(-1, 2).T
    slope, lower, upper = _interval(slopes, confidence)
    squares = [_bend(x[use], row[use], law) for row, use in zip(y, usable, strict=True)]
    bend = _interval(np.array([square for square in squares if square is not None]), confidence)
    with np.errstate(over="ignore"):
        constant, least, most = (float(np.exp(end)) for end in _interval(intercepts, confidence))
    points = int(usable.sum(axis=1).max(initial=0))
    left_out = int((~whole).sum())
    curve = dict(zip(("bend", "bend_lower", "bend_upper"), bend, strict=True))
    return EnsembleFit(at, slope, lower, upper, constant, least, most, confidence, len(fits), points, left_out, **curve)


def _line(x: np.ndarray, y: np.ndarray, law: Law) -> tuple[float, float] | None:
    """Return slope and intercept of ln y over ln x or x by least squares, None where fewer than two x are known."""
    if len(set(x)) < 2:
        return None
    slope, intercept = linear_regression(np.log(x) if law == "power" else x, np.log(y))
    return slope, intercept


def _bend(x: np.ndarray, y: np.ndarray, law: Law) -> float | None:
    """Return the coefficient of the square, None where fewer than three x are known."""
    if len(set(x)) < 3:
        return None
    return float(np.polynomial.Polynomial.fit(np.log(x) if law == "power" else x, np.log(y), 2).convert().coef[-1])


def _interval(values: np.ndarray, confidence: float) -> tuple[float, float, float]:
    """Return the mean of the values with Student's interval."""
    from scipy.stats import t

    if not len(values):
        return math.nan, -math.inf, math.inf
    mean = float(values.mean())
    if len(values) < 2:
        return mean, -math.inf, math.inf
    radius = float(t.ppf((1 + confidence) / 2, len(values) - 1)) * float(values.std(ddof=1)) / math.sqrt(len(values))
    return mean, mean - radius, mean + radius
