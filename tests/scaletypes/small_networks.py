"""Small functions of a few parameters, and what is true of their scaling symmetries, by numbers alone.

A scaling of entries is a symmetry of f if the derivatives of f along it, in logarithms, vanish at all points: at some
random points, of which there are more than there are scalings to be told apart.  So the dimension of all symmetries is
that of a null space, whatever f is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from psitheory.scaletypes.models.algebra import Algebra
from psitheory.scaletypes.models.joint import kinds_of, rank_of
from psitheory.scaletypes.models.levels import OwnLevel, own_levels

Named = Mapping[str, np.ndarray]
STEP = 1e-7
"""In logarithms to the base two: curvature and rounding leave seven digits, and few kinks are that near."""
MOST_OFTEN = 8
"""Points beside the first: choices fall otherwise at some of them."""
SINGULAR = 1e-5
"""Below this share of the largest, a singular value is none."""


def drawn(shapes: Mapping[str, tuple[int, ...]], rng: np.random.Generator) -> Named:
    """Return numbers of both signs, none of them small."""
    return {name: np.asarray(rng.uniform(0.5, 1.5, n) * rng.choice([-1, 1], n)) for name, n in shapes.items()}


def dimension(f: Callable[[Named], np.ndarray], w: Named) -> int:
    """Return the number of independent scalings of single entries under which f stays."""
    return int(_symmetries(f, _scaled, w, sum(x.size for x in w.values())).shape[1])


def confirm(algebra: Algebra, f: Callable[[Named], np.ndarray], w: Named) -> None:
    """Assert that f stays under random symmetries, however they are applied."""
    rng = np.random.default_rng(0)
    for whole in (False, True):
        values = algebra.random(rng, whole=whole)
        by = {name: np.nan_to_num(algebra.exponents(name, values)) for name in w}
        np.testing.assert_allclose(f({name: x * np.exp2(by[name]) for name, x in w.items()}), f(w), rtol=1e-7)
        for name, x in w.items():
            other = x.copy()
            algebra.rescale(name, other, values)
            np.testing.assert_allclose(other, x * np.exp2(by[name]), rtol=1e-12)
    assert rank_of(kinds_of(algebra)) + sum(algebra.loose.values()) == algebra.dimension


def confirm_levels(algebra: Algebra, f: Callable[[Named], np.ndarray], w: Named) -> None:
    """Assert of each part that its units scale alone, and that it has no more of them."""
    levels = own_levels(algebra, np.random.default_rng(0))
    for name, x in w.items():
        if algebra.loose[name] < x.size:
            _confirm_level(levels.get(name), f, w, name, x)


def _confirm_level(level: OwnLevel | None, f: Callable[[Named], np.ndarray], w: Named, name: str, x: Any) -> None:
    """Assert that units scale alone, and that no axis has more of them."""
    count = max((_units(_along(f, w, name, axis)) for axis, n in enumerate(x.shape) if n > 1), default=1)
    if level is None:
        assert count == 0 or not x.shape
        return
    assert level.count == count
    for unit in range(level.count):
        by = np.where(level.labels == unit, 2.0, 1.0)
        shape = [-1 if axis == level.axis else 1 for axis in range(x.ndim)]
        np.testing.assert_allclose(f({**w, name: x * by.reshape(shape)}), f(w), rtol=1e-7)


def _along(f: Callable[[Named], np.ndarray], w: Named, name: str, axis: int) -> np.ndarray:
    def scaled(w: Named, by: np.ndarray) -> Named:
        return {**w, name: w[name] * np.exp2(by).reshape([-1 if k == axis else 1 for k in range(w[name].ndim)])}

    return _symmetries(f, scaled, w, w[name].shape[axis])


def _units(symmetries: np.ndarray) -> int:
    """Return how many sets of slices always scale together, and may do so while all others stay."""
    kinds = {tuple(row) for row in np.round(symmetries, 6) + 0.0 if row.any()}
    sets = [np.all(np.abs(symmetries - kind) < 1e-5, axis=1).astype(float) for kind in kinds]
    return sum(bool(np.allclose(symmetries @ (symmetries.T @ x), x, atol=1e-5)) for x in sets)


def _symmetries(
    f: Callable[[Named], np.ndarray], scaled: Callable[[Named, np.ndarray], Named], w: Named, n: int
) -> np.ndarray:
    """Return an orthonormal basis, (n, dimension)."""
    rng = np.random.default_rng(2)
    shapes = {name: x.shape for name, x in w.items()}
    rows: list[np.ndarray] = []
    for point in [w] + [drawn(shapes, rng) for _ in range(max(MOST_OFTEN, 2 * n // np.size(f(w))))]:
        here = f(point)
        slopes = [(f(scaled(point, STEP * e)) - here) / STEP for e in np.eye(n)]
        rows += list(np.reshape(slopes, (n, -1)).T)
    _, values, right = np.linalg.svd(np.array(rows), full_matrices=len(rows) < n)
    return right[(values > SINGULAR * values.max(initial=1.0)).sum() :].T  # what they act on is of the size of 1


def _scaled(w: Named, by: np.ndarray) -> Named:
    ends = np.cumsum([x.size for x in w.values()])[:-1]
    parts = np.split(np.exp2(by), ends)
    return {name: x * part.reshape(x.shape) for (name, x), part in zip(w.items(), parts, strict=True)}
