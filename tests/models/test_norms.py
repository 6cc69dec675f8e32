"""Layers under layer, group, instance, RMS, weight and batch normalisation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls
from psitheory.errors import ArgumentError, DeadNeuron, UnknownName
from psitheory.layout import Layout
from psitheory.models import NORMS, NormalisedLayer
from psitheory.models.derivatives import complex_step_hessian_vector

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)
norms, biases = st.sampled_from(NORMS), st.booleans()
N, D, P, H, K = 5, 3, 4, 6, 2
"""Groups of three: two values normalised together are ±1, whatever they were."""


def instance(seed, norm, lead=(), **options):
    rng = np.random.default_rng(seed)
    inputs = rng.normal(size=(N, P, D) if norm == "instance" else (N, D))
    model = NormalisedLayer(inputs, rng.normal(size=(N, K)), norm, hidden=H, **options)
    n = model.layout.n
    return model, rng.normal(size=(*lead, n)), rng.normal(size=(*lead, n))


@settings(max_examples=40)
@given(seeds, norms, biases, st.sampled_from(["tanh", "softplus", "identity"]), st.sampled_from([0, 0.1]))
def test_derivatives_are_those_of_the_loss(seed, norm, bias, activation, eps):
    check_derivatives(*instance(seed, norm, bias=bias, activation=activation, eps=eps))


def reference(model, w):
    """Return the loss by loops over units, samples and positions."""
    view = {part.name: model.layout.view(part.name, w) for part in model.layout.parts}
    weights, bias = view["W"][:, :D], view.get("b", np.zeros(H))
    if weights.shape != view["W"].shape:
        bias = view["W"][:, D]
    x = model.inputs.reshape(N, -1, D)
    z = np.einsum("hd,npd->hnp", weights, x) + bias[:, None, None]

    def normal(z, centred=True):
        z = z - z.mean() if centred else z
        return z / np.sqrt((z**2).mean() + model.eps)

    a = np.empty_like(z)
    for n in range(N):
        if model.norm == "layer":
            a[:, n] = normal(z[:, n])
        if model.norm == "rms":
            a[:, n] = normal(z[:, n], centred=False)
        for group in np.split(np.arange(H), model.groups) if model.norm == "group" else ():
            a[group, n] = normal(z[group, n])
    for h in range(H):
        if model.norm == "batch":
            a[h] = normal(z[h])
        for n in range(N) if model.norm == "instance" else ():
            a[h, n] = normal(z[h, n])
        if model.norm == "weight":
            unit = weights[h] / np.sqrt(weights[h] @ weights[h] + model.eps)
            a[h] = view["g"][h] * (x @ unit) + bias[h]
    outputs = view["V"] @ np.tanh(a).mean(axis=-1)
    return ((outputs - model.targets.T) ** 2).sum() / N


@given(seeds, norms, biases, st.sampled_from([0, 0.1]))
def test_loss_is_that_of_the_definition(seed, norm, bias, eps):
    model, w, _ = instance(seed, norm, bias=bias, eps=eps)
    value = reference(model, w)
    # normalising divides by a deviation, which is no smaller than that of a few normal numbers is likely to be
    assert model.evaluate(w).loss == pytest.approx(value, rel=1e-8)
    with precision(120):
        assert float(to_balls(model).evaluate(to_balls(w)).loss[()]) == pytest.approx(value, rel=1e-8)


def test_each_has_the_blocks_that_it_makes_invariant():
    def parts(norm, **options):
        return instance(0, norm, **options)[0].layout

    def layout(*parts):
        return str(Layout(*parts))

    assert str(parts("batch", bias=True)) == "Layout(W: 6×3 6 blocks, b: 6 free, V: 2×6 free)"
    assert str(parts("instance")) == "Layout(W: 6×3 6 blocks, V: 2×6 free)"
    assert str(parts("layer", bias=True)) == "Layout(W: 6×4 1 block, V: 2×6 free)"
    assert str(parts("rms")) == "Layout(W: 6×3 1 block, V: 2×6 free)"
    assert str(parts("group", bias=True)) == "Layout(W: 6×4 2 blocks, V: 2×6 free)"
    assert str(parts("weight", bias=True)) == "Layout(W: 6×3 6 blocks, g: 6 free, b: 6 free, V: 2×6 free)"


@given(seeds, norms, st.data())
def test_powers_of_two_scale_blocks_bit_for_bit(seed, norm, data):
    model, w, x = instance(seed, norm, lead=(3,), bias=norm in ("layer", "group", "rms", "weight"))
    layout = model.layout
    exponents = data.draw(st.lists(st.integers(-300, 300), min_size=layout.m, max_size=layout.m))
    a = np.ldexp(1.0, exponents)
    one, other = model.evaluate(w), model.evaluate(layout.scale(a, w))
    assert (one.loss == other.loss).all()
    assert (one.gradient == layout.scale(a, other.gradient)).all()
    there = model.hessian_vector(layout.scale(a, w), layout.scale(a, x))
    assert (model.hessian_vector(w, x) == layout.scale(a, there)).all()


@given(seeds, norms, biases)
def test_an_eps_spoils_the_invariance(seed, norm, bias):
    model, w, _ = instance(seed, norm, bias=bias, eps=0.1)
    four = np.full(model.layout.m, 4.0)
    assert model.evaluate(w).loss != model.evaluate(model.layout.scale(four, w)).loss


@pytest.mark.parametrize("eps", [0, 1e-5])
@pytest.mark.parametrize("size", [1e-280, 1e-170, 1e170, 1e280])
@pytest.mark.parametrize("norm", NORMS)
def test_extreme_weights_have_the_gradient_of_the_formula(norm, size, eps):
    model, w, _ = instance(4, norm, eps=eps)
    w = model.layout.scale(np.full(model.layout.m, size), w)
    found = model.evaluate(w).gradient
    with precision(300):
        expected = np.array([float(x) for x in to_balls(model).evaluate(to_balls(w)).gradient])
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12 / size if size < 1 else 0)


@given(seeds, norms, biases)
def test_the_complex_step_gives_the_same_hessian(seed, norm, bias):
    model, w, x = instance(seed, norm, lead=(2,), bias=bias, eps=0.5)  # the eps bounds the condition
    stepped = complex_step_hessian_vector(lambda z: model.evaluate(z).gradient, w, x)
    closed = model.hessian_vector(w, x)
    np.testing.assert_allclose(stepped, closed, rtol=0, atol=1e-10 * (1 + np.abs(closed).max()))


@pytest.mark.parametrize("norm", NORMS)
def test_an_ensemble_equals_the_loop(norm):
    model, w, x = instance(1, norm, lead=(2, 3), bias=True)
    found, product = model.evaluate(w), model.hessian_vector(w, x)
    assert found.loss.shape == (2, 3)
    for i in np.ndindex(2, 3):
        np.testing.assert_allclose(found.loss[i], model.evaluate(w[i]).loss, rtol=1e-12)
        np.testing.assert_allclose(found.gradient[i], model.evaluate(w[i]).gradient, rtol=0, atol=1e-11)
        expected = model.hessian_vector(w[i], x[i])
        np.testing.assert_allclose(product[i], expected, rtol=0, atol=1e-10 * (1 + np.abs(expected).max()))


@pytest.mark.parametrize("norm", NORMS)
def test_float32_stays_float32(norm):
    model, w, x = instance(2, norm)
    w, x = w.astype(np.float32), x.astype(np.float32)
    assert model.evaluate(w).loss.dtype == model.evaluate(w).gradient.dtype == np.float32
    assert model.hessian_vector(w, x).dtype == np.float32


def test_nothing_to_normalise_is_a_named_error():
    model, w, _ = instance(0, "layer")
    w[: H * D] = np.tile(w[:D], H)
    with pytest.raises(DeadNeuron, match="row 0 of the pre-activations that are normalised together is constant"):
        model.evaluate(w)
    with pytest.raises(DeadNeuron):
        to_balls(NormalisedLayer(np.zeros((2, 2)), np.zeros((2, 1)), "rms")).evaluate(to_balls(np.ones(12)))
    assert np.isfinite(instance(0, "layer", eps=0.1)[0].evaluate(w).loss)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((np.eye(2), np.eye(2), "max"), {}, UnknownName, "norm is 'max'; one of batch, instance, layer"),
        ((np.eye(2), np.eye(2), "instance"), {}, ArgumentError, "inputs has the shape"),
        ((np.eye(2), np.eye(3)), {}, ArgumentError, "targets has the shape"),
        ((np.eye(2), np.eye(2)), {"hidden": 0}, ArgumentError, "hidden is 0; a positive integer is needed"),
        ((np.eye(2), np.eye(2), "group"), {"groups": 3}, ArgumentError, "groups is 3; a divisor of the 4 units"),
        ((np.eye(2), np.eye(2)), {"eps": -1.0}, ArgumentError, "eps is -1.0; zero or a positive number"),
        ((np.eye(2), np.eye(2)), {"activation": "step"}, UnknownName, "activation is 'step'"),
    ],
)
def test_bad_input_is_named(arguments, options, error, message):
    with pytest.raises(error, match=message):
        NormalisedLayer(*arguments, **options)


def test_a_batch_is_refused():
    model, w, _ = instance(0, "layer")
    with pytest.raises(ArgumentError, match="it must be None"):
        model.evaluate(w, [0])
