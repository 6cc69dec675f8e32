"""Python floats that carry degrees: what they compute, how it scales, and what they ask for where it does not."""

from __future__ import annotations

import copy
import math
import pickle
import types
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.numbers import Number, known
from psitheory.scaletypes.stand_ins import Leaving, Math, extreme_of, float_of, patched
from psitheory.scaletypes.trace import Trace


def numbers(p: int, q: int) -> tuple[Trace, int, Number, Number]:
    """Return a trace, its unknown a, and the numbers 1.5 of degree p·a and 0.25 of degree q·a."""
    trace = Trace()
    a = trace.degrees.unknown("a")
    x, y = (Number(v, trace, int(trace.degrees.times(a, k)), fixed=False) for v, k in ((1.5, p), (0.25, q)))
    return trace, trace.degrees.index(a), x, y


def power(trace: Trace, a: int, x: Any) -> Fraction:
    return trace.degrees.form(x.degree).get(a, Fraction(0))


def asked(trace: Trace) -> list[tuple[Kind, dict[int, Fraction]]]:
    return [(e.kind, e.terms) for e in trace.equations.found]


OPERATIONS: dict[str, tuple[Callable[[Any, Any], Any], Fraction]] = {
    "x * y": (lambda x, y: x * y, Fraction(5)),
    "x / y": (lambda x, y: x / y, Fraction(-1)),
    "3 * x": (lambda x, y: 3 * x, Fraction(2)),
    "3 / x": (lambda x, y: 3 / x, Fraction(-2)),
    "x ** 2": (lambda x, y: x**2, Fraction(4)),
    "x ** 0.5": (lambda x, y: x**0.5, Fraction(1)),
    "-x": (lambda x, y: -x, Fraction(2)),
    "+x": (lambda x, y: +x, Fraction(2)),
    "abs(-x)": (lambda x, y: abs(-x), Fraction(2)),
    "x + x": (lambda x, y: x + x, Fraction(2)),
    "3x - x": (lambda x, y: 3 * x - x, Fraction(2)),
    "x + 0": (lambda x, y: x + 0, Fraction(2)),
    "0 - x": (lambda x, y: 0 - x, Fraction(2)),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_computes_as_floats_do_and_has_its_degree(name: str) -> None:
    rule, degree = OPERATIONS[name]
    trace, a, x, y = numbers(2, 3)
    found = rule(x, y)
    assert float(found) == rule(1.5, 0.25)
    assert power(trace, a, found) == degree
    assert asked(trace) == []


def test_a_sum_asks_for_equal_degrees() -> None:
    for rule in (lambda x, y: x + y, lambda x, y: x - y):
        trace, a, x, y = numbers(2, 3)
        assert float(rule(x, y)) == rule(1.5, 0.25)
        ((kind, terms),) = asked(trace)
        assert kind is Kind.HARD
        assert abs(terms[a]) == 1


@pytest.mark.parametrize("rule", [lambda x: x + 0.375, lambda x: 0.375 + x, lambda x: x - 0.375, lambda x: 0.375 - x])
def test_a_constant_beside_a_number_has_a_degree_of_its_own_that_is_asked_to_be_the_same(
    rule: Callable[[Any], Any],
) -> None:
    trace, a, x, _ = numbers(2, 3)
    found = rule(x)
    assert float(found) == rule(1.5)
    assert power(trace, a, found) == 2
    ((kind, terms),) = asked(trace)
    assert kind is Kind.CONSTANT
    assert abs(terms.pop(a)) == 2
    ((constant, share),) = terms.items()
    assert abs(share) == 1
    assert trace.constants[constant].value == 0.375


@pytest.mark.parametrize("x_by", [8.0, 2.0**-30])
@pytest.mark.parametrize("eps_by", [1.0, 4.0])
@pytest.mark.parametrize(
    "rule", [lambda x, e: x + e, lambda x, e: e + x, lambda x, e: x - e, lambda x, e: e - x, lambda x, e: 0.375 - x]
)
def test_a_constant_scales_along_with_the_number_beside_it(
    rule: Callable[[Any, Any], Any], x_by: float, eps_by: float
) -> None:
    def found(along: Any, x_by: float, eps_by: float) -> tuple[Trace, Any]:
        trace = Trace(along=along)
        x, e = (int(trace.degrees.unknown(name)) for name in "xe")
        trace.scaled = {trace.degrees.index(d): math.log2(by) for d, by in ((x, x_by), (e, eps_by))}
        return trace, rule(Number(1.5 * x_by, trace, x, fixed=False), Number(0.25 * eps_by, trace, e, fixed=True))

    before, here = found(frozenset(), 1.0, 1.0)
    _, there = found(frozenset((e.place, e.kind) for e in before.equations.found), x_by, eps_by)
    assert float(there) == x_by * float(here)


def test_a_constant_beside_numbers_of_both_signs_is_a_drift() -> None:
    trace, _, x, y = numbers(2, 2)
    for number in (x, -y):
        number + 0.375
    assert [kind for kind, _ in asked(trace)] == [Kind.HARD]


@pytest.mark.parametrize("name", ["exp", "log", "sin", "tanh"])
def test_a_function_that_is_no_power_asks_for_degree_zero(name: str) -> None:
    trace, a, x, _ = numbers(2, 3)
    assert getattr(Math(trace, lambda _: None), name)(x) == getattr(math, name)(1.5)
    assert asked(trace) == [(Kind.HARD, {a: Fraction(2)})]


def test_roots_powers_and_absolute_values_of_math_keep_degrees() -> None:
    trace, a, x, _ = numbers(2, 3)
    own = Math(trace, lambda _: None)
    for found, value, degree in (
        (own.sqrt(x), math.sqrt(1.5), 1),
        (own.pow(x, 3), 1.5**3, 6),
        (own.fabs(-x), 1.5, 2),
        (own.cbrt(x), math.cbrt(1.5), Fraction(2, 3)),
    ):
        assert float(found) == value
        assert power(trace, a, found) == degree
    assert own.isfinite(x) is True
    assert own.pi == math.pi
    assert asked(trace) == []


SEVERAL: dict[str, tuple[Callable[[Any, Any, Any], Any], Fraction]] = {
    "fsum": (lambda m, x, y: m.fsum([x, x, x]), Fraction(2)),
    "prod": (lambda m, x, y: m.prod([x, y], start=2), Fraction(5)),
    "hypot": (lambda m, x, y: m.hypot(x, 2 * x), Fraction(2)),
    "dist": (lambda m, x, y: m.dist([x, x], [2 * x, 3 * x]), Fraction(2)),
}


@pytest.mark.parametrize("name", SEVERAL)
def test_sums_products_and_lengths_of_math_keep_degrees(name: str) -> None:
    trace, a, x, y = numbers(2, 3)
    rule, degree = SEVERAL[name]
    found = rule(Math(trace, lambda _: None), x, y)
    assert float(found) == pytest.approx(rule(math, 1.5, 0.25), rel=1e-15)
    assert power(trace, a, found) == degree
    assert asked(trace) == []


def test_lengths_and_sums_of_math_ask_for_equal_degrees_and_angles_have_none() -> None:
    for rule in (lambda m, x, y: m.hypot(x, y), lambda m, x, y: m.fsum([x, y]), lambda m, x, y: m.atan2(x, y)):
        trace, a, x, y = numbers(2, 3)
        assert float(rule(Math(trace, lambda _: None), x, y)) == pytest.approx(rule(math, 1.5, 0.25), rel=1e-15)
        assert asked(trace)
        assert all(kind is Kind.HARD and set(terms) == {a} for kind, terms in asked(trace))
        trace, a, x, _ = numbers(2, 3)
        assert float(rule(Math(trace, lambda _: None), x, x)) == pytest.approx(rule(math, 1.5, 1.5), rel=1e-15)
        assert asked(trace) == []


@pytest.mark.parametrize("off", [2.0**-40, 2.0**-20])
def test_what_is_nearly_the_same_is_compared_with_its_tolerance(off: float) -> None:
    trace, a, x, y = numbers(2, 2)
    own = Math(trace, lambda _: None)
    near = x * (1 + off)
    assert own.isclose(x, near) is math.isclose(1.5, 1.5 * (1 + off))
    assert asked(trace) == []
    assert own.isclose(x, y, abs_tol=2.0) is True
    ((kind, terms),) = asked(trace)
    assert kind is Kind.WINDOW
    assert a in terms


def test_numbers_go_through_numpy_alone_and_leave_in_lists() -> None:
    trace, a, x, _ = numbers(2, 3)
    own = Leaving(trace, Math(trace, lambda _: None))
    assert power(trace, a, own.sqrt(x)) == 1
    assert own.isfinite(x)
    assert own.linalg.norm([3.0, 4.0]) == 5
    assert isinstance(np.zeros(2), own.ndarray)
    assert not trace.equations.missing
    own.linalg.norm([x, 2.0])
    ((what, _),) = trace.equations.missing
    assert what == "numbers leave for numpy.linalg.norm"


def test_a_module_sees_stand_ins_inside_a_block_and_one_for_numpy_where_degrees_are_lost_there() -> None:
    trace, _, _, _ = numbers(2, 3)
    theirs: Any = types.ModuleType("theirs")
    theirs.m, theirs.np, theirs.root = math, np, math.sqrt
    for leaving in (False, True):
        with patched([theirs], trace, lambda _: None, leaving=leaving):
            assert isinstance(theirs.m, Math)
            assert isinstance(theirs.np, Leaving) == leaving
            assert (theirs.np is np) != leaving
            assert theirs.root is not math.sqrt
            assert theirs.float is not float
        assert (theirs.m, theirs.np, theirs.root) == (math, np, math.sqrt)
        assert not hasattr(theirs, "float")
    with patched([theirs], trace, lambda _: None):
        assert theirs.np is np


@pytest.mark.parametrize(
    "leave", [round, int, math.floor, math.ceil, lambda x: x // 1, lambda x: x % 1], ids=["round", "int", *"fc/%"]
)
def test_what_forgets_the_degree_asks_for_degree_zero(leave: Callable[[Any], Any]) -> None:
    trace, a, x, _ = numbers(2, 3)
    assert leave(x) == leave(1.5)
    assert asked(trace) == [(Kind.HARD, {a: Fraction(2)})]


def test_comparisons_are_those_of_floats_and_ask_for_equal_degrees_while_they_stay_so() -> None:
    for rule in (lambda x, y: x < y, lambda x, y: x <= y, lambda x, y: x > y, lambda x, y: x >= y):
        trace, a, x, y = numbers(2, 3)
        assert rule(x, y) is rule(1.5, 0.25)
        assert rule(x, x) is rule(1.5, 1.5)
        ((kind, terms),) = asked(trace)
        assert kind is Kind.WINDOW
        assert abs(terms[a]) == 1
    trace, _, x, _ = numbers(2, 3)
    assert x > 0
    assert x < math.inf
    assert asked(trace) == []
    assert x == 1.5
    assert hash(x) == hash(1.5)


def test_copies_keep_the_degree_and_files_do_not() -> None:
    _, _, x, _ = numbers(2, 3)
    assert copy.copy(x) is x
    assert copy.deepcopy(x) is x
    assert type(pickle.loads(pickle.dumps(x))) is float


def test_the_larger_and_the_smaller_are_told_with_their_degrees() -> None:
    for larger, expected in ((True, 1.5), (False, 0.25)):
        trace, a, x, y = numbers(2, 3)
        extreme = extreme_of(larger, trace, lambda _: None)
        assert extreme(x, y) == extreme(y, x) == expected
        assert {kind for kind, _ in asked(trace)} == {Kind.WINDOW}
        assert extreme(1.0, 2.0) == (2.0 if larger else 1.0)
        assert extreme([3, 1, 2]) == (3 if larger else 1)
        assert power(trace, a, extreme(x, y)) == (2 if larger else 3)


def test_a_float_is_known_again_by_its_bits() -> None:
    trace = Trace()
    x = Number(1 / 3, trace, int(trace.degrees.unknown("a")), fixed=False)  # of more bits than a literal has
    again = known(float(x), trace)
    assert again is not None
    assert again.degree == x.degree
    assert known(x, trace) is x
    assert known(2.0, trace) is None
    assert known("x", trace) is None
    own = float_of(trace, lambda _: None)
    assert own(x) is x
    assert own(2) == 2.0
    assert isinstance(1.0, own)
