"""Layers of PyTorch as people write them, and how they are checked."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from psitheory.conformance import ConformanceReport, check_model

torch.set_num_threads(1)

GENERATOR = torch.Generator().manual_seed(0)
VECTORS = torch.randn(16, 4, generator=GENERATOR)
IMAGES = torch.randn(6, 3, 5, 5, generator=GENERATOR)
SEQUENCES = torch.randn(4, 6, 8, generator=GENERATOR)
TOKENS = torch.randint(0, 7, (5, 6), generator=GENERATOR)


def mean_square(out: Tensor) -> Tensor:
    targets = torch.randn(out.shape, generator=torch.Generator().manual_seed(3)).to(out.dtype)
    return ((out - targets) ** 2).mean()


class Single(nn.Module):
    """A module that runs in float32 alone."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.m = module

    def forward(self, x: Tensor) -> Any:
        if next(self.m.parameters()).dtype is not torch.float32:
            raise RuntimeError("float32 is needed")
        return self.m(x)


def checked(make: Callable[[], nn.Module], inputs: Tensor, single: bool = False, **options: Any) -> ConformanceReport:
    torch.manual_seed(1)
    module = make()
    if single:
        return check_model(Single(module), inputs=inputs, loss=mean_square, **options)
    return check_model(module.double(), inputs=inputs, loss=mean_square, **options)


def levels(report: ConformanceReport) -> dict[str, str]:
    found = {k: v for k, v in report.properties.items() if isinstance(v, str)}
    return {k.removeprefix("m."): re.sub(r"\bm\.", "", v) for k, v in found.items()}


def dense(*norm: nn.Module, bias: bool = True, activation: nn.Module | None = None) -> nn.Module:
    return nn.Sequential(nn.Linear(4, 6, bias=bias), *norm, activation or nn.Tanh(), nn.Linear(6, 2))


def convolution(*norm: nn.Module, bias: bool = True, layer: nn.Module | None = None) -> nn.Module:
    first = layer or nn.Conv2d(3, 6, 3, bias=bias)
    return nn.Sequential(first, *norm, nn.Tanh(), nn.Conv2d(6, 2, 1))


class Centred(nn.Conv2d):
    """Weight standardisation."""

    def forward(self, x: Tensor) -> Tensor:
        w = self.weight - self.weight.mean((1, 2, 3), keepdim=True)
        return F.conv2d(x, w / (w.std((1, 2, 3), keepdim=True) + 1e-5), self.bias)


class Equalised(nn.Conv2d):
    """Weights times a constant."""

    def forward(self, x: Tensor) -> Tensor:
        return F.conv2d(x, self.weight * (2 / 27) ** 0.5, self.bias)


class PixelNorm(nn.Module):
    """Mean squares over channels, with an eps that nobody can take out."""

    def forward(self, x: Tensor) -> Tensor:
        return x / torch.sqrt((x**2).mean(1, keepdim=True) + 1e-8)


class Detached(nn.Linear):
    """Rows of length one by a norm that autograd does not see: its gradient is not that of the loss."""

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight / self.weight.norm(dim=1, keepdim=True).detach())


class DetachedBatchNorm(nn.Module):
    """Statistics that autograd does not see, with an eps that nobody can take out."""

    def forward(self, z: Tensor) -> Tensor:
        return (z - z.mean(0).detach()) / (z.std(0).detach() + 1e-5)


class LearnedEps(nn.Module):
    """Filter response norm, whose eps is a parameter."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.eps = nn.Parameter(torch.full((channels, 1, 1), 1e-2))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt((x**2).mean((2, 3), keepdim=True) + self.eps.abs())


class CosineHead(nn.Module):
    """A classifier by cosines, of features that are not normalised otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.features, self.weight = nn.Linear(4, 6), nn.Parameter(torch.randn(3, 6))

    def forward(self, x: Tensor) -> Tensor:
        return F.cosine_similarity(self.features(x)[:, None], self.weight[None], dim=-1)


class Embedded(nn.Module):
    """A linear layer on embeddings, normalised or not."""

    def __init__(self, normalised: bool) -> None:
        super().__init__()
        self.table, self.head, self.normalised = nn.Embedding(7, 4), nn.Linear(4, 2), normalised

    def forward(self, tokens: Tensor) -> Tensor:
        h = self.table(tokens)
        return self.head(F.normalize(h, dim=-1) if self.normalised else h)


class Tied(nn.Module):
    """Embeddings that are the last layer too."""

    def __init__(self) -> None:
        super().__init__()
        self.table, self.norm = nn.Embedding(7, 4), nn.LayerNorm(4)

    def forward(self, tokens: Tensor) -> Tensor:
        return self.norm(self.table(tokens)) @ self.table.weight.T


class Attention(nn.Module):
    """One head, with or without normalised queries and keys."""

    def __init__(self, normalised: bool) -> None:
        super().__init__()
        self.q, self.k, self.v = (nn.Linear(8, 4, bias=False) for _ in range(3))
        self.out, self.normalised = nn.Linear(4, 2), normalised

    def forward(self, x: Tensor) -> Tensor:
        q, k = self.q(x), self.k(x)
        if self.normalised:
            q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)
        return self.out(torch.softmax(q @ k.mT, -1) @ self.v(x))


class SelfAttention(nn.Module):
    """PyTorch's own attention, two heads."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.a(x, x, x, need_weights=False)[0]


class NormalisedAttention(nn.Module):
    """Queries and keys under layer norm, whose gains trade."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v = nn.Linear(8, 4), nn.Linear(8, 4), nn.Linear(8, 2)
        self.nq, self.nk = nn.LayerNorm(4), nn.LayerNorm(4)

    def forward(self, x: Tensor) -> Tensor:
        return torch.softmax(self.nq(self.q(x)) @ self.nk(self.k(x)).mT, -1) @ self.v(x)


class PartlyNormalised(nn.Module):
    """Batch norm on half of the neurons."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.n = nn.Linear(4, 6, bias=False), nn.BatchNorm1d(3)

    def forward(self, x: Tensor) -> Tensor:
        z = self.a(x)
        return torch.tanh(torch.cat([self.n(z[:, :3]), z[:, 3:]], 1))


class Bilinear(nn.Module):
    """A bilinear layer before batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.b, self.n, self.out = nn.Bilinear(4, 4, 5), nn.BatchNorm1d(5), nn.Linear(5, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.tanh(self.n(self.b(x, x))))


class Recurrent(nn.Module):
    """A recurrent layer and a linear one."""

    def __init__(self, kind: type[nn.Module]) -> None:
        super().__init__()
        self.r, self.out = kind(8, 3, batch_first=True), nn.Linear(3, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(self.r(x)[0])


class Residual(nn.Module):
    """Two branches that meet before batch norm."""

    def __init__(self) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(4, 6)
        self.n, self.out = nn.BatchNorm1d(6), nn.Linear(6, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.out(torch.tanh(self.n(self.a(x) + self.b(x**2))))


def old_weight_norm() -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return dense_with(nn.utils.weight_norm(nn.Linear(4, 6)))


def dense_with(layer: nn.Module) -> nn.Module:
    return nn.Sequential(layer, nn.Tanh(), nn.Linear(6, 2))


REST = {"1.weight": "none", "1.bias": "none", "3.weight": "none", "3.bias": "none"}
BATCH = {"0.weight": "rows up to eps", "0.bias": "no effect"}
