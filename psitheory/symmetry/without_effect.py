"""Entries of parameters that have no effect: their gradient vanishes, and other values change nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from psitheory.arithmetic import Array
from psitheory.symmetry.baseline import Baseline, baseline
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.sampling import typical_sizes, usable_points

FRESH = 12
"""More points at which other values must change nothing: a neuron may be dead at some."""
SMALL = 20_000
"""Of larger functions there are no more points: no neuron of many inputs is dead at several."""
VANISHING = {8: 1e-12, 4: 1e-5}
"""Below this share of the largest a derivative may vanish, and values decide; by the bytes of the precision."""


def without_effect(function: LossFunction, bases: Sequence[Baseline], rng: np.random.Generator) -> dict[str, Array]:
    """Return which entries of each part change nothing, for parts that have any.

    A derivative that vanishes names candidates; then all of them are given other values, small and large.
    """
    if function.gradients is None:
        return {}
    is_small = function.layout.n <= SMALL
    try:
        rows = np.abs(np.stack([np.asarray(function.gradients(b.w[None]))[0] for b in bases[:2]]))
    except Exception:  # a forward pass that cannot be differentiated
        return {}
    limit = VANISHING.get(function.dtype.itemsize, VANISHING[4]) * rows.max(axis=1, keepdims=True)
    dead = np.all(rows <= limit, axis=0)
    parts = [part for part in function.layout.parts if np.any(function.layout.view(part.name, dead))]
    if not is_small:  # single weights may have a small derivative by chance, and a run each would take long
        parts = [part for part in parts if len(part.shape) == 1]
    if not parts:
        return {}
    fresh = [baseline(function, w, rng) for w in usable_points(function, rng, FRESH)] if is_small else []
    bases = [*bases, *fresh]
    found = {part.name: np.array(function.layout.view(part.name, dead)) for part in parts}
    dead = np.zeros_like(dead)
    for name, mask in found.items():
        function.layout.view(name, dead)[...] = mask
    if _changes_nothing(function, dead, bases, rng):
        return found
    return _one_by_one(function, found, bases, rng) if is_small else {}


def _one_by_one(
    function: LossFunction, found: dict[str, Array], bases: Sequence[Baseline], rng: np.random.Generator
) -> dict[str, Array]:
    kept = {}
    for name, mask in found.items():
        dead = np.zeros(function.layout.n, bool)
        function.layout.view(name, dead)[...] = mask
        if _changes_nothing(function, dead, bases, rng):
            kept[name] = mask
    return kept


def _changes_nothing(function: LossFunction, dead: Array, bases: Sequence[Baseline], rng: np.random.Generator) -> bool:
    sizes = typical_sizes(function)
    for base in bases:
        for size in (1.0, 2.0**10):
            w = base.w.copy()
            w[dead] = (rng.normal(size=int(dead.sum())) * sizes[dead] * size).astype(function.dtype)
            try:
                with np.errstate(all="ignore"):
                    seen = function.observe(w)
            except Exception:
                return False
            change = base.change(seen, "loss")
            if function.layout.n > SMALL and change.seen:
                return False
            if not base.explains(change, function, w, "loss", added=True):
                return False
    return True
