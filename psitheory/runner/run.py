"""Law → report: run laws and their counterfeits in every arithmetic, within a budget."""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    FORMAL,
    KINDS,
    RATIONALS,
    ClaimReport,
    Counterfeit,
    CounterfeitReport,
    Evidence,
    Law,
    LawReport,
    Theorem,
    Verdict,
)
from psitheory.checking.evidence import beside_each_other
from psitheory.errors import TimeUp, said
from psitheory.runner.code.interpreter import unseen
from psitheory.runner.code.watch import Watched
from psitheory.runner.counterfeits.checked import check_counterfeit, in_kind
from psitheory.runner.counterfeits.made import made_counterfeits
from psitheory.runner.counterfeits.own import own_counterfeits
from psitheory.runner.domain import kinds_of, not_offered
from psitheory.runner.effort import EXAMPLE, Effort, effort_named
from psitheory.runner.evidence import evidence_of
from psitheory.runner.judging.guard import guarded, warned_once
from psitheory.runner.judging.judge import Outcome
from psitheory.runner.proving.in_formal import can_be_formal
from psitheory.runner.tried import VACUOUS
from psitheory.runner.witness import decode


def check_theorem(theorem: Theorem, *, effort: str = "quick", seed: int = 0) -> ClaimReport:
    """Run every law of a theorem, and every counterfeit, and report.

    Parameters
    ----------
    theorem : Theorem
    effort : {"quick", "standard", "deep"}
    seed : int
        All randomness derives from it.
    """
    start = time.monotonic()
    laws = [check_law(law, effort=effort, seed=seed, of=theorem.id) for law in theorem.laws]
    return claim_report(theorem, laws, time.monotonic() - start)


def claim_report(theorem: Theorem, laws: Iterable[LawReport], seconds: float) -> ClaimReport:
    """Return the report of a theorem from those of its laws, wherever they were run."""
    source = theorem.source.key if theorem.source else ""
    where = f"{source}, {theorem.locator}" if source and theorem.locator else source or theorem.locator
    return ClaimReport(theorem.id, theorem.title, theorem.chapter, where, tuple(laws), seconds)


def check_law(law: Law, *, effort: str = "quick", seed: int = 0, of: str | None = None) -> LawReport:
    """Run one law and its counterfeits, and report; ``of`` is the id of its theorem, on which its cases depend."""
    names = (law.name,) if of is None else (of, law.name)
    with warned_once():
        return _check_law(law, effort_named(effort), _derive(seed, *names))


def _derive(seed: int, *names: str) -> int:
    """Return a seed for one thing of that name; the same on every machine."""
    return zlib.crc32("/".join((str(seed), *names)).encode("utf-8", "surrogatepass"))


def _check_law(law: Law, effort: Effort, seed: int) -> LawReport:
    watched = Watched(law.function)
    law = replace(law, function=watched)
    effort = effort.fewer(law.cost * EXAMPLE if law.example else law.cost)
    kinds = law.on or kinds_of(law.domains)
    if FORMAL not in kinds and not set(kinds) <= {FLOATS, CONTROLS} and can_be_formal(law):
        kinds = (FORMAL, *kinds)  # beside what a law must have a proof is tried, unless it is one about floats
    found: dict[str, Evidence | str] = {}
    counterfeits: list[CounterfeitReport] = []
    own: tuple[CounterfeitReport, ...] = ()
    kind = kinds[0]
    try:
        for kind in kinds:
            found[kind] = evidence_of(law, kind, effort, seed)
        for counterfeit in (*law.counterfeits, *made_counterfeits(replace(law, function=watched.function))):
            counterfeits.append(check_counterfeit(counterfeit, kinds, effort, seed, in_bits=law.on is not None))
        own = own_counterfeits(replace(law, function=watched.function), kinds, effort.own, seed) if effort.own else ()
    except TimeUp as late:  # what was found before stands; what is left would take as long again, each time
        if kind not in found:
            found[kind] = Evidence(kind, Verdict.INCONCLUSIVE, 0, note=said(late))
        counterfeits += untried_counterfeits(law, len(counterfeits), said(late))
    by_kind = found if law.on else _by_the_rest(found)
    evidence = beside_each_other(e for e in by_kind.values() if isinstance(e, Evidence))
    untried = {kind: reason for kind, reason in by_kind.items() if isinstance(reason, str)}
    missing = {} if law.on else not_offered(law.domains)
    gap = watched.gap() or unseen() if law.quantifier == "for all" else watched.no_function()
    what = law.name, law.says, evidence, tuple(counterfeits), law.quantifier, law.example
    return LawReport(*what, untried | missing, gap, own)


def _by_the_rest(found: Mapping[str, Evidence | str]) -> Mapping[str, Evidence | str]:
    """Return what was found, without ratios in case all of them were vacuous where floats and balls were not.

    Ratios are hardly ever orthogonal, say; floats are drawn so, and balls confirm what holds there.  Any other
    arithmetic that meets no case leaves a law undecided, which may look at what its numbers are.
    """
    ratios = found.get(RATIONALS)
    if not isinstance(ratios, Evidence) or (ratios.verdict, ratios.note) != (Verdict.INCONCLUSIVE, VACUOUS):
        return found
    others = [found.get(kind) for kind in (FLOATS, BALLS)]
    if all(isinstance(e, Evidence) and e.verdict is Verdict.HOLDS and e.cases for e in others):
        return {**found, RATIONALS: VACUOUS}
    return found


def unfinished(law: Law, reason: str) -> LawReport:
    """Return the report of a law whose run came to no end, for the ``reason`` in words: nothing is decided."""
    kind = next((kind for kind in KINDS if f"a case in {kind} " in reason), (law.on or (FLOATS,))[0])
    evidence = Evidence(kind, Verdict.INCONCLUSIVE, 0, note=reason)
    counterfeits = tuple(untried_counterfeits(law, 0, reason))
    return LawReport(law.name, law.says, (evidence,), counterfeits, law.quantifier, law.example)


def untried_counterfeits(law: Law, done: int, reason: str) -> list[CounterfeitReport]:
    """Return the reports of counterfeits that were not tried to the end, all but the first ``done``."""
    left = (*law.counterfeits, *made_counterfeits(law))[done:]
    return [CounterfeitReport(c.name, c.says, Verdict.INCONCLUSIVE, None, reason) for c in left]


def replay(law: Law | Counterfeit, inputs: Mapping[str, Any], kind: str) -> Outcome:
    """Run one case again from the ``inputs`` of a witness (plain data) and return what became of it."""
    rebuilt = {name: decode(value, law.function.__module__) for name, value in inputs.items()}
    return guarded(kind, law.function)(in_kind(kind, rebuilt))
