"""Entries of parameters that have no effect: their gradient vanishes, and other values change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product

import numpy as np

from psitheory.arithmetic import Array
from psitheory.symmetry.baseline import Baseline, usable_baselines
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.sampling import typical_sizes

FRESH = 12
"""More points at which other values must change nothing: a neuron may be dead at some."""
SMALL = 20_000
"""Of larger functions there are no more points: no neuron of many inputs is dead at several."""
VANISHING = {8: 1e-12, 4: 1e-5}
"""Below this share of the largest a derivative may vanish, and values decide; by the bytes of the precision."""
SIZES = (1.0, 2.0**10)
"""What typical sizes are multiplied by for other values."""


def without_effect(function: LossFunction, bases: Sequence[Baseline], rng: np.random.Generator) -> dict[str, Array]:
    """Return which entries of each part change nothing, for parts that have any.

    A derivative that vanishes names candidates; then all of them are given other values, small and large.
    """
    if function.gradients is None:
        return {}
    try:
        return _of_small(function, bases, rng) if function.layout.n <= SMALL else _of_large(function, bases, rng)
    except _NotDifferentiable:
        return {}


class _NotDifferentiable(Exception):
    """A forward pass has no gradient."""


def _of_small(function: LossFunction, bases: Sequence[Baseline], rng: np.random.Generator) -> dict[str, Array]:
    dead = np.all([_vanishing(function, base) for base in bases[:2]], axis=0)
    found = _masks(function, dead, 0)
    if not found:
        return {}
    bases = [*bases, *usable_baselines(function, rng, FRESH)]
    if _changes_nothing(function, found, product(bases, SIZES), rng):
        return found
    each = ({name: mask} for name, mask in found.items())
    kept = [one for one in each if _changes_nothing(function, one, product(bases, SIZES), rng)]
    return {name: mask for one in kept for name, mask in one.items()}


def _of_large(function: LossFunction, bases: Sequence[Baseline], rng: np.random.Generator) -> dict[str, Array]:
    """Look at vectors alone: single weights may have a small derivative by chance, and a run each would take long."""
    dead = np.ones(function.layout.n, bool)
    for base in bases[:2]:  # the second gradient is needed only where the first is not that of all points
        dead &= _vanishing(function, base)
        found = _masks(function, dead, 1)
        if not found or _changes_nothing(function, found, zip(bases, reversed(SIZES), strict=False), rng):
            return found
    return {}


def _vanishing(function: LossFunction, base: Baseline) -> Array:
    """Return at which entries the derivative vanishes.

    Raises
    ------
    _NotDifferentiable
        If there is no gradient.
    """
    assert function.gradients is not None
    try:
        row = np.abs(np.asarray(function.gradients(base.w[None]))[0])
    except Exception as error:
        raise _NotDifferentiable from error
    return np.asarray(row <= VANISHING.get(function.dtype.itemsize, VANISHING[4]) * row.max())


def _masks(function: LossFunction, dead: Array, axes: int) -> dict[str, Array]:
    """Return the entries of each part that has any; of parts of so many axes alone, unless 0."""
    masks = {p.name: function.layout.view(p.name, dead) for p in function.layout.parts if axes in (0, len(p.shape))}
    return {name: np.array(mask) for name, mask in masks.items() if mask.any()}


def _changes_nothing(
    function: LossFunction,
    found: Mapping[str, Array],
    tries: Iterable[tuple[Baseline, float]],
    rng: np.random.Generator,
) -> bool:
    """Return whether other values, of some times their typical size, change nothing at some points."""
    dead = np.zeros(function.layout.n, bool)
    for name, mask in found.items():
        function.layout.view(name, dead)[...] = mask
    sizes = typical_sizes(function)[dead]
    for base, size in tries:
        w = base.w.copy()
        w[dead] = (rng.normal(size=len(sizes)) * sizes * size).astype(function.dtype)
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
