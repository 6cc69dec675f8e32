"""Mini-batches: indices of samples, the same for all runs or some for each."""

import numpy as np
import pytest

from psitheory.errors import ArgumentError
from psitheory.models import BatchNormMLP, LinearRegression, Neuron, Perceptron, Unnormalised
from psitheory.models.functions.rayleigh_mean import RayleighMean

rng = np.random.default_rng(0)
X, y = rng.normal(size=(12, 4)), rng.normal(size=12)
models = [
    Neuron(X, y),
    LinearRegression(X, y),
    Unnormalised(X, y),
    Perceptron(X, y, hidden=2),
    RayleighMean(np.stack([np.diag(x) for x in X])),
    BatchNormMLP(X, y, hidden=(3,), loss="squared"),
]
BATCH = np.arange(12).reshape(3, 4)
each = pytest.mark.parametrize("model", models, ids=lambda model: type(model).__name__)


@each
@pytest.mark.parametrize("lead", [(), (3,), (1,), (5, 3), (2, 1)])
def test_every_run_has_its_row(model, lead):
    w = rng.normal(size=(*lead, model.layout.n))
    found = model.evaluate(w, BATCH)
    runs = np.broadcast_shapes(lead, (3,))
    assert found.loss.shape == runs
    whole = np.broadcast_to(w, (*runs, model.layout.n))
    for index in np.ndindex(runs):
        alone = model.evaluate(whole[index], BATCH[index[-1]])
        np.testing.assert_allclose(found.loss[index], alone.loss, rtol=1e-12)
        np.testing.assert_allclose(found.gradient[index], alone.gradient, rtol=0, atol=1e-11)


@each
@pytest.mark.parametrize(
    ("batch", "sentence"),
    [
        (BATCH, r"^batch has the shape \(3, 4\); \(B,\), or a row for each of the runs \(2,\), is needed$"),
        ([0.5], "^batch is .0.5.; an array of integers, the indices of samples, is needed$"),
        ([[0], [1, 2]], "; an array of integers, the indices of samples, is needed$"),
        ([12], "^batch is .12.; indices from 0 to 11 are needed$"),
    ],
)
def test_bad_batches_are_named(model, batch, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        model.evaluate(np.ones((2, model.layout.n)), batch)
