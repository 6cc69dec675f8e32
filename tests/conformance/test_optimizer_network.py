"""The network on which optimisers are tried is exactly invariant; its runs are fresh, and judged by their motion."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.conformance.optimizers.runs.network import Network, invariant_network, one_ulp_away
from psitheory.conformance.optimizers.runs.run import FEWEST, TYPED, steps_of
from psitheory.errors import ArgumentError
from psitheory.layout import Layout, blocks
from psitheory.models.interface import Evaluation

NEURON = "runs_commute_with_rescaling_of_each_neuron"
BOTH = [np.float64, np.float32]


@pytest.mark.parametrize("dtype", BOTH)
@pytest.mark.parametrize("fixed", [False, True])
def test_powers_of_two_change_nothing_bit_for_bit(dtype: Any, fixed: bool) -> None:
    network = invariant_network(np.dtype(dtype), 0)
    network = network.without_free() if fixed else network
    layout, rng = network.layout, np.random.default_rng(0)
    top = 100 if dtype is np.float64 else 20
    a = np.exp2(rng.integers(-top, top, layout.m)).astype(dtype)
    one, two = network.evaluate(network.first), network.evaluate(layout.scale(a, network.first))
    assert one.loss.dtype == one.gradient.dtype == dtype
    assert one.loss == two.loss
    np.testing.assert_array_equal(layout.scale(a, two.gradient), one.gradient)


def test_generic_scales_change_nothing_but_rounding() -> None:
    network = invariant_network(np.dtype(float), 0)
    layout, rng = network.layout, np.random.default_rng(0)
    a = np.exp(rng.normal(size=layout.m))
    one, two = network.evaluate(network.first), network.evaluate(layout.scale(a, network.first))
    # sums of 16 samples, two layers deep
    np.testing.assert_allclose(layout.scale(a, two.gradient), one.gradient, rtol=0, atol=1e-13)
    assert one.loss == pytest.approx(two.loss, rel=1e-14)


def test_no_smaller_group_than_a_neuron_is_invariant_nor_the_last_layer() -> None:
    network = invariant_network(np.dtype(float), 0)
    start = network.evaluate(network.first).loss
    for i in (0, 5, network.layout.n - 1):
        w = network.first.copy()
        w[i] += 0.5
        assert abs(network.evaluate(w).loss - start) > 1e-6


def test_one_ulp_moves_every_entry_but_zeros_by_one_rounding() -> None:
    w = np.array([1.0, -2.0, 0.0, 1e-300])
    moved = one_ulp_away(w, np.random.default_rng(0))
    np.testing.assert_array_equal(np.abs(moved - w), [*np.abs(moved - w)[:2], 0.0, np.abs(moved - w)[3]])
    assert np.all((moved != w) == (w != 0))
    assert np.all(np.abs(moved - w) <= np.spacing(np.abs(w)))


@pytest.mark.parametrize("rate", [1e-6, 1e-11])
def test_defects_count_relative_to_how_far_runs_moved(rate: float) -> None:
    def descent(w: Any, g: Any) -> Any:
        return w - rate * g

    def psi(w: Any, g: Any, layout: Layout) -> Any:
        return w - rate * layout.times_squared_norms(w, g)

    assert check_optimizer(descent, only=NEURON).refuted() == (NEURON,)
    assert check_optimizer(psi, only=NEURON).verdict is Verdict.HOLDS


@pytest.mark.parametrize("dtype", BOTH)
def test_every_run_has_a_fresh_state_and_arrays_in_its_precision(dtype: Any) -> None:
    seen: list[tuple[Any, ...]] = []

    def step(w: Any, g: Any, m: Any, layout: Layout, t: int, rate: float = 0.1) -> Any:
        seen.append((w.dtype, g.dtype, m is None, t == 0))
        return w - w.dtype.type(rate) * layout.times_squared_norms(w, g), g

    check_optimizer(step, only=NEURON, dtype=dtype, steps=3)
    kinds = {np.dtype(dtype), np.dtype(object)} if dtype is np.float64 else {np.dtype(dtype)}  # objects carry types
    assert {kind for kind, *_ in seen} == {kind for _, kind, *_ in seen} == kinds
    assert all(fresh == first for *_, fresh, first in seen)


def test_what_a_method_writes_into_its_arguments_stays_there() -> None:
    def step(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        g *= rate
        w -= layout.times_squared_norms(w, g)
        return w

    assert check_optimizer(step, only=["runs_repeat", NEURON]).verdict is Verdict.HOLDS


@pytest.mark.parametrize("power", [0, 2])
def test_a_range_is_that_of_what_moves_be_it_after_forty_steps(power: int) -> None:
    def late(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.05) -> Any:
        return w - (rate if t >= 40 else 0.0) * (g if power else layout.times_squared_norms(w, g))

    report = check_optimizer(late, steps=60)
    assert report.properties["exponent"] == power
    assert "valid on 2^-300 … 2^300" in report.sentence
    assert "not derived" not in report.sentence


class Cosines:
    """The mean of cos<c_i, w_i/|w_i|> over many rows."""

    def __init__(self, rows: int, size: int) -> None:
        self.layout, self.c = Layout(blocks("W", rows, size)), np.random.default_rng(0).normal(size=(rows, size))

    def evaluate(self, w: Any, batch: Any = None) -> Evaluation:
        rows = w.reshape(self.c.shape)
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        z = np.sum(self.c * rows / norms, 1, keepdims=True)
        slope = -np.sin(z) * self.c / norms
        radial = np.sum(slope * rows, 1, keepdims=True) * rows / norms**2
        return Evaluation(np.mean(np.cos(z)), ((slope - radial) / len(rows)).ravel())


@pytest.mark.parametrize(("rows", "steps"), [(1, TYPED), (30, TYPED), (80, 5), (133, FEWEST), (134, 0), (1200, 0)])
def test_typed_runs_of_many_entries_are_short_and_those_of_too_many_are_refused(rows: int, steps: int) -> None:
    network = Network(Cosines(rows, 100), np.ones(100 * rows))
    if steps:
        assert steps_of(network) == steps
    else:
        with pytest.raises(ArgumentError, match=f"^model has {100 * rows} weights; at most 13333 carry degrees"):
            steps_of(network)


def test_weights_of_the_size_of_a_network_are_judged_by_runs() -> None:
    def psi(w: Any, g: Any, layout: Layout, rate: float = 100.0) -> Any:
        return w - rate * layout.times_squared_norms(w, g)

    report = check_optimizer(psi, model=Cosines(1200, 100), steps=10, only=NEURON)
    assert "not derived: ArgumentError: model has 120000 weights" in report.sentence
    assert not report.refuted()
