"""Each rule of the types of PyTorch models follows its operation, for inputs, axes and keywords at random."""

from __future__ import annotations

from zlib import crc32

import pytest
import torch

from tests.interop import torch_operations_along_axes as along_axes
from tests.interop import torch_operations_as_one as as_one
from tests.interop import torch_operations_by_entries as by_entries
from tests.interop import torch_operations_of_backward_passes as of_backward_passes
from tests.interop import torch_operations_of_layers as of_layers
from tests.interop import torch_operations_on_matrices as on_matrices
from tests.scaletypes.operation_law import Draw, dressed, holds

from .torch_operations import Made, run, typed

torch.set_num_threads(1)

CASES: dict[str, Made] = (
    by_entries.CASES | along_axes.CASES | of_layers.CASES | on_matrices.CASES | of_backward_passes.CASES
)
AS_ONE = {f"{name} as one": made for name, made in as_one.CASES.items()}


@pytest.mark.filterwarnings("ignore:index_reduce", "ignore:The reduce argument", "ignore:torch.searchsorted")
@pytest.mark.parametrize(
    ("name", "seed"), [(name, seed) for name in CASES for seed in range(2)] + [(n, 0) for n in AS_ONE]
)
def test_a_rule_asks_for_what_its_operation_needs_and_no_more(name: str, seed: int) -> None:
    draw = Draw(crc32(name.encode()) + seed)
    one = (CASES | AS_ONE)[name](draw)
    holds(dressed(one, draw) if seed else one, typed, run)
