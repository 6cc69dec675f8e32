"""Plain networks and BNP: derivatives by differences, steps by the matrix product, batches of one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.models.networks.plain import PlainMLP
from psitheory.models.networks.plain_conv import PlainConvNet
from psitheory.optimizers.bnp import BNP, RunningStatistics, Statistics, batch_statistics, layer_scale


def model(samples: int = 7) -> PlainMLP:
    rng = np.random.default_rng(0)
    return PlainMLP(rng.normal(size=(samples, 3)), np.arange(samples) % 3, hidden=(4, 5))


def images(samples: int = 6) -> PlainConvNet:
    rng = np.random.default_rng(0)
    return PlainConvNet(rng.normal(size=(samples, 2, 6, 5)), np.arange(samples) % 3, channels=(3, 4), kernel=3)


@pytest.mark.parametrize("network", [model(), images()], ids=["dense", "convolutions"])
def test_gradients_are_those_of_differences(network: PlainMLP | PlainConvNet) -> None:
    rng = np.random.default_rng(1)
    w = network.initial(rng)
    gradient = network.evaluate(w).gradient
    for x in rng.normal(size=(5, len(w))):
        up, down = (float(network.evaluate(w + h * x).loss) for h in (1e-6, -1e-6))
        assert (up - down) / 2e-6 == pytest.approx(float(gradient @ x), rel=1e-6, abs=1e-8)


def test_the_mean_over_batches_of_one_is_the_whole() -> None:
    network = model()
    w = network.initial(np.random.default_rng(1))
    each = [network.evaluate(w, np.array([i])).gradient for i in range(network.samples)]
    np.testing.assert_allclose(np.mean(each, axis=0), network.evaluate(w).gradient, atol=1e-14)


def test_a_step_is_the_matrix_product_in_each_layer() -> None:
    network, rule = model(), RunningStatistics(momentum=0.0, relative=0.0, absolute=0.5)
    w = network.initial(np.random.default_rng(1))
    evaluation = network.evaluate(w)
    method = BNP(0.25, rule=rule)
    moved, _ = method.step(network.layout, w, evaluation, method.init(network.layout, w))
    for k in (1, 2, 3):
        mean, variance = batch_statistics(evaluation.statistics[f"W{k}"])
        deviation, m = np.sqrt(variance + 0.5), len(mean)
        p = np.eye(m + 1)
        p[0, 1:], p[1:, 1:] = -mean / deviation, np.diag(1 / deviation)
        view = network.layout.view
        g = np.c_[view(f"b{k}", evaluation.gradient), view(f"W{k}", evaluation.gradient)]
        step = np.c_[view(f"b{k}", w - moved), view(f"W{k}", w - moved)]
        np.testing.assert_allclose(step, 0.25 * g @ p @ p.T / max(m / 7, 1), atol=1e-13)


def test_batches_of_one_are_finite_and_statistics_run() -> None:
    network, method = model(), BNP(0.05)
    w = network.initial(np.random.default_rng(1))
    state, first = method.init(network.layout, w), float(network.evaluate(w).loss)
    for t in range(140):
        w, state = method.step(network.layout, w, network.evaluate(w, np.array([t % 7])), state)
    assert np.isfinite(w).all()
    assert float(network.evaluate(w).loss) < first
    np.testing.assert_allclose(state.layers["W1"].mean, network.inputs.mean(axis=0) * (1 - 0.99**140), atol=0.1)


@pytest.mark.parametrize("network", [model(), images()], ids=["dense", "convolutions"])
@pytest.mark.parametrize("own_batches", [False, True])
def test_runs_of_an_ensemble_are_runs_alone(network: PlainMLP | PlainConvNet, own_batches: bool) -> None:
    """Three runs at once, and one after the other, on shared batches and on batches of their own."""
    rng, method, layout = np.random.default_rng(1), BNP(0.05), network.layout
    starts = network.initial(rng, (3,))
    together, state = starts, method.init(layout, starts)
    alone = [(w, method.init(layout, w)) for w in starts]
    for _ in range(6):
        batches = rng.integers(network.samples, size=(3, 4))
        batch = batches if own_batches else batches[0]
        together, state = method.step(layout, together, network.evaluate(together, batch), state)
        for k, (w, last) in enumerate(alone):
            seen = network.evaluate(w, batches[k if own_batches else 0])
            alone[k] = method.step(layout, w, seen, last)
    np.testing.assert_allclose(together, np.stack([w for w, _ in alone]), rtol=1e-9, atol=1e-12)
    for name, statistics in state.layers.items():
        np.testing.assert_allclose(statistics.mean[2], alone[2][1].layers[name].mean, rtol=1e-9, atol=1e-12)


def test_bad_input_is_named() -> None:
    with pytest.raises(ArgumentError, match="targets is"):
        PlainMLP(np.ones((3, 2)), np.arange(2), hidden=(2,))
    with pytest.raises(ArgumentTypeError, match="targets is"):
        PlainMLP(np.ones((3, 2)), np.array([0.0, 1.0, 2.0]), hidden=(2,))
    with pytest.raises(ArgumentError, match="hidden is"):
        PlainMLP(np.ones((3, 2)), np.arange(3), hidden=())


def test_the_inputs_of_a_convolution_are_images() -> None:
    network = images()
    w = network.initial(np.random.default_rng(1))
    seen = network.evaluate(w, np.array([4, 1])).statistics
    np.testing.assert_array_equal(seen["W1"], network.images[[4, 1]])
    assert seen["W2"].shape == (2, 3, 4, 3)
    assert seen["W3"].shape == (2, 4)
    view = network.layout.view
    filters, image = view("W1", w).reshape(3, 2, 3, 3), network.images[4]
    by_hand = [[[np.sum(f * image[:, i : i + 3, j : j + 3]) for j in range(3)] for i in range(4)] for f in filters]
    np.testing.assert_allclose(seen["W2"][0], np.maximum(by_hand, 0), atol=1e-13)


def test_a_step_of_a_convolution_has_one_mean_and_variance_for_each_channel() -> None:
    network, rule = images(), RunningStatistics(momentum=0.0, relative=0.0, absolute=0.5)
    w = network.initial(np.random.default_rng(1))
    evaluation = network.evaluate(w)
    method = BNP(0.25, rule=rule)
    moved, _ = method.step(network.layout, w, evaluation, method.init(network.layout, w))
    for k, scale in ((1, max(18 / 6, np.sqrt(30))), (2, max(27 / 6, np.sqrt(12)))):
        pixels = evaluation.statistics[f"W{k}"]
        mean = np.array([[pixels[:, c].mean()] * 9 for c in range(pixels.shape[1])]).ravel()
        deviation = np.array([[np.sqrt(pixels[:, c].var() + 0.5)] * 9 for c in range(pixels.shape[1])]).ravel()
        p = np.eye(len(mean) + 1)
        p[0, 1:], p[1:, 1:] = -mean / deviation, np.diag(1 / deviation)
        view = network.layout.view
        g = np.c_[view(f"b{k}", evaluation.gradient), view(f"W{k}", evaluation.gradient)]
        step = np.c_[view(f"b{k}", w - moved), view(f"W{k}", w - moved)]
        np.testing.assert_allclose(step, 0.25 * g @ p @ p.T / scale, atol=1e-13)


def test_a_convolution_trains_on_batches_of_one_image() -> None:
    network, method = images(), BNP(0.05)
    w = network.initial(np.random.default_rng(1))
    state, first = method.init(network.layout, w), float(network.evaluate(w).loss)
    for t in range(120):
        w, state = method.step(network.layout, w, network.evaluate(w, np.array([t % 6])), state)
    assert np.isfinite(w).all()
    assert float(network.evaluate(w).loss) < first
    assert state.layers["W1"].mean.shape == (2,)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"labels": np.arange(2)}, "labels is"),
        ({"channels": ()}, "channels is"),
        ({"channels": (2, 2, 2, 2)}, "too few for 4 convolutions"),
        ({"images": np.ones((3, 4))}, "images"),
    ],
)
def test_bad_convolutions_are_named(options: dict[str, Any], told: str) -> None:
    given: dict[str, Any] = {"images": np.ones((3, 1, 6, 6)), "labels": np.arange(3), "channels": (2,), **options}
    with pytest.raises(ArgumentError, match=told):
        PlainConvNet(given["images"], given["labels"], channels=given["channels"])


def test_what_is_divided_by_is_the_variance_and_its_two_floors():
    rule = RunningStatistics(momentum=0.5, relative=0.25, absolute=0.125)
    seen = Statistics(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 4.0], [0.0, 0.5]]))
    by = rule.divisor(seen)
    np.testing.assert_array_equal(by.mean, seen.mean)
    np.testing.assert_array_equal(by.variance, [[2.125, 5.125], [0.25, 0.75]])


@pytest.mark.parametrize(
    ("shape", "taps", "runs", "scale"),
    [
        ((7, 3), 1, 0, 1.0), ((3, 7), 1, 0, 7 / 3), ((2, 9, 4), 1, 1, 1.0), ((9, 2, 4), 1, 1, 2.0),
        ((5, 9, 2, 4), 1, 2, 2.0), ((2, 3, 4), 1, 0, 2.0), ((2, 3, 4), 3, 0, 4.5), ((2, 3, 4, 9), 1, 0, 6.0),
        ((2, 3, 4, 9), 9, 0, 13.5), ((7, 2, 3, 4, 9), 1, 1, 6.0), ((7, 2, 3, 1, 1), 4, 1, 6.0),
    ],
)  # fmt: skip
def test_the_scale_of_a_layer_is_that_of_its_width_over_samples_or_of_its_places(
    shape: tuple[int, ...], taps: int, runs: int, scale: float
) -> None:
    assert float(layer_scale(np.ones(shape), taps, runs)) == pytest.approx(scale, rel=1e-15)
    if runs == 0 and taps == 1:
        assert float(layer_scale(np.ones(shape))) == pytest.approx(scale, rel=1e-15)
