"""What a level says in words, and as plain data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from psitheory.conformance.models.levels import Level, in_blocks
from psitheory.conformance.models.scaling import Family
from psitheory.symmetry.function import LossFunction

READABLE = 12


def described(level: Level, aspect: str) -> str:
    """Return what was observed of a level, in one line."""
    outcome = level.outcome
    if level.text == "no effect":
        return f"other values of the parameter, small and large, do not change the {aspect}"
    if level.text in ("none", "undecided"):
        return (
            _break(level, aspect)
            if level.text == "none"
            else f"the {aspect} changes by rounding as much as by anything"
        )
    if level.limit:
        how = (
            "is gone when the eps is taken out"
            if level.limit == "removed"
            else "dies out at large scales as that of an eps"
        )
        return f"{level.text}, up to a defect that {how}{_rate(level)}"
    bits = "to the last bit under powers of two" if outcome.exact else "to rounding"
    sign = {True: "; signs may change too", False: "; signs may not change", None: ""}[level.even]
    return (
        f"{level.text}: the {aspect} stays, {bits}, for scales from 2**{outcome.lowest} to 2**{outcome.highest}{sign}"
    )


def _break(level: Level, aspect: str) -> str:
    trial = level.outcome.trial
    if trial is None:
        return "no scaling leaves it unchanged"
    beyond = (
        f"; at large scales that dies out as the defect of an eps does{_rate(level)}, but it is no small one"
        if level.decay is not None
        else ""
    )
    return (
        f"the {aspect} changes from {trial.before!r} to {trial.after!r}, by {trial.change.size:.1e} of its size, "
        f"where rounding explains {trial.change.allowed:.0e}{beyond}"
    )


def _rate(level: Level) -> str:
    if level.decay is None:
        return ""
    exponent = f", ∝ scale^{level.decay.exponent:.2f}" if level.decay.exponent is not None else ""
    return f" ({level.decay}{exponent})"


def smallest_of(function: LossFunction, level: Level) -> str:
    """Return the simplest scaling that was seen to change something."""
    trial = level.outcome.trial
    if trial is None:
        return ""
    where = f"  w={np.array2string(trial.w, precision=4)}" if function.layout.n <= READABLE else ""
    return f"{', '.join(level.parts)} × {trial.scale}{where}"


def witness_of(function: LossFunction, level: Level) -> dict[str, Any]:
    """Return the weights of that scaling to the last bit, if they are few."""
    trial = level.outcome.trial
    if trial is None or function.layout.n > 64:
        return {}
    return {"w": [float(x).hex() for x in trial.w], "scaled": list(level.parts), "scale": trial.scale}


def narrow_range(level: Level) -> str:
    """Return the range of scales of an invariance that stops short of what was tried: a clamp, an overflow."""
    outcome = level.outcome
    if (
        level.family is None
        or outcome.status != "holds"
        or level.limit
        or (outcome.lowest <= -30 and outcome.highest >= 30)
    ):
        return ""
    error = f"; beyond, {type(outcome.error).__name__}: {outcome.error}" if outcome.error is not None else ""
    return f"2**{outcome.lowest} to 2**{outcome.highest}{error}"


def groups_of(levels: Iterable[Level]) -> list[dict[str, Any]]:
    """Return the blocks of levels as plain data, each parameter in one group: a step follows one scale."""
    found = [(level.parts, group) for level in levels if (group := _group_of(level))]
    taken: set[str] = set()
    kept = []
    for parts, group in sorted(found, key=lambda one: len(one[0])):
        if taken.isdisjoint(parts):
            taken.update(parts)
            kept.append(group)
    return [group for _, group in found if any(group is one for one in kept)]


def _group_of(level: Level) -> dict[str, Any] | None:
    """Return the blocks of a level as plain data, what an optimiser needs to know; None where that cannot say it."""
    family = level.family
    if family is None or level.text in ("none", "undecided") or level.is_partial or not family.is_uniform:
        return None
    if len(level.parts) > 1:
        axes = [_axis_of_blocks(family, name) for name in level.parts]
        if None in axes:
            return None
        along = {"axis": axes} if any(axes) else {}  # of each part
        return {
            "names": list(level.parts),
            "rows": False,
            "blocks": family.count,
            **along,
            "up_to_eps": bool(level.limit),
        }
    return {
        "name": level.parts[0],
        "rows": level.text in ("rows", "entries"),
        "blocks": level.blocks,
        "axis": family.axis,
        "up_to_eps": bool(level.limit),
    }


def _axis_of_blocks(family: Family, name: str) -> int | None:
    """Return the first axis along which the units of a part are blocks of slices."""
    axes = range(max(family.labels_of(name).ndim, 1))
    return next((axis for axis in axes if in_blocks(family, name, axis)), None)
