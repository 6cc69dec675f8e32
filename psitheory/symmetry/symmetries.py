"""What discovery found: generators with their certificates, the evidence for them, and what is left in doubt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.checking import Exhibit
from psitheory.layout import Layout
from psitheory.symmetry.certificate import Rejected
from psitheory.symmetry.generator import Generator
from psitheory.symmetry.kinds import Generators
from psitheory.symmetry.null_space import NullSpace


@dataclass(frozen=True, eq=False)
class Symmetries:
    r"""The diagonal scaling symmetries of a function.

    Attributes
    ----------
    name : str
    layout : Layout
    generators : sequence of Generator
        A sparse basis of the algebra; each is certified by :math:`f(\exp(sc)\,w) = f(w)` on fresh weights, or all
        at once where scale types derive them.
    rejected : tuple of Rejected
        Null directions of the first samples that did not pass: a neuron that was dead in all of them, say.
    undecided : tuple of Generator
        Null directions that could be neither certified nor removed by more samples.
    null_space : NullSpace or None
        With all singular values, and the gap between the last nonzero one and the first zero one; None where types
        derive the symmetries and no samples were taken.
    samples : int
        Rows that were stacked.
    noise : float
        The relative noise of a row, measured by moving its point one ulp.
    exact : bool
        Whether powers of two left f unchanged to the last bit.
    seed : int
    exact_dimension : int or None
        How many of them hold as f is; the others hold up to its small constants, such as an eps.
    """

    name: str
    layout: Layout
    generators: Sequence[Generator]
    rejected: tuple[Rejected, ...]
    undecided: tuple[Generator, ...]
    null_space: NullSpace | None
    samples: int
    noise: float
    exact: bool
    seed: int
    notes: tuple[str, ...] = field(default=())
    exact_dimension: int | None = None

    @property
    def dimension(self) -> int:
        """Return the dimension of the algebra."""
        return len(self.generators)

    @property
    def singular_values(self) -> Array:
        """Return the singular values of the stacked rows (n,), descending; none where no samples were taken."""
        return np.zeros(0) if self.null_space is None else self.null_space.singular_values

    @property
    def gap(self) -> float:
        """Return the last nonzero singular value over the first that counts as zero."""
        return float("inf") if self.null_space is None else self.null_space.gap

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
                "bound": np.asarray(0.0 if self.null_space is None else self.null_space.tolerance),
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
            "exact_dimension": self.dimension if self.exact_dimension is None else self.exact_dimension,
            "rank": self._rank,
            "gap": self.gap if np.isfinite(self.gap) else None,
            "samples": self.samples,
            "noise": self.noise,
            "exact": self.exact,
            "seed": self.seed,
        }

    @property
    def _rank(self) -> int:
        return self.layout.n - self.dimension if self.null_space is None else self.null_space.rank

    def __str__(self) -> str:
        evidence = (
            "scale types, confirmed by runs"
            if self.null_space is None
            else f"{self.samples} samples, rank {self._rank}, singular-value gap {self.gap:.1e}"
        )
        lines = [
            self._summary(),
            f"  evidence   {evidence}",
            *(f"  symmetry   {g}" for g in self._shown()),
            *(f"  rejected   {r}" for r in self.rejected[:5]),
            *([f"  rejected   … {len(self.rejected) - 5} more"] if len(self.rejected) > 5 else []),
            *(f"  undecided  {g}" for g in self.undecided),
            *(f"  note       {note}" for note in self.notes),
        ]
        return "\n".join(lines)

    def _shown(self) -> Iterable[object]:
        return self.generators.in_words() if isinstance(self.generators, Generators) else self.generators

    def _summary(self) -> str:
        count = f"{self.dimension:,}" if self.dimension else "no certified" if self.undecided else "no"
        noun = f"scaling symmetr{'y' if self.dimension == 1 else 'ies'}"
        how = f", certified {'bit for bit under powers of two' if self.exact else 'to rounding'}"
        eps = self.dimension - (self.dimension if self.exact_dimension is None else self.exact_dimension)
        limit = f", {eps:,} of them up to an eps" if eps else ""
        return f"{self.name}: {count} {noun} of {self.layout.n:,} parameters{limit}{how if self.generators else ''}"
