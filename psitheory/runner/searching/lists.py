"""Lists of other lengths, made of a case that was drawn: a list goes on where Hypothesis chose True before an entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from psitheory.runner.searching.draws import Choices, Drawing
from psitheory.runner.searching.redraw import is_small, nodes, refilled

LONGEST = 64
"""No list is made longer than this where its domain sets no limit."""


def other_lengths(drawing: Drawing, drawn: Sequence[Any]) -> Iterator[Choices]:
    """Yield a case with each list one entry longer, with an entry twice, and each without what follows an entry.

    Where entries have few values, the new one is each of them: of different ones none is found twice.
    """
    for i in stops(drawn):
        longer = lengthened(drawing, drawn, i, 1)
        yield longer
        yield from _with_other_entries(nodes(drawing, longer), i + 1)
    for i, node in enumerate(drawn):
        if node.type == "boolean" and node.value and not node.was_forced:
            yield shortened(drawn, i)


FEW_VALUES = 8
"""An entry that has no more values than these is tried at each."""


def _with_other_entries(drawn: Sequence[Any], i: int) -> Iterator[Choices]:
    """Yield the choices with each other value of the one at ``i``, if it is a whole number and has few."""
    node, choices = drawn[i] if i < len(drawn) else None, tuple(node.value for node in drawn)
    if node is not None and is_small(node) and not node.was_forced:
        low, high = node.constraints["min_value"], node.constraints["max_value"]
        values = range(low, high + 1) if high - low < FEW_VALUES else ()
        yield from ((*choices[:i], value, *choices[i + 1 :]) for value in values if value != node.value)


def stops(drawn: Sequence[Any]) -> list[int]:
    """Return where a list ends that might have gone on: there Hypothesis chose False, and before each entry True."""
    return [i for i, node in enumerate(drawn) if node.type == "boolean" and not node.value and not node.was_forced]


def lengthened(drawing: Drawing, drawn: Sequence[Any], stop: int, times: int) -> Choices:
    """Return the choices with the last entry before a stop repeated as often as the domain allows, up to ``times``."""
    choices = tuple(node.value for node in drawn)
    begin = next((i for i in reversed(range(stop)) if type(choices[i]) is bool), None)
    if begin is None or not choices[begin]:  # an empty list gets its first entry
        first = refilled(drawing, (*choices[:stop], True), drawn)
        begun = nodes(drawing, first)
        further = next((i for i in stops(begun) if i > stop), None)
        return first if times == 1 or further is None else lengthened(drawing, begun, further, times // 2) or first
    entry: Choices = choices[begin:stop]
    best: Choices = ()
    for k in range(1, times + 1):
        longer = (*choices[:stop], *entry * k, *choices[stop:])
        drawn = nodes(drawing, longer)
        if len(drawn) != len(longer) or any(node.value != x for node, x in zip(drawn, longer, strict=True)):
            break
        best = longer
    return best


def shortened(drawn: Sequence[Any], i: int) -> Choices:
    """Return the choices of a list that stops at ``i``, where it went on; without its later entries."""
    choices = tuple(node.value for node in drawn)
    end = next((j for j in range(i + 1, len(choices)) if choices[j] is False), len(choices) - 1)
    return (*choices[:i], False, *choices[end + 1 :])
