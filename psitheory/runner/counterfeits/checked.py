"""Counterfeits: false neighbours of a law, each of which must be REFUTED, and is refuted by a small input."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from hypothesis.strategies import SearchStrategy

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
from psitheory.runner.judging.guard import CannotRun, guarded, up_to_rounding
from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.every import EACH, broken_among_few
from psitheory.runner.searching.search import Search, search
from psitheory.runner.searching.worst import worst_case
from psitheory.runner.witness import witness

_SEARCH_ORDER = (RATIONALS, POWERS_OF_TWO, BALLS, FLOATS, CONTROLS)
"""Where counterfeits are refuted: exact arithmetics first, since their witnesses need no judgement."""


Run = Callable[[Mapping[str, Any]], Outcome]


def smaller(
    domains: Mapping[str, Any], kind: str, run: Run, effort: Effort, seed: int, *, large: bool = False
) -> Search:
    """Look for a failing case of the lowest dimension, then of any: no array shrinks from one dimension into another.

    Returns
    -------
    Search
        That which found one, or the last, from whose best cases one may climb; ``large`` is about that one.
    """
    for drawn in (inputs(domains, kind, tiny=True), inputs(domains, kind, large=large)):
        seen = search(drawn, run, sought="failed", cases=2 * effort.cases[kind], seconds=effort.seconds, seed=seed)
        if seen.found is not None:
            break
    return seen


def in_kind(kind: str, instance: Mapping[str, Any]) -> dict[str, Any]:
    """Return a named instance in the arithmetic of ``kind``."""
    if kind == RATIONALS:
        return {name: to_rationals(value) for name, value in instance.items()}
    return dict(instance)


def check_counterfeit(
    counterfeit: Counterfeit, kinds: Sequence[str], effort: Effort, seed: int, *, in_bits: bool = True
) -> CounterfeitReport:
    """Look for what refutes a counterfeit, in each kind of evidence in turn; report the smallest input found.

    Unless it is ``in_bits`` that it is claimed to hold, rounding alone does not refute it under powers of two.
    """
    notes = []
    searched: dict[str, Search] = {}
    for kind in _SEARCH_ORDER:
        if kind not in (counterfeit.on or kinds):
            continue
        try:
            refutation = _refute(counterfeit, kind, effort, seed, in_bits=in_bits)
        except UnknownName:
            raise
        except (CannotRun, PsitheoryError) as error:
            notes.append(f"{kind}: {said(error)}")
            continue
        if isinstance(refutation, Witness):
            return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.REFUTED, refutation)
        if isinstance(refutation, Search):
            searched[kind] = refutation
        notes.append(f"{kind}: {'survived' if isinstance(refutation, Search) else refutation}")
    found = _sought(counterfeit, searched, effort)
    if found is not None:
        return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.REFUTED, found)
    return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.INCONCLUSIVE, None, "; ".join(notes))


def _sought(counterfeit: Counterfeit, searched: Mapping[str, Search], effort: Effort) -> Witness | None:
    """Return a case that breaks what random cases do not break, if one is found by climbing or among few."""
    kind = next((kind for kind in (FLOATS, BALLS) if kind in searched), None)
    if kind is None:
        return None
    for seek in (_climbed, _among_few):
        with suppress(CannotRun, PsitheoryError):
            found = seek(counterfeit, kind, searched[kind], effort)
            if found is not None:
                return found
    return None


def _climbed(counterfeit: Counterfeit, kind: str, seen: Search, effort: Effort) -> Witness | None:
    """Return a case that breaks an inequality, if climbing from the best random cases finds one."""
    run, drawn = guarded(kind, counterfeit.function), inputs(counterfeit.domains, kind)
    return climbed_to(kind, drawn, counterfeit.function, run, seen, CLIMBS * effort.climb)


def _among_few(counterfeit: Counterfeit, kind: str, _: Search, effort: Effort) -> Witness | None:
    """Return a case that breaks a counterfeit which is about few whole numbers, if one of all does."""
    run, drawn = guarded(kind, counterfeit.function), inputs(counterfeit.domains, kind, large=False)
    broken = broken_among_few(drawn, counterfeit.function, run, EACH * effort.climb)
    return None if broken is None else witness(kind, broken[0], broken[1].left, broken[1].right)


CLIMBS = 3
"""How many times as many cases a counterfeit gets in a climb: it is false, so that one is worth the search."""


def climbed_to(
    kind: str, drawn: SearchStrategy[dict[str, Any]], law: Case, run: Run, seen: Search, budget: int
) -> Witness | None:
    """Return a case that breaks the law, if one is found by climbing from the best cases of a search of ``drawn``."""
    worst = worst_case(drawn, law, run, seen.starts, budget=budget)
    if not worst.refutes or worst.inputs is None or worst.outcome is None:
        return None
    return witness(kind, worst.inputs, worst.outcome.left, worst.outcome.right)


def _refute(counterfeit: Counterfeit, kind: str, effort: Effort, seed: int, *, in_bits: bool) -> Witness | Search | str:
    """Return what refutes a counterfeit, else the search that it survived, or what was raised."""
    strictly = kind != POWERS_OF_TWO or in_bits or counterfeit.on is not None
    run = guarded(kind, counterfeit.function) if strictly else up_to_rounding(counterfeit.function)
    if counterfeit.instance is not None:
        named = in_kind(kind, counterfeit.instance)
        outcome = run(named)
        if outcome.status == "failed":
            return witness(kind, named, outcome.left, outcome.right)
    seen = smaller(counterfeit.domains, kind, run, effort, seed, large=True)
    if seen.found is None:
        return seen
    drawn, outcome = seen.found
    if outcome.status == "raised":
        return outcome.note
    return witness(kind, drawn, outcome.left, outcome.right)
