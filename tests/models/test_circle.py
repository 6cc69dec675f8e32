"""Functions of the angle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS, namespace, precision, to_balls, widened
from psitheory.errors import ArgumentError, ArgumentTypeError, NotInArithmetic
from psitheory.models.functions.circle import Circle
from psitheory.models.functions.periodic import Fourier, Wave
from psitheory.models.interface import Smoothness

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)


def instance(seed, lead=(), size=4):
    rng = np.random.default_rng(seed)
    model = Circle(Fourier(rng.normal(size=size), rng.normal(size=size)))
    return model, rng.normal(size=(*lead, 2)), rng.normal(size=(*lead, 2))


def exponential_wave():
    """exp(cos θ): periodic, not a polynomial; f' = −f sin θ, f'' = f (sin² θ − cos θ)."""

    def at(theta):
        xp = namespace(theta)
        return xp.exp(xp.cos(theta)), xp.sin(theta), xp.cos(theta)

    def second(theta):
        f, s, c = at(theta)
        return f * (s * s - c)

    return Wave.of(lambda x: at(x)[0], lambda x: -at(x)[0] * at(x)[1], second)


@given(seeds)
def test_derivatives_are_those_of_the_loss(seed):
    check_derivatives(*instance(seed))


@given(seeds)
def test_derivatives_of_a_wave_of_callables_are_those_of_the_loss(seed):
    _, w, x = instance(seed)
    check_derivatives(Circle(exponential_wave()), w, x)


@given(seeds, st.integers(0, 4))
def test_fourier_is_the_sum_it_says(seed, order):
    wave = instance(seed)[0].wave
    theta = np.linspace(-7, 7, 29)
    k = np.arange(4)[:, None]
    turned = k * theta + order * np.pi / 2  # each derivative turns by a quarter and multiplies by k
    expected = (k**order * (wave.cosines[:, None] * np.cos(turned) + wave.sines[:, None] * np.sin(turned))).sum(0)
    scale = float(wave.largest(order)) + np.abs(wave.cosines[0])
    np.testing.assert_allclose(wave.derivative(theta, order), expected, rtol=0, atol=200 * np.finfo(float).eps * scale)


@given(seeds)
def test_loss_is_the_wave_at_the_angle(seed):
    model, w, _ = instance(seed, lead=(5,))
    expected = model.wave.derivative(np.arctan2(w[:, 1], w[:, 0]), 0)
    np.testing.assert_allclose(model.evaluate(w).loss, expected, rtol=0, atol=1e-14 * float(model.wave.largest(1)))


def test_rational_unit_points_are_exact():
    model = Circle(Fourier(RATIONALS.asarray([0, 0, 1]), RATIONALS.asarray([0, 0, 0])))  # cos 2θ
    w = RATIONALS.asarray([6, 8])
    evaluation = model.evaluate(w)
    assert 25 * evaluation.loss[()] == 9 - 16
    assert w @ evaluation.gradient == 0
    assert (model.hessian_vector(w, w) == -evaluation.gradient).all()
    with pytest.raises(NotInArithmetic):
        Circle(exponential_wave()).evaluate(w)


@given(seeds, st.integers(-300, 300))
def test_powers_of_two_scale_bit_for_bit(seed, k):
    _, w, x = instance(seed, lead=(3,))
    for model in (instance(seed)[0], Circle(exponential_wave())):
        one, other = model.evaluate(w), model.evaluate(np.ldexp(w, k))
        assert (one.loss == other.loss).all()
        assert (np.ldexp(one.gradient, -k) == other.gradient).all()
        assert (np.ldexp(model.hessian_vector(w, x), -2 * k) == model.hessian_vector(np.ldexp(w, k), x)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_batch_equals_the_loop_bit_for_bit(dtype):
    model, w, x = instance(1, lead=(2, 3))
    w, x = w.astype(dtype), x.astype(dtype)
    batch, product = model.evaluate(w), model.hessian_vector(w, x)
    assert batch.loss.dtype == batch.gradient.dtype == product.dtype == dtype
    for index in np.ndindex(2, 3):
        assert batch.loss[index] == model.evaluate(w[index]).loss
        assert (batch.gradient[index] == model.evaluate(w[index]).gradient).all()
        assert (product[index] == model.hessian_vector(w[index], x[index])).all()


@given(seeds, st.integers(1, 9))
def test_minima_are_those_seen_on_a_fine_grid(seed, size):
    wave = instance(seed, size=size)[0].wave
    theta = np.linspace(-np.pi, np.pi, 40001)[1:]
    values = wave.derivative(theta, 0)
    low = (values < np.roll(values, 1)) & (values < np.roll(values, -1))
    found = wave.minima()
    assert len(found) == low.sum()
    distance = np.abs(np.exp(1j * found[:, None]) - np.exp(1j * theta[low])).min(axis=1, initial=np.inf)
    # flat minima come close to the grid's nearest value only to the root of rounding
    assert (distance <= 1e-3).all()
    assert wave.minimum <= values.min() + 1e-13 * float(wave.largest(0))
    assert wave.minimum >= values.min() - float(wave.largest(2)) * (np.pi / 40000) ** 2


@settings(max_examples=20)
@given(seeds, st.integers(1, 9))
def test_ball_constants_agree_with_floats(seed, size):
    wave = instance(seed, size=size)[0].wave
    with precision(100):
        least, most = to_balls(wave).minimum, to_balls(wave).smoothness.value
        assert abs(float(least) - float(wave.minimum)) <= 1e-12 * float(wave.largest(0))
        assert float(least.rad()) <= 1e-20 * (1 + float(wave.largest(2)))
        assert abs(float(most) - wave.smoothness.value) <= 1e-12 * float(wave.largest(3)) + 1e-300
        assert widened(wave).smoothness.value.overlaps(most)


@given(seeds, st.integers(1, 9))
def test_smoothness_bounds_the_hessian_at_unit_vectors_and_is_no_slacker_than_stated(seed, size):
    model = instance(seed, size=size)[0]
    theta = np.random.default_rng(seed).uniform(-np.pi, np.pi, 2000)
    u = np.stack([np.cos(theta), np.sin(theta)], axis=-1)
    hessians = np.stack([model.hessian_vector(u, e) for e in np.eye(2)], axis=-1)
    eigenvalues = np.abs(np.linalg.eigvalsh(hessians))
    bound = model.smoothness.value
    assert eigenvalues.max(initial=0) <= bound
    slack = float(model.wave.largest(2) + model.wave.largest(3))
    assert bound <= eigenvalues.max(initial=0) + slack * 2e-2  # 2,000 random angles leave gaps of about 0.02


def test_the_named_example_has_three_minima_of_different_values():
    model = Circle.several_minima()
    angles = model.minima()
    values = np.cos(3 * angles) + np.cos(angles + 0.4)
    assert len(angles) == 3
    assert np.diff(np.sort(values)).min() > 0.1
    np.testing.assert_allclose(values.min(), model.minimum, rtol=1e-15)


def test_a_constant_has_no_nondegenerate_minimum():
    model = Circle(Fourier([2.0, 0.0], [0.0, 0.0]))
    assert model.minima().size == 0
    assert model.minimum == 2
    assert model.smoothness.value == 0


def test_a_wave_of_callables_passes_on_what_it_knows():
    wave = Wave.of(np.sin, np.cos, lambda x: -np.sin(x), minimum=-1.0, smoothness=Smoothness(1.2, "upper bound", "all"))
    assert Circle(wave).minimum == -1
    assert Circle(wave).smoothness.value == 1.2
    assert Circle(exponential_wave()).minimum is None
    assert Circle(exponential_wave()).smoothness is None
    with pytest.raises(ArgumentTypeError, match="one with a method minima is needed"):
        Circle(exponential_wave()).minima()
    with pytest.raises(ArgumentError, match="order is 3; derivatives up to order 2 are known"):
        wave.derivative(0.0, 3)


def test_complex_steps_pass_through_the_angle():
    model, w, x = instance(3)
    for subject in (model, Circle(exponential_wave())):
        stepped = subject.evaluate(w + 1e-30j * x).gradient.imag / 1e-30
        np.testing.assert_allclose(stepped, subject.hessian_vector(w, x), rtol=1e-12)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Circle(3), ArgumentTypeError, "wave is 3; an object with derivative"),
        (lambda: Wave.of(np.sin, 1, np.sin), ArgumentTypeError, "df is 1; a function of the angle is needed"),
        (lambda: Fourier([1.0], [1.0, 2.0]), ArgumentError, r"sines has the shape \(2,\)"),
        (lambda: Fourier([np.inf], [0.0]), ArgumentError, "cosines holds an entry that is not finite"),
        (lambda: Fourier.from_phases([(1.0, -1, 0.0)]), ArgumentError, "integers k ≥ 0 are needed"),
        (lambda: Fourier.from_phases([]), ArgumentError, r"terms is \[\]"),
        (lambda: Circle.several_minima().evaluate(np.ones(3)), ArgumentError, "its last axis must be 2"),
    ],
)
def test_bad_input_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
