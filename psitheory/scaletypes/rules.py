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


@dataclass(frozen=True)
class Rules:
    """The rules, and the trace of which they demand."""

    trace: Trace

    # -- entry by entry ----------------------------------------------------------------------------

    def add(self, x: Typed, y: Typed, total: Values | None = None) -> Ids:
        """Return the degrees of sums and differences: equal where neither is zero (``total``: the result, if known)."""
        a, da, b, db = np.broadcast_arrays(x.x, x.d, y.x, y.d)
        both = (a != 0) & (b != 0) & (da != db)
        if both.any():
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
        return np.where(a != 0, da, db)

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
