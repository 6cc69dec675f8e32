"""Each rule of typed steps of optimisers follows its operation, on those of models: what has no rule is told."""

from __future__ import annotations

from collections.abc import Iterator
from zlib import crc32

import jax.numpy as jnp
import numpy as np
import pytest

from psitheory.interop.jax import _enable_x64
from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.jax.interpreter import SKIP as SKIP_IN_JAX
from psitheory.scaletypes.jax.interpreter import JaxTrace
from psitheory.scaletypes.torch.interpreter import SKIP
from psitheory.scaletypes.trace import Trace
from tests.interop import test_degrees_of_jax_operations as degrees_in_jax
from tests.interop import test_degrees_of_torch_operations as degrees_in_torch
from tests.interop import test_rules_of_jax_models as in_jax
from tests.interop import test_rules_of_torch_models as in_torch
from tests.interop import torch_operations
from tests.scaletypes.operation_law import Draw, Function, dressed, holds
from tests.scaletypes.typed_steps import StepTypes, typed_step

FLOORS = {"a floor", "clamp_min", "a floor by maximum"}
"""Of which types of models say what holds far above them, and those of steps what holds at them."""

STRICTER = {"prod", "prod of all", "cholesky", "left behind", "copysign"}
STRICTER |= {"solve_triangular", "solve_triangular from the right", "qr", "eigh", "lu", "lu of a matrix", "slogdet"}
STRICTER |= {"cumprod from the end", "add to a row", "add to a column", "matrix_exp", "xlogy"}
"""Of which types of steps ask for more: for one degree of all entries, and also of what no output depends on."""


@pytest.fixture
def doubles() -> Iterator[None]:
    with _enable_x64(True):
        yield


def types_in_torch(f: Function, w: dict[str, np.ndarray]) -> tuple[StepTypes, list[Ids]]:
    return typed_step(Trace(skip=SKIP), f, w, degrees_in_torch.typed)


def types_in_jax(f: Function, w: dict[str, np.ndarray]) -> tuple[StepTypes, list[Ids]]:
    return typed_step(
        JaxTrace(skip=SKIP_IN_JAX), lambda *x: in_jax.several(f(*map(jnp.asarray, x))), w, degrees_in_jax.typed
    )


@pytest.mark.filterwarnings("ignore:index_reduce", "ignore:The reduce argument", "ignore:torch.searchsorted")
@pytest.mark.parametrize("name", sorted(set(in_torch.CASES) - FLOORS))
def test_a_step_in_torch_follows_its_operation(name: str) -> None:
    draw = Draw(crc32(name.encode()) + 2)
    one = dressed(in_torch.CASES[name](draw), draw)
    holds(one, types_in_torch, torch_operations.run, told=True, stricter=name in STRICTER)


@pytest.mark.usefixtures("doubles")
@pytest.mark.parametrize("name", sorted(set(in_jax.CASES) - FLOORS - set(degrees_in_jax.CASES)))  # those have a table
def test_a_step_in_jax_follows_its_primitive(name: str) -> None:
    draw = Draw(crc32(name.encode()) + 2)
    one = dressed(in_jax.CASES[name](draw), draw)
    holds(one, types_in_jax, in_jax.Fast(), told=True, stricter=name in STRICTER)
