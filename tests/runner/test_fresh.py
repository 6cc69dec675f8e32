"""Cases that are drawn anew: different ones, the simplest first, and all of a domain that has few."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from psitheory.runner.searching.fresh import SIMPLE, fresh_cases
from psitheory.runner.searching.redraw import redrawn

NUMBERS = st.integers(-(2**40), 2**40)
TREES = st.recursive(NUMBERS, lambda parts: st.lists(parts, max_size=3), max_leaves=8)
DOMAINS: list[st.SearchStrategy[dict[str, Any]]] = [
    st.fixed_dictionaries({"x": NUMBERS, "y": st.floats(-1, 1), "s": st.text(max_size=4), "b": st.binary(max_size=4)}),
    st.fixed_dictionaries({"tree": TREES}),
    st.fixed_dictionaries({"unique": st.lists(st.floats(0, 1), unique=True, min_size=2, max_size=5)}),
    st.fixed_dictionaries({"odd": st.integers(0, 10**6).filter(lambda k: k % 2 == 1)}),
]
SEEDS = st.integers(0, 2**32)
FEW = settings(max_examples=20)  # each looks at dozens of cases


@pytest.mark.parametrize("drawing", DOMAINS)
@FEW
@given(count=st.integers(1, 60), seed=SEEDS)
def test_cases_differ_and_are_drawn_again_by_their_choices(
    drawing: st.SearchStrategy[dict[str, Any]], count: int, seed: int
) -> None:
    cases = list(fresh_cases(drawing, count, seed))
    assert len({choices for choices, _ in cases}) == len(cases) == count
    assert [repr(redrawn(drawing, choices)) for choices, _ in cases] == [repr(inputs) for _, inputs in cases]
    assert [choices for choices, _ in fresh_cases(drawing, count, seed)] == [choices for choices, _ in cases]


@FEW
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=3), seed=SEEDS)
def test_a_domain_of_few_is_tried_whole(sizes: list[int], seed: int) -> None:
    drawing = st.fixed_dictionaries({"x": st.tuples(*(st.integers(1, size) for size in sizes))})
    seen = [inputs["x"] for _, inputs in fresh_cases(drawing, 1000, seed)]
    assert sorted(seen) == sorted(itertools.product(*(range(1, size + 1) for size in sizes)))


@FEW
@given(count=st.integers(SIMPLE, 100), seed=SEEDS)
def test_the_simplest_comes_first_and_then_simple_ones(count: int, seed: int) -> None:
    drawing = st.fixed_dictionaries({"x": st.tuples(*[NUMBERS] * 12)})
    seen = [inputs["x"] for _, inputs in fresh_cases(drawing, count, seed)]
    assert not any(seen[0])
    for rich, numbers in enumerate(seen[: count // SIMPLE]):
        assert not any(numbers[rich + 1 :])


@FEW
@given(seed=SEEDS)
def test_some_repeat_a_number_or_a_stretch_of_them(seed: int) -> None:
    pairs = st.tuples(NUMBERS, NUMBERS)
    drawing = st.fixed_dictionaries({"x": st.tuples(pairs, pairs)})
    seen = [inputs["x"] for _, inputs in fresh_cases(drawing, 300, seed)]
    rich = [(one, other) for one, other in seen if 0 not in (*one, *other)]
    assert any(one == other for one, other in rich)
    assert any(len({*one, *other}) == 3 for one, other in rich)


def test_a_domain_of_nothing_yields_nothing() -> None:
    assert list(fresh_cases(st.fixed_dictionaries({"x": st.nothing()}), 10, 0)) == []
    assert list(fresh_cases(st.fixed_dictionaries({"x": NUMBERS.filter(lambda _: False)}), 10, 0)) == []
    assert list(fresh_cases(st.fixed_dictionaries({"x": st.just(3)}), 10, 0)) == [((), {"x": 3})]


def test_what_hypothesis_refuses_is_told() -> None:
    with pytest.raises(InvalidArgument):
        list(fresh_cases(st.fixed_dictionaries({"x": st.integers(2, 1)}), 10, 0))


def test_strategies_that_draw_from_themselves_without_end_are_refused() -> None:
    endless: st.SearchStrategy[Any] = st.deferred(lambda: st.tuples(endless) | endless.map(str))
    assert list(fresh_cases(st.fixed_dictionaries({"x": st.builds(list, endless)}), 3, 0)) == []
