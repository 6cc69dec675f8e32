"""Degrees of operations without a rule, seen when their inputs are multiplied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.jax.jaxprs import bind
from psitheory.scaletypes.models import operations as op
from psitheory.scaletypes.models.items import Item
from psitheory.scaletypes.models.rules import Rules


def probed(r: Rules, eqn: Any, x: Sequence[Item]) -> list[Ids] | None:
    """Return degrees seen when each input is multiplied by 2^12; None where outputs are no such multiples."""
    values = [item.value for item in x]
    base = bind(eqn, *values)
    total: list[Ids] = [np.int64(0) for _ in base]
    for k, item in enumerate(x):
        if not item.known:
            continue
        other = bind(eqn, *values[:k], values[k] * 2.0**12, *values[k + 1 :])
        powers = [_power(a, b) for a, b in zip(base, other, strict=True)]
        if any(p is None for p in powers):
            return None
        ids = op.reduce(r, eqn.primitive.name, item, range(len(item.shape))).reshape(())
        total = [r.combine(t, r.times(ids, p or 0)) for t, p in zip(total, powers, strict=True)]
    return total


def _power(base: Any, other: Any) -> float | None:
    a, b = np.asarray(base).ravel(), np.asarray(other).ravel()
    seen = a != 0
    if not np.array_equal(b != 0, seen) or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return None
    if not seen.any():
        return 0.0
    k = float(np.round(np.log2(np.abs(b[seen][0] / a[seen][0]))))
    return k / 12 if np.array_equal(a * 2.0**k, b) else None
