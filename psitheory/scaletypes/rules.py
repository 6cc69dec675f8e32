"""The degrees of results, by the kind of operation, on NumPy arrays of values and of degrees.

Zeros fit any degree, so values run along.  Every rule returns the degrees of its result; what must be equal for that
is demanded of the trace.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.trace import Trace

Values = Any


@dataclass(frozen=True)
class Typed:
    """Values with their degrees (arrays that broadcast); ``fixed`` if they are made of constants of the code alone."""

    x: Values
    d: Ids
    fixed: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape of the values."""
        return tuple(np.shape(self.x))

    @property
    def turned(self) -> Typed:
        """Return the transposes of matrices."""
        x, d = np.broadcast_arrays(self.x, self.d)
        return Typed(np.swapaxes(x, -1, -2), np.swapaxes(d, -1, -2), self.fixed)


@dataclass(frozen=True)
class Rules:
    """The rules, and the trace of which they demand."""

    trace: Trace

    # -- entry by entry ----------------------------------------------------------------------------

    def add(self, x: Typed, y: Typed, total: Values | None = None) -> Ids:
        """Return the degrees of sums and differences: equal where neither is zero (``total``: the result, if known)."""
        a, da, b, db = x.x, x.d, y.x, y.d
        both = np.asarray((a != 0) & (b != 0) & (da != db))
        if both.any():
            a, da, b, db, both = np.broadcast_arrays(a, da, b, db, both)
            if x.fixed != y.fixed:
                fixed = da[both] if x.fixed else db[both]
                self.trace.constant(da[both], db[both], (a[both] > 0) == (b[both] > 0), fixed)
                return np.where((b == 0) | (y.fixed & (a != 0)), da, db)
            out = np.broadcast_to(a + b if total is None else total, a.shape)
            first_is_lost = (np.abs(out) == np.abs(b)) & (np.abs(a) < np.abs(b))  # of a + b or a - b
            lost = both & ((out == a) | first_is_lost)  # below half an ulp of the other: no effect so far
            self.trace.demand(da[lost], db[lost], Kind.WINDOW, "sum that rounding swallows")
            self.trace.demand(da[both & ~lost], db[both & ~lost], Kind.HARD, "sum")
            return np.where((a == 0) | (both & first_is_lost), db, da)
        return np.broadcast_to(np.where(a != 0, da, db), both.shape)

    def multiply(self, x: Ids, y: Ids) -> Ids:
        """Return the degrees of products."""
        return self.trace.degrees.combine(x, y)

    def divide(self, x: Ids, y: Ids) -> Ids:
        """Return the degrees of quotients."""
        return self.trace.degrees.combine(x, y, 1, -1)

    def power(self, x: Ids, exponent: Fraction | int | float) -> Ids:
        """Return the degrees of powers with a constant exponent."""
        return self.trace.degrees.times(x, exponent)

    def pure(self, x: Typed, what: str, *, zero_to_zero: bool = True) -> None:
        """Demand no degree of the argument of a function that has none, such as exp and tanh."""
        a, d = np.broadcast_arrays(x.x, x.d)
        self.trace.demand(d[a != 0] if zero_to_zero else d, 0, Kind.HARD, what)

    def angle(self, x: Typed, y: Typed) -> Ids:
        """Return the degree zero of the angle of (x, y): equal ones are demanded where neither is zero."""
        a, da, b, db = np.broadcast_arrays(x.x, x.d, y.x, y.d)
        both = (a != 0) & (b != 0)
        self.trace.demand(da[both], db[both], Kind.HARD, "angle")
        return np.zeros(a.shape, np.int64)

    def compare(self, x: Typed, y: Typed, what: str = "comparison") -> None:
        """Demand equal degrees where neither is zero, else a comparison turns out otherwise from some scale on."""
        a, da, b, db = np.broadcast_arrays(x.x, x.d, y.x, y.d)
        both = (a != 0) & (b != 0) & np.isfinite(a) & np.isfinite(b)
        self.trace.compare(da[both], db[both], a[both], b[both], what)

    def choose(self, which: Values, x: Ids, y: Ids) -> Ids:
        """Return the degree of the branch taken."""
        return np.where(which, x, y)

    def extremum(self, x: Typed, y: Typed, *, largest: bool, what: str) -> Ids:
        """Return the degrees of the larger, or smaller, of two."""
        self.compare(x, y, what)
        return self.choose(x.x >= y.x if largest else x.x <= y.x, x.d, y.d)

    # -- along axes --------------------------------------------------------------------------------

    def reduce(self, x: Typed, axes: Sequence[int], what: str = "sum", *, keep: bool = False) -> Ids:
        """Return the degrees of sums, norms, extrema along axes: equal among entries that are not zero."""
        a, d = np.broadcast_arrays(x.x, x.d)
        axes = tuple(sorted(i % a.ndim for i in axes)) if a.ndim else ()
        if not axes or a.size == 0:
            return np.zeros([n for i, n in enumerate(a.shape) if i not in axes], np.int64) if a.size == 0 else d
        kept = [i for i in range(a.ndim) if i not in axes]
        rows = (*(a.shape[i] for i in kept), -1)
        values, degrees = a.transpose(*kept, *axes).reshape(rows), d.transpose(*kept, *axes).reshape(rows)
        first = np.argmax(values != 0, axis=-1)[..., None]
        one = np.take_along_axis(degrees, first, -1)
        differ = (values != 0) & (degrees != one)
        if differ.any():
            self.trace.demand(degrees[differ], np.broadcast_to(one, degrees.shape)[differ], Kind.HARD, what)
        out = one[..., 0]
        return np.expand_dims(out, axes) if keep else out

    def accumulate(self, x: Typed, axis: int, what: str) -> Ids:
        """Return the degrees of cumulative sums, of sorting: one along the axis."""
        return np.broadcast_to(self.reduce(x, (axis,), what, keep=True), x.shape)

    def whole(self, x: Typed, what: str) -> Ids:
        """Return the one degree that all entries must have."""
        return np.asarray(self.reduce(x, range(len(x.shape)), what))

    def contract(self, x: Typed, y: Typed, what: str = "matrix product") -> Ids:
        """Return the degrees of matrix products of (..., m, k) and (..., k, n)."""
        a, b = x.x[..., :, :, None], y.x[..., None, :, :]
        da = np.broadcast_to(x.d, x.shape)[..., :, :, None]
        db = np.broadcast_to(y.d, y.shape)[..., None, :, :]
        return self.reduce(Typed((a != 0) & (b != 0), self.multiply(da, db)), (-2,), what)

    # -- matrices ----------------------------------------------------------------------------------

    def sides(self, x: Typed, what: str) -> tuple[Ids, Ids]:
        """Return degrees r and c of the rows and columns of matrices, whose entries must have the degrees r_i + c_j.

        What is known of one entry spreads along its row and its column, as far as there are entries that are not zero.
        """
        a, d = np.broadcast_arrays(x.x, x.d)
        rows, columns = np.zeros(a.shape[:-1], np.int64), np.zeros((*a.shape[:-2], a.shape[-1]), np.int64)
        for place in np.ndindex(a.shape[:-2]):
            self._spread(a[place] != 0, d[place], rows[place], columns[place])
        both = self.multiply(rows[..., :, None], columns[..., None, :])
        self.trace.demand(d[a != 0], both[a != 0], Kind.HARD, what)
        return rows, columns

    def _spread(self, there: Values, d: Ids, rows: Ids, columns: Ids) -> None:
        """Write degrees of the rows and columns of one matrix, the first row of each part that hangs together at 0."""
        known_rows, known_columns = (np.zeros(len(one), bool) for one in (rows, columns))
        for first in range(len(rows)):
            met = [] if known_rows[first] else [first]
            known_rows[first] = True
            while met:
                i = met.pop()
                for j in np.flatnonzero(there[i] & ~known_columns):
                    known_columns[j], columns[j] = True, self.divide(d[i, j], rows[i])
                    for k in np.flatnonzero(there[:, j] & ~known_rows):
                        known_rows[k], rows[k] = True, self.divide(d[k, j], columns[j])
                        met.append(int(k))

    def solution(self, a: Typed, b: Typed, what: str) -> Ids:
        """Return the degrees of the solutions x of a x = b, (..., n, k): a_ij of r_i + c_j, b_ik of r_i + s_k."""
        rows, columns = self.sides(a, what)
        per_row = Typed(np.broadcast_to(b.x, b.shape), self.divide(np.broadcast_to(b.d, b.shape), rows[..., None]))
        right = self.reduce(per_row, (-2,), what, keep=True)
        return self.divide(right, columns[..., None])

    def inverse(self, a: Typed, what: str) -> Ids:
        """Return the degrees of inverses: -c_i - r_j for a_ij of r_i + c_j."""
        rows, columns = self.sides(a, what)
        return self.power(self.multiply(columns[..., :, None], rows[..., None, :]), -1)

    def cholesky(self, a: Typed, what: str) -> Ids:
        """Return the degrees of a root L of a = L Lᵀ: those of its rows, r_i for a_ij of r_i + r_j."""
        x, d = np.broadcast_arrays(a.x, a.d)
        rows = self.power(np.diagonal(d, axis1=-2, axis2=-1), Fraction(1, 2))
        both = self.multiply(rows[..., :, None], rows[..., None, :])
        self.trace.demand(d[x != 0], both[x != 0], Kind.HARD, what)
        return np.broadcast_to(rows[..., None], d.shape)

    def triangle(self, a: Typed, *, upper: bool, unit: bool, what: str) -> Typed:
        """Return the triangle of matrices that is looked at; below ones in place of the diagonal nothing scales."""
        part = np.triu if upper else np.tril
        kept = Typed(part(np.broadcast_to(a.x, a.shape), (1 if upper else -1) if unit else 0), a.d, a.fixed)
        if unit:
            self.pure(kept, what)
            ones = np.eye(a.shape[-1], dtype=np.asarray(kept.x).dtype)
            return Typed(kept.x + ones, np.int64(0), a.fixed)
        return kept
