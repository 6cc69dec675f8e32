"""Rapidity descent: turns, promised gains, estimates of L."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.experiments import descend
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models import Circle, Rapidity, Rayleigh, Zonal
from psitheory.models.interface import Evaluation
from psitheory.optimizers import AdaptiveRapidityDescent, PerBlock, RapidityDescent
from psitheory.optimizers.rapidity import promised_gain, slopes

LAYOUT = Layout.of([2, 3], 2)
seeds = st.integers(0, 2**32 - 1)


def drawn(seed, lead=()):
    rng = np.random.default_rng(seed)
    w = rng.normal(size=(*lead, 7))
    gradient = PSIQuotient(LAYOUT).horizontal(w, rng.normal(size=w.shape))
    return w, LAYOUT.scale(0.9 / (LAYOUT.norms(w) * LAYOUT.norms(gradient)), gradient)


@given(seeds)
def test_each_block_turns_by_artanh_down_its_own_gradient_and_keeps_its_norm(seed):
    w, gradient = drawn(seed)
    constants = PerBlock(np.array([1.5, 3.0]), 4.0)
    new, _ = RapidityDescent(constants).step(LAYOUT, w, Evaluation(None, gradient), ())
    y = np.array([0.9 / 1.5, 0.9 / 3.0])
    np.testing.assert_allclose(slopes(LAYOUT, w, gradient, constants), y, rtol=1e-13)
    psi = PSIQuotient(LAYOUT)
    np.testing.assert_allclose(psi.angles(w, new), np.arctanh(y), rtol=1e-12)
    np.testing.assert_allclose(LAYOUT.norms(new), LAYOUT.norms(w), rtol=1e-13)
    assert (LAYOUT.dots(psi.log(w, new), gradient) < 0).all()
    np.testing.assert_allclose(new[5:], w[5:] - gradient[5:] / 4, rtol=1e-13)
    free = gradient[5:] @ gradient[5:]
    expected = -(1.5 * np.log1p(-(y[0] ** 2)) + 3 * np.log1p(-(y[1] ** 2))) / 2 + free / 8
    assert promised_gain(LAYOUT, w, gradient, constants) == pytest.approx(expected, rel=1e-12)


@given(seeds)
def test_a_constant_for_each_run(seed):
    w, gradient = drawn(seed, (3,))
    constants = np.array([1.0, 2.0, 4.0])
    together, _ = RapidityDescent(constants).step(LAYOUT, w, Evaluation(None, gradient), ())
    gains = promised_gain(LAYOUT, w, gradient, constants)
    for k, constant in enumerate(constants):
        one, _ = RapidityDescent(float(constant)).step(LAYOUT, w[k], Evaluation(None, gradient[k]), ())
        np.testing.assert_array_equal(together[k], one)
        assert gains[k] == pytest.approx(float(promised_gain(LAYOUT, w[k], gradient[k], float(constant))), rel=1e-14)


def test_nothing_moves_where_the_gradient_is_zero():
    w = np.arange(1.0, 8.0)
    new, _ = RapidityDescent(1.0).step(LAYOUT, w, Evaluation(None, 0 * w), ())
    np.testing.assert_allclose(new, w, rtol=1e-15)


def test_an_l_that_is_none_breaks_the_run():
    model = Circle(Rapidity.log_cosh(2.0))
    run = descend(model, RapidityDescent(0.5), np.array([np.cos(1.0), np.sin(1.0)]), 3)
    assert run.broken_at == 1


def test_on_log_cosh_one_step_reaches_the_minimum():
    model = Zonal((Rapidity.log_cosh(2.0, scale=3.0), Rapidity.log_cosh(1.0, scale=3.0)), (3, 4))
    w = np.array([0.6, 0.0, 0.8, 2.0, 0.5, 0.5, 0.5])
    run = descend(model, RapidityDescent(3.0), w, 1, record=[0, 1])
    assert run.loss[0] > 0.1
    assert abs(run.loss[1]) < 1e-30


@settings(max_examples=20)
@given(seeds, st.floats(1e-3, 10))
def test_an_estimate_never_exceeds_twice_l_and_keeps_what_it_promises(seed, first):
    rng = np.random.default_rng(seed)
    model = Rayleigh(np.diag(rng.uniform(-2, 2, 5)))
    smoothness = float(model.smoothness.value)
    method, w = AdaptiveRapidityDescent(model, first), rng.normal(size=(4, 5))
    state = method.init(model.layout, w)
    for _ in range(30):
        here, before = model.evaluate(w), state
        gradient, old = here.gradient, w
        w, state = method.step(model.layout, w, here, state)
        assert (state >= before).all()
        assert (state <= max(first, 2 * smoothness) * (1 + 1e-12)).all()
        gain = promised_gain(model.layout, old, gradient, state)
        assert (here.loss - model.evaluate(w).loss >= gain - 8e-16 * np.abs(here.loss)).all()


def test_what_cannot_be_is_named():
    model = Rayleigh(np.eye(2))
    with pytest.raises(ArgumentError, match=r"smoothness is -1\.0; a positive number"):
        RapidityDescent(-1.0)
    with pytest.raises(ArgumentTypeError, match="L is a constant"):
        RapidityDescent(lambda t: 1.0)
    with pytest.raises(ArgumentTypeError, match="one number for all blocks"):
        AdaptiveRapidityDescent(model, PerBlock(1.0, 1.0))
    with pytest.raises(ArgumentTypeError, match="an object with a layout"):
        AdaptiveRapidityDescent(Rayleigh, 1.0)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="tries is 0"):
        AdaptiveRapidityDescent(model, 1.0, tries=0)


def test_a_block_that_is_too_steep_leaves_one_without_a_gradient_as_it_is():
    class TwoBlocks:
        layout = Layout.of([2, 2])

        def evaluate(self, w):
            length = np.hypot(w[..., 0], w[..., 1])
            gradient = np.zeros_like(w)
            gradient[..., :2] = np.stack([-w[..., 1], w[..., 0]], -1) * (-w[..., 1] / length**3)[..., None]
            return Evaluation(w[..., 0] / length, gradient)

    model, w = TwoBlocks(), np.array([3.0, 4.0, 1.0, 2.0])
    method = AdaptiveRapidityDescent(model, 0.01)
    new, estimate = method.step(model.layout, w, model.evaluate(w), method.init(model.layout, w))
    assert model.evaluate(new).loss < model.evaluate(w).loss
    assert estimate > 0.01
    np.testing.assert_allclose(new[2:], w[2:], rtol=1e-15)
