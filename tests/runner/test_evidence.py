"""What a search has seen becomes evidence: its counts, its numbers, its words, and what it is said to prove."""

from __future__ import annotations

import math
import time
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import BALLS as ENCLOSURES
from psitheory.arithmetic import namespace
from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    FORMAL,
    POWERS_OF_TWO,
    RATIONALS,
    SYMBOLS,
    Evidence,
    Law,
    Verdict,
    at_most,
    equal,
    law,
    vacuous,
)
from psitheory.errors import ArgumentError, NotInArithmetic, Undecided, UnknownName
from psitheory.layout import Layout
from psitheory.runner import EFFORTS, Domain
from psitheory.runner.evidence import _established, evidence_of
from psitheory.runner.judging.in_balls import OPEN_BRANCH
from psitheory.runner.judging.outcome import Outcome
from psitheory.runner.proving.in_symbols import _label, _shapes
from psitheory.runner.searching.search import Search
from psitheory.runner.searching.worst import Worst
from psitheory.runner.tried import _at_its_worst, _climbed, _summary
from psitheory.strategies import points, quotients

QUICK = EFFORTS["quick"]
STATUSES = ("passed", "undecided", "vacuous")
LAYOUT = Layout.of([2])

outcomes = st.lists(
    st.builds(
        Outcome,
        st.sampled_from(STATUSES),
        worst=st.none() | st.floats(0, 9),
        note=st.sampled_from("abc"),
        bits=st.none() | st.floats(1, 600),
        relation=st.just("at most"),
    ),
    max_size=6,
)


# -- a search that refuted nothing ---------------------------------------------------------------------------


@settings(max_examples=30)
@given(outcomes, st.sampled_from(["", "trouble"]))
def test_a_search_holds_if_it_has_no_doubts_and_counts_what_passed(seen: list[Outcome], trouble: str) -> None:
    evidence = _summary(BALLS, Search(outcomes=seen, trouble=trouble), QUICK)
    count = Counter(outcome.status for outcome in seen)
    passed = [outcome for outcome in seen if outcome.status == "passed"]
    assert (evidence.verdict is Verdict.HOLDS) == (bool(passed) and not count["undecided"] and not trouble)
    assert evidence.cases == count["passed"]
    assert evidence.worst == max((o.worst for o in passed if o.worst is not None), default=None)
    assert evidence.kind == BALLS
    if evidence.verdict is Verdict.HOLDS:
        assert evidence.relation == "at most"


_OPEN, _VACUOUS = f"{OPEN_BRANCH}the sign of x", "every case was vacuous"


def of(*statuses: str, **options: Any) -> Search:
    """Return a search with these outcomes, the k-th with the note ``k``."""
    return Search(outcomes=[Outcome(s, note=str(k)) for k, s in enumerate(statuses)], **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("search", "verdict", "note"),
    [
        (of(), Verdict.INCONCLUSIVE, "no case was tried"),
        (of("vacuous"), Verdict.INCONCLUSIVE, _VACUOUS),
        (Search(outcomes=[Outcome("vacuous", note=_OPEN)]), Verdict.INCONCLUSIVE, _OPEN),
        (Search(outcomes=[Outcome("vacuous", note=n) for n in (_OPEN, "")]), Verdict.INCONCLUSIVE, _VACUOUS),
        (of("passed", "undecided", "undecided"), Verdict.INCONCLUSIVE, "2 of 3 cases undecided: 1"),
        (of("passed", "undecided", trouble="trouble"), Verdict.INCONCLUSIVE, "trouble"),
        (of("passed", "passed"), Verdict.HOLDS, "0"),
        (of("vacuous", "passed", "vacuous"), Verdict.HOLDS, "1; 2 of 3 set aside: 0"),
        (of("passed", "vacuous", cut=True), Verdict.HOLDS, "0; 2 of 45 cases in 30 seconds; 1 of 2 set aside: 1"),
    ],
)
def test_a_search_is_told_in_one_line(search: Search, verdict: Verdict, note: str) -> None:
    evidence = _summary(FLOATS, search, QUICK)
    assert (evidence.verdict, evidence.note) == (verdict, note)


@pytest.mark.parametrize(
    ("bits", "note"), [([70.0, 60.2, None], "to 2^-60"), ([math.inf], ""), ([math.inf, 50.0], "to 2^-50"), ([None], "")]
)
def test_the_widest_enclosure_tells_to_how_many_bits_an_equality_is_confined(bits: list[Any], note: str) -> None:
    found = Search(outcomes=[Outcome("passed", bits=b) for b in bits])
    assert _summary(BALLS, found, QUICK).note == note


# -- the worst case that a climb found ------------------------------------------------------------------------

HELD = Evidence(FLOATS, Verdict.HOLDS, 10, worst=0.5, note="n", relation="at most")


def ended(status: Any, ratio: float | None) -> Worst:
    outcome = Outcome(status, "left", "right", ratio, relation="at most")
    return Worst({"x": 0.75}, outcome, evaluations=7)


def judged_again(_: Any) -> Outcome:
    return Outcome("failed", "left", "right", relation="at most")


def test_a_climb_that_breaks_the_law_refutes_it_and_its_cases_count() -> None:
    made = _at_its_worst(HELD, judged_again, ended("failed", 1.5))
    assert made.witness is not None
    assert made == Evidence(FLOATS, Verdict.REFUTED, 17, 1.5, witness=made.witness, relation="at most")
    seen = made.witness
    assert (seen.shown, seen.left, seen.right, seen.kind) == ({"x": "0.75"}, "left", "right", FLOATS)


@pytest.mark.parametrize("ratio", [0.5, 0.75])
def test_the_largest_ratio_is_told_with_its_place(ratio: float) -> None:
    made = _at_its_worst(HELD, judged_again, ended("passed", ratio))
    assert made.at is not None
    assert made.at.inputs == {"x": {"float": (0.75).hex()}}
    assert made == replace(HELD, sought=7, worst=ratio, at=made.at)


@pytest.mark.parametrize("worst", [Worst(evaluations=7), ended("passed", None), ended("passed", 0.25)])
def test_what_is_no_larger_adds_its_cases_only(worst: Worst) -> None:
    assert _at_its_worst(HELD, judged_again, worst) == replace(HELD, sought=7)


def test_a_negative_ratio_is_no_worst_case_where_none_was_seen() -> None:
    without = replace(HELD, worst=None)
    assert _at_its_worst(without, judged_again, ended("passed", -0.25)) == replace(without, sought=7)
    assert _at_its_worst(without, judged_again, ended("passed", 0.0)).worst == 0


@pytest.mark.parametrize("verdict", [Verdict.REFUTED, Verdict.INCONCLUSIVE])
def test_what_does_not_hold_stays_as_it_is(verdict: Verdict) -> None:
    evidence = replace(HELD, verdict=verdict)
    assert _at_its_worst(evidence, judged_again, ended("failed", 2.0)) is evidence


@pytest.mark.parametrize(
    ("kind", "on", "example", "climbs"),
    [
        (FLOATS, None, False, True),
        (FLOATS, (FLOATS, BALLS), False, True),
        (FLOATS, None, True, False),
        (BALLS, None, False, False),
        (BALLS, (BALLS,), False, True),
        (BALLS, (FLOATS, BALLS), False, False),
        (RATIONALS, None, False, False),
        (RATIONALS, (RATIONALS,), False, False),
    ],
)
def test_one_kind_is_climbed_on(kind: str, on: Any, example: bool, climbs: bool) -> None:
    @law(x=st.floats(0, 1), on=on, example=example)
    def below(x: Any) -> Any:
        return at_most(x, 2)

    found = Search(outcomes=[Outcome("passed", worst=0.25, relation="at most")], ratios=[(0.25, (0, 0.5))])
    assert (_climbed(below, kind, found, QUICK).evaluations > 0) == climbs


# -- what failed ----------------------------------------------------------------------------------------------


def numbers(function: Any, kind: str, **options: Any) -> Evidence | str:
    """Return the evidence of a law about whole numbers from 0 to 99."""
    return evidence_of(law(k=st.integers(0, 99), **options)(function), kind, QUICK, 0)


def test_cases_up_to_the_first_that_fails_are_counted() -> None:
    tried: list[int] = []

    def small(k: Any) -> Any:
        tried.append(int(k))
        return at_most(k, 40)

    begun = time.monotonic()
    made = numbers(small, RATIONALS)
    assert isinstance(made, Evidence)
    assert made.verdict is Verdict.REFUTED
    assert made.cases == next(i for i, k in enumerate(tried, 1) if k > 40)
    assert made.witness is not None
    assert (made.witness.left, made.witness.right, made.relation) == ("41", "40", "at most")
    assert made.worst == 41 / 40
    assert 0 < made.seconds <= time.monotonic() - begun


def test_what_raises_is_inconclusive_and_its_note_says_what() -> None:
    def breaks(k: Any) -> Any:
        if k > 40:
            raise RuntimeError("no good")
        return equal(k, k)

    made = numbers(breaks, FLOATS)
    assert isinstance(made, Evidence)
    assert made.verdict is Verdict.INCONCLUSIVE
    assert made.note.startswith("raised RuntimeError: no good")
    assert made.witness is not None
    assert made.witness.inputs == {"k": 41}


def nowhere(k: Any) -> Any:
    raise NotInArithmetic("no such function")


def test_where_a_law_cannot_run_there_is_a_reason_unless_it_must() -> None:
    assert str(numbers(nowhere, RATIONALS)).startswith("no such function (test_evidence.py, line ")
    made = numbers(nowhere, RATIONALS, on=(RATIONALS,))
    assert isinstance(made, Evidence)
    assert (made.kind, made.verdict, made.cases) == (RATIONALS, Verdict.INCONCLUSIVE, 0)
    assert made.note.startswith("cannot run there: no such function")


def test_a_domain_that_raises_is_no_evidence_and_one_that_names_no_input_is_an_error() -> None:
    def strategy(error: Exception) -> Domain:
        def floats(_: Any) -> Any:
            raise error

        return Domain(floats=floats)

    def same(k: Any) -> Any:
        return equal(k, k)

    made = evidence_of(law(k=strategy(ArgumentError("it is empty")))(same), FLOATS, QUICK, 0)
    assert isinstance(made, Evidence)
    assert (made.verdict, made.cases, made.note) == (Verdict.INCONCLUSIVE, 0, "it is empty")
    with pytest.raises(UnknownName):
        evidence_of(law(k=strategy(UnknownName("x")))(same), FLOATS, QUICK, 0)


# -- generic cases --------------------------------------------------------------------------------------------


def commutes(w: Any) -> Any:
    return equal(w + w, 2 * w)


def on_symbols(function: Any, **options: Any) -> Evidence | str:
    return evidence_of(law(**options)(function), SYMBOLS, QUICK, 0)


def proved(**options: Any) -> Evidence:
    made = on_symbols(commutes, **options)
    assert isinstance(made, Evidence)
    return made


def test_a_generic_case_proves_what_it_is_generic_in() -> None:
    number = Domain(floats=lambda _: st.floats(0, 1), symbols=lambda _, table, name: [table.positive(name)])
    assert proved(w=number).proof == "for all values of its numbers"
    plane = proved(w=points(LAYOUT))
    assert (plane.proof, plane.note, plane.cases) == ("", "in these dimensions only", 1)
    assert proved(w=points(LAYOUT), dimension="in the plane").proof == "in the plane"


def test_a_proof_names_the_dimensions_of_its_cases() -> None:
    made = law(psi=quotients(), w=points("psi"))(lambda psi, w: equal(w + w, 2 * w))
    evidence = evidence_of(made, SYMBOLS, QUICK, 0)
    assert isinstance(evidence, Evidence)
    assert (evidence.verdict, evidence.proof) == (Verdict.HOLDS, "")
    assert evidence.note.startswith("in dimension [")
    assert evidence.cases == evidence.note.count("[") > 1
    assert evidence.note.endswith(" only")


def test_a_false_law_is_refuted_on_its_generic_case() -> None:
    made = on_symbols(lambda w: equal(w, 2 * w), w=points(LAYOUT))
    assert isinstance(made, Evidence)
    assert (made.verdict, made.cases) == (Verdict.REFUTED, 0)
    assert made.witness is not None
    assert made.witness.left != made.witness.right


def test_an_undecided_symbol_is_no_evidence_unless_it_is_asked_for() -> None:
    def doubt(w: Any) -> Any:
        raise Undecided("which it is")

    assert str(on_symbols(doubt, w=points(LAYOUT))).startswith("which it is")
    made = on_symbols(doubt, w=points(LAYOUT), on=(SYMBOLS,))
    assert isinstance(made, Evidence)
    assert made.verdict is Verdict.INCONCLUSIVE
    assert made.note.startswith("which it is")


def test_what_is_not_proved_in_every_dimension_is_no_evidence_unless_it_is_asked_for() -> None:
    def false(w: Any) -> Any:
        return equal(w, 2 * w)

    assert isinstance(evidence_of(law(w=points(LAYOUT))(false), FORMAL, QUICK, 0), str)
    made = evidence_of(law(w=points(LAYOUT), on=(FORMAL,))(false), FORMAL, QUICK, 0)
    assert isinstance(made, Evidence)
    assert made.verdict is Verdict.INCONCLUSIVE


def test_shapes_and_labels_are_those_of_layouts_and_arrays() -> None:
    layout = Layout.of([2, 3], 1)
    drawn = {"model": type("Model", (), {"layout": layout})(), "w": np.zeros(6), "x": np.zeros((2, 6)), "eta": 0.5}
    assert _shapes(drawn) == (("model", layout.sizes_in_order), ("w", (6,)), ("x", (2, 6)))
    assert _label(drawn) == "[2, 3]+1"
    assert _label({"eta": 0.5, "model": type("Model", (), {"layout": LAYOUT})()}) == "[2]"
    assert _label({"w": np.zeros(6)}) == ""


# -- existence ------------------------------------------------------------------------------------------------


def exists(condition: Any, **options: Any) -> Law:
    made: Law = law(k=st.integers(0, 99), quantifier="exists", **options)(condition)
    return made


@pytest.mark.parametrize(
    ("kind", "bits", "proof"),
    [
        (RATIONALS, None, "by an instance, exactly"),
        (RATIONALS, 9.0, "by an instance, exactly"),
        (BALLS, None, "by an instance, in enclosures"),
        (FLOATS, None, "by an instance, in enclosures"),
        (POWERS_OF_TWO, None, "by an instance, in enclosures"),
    ],
)
def test_an_instance_is_a_proof(kind: str, bits: float | None, proof: str) -> None:
    outcome = Outcome("passed", "l", "r", 0.5, bits=bits, relation="at most")
    made = _established(kind, 3, {"k": 2}, outcome)
    assert made.witness is not None
    assert (made.witness.shown, made.witness.left, made.witness.right) == ({"k": "2"}, "l", "r")
    assert made == Evidence(
        kind, Verdict.HOLDS, 3, 0.5, witness=made.witness, relation="at most", proof=proof
    )  # the note is empty


def test_cases_up_to_the_instance_are_counted() -> None:
    tried: list[int] = []

    def large(k: Any) -> Any:
        tried.append(int(k))
        return at_most(41, k)

    made = evidence_of(exists(large), RATIONALS, QUICK, 0)
    assert isinstance(made, Evidence)
    assert made.verdict is Verdict.HOLDS
    assert made.cases == next(i for i, k in enumerate(tried, 1) if k >= 41)
    assert made.witness is not None
    assert made.witness.shown == {"k": "41"}


@pytest.mark.parametrize("kind", [FLOATS, CONTROLS])
def test_instances_are_decided_in_balls_where_the_kind_decides_nothing(kind: str) -> None:
    seen: set[bool] = set()

    @law(x=st.floats(0, 1), quantifier="exists", instance={"x": 0.5})
    def some(x: Any) -> Any:
        seen.add(namespace(x) is ENCLOSURES)
        return at_most(x, 1)

    evidence_of(some, kind, QUICK, 0)
    assert seen == {True}


def test_no_instance_and_an_error_are_told_apart() -> None:
    def never(k: Any) -> Any:
        return at_most(k + 1, k) if k % 2 else vacuous("even")

    made = evidence_of(exists(never, instance={"k": 1}), RATIONALS, QUICK, 0)
    assert isinstance(made, Evidence)
    assert (made.verdict, made.cases) == (Verdict.INCONCLUSIVE, QUICK.cases[RATIONALS])
    assert made.note == "no instance was found"
    made = evidence_of(exists(lambda k: 1 / 0), FLOATS, QUICK, 0)
    assert isinstance(made, Evidence)
    assert (made.verdict, made.cases) == (Verdict.INCONCLUSIVE, 0)
    assert made.note.startswith("raised ZeroDivisionError")


def test_generic_symbols_say_nothing_of_existence() -> None:
    made = evidence_of(exists(lambda k: equal(k, k)), SYMBOLS, QUICK, 0)
    assert made == "a generic case can neither show nor deny that some case exists"
