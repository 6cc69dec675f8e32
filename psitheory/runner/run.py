"""Law → report: run laws and their counterfeits in every arithmetic, within a budget."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from psitheory.checking import CONTROLS, FLOATS, FORMAL, ClaimReport, Counterfeit, Evidence, Law, LawReport, Theorem
from psitheory.runner.counterfeits import check_counterfeit, in_kind
from psitheory.runner.domain import kinds_of, not_offered
from psitheory.runner.effort import Effort, effort_named
from psitheory.runner.evidence import evidence_of
from psitheory.runner.guard import guarded
from psitheory.runner.in_formal import can_be_formal
from psitheory.runner.judge import Outcome
from psitheory.runner.made import made_counterfeits
from psitheory.runner.watch import Watched
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
    budget, start = effort_named(effort), time.monotonic()
    laws = tuple(_check_law(law, budget, _derive(seed, theorem.id, law.name)) for law in theorem.laws)
    source = theorem.source.key if theorem.source else ""
    where = f"{source}, {theorem.locator}" if source and theorem.locator else source or theorem.locator
    return ClaimReport(theorem.id, theorem.title, theorem.chapter, where, laws, time.monotonic() - start)


def check_law(law: Law, *, effort: str = "quick", seed: int = 0) -> LawReport:
    """Run one law and its counterfeits, and report."""
    return _check_law(law, effort_named(effort), _derive(seed, law.name))


def _derive(seed: int, *names: str) -> int:
    """Return a seed for one thing of that name; the same on every machine."""
    return zlib.crc32("/".join((str(seed), *names)).encode())


def _check_law(law: Law, effort: Effort, seed: int) -> LawReport:
    watched = Watched(law.function)
    law = replace(law, function=watched)
    kinds = law.on or kinds_of(law.domains)
    if FORMAL not in kinds and not set(kinds) <= {FLOATS, CONTROLS} and can_be_formal(law):
        kinds = (FORMAL, *kinds)  # beside what a law must have a proof is tried, unless it is one about floats
    found = {kind: evidence_of(law, kind, effort, seed) for kind in kinds}
    evidence = tuple(e for e in found.values() if isinstance(e, Evidence))
    untried = {kind: reason for kind, reason in found.items() if isinstance(reason, str)}
    missing = {} if law.on else not_offered(law.domains)
    every = (*law.counterfeits, *made_counterfeits(replace(law, function=watched.function)))
    counterfeits = tuple(check_counterfeit(c, kinds, effort, seed) for c in every)
    gap = watched.gap() if law.quantifier == "for all" else ""
    return LawReport(law.name, law.says, evidence, counterfeits, law.quantifier, law.example, untried | missing, gap)


def replay(law: Law | Counterfeit, inputs: Mapping[str, Any], kind: str) -> Outcome:
    """Run one case again from the ``inputs`` of a witness (plain data) and return what became of it."""
    rebuilt = {name: decode(value, law.function.__module__) for name, value in inputs.items()}
    return guarded(kind, law.function)(in_kind(kind, rebuilt))
