"""Several PyTorch optimisers as one, and parameters in the form in which a factory wants them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

NAMED = ("named_parameters", "named_params")
"""Under which names factories take pairs of a name and a parameter."""
MODULES = ("model", "module", "net", "network")
"""Under which names factories take a module."""


class Several:
    """Optimisers that share the parameters among them and step one after another."""

    def __init__(self, optimizers: Sequence[Any]) -> None:
        self.optimizers = list(optimizers)

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Return the groups of all."""
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    @property
    def parameters(self) -> list[Any]:
        """Return the parameters of all."""
        return [p for group in self.param_groups for p in group["params"]]

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Step each; a closure is called once before."""
        loss = None if closure is None else closure()
        for optimizer in self.optimizers:
            optimizer.step()
        return loss


def parameters_as(name: str, parameters: Sequence[Any]) -> Any:
    """Return parameters as a factory wants them by the name of its argument: a list, named ones, or a module."""
    named = [(f"layer{i}.weight" if p.ndim > 1 else f"layer{i}.bias", p) for i, p in enumerate(parameters)]
    if name in NAMED:
        return named
    if name in MODULES:
        return _module(named)
    return list(parameters)


def _module(named: Sequence[tuple[str, Any]]) -> Any:
    module = torch.nn.Module()
    for name, p in named:
        layer, own = name.split(".")
        if not hasattr(module, layer):
            module.add_module(layer, torch.nn.Module())
        getattr(module, layer).register_parameter(own, p)
    return module
