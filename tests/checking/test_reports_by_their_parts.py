"""What reports tell, against rules written down once more, over random evidence and counterfeits."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from psitheory.checking import (
    KINDS,
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
WITNESS = Witness({"w": "[1. 0.]"}, {"w": {"float": "0x1p0"}}, "4", "1", KINDS[0])
VERDICTS = st.sampled_from(Verdict)

EVIDENCE = st.builds(
    Evidence,
    st.sampled_from(KINDS),
    VERDICTS,
    st.integers(0, 3),
    worst=st.sampled_from([None, 0.0, 0.5, -0.5, float("inf"), float("-inf"), float("nan")]),
    note=st.sampled_from(["", "too few"]),
    witness=st.sampled_from([None, WITNESS]),
    seconds=st.floats(0, 9),
    relation=st.sampled_from(["equal", "at most"]),
    proof=st.sampled_from(["", "", "in the plane", "in every dimension"]),
    sees=st.sampled_from([None, 0, 0, 20, 50]),
)
COUNTERFEITS = st.lists(
    st.builds(
        CounterfeitReport,
        st.sampled_from("fgh"),
        st.just("says"),
        VERDICTS,
        st.none(),
        st.sampled_from(["", "survived"]),
    ),
    max_size=3,
).map(tuple)
LAWS = st.builds(
    LawReport,
    st.sampled_from("abc"),
    st.just("says"),
    st.lists(EVIDENCE, max_size=3).map(tuple),
    COUNTERFEITS,
    quantifier=st.sampled_from(["for all", "exists"]),
    example=st.booleans(),
    untried=st.sampled_from([{}, {KINDS[1]: "no symbols"}]),
    gap=st.sampled_from(["", "", "a branch that no case ran"]),
    own=COUNTERFEITS,
)
CLAIMS = st.builds(
    ClaimReport,
    st.sampled_from(["T1", "T2", "T3"]),
    st.just("title"),
    st.just("tests"),
    st.just("Yi22"),
    st.lists(LAWS, max_size=3).map(tuple),
    st.floats(0, 9),
)


def conjunction(verdicts: list[Verdict]) -> Verdict:
    if any(v is REFUTED for v in verdicts):
        return REFUTED
    return HOLDS if verdicts and all(v is HOLDS for v in verdicts) else INCONCLUSIVE


def proof_of(law: LawReport) -> str:
    for e in law.evidence:
        if e.verdict is HOLDS and e.proof:
            return e.proof
    return ""


def is_blind(law: LawReport) -> bool:
    """Tell whether errors were planted and none was seen."""
    sees = [e.sees for e in law.evidence if e.sees is not None]
    return len(sees) > 0 and max(sees) == 0 and not proof_of(law)


def verdict_and_note(law: LawReport) -> tuple[Verdict, str]:
    """Return the verdict, and its first reason."""
    by_evidence = conjunction([e.verdict for e in law.evidence])
    if law.quantifier == "exists":
        by_evidence = HOLDS if HOLDS in [e.verdict for e in law.evidence] else INCONCLUSIVE
    left = [c for c in law.counterfeits if c.verdict is not REFUTED]
    if by_evidence is HOLDS and not law.gap and not is_blind(law) and law.counterfeits and not left:
        return HOLDS, ""
    verdict = by_evidence if by_evidence is not HOLDS else INCONCLUSIVE
    for e in law.evidence:
        if e.verdict is REFUTED and e.witness:
            return verdict, f"refuted in {e.kind}: w=[1. 0.]: 4 against 1"
    if not law.evidence:
        return verdict, "no evidence: no arithmetic could run it"
    for e in law.evidence:
        if e.verdict is not HOLDS:
            return verdict, f"{e.kind}: {e.note}" if e.note else f"{e.kind}: undecided"
    if law.gap:
        return verdict, law.gap
    if is_blind(law):
        said = "the check is blind: an error of 2^-20 of the size of its sides, planted in one of them, is not seen"
        return verdict, said
    if not law.counterfeits:
        return verdict, "it has no counterfeit, and a check that was never seen to fail does not hold"
    why = f": {left[0].note}" if left[0].note else ""
    return verdict, f"its counterfeit {left[0].name!r} was not refuted{why}"


def grade_of(law: LawReport) -> Grade | None:
    if verdict_and_note(law)[0] is not HOLDS:
        return None
    return Grade.PROVED if proof_of(law) else Grade.TRIED


def scope_of(law: LawReport) -> str:
    tried = [f"{e.cases} {HOW[e.kind]}" for e in law.evidence if e.cases > 0]
    total = sum(e.cases for e in law.evidence)
    cases = f"in {total} case{'' if total == 1 else 's'}: {', '.join(tried)}" if tried else "in no case"
    return proof_of(law) or cases


@given(LAWS)
def test_a_law_is_told_by_its_evidence_first_then_by_what_is_missing_then_by_its_counterfeits(law: LawReport) -> None:
    assert (law.verdict, law.note) == verdict_and_note(law)
    assert (law.blind, law.proof, law.grade, law.scope) == (is_blind(law), proof_of(law), grade_of(law), scope_of(law))
    assert list(law.survivors) == [c for c in law.own if c.verdict is not REFUTED]
    assert law.relation == (law.evidence[0].relation if law.evidence else "equal")


@given(CLAIMS)
def test_a_claim_is_as_good_and_as_firm_as_its_weakest_law(claim: ClaimReport) -> None:
    assert claim.verdict is conjunction([verdict_and_note(law)[0] for law in claim.laws])
    grades = [grade_of(law) for law in claim.laws]
    if claim.verdict is not HOLDS:
        assert claim.grade is None
    else:
        counted = [grade for law, grade in zip(claim.laws, grades, strict=True) if not law.example] or grades
        assert claim.grade is (Grade.TRIED if Grade.TRIED in counted else Grade.PROVED)
    assert [claim.count(grade) for grade in Grade] == [grades.count(grade) for grade in Grade]
    of = [c.verdict for law in claim.laws for c in law.counterfeits]
    assert claim.refuted_counterfeits == (of.count(REFUTED), len(of))
    cases: Counter[str] = Counter()
    for e in (e for law in claim.laws for e in law.evidence):
        cases[e.kind] += e.cases
    assert claim.cases == cases


@given(st.lists(CLAIMS, max_size=3, unique_by=lambda c: c.id), st.sampled_from([(), ("T9",)]), st.floats(0, 9))
def test_a_report_as_data_says_what_its_claims_say(claims: list[ClaimReport], unfinished: Any, seconds: float) -> None:
    report = Report(tuple(claims), "deep", 7, seconds, {"python": "3"}, unfinished)
    verdicts = [claim.verdict for claim in claims]
    whole = conjunction(verdicts)
    whole = INCONCLUSIVE if unfinished and whole is HOLDS else whole
    assert report.verdict is whole
    assert report.exit_code == (0 if whole is HOLDS else 1 if whole is REFUTED else 3)
    data = json.loads(json.dumps(report.to_dict(), allow_nan=False))
    assert list(data) == ["schema", "claims", "summary", "environment"]
    laws = [law for claim in claims for law in claim.laws]
    proved, tried = ([law.grade for law in laws].count(grade) for grade in Grade)
    assert data["summary"] == {
        "verdict": str(whole), "claims": len(claims), "holds": verdicts.count(HOLDS),
        "refuted": verdicts.count(REFUTED), "inconclusive": verdicts.count(INCONCLUSIVE), "laws": len(laws),
        "laws_proved": proved, "laws_tried": tried,
        "unfinished": list(unfinished), "effort": "deep", "seed": 7, "seconds": round(seconds, 3),
    }  # fmt: skip
    for claim, said in zip(claims, data["claims"], strict=True):
        assert report.claim(claim.id) is claim
        grade = None if claim.grade is None else claim.grade.value
        assert (said["verdict"], said["grade"], said["seconds"]) == (
            claim.verdict.value,
            grade,
            round(claim.seconds, 3),
        )
        for law, one in zip(claim.laws, said["laws"], strict=True):
            _law_says(law, one)


def _law_says(law: LawReport, one: dict[str, Any]) -> None:
    plain = ("name", "says", "quantifier", "example", "relation", "scope", "note", "gap", "untried")
    assert [one[key] for key in plain] == [getattr(law, key) for key in plain]
    assert (one["verdict"], one["grade"]) == (law.verdict.value, law.grade and law.grade.value)
    for e, data in zip(law.evidence, one["evidence"], strict=True):
        same = ("kind", "cases", "note", "relation", "proof", "sees", "sought", "at")
        assert [data[key] for key in same] == [getattr(e, key) for key in same]
        assert (data["verdict"], data["seconds"]) == (e.verdict.value, round(e.seconds, 3))
        assert data["worst"] == (e.worst if e.worst in (None, 0.0, 0.5, -0.5) else str(e.worst))
        assert (data["witness"] is None) == (e.witness is None)
    for here, told in ((law.counterfeits, "counterfeits"), (law.own, "own_counterfeits")):
        assert [(c["name"], c["verdict"], c["note"]) for c in one[told]] == [
            (c.name, c.verdict.value, c.note) for c in here
        ]
