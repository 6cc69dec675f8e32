"""Special cases: what random draws hardly meet is made of a case that was drawn, and stays inside its domains."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory import Verdict, at_most, equal
from psitheory.arithmetic import dot, namespace
from psitheory.checking import FLOATS, Law, law
from psitheory.runner import check_law
from psitheory.runner.searching.lists import FEW_VALUES, LONGEST, other_lengths
from psitheory.runner.searching.redraw import nodes, nodes_from, redrawn
from psitheory.runner.searching.special import special, special_cases, specials
from psitheory.strategies import points, quotients, vectors


def cases_of(strategy: Any, *, with_start: bool = False) -> list[Any]:
    drawing = st.fixed_dictionaries({"x": strategy})
    start = tuple(node.value for node in nodes_from(drawing, ()))
    drawn = (redrawn(drawing, choices) for choices in [*[start] * with_start, *special_cases(drawing, start)])
    return [inputs["x"] for inputs in drawn if inputs is not None]


@settings(max_examples=20)
@given(st.integers(0, 3), st.integers(0, 9))
def test_lists_are_tried_at_their_shortest_and_longest_with_equal_entries(least: int, more: int) -> None:
    one_by_one = st.lists(st.floats(1, 5), min_size=least, max_size=least + more)
    at_once = st.integers(least, least + more).flatmap(lambda n: st.lists(st.floats(1, 5), min_size=n, max_size=n))
    for strategy in (one_by_one, at_once):
        start, *others = cases_of(strategy, with_start=True)
        seen = [start, *others]
        assert {least, least + more} <= {len(x) for x in seen}
        assert all(least <= len(x) <= least + more for x in seen)
        assert all(1 <= entry <= 5 for x in seen for entry in x)
        assert any(len(set(x)) <= 1 and len(x) == least + more for x in seen)


def test_lists_without_end_and_lists_of_lists_are_lengthened_so_far() -> None:
    assert max(len(x) for x in cases_of(st.lists(st.floats(0, 1), min_size=1))) > LONGEST
    assert cases_of(st.lists(st.lists(st.integers(0, 3), max_size=3), min_size=1, max_size=3))


@given(st.integers(8, 40))
def test_all_special_ways_are_tried(count: int) -> None:
    assert set(range(count)) <= set(cases_of(special(count)))


@pytest.mark.parametrize("strategy", [st.integers(0, 20), st.integers(-3, 5), st.integers(), st.booleans()])
def test_other_numbers_are_no_special_ways(strategy: Any) -> None:
    (node,) = nodes_from(st.fixed_dictionaries({"x": strategy}), ())[-1:]
    assert not specials(node)


def stated(function: Callable[..., Any], **domains: Any) -> Law:
    made = law(**domains)(function)
    made.counterfeit(lambda w, z: equal(0, 1))
    return made


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "function",
    [
        lambda w, z: at_most(dot(w, w), 10**9 * dot(w + z, w + z)),
        lambda w, z: at_most(dot(w, w) * dot(z, z), 10**12 * dot(w, z) * dot(w, z)),
        lambda w, z: equal(int(bool(w[-1] == z[-1])) * int(bool(w[0] != z[0])), 0),
        lambda w, z: equal(int(bool(dot(w, w) * dot(z, z) == dot(w, z) * dot(w, z))), 0),
    ],
    ids=["opposite", "orthogonal", "equal in part", "parallel"],
)
def test_what_fails_in_a_special_relation_alone_is_refuted(function: Callable[..., Any], seed: int) -> None:
    found = check_law(stated(function, w=points([2, 2]), z=points([2, 2])), seed=seed)
    assert found.verdict is Verdict.REFUTED, found.note


def test_a_relation_to_the_first_of_three_is_met() -> None:
    def never_cancels(w: Any, z: Any, y: Any) -> Any:
        return equal(int(bool(dot(w + y, w + y) == 0)) * int(bool(w[0] != 0)), 0)

    made = law(w=vectors([3]), z=vectors([3]), y=vectors([3]))(never_cancels)
    assert check_law(made).verdict is Verdict.REFUTED


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "claim",
    [
        lambda x, y, z: equal(int(bool(dot(x - y, x - y) == 0 == dot(x - z, x - z))) * int(bool(x[0] != 0)), 0),
        lambda x, y, z: equal(int(bool(dot(x + y, x + y) == 0 == dot(x + z, x + z))) * int(bool(x[0] != 0)), 0),
        lambda x, y, z: equal(int(all(t < 0 for t in (*x, *y, *z))), 0),
        lambda x, y, z: at_most(400 * sum((t - sum(x) / 8) ** 2 for t in x), 99 * 8 * (max(x) - min(x)) ** 2),
        lambda x, y, z: at_most(100 * max(abs(t) for t in x), 99 * namespace(x).sqrt(dot(x, x))),
    ],
    ids=["all equal", "all opposite", "all negative", "of two values", "a basis vector"],
)
def test_what_fails_where_all_are_special_is_refuted(claim: Callable[..., Any], seed: int) -> None:
    made = law(**dict.fromkeys("xyz", vectors([8])), on=[FLOATS])(claim)
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


def _det(x: Any, y: Any, z: Any) -> Any:
    return dot(x, np.roll(y, -1) * np.roll(z, -2) - np.roll(y, -2) * np.roll(z, -1))


def _cosines(*vectors: Any) -> list[Any]:
    roots = namespace(vectors[0]).sqrt
    return [dot(a, b) / roots(dot(a, a) * dot(b, b)) for a, b in itertools.combinations(vectors, 2)]


def _areas(*vectors: Any) -> list[Any]:
    return [dot(a, a) * dot(b, b) - dot(a, b) ** 2 for a, b in itertools.combinations(vectors, 2)]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "claim",
    [
        lambda x, y, z, u: at_most(min(_areas(x, y, z)), 10**16 * _det(x, y, z) ** 2),
        lambda x, y, z, u: at_most(-33, 100 * max(_cosines(x, y, z, u))),
        lambda x, y, z, u: at_most(sum(dot(a, a) for a in (x, y, z, u)), 10**9 * dot(x + y + z + u, x + y + z + u)),
        lambda x, y, z, u: equal(int(dot(x, y) == dot(y, z) == dot(z, x) < 0), 0),
    ],
    ids=["coplanar", "a simplex", "balanced", "one product"],
)
def test_relations_of_three_and_four_vectors_are_tried(claim: Callable[..., Any], seed: int) -> None:
    made = law(**dict.fromkeys("xyzu", points([3])), on=[FLOATS])(claim)
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "claim",
    [
        lambda x, n: equal(int(x == 0.7310585), 0),
        lambda x, n: at_most(x if x != 3.25 else x + 1, x),
        lambda x, n: equal(x * int(n == 86028157), 0),
        lambda x, n: at_most(int(n == 1 - 86028157), 0),
    ],
    ids=["a float", "a branch", "a whole number", "a negative one beside"],
)
def test_numbers_that_are_written_in_a_law_are_tried(claim: Callable[..., Any], seed: int) -> None:
    made = law(x=st.floats(-5, 5), n=st.integers(-(10**9), 10**9), on=[FLOATS])(claim)
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


WIDE = [(0, 10**6), (2, 10**7), (-(10**9), 10**9), (0, None), (None, 10**5)]


@given(ends=st.sampled_from(WIDE), seed=st.integers(0, 2**20))
@settings(max_examples=4)
def test_ends_of_wide_ranges_and_the_smallest_whole_numbers_are_tried(ends: Any, seed: int) -> None:
    low, high = ends
    made = law(n=st.integers(low, high), x=st.floats(0, 1), on=[FLOATS])

    def is_not(rare: int) -> Any:
        return lambda n, x: equal(int(n * n + rare * rare == 2 * n * rare), 0)

    smallest = max(low or 0, 0)
    for rare in (smallest, smallest + 1, *(end for end in ends if end is not None)):
        found = check_law(made(is_not(rare)), seed=seed)
        assert found.verdict is Verdict.REFUTED


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "claim",
    [
        lambda x, y: equal(int(x + x == 1), 0),
        lambda x, y: equal(int(y + y == -3), 0),
        lambda x, y: equal(int(x + y == 20) * int(x == y), 0),
        lambda x, y: at_most(int(abs(math.sin(x)) < 1e-12) * int(x != 0), 0),
    ],
    ids=["a half", "less three halves", "two of ten", "pi"],
)
def test_numbers_that_all_know_are_tried(claim: Callable[..., Any], seed: int) -> None:
    made = law(x=st.floats(-10, 10), y=st.floats(-10, 10), on=[FLOATS])(claim)
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "claim",
    [
        lambda s, t: equal(int(len(s) > 3) * int(s == s[::-1]), 0),
        lambda s, t: equal(int(len(t) > 3) * int(t[: len(t) // 2] == t[len(t) // 2 :]), 0),
        lambda s, t: equal(int(sorted(s) == sorted(t)) * int(s != t), 0),
        lambda s, t: equal(int(s + t == t + s) * int(s != t) * len(s) * len(t), 0),
    ],
    ids=["a palindrome", "two halves", "anagrams", "powers"],
)
@pytest.mark.parametrize("letters", [{}, {"alphabet": "xy"}, {"min_size": 2, "max_size": 5}])
def test_texts_with_equal_parts_are_tried(claim: Callable[..., Any], letters: Any, seed: int) -> None:
    made = law(s=st.text(**letters), t=st.text(**letters), on=[FLOATS])(claim)
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


def test_letters_are_tried_that_change_their_number() -> None:
    made = law(s=st.text(max_size=4), on=[FLOATS])
    assert check_law(made(lambda s: equal(len(s.lower()), len(s)))).verdict is Verdict.REFUTED
    assert check_law(made(lambda s: equal(int(s.isdigit()), int(s.isdecimal())))).verdict is Verdict.REFUTED


def test_numbers_that_all_know_do_not_leave_their_domains() -> None:
    positive = st.floats(0, 1, exclude_min=True, exclude_max=True)
    made = law(x=positive, n=st.integers(5, 10**6))(lambda x, n: at_most(x * (1 - x), n * x * (n - 4)))
    made.counterfeit(lambda x, n: equal(x, n))
    assert check_law(made).verdict is Verdict.HOLDS


@pytest.mark.parametrize("seed", range(4))
def test_numbers_are_tried_in_each_of_several_domains(seed: int) -> None:
    made = law(x=st.integers(0, 10**6) | st.floats(0, 1), on=[FLOATS])(lambda x: equal(int(x == 617_000), 0))
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "claim",
    [
        lambda x, y: at_most(dot(x, np.ones_like(x)) ** 2, 119 * dot(x, x)),
        lambda x, y: at_most(x.size, 150),
        lambda x, y: equal(dot(x[80:], y[80:]), 0),
    ],
)
def test_vectors_of_some_hundred_entries_are_tried(claim: Callable[..., Any], seed: int) -> None:
    made = law(psi=quotients(), x=vectors("psi"), y=vectors("psi"))(lambda psi, x, y: claim(x, y))
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


def matrices(side: int) -> Any:
    entries = st.lists(st.floats(-4, 4), min_size=side * side, max_size=side * side)
    return entries.map(lambda x: np.reshape(x, (side, side)))


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "claim",
    [
        lambda a, b: equal(int(np.linalg.matrix_rank(a) == 2), 0),
        lambda a, b: equal(int(np.all(a @ a.T == np.eye(3))), 0),
        lambda a, b: equal(int(np.all(a @ b == np.eye(3))), 0),
        lambda a, b: equal(int(np.all(a @ a == a)) * int(np.trace(a) == 1), 0),
    ],
    ids=["singular", "orthogonal", "inverse", "a projection"],
)
def test_matrices_of_lists_are_tried_where_they_are_special(claim: Callable[..., Any], seed: int) -> None:
    made = law(a=matrices(3), b=matrices(3), on=[FLOATS])(claim)
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(
    "claim",
    [
        lambda x: at_most(sum(abs(a - b) for a, b in itertools.pairwise(x)), 29),
        lambda x: at_most(sum(x), 31),
        lambda x: at_most(-sum(x), 31),
    ],
    ids=["in turn", "upper", "lower"],
)
def test_long_lists_are_tried_at_the_ends_of_what_their_entries_may_be(claim: Callable[..., Any], seed: int) -> None:
    made = law(x=st.lists(st.floats(-1, 1), min_size=2, max_size=32), on=[FLOATS])(claim)
    assert check_law(made, seed=seed).verdict is Verdict.REFUTED


@pytest.mark.parametrize("longest", [6, 12])
def test_a_climb_tries_other_lengths(longest: int) -> None:
    @law(x=st.lists(st.floats(-5, 5), min_size=1, max_size=longest))
    def sums_are_short(x: Any) -> Any:
        return at_most(100 * sum(x) ** 2, (100 * longest - 1) * sum(y * y for y in x))

    assert check_law(sums_are_short).verdict is Verdict.REFUTED


@pytest.mark.parametrize("highest", [1, 5, FEW_VALUES - 1, FEW_VALUES])
def test_a_list_goes_on_with_each_of_few_values(highest: int) -> None:
    drawing = st.fixed_dictionaries({"x": st.lists(st.integers(0, highest), max_size=12)})
    start = (*itertools.chain.from_iterable((True, value) for value in range(highest)), False)
    longer = [redrawn(drawing, choices) for choices in other_lengths(drawing, nodes(drawing, start))]
    every = {inputs["x"][-1] for inputs in longer if inputs is not None and len(inputs["x"]) == highest + 1}
    assert every == (set(range(highest + 1)) if highest < FEW_VALUES else {highest - 1})


@pytest.mark.parametrize(
    "claim",
    [
        lambda x: equal(np.clip(dot(x, x), -5000, 5000) + 1, dot(x, x) + 1),
        lambda x: at_most(namespace(x).log(1 + namespace(x).exp(x[0])), x[0] + 20),
        lambda x: at_most(1000 * namespace(x).sqrt(dot(x, x) + 1), 1000 * namespace(x).sqrt(dot(x, x)) + 999),
    ],
    ids=["long", "long to one side", "short"],
)
def test_vectors_are_long_and_short_too(claim: Callable[..., Any]) -> None:
    made = law(x=vectors([3]), on=[FLOATS])(claim)
    assert check_law(made).verdict is Verdict.REFUTED
