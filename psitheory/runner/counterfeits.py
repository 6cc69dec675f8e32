"""Counterfeits: false neighbours of a law, each of which must be REFUTED, and is refuted by a small input."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from psitheory.arithmetic import to_rationals
from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    POWERS_OF_TWO,
    RATIONALS,
    Counterfeit,
    CounterfeitReport,
    Verdict,
    Witness,
)
from psitheory.errors import PsitheoryError, UnknownName, said
from psitheory.runner.domain import inputs
from psitheory.runner.effort import Effort
from psitheory.runner.guard import CannotRun, guarded
from psitheory.runner.judge import Outcome
from psitheory.runner.search import search
from psitheory.runner.witness import witness
from psitheory.runner.worst import worst_case

_SEARCH_ORDER = (RATIONALS, POWERS_OF_TWO, BALLS, FLOATS, CONTROLS)
"""Where counterfeits are refuted: exact arithmetics first, since their witnesses need no judgement."""


def smaller(
    domains: Mapping[str, Any], kind: str, run: Callable[[Mapping[str, Any]], Outcome], effort: Effort, seed: int
) -> tuple[Mapping[str, Any], Outcome] | None:
    """Return a failing case of low dimension, if there is one: arrays do not shrink from one dimension into another."""
    for tiny in (True, False):
        drawn = inputs(domains, kind, large=False, tiny=tiny)
        found = search(drawn, run, sought="failed", cases=2 * effort.cases[kind], seconds=effort.seconds, seed=seed)
        if found.found is not None:
            return found.found
    return None


def in_kind(kind: str, instance: Mapping[str, Any]) -> dict[str, Any]:
    """Return a named instance in the arithmetic of ``kind``."""
    if kind == RATIONALS:
        return {name: to_rationals(value) for name, value in instance.items()}
    return dict(instance)


def check_counterfeit(counterfeit: Counterfeit, kinds: Sequence[str], effort: Effort, seed: int) -> CounterfeitReport:
    """Look for what refutes a counterfeit, in each kind of evidence in turn; report the smallest input found."""
    notes = []
    for kind in _SEARCH_ORDER:
        if kind not in (counterfeit.on or kinds):
            continue
        try:
            refutation = _refute(counterfeit, kind, effort, seed)
        except UnknownName:
            raise
        except (CannotRun, PsitheoryError) as error:
            notes.append(f"{kind}: {said(error)}")
            continue
        if isinstance(refutation, Witness):
            return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.REFUTED, refutation)
        notes.append(f"{kind}: {refutation}")
    found = _climbed_to(counterfeit, counterfeit.on or kinds, effort, seed)
    if found is not None:
        return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.REFUTED, found)
    return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.INCONCLUSIVE, None, "; ".join(notes))


def _climbed_to(counterfeit: Counterfeit, kinds: Sequence[str], effort: Effort, seed: int) -> Witness | None:
    """Return a case that breaks an inequality which random cases do not break, if climbing from them finds one."""
    kind = next((kind for kind in (FLOATS, BALLS) if kind in kinds), None)
    if kind is None:
        return None
    run, drawn = guarded(kind, counterfeit.function), inputs(counterfeit.domains, kind)
    try:
        seen = search(drawn, run, sought="failed", cases=effort.cases[kind], seconds=effort.seconds, seed=seed)
        worst = worst_case(drawn, counterfeit.function, run, seen.starts, budget=CLIMBS * effort.climb)
    except (CannotRun, PsitheoryError):
        return None
    if not worst.refutes or worst.inputs is None or worst.outcome is None:
        return None
    return witness(kind, worst.inputs, worst.outcome.left, worst.outcome.right)


CLIMBS = 3
"""How many times as many cases a counterfeit gets in a climb: it is false, so that one is worth the search."""


def _refute(counterfeit: Counterfeit, kind: str, effort: Effort, seed: int) -> Witness | str:
    """Return what refutes a counterfeit, or why nothing did."""
    run = guarded(kind, counterfeit.function)
    if counterfeit.instance is not None:
        named = in_kind(kind, counterfeit.instance)
        outcome = run(named)
        if outcome.status == "failed":
            return witness(kind, named, outcome.left, outcome.right)
    found = smaller(counterfeit.domains, kind, run, effort, seed)
    if found is None:
        return "survived"
    drawn, outcome = found
    if outcome.status == "raised":
        return outcome.note
    return witness(kind, drawn, outcome.left, outcome.right)
