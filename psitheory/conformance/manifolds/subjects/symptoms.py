"""What random points and the projection show, from afar: constraints, and by what representatives differ."""

from __future__ import annotations

import numpy as np

from psitheory.conformance.manifolds.subjects.forms import Form
from psitheory.conformance.manifolds.subjects.invariants import adjoint, matrix_of, numbers_of
from psitheory.conformance.manifolds.subjects.nature import LARGEST_RANK, RANK
from psitheory.conformance.manifolds.subjects.rotations import gaussian
from psitheory.conformance.manifolds.subjects.subject import Subject

COARSE = 1e-3
FEW = 6
"""What fewer different points have in common may be chance: it must be true of their tangent vectors too."""


def counts_up_to_rotation(
    subject: Subject, points: np.ndarray, place: int, affine: np.ndarray, rng: np.random.Generator
) -> bool:
    """Tell whether the projection removes XΩ for a random skew Ω, X being one array of the point: by far not all."""
    leaf, part = list(subject.point_form.slices())[place]
    if not subject.embedded or "project" not in subject.offers:
        return False
    if not leaf.turns:
        return _counts_up_to_sign(subject, points, leaf, part)
    w, skew = points[0], gaussian(rng, leaf)
    x = matrix_of(w[part], leaf.matrices, leaf.complex)
    along, turned, other = np.zeros_like(w), np.array(w), np.zeros_like(w)
    along[part] = numbers_of(x @ (skew - adjoint(skew)))
    turned[part] = numbers_of(x @ np.linalg.qr(skew)[0])
    other[part] = rng.normal(size=leaf.size)
    if not np.allclose(affine @ turned, affine @ w):
        return False
    try:
        removed, rest = subject.project(w, along), subject.project(w, other)
    except Exception:  # a broken projection tells nothing
        return False
    vertical = np.linalg.norm(removed) < COARSE * np.linalg.norm(along)
    return bool(vertical and np.linalg.norm(rest) > COARSE * np.linalg.norm(other))


def _counts_up_to_sign(subject: Subject, points: np.ndarray, leaf: Form, part: slice) -> bool:
    """Tell whether X and -X are one point, X being a column whose norm varies: by distance or logarithm."""
    w, opposite = points[0], np.array(points[0])
    opposite[part] *= -1
    norms = np.linalg.norm(points[:, part], axis=1)
    if leaf.matrices[-1] != 1 or len(leaf.shape) < 2 or leaf.size < 2 or np.ptp(norms) < COARSE:
        return False
    try:
        if "dist" in subject.offers:
            return bool(abs(subject.dist(w, opposite)) < COARSE * norms[0])
        return "log" in subject.offers and bool(np.linalg.norm(subject.log(w, opposite)) < COARSE * norms[0])
    except Exception:  # a broken method tells nothing
        return False


def constraints(
    subject: Subject, points: np.ndarray, rotated: tuple[bool, ...], rng: np.random.Generator
) -> tuple[tuple[np.ndarray, ...], tuple[bool, ...]]:
    """Return the parts of points that have norm 1, and whether each array has orthonormal columns."""
    unit: list[np.ndarray] = []
    orthonormal = []
    tangents = _tangents_of_few(subject, points, rng)
    for (leaf, part), turned in zip(subject.point_form.slices(), rotated, strict=True):
        found = (turned or leaf.matrices[-1] > 1) and _orthonormal_columns(points[:, part], leaf)
        if found and tangents is not None:
            found = all(_stays_orthonormal(w[part], x[part], leaf) for w, x in zip(points, tangents, strict=True))
        orthonormal.append(found)
        unit += [] if found else [part.start + block for block in _unit_partition(points[:, part], leaf)]
    if tangents is not None:
        along = [np.abs(np.sum(points[:, block] * tangents[:, block], axis=1)) for block in unit]
        lengths = 1e-300 + np.linalg.norm(tangents, axis=1)
        unit = [block for block, radial in zip(unit, along, strict=True) if np.all(radial < COARSE * lengths)]
    return tuple(unit), tuple(orthonormal)


def _tangents_of_few(subject: Subject, points: np.ndarray, rng: np.random.Generator) -> np.ndarray | None:
    """Return a tangent vector at each point if only few points differ, None if many do or none can be drawn."""
    if len(np.unique(points, axis=0)) >= FEW or not subject.embedded:
        return None
    try:
        return np.stack([subject.random_tangent(rng, w) for w in points])
    except Exception:  # a broken method tells nothing
        return None


def _stays_orthonormal(w: np.ndarray, x: np.ndarray, leaf: Form) -> bool:
    m, v = (matrix_of(part, leaf.matrices, leaf.complex) for part in (w, x))
    return bool(np.linalg.norm(adjoint(m) @ v + adjoint(v) @ m) <= COARSE * np.linalg.norm(v))


def scaled_blocks(subject: Subject, points: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return the blocks whose own direction the projection removes though their norms vary: they count up to scale."""
    n = subject.n
    if (
        not subject.embedded
        or "project" not in subject.offers
        or "canonical" in subject.offers
        or n > LARGEST_RANK // 2
    ):
        return ()
    w = points[0]
    try:
        removed = np.eye(n) - np.stack([subject.project(w, e) for e in np.eye(n)], axis=1)
        tangents = _tangents_of_few(subject, points, rng)
        if tangents is not None and "retract" in subject.offers:
            points = np.stack([subject.retract(w, x) for w, x in zip(points, tangents, strict=True)])
    except Exception:  # a broken projection tells nothing
        return ()
    found = []
    for block in _connected(np.abs(removed) > 1e-6):
        within = removed[np.ix_(block, block)]
        norm = float(np.linalg.norm(w[block]))
        if norm == 0 or len(block) < 2 or not np.any(np.abs(within) > 1e-6):
            continue
        if not np.allclose(within, np.outer(w[block], w[block]) / norm**2, atol=COARSE):
            return ()
        if np.ptp(np.linalg.norm(points[:, block], axis=1)) > COARSE:
            found.append(block)
    return tuple(found)


def _connected(linked: np.ndarray) -> list[np.ndarray]:
    """Return the connected components of a graph, each as sorted indices."""
    from scipy.sparse.csgraph import connected_components

    count, labels = connected_components(linked, directed=False)
    return [np.flatnonzero(labels == i) for i in range(count)]


def _unit_partition(values: np.ndarray, leaf: Form) -> list[np.ndarray]:
    """Return the partition of an array into parts of norm 1 at all points: the whole, its columns or its rows."""
    index = np.arange(leaf.size).reshape((*leaf.shape, 2) if leaf.complex else leaf.shape)
    partitions = [[index.ravel()]]
    if len(leaf.shape) >= 2:
        partitions.append([index[..., j, :].ravel() if leaf.complex else index[..., j] for j in range(leaf.shape[-1])])
    if len(leaf.shape) >= 2 or leaf.complex:
        partitions.append([row.ravel() for row in index])
    for parts in partitions:
        flat = [np.ravel(part) for part in parts]
        if all(len(p) > 1 and np.all(np.abs(np.linalg.norm(values[:, p], axis=1) - 1) < 1e-5) for p in flat):
            return flat
    return []


def _orthonormal_columns(values: np.ndarray, leaf: Form) -> bool:
    matrices = [matrix_of(v, leaf.matrices, leaf.complex) for v in values]
    return all(np.allclose(adjoint(x) @ x, np.eye(x.shape[-1]), atol=1e-5) for x in matrices)


def affine_constraints(subject: Subject, rng: np.random.Generator) -> np.ndarray:
    """Return orthonormal rows that are constant on random points: linear constraints, such as symmetry."""
    if subject.n > LARGEST_RANK or subject.n < 2:
        return np.zeros((0, subject.n))
    points = np.stack([subject.typical_point(rng) for _ in range(subject.n + 2)])
    centred = points - points.mean(axis=0)
    different = len(np.unique(points, axis=0))
    if different < len(points):
        if different == 1 or not subject.embedded:
            return np.zeros((0, subject.n))
        centred = np.concatenate([centred, [subject.random_tangent(rng, w) for w in points]])
    _, values, rows = np.linalg.svd(centred)
    return np.asarray(rows[int(np.sum(values > RANK * max(1.0, float(values[0])))) :])
