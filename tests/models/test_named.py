"""Models by name."""

import numpy as np
import pytest

from psitheory.errors import ArgumentError, UnknownName
from psitheory.models.named import NAMES, named_model

SMALL = {"digits": {"rows": 40, "hidden": (3,)}, "wine": {"rows": 30}, "rayleigh": {"d": 4}}


@pytest.mark.parametrize("name", NAMES)
def test_each_is_a_psi_model_with_unit_starts(name):
    model, starts = named_model(name, **SMALL.get(name, {}))
    layout = model.layout
    w = starts(np.random.default_rng(0), (2, 3))
    assert w.shape == (2, 3, layout.n)
    # a unit vector of d entries is right to about d/2 ulp
    np.testing.assert_allclose(layout.norms(w), 1, rtol=layout.n * np.finfo(float).eps)
    a = np.ldexp(1.0, np.random.default_rng(1).integers(-30, 30, layout.m))
    evaluation, scaled = model.evaluate(w), model.evaluate(layout.scale(a, w))
    np.testing.assert_array_equal(evaluation.loss, scaled.loss)
    np.testing.assert_array_equal(evaluation.gradient, layout.scale(a, scaled.gradient))
    assert np.abs(evaluation.gradient).max() > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_name_always_means_the_same(name):
    first, starts = named_model(name, **SMALL.get(name, {}))
    second, again = named_model(name, **SMALL.get(name, {}))
    w = starts(np.random.default_rng(5))
    np.testing.assert_array_equal(w, again(np.random.default_rng(5)))
    np.testing.assert_array_equal(first.evaluate(w).gradient, second.evaluate(w).gradient)


def test_digits_are_256_images_and_32_units():
    model, _ = named_model("digits")
    assert model.inputs.shape == (256, 64)
    assert model.layout.m == 32
    assert model.outputs == 10


def test_options_reach_the_model():
    model, _ = named_model("wine", hidden=(4, 2), activation="softplus", affine=True, eps=0.5)
    assert model.hidden == (4, 2)
    assert model.eps == 0.5
    assert model.affine


def test_bad_names_are_sentences():
    with pytest.raises(UnknownName, match="model is 'resnet'; one of digits, wine, neuron, "):
        named_model("resnet")
    with pytest.raises(ArgumentError, match="option 'depth' is none of the model digits; it has activation, affine"):
        named_model("digits", depth=3)
    with pytest.raises(ArgumentError, match="option 'd' is none of the model circle; it has none"):
        named_model("circle", d=3)
