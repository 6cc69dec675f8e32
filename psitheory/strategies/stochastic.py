"""Domains of what methods need: factors in (0, 1), models of generic samples, mini-batches."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.models import Frozen, Neuron, RankOne
from psitheory.runner.domain import Domain, Drawn, by_size
from psitheory.strategies.formal import factor
from psitheory.strategies.layouts import Reference, layout_of
from psitheory.strategies.scales import ratios
from psitheory.strategies.values import Draw, Made


def factors() -> Domain:
    """Draw numbers strictly between 0 and 1, such as a momentum; on symbols a positive one."""
    plain = ratios(0, 1)
    return Domain(
        floats=plain.floats,
        rationals=plain.rationals,
        symbols=lambda _, table, name: [table.positive(name)],
        formal=lambda _, space, name: [factor(space, name)],
    )


_SEEDS = st.integers(0, 2**16)


@st.composite
def _sampled_neurons(draw: Draw, samples: int) -> Neuron:
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inputs, targets = rng.normal(size=(samples, draw(st.integers(2, 3)))), rng.normal(size=samples)
    return Neuron(inputs, targets, activation=draw(st.sampled_from(["tanh", "identity"])))


def sampled_neurons(samples: int = 6) -> Domain:
    """Draw batch-norm neurons on normal samples, so that no mini-batch of two or more is degenerate."""
    return Domain(floats=by_size(lambda _: _sampled_neurons(samples)))


@st.composite
def _rank_ones(draw: Draw) -> RankOne:
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    return RankOne(rng.normal(size=(draw(st.integers(2, 3)), 2)))


def generic_models(*, free: bool) -> Domain:
    """Draw models of normal samples, whose gradients have no zero entries: neurons, and approximations of rank one.

    With ``free`` the latter have their free parameter; else it is held at 1, and two blocks are left.
    """
    rank_ones = _rank_ones() if free else _rank_ones().map(lambda model: Frozen(model, np.ones(1)))
    return Domain(floats=by_size(lambda _: _sampled_neurons(6) | rank_ones))


@cache
def _exponents(count: int) -> st.SearchStrategy[tuple[int, ...]]:
    return st.tuples(*[st.integers(-100, 100)] * count)


def generic_points(reference: Reference) -> Domain:
    """Draw normal points with block norms over many decades: none is special in any coordinate."""

    def floats(drawn: Drawn) -> st.SearchStrategy[np.ndarray]:
        layout = layout_of(reference, drawn)

        def point(seed: int, exponents: tuple[int, ...]) -> np.ndarray:
            w = np.random.default_rng(seed).normal(size=layout.n)
            return np.asarray(layout.scale(np.ldexp(1.0, exponents), w))

        return Made(point, _SEEDS, _exponents(layout.m))

    return Domain(floats=floats)


def choices(*values: Any) -> Domain:
    """Draw one of the ``values``, which mean the same in every arithmetic (names, say); on symbols each in turn."""
    some = st.sampled_from(values)
    each = list(values)
    return Domain(floats=lambda _: some, rationals=lambda _: some, symbols=lambda *_: each, formal=lambda *_: each)


def mini_batches(model: str, steps: int, size: int) -> Domain:
    """Draw the sample indices of ``steps`` mini-batches, (steps, size), without repetition inside each."""

    def floats(drawn: Drawn) -> st.SearchStrategy[np.ndarray]:
        everyone = np.broadcast_to(np.arange(drawn[model].samples), (steps, drawn[model].samples))
        return Made(lambda seed: np.random.default_rng(seed).permuted(everyone, axis=1)[:, :size], _SEEDS)

    return Domain(floats=floats)
