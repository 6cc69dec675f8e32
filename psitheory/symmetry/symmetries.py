"""What discovery found: generators with their certificates, the evidence for them, and what is left in doubt."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.checking import Exhibit
from psitheory.layout import Layout
from psitheory.symmetry.certificate import Rejected
from psitheory.symmetry.generator import Generator
from psitheory.symmetry.null_space import NullSpace


@dataclass(frozen=True, eq=False)
class Symmetries:
    r"""The diagonal scaling symmetries of a function.

    Attributes
    ----------
    name : str
    layout : Layout
    generators : tuple of Generator
        A sparse basis of the algebra; each is certified by :math:`f(\exp(sc)\,w) = f(w)` on fresh weights.
    rejected : tuple of Rejected
        Null directions of the first samples that did not pass: a neuron that was dead in all of them, say.
    undecided : tuple of Generator
        Null directions that could be neither certified nor removed by more samples.
    null_space : NullSpace
        With all singular values, and the gap between the last nonzero one and the first zero one.
    samples : int
        Rows that were stacked.
    noise : float
        The relative noise of a row, measured by moving its point one ulp.
    exact : bool
        Whether powers of two left f unchanged to the last bit.
    seed : int
    """

    name: str
    layout: Layout
    generators: tuple[Generator, ...]
    rejected: tuple[Rejected, ...]
    undecided: tuple[Generator, ...]
    null_space: NullSpace
    samples: int
    noise: float
    exact: bool
    seed: int
    notes: tuple[str, ...] = field(default=())

    @property
    def dimension(self) -> int:
        """Return the dimension of the algebra."""
        return len(self.generators)

    @property
    def singular_values(self) -> Array:
        """Return the singular values of the stacked rows (n,), descending."""
        return self.null_space.singular_values

    @property
    def gap(self) -> float:
        """Return the last nonzero singular value over the first that counts as zero."""
        return self.null_space.gap

    @cached_property
    def matrix(self) -> Array:
        """Return the exponents of all generators, (dimension, n)."""
        return np.array([g.exponents for g in self.generators]).reshape(-1, self.layout.n)

    @cached_property
    def exhibit(self) -> Exhibit:
        """Return the singular values and the exponents, for :mod:`psitheory.plotting`."""
        parts = self.layout.parts
        sizes = [part.size for part in parts]
        count = f"{self.dimension or 'No'} scaling symmetr{'y' if self.dimension == 1 else 'ies'}"
        return Exhibit(
            "symmetries",
            f"{count} of {self.layout.n} parameters: {self.name}",
            f"Left: the singular values of {self.samples} rows w⊙∇f(w). Those below the line are zero up to the noise "
            "of the samples: the symmetries. Right: the powers to which each of them scales the parameters.",
            {
                "values": self.singular_values,
                "bound": np.asarray(self.null_space.tolerance),
                "exponents": self.matrix,
                "starts": np.cumsum([0, *sizes[:-1]]),
            },
            {
                "values": "singular value",
                "zeros": "zero: a symmetry",
                "bound": "noise",
                "exponents": "exponent",
                "x": "number",
                "y": "symmetry",
                "parts": ",".join(part.name for part in parts),
            },
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain data, ready for JSON."""
        return {
            "name": self.name,
            "dimension": self.dimension,
            "generators": [g.to_dict() for g in self.generators],
            "rejected": [r.generator.to_dict() | {"change": float(r.change)} for r in self.rejected],
            "undecided": [g.to_dict() for g in self.undecided],
            "rank": self.null_space.rank,
            "gap": self.gap if np.isfinite(self.gap) else None,
            "samples": self.samples,
            "noise": self.noise,
            "exact": self.exact,
            "seed": self.seed,
        }

    def __str__(self) -> str:
        lines = [
            self._summary(),
            f"  evidence   {self.samples} samples, rank {self.null_space.rank}, singular-value gap {self.gap:.1e}",
            *(f"  symmetry   {g}" for g in self.generators),
            *(f"  rejected   {r}" for r in self.rejected[:5]),
            *([f"  rejected   … {len(self.rejected) - 5} more"] if len(self.rejected) > 5 else []),
            *(f"  undecided  {g}" for g in self.undecided),
            *(f"  note       {note}" for note in self.notes),
        ]
        return "\n".join(lines)

    def _summary(self) -> str:
        count = self.dimension or ("no certified" if self.undecided else "no")
        noun = f"scaling symmetr{'y' if self.dimension == 1 else 'ies'}"
        how = f", certified {'bit for bit under powers of two' if self.exact else 'to rounding'}"
        return f"{self.name}: {count} {noun} of {self.layout.n} parameters{how if self.generators else ''}"
