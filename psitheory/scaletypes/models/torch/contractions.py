"""Rules of matrix products: a weight that is met for the first time takes the degrees that are asked of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.compact import ANY, compressed
from psitheory.scaletypes.models.parameters import Parameter
from psitheory.scaletypes.models.torch.elementwise import said
from psitheory.scaletypes.models.torch.memory import view_of

PRODUCTS = {"mm": 0, "bmm": 0, "mv": 0, "dot": 0, "vdot": 0, "addmm": 1, "baddbmm": 1, "addmv": 1}
"""Where the two factors begin among the arguments."""


def product(m: Any, c: Any) -> Ids:
    """Contract two matrices or vectors, and add a third where there is one."""
    start = PRODUCTS[c.name]
    a, b = c.args[start], c.args[start + 1]
    out = factors(m, c, a, b)
    if not start or c.get("beta") == 0:
        return out
    added = m.ids(c.args[0])
    return m.rules.join(np.asarray(out), added, said(m, c))


def product_of_batches(m: Any, c: Any) -> Ids:
    """Contract two stacks of matrices, over the stack too, and add a third where it counts."""
    a, b = (np.broadcast_to(m.ids(x), x.shape) for x in c.args[1:3])
    out = m.rules.contract(np.moveaxis(a, 0, 1).reshape(a.shape[1], -1), b.reshape(-1, b.shape[2]), said(m, c))
    return out if c.get("beta") == 0 else m.rules.join(out, m.ids(c.first), said(m, c))


def factors(m: Any, c: Any, a: Any, b: Any) -> Ids:
    """Return the degrees of a product; one factor may be a parameter that takes what it is given."""
    right = m.memory.parameter(b)
    if right is not None and b.dim() == 2 and a.dim() == 2:
        found = _absorbed(m, c, m.ids(a), right, b, transposed=False)
        if found is not None:
            return found
    left = m.memory.parameter(a)
    if left is not None and a.dim() == 2 and b.dim() <= 2:
        ids = np.asarray(m.ids(b))
        found = _absorbed(m, c, ids.T if b.dim() == 2 else ids[None], left, a, transposed=True)
        if found is not None:
            return found.T if b.dim() == 2 else found[0]
    x, y = np.asarray(m.ids(a)), np.asarray(m.ids(b))
    x = x[None] if a.dim() == 1 else x
    y = y[:, None] if b.dim() == 1 else y
    out = m.rules.contract(x, y, said(m, c))
    if b.dim() == 1:
        out = out[..., 0]
    return out[..., 0] if a.dim() == 1 else out


def _absorbed(m: Any, c: Any, x: Ids, parameter: Parameter, w: Any, *, transposed: bool) -> Ids | None:
    """Return the degrees of ``x @ w`` (``x @ w.T`` if transposed), or None if the parameter has no room for it.

    The rows of x may differ by a degree each; their differences along the contracted axis must be the same.
    """
    rules, what = m.rules, said(m, c)
    if (x == ANY).all():
        return np.full((1, 1), ANY, np.int64)
    x = rules.known(compressed(x))
    first = x[:1]
    row = rules.same(rules.combine(x, first, 1, -1), [1], what)
    into = first if transposed else first.T
    out = parameter.absorb(view_of(w), into, [0] if transposed else [1], what)
    if out is None:
        return None
    return rules.combine(row, out.T if transposed else out)


def outer(m: Any, c: Any) -> Ids:
    """Add the degrees of a column and a row."""
    return m.rules.combine(np.asarray(m.ids(c.args[0]))[:, None], np.asarray(m.ids(c.args[1]))[None, :])


def linear(m: Any, c: Any) -> Ids:
    """Contract the last axis of inputs with that of a weight, and add a bias."""
    x, w, b = c.args[0], c.args[1], c.get("bias")
    ids = np.asarray(m.ids(x))
    flat = np.broadcast_to(ids, (*x.shape[:-1], ids.shape[-1])).reshape(-1, ids.shape[-1])
    parameter = m.memory.parameter(w)
    out = None if parameter is None else _absorbed(m, c, flat, parameter, w, transposed=True)
    if out is None:
        out = m.rules.contract(flat, np.asarray(m.ids(w)).T, said(m, c))
    if b is not None:
        out = m.rules.join(out, m.ids(b), said(m, c))
    return np.broadcast_to(out, (flat.shape[0], out.shape[1])).reshape(*x.shape[:-1], out.shape[1])


def trilinear(m: Any, c: Any) -> Ids:
    """Contract the weight of a bilinear layer, (o, i, j), with both inputs."""
    x, w, y = c.args[0], c.args[1], c.args[2]
    if list(c.args[3]) != [1, 3] or list(c.args[4]) != [0] or list(c.args[5]) != [1, 2]:
        m.rules.unknown_operation(c.op, [m.ids(t) for t in (x, w, y)])
        return np.int64(0)
    what = said(m, c)
    row, firsts = np.zeros((1, 1), np.int64), []
    for ids in (m.rules.known(compressed(m.ids(t))) for t in (x, y)):  # rows may differ by a degree each
        row = m.rules.combine(row, m.rules.same(m.rules.combine(ids, ids[:1], 1, -1), [1], what))
        firsts.append(ids[0])
    parameter = m.memory.parameter(w)
    into = m.rules.combine(firsts[0][None, :, None], firsts[1][None, None, :])
    out = None if parameter is None else parameter.absorb(view_of(w), into, [0], what)
    if out is None:
        out = m.rules.same(m.rules.combine(m.ids(w), into), [1, 2], what)
    return m.rules.combine(row, out.reshape(1, -1))


CONTRACTIONS: dict[str, Any] = dict.fromkeys(PRODUCTS, product) | {
    "ger": outer,
    "outer": outer,
    "addbmm": product_of_batches,
    "linear": linear,
    "_trilinear": trilinear,
}
