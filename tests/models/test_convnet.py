"""The batch-norm convolutional network: its definition, its gradient, its invariance, ensembles, errors."""

import numpy as np
import pytest

from psitheory.errors import ArgumentError, ArgumentTypeError, DeadNeuron
from psitheory.models.datasets import dataset
from psitheory.models.networks.convnet import BatchNormConvNet


def network(seed=0, channels=(2, 3), size=(6, 5), incoming=2, n=4, **options):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 3
    return BatchNormConvNet(rng.normal(size=(n, incoming, *size)), labels, channels=channels, **options), rng


def written_out(model, w, batch=slice(None)):
    """The loss by the definition, pixel by pixel."""
    x, k = model.images[batch], model.kernel
    for i, c in enumerate(model.channels, 1):
        filters = model.layout.view(f"K{i}", w).reshape(c, x.shape[1], k, k)
        height, width = x.shape[2] - k + 1, x.shape[3] - k + 1
        z = np.empty((len(x), c, height, width))
        for row in range(height):
            for column in range(width):
                z[:, :, row, column] = np.tensordot(
                    x[:, :, row : row + k, column : column + k], filters, ([1, 2, 3],) * 2
                )
        z = (z - z.mean((0, 2, 3), keepdims=True)) / np.sqrt(z.var((0, 2, 3), keepdims=True))
        x = np.tanh(z) if model.activation == "tanh" else np.maximum(z, 0)
    out = x.mean((2, 3)) @ model.layout.view("V", w).T + model.layout.view("c", w)
    chosen = out[np.arange(len(out)), model.labels[batch]]
    return np.mean(np.log(np.exp(out).sum(1)) - chosen)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("options", [{}, {"kernel": 2, "channels": (2, 2, 2)}, {"channels": (3,), "incoming": 1}])
def test_the_loss_is_its_definition(activation, options):
    model, rng = network(activation=activation, **options)
    w = rng.normal(size=(3, model.layout.n))
    for batch in (None, np.array([3, 0, 1])):
        expected = [written_out(model, row, slice(None) if batch is None else batch) for row in w]
        np.testing.assert_allclose(model.evaluate(w, batch).loss, expected, rtol=1e-13)


@pytest.mark.parametrize("options", [{}, {"kernel": 2, "channels": (2, 2, 2)}, {"channels": (3,), "incoming": 1}])
def test_the_gradient_is_that_of_the_loss(options):
    model, rng = network(**options)
    w, x = rng.normal(size=(2, model.layout.n))
    h = 2.0**-10
    ahead, behind, far, near = (model.evaluate(w + k * h * x).loss for k in (1, -1, 2, -2))
    slope = (8 * (ahead - behind) - (far - near)) / (12 * h)  # of fourth order: wrong by about h⁴ = 1e-12
    assert slope == pytest.approx(model.evaluate(w).gradient @ x, rel=1e-8)


def test_it_is_invariant_bit_for_bit_and_far_from_one():
    model, rng = network()
    w = rng.normal(size=model.layout.n)
    here, a = model.evaluate(w), np.exp2(rng.integers(-300, 300, model.layout.m))
    there = model.evaluate(model.layout.scale(a, w))
    assert there.loss == here.loss
    np.testing.assert_array_equal(model.layout.scale(a, there.gradient), here.gradient)
    size = model.layout.norms(here.gradient) * model.layout.norms(w)
    assert np.all(np.abs(model.layout.dots(here.gradient, w)) <= 1e-14 * size)


def test_runs_have_their_own_batches():
    model, rng = network()
    w, batch = rng.normal(size=(2, model.layout.n)), np.array([[0, 1, 2], [3, 1, 0]])
    together = model.evaluate(w, batch)
    for k in range(2):
        alone = model.evaluate(w[k], batch[k])
        np.testing.assert_allclose(together.gradient[k], alone.gradient, rtol=1e-12, atol=1e-14)


def test_digits_are_learnt():
    from psitheory.experiments import descend
    from psitheory.optimizers import PSIGradientDescent

    rng = np.random.default_rng(0)
    inputs, labels = dataset("digits", rows=60, rng=rng)
    model = BatchNormConvNet(inputs.reshape(-1, 1, 8, 8), labels, channels=(4, 6))
    run = descend(model, PSIGradientDescent(1.0), model.initial(rng), 60, record=[0, 60])
    assert run.loss[-1] < 0.7 * run.loss[0]


def test_single_precision_stays():
    model, rng = network()
    w = rng.normal(size=model.layout.n).astype(np.float32)
    assert model.evaluate(w).gradient.dtype == np.float32


def test_what_does_not_fit_is_named():
    with pytest.raises(ArgumentError, match="too few for 3 convolutions of width 3"):
        network(channels=(2, 2, 2))
    with pytest.raises(ArgumentError, match="channels is .*; positive integers are needed"):
        network(channels=())
    with pytest.raises(ArgumentError, match="kernel is 0; positive integers are needed"):
        network(kernel=0)
    with pytest.raises(ArgumentTypeError, match="labels is .*; 4 integers from 0 on are needed"):
        BatchNormConvNet(np.ones((4, 1, 4, 4)), [0.0, 1.0, 0.0, 1.0], channels=(2,))
    model = BatchNormConvNet(np.ones((4, 1, 4, 4)), np.arange(4) % 2, channels=(2,))
    with pytest.raises(DeadNeuron, match="channel 0 of K1 is the same at all positions"):
        model.evaluate(np.ones(model.layout.n))
