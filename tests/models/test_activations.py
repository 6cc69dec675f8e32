"""Activations, losses, and the complex step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import BALLS, RATIONALS, precision
from psitheory.errors import NotInArithmetic, UnknownName
from psitheory.models.derivatives import complex_step_hessian_vector
from psitheory.models.layers.activations import NAMES, activation, sigmoid
from psitheory.models.layers.losses import NAMES as LOSSES
from psitheory.models.layers.losses import loss

from .derivative_reference import close

reals = st.floats(-30, 30).filter(lambda x: abs(x) > 1e-6)


def slope(function, x):
    h = BALLS.element(2) ** (-180)
    return (function(x + h) - function(x - h)) / (2 * h)


@given(st.sampled_from(NAMES), reals)
def test_slope_and_curvature_are_derivatives(name, x):
    unit = activation(name)
    with precision(600):
        x = BALLS.asarray([x])
        assert close(unit.slope(x), slope(unit.value, x))
        assert close(unit.curvature(x), slope(unit.slope, x))
        value, also = unit.value_and_slope(x)
        assert value[0].overlaps(unit.value(x)[0])
        assert also[0].overlaps(unit.slope(x)[0])


@given(st.sampled_from(LOSSES), reals, st.sampled_from([-1.0, 1.0]))
def test_slope_and_curvature_of_losses_are_derivatives(name, a, y):
    head = loss(name)
    with precision(600):
        a, y = BALLS.asarray([a]), BALLS.asarray([y])
        assert close(head.slope(a, y), slope(lambda a: head.value(a, y), a))
        assert close(head.curvature(a, y), slope(lambda a: head.slope(a, y), a))


@given(st.sampled_from(NAMES), st.floats(-700, 700))
def test_floats_lie_near_the_enclosure(name, x):
    unit = activation(name)
    with precision(200):
        for part in ("value", "slope"):
            ball = getattr(unit, part)(BALLS.asarray([x]))[0]
            got = getattr(unit, part)(np.array([x]))[0]
            # 1 - tanh² loses what is below an ulp of 1; all else is relative
            assert abs(got - float(ball)) <= 8 * np.finfo(float).eps * max(abs(float(ball)), name == "tanh")


@pytest.mark.parametrize("name", NAMES)
def test_extremes_neither_warn_nor_overflow_and_keep_float32(name):
    x = np.array([-1e30, -1000, 0, 1000, 1e30], dtype=np.float32)
    for part in ("value", "slope", "curvature"):
        got = getattr(activation(name), part)(x)
        assert got.dtype == np.float32
        assert np.isfinite(got).all()


@pytest.mark.parametrize("name", NAMES)
def test_complex_steps_give_the_slope(name):
    x = np.array([-3.0, -0.5, 0.7, 40.0])
    stepped = activation(name).value(x + 1e-30j).imag / 1e-30
    np.testing.assert_allclose(stepped, activation(name).slope(x), rtol=1e-14, atol=1e-16)
    # NumPy's complex log1p is exact to an ulp of 1 alone
    np.testing.assert_allclose(activation(name).value(x + 0j).real, activation(name).value(x), rtol=1e-15, atol=1e-15)


def test_a_ball_that_straddles_the_kink_gets_both_branches():
    from flint import arb

    x = np.array([arb(0, 1)], dtype=object)
    unit = activation("relu")
    assert unit.slope(x)[0].contains(0)
    assert unit.slope(x)[0].contains(1)
    assert unit.value(x)[0].contains(1)
    assert unit.value(x)[0].contains(0)


def test_relu_is_exact_on_rationals_and_tanh_is_refused():
    x = RATIONALS.asarray([-1, 2])
    assert (activation("relu").value(x) == RATIONALS.asarray([0, 2])).all()
    with pytest.raises(NotInArithmetic):
        activation("tanh").value(x)


def test_unknown_names_list_the_known():
    with pytest.raises(UnknownName, match="activation is 'tan'; one of tanh, relu, softplus, sine, identity is needed"):
        activation("tan")
    with pytest.raises(UnknownName, match="loss is 'l2'; one of squared, logistic is needed"):
        loss("l2")


def test_sigmoid_keeps_relative_precision_in_its_tail():
    np.testing.assert_allclose(sigmoid(np.array([-700.0])), np.exp(-700.0), rtol=1e-15)


@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-14), (np.float32, 1e-5)])
@pytest.mark.parametrize("size", [1e-25, 1.0, 1e25])
def test_the_complex_step_is_exact_to_rounding_at_any_size(dtype, rtol, size):
    w = np.array([[1.0, -2.0], [0.3, 0.1]], dtype=dtype)
    x = np.array([[3.0, 1.0], [0.0, 0.0]], dtype=dtype)
    scaled = (w * dtype(size)).astype(dtype)

    def gradient(w):  # of w₁³/w₂, degree 2; the Hessian has degree 0
        return np.stack([3 * w[..., 0] * (w[..., 0] / w[..., 1]), -w[..., 0] * (w[..., 0] / w[..., 1]) ** 2], axis=-1)

    q = w[..., 0] / w[..., 1]
    expected = np.stack(
        [6 * q * x[..., 0] - 3 * q**2 * x[..., 1], -3 * q**2 * x[..., 0] + 2 * q**3 * x[..., 1]], axis=-1
    )
    got = complex_step_hessian_vector(gradient, scaled, x)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, expected, rtol=rtol)


def test_the_complex_step_is_refused_to_other_arithmetics():
    with pytest.raises(NotInArithmetic, match="a complex step needs a NumPy array of floats"):
        complex_step_hessian_vector(lambda w: w, BALLS.asarray([1]), BALLS.asarray([1]))
