"""Find out what kind of manifold a subject is: from its points, its projection and its metric, from afar."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from psitheory.conformance.manifolds.subjects import symptoms
from psitheory.conformance.manifolds.subjects.forms import Form
from psitheory.conformance.manifolds.subjects.invariants import (
    Map,
    Pieces,
    Same,
    Square,
    directions,
)
from psitheory.conformance.manifolds.subjects.nature import LARGEST_RANK, RANK, Known, Nature
from psitheory.errors import ArgumentError, PsitheoryError, shown

SAMPLES = 12
COARSE = 1e-3
"""A kind is recognised from afar: the laws do the fine work."""

FLOAT32 = 2.0**-10
"""Sums of squares of points that were rounded, and moved a few thousand times, in float32 are off by less."""

Draw = Callable[[np.random.Generator, np.ndarray], np.ndarray]
"""Draws a tangent vector at a point."""


def recognised(manifold: Any, **options: Any) -> Known:
    """Return the subject with its nature; ``options`` are those of :class:`Subject`."""
    subject = Known(manifold, **options)
    rng = np.random.default_rng(1)
    points = np.stack([subject.typical_point(rng) for _ in range(SAMPLES)])
    places = list(subject.point_form.slices())
    affine = symptoms.affine_constraints(subject, rng)
    rotated = tuple(symptoms.counts_up_to_rotation(subject, points, i, affine, rng) for i in range(len(places)))
    unit, orthonormal = symptoms.constraints(subject, points, rotated, rng)
    scaled = () if any(rotated) else symptoms.scaled_blocks(subject, points, rng)
    nature = Nature(rotated, scaled, unit, orthonormal, affine, affine @ points[0])
    one_array = subject.point_form.kind != "sequence" or "Product" in type(manifold).__name__
    if "canonical" in subject.offers:
        subject.nature = replace(nature, unique=True)
        blocks = _unit_blocks(subject, points)
        if _is_direction(subject, points, blocks):
            subject.nature = replace(subject.nature, map=directions(subject.n, blocks))
    elif subject.embedded and one_array:
        own = directions(subject.n, scaled) if scaled else _invariants(places, rotated)
        subject.nature = replace(nature, unique=True, map=own)
    else:
        subject.nature = nature
    subject.nature = _with_geometry(subject, points, rng)
    for name, w in subject.given_points():
        _check_given(subject, name, w)
    return subject


def _check_given(subject: Known, name: str, w: np.ndarray) -> None:
    """Raise unless a point that somebody gave is one: of the size of the others, finite, on the manifold.

    It may be off by what rounding to float32 explains.
    """
    if len(w) != subject.n:
        raise ArgumentError(f"{name} has {len(w)} entries; {subject.n}, as many as other points have, are needed")
    if not np.all(np.isfinite(w)):
        raise ArgumentError(f"{name} is {shown(w)}, which is not finite; finite points are needed")
    if not subject.constrained and "defect" not in subject.offers:
        return
    try:
        missed = np.ravel(subject.constraint(w) if subject.constrained else subject.defect(w))
    except PsitheoryError as error:
        raise ArgumentError(f"{name} is not on the manifold: {error}") from error
    except Exception:  # the laws will show it, with the input
        return
    defect = float(np.max(np.abs(missed), initial=0.0))
    if not defect <= FLOAT32 * max(1.0, float(w @ w)):
        raise ArgumentError(f"{name} is not on the manifold: defect {defect:.6g}; points on it are needed")


def _invariants(places: list[tuple[Form, slice]], rotated: tuple[bool, ...]) -> Map:
    if not any(rotated):
        return Same()
    parts: list[tuple[np.ndarray, Map]] = []
    for (leaf, part), square in zip(places, rotated, strict=True):
        parts.append((np.arange(part.start, part.stop), Square(leaf.matrices, leaf.complex) if square else Same()))
    return Pieces(tuple(parts))


def _with_geometry(subject: Known, points: np.ndarray, rng: np.random.Generator) -> Nature:
    """Return the nature with what metric and tangent vectors tell: those drawn, or those projected if these are off."""
    found = []
    for draw in (subject.random_tangent, partial(_projected, subject)):
        try:
            found.append(_geometry(subject, points, rng, draw))
        except Exception:  # a broken method tells nothing of the kind; its laws will tell what is broken
            continue
    ranks = [nature.dimension for nature in found if nature.dimension is not None]
    nature = next((nature for nature in found if nature.spheres), None)
    if nature is None and ranks and min(ranks) > subject.n - len(subject.nature.unit):
        nature = _geometry(subject, points, rng, partial(_orthogonal_to_units, subject))  # what is drawn is not tangent
        ranks.append(subject.n - len(subject.nature.unit))
    if nature is None:
        nature = found[0] if found else subject.nature
    normal = subject.constraint_rows(points[0])
    if normal is not None and subject.n - len(normal) in ranks:
        return replace(nature, dimension=subject.n - len(normal))
    return replace(nature, dimension=min(ranks, default=None))


def _projected(subject: Known, rng: np.random.Generator, w: np.ndarray) -> np.ndarray:
    return subject.project(w, subject.random_ambient(rng))


def _orthogonal_to_units(subject: Known, rng: np.random.Generator, w: np.ndarray) -> np.ndarray:
    x = rng.normal(size=subject.n)
    for block in subject.nature.unit:
        x[block] -= w[block] * (w[block] @ x[block])
    return x


def _geometry(subject: Known, points: np.ndarray, rng: np.random.Generator, draw: Draw) -> Nature:
    plain = replace(subject.nature, dimension=_tangent_dimension(subject, rng, draw))
    if not plain.unique:
        return plain
    images = np.stack([subject.canonical(w) for w in points])
    tangents = [draw(rng, w) for w in points]
    velocities = np.stack([subject.velocity(w, x) for w, x in zip(points, tangents, strict=True)])
    squares = np.sum(velocities**2, axis=1)
    if "inner" in subject.offers:
        stretch = 2 if plain.quotient else 1  # X ↦ XXᵀ lengthens horizontal vectors by √2
        stated = [stretch * subject.inner(w, x, x) for w, x in zip(points, tangents, strict=True)]
        plain = replace(plain, flat=bool(np.allclose(squares, stated, rtol=COARSE)))
    else:
        plain = replace(plain, flat=True)
    blocks = _unit_blocks(subject, images) if plain.flat and not plain.quotient else ()
    if not blocks or not _fill_spheres(subject, plain.dimension, images, velocities, blocks, rng):
        return plain
    return replace(plain, spheres=blocks, lines=_opposites_meet(subject, points))


def _is_direction(subject: Known, points: np.ndarray, blocks: tuple[np.ndarray, ...]) -> bool:
    """Tell whether the subject's own invariants are the directions of the blocks, in the order of the entries."""
    own = directions(subject.n, blocks)
    try:
        found = [subject.canonical(w) for w in points]
    except Exception:  # a broken method tells nothing; its law will tell
        return False
    return all(
        p.shape == w.shape and np.allclose(p, own(w), rtol=0, atol=COARSE) for p, w in zip(found, points, strict=True)
    )


def _tangent_dimension(subject: Known, rng: np.random.Generator, draw: Draw) -> int | None:
    """Return the rank of tangent vectors at a point."""
    if subject.n > LARGEST_RANK:
        return subject.dimension
    w = subject.typical_point(rng)
    return _rank(np.stack([draw(rng, w) for _ in range(subject.n + 1)]))


def _fill_spheres(
    subject: Known,
    dimension: int | None,
    images: np.ndarray,
    velocities: np.ndarray,
    blocks: tuple[np.ndarray, ...],
    rng: np.random.Generator,
) -> bool:
    """Tell whether the tangent space is all of that of the spheres, or of a great sphere of the only one."""
    if (
        dimension is None
        or max(np.max(np.abs(np.sum(images[:, b] * velocities[:, b], axis=1))) for b in blocks) > COARSE
    ):
        return False
    k = images.shape[1]
    if dimension == k - len(blocks):
        return True
    if len(blocks) > 1 or len(blocks[0]) < k or k > LARGEST_RANK:
        return False
    return _rank(np.stack([subject.canonical(subject.typical_point(rng)) for _ in range(k)])) == dimension + 1


def _rank(rows: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(rows, tol=RANK * max(1.0, float(np.abs(rows).max(initial=0.0)))))


def _opposites_meet(subject: Known, points: np.ndarray) -> bool:
    """Tell whether opposite points are one point: at distance 0, and equally far from every other."""
    try:
        return "dist" in subject.offers and all(
            abs(subject.dist(w, -w)) < 0.5 and abs(subject.dist(w, z) - subject.dist(w, -z)) < COARSE
            for w, z in itertools.pairwise(points)
        )
    except Exception:
        return False


def _unit_blocks(subject: Known, images: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the blocks of the invariants that have norm 1."""
    layout = getattr(subject.manifold, "layout", None)
    if {"canonical", "act"} <= subject.offers and layout is None:
        return _blocks_of_its_own_action(subject)
    if "canonical" not in subject.offers or getattr(layout, "n", None) != images.shape[1]:
        return tuple(sorted((*subject.nature.unit, *subject.nature.scaled), key=lambda block: int(block[0])))
    sizes = getattr(layout, "sizes_in_order", ())
    starts = np.cumsum([0, *map(abs, sizes)])
    return tuple(np.arange(start, start + size) for start, size in zip(starts, sizes, strict=False) if size > 0)


def _blocks_of_its_own_action(subject: Known) -> tuple[np.ndarray, ...]:
    try:
        return subject.acted_upon
    except Exception:  # a broken action tells nothing; its laws will tell
        return ()
