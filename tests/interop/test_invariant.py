"""The loss of the kit's network, on arrays of PyTorch and JAX: that of the NumPy one."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from psitheory.conformance.optimizers.runs.network import Network, invariant_network
from psitheory.errors import ArgumentTypeError
from psitheory.interop.invariant import invariant_loss
from psitheory.models import Rayleigh

# sums of 16 samples, two layers deep
ROUNDING = 1e-13


def in_torch(network: Network, w: np.ndarray) -> tuple[float, np.ndarray]:
    layout = network.layout
    named = {p.name: torch.tensor(layout.view(p.name, w), requires_grad=True) for p in layout.parts}
    loss = invariant_loss(network, named, torch)
    loss.backward()
    return float(loss.detach()), np.concatenate([x.grad.numpy().ravel() for x in named.values()])


def in_jax(network: Network, w: np.ndarray) -> tuple[float, np.ndarray]:
    layout = network.layout
    with jax.enable_x64(True):
        named = {p.name: jnp.asarray(layout.view(p.name, w)) for p in layout.parts}
        loss, found = jax.value_and_grad(lambda named: invariant_loss(network, named, jnp))(named)
        return float(loss), np.concatenate([np.asarray(found[p.name]).ravel() for p in layout.parts])


@pytest.mark.parametrize("evaluate", [in_torch, in_jax])
@pytest.mark.parametrize("fixed", [False, True])
def test_loss_and_gradient_are_those_of_the_numpy_network(evaluate: Any, fixed: bool) -> None:
    network = invariant_network(np.dtype(np.float64), 3)
    network = network.without_free() if fixed else network
    loss, gradient = evaluate(network, network.first)
    found = network.evaluate(network.first)
    assert loss == pytest.approx(float(found.loss), rel=ROUNDING)
    np.testing.assert_allclose(gradient, found.gradient, rtol=0, atol=ROUNDING * np.abs(gradient).max())


def test_another_model_is_refused() -> None:
    network = Network(Rayleigh(np.eye(3)), np.ones(3))
    with pytest.raises(ArgumentTypeError, match="^model is .* are tried on the kit's own network, so leave it out$"):
        invariant_loss(network, {}, np)
