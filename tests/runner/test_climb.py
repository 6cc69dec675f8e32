"""A climb in its parts: cases drawn again, what is tried in place of a choice, ratios, and how long it goes on."""

from __future__ import annotations

import cProfile
import gc
import math
import sys
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.checking import at_most, equal, vacuous
from psitheory.runner.judging.outcome import Case, Outcome
from psitheory.runner.searching.climb import CLEARLY, SHARES, Climb, Enough, _inside, _span, ascend, others
from psitheory.runner.searching.nudges import nudge, nudged
from psitheory.runner.searching.redraw import (
    CALLS,
    LARGEST_RANGE,
    is_small,
    largest_ratio,
    nodes,
    redrawn,
    right_size,
    work,
)

DRAWING = st.tuples(st.integers(0, 20), st.floats(-4, 4)).map(lambda drawn: dict(zip("nx", drawn, strict=True)))


def node(value: Any, low: Any, high: Any, kind: str = "integer") -> Any:
    return SimpleNamespace(type=kind, value=value, constraints={"min_value": low, "max_value": high})


def passes(_: Any) -> Outcome:
    return Outcome("passed")


# -- one case again ---------------------------------------------------------------------------------


@given(n=st.integers(0, 20), x=st.floats(-4, 4))
def test_the_same_choices_draw_the_same_case(n: int, x: float) -> None:
    assert redrawn(DRAWING, (n, x)) == {"n": n, "x": x}
    assert [(one.type, one.value) for one in nodes(DRAWING, (n, x))] == [("integer", n), ("float", x)]


def test_choices_that_do_not_fit_draw_nothing() -> None:
    assert redrawn(DRAWING, (3,)) is None
    assert list(nodes(DRAWING, (3,))) == []
    assert redrawn(st.just({"x": 1}).filter(lambda _: False), ()) is None


# -- ratios -----------------------------------------------------------------------------------------


def ratio(left: Any, right: Any, floor: float = 0.0) -> float:
    return largest_ratio(lambda: at_most(np.array(left), np.array(right)), {}, floor)


def test_the_ratio_is_the_largest_of_all_entries() -> None:
    assert ratio([1.0, 3.0, -8.0], [2.0, 4.0, 4.0]) == 0.75
    assert right_size(lambda: at_most(np.ones(2), np.array([2.0, -4.0])), {}) == 4


def test_where_the_right_side_is_not_positive_the_excess_is_a_share() -> None:
    assert ratio([-1.0], [-3.0]) == 1 + 2 / 4
    assert ratio([-3.0], [-1.0]) == 1 - 2 / 4
    assert ratio([2.0], [0.0]) == 2
    assert ratio([0.0], [0.0]) == -math.inf


def test_where_the_left_side_is_zero_the_ratio_grows_as_the_right_one_falls() -> None:
    assert [ratio([0.0], [right]) for right in (3.0, 1.0, 0.25)] == [-0.75, -0.5, -0.2]
    assert ratio([0.0], [-1e-9]) > 1
    assert ratio([0.0], [1e-9]) < ratio([1e-300], [1.0])  # what vanishes by rounding is no larger than what does not
    assert ratio([0.0, 1.0], [1e-3, 2.0]) == 0.5


def test_rounding_and_what_is_no_number_say_nothing() -> None:
    assert ratio([1.0, 1.0], [2.0, 1e-9], floor=1e-7) == 0.5
    assert ratio([1.0, 1.0], [2.0, 1e-7], floor=1e-7) == 1e7
    assert ratio([math.nan, math.inf, 1.0], [1.0, 1.0, 4.0]) == 0.25


def raises() -> Any:
    raise ValueError


@pytest.mark.parametrize("law", [lambda: equal(1.0, 1.0), lambda: vacuous("nothing"), raises])
def test_what_claims_no_inequality_has_no_ratio(law: Any) -> None:
    assert largest_ratio(law, {}) == -math.inf
    assert right_size(law, {}) == 0
    assert largest_ratio(law, None) == -math.inf


def test_work_is_counted_alike_each_time_and_leaves_no_trace() -> None:
    def made() -> Case:
        return lambda n, x: at_most(sum(abs(x) for _ in range(n)), 100.0)

    law = made()
    little, more = (work(DRAWING, law, (n, 0.5)) for n in (1, 20))
    assert little == work(DRAWING, law, (1, 0.5)) == work(DRAWING, made(), (1, 0.5))
    assert more >= little + 2 * 19
    assert work(DRAWING, lambda n, x: at_most(sum(abs(x) for _ in range(CALLS)), 1.0), (1, 0.5)) == CALLS + 1
    assert gc.isenabled()
    assert sys.getprofile() is None


def test_work_is_counted_inside_a_profile_which_goes_on() -> None:
    def law(n: int, x: float) -> Any:
        return at_most(abs(x), 100.0)

    profile = cProfile.Profile()
    with profile:
        assert work(DRAWING, law, (1, 0.5)) > 0
        math.lgamma(2.0)
    assert any("lgamma" in str(entry.code) for entry in profile.getstats())
    assert sys.getprofile() is None


# -- whole numbers ----------------------------------------------------------------------------------


def test_ends_come_first_then_neighbours_and_the_double_inside_the_range() -> None:
    assert others(node(5, 0, 20)) == [20, 0, 6, 4, 10]
    assert others(node(0, 0, 20)) == [20, 0, 1]
    assert others(node(12, 3, 20)) == [20, 3, 13, 11]


def test_a_seed_has_no_neighbours() -> None:
    seed = node(5, 0, LARGEST_RANGE + 1)
    assert others(seed) == [0]
    assert not is_small(seed)
    assert is_small(node(5, 1, LARGEST_RANGE + 1))
    assert not is_small(node(5, 5, 5))
    assert others(node(5, None, 9)) == others(node(0.5, 0.0, 1.0, "float")) == []
    assert not is_small(node(0.5, 0.0, 1.0, "float"))
    assert not is_small(node(5, 0, None))


# -- real numbers -----------------------------------------------------------------------------------


def test_real_numbers_move_by_their_own_size_and_stay_inside() -> None:
    assert _span(node(0.5, -4.0, 4.0, "float")) == 1
    assert _span(node(3.0, -8.0, 8.0, "float")) == 3
    assert _span(node(3.0, 0.0, 0.5, "float")) == 0.25
    assert _span(node(5.0, 2.0, 4.0, "float")) == 1
    assert _span(node(-7.0, -math.inf, math.inf, "float")) == 7
    assert [_inside(node(0.0, -1.0, 2.0, "float"), x) for x in (-3.0, 0.5, 3.0)] == [-1, 0.5, 2]


# -- the climb --------------------------------------------------------------------------------------


def test_rounding_is_a_share_of_the_right_side() -> None:
    climb = Climb(DRAWING, lambda n, x: at_most(x, 8.0), passes, 5)
    with suppress(Enough):
        ascend(climb, (1, 0.5), whole=False)
    assert climb.floor == pytest.approx(8e-7)


def test_a_climb_that_gains_nothing_ends_with_its_first_share() -> None:
    climb = Climb(DRAWING, lambda n, x: at_most(1.0, 2.0), passes, 5)
    with suppress(Enough):
        for _ in range(99):
            climb.at((1, 0.0))
    assert climb.evaluations == 10  # the first share gained what it found at all
    assert climb.best == (0.5, (1, 0.0), ())


def test_a_climb_that_still_rises_is_given_all_of_its_shares() -> None:
    climb = Climb(DRAWING, lambda n, x: at_most(x, 8.0), passes, 5)
    with suppress(Enough):
        for k in range(99):
            climb.at((1, 0.04 * (k + 1)))
    assert climb.evaluations == 5 * SHARES


def test_an_excess_is_judged_and_judged_again_where_it_has_doubled() -> None:
    judged: list[float] = []

    def note(inputs: Any) -> Outcome:
        judged.append(inputs["x"])
        return Outcome("failed" if inputs["x"] > 3 else "undecided")

    climb = Climb(DRAWING, lambda n, x: at_most(1 + x, 1.0), note, 50)
    for x in (-1.0, CLEARLY / 2, 0.5, 0.75, 1.0, 1.5):
        climb.at((1, x))
    assert judged == [0.5, 1.5]
    with pytest.raises(Enough):
        climb.at((1, 3.5))
    assert climb.broken is not None
    assert climb.broken[0] == {"n": 1, "x": 3.5}


@pytest.mark.parametrize("whole", [False, True])
def test_a_climb_finds_the_peak_of_whole_and_real_numbers(whole: bool) -> None:
    climb = Climb(DRAWING, lambda n, x: at_most(1.0, 1 + (n - 13) ** 2 + (x - 1.7) ** 2), passes, 400)
    with suppress(Enough):
        ascend(climb, (2, -3.0), whole=whole)
    _, (n, x), _ = climb.best
    assert n == (13 if whole else 2)
    assert x == pytest.approx(1.7, abs=1e-3)


def test_a_start_that_draws_nothing_is_left() -> None:
    climb = Climb(DRAWING, lambda n, x: at_most(1.0, 2.0), passes, 5)
    ascend(climb, (1,), whole=True)
    assert climb.evaluations == 0


PEAK = 2.0**-30
"""Far below what a climb would take for zero if it compared ratios and not their logarithms."""


@pytest.mark.parametrize("d", [1, 6])
def test_a_slope_leads_in_few_cases_to_a_peak_however_low(d: int) -> None:
    drawing = st.tuples(*[st.floats(-4, 4)] * d).map(lambda drawn: {"x": np.array(drawn)})
    climb = Climb(drawing, lambda x: at_most(PEAK * np.exp(-np.sum((x - 1.25) ** 2)), 1.0), passes, 80, shares=1)
    with suppress(Enough):
        ascend(climb, (0.0,) * d, whole=True)
    assert climb.best[0] == pytest.approx(PEAK, rel=1e-5)


def test_nudges_are_moved_as_what_was_chosen_is() -> None:
    @st.composite
    def moved(draw: Any) -> dict[str, Any]:
        return {"x": draw(st.floats(-4, 4)), "y": nudge((2,))}

    climb = Climb(moved(), lambda x, y: at_most(1.0, 1 + (x - 0.5) ** 2 + np.sum((y + 0.25) ** 2)), passes, 400)
    with suppress(Enough):
        ascend(climb, (0.0,), whole=True)
    _, (x,), (y, z) = climb.best
    assert [x, y, z] == pytest.approx([0.5, -0.25, -0.25], abs=1e-3)


@given(st.floats(allow_nan=False))
def test_however_far_a_slope_leads_exponentials_of_nudges_are_numbers(far: float) -> None:
    with nudged([far]):
        assert 0 < math.exp(nudge()) < math.inf


def test_many_whole_numbers_leave_a_share_to_the_real_one() -> None:
    drawing = st.tuples(st.floats(0, 1), *[st.integers(0, 20)] * 12).map(lambda drawn: {"x": drawn[0]})
    climb = Climb(drawing, lambda x: at_most(x, 1), passes, budget=20)
    with suppress(Enough):
        ascend(climb, (0.25, *[3] * 12), whole=True)
    assert climb.best[0] > 0.9
    assert climb.evaluations <= 4 * 20
