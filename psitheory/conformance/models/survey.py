"""The levels of all parameters of a model, and what several of them share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from psitheory.arithmetic import Array
from psitheory.conformance.models.alignment import companions
from psitheory.conformance.models.levels import Level
from psitheory.conformance.models.scaling import Family
from psitheory.conformance.models.search import Search
from psitheory.conformance.models.trading import shared_families
from psitheory.symmetry.baseline import Baseline, baseline
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.sampling import usable_points

POINTS = 4
FRESH = 12


def levels_of(function: LossFunction, rng: np.random.Generator) -> tuple[dict[str, dict[str, Level]], list[str]]:
    """Return for each aspect the level of each part, and notes."""
    drawn = [baseline(function, w, rng) for w in usable_points(function, rng, POINTS + FRESH)]
    drawn.sort(key=lambda base: sum(map(base.blind, function.aspects)))  # those first at which most can be told
    bases, fresh = drawn[:POINTS], drawn[POINTS:]
    clean, clean_bases, notes = _without_eps(function, bases, rng)
    clean_fresh = _without_eps(function, fresh, rng)[1] if clean is not function else fresh
    found, families = {}, {}
    for aspect in function.aspects:
        probe = function.of_outputs if aspect == "outputs" else function
        clean_probe = clean.of_outputs if aspect == "outputs" else clean
        if probe is None or clean_probe is None:
            continue
        rows = _log_gradients(clean_probe, clean_bases)
        search = Search(function, bases, clean, clean_bases, aspect, rng, fresh, clean_fresh, rows)
        levels = {part.name: search.level_of(part) for part in function.layout.parts}
        rest = [part for part in function.layout.parts if levels[part.name].text != "no effect"]
        families[aspect], note = shared_families(clean_probe, rest, rng, may_have_eps=clean is function)
        notes += [note] if note else []
        for family in families[aspect]:
            _share(search, family, levels)
        for family in companions(function.layout, [part for part in rest if levels[part.name].text == "none"]):
            _share(search, family, levels)
        found[aspect] = levels
    return found, notes


def _share(search: Search, family: Family, levels: dict[str, Level]) -> None:
    """Confirm scalings that several parts share, and record them for the parts that have no level of their own."""
    names = tuple(
        p.name for p in search.function.layout.parts if np.any(search.function.layout.view(p.name, family.units) >= 0)
    )
    open_names = [name for name in names if _is_open(levels[name])]
    if not open_names or not search.plausible(family):
        return
    how = "only by trading" if family.is_trade else "only jointly"
    level = search.established(replace(family, text=f"{how}: {family.text}"), names)
    if level.outcome.status not in ("holds", "raised"):
        return
    for name in open_names:
        if levels[name].family is None or not (level.limit or level.is_partial or family.is_trade):
            levels[name] = level


def _is_open(level: Level) -> bool:
    """Return whether a part has no level of its own, or one up to an eps that may be a parameter itself."""
    return level.text in ("none", "undecided") or (level.limit == "decays" and len(level.parts) == 1)


def _without_eps(
    function: LossFunction, bases: Sequence[Baseline], rng: np.random.Generator
) -> tuple[LossFunction, Sequence[Baseline], list[str]]:
    """Return the function with its eps taken out, at the same points, or itself if that cannot be done."""
    if function.without_eps is None:
        return function, bases, []
    clean = function.without_eps()
    usable = []
    for base in bases:
        try:
            again = baseline(clean, base.w, rng)
        except Exception:  # a dead neuron, whose variance is zero
            continue
        if np.isfinite(again.seen["loss"]):
            usable.append(again)
    if len(usable) < 2:
        return function, bases, [f"{function.eps} could not be taken out: without it f is not finite"]
    return clean, usable, []


def _log_gradients(function: LossFunction, bases: Sequence[Baseline]) -> Array | None:
    if function.gradients is None:
        return None
    points = np.array([base.w for base in bases])
    try:
        rows = points * np.asarray(function.gradients(points))
    except Exception:
        return None
    return rows if np.all(np.isfinite(rows)) else None
