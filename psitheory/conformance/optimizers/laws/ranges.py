"""How far from scale 1 a scaling law holds within one per cent, and the lines of code that end it."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from psitheory.conformance.optimizers.causes.constants import cause_of, told
from psitheory.conformance.optimizers.comparing.equivariance import START, Outcome
from psitheory.conformance.optimizers.laws.edges import Edge, Path
from psitheory.conformance.optimizers.runs.change import Cause, CodeRaised
from psitheory.conformance.optimizers.runs.derived import Derived
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.optimizers.types import Break

WITHIN = 1e-2
"""How far runs may part, relative to how far they went: what a range promises, and says so."""


ROUNDING = 1e-9
"""A gap, relative to the motion, that rounding does not grow to in the dozen steps of a typed run."""


def around_one(path: Path, top: int, derived: Derived) -> Edge:
    """Follow a law from scale 1 outwards up to the ``top``-th rescaling, or until it fails; and find out why.

    Beside powers of two, scales are tried where comparisons turn out otherwise: it may hold on both sides of these.
    What such a comparison breaks ends the range however little it is: it does not die out, as an eps does.
    """
    steps = path.bench.moved_by
    good, bad, turns = 0, 0, _turns(path, top, derived)
    for k in sorted({2**i for i in range(int(math.log2(top)) + 1)} | {top} | turns):
        if not _holds(path, k, steps):
            bad = k
            break
        good = k
    sign = 1 if path.direction[0] > 0 or min(path.direction) < max(path.direction) else -1
    turned = _first_turn(path, sorted(k for k in turns if k <= good), derived)
    if turned is not None:
        k, found = turned
        return Edge(sign * (k - 1), cause_of(found), path.at(k), path.outcome(k), "; ".join(map(told, found)))
    if not bad:
        return Edge(sign * top)
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if _holds(path, middle, steps) else (good, middle)
    outcome = _outcome(path, bad, steps)
    cause, how = _cause(path, bad, outcome, derived)
    return Edge(sign * good, cause, path.at(bad), outcome, how)


def _turns(path: Path, top: int, derived: Derived) -> set[int]:
    turns: set[int] = set()
    for at in derived.turning_points(path.bench.network, path.direction, path.p):
        turns |= {math.floor(at), math.ceil(at)} if math.isfinite(at) else set()
    return {k for k in turns if 0 < k <= top}


def _first_turn(path: Path, turns: list[int], derived: Derived) -> tuple[int, tuple[Break, ...]] | None:
    """Return the first scale at which a comparison turned and parted the runs by more than rounding, and its line."""
    t = path.bench.moved_by
    suspects = [k for k in turns if not path.bench.gaps(path.base, path.at(k), t, t)[path.mode].exact]
    found = ((k, _broken_by_turning(path, k, derived)) for k in suspects)
    return next(((k, lines) for k, lines in found if lines), None)


def _broken_by_turning(path: Path, k: int, derived: Derived) -> tuple[Break, ...]:
    """Return the comparisons that part the runs there, once constants such as an eps scale along."""
    windows = [b for b in derived.soft_breaks if b.kind is Kind.WINDOW]
    constants = [b for b in derived.soft_breaks if b.kind is not Kind.WINDOW]

    def left(lines: Iterable[Break]) -> float:
        return derived.gap(path.bench.network, path.at(k), (*constants, *lines))

    parted = left(())
    if not ROUNDING < parted < np.inf or path.outcome(k).status != "broken":
        return ()
    alone = ([b for b in windows if b.line == line] for line in dict.fromkeys(b.line for b in windows))
    return next((tuple(lines) for lines in (*alone, windows) if left(lines) <= parted / 2), ())


def _outcome(path: Path, k: int, steps: int) -> Outcome:
    worst = None
    try:
        for t in (t for t in path.bench.times if t <= steps):
            gap = path.bench.gaps(START, path.at(k), t, steps)[path.mode]
            size = gap.relative if gap.finite and gap.defect else 0.0 if gap.finite else np.inf
            if worst is None or size > worst[0]:
                worst = size, t, gap
    except CodeRaised as problem:
        if not problem.is_numerical:
            raise
        return path.outcome(k)
    assert worst is not None
    return Outcome("broken" if worst[0] > WITHIN else "rounding", worst[1], worst[2], WITHIN)


def _holds(path: Path, k: int, steps: int) -> bool:
    return _outcome(path, k, steps).passed


def _cause(path: Path, bad: int, outcome: Outcome, derived: Derived) -> tuple[Cause, str]:
    if not outcome.gap.finite:
        return "overflow", ""
    found = derived.causes(path.bench.network, path.at(bad), WITHIN)
    if not found:
        lost = derived.overflow(path.bench.network, path.at(bad))
        return ("overflow", f"numbers overflow or vanish at {lost}") if lost else ("unknown", "")
    return cause_of(found), "; ".join(map(told, found))
