"""The methods of claim B4: the exponents that it states, and those that scale types derive from their code."""

from functools import cache

import numpy as np

from psitheory.errors import Undecided
from psitheory.models import Frozen, RankOne
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
    Polyak,
    PSIGradientDescent,
    RMSprop,
    SignDescent,
    adamw,
)
from psitheory.scaletypes.optimizers.types import OptimizerTypes
from psitheory.scaletypes.pairs import PairRuns

BY_BLOCK = {
    "GD": (2, lambda eta, of: GradientDescent(eta, coupled_decay=of(0.17, -2), decay=of(0.3, -2))),
    "heavy ball": (2, lambda eta, of: HeavyBall(eta, 0.5, coupled_decay=of(0.17, -2), decay=of(0.3, -2))),
    "Nesterov": (2, lambda eta, of: Nesterov(eta, 0.5, coupled_decay=of(0.17, -2), decay=of(0.3, -2))),
    "Adam": (1, lambda eta, of: Adam(eta, eps=0, coupled_decay=of(0.17, -2))),
    "Adam, eps outside": (1, lambda eta, of: Adam(eta, eps=of(0.25, -1))),
    "Adam, eps inside": (1, lambda eta, of: Adam(eta, eps=0, eps_inside=of(0.25, -2))),
    "AdamW": (1, lambda eta, of: adamw(eta, decay=of(0.3, -1), eps=0)),
    "RMSprop": (1, lambda eta, of: RMSprop(eta, eps=of(0.25, -1), decay=of(0.3, -1))),
    "Adagrad": (1, lambda eta, of: Adagrad(eta, eps=0)),
    "sign": (1, lambda eta, of: SignDescent(eta)),
    "Lion": (1, lambda eta, of: Lion(eta, decay=of(0.3, -1))),
    "normalised by block": (1, lambda eta, of: NormalisedDescent(eta, per="block")),
    "Padam": (1.5, lambda eta, of: Adam(eta, eps=0, roots=2)),
    "LARS": (0, lambda eta, of: LARS(eta)),
    "PSI-GD": (0, lambda eta, of: PSIGradientDescent(eta, decay=of(0.3, 0))),
}
"""For each method p, and how to make it of a rate and of ``of(λ, k)``, which means λaᵏ on blocks."""

WHOLE = {
    "normalised": (1, lambda eta, a: NormalisedDescent(eta)),
    "clipped": (2, lambda eta, a: Clipped(eta, 0.5 / a)),
    "Polyak": (0, lambda eta, a: Polyak(0)),
    "Barzilai-Borwein": (2, lambda eta, a: BarzilaiBorwein(eta)),
}
"""Polyak steps as if the minimum were 0; Barzilai-Borwein uses the rate on its first step only."""

UNITS = ("coupled_decay", "decay", "eps", "eps_inside", "threshold")
"""The constants beside the rate that a method may have."""

METHODS = (*BY_BLOCK, *WHOLE)

TWO_BLOCKS = {
    "steps": 1,
    "model": RankOne(np.array([[1.0, 2.0], [3.0, -1.0]])),
    "w": np.array([1.0, 1.0, 2.0, 1.0, 1.0]),
    "root": np.array([2.0, 1.0]),
    "eta": 1.0,
}
"""Where each method tells a wrong exponent from the right one."""


def stated(name):
    """Return twice the exponents that the tables state: of the rate, then of each of ``UNITS``; 0 without one."""
    table = BY_BLOCK if name in BY_BLOCK else WHOLE
    powers = _powers(BY_BLOCK[name][1]) if name in BY_BLOCK else {"threshold": -(name == "clipped")}
    return [int(2 * table[name][0]), *(2 * powers.get(unit, 0) for unit in UNITS)]


def _powers(make):
    """Return which power of the scale each constant of a method is multiplied by, by name."""
    told = {}

    def of(value, k):
        told[value] = k
        return value

    method = make(0.11, of)
    return {unit: told[getattr(method, unit)] for unit in UNITS if getattr(method, unit, None) in told}


@cache
def derived(name, seed):
    """Return twice the exponents that scale types derive from three steps, on two coupled blocks of normal samples."""
    rng = np.random.default_rng(seed)
    model = Frozen(RankOne(rng.normal(size=(2, 2))), np.ones(1))
    method = WHOLE[name][1](0.11, 1.0) if name in WHOLE else BY_BLOCK[name][1](0.11, lambda value, k: value)
    types = OptimizerTypes(PairRuns(optimizer=method, model=model, start=rng.normal(size=4)).run())
    law = types.complete
    if law is None or not law.exact:
        raise Undecided(f"no exponents make {name} follow exactly")
    powers = types.must_scale
    return int(2 * law.scaling.get(types.rate, 0)), *(int(2 * powers.get(unit, 0)) for unit in UNITS)
