"""What every model asks of the weights: integers would round its data, silently."""

import numpy as np
import pytest

from psitheory.arithmetic import to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.models import (
    NORMS,
    BatchNormMLP,
    Circle,
    Cosine,
    Frozen,
    LinearRegression,
    Neuron,
    NormalisedLayer,
    Perceptron,
    RankOne,
    Rayleigh,
    RotationField,
    Unnormalised,
    WithL2,
)
from psitheory.models.data import check_width
from psitheory.models.functions.rayleigh_mean import RayleighMean

rng = np.random.default_rng(0)
X, y = rng.normal(size=(7, 4)), rng.normal(size=7)
rank_one = RankOne(X)
models = [
    Neuron(X, y),
    LinearRegression(X, y, bias=True),
    Unnormalised(X, y),
    WithL2(Neuron(X, y), 0.1),
    Perceptron(X, y, hidden=2),
    Cosine(y),
    Rayleigh(X.T @ X),
    RayleighMean(np.stack([X.T @ X, np.eye(4)])),
    Circle.several_minima(),
    RotationField(y),
    rank_one,
    Frozen(rank_one, [0.5]),
    BatchNormMLP(X, np.arange(7) % 2, hidden=(3, 2), affine=True),
    *(NormalisedLayer(X, X, norm) for norm in NORMS if norm != "instance"),
    NormalisedLayer(X[:, :, None], X, "instance"),
]


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool])
@pytest.mark.parametrize("model", models, ids=lambda model: type(model).__name__)
def test_weights_that_are_no_floats_are_refused(model, dtype):
    w = (1 + np.arange(model.layout.n) % 3).astype(dtype)
    x = np.ones(model.layout.n)
    sentence = f"^w has the dtype {w.dtype}; a real floating-point dtype is needed$"
    with pytest.raises(ArgumentTypeError, match=sentence):
        model.evaluate(w)
    with pytest.raises(ArgumentTypeError, match=sentence):
        model.hessian_vector(w, x)


def test_floats_complex_numbers_and_exact_ones_pass():
    for dtype in (np.float32, np.float64, np.complex128):
        check_width(np.ones(3, dtype), 3)
    check_width(to_rationals(np.ones(3)), 3)


def test_what_is_no_array_or_of_another_width_is_named():
    with pytest.raises(ArgumentTypeError, match=r"^x is \[1.0\]; an array is needed$"):
        check_width([1.0], 1, "x")
    with pytest.raises(ArgumentError, match=r"^w has the shape \(2,\); its last axis must be 3$"):
        check_width(np.ones(2), 3)
