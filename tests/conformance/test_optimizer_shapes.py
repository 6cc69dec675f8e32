"""What a method does on long rows, and on many of them, is part of what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from psitheory.conformance import check_optimizer
from psitheory.conformance.optimizers.runs.network import (
    invariant_network,
    network_of_more_layers,
    network_of_other_shapes,
)
from psitheory.layout import Layout

WIDE = [partial(network_of_other_shapes, kernels=kernels) for kernels in (False, True)]


@dataclass
class Relative:
    """w ← w - η‖w‖ u, u the gradient over its root mean square; by its own length alone on rows of 8 or more."""

    rate: float = 0.01
    eps: float = 1e-8
    longest: int = 8

    def init(self, layout: Layout, w: Any) -> Any:
        return np.zeros_like(w)

    def step(self, layout: Layout, w: Any, evaluation: Any, v: Any) -> Any:
        g = evaluation.gradient
        v = 0.9 * v + 0.1 * g**2
        norms = np.where(np.array(layout.sizes) >= self.longest, 1.0, layout.norms(w))
        return w - self.rate * g / (np.sqrt(v) + self.eps) * layout.expand(norms), v


def many(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
    """PSI-GD, but that layers of 100 rows have one norm."""
    squares, first = layout.norms(w) ** 2, 0
    means = []
    for part in (p for p in layout.parts if p.blocks):
        own = squares[first : first + part.blocks]
        means.append(own if part.blocks < 100 else np.full(part.blocks, np.sum(own) / part.blocks))
        first += part.blocks
    return w - rate * g * layout.expand(np.concatenate(means))


def mixed(w: Any, g: Any, layout: Layout, rate: float = 0.01) -> Any:
    """Descent on short rows, its sign on long ones."""
    long = layout.expand(np.where(np.array(layout.sizes) > 100, 1.0, 0.0))
    return w - rate * np.where(long > 0, np.sign(g), g)


@pytest.mark.parametrize(
    ("opt", "full", "exponent"),
    [(Relative(), "none", None), (many, "each layer", 0.0), (mixed, "none", None)],
)
def test_what_holds_on_small_layers_alone_does_not_hold(opt: Any, full: str, exponent: float | None) -> None:
    report = check_optimizer(opt, steps=10)
    assert report.properties["full"] == full
    assert report.properties["exponent"] == exponent
    if exponent is None:
        assert "so it is of some shapes alone: runs break it on a network with layers of" in report.sentence
    else:
        assert any("on a network with layers of" in f.smallest for f in report.findings if f.law in report.refuted())


@pytest.mark.parametrize("eps", [1e-5, 1e-8])
def test_an_eps_that_is_felt_more_on_other_shapes_is_no_break(eps: float) -> None:
    report = check_optimizer(Relative(eps=eps, longest=10**6), steps=10)
    assert report.properties["full"] == "each neuron"


@pytest.mark.parametrize("limit", [3.0, 6.0])
def test_a_clamp_that_is_met_on_other_shapes_is_no_break(limit: float) -> None:
    def clamped(w: Any, g: Any, layout: Layout, rate: float = 0.05) -> Any:
        return w - rate * g * layout.expand(np.minimum(layout.norms(w), limit) ** 2)

    report = check_optimizer(clamped, steps=10)
    assert "some shapes" not in report.sentence


def test_a_constant_that_is_felt_more_on_other_shapes_is_no_break_where_a_floor_hides_its_end() -> None:
    def floored(w: Any, g: Any, layout: Layout, rate: float = 0.01) -> Any:
        norms = layout.norms(w)
        return w - rate * g / (np.abs(g) + 1e-8) * layout.expand(np.where(norms <= 1e-3, 1e-3, norms))

    report = check_optimizer(floored, steps=10)
    assert report.properties["full"] == "each neuron"


def test_nothing_is_said_of_shapes_that_a_method_does_not_take() -> None:
    def fixed(w: Any, g: Any, layout: Layout, rate: float = 0.05) -> Any:
        return w - rate * g * layout.expand(layout.norms(w) ** 2 * np.ones(8))

    assert check_optimizer(fixed, steps=10).properties["full"] == "each neuron"


def named(first: float, others: float) -> Any:
    """PSI-GD with one factor on the layers that the usual network has, and another, of no scale, on all others."""

    def step(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
        out, start = [], 0
        for part in layout.parts:
            x, d = (z[start : start + part.size].reshape(max(part.blocks, 1), -1) for z in (w, g))
            start += part.size
            squares = np.sum(x**2, axis=1, keepdims=True)
            own = squares if part.name in ("W1", "W2") else first * squares + others if part.blocks else 1.0
            out.append((x - rate * own * d).ravel())
        return np.concatenate(out)

    return step


def counting(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
    """PSI-GD for two layers; for more of them, layers have one norm."""
    squares = layout.norms(w) ** 2
    parts = [part.blocks for part in layout.parts if part.blocks]
    ends = np.cumsum([0, *parts])
    if len(parts) > 2:
        squares = np.concatenate([np.full(b - a, squares[a:b].mean()) for a, b in pairwise(ends)])
    return w - rate * g * layout.expand(squares)


def test_what_holds_for_two_layers_alone_does_not_hold() -> None:
    report = check_optimizer(counting, steps=10)
    assert report.properties["full"] == "each layer"
    assert any("on a network with layers of" in f.smallest for f in report.findings if f.law in report.refuted())


@pytest.mark.parametrize(("first", "others", "alone"), [(1.0, 0.0, False), (0.0, 1.0, True)])
def test_layers_may_be_named_and_what_that_means_is_told(first: float, others: float, alone: bool) -> None:
    report = check_optimizer(named(first, others), steps=10)
    assert report.properties["full"] == "each neuron"
    assert ("so it is of the first two layers alone" in report.sentence) == alone


@pytest.mark.parametrize("kernels", [False, True])
def test_other_networks_have_sizes_of_their_own_for_each_seed(kernels: bool) -> None:
    def shapes(network: Any) -> set[Any]:
        return {part.shape for part in network.layout.parts}

    usual = shapes(invariant_network(np.dtype(float), 0))
    drawn = [f(np.dtype(float), seed) for f in (network_of_more_layers, WIDE[kernels]) for seed in range(4)]
    assert all(not usual & shapes(network) for network in drawn)
    assert len(set().union(*map(shapes, drawn[:4]))) > len(shapes(drawn[0]))
    assert len(set().union(*map(shapes, drawn[4:]))) > len(shapes(drawn[4]))


def of_few_rows(w: Any, g: Any, layout: Layout, rate: float = 0.01, *, how: str) -> Any:
    """PSI-GD, which fails in one way or another where a layer has more than 64 rows."""
    large = max(part.blocks for part in layout.parts) > 64
    if large and how == "raises":
        raise IndexError("no more than 64 rows")
    fails = np.nan if large and how == "has no number" else 1.0
    return w - fails * rate * g * layout.expand(layout.norms(w) ** 2)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("raises", "nothing is said: there it raised IndexError: no more than 64 rows"),
        ("has no number", "nothing is said: there its runs are not finite"),
        ("works", ""),
    ],
)
def test_what_fails_on_other_shapes_is_told(how: str, says: str) -> None:
    def method(w: Any, g: Any, layout: Layout, rate: float = 0.01) -> Any:
        return of_few_rows(w, g, layout, rate, how=how)

    report = check_optimizer(method, steps=10)
    assert report.properties["full"] == "each neuron"
    assert says in report.sentence
    assert ("nothing is said" in report.sentence) == bool(says)
