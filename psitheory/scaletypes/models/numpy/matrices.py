"""Rules of NumPy's inverses, solutions, determinants and factorisations."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.gathered import lower_root
from psitheory.scaletypes.models.items import Item
from psitheory.scaletypes.models.numpy.array import FUNCTIONS, NotTraced, Traced
from psitheory.scaletypes.models.rules import Rules
from psitheory.scaletypes.models.square import determinant, inverse, pseudo_inverse, solution

Degrees = Callable[..., Sequence[Ids]]
"""Takes the rules, what is said of the operation and its arguments as items; returns the degrees of each result."""


def _rule(func: Any, degrees: Degrees, *known: str) -> Any:
    """Return the rule of a function with no options but those that are known to change no degree."""

    def rule(rules: Rules, *args: Any, **options: Any) -> Any:
        if set(options) - set(known):
            raise NotTraced(f"{func.__name__} in a form that has no rule")
        items = [Traced.item_of(x) for x in args]
        out = func(*(x.value for x in items), **options)
        parts = out if isinstance(out, tuple) else (out,)
        found = degrees(rules, func.__name__, *items)
        made = [Traced(rules, Item(x, ids)) for x, ids in zip(parts, found, strict=True)]
        return type(out)(*made) if isinstance(out, tuple) else made[0]

    return rule


def _inverse(rules: Rules, what: str, a: Item) -> Sequence[Ids]:
    return [inverse(rules, a.degrees(rules), what)]


def _pseudo_inverse(rules: Rules, what: str, a: Item) -> Sequence[Ids]:
    return [pseudo_inverse(rules, a.degrees(rules), a.value, what)]


def _solution(rules: Rules, what: str, a: Item, b: Item) -> Sequence[Ids]:
    ids = b.degrees(rules)
    if len(b.shape) == 1:
        return [solution(rules, a.degrees(rules), ids[:, None], what)[..., 0]]
    return [solution(rules, a.degrees(rules), ids, what)]


def _determinant(rules: Rules, what: str, a: Item) -> Sequence[Ids]:
    return [determinant(rules, a.degrees(rules), a.shape[-1], what)]


def _its_logarithm(rules: Rules, what: str, a: Item) -> Sequence[Ids]:
    (ids,) = _determinant(rules, what, a)
    rules.zero(ids, what)
    return [np.zeros_like(ids), np.zeros_like(ids)]


def _root(rules: Rules, what: str, a: Item) -> Sequence[Ids]:
    return [lower_root(rules, a.degrees(rules), what, a.shape[-1])]


def _one(rules: Rules, what: str, a: Item) -> Ids:
    """Demand one degree of each matrix, which its eigenvalues or singular values have; vectors stay."""
    return rules.same(a.degrees(rules), [-2, -1], what)


def _eigenvalues(rules: Rules, what: str, a: Item) -> Sequence[Ids]:
    return [_one(rules, what, a)[..., 0]]


def _eigenvectors(rules: Rules, what: str, a: Item) -> Sequence[Ids]:
    ids = _one(rules, what, a)
    return [ids[..., 0], 0 * ids]


def _orthogonal(rules: Rules, what: str, a: Item) -> Sequence[Ids]:
    """Return degrees of Q and R: columns may have lengths of their own, which R alone has."""
    columns = rules.same(a.degrees(rules), [-2], what)
    return [0 * columns[..., :1], columns]  # Q has as many columns as R has rows


def _singular(rules: Rules, a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    def vectors(rules: Rules, what: str, a: Item) -> Sequence[Ids]:
        ids = _one(rules, what, a)
        return [0 * ids, ids[..., 0], 0 * ids]

    func = partial(np.linalg.svd, full_matrices=full_matrices, compute_uv=compute_uv)
    return _rule(update_wrapper(func, np.linalg.svd), vectors if compute_uv else _eigenvalues)(rules, a)


FUNCTIONS |= {
    np.linalg.inv: _rule(np.linalg.inv, _inverse),
    np.linalg.pinv: _rule(np.linalg.pinv, _pseudo_inverse),
    np.linalg.solve: _rule(np.linalg.solve, _solution),
    np.linalg.det: _rule(np.linalg.det, _determinant),
    np.linalg.slogdet: _rule(np.linalg.slogdet, _its_logarithm),
    np.linalg.cholesky: _rule(np.linalg.cholesky, _root),
    np.linalg.qr: _rule(np.linalg.qr, _orthogonal),
    np.linalg.svd: _singular,
    np.linalg.eigvalsh: _rule(np.linalg.eigvalsh, _eigenvalues, "UPLO"),
    np.linalg.eigh: _rule(np.linalg.eigh, _eigenvectors, "UPLO"),
}
