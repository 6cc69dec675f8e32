"""Weights and data that are none: each public model takes them, or refuses them in one sentence."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from psitheory.errors import PsitheoryError
from psitheory.models import (
    BatchNormConvNet,
    BatchNormMLP,
    Circle,
    Cosine,
    Fourier,
    Frozen,
    LinearRegression,
    Neuron,
    NormalisedLayer,
    Perceptron,
    RankOne,
    Rapidity,
    Rayleigh,
    RotationField,
    Unnormalised,
    WithL2,
    Zonal,
)

RNG = np.random.default_rng(0)
X, Y, NUMBERS, LABELS = RNG.normal(size=(8, 4)), RNG.normal(size=(8, 2)), RNG.normal(size=8), RNG.integers(0, 3, 8)
IMAGES = RNG.normal(size=(6, 1, 6, 6))
SYMMETRIC = np.diag([1.0, 2.0, 3.0, 4.0])

MODELS = {
    "BatchNormMLP": lambda: BatchNormMLP(X, LABELS, hidden=(3,)),
    "BatchNormConvNet": lambda: BatchNormConvNet(IMAGES, np.array([0, 1] * 3), channels=(2,)),
    "Circle": lambda: Circle(Fourier([1.0, 0.5], [0.3, 0.2])),
    "Cosine": lambda: Cosine(X[0]),
    "Frozen": lambda: Frozen(BatchNormMLP(X, LABELS, hidden=(3,)), RNG.normal(size=12)),
    "LinearRegression": lambda: LinearRegression(X, NUMBERS),
    "Neuron": lambda: Neuron(X, NUMBERS),
    "NormalisedLayer": lambda: NormalisedLayer(X, Y),
    "Perceptron": lambda: Perceptron(X, NUMBERS, hidden=3),
    "RankOne": lambda: RankOne(X[:3]),
    "Rayleigh": lambda: Rayleigh(SYMMETRIC),
    "RotationField": lambda: RotationField([1.0, 2.0]),
    "Unnormalised": lambda: Unnormalised(X, NUMBERS),
    "WithL2": lambda: WithL2(Rayleigh(SYMMETRIC), 0.1),
    "Zonal": lambda: Zonal((Rapidity([1.0], [1.0]),), (3,), free=1),
}

WRONG = {
    "matrix": np.asmatrix,
    "masked": lambda w: np.ma.masked_array(w, mask=np.arange(len(w)) == 0),
    "None": lambda w: None,
    "text": lambda w: "abc",
    "texts": lambda w: w.astype(str),
    "no numbers": lambda w: np.full(w.shape, None),
    "plain objects": lambda w: w.astype(object),
    "integers": lambda w: np.arange(1, len(w) + 1),
    "truths": lambda w: np.ones(len(w), bool),
    "short": lambda w: w[:-1],
    "one number": lambda w: 1.0,
    "dict": lambda w: {"w": w},
}


def refused(call):
    """Return the sentence in which a call refuses what it is given."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PendingDeprecationWarning)  # of NumPy's own, when a matrix is made
        with pytest.raises(PsitheoryError) as caught:
            call()
    return str(caught.value)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", MODELS)
def test_weights_that_are_none_are_refused_by_name(name, wrong):
    model = MODELS[name]()
    w = np.linspace(0.5, 1.5, model.layout.n)
    calls = [model.evaluate]
    if hasattr(model, "hessian_vector"):
        calls.append(lambda x: model.hessian_vector(x, w))
    for call in calls:
        sentence = refused(lambda call=call: call(WRONG[wrong](w)))
        assert "needed" in sentence or "must be" in sentence
        assert "\n" not in sentence


@pytest.mark.parametrize("name", MODELS)
def test_tensors_are_taken_or_refused_in_a_sentence(name):
    torch = pytest.importorskip("torch")
    model = MODELS[name]()
    w = np.linspace(0.5, 1.5, model.layout.n)
    for requires_grad in (False, True):
        tensor = torch.tensor(w, requires_grad=requires_grad)
        try:
            found = model.evaluate(tensor).loss
        except PsitheoryError as error:
            found, sentence = None, str(error)
        if found is None:
            assert "needed" in sentence
        else:
            found = found.detach() if isinstance(found, torch.Tensor) else found
            assert float(found) == pytest.approx(float(model.evaluate(w).loss), rel=1e-12)


NO_LABELS = [np.ma.masked_array(LABELS, mask=LABELS == 0), LABELS + 0.5, LABELS.astype(str), None]


@pytest.mark.parametrize("labels", NO_LABELS)
def test_labels_that_are_none_are_refused(labels):
    assert "integer labels" in refused(lambda: BatchNormMLP(X, labels, hidden=(3,)))
    images = RNG.normal(size=(8, 1, 6, 6))
    assert "integers from 0 on" in refused(lambda: BatchNormConvNet(images, labels, channels=(2,)))
