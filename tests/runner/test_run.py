"""From laws to verdicts: what holds, what is refuted, and in which arithmetics."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from psitheory.arithmetic import dot, namespace
from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    FORMAL,
    POWERS_OF_TWO,
    RATIONALS,
    SYMBOLS,
    Grade,
    LawReport,
    Report,
    Verdict,
    at_most,
    equal,
    law,
    theorem,
)
from psitheory.layout import Layout
from psitheory.report.terminal import text
from psitheory.runner import EFFORTS, check_law, check_theorem, replay
from psitheory.strategies import points, psi_models, quotients, rescalings, step_sizes, vectors
from tests.runner.small_laws import LAYOUT, W, kinds, with_counterfeit

# -- the three verdicts --------------------------------------------------------------------------------


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
    assert cases == {kind: EFFORTS["quick"].cases[kind] for kind in cases}


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


# -- where a law can run -------------------------------------------------------------------------------


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


# -- jets ----------------------------------------------------------------------------------------------


def test_a_jet_never_proves_what_it_cannot_know() -> None:
    @law(model=psi_models(), w=points("model"), on=[SYMBOLS, RATIONALS])
    def the_gradient_is_even(model: Any, w: Any) -> Any:
        return equal(model.evaluate(-w).gradient, model.evaluate(w).gradient)

    report = check_law(the_gradient_is_even)
    symbols, rationals = report.evidence
    assert symbols.verdict is Verdict.INCONCLUSIVE
    assert symbols.note.startswith("w is not in the class of this jet; a jet knows the function at one class only")
    assert rationals.verdict is not Verdict.HOLDS


# -- dimensions, branches and numbers --------------------------------------------------------------------


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


@pytest.mark.parametrize("z", [np.array([1, 2], np.float32), np.array([1.5e308] * 2)])
def test_rationals_take_every_float(z: Any) -> None:
    report = check_law(law(w=st.just(z))(lambda w: equal(w[0] + w[1], w[1] + w[0])))
    assert kinds(report)[RATIONALS] is Verdict.HOLDS


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


def test_what_is_refuted_outside_the_scope_of_a_proof_is_not_proved() -> None:
    made = theorem("T", "no two are orthogonal", statement="T")

    @made.law(psi=quotients(), w=points("psi"), x=vectors("psi"))
    def none_is_orthogonal(psi: Any, w: Any, x: Any) -> Any:
        return equal(2 * w if dot(w, x) == 0 else w, w)

    report = Report((check_theorem(made),), "quick", 0, 1.0)
    law = report.claims[0].laws[0]
    formal = next(e for e in law.evidence if e.kind == FORMAL)
    assert (law.verdict, law.proof, law.grade, formal.proof) == (Verdict.REFUTED, "", None, "")
    assert formal.within.startswith("in every dimension, for 1 and 2 blocks")
    assert "where ⟨" in formal.within
    assert "in every dimension" not in law.scope
    shown = "true in every dimension, for 1 and 2 blocks with and without free parameters, where ⟨"
    assert f"formal vectors: no proof of the law: {shown}" in text(report)
    assert shown in json.dumps(report.to_dict(), ensure_ascii=False)
