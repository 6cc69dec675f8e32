"""Domains of what rate claims need: starts away from critical points, or near minima, of quotients with a gap."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS
from psitheory.models import Cosine, RankOne, Rayleigh
from psitheory.models.functions.rayleigh_mean import RayleighMean
from psitheory.runner.domain import Domain, by_size
from psitheory.runner.searching.nudges import nudge
from psitheory.strategies.values import Draw, Made, float_arrays, integer_arrays, off_whole_numbers, rational_arrays


def planar_starts(count: int, *, angles: tuple[float, float] = (0.6, 1.1), ensembles: int = 2) -> Domain:
    """Draw (count, 2) unit vectors with random angles in a range; there are ``ensembles`` different draws."""

    def ensemble(seed: int) -> Any:
        theta = np.clip(np.random.default_rng(seed).uniform(*angles, count) + nudge((count,)), *angles)
        return np.stack([np.cos(theta), np.sin(theta)], axis=-1)

    return Domain(floats=by_size(lambda _: st.integers(0, ensembles - 1).map(ensemble)))


@st.composite
def _gapped(draw: Draw, spread: Any, larger: st.SearchStrategy[list[int]]) -> Rayleigh:
    others = draw(larger)
    lowest = draw(st.integers(-3, 0))
    return Rayleigh(draw(spread(np.diag([lowest, *others]))))


def gapped_rayleighs(largest: int = 4) -> Domain:
    """Draw Rayleigh quotients of diagonal matrices, the first eigenvalue lowest and simple; rationals are whole."""
    larger = st.lists(st.integers(1, 9), min_size=1, max_size=largest - 1)
    return Domain(
        floats=by_size(lambda _: _gapped(off_whole_numbers, larger)),
        rationals=by_size(lambda _: _gapped(lambda whole: Made(lambda: RATIONALS.asarray(whole)), larger)),
    )


def starts_below_the_second_eigenvalue(reference: str) -> Domain:
    """Draw starts with f below the second eigenvalue of a quotient whose first one is the lowest."""

    def lowered(model: Rayleigh, w: Any) -> Any:
        values, w = np.diagonal(model.matrix), w.copy()
        if not np.any(w[1:] != 0):
            w[1] = w[1] + 1  # the minimum itself is no start
        second = min(values[1:])
        excess = sum((x * x * (y - second) for x, y in zip(w[1:], values[1:], strict=True)), 0 * second)
        w[0] = 1 + excess / (second - values[0])  # its square outweighs the excess
        return w

    def drawn_by(entries: Any) -> Any:
        return lambda drawn: Made(lambda w: lowered(drawn[reference], w), entries((drawn[reference].layout.n,)))

    return Domain(floats=drawn_by(float_arrays), rationals=drawn_by(rational_arrays))


def near_first_axis(reference: str, *, exponent: int = 20) -> Domain:
    r"""Draw points at the distance of about :math:`2^{-\text{exponent}}` of the first axis; no component is zero."""

    def near(n: int, seed: int) -> Any:
        rng = np.random.default_rng(seed)
        around = rng.choice([-1.0, 1.0], size=n - 1) * rng.uniform(0.5, 2, size=n - 1)
        return np.concatenate([[1.0], np.ldexp(around, -exponent)])

    seeds = st.integers(0, 2**16)
    return Domain(floats=lambda drawn: Made(lambda seed: near(drawn[reference].layout.n, seed), seeds))


@st.composite
def _cosines(draw: Draw) -> Cosine:
    direction = draw(float_arrays((draw(st.integers(2, 4)),)))
    return Cosine(direction if np.any(direction) else np.eye(len(direction))[0])


def cosines() -> Domain:
    """Draw cosines with a fixed direction."""
    return Domain(floats=by_size(lambda _: _cosines()))


def even_rank_ones() -> Domain:
    """Draw approximations of s·I by rank one, for s = 8, where blocks are curved the most, and 1/8, where v is."""
    return Domain(floats=by_size(lambda _: st.sampled_from([8.0, 0.125]).map(lambda s: RankOne(s * np.eye(2)))))


def near_the_best_rank_one(reference: str) -> Domain:
    """Draw starts near the minimum of one of :func:`even_rank_ones`, or of a mean of such, where L is nearly met."""

    def near(model: Any, numbers: tuple[int, int, int]) -> Any:
        p, q, rest = np.clip(np.array(numbers) + nudge((3,)), 1, 63) / 512
        matrix = getattr(model, "mean", model).matrix
        return np.array([1, p, 1, -q, matrix[0, 0] * (1 + rest)])

    numbers = st.tuples(*[st.integers(1, 63)] * 3)
    return Domain(floats=lambda drawn: Made(lambda three: near(drawn[reference], three), numbers))


@st.composite
def _rayleigh_means(draw: Draw, asarray: Any) -> RayleighMean:
    d, samples = draw(st.integers(2, 3)), draw(st.integers(2, 3))
    values = draw(st.lists(st.integers(-4, 4), min_size=d, max_size=d, unique=True))
    noise = draw(integer_arrays((samples - 1, d, d)))
    noise = noise + np.swapaxes(noise, -1, -2)
    if not noise.any():
        noise[0, 0, 1] = noise[0, 1, 0] = 1
    around = np.concatenate([noise, -noise.sum(axis=0, keepdims=True)])
    return RayleighMean(asarray(np.diag(values) + around))


def rayleigh_means() -> Domain:
    """Draw means of two or three Rayleigh quotients of whole matrices, whose mean is diagonal; each differs from it."""
    return Domain(
        floats=by_size(lambda _: _rayleigh_means(lambda a: a.astype(float))),
        rationals=by_size(lambda _: _rayleigh_means(RATIONALS.asarray)),
    )


def points_off_the_axes(reference: str) -> Domain:
    """Draw points without a zero entry: no eigenvector of a diagonal matrix with different eigenvalues."""

    def drawn_by(entries: Any) -> Any:
        def off(w: Any) -> Any:
            return np.where(w == 0, 1 + 0 * w, w)

        return lambda drawn: Made(off, entries((drawn[reference].layout.n,)))

    return Domain(floats=drawn_by(float_arrays), rationals=drawn_by(rational_arrays))
