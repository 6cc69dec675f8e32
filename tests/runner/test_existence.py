"""Claims that something exists: an instance shows it, and sampling never refutes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS as RATIONAL_ARRAYS
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO, RATIONALS, Law, Verdict, at_most, equal, law
from psitheory.runner import check_law, replay
from tests.runner.small_laws import W


def exists(condition: Any, **options: Any) -> Law:
    @law(**W, quantifier="exists", **options)
    def there_is_one(w: Any) -> Any:
        return at_most(1, w[0]) if condition is None else condition(w)

    @there_is_one.counterfeit
    def there_is_none(w: Any) -> Any:
        return at_most(w[0], w[0] - 1)

    return there_is_one


def test_an_existence_claim_holds_by_a_certificate() -> None:
    report = check_law(exists(None, on=[RATIONALS, BALLS, FLOATS]))
    assert report.verdict is Verdict.HOLDS
    for evidence in report.evidence:
        assert evidence.witness is not None
        assert replay(exists(None), evidence.witness.inputs, evidence.kind).status == "passed"


def test_a_named_certificate_is_tried_first() -> None:
    instance = {"w": np.array([1234.5, 0.0])}
    report = check_law(exists(lambda w: at_most(1000, w[0]), on=[RATIONALS, BALLS, FLOATS], instance=instance))
    assert report.verdict is Verdict.HOLDS
    assert {e.cases for e in report.evidence} == {1}
    assert {e.witness.shown["w"] for e in report.evidence if e.witness} == {"[2469/2, 0]", "[1234.5    0. ]"}


def test_sampling_never_refutes_an_existence_claim() -> None:
    report = check_law(exists(lambda w: equal(w - w, 1), on=[RATIONALS, BALLS, FLOATS]))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert {e.verdict for e in report.evidence} == {Verdict.INCONCLUSIVE}
    assert {e.note for e in report.evidence} == {"no instance was found"}


def test_of_few_whole_numbers_all_are_tried() -> None:
    """Pell's equation n² = 2m² + 1 has three solutions among ten thousand pairs, and n² = 2m² none."""

    def pairs(one: int) -> Law:
        @law(n=st.integers(1, 100), m=st.integers(1, 100), quantifier="exists")
        def is_solved(n: int, m: int) -> Any:
            return equal(n * n, 2 * m * m + one)

        return is_solved

    shown = [e for e in check_law(pairs(1)).evidence if e.verdict is Verdict.HOLDS]
    assert shown
    assert shown[0].witness is not None
    assert shown[0].witness.inputs["n"] == 3
    assert all(e.verdict is Verdict.INCONCLUSIVE for e in check_law(pairs(0)).evidence)


@pytest.mark.parametrize("kind", [FLOATS, CONTROLS, BALLS])
def test_enclosures_that_merely_overlap_are_no_certificate(kind: str) -> None:
    # On floats an inequality passes unless enclosures disprove it; at 1e30 those of w - w are wide enough for this.
    for condition in (lambda w: at_most(1, w[0] - w[0]), lambda w: equal(w - w, 1)):
        assert check_law(exists(condition, on=[kind])).verdict is Verdict.INCONCLUSIVE


def test_one_kind_that_exhibits_is_enough_for_existence() -> None:
    def only_in_balls(w: Any) -> Any:
        return at_most(w, w if namespace(w) is not RATIONAL_ARRAYS else w - 1)

    assert check_law(exists(only_in_balls, on=[RATIONALS, BALLS])).verdict is Verdict.HOLDS


def test_an_existence_claim_that_raises_is_inconclusive_with_the_message() -> None:
    def breaks(w: Any) -> Any:
        raise RuntimeError("the model exploded")

    for instance in (None, {"w": np.array([1.0, 0.0])}):
        report = check_law(exists(breaks, on=[FLOATS], instance=instance))
        assert report.verdict is Verdict.INCONCLUSIVE
        assert "raised RuntimeError: the model exploded" in report.note


@pytest.mark.parametrize("kind", [FLOATS, BALLS, POWERS_OF_TWO])
def test_sides_that_are_as_near_as_one_likes_are_not_shown_to_be_equal(kind: str) -> None:
    report = check_law(exists(lambda w: equal(namespace(w).tanh(w[0] * w[0] + 2000), 1), on=[kind]))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "near, not that they are equal" in report.evidence[0].note


def test_an_equality_is_shown_by_ratios() -> None:
    report = check_law(exists(lambda w: equal(w[0] * w[0] * 4, 9), instance={"w": np.array([1.5, 0.0])}))
    assert report.verdict is Verdict.HOLDS
    assert report.grade.name == "PROVED"
