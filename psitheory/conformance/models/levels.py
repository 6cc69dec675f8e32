"""The levels at which a parameter may be scale-invariant: each row, blocks of rows, the whole, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from psitheory.arithmetic import Array
from psitheory.conformance.models.alignment import axis_name
from psitheory.conformance.models.eps_limit import Decay
from psitheory.conformance.models.scaling import Family, Outcome
from psitheory.layout import Layout, Part

Limit = Literal["", "removed", "decays"]


@dataclass(frozen=True, eq=False)
class Level:
    """What was found for one part, or for several that only scale together.

    Attributes
    ----------
    parts : tuple of str
    text : str
        ``rows``, ``4 blocks of rows``, ``whole``, ``no effect``, ``none``, …
    family : Family or None
        The scalings that leave f unchanged.
    outcome : Outcome
        How it was established, or, for ``none``, what broke.
    limit : {"", "removed", "decays"}
        Whether it holds up to an eps only, known by removing it or by its rate of decay.
    decay : Decay or None
    even : bool or None
        Whether changing the sign of units changes nothing either.
    """

    parts: tuple[str, ...]
    text: str
    family: Family | None
    outcome: Outcome
    limit: Limit = ""
    decay: Decay | None = None
    even: bool | None = None

    @property
    def is_partial(self) -> bool:
        """Return whether it concerns some slices of a part alone."""
        if self.family is None:
            return False
        return any(bool(np.any(self.family.labels_of(name) < 0)) for name in self.parts)

    @property
    def blocks(self) -> int:
        """Return the number of equal blocks of slices, in order, that scale by themselves; 0 if the whole does not.

        Units of other forms (the rows of an embedding that are read, and those that are not) make up one block.
        """
        if self.family is None or len(self.parts) > 1 or self.is_partial:
            return 0
        return self.family.count if in_blocks(self.family, self.parts[0], self.family.axis or 0) else 1

    @property
    def name(self) -> str:
        """Return the level as a property reads, with ``up to eps`` where that is so."""
        return f"{self.text} up to eps" if self.limit else self.text


def in_blocks(family: Family, name: str, axis: int = 0) -> bool:
    """Tell whether the units of a part are equal blocks of consecutive slices, in order."""
    units = np.moveaxis(np.atleast_1d(family.labels_of(name)), axis, 0)
    blocks = np.arange(len(units)) * family.count // len(units)
    return len(units) % family.count == 0 and bool(np.all(units.reshape(len(units), -1) == blocks[:, None]))


def families_of(layout: Layout, part: Part) -> Iterator[Family]:
    """Yield the hypotheses on a part: rows, then, finest first, slices of an axis and blocks of these, then the whole.

    Rows and columns may both hold, of which neither is finer; rows are what methods act on.
    """
    sizes = [(k, axis) for axis, k in enumerate(part.shape) if k > 1]
    found = [(k, axis, k) for k, axis in sizes]
    found += [(g, axis, k) for k, axis in sizes for g in range(2, k) if k % g == 0]
    for count, axis, size in sorted(found, key=lambda item: (item[1:] != (0, item[0]), -item[0], item[1])):
        labels = np.arange(size) // (size // count)
        shape = [1] * len(part.shape)
        shape[axis] = size
        slices = axis_name(part, axis)
        text = slices if count == size else f"{count} blocks of {slices}"
        yield family_of(layout, part, np.broadcast_to(labels.reshape(shape), part.shape), text, axis)
    single_row = len(part.shape) > 1 and part.shape[0] == 1
    yield family_of(
        layout, part, np.zeros(part.shape, int), "rows" if single_row else "whole", 0 if part.shape else None
    )


def rows_of(layout: Layout, name: str, blocks: int) -> Family | None:
    """Return the scalings of a part in equal blocks of rows, or None if its rows make up no such blocks."""
    part = next(part for part in layout.parts if part.name == name)
    rows = part.shape[0] if part.shape else 1
    if rows % blocks:
        return None
    units = np.arange(part.size) * blocks // max(part.size, 1)
    text = "whole" if blocks == 1 else "rows" if blocks == rows else f"{blocks} blocks of rows"
    return family_of(layout, part, units.reshape(part.shape), text, 0 if part.shape else None)


def family_of(layout: Layout, part: Part, labels: Array, text: str, axis: int | None) -> Family:
    """Return the scalings of one part whose units are ``labels``; entries of the label -1 stay."""
    units = np.full(layout.n, -1)
    layout.view(part.name, units)[...] = labels
    return Family(layout, units, np.ones(layout.n), text, axis)
