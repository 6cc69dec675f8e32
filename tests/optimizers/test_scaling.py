"""How methods answer to a rescaling of the start: equivariance (B1, B2) and scaling exponents (B4), bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from psitheory.experiments import descend
from psitheory.layout import Layout
from psitheory.models import BatchNormMLP, Rayleigh
from psitheory.optimizers import (
    LARS,
    Adagrad,
    Adam,
    BarzilaiBorwein,
    Clipped,
    GradientDescent,
    HeavyBall,
    Lion,
    Nesterov,
    NormalisedDescent,
    PerBlock,
    Polyak,
    PSIArmijo,
    PSIGradientDescent,
    PSIMomentum,
    RMSprop,
    SignDescent,
    adamw,
)
from psitheory.optimizers.euclidean import Momentum
from psitheory.optimizers.hyperball import hyperball_step

RNG = np.random.default_rng(0)
NETWORK = BatchNormMLP(RNG.normal(size=(12, 4)), np.arange(12) % 3, hidden=(3, 2), affine=True)
START = RNG.normal(size=(2, NETWORK.layout.n))
MATRIX = RNG.normal(size=(6, 6))
QUOTIENT = Rayleigh(MATRIX + MATRIX.T)
QUOTIENT_START = RNG.normal(size=(2, 6))
STEPS = 6


def follows(model: Any, w: np.ndarray, a: np.ndarray, plain: Any, rescaled: Any, **options: Any) -> bool:
    """Tell whether ``rescaled`` from a·w is at a times the weights of ``plain``, after every step."""
    seeds = {"rng": np.random.default_rng(1)} if options else {}
    one = descend(model, plain, w, STEPS, record=range(STEPS + 1), keep_points=True, **options, **seeds)
    seeds = {"rng": np.random.default_rng(1)} if options else {}
    start = model.layout.scale(a, w)
    two = descend(model, rescaled, start, STEPS, record=range(STEPS + 1), keep_points=True, **options, **seeds)
    assert (one.broken_at == -1).all()
    assert (one.points[-1] != one.points[0]).any()
    return bool((two.points == model.layout.scale(a, one.points)).all())


# -- equivariant methods --------------------------------------------------------------------------

EQUIVARIANT = {
    "psi-gd": PSIGradientDescent(0.1),
    "psi-gd, decay": PSIGradientDescent(0.1, decay=0.3),
    "momentum in tangent units": PSIMomentum(0.1, 0.7),
    "momentum in gradient units": PSIMomentum(0.1, 0.7, units="gradient"),
    "coupled decay in tangent units": PSIMomentum(0.1, 0.7, coupled_decay=0.2, decay=0.1),
    "schedule": PSIGradientDescent(lambda t: 0.1 / (t + 1)),
    "armijo": PSIArmijo(NETWORK, 4.0),
    "lars": LARS(0.1),
}


@pytest.mark.parametrize("k", [3, 30, 300])
@pytest.mark.parametrize("batch", [{}, {"batch_size": 6}])
@pytest.mark.parametrize("name", EQUIVARIANT)
def test_equivariant_methods_commute_with_powers_of_two(name: str, batch: dict[str, Any], k: int) -> None:
    a = np.ldexp(1.0, np.random.default_rng(k).integers(-k, k, NETWORK.layout.m))
    assert follows(NETWORK, START, a, EQUIVARIANT[name], EQUIVARIANT[name], **batch)


@pytest.mark.parametrize("name", ["gd", "heavy ball", "adam", "sign"])
def test_euclidean_methods_do_not(name: str) -> None:
    a = np.ldexp(1.0, [1, -1, 2, 0, 1])
    method = {
        "gd": GradientDescent(0.1),
        "heavy ball": HeavyBall(0.1, 0.5),
        "adam": Adam(0.1),
        "sign": SignDescent(0.1),
    }
    assert not follows(NETWORK, START, a, method[name], method[name])


class Primed:
    """A momentum method whose buffer does not start at zero."""

    def __init__(self, method: PSIMomentum, buffer: np.ndarray) -> None:
        self.step = method.step
        self.buffer = buffer

    def init(self, layout: Any, w: Any) -> Momentum:
        return Momentum(0, self.buffer)


@pytest.mark.parametrize("units", ["tangent", "gradient"])
def test_buffers_rescale_by_the_rule_of_their_units_and_by_no_other(units: Any) -> None:
    a = np.ldexp(1.0, [5, -3, 20, 0, -11])
    scale, method = NETWORK.layout.scale, PSIMomentum(0.1, 0.7, units=units)
    m = np.random.default_rng(2).normal(size=START.shape)
    rules = {"tangent": scale(a, m), "gradient": scale(1 / a, m)}
    for rule, buffer in rules.items():
        assert follows(NETWORK, START, a, Primed(method, m), Primed(method, buffer)) == (rule == units)


def test_generic_scales_stay_within_rounding() -> None:
    a = np.random.default_rng(3).uniform(0.01, 100, size=NETWORK.layout.m)
    for method in (PSIGradientDescent(0.1), PSIMomentum(0.1, 0.7, coupled_decay=0.2)):
        one = descend(NETWORK, method, START, STEPS).final
        two = descend(NETWORK, method, NETWORK.layout.scale(a, START), STEPS).final
        # six steps that expand by no more than 1 + 0.1 L < 10 each would allow 1e-10; found is near 1e-14
        np.testing.assert_allclose(NETWORK.layout.scale(1 / a, two), one, rtol=0, atol=1e-11)


# -- scaling exponents ----------------------------------------------------------------------------

Make = Callable[[Any, Any], Any]
"""Makes a method of a function p -> η a^p (with v's rate kept) and of one p -> a^p for the other hyper-parameters."""

EXPONENTS: dict[str, tuple[float, Make]] = {
    "gd": (2, lambda eta, of: GradientDescent(eta)),
    "gd, coupled decay": (2, lambda eta, of: GradientDescent(eta, coupled_decay=of(0.3, -2))),
    "gd, decay": (2, lambda eta, of: GradientDescent(eta, decay=of(0.3, -2))),
    "heavy ball": (2, lambda eta, of: HeavyBall(eta, 0.7, coupled_decay=of(0.1, -2), decay=of(0.2, -2))),
    "nesterov": (2, lambda eta, of: Nesterov(eta, 0.7, coupled_decay=of(0.1, -2), decay=of(0.2, -2))),
    "adam": (1, lambda eta, of: Adam(eta, eps=0.0)),
    "adam, eps": (1, lambda eta, of: Adam(eta, eps=of(0.05, -1))),
    "adam, eps inside": (1, lambda eta, of: Adam(eta, eps=0, eps_inside=of(0.05, -2))),
    "adam, coupled decay": (1, lambda eta, of: Adam(eta, eps=0, coupled_decay=of(0.1, -2))),
    "adamw": (1, lambda eta, of: adamw(eta, decay=of(0.1, -1), eps=0)),
    "rmsprop": (1, lambda eta, of: RMSprop(eta, eps=of(0.1, -1), decay=of(0.1, -1))),
    "adagrad": (1, lambda eta, of: Adagrad(eta, eps=0)),
    "sign": (1, lambda eta, of: SignDescent(eta)),
    "lion": (1, lambda eta, of: Lion(eta, decay=of(0.1, -1))),
    "normalised by block": (1, lambda eta, of: NormalisedDescent(eta, per="block")),
    "padam": (1.5, lambda eta, of: Adam(eta, eps=0, roots=2)),
    "lars": (0, lambda eta, of: LARS(eta)),
    "psi": (0, lambda eta, of: PSIGradientDescent(eta, decay=of(0.3, 0))),
}


@pytest.mark.parametrize("off", [0, 1])
@pytest.mark.parametrize("name", EXPONENTS)
def test_the_exponent_of_the_rate_block_by_block_and_no_other(name: str, off: int) -> None:
    p, make = EXPONENTS[name]
    a = np.ldexp(1.0, [4, -8, 12, 0, -4])  # powers of 16, whose fourth roots are powers of two

    def with_rates(a: np.ndarray, off: int) -> Any:
        return make(PerBlock(0.05 * a ** (p + off), 0.05), lambda x, q: PerBlock(x * a**q, 0.0 if q == -2 else x))

    plain, rescaled = with_rates(np.ones(5), 0), with_rates(a, off)
    assert follows(NETWORK, START, a, plain, rescaled) == (off == 0)


WHOLE: dict[str, tuple[float, Callable[[float, float], Any]]] = {
    "normalised": (1, lambda eta, a: NormalisedDescent(eta)),
    "clipped": (2, lambda eta, a: Clipped(eta, 0.5 / a)),
    "polyak": (0, lambda eta, a: Polyak(QUOTIENT.minimum)),
    "barzilai-borwein": (2, lambda eta, a: BarzilaiBorwein(eta)),
    "armijo": (0, lambda eta, a: PSIArmijo(QUOTIENT, 10 * eta)),
    "gd": (2, lambda eta, a: GradientDescent(eta)),
}


@pytest.mark.parametrize("k", [-40, 7, 100])
@pytest.mark.parametrize("name", WHOLE)
def test_methods_with_norms_across_blocks_rescale_with_one_factor(name: str, k: int) -> None:
    p, make = WHOLE[name]
    a = 2.0**k
    assert follows(QUOTIENT, QUOTIENT_START, np.array([a]), make(0.05, 1.0), make(0.05 * a**p, a))
    if name not in ("polyak", "armijo"):
        assert not follows(QUOTIENT, QUOTIENT_START, np.array([a]), make(0.05, 1.0), make(0.1 * a**p, a))


def test_free_parts_that_do_not_move_leave_a_hyperball_step_as_it_is() -> None:
    layout = Layout.of([2], 2)
    w, x = np.array([3.0, 4.0, 1.0, 2.0]), np.array([0.0, 2.0, 0.0, 0.0])
    with np.errstate(all="raise"):
        moved = hyperball_step(layout, w, x, 0.1, np.array([5.0]))
    along = w[:2] - 0.5 * np.array([0.0, 1.0])
    np.testing.assert_allclose(moved, [*(5 * along / np.hypot(*along)), 1, 2], rtol=1e-15)
