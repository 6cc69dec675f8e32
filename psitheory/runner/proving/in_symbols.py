"""A law on generic symbols: decided for all values in the dimensions of its cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from psitheory.arithmetic.rational_functions import RationalFunctions
from psitheory.checking import FLOATS, SYMBOLS, Evidence, Law, Verdict
from psitheory.runner.domain import generic_inputs, inputs
from psitheory.runner.judging.guard import guarded
from psitheory.runner.judging.judge import Outcome
from psitheory.runner.proving.scope import where
from psitheory.runner.searching.search import search
from psitheory.runner.witness import witness


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
