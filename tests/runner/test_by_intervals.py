"""The rule of intervals, against the same rule for one entry after the other; numbers that move what is drawn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.checking import Interval, Observation, at_most, equal
from psitheory.runner.judging.by_intervals import by_intervals
from psitheory.runner.searching.nudges import nudge, nudged

ENDS = st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0, 3.0, math.inf, math.nan])
SIDES = st.lists(st.tuples(ENDS, ENDS).map(sorted), min_size=1, max_size=3)


def shown(side: list[float]) -> str:
    low, high = side
    return f"{low:g}" if low == high else f"[{low:g}, {high:g}]"


@given(SIDES, SIDES, st.sampled_from([equal, at_most]))
def test_disjoint_intervals_decide_and_overlapping_ones_do_not(left: Any, right: Any, relation: Any) -> None:
    right = (right * 3)[: len(left)]
    one, other = (Interval(*np.array(side).T) for side in (left, right))
    seen: Observation = relation(one, other)
    found = by_intervals(seen)
    broken = [
        low > ceiling or (relation is equal and high < floor)
        for (low, high), (floor, ceiling) in zip(left, right, strict=True)
    ]
    kept = [relation is at_most and high <= floor for (_, high), (floor, _) in zip(left, right, strict=True)]
    assert found.relation == seen.relation
    if any(broken):
        k = broken.index(True)
        assert (found.status, found.left, found.right) == ("failed", shown(left[k]), shown(right[k]))
    elif not all(kept):
        k = kept.index(False)
        note = f"the intervals overlap: {shown(left[k])} and {shown(right[k])}"
        assert (found.status, found.note) == ("undecided", note)
    else:
        assert (found.status, found.left, found.right) == ("passed", shown(left[0]), shown(right[0]))
        ratios = [high / floor for (_, high), (floor, _) in zip(left, right, strict=True) if floor > 0]
        unknown = not ratios or any(map(math.isnan, ratios))  # as of two that are infinite
        assert found.worst == (None if unknown else pytest.approx(max(ratios)))


def test_one_number_stands_beside_many_intervals() -> None:
    many = Interval(np.array([0.0, 1.0]), np.array([1.0, 2.0]))
    assert by_intervals(at_most(many, 2.0)).status == "passed"
    assert by_intervals(at_most(many, np.array([2.0, 0.5]))).right == "0.5"
    assert by_intervals(equal(1.0, many)).status == "undecided"
    assert by_intervals(equal(2.5, many)).left == "2.5"
    assert by_intervals(at_most(Interval(np.zeros(0), np.zeros(0)), 1.0)).status == "vacuous"


@given(st.lists(st.floats(-9, 9), max_size=6), st.lists(st.sampled_from([(), (1,), (2,), (2, 2), (0,)]), max_size=4))
def test_numbers_are_handed_out_in_order_and_zeros_after_the_last(numbers: Any, shapes: Any) -> None:
    with nudged(numbers) as tape:
        found = [nudge(shape) for shape in shapes]
    flat = [float(x) for moved in found for x in np.ravel(moved)]
    assert flat == (list(numbers) + [0.0] * len(flat))[: len(flat)]
    assert [np.shape(moved) for moved in found] == list(shapes)
    assert all(type(moved) is float for moved, shape in zip(found, shapes, strict=True) if shape == ())
    assert tape.used == len(flat)
    assert nudge() == 0.0
    assert not nudge((3,)).any()
