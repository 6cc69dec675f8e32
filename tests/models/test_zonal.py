"""Zonal functions and their rapidities: derivatives, constants that are met, what is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls
from psitheory.errors import ArgumentError
from psitheory.models import Circle, Rapidity, Zonal
from psitheory.strategies.zonal import rapidity_functions, zonal_models

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)
WAVE = Rapidity(np.array([1.0, 0.5, 0.25]), np.array([1.0, -0.5, 0.75]), 2.0, 3.0)
STEEP = Rapidity.log_cosh(2.5, fall=4.0)


def model():
    return Zonal((WAVE, STEEP), (3, 2), free=2, curvature=1.5)


@given(seeds)
def test_derivatives_are_those_of_the_loss(seed):
    rng = np.random.default_rng(seed)
    check_derivatives(model(), rng.normal(size=7), rng.normal(size=7))


@given(rapidity_functions(), seeds)
def test_on_the_circle_it_is_the_function_of_the_angle(wave, seed):
    w = np.random.default_rng(seed).normal(size=(5, 2))
    here, there = Zonal((wave,), (2,)).evaluate(w), Circle(wave).evaluate(w)
    np.testing.assert_allclose(here.loss, there.loss, rtol=1e-14, atol=1e-14)
    np.testing.assert_allclose(here.gradient, there.gradient, rtol=1e-12, atol=1e-14)


@given(zonal_models(free=2, blocks=(1, 2)), seeds)
def test_no_curvature_is_above_the_constant(zonal, seed):
    layout = zonal.layout
    w = layout.units(np.random.default_rng(seed).normal(size=layout.n))
    hessian = np.stack([zonal.hessian_vector(w, x) for x in np.eye(layout.n)])
    np.testing.assert_allclose(hessian, hessian.T, atol=1e-9 * np.abs(hessian).max())
    assert np.linalg.eigvalsh(hessian).max() <= zonal.smoothness.value * (1 + 1e-12)


@given(st.sampled_from([1.0, 4.0]).flatmap(lambda m: st.tuples(st.just(m), rapidity_functions(steepest=m))), seeds)
def test_no_curvature_is_below_that_of_the_steepest_descent(drawn, seed):
    steepest, wave = drawn
    assert wave.is_two_sided or steepest > 1
    zonal = Zonal((wave,), (3,))
    w = zonal.layout.units(np.random.default_rng(seed).normal(size=3))
    values = np.linalg.eigvalsh(np.stack([zonal.hessian_vector(w, x) for x in np.eye(3)]))
    assert values.min() >= -steepest * wave.scale * (1 + 1e-12)
    assert values.max() <= wave.scale * (1 + 1e-12)


def test_the_log_cosh_cap_is_that():
    wave = Rapidity.log_cosh(3.0, scale=2.0)
    theta = np.linspace(-3, 3, 61)
    np.testing.assert_allclose(wave.derivative(theta, 0), 2 * np.log(np.cosh(theta)), rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(wave.derivative(theta, 1), 2 * np.tanh(theta), rtol=1e-14)
    assert not wave.is_two_sided
    assert wave.maximum == pytest.approx(2 * np.log(np.cosh(3.0)), rel=1e-3)
    assert float(wave.derivative(np.array(1e-9), 0)) == pytest.approx(1e-18, rel=1e-12)


def test_a_staircase_has_its_slope_at_the_end_of_every_stair():
    y, stride = 0.5, np.arctan(0.5)
    wave = Rapidity.staircase(y, stride, 3, fall=1e6)
    ends = np.arctanh(y) + stride * np.arange(4)
    np.testing.assert_allclose(wave.derivative(ends, 1), y, rtol=1e-9)
    assert (wave.derivative(ends[:3] + 0.01, 1) < 0.1).all()


def test_balls_hold_the_floats():
    w = np.random.default_rng(0).normal(size=7)
    with precision(128):
        found = to_balls(model()).evaluate(to_balls(w)).loss[()]
        assert float(found.rad()) < 1e-30
    assert float(model().evaluate(w).loss) == pytest.approx(float(found), rel=1e-14)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Rapidity([1.0], [1.5]), "lengths ≥ 0, slopes ≤ 1"),
        (lambda: Rapidity([1.0, 1.0], [0.5, -1.0]), "the rapidity falls to -0.5"),
        (lambda: Rapidity([3.5], [0.0]), "reach 3.5; at most π"),
        (lambda: Rapidity([1.0], [1.0, 1.0]), "lengths and slopes have 1 and 2 entries"),
        (lambda: Rapidity.staircase(0.5, 1.0, 5), "at most π"),
        (lambda: Zonal((WAVE,), (1,)), "sizes is"),
        (lambda: Zonal((WAVE,), (2, 2)), "sizes is"),
    ],
)
def test_what_cannot_be_is_named(make, says):
    with pytest.raises(ArgumentError, match=says):
        make()
