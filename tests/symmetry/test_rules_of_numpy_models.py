"""Each rule of the types of NumPy functions follows its operation, for inputs, axes and keywords at random."""

# ruff: noqa: B008  # defaults keep what was drawn for a case

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import pytest

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.numpy import traced, without_constants
from psitheory.scaletypes.models.types import ModelTypes
from tests.scaletypes.array_operations import ARRAY_OPERATIONS
from tests.scaletypes.operation_law import Draw, Function, Operation, dressed, holds

SYMMETRIC = np.array([[1.0, 0.3, 0.2], [0.3, 2.0, 0.1], [0.2, 0.1, 3.0]])
MATRICES = {
    "inv": lambda r: Operation(np.linalg.inv, [r.one((3, 3), (2, 2, 2))]),
    "solve": lambda r: Operation(np.linalg.solve, r.one([(3, 3), (3, 2)], [(2, 2, 2), (2, 2, 1)])),
    "solve for a vector": lambda r: Operation(np.linalg.solve, [(3, 3), (3,)]),
    "det": lambda r: Operation(np.linalg.det, [r.one((3, 3), (2, 2, 2))]),
    "slogdet": lambda r: Operation(
        lambda a: np.linalg.slogdet(a).logabsdet, [(3, 3)], lambda a: np.tanh(np.linalg.det(a))
    ),
    "cholesky": lambda r: Operation(
        lambda s: np.linalg.cholesky(SYMMETRIC * s[:, None] * s[None, :])[np.tril_indices(3)], [(3,)]
    ),
    "qr": lambda r: Operation(lambda a: np.linalg.qr(a).R[np.triu_indices(2)], [(3, 2)]),
    "the orthogonal part of qr": lambda r: Operation(lambda a: np.linalg.qr(a)[0], [(3, 2)]),
    "eigvalsh": lambda r: Operation(lambda s: np.linalg.eigvalsh(SYMMETRIC * s), [r.one((), (2, 1, 1))]),
    "eigh": lambda r: Operation(
        lambda s, part=r.one(0, 1): np.linalg.eigh(SYMMETRIC * s, UPLO="U")[part] * s, [r.one((), (1, 1))]
    ),
    "svd": lambda r: Operation(lambda a: np.linalg.svd(a, compute_uv=False), [r.one((3, 2), (2, 2, 2))]),
    "singular vectors": lambda r: Operation(
        lambda a, part=r.one(0, 1, 2): np.linalg.svd(a, full_matrices=False)[part] * a[:2, :2], [(3, 2)]
    ),
}


def typed(f: Function, w: dict[str, np.ndarray]) -> tuple[ModelTypes, list[Ids]]:
    rules, named, out = traced(lambda given: f(*given.values()), w)
    return ModelTypes(rules, named), [np.asarray(out.degrees(rules))]


def run(f: Function, inputs: Sequence[np.ndarray], without: Sequence[float]) -> list[np.ndarray]:
    out = f(*map(without_constants(without), inputs) if without else inputs)
    return [np.asarray(x) for x in (out if isinstance(out, list) else [out])]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", [*ARRAY_OPERATIONS, *MATRICES])
def test_a_rule_asks_for_what_its_operation_needs_and_no_more(name: str, seed: int) -> None:
    draw = Draw(crc32(name.encode()) + seed)
    one = MATRICES[name](draw) if name in MATRICES else ARRAY_OPERATIONS[name](np, draw)
    holds(dressed(one, draw) if seed else one, typed, run)


def test_entries_that_are_not_read_are_told() -> None:
    rules, named, _ = traced(lambda given: given["w"][:, :2] * 2, {"w": np.ones((2, 3))})
    np.testing.assert_array_equal(ModelTypes(rules, named).exact.unread["w"], [[False, False, True]] * 2)
