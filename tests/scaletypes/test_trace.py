"""What a typed run keeps: equations with their kinds, constants by their lines, numbers by their bits, ranges."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.scaletypes.equations import Kind, Place, forms
from psitheory.scaletypes.trace import WRITTEN, Constant, Trace, has_few_bits, told_apart

HERE = "scaletypes/test_trace.py"


def test_a_demand_is_kept_once_for_each_line_kind_and_word() -> None:
    trace = Trace(skip=())
    a, b = trace.degrees.unknowns("ab")
    for _ in range(3):
        trace.demand(np.array([a, a, b]), np.array([b, b, b]), Kind.HARD, "sum")
    trace.demand(int(a), int(a))
    trace.demand(a, b, Kind.WINDOW, "sum")
    found = list(trace.equations.found)
    assert [(e.kind, e.what) for e in found] == [(Kind.HARD, "sum"), (Kind.WINDOW, "sum")]
    assert forms(found) == [{0: Fraction(1), 1: Fraction(-1)}] * 2
    assert list(trace.equations.of(Kind.WINDOW)) == found[1:]


def test_a_hyper_parameter_has_one_degree_for_its_name() -> None:
    trace = Trace()
    rate = trace.hyper("lr", 0.1)
    assert trace.hyper("lr", 0.2) == rate != trace.hyper("eps", 0.1)
    assert trace.constants[trace.degrees.index(rate)] == Constant(0.1, "lr")
    assert str(Constant(0.1, "lr")) == "lr = 0.1"
    assert str(Constant(0.5, "", Place("f.py", 3))) == "the constant 0.5"


def test_a_literal_has_an_unknown_of_its_own_for_each_line() -> None:
    trace = Trace()
    one, again = (trace.literal(x) for x in (0.5, -0.5))
    other = trace.literal(0.5)
    assert one == again != other
    assert trace.literal(0.25) not in (one, other)
    constant = trace.constants[trace.degrees.index(one)]
    assert (constant.value, constant.name) == (0.5, "")
    assert constant.place is not None
    assert constant.place.short.startswith(HERE)
    assert trace.degrees.names[trace.degrees.index(one)].startswith(f"the constant 0.5 at {HERE}:")
    assert [trace.literal(x) for x in (0.0, math.inf, -math.inf, math.nan)] == [0] * 4


def test_what_is_added_to_numbers_of_one_sign_is_an_eps_and_a_drift_beside_both() -> None:
    trace = Trace()
    a, c = (int(x) for x in trace.degrees.unknowns("ac"))
    for alike, expected in ((True, Kind.CONSTANT), (True, Kind.CONSTANT), (False, Kind.HARD)):
        trace.equations.found.clear()
        trace._demanded.clear()
        for _ in range(2):
            _added(trace, a, c, alike)
        assert {e.kind for e in trace.equations.found} == {expected}
        assert {e.what for e in trace.equations.found} == {"drift" if expected is Kind.HARD else "constant"}
    both = Trace()
    a, c = (int(x) for x in both.degrees.unknowns("ac"))
    both.constant(np.array([a, a]), np.array([c, c]), np.array([True, False]), np.array([c, c]))
    assert {e.kind for e in both.equations.found} == {Kind.HARD}


@given(st.lists(st.booleans(), min_size=WRITTEN + 1, max_size=3 * WRITTEN))
def test_constants_of_one_line_that_are_many_are_a_table_whose_signs_count_together(alike: list[bool]) -> None:
    for count in (WRITTEN, len(alike)):
        trace = Trace()
        a, *constants = (int(x) for x in trace.degrees.unknowns([str(i) for i in range(count + 1)]))
        for c, is_alike in zip(constants, alike, strict=False):
            _added(trace, a, c, is_alike)
        drifts = count > WRITTEN and len(set(alike)) > 1
        assert {e.kind for e in trace.equations.found} == {Kind.HARD if drifts else Kind.CONSTANT}
        assert len(trace.equations.found) == count


def _added(trace: Trace, a: int, c: int, alike: bool) -> None:
    trace.constant(a, c, alike, c)


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_entry_by_entry_constants_are_told_as_those_of_a_whole_array(alike: list[bool]) -> None:
    kinds = []
    for whole in (True, False):
        trace = Trace()
        a, c, other = (int(x) for x in trace.degrees.unknowns(["a", "c", "other"]))
        for signs, own in [(np.array(alike), c), (True, other), *([] if whole else [(s, c) for s in alike])]:
            trace.constant(a, own, signs if whole or own == other else bool(np.ravel(signs)[0]), own)
        kinds.append({e.form: e.kind for e in trace.equations.found})
    assert kinds[0] == kinds[1]
    assert list(kinds[0].values()).count(Kind.CONSTANT) == 1 + (len(set(alike)) == 1)


@given(x=st.floats(0.1, 10), y=st.floats(0.1, 10), p=st.integers(-3, 3), q=st.integers(-3, 3))
def test_a_comparison_turns_where_its_ratio_says(x: float, y: float, p: int, q: int) -> None:
    trace = Trace()
    a = trace.degrees.unknown("a")
    of_x, of_y = (np.asarray(trace.degrees.times(a, k)) for k in (p, q))
    trace.compare(of_x, of_y, np.array(x), np.array(y), "clamp")
    assert [(e.kind, e.what) for e in trace.equations.found] == [(Kind.WINDOW, "clamp")] * (p != q)
    if p == q:
        assert not trace.ratios
        return
    ((degree, (low, high)),) = trace.ratios.items()
    assert low == high
    assert trace.degrees.form(degree) == {trace.degrees.index(a): p - q}
    scale = 2 ** (-low / (p - q))  # there both sides are equal
    assert x * scale**p == pytest.approx(y * scale**q)


def test_the_range_of_ratios_is_of_all_that_was_compared_and_could_turn() -> None:
    trace = Trace()
    a = int(trace.degrees.unknown("a"))
    trace.compare(np.array([a, a, a]), np.int64(0), np.array([1.0, 8.0, -4.0]), np.array([2.0, 2.0, 2.0]), "clamp")
    trace.compare(np.array([a]), np.int64(0), np.array([4.0]), np.array([1.0]), "clamp")
    assert trace.ratios == {a: (-1.0, 2.0)}


def test_scales_of_a_run_are_those_of_its_unknowns() -> None:
    trace = Trace(skip=())
    a, b = (int(x) for x in trace.degrees.unknowns("ab"))
    trace.scaled |= {trace.degrees.index(a): 3.0}
    mixed = int(trace.degrees.combine(np.int64(a), np.int64(b), 2, -1))
    np.testing.assert_array_equal(trace.power(np.array([[a, b], [mixed, 0]])), [[3, 0], [6, 0]])
    assert trace.times(mixed, a) == 8
    assert not trace.follows(*Kind)


def test_constants_follow_at_their_lines_alone() -> None:
    trace = Trace()
    line = trace.here()
    trace.along = frozenset([(Place(line.file, line.line + 2), Kind.CONSTANT)])
    assert (trace.follows(Kind.CONSTANT), trace.follows(Kind.WINDOW), trace.follows(*Kind)) == (True, False, True)
    assert not trace.follows(*Kind)


# -- numbers by their bits --------------------------------------------------------------------------


def test_a_number_is_known_by_its_bits_unless_it_has_few() -> None:
    trace = Trace()
    for x in (1 / 3, 0.5, math.inf):
        trace.remember(x, 7, True)
    assert trace.known == {1 / 3: (7, True), -1 / 3: (7, True)}


def test_numbers_of_few_bits_are_known_inside_a_block() -> None:
    class Known(float):
        degree, fixed = 5, False

    trace = Trace()
    trace.remember(1 / 3, 7, True)
    with trace.knowing([Known(0.5), Known(1 / 3)]):
        assert trace.known[0.5] == trace.known[-0.5] == (5, False)
        assert trace.known[1 / 3] == (7, True)
    assert set(trace.known) == {1 / 3, -1 / 3}


@given(st.integers(-(2**9), 2**9), st.integers(-40, 40))
def test_numbers_of_nine_bits_are_few(mantissa: int, exponent: int) -> None:
    assert has_few_bits(math.ldexp(mantissa, exponent))
    assert not has_few_bits(math.ldexp(2 * abs(mantissa) + 1025, exponent))


@given(st.floats(1e-6, 1e6).filter(lambda x: not has_few_bits(x)), st.integers(0, 1000))
def test_hyper_parameters_are_told_apart_by_their_last_bits(x: float, number: int) -> None:
    changed = told_apart(x, number)
    assert 0 < abs(changed - x) <= 1e-5 * x
    assert changed != told_apart(x, number + 1)
    assert told_apart(0.5, number) == 0.5


def test_values_of_one_name_are_told_apart_where_groups_have_their_own() -> None:
    trace = Trace()
    small, large = (trace.hyper("eps", x, apart=True) for x in (1e-8, 1e-3))
    assert trace.hyper("eps", 1e-8, apart=True) == small != large
    assert [c.value for c in trace.constants.values()] == [1e-8, 1e-3]
    assert trace.hyper("lr", 0.1) == trace.hyper("lr", 0.2)


def test_a_constant_that_is_computed_of_literals_is_told_by_their_text() -> None:
    trace = Trace()
    trace.literal(2 * 0.9)
    trace.literal(1 - 0.05)
    trace.literal(3.5)
    told = [str(c) for c in trace.constants.values()]
    assert told == ["the constant 2 * 0.9 = 1.8", "the constant 1 - 0.05 = 0.95", "the constant 3.5"]
    assert str(Constant(0.9, "", Place("nowhere.py", 1))) == "the constant 0.9"
