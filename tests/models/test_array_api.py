"""Models take arrays of any array-API library, and answer in kind."""

import array_api_strict
import numpy as np
import pytest

from psitheory.models import Circle, Cosine, Neuron, Rayleigh

rng = np.random.default_rng(0)
models = [
    Rayleigh(np.diag([1.0, 2.0, 3.0])),
    Cosine([1.0, 2.0, 3.0]),
    Circle.several_minima(),
    Neuron(rng.normal(size=(6, 3)), rng.normal(size=6)),
    Neuron(rng.normal(size=(6, 3)), rng.normal(size=6), activation="softplus", eps=0.1),
]


@pytest.mark.parametrize("model", models, ids=lambda model: type(model).__name__)
def test_strict_arrays_give_the_same_numbers(model):
    w, x = rng.normal(size=(2, 4, model.layout.n))
    strict_w, strict_x = array_api_strict.asarray(w), array_api_strict.asarray(x)
    found, expected = model.evaluate(strict_w), model.evaluate(w)
    assert type(found.gradient) is type(strict_w)
    np.testing.assert_allclose(np.asarray(found.loss), expected.loss, rtol=1e-13)
    np.testing.assert_allclose(np.asarray(found.gradient), expected.gradient, rtol=0, atol=1e-13)
    product = np.asarray(model.hessian_vector(strict_w, strict_x))
    np.testing.assert_allclose(product, model.hessian_vector(w, x), rtol=0, atol=1e-12 * (1 + np.abs(product).max()))
