"""Symmetries that types derive, as generators that know their slices and make their exponents when asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import overload

import numpy as np

from psitheory.arithmetic import Array
from psitheory.layout import Layout
from psitheory.scaletypes.models.algebra import Algebra
from psitheory.scaletypes.models.joint import Shared, Term, kinds_of
from psitheory.symmetry.generator import Generator


class SlicedGenerator(Generator):
    """A generator given by slices of parts; its exponents (n,) are made when they are asked for."""

    def __init__(self, layout: Layout, scaled: dict[Term, list[int]]) -> None:
        object.__setattr__(self, "layout", layout)
        object.__setattr__(self, "scaled", scaled)

    scaled: dict[Term, list[int]]

    @cached_property
    def exponents(self) -> Array:
        """Return c."""
        out = np.zeros(self.layout.n)
        for term, indices in self.scaled.items():
            view = self.layout.view(term.part, out)
            if term.axis is None:
                view[...] += term.power
            elif term.axis == -1:
                np.ravel(view)[indices] += term.power
            else:
                np.moveaxis(view, term.axis, 0)[indices] += term.power
        return out

    @property
    def is_integer(self) -> bool:
        """Return whether all exponents are integers."""
        return all(term.power == round(term.power) for term in self.scaled)

    @cached_property
    def terms(self) -> tuple[tuple[str, float], ...]:
        """Return (what, exponent) for each slice that is scaled."""
        shapes = {part.name: part.shape for part in self.layout.parts}
        return tuple(
            (_slice(term, i, shapes[term.part]), term.power) for term, indices in self.scaled.items() for i in indices
        )

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the names of the parts that are touched."""
        return tuple(dict.fromkeys(term.part for term in self.scaled))

    @property
    def kind(self) -> str:
        """Return ``one parameter``, ``joint`` or ``trade``."""
        if len({term.power > 0 for term in self.scaled}) > 1:
            return "trade"
        return "joint"


def _slice(term: Term, index: int, shape: tuple[int, ...]) -> str:
    if term.axis is None:
        return term.part
    if term.axis == -1:
        return f"{term.part}[{', '.join(map(str, np.unravel_index(index, shape)))}]"
    return f"{term.part}[{', '.join([':'] * term.axis + [str(index)])}]"


class Generators(Sequence[Generator]):
    """All symmetries of an algebra, one for each free unknown, and one for each entry without effect."""

    def __init__(self, algebra: Algebra, layout: Layout) -> None:
        self.layout, self.kinds = layout, kinds_of(algebra)
        self._members = [member for kind in self.kinds for member in kind.members]
        self._loose = [(name, i) for name, mask in algebra.unread.items() for i in np.flatnonzero(mask).tolist()]

    def __len__(self) -> int:
        return len(self._members) + len(self._loose)

    @overload
    def __getitem__(self, index: int) -> Generator: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Generator]: ...

    def __getitem__(self, index: int | slice) -> Generator | Sequence[Generator]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        index = range(len(self))[index]
        if index < len(self._members):
            return SlicedGenerator(self.layout, self._members[index])
        name, i = self._loose[index - len(self._members)]
        shape = next(part.shape for part in self.layout.parts if part.name == name)
        term = Term(name, 0, 1.0) if len(shape) == 1 else Term(name, -1 if shape else None, 1.0)
        return SlicedGenerator(self.layout, {term: [i]})

    def in_words(self) -> Iterator[str]:
        """Yield each kind of symmetry with how many there are."""
        for kind in self.kinds:
            yield f"{len(kind.members)} ×  {kind_in_words(kind)}"
        loose: dict[str, int] = {}
        for name, _ in self._loose:
            loose[name] = loose.get(name, 0) + 1
        yield from (f"{count} ×  entries of {name}, which have no effect" for name, count in loose.items())


def kind_in_words(kind: Shared) -> str:
    """Return a kind of symmetry, such as ``bn1.weight entries +1, conv2.weight columns −1``."""
    return ", ".join(term_in_words(term, len(kind.members[0][term])) for term in kind.terms)


def term_in_words(term: Term, count: int = 1) -> str:
    """Return what is scaled, and to which power."""
    power = f"{'+' if term.power > 0 else '−'}{abs(term.power):g}"
    if term.axis is None:
        return f"{term.part} {power}"
    noun = {0: "row", 1: "column", -1: "entry"}.get(term.axis, f"slice of axis {term.axis}")
    several = {"entry": "entries", "row": "rows", "column": "columns"}.get(noun, noun.replace("slice", "slices"))
    return f"{term.part} {f'{count} {several}' if count > 1 else noun} {power}"
