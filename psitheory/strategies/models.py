"""Domains of models: jets for proofs, closed forms for exactness, batch-norm networks for realism."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS, SYMBOLS, SymbolTable
from psitheory.experiments import descend, log_spaced
from psitheory.layout import Layout
from psitheory.models import Circle, Cosine, Fourier, Frozen, Neuron, RankOne, Rayleigh
from psitheory.models.datasets import dataset
from psitheory.models.functions.jet import Jet
from psitheory.models.networks.mlp import BatchNormMLP
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates import largest_curvature
from psitheory.runner.domain import Domain, Drawn, by_size
from psitheory.strategies.formal import formal_layouts, generic_functions
from psitheory.strategies.geometry import generic_class
from psitheory.strategies.layouts import GENERIC_LAYOUTS, exact_layouts
from psitheory.strategies.values import (
    Draw,
    Made,
    float_arrays,
    integer_arrays,
    off_whole_numbers,
    rational_arrays,
    rational_units,
)


def _symmetric(square: Any) -> Any:
    return square + np.swapaxes(square, -1, -2)


# -- jets ---------------------------------------------------------------------------------------


@st.composite
def rational_jets(draw: Draw, layouts: st.SearchStrategy[Layout]) -> Jet:
    """Draw jets over the rationals in one of the ``layouts``."""
    layout = draw(layouts)
    entries: list[Any] = []
    for size in layout.sizes_in_order:
        if size > 0:
            entries += draw(rational_units(size))
        else:
            entries += list(draw(rational_arrays((-size,))))
    n = layout.n
    return Jet(
        layout,
        RATIONALS.asarray(entries),
        RATIONALS.element(draw(st.integers(-9, 9))),
        draw(rational_arrays((n,))),
        _symmetric(draw(rational_arrays((n, n)))),
    )


def generic_jet(layout: Layout, table: SymbolTable, name: str) -> Jet:
    """Return the jet whose value, slope and curvature are free symbols, at the generic class."""

    def entry(j: int, k: int) -> Any:
        return table.real(f"S{min(j, k)}_{max(j, k)}_{name}")

    n = range(layout.n)
    return Jet(
        layout,
        generic_class(layout, table, name),
        table.real(f"c_{name}"),
        SYMBOLS.asarray([table.real(f"p{k}_{name}") for k in n]),
        SYMBOLS.asarray([[entry(j, k) for k in n] for j in n]),
    )


# -- models in closed form ----------------------------------------------------------------------


@by_size
def _dimensions(drawn: Drawn) -> st.SearchStrategy[int]:
    return st.sampled_from([8, 50]) if drawn.large else _low_dimensions(drawn)


@by_size
def _low_dimensions(drawn: Drawn) -> st.SearchStrategy[int]:
    return st.just(2) if drawn.tiny else st.integers(2, 4)


@st.composite
def _rayleighs(draw: Draw, entries: Any, dimensions: st.SearchStrategy[int]) -> Rayleigh:
    d = draw(dimensions)
    return Rayleigh(_symmetric(draw(entries((d, d)))))


_EXPONENTS = st.integers(0, 8)


@cache
def _different(size: int) -> st.SearchStrategy[list[int]]:
    return st.lists(st.integers(-9, 9), min_size=size, max_size=size, unique=True)


@st.composite
def _diagonal_rayleighs(draw: Draw, spread: Any, dimensions: st.SearchStrategy[int]) -> Rayleigh:
    d = draw(dimensions)
    size = min(d, 4)
    distinct = draw(_different(size))
    lowest, second, *others = sorted(distinct)
    near = lowest + (second - lowest) * 2.0 ** -draw(_EXPONENTS)  # starts between the two creep
    spectrum = [lowest, near, *others] if distinct == sorted(distinct) else [*others, near, lowest]
    return Rayleigh(draw(spread(np.diag([spectrum[k % size] for k in range(d)]))))


@st.composite
def _cosines(draw: Draw) -> Cosine:
    d = draw(st.integers(2, 4))
    direction = draw(float_arrays((d,)))
    return Cosine(direction if np.any(direction) else np.eye(d)[0])


@st.composite
def _circles(draw: Draw) -> Circle:
    harmonics = draw(st.integers(2, 5))
    cosines, sines = draw(float_arrays((harmonics,))), draw(float_arrays((harmonics,)))
    if not np.any(cosines[1:]):
        cosines[1] = 1.0  # a constant has no smoothness to divide by
    return Circle(Fourier(cosines, sines))


@st.composite
def _batches(draw: Draw) -> Any:
    """Draw inputs (N, d) whose centred covariance is positive definite: they hold 0 and a basis."""
    d = draw(st.integers(2, 3))
    more = draw(integer_arrays((draw(st.integers(1, 3)), d)))
    return np.concatenate([np.zeros((1, d)), np.eye(d), more.astype(float)])


@st.composite
def _neurons(draw: Draw) -> Neuron:
    inputs = draw(_batches())
    return Neuron(inputs, draw(float_arrays((len(inputs),))), activation=draw(st.sampled_from(["tanh", "identity"])))


_HIDDEN = st.sampled_from([1, 2, 4])


@st.composite
def networks(draw: Draw) -> BatchNormMLP:
    """Draw small batch-norm networks with one hidden layer: a block for each of its neurons."""
    inputs = draw(_batches())
    labels = np.arange(len(inputs)) % 2
    return BatchNormMLP(inputs, labels, hidden=(draw(_HIDDEN),), activation="tanh")


@st.composite
def rank_ones(draw: Draw) -> RankOne:
    """Draw approximations of small matrices by one of rank one: two blocks and a free parameter, coupled."""
    matrix = draw(float_arrays((draw(st.integers(2, 3)), 2)))
    return RankOne(matrix if np.any(matrix) else np.eye(*matrix.shape))


def _two_blocks() -> st.SearchStrategy[Frozen]:
    return rank_ones().map(lambda model: Frozen(model, np.ones(1)))


@by_size
def _known_everywhere(drawn: Drawn) -> st.SearchStrategy[Any]:
    simplest = _rayleighs(float_arrays, _low_dimensions(drawn)) | _circles()
    return simplest if drawn.tiny else simplest | _cosines() | _neurons() | networks() | _two_blocks()


def psi_models() -> Domain:
    """Draw PSI models.

    Floats and balls: Rayleigh quotients, cosines, waves on the circle, batch-norm neurons and networks, which have free
    parameters, and two coupled blocks without any.
    Rationals: Rayleigh quotients up to d = 50, and jets.  Symbols: the generic jet in each generic layout, so
    that what is proved there is proved for every smooth PSI function in that dimension.
    """

    @by_size
    def rationals(drawn: Drawn) -> st.SearchStrategy[Any]:
        jets = rational_jets(exact_layouts(drawn))
        return _rayleighs(rational_arrays, _dimensions(drawn)) | jets | jets  # which alone have many blocks

    return Domain(
        floats=_known_everywhere,
        rationals=rationals,
        symbols=lambda _, table, name: [generic_jet(layout, table, name) for layout in GENERIC_LAYOUTS],
        formal=lambda _, space, name: generic_functions(formal_layouts(space), space, name),
    )


def whole_models(*, any_function: bool = False) -> Domain:
    """Draw PSI models that are known at every class: those of :func:`psi_models` without the jets.

    With ``any_function`` the statement is about every PSI function, and may be proved for a generic one.  It is
    not where the invariance of these models is itself the claim, which no generic PSI function could fail.
    """
    return Domain(
        floats=_known_everywhere,
        rationals=by_size(lambda drawn: _rayleighs(rational_arrays, _dimensions(drawn))),
        formal=(lambda _, space, name: generic_functions(formal_layouts(space), space, name)) if any_function else None,
    )


def rayleigh_quotients() -> Domain:
    """Draw Rayleigh quotients of diagonal matrices, whose L and minimum are exact; some have two near eigenvalues."""
    return Domain(
        floats=by_size(lambda drawn: _diagonal_rayleighs(off_whole_numbers, _dimensions(drawn))),
        rationals=by_size(
            lambda drawn: _diagonal_rayleighs(lambda whole: Made(lambda: RATIONALS.asarray(whole)), _dimensions(drawn))
        ),
    )


def waves() -> Domain:
    """Draw functions of the angle, usually with several minima."""
    return Domain(floats=by_size(lambda _: _circles()))


# -- a real network -----------------------------------------------------------------------------


@cache
def _digits(rows: int) -> BatchNormMLP:
    inputs, labels = dataset("digits", rows=rows, rng=np.random.default_rng(0))
    return BatchNormMLP(inputs, labels, hidden=(32,), activation="tanh")


def digits_network(rows: int = 256) -> Domain:
    """Return the batch-norm network 64-32-10 (tanh, cross-entropy, eps = 0) on so many handwritten digits, seed 0."""
    network = st.builds(_digits, st.just(rows))
    return Domain(floats=lambda _: network)


def network_starts(reference: str) -> Domain:
    """Draw random initial weights of a network from a seed."""
    seeds = st.integers(0, 2**16)
    return Domain(floats=lambda drawn: Made(lambda seed: drawn[reference].initial(np.random.default_rng(seed)), seeds))


def stable_rates(model: str, w: str, steps: str) -> Domain:
    r"""Return :math:`\eta = 1/\hat L`, with :math:`\hat L` the largest curvature seen along PSI-GD's run from ``w``.

    The curvature (largest eigenvalue of the Hessian at unit blocks) is taken at the start and, after a trial run
    at the rate that it suggests, along its path; it is local and proves nothing elsewhere.
    """
    return Domain(floats=lambda drawn: Made(lambda: _stable_rate(drawn[model], drawn[w], drawn[steps])))


def _stable_rate(model: BatchNormMLP, w: Any, steps: int) -> float:
    first = float(largest_curvature(model, w).value)
    trial = descend(model, PSIGradientDescent(1 / first), w, steps, record=log_spaced(4), keep_points=True)
    assert trial.points is not None
    return 1 / max(first, float(largest_curvature(model, trial.points).value))
