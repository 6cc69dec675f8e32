"""What is claimed of the parameters of a model, and the verdict on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psitheory.checking import Verdict
from psitheory.conformance.models.levels import Level
from psitheory.errors import ArgumentError, UnknownName
from psitheory.layout import Layout, Part


@dataclass(frozen=True)
class Claim:
    """That a part is invariant in ``blocks`` equal blocks of rows (0: not at all, -1: it has no effect)."""

    text: str
    blocks: int
    up_to_eps: bool = False


def claims_of(
    layout: Layout, claims: Mapping[str, Any] | None, tied: Mapping[str, str] | None = None
) -> dict[str, Claim]:
    """Return the claims of a layout's blocks, and those given by name, be it another name of a ``tied`` parameter.

    Raises
    ------
    UnknownName
        If a claim names no parameter.
    ArgumentError
        If what it claims is not understood, or two names of one parameter claim different things.
    """
    parts = {part.name: part for part in layout.parts}
    found = {name: Claim(_text(part, part.blocks), part.blocks) for name, part in parts.items() if part.blocks}
    for given, value in (claims or {}).items():
        name = (tied or {}).get(given, given)
        if name not in parts:
            raise UnknownName(f"claims names the parameter {name!r}; there are {', '.join(parts)}")
        claim = _claim(parts[name], value)
        if given != name and name in (claims or {}) and _claim(parts[name], (claims or {})[name]) != claim:
            raise ArgumentError(
                f"claims names one tensor twice, as {name!r} and {given!r}, with different levels; one is needed"
            )
        found[name] = claim
    return found


def judged(claim: Claim, level: Level) -> tuple[Verdict, str]:
    """Return the verdict on a claim, and what it means."""
    if level.text == "undecided":
        return Verdict.INCONCLUSIVE, "rounding is too large here to tell"
    if claim.blocks <= 0:
        wanted = "none" if claim.blocks == 0 else "no effect"
        right = level.text == wanted
        return (Verdict.HOLDS if right else Verdict.REFUTED), ("" if right else f"the parameter is: {level.name}")
    if level.text == "no effect":
        return Verdict.HOLDS, ""
    if not says(level, claim):
        return Verdict.REFUTED, "equivalent weights have different losses" + (
            "" if level.text == "none" else f"; found is: {level.name}"
        )
    if level.limit and not claim.up_to_eps:
        return (
            Verdict.REFUTED,
            f"the invariance is not exact; it holds up to an eps ({level.text} up to eps may be claimed)",
        )
    return Verdict.HOLDS, ""


def says(level: Level, claim: Claim) -> bool:
    """Tell whether a level is that of the blocks of rows that are claimed, or a finer one."""
    by_rows = level.family is not None and level.family.axis in (0, None)
    blocks = level.blocks if by_rows else min(level.blocks, 1)
    return blocks > 0 and blocks % claim.blocks == 0


def _text(part: Part, blocks: int) -> str:
    return (
        "rows"
        if len(part.shape) > 1 and blocks == part.shape[0]
        else "whole"
        if blocks == 1
        else f"{blocks} blocks of rows"
    )


def _claim(part: Part, value: Any) -> Claim:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return Claim(_text(part, value), value)
    text = str(value).strip() if isinstance(value, str) else ""
    eps = text.endswith("up to eps")
    word = text.removesuffix("up to eps").strip()
    first = part.shape[0] if part.shape else 1
    known = {"rows": first, "entries": first, "whole": 1, "none": 0, "no effect": -1}
    count = word.partition(" ")[0]
    if word in known:
        return Claim(text, known[word], eps)
    if count.isdigit() and int(count) > 0:
        return Claim(text, int(count), eps)
    raise ArgumentError(
        f"claims[{part.name!r}] is {value!r}; a number of blocks or one of {', '.join(map(repr, known))} is needed"
    )
