"""Evidence of one kind for one law: cases that are tried, generic ones that are decided, instances that are found."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from psitheory.arithmetic.rational_functions import RationalFunctions
from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    FORMAL,
    POWERS_OF_TWO,
    RATIONALS,
    SYMBOLS,
    Evidence,
    Law,
    Verdict,
)
from psitheory.errors import NotInArithmetic, PsitheoryError, UnknownName, said
from psitheory.runner.counterfeits import in_kind, smaller
from psitheory.runner.domain import generic_inputs, inputs
from psitheory.runner.effort import Effort
from psitheory.runner.every import broken_among_few
from psitheory.runner.guard import CannotRun, guarded
from psitheory.runner.in_balls import OPEN_BRANCH
from psitheory.runner.in_formal import prove_formally
from psitheory.runner.judge import Outcome
from psitheory.runner.planted import Kept, smallest_seen
from psitheory.runner.scope import where
from psitheory.runner.search import Choices, Search, search
from psitheory.runner.special import broken_specially
from psitheory.runner.witness import witness
from psitheory.runner.worst import Worst, patience, worst_case


def evidence_of(law: Law, kind: str, effort: Effort, seed: int) -> Evidence | str:
    """Return what ``kind`` says of the law, or why it cannot be tried there (an undecided symbol is no evidence)."""
    start = time.monotonic()
    required = law.on is not None
    try:
        if law.quantifier == "exists" and kind == SYMBOLS:
            return "a generic case can neither show nor deny that some case exists"
        if kind == FORMAL:
            made = prove_formally(law, seed=seed)
            if made.verdict is not Verdict.HOLDS and FORMAL not in (law.on or ()):
                return made.note  # what is not proved in every dimension may still be true: the other kinds decide
        elif kind == SYMBOLS:
            made = prove(law, seed)
        elif law.quantifier == "exists":
            made = exhibit(law, kind, effort, seed)
        else:
            made = try_cases(law, kind, effort, seed)
    except CannotRun as reason:
        if not required:
            return str(reason)
        made = Evidence(kind, Verdict.INCONCLUSIVE, 0, note=f"cannot run there: {reason}")
    except NotInArithmetic as error:  # of a domain whose numbers are not, as complex ones are no ratios
        if not required:
            return said(error)
        made = Evidence(kind, Verdict.INCONCLUSIVE, 0, note=f"cannot run there: {error}")
    except UnknownName:  # a domain that names no input is a slip of the pen, told at once
        raise
    except PsitheoryError as error:  # of a domain: the other laws still run
        made = Evidence(kind, Verdict.INCONCLUSIVE, 0, note=str(error))
    if made.note.startswith(OPEN_BRANCH) and made.verdict is Verdict.INCONCLUSIVE and not required:
        return made.note  # all cases lie where two branches meet, which balls never tell: the other kinds decide
    if kind == SYMBOLS and made.verdict is Verdict.INCONCLUSIVE and made.witness is not None and not required:
        return made.note
    return replace(made, seconds=time.monotonic() - start)


def try_cases(law: Law, kind: str, effort: Effort, seed: int) -> Evidence:
    """Try random cases until one fails, and return the smallest that does."""
    run = guarded(kind, law.function)
    kept = Kept(run)
    found = search(
        inputs(law.domains, kind), kept, sought="failed", cases=effort.cases[kind], seconds=effort.seconds, seed=seed
    )
    if found.found is None:
        if found.first is not None and run(found.first[0]) != found.first[1]:
            found.trouble = "the same input gave different outcomes on two runs"
        summary = _summary(kind, found, effort)
        if summary.verdict is Verdict.HOLDS:
            sees = smallest_seen(kind, law.function, kept.inputs, seed, finer=effort.finer)
            summary = replace(summary, sees=sees)
            broken = _broken_among_few(law, kind, effort) or _broken_specially(law, kind, found.passed, effort)
            if broken is not None:
                return _refuted(kind, summary.cases, *broken)
        return _at_its_worst(summary, _climbed(law, kind, found, effort))
    drawn, outcome = found.found
    small = smaller(law.domains, kind, run, effort, seed).found
    if small is not None and small[1].status in ("failed", outcome.status):  # what raises is no smaller failure
        drawn, outcome = small
    seen = witness(kind, drawn, outcome.left, outcome.right)
    verdict = Verdict.REFUTED if outcome.status == "failed" else Verdict.INCONCLUSIVE
    cases = len(found.outcomes) + 1
    return Evidence(kind, verdict, cases, outcome.worst, outcome.note, witness=seen, relation=outcome.relation)


def _refuted(kind: str, cases: int, drawn: Mapping[str, Any], outcome: Outcome) -> Evidence:
    seen = witness(kind, drawn, outcome.left, outcome.right)
    return Evidence(kind, Verdict.REFUTED, cases, outcome.worst, witness=seen, relation=outcome.relation)


def _broken_among_few(law: Law, kind: str, effort: Effort) -> tuple[Mapping[str, Any], Outcome] | None:
    """Return a case that breaks a law which is about few whole numbers, so that all can be tried."""
    if law.example or kind != _climbed_in(law):
        return None
    drawn = inputs(law.domains, kind, large=False)
    return broken_among_few(drawn, law.function, guarded(kind, law.function), EACH * effort.climb)


EACH = 8
"""So many times the cases of a climb are tried where all are: they are judged only if they seem to break the law."""


def _broken_specially(
    law: Law, kind: str, passed: Sequence[Choices], effort: Effort
) -> tuple[Mapping[str, Any], Outcome] | None:
    """Return a special case that breaks a law which costs little: others meet such cases by chance alone."""
    if law.example or kind != _climbed_in(law):
        return None
    drawn, start = inputs(law.domains, kind), passed[len(passed) // 2]
    if patience(drawn, law.function, [start]) < PATIENT:
        return None
    return broken_specially(drawn, law.function, guarded(kind, law.function), start, effort.cases[kind] // SPECIAL)


SPECIAL = 2
"""At most one special case is computed for so many that are drawn; it is judged only if it seems to break the law."""


PATIENT = 4
"""A law that is climbed so many times as long costs so little that special cases hardly lengthen its check."""


def _climbed_in(law: Law) -> str:
    return BALLS if law.on is not None and FLOATS not in law.on else FLOATS


def _climbed(law: Law, kind: str, found: Search, effort: Effort) -> Worst:
    """Look for the worst case of an inequality: on floats, or in balls where the law is not tried on floats."""
    if law.example or kind != _climbed_in(law):
        return Worst()
    drawn = inputs(law.domains, kind)
    budget = min(effort.climb, 2 * len(found.outcomes)) * patience(drawn, law.function, found.starts)
    return worst_case(drawn, law.function, guarded(kind, law.function), found.starts, budget=budget)


def _at_its_worst(evidence: Evidence, worst: Worst) -> Evidence:
    """Return the evidence with the worst case that was found after it, which may refute the law."""
    if evidence.verdict is not Verdict.HOLDS:
        return evidence
    if worst.inputs is None or worst.outcome is None:
        return replace(evidence, sought=worst.evaluations)
    outcome = worst.outcome
    seen = witness(evidence.kind, worst.inputs, outcome.left, outcome.right)
    if worst.refutes:
        cases = evidence.cases + worst.evaluations
        return Evidence(evidence.kind, Verdict.REFUTED, cases, outcome.worst, witness=seen, relation=outcome.relation)
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
    return outcomes[0].note if is_open else "every case was vacuous"


def prove(law: Law, seed: int) -> Evidence:
    """Decide the law on generic symbols, case by case: a proof if the law is about the dimensions of these cases."""
    run = guarded(SYMBOLS, law.function)
    tried: list[Mapping[str, Any]] = []
    fields: list[RationalFunctions] = []
    for drawn, field in generic_inputs(law.domains):
        outcome = _unless_refused(run(drawn), field)
        if outcome.status != "passed":
            verdict = Verdict.REFUTED if outcome.status == "failed" else Verdict.INCONCLUSIVE
            seen = witness(SYMBOLS, drawn, outcome.left, outcome.right)
            return Evidence(SYMBOLS, verdict, len(tried), note=outcome.note, witness=seen)
        tried.append(drawn)
        fields.append(field)
    there = where(text for field in fields for text in field.where())
    shown = ", ".join(dict.fromkeys(filter(None, map(_label, tried))))
    note = f"in dimension {shown} only" if shown else "in these dimensions only" if any(map(_shapes, tried)) else ""
    if not note:
        return Evidence(SYMBOLS, Verdict.HOLDS, len(tried), proof=f"for all values of its numbers{there}")
    if not law.dimension:
        return Evidence(SYMBOLS, Verdict.HOLDS, len(tried), note=note + there)
    strange = _shape_beyond({_shapes(drawn) for drawn in tried}, law, seed)
    if strange:
        why = f"the law is said to be about {law.dimension}, but its domains draw {strange}"
        return Evidence(SYMBOLS, Verdict.INCONCLUSIVE, len(tried), note=why)
    return Evidence(SYMBOLS, Verdict.HOLDS, len(tried), proof=law.dimension + there)


def _unless_refused(outcome: Outcome, field: RationalFunctions) -> Outcome:
    """Return the outcome, undecided if the law caught a refusal and went on: it then says nothing of all values."""
    if outcome.status != "passed" or not field.refused:
        return outcome
    return replace(outcome, status="undecided", note=f"an operation was refused, and the law went on: {field.refused}")


def _shapes(drawn: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the layouts and the shapes of the inputs that have one, by name."""
    sizes = {name: getattr(getattr(value, "layout", None), "sizes_in_order", None) for name, value in drawn.items()}
    shapes = {name: getattr(value, "shape", None) for name, value in drawn.items()}
    return tuple((name, sizes[name] or shapes[name]) for name in drawn if sizes[name] or shapes[name])


def _shape_beyond(proved: set[tuple[Any, ...]], law: Law, seed: int) -> str:
    """Return the shape of an input that no generic case has, if the domains draw one."""
    beyond: list[str] = []

    def look(drawn: Mapping[str, Any]) -> Outcome:
        shape = _shapes(drawn)
        if shape not in proved:
            beyond.append(", ".join(f"{name} of {size}" for name, size in shape))
        return Outcome("vacuous")

    search(inputs(law.domains, FLOATS), look, sought="failed", cases=50, seconds=10.0, seed=seed)
    return beyond[0] if beyond else ""


def _label(drawn: Mapping[str, Any]) -> str:
    """Return the block sizes of a generic case, such as ``[2, 2]`` or ``[2]+1``."""
    for value in drawn.values():
        layout = getattr(value, "layout", None)
        if layout is not None:
            return f"{list(layout.sizes)}" + (f"+{layout.p}" if layout.p else "")
    return ""


def exhibit(law: Law, kind: str, effort: Effort, seed: int) -> Evidence:
    """Look for an instance of an existence claim; sampling cannot refute one.

    Floats and controls let pass what they cannot refute, which certifies nothing; there balls decide an instance.
    """
    run = guarded(BALLS if kind in (FLOATS, CONTROLS) else kind, law.function)
    if law.instance is not None:
        certificate = in_kind(kind, law.instance)
        outcome = run(certificate)
        if outcome.status == "passed":
            return _established(kind, 1, certificate, outcome)
    found = search(
        inputs(law.domains, kind), run, sought="passed", cases=effort.cases[kind], seconds=effort.seconds, seed=seed
    )
    if found.found is None:
        return Evidence(kind, Verdict.INCONCLUSIVE, len(found.outcomes), note="no instance was found")
    drawn, outcome = found.found
    if outcome.status == "raised":
        return Evidence(kind, Verdict.INCONCLUSIVE, len(found.outcomes), note=outcome.note)
    return _established(kind, len(found.outcomes) + 1, drawn, outcome)


def _established(kind: str, cases: int, drawn: Mapping[str, Any], outcome: Outcome) -> Evidence:
    """Return the evidence of an instance; one that exact numbers or disjoint enclosures decide is a proof."""
    certificate = witness(kind, drawn, outcome.left, outcome.right)
    rigorous = kind == RATIONALS or (kind != POWERS_OF_TWO and outcome.bits is None)
    proof = "by an instance, " + ("exactly" if kind == RATIONALS else "in enclosures") if rigorous else ""
    return Evidence(
        kind, Verdict.HOLDS, cases, outcome.worst, witness=certificate, relation=outcome.relation, proof=proof
    )
