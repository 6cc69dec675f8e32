"""What a run recorded: its values at their times, read from whatever it came as, and how they are summed up."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.conformance.slopes import Slope, slope
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.experiments.trajectory import Trajectory

ROUNDING = 64 * 2.0**-52
EXHAUSTED = 1e-26
"""Values below this share of the largest are rounding, even squares of gradients, and say nothing of an exponent."""


@dataclass(frozen=True, eq=False)
class Record:
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


def recorded(run: Any, times: Any, seed: int, floor: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Return times (R,) and values (R, K) of a run, an array, a pair, a trajectory or a function of these.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If shapes do not fit, a value is below -floor or not finite, or times do not increase.
    """
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
    bad = ~np.isfinite(values) | (values < -floor)
    if bad.any():
        i, k = (int(j) for j in np.argwhere(bad)[0])
        raise ArgumentError(
            f"values holds {values[i, k]} at T={at[i]:g}, run {k}; finite numbers, 0 or more, are needed"
        )
    return at, np.maximum(values, 0.0)


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
    if isinstance(values, np.ma.MaskedArray):
        raise ArgumentTypeError(f"{name} is a masked array; an array without a mask, such as x.compressed(), is needed")
    try:
        found = np.asarray(values)
        if found.dtype.kind not in "iufO":  # text would be read as numbers, imaginary parts dropped
            raise TypeError
        return found.astype(float)
    except (TypeError, ValueError, RuntimeError):
        raise ArgumentTypeError(f"{name} is {shown(values)}; an array of real numbers is needed") from None


@dataclass(frozen=True, eq=False)
class Raised:
    """What a bound raised, and at which time."""

    error: Exception
    time: float


def limits_at(bound: Any, times: np.ndarray) -> np.ndarray | Raised:
    """Return the bound (R,) at these times, from a function, an array or a number, or what the function raised.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If it is no function of one number, holds no numbers, or not one for each time.
    """
    if callable(bound):
        if not _takes_one(bound):
            raise ArgumentTypeError(f"bound is {shown(bound)}; a function of the number of steps is needed")
        limits = []
        for t in times:
            try:
                limits.append(bound(int(t) if t == int(t) else t))
            except Exception as error:  # it is the user's code: shown as a finding
                return Raised(error, float(t))
        bound = limits
    found = _numbers(bound, "bound")
    found = np.broadcast_to(found, times.shape) if found.ndim == 0 else found
    if found.shape != times.shape:
        raise ArgumentError(f"bound has the shape {found.shape}; {times.shape}, one for each time, is needed")
    if np.any(np.isnan(found)):
        raise ArgumentError("bound holds NaN; numbers are needed")
    return found


def _takes_one(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(1)
    except TypeError:
        return False
    except ValueError:  # nothing is known of it
        return True
    return True
