"""Scale types of PyTorch models: their dimension, runs that confirm them, and what samples say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from psitheory.interop.torch_model import loss_function
from psitheory.symmetry import discover_symmetries
from psitheory.symmetry.derived import derived
from psitheory.symmetry.kinds import Generators
from tests.interop import torch_zoo_of_images, torch_zoo_of_sequences, torch_zoo_of_vectors  # noqa: F401  their cases
from tests.interop.torch_zoo import CASES, VECTORS, L, M, bn, ln

torch.set_num_threads(1)


@pytest.mark.parametrize("name", CASES)
def test_types_derive_the_symmetries_of_a_model_and_runs_confirm_them(name):
    make, inputs, up_to_eps, exact = CASES[name]
    torch.manual_seed(1)
    found = derived(loss_function(make(), inputs), np.random.default_rng(0))
    assert found.confirmed
    assert (found.types.up_to_eps.dimension, found.types.exact.dimension) == (up_to_eps, exact)
    generators = Generators(found.types.up_to_eps, found.clean.layout)
    assert len(generators) == np.linalg.matrix_rank([g.exponents for g in generators] or [[0]])
    base = found.clean_bases[0]
    seen = [found.clean.observe(g.act(2 * np.log(2), base.w)) for g in generators]
    assert all(base.explains(base.change(one, "loss"), found.clean, base.w, "loss", added=True) for one in seen)


def random_model(rng):
    """A stack of random layers, norms, activations and skips, of four channels.

    A norm of two numbers alone gives signs, of which samples of gradients see nothing.
    """

    def norm():
        return [lambda: bn(4), lambda: ln(4), lambda: nn.GroupNorm(1, 4, eps=1e-30), nn.Identity][rng.integers(4)]()

    def activation():
        return [nn.ReLU, nn.ReLU, nn.Tanh, nn.LeakyReLU, nn.Identity][rng.integers(5)]()

    def block():
        return nn.Sequential(L(4, 4, bias=bool(rng.integers(2))), norm(), activation())

    blocks = nn.ModuleList(block() for _ in range(rng.integers(1, 4)))
    skips = rng.integers(0, 2, len(blocks))

    def forward(self, x):
        for one, skip in zip(self.blocks, skips, strict=True):
            x = one(x) + x if skip else one(x)
        return self.head(x)

    return M(forward, blocks=blocks, head=L(4, 2))


@pytest.mark.parametrize("seed", range(24))
def test_types_and_samples_agree_on_random_architectures(seed):
    torch.manual_seed(seed)
    model = random_model(np.random.default_rng(seed))
    function = loss_function(model, VECTORS)
    types = derived(function, np.random.default_rng(seed))
    assert types.confirmed
    assert types.types.up_to_eps.dimension == discover_symmetries(types.clean, seed=seed).dimension
