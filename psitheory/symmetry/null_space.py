r"""The null space of sampled rows, its singular-value gap, and a sparse basis of integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array

LARGEST_DENOMINATOR = 12
RESTARTS = 3


@dataclass(frozen=True, eq=False)
class NullSpace:
    """The directions that all rows annihilate.

    Attributes
    ----------
    basis : array, (k, n)
        Orthonormal.
    singular_values : array, (n,)
        Descending; zeros stand for rows that are missing.
    tolerance : float
        Up to where a singular value counts as zero.
    """

    basis: Array
    singular_values: Array
    tolerance: float

    @property
    def rank(self) -> int:
        """Return the number of singular values that are not zero."""
        return len(self.singular_values) - len(self.basis)

    @property
    def gap(self) -> float:
        """Return the last nonzero singular value over the first that counts as zero, or over rounding."""
        s = self.singular_values
        if not 0 < self.rank < len(s):
            return float("inf")
        return float(s[self.rank - 1] / max(s[self.rank], np.finfo(float).eps * s[0]))


def null_space(rows: Array, noise: float) -> NullSpace:
    """Return the null space of normalised ``rows`` (K, n), each uncertain by ``noise``.

    The spectral norm of a matrix of K rows of such noise is about noise·(1 + √(K/n)); a singular value counts as
    zero up to ten times that, or up to the rounding of the decomposition itself.
    """
    count, n = rows.shape
    if not count:
        return NullSpace(np.eye(n), np.zeros(n), 0.0)
    s, vt = _decomposed(rows)
    rounding = 4 * max(count, n) * np.finfo(float).eps * s[0]
    tolerance = max(10 * noise * (1 + np.sqrt(count / n)), rounding)
    return NullSpace(vt[int(np.sum(s > tolerance)) :], s, float(tolerance))


def _decomposed(rows: Array) -> tuple[Array, Array]:
    """Return all n singular values and right singular vectors; tall matrices by their triangular factor."""
    count, n = rows.shape
    if count > n:
        rows = np.linalg.qr(rows, mode="r")
    _, s, vt = np.linalg.svd(rows, full_matrices=True)
    return np.concatenate([s, np.zeros(n - len(s))]), vt


def sparse_basis(basis: Array, error: float) -> Array:
    """Return a basis (k, n) of the same space that is sparse and, where it can be, made of integers.

    Entries that always have equal exponents form clusters.  Those of large clusters serve as pivots of a reduced
    echelon form (a row of in-weights is a cluster, an entry that two neurons share is not); then pairs are
    combined as long as that makes one of them sparser.

    Parameters
    ----------
    basis : array, (k, n)
        Orthonormal rows.
    error : float
        How far the rows may be off.
    """
    k, n = basis.shape
    if k == 0:
        return basis
    if k == n:
        return np.eye(n)
    for tolerance in (min(max(1e-6, 1e2 * error), 1e-3), 1e-9, 1e-14):  # clusters that are too coarse lose rank
        labels, representatives, sizes, weights = _clusters(basis, tolerance)
        compressed = basis[:, representatives]
        if np.linalg.matrix_rank(compressed) == k:
            break
    rng = np.random.default_rng(0)
    found = []
    for _ in range(RESTARTS):
        pivots = _pivots(compressed, weights, rng.permutation(len(weights)))
        echelon = np.linalg.solve(compressed[:, pivots], compressed)
        found.append(_reduced(_rounded(echelon, min(max(1e3 * error, 1e-6), 0.05)), sizes))
    out = _sparsest(np.concatenate(found), sizes, k)
    full = np.zeros((k, n))
    used = labels >= 0
    full[:, used] = out[:, labels[used]]
    full *= np.where(_first_nonzero(full) < 0, -1.0, 1.0)[:, None]
    order = np.argsort(np.argmax(full != 0, axis=1), kind="stable")
    return full[order]


def _sparsest(rows: Array, sizes: Array, k: int) -> Array:
    """Return k independent rows, the sparsest first: the greedy choice, which is the best one among these rows."""
    chosen: list[Array] = []
    span = np.zeros((0, rows.shape[1]))
    for i in np.argsort(_costs(rows, sizes), kind="stable"):
        unit = rows[i] / np.linalg.norm(rows[i])
        residual = unit - (unit @ span.T) @ span
        residual -= (residual @ span.T) @ span
        length = np.linalg.norm(residual)
        if length > 1e-6:
            span = np.concatenate([span, residual[None] / length])
            chosen.append(rows[i])
            if len(chosen) == k:
                break
    return np.array(chosen)


def _costs(rows: Array, sizes: Array) -> Array:
    """Return how many entries are not zero, and, to decide between equals, how far they are from being balanced."""
    return (np.abs(rows) > 1e-9) @ sizes + 1e-3 / (1 + float(sizes.sum())) * np.abs(rows @ sizes)


def _clusters(basis: Array, tolerance: float) -> tuple[Array, Array, Array, Array]:
    """Return the cluster of each column (-1: zero), a representative and the size of each, and its weight.

    Columns that differ in sign alone are apart, but their sizes add up to one weight.
    """
    keys: dict[bytes, int] = {}
    labels = np.full(basis.shape[1], -1)
    representatives: list[int] = []
    up_to_sign: dict[bytes, int] = {}
    signed_keys: list[bytes] = []
    lengths = np.linalg.norm(basis, axis=0)
    # A random projection sorts columns into cells without the hard borders of a rounding entry by entry.
    directions = np.random.default_rng(0).normal(size=(4, len(basis)))
    projected = directions @ basis
    for j in np.flatnonzero(lengths > tolerance):
        column = projected[:, j]
        cell = np.round(column / (10 * tolerance)).astype(np.int64)
        key, opposite = cell.tobytes(), (-cell).tobytes()
        if key not in keys:
            near = _near(cell, keys)
            keys[key] = near if near is not None else len(representatives)
            if near is None:
                representatives.append(int(j))
                signed_keys.append(min(key, opposite))
        labels[j] = keys[key]
        common = signed_keys[labels[j]]
        up_to_sign[common] = up_to_sign.get(common, 0) + 1
    weights = np.array([up_to_sign[key] for key in signed_keys], dtype=float)
    sizes = np.bincount(labels[labels >= 0], minlength=len(representatives)).astype(float)
    return labels, np.array(representatives), sizes, weights


def _near(cell: Array, keys: dict[bytes, int]) -> int | None:
    """Return the cluster in a neighbouring cell: a value close to a border may fall on either side."""
    for axis in range(len(cell)):
        for step in (-1, 1):
            moved = cell.copy()
            moved[axis] += step
            found = keys.get(moved.tobytes())
            if found is not None:
                return found
    return None


def _pivots(compressed: Array, weights: Array, shuffle: Array) -> list[int]:
    """Return k independent columns, those of large clusters first, equals as shuffled."""
    k = len(compressed)
    lengths = np.linalg.norm(compressed, axis=0)
    order = np.lexsort((shuffle, -weights))
    for least in (0.3, 0.03, 1e-3, 1e-6, 1e-12):
        chosen: list[int] = []
        span = np.zeros((k, 0))
        for j in order:
            column = compressed[:, j] / lengths[j]
            residual = column - span @ (span.T @ column)
            if np.linalg.norm(residual) > least:
                span = np.column_stack([span, residual / np.linalg.norm(residual)])
                chosen.append(int(j))
                if len(chosen) == k:
                    return chosen
    raise AssertionError("columns of full rank hold as many independent ones")


def _rounded(echelon: Array, tolerance: float) -> Array:
    """Return each row times its smallest denominator if that makes it integers, else without what is tiny."""
    out = np.empty_like(echelon)
    for i, row in enumerate(echelon):
        for q in range(1, LARGEST_DENOMINATOR + 1):
            nearest = np.round(q * row)
            if np.max(np.abs(q * row - nearest)) <= q * tolerance * max(1.0, np.max(np.abs(row))):
                out[i] = nearest
                break
        else:
            out[i] = np.where(np.abs(row) <= tolerance, 0, row)
    return out


def _reduced(rows: Array, sizes: Array) -> Array:
    """Add and subtract pairs of rows as long as one gets sparser; of two equally sparse the balanced one stays."""
    rows = rows.copy()
    for _ in range(8):
        changed = False
        for i in range(len(rows)):
            size = float(_costs(rows[i], sizes))
            others = np.flatnonzero(((rows != 0) @ (rows[i] != 0).astype(float)) > 0)
            others = others[others != i]
            if not len(others):
                continue
            for sign in (1.0, -1.0):
                sums = rows[i] + sign * rows[others]
                counts = _costs(sums, sizes)
                best = int(np.argmin(counts))
                if counts[best] < size and np.any(np.abs(sums[best]) > 1e-9):
                    rows[i] = np.where(np.abs(sums[best]) > 1e-9, sums[best], 0)
                    size, changed = float(counts[best]), True
        if not changed:
            break
    for i, row in enumerate(rows):
        if np.array_equal(row, np.round(row)) and np.any(row):
            rows[i] = row / np.gcd.reduce(row.astype(int))
    return rows


def _first_nonzero(rows: Array) -> Array:
    return rows[np.arange(len(rows)), np.argmax(rows != 0, axis=1)]
