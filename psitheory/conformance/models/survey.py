"""The levels of all parameters of a model, and what several of them share."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from psitheory.arithmetic import Array
from psitheory.conformance.models.alignment import axis_name, companions, ranges
from psitheory.conformance.models.levels import Level
from psitheory.conformance.models.scaling import Family
from psitheory.conformance.models.search import Search
from psitheory.conformance.models.trading import shared_families
from psitheory.conformance.models.typed import better, open_levels, typed_levels
from psitheory.errors import ArgumentError
from psitheory.scaletypes.equations import Place
from psitheory.symmetry.baseline import Baseline, baseline, example_baselines
from psitheory.symmetry.derived import Derived, derived
from psitheory.symmetry.function import HALF, LossFunction
from psitheory.symmetry.sampling import usable_points

POINTS = 4
FRESH = 12
SEARCHED = 3000
"""Models of more parameters are judged by their scale types alone, if they have any."""
EVALUATIONS = 150
"""A search takes about so many evaluations a part."""
LONGEST = 600.0
"""A search that would take longer, in seconds, is refused."""


@dataclass
class Survey:
    """The levels of all parts for each aspect, notes, and for the first aspect what else types say of parts.

    Attributes
    ----------
    exact : dict
        What holds exactly of a part, beside a level that holds up to an eps.
    breaks : dict
        The line that takes from a part the freedom to be scaled.
    unread : dict
        The slices of a part that have no effect, where others have.
    """

    found: dict[str, dict[str, Level]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    exact: dict[str, str] = field(default_factory=dict)
    breaks: dict[str, str] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    types: Derived | None = None
    search: Search | None = None
    """What was tried for the first aspect, if the function is small."""
    detached: tuple[Place, ...] = ()
    """The lines at which something is kept from the gradient."""


def levels_of(function: LossFunction, rng: np.random.Generator) -> Survey:
    """Return for each aspect the level of each part: by scale types first, and by a search where these say nothing."""
    survey = Survey()
    searched = function.layout.n <= SEARCHED or function.types is None
    _check_size(function, searched)
    points = _Points(function, rng, survey.notes) if searched else None
    for aspect in function.aspects:
        probe = function.of_outputs if aspect == "outputs" else function
        if probe is None:
            continue
        types = derived(probe, rng)
        levels = {} if points is None else points.searched(aspect, probe, rng, survey)
        _add_types(survey, aspect, probe, types, levels, rng)
    return survey


def _add_types(
    survey: Survey,
    aspect: str,
    probe: LossFunction,
    types: Derived | None,
    levels: dict[str, Level],
    rng: np.random.Generator,
) -> None:
    """Take the levels that types derive and runs confirm where they tell more than the search."""
    is_first = not survey.found
    exact: dict[str, str] = {}
    names = {part.name for part in probe.layout.parts}
    if types is not None:
        survey.notes += [note for note in types.notes if note not in survey.notes]
        if not types.confirmed:
            survey.notes.append("runs do not confirm all that scale types derive; levels are those that runs confirm")
        found, exact = typed_levels(types, rng)
        how = {"coarse": probe.ulp > HALF, "complete": types.confirmed and not types.types.missing}
        open_ = {name for name in names if name not in levels or better(found.get(name), levels[name], **how)}
        levels |= {name: level for name, level in found.items() if name in open_}
    rest = [part.name for part in probe.layout.parts if part.name not in levels]
    levels |= open_levels(probe, rest, "loss", rng, None if types is None else types.bases)
    survey.found[aspect] = {part.name: levels[part.name] for part in probe.layout.parts}
    if is_first and types is not None:
        survey.exact = {name: text for name, text in exact.items() if levels[name].limit and name in names}
        survey.breaks, survey.unread = _breaks(types, levels), _unread(types)
        survey.types = types
        survey.detached = types.types.detached


def _breaks(types: Derived, levels: dict[str, Level]) -> dict[str, str]:
    """Return the demand that fixes each part of no level."""
    algebra = types.types.up_to_eps
    reasons = {name: algebra.reason(name) for name, level in levels.items() if level.text == "none"}
    return {name: str(reason) for name, reason in reasons.items() if reason is not None}


def _unread(types: Derived) -> dict[str, str]:
    """Return the rows (or entries) of each part that nothing reads, if there are others."""
    algebra, found = types.types.up_to_eps, {}
    for part in types.function.layout.parts:
        if not 0 < algebra.loose.get(part.name, 0) < part.size:
            continue
        loose = algebra.unread[part.name].reshape(part.shape[0], -1).all(1)
        if loose.any():
            found[part.name] = f"{axis_name(part, 0)} {ranges(np.flatnonzero(loose).tolist())}"
    return found


class _Points:
    """Points of a small function, with and without its eps, and the search on them."""

    def __init__(self, function: LossFunction, rng: np.random.Generator, notes: list[str]) -> None:
        drawn = [baseline(function, w, rng) for w in usable_points(function, rng, POINTS + FRESH)]
        drawn.sort(key=lambda base: sum(map(base.blind, function.aspects)))  # those first at which most can be told
        self.function, self.bases = function, drawn[:POINTS]
        self.fresh = [*example_baselines(function, rng), *drawn[POINTS:]]
        self.clean, self.clean_bases, said = _without_eps(function, self.bases, rng)
        notes += said
        is_clean = self.clean is not function
        self.clean_fresh = _without_eps(function, self.fresh, rng)[1] if is_clean else self.fresh

    def searched(self, aspect: str, probe: LossFunction, rng: np.random.Generator, survey: Survey) -> dict[str, Level]:
        """Return the level of each part by hypotheses tried one by one."""
        function, clean = self.function, self.clean
        clean_probe = (clean.of_outputs or clean) if aspect == "outputs" else clean
        rows = _log_gradients(clean_probe, self.clean_bases)
        search = Search(function, self.bases, clean, self.clean_bases, aspect, rng, self.fresh, self.clean_fresh, rows)
        survey.search = survey.search or search
        levels = {part.name: search.level_of(part) for part in function.layout.parts}
        rest = [part for part in function.layout.parts if levels[part.name].text != "no effect"]
        families, note = shared_families(clean_probe, rest, rng, may_have_eps=clean is function)
        survey.notes += [note] if note else []
        for family in families:
            _share(search, family, levels)
        for family in companions(function.layout, [part for part in rest if levels[part.name].text == "none"]):
            _share(search, family, levels)
        return levels


def _check_size(function: LossFunction, searched: bool) -> None:
    """Raise if a search would take too long.

    Raises
    ------
    ArgumentError
        With the estimate.
    """
    n, parts = function.layout.n, len(function.layout.parts)
    if not searched or n <= SEARCHED or function.point is None:
        return
    start = time.perf_counter()
    function.observe(function.point)
    seconds = (time.perf_counter() - start) * EVALUATIONS * parts
    if seconds > LONGEST:
        raise ArgumentError(
            f"{function.name} has {n:,} parameters in {parts} parts and no scale types, so that about "
            f"{EVALUATIONS * parts:,} evaluations would take about {seconds / 60:.0f} minutes; a PyTorch module "
            "or a JAX function, whose types can be derived, or a smaller model is needed"
        )


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
    if clean.observe is function.observe:
        return function, bases, []
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
