"""What an outcome shows of its two sides: which entries, in how many digits, how far they are apart."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from psitheory.checking import FLOATS, at_most, equal
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.runner.judging.judge import judge
from psitheory.runner.judging.outcome import are_exact, judged, observe, sides, worst_of

NUMBERS = st.sampled_from([0.0, -0.0, 1.0, -2.0, 3.5, 1e-300, -7e200, 1e-9])
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4)


@given(PAIRS, st.sampled_from([0.0, 1e-3, 1e5]))
def test_the_gap_of_an_equality_is_measured_by_the_largest_number_at_hand(pairs: Any, noise: float) -> None:
    left, right = np.array(pairs).T
    size = max([abs(x) for pair in pairs for x in pair] + [noise])
    gap = max(abs(x - y) for x, y in pairs)
    assert worst_of("equal", left, right, noise) == (gap / size if size else 0.0)


@given(PAIRS, st.sampled_from([0.0, 1.0, 1e5]))
def test_the_ratio_of_an_inequality_is_sought_where_the_right_side_is_more_than_rounding(
    pairs: Any, noise: float
) -> None:
    left, right = np.array(pairs).T
    ratios = [x / y for x, y in pairs if y > noise / 1e6]
    assert worst_of("at most", left, right, noise) == (max(ratios) if ratios else None)


@given(PAIRS, st.sampled_from([equal, at_most]))
def test_the_entry_that_is_shown_breaks_the_relation_by_the_largest_share(pairs: Any, relation: Any) -> None:
    left, right = np.array(pairs).T
    found = judged(relation(left, right), left, right, False)

    def share(x: float, y: float) -> float:
        size = max(abs(x), abs(y))
        return (x - y if relation is at_most else abs(x - y)) / size if size else 0.0

    most = max(share(x, y) for x, y in pairs)
    first = next((x, y) for x, y in pairs if share(x, y) == most)
    assert (float(found.left), float(found.right)) == first
    assert (found.status, found.relation) == ("failed", "equal" if relation is equal else "at most")
    shown = judged(relation(left, right), left, right, True)
    assert (float(shown.left), float(shown.right)) == pairs[0]
    assert shown.status == "passed"
    assert float(judged(relation(left, right), left, right, False, at=len(pairs) - 1).left) == pairs[-1][0]


@given(st.integers(2**53, 2**63 - 2), st.integers(-1, 1))
def test_whole_numbers_of_numpy_and_of_python_are_compared_as_they_are(n: int, gap: int) -> None:
    of_numpy, of_python = np.array([n], dtype=np.int64), np.array([n + gap], dtype=object)
    for law in (equal, at_most):
        for x, y, holds in (
            (of_numpy, of_python, gap == 0 if law is equal else gap >= 0),
            (of_python, of_numpy, gap == 0 if law is equal else gap <= 0),
        ):
            outcome = judge(FLOATS, lambda x, y, law=law: law(x, y), {"x": x, "y": y})
            assert outcome.status == ("passed" if holds else "failed")


def test_a_nan_is_shown_before_all_else() -> None:
    left, right = np.array([1.0, np.nan, 5.0]), np.array([9.0, 1.0, 6.0])
    assert judged(equal(left, right), left, right, False).left == "nan"


def test_a_side_that_is_the_same_bit_for_bit_is_off_by_nothing_and_confined_sides_have_no_gap() -> None:
    one = np.array([np.inf, 1.0])
    assert judged(equal(one, one), one, one, True).worst == 0.0
    assert judged(equal(one, one), one, one, True, bits=70.0).worst is None
    assert judged(equal(one, one), one, one, True, bits=70.0).bits == 70.0
    assert judged(at_most(one[1:], one[1:] + 1), one[1:], one[1:] + 1, True).worst == 0.5


@pytest.mark.parametrize(
    ("x", "y", "left", "right"),
    [
        (1.0, 1.5, "1", "1.5"),
        (1.0, 1.0 + 1e-11, "1", "1.00000000001"),
        (1.0, 1.0 + 1e-13, "1", "1.0000000000000999"),
        (fmpq(1, 3), fmpq(1, 2), "1/3", "1/2"),
        (fmpq(10**37, 3), fmpq(1, 2), "1" + 37 * "0" + "/3", "1/2"),
        (fmpq(10**38, 3), fmpq(1, 2), "3.33333333333e+37 (a ratio of 41 digits)", "1/2"),
        (arb(1), arb(2), "1.00000000000", "2.00000000000"),
        (arb(1), arb(1) + arb(2) ** -45, "1.0000000000000000", "[1.0000000000000284 +/- 2.18e-17]"),
    ],
    ids=str,
)
def test_as_many_digits_are_shown_as_tell_the_sides_apart(x: Any, y: Any, left: str, right: str) -> None:
    one, two = np.array([x]), np.array([y])
    found = judged(equal(one, two), one, two, False)
    assert (found.left, found.right) == (left, right)
    assert judged(equal(one, two), one, two, True).left == judged(equal(one, one * 2), one, one * 2, False).left


def test_a_long_text_is_cut() -> None:
    class Number:
        def __init__(self, text: str) -> None:
            self.text = text

        def __str__(self) -> str:
            return self.text

    one, two = (np.array([Number(c * k)], dtype=object) for c, k in (("x", 201), ("y", 200)))
    found = judged(equal(one, two), one, two, False)
    assert (found.left, found.right) == ("x" * 199 + "…", "y" * 200)
    assert found.worst is None


# -- sides ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "found"),
    [
        (1, [2.0, 3.0], ([1, 1], [2.0, 3.0])),
        ([[1, 2], [3, 4]], 5, ([1, 2, 3, 4], [5] * 4)),
        (1 + 2j, 3.0, ([1.0, 2.0], [3.0, 0.0])),
        ([Fraction(1, 2)], [1.0], ([0.5], [1.0])),
        (Decimal("0.5"), [1.0], ([0.5], [1.0])),
        ([Fraction(1, 2)], [Fraction(1, 3)], ([Fraction(1, 2)], [Fraction(1, 3)])),
    ],
    ids=str,
)
def test_sides_are_lists_of_real_numbers(left: Any, right: Any, found: Any) -> None:
    out = sides(equal(np.array(left), np.array(right)))
    assert tuple(list(side) for side in out) == found
    assert are_exact(*out) is (isinstance(found[0][0], Fraction) and isinstance(found[1][0], Fraction))


def test_what_is_complex_is_at_most_nothing() -> None:
    with pytest.raises(ArgumentTypeError, match="a side is complex; what is at most something is real"):
        sides(at_most(np.array([1j]), np.array([1.0])))


@pytest.mark.parametrize("side", ["x", b"x", None, {"a": 1}, {1}, [1, None], np.array(["x"]), np.array([1], "M8[s]")])
@pytest.mark.parametrize("place", ["left", "right"])
def test_a_side_that_is_no_number_is_named(side: Any, place: str) -> None:
    law = (lambda: equal(side, 1)) if place == "left" else (lambda: equal(1, side))
    with pytest.raises(ArgumentTypeError, match=f"^the {place} side is .*; a number or an array of numbers is needed$"):
        observe(law, {})


@pytest.mark.parametrize(
    ("left", "right", "moved"),
    [
        ((2,), (2,), True),
        ((), (2,), True),
        ((2,), (), True),
        ((0,), (), False),
        ((), (3, 0), False),
        ((1,), (2,), None),
    ],
)
def test_sides_have_one_shape_or_are_single_numbers(left: Any, right: Any, moved: bool | None) -> None:
    def law() -> Any:
        return equal(np.ones(left), np.ones(right))

    if moved is None:
        with pytest.raises(ArgumentError, match=r"^the sides have the shapes \(1,\) and \(2,\); one shape, or "):
            observe(law, {})
    else:
        assert observe(law, {}).moved is moved


def test_exact_numbers_of_python_are_compared_as_they_are() -> None:
    third, near = Fraction(1, 3), Fraction(10**20, 3 * 10**20 + 1)
    for relation, x, y, status in (
        (equal, third, near, "failed"), (equal, third, third, "passed"), (at_most, third, near, "failed"),
        (at_most, near, third, "passed"), (equal, 10**30, 10**30 + 1, "failed"),
    ):  # fmt: skip
        assert judge(FLOATS, lambda relation=relation, x=x, y=y: relation(x, y), {}).status == status


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState, random.Random])
@given(seed=st.integers(0, 2**32 - 1))
def test_random_numbers_that_are_an_input_are_the_same_for_each_run(make: Callable[[int], Any], seed: int) -> None:
    rng = make(seed)

    def number(rng: Any) -> Any:
        return equal(rng.random(), 0)

    assert observe(number, {"rng": rng}).left == observe(number, {"rng": rng}).left == make(seed).random()
