"""Every method: against its formula entry by entry, in every arithmetic, as an ensemble, in float32."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq

from psitheory.arithmetic import convert, precision, to_balls, to_floats, to_rationals
from psitheory.arithmetic.balls import BALLS
from psitheory.arithmetic.rationals import RATIONALS
from psitheory.errors import ArgumentError, NotInArithmetic
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers import (
    LARS,
    SGDG,
    SGDMRT,
    SGDP,
    Adagrad,
    Adam,
    AdamG,
    AdamGStar,
    AdamP,
    AdamSRT,
    BarzilaiBorwein,
    Centralised,
    Clipped,
    GradientDescent,
    HeavyBall,
    Hyperball,
    Lion,
    Nesterov,
    NormalisedDescent,
    Optimizer,
    Polyak,
    ProjectedDescent,
    PSIGradientDescent,
    PSIMomentum,
    RapidityDescent,
    Renormalised,
    RMSprop,
    SignDescent,
    SphericalWNGrad,
    adam_s,
    adamw,
)
from psitheory.optimizers.euclidean import Momentum

LAYOUT = Layout.of([2, 3], 2)
EPS = np.finfo(float).eps

RATIONAL = {
    "gd": GradientDescent(0.125, decay=0.25, coupled_decay=0.5),
    "heavy ball": HeavyBall(0.125, 0.5),
    "nesterov": Nesterov(0.125, 0.5, decay=0.25),
    "psi": PSIGradientDescent(2**-9, decay=0.25),
    "psi tangent": PSIMomentum(2**-9, 0.5, coupled_decay=0.25),
    "psi gradient": PSIMomentum(2**-9, 0.5, units="gradient", decay=0.25),
    "sign": SignDescent(0.125),
    "lion": Lion(0.125, beta1=0.5, beta2=0.75, decay=0.25),
    "polyak": Polyak(-1.0),
    "barzilai-borwein": BarzilaiBorwein(0.125),
    "sgd-mrt": SGDMRT(0.125, 0.5, coupled_decay=0.25),
    "centralised": Centralised(HeavyBall(0.125, 0.5)),
}
WITH_ROOTS = {
    "adam": Adam(0.125, coupled_decay=0.25),
    "adam without eps": Adam(0.125, eps=0, beta1=0.5, beta2=0.75),
    "padam": Adam(0.125, roots=2, eps_inside=0.125),
    "adamw": adamw(0.125, decay=0.25),
    "rmsprop": RMSprop(0.125, coupled_decay=0.25),
    "adagrad": Adagrad(0.125, decay=0.125),
    "normalised": NormalisedDescent(0.125),
    "normalised by block": NormalisedDescent(0.125, per="block"),
    "clipped": Clipped(0.125, 0.5),
    "lars": LARS(0.125),
    "rapidity": RapidityDescent(512.0),
    "projected": ProjectedDescent(0.125),
    "sgdp": SGDP(0.125, momentum=0.5, decay=0.25, delta=1.0),
    "adamp": AdamP(0.125, decay=0.25, delta=1.0),
    "adam-s": adam_s(0.125),
    "adam+r": AdamSRT(0.125, transport=False),
    "adam+t": AdamSRT(0.125, rescale=False),
    "adam-srt": AdamSRT(0.125, coupled_decay=0.25),
    "adam-g*": AdamGStar(0.125, beta=0.75, start=4.0),
    "sgd-g": SGDG(0.125),
    "adam-g": AdamG(0.125, orthogonality=0.125),
    "hyperball": Hyperball(HeavyBall(0.125, 0.5), 0.25),
    "renormalised": Renormalised(Adam(0.125, eps=0)),
    "wngrad": SphericalWNGrad(16.0, rate=0.125),
    "wngrad with decay": SphericalWNGrad(16.0, shrink=0.875, rate=0.125, decay_on="step"),
}
METHODS = RATIONAL | WITH_ROOTS


def bowl(w: Any) -> Evaluation:
    """f = Σ k (w_k - 1)²/2, which no method here runs on by accident: it is not scale-invariant."""
    k = np.arange(1, 8)
    if w.dtype == object:
        k = np.array([int(x) for x in k], dtype=object)
    else:
        k = k.astype(w.dtype)
    return Evaluation((k * (w - 1) * (w - 1)).sum(-1) / 2, k * (w - 1))


START = np.array([0.5, 2.0, -1.0, 0.25, 3.0, 1.5, -0.5])


def run(method: Any, w: Any, steps: int = 4) -> Any:
    state = method.init(LAYOUT, w)
    for _ in range(steps):
        w, state = method.step(LAYOUT, w, bowl(w), state)
    return w


@pytest.mark.parametrize("name", METHODS)
def test_a_state_keeps_its_form(name: str) -> None:
    method, w = METHODS[name], np.array(START, dtype=float)
    first = method.init(LAYOUT, w)
    _, after = method.step(LAYOUT, w, bowl(w), first)
    assert first is not None
    assert form(first) == form(after)


def form(state: Any) -> Any:
    """Return the types and shapes of a state, at any depth; a number of steps is a number."""
    if isinstance(state, (tuple, list)):
        return type(state), tuple(map(form, state))
    return np.shape(state) if isinstance(state, (np.ndarray, int, float, np.number)) else type(state)


@pytest.mark.parametrize("name", METHODS)
def test_each_is_an_optimizer_that_moves_and_changes_nothing_it_is_given(name: str) -> None:
    method = METHODS[name]
    assert isinstance(method, Optimizer)
    start = START.copy()
    assert (run(method, start) != START).all()
    np.testing.assert_array_equal(start, START)


@pytest.mark.parametrize("name", METHODS)
def test_an_ensemble_is_its_runs_side_by_side(name: str) -> None:
    w = np.random.default_rng(0).normal(size=(2, 3, 7))
    whole = run(METHODS[name], w)
    for index in np.ndindex(2, 3):
        np.testing.assert_array_equal(whole[index], run(METHODS[name], w[index]))


@pytest.mark.parametrize("name", METHODS)
def test_float32_stays_float32(name: str) -> None:
    w = np.stack([START, 2 * START]).astype(np.float32)
    assert run(METHODS[name], w).dtype == np.float32


@pytest.mark.parametrize("name", METHODS)
def test_balls_enclose_what_the_floats_approximate(name: str) -> None:
    with precision(200):
        found = run(convert(METHODS[name], BALLS.element), to_balls(START))
        assert all(float(x.rad()) < 1e-40 for x in found)
        # four steps that no entry expands by more than tenfold, a dozen roundings each
        np.testing.assert_allclose(run(METHODS[name], START), to_floats(found), rtol=1e5 * EPS)


@pytest.mark.parametrize("name", RATIONAL)
def test_methods_without_roots_are_exact_on_rationals(name: str) -> None:
    exact = run(convert(METHODS[name], RATIONALS.element), to_rationals(START))
    assert all(isinstance(x, fmpq) for x in exact)
    with precision(200):
        enclosed = run(convert(METHODS[name], BALLS.element), to_balls(START))
        assert all(
            ball.overlaps(BALLS.element(Fraction(int(x.p), int(x.q)))) for ball, x in zip(enclosed, exact, strict=True)
        )


@pytest.mark.parametrize("name", ["adam", "rmsprop", "normalised"])
def test_roots_that_are_not_rational_are_refused(name: str) -> None:
    with pytest.raises(NotInArithmetic, match="not rational"):
        run(convert(METHODS[name], RATIONALS.element), to_rationals(START))


# -- formulas, entry by entry ---------------------------------------------------------------------


def adam(x: float, k: int, steps: int, *, beta1: float, beta2: float, eps: float, inside: float, power: float) -> float:
    m = v = 0.0
    for t in range(1, steps + 1):
        g = k * (x - 1)
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        x -= 0.125 * (m / (1 - beta1**t)) / ((v / (1 - beta2**t) + inside) ** power + eps)
    return x


@pytest.mark.parametrize(
    ("options", "reference"),
    [
        ({}, {"eps": 1e-8}),
        ({"eps": 0.5, "beta1": 0.5}, {"eps": 0.5, "beta1": 0.5}),
        ({"eps": 0, "eps_inside": 0.5}, {"inside": 0.5}),
        ({"eps": 0, "roots": 2, "beta2": 0.9}, {"power": 0.25, "beta2": 0.9}),
    ],
)
def test_adam_is_its_formula(options: dict[str, Any], reference: dict[str, float]) -> None:
    defaults = {"beta1": 0.9, "beta2": 0.999, "eps": 0.0, "inside": 0.0, "power": 0.5}
    expected = [adam(x, k, 5, **{**defaults, **reference}) for k, x in enumerate(START, 1)]
    np.testing.assert_allclose(run(Adam(0.125, **options), START, 5), expected, rtol=1e-13)


def test_rmsprop_and_adagrad_are_their_formulas() -> None:
    def divided(x: float, k: int, keep: float, add: float, eps: float) -> float:
        v = 0.0
        for _ in range(5):
            g = k * (x - 1)
            v = keep * v + add * g * g
            x -= 0.125 * g / (math.sqrt(v) + eps)
        return x

    rmsprop = [divided(x, k, 0.75, 0.25, 0.5) for k, x in enumerate(START, 1)]
    np.testing.assert_allclose(run(RMSprop(0.125, beta=0.75, eps=0.5), START, 5), rmsprop, rtol=1e-13)
    adagrad = [divided(x, k, 1.0, 1.0, 1e-10) for k, x in enumerate(START, 1)]
    np.testing.assert_allclose(run(Adagrad(0.125), START, 5), adagrad, rtol=1e-13)


def one_step(method: Any, w: Any, g: Any, loss: float = 0.0) -> np.ndarray:
    w, g = np.array(w, dtype=float), np.array(g, dtype=float)
    found: np.ndarray = method.step(LAYOUT, w, Evaluation(np.array(loss), g), method.init(LAYOUT, w))[0]
    return found


ONES = np.ones(7)


def test_lengths_at_pythagorean_gradients() -> None:
    g = [3, 4, 2, 3, 6, 0, 8]  # blocks of norm 5 and 7, a free part of norm 8
    np.testing.assert_allclose(
        one_step(NormalisedDescent(0.5, per="block"), ONES, g),
        1 - np.array([0.3, 0.4, 1 / 7, 1.5 / 7, 3 / 7, 0, 0.5]),
        rtol=4 * EPS,
    )
    whole = np.sqrt(25 + 49 + 64)
    np.testing.assert_allclose(one_step(NormalisedDescent(0.5), ONES, g), 1 - 0.5 * np.array(g) / whole, rtol=8 * EPS)
    np.testing.assert_allclose(one_step(Clipped(0.5, 1.0), ONES, g), 1 - 0.5 * np.array(g) / whole, rtol=8 * EPS)
    np.testing.assert_array_equal(one_step(Clipped(0.5, 16.0), ONES, g), 1 - 0.5 * np.array(g))
    # rows of norm 10 and 14 at gradients of norm 5 and 7: the rate of both is 0.5 · 2
    np.testing.assert_allclose(one_step(LARS(0.5), [6, 8, 4, 6, 12, 1, 1], g), [3, 4, 2, 3, 6, 1, -3], rtol=8 * EPS)
    np.testing.assert_array_equal(one_step(SignDescent(0.5), ONES, g), [0.5, 0.5, 0.5, 0.5, 0.5, 1, 0.5])


def test_lion_looks_ahead_of_its_buffer() -> None:
    """From a buffer of -4 the direction is (g - 4)/2."""
    method, w = Lion(0.5, beta1=0.5, beta2=0.75, decay=0.5), ONES + 1
    g = np.array([6.0, 2.0, 4.0, -6.0, 0.0, 6.0, 2.0])
    moved, state = method.step(LAYOUT, w, Evaluation(np.array(0.0), g), Momentum(3, 0 * ONES - 4))
    np.testing.assert_array_equal(moved, [1.0, 2.0, 1.5, 2.0, 2.0, 1.5, 2.5])  # 1.5 ± .5 for blocks, 2 ± .5 for v
    np.testing.assert_array_equal(state.buffer, -3 + g / 4)
    assert state.t == 4


@pytest.mark.parametrize("name", ["adam without eps", "normalised", "normalised by block", "lars", "sign", "polyak"])
def test_nothing_moves_where_the_gradient_is_zero(name: str) -> None:
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(one_step(METHODS[name], ONES, 0 * ONES, loss=-1.0), ONES)


def test_polyak_reaches_the_minimum_of_a_round_bowl_halfway_each_step() -> None:
    # f = |w|²/2: the step f/|w|² = 1/2
    w = np.array([3.0, -4.0, 0, 1, 2, 0, 0])
    np.testing.assert_allclose(one_step(Polyak(0.0), w, w, loss=(w @ w) / 2), w / 2, rtol=4 * EPS)
    huge = 1e200 * w
    np.testing.assert_allclose(one_step(Polyak(0.0), w, huge, loss=1e200 * (w @ w)), 0 * w, atol=8 * EPS)


def test_barzilai_borwein_is_exact_after_one_step_on_a_round_bowl() -> None:
    method = BarzilaiBorwein(0.125)
    w = START
    state = method.init(LAYOUT, w)
    for _ in range(2):
        w, state = method.step(LAYOUT, w, Evaluation(None, 3 * w), state)
    np.testing.assert_allclose(w, 0, atol=8 * EPS)


def test_steps_of_extreme_gradients_neither_over_nor_underflow() -> None:
    for size in (1e-300, 1e300):
        g = size * np.array([3, 4, 2, 3, 6, 0, 8.0])
        np.testing.assert_allclose(one_step(NormalisedDescent(0.5, per="block"), ONES, g)[:2], [0.7, 0.6], rtol=8 * EPS)
        np.testing.assert_allclose(one_step(LARS(0.5), ONES, g)[0], 1 - 0.3 * np.sqrt(2), rtol=16 * EPS)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Adam(-0.1), "rate is -0.1"),
        (lambda: Adam(0.1, beta1=1.0), "beta1 is 1.0"),
        (lambda: Adam(0.1, eps=-1.0), "eps is -1.0"),
        (lambda: Adam(0.1, roots=3), "roots is 3; 1 or 2"),
        (lambda: RMSprop(0.1, beta=1.5), "beta is 1.5"),
        (lambda: Adagrad(0.1, decay=-2.0), "decay is -2.0"),
        (lambda: NormalisedDescent(0.1, per="layer"), "per is 'layer'; 'whole' or 'block'"),
        (lambda: Clipped(0.1, 0.0), r"threshold is 0\.0"),
        (lambda: SignDescent(0), "rate is 0; a positive number"),
        (lambda: LARS(float("nan")), "rate is nan"),
        (lambda: BarzilaiBorwein(-1), "rate is -1"),
    ],
)
def test_bad_input_is_named(make: Any, says: str) -> None:
    with pytest.raises(ArgumentError, match=says):
        make()
