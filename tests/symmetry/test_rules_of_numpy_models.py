"""Each rule of the types of NumPy functions follows its operation, for inputs, axes and keywords at random."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import pytest

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.numpy import traced, without_constants
from psitheory.scaletypes.models.types import ModelTypes
from tests.scaletypes.array_operations import ARRAY_OPERATIONS
from tests.scaletypes.operation_law import Draw, Function, dressed, holds


def typed(f: Function, w: dict[str, np.ndarray]) -> tuple[ModelTypes, list[Ids]]:
    rules, named, out = traced(lambda given: f(*given.values()), w)
    return ModelTypes(rules, named), [np.asarray(out.degrees(rules))]


def run(f: Function, inputs: Sequence[np.ndarray], without: Sequence[float]) -> list[np.ndarray]:
    out = f(*map(without_constants(without), inputs) if without else inputs)
    return [np.asarray(x) for x in (out if isinstance(out, list) else [out])]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", ARRAY_OPERATIONS)
def test_a_rule_asks_for_what_its_operation_needs_and_no_more(name: str, seed: int) -> None:
    draw = Draw(crc32(name.encode()) + seed)
    one = ARRAY_OPERATIONS[name](np, draw)
    holds(dressed(one, draw) if seed else one, typed, run)


def test_entries_that_are_not_read_are_told() -> None:
    rules, named, _ = traced(lambda given: given["w"][:, :2] * 2, {"w": np.ones((2, 3))})
    np.testing.assert_array_equal(ModelTypes(rules, named).exact.unread["w"], [[False, False, True]] * 2)
