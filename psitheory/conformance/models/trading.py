r"""Scalings that several parameters must share: jointly, or one against another.

They are looked for in the span of slices: every slice of every axis of every part is one direction, and a null
vector of the rows :math:`\sum_{k\in slice}w_k\partial_kf` names the slices that scale together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from psitheory.arithmetic import Array
from psitheory.conformance.models.alignment import aligned, axis_name, ranges
from psitheory.conformance.models.scaling import Family
from psitheory.layout import Layout, Part
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.generator import Generator
from psitheory.symmetry.null_space import null_space, sparse_basis
from psitheory.symmetry.sampling import Rows, rows_at, wide

MOST_SLICES = 600
MOST_BY_DIFFERENCES = 64
MARGIN = 8
MOST_ENTRIES = 4000
LOOSER = (1e-6, 1e-5, 1e-4, 1e-3)
"""Where an eps cannot be taken out, symmetries that it breaks leave singular values of about its own size."""


def slices_of(layout: Layout, parts: Sequence[Part], *, coarse: bool = False) -> list[Array]:
    """Return the entries of every slice of every axis longer than 1; with ``coarse`` of every part."""
    index = np.arange(layout.n)
    found = []
    for part in parts:
        entries = layout.view(part.name, index)
        axes = [axis for axis, size in enumerate(part.shape) if size > 1]
        if coarse or not axes:
            found.append(entries.ravel())
            continue
        found += [np.moveaxis(entries, axis, 0)[i].ravel() for axis in axes for i in range(part.shape[axis])]
    return found


def shared_families(
    function: LossFunction, parts: Sequence[Part], rng: np.random.Generator, *, may_have_eps: bool
) -> tuple[list[Family], str]:
    """Return hypotheses on scalings that touch several parts, and a note on what was not searched."""
    layout = function.layout
    if len(parts) < 2:
        return [], ""
    most = MOST_SLICES if function.gradients is not None else MOST_BY_DIFFERENCES
    slices, note = slices_of(layout, parts), ""
    if len(slices) > most:
        note = f"scalings shared by parameters were looked for by whole parameters, not by their {len(slices)} slices"
        slices = slices_of(layout, parts, coarse=True)
        if len(slices) > most:
            return [], f"scalings shared by parameters were not looked for: there are {len(parts)} parameters"
    rows = _rows(function, slices, rng)
    if not len(rows.values):
        return [], "scalings shared by parameters were not looked for: gradients vanish"
    noise = float(np.max(rows.noise))
    families: dict[bytes, Family] = {}
    for uncertainty in (noise, *(LOOSER if may_have_eps else ())):
        for family in _families(layout, _generators(layout, rows, slices, max(uncertainty, noise))):
            families.setdefault(family.units.tobytes() + family.powers.tobytes(), family)
    found = sorted(families.values(), key=_simplest_first)
    if note:  # finer ones, where axes of the same length suggest them
        found = [finer for family in found for finer in aligned(family)] + found
    return found, note


def _generators(layout: Layout, rows: Rows, slices: Sequence[Array], noise: float) -> list[Generator]:
    """Return the integer directions that touch several parts and that the rows annihilate."""
    space = null_space(rows.values, noise)
    if len(space.basis) == 0:
        return []
    error = 0.0 if not space.rank else space.tolerance / space.singular_values[space.rank - 1]
    columns = _sampled_entries(layout, slices)
    spread = np.zeros((len(slices), layout.n))
    for i, entries in enumerate(slices):
        spread[i, entries] = 1
    directions = space.basis @ spread  # of entries: slices of several axes have the whole in common
    q, r = np.linalg.qr(directions[:, columns].T)
    _, sizes, vt = np.linalg.svd(r.T)
    rank = int(np.sum(sizes > 1e-6 * sizes[0])) if len(sizes) else 0
    u = np.linalg.svd(r.T)[0]
    basis = (vt @ q.T)[:rank]
    sparse = sparse_basis(basis, float(min(error, 1e-4)))
    back = (sparse @ basis.T / sizes[:rank]) @ u[:, :rank].T
    generators = []
    for c in back @ directions:
        nearest = np.round(c)
        generator = Generator(layout, nearest)
        if len(generator.parts) > 1 and np.max(np.abs(c - nearest)) < 0.05:
            generators.append(generator)
    return sorted(generators, key=lambda g: len(g.parts))


def _sampled_entries(layout: Layout, slices: Sequence[Array]) -> Array:
    """Return all entries, or of a large layout some of each slice."""
    if layout.n <= MOST_ENTRIES:
        return np.arange(layout.n)
    rng = np.random.default_rng(0)
    return np.unique(np.concatenate([rng.choice(entries, min(len(entries), 8), replace=False) for entries in slices]))


def _rows(function: LossFunction, slices: Sequence[Array], rng: np.random.Generator) -> Rows:
    """Return normalised rows over slices, with the noise of each."""
    count = len(slices) + MARGIN
    points = wide(function, rng, count)
    if function.gradients is None:
        return _rows_by_differences(function, slices, points)
    rows = rows_at(function, points, rng).kept()
    if not len(rows.values):
        return rows
    summed = np.stack([rows.values[:, entries].sum(axis=1) for entries in slices], axis=1)
    lengths = np.linalg.norm(summed, axis=1)
    usable = lengths > 0
    noise = rows.noise[usable] * np.sqrt(max(len(s) for s in slices)) / lengths[usable]
    return Rows(summed[usable] / lengths[usable, None], noise).kept()


def _rows_by_differences(function: LossFunction, slices: Sequence[Array], points: Array) -> Rows:
    """Return the rows from central differences of two step sizes along each slice."""
    steps = (6e-6, 3e-6) if function.dtype == np.float64 else (5e-3, 2.5e-3)
    values = np.full((2, len(points), len(slices)), np.nan)
    for i, w in enumerate(points):
        for j, entries in enumerate(slices):
            for s, h in enumerate(steps):
                up, down = w.copy(), w.copy()
                up[entries] *= 1 + h
                down[entries] *= 1 - h
                try:
                    with np.errstate(all="ignore"):
                        values[s, i, j] = (function.loss(up) - function.loss(down)) / (2 * h)
                except Exception:
                    break
    lengths = np.linalg.norm(values[0], axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        noise = np.linalg.norm(values[1] - values[0], axis=1) / lengths
    usable = np.isfinite(noise) & (lengths > 0)
    return Rows(values[0][usable] / lengths[usable, None], noise[usable]).kept()


Term = tuple[Part, int | None, float]
"""A part, the axis of the slices that are scaled (-1: single entries, None: the whole part), and the exponent."""


def _simplest_first(family: Family) -> tuple[int, int, int]:
    """Put families of few parts first, of these those that touch most entries, in most units."""
    touched = family.units >= 0
    parts = sum(bool(np.any(family.layout.view(part.name, touched))) for part in family.layout.parts)
    return parts, -int(touched.sum()), -family.count


def _families(layout: Layout, generators: Sequence[Generator]) -> list[Family]:
    """Return a family for generators of one kind (the same parts, signs and axes), with a unit for each."""
    grouped: dict[tuple[tuple[str, int | None, float], ...], list[Generator]] = {}
    for generator in generators:
        key = tuple((part.name, axis, exponent) for part, axis, exponent in _kinds(generator))
        grouped.setdefault(key, []).append(generator)
    families = []
    for members in grouped.values():
        rest = sorted(members, key=lambda generator: int(np.argmax(generator.exponents != 0)))
        while rest:
            units, powers, left = np.full(layout.n, -1), np.ones(layout.n), []
            count = 0
            for generator in rest:
                touched = generator.exponents != 0
                if np.any(units[touched] >= 0):
                    left.append(generator)
                    continue
                units[touched], powers[touched] = count, generator.exponents[touched]
                count += 1
            family = Family(layout, units, powers, "")
            families.append(replace(family, text=", ".join(_word(family, *kind) for kind in _kinds(members[0]))))
            rest = left
    return families


def _kinds(generator: Generator) -> list[Term]:
    """Return what a generator scales with the indices left out."""
    parts = {part.name: part for part in generator.layout.parts}
    kinds: list[Term] = []
    for what, exponent in generator.terms:
        name, _, index = what.rpartition("[") if what.endswith("]") else (what, "", "")
        if what in parts:
            kind: Term = (parts[what], None, exponent)
        elif "," in index and ":" not in index:
            kind = (parts[name], -1, exponent)
        else:
            kind = (parts[name], index.count(":"), exponent)
        if kind not in kinds:
            kinds.append(kind)
    return kinds


def _word(family: Family, part: Part, axis: int | None, exponent: float) -> str:
    """Return what a family does to a part: ``W1 rows +1``, ``W1 2 blocks of rows +1``, ``V columns −1``."""
    power = f"{'+' if exponent > 0 else '−'}{abs(exponent):g}"
    if axis is None:
        return f"{part.name} {power}"
    if axis < 0:
        return f"{part.name} entries {power}"
    units, powers = (
        np.moveaxis(family.layout.view(part.name, x), axis, 0).reshape(part.shape[axis], -1)[:, 0]
        for x in (family.units, family.powers)
    )
    slices = axis_name(part, axis)
    chosen = np.flatnonzero((units >= 0) & (powers == exponent))
    if len(chosen) < len(units):
        return f"{part.name} {slices} {ranges(chosen.tolist())} {power}"
    size = len(units) // family.count
    in_blocks = size > 1 and np.array_equal(units, np.arange(len(units)) // size)
    return f"{part.name} {f'{family.count} blocks of ' if in_blocks else ''}{slices} {power}"
