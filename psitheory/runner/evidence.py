"""Evidence of one kind for one law: cases that are tried, generic ones that are decided, instances that are found."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from psitheory.checking import (
    BALLS,
    FORMAL,
    RATIONALS,
    SYMBOLS,
    Evidence,
    Law,
    Verdict,
)
from psitheory.errors import NotInArithmetic, PsitheoryError, UnknownName, said
from psitheory.runner.counterfeits.checked import in_kind
from psitheory.runner.domain import inputs
from psitheory.runner.effort import Effort
from psitheory.runner.judging.guard import CannotRun, guarded
from psitheory.runner.judging.in_balls import OPEN_BRANCH
from psitheory.runner.judging.judge import Outcome
from psitheory.runner.proving.in_formal import prove_formally
from psitheory.runner.proving.in_symbols import prove
from psitheory.runner.searching.every import EACH, instance_among_few
from psitheory.runner.searching.search import search
from psitheory.runner.tried import climbed_in, try_cases
from psitheory.runner.witness import witness


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


def exhibit(law: Law, kind: str, effort: Effort, seed: int) -> Evidence:
    """Look for an instance of an existence claim; sampling cannot refute one.

    Floats of any kind let pass what they cannot refute, which certifies nothing; there balls decide an instance.
    Enclosures that have a number in common do not show that two sides are equal: tanh x lies as near to 1 as one likes.
    """
    run = guarded(kind if kind == RATIONALS else BALLS, law.function)

    def shown(inputs: Mapping[str, Any]) -> Outcome:
        outcome = run(inputs)
        if outcome.status == "passed" and outcome.bits is not None:
            return replace(outcome, status="undecided", note=_ONLY_NEAR)
        return outcome

    if law.instance is not None:
        certificate = in_kind(kind, law.instance)
        outcome = shown(certificate)
        if outcome.status == "passed":
            return _established(kind, 1, certificate, outcome)
    found = search(
        inputs(law.domains, kind), shown, sought="passed", cases=effort.cases[kind], seconds=effort.seconds, seed=seed
    )
    some = found.found
    if some is None and kind == climbed_in(law):
        few = inputs(law.domains, kind, large=False)
        some = instance_among_few(few, law.function, shown, EACH * effort.climb)
    if some is None:
        near = any(outcome.note == _ONLY_NEAR for outcome in found.outcomes)
        note = f"no instance was found{f': {_ONLY_NEAR}' if near else ''}"
        return Evidence(kind, Verdict.INCONCLUSIVE, len(found.outcomes), note=note)
    drawn, outcome = some
    if outcome.status == "raised":
        return Evidence(kind, Verdict.INCONCLUSIVE, len(found.outcomes), note=outcome.note)
    return _established(kind, len(found.outcomes) + 1, drawn, outcome)


_ONLY_NEAR = "enclosures show that sides are near, not that they are equal"


def _established(kind: str, cases: int, drawn: Mapping[str, Any], outcome: Outcome) -> Evidence:
    """Return the evidence of an instance, which exact numbers or disjoint enclosures decide: it is a proof."""
    certificate = witness(kind, drawn, outcome.left, outcome.right)
    proof = "by an instance, " + ("exactly" if kind == RATIONALS else "in enclosures")
    return Evidence(
        kind, Verdict.HOLDS, cases, outcome.worst, witness=certificate, relation=outcome.relation, proof=proof
    )
