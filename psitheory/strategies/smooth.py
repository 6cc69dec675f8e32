"""Domains of models with a known smoothness constant L."""

from __future__ import annotations

from functools import cache

import numpy as np
from hypothesis import strategies as st

from psitheory.models import Cosine, Neuron
from psitheory.rates import certified_smoothness
from psitheory.runner.domain import Domain, by_size
from psitheory.strategies.models import rank_ones, rayleigh_quotients, waves
from psitheory.strategies.values import Draw, Made, float_arrays


@st.composite
def _cosines(draw: Draw) -> Cosine:
    direction = draw(float_arrays((draw(st.integers(2, 4)),)))
    return Cosine(direction if np.any(direction) else np.eye(len(direction))[0])


def smooth_models() -> Domain:
    """Draw models of one block with ``smoothness``: diagonal Rayleigh quotients; cosines and waves but on rationals."""
    rayleighs, circles = rayleigh_quotients(), waves()
    return Domain(
        floats=by_size(lambda drawn: rayleighs.floats(drawn) | _cosines() | circles.floats(drawn)),
        rationals=rayleighs.rationals,
    )


def rank_one_models() -> Domain:
    """Draw approximations of small matrices by one of rank one: two blocks and a free parameter, coupled."""
    return Domain(floats=by_size(lambda _: rank_ones()))


# -- batch-norm neurons -------------------------------------------------------------------------


@cache
def _neurons() -> tuple[Neuron, ...]:
    rng = np.random.default_rng(0)
    inputs, targets = rng.normal(size=(2, 8, 2)), np.sign(rng.normal(size=(2, 8)))
    return Neuron(inputs[0], targets[0]), Neuron(inputs[1], targets[1], activation="softplus", loss="logistic")


@cache
def _certified(model: Neuron) -> float:
    return float(certified_smoothness(model).upper)


def certified_neurons() -> Domain:
    """Draw batch-norm neurons in the plane: tanh with squared loss, softplus with logistic loss; 8 samples, seed 0."""
    return Domain(floats=by_size(lambda _: st.deferred(lambda: st.sampled_from(_neurons()))))


def certified_constants(model: str) -> Domain:
    """Return the L of a neuron of :func:`certified_neurons`, by branch and bound in balls."""
    return Domain(floats=lambda drawn: Made(lambda: _certified(drawn[model])))
