"""Runs from very large and from very small weights, where an eps or what stands beside it rules alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from psitheory.conformance.optimizers.runs.bench import Bench
from psitheory.conformance.optimizers.runs.change import Change, Constants, Mode

MOSTLY = 0.7
"""The cosine above which a step goes along the weights."""


def shifted(bench: Bench, change: Change, k: float, p: float) -> Change:
    """Return the change with all weights larger by :math:`2^k`, and the rate by :math:`2^{kp}`."""
    exponents = change.exponents or (0.0,) * bench.network.layout.m
    return replace(change, exponents=tuple(e + k for e in exponents), rate=change.rate + k * p)


def reach(bench: Bench, p: float) -> int:
    """Return the largest exponent of a scale that is tried: 300 in double precision, 30 in single."""
    top, whole = (300, 900) if bench.eps < 1e-12 else (30, 90)
    return min(top, int(whole / abs(p))) if p else top


def strays_at(bench: Bench, p: float, side: int, constants: Constants = ()) -> int | None:
    """Return a time at which steps from very large weights are not those that an eps leaves, or None.

    It makes them smaller than the law would, and the first goes along the gradient, none along the weights.  For
    ``side`` -1 weights are very small, and the first step alone is looked at: it leaves for large ones.
    """
    top = reach(bench, p) if bench.eps < 1e-12 else 50  # in single precision an eps shows late
    usual = bench.points(Change(constants=constants), bench.steps)
    run = bench.every_point(shifted(bench, Change(constants=constants), side * top, p), bench.steps if side > 0 else 1)
    first = before = _blocks(bench, next(run)) * 2.0 ** (-side * top)
    for t, w in enumerate(run, start=1):
        now = _blocks(bench, w) * 2.0 ** (-side * top)
        step, size = now - before, float(np.max(np.abs(now - before)))
        if not np.isfinite(size):
            return _time_from(bench, t)
        if size > 16 * bench.eps * np.max(np.abs(now)):
            along_w = abs(_unit(step / size) @ _unit(before))
            gradient = _blocks(bench, bench.network.evaluate(bench.network.first).gradient)
            if along_w > MOSTLY or (t == 1 and abs(_unit(step / size) @ _unit(gradient)) < max(along_w, 0.5)):
                return _time_from(bench, t)
        if side > 0 and t in usual:
            moved = np.max(np.abs(_blocks(bench, usual[t] - usual[0])))
            if np.max(np.abs(now - first)) > 4 * moved:
                return t
        before = now
    return None


def _time_from(bench: Bench, t: int) -> int:
    """Return the first of the bench's times that is not before ``t``."""
    return next(time for time in bench.times if time >= t)


def _unit(x: np.ndarray) -> np.ndarray:
    return np.asarray(x / np.linalg.norm(x))


def _blocks(bench: Bench, w: np.ndarray) -> np.ndarray:
    """Return the weights in blocks."""
    return np.concatenate([x.ravel() for x in bench.network.layout.rows(w.astype(float))])


def gap_at(bench: Bench, mode: Mode, change: Change, t: int, p: float, k: int, steps: int | None = None) -> float:
    """Return how far a rescaled run is from the first at step ``t``, all weights larger by :math:`2^k`."""
    base, moved = (shifted(bench, each, k, p) for each in (Change(constants=change.constants), change))
    return bench.gaps(base, moved, t, steps or t)[mode].relative
