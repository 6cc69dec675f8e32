"""Inverses, solutions, factorisations and distances of PyTorch, on matrices and stacks of them."""

# ruff: noqa: B008  # defaults keep what was drawn for a case

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from tests.scaletypes.operation_law import Operation

from .torch_operations import Made

SYMMETRIC = torch.tensor([[1.0, 0.3, 0.2], [0.3, 2.0, 0.1], [0.2, 0.1, 3.0]]).double()


def _channels(x: Any) -> Any:
    return x.reshape(*x.shape[:-2], 2, -1).sum(-1)


CASES: dict[str, Made] = {
    "inv": lambda r: Operation(torch.linalg.inv, [r.one((3, 3), (2, 2, 2))]),
    "solve": lambda r: Operation(torch.linalg.solve, r.one([(3, 3), (3,)], [(3, 3), (3, 2)], [(2, 2, 2), (2, 2, 1)])),
    "solve for a vector": lambda r: Operation(torch.linalg.solve, [(3, 3), (3,)]),
    "solve from the right": lambda r: Operation(lambda a, b: torch.linalg.solve(a, b, left=False), [(3, 3), (2, 3)]),
    "solve_triangular": lambda r: Operation(
        lambda a, b, u=r.flag(), one=r.flag(): torch.linalg.solve_triangular(a, b, upper=u, unitriangular=one),
        [(3, 3), (3, 2)],
    ),
    "solve_triangular from the right": lambda r: Operation(
        lambda a, b, u=r.flag(): torch.linalg.solve_triangular(a, b, upper=u, left=False), [(3, 3), (2, 3)]
    ),
    "cholesky_solve": lambda r: Operation(
        lambda b, a, u=r.flag(): torch.cholesky_solve(b, a, upper=u), [(3, 2), (3, 3)]
    ),
    "det": lambda r: Operation(torch.linalg.det, [r.one((3, 3), (2, 2, 2))]),
    "slogdet": lambda r: Operation(
        lambda a: torch.linalg.slogdet(a)[1], [(3, 3)], lambda a: torch.tanh(torch.linalg.det(a))
    ),
    "matrix_exp": lambda r: Operation(torch.linalg.matrix_exp, [(3, 3)]),
    "qr": lambda r: Operation(torch.linalg.qr, [(3, r.one(2, 3))]),
    "eigh": lambda r: Operation(lambda s: torch.linalg.eigh(SYMMETRIC * s), [r.one((), (2, 1, 1))]),
    "svd": lambda r: Operation(torch.linalg.svdvals, [r.one((3, 2), (2, 2, 2))]),
    "pdist": lambda r: Operation(F.pdist, [(r.one(2, 3), 3)]),
    "cross": lambda r: Operation(torch.linalg.cross, [(2, 3), r.one((2, 3), (1, 3))]),
    "cross along the first axis": lambda r: Operation(lambda a, b: torch.linalg.cross(a, b, dim=0), [(3, 2)] * 2),
    "addbmm": lambda r: Operation(
        lambda x, a, b, beta=r.one(0, 2): torch.addbmm(x, a, b, beta=beta), [(2, 2), (2, 2, 3), (2, 3, 2)]
    ),
    "renorm": lambda r: Operation(
        lambda a, p=r.one(1, 2), k=r.one(0, -1): torch.renorm(1e-5 * a, p, k, 1e-6), [(3, 2)]
    ),
    "renorm of short rows": lambda r: Operation(lambda a: torch.renorm(a, 2, 0, 1e3), [(3, 2)], torch.tanh),
    "put": lambda r: Operation(lambda a, b: a.clone().put_(torch.tensor([1, 4]), b), [(2, 3), (2,)]),
    "put by adding": lambda r: Operation(
        lambda a, b: a.clone().put_(torch.tensor([1, 4]), b, accumulate=True), [(2, 3), (2,)],
        lambda a, b: a.sum() + b.sum(),
    ),
    "fold": lambda r: Operation(lambda x: F.fold(x, (2, 3), (1, 2)), [r.one((1, 4, 4), (4, 4))], _channels),
}  # fmt: skip
