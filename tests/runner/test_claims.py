"""Whole claims: reports, how firm they are, how many cases they take."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest

from psitheory.checking import FLOATS, Grade, Law, Report, Verdict, equal, law, theorem
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.geometry import PSIQuotient
from psitheory.runner import EFFORTS, check_law, check_theorem
from psitheory.runner.effort import EXAMPLE
from psitheory.runner.searching import search
from psitheory.strategies import points, quotients, rescalings, vectors
from tests.clocks import half_a_second_a_case
from tests.runner.small_laws import W, with_counterfeit


def small_theorem() -> Any:
    claim = theorem("T1", "The metric descends", statement="g", chapter="tests")

    @claim.law(psi=quotients(), w=points("psi"), x=vectors("psi"), a=rescalings("psi"))
    def metric_is_constant_on_orbits(psi: Any, w: Any, x: Any, a: Any) -> Any:
        return equal(psi.inner(psi.act(a, w), scaled(psi, a, x), scaled(psi, a, x)), psi.inner(w, x, x))

    @metric_is_constant_on_orbits.counterfeit
    def without_the_lift(psi: Any, w: Any, x: Any, a: Any) -> Any:
        return equal(psi.inner(psi.act(a, w), x, x), psi.inner(w, x, x))

    return claim


def scaled(psi: PSIQuotient, a: Any, x: Any) -> Any:
    return psi.layout.scale(a, x)


def test_a_report_is_the_same_from_the_same_seed_and_differs_from_another() -> None:
    def worst(seed: int) -> Any:
        report = check_theorem(small_theorem(), seed=seed)
        return [(e.kind, e.cases, e.worst, e.note) for law in report.laws for e in law.evidence]

    assert worst(0) == worst(0)
    assert worst(0) != worst(1)


def test_evidence_is_plain_data_without_balls() -> None:
    report = check_theorem(small_theorem())
    assert report.verdict is Verdict.HOLDS
    again = pickle.loads(pickle.dumps(report))
    assert again == report
    whole = Report((report,), "quick", 0, 1.0)
    text = json.dumps(whole.to_dict(), allow_nan=False)
    assert json.loads(text) == json.loads(json.dumps(Report((again,), "quick", 0, 1.0).to_dict()))
    assert "+/-" not in json.dumps([e.witness and e.witness.inputs for law in report.laws for e in law.evidence])


def test_a_claim_is_as_firm_as_its_weakest_law() -> None:
    claim = theorem("T1", "Sums", statement="s", chapter="tests")
    plane = law(**W, dimension="in the plane")(lambda w: equal(w + w, 2 * w))
    plane.name = "doubled"
    claim.law(with_counterfeit(plane))

    @claim.law(**W, on=[FLOATS])
    def sampled(w: Any) -> Any:
        return equal(w, w)

    with_counterfeit(sampled)
    report = check_theorem(claim)
    assert [law.grade for law in report.laws] == [Grade.PROVED, Grade.TRIED]
    assert report.grade is Grade.TRIED
    assert report.refuted_counterfeits == (2, 2)


def test_more_effort_means_more_cases() -> None:
    quick, standard, deep = (EFFORTS[name] for name in ("quick", "standard", "deep"))
    assert all(quick.cases[kind] < standard.cases[kind] < deep.cases[kind] for kind in quick.cases)
    with pytest.raises(ArgumentError, match="effort is 'lazy'; one of quick, standard, deep is needed"):
        check_theorem(small_theorem(), effort="lazy")


def cases_of(made: Law) -> int:
    (floats,) = check_law(with_counterfeit(made)).evidence
    return floats.cases


def test_case_counts_are_those_declared_however_busy_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "time", half_a_second_a_case())
    quick = EFFORTS["quick"].cases[FLOATS]

    def itself(w: Any) -> Any:
        return equal(w, w)

    assert cases_of(law(**W, on=[FLOATS])(itself)) == quick
    assert cases_of(law(**W, on=[FLOATS], cost=7)(itself)) == quick // 7
    assert cases_of(law(**W, on=[FLOATS], cost=10**6)(itself)) == 1
    assert cases_of(law(**W, on=[FLOATS], example=True)(itself)) == quick // EXAMPLE


@pytest.mark.parametrize("cost", [0, -1, 1.5, True, "much"])
def test_a_cost_is_a_whole_number(cost: Any) -> None:
    with pytest.raises(ArgumentTypeError, match=r"cost is .*; 1, 2, 3, … is needed"):
        law(**W, cost=cost)
