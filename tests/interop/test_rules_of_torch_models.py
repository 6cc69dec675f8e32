"""Each rule of the types of PyTorch models follows its operation, for inputs, axes and keywords at random."""

from __future__ import annotations

from zlib import crc32

import pytest
import torch

from tests.interop import torch_operations_along_axes, torch_operations_by_entries, torch_operations_of_layers
from tests.scaletypes.operation_law import Draw, dressed, holds

from .torch_operations import Made, run, typed

torch.set_num_threads(1)

CASES: dict[str, Made] = (
    torch_operations_by_entries.CASES | torch_operations_along_axes.CASES | torch_operations_of_layers.CASES
)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", CASES)
def test_a_rule_asks_for_what_its_operation_needs_and_no_more(name: str, seed: int) -> None:
    draw = Draw(crc32(name.encode()) + seed)
    one = CASES[name](draw)
    holds(dressed(one, draw) if seed else one, typed, run)
