r"""Degrees: how numbers scale when the unknown scales of a program change.

Weights are multiplied by :math:`2^{\rho_i}`, hyper-parameters by :math:`2^{\pi}`, :math:`2^{\varepsilon}`, …; a number
that is then multiplied by :math:`2^{d}` has the *degree* d, a linear form in those unknowns with rational coefficients.
Products add degrees, roots halve them.  Each form is kept once, under an integer, so that arrays of degrees are
arrays of integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.scaletypes.columns import Column

Coefficient = Fraction | int
"""Whole ones are integers, whose arithmetic is ten times as fast."""
Form = Mapping[int, Coefficient]
"""A linear form: the coefficient of each unknown that it has."""
Key = tuple[tuple[int, Coefficient], ...]
"""A form as a key: sorted."""
FEW = 32
"""Entries that are combined one by one faster than sorted."""
Ids = Any
"""An array of integers, each a degree of one table; 0 is degree zero."""


@dataclass
class Degrees:
    """A table of degrees and of the unknowns they are made of.

    Attributes
    ----------
    names : list of str
        What each unknown is called.
    """

    names: list[str] = field(default_factory=list)
    _forms: list[Key] = field(default_factory=lambda: [()])
    _ids: dict[Key, int] = field(default_factory=lambda: {(): 0})
    _combined: dict[tuple[int, int, Coefficient, Coefficient], int] = field(default_factory=dict)
    _plain: Column = field(default_factory=lambda: Column([-1]))
    """The unknown that each degree is, -1 for other forms."""
    _of_unknown: Column = field(default_factory=Column)
    """The degree that each unknown is."""

    def unknown(self, name: str) -> int:
        """Return the degree that is a new unknown."""
        return int(self.unknowns([name])[0])

    def unknowns(self, names: Sequence[str]) -> Ids:
        """Return the degrees of several new unknowns, as an array."""
        start, first = len(self.names), len(self._forms)
        self.names.extend(names)
        keys = [((index, 1),) for index in range(start, len(self.names))]
        self._forms.extend(keys)
        self._ids.update(zip(keys, range(first, len(self._forms)), strict=True))
        found = np.arange(first, len(self._forms), dtype=np.int64)
        self._plain.extend(np.arange(start, len(self.names)))
        self._of_unknown.extend(found)
        return found

    def index(self, unknown: int) -> int:
        """Return the index of an unknown, given its degree."""
        ((index, coefficient),) = self._forms[unknown]
        assert coefficient == 1
        return index

    @property
    def plain(self) -> Ids:
        """Return the index of the unknown that each degree is, -1 for those that are none."""
        return self._plain.values

    @property
    def of_unknown(self) -> Ids:
        """Return the degree that each unknown is."""
        return self._of_unknown.values

    def id(self, form: Form) -> int:
        """Return the degree that is a form."""
        key = tuple(sorted((i, c) for i, c in form.items() if c))
        if key not in self._ids:
            self._ids[key] = len(self._forms)
            self._forms.append(key)
            self._plain.extend([-1])
        return self._ids[key]

    def form(self, degree: int) -> dict[int, Coefficient]:
        """Return the form of a degree."""
        return dict(self._forms[degree])

    def terms(self, degree: int) -> int:
        """Return how many unknowns a degree has."""
        return len(self._forms[degree])

    def combine(self, a: Ids, b: Ids, ca: Coefficient = 1, cb: Coefficient = 1) -> Ids:
        """Return ``ca·a + cb·b``, entry by entry (arrays that broadcast)."""
        a, b = np.asarray(a), np.asarray(b)
        if a.ndim == 0 and b.ndim == 0:
            return np.int64(self.pair(int(a), int(b), ca, cb))
        if ca == 1 and b.ndim == 0 and not b:
            return a
        if a.shape != b.shape:
            a, b = np.broadcast_arrays(a, b)
        if a.size == 0:
            return np.zeros(a.shape, np.int64)
        if a.shape[-1] > 1 and bool((a == a[..., :1]).all()) and bool((b == b[..., :1]).all()):
            return np.broadcast_to(self.combine(a[..., :1], b[..., :1], ca, cb), a.shape)  # as in most rows
        if a.size <= FEW:
            each = [self.pair(i, j, ca, cb) for i, j in zip(a.ravel().tolist(), b.ravel().tolist(), strict=True)]
            return np.array(each, np.int64).reshape(a.shape)
        pairs, where = np.unique((a.astype(np.int64) << 32 | b.astype(np.int64)).ravel(), return_inverse=True)
        found = [self.pair(int(k) >> 32, int(k) & 0xFFFFFFFF, ca, cb) for k in pairs]
        return np.array(found, np.int64)[where.ravel()].reshape(a.shape)

    def times(self, a: Ids, factor: Fraction | int | float) -> Ids:
        """Return ``factor·a``, entry by entry; a float is taken as the simple fraction next to it."""
        return self.combine(a, np.int64(0), simple(factor), 0)

    def pair(self, i: int, j: int, ca: Coefficient, cb: Coefficient) -> int:
        """Return ``ca·i + cb·j`` for two degrees."""
        if not j and ca == 1:
            return i
        key = (i, j, ca, cb)
        if key not in self._combined:
            out = {v: c * ca for v, c in self._forms[i]}
            for v, c in self._forms[j]:
                out[v] = out.get(v, 0) + c * cb
            self._combined[key] = self.id(out)
        return self._combined[key]

    def differences(self, a: Ids, b: Ids) -> list[dict[int, Coefficient]]:
        """Return the forms a − b of entries that differ, each once, in the order of their first entries."""
        return [self.form(k) for k in self.apart(a, b)]

    def apart(self, a: Ids, b: Ids) -> list[int]:
        """Return the degrees a − b of entries that differ, each once, in the order of their first entries."""
        a, b = np.asarray(a), np.asarray(b)
        if a.ndim == 0 and b.ndim == 0:
            return [self.pair(int(a), int(b), 1, -1)] if a != b else []
        differ = a != b
        if not differ.any():
            return []
        a, b = np.broadcast_arrays(a, b)
        pairs = dict.fromkeys(zip(a[differ].tolist(), b[differ].tolist(), strict=True))
        return [k for k in dict.fromkeys(self.pair(i, j, 1, -1) for i, j in pairs) if k]

    def shown(self, form: Form) -> str:
        """Return a form in words, such as ``2·rate − row 0 of W1``."""
        terms = [f"{'−' if c < 0 else '+'} {_size(c)}{self.names[i]}" for i, c in sorted(form.items()) if c]
        return " ".join(terms).removeprefix("+ ") or "0"


def simple(x: Fraction | int | float) -> Coefficient:
    """Return the fraction with the least denominator that is x to rounding: 1/3 for ``1 / 3``; an integer if it is one.

    Raises
    ------
    ValueError
        If no fraction with a denominator up to 1000 is.
    """
    if isinstance(x, int | Fraction):
        return whole(x)
    found = Fraction(x).limit_denominator(1000)
    if float(found) != float(x):  # an exponent is written as a decimal or as a quotient, which both are nearest floats
        raise ValueError(f"{x!r} is no simple fraction")
    return whole(found)


def whole(x: Coefficient) -> Coefficient:
    """Return a fraction as an integer if it is one."""
    return int(x) if x.denominator == 1 else x


def _size(c: Coefficient) -> str:
    size = -c if c < 0 else c
    return "" if size == 1 else f"{size}·"
