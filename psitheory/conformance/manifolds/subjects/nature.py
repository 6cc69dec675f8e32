r"""What kind of manifold a subject is, and what follows for comparing its points and vectors.

Points may stand for classes: if the projection removes :math:`X\Omega` for skew Ω (so that :math:`X \mapsto XQ` is
no movement), the class of X is :math:`XX^\top`; if there is a ``canonical``, it is that.  Points are compared by
these *invariants*.  Where they have blocks of unit norm, the tangent space is all that is orthogonal to these and
the metric is that of the ambient space, the manifold is a product of unit spheres and flat parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from psitheory.conformance.manifolds.floats.jets import jet
from psitheory.conformance.manifolds.floats.judging import LIBRARY
from psitheory.conformance.manifolds.subjects.forms import numbers
from psitheory.conformance.manifolds.subjects.invariants import (
    Map,
    Same,
    adjoint,
    matrix_of,
    numbers_of,
)
from psitheory.conformance.manifolds.subjects.rotations import Rotation, gaussian, orthogonal
from psitheory.conformance.manifolds.subjects.subject import Subject

RANK = 1e-5
"""Singular values below this share are rounding, of single precision as well."""
LARGEST_RANK = 400
"""No ranks are computed in spaces of more dimensions."""


@dataclass(frozen=True, eq=False)
class Nature:
    """What was found out.

    Attributes
    ----------
    rotated : tuple of bool
        For each array that a point is made of: whether it counts only up to rotation from the right.
    scaled : tuple of index arrays
        Parts of the points that count only up to a positive factor.
    unit : tuple of index arrays
        Parts of the points that have norm 1.
    orthonormal : tuple of bool
        For each array: whether its columns are orthonormal.
    affine : array, (c, n), or None
        Orthonormal rows whose product with a point is the same for all points.
    level : array, (c,), or None
        That product.
    unique : bool
        Whether equal invariants mean equal points, as far as is known.
    map : Map or None
        The invariants as a map of our own, with derivatives; None if only the subject knows them.
    flat : bool
        Whether the metric is that of the ambient space of the invariants, up to a constant.
    spheres : tuple of index arrays
        Blocks of the invariants, if the manifold is a product of unit spheres and flat parts; else empty.
    lines : bool
        Whether opposite points of a sphere are one point.
    dimension : int or None
        The rank of the tangent space at a point.
    """

    rotated: tuple[bool, ...]
    scaled: tuple[np.ndarray, ...] = ()
    unit: tuple[np.ndarray, ...] = ()
    orthonormal: tuple[bool, ...] = ()
    affine: np.ndarray | None = None
    level: np.ndarray | None = None
    unique: bool = False
    map: Map | None = None
    flat: bool = False
    spheres: tuple[np.ndarray, ...] = ()
    lines: bool = False
    dimension: int | None = None

    @property
    def quotient(self) -> bool:
        """Tell whether points count up to rotation."""
        return any(self.rotated)


class Known(Subject):
    """A subject whose nature is known: with invariants, and the action by which representatives differ."""

    nature: Nature

    @property
    def usually_of_second_order(self) -> bool:
        """Tell whether all usual retractions are of second order: on spheres and subspaces."""
        subspaces = self.nature.quotient and all(self.nature.rotated) and all(self.nature.orthonormal)
        return bool(self.nature.spheres or subspaces)

    def canonical(self, w: np.ndarray) -> np.ndarray:
        """Return the invariants of the point, by which points are compared."""
        if "canonical" in self.offers:
            return super().canonical(w)
        return self.nature.map(w) if self.nature.map is not None else w

    def velocity(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the derivative of the invariants at the point ``w`` along the tangent vector ``x``."""
        if self.nature.map is not None:
            return self.nature.map.push(w, x)
        return jet(lambda t: self.canonical(w + t * x)).first

    @property
    def eps(self) -> float:
        """Return the unit of rounding of the precision in which the manifold is called."""
        return float(np.finfo(self.dtype).eps)

    @property
    def slack(self) -> float:
        """Return the share of a result that may be lost: none on spheres, elsewhere what functions of matrices lose."""
        return 0.0 if self.nature.spheres else LIBRARY[self.dtype.name]

    @property
    def constrained(self) -> bool:
        """Tell whether constraints on points are known."""
        affine = self.nature.affine
        return bool(self.nature.unit or any(self.nature.orthonormal) or (affine is not None and len(affine)))

    def constraint(self, w: np.ndarray) -> np.ndarray:
        """Return by how much an array misses the constraints that random points satisfy."""
        parts = [np.array([w[block] @ w[block] - 1 for block in self.nature.unit])]
        for x, found in zip(self._arrays(w), self.nature.orthonormal, strict=True):
            parts += [numbers_of(adjoint(x) @ x - np.eye(x.shape[-1]))] if found else []
        if self.nature.affine is not None:
            parts.append(self.nature.affine @ w - self.nature.level)
        return np.concatenate(parts)

    def constraint_along(self, w: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Return the derivative of the constraints at ``w`` along x: 0 for tangent vectors."""
        parts = [np.array([2 * w[block] @ x[block] for block in self.nature.unit])]
        for m, v, found in zip(self._arrays(w), self._arrays(x), self.nature.orthonormal, strict=True):
            parts += [numbers_of(adjoint(m) @ v + adjoint(v) @ m)] if found else []
        if self.nature.affine is not None:
            parts.append(self.nature.affine @ x)
        return np.concatenate(parts)

    def constraint_rows(self, w: np.ndarray) -> np.ndarray | None:
        """Return orthonormal rows that span what is normal to the constraints at ``w``; None if that is not known."""
        if not self.constrained or self.n > LARGEST_RANK:
            return None
        slopes = np.stack([self.constraint_along(w, e) for e in np.eye(self.n)], axis=1)
        _, values, rows = np.linalg.svd(slopes, full_matrices=False)
        return np.asarray(rows[values > RANK * max(1.0, float(values[0]))])

    def tangential(self, w: np.ndarray, velocity: np.ndarray) -> np.ndarray | None:
        """Return the tangential part, in the space of invariants, of a vector there; None if nothing tells it."""
        nature = self.nature
        if nature.spheres:
            u, out = self.canonical(w), np.array(velocity, dtype=float)
            for block in nature.spheres:
                out[block] -= u[block] * (u[block] @ out[block]) / (u[block] @ u[block])
            return out
        if not nature.flat:
            return None
        if isinstance(nature.map, Same):
            normal = self.constraint_rows(w)
            if normal is not None and self.n - len(normal) == nature.dimension:
                return np.asarray(velocity - normal.T @ (normal @ velocity))
            return self.project(w, velocity) if "project" in self.offers else None
        if nature.quotient and all(nature.rotated) and all(nature.orthonormal):
            return self._across_subspaces(w, velocity)
        return None

    def _across_subspaces(self, w: np.ndarray, velocity: np.ndarray) -> np.ndarray:
        """Return PV(I - P) + (I - P)VP for each projector P = XXᵀ: the part tangent to the set of projectors."""
        out, start = [], 0
        for x in self._arrays(w):
            p = x @ adjoint(x)
            size = p.size * (2 if p.dtype.kind == "c" else 1)
            v = matrix_of(velocity[start : start + size], p.shape, p.dtype.kind == "c")
            across = p @ v - p @ v @ p
            out.append(numbers_of(across + adjoint(p @ adjoint(v) - p @ adjoint(v) @ p)))
            start += size
        return np.concatenate(out)

    def act(self, a: Any, w: np.ndarray) -> np.ndarray:
        """Return another representative."""
        if isinstance(a, Rotation):
            return self._rotated(w, a)
        if self.nature.scaled:
            return self._rescaled(w, a, self.nature.scaled)
        return super().act(a, w)

    def lift(self, w: np.ndarray, x: np.ndarray, to: np.ndarray) -> np.ndarray:
        """Return a tangent vector's lift at another representative."""
        if "lift" in self.offers:
            return super().lift(w, x, to)
        if self.nature.scaled:
            return self._rescaled(x, self._ratios(w, to, self.nature.scaled), self.nature.scaled)
        if self.scales:
            blocks = self.acted_upon
            return self._rescaled(x, self._ratios(w, to, blocks), blocks)
        pairs = zip(self._arrays(w), self._arrays(to), self.nature.rotated, strict=True)
        return self._rotated(x, Rotation(tuple(np.linalg.pinv(p) @ q if r else None for p, q, r in pairs)))

    def shown(self, value: Any) -> str:
        """Return an input as a person reads it, in the shape of a point where it has as many entries."""
        form = self.point_form
        plain = form.kind != "sequence" and len(form.shape) > 1 and not form.complex
        fits = plain and isinstance(value, np.ndarray) and len(value) == form.size
        return numbers(value, form.shape if fits else None)

    @property
    def parts(self) -> list[np.ndarray]:
        """Return the parts of a flat point whose entries are of one size: blocks, else arrays."""
        nature = self.nature
        if nature.spheres and nature.map is not None:
            free = np.setdiff1d(np.arange(self.n), np.concatenate(nature.spheres))
            return [*nature.spheres, *([free] if len(free) else [])]
        return [np.arange(part.start, part.stop) for _, part in self.point_form.slices()]

    @property
    def axes(self) -> tuple[np.ndarray, ...]:
        """Return blocks of a point in each of which every unit vector is allowed; none if that is not known."""
        nature, everything = self.nature, (np.arange(self.n),)
        if nature.affine is not None and len(nature.affine):
            return ()
        if "canonical" in self.offers:
            sizes = getattr(getattr(self.manifold, "layout", None), "sizes_in_order", ())
            starts = np.cumsum([0, *map(abs, sizes)])
            return tuple(np.arange(start, start + size) for start, size in zip(starts, sizes, strict=False) if size > 0)
        blocks = (*nature.unit, *nature.scaled)
        if blocks:
            stated = nature.dimension if self.dimension is None else self.dimension
            return blocks if nature.dimension == stated == self.n - len(blocks) else ()
        return everything if nature.flat and nature.dimension == self.n else ()

    @property
    def scales(self) -> int:
        """Return how many scales act on a point; 0 if none do."""
        if self.nature.scaled:
            return len(self.nature.scaled)
        if not {"act", "canonical"} <= self.offers:
            return 0
        stated = getattr(getattr(self.manifold, "layout", None), "m", None)
        return int(stated) if stated is not None else len(self.nature.spheres) or self._taken

    @cached_property
    def _taken(self) -> int:
        """Return how many scales the subject's own action takes: one if it does, else as many as an array has rows."""
        w = self.typical_point(np.random.default_rng(0))
        sizes = [leaf.shape[0] for leaf in self.point_form.leaves() if leaf.shape]
        for count in dict.fromkeys((1, sum(sizes), len(sizes), *sizes, self.n)):
            try:
                if np.array_equal(super().act(np.ones(count), w), w):
                    return count
            except Exception:  # it takes another number
                continue
        return 1

    def random_rotation(self, rng: np.random.Generator) -> Rotation:
        """Return a random rotation of the arrays that count only up to rotation."""
        leaves = zip(self.point_form.leaves(), self.nature.rotated, strict=True)
        return Rotation(tuple(orthogonal(rng, leaf) if r else None for leaf, r in leaves))

    def turned(self, rng: np.random.Generator, w: np.ndarray) -> np.ndarray:
        """Return another point: where all tall matrices with orthonormal columns are points, these rotated.

        Foreign draws often come from a QR factorisation, whose signs are those of its next one.
        """
        leaves = list(zip(self.point_form.leaves(), self.nature.orthonormal, self.nature.rotated, strict=True))
        turns = [found and not rotated and leaf.matrices[-2] > leaf.matrices[-1] for leaf, found, rotated in leaves]
        normal = self.constraint_rows(w) if any(turns) else None
        if normal is None or self.n - len(normal) != self.nature.dimension:
            return w
        leaf_turns = zip((leaf for leaf, _, _ in leaves), turns, strict=True)
        return self._rotated(
            w, Rotation(tuple(np.linalg.qr(gaussian(rng, leaf))[0] if t else None for leaf, t in leaf_turns))
        )

    def _arrays(self, w: np.ndarray) -> list[np.ndarray]:
        return [matrix_of(w[part], leaf.matrices, leaf.complex) for leaf, part in self.point_form.slices()]

    @property
    def acted_upon(self) -> tuple[np.ndarray, ...]:
        """Return the entries that each scale of the subject's own action multiplies."""
        ones = np.ones(self.n)
        doubled = 1 + np.eye(self.scales)
        return tuple(np.flatnonzero(self.act(a, ones) != self.act(np.ones(self.scales), ones)) for a in doubled)

    @staticmethod
    def _ratios(w: np.ndarray, to: np.ndarray, blocks: tuple[np.ndarray, ...]) -> np.ndarray:
        return np.array([to[b] @ w[b] / (w[b] @ w[b]) for b in blocks])

    @staticmethod
    def _rescaled(w: np.ndarray, a: np.ndarray, blocks: tuple[np.ndarray, ...]) -> np.ndarray:
        out = np.array(w, dtype=float)
        for block, factor in zip(blocks, a, strict=True):
            out[block] *= factor
        return out

    def _rotated(self, w: np.ndarray, a: Rotation) -> np.ndarray:
        moved = [x if q is None else x @ q for x, q in zip(self._arrays(w), a.matrices, strict=True)]
        return np.concatenate([numbers_of(x) for x in moved])
