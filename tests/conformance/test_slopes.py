"""Exponents of curves: intervals that hold the truth, and no exponent where too little is above the floor."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.conformance.slopes import slope

STEPS = 2.0 ** -np.arange(2.0, 22.0)


@pytest.mark.parametrize("order", [1, 2, 3])
def test_a_power_law_has_its_exponent(order):
    found = slope(STEPS, 7 * STEPS**order, 1e-15)
    assert found.decided
    assert found.low <= order <= found.high
    assert found.high - found.low < 1e-9


def test_the_interval_holds_the_bend_of_a_curve():
    found = slope(STEPS, STEPS**2 * (1 + STEPS), 0)
    assert found.low < 2.02
    assert found.exponent < found.high
    assert found.low <= 2.0 + 1e-3


def test_the_interval_holds_the_exponent_of_noisy_data_most_of_the_time():
    rng = np.random.default_rng(0)
    x = np.logspace(0, 3, 60)
    found = [slope(x, np.exp(0.2 * rng.normal(size=60)) / x) for _ in range(300)]
    assert np.mean([f.low <= -1 <= f.high for f in found]) > 0.95
    assert np.median([f.high - f.low for f in found]) < 0.3


def test_values_at_the_floor_are_exact_and_have_no_slope():
    found = slope(STEPS, np.full(len(STEPS), 1e-17), 1e-16)
    assert found.exact
    assert str(found).startswith("exact, no slope")
    assert not found.decided


def test_too_few_decades_decide_nothing():
    found = slope(STEPS[:4], STEPS[:4], 0)
    assert not found.decided
    assert found.decades < 1.5
    nothing = slope(STEPS, STEPS**12, 1e-16)
    assert not nothing.decided
    assert not nothing.exact
