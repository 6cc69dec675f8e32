import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import linregress, t

from psitheory.checking.fits import log_log_slope
from psitheory.errors import ArgumentError


@given(st.floats(-4, 4), st.floats(-5, 5), st.integers(3, 40))
def test_a_power_law_is_fitted_exactly(slope, intercept, n):
    x = np.geomspace(1, 1000, n)
    fit = log_log_slope(x, np.exp(intercept) * x**slope)
    # log y carries a relative error of a few ulp of |log y| ≤ 35, over a lever of 3 decades
    assert fit.slope == pytest.approx(slope, abs=1e-13)
    assert fit.upper - fit.lower < 1e-12
    assert fit.decades == pytest.approx(3)


@given(st.integers(0, 2**16), st.integers(3, 30), st.floats(0.5, 0.999))
def test_the_interval_is_students(seed, n, confidence):
    rng = np.random.default_rng(seed)
    x, y = np.exp(rng.normal(size=n)), np.exp(rng.normal(size=n))
    fit, reference = log_log_slope(x, y, confidence=confidence), linregress(np.log(x), np.log(y))
    radius = t.ppf((1 + confidence) / 2, n - 2) * reference.stderr
    assert fit.slope == pytest.approx(reference.slope, rel=1e-9, abs=1e-12)
    assert fit.lower == pytest.approx(reference.slope - radius, rel=1e-9, abs=1e-12)
    assert fit.upper == pytest.approx(reference.slope + radius, rel=1e-9, abs=1e-12)


def test_the_interval_holds_the_exponent_as_often_as_it_says():
    rng = np.random.default_rng(0)
    x = np.geomspace(1, 100, 8)
    hits = sum(
        log_log_slope(x, x**-1.5 * np.exp(0.3 * rng.normal(size=8)), confidence=0.9).contains(-1.5) for _ in range(1000)
    )
    assert abs(hits - 900) < 4 * math.sqrt(1000 * 0.9 * 0.1)


@given(st.integers(0, 2**16))
def test_what_is_censored_or_broken_counts_for_nothing(seed):
    rng = np.random.default_rng(seed)
    x, y = np.exp(rng.normal(size=9)), np.exp(rng.normal(size=9))
    censored = np.arange(9) >= 7
    y[6] = np.nan
    changed = y.copy()
    changed[7:] = [1e9, -3]
    fit = log_log_slope(x, changed, censored=censored)
    alone = log_log_slope(x[:6], y[:6])
    assert (fit.slope, fit.lower, fit.upper) == (alone.slope, alone.lower, alone.upper)
    assert fit.decades == alone.decades
    assert (fit.used, fit.censored) == (6, 3)


def test_too_few_points_leave_the_slope_open():
    assert log_log_slope([], []).contains(17)
    assert log_log_slope([2.0, 2.0], [1.0, 3.0]).contains(-17)
    two = log_log_slope([1.0, 10.0], [1.0, 100.0])
    assert two.slope == pytest.approx(2)
    assert two.lower == -math.inf


@pytest.mark.parametrize(
    ("x", "y", "options", "sentence"),
    [
        ([1, 2], [1], {}, "x, y and censored have 2, 1 and 2 entries; as many are needed"),
        ([1, 2], [0, 1], {}, r"x and y hold the pair \(1.0, 0.0\); positive numbers are needed"),
        ([1, 2], [1, 1], {"confidence": 1}, "confidence is 1; a number between 0 and 1 is needed"),
    ],
)
def test_errors_are_one_sentence(x, y, options, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        log_log_slope(x, y, **options)
