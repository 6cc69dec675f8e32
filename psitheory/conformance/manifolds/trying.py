"""Try one law on many inputs, and put what became of it in a finding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.checking import Verdict
from psitheory.conformance.findings import Finding, raised
from psitheory.conformance.manifolds.floats.judging import Outcome
from psitheory.conformance.manifolds.subjects.forms import numbers
from psitheory.conformance.manifolds.subjects.represented import Missing
from psitheory.errors import TimeUp
from psitheory.limits import foreign


@dataclass(frozen=True)
class Law:
    """What a report says of a law: its name, its formula, what its failure means, how it is tried again."""

    name: str
    claimed: str
    means: str
    replay: str


@dataclass(frozen=True)
class Batch:
    """Inputs of one kind, such as a precision.

    Attributes
    ----------
    kind : str
        What a report calls it.
    count : int
        How many are drawn.
    inputs : iterator of mapping
        One mapping for each case.
    judged : callable
        Maps inputs to an outcome.
    shown : callable
        Maps the name and the value of an input to text.
    means : callable
        Maps inputs that fail to what this means, where more is known than of the law as such; else to nothing.
    """

    kind: str
    count: int
    inputs: Iterator[dict[str, Any]]
    judged: Callable[[Mapping[str, Any]], Outcome]
    shown: Callable[[Any], str] = numbers
    means: Callable[[Mapping[str, Any]], str] = lambda inputs: ""


def tried(law: Law, batches: list[Batch]) -> Finding:
    """Return the finding on one law: the first case that fails, or how many passed."""
    passed, vacuous = 0, ""
    notes: list[str] = []
    for batch in batches:
        inputs: dict[str, Any] = {}
        for _ in range(batch.count):
            try:
                with foreign(f"a case of {law.name}"):
                    inputs = next(batch.inputs)
                    outcome = batch.judged(inputs)
            except Missing:
                raise
            except (Exception, TimeUp) as error:
                seen = _smallest(batch, inputs)
                return raised(law.name, error, smallest=seen, claimed=law.claimed, replay=law.replay)
            if outcome.status == "failed":
                return _refuted(law, batch, inputs, outcome, passed + 1)
            if outcome.status == "vacuous":
                vacuous = outcome.note
            else:
                passed += 1
                notes += [outcome.note] if outcome.note else []
    if not passed:
        observed = f"no case says anything: {vacuous}"
        return Finding(law.name, Verdict.INCONCLUSIVE, law.claimed, observed, replay=law.replay)
    kind = ", ".join(batch.kind for batch in batches) + (f"; {notes[0]}" if notes else "")
    return Finding(law.name, Verdict.HOLDS, law.claimed, kind=kind, cases=passed, replay=law.replay)


def _refuted(law: Law, batch: Batch, inputs: Mapping[str, Any], outcome: Outcome, case: int) -> Finding:
    sides = f"{outcome.left} against {outcome.right}, where rounding explains {outcome.allowed:.1e}"
    note = f"; {outcome.note}" if outcome.note else ""
    return Finding(
        law.name,
        Verdict.REFUTED,
        law.claimed,
        f"{sides}{note}   in {batch.kind}, case {case}",
        _smallest(batch, inputs),
        _meaning(law, batch, inputs),
        law.replay,
        batch.kind,
        case,
        _exact(inputs),
    )


def _meaning(law: Law, batch: Batch, inputs: Mapping[str, Any]) -> str:
    try:
        with foreign(f"what a failure of {law.name} means"):
            return batch.means(inputs) or law.means
    except (Exception, TimeUp):  # another method fails there, which its own law will show
        return law.means


def _smallest(batch: Batch, inputs: Mapping[str, Any]) -> str:
    return "  ".join(f"{name}={batch.shown(value)}" for name, value in inputs.items() if name != "f")


def _exact(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs as hex floats."""
    exact: dict[str, Any] = {}
    for name, value in inputs.items():
        if isinstance(value, np.ndarray):
            exact[name] = [float(x).hex() for x in value]
        elif isinstance(value, float):
            exact[name] = value.hex()
    return exact
