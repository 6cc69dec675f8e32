"""Hyperbolic functions: against NumPy's, near 0, and in balls that hold 0."""

import numpy as np
import pytest
from flint import arb

from psitheory.arithmetic import precision
from psitheory.arithmetic.hyperbolic import artanh, artanhc, cosh, log_cosh, sinhc

REFERENCES = {
    cosh: np.cosh,
    artanh: np.arctanh,
    log_cosh: lambda x: np.log1p(2 * np.sinh(x / 2) ** 2),
    sinhc: lambda x: np.sinh(x) / x,
    artanhc: lambda x: np.arctanh(x) / x,
}


@pytest.mark.parametrize("function", REFERENCES, ids=lambda f: f.__name__)
def test_values(function):
    x = np.concatenate([-np.geomspace(1e-9, 0.9, 20), np.geomspace(1e-9, 0.9, 20)])
    np.testing.assert_allclose(function(x), REFERENCES[function](x), rtol=16 * np.finfo(float).eps)


@pytest.mark.parametrize("function", REFERENCES, ids=lambda f: f.__name__)
def test_balls_hold_the_value(function):
    with precision(128):
        for x in (0.75, 1e-9, -0.5):
            exact = function(np.array([arb(x)], dtype=object))[0]
            assert float(exact.rad()) < 1e-30
            assert float(function(np.array(x))) == pytest.approx(float(exact), rel=1e-14)


@pytest.mark.parametrize("function", [sinhc, artanhc])
def test_at_zero_and_around_it(function):
    np.testing.assert_array_equal(function(np.zeros(2)), 1)
    around = function(np.array([arb(0, 1e-9)], dtype=object))[0]
    assert around.contains(1)
    assert float(around.rad()) < 2e-9  # as wide as the argument
