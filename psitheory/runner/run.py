"""Law → evidence: run laws and their counterfeits in every arithmetic, within a budget."""

from __future__ import annotations

import time
import traceback
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from psitheory.arithmetic import to_rationals
from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    FORMAL,
    POWERS_OF_TWO,
    RATIONALS,
    SYMBOLS,
    ClaimReport,
    Counterfeit,
    CounterfeitReport,
    Evidence,
    Law,
    LawReport,
    Theorem,
    Verdict,
    Witness,
)
from psitheory.errors import ArgumentError, NotInArithmetic, PsitheoryError, Undecided, WrongClass
from psitheory.runner.domain import generic_inputs, inputs, kinds_of
from psitheory.runner.in_formal import can_be_formal, prove_formally
from psitheory.runner.judge import Outcome, judge
from psitheory.runner.search import Search, search
from psitheory.runner.witness import decode, witness


@dataclass(frozen=True)
class Effort:
    """How many cases of each kind, and for how long at most (seconds for each kind of each law)."""

    cases: Mapping[str, int]
    seconds: float

    def times(self, factor: int, seconds: float) -> Effort:
        """Return the effort with ``factor`` times the cases."""
        return Effort({kind: n * factor for kind, n in self.cases.items()}, seconds)


QUICK = Effort({FORMAL: 1, SYMBOLS: 1, RATIONALS: 20, POWERS_OF_TWO: 50, BALLS: 15, FLOATS: 50, CONTROLS: 3}, 2.0)
EFFORTS: Mapping[str, Effort] = {"quick": QUICK, "standard": QUICK.times(6, 10.0), "deep": QUICK.times(100, 180.0)}
"""The efforts by name."""

_HOME = Path(__file__).resolve().parents[1]
"""The folder of this library, whose lines a user need not see."""

_SEARCH_ORDER = (RATIONALS, POWERS_OF_TWO, BALLS, FLOATS, CONTROLS)
"""Where counterfeits are refuted: exact arithmetics first, since their witnesses need no judgement."""


def effort_named(effort: str) -> Effort:
    """Return the effort of that name."""
    if effort not in EFFORTS:
        raise ArgumentError(f"effort is {effort!r}; one of {', '.join(EFFORTS)} is needed")
    return EFFORTS[effort]


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
    kinds = law.on or kinds_of(law.domains)
    if FORMAL not in kinds and not set(kinds) <= {FLOATS, CONTROLS} and can_be_formal(law):
        kinds = (FORMAL, *kinds)  # beside what a law must have a proof is tried, unless it is one about floats
    collected = [_evidence(law, kind, effort, seed, required=law.on is not None) for kind in kinds]
    evidence = tuple(e for e in collected if e is not None)
    counterfeits = tuple(_check_counterfeit(c, kinds, effort, seed) for c in law.counterfeits)
    return LawReport(law.name, law.says, evidence, counterfeits, law.quantifier, law.example)


def _evidence(law: Law, kind: str, effort: Effort, seed: int, *, required: bool) -> Evidence | None:
    """Return what ``kind`` says of the law; None if it cannot run there and nobody said that it must."""
    start = time.monotonic()
    try:
        if law.quantifier == "exists" and kind == SYMBOLS:
            return None  # a generic case can neither show nor deny that some case exists
        if kind == FORMAL:
            made = prove_formally(law, seed=seed)
            if made.verdict is not Verdict.HOLDS and FORMAL not in (law.on or ()):
                return None  # what is not proved in every dimension may still be true: the other kinds decide
        elif kind == SYMBOLS:
            made = _prove(law)
        elif law.quantifier == "exists":
            made = _exhibit(law, kind, effort, seed)
        else:
            made = _try(law, kind, effort, seed)
    except _CannotRun as reason:
        if not required:
            return None
        made = Evidence(kind, Verdict.INCONCLUSIVE, 0, note=f"cannot run there: {reason}")
    except PsitheoryError as error:  # of a domain: the other laws still run
        made = Evidence(kind, Verdict.INCONCLUSIVE, 0, note=str(error))
    return replace(made, seconds=time.monotonic() - start)


class _CannotRun(BaseException):
    """The law's operations do not exist in this arithmetic; no Exception, so that nobody shrinks its input."""


def _guarded(kind: str, function: Callable[..., Any]) -> Callable[[Mapping[str, Any]], Outcome]:
    """Return a function that judges one case, telling "cannot run here" from "raised" from "undecided"."""

    def run(drawn: Mapping[str, Any]) -> Outcome:
        try:
            return judge(kind, function, drawn)
        except Undecided as doubt:
            return Outcome("undecided", note=str(doubt))
        except WrongClass as error:
            return Outcome("undecided", note=str(error))
        except NotInArithmetic as error:
            raise _CannotRun(str(error)) from error
        except (TypeError, AttributeError) as error:
            if kind in (SYMBOLS, RATIONALS, BALLS) and not isinstance(error, PsitheoryError):
                raise _CannotRun(f"{type(error).__name__}: {error}") from error
            return _raised(error)
        except (Exception, SystemExit) as error:
            return _raised(error)

    return run


def _raised(error: BaseException) -> Outcome:
    """Return the outcome of a law that raised: it says nothing, and is no failure of the claim."""
    theirs = [frame for frame in traceback.extract_tb(error.__traceback__) if not _is_ours(frame.filename)]
    where = f" ({Path(theirs[-1].filename).name}, line {theirs[-1].lineno})" if theirs else ""
    return Outcome("raised", note=f"raised {type(error).__name__}: {error}{where}")


def _is_ours(filename: str) -> bool:
    return not Path(filename).is_file() or "site-packages" in filename or _HOME in Path(filename).resolve().parents


def _try(law: Law, kind: str, effort: Effort, seed: int) -> Evidence:
    run = _guarded(kind, law.function)
    found = search(
        inputs(law.domains, kind), run, sought="failed", cases=effort.cases[kind], seconds=effort.seconds, seed=seed
    )
    if found.found is None:
        return _summary(kind, found)
    drawn, outcome = found.found
    smaller = _smaller(law.domains, kind, run, effort, seed)
    if smaller is not None and smaller[1].status in ("failed", outcome.status):  # what raises is no smaller failure
        drawn, outcome = smaller
    seen = witness(kind, drawn, outcome.left, outcome.right)
    verdict = Verdict.REFUTED if outcome.status == "failed" else Verdict.INCONCLUSIVE
    cases = len(found.outcomes) + 1
    return Evidence(kind, verdict, cases, outcome.worst, outcome.note, witness=seen, relation=outcome.relation)


def _smaller(
    domains: Mapping[str, Any], kind: str, run: Callable[[Mapping[str, Any]], Outcome], effort: Effort, seed: int
) -> tuple[Mapping[str, Any], Outcome] | None:
    """Return a failing case of low dimension, if there is one: arrays do not shrink from one dimension into another."""
    for tiny in (True, False):
        drawn = inputs(domains, kind, large=False, tiny=tiny)
        found = search(drawn, run, sought="failed", cases=2 * effort.cases[kind], seconds=effort.seconds, seed=seed)
        if found.found is not None:
            return found.found
    return None


def _summary(kind: str, found: Search) -> Evidence:
    """Return the evidence of a search that refuted nothing."""
    passed = [o for o in found.outcomes if o.status == "passed"]
    doubts = [o for o in found.outcomes if o.status == "undecided"]
    worst = max((o.worst for o in passed if o.worst is not None), default=None)
    if found.trouble or doubts or not passed:
        empty = "no case was tried" if not found.outcomes else "every case was vacuous"
        note = found.trouble or (
            f"{len(doubts)} of {len(found.outcomes)} cases undecided: {doubts[0].note}" if doubts else empty
        )
        return Evidence(kind, Verdict.INCONCLUSIVE, len(passed), worst, note)
    bits = min((o.bits for o in passed if o.bits is not None), default=None)
    note = f"to 2^-{bits:.0f}" if bits is not None and bits != float("inf") else ""
    note = note or next((o.note for o in passed if o.note), "")
    return Evidence(kind, Verdict.HOLDS, len(passed), worst, note, relation=passed[0].relation)


def _prove(law: Law) -> Evidence:
    """Decide the law on generic symbols, case by case."""
    run = _guarded(SYMBOLS, law.function)
    cases, labels = 0, []
    for drawn in generic_inputs(law.domains):
        outcome = run(drawn)
        if outcome.status != "passed":
            verdict = Verdict.REFUTED if outcome.status == "failed" else Verdict.INCONCLUSIVE
            seen = witness(SYMBOLS, drawn, outcome.left, outcome.right)
            return Evidence(SYMBOLS, verdict, cases, note=outcome.note, witness=seen)
        cases += 1
        labels.append(_label(drawn))
    return Evidence(SYMBOLS, Verdict.HOLDS, cases, note="for " + ", ".join(dict.fromkeys(filter(None, labels))))


def _label(drawn: Mapping[str, Any]) -> str:
    """Return the block sizes of a generic case, such as ``[2, 2]`` or ``[2]+1``."""
    for value in drawn.values():
        layout = getattr(value, "layout", None)
        if layout is not None:
            return f"{list(layout.sizes)}" + (f"+{layout.p}" if layout.p else "")
    return ""


def _exhibit(law: Law, kind: str, effort: Effort, seed: int) -> Evidence:
    """Look for an instance of an existence claim; sampling cannot refute one.

    Floats and controls let pass what they cannot refute, which certifies nothing; there balls decide an instance.
    """
    run = _guarded(BALLS if kind in (FLOATS, CONTROLS) else kind, law.function)
    if law.instance is not None:
        certificate = _in_kind(kind, law.instance)
        outcome = run(certificate)
        if outcome.status == "passed":
            return _established(kind, 1, certificate, outcome)
    found = search(
        inputs(law.domains, kind), run, sought="passed", cases=effort.cases[kind], seconds=effort.seconds, seed=seed
    )
    if found.found is None:
        return Evidence(kind, Verdict.INCONCLUSIVE, len(found.outcomes), note="no instance was found")
    drawn, outcome = found.found
    if outcome.status == "raised":
        return Evidence(kind, Verdict.INCONCLUSIVE, len(found.outcomes), note=outcome.note)
    return _established(kind, len(found.outcomes) + 1, drawn, outcome)


def _established(kind: str, cases: int, drawn: Mapping[str, Any], outcome: Outcome) -> Evidence:
    certificate = witness(kind, drawn, outcome.left, outcome.right)
    return Evidence(kind, Verdict.HOLDS, cases, outcome.worst, witness=certificate, relation=outcome.relation)


def _in_kind(kind: str, instance: Mapping[str, Any]) -> dict[str, Any]:
    """Return a named instance in the arithmetic of ``kind``."""
    return to_rationals(dict(instance)) if kind == RATIONALS else dict(instance)


def _check_counterfeit(counterfeit: Counterfeit, kinds: Sequence[str], effort: Effort, seed: int) -> CounterfeitReport:
    notes = []
    for kind in _SEARCH_ORDER:
        if kind not in (counterfeit.on or kinds):
            continue
        try:
            refutation = _refute(counterfeit, kind, effort, seed)
        except (_CannotRun, PsitheoryError) as error:
            notes.append(f"{kind}: {error}")
            continue
        if isinstance(refutation, Witness):
            return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.REFUTED, refutation)
        notes.append(f"{kind}: {refutation}")
    return CounterfeitReport(counterfeit.name, counterfeit.says, Verdict.INCONCLUSIVE, None, "; ".join(notes))


def _refute(counterfeit: Counterfeit, kind: str, effort: Effort, seed: int) -> Witness | str:
    """Return what refutes a counterfeit, or why nothing did."""
    run = _guarded(kind, counterfeit.function)
    if counterfeit.instance is not None:
        named = _in_kind(kind, counterfeit.instance)
        outcome = run(named)
        if outcome.status == "failed":
            return witness(kind, named, outcome.left, outcome.right)
    found = _smaller(counterfeit.domains, kind, run, effort, seed)
    if found is None:
        return "survived"
    drawn, outcome = found
    if outcome.status == "raised":
        return outcome.note
    return witness(kind, drawn, outcome.left, outcome.right)


def replay(law: Law | Counterfeit, inputs: Mapping[str, Any], kind: str) -> Outcome:
    """Run one case again from the ``inputs`` of a witness (plain data) and return what became of it."""
    return judge(kind, law.function, {name: decode(value) for name, value in inputs.items()})
