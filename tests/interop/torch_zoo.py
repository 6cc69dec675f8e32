"""What small PyTorch models are written with, and where each is kept with the dimension of its symmetries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

Case = tuple[Callable[[], nn.Module], Any, int, int]


def drawn(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


VECTORS, IMAGES, SEQUENCES = drawn(16, 4), drawn(6, 3, 5, 5), drawn(4, 6, 8)
TOKENS = torch.randint(0, 7, (5, 6), generator=torch.Generator().manual_seed(0))
TINY = 1e-30
"""An eps that is no perturbation to be felt, but an eps."""
CASES: dict[str, Case] = {}


class Model(nn.Module):
    """A function of named modules and parameters."""

    def __init__(self, f: Callable[..., Any], **named: Any) -> None:
        super().__init__()
        self.f = f
        for name, value in named.items():
            setattr(self, name, value)

    def forward(self, *inputs: Any) -> Any:
        return self.f(self, *inputs)


def case(name: str, inputs: Any, up_to_eps: int, exact: int, make: Callable[[], nn.Module]) -> None:
    CASES[name] = make, inputs, up_to_eps, exact


def parameter(*shape: int) -> nn.Parameter:
    return nn.Parameter(torch.randn(shape))


class Sum(nn.Module):
    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return sum(layer(x) for layer in self.layers)


class Penalised(nn.Module):
    """What a network returns, and how far the lengths of its gradients by inputs are from one."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        x = x.clone().requires_grad_()
        out = self.network(x)
        (g,) = torch.autograd.grad(out.square().sum(), x, create_graph=True)
        return out + (g.flatten(1).norm(dim=1, keepdim=True) - 1).square()


def bn(n: int) -> nn.Module:
    return nn.BatchNorm1d(n, eps=TINY)


def bn2(n: int) -> nn.Module:
    return nn.BatchNorm2d(n, eps=TINY)


def ln(n: int) -> nn.Module:
    return nn.LayerNorm(n, eps=TINY)


L, S, M, P = nn.Linear, nn.Sequential, Model, parameter
