"""Products of matrices, decompositions and solutions of equations in typed steps of PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from psitheory.scaletypes.rules import Typed
from psitheory.scaletypes.torch.call import Call

Answer = Any
"""The degrees of the result, or a list of those of several results; those that are left out have none."""


def product(c: Call) -> Answer:
    """Products of matrices and of vectors."""
    x, y = c.args[:2]
    return _contracted(c, x, y).reshape(c.shape)


def product_and_sum(c: Call) -> Answer:
    """beta·x + alpha·y z."""
    x, y, z = c.args[:3]
    alpha, beta = c.typed(c.kwargs.get("alpha", 1)), c.typed(c.kwargs.get("beta", 1))
    d = c.rules.multiply(_contracted(c, y, z).reshape(c.shape), alpha.d)
    old = Typed(x.x * beta.x, c.rules.multiply(x.d, beta.d), x.fixed)
    return c.rules.add(old, Typed(c.outs[0] - np.broadcast_to(old.x, c.shape), d), c.outs[0])


def _contracted(c: Call, x: Typed, y: Typed) -> np.ndarray:
    if len(x.shape) == 1:
        x = Typed(x.x[None], x.d[None])
    if len(y.shape) == 1:
        y = Typed(y.x[:, None], y.d[:, None])
    return np.asarray(c.rules.contract(x, y, c.name))


def factors(*share: int) -> Callable[[Call], Answer]:
    """Decompositions of a matrix of one degree: its share in each factor."""

    def rule(c: Call) -> Answer:
        one = c.rules.whole(c.args[0], c.name)
        return [c.rules.power(one, s) for s in share]

    return rule


def inverse(c: Call) -> Answer:
    """Inverses, in which rows and columns change their places."""
    return c.rules.inverse(c.args[0], c.name)


def orthogonal(c: Call) -> Answer:
    """QR: each column may have a length of its own, which is that of its column in R."""
    return [np.int64(0), c.rules.reduce(c.args[0], (-2,), c.name, keep=True)]


def solved(c: Call) -> Answer:
    """Solutions of A x = b; of x A = b if asked for, and of x and b without columns."""
    a, b = c.args[:2]
    if c.name == "linalg_solve_triangular":
        a = c.rules.triangle(a, upper=c.kwargs["upper"], unit=bool(c.kwargs.get("unitriangular")), what=c.name)
    return _solution(c, a, b, c.get(2, "left", True))


def solved_by_cholesky(c: Call) -> Answer:
    """Solutions of L Lᵀ x = b, or of Uᵀ U x = b."""
    b, root = c.args[:2]
    upper = bool(c.get(2, "upper", False))
    root = c.rules.triangle(root, upper=upper, unit=False, what=c.name)
    other = root.turned
    first, second = (other, root) if upper else (root, other)
    between = c.rules.solution(first, b, c.name)
    return c.rules.solution(second, Typed(b.x, between), c.name)


def _solution(c: Call, a: Typed, b: Typed, left: bool) -> Answer:
    if not left:
        return np.swapaxes(c.rules.solution(a.turned, b.turned, c.name), -1, -2)
    if len(b.shape) == len(a.shape):
        return c.rules.solution(a, b, c.name)
    columns = Typed(np.broadcast_to(b.x, b.shape)[..., None], np.broadcast_to(b.d, b.shape)[..., None])
    return c.rules.solution(a, columns, c.name)[..., 0]


def cholesky(c: Call) -> Answer:
    """Roots of matrices that are triangles."""
    return c.rules.cholesky(c.args[0], c.name)
