"""The rule of evidence in balls: what enclosures prove, refute, confine and leave open."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx

from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, at_most, equal
from psitheory.errors import Undecided
from psitheory.runner.judging.in_balls import BALL_BITS, BEYOND_BITS
from psitheory.runner.judging.judge import judge


def wrong_by(exponent: int) -> Callable[..., Any]:
    def law(x: Any) -> Any:
        root = namespace(x).sqrt(x)
        return equal(root * root, x + x * arb(2) ** exponent)

    return law


@pytest.mark.parametrize("exponent", [-10, -100, -400])
def test_balls_refute_what_is_wrong_by_two_to_the_minus_400(exponent: int) -> None:
    outcome = judge(BALLS, wrong_by(exponent), {"x": np.array([2.0, 3.0])})
    assert outcome.status == "failed"


def test_what_is_wrong_by_less_than_the_last_precision_holds_to_a_stated_number_of_bits() -> None:
    outcome = judge(BALLS, wrong_by(-1000), {"x": np.array([2.0, 3.0])})
    assert outcome.status == "passed"
    assert outcome.bits is not None
    assert 490 < outcome.bits < BALL_BITS + 8


def test_a_true_equality_is_never_decided_by_disjointness() -> None:
    # sqrt(x)^2 = x: the enclosures overlap at every precision; the answer is a number of bits, not "proved".
    outcome = judge(BALLS, lambda x: equal(namespace(x).sqrt(x) * namespace(x).sqrt(x), x), {"x": np.array([2.0])})
    assert outcome.status == "passed"
    assert outcome.bits is not None
    assert outcome.bits < math.inf
    exact = judge(BALLS, lambda x: equal(x + x, 2 * x), {"x": np.array([2.0])})
    assert exact.bits is None  # nothing was rounded


def test_an_equality_of_wide_balls_is_undecided_however_they_overlap() -> None:
    outcome = judge(BALLS, lambda x: equal(x + arb(0, 1), x + arb(0, 1)), {"x": np.array([2.0])})
    assert outcome.status == "undecided"
    assert "overlap" in outcome.note
    assert judge(BALLS, lambda x: equal(x, x + arb(0, 1)), {"x": np.array([2.0])}).status == "undecided"


@pytest.mark.parametrize(
    ("gap", "status"), [(0, "passed"), (-300, "failed"), (-1000, "passed"), (300, "passed")], ids=str
)
def test_borderline_inequalities_in_balls(gap: int, status: str) -> None:
    """sqrt(x)² ≤ x holds to the last precision; plus 2^-300 x on the left it fails, on the right it is proved."""

    def law(x: Any) -> Any:
        root, one = namespace(x).sqrt(x), arb(2) ** -abs(gap) if gap else arb(0)
        return at_most(root * root + x * one, x) if gap < 0 else at_most(root * root, x + x * one)

    outcome = judge(BALLS, law, {"x": np.array([2.0])})
    assert outcome.status == status
    assert (outcome.bits is not None) is (gap in (0, -1000))


def test_equal_exact_balls_are_at_most_each_other() -> None:
    outcome = judge(BALLS, lambda x: at_most(x, x), {"x": np.array([2.0])})
    assert (outcome.status, outcome.bits) == ("passed", None)


def test_the_precision_is_raised_until_a_branch_is_decided() -> None:
    tried = []

    def law(x: Any) -> Any:
        tried.append(ctx.prec)
        close = namespace(x).sqrt(x * x * (1 + arb(2) ** -900))  # 512 bits cannot tell it from x
        if namespace(x).greater(close, x)[0] is None:
            raise Undecided("which is greater")
        return at_most(x, close)

    assert judge(BALLS, law, {"x": np.array([3.0])}).status == "passed"
    assert tried == [BALL_BITS, BEYOND_BITS]


def test_what_no_precision_decides_is_undecided_and_the_precision_is_restored() -> None:
    before = ctx.prec

    def law(x: Any) -> Any:
        raise Undecided("which branch")

    outcome = judge(BALLS, law, {"x": np.array([3.0])})
    assert (outcome.status, outcome.note) == ("undecided", "which branch at 2048 bits")

    def breaks(x: Any) -> Any:
        raise RuntimeError

    for kind in (BALLS, FLOATS):
        with pytest.raises(RuntimeError):
            judge(kind, breaks, {"x": np.array([3.0])})
    assert ctx.prec == before


def test_infinite_enclosures_are_undecided() -> None:
    outcome = judge(BALLS, lambda x: equal(1 / (x - x), 1 / (x - x)), {"x": np.array([2.0])})
    assert (outcome.status, outcome.note) == ("undecided", "an enclosure is infinite")


@pytest.mark.parametrize("relation", [equal, at_most])
def test_a_refutation_in_balls_shows_the_entry_that_decides(relation: Any) -> None:
    def law(x: Any) -> Any:
        wide = x + arb(0, 10) * (x - 2)  # large at the first entry, and undecided
        return relation(wide, namespace(x).zeros_like(x) + 1)

    outcome = judge(BALLS, law, {"x": np.array([1e6, 2.0])})
    assert outcome.status == "failed"
    assert outcome.left.startswith("2.0")


def test_an_inequality_that_floats_break_where_rounding_may_be_infinite_is_decided_in_balls() -> None:
    def law(x: Any) -> Any:
        near = (x + 1) - x  # 1, but for rounding that may be as large where x is
        return at_most(2 + 0 / near, namespace(x).ones_like(x))

    assert judge(FLOATS, law, {"x": np.array([3.0])}).status == "failed"
    assert judge(FLOATS, law, {"x": np.array([2.0**52])}).status == "failed"


def test_an_inequality_that_floats_alone_break_is_set_aside() -> None:
    def law(x: Any) -> Any:
        near = (x + 1) - x  # 1, and 0 on floats where x is large
        return at_most(2 - near / (near + 1 / x), namespace(x).ones_like(x) + 1)

    outcome = judge(FLOATS, law, {"x": np.array([2.0**54])})
    assert outcome.status in ("passed", "vacuous")


def test_enclosures_that_are_infinite_at_first_only_are_decided_later() -> None:
    def law(x: Any) -> Any:
        tiny = namespace(x).sqrt(x) * namespace(x).sqrt(x) - x + arb(2) ** -100  # holds 0 at 64 bits
        return equal(arb(2) ** -100 / tiny, namespace(x).ones_like(x))

    assert judge(BALLS, law, {"x": np.array([2.0])}).status == "passed"


def test_enclosures_that_are_wide_at_512_bits_are_decided_later() -> None:
    def iterate(x: Any, steps: int = 300) -> Any:  # each step makes an enclosure some four times as wide
        for _ in range(steps):
            x = 4 * x * (1 - x)
        return x

    x = {"x": np.array([0.3])}
    assert judge(BALLS, lambda x: equal(iterate(x), iterate(x * 3 / 3)), x).status == "passed"
    assert judge(BALLS, lambda x: equal(iterate(x), iterate(x * 3 / 3) + iterate(x) / 2**100), x).status == "failed"
    assert "confined" in judge(BALLS, lambda x: equal(iterate(x, 1000), iterate(x * 3 / 3, 1000)), x).note


@pytest.mark.parametrize("exponent", [100, 600, 900, 1500])
def test_a_wide_enclosure_tells_of_no_size_to_which_sides_are_confined(exponent: int) -> None:
    x = {"x": np.array([0.3])}

    def lost(x: Any) -> Any:  # zero, known to 2^exponent times the rounding only
        return (x / 3 * 3 - x) * 2**exponent

    assert judge(BALLS, lambda x: equal(lost(x), 1 + 0 * x), x).status == "failed"
    assert judge(BALLS, lambda x: at_most(1 + 0 * x, lost(x)), x).status == "failed"
    assert judge(BALLS, lambda x: equal(lost(x), 0 * x), x).status == "passed"
    assert judge(BALLS, lambda x: equal(lost(x) * 2**2000, 1 + 0 * x), x).status == "undecided"
