"""A law that is tried: random cases, special ones beside them, few that are all tried, and the worst that is found."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, Evidence, Law, Verdict
from psitheory.runner.counterfeits.checked import smaller
from psitheory.runner.counterfeits.planted import Kept, smallest_seen
from psitheory.runner.domain import inputs
from psitheory.runner.effort import Effort
from psitheory.runner.judging.guard import ROUNDED, CannotRun, guarded, up_to_rounding
from psitheory.runner.judging.in_balls import OPEN_BRANCH
from psitheory.runner.judging.judge import Outcome
from psitheory.runner.judging.spared import Spared
from psitheory.runner.searching.draws import Choices
from psitheory.runner.searching.every import EACH, best_of_many, broken_among_few, broken_for_some_number
from psitheory.runner.searching.known import broken_at_what_is_known
from psitheory.runner.searching.redraw import CALLS, work
from psitheory.runner.searching.search import CHANGING, Search, search
from psitheory.runner.searching.special import broken_specially
from psitheory.runner.searching.worst import PATIENCE, Worst, patience, worst_case
from psitheory.runner.searching.written import broken_at_a_written_number
from psitheory.runner.witness import witness


def try_cases(law: Law, kind: str, effort: Effort, seed: int) -> Evidence:
    """Try random cases until one fails, and return the smallest that does.

    Raises
    ------
    CannotRun
        If the law does not run there; so of sides that no one has asked to agree bit for bit, and that do not.
    """
    by_itself = kind == POWERS_OF_TWO and law.on is None
    run = up_to_rounding(law.function) if by_itself else guarded(kind, law.function)
    kept = Kept(guarded(kind, law.function, Spared()) if kind == FLOATS else run)
    found = search(
        inputs(law.domains, kind), kept, sought="failed", cases=effort.cases[kind], seconds=effort.seconds, seed=seed
    )
    if found.found is None:
        if any(outcome.note == ROUNDED for outcome in found.outcomes):
            raise CannotRun(ROUNDED)
        if found.first is not None and run(found.first[0]) != found.first[1]:
            found.trouble = CHANGING
        summary = _summary(kind, found, effort)
        if summary.verdict is Verdict.HOLDS:
            sees = smallest_seen(kind, law.function, kept.inputs, seed, finer=effort.finer)
            summary = replace(summary, sees=sees)
            broken = _broken_among_few(law, kind, effort) or _broken_specially(law, kind, found.passed, effort)
            if broken is not None:
                return _refuted(kind, run, summary.cases, *broken)
        return _at_its_worst(summary, run, _climbed(law, kind, found, effort))
    drawn, outcome = found.found
    small = smaller(law.domains, kind, run, effort, seed).found
    if small is not None and small[1].status in ("failed", outcome.status):  # what raises is no smaller failure
        drawn, outcome = small
    cases = len(found.outcomes) + 1
    if outcome.status == "failed":
        return _refuted(kind, run, cases, drawn, outcome, found.first)
    seen = witness(kind, drawn, outcome.left, outcome.right)
    return Evidence(
        kind, Verdict.INCONCLUSIVE, cases, outcome.worst, outcome.note, witness=seen, relation=outcome.relation
    )


def _refuted(
    kind: str,
    run: Callable[[Mapping[str, Any]], Outcome],
    cases: int,
    drawn: Mapping[str, Any],
    outcome: Outcome,
    first: tuple[Mapping[str, Any], Outcome] | None = None,
) -> Evidence:
    """Return the evidence of a case that breaks a law, and does so again; what changes by itself refutes nothing.

    So does the ``first`` case that broke nothing, if there was one.
    """
    if any(_shown(run(inputs)) != _shown(seen) for inputs, seen in ((drawn, outcome), *filter(None, (first,)))):
        return Evidence(kind, Verdict.INCONCLUSIVE, cases, note=CHANGING)
    seen = witness(kind, drawn, outcome.left, outcome.right)
    return Evidence(kind, Verdict.REFUTED, cases, outcome.worst, outcome.note, witness=seen, relation=outcome.relation)


def _shown(outcome: Outcome) -> tuple[str, ...]:
    return outcome.status, outcome.left, outcome.right


def _broken_among_few(law: Law, kind: str, effort: Effort) -> tuple[Mapping[str, Any], Outcome] | None:
    """Return a case that breaks a law which is about few whole numbers, so that all can be tried."""
    if law.example or kind != climbed_in(law):
        return None
    drawn = inputs(law.domains, kind, large=False)
    return broken_among_few(drawn, law.function, guarded(kind, law.function), EACH * effort.climb)


def _broken_specially(
    law: Law, kind: str, passed: Sequence[Choices], effort: Effort
) -> tuple[Mapping[str, Any], Outcome] | None:
    """Return a special case that breaks a law which costs little: others meet such cases by chance alone."""
    if law.example or kind != climbed_in(law):
        return None
    drawn, start = inputs(law.domains, kind), passed[len(passed) // 2]
    if work(drawn, law.function, start) > CALLS:
        return None
    patient = patience(drawn, law.function, [start])
    run, unwatched = guarded(kind, law.function), getattr(law.function, "function", law.function)
    starts, most = [start, passed[-1]], SPECIAL * effort.cases[kind] * (patient - 1) // PATIENCE
    return (
        broken_specially(drawn, law.function, run, passed, most)
        or broken_at_a_written_number(drawn, law.function, guarded(kind, unwatched), starts, most)
        or broken_at_what_is_known(drawn, law.function, guarded(kind, unwatched), start, most)
        or broken_for_some_number(drawn, law.function, run, starts, EACH * effort.climb // BESIDE)
    )


SPECIAL = 3
"""So many special cases are computed at most for one that is drawn, of a law that costs little, and fewer of others.

They are judged only if they seem to break the law.
"""


BESIDE = 2
"""Each of two cases gets half of those that are tried of few: one alone may be trivial, as with a vector of zeros."""


def climbed_in(law: Law) -> str:
    """Return the kind of evidence that looks a law over: it finds the worst case, and tries all where they are few."""
    return BALLS if law.on is not None and FLOATS not in law.on else FLOATS


def _climbed(law: Law, kind: str, found: Search, effort: Effort) -> Worst:
    """Look for the worst case of an inequality: on floats, or in balls where the law is not tried on floats."""
    if law.example or kind != climbed_in(law):
        return Worst()
    drawn = inputs(law.domains, kind)
    budget = min(effort.climb, 2 * len(found.outcomes)) * patience(drawn, law.function, found.starts)
    run = guarded(kind, law.function)
    worst = worst_case(drawn, law.function, run, found.starts, budget=budget)
    few = inputs(law.domains, kind, large=False)
    peaks = [] if worst.refutes or not found.starts else best_of_many(few, law.function, EACH * effort.climb)
    if not peaks:
        return worst
    other = worst_case(few, law.function, run, peaks, budget=budget, on_peaks=True)
    best = max(worst, other, key=_height)
    return replace(best, evaluations=worst.evaluations + other.evaluations)


def _height(worst: Worst) -> float:
    outcome = worst.outcome
    return math.inf if worst.refutes else -math.inf if outcome is None or outcome.worst is None else outcome.worst


def _at_its_worst(evidence: Evidence, run: Callable[[Mapping[str, Any]], Outcome], worst: Worst) -> Evidence:
    """Return the evidence with the worst case that was found after it, which may refute the law."""
    if evidence.verdict is not Verdict.HOLDS:
        return evidence
    if worst.inputs is None or worst.outcome is None:
        return replace(evidence, sought=worst.evaluations)
    outcome = worst.outcome
    if worst.refutes:
        return _refuted(evidence.kind, run, evidence.cases + worst.evaluations, worst.inputs, outcome)
    seen = witness(evidence.kind, worst.inputs, outcome.left, outcome.right)
    if outcome.worst is None or outcome.worst < (evidence.worst or 0):
        return replace(evidence, sought=worst.evaluations)
    return replace(evidence, sought=worst.evaluations, worst=outcome.worst, at=seen)


def _summary(kind: str, found: Search, effort: Effort) -> Evidence:
    """Return the evidence of a search that refuted nothing."""
    passed = [o for o in found.outcomes if o.status == "passed"]
    doubts = [o for o in found.outcomes if o.status == "undecided"]
    worst = max((o.worst for o in passed if o.worst is not None), default=None)
    if found.trouble or doubts or not passed:
        empty = "no case was tried" if not found.outcomes else _why_none(found.outcomes)
        note = found.trouble or (
            f"{len(doubts)} of {len(found.outcomes)} cases undecided: {doubts[0].note}" if doubts else empty
        )
        return Evidence(kind, Verdict.INCONCLUSIVE, len(passed), worst, note)
    bits = min((o.bits for o in passed if o.bits is not None), default=None)
    note = f"to 2^-{bits:.0f}" if bits is not None and bits != float("inf") else ""
    note = note or next((o.note for o in passed if o.note), "")
    aside = [o for o in found.outcomes if o.status == "vacuous"]
    more = []
    if found.cut:
        more.append(f"{len(found.outcomes)} of {effort.cases[kind]} cases in {effort.seconds:g} seconds")
    if aside:
        more.append(f"{len(aside)} of {len(found.outcomes)} set aside: {aside[0].note}")
    note = "; ".join(filter(None, (note, *more)))
    return Evidence(kind, Verdict.HOLDS, len(passed), worst, note, relation=passed[0].relation)


def _why_none(outcomes: Sequence[Outcome]) -> str:
    """Return why no case says anything, each of which was set aside."""
    is_open = all(outcome.note.startswith(OPEN_BRANCH) for outcome in outcomes)
    return outcomes[0].note if is_open else VACUOUS


VACUOUS = "every case was vacuous"
