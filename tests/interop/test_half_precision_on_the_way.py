"""Models that cast to 16 bits on the way are judged by that rounding, and no break is excused by it."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
import torch
from torch import nn

from psitheory import check_model, discover_symmetries

torch.set_num_threads(1)
RNG = np.random.default_rng(0)
X = jnp.asarray(RNG.normal(size=(16, 3)), jnp.float32)
AT = {"w": jnp.asarray(RNG.normal(size=(4, 3)), jnp.float32), "o": jnp.ones(4)}


def normalised(dtype, beside=0.0, eps=0.0):
    def loss(p):
        h = (X.astype(dtype) @ p["w"].astype(dtype).T).astype(jnp.float32) + beside * X[:, :1]
        h = (h - h.mean(0)) / jnp.sqrt(h.var(0) + eps)
        return jnp.mean((jnp.tanh(h) @ p["o"] - 1) ** 2)

    return loss


@pytest.mark.parametrize("dtype", [jnp.bfloat16, jnp.float16])
def test_rows_of_a_jax_loss_in_mixed_precision_are_found(dtype):
    report = check_model(normalised(dtype), AT)
    assert (report.properties["w"], report.properties["o"]) == ("rows", "none")
    assert any("casts to a format" in note for note in report.notes)
    assert discover_symmetries(normalised(dtype), AT).dimension == 4


def test_a_break_beside_half_precision_is_none_of_rounding():
    assert check_model(normalised(jnp.bfloat16, beside=0.1), AT).properties["w"] == "none"


def test_an_eps_that_half_precision_hides_is_told_by_types():
    report = check_model(normalised(jnp.bfloat16, eps=1e-5), AT)
    assert report.properties["w"] == "rows up to eps"
    assert [group["up_to_eps"] for group in report.properties["groups"]] == [True]


class Mixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4), nn.Linear(4, 2)

    def forward(self, x):
        h = (x.bfloat16() @ self.a.weight.bfloat16().T).to(x.dtype)
        return self.c(torch.tanh(self.b(h)))


def test_rows_of_a_module_in_mixed_precision_are_found():
    torch.manual_seed(0)
    report = check_model(Mixed(), torch.randn(16, 3))
    assert report.properties["a.weight"] == "rows up to eps"
    assert report.properties["c.weight"] == "none"
    assert not any("leaves something out" in note for note in report.notes)


class Autocast(nn.Module):
    """A bias before batch norm, which has no effect but by what 16 bits lose of it."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)

    def forward(self, x):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            h = self.a(x)
        return self.c(torch.tanh(self.b(h.float())).to(self.c.weight.dtype))


@pytest.mark.parametrize("seed", range(3))
def test_what_rounding_makes_finer_is_not_told(seed):
    torch.manual_seed(seed)
    report = check_model(Autocast(), torch.randn(16, 3))
    jointly = "only jointly: a.weight rows +1, a.bias entries +1 up to eps"
    assert [report.properties[f"a.{name}"] for name in ("weight", "bias")] == [jointly] * 2
