"""From laws to verdicts: what holds, what is refuted, and everything that must stay inconclusive."""

from __future__ import annotations

import inspect
import json
import os
import pickle
import sys
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS as RATIONAL_ARRAYS
from psitheory.arithmetic import namespace
from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    FORMAL,
    POWERS_OF_TWO,
    RATIONALS,
    SYMBOLS,
    Grade,
    Law,
    LawReport,
    Report,
    Verdict,
    at_most,
    equal,
    law,
    theorem,
    vacuous,
)
from psitheory.errors import ArgumentError, ArgumentTypeError, Undecided
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models import Rayleigh
from psitheory.runner import EFFORTS, Domain, check_law, check_theorem, replay, search
from psitheory.runner.effort import EXAMPLE
from psitheory.strategies import points, psi_models, quotients, rescalings, step_sizes, vectors
from tests.clocks import half_a_second_a_case

LAYOUT = Layout.of([2])
W = {"w": points(LAYOUT)}


def with_counterfeit(made: Law) -> Law:
    """Attach the counterfeit that w is zero."""

    def w_is_zero(**inputs: Any) -> Any:
        return equal(inputs["w"], 0)

    w_is_zero.__signature__ = inspect.signature(made.function)  # type: ignore[attr-defined]
    made.counterfeit(w_is_zero)
    return made


def kinds(report: LawReport) -> dict[str, Verdict]:
    return {e.kind: e.verdict for e in report.evidence}


# -- the three verdicts ---------------------------------------------------------------------------------


def test_a_true_law_with_a_counterfeit_holds_and_is_as_firm_as_its_best_evidence() -> None:
    @law(**W, a=rescalings(LAYOUT), dimension="in the plane")
    def norms_scale(w: Any, a: Any) -> Any:
        return equal(LAYOUT.dots(LAYOUT.scale(a, w), w), a * LAYOUT.dots(w, w))

    report = check_law(with_counterfeit(norms_scale))
    assert report.verdict is Verdict.HOLDS
    assert report.grade is Grade.PROVED
    assert kinds(report) == dict.fromkeys((FORMAL, SYMBOLS, RATIONALS, POWERS_OF_TWO, BALLS, FLOATS), Verdict.HOLDS)
    assert report.note == ""
    cases = {e.kind: e.cases for e in report.evidence}
    assert cases == {FORMAL: 1, SYMBOLS: 1, RATIONALS: 20, POWERS_OF_TWO: 50, BALLS: 15, FLOATS: 50}


def test_a_false_law_is_refuted_by_a_small_witness_that_replays() -> None:
    @law(**W, a=rescalings(LAYOUT))
    def norms_do_not_scale(w: Any, a: Any) -> Any:
        return equal(LAYOUT.dots(LAYOUT.scale(a, w), w), LAYOUT.dots(w, w))

    report = check_law(norms_do_not_scale)
    assert report.verdict is Verdict.REFUTED
    assert report.grade is None
    for evidence in report.evidence:
        assert evidence.verdict is Verdict.REFUTED
        assert evidence.witness is not None
        if evidence.kind == SYMBOLS:
            continue
        assert evidence.witness.shown["w"] in ("[1. 0.]", "[1, 0]")
        assert evidence.witness.shown["a"] in ("[2.]", "[1/2]")
        data = json.loads(json.dumps(evidence.witness.inputs))
        assert replay(norms_do_not_scale, data, evidence.kind).status == "failed"


def test_a_law_without_a_counterfeit_does_not_hold() -> None:
    @law(**W)
    def true(w: Any) -> Any:
        return equal(w, w)

    report = check_law(true)
    assert set(kinds(report).values()) == {Verdict.HOLDS}
    assert report.verdict is Verdict.INCONCLUSIVE
    assert report.note == "it has no counterfeit, and a check that was never seen to fail does not hold"


def test_a_law_whose_counterfeit_survives_does_not_hold() -> None:
    @law(**W)
    def true(w: Any) -> Any:
        return equal(w, w)

    @true.counterfeit
    def just_as_true(w: Any) -> Any:
        """Doubling is adding."""
        return equal(2 * w, w + w)

    report = check_law(true)
    assert report.verdict is Verdict.INCONCLUSIVE
    (counterfeit,) = report.counterfeits
    assert (counterfeit.verdict, counterfeit.witness) == (Verdict.INCONCLUSIVE, None)
    assert counterfeit.says == "Doubling is adding."
    assert counterfeit.note == "rationals: survived; balls: survived; floats: survived"
    assert report.note.startswith("its counterfeit 'just_as_true' was not refuted")


def test_one_surviving_counterfeit_among_many_is_enough() -> None:
    @law(**W)
    def true(w: Any) -> Any:
        return equal(w, w)

    with_counterfeit(true)

    @true.counterfeit
    def just_as_true(w: Any) -> Any:
        return equal(w, w)

    assert check_law(true).verdict is Verdict.INCONCLUSIVE


# -- vacuous, raising, undecided ---------------------------------------------------------------------------


def test_a_vacuous_law_does_not_hold() -> None:
    @law(**W)
    def nothing_moves(w: Any) -> Any:
        return vacuous("nothing moved")

    report = check_law(with_counterfeit(nothing_moves))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert {e.note for e in report.evidence if e.kind != SYMBOLS} == {"every case was vacuous"}
    assert all(e.verdict is Verdict.INCONCLUSIVE and e.cases == 0 for e in report.evidence)


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
        assert evidence.note.startswith("raised RuntimeError: the model exploded (test_run.py, line ")
        assert evidence.witness is not None
        assert evidence.witness.inputs["k"] == 11
    assert "the model exploded" in report.note


def test_a_law_that_raises_now_and_then_is_never_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    # Even where shrinking runs out of its time before Hypothesis tells of the error.
    monkeypatch.setattr("psitheory.runner.search.SHRINK_SECONDS", 0.0)

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
    assert "cases undecided: what seven is (test_run.py, line " in floats.note


def test_a_straddling_branch_is_undecided_and_never_taken() -> None:
    @law(**W, on=[BALLS])
    def branches(w: Any) -> Any:
        xp = namespace(w)
        wide = w - w + (arb(0, 1) if xp is not np else 0)
        return equal(xp.where(xp.greater(wide, 0), w, -w), w)

    assert check_law(with_counterfeit(branches)).verdict is Verdict.INCONCLUSIVE


# -- where a law can run -------------------------------------------------------------------------------------


def test_a_law_is_left_out_where_it_cannot_run_unless_it_must() -> None:
    @law(**W)
    def transcendental(w: Any) -> Any:
        xp = namespace(w)
        return equal(xp.exp(w / 2**99) * xp.exp(-w / 2**99), xp.ones_like(w))

    assert set(kinds(check_law(with_counterfeit(transcendental)))) <= {BALLS, FLOATS}
    assert check_law(transcendental).verdict is Verdict.HOLDS

    @law(**W, on=[RATIONALS, BALLS])
    def must_be_rational(w: Any) -> Any:
        return transcendental(w)

    report = check_law(with_counterfeit(must_be_rational))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert kinds(report) == {RATIONALS: Verdict.INCONCLUSIVE, BALLS: Verdict.HOLDS}
    assert "cannot run there: there is no 'exp' in the arithmetic of rationals" in report.note


def test_a_law_that_can_run_nowhere_does_not_hold() -> None:
    @law(w=points(LAYOUT), on=[RATIONALS])
    def needs_roots(w: Any) -> Any:
        return equal(namespace(w).exp(w), w)

    assert check_law(with_counterfeit(needs_roots)).verdict is Verdict.INCONCLUSIVE
    assert LawReport("empty", "", (), ()).verdict is Verdict.INCONCLUSIVE
    assert LawReport("empty", "", (), ()).note == "no evidence: no arithmetic could run it"


def test_one_refuting_kind_outranks_all_that_hold() -> None:
    @law(**W, a=rescalings(LAYOUT), on=[POWERS_OF_TWO, FLOATS])
    def thirds_commute(w: Any, a: Any) -> Any:
        return equal((a[0] * w) * np.float64(0.1) / 3, w * np.float64(0.1) * a[0] / 3 * (1 + 2.0**-52))

    found = kinds(check_law(with_counterfeit(thirds_commute)))
    assert found == {POWERS_OF_TWO: Verdict.REFUTED, FLOATS: Verdict.HOLDS}
    assert check_law(thirds_commute).verdict is Verdict.REFUTED


def test_a_float_constant_on_symbols_is_no_refutation() -> None:
    @law(**W)
    def a_tenth_and_two_tenths(w: Any) -> Any:
        return equal(0.1 * w + 0.2 * w, 3 * w / 10)

    found = kinds(check_law(with_counterfeit(a_tenth_and_two_tenths)))
    assert SYMBOLS not in found
    assert found.get(FLOATS) is Verdict.HOLDS


def test_controls_are_a_kind_of_their_own() -> None:
    @law(**W, on=[CONTROLS])
    def doubled(w: Any) -> Any:
        return equal(w + w, 2 * w)

    report = check_law(with_counterfeit(doubled))
    assert (report.verdict, report.grade) == (Verdict.HOLDS, Grade.TRIED)


# -- jets -----------------------------------------------------------------------------------------------------


def test_a_jet_never_proves_what_it_cannot_know() -> None:
    @law(model=psi_models(), w=points("model"), on=[SYMBOLS, RATIONALS])
    def the_gradient_is_even(model: Any, w: Any) -> Any:
        return equal(model.evaluate(-w).gradient, model.evaluate(w).gradient)

    report = check_law(the_gradient_is_even)
    symbols, rationals = report.evidence
    assert symbols.verdict is Verdict.INCONCLUSIVE
    assert symbols.note.startswith("w is not in the class of this jet; a jet knows the function at one class only")
    assert rationals.verdict is not Verdict.HOLDS


# -- existence -------------------------------------------------------------------------------------------------


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


# -- counterfeits -----------------------------------------------------------------------------------------------


def test_a_named_instance_refutes_what_draws_would_miss() -> None:
    @law(model=Rayleigh(np.diag([0.0, 1.0])), w=points("model"), on=[BALLS, FLOATS])
    def true(model: Any, w: Any) -> Any:
        return equal(w, w)

    @true.counterfeit(instance={"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 3.5])})
    def nobody_is_at_three_and_a_half(model: Any, w: Any) -> Any:
        return at_most(w[1] * w[1] - 7 * w[1], 100 if bool(w[1] != 3.5) else -100)

    (counterfeit,) = check_law(true).counterfeits
    assert counterfeit.verdict is Verdict.REFUTED
    assert counterfeit.witness is not None
    assert counterfeit.witness.shown["w"] == "[1.  3.5]"


def test_a_named_instance_that_refutes_nothing_is_passed_over() -> None:
    @law(**W, on=[FLOATS])
    def true(w: Any) -> Any:
        return equal(w, w)

    @true.counterfeit(instance={"w": np.array([1.0, 0.0])})
    def just_as_true(w: Any) -> Any:
        return equal(2 * w, w + w)

    @true.counterfeit(instance={"w": np.array([0.0, 0.0])})
    def w_is_zero(w: Any) -> Any:
        return equal(w, 0)

    survivor, refuted = check_law(true).counterfeits
    assert (survivor.verdict, refuted.verdict) == (Verdict.INCONCLUSIVE, Verdict.REFUTED)
    assert refuted.witness is not None
    assert refuted.witness.shown["w"] != "[0. 0.]"


def test_a_counterfeit_may_have_domains_and_kinds_of_its_own() -> None:
    @law(**W, k=1)
    def true(w: Any, k: Any) -> Any:
        return equal(k * w, w)

    @true.counterfeit(k=2, on=[FLOATS])
    def doubled(w: Any, k: Any) -> Any:
        return equal(k * w, w)

    (counterfeit,) = check_law(true).counterfeits
    assert counterfeit.verdict is Verdict.REFUTED
    assert counterfeit.witness is not None
    assert counterfeit.witness.kind == FLOATS


def test_a_counterfeit_that_raises_is_not_refuted() -> None:
    @law(**W)
    def true(w: Any) -> Any:
        return equal(w, w)

    @true.counterfeit
    def breaks(w: Any) -> Any:
        raise RuntimeError("the model exploded")

    report = check_law(true)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "raised RuntimeError: the model exploded" in report.counterfeits[0].note


# -- whole claims ------------------------------------------------------------------------------------------------


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


def test_a_law_whose_symbols_are_undecided_is_judged_by_the_rest() -> None:
    layout = Layout.of([2, 2])

    @law(w=points(layout))
    def squares_of_sums(w: Any) -> Any:
        r = layout.dots(w, w)
        return at_most((r[0] + r[1]) * (r[0] + r[1]), 3 * (r[0] * r[0] + r[1] * r[1]))

    report = check_law(with_counterfeit(squares_of_sums))
    assert (report.verdict, report.grade) == (Verdict.HOLDS, Grade.TRIED)
    assert SYMBOLS not in kinds(report)
    assert "is not decided by the assumptions" in report.untried[SYMBOLS]


def test_a_proof_in_a_fixed_dimension_is_a_case_tried_unless_the_law_is_about_that_dimension() -> None:
    def cubes(w: Any, x: Any) -> Any:  # false in dimension 4 alone would pass on symbols of [2]
        return equal((w * x) * w, w * w * x)

    for dimension, grade in (("", Grade.TRIED), ("in the plane", Grade.PROVED)):
        made = law(w=points(LAYOUT), x=vectors(LAYOUT), dimension=dimension)(cubes)
        report = check_law(with_counterfeit(made))
        assert (report.verdict, report.grade) == (Verdict.HOLDS, grade), report.note


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


@pytest.mark.parametrize("z", [np.array([1, 2], np.float32), np.array([1.5e308] * 2)])
def test_rationals_take_every_float(z: Any) -> None:
    report = check_law(law(w=st.just(z))(lambda w: equal(w[0] + w[1], w[1] + w[0])))
    assert kinds(report)[RATIONALS] is Verdict.HOLDS


def test_softmax_written_naively_is_a_finding_at_large_inputs() -> None:
    def sums_to_one(w: Any) -> Any:
        xp = namespace(w)
        return equal(xp.sum(xp.exp(w) / xp.sum(xp.exp(w))), 1)

    report = check_law(law(w=st.just(np.array([1e15] * 3)))(sums_to_one))
    assert report.verdict is Verdict.INCONCLUSIVE
    (found,) = (e for e in report.evidence if e.kind == FLOATS)
    assert "in sums_to_one)" in found.note
    assert found.witness is not None


def test_a_law_that_branches_on_an_element_is_not_proved() -> None:
    def branches(w: Any, eta: Any) -> Any:
        return equal(1 if eta - eta else 0, 1)

    report = check_law(law(**W, eta=step_sizes())(branches))
    assert not any(e.proof for e in report.evidence)
    assert "no truth value" in report.untried[SYMBOLS]


def test_a_law_is_not_about_a_dimension_that_its_domains_leave() -> None:
    @law(psi=quotients(), w=points("psi"), dimension="in the plane")
    def true(psi: Any, w: Any) -> Any:
        return equal(w + w, 2 * w)

    report = check_law(with_counterfeit(true))
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "the law is said to be about in the plane, but its domains draw" in report.note


@pytest.mark.parametrize(("bound", "verdict"), [(1, Verdict.HOLDS), (2, Verdict.INCONCLUSIVE)])
def test_a_bound_that_is_said_to_be_tight_fails_when_it_is_lowered_by_one_percent(bound: int, verdict: Verdict) -> None:
    def cauchy_schwarz(x: Any, y: Any) -> Any:
        s = [namespace(z).sum(z * z) for z in (x, y)]
        return at_most(namespace(x).sum(x * y) ** 2, bound * s[0] * s[1])

    made = law(x=vectors(LAYOUT), y=vectors(LAYOUT), tight=True)(cauchy_schwarz)

    @made.counterfeit
    def half_of_it(x: Any, y: Any) -> Any:
        s = [namespace(z).sum(z * z) for z in (x, y)]
        return at_most(2 * namespace(x).sum(x * y) ** 2, s[0] * s[1])

    report = check_law(made)
    assert report.verdict is verdict, report.note
    lowered = report.counterfeits[-1]
    assert lowered.name == "cauchy_schwarz_with_99_percent_of_the_bound"
    assert lowered.verdict is (Verdict.REFUTED if bound == 1 else Verdict.INCONCLUSIVE)


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
