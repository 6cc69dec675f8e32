r"""A scaling symmetry, :math:`w \mapsto \exp(sc)\,w`, and its name in the words of the layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.layout import Layout, Part

SHOWN = 6


@dataclass(frozen=True, eq=False)
class Generator:
    r"""The direction c of a symmetry :math:`f(\exp(sc)\,w) = f(w)` for every s.

    Attributes
    ----------
    layout : Layout
    exponents : array, (n,)
        c: integers wherever the direction allows it.
    """

    layout: Layout
    exponents: Array

    @property
    def is_integer(self) -> bool:
        """Return whether all exponents are integers."""
        return bool(np.array_equal(self.exponents, np.round(self.exponents)))

    def act(self, s: float, w: Array) -> Array:
        r"""Return :math:`\exp(sc)\,w`, bit for bit a product with powers of two if s is an integer times log 2."""
        k = s / np.log(2)
        if self.is_integer and abs(k - round(k)) < 1e-9:
            return np.ldexp(w, (round(k) * self.exponents).astype(int))
        return w * np.exp(s * self.exponents)

    @cached_property
    def terms(self) -> tuple[tuple[str, float], ...]:
        """Return (what, exponent) for each slice that is scaled, such as ``("W1[3]", 1.0)``."""
        return tuple(
            term for part in self.layout.parts for term in _terms(part, self.layout.view(part.name, self.exponents))
        )

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the parts that are touched."""
        return tuple(p.name for p in self.layout.parts if np.any(self.layout.view(p.name, self.exponents)))

    @property
    def kind(self) -> str:
        """Return ``one parameter``, ``joint`` (all exponents of one sign) or ``trade``."""
        if np.count_nonzero(self.exponents) == 1:
            return "one parameter"
        return "trade" if np.any(self.exponents > 0) and np.any(self.exponents < 0) else "joint"

    def __str__(self) -> str:
        text = [f"{what} {_signed(c)}" for what, c in self.terms]
        more = [f"… ({len(text) - SHOWN} more)"] if len(text) > SHOWN else []
        return ", ".join(text[:SHOWN] + more)

    def to_dict(self) -> dict[str, Any]:
        """Return the generator as plain data."""
        return {"kind": self.kind, "terms": dict(self.terms)}


def _signed(c: float) -> str:
    size = f"{abs(c):.4g}"
    return ("+" if c > 0 else "−") + size


def _terms(part: Part, c: Array) -> Iterator[tuple[str, float]]:
    """Yield the slices of one part that share an exponent: whole, along one axis, or entry by entry."""
    if not np.any(c):
        return
    if np.all(c == c.flat[0]):
        yield part.name, float(c.flat[0])
        return
    for axis in range(c.ndim):
        lines = np.moveaxis(c, axis, 0).reshape(c.shape[axis], -1)
        if np.all(lines == lines[:, :1]):
            for i in np.flatnonzero(lines[:, 0]):
                yield f"{part.name}[{', '.join([':'] * axis + [str(i)])}]", float(lines[i, 0])
            return
    for index in zip(*np.nonzero(c), strict=True):
        yield f"{part.name}[{', '.join(map(str, index))}]", float(c[index])
