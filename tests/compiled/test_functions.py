"""Exponentials and arc cosines for a compiler, against the ball around the true value."""

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("numba")

from psitheory.arithmetic import precision
from psitheory.compiled.jit import arc_cosine, exponential, tanh

SIZES = (
    st.floats(-708, 0) | st.floats(-20, 20) | st.builds(lambda m, k: m * 10.0**k, st.floats(1, 9), st.integers(-300, 2))
)


def ulps_off(found, true):
    """The distance in units in the last place of the nearest float."""
    nearest = float(true.mid())
    return abs(float((arb(found) - true).mid())) / np.spacing(abs(nearest)) if nearest else float(found != 0)


@given(SIZES)
def test_the_tangent_is_right_to_three_units_in_the_last_place(x):
    """Two of them come from the rounding of e^2x - 1, which may be twice as coarse as that of the quotient."""
    assert ulps_off(tanh(x), arb(x).tanh()) <= 3
    assert tanh(-x) == -tanh(x)


@given(st.floats(-708, 0))
def test_the_exponential_is_right_to_two_units_in_the_last_place(x):
    assert ulps_off(exponential(x), arb(x).exp()) < 2


@given(st.floats(-1, 1) | st.floats(0, 1).map(lambda x: 1 - x * 2.0**-30))
def test_the_arc_cosine_is_right_to_two_units_in_the_last_place(x):
    with precision(128):
        assert ulps_off(arc_cosine(x), arb(x).acos()) < 2


def test_what_is_at_the_edges():
    assert [arc_cosine(1.0), arc_cosine(-1.0), arc_cosine(0.0)] == [0, np.pi, np.pi / 2]
    assert [tanh(np.inf), tanh(-np.inf), exponential(0.0)] == [1, -1, 1]
    assert np.isnan([tanh(np.nan), exponential(np.nan)]).all()
    assert np.copysign(1, tanh(-0.0)) == -1
    assert 0 < exponential(-1e6) < 1e-307
