"""Counterfeits of the runner's own making: neighbours of a law's code, which should be false, and those that survive.

A law that is true of a neighbour too is not wrong: what was changed may not matter, or the bound may not be met.  But
what no case tells from the law was not tried either, so that survivors are listed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    POWERS_OF_TWO,
    RATIONALS,
    CounterfeitReport,
    Law,
    Verdict,
    Witness,
)
from psitheory.errors import PsitheoryError
from psitheory.runner.counterfeits.checked import climbed_to, in_kind
from psitheory.runner.counterfeits.made import tightened
from psitheory.runner.counterfeits.neighbours import Neighbour, neighbours
from psitheory.runner.domain import inputs
from psitheory.runner.effort import QUICK
from psitheory.runner.judging.guard import CannotRun, guarded
from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.search import search
from psitheory.runner.witness import witness

SECONDS = 1.0
"""For each kind of evidence of each neighbour: there are many, and most are refuted by their first cases."""

_ORDER = (RATIONALS, POWERS_OF_TWO, BALLS, FLOATS, CONTROLS)


def own_counterfeits(law: Law, kinds: Sequence[str], most: int, seed: int) -> tuple[CounterfeitReport, ...]:
    """Try up to ``most`` neighbours of a law: what is REFUTED is told from it, what is INCONCLUSIVE survives.

    Those that do not run, such as a number of steps that is no whole number, are left out.  An existence claim has
    none: that some instance satisfies a neighbour says nothing.
    """
    if law.quantifier == "exists":
        return ()
    bound = () if law.tight else (Neighbour(LESS, (tightened(law).function,)),)
    chosen = [*bound, *neighbours(law.function)][:most]
    reports = (_tried(neighbour, law, [k for k in _ORDER if k in kinds], seed) for neighbour in chosen)
    return tuple(report for report in reports if report is not None)


LESS = "0.99 of the bound"


def _tried(neighbour: Neighbour, law: Law, kinds: Sequence[str], seed: int) -> CounterfeitReport | None:
    """Return the report of a neighbour, which is refuted if one of its functions is; None if none of them runs."""
    survived: dict[str, None] = {}
    for function in neighbour.functions:
        for kind in kinds:
            found = _refuted(function, law, kind, seed)
            if isinstance(found, Witness):
                return CounterfeitReport(neighbour.says, neighbour.says, Verdict.REFUTED, found)
            survived |= dict.fromkeys([kind] if found else [])
    if not survived:
        return None
    note = f"survived in {', '.join(survived)}"
    return CounterfeitReport(neighbour.says, neighbour.says, Verdict.INCONCLUSIVE, None, note)


def _refuted(function: Case, law: Law, kind: str, seed: int) -> Witness | bool:
    """Return what refutes a function in one kind of evidence; if nothing does, whether there it ran at all."""
    run, drawn = guarded(kind, function), inputs(law.domains, kind)
    try:
        for instance in _instances(law, kind):
            outcome = run(instance)
            if outcome.status == "failed":
                return witness(kind, instance, outcome.left, outcome.right)
        seen = search(drawn, run, sought="failed", cases=QUICK.cases[kind], seconds=SECONDS, seed=seed, shrink=False)
        if seen.found is None and kind in (FLOATS, BALLS):
            return climbed_to(kind, drawn, function, run, seen, QUICK.climb) or _ran(seen.outcomes)
    except (CannotRun, PsitheoryError):
        return False
    if seen.found is None or seen.found[1].status != "failed":
        return _ran(seen.outcomes)
    return witness(kind, seen.found[0], seen.found[1].left, seen.found[1].right)


def _ran(outcomes: Sequence[Outcome]) -> bool:
    return any(outcome.status == "passed" for outcome in outcomes)


def _instances(law: Law, kind: str) -> list[Mapping[str, Any]]:
    """Return the instances that refute counterfeits of the law, where the law itself claims something and holds."""
    named = [in_kind(kind, c.instance) for c in law.counterfeits if c.instance is not None]
    run = guarded(kind, law.function)
    return [instance for instance in named if run(instance).status == "passed"]
