"""Renormalising on the way, laws of claim B2: which buffers move along, and where the rate may stand."""

from typing import Any

import numpy as np

from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, RATIONALS, equal, law
from psitheory.models import Rayleigh
from psitheory.optimizers import Adam, HeavyBall, PerBlock, PSIMomentum
from psitheory.strategies import (
    choices,
    factors,
    generic_models,
    generic_points,
    points,
    rayleigh_quotients,
    rescalings,
    step_sizes,
)

METHODS: dict[str, Any] = {
    "PSI, tangent units": (lambda eta: PSIMomentum(eta, 0.5), 0, {"buffer": -1}),
    "PSI, gradient units": (lambda eta: PSIMomentum(eta, 0.5, units="gradient"), 0, {"buffer": 1}),
    "heavy ball": (lambda eta: HeavyBall(eta, 0.5), 2, {"buffer": 1}),
    "Adam": (lambda eta: Adam(eta, eps=0), 1, {"first": 1, "second": 2}),
}
"""How to make each method of a rate, its exponent p, and the power of s that each of its buffers is multiplied by."""

RUN = {
    "method": choices(*METHODS),
    "model": generic_models(free=True),
    "w": generic_points("model"),
    "s": rescalings("model", decades=3),
    "eta": step_sizes(decades=1),
}
LENGTHENED = {
    "method": "heavy ball",
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([1.0, 1.0]),
    "s": np.array([0.5]),
    "eta": 0.5,
}


def _goes_on(method, model, w, s, eta, *, powers=None, exponent=None):
    """Claim that two steps, then w/s and the buffers times powers of s, then two steps at ηs^-p lead to w_4/s."""
    make, p, own = METHODS[method]
    p, powers, layout = p if exponent is None else exponent, own if powers is None else powers, model.layout
    here, there = PerBlock(eta * s**0, eta), PerBlock(eta / s**p, eta)  # written alike, so that both are rounded alike

    def advance(w, state, eta):
        for _ in range(2):
            w, state = make(eta).step(layout, w, model.evaluate(w), state)
        return w, state

    w, state = advance(w, make(here).init(layout, w), here)
    moved = {name: layout.scale(s**power, getattr(state, name)) for name, power in powers.items()}
    end, _ = advance(layout.scale(1 / s, w), state._replace(**moved), there)
    return equal(layout.scale(s, end), advance(w, state, here)[0])


@law(**RUN, on=(POWERS_OF_TWO, BALLS, FLOATS))
def weights_may_be_renormalised_on_the_way(method, model, w, s, eta):
    """The run goes on from w/s if tangent buffers go to m/s, gradients' to ms, second moments to vs² and η to η/s^p."""
    return _goes_on(method, model, w, s, eta)


@weights_may_be_renormalised_on_the_way.counterfeit(instance=LENGTHENED)
def buffers_may_stay_as_they_are(method, model, w, s, eta):
    """The same with w alone divided by s."""
    return _goes_on(method, model, w, s, eta, powers={})


@weights_may_be_renormalised_on_the_way.counterfeit(
    instance=LENGTHENED, method=choices("PSI, gradient units", "heavy ball")
)
def every_buffer_goes_along_as_the_weights_do(method, model, w, s, eta):
    """The same with m/s for buffers in gradient units too."""
    return _goes_on(method, model, w, s, eta, powers={"buffer": -1})


@weights_may_be_renormalised_on_the_way.counterfeit(instance=LENGTHENED, method=choices("heavy ball", "Adam"))
def the_rate_may_stay_as_it_is(method, model, w, s, eta):
    """The same at the rate η, as is right for PSI methods."""
    return _goes_on(method, model, w, s, eta, exponent=0)


SCHEDULE = {
    "model": rayleigh_quotients(),
    "w": points("model"),
    "eta": step_sizes(),
    "beta": factors(),
    "share": factors(),
}


def _inside_is_outside(model, w, etas, beta):
    """Claim that m⁺ = βm + ηr²∇f, w⁺ = w - m⁺ and m⁺ = βm + r²∇f, w⁺ = w - ηm⁺ are one after two steps."""
    layout = model.layout

    def direction(w):
        return layout.scale(layout.dots(w, w), model.evaluate(w).gradient)

    inside = outside = w
    m = n = w - w
    for eta in etas:
        m, n = beta * m + eta * direction(inside), beta * n + direction(outside)
        inside, outside = inside - m, outside - eta * n
    return equal(inside, outside)


@law(**SCHEDULE, on=(RATIONALS, BALLS, FLOATS))
def a_constant_rate_may_stand_inside_the_buffer(model, w, eta, beta, share):
    """Momentum with the rate inside its buffer is momentum with the rate outside, where the rate is constant."""
    return _inside_is_outside(model, w, [eta, eta], beta)


@a_constant_rate_may_stand_inside_the_buffer.counterfeit(
    instance={"model": LENGTHENED["model"], "w": LENGTHENED["w"], "eta": 0.5, "beta": 0.5, "share": 0.5}
)
def a_falling_rate_may_stand_inside_the_buffer(model, w, eta, beta, share):
    """So it is where the rate falls."""
    return _inside_is_outside(model, w, [eta, share * eta], beta)


RENORMALISED = (weights_may_be_renormalised_on_the_way, a_constant_rate_may_stand_inside_the_buffer)
