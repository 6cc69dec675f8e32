"""Methods that ask the model: Newton, exact line search, conjugate gradients; Polyak's step; decay as a schedule."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError, NotInArithmetic
from psitheory.experiments import descend
from psitheory.models import Circle, Cosine, Fourier, RankOne, Rayleigh
from psitheory.optimizers import (
    ExactLineSearch,
    HeavyBall,
    NonlinearCG,
    Polyak,
    PSIPolyak,
    QuotientNewton,
    decay_as_schedule,
)

MODEL = Rayleigh(np.diag([0.0, 1.0, 3.0, 7.0]))
seeds = st.integers(0, 2**32 - 1)


@pytest.mark.parametrize(
    "method",
    [QuotientNewton(MODEL), ExactLineSearch(MODEL), NonlinearCG(MODEL), NonlinearCG(MODEL, rule="fletcher-reeves")],
    ids=["newton", "exact", "polak-ribiere", "fletcher-reeves"],
)
def test_equivalent_starts_agree_bit_for_bit_and_an_ensemble_is_its_runs(method):
    w = np.random.default_rng(0).normal(size=(3, 4))
    run = descend(MODEL, method, w, 5)
    far = descend(MODEL, method, 2.0**40 * w, 5)
    np.testing.assert_array_equal(far.squared_gradient, run.squared_gradient)
    for k in range(3):
        alone = descend(MODEL, method, w[k], 5)
        np.testing.assert_allclose(alone.loss, run.loss[:, k], rtol=1e-9, atol=1e-12)


@given(seeds)
def test_newton_on_rayleigh_is_rayleigh_quotient_iteration(seed):
    w = np.random.default_rng(seed).normal(size=4)
    new, _ = QuotientNewton(MODEL).step(MODEL.layout, w, MODEL.evaluate(w), ())
    shifted = np.linalg.solve(MODEL.matrix - MODEL.evaluate(w).loss * np.eye(4), w)
    cosine = abs(new @ shifted) / (np.linalg.norm(new) * np.linalg.norm(shifted))
    assert cosine == pytest.approx(1, abs=1e-9)


def test_newton_converges_beside_free_parameters():
    model = RankOne(np.diag([3.0, 1.0]))
    run = descend(model, QuotientNewton(model), np.array([2.0, 0.1, 5.0, -0.1, 2.5]), 6)
    assert run.squared_gradient[-1] < 1e-28


@settings(max_examples=20)
@given(seeds)
def test_an_exact_search_is_exact(seed):
    w = np.random.default_rng(seed).normal(size=4)
    here = MODEL.evaluate(w)
    new, _ = ExactLineSearch(MODEL).step(MODEL.layout, w, here, ())
    there = MODEL.evaluate(new)
    if (new != w).any():
        size = np.linalg.norm(there.gradient) * np.linalg.norm(here.gradient)
        assert abs(there.gradient @ here.gradient) < 1e-6 * size + 1e-12
        assert there.loss < here.loss


def test_the_first_minimum_is_found_or_the_run_stays():
    waves = Circle(Fourier([0.0, 0.0, 0.0, 0.0, 1.0], [0.0] * 5))  # cos 4θ, with minima an eighth of a turn away
    w = np.array([np.cos(0.1), np.sin(0.1)])
    new, _ = ExactLineSearch(waves).step(waves.layout, w, waves.evaluate(w), ())
    assert np.arctan2(new[1], new[0]) == pytest.approx(np.pi / 4, abs=1e-9)
    cosine, far = Cosine(np.array([1.0, 0.0])), np.array([np.cos(3.0), np.sin(3.0)])
    stayed, _ = ExactLineSearch(cosine).step(cosine.layout, far, cosine.evaluate(far), ())
    np.testing.assert_array_equal(stayed, far)


@pytest.mark.parametrize("rule", ["polak-ribiere", "fletcher-reeves"])
@given(seed=seeds)
def test_directions_are_conjugate_as_the_rule_says(rule, seed):
    w = np.random.default_rng(seed).normal(size=4)
    method = NonlinearCG(MODEL, rule=rule)
    state, gradient, direction = method.init(MODEL.layout, w), None, None
    for _ in range(4):
        here = MODEL.evaluate(w)
        g, beta = here.gradient, 0.0
        if gradient is not None:
            change = g - gradient if rule == "polak-ribiere" else g
            beta = max(0.0, g @ change / (gradient @ gradient))
        along = -g if direction is None or (beta * direction - g) @ g >= 0 else beta * direction - g
        w, state = method.step(MODEL.layout, w, here, state)
        np.testing.assert_allclose(state.direction, along, rtol=1e-9, atol=1e-12 * np.linalg.norm(along))
        gradient, direction = g, state.direction


def test_conjugate_gradients_are_faster_than_gradients():
    w = np.array([1.0, 1.0, 1.0, 1.0])
    exact, conjugate = (descend(MODEL, method(MODEL), w, 10).loss[-1] for method in (ExactLineSearch, NonlinearCG))
    assert conjugate < 1e-6 * exact


@given(seeds)
def test_polyaks_step_is_the_same_on_one_block(seed):
    w = np.random.default_rng(seed).normal(size=(3, 4))
    here = MODEL.evaluate(w)
    one, two = (method(0.0).step(MODEL.layout, w, here, ())[0] for method in (Polyak, PSIPolyak))
    np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-14)


def test_a_schedule_does_what_decay_does():
    eta, decay, momentum = 0.1, 0.2, 0.5
    schedule = decay_as_schedule(eta, decay, momentum)
    w = np.array([1.0, 2.0, -1.0, 0.5])
    decaying = HeavyBall(eta, momentum, coupled_decay=decay)
    a = schedule.alpha
    state, other = decaying.init(MODEL.layout, w), schedule.init(MODEL.layout, w)
    x = w
    for t in range(1, 30):
        w, state = decaying.step(MODEL.layout, w, MODEL.evaluate(w), state)
        x, other = schedule.optimizer.step(MODEL.layout, x, MODEL.evaluate(x), other)
        np.testing.assert_allclose(w, a**t * x, rtol=1e-9)


def test_what_cannot_be_is_named():
    with pytest.raises(ArgumentError, match=r"rate times decay is 0\.5; at most .* which is 0\.25"):
        decay_as_schedule(0.5, 1.0, 0.25)
    with pytest.raises(ArgumentError, match="rule is 'hestenes'"):
        NonlinearCG(MODEL, rule="hestenes")  # type: ignore[arg-type]
    for method in (QuotientNewton, ExactLineSearch, NonlinearCG):
        with pytest.raises(ArgumentTypeError, match="an object with a layout and evaluate"):
            method(Rayleigh)
    exact = to_rationals(np.array([1.0, 1.0, 0.0, 0.0]))
    model = to_rationals(MODEL)
    with pytest.raises(NotInArithmetic, match="floats only"):
        ExactLineSearch(model).step(model.layout, exact, model.evaluate(exact), ())
