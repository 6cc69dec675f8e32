"""What a method carries must start to scale: laws of claim B4 on buffers of momentum and moments of Adam."""

from typing import Any

import numpy as np

from proofs_check.dynamics.b4_methods import TWO_BLOCKS
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, equal, law
from psitheory.models import Rayleigh
from psitheory.optimizers import Adam, HeavyBall, Nesterov, PerBlock
from psitheory.optimizers.adaptive import Moments
from psitheory.optimizers.euclidean import Momentum
from psitheory.strategies import (
    choices,
    counts,
    factors,
    generic_models,
    generic_points,
    points,
    psi_models,
    rescalings,
    step_sizes,
    vectors,
)

# -- momentum, from any buffer ------------------------------------------------------------------

MOMENTUM = {
    "method": choices("heavy ball", "Nesterov"),
    "model": psi_models(),
    "w": points("model"),
    "m": vectors("model"),
    "a": rescalings("model", decades=30),
    "eta": step_sizes(),
    "beta": factors(),
    "coupled": step_sizes(),
    "decay": step_sizes(),
}
HEAVY = {
    "method": "heavy ball",
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([1.0, 1.0]),
    "m": np.array([1.0, 0.0]),
    "a": np.array([2.0]),
    "eta": 1.0,
    "beta": 0.5,
    "coupled": 0.5,
    "decay": 0.25,
}
WITH_MOMENTUM: dict[str, Any] = {"heavy ball": HeavyBall, "Nesterov": Nesterov}


def _momentum_step_follows(method, model, w, m, a, eta, beta, coupled, decay, *, p=2, of_coupled=-2, of_buffer=-1):
    """Claim that the step from (a·w, a^of_buffer m) with rescaled parameters leads to (a·w⁺, m⁺/a)."""
    layout = model.layout

    def step(w, m, **options):
        optimizer = WITH_MOMENTUM[method](options.pop("rate"), beta, **options)
        w, state = optimizer.step(layout, w, model.evaluate(w), Momentum(0, m))
        return w, state.buffer

    here = step(w, m, rate=eta, coupled_decay=coupled, decay=decay)
    w_there, m_there = step(
        layout.scale(a, w),
        layout.scale(a**of_buffer, m),
        rate=PerBlock(eta * a**p, eta),
        coupled_decay=PerBlock(coupled * a**of_coupled, 0),
        decay=PerBlock(decay * a**-p, 0),
    )
    there = layout.scale(1 / a, w_there), layout.scale(a, m_there)
    return equal(namespace(w).concat(there), namespace(w).concat(here))


@law(**MOMENTUM)
def a_step_with_momentum_has_the_exponent_two(method, model, w, m, a, eta, beta, coupled, decay):
    """(a·w, m/a) steps to (a·w⁺, m⁺/a) at the rate ηa², coupled decay λ/a², decoupled decay λ/a²."""
    return _momentum_step_follows(method, model, w, m, a, eta, beta, coupled, decay)


@a_step_with_momentum_has_the_exponent_two.counterfeit(instance=HEAVY)
def a_step_with_momentum_has_the_exponent_one(method, model, w, m, a, eta, beta, coupled, decay):
    """The same at the rate ηa."""
    return _momentum_step_follows(method, model, w, m, a, eta, beta, coupled, decay, p=1)


@a_step_with_momentum_has_the_exponent_two.counterfeit(instance=HEAVY)
def a_coupled_decay_is_unchanged(method, model, w, m, a, eta, beta, coupled, decay):
    """The same with the coupled decay unchanged."""
    return _momentum_step_follows(method, model, w, m, a, eta, beta, coupled, decay, of_coupled=0)


@a_step_with_momentum_has_the_exponent_two.counterfeit(instance=HEAVY)
def a_buffer_is_multiplied_by_the_scales(method, model, w, m, a, eta, beta, coupled, decay):
    """The same with the buffer a·m."""
    return _momentum_step_follows(method, model, w, m, a, eta, beta, coupled, decay, of_buffer=1)


# -- Adam, from any moments ---------------------------------------------------------------------

MOMENTS = {
    "t": counts(0, 5),
    "model": generic_models(free=True),
    "w": generic_points("model"),
    "m": vectors("model"),
    "s": vectors("model"),
    "a": rescalings("model", decades=30),
    "eta": step_sizes(decades=1),
}


def _adam_step_follows(t, model, w, m, s, a, eta, of_squares):
    """Claim that Adam's step from (a·w, m/a, a^of_squares s²) at ηa leads to (a·w⁺, m⁺/a, v⁺/a²)."""
    layout = model.layout

    def step(w, first, second, rate):
        w, state = Adam(rate, eps=0).step(layout, w, model.evaluate(w), Moments(t, first, second))
        return w, state.first, state.second

    here = step(w, m, s * s, eta)
    starts = layout.scale(a, w), layout.scale(1 / a, m), layout.scale(a**of_squares, s * s)
    w_there, first, second = step(*starts, PerBlock(eta * a, eta))
    there = layout.scale(1 / a, w_there), layout.scale(a, first), layout.scale(a * a, second)
    return equal(namespace(w).concat(there), namespace(w).concat(here))


@law(**MOMENTS, on=(POWERS_OF_TWO, BALLS, FLOATS))
def second_moments_are_divided_by_the_squares(t, model, w, m, s, a, eta):
    """Adam's step from (a·w, m/a, v/a²) at ηa leads to (a·w⁺, m⁺/a, v⁺/a²)."""
    return _adam_step_follows(t, model, w, m, s, a, eta, -2)


ONES = {"m": np.ones(5), "s": np.ones(5), "a": np.array([2.0, 1.0])}


@second_moments_are_divided_by_the_squares.counterfeit(
    instance={"t": 0, **{name: TWO_BLOCKS[name] for name in ("model", "w", "eta")}, **ONES}
)
def second_moments_are_divided_by_the_scales(t, model, w, m, s, a, eta):
    """The same from (a·w, m/a, v/a)."""
    return _adam_step_follows(t, model, w, m, s, a, eta, -1)


FROM_ANY_STATE = (a_step_with_momentum_has_the_exponent_two, second_moments_are_divided_by_the_squares)
