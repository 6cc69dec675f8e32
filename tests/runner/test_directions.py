"""Rounding is seen in compiled code, which rounds alike nearby, and a false law beside it stays false."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.checking import CONTROLS, at_most, equal
from psitheory.runner.judging.directions import directions, rounding
from psitheory.runner.judging.judge import judge

pytestmark = pytest.mark.skipif(not directions(), reason="floats are rounded one way only here")

ENDS = st.floats(1.0, 1e9)


def between(x: Any, low: Any, high: Any) -> Any:
    return np.interp(x, np.stack([low, high]), np.stack([low, high]))


def test_rounding_is_to_nearest_before_and_after() -> None:
    tiny = np.float64(2.0**-60)
    for direction in directions():
        with rounding(direction):
            assert 1 + tiny > 1 or 1 - tiny < 1
        assert 1 + tiny == 1 == 1 - tiny


def test_rounding_is_to_nearest_again_after_an_error() -> None:
    with pytest.raises(ValueError, match="broken"), rounding(directions()[0]):
        raise ValueError("broken")
    assert 1 - np.float64(2.0**-60) == 1


@given(low=ENDS, high=ENDS, x=st.floats(-1, 1))
def test_ends_that_are_added_and_taken_away_refute_nothing(low: float, high: float, x: float) -> None:
    inputs = {name: np.float64(value) for name, value in (("x", x), ("low", -low), ("high", high))}

    def law(x: Any, low: Any, high: Any) -> Any:
        return equal(between(x, low, high), np.clip(x, low, high))

    assert judge(CONTROLS, law, inputs).status in ("passed", "vacuous")


@given(low=st.floats(1.0, 100.0), high=st.floats(1.0, 100.0), x=st.floats(0.5, 1))
def test_beside_them_what_is_false_by_a_millionth_is_refuted(low: float, high: float, x: float) -> None:
    inputs = {name: np.float64(value) for name, value in (("x", x), ("low", -low), ("high", high))}

    def wrong(x: Any, low: Any, high: Any) -> Any:
        return equal(between(x, low, high) * (1 + 1e-6), np.clip(x, low, high))

    assert judge(CONTROLS, wrong, inputs).status == "failed"


@given(k=st.integers(2**26 + 1, 2**30))
def test_a_square_that_is_lost_beside_a_larger_one_refutes_nothing(k: int) -> None:
    """√(x² + 1)² - x² is 0 in floats, and 1."""

    def law(x: Any) -> Any:
        return equal(np.hypot(x, 1.0) ** 2 - x * x, 1.0)

    def wrong(x: Any) -> Any:
        return at_most(np.hypot(x, 1.0) ** 2, x * x * 0.999)

    assert judge(CONTROLS, law, {"x": np.float64(k)}).status in ("passed", "vacuous")
    assert judge(CONTROLS, wrong, {"x": np.float64(k)}).status == "failed"
