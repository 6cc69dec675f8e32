"""The loss of the network on which the kit tries optimisers, on arrays of any framework."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psitheory.conformance.optimizers.runs.network import Network
from psitheory.errors import ArgumentTypeError, shown
from psitheory.models import BatchNormMLP


def invariant_loss(network: Network, parameters: Mapping[str, Any], xp: Any) -> Any:
    """Return the loss at named ``parameters``, arrays of the framework ``xp``, without an eps.

    Raises
    ------
    ArgumentTypeError
        If the network is of another model than the kit's.
    """
    model = network.model
    if not isinstance(model, BatchNormMLP) or model.affine or model.activation != "tanh" or model.loss != "squared":
        raise ArgumentTypeError(
            f"model is {shown(model)}; optimisers of another framework are tried on the kit's own network, so leave "
            "it out"
        )
    inputs, targets = (xp.asarray(x.astype(network.dtype)) for x in (model.inputs, model.targets))
    fixed = {name: xp.asarray(model.layout.view(name, network.start)) for name in ("V", "c")}
    named, h = {**fixed, **parameters}, inputs
    for i in range(1, len(model.hidden) + 1):
        w = named[f"W{i}"]
        z = h @ w.reshape(w.shape[0], -1).T
        z = z - z.mean(0)
        h = xp.tanh(z / xp.sqrt((z * z).mean(0)))
    error = h @ named["V"].T + named["c"] - targets
    return (error * error).sum(1).mean()
