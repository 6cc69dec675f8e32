"""Whether a bound is respected at every recorded time, how tight it is, and with which exponent a run falls."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from psitheory.checking import Verdict
from psitheory.conformance.findings import ConformanceReport, Finding
from psitheory.conformance.slopes import Slope, slope
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName, shown
from psitheory.experiments.trajectory import Trajectory

RESPECTED, FALLS = "bound_is_respected", "values_fall_with_the_exponent"
LAWS = (RESPECTED, FALLS)
"""The names of the laws, in the order in which they are tried."""

TOLERANCE = 0.05
"""An exponent within this of the claimed one is as claimed: finite runs are never quite in the limit."""
ROUNDING = 64 * 2.0**-52
EXHAUSTED = 1e-26
"""Values below this share of the largest are rounding, even squares of gradients, and say nothing of an exponent."""


def check_rate(
    run: Any,
    bound: Callable[[Any], Any] | np.ndarray | float | None = None,
    *,
    times: Any = None,
    exponent: float | None = None,
    over: Literal["each", "mean"] = "each",
    confidence: float = 0.99,
    floor: float = 0.0,
    only: str | None = None,
    expected: Mapping[str, str] | None = None,
    seed: int = 0,
) -> ConformanceReport:
    r"""Check what a run did against what is claimed of it.

    Parameters
    ----------
    run : array (R,) or (R, K), pair (times, values), Trajectory, or callable
        What is bounded, at R recorded times, of K runs; of a trajectory the least squared gradient norm so far; a
        callable returns any of these, and is given a Generator if it takes an argument.
    bound : callable, array (R,) or number, optional
        What values may not exceed: a function of the time T, or one number for each time.
    times : array, (R,), optional
        The number of steps at each record, positive and increasing; 1, 2, …, R if left out.
    exponent : float, optional
        The p of the claim that values fall as :math:`T^{-p}` or faster.
    over : {"each", "mean"}
        Whether the claim is on each run, or on the mean over runs, which is then known with a confidence only.
    confidence : float
        Of the interval of a mean, for all times together.
    floor : float
        What rounding may add to a value, such as 1e-16 for a difference of losses of size 1.
    only, expected, seed
        As for the other checks.

    Returns
    -------
    ConformanceReport
        With the properties ``tightness`` (the largest ratio of value and bound), ``exponent`` (fitted, with its
        interval and decades) where they exist.

    Raises
    ------
    ArgumentError
        If there is neither bound nor exponent, shapes do not fit, a value is negative or not finite, or times do not
        increase.
    """
    if only is not None and only not in LAWS:
        raise UnknownName(f"only names the law {only!r}; there are {', '.join(LAWS)}")
    if over not in ("each", "mean"):
        raise ArgumentError(f"over is {shown(over)}; 'each' or 'mean' is needed")
    if bound is None and exponent is None:
        raise ArgumentError("bound and exponent are missing; one of the two at least is needed")
    plain = isinstance(run, (tuple, list, np.ndarray))
    name = "run" if plain else getattr(run, "__name__", None) or type(run).__name__
    record = _recorded(run, times, seed)
    series = _Series(record.times, record.values, over, confidence, floor)
    findings, skipped, properties = [], {}, {}
    replay = f"check_rate({name}, …, seed={seed})"
    if bound is None:
        skipped[RESPECTED] = "no bound is claimed"
    elif only in (None, RESPECTED):
        limits = _limits(bound, series.times)
        findings.append(_respected(series, limits, replay))
        properties["tightness"] = _tightness(series, limits)
    fit = series.fit()
    properties["exponent"] = str(fit)
    if exponent is None:
        skipped[FALLS] = "no exponent is claimed"
    elif only in (None, FALLS):
        findings.append(_falls(fit, float(exponent), series, replay))
    report = ConformanceReport(name, "rate", tuple(findings), properties, series.notes(), skipped)
    return report.expecting(expected)


@dataclass(frozen=True, eq=False)
class _Record:
    times: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, eq=False)
class _Series:
    """Values (R, K) at times (R,), and how they are summed up."""

    times: np.ndarray
    values: np.ndarray
    over: str
    confidence: float
    floor: float

    def level(self) -> np.ndarray:
        """Return one value for each time: the largest of all runs, or their mean."""
        return np.asarray(self.values.max(axis=1) if self.over == "each" else self.values.mean(axis=1))

    def interval(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what encloses the value for each time: rounding, or a confidence interval of the mean."""
        level = self.level()
        if self.over == "each":
            slack = self.floor + ROUNDING * level
            return level - slack, level + slack
        runs = self.values.shape[1]
        if runs < 2:
            raise ArgumentError(f"values holds {runs} run; a mean over runs needs two at least")
        from scipy.stats import t

        radius = t.ppf(1 - (1 - self.confidence) / (2 * len(level)), runs - 1)
        error = radius * self.values.std(axis=1, ddof=1) / math.sqrt(runs)
        return level - error - self.floor, level + error + self.floor

    def fit(self) -> Slope:
        """Return the exponent over the later half of the decades, which is nearest to the limit."""
        level = self.level()
        noise = max(self.floor, EXHAUSTED * float(level.max(initial=0.0)))
        logs = np.log10(self.times)
        whole = slope(self.times, level, noise)
        usable = (level > 10 * noise) & (logs >= logs[0])
        if not whole.decided or not usable.any():
            return whole
        last = logs[usable].max()
        start = last - max(1.6, (last - logs[usable].min()) / 2)
        later = logs >= start - 1e-9
        fitted = slope(self.times[later], level[later], noise)
        return fitted if fitted.decided else whole

    def notes(self) -> tuple[str, ...]:
        """Return what a reader must know of values that were left out."""
        level = self.level()
        gone = int(np.sum(level <= 10 * max(self.floor, EXHAUSTED * float(level.max(initial=0.0)))))
        return (
            (f"{gone} of {len(level)} values are at the noise floor and say nothing of the exponent",) if gone else ()
        )


def _respected(series: _Series, limits: np.ndarray, replay: str) -> Finding:
    low, high = series.interval()
    claimed = "value(T) ≤ bound(T) at each recorded T" + (" in the mean" if series.over == "mean" else "")
    kind = f"{series.values.shape[1]} runs" + (f", confidence {series.confidence:g}" if series.over == "mean" else "")
    above = np.flatnonzero(low > limits)
    if above.size:
        i = int(above[0])
        run = int(np.argmax(series.values[i])) if series.over == "each" and series.values.shape[1] > 1 else None
        observed = f"{series.level()[i]:.6g} exceeds {limits[i]:.6g}" + (
            f", at {above.size} times" if above.size > 1 else ""
        )
        smallest = f"T={series.times[i]:g}" + (f"  run={run}" if run is not None else "")
        means = "the bound does not hold for this run: its constants, its assumptions or the claim are wrong"
        witness = {
            "T": float(series.times[i]),
            "value": float(series.level()[i]).hex(),
            "bound": float(limits[i]).hex(),
        }
        return Finding(
            RESPECTED, Verdict.REFUTED, claimed, observed, smallest, means, replay, kind, len(limits), witness
        )
    if np.all(high <= limits * (1 + ROUNDING) + series.floor) or series.over == "each":
        return Finding(RESPECTED, Verdict.HOLDS, claimed, replay=replay, kind=kind, cases=len(limits))
    i = int(np.argmax(high - limits))
    observed = f"[{low[i]:.6g}, {high[i]:.6g}] holds the bound {limits[i]:.6g}, at T={series.times[i]:g}"
    means = "more runs are needed to tell"
    return Finding(RESPECTED, Verdict.INCONCLUSIVE, claimed, observed, means=means, replay=replay, kind=kind)


def _tightness(series: _Series, limits: np.ndarray) -> str:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(limits > 0, series.level() / limits, 0.0)
    i = int(np.argmax(ratios))
    return f"{ratios[i]:.3g} at T={series.times[i]:g}"


def _falls(fit: Slope, exponent: float, series: _Series, replay: str) -> Finding:
    claimed = f"value(T) falls as T^-{exponent:g} or faster"
    cases = len(series.times)
    if not fit.decided:
        observed = f"{fit}; 1.5 decades are needed" if math.isfinite(fit.exponent) else str(fit)
        means = "a longer run, or more records above the noise floor, are needed to tell"
        return Finding(FALLS, Verdict.INCONCLUSIVE, claimed, observed, means=means, replay=replay)
    slowest, fastest = -fit.high, -fit.low
    if slowest >= exponent - TOLERANCE:
        return Finding(FALLS, Verdict.HOLDS, claimed, replay=replay, kind=str(fit), cases=cases)
    if fastest < exponent - TOLERANCE:
        means = "the run is slower than claimed, over the decades that were recorded"
        smallest = f"T={series.times[0]:g} … {series.times[-1]:g}"
        return Finding(FALLS, Verdict.REFUTED, claimed, str(fit), smallest, means, replay, "fit", cases)
    means = "the interval of the exponent holds the claimed one and slower ones: a longer run is needed to tell"
    return Finding(FALLS, Verdict.INCONCLUSIVE, claimed, str(fit), means=means, replay=replay)


# -- what came ----------------------------------------------------------------------------------------


def _recorded(run: Any, times: Any, seed: int) -> _Record:
    if callable(run) and not isinstance(run, Trajectory):
        run = _called(run, seed)
    if isinstance(run, Trajectory):
        if run.min_squared_gradient is None:
            raise ArgumentError("run is a trajectory without the least squared gradient; give its values as an array")
        values = np.asarray(run.min_squared_gradient, dtype=float)
        keep = np.asarray(run.times) > 0
        times, run = np.asarray(run.times)[keep], values[keep].reshape(int(keep.sum()), -1)
    elif isinstance(run, tuple) and len(run) == 2 and times is None:
        times, run = run
    values = _numbers(run, "values")
    values = values[:, None] if values.ndim == 1 else values
    if values.ndim != 2 or not values.size:
        raise ArgumentError(f"values has the shape {values.shape}; (R,) or (R, K), with one entry at least, is needed")
    at = np.arange(1.0, len(values) + 1) if times is None else _numbers(times, "times")
    if at.shape != (len(values),):
        raise ArgumentError(f"times has the shape {at.shape}; ({len(values)},), one for each record, is needed")
    if not (np.all(at > 0) and np.all(np.diff(at) > 0)):
        raise ArgumentError("times do not increase from a positive number; numbers of steps, each once, are needed")
    bad = ~np.isfinite(values) | (values < 0)
    if bad.any():
        i, k = (int(j) for j in np.argwhere(bad)[0])
        raise ArgumentError(
            f"values holds {values[i, k]} at T={at[i]:g}, run {k}; finite numbers, 0 or more, are needed"
        )
    return _Record(at, values)


def _called(run: Callable[..., Any], seed: int) -> Any:
    try:
        parameters = inspect.signature(run).parameters.values()
        needed = [p for p in parameters if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    except (TypeError, ValueError):
        needed = []
    if len(needed) > 1:
        names = ", ".join(p.name for p in needed)
        raise ArgumentTypeError(f"run takes {names}; a function of nothing, or of a Generator, is needed")
    return run(np.random.default_rng(seed)) if needed else run()


def _numbers(values: Any, name: str) -> np.ndarray:
    try:
        return np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ArgumentTypeError(f"{name} is {shown(values)}; an array of numbers is needed") from None


def _limits(bound: Any, times: np.ndarray) -> np.ndarray:
    if callable(bound):
        try:
            limits = [float(bound(int(t) if t == int(t) else t)) for t in times]
        except (TypeError, ValueError) as error:
            raise ArgumentTypeError(f"bound is no function of the steps that returns a number: {error}") from error
        bound = limits
    found = _numbers(bound, "bound")
    found = np.broadcast_to(found, times.shape) if found.ndim == 0 else found
    if found.shape != times.shape:
        raise ArgumentError(f"bound has the shape {found.shape}; {times.shape}, one for each time, is needed")
    if np.any(np.isnan(found)):
        raise ArgumentError("bound holds NaN; numbers are needed")
    return found
