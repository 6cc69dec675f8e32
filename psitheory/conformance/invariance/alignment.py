"""Scalings of whole parameters, cut along axes of the same length: neuron by neuron instead of layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product

import numpy as np

from psitheory.conformance.invariance.scaling import Family
from psitheory.layout import Part

MOST = 64
"""More ways to align axes than these are not tried."""


def aligned(family: Family) -> Iterator[Family]:
    """Yield the family with each of its parts cut along one axis, where the lengths of the axes agree."""
    layout = family.layout
    parts = [part for part in layout.parts if np.all(layout.view(part.name, family.units) >= 0) and part.size > 1]
    choices = [[axis for axis, size in enumerate(part.shape) if size > 1] for part in parts]
    if math.prod(map(len, choices)) > MOST:
        return
    for axes in product(*choices):
        sizes = [part.shape[axis] for part, axis in zip(parts, axes, strict=True)]
        count = min(sizes)
        if any(size % count for size in sizes):
            continue
        units, words = np.full(layout.n, -1), []
        for part, axis, size in zip(parts, axes, sizes, strict=True):
            shape = [1] * len(part.shape)
            shape[axis] = size
            labels = np.arange(size) // (size // count)  # channels that are flattened take several columns each
            layout.view(part.name, units)[...] = labels.reshape(shape)
            power = layout.view(part.name, family.powers).flat[0]
            words.append(f"{part.name} {axis_name(part, axis)} {'+' if power > 0 else '−'}{abs(power):g}")
        yield Family(layout, units, family.powers, ", ".join(words))


def axis_name(part: Part, axis: int) -> str:
    """Return what the slices of an axis are called."""
    if len(part.shape) == 1:
        return "entries"
    return "rows" if axis == 0 else "columns" if axis == 1 and len(part.shape) == 2 else f"slices along axis {axis}"
