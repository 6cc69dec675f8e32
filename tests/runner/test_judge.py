"""The rule of each kind of evidence, seen to pass and seen to fail."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from psitheory.arithmetic import SYMBOLS, SymbolTable, to_rationals
from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    FORMAL,
    KINDS,
    POWERS_OF_TWO,
    RATIONALS,
    Interval,
    at_most,
    equal,
    vacuous,
)
from psitheory.checking import SYMBOLS as SYMBOLIC
from psitheory.errors import ArgumentError, ArgumentTypeError, NotInArithmetic, Undecided
from psitheory.runner.judging.judge import judge
from tests.runner.judged import ARRAYS, DENSE

REFUTING = [kind for kind in KINDS if kind != FORMAL]
"""The kinds that can refute; a failed proof on formal vectors says nothing."""


def symbol(name: str = "s") -> Any:
    table = SymbolTable()
    table.positive(name)
    table.close()
    return table.positive(name)


# -- every kind ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ARRAYS)
def test_a_true_equality_passes(kind: str) -> None:
    outcome = judge(kind, lambda x, y: equal(x + y, y + x), DENSE)
    assert outcome.status == "passed"
    assert outcome.relation == "equal"


@pytest.mark.parametrize("kind", ARRAYS)
def test_a_false_equality_fails_and_shows_both_sides(kind: str) -> None:
    outcome = judge(kind, lambda x: equal(x, 2 * x), {"x": np.array([0.0, 3.0])})
    assert outcome.status == "failed"
    assert float(outcome.left) == 3
    assert float(outcome.right) == 6


@pytest.mark.parametrize("kind", ARRAYS)
def test_different_constants_are_not_equal(kind: str) -> None:
    assert judge(kind, lambda x, y: equal(1, 0), DENSE).status == "failed"
    assert judge(kind, lambda x, y: equal(np.array([1.0, 2.0]), np.array([1.0, 2.5])), DENSE).status == "failed"


@pytest.mark.parametrize("kind", [BALLS, FLOATS, CONTROLS, RATIONALS])
def test_inequalities_pass_and_fail(kind: str) -> None:
    inputs = {"x": np.array([1.0, 2.0])}
    inputs = to_rationals(inputs) if kind == RATIONALS else inputs
    below, above = (judge(kind, lambda x, f=f: at_most(f * x, 3 * x), inputs) for f in (2, 4))
    assert (below.status, above.status) == ("passed", "failed")
    assert below.relation == above.relation == "at most"
    assert below.worst == pytest.approx(2 / 3)
    assert above.worst == pytest.approx(4 / 3)


@pytest.mark.parametrize("kind", KINDS)
def test_what_did_not_move_is_vacuous(kind: str) -> None:
    inputs = {"x": symbol()} if kind == SYMBOLIC else {"x": np.array([1.0])}
    outcome = judge(kind, lambda x: vacuous("the run did not move"), inputs)
    assert (outcome.status, outcome.note) == ("vacuous", "the run did not move")


@pytest.mark.parametrize("kind", REFUTING)
def test_one_wrong_entry_among_many_is_enough(kind: str) -> None:
    inputs: dict[str, Any] = {"x": np.array([1.0, 2.0, 3.0])}
    if kind == RATIONALS:
        inputs = to_rationals(inputs)
    if kind == SYMBOLIC:
        inputs = {"x": SYMBOLS.asarray([1, symbol(), 3])}
    for i in range(3):
        outcome = judge(kind, lambda x, i=i: equal(x, x + x * (np.arange(3) == i)), inputs)
        assert outcome.status == "failed"
        if kind not in (POWERS_OF_TWO, SYMBOLIC):
            outcome = judge(kind, lambda x, i=i: at_most(x + x * (np.arange(3) == i), x), inputs)
            assert outcome.status == "failed"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != POWERS_OF_TWO])
@pytest.mark.parametrize("claim", [equal, at_most])
def test_sides_without_entries_are_vacuous(kind: str, claim: Callable[..., Any]) -> None:
    outcome = judge(kind, lambda x: claim(x, x), {"x": np.zeros(0, dtype=float if kind in ARRAYS else object)})
    assert (outcome.status, outcome.note) == ("vacuous", "the sides are empty")


@pytest.mark.parametrize("kind", REFUTING)
def test_a_side_may_be_a_single_number_and_else_has_the_shape_of_the_other(kind: str) -> None:
    inputs: dict[str, Any] = {"x": np.array([[1.0, 2.0], [1.0, 2.0]])}
    if kind == RATIONALS:
        inputs = to_rationals(inputs)
    if kind == SYMBOLIC:
        inputs = {"x": SYMBOLS.asarray([[symbol()] * 2] * 2)}
    assert judge(kind, lambda x: equal(x - x, 0), inputs).status == "passed"
    assert judge(kind, lambda x: equal(x, 0), inputs).status == "failed"
    with pytest.raises(ArgumentError, match=r"the sides have the shapes \(2, 2\) and \(2,\); one shape, or a single"):
        judge(kind, lambda x: equal(x, x[0]), inputs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("returned", [None, True, (1, 1)])
def test_a_law_that_returns_no_observation_is_told_so(kind: str, returned: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="the law returned .*; equal.left, right., at_most.* is needed"):
        judge(kind, lambda x: returned, {"x": symbol() if kind == SYMBOLIC else np.array([1.0])})


# -- symbols and rationals -----------------------------------------------------------------------------


def test_symbols_decide_an_identity_for_all_values() -> None:
    s = symbol()
    assert judge(SYMBOLIC, lambda x: equal((x + 1) * (x - 1), x * x - 1), {"x": s}).status == "passed"
    assert judge(SYMBOLIC, lambda x: equal((x + 1) * (x - 1), x * x), {"x": s}).status == "failed"
    assert judge(SYMBOLIC, lambda x: at_most(0, x), {"x": s}).status == "passed"
    with pytest.raises(Undecided):
        judge(SYMBOLIC, lambda x: at_most(x, 1), {"x": s})


def test_rationals_refute_the_least_error() -> None:
    inputs = to_rationals({"x": np.array([1.0])})
    tiny = Fraction(1, 2**400)
    one = to_rationals(np.array([1.0]))
    assert judge(RATIONALS, lambda x: equal(x, one), inputs).status == "passed"
    wrong = judge(RATIONALS, lambda x: equal(x, one + to_rationals(tiny)), inputs)
    assert wrong.status == "failed"
    assert judge(RATIONALS, lambda x: at_most(one + to_rationals(tiny), x), inputs).status == "failed"


# -- powers of two -------------------------------------------------------------------------------------


def test_powers_of_two_compare_bits() -> None:
    x = {"x": np.array([0.1, 0.7])}
    assert judge(POWERS_OF_TWO, lambda x: equal((4 * x) / 4, x), x).status == "passed"
    off = judge(POWERS_OF_TWO, lambda x: equal(np.nextafter(x, 1), x), x)
    assert off.status == "failed"
    assert 0 < (off.worst or 0) < 1e-15
    assert judge(POWERS_OF_TWO, lambda x: equal(-0.0 * x, 0.0 * x), x).status == "passed"


def test_an_overflow_is_no_verdict_on_bits() -> None:
    outcome = judge(POWERS_OF_TWO, lambda x: equal(x * 1e308, x * 1e308), {"x": np.array([1e10])})
    assert outcome.status == "undecided"
    assert outcome.note.startswith("a side is not finite (test_judge.py, line ")


def test_an_inequality_cannot_hold_bit_for_bit() -> None:
    with pytest.raises(NotInArithmetic, match="only equalities can hold bit for bit"):
        judge(POWERS_OF_TWO, lambda x: at_most(x, x), {"x": np.array([1.0])})


# -- sides known by intervals --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (at_most(Interval(1.0, 2.0), 2.0), "passed"),
        (at_most(Interval(1.0, 2.0), Interval(2.0, 9.0)), "passed"),
        (at_most(Interval(1.0, 2.0), 1.5), "undecided"),
        (at_most(Interval(1.0, 2.0), 1.0), "undecided"),
        (at_most(Interval(1.0, 2.0), 0.5), "failed"),
        (at_most(Interval(np.array([0.0, 3.0]), np.array([1.0, 4.0])), 2.0), "failed"),
        (at_most(Interval(np.array([0.0, 1.0]), np.array([1.0, 4.0])), 2.0), "undecided"),
        (at_most(Interval(0.0, math.nan), 2.0), "undecided"),
        (at_most(Interval(np.zeros(0), np.zeros(0)), 2.0), "vacuous"),
        (equal(Interval(1.0, 2.0), 1.5), "undecided"),
        (equal(Interval(1.0, 2.0), 3.0), "failed"),
        (equal(3.0, Interval(1.0, 2.0)), "failed"),
    ],
)
def test_disjoint_intervals_decide_and_overlapping_ones_do_not(seen: Any, status: str) -> None:
    assert judge(FLOATS, lambda: seen, {}).status == status


def test_an_undecided_interval_is_shown() -> None:
    outcome = judge(FLOATS, lambda: at_most(Interval(1.0, 2.0), 1.5), {})
    assert outcome.note == "the intervals overlap: [1, 2] and 1.5"
