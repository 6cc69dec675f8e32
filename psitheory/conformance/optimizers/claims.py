"""What is claimed of an optimiser, and the verdict on it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from psitheory.checking import Verdict
from psitheory.conformance.findings import Finding
from psitheory.conformance.optimizers.comparing.equivariance import LEVELS
from psitheory.conformance.optimizers.facts import Facts
from psitheory.conformance.optimizers.runs.change import MODES
from psitheory.errors import ArgumentError, UnknownName, shown


def check_claims(claims: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return claims as they are understood.

    Raises
    ------
    UnknownName, ArgumentError
        If a level is none, or an exponent is no number.
    """
    out = dict(claims or {})
    for name, value in out.items():
        if name in MODES and value not in (*LEVELS, "none"):
            raise UnknownName(f"claims[{name!r}] is {shown(value)}; one of {', '.join((*LEVELS, 'none'))} is needed")
        number = isinstance(value, (int, float, Fraction)) and not isinstance(value, bool)
        if name not in MODES and not (number or (name == "exponent" and value is None)):
            raise ArgumentError(f"claims[{name!r}] is {shown(value)}; the power of a by which it scales is needed")
    return out


def judged(name: str, value: Any, facts: Facts) -> Finding:
    """Return the finding on one claim: a level, the exponent, or by which power a hyper-parameter must scale."""
    law = f"claim: {name} = {value}"
    if name in MODES:
        return _level(law, name, value, facts)
    if name == "exponent":
        found = facts.exponent
        if found.value is None and found.undecided:
            return Finding(law, Verdict.INCONCLUSIVE, observed="the exponent could not be decided")
        right = found.value == value if value is None or found.value is None else abs(found.value - value) < 1e-9
        observed = "there is none" if found.value is None else f"p = {found.value:g}"
        return Finding(law, Verdict.HOLDS if right else Verdict.REFUTED, observed=observed)
    if facts.derived is None or facts.derived.alone.complete is None:
        return Finding(law, Verdict.INCONCLUSIVE, observed="claimed, but its types could not be derived")
    powers = facts.derived.alone.powers_of(name)
    if not name or not powers:
        known = {c.name for c in facts.derived.alone.record.trace.constants.values() if c.name}
        raise UnknownName(f"claims names {name!r}; there are full, class, exponent, {', '.join(sorted(known))}")
    right = powers == {Fraction(value).limit_denominator(1000)}
    observed = f"it must scale with the power {' or '.join(map(str, sorted(powers)))} of a"
    return Finding(law, Verdict.HOLDS if right else Verdict.REFUTED, observed=observed, kind="derived")


def _level(law: str, mode: Any, value: Any, facts: Facts) -> Finding:
    level: Any = "all weights" if value == "none" else value
    answer = facts.answers.of(mode, level)
    verdict = answer.verdict
    if value == "none":
        verdict = {Verdict.HOLDS: Verdict.REFUTED, Verdict.REFUTED: Verdict.HOLDS}.get(verdict, verdict)
    if facts.unmoved and verdict is Verdict.HOLDS:
        return Finding(law, Verdict.INCONCLUSIVE, observed=f"it holds of what moves, but {facts.never_moves}")
    return Finding(law, verdict, cases=answer.cases)
