"""What is called on a PyTorch module: its inputs and a loss of its outputs, or a loss of the module."""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from typing import Any

import torch
from torch import Tensor, nn

from psitheory.errors import ArgumentTypeError, shown
from psitheory.symmetry.trees import leaves


@contextmanager
def uncompiled() -> Iterator[None]:
    """Let what torch.compile has wrapped run as it is written, in any precision and with types."""
    if "torch._dynamo" not in sys.modules:  # nothing was compiled, and the compiler takes a second to import
        yield
        return
    with torch.compiler.set_stance("force_eager"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Using `torch.compile.* when there are global hooks", UserWarning)
        yield


class Call:
    """Calls a module on inputs, and a loss on what comes out."""

    def __init__(self, inputs: Any, targets: Any, loss: Callable[..., Any] | None) -> None:
        self.inputs, self.targets, self.loss = inputs, targets, loss

    def __call__(self, module: nn.Module, dtype: torch.dtype) -> tuple[Tensor | None, Tensor | None]:
        """Return loss and outputs of the module."""
        inputs = cast_to(self.inputs, dtype)
        with uncompiled():
            if isinstance(inputs, Mapping):
                out = module(**inputs)
            else:
                out = module(*inputs) if isinstance(inputs, (tuple, list)) else module(inputs)
        outputs = flat_outputs(out)
        if self.loss is None:
            return None, outputs
        loss = cast_to(self.loss, dtype) if isinstance(self.loss, nn.Module) else self.loss
        value = loss(out) if self.targets is None else loss(out, cast_to(self.targets, dtype))
        return one_number(value, "loss"), outputs


class Loss:
    """Calls a loss on a module: it returns a number, or a number and outputs."""

    def __init__(self, f: Callable[..., Any]) -> None:
        self.f = f

    def __call__(self, module: nn.Module, dtype: torch.dtype) -> tuple[Tensor | None, Tensor | None]:
        """Return loss and outputs of the module."""
        with uncompiled():
            value = self.f(module)
        if isinstance(value, tuple) and len(value) == 2:
            return one_number(value[0], "f"), flat_outputs(value[1])
        return one_number(value, "f"), None


def flat_outputs(out: Any) -> Tensor:
    """Return all floating-point tensors of an output, in one flat tensor."""
    out = vars(out) if is_dataclass(out) and not isinstance(out, Mapping) else out
    found = [x for _, x in leaves(out) if isinstance(x, Tensor) and x.is_floating_point()]
    if not found:
        raise ArgumentTypeError(f"the module returned {shown(out)}; at least one floating-point tensor is needed")
    if not any(x.numel() for x in found):
        raise ArgumentTypeError("the module returned empty tensors; inputs that give at least one number are needed")
    return torch.cat([x.reshape(-1) for x in found])


def one_number(value: Any, name: str) -> Tensor:
    """Return a loss as a tensor of shape ()."""
    if not isinstance(value, Tensor) or value.numel() != 1 or not value.is_floating_point():
        what = f"a tensor of shape {tuple(value.shape)}" if isinstance(value, Tensor) else shown(value)
        raise ArgumentTypeError(f"{name} returned {what}; a loss must be one real number")
    return value.reshape(())


def cast_to(value: Any, dtype: torch.dtype) -> Any:
    """Return ``value`` with its floating-point tensors in another precision."""
    if isinstance(value, Tensor):
        return value.to(dtype) if value.is_floating_point() else value
    if isinstance(value, nn.Module):
        return copy.deepcopy(value).to(dtype)
    if isinstance(value, Mapping):
        return {k: cast_to(x, dtype) for k, x in value.items()}
    return type(value)(cast_to(x, dtype) for x in value) if type(value) in (tuple, list) else value
