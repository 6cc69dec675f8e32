"""Conversions walk whatever holds numbers, change numbers alone, and lose nothing."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import convert, precision, to_balls, to_floats, to_rationals, widened
from psitheory.layout import Layout
from psitheory.models import Rayleigh


@dataclass(frozen=True, eq=False)
class Inner:
    weight: Any
    count: int = 3


@dataclass(frozen=True, eq=False)
class Outer:
    inner: Inner
    items: Any
    label: str = "outer"


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(finite, min_size=1, max_size=4))
def test_floats_survive_the_way_to_rationals_and_balls_and_back(values: list[float]) -> None:
    x = np.array(values)
    for there in (to_rationals, to_balls):
        np.testing.assert_array_equal(to_floats(there(x)), x)


def test_nested_containers_are_walked() -> None:
    value = Outer(Inner(np.array([0.5])), [1.5, (2.5, {"key": 0.25})])
    found = to_rationals(value)
    assert found.inner.weight[0] == fmpq(1, 2)
    assert found.items == [fmpq(3, 2), (fmpq(5, 2), {"key": fmpq(1, 4)})]
    assert value.inner.weight.dtype == float  # the original is left alone


def test_counts_labels_and_functions_stay() -> None:
    value = Outer(Inner(np.arange(3)), [1, True, None, "text", len, np.int64(2)])
    assert to_balls(value) is not None
    assert to_balls(value).items == value.items
    assert to_balls(value).inner is value.inner


def test_what_holds_no_number_is_returned_itself() -> None:
    layout = Layout.of([2, 2], 1)
    assert to_rationals(layout) is layout
    assert to_balls(Inner("text")).weight == "text"


def test_a_model_runs_in_the_arithmetic_it_was_converted_to() -> None:
    model = Rayleigh(np.diag([1.0, 3.0]))
    w = np.array([1.0, 2.0])
    assert to_rationals(model).evaluate(to_rationals(w)).loss == fmpq(13, 5)
    with precision(64):
        assert np.asarray(to_balls(model).evaluate(to_balls(w)).loss).item().overlaps(arb(13) / 5)


def test_a_converted_object_can_be_converted_again() -> None:
    twice = to_balls(to_rationals(Inner(np.array([0.1]))))
    assert isinstance(twice.weight[0], arb)
    assert twice.weight[0].contains(arb(0.1))


def test_convert_takes_any_element_function() -> None:
    assert list(convert(np.array([1.0, 2.0]), Fraction)) == [1, 2]


@pytest.mark.parametrize("value", [1.0, np.array([1.0]), Inner(np.array([1.0]))])
def test_widening_reaches_every_float(value: Any) -> None:
    found = widened(value, 4)
    ball = found if isinstance(value, float) else (found.weight if isinstance(value, Inner) else found)[0]
    assert float(ball.rad()) == pytest.approx(4 * np.finfo(float).eps)


def test_zero_is_widened_by_nothing_since_it_has_no_last_place() -> None:
    assert widened(np.array([0.0]))[0].is_exact()
