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
from psitheory.errors import PsitheoryError
from psitheory.runner.domain import inputs
from psitheory.runner.effort import Effort
from psitheory.runner.guard import CannotRun, guarded
from psitheory.runner.judge import Outcome
from psitheory.runner.search import search
from psitheory.runner.witness import witness

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
        except (CannotRun, PsitheoryError) as error:
            notes.append(f"{kind}: {error}")
            continue
        if isinstance(refutation, Witness):
            return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.REFUTED, refutation)
        notes.append(f"{kind}: {refutation}")
    return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.INCONCLUSIVE, None, "; ".join(notes))


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
