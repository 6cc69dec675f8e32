"""For what a law is proved, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psitheory.arithmetic.formal import Sort, Space
from psitheory.checking import Law
from psitheory.runner.domain import Domain
from psitheory.runner.proving.uniform import of_one_size

SHOWN = 3
"""Conditions in a scope; the others are counted."""

READABLE = 100
"""Characters of a condition; a longer one is cut, since it says only that something generic does not vanish."""


def scope(law: Law, cases: Sequence[tuple[Mapping[str, Any], Space]]) -> str:
    """Return dimensions, numbers of blocks, what was chosen, and the conditions that the cases met."""
    spaces = [space for _, space in cases]
    return ", ".join([*_dimensions(spaces), *chosen(law, [inputs for inputs, _ in cases])]) + _conditions(spaces)


def chosen(law: Law, cases: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the whole numbers that were chosen for the cases, such as ``steps = 2``."""
    return sorted({f"{n} = {v}" for inputs in cases for n, v in inputs.items() if _is_chosen(law.domains[n], v)})


def _dimensions(spaces: Sequence[Space]) -> list[str]:
    """Return what the generators tell: a block of two entries and one of three stand for those of every dimension."""
    if not any(space.generators for space in spaces):
        return ["for all numbers"]
    sorts = [set(space.generators.values()) for space in spaces]
    counts = sorted({len({s.part for s in found if not s.free}) for found in sorts})
    free = {any(s.free for s in found) for found in sorts}
    beside = "with and without" if len(free) > 1 else "with" if True in free else "without"
    blocks = f"for {' and '.join(map(str, counts))} block{'' if counts == [1] else 's'} {beside} free parameters"
    sizes = sorted({max(s.entry for s in found if s.part == part) for found in sorts for part in _parts(found)})
    every = (
        "in every dimension"
        if {2, 3} <= set(sizes) and not of_one_size(spaces)
        else f"for blocks of {' and '.join(map(str, sizes))}"
    )
    return [next((space.dimensions for space in spaces if space.dimensions), every), blocks]


def _parts(sorts: Iterable[Sort]) -> set[int]:
    return {s.part for s in sorts if not s.free}


def _is_chosen(domain: Any, value: Any) -> bool:
    return isinstance(domain, Domain) and isinstance(value, int)


def _conditions(spaces: list[Space]) -> str:
    return where(text for space in spaces for text in space.field.conditions.texts())


def where(conditions: Iterable[str]) -> str:
    """Return conditions as the end of a sentence, such as ``, where x ≠ 0 and r > 0 (2 more)``."""
    texts = list(dict.fromkeys(conditions))
    if not texts:
        return ""
    more = f" ({len(texts) - SHOWN} more)" if len(texts) > SHOWN else ""
    return ", where " + " and ".join(_readable(text) for text in texts[:SHOWN]) + more


def _readable(text: str) -> str:
    relation = text[-3:]
    return text if len(text) <= READABLE else f"{text[: READABLE - 5]} … {relation}"
