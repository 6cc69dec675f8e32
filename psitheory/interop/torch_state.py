"""Evaluations of a PyTorch module at given parameters, each from the same state."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn


class TensorModule(nn.Module):  # type: ignore[misc]
    """Named tensors as a module, so that losses of tensors and of modules go one way."""

    def __init__(self, named: Mapping[str, Any], at: Any) -> None:
        super().__init__()
        self.at = at
        self.names = list(named)
        self.tensors = nn.ParameterList(
            nn.Parameter(torch.as_tensor(x).detach().clone(), requires_grad=True) for x in named.values()
        )

    def tree(self) -> Any:
        """Return the tensors in the form in which they came."""
        found = dict(zip(self.names, self.tensors, strict=True))

        def build(tree: Any, prefix: str) -> Any:
            if isinstance(tree, Mapping):
                return {k: build(x, f"{prefix}/{k}" if prefix else str(k)) for k, x in tree.items()}
            return found[prefix or "w"]

        return build(self.at, "")

    def parameter_names(self) -> dict[str, str]:
        """Return the given name of each parameter."""
        return {f"tensors.{i}": name for i, name in enumerate(self.names)}


def copied(module: nn.Module) -> nn.Module:
    """Return a copy of a module, with tensors that it has computed and kept (the old weight norm's) made plain."""
    kept = [x for sub in module.modules() for x in vars(sub).values() if isinstance(x, Tensor) and not x.is_leaf]
    return copy.deepcopy(module, {id(x): x.detach().clone() for x in kept})


def initialised(module: nn.Module, call: Any) -> nn.Module:
    """Return the module, or, if parameters wait for a first input to be given a shape, a copy that has had it."""
    if not any(isinstance(p, nn.parameter.UninitializedParameter) for p in module.parameters()):
        return module
    ready = copied(module)
    dtype = next((p.dtype for p in module.parameters()), torch.get_default_dtype())
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        call(ready, dtype)
    return ready


class Runner:
    """Evaluates a module at given parameters, each time from the state in which it was handed over.

    Buffers are put back and random numbers drawn from one seed before every evaluation.  With ``fresh`` the whole
    module is copied anew, for modules that keep state elsewhere.
    """

    def __init__(self, module: nn.Module, call: Any, dtype: torch.dtype, training: bool, fresh: bool = False) -> None:
        self.module = copied(module).to(dtype).train(training)
        self.call, self.dtype, self.fresh = call, dtype, fresh
        given = module.parameter_names() if isinstance(module, TensorModule) else {}
        for parameter in self.module.parameters():
            parameter.requires_grad_(parameter.is_floating_point())
        named = {n: p for n, p in self.module.named_parameters() if p.is_floating_point()}
        self.names = list(named)
        self.shapes = {given.get(n, n): tuple(p.shape) for n, p in named.items()}
        self.buffers = {n: b.detach().clone() for n, b in self.module.named_buffers()}
        self.pristine = copied(self.module) if fresh else None
        self.random_state = torch.Generator().manual_seed(0).get_state()

    @property
    def point(self) -> np.ndarray:
        """Return the parameters as they are (n,)."""
        values = [self.parameters[n].detach().cpu().numpy().astype(float).ravel() for n in self.names]
        return np.concatenate(values) if values else np.zeros(0)

    @property
    def parameters(self) -> dict[str, nn.Parameter]:
        """Return the parameters by name."""
        return dict(self.module.named_parameters())

    def evaluate(self, w: np.ndarray) -> tuple[Tensor | None, Tensor | None]:
        """Return loss and outputs at w."""
        if self.pristine is not None:
            self.module = copied(self.pristine)
        with torch.no_grad():
            start = 0
            parameters = self.parameters
            for name in self.names:
                p = parameters[name]
                p.copy_(torch.from_numpy(np.asarray(w[start : start + p.numel()], float).reshape(tuple(p.shape))))
                start += p.numel()
            for name, buffer in self.module.named_buffers():
                if name in self.buffers:
                    buffer.copy_(self.buffers[name])
        before = torch.get_rng_state()
        torch.set_rng_state(self.random_state)
        try:
            with torch.enable_grad():
                return cast("tuple[Tensor | None, Tensor | None]", self.call(self.module, self.dtype))
        finally:
            torch.set_rng_state(before)

    def rewritten(self) -> list[str]:
        """Return the names of buffers that the last evaluation has changed."""
        now = dict(self.module.named_buffers())
        return [n for n, b in self.buffers.items() if n in now and not torch.equal(now[n], b)]

    def gradient(self, value: Tensor) -> np.ndarray:
        """Return the gradient (n,) of a number that :meth:`evaluate` made."""
        parameters = self.parameters
        inputs = [parameters[n] for n in self.names]
        if not value.requires_grad:
            return np.zeros(sum(p.numel() for p in inputs))
        found = torch.autograd.grad(value, inputs, allow_unused=True)
        pieces = [torch.zeros_like(p) if g is None else g for p, g in zip(inputs, found, strict=True)]
        return np.concatenate([g.detach().cpu().numpy().astype(float).ravel() for g in pieces])
