"""The worst case of an inequality: found inside the domains, told with its place, and never by floats alone."""

from __future__ import annotations

import math
import random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from psitheory.arithmetic import dot, namespace
from psitheory.checking import FLOATS, Law, Verdict, at_most, equal, law
from psitheory.runner import check_law, replay
from psitheory.runner.code.watch import Watched
from psitheory.runner.domain import inputs
from psitheory.runner.judging.outcome import Outcome
from psitheory.runner.searching.nudges import nudge, nudged
from psitheory.runner.searching.redraw import redrawn, work
from psitheory.runner.searching.worst import PATIENCE, patience, worst_case
from psitheory.strategies import ratios, vectors


def seen_to_fail(made: Law) -> Law:
    @made.counterfeit
    def nothing(x: Any) -> Any:
        return equal(x, x + 1)

    return made


def test_a_peak_that_no_random_case_meets_is_climbed_to() -> None:
    @law(x=st.floats(0, 1))
    def below_its_peak(x: Any) -> Any:
        return at_most(2, 1 + (1000 * x - 345) ** 2 + 0 * x)

    (floats,) = (e for e in check_law(below_its_peak).evidence if e.kind == FLOATS)
    assert floats.verdict is Verdict.REFUTED
    assert floats.witness is not None
    assert replay(below_its_peak, floats.witness.inputs, FLOATS).status == "failed"
    x = float.fromhex(floats.witness.inputs["x"]["float"])
    assert x == round(x, 4)  # as coarse as it breaks the law: anything within 0.001 of the peak does


def test_a_bound_that_is_met_holds_and_its_largest_ratio_is_told_with_its_place() -> None:
    @law(x=st.floats(0, 1))
    def at_its_peak(x: Any) -> Any:
        return at_most(4 * x * (1 - x), 1)

    report = check_law(seen_to_fail(at_its_peak))
    (floats,) = (e for e in report.evidence if e.kind == FLOATS)
    assert report.verdict is Verdict.HOLDS
    assert floats.worst == pytest.approx(1, abs=1e-6)
    assert floats.sought > 0
    assert floats.at is not None
    assert 0.49 < float.fromhex(floats.at.inputs["x"]["float"]) < 0.51


@pytest.mark.parametrize("seed", range(3))
def test_what_is_claimed_not_to_be_negative_is_made_small(seed: int) -> None:
    @law(x=ratios(-3, 3), y=ratios(-3, 3), on=[FLOATS])
    def is_not_negative(x: Any, y: Any) -> Any:  # it is negative within 0.04 of (√2, 1)
        return at_most(0, (x * x - 2) ** 2 + (y - 1) ** 2 - x / 1000)

    assert check_law(is_not_negative, seed=seed).verdict is Verdict.REFUTED


def test_a_climb_stays_inside_the_domain() -> None:
    met: list[float] = []
    note = met.append  # a law that names a list which it changes would be told so

    @law(x=ratios(0, 2), on=[FLOATS])
    def grows(x: Any) -> Any:
        note(float(x) if isinstance(x, float) else 1.0)
        return at_most(x, 2)

    assert check_law(seen_to_fail(grows)).verdict is Verdict.HOLDS
    assert 1.99 < max(met) < 2
    assert min(met) > 0


def test_a_tight_law_is_tightened_by_one_percent_and_refuted_by_a_climb() -> None:
    @law(x=vectors([3]), tight=True)
    def the_mean_of_squares(x: Any) -> Any:
        return at_most(2 * x[0] * x[1], x[0] * x[0] + x[1] * x[1] + (x[2] - 1) * (x[2] - 1))

    report = check_law(seen_to_fail(the_mean_of_squares))
    assert report.verdict is Verdict.HOLDS, report.note


def test_nudges_are_zero_but_in_a_search() -> None:
    assert nudge() == 0
    with nudged([1.0, 2.0, 3.0]) as tape:
        assert nudge((2,)).tolist() == [1, 2]
        assert nudge((2,)).tolist() == [3, 0]
        assert tape.used == 4
    assert not np.any(nudge((3,)))


# -- what a law does beside --------------------------------------------------------------------------


def test_a_branch_counts_as_run_in_whatever_arithmetic_ran_it() -> None:
    def signs(x: Any) -> Any:
        return 1 if x > 0 else -1

    watched = Watched(signs)
    assert watched(x=1) == 1
    assert watched.gap().startswith("no case ran a branch of it (test_worst.py, line ")
    assert watched(x=-1) == -1
    assert watched.gap() == ""


def test_a_branch_that_claims_nothing_need_not_run() -> None:
    from psitheory import vacuous

    def guarded(x: Any) -> Any:
        if x == 0:
            return vacuous("x is zero")
        if x is None:
            raise ValueError("no number")
        return equal(dot(np.array([x]), np.array([x])), x * x)

    watched = Watched(guarded)
    watched(x=2)
    assert watched.gap() == ""


def test_what_is_claimed_where_an_exception_is_caught_is_a_branch() -> None:
    def caught(x: Any) -> Any:
        try:
            return equal(1 / x * x, 1)
        except ZeroDivisionError:
            return equal(x, 0)

    def caught_whatever(x: Any) -> Any:
        try:
            return equal(1 / x * x, 1)
        except:  # noqa: E722
            return equal(x, 1)

    for law_function in (caught, caught_whatever):
        watched = Watched(law_function)
        watched(x=2)
        assert watched.gap().startswith("no case ran a branch of it (test_worst.py, line ")
        watched(x=0)
        assert watched.gap() == ""


def test_what_claims_nothing_where_an_exception_is_caught_need_not_run() -> None:
    from psitheory import vacuous

    def sets_aside(x: Any) -> Any:
        try:
            return equal(1 / x * x, 1)
        except ZeroDivisionError:
            return vacuous("x is zero")

    def raises(x: Any) -> Any:
        try:
            return equal(1 / x * x, 1)
        except ZeroDivisionError as error:
            raise ValueError("x is zero") from error

    def within(x: Any) -> Any:
        with np.errstate(all="ignore"):
            return equal(x, x)

    def after(x: Any) -> Any:
        for _ in range(2):
            with np.errstate(all="ignore"):
                y = x
        return y

    def cleans_up(x: Any) -> Any:
        try:
            return equal(x, x)
        finally:
            len("")

    for law_function in (sets_aside, raises, within, after, cleans_up):
        watched = Watched(law_function)
        watched(x=2)
        assert watched.gap() == "", law_function


def test_a_watched_law_says_what_it_said() -> None:
    @law(x=st.floats(0, 1))
    def positive(x: Any) -> Any:
        """A number is positive."""
        return at_most(0, x)

    assert check_law(positive).says == positive.says == "A number is positive."


def test_state_that_changes_and_chance_are_told() -> None:
    calls: list[int] = []

    def counts(x: Any) -> Any:
        calls.append(1)
        return namespace(x)

    def draws(x: Any) -> Any:
        return x + np.random.rand()  # noqa: NPY002

    for function, sentence in ((counts, "it changes calls"), (draws, "random numbers from a global generator")):
        watched = Watched(function)
        watched(x=1.0)
        assert sentence in watched.gap()


def test_what_a_library_draws_as_it_is_imported_is_no_chance_of_a_law(tmp_path: Path, monkeypatch: Any) -> None:
    (tmp_path / "a_library_that_draws.py").write_text("import random\nrandom.random()\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    def imports(x: Any) -> Any:
        import a_library_that_draws  # type: ignore[import-not-found]

        return x if a_library_that_draws else -x

    def draws_too(x: Any) -> Any:
        return imports(x) + random.random()

    for function, sentence in ((imports, ""), (draws_too, "random numbers from a global generator")):
        sys.modules.pop("a_library_that_draws", None)
        watched = Watched(function)
        watched(x=1.0)
        watched(x=2.0)
        assert sentence in watched.strange
        assert bool(watched.strange) == bool(sentence)


# -- how long is climbed ------------------------------------------------------------------------------


def test_a_law_whose_cases_cost_little_is_climbed_longer_by_work_that_is_counted() -> None:
    def cheap(x: Any) -> Any:
        return at_most(x, 1)

    def dear(x: Any) -> Any:
        return at_most(sum(abs(x) for _ in range(30_000)) / 30_000, 1)

    drawn = inputs({"x": st.floats(0, 1)}, FLOATS)
    start = (0, 0.5)
    assert redrawn(drawn, start) == {"x": 0.5}
    assert patience(drawn, cheap, [start]) == PATIENCE
    assert patience(drawn, dear, [start]) == 1
    assert work(drawn, cheap, start) == work(drawn, cheap, start)


@pytest.mark.parametrize("size", [2, 8, 20])
def test_a_bound_that_many_entries_break_together_is_broken(size: int) -> None:
    @law(x=vectors([size]), on=[FLOATS])
    def sums_are_short(x: Any) -> Any:
        return at_most(100 * sum(x) * sum(x), 99 * size * dot(x, x))

    assert check_law(seen_to_fail(sums_are_short)).verdict is Verdict.REFUTED


@pytest.mark.parametrize("border", [0.0, 1.0, 2.5, -3.9, 9.0])
def test_where_a_climb_ends_in_rounding_the_best_case_on_the_way_is_told(border: float) -> None:
    """Ratios rise with x, but beyond a border both sides are rounding, with no ratio, or a small one."""
    seen: list[float] = []

    def law(x: float) -> Any:
        seen.append(x)
        return at_most(math.exp(x), math.exp(4))

    def run(inputs: Any) -> Outcome:
        rounding = None if inputs["x"] < border + 0.5 else 0.0
        ratio = math.exp(inputs["x"] - 4) if inputs["x"] <= border else rounding
        return Outcome("passed", worst=ratio, relation="at most")

    drawing = st.fixed_dictionaries({"x": st.floats(-4, 4)})
    found = worst_case(drawing, law, run, [(-4.0,)], budget=100)
    assert found.inputs == {"x": max(x for x in seen if x <= border)}
    assert found.outcome == run(found.inputs)
