"""Whether what is shown for a few sizes is shown for all: of blocks of two and three entries, of one block and two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from psitheory.arithmetic.formal import BlockDegrees, Sort, Space
from psitheory.runner.code.walked import Walk, parting, taken_apart

if TYPE_CHECKING:
    from psitheory.runner.proving.in_formal import FormalCase

Sizes = frozenset[Sort]
"""What inputs are made of: which blocks there are, and which entries each has."""


def sizes(space: Space) -> Sizes:
    """Return the sizes of the inputs of a proof, whatever their layouts are called."""
    return frozenset(Sort("", sort.part, sort.entry, sort.free) for sort in space.generators.values())


def of_one_size(spaces: Sequence[Space]) -> bool:
    """Tell whether all proofs are about the same numbers of blocks and of entries: then they are about no others."""
    return len(set(map(sizes, spaces))) == 1


def telling_sizes(found: Iterable[Sizes]) -> set[Sizes]:
    """Return the smallest two, and the smallest of each number of blocks with and without a free part.

    What tells among many tells among some of them: who goes through them one by one need not know what is to come.
    """
    by_length = sorted(set(found), key=lambda found: (len(found), sorted(map(str, found))))
    kinds = {(_blocks(found), any(sort.free for sort in found)): found for found in reversed(by_length)}
    return {*by_length[:2], *kinds.values()}


def parted(walks: Mapping[Sizes, Sequence[Walk]]) -> str:
    """Return how a law treats sizes differently, in words; an empty string if it treats all alike."""
    all_of_them = [walk for found in walks.values() for walk in found]
    doubt = next(filter(None, map(taken_apart, all_of_them)), "") or parting(list(walks.values()))
    return f"the law {doubt}, and what holds for two sizes may fail for others" if doubt else ""


def beyond_these_sizes(cases: Sequence[FormalCase]) -> str:
    """Return why what the cases show may fail for other sizes, in words; an empty string if nothing computed says so.

    A part of a block is no matter of the whole; and of more blocks at once than were tried nothing is known.
    """
    if of_one_size([case.space for case in cases]):
        return ""
    return next((case.space.part_of for case in cases if case.space.part_of), "") or _of_many_blocks(cases)


def _of_many_blocks(cases: Sequence[FormalCase]) -> str:
    numbers = {_blocks(sizes(case.space)) for case in cases}
    tried, degree = max(numbers), max((_degree(case) for case in cases if case.space.generators), default=0)
    if len(numbers) == 1 or degree <= tried:
        return ""
    return f"it speaks of {degree} blocks at once, of which {tried} were tried"


def _degree(case: FormalCase) -> int:
    degrees, relation = BlockDegrees(case.space), case.seen.relation
    return max((degrees.of_difference(*pair, by_squares=relation == "equal") for pair in case.pairs), default=0)


def _blocks(found: Sizes) -> int:
    return len({sort.part for sort in found if not sort.free})
