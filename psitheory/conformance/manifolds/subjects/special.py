"""Points at which code branches or divides by zero, and which are never drawn: poles, the identity, an origin."""

from __future__ import annotations

import numpy as np

from psitheory.conformance.manifolds.floats.judging import ULPS
from psitheory.conformance.manifolds.subjects.forms import flat
from psitheory.conformance.manifolds.subjects.invariants import numbers_of
from psitheory.conformance.manifolds.subjects.nature import Known

EXACT = 1e-12
"""By how much points miss the constraints that were found, and which rounding blurs, if they obey them."""

FEW = 8
"""So many points tell whether all entries beside a diagonal have one sign: by chance one in 128 manifolds is missed."""


def special_points(subject: Known) -> list[np.ndarray]:
    """Return the poles of spheres, the first columns of the identity, and what the manifold calls its origin.

    There are none where somebody gives the points: these are meant.
    """
    if subject.given is not None:
        return []
    found = [*_poles(subject), *_identity(subject), *_origin(subject)]
    return [w.astype(subject.dtype).astype(float) for w in found]


def _poles(subject: Known) -> list[np.ndarray]:
    """Return the last unit vector of each block, with both signs, and the first with the other, on spheres."""
    blocks = [block for block in subject.axes if len(block) > 1 and subject.nature.spheres]
    out = []
    for place, sign in ((-1, 1.0), (0, -1.0), (-1, -1.0)):
        w = blank(subject)
        for block in subject.axes:
            w[block[place]] = sign if len(block) > 1 else 1.0
        out += [w] if blocks else []
    return out


def inner_points(subject: Known) -> list[np.ndarray]:
    """Return the other unit vectors of each block on spheres, with both signs, and the one of equal entries.

    They are more than one law can try, so that each takes some.
    """
    if subject.given is not None or not subject.nature.spheres:
        return []
    blocks = [block for block in subject.axes if len(block) > 1]
    start, out = blank(subject), []
    if blocks:
        start[np.concatenate(subject.axes)] = 1.0
    even = start.copy()
    for block in blocks:
        even[block] /= np.sqrt(len(block))
    for place in range(1, max(len(block) for block in blocks) - 1) if blocks else ():
        for sign in (1.0, -1.0):
            w = start.copy()
            for block in blocks:
                w[block] = 0
                w[block[min(place, len(block) - 1)]] = sign
            out.append(w)
    found = [*out, even] if blocks else []
    return [w.astype(subject.dtype).astype(float) for w in found]


def blank(subject: Known) -> np.ndarray:
    """Return zeros; where entries are in no block, and nothing says that 0 is allowed, those of a point that is drawn.

    Beside a sphere there may be positive numbers.
    """
    w = np.zeros(subject.n)
    if subject.axes and "canonical" not in subject.offers:
        rest = np.setdiff1d(np.arange(subject.n), np.concatenate(subject.axes))
        w[rest] = subject.typical_point(np.random.default_rng(0))[rest] if len(rest) else 0.0
    return w


def _identity(subject: Known) -> list[np.ndarray]:
    """Return the identity, where all arrays are matrices of orthonormal columns, or positive definite ones."""
    leaves = list(subject.point_form.leaves())
    if not leaves or not (all(subject.nature.orthonormal) or _definite(subject)):
        return []
    eyes = [
        np.broadcast_to(np.eye(leaf.matrices[-2], leaf.matrices[-1]), leaf.matrices).astype(
            complex if leaf.complex else float
        )
        for leaf in leaves
    ]
    w = np.concatenate([numbers_of(x) for x in eyes])
    return [w] if _is_point(subject, w) else []


def _definite(subject: Known) -> bool:
    """Tell whether points are positive definite matrices, whose entries beside the diagonal have either sign."""
    (leaf, *more), rng = list(subject.point_form.leaves()), np.random.default_rng(0)
    if more or leaf.complex or len(leaf.shape) != 2 or leaf.shape[0] != leaf.shape[1] or leaf.shape[0] < 2:
        return False
    points = [subject.random_point(rng).reshape(leaf.shape) for _ in range(FEW)]
    symmetric = all(np.max(np.abs(p - p.T)) <= ULPS * subject.eps * np.max(np.abs(p)) for p in points)
    beside = np.array([p[0, 1] for p in points])
    return bool(symmetric and beside.min() < 0 < beside.max() and all(np.linalg.eigvalsh(p)[0] > 0 for p in points))


def _origin(subject: Known) -> list[np.ndarray]:
    """Return what a manifold of Geoopt calls its origin."""
    origin = getattr(subject.manifold, "origin", None)
    if not callable(origin) or subject.point_form.kind == "sequence":
        return []
    try:
        w = flat(origin(*subject.point_form.shape)).astype(float)
    except Exception:  # it is no method of points of this shape
        return []
    return [w] if _is_point(subject, w) else []


def _is_point(subject: Known, w: np.ndarray) -> bool:
    """Tell whether an array of halves, in any precision the same, obeys what points obey; others are just points."""
    if len(w) != subject.n or not np.all(np.isfinite(w)) or not np.array_equal(2 * w, np.round(2 * w)):
        return False
    return not subject.constrained or bool(np.all(np.abs(subject.constraint(w)) < EXACT))
