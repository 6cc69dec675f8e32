"""Counterfeits: what refutes them, and how they differ from their law."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, Verdict, at_most, equal, law
from psitheory.models import Rayleigh
from psitheory.runner import check_law
from psitheory.strategies import points, vectors
from tests.runner.small_laws import LAYOUT, W, with_counterfeit


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


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("rare", [397, 4211])
def test_a_counterfeit_that_is_false_of_one_number_of_few_is_refuted(rare: int, seed: int) -> None:
    made = law(n=st.integers(0, 5000))(lambda n: equal(n, n))
    made.counterfeit(lambda n: equal(int(n * n + rare * rare == 2 * n * rare), 0))
    assert check_law(made, seed=seed).verdict is Verdict.HOLDS


def test_a_counterfeit_that_is_true_of_all_of_few_survives() -> None:
    made = law(n=st.integers(0, 5000))(lambda n: equal(n, n))
    made.counterfeit(lambda n: equal(n + n, 2 * n))
    assert check_law(made).verdict is Verdict.INCONCLUSIVE
