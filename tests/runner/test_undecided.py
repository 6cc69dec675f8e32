"""What must stay inconclusive: laws that are vacuous, raise, leave or decide nothing."""

from __future__ import annotations

import os
import sys
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import strategies as st

from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, Verdict, at_most, equal, law, vacuous
from psitheory.errors import ArgumentError, Undecided
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.runner import Domain, check_law
from psitheory.strategies import points
from tests.runner.small_laws import W, with_counterfeit


def test_a_vacuous_law_does_not_hold() -> None:
    @law(**W)
    def nothing_moves(w: Any) -> Any:
        return vacuous("nothing moved")

    report = check_law(with_counterfeit(nothing_moves))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert {e.note for e in report.evidence if e.kind != SYMBOLS} == {"every case was vacuous"}
    assert all(e.verdict is Verdict.INCONCLUSIVE and e.cases == 0 for e in report.evidence)


@pytest.mark.parametrize("on", [None, (RATIONALS, BALLS, FLOATS)])
def test_where_one_arithmetic_meets_no_case_the_others_decide(on: Any) -> None:
    """No ratio is a root of two; of those that are named in ``on`` each must hold."""

    @law(x=Domain(floats=lambda _: st.just(2.0**0.5), rationals=lambda _: st.just(Fraction(7, 5))), on=on)
    def of_roots(x: Any) -> Any:
        return vacuous("no root") if abs(x * x - 2) > 2.0**-40 else equal(x + x, 2 * x)

    @of_roots.counterfeit
    def doubled(x: Any) -> Any:
        return equal(x + x, x)

    report = check_law(of_roots)
    said_of_ratios = [e.note for e in report.evidence if e.kind == RATIONALS]
    assert [*said_of_ratios, report.untried.get(RATIONALS)][0] == "every case was vacuous"
    assert (report.verdict is Verdict.HOLDS) == (on is None)


def test_vacuous_cases_are_not_counted() -> None:
    @law(**W, k=st.integers(0, 1))
    def some_move(w: Any, k: Any) -> Any:
        return equal(w, w) if k else vacuous("no step")

    report = check_law(with_counterfeit(some_move))
    assert report.verdict is Verdict.HOLDS
    assert all(0 < e.cases < 50 for e in report.evidence if e.kind == FLOATS)


def test_a_law_that_raises_is_inconclusive_with_the_message_and_the_input() -> None:
    @law(**W, k=st.integers(0, 99))
    def breaks(w: Any, k: Any) -> Any:
        if k > 10:
            raise RuntimeError("the model exploded")
        return equal(w, w)

    report = check_law(with_counterfeit(breaks))
    assert report.verdict is Verdict.INCONCLUSIVE
    for evidence in report.evidence:
        assert evidence.verdict is Verdict.INCONCLUSIVE
        assert evidence.note.startswith("raised RuntimeError: the model exploded (test_undecided.py, line ")
        assert evidence.witness is not None
        assert evidence.witness.inputs["k"] == 11
    assert "the model exploded" in report.note


def test_a_law_that_raises_now_and_then_is_never_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    # Even where shrinking runs out of its time before Hypothesis tells of the error.
    monkeypatch.setattr("psitheory.runner.searching.search.SHRINK_SECONDS", 0.0)

    @law(**W, k=st.integers(0, 3))
    def breaks(w: Any, k: Any) -> Any:
        if k == 3:
            raise RuntimeError("the model exploded")
        return equal(w, w)

    assert check_law(with_counterfeit(breaks)).verdict is Verdict.INCONCLUSIVE


def test_a_refutation_does_not_shrink_into_an_input_on_which_the_law_raises() -> None:
    @law(**W, k=st.integers(0, 99), on=[FLOATS])
    def breaks_where_it_is_small(w: Any, k: Any) -> Any:
        if 0 < k < 50:
            raise RuntimeError("too small")
        return equal(w, 2 * w if k else w)

    reports = [check_law(breaks_where_it_is_small, seed=seed).evidence[0] for seed in range(8)]
    refuted = [e for e in reports if e.verdict is Verdict.REFUTED]
    assert refuted
    assert len(refuted) < len(reports)
    assert all(e.witness is not None and e.witness.inputs["k"] == 50 for e in refuted)
    assert all(e.witness is not None and e.witness.inputs["k"] == 1 for e in reports if e not in refuted)


@pytest.mark.parametrize("error", [TypeError, AttributeError, ValueError, ZeroDivisionError, ArgumentError])
def test_an_error_on_floats_is_told_whatever_its_type(error: type[Exception]) -> None:
    @law(**W, on=[FLOATS])
    def breaks(w: Any) -> Any:
        raise error("no good")

    report = check_law(with_counterfeit(breaks))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert f"raised {error.__name__}: no good" in report.note


def test_a_law_cannot_overwrite_its_inputs() -> None:
    @law(**W, on=[FLOATS])
    def overwrites(w: Any) -> Any:
        w *= 2
        return equal(w, w)

    report = check_law(with_counterfeit(overwrites))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "raised ValueError: output array is read-only" in report.note


def test_an_undecided_law_does_not_hold() -> None:
    @law(**W)
    def undecided(w: Any) -> Any:
        raise Undecided("which branch it is")

    report = check_law(with_counterfeit(undecided))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert all("which branch it is" in e.note for e in report.evidence)


def test_one_undecided_case_among_many_that_pass_is_enough() -> None:
    @law(**W, k=st.integers(0, 9))
    def now_and_then(w: Any, k: Any) -> Any:
        if k == 7:
            raise Undecided("what seven is")
        return equal(w, w)

    report = check_law(with_counterfeit(now_and_then))
    assert report.verdict is Verdict.INCONCLUSIVE
    (floats,) = (e for e in report.evidence if e.kind == FLOATS)
    assert floats.verdict is Verdict.INCONCLUSIVE
    assert floats.cases > 0
    assert "cases undecided: what seven is (test_undecided.py, line " in floats.note


def test_a_straddling_branch_is_undecided_and_never_taken() -> None:
    @law(**W, on=[BALLS])
    def branches(w: Any) -> Any:
        xp = namespace(w)
        wide = w - w + (arb(0, 1) if xp is not np else 0)
        return equal(xp.where(xp.greater(wide, 0), w, -w), w)

    assert check_law(with_counterfeit(branches)).verdict is Verdict.INCONCLUSIVE


class _Odd(BaseException):
    def __str__(self) -> str:
        raise ValueError("no text")


def leave_by_exit(w: Any) -> Any:
    sys.exit(0)


def leave_at_once(w: Any) -> Any:
    os._exit(0)


def leave_as_a_generator(w: Any) -> Any:
    raise GeneratorExit


def leave_by_something_else(w: Any) -> Any:
    raise _Odd


@pytest.mark.parametrize(
    "leave", [leave_by_exit, leave_at_once, leave_as_a_generator, leave_by_something_else], ids=lambda f: f.__name__
)
def test_no_law_and_no_domain_leaves_without_a_verdict(leave: Any) -> None:
    report = check_law(law(**W)(leave))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "raised" in report.note
    domain = Domain(floats=lambda _: leave(0))
    report = check_law(law(w=domain)(lambda w: equal(w, w)))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "the domain of 'w' raised" in report.note


def test_a_domain_that_hypothesis_refuses_costs_its_own_law() -> None:
    report = check_law(law(k=st.integers(5, 0))(lambda k: equal(k, k)))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "Hypothesis refuses the domains" in report.note


def test_softmax_written_naively_is_a_finding_at_large_inputs() -> None:
    def sums_to_one(w: Any) -> Any:
        xp = namespace(w)
        return equal(xp.sum(xp.exp(w) / xp.sum(xp.exp(w))), 1)

    report = check_law(law(w=st.just(np.array([1e15] * 3)))(sums_to_one))
    assert report.verdict is Verdict.INCONCLUSIVE
    (found,) = (e for e in report.evidence if e.kind == FLOATS)
    assert "in sums_to_one)" in found.note
    assert found.witness is not None


@pytest.mark.parametrize("seed", range(2))
def test_where_the_logarithm_has_no_value_the_rest_decides(seed: int) -> None:
    def returns(w: Any, z: Any) -> Any:  # opposite points are drawn, which no enclosure tells from those around them
        psi = PSIQuotient(Layout.of([2, 2]))
        return equal(psi.dist(psi.exp(w, psi.log(w, z)), z) + 1, 1)

    made = law(w=points([2, 2]), z=points([2, 2]))(returns)
    made.counterfeit(lambda w, z: equal(0, 1))
    assert check_law(made, seed=seed).verdict is Verdict.HOLDS


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_law_that_changes_by_itself_is_not_refuted_by_what_changes(share: float, seed: int) -> None:
    """At x = 1 it may be false each time, but never by as much."""

    @law(x=st.floats(0, 1))
    def noisy(x: Any) -> Any:
        return at_most(share * x + np.random.default_rng().random(), 1)

    report = check_law(with_counterfeit_of_x(noisy), seed=seed)
    assert report.verdict is Verdict.INCONCLUSIVE


def with_counterfeit_of_x(made: Any) -> Any:
    made.counterfeit(lambda x: equal(x, x + 1))
    return made


@pytest.mark.parametrize("domain", [st.randoms(), st.data()])
def test_an_input_that_draws_while_a_law_runs_is_refused_in_a_sentence(domain: Any) -> None:
    report = check_law(with_counterfeit_of_x(law(x=domain, on=[FLOATS])(lambda x: equal(0, 0))))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "the input 'x' draws while the law runs" in report.note


def test_thousands_of_bytes_are_drawn() -> None:
    made = law(x=st.binary(min_size=10_000, max_size=10_000))(lambda x: equal(len(x), 10_000))
    made.counterfeit(lambda x: equal(len(x), 9_999))
    assert check_law(made).verdict is Verdict.HOLDS
