"""Scalings of whole parameters, cut along axes of the same length: neuron by neuron instead of layer by layer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np

from psitheory.conformance.models.scaling import Family
from psitheory.layout import Layout, Part

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


def companions(layout: Layout, parts: Sequence[Part]) -> Iterator[Family]:
    """Yield joint scalings of a weight and its bias: by slices, blocks of slices, or as a whole.

    Layers that normalise few numbers are piecewise constant, so that no gradient tells of their scalings.
    """
    for weight, bias in product(parts, parts):
        if len(weight.shape) < 2 or len(bias.shape) != 1 or _stem(weight) != _stem(bias):
            continue
        size = bias.size
        axis = next((axis for axis in (0, len(weight.shape) - 1) if weight.shape[axis] == size), None)
        if axis is None:
            continue
        shape = [1] * len(weight.shape)
        shape[axis] = size
        for count in (count for count in range(size, 0, -1) if size % count == 0):
            labels = np.arange(size) // (size // count)
            units = np.full(layout.n, -1)
            layout.view(weight.name, units)[...] = labels.reshape(shape)
            layout.view(bias.name, units)[...] = labels
            blocks = f"{count} blocks of " if 1 < count < size else ""
            texts = [
                f"{part.name}{'' if count == 1 else f' {blocks}{axis_name(part, i)}'} +1"
                for part, i in ((weight, axis), (bias, 0))
            ]
            yield Family(layout, units, np.ones(layout.n), ", ".join(texts))


def _stem(part: Part) -> str:
    """Return the layer in the name of a part: what stands before its last dot or slash."""
    return part.name[: max(part.name.rfind("."), part.name.rfind("/")) + 1]


def axis_name(part: Part, axis: int) -> str:
    """Return what the slices of an axis are called."""
    if len(part.shape) == 1:
        return "entries"
    return "rows" if axis == 0 else "columns" if axis == 1 and len(part.shape) == 2 else f"slices along axis {axis}"


def ranges(indices: Sequence[int]) -> str:
    """Return indices as text, such as ``0–3, 7``."""
    runs: list[list[int]] = []
    for i in indices:
        if runs and i == runs[-1][1] + 1:
            runs[-1][1] = i
        else:
            runs.append([i, i])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)
