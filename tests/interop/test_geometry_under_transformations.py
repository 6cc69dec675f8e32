"""Every method of the quotient and the sphere under jit, vmap, compile, on another device, and its derivatives."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
jax = pytest.importorskip("jax")

from psitheory.geometry import PSIQuotient, Sphere  # noqa: E402
from psitheory.layout import Layout  # noqa: E402

LAYOUT = Layout.of([3, 2], 1)
Q = PSIQuotient(LAYOUT)
RNG = np.random.default_rng(0)
W, Z = RNG.normal(size=(2, LAYOUT.n))
X = Q.random_tangent(RNG, W)
METHODS = {
    "inner": lambda w, z, x: Q.inner(w, x, x),
    "norm": lambda w, z, x: Q.norm(w, x),
    "dist": lambda w, z, x: Q.dist(w, z),
    "project": lambda w, z, x: Q.project(w, z),
    "retract": lambda w, z, x: Q.retract(w, x),
    "inverse_retract": lambda w, z, x: Q.inverse_retract(w, w + x / 8),
    "exp": lambda w, z, x: Q.exp(w, x),
    "log": lambda w, z, x: Q.log(w, z),
    "transport": lambda w, z, x: Q.transport(w, z, x),
    "canonical": lambda w, z, x: Q.canonical(w),
    "align": lambda w, z, x: Q.align(w, z),
    "act": lambda w, z, x: Q.act(w[:2] * w[:2], w),
    "lift": lambda w, z, x: Q.lift(w, x, LAYOUT.scale(w[:2] * 0 + 2, w)),
    "gradient": lambda w, z, x: Q.gradient(w, z),
    "same_class": lambda w, z, x: Q.same_class(w, z),
}


@pytest.mark.parametrize("name", METHODS)
def test_traced_mapped_and_compiled_methods_give_the_same_numbers(name):
    function, expected = METHODS[name], METHODS[name](W, Z, X)
    with jax.enable_x64(True):
        arrays = [jax.numpy.asarray(a) for a in (W, Z, X)]
        jitted = jax.jit(function)(*arrays)
        mapped = jax.vmap(function)(*(a[None] for a in arrays))[0]
    tensors = [torch.from_numpy(a) for a in (W, Z, X)]
    torch_mapped = torch.vmap(function)(*(a[None] for a in tensors))[0]
    for found in (jitted, mapped, torch_mapped):
        np.testing.assert_allclose(np.asarray(found, float), np.asarray(expected, float), rtol=64 * 2**-52, atol=2**-48)


@pytest.mark.filterwarnings("ignore:Dynamo detected")
@pytest.mark.parametrize("name", ["dist", "exp", "log", "transport", "lift"])
def test_torch_compiles_whole_methods(name):
    tensors = [torch.from_numpy(a) for a in (W, Z, X)]
    compiled = torch.compile(METHODS[name], backend="eager", fullgraph=True)
    np.testing.assert_allclose(compiled(*tensors).numpy(), METHODS[name](W, Z, X), rtol=64 * 2**-52, atol=2**-48)


@pytest.mark.parametrize("name", METHODS)
def test_results_stay_on_their_device_and_in_their_precision(name):
    for dtype in (torch.float16, torch.bfloat16, torch.float32):
        tensors = [torch.from_numpy(a).to(dtype) for a in (W, Z, X)]
        found = METHODS[name](*tensors)
        elsewhere = METHODS[name](*(a.to("meta") for a in tensors))
        assert elsewhere.device.type == "meta"
        assert found.dtype == elsewhere.dtype == (torch.bool if name == "same_class" else dtype)


@pytest.mark.parametrize(("manifold", "w"), [(Sphere(3), np.array([2.0, 3, 6]) / 7), (Q, W)])
def test_derivatives_at_coincident_points(manifold, w):
    n = len(w)
    tangent = manifold.project(np.broadcast_to(w, (n, n)), np.eye(n))
    at = torch.from_numpy(w)

    def derivative(function, x):
        return torch.autograd.functional.jacobian(function, x).numpy()

    np.testing.assert_array_equal(derivative(lambda z: manifold.dist(at, z) ** 2, at), np.zeros(n))
    np.testing.assert_allclose(derivative(lambda x: manifold.exp(at, x), 0 * at), np.eye(n), atol=2**-50)
    np.testing.assert_allclose(derivative(lambda z: manifold.log(at, z), at), tangent, atol=2**-50)
    with jax.enable_x64(True):
        at = jax.numpy.asarray(w)
        np.testing.assert_array_equal(jax.grad(lambda z: manifold.dist(at, z) ** 2)(at), np.zeros(n))
        np.testing.assert_allclose(jax.jacobian(lambda x: manifold.exp(at, x))(0 * at), np.eye(n), atol=2**-50)
        np.testing.assert_allclose(jax.jacobian(lambda z: manifold.log(at, z))(at), tangent, atol=2**-50)


def test_arrays_of_two_libraries_are_refused_and_gradients_flow():
    with pytest.raises(TypeError, match="a NumPy array and a PyTorch tensor came together"):
        Q.inner(torch.from_numpy(W), X, X)
    weights = torch.from_numpy(W).requires_grad_()
    Q.dist(weights, torch.from_numpy(Z)).backward()
    assert torch.isfinite(weights.grad).all()
