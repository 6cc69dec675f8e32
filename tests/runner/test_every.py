"""Laws about few whole numbers are tried on all of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory import Verdict, at_most, equal, law, vacuous
from psitheory.checking import FLOATS
from psitheory.runner.domain import inputs
from psitheory.runner.judging.guard import guarded
from psitheory.runner.run import check_law
from psitheory.runner.searching import every
from psitheory.runner.searching.every import _all_choices, _whole_inputs, best_of_many, broken_among_few
from psitheory.runner.searching.redraw import nodes_from, redrawn
from psitheory.strategies import counts, layouts, ratios, vectors


def all_of(strategy: Any, most: int = 1000) -> list[Any]:
    drawing = st.fixed_dictionaries({"x": strategy})
    drawn = (redrawn(drawing, choices) for choices in _all_choices(drawing, most))
    return [inputs["x"] for inputs in drawn if inputs is not None]


@given(st.integers(-5, 5), st.integers(0, 9))
def test_all_cases_are_drawn_each_once(low: int, more: int) -> None:
    assert all_of(st.integers(low, low + more)) == list(range(low, low + more + 1))
    pairs = all_of(st.tuples(st.booleans(), st.integers(0, more)))
    assert sorted(pairs) == [(b, k) for b in (False, True) for k in range(more + 1)]
    assert len(pairs) == 2 * (more + 1)


def test_what_depends_on_what_was_drawn_before_is_drawn_too() -> None:
    below = st.integers(0, 3).flatmap(lambda n: st.integers(0, n).map(lambda k: (n, k)))
    assert sorted(all_of(below)) == [(n, k) for n in range(4) for k in range(n + 1)]
    assert len({str(layout) for layout in all_of(layouts())}) == 3 * (3 + 9 + 27)


@pytest.mark.parametrize(
    "strategy",
    [st.floats(0, 1), st.integers(), st.integers(0, 5).flatmap(lambda n: st.floats(0, n + 1)), st.integers(0, 10**5)],
    ids=["real", "infinitely many", "real at second sight", "too many"],
)
def test_nothing_is_drawn_where_there_are_too_many(strategy: Any) -> None:
    assert all_of(strategy) == []


@pytest.mark.parametrize(
    "function",
    [
        lambda x: equal(int(x == 397), 0),
        lambda x: at_most(x * int(x != 1), 511 - int(x == 511)),
        lambda x: equal(np.array([x, x]), np.array([x, x + (x == 211)])),
        lambda x: equal(1, 0) if x == 77 else vacuous("it is not 77"),
    ],
)
def test_one_case_of_many_is_found(function: Callable[..., Any]) -> None:
    drawing = st.fixed_dictionaries({"x": st.integers(0, 511)})
    broken = broken_among_few(drawing, function, guarded(FLOATS, function), 1000)
    assert broken is not None
    assert broken[0]["x"] in (397, 511, 211, 77)


def test_what_only_rounds_breaks_nothing_and_what_costs_much_is_not_tried() -> None:
    drawing = st.fixed_dictionaries({"x": st.integers(1, 100)})

    def tenths(x: Any) -> Any:
        return equal(0.1 * x + 0.2 * x, 0.3 * x)

    def slow(x: Any) -> Any:
        for k in range(30_000):
            abs(k)
        return equal(0, 1)

    assert broken_among_few(drawing, tenths, guarded(FLOATS, tenths), 1000) is None
    assert broken_among_few(drawing, slow, guarded(FLOATS, slow), 1000) is None


def test_one_case_of_ten_thousand_is_found_by_a_law_that_costs_little() -> None:
    @law(n=st.integers(0, 10_000))
    def never_there(n: Any) -> Any:
        return equal(int(n == 7919), 0)

    assert check_law(never_there).verdict is Verdict.REFUTED


def test_a_law_that_fails_for_one_number_is_refuted() -> None:
    @law(n=st.integers(0, 400))
    def never_there(n: Any) -> Any:
        return equal(int(n * n - 614 * n + 307 * 307 == 0), 0)

    @never_there.counterfeit
    def wrong(n: Any) -> Any:
        return equal(n, n + 1)

    assert check_law(never_there).verdict is Verdict.REFUTED


def test_where_not_all_are_tried_the_short_and_small_are_and_some_of_each_kind() -> None:
    pairs = all_of(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=4), most=400)
    sets = {frozenset(some) for some in pairs}
    assert {frozenset(), *(frozenset([(a, b)]) for a in range(3) for b in range(3))} <= sets
    assert {len(some) for some in sets} >= {0, 1, 2, 3}
    lists = {tuple(some) for some in all_of(st.lists(st.integers(0, 9), max_size=30), most=400)}
    assert {(a, b) for a in range(4) for b in range(4)} <= lists
    assert {len(some) for some in lists} >= set(range(6))


def test_draws_that_are_rejected_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a set of pairs most draws are those that it has already: a limit of cases alone is none of work."""
    made: list[int] = []

    def counted(*given: Any) -> Any:
        drawn = nodes_from(*given)
        made.append(len(drawn))
        return drawn

    monkeypatch.setattr(every, "nodes_from", counted)
    all_of(st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=8), most=100)
    assert sum(made[:-1]) <= every.CHOICES * 100 + made[0]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("number", [counts(1, 200), st.integers(0, 2**16)], ids=["of few", "of many"])
def test_beside_real_numbers_a_rare_whole_number_is_found(number: Any, seed: int) -> None:
    """It is one in two hundred, and a vector that is zero hides it."""

    @law(x=vectors([3]), n=number, on=[FLOATS])
    def holds_but_for_one(x: Any, n: int) -> Any:
        return equal(x * (1 + (n % 200 == 97)), x)

    assert check_law(holds_but_for_one, seed=seed).verdict is Verdict.REFUTED


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    ("domains", "claim"),
    [
        ({"d": st.dates()}, lambda d: equal(d.month == 2 and d.day > 27, False)),
        ({"x": st.floats(0, 100)}, lambda x: at_most(math.sin(x) + math.sin(math.sqrt(2) * x), 1.97)),
        (
            {"n": st.integers(1, 20), "x": st.floats(0, 1)},
            lambda n, x: vacuous("n < 3") if n < 3 else at_most(100 * n * (n - 1) * x**2 * (1 - x) ** (n - 2), 88),
        ),
        ({"n": st.integers(0, 30_000), "m": st.integers(0, 30_000)}, lambda n, m: equal(n % 8 == m % 16 == 7, False)),
    ],
    ids=["of dates", "of one peak in many", "of one number and the place of its peak", "of pairs"],
)
def test_some_are_tried_where_all_are_too_many(domains: Any, claim: Callable[..., Any], seed: int) -> None:
    assert check_law(law(**domains)(claim), seed=seed).verdict is Verdict.REFUTED


def test_choices_that_are_inputs_are_told_from_others() -> None:
    drawing = inputs({"x": vectors([3]), "k": st.integers(0, 9), "n": counts(1, 5), "y": ratios(0, 1)}, FLOATS)
    start = tuple(node.value for node in nodes_from(drawing, ()))
    assert [node.constraints["max_value"] for _, node in _whole_inputs(drawing, start)] == [9, 5]


@pytest.mark.parametrize(
    "claim",
    [
        lambda a, b, c: equal(int(a * a + b * b == c * c), 0),
        lambda a, b, c: at_most(2 * int(a**3 + b**3 == c**3 + 1 and a > 1 < b), 1),
        lambda a, b, c: equal(int(a == b == c + 5), 0),
    ],
)
def test_small_whole_numbers_in_a_relation_are_met_where_all_are_too_many(claim: Callable[..., Any]) -> None:
    drawing = inputs(dict.fromkeys("abc", st.integers(1, 200)), FLOATS, large=False)
    assert broken_among_few(drawing, claim, guarded(FLOATS, claim), 1000) is not None


def test_of_what_depends_on_what_was_drawn_before_the_smallest_are_met() -> None:
    drawing = inputs(
        {"x": st.integers(1, 50).flatmap(lambda n: st.lists(st.integers(0, n), min_size=n, max_size=n))}, FLOATS
    )

    def repeats(x: Any) -> Any:
        return equal(int(len(set(x)) == len(x) > 2), 0)

    assert broken_among_few(drawing, repeats, guarded(FLOATS, repeats), 1000) is not None


PEAKED: list[Callable[..., Any]] = [
    lambda x, y: at_most(10, 9 + sum((t - 1.37) ** 2 - 10 * math.cos(6.283 * (t - 1.37)) + 10 for t in (x, y))),
    lambda x, y: at_most(sum(1 / (c + (x - c) ** 2 + (y + c) ** 2) for c in (0.11, -3.7, 4.9) if c > 0), 9),
]


@pytest.mark.parametrize("claim", PEAKED)
@pytest.mark.parametrize("seed", range(2))
def test_the_highest_of_many_peaks_is_climbed(claim: Callable[..., Any], seed: int) -> None:
    made = law(x=st.floats(-5, 5), y=st.floats(-5, 5), on=[FLOATS])(claim)
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


def test_peaks_are_looked_for_where_all_numbers_are_bounded_and_some_real() -> None:
    def ratio(x: Any) -> Any:
        return at_most(x, 2)

    found = best_of_many(inputs({"x": st.floats(0, 1)}, FLOATS, large=False), ratio, 1000)
    values = [choices[0] for choices in found]
    assert len(values) > 1
    assert values == sorted(values, reverse=True)
    assert values[0] > 0.99
    for domain in (st.integers(0, 9), st.floats(), st.lists(st.floats(0, 1))):
        assert best_of_many(inputs({"x": domain}, FLOATS, large=False), ratio, 1000) == []
