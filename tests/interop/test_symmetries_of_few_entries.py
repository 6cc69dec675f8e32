"""Symmetries that types derive are those of the fewest entries: a stream of residuals, and not with trades besides."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from psitheory.interop.torch_model import loss_function
from psitheory.symmetry.derived import derived
from psitheory.symmetry.kinds import Generators
from tests.interop.torch_zoo import TINY, VECTORS, L, M, S

torch.set_num_threads(1)


class Residual(nn.Module):
    def __init__(self, width, hidden, bias):
        super().__init__()
        self.a, self.b = L(width, hidden, bias=bias), L(hidden, width, bias=bias)

    def forward(self, x):
        return x + self.b(torch.relu(self.a(x)))


def stream(layers, hidden, bias):
    blocks = (Residual(5, hidden, bias) for _ in range(layers))
    return S(L(4, 5, bias=False), *blocks, nn.LayerNorm(5, eps=TINY, elementwise_affine=False), nn.Tanh())


def found(model):
    function = loss_function(model, VECTORS)
    types = derived(function, np.random.default_rng(0))
    assert types.confirmed
    return list(Generators(types.types.up_to_eps, function.layout))


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize(("layers", "hidden"), [(1, 2), (2, 3), (3, 7)])
def test_a_stream_of_residuals_is_scaled_by_what_begins_it_and_by_biases(layers, hidden, bias):
    torch.manual_seed(0)
    *trades, own = sorted(found(stream(layers, hidden, bias)), key=lambda g: "trade" not in g.kind)
    assert [g.kind for g in trades] == ["trade"] * layers * hidden
    assert {np.count_nonzero(g.exponents) for g in trades} == {10 + bias}
    assert set(own.terms) == {("0.weight", 1.0)} | {
        (f"{k}.{name}.bias", 1.0) for k in range(1, layers + 1) for name in "ab" if bias
    }


def test_trades_that_share_layers_stay_as_they_are():
    torch.manual_seed(0)
    model = S(L(4, 6), nn.ReLU(), L(6, 3), nn.ReLU(), L(3, 2), nn.Tanh())
    assert sorted(np.count_nonzero(g.exponents) for g in found(model)) == [8] * 6 + [9] * 3


def test_what_only_moves_together_is_told_together():
    torch.manual_seed(0)

    def forward(self, x):
        h = self.e(x)
        norm = nn.functional.layer_norm
        return torch.tanh(norm(h + self.b(torch.relu(self.a(norm(h, (5,), eps=TINY)))), (5,), eps=TINY))

    model = M(forward, e=L(4, 5, bias=False), a=L(5, 3, bias=False), b=L(3, 5, bias=False))
    *_, own = sorted(found(model), key=lambda g: "trade" not in g.kind)
    assert own.parts in (("e.weight", "b.weight"), ("e.weight", "a.weight"))
