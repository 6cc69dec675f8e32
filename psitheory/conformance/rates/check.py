"""Whether a bound is respected at every recorded time, how tight it is, and with which exponent a run falls."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Literal

import numpy as np

from psitheory.checking import Verdict
from psitheory.conformance.findings import ConformanceReport, Finding, raised
from psitheory.conformance.rates.records import ROUNDING, Raised, Record, limits_at, recorded
from psitheory.conformance.slopes import RESOLVED, Slope
from psitheory.errors import ArgumentError, PsitheoryError, UnknownName, checked_seed, shown

RESPECTED, FALLS = "bound_is_respected", "values_fall_with_the_exponent"
LAWS = (RESPECTED, FALLS)
"""The names of the laws, in the order in which they are tried."""

NARROW = 0.05
"""An interval that holds the claimed exponent and reaches no farther from it, or a bend that ends so near to it, tells
the exponent to within that, and the report says so."""

VANISHING = 0.5
"""Where the second half of the decades leaves less than this share of the first half's gap, it may vanish."""


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
        What rounding may add to a value, such as 1e-16 for a difference of losses of size 1; values down to minus
        this count as 0.
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
    for option, value, fits, needed in (
        ("confidence", confidence, lambda x: 0 < x < 1, "a number between 0 and 1"),
        ("floor", floor, lambda x: 0 <= x < math.inf, "zero or a positive number"),
        ("exponent", 0 if exponent is None else exponent, math.isfinite, "a finite number"),
    ):
        if not isinstance(value, (int, float, np.integer, np.floating)) or not fits(value):
            raise ArgumentError(f"{option} is {shown(value)}; {needed} is needed")
    if bound is None and exponent is None:
        raise ArgumentError("bound and exponent are missing; one of the two at least is needed")
    seed = checked_seed(seed)
    plain = isinstance(run, (tuple, list, np.ndarray))
    name = "run" if plain else getattr(run, "__name__", None) or type(run).__name__
    replay = f"check_rate({name}, …, seed={seed})"
    skipped = {RESPECTED: "no bound is claimed"} if bound is None else {}
    skipped |= {FALLS: "no exponent is claimed"} if exponent is None else {}
    wanted = [law for law in LAWS if law not in skipped and only in (None, law)]
    if not wanted:
        raise ArgumentError(f"only names the law {only!r}, but {skipped[str(only)]}; what it is about is needed")
    try:
        record = Record(*recorded(run, times, seed, floor), over, confidence, floor)
    except PsitheoryError:
        raise
    except Exception as error:  # it is the user's code that raises: shown as a finding
        failed = tuple(raised(law, error, replay=replay) for law in wanted)
        return ConformanceReport(name, "rate", failed, {}, (), skipped).expecting(expected)
    fit = record.fit()
    findings, properties = [], {"exponent": str(fit)}
    if RESPECTED in wanted:
        limits = limits_at(bound, record.times)
        if isinstance(limits, Raised):
            findings.append(raised(RESPECTED, limits.error, smallest=f"T={limits.time:g}", replay=replay))
        else:
            findings.append(_respected(record, limits, replay))
            properties = {"tightness": _tightness(record, limits)} | properties
    if exponent is not None and FALLS in wanted:
        findings.append(_falls(fit, float(exponent), record, replay))
    report = ConformanceReport(name, "rate", tuple(findings), properties, record.notes(), skipped)
    return report.expecting(expected)


def _respected(record: Record, limits: np.ndarray, replay: str) -> Finding:
    low, high = record.interval()
    finite = np.isfinite(limits)
    claimed = "value(T) ≤ bound(T) at each recorded T" + (" in the mean" if record.over == "mean" else "")
    kind = f"{record.values.shape[1]} runs" + (f", confidence {record.confidence:g}" if record.over == "mean" else "")
    if not finite.any():
        observed = "the bound is infinite at every recorded time, and so says nothing"
        return Finding(RESPECTED, Verdict.INCONCLUSIVE, claimed, observed, replay=replay)
    above = np.flatnonzero(low > limits)
    if above.size:
        i = int(above[0])
        run = int(np.argmax(record.values[i])) if record.over == "each" and record.values.shape[1] > 1 else None
        observed = f"{record.level()[i]:.6g} exceeds {limits[i]:.6g}" + (
            f", at {above.size} times" if above.size > 1 else ""
        )
        smallest = f"T={record.times[i]:g}" + (f"  run={run}" if run is not None else "")
        means = "the bound does not hold for this run: its constants, its assumptions or the claim are wrong"
        witness = {
            "T": float(record.times[i]),
            "value": float(record.level()[i]).hex(),
            "bound": float(limits[i]).hex(),
        }
        return Finding(
            RESPECTED, Verdict.REFUTED, claimed, observed, smallest, means, replay, kind, len(limits), witness
        )
    if np.all(high <= limits * (1 + ROUNDING) + record.floor) or record.over == "each":
        return Finding(RESPECTED, Verdict.HOLDS, claimed, replay=replay, kind=kind, cases=int(finite.sum()))
    i = int(np.argmax(np.where(finite, high - limits, -np.inf)))
    observed = f"[{low[i]:.6g}, {high[i]:.6g}] holds the bound {limits[i]:.6g}, at T={record.times[i]:g}"
    means = "more runs are needed to tell"
    return Finding(RESPECTED, Verdict.INCONCLUSIVE, claimed, observed, means=means, replay=replay, kind=kind)


def _tightness(record: Record, limits: np.ndarray) -> str:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.where(limits > 0, record.level() / limits, np.where(record.level() > limits, np.inf, 0.0))
    i = int(np.argmax(ratios))
    return f"{ratios[i]:.3g} at T={record.times[i]:g}"


def _falls(fit: Slope, exponent: float, record: Record, replay: str) -> Finding:
    claimed = f"value(T) falls as T^-{exponent:g} or faster"
    cases = len(record.times)
    if not fit.decided:
        observed = f"{fit}; 1.5 decades are needed" if math.isfinite(fit.exponent) else str(fit)
        means = "a longer run, or more records above the noise floor, are needed to tell"
        return Finding(FALLS, Verdict.INCONCLUSIVE, claimed, observed, means=means, replay=replay)
    slowest, fastest = -fit.high, -fit.low
    if slowest >= exponent - RESOLVED:
        return Finding(FALLS, Verdict.HOLDS, claimed, replay=replay, kind=str(fit), cases=cases)
    gaps = [exponent + half for half in fit.halves]
    if fit.bends and gaps[1] <= VANISHING * gaps[0]:
        halves = " and ".join(f"{half:.3f}" for half in fit.halves)
        observed = f"{fit}; the slope is {halves} in the halves of these decades, and still changes"
        if gaps[1] <= NARROW:
            kind = f"{fit}; {fit.halves[1]:.3f} in the second half of these decades, so to within {gaps[1]:.2g}"
            return Finding(FALLS, Verdict.HOLDS, claimed, replay=replay, kind=kind, cases=cases)
        means = "the run has not reached its limit: a longer one is needed to tell whether it falls as claimed"
        return Finding(FALLS, Verdict.INCONCLUSIVE, claimed, observed, means=means, replay=replay)
    if fastest < exponent - RESOLVED:
        means = "the run is slower than claimed, over the decades that were recorded"
        smallest = f"T={record.times[0]:g} … {record.times[-1]:g}"
        observed = f"{fit}: slower than T^-{exponent:g} by {exponent - fastest:.2g} at least"
        return Finding(FALLS, Verdict.REFUTED, claimed, observed, smallest, means, replay, "fit", cases)
    if exponent - slowest <= NARROW:
        kind = f"{fit}, so to within {exponent - slowest:.2g}"
        return Finding(FALLS, Verdict.HOLDS, claimed, replay=replay, kind=kind, cases=cases)
    means = f"the interval holds the claimed -{exponent:g} and slower slopes: a longer run is needed to tell"
    return Finding(FALLS, Verdict.INCONCLUSIVE, claimed, str(fit), means=means, replay=replay)
