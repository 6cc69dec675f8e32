"""For what a law is proved, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from psitheory.arithmetic.formal import Space
from psitheory.checking import Law
from psitheory.runner.domain import Domain

SHOWN = 3
"""Conditions in a scope; the others are counted."""


def scope(law: Law, cases: Sequence[tuple[Mapping[str, Any], Space]]) -> str:
    """Return dimensions, numbers of blocks, what was chosen, and the conditions that the cases met."""
    layouts = [v.layout for inputs, _ in cases for v in inputs.values() if getattr(v, "layout", None) is not None]
    chosen = {f"{n} = {v}" for inputs, _ in cases for n, v in inputs.items() if _is_chosen(law.domains[n], v)}
    return ", ".join([*_dimensions(layouts), *sorted(chosen)]) + _conditions([space for _, space in cases])


def _dimensions(layouts: list[Any]) -> list[str]:
    if not layouts:
        return ["for all numbers"]
    counts = sorted({layout.m for layout in layouts})
    blocks = f"for {' and '.join(map(str, counts))} block{'' if counts == [1] else 's'}"
    free = {bool(layout.p) for layout in layouts}
    beside = "with and without" if len(free) > 1 else "with" if True in free else "without"
    return ["in every dimension", f"{blocks} {beside} free parameters"]


def _is_chosen(domain: Any, value: Any) -> bool:
    return isinstance(domain, Domain) and isinstance(value, int)


def _conditions(spaces: list[Space]) -> str:
    texts = list(dict.fromkeys(text for space in spaces for text in space.field.conditions.texts()))
    if not texts:
        return ""
    more = f" ({len(texts) - SHOWN} more)" if len(texts) > SHOWN else ""
    return ", where " + " and ".join(texts[:SHOWN]) + more
