"""Verdicts of conjunctions, grades, and the report as plain data."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.checking import (
    BALLS,
    FLOATS,
    KINDS,
    RATIONALS,
    SYMBOLS,
    ClaimReport,
    CounterfeitReport,
    Evidence,
    Grade,
    LawReport,
    Report,
    Verdict,
    Witness,
)
from psitheory.checking.evidence import HOW

HOLDS, REFUTED, INCONCLUSIVE = Verdict
WITNESS = Witness({"w": "[1. 0.]"}, {"w": {"float": "0x1p0"}}, "4", "1", RATIONALS)
SEEN = CounterfeitReport("false", "false", REFUTED, WITNESS)


def law_report(*verdicts: Verdict, counterfeits: Any = (SEEN,), kinds: Any = KINDS, **more: Any) -> LawReport:
    evidence = tuple(
        Evidence(kind, verdict, 5, witness=WITNESS if verdict is REFUTED else None)
        for kind, verdict in zip(kinds, verdicts, strict=False)
    )
    return LawReport("a_law", "a law", evidence, counterfeits, **more)


def claim(*laws: LawReport, id: str = "T1") -> ClaimReport:
    return ClaimReport(id, "title", "tests", "Yi22", laws, 1.25)


# -- verdicts ---------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(Verdict), max_size=5))
def test_a_conjunction_is_as_good_as_its_worst_part(verdicts: list[Verdict]) -> None:
    found = Verdict.all(verdicts)
    if REFUTED in verdicts:
        assert found is REFUTED
    elif not verdicts or INCONCLUSIVE in verdicts:
        assert found is INCONCLUSIVE
    else:
        assert found is HOLDS


@pytest.mark.parametrize("verdicts", list(product(Verdict, repeat=2)), ids=str)
def test_a_law_for_all_needs_all_its_evidence(verdicts: tuple[Verdict, Verdict]) -> None:
    assert law_report(*verdicts).verdict is Verdict.all(verdicts)


@pytest.mark.parametrize("verdicts", list(product([HOLDS, INCONCLUSIVE], repeat=2)), ids=str)
def test_an_existence_claim_needs_one_certificate(verdicts: tuple[Verdict, Verdict]) -> None:
    found = law_report(*verdicts, quantifier="exists").verdict
    assert found is (HOLDS if HOLDS in verdicts else INCONCLUSIVE)


def test_a_check_that_was_not_seen_to_fail_does_not_hold() -> None:
    survivor = CounterfeitReport("survivor", "true, really", INCONCLUSIVE, None, "floats: survived")
    for counterfeits in ((), (survivor,), (SEEN, survivor)):
        for quantifier in ("for all", "exists"):
            report = law_report(HOLDS, counterfeits=counterfeits, quantifier=quantifier)
            assert (report.verdict, report.grade) == (INCONCLUSIVE, None)
    assert law_report(REFUTED, counterfeits=()).verdict is REFUTED  # refuted outranks it
    note = law_report(HOLDS, counterfeits=(SEEN, survivor)).note
    assert note == "its counterfeit 'survivor' was not refuted: floats: survived"


def test_what_is_empty_does_not_hold() -> None:
    assert law_report().verdict is INCONCLUSIVE
    assert law_report(quantifier="exists").verdict is INCONCLUSIVE
    assert claim().verdict is INCONCLUSIVE
    assert Report((), "quick", 0, 0.0).verdict is INCONCLUSIVE
    assert Report((), "quick", 0, 0.0).exit_code == 3


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [((HOLDS, HOLDS), 0), ((HOLDS, REFUTED), 1), ((HOLDS, INCONCLUSIVE), 3), ((INCONCLUSIVE, REFUTED), 1)],
)
def test_exit_codes(verdicts: tuple[Verdict, ...], code: int) -> None:
    claims = tuple(claim(law_report(v), id=f"T{k}") for k, v in enumerate(verdicts))
    assert Report(claims, "quick", 0, 1.0).exit_code == code


# -- grades -----------------------------------------------------------------------------------------


def proved(*kinds: str) -> LawReport:
    return LawReport("p", "p", tuple(Evidence(kind, HOLDS, 3, proof="in every dimension") for kind in kinds), (SEEN,))


def test_every_kind_is_told_in_words() -> None:
    assert set(HOW) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_is_a_proof_by_itself(kind: str) -> None:
    tried = law_report(HOLDS, kinds=[kind])
    assert (tried.grade, tried.proof) == (Grade.TRIED, "")
    assert tried.scope == f"in 5 cases: 5 {HOW.get(kind, f'in {kind}')}"
    assert (proved(kind).grade, proved(kind).scope) == (Grade.PROVED, "in every dimension")


def test_a_law_is_proved_by_one_proof_and_a_claim_by_all() -> None:
    tried, example = law_report(HOLDS, kinds=[BALLS]), law_report(HOLDS, kinds=[FLOATS], example=True)
    assert claim(proved(SYMBOLS), tried).grade is Grade.TRIED
    assert claim(proved(SYMBOLS), example).grade is Grade.PROVED
    assert claim(example).grade is Grade.TRIED
    assert claim(proved(SYMBOLS), law_report(INCONCLUSIVE)).grade is None
    both = claim(proved(SYMBOLS), tried, example)
    assert (both.count(Grade.PROVED), both.count(Grade.TRIED)) == (1, 2)


def test_what_does_not_hold_is_not_proved() -> None:
    evidence = (Evidence(SYMBOLS, HOLDS, 3, proof="in every dimension"), Evidence(FLOATS, REFUTED, 3, witness=WITNESS))
    assert LawReport("l", "l", evidence, (SEEN,)).grade is None
    undecided = Evidence(SYMBOLS, INCONCLUSIVE, 3, proof="in every dimension")
    found = LawReport("l", "l", (undecided, Evidence(BALLS, HOLDS, 3)), (SEEN,), quantifier="exists")
    assert (found.verdict, found.grade) == (HOLDS, Grade.TRIED)


# -- words ------------------------------------------------------------------------------------------


def test_a_note_says_why_a_law_does_not_hold() -> None:
    assert law_report(HOLDS).note == ""
    refuted = f"refuted in {KINDS[0]}: w=[1. 0.]: 4 against 1"
    assert law_report(REFUTED).note == refuted
    doubtful = LawReport("l", "l", (Evidence(FLOATS, INCONCLUSIVE, 0, note="no case was tried"),), (SEEN,))
    assert doubtful.note == "floats: no case was tried"
    assert law_report().note == "no evidence: no arithmetic could run it"


# -- plain data ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("worst", [None, 0.5, float("inf"), float("nan")])
def test_a_report_is_json_whatever_the_residual(worst: float | None) -> None:
    evidence = Evidence(FLOATS, HOLDS, 50, worst, "note", WITNESS, 0.1234567)
    law = LawReport("a_law", "a law", (evidence,), (SEEN,))
    report = Report((claim(law),), "quick", 7, 2.0, {"python": "3"})
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert data["schema"] == 2
    assert data["summary"] == {
        "verdict": "HOLDS",
        "claims": 1,
        "holds": 1,
        "refuted": 0,
        "inconclusive": 0,
        "laws": 1,
        "laws_proved": 0,
        "laws_tried": 1,
        "unfinished": [],
        "effort": "quick",
        "seed": 7,
        "seconds": 2.0,
    }
    assert data["environment"] == {"python": "3"}
    (item,) = data["claims"]
    assert {key: item[key] for key in ("id", "title", "chapter", "source", "verdict", "grade")} == {
        "id": "T1",
        "title": "title",
        "chapter": "tests",
        "source": "Yi22",
        "verdict": "HOLDS",
        "grade": "tried",
    }
    (found,) = item["laws"]
    assert found["name"] == "a_law"
    assert (found["scope"], found["untried"]) == ("in 50 cases: 50 on floats", {})
    assert found["evidence"][0]["kind"] == FLOATS
    assert found["evidence"][0]["cases"] == 50
    assert found["evidence"][0]["witness"]["inputs"] == WITNESS.inputs
    assert found["counterfeits"][0]["verdict"] == "REFUTED"


def test_counts_and_look_ups() -> None:
    report = Report((claim(law_report(HOLDS, HOLDS, kinds=[SYMBOLS, FLOATS]), law_report(HOLDS)),), "quick", 0, 1.0)
    assert report.claim("T1").cases == {SYMBOLS: 5, KINDS[0]: 5, FLOATS: 5}
    assert report.claim("T1").refuted_counterfeits == (2, 2)
    assert law_report(HOLDS).relation == "equal"
