"""A small PyTorch network that is exactly scale-invariant: batch norm without eps."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ExactBatchNorm(nn.Module):  # type: ignore[misc]
    r"""Batch norm without eps: :math:`(z - \bar z)/\sqrt{\operatorname{var} z}` over samples (and positions).

    PyTorch's own needs an eps.  Without it the layer before is exactly scale-invariant, row by row.

    Parameters
    ----------
    features : int
        Size of axis 1.
    affine : bool
        Whether there are a weight and a bias.
    """

    def __init__(self, features: int, *, affine: bool = False) -> None:
        super().__init__()
        self.features = features
        self.weight = nn.Parameter(torch.ones(features)) if affine else None
        self.bias = nn.Parameter(torch.zeros(features)) if affine else None

    def forward(self, z: Tensor) -> Tensor:
        """Return the normalised z, (N, features, ...)."""
        axes = [axis for axis in range(z.ndim) if axis != 1]
        centred = z - z.mean(axes, keepdim=True)
        # a power of two near the size of each feature keeps squares in range without a rounding
        size = torch.exp2(torch.floor(torch.log2(centred.detach().abs().amax(axes, keepdim=True))))
        scaled = centred / size
        out = scaled / scaled.square().mean(axes, keepdim=True).sqrt()
        if self.weight is None or self.bias is None:
            return out
        shape = (1, -1, *[1] * (z.ndim - 2))
        return out * self.weight.reshape(shape) + self.bias.reshape(shape)


def exact_network(
    inputs: int = 4, hidden: tuple[int, ...] = (5, 3), outputs: int = 2, *, affine: bool = False
) -> nn.Sequential:
    """Return a tanh network with :class:`ExactBatchNorm`: rows of hidden weights are exactly scale-invariant."""
    layers: list[nn.Module] = []
    for width in hidden:
        layers += [nn.Linear(inputs, width, bias=False), ExactBatchNorm(width, affine=affine), nn.Tanh()]
        inputs = width
    return nn.Sequential(*layers, nn.Linear(inputs, outputs))
