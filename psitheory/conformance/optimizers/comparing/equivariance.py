r"""Whether a run from :math:`a\cdot w_0` is the rescaled run from :math:`w_0`, or one through the same classes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from psitheory.conformance.optimizers.runs.bench import COARSE, ENOUGH, ONSET, Bench
from psitheory.conformance.optimizers.runs.change import MODES, Change, Gap, Mode
from psitheory.layout import Layout

Level = Literal["each neuron", "blocks of rows", "each layer", "all weights"]
LEVELS: tuple[Level, ...] = ("each neuron", "blocks of rows", "each layer", "all weights")
"""What is rescaled by one number, finest first."""

Status = Literal["exact", "rounding", "broken", "undecided", "vacuous"]
START = Change()
FIRST = 3
LOOKED_AT = 16
"""Groups of a level of which one may show a break by itself: a smaller witness is worth no thousand runs."""
SLACK = 100
"""Controls must be this much smaller than the motion to show anything."""


@dataclass(frozen=True)
class Outcome:
    """What became of one rescaled run.

    Attributes
    ----------
    status : str
        ``exact``: bit for bit; ``rounding``: within what controls explain; ``broken``; ``undecided``: controls are
        as far apart; ``vacuous``: nothing moved.
    step : int
        Where it broke, or the last step that was decided.
    gap : Gap
        At that step.
    allowed : float
        What rounding explains there.
    """

    status: Status
    step: int
    gap: Gap
    allowed: float

    @property
    def passed(self) -> bool:
        """Tell whether the two runs agree."""
        return self.status in ("exact", "rounding")


@dataclass(frozen=True)
class Trial:
    """A rescaling that was tried, and its outcome in one mode; ``layout`` if that was on a network of other shapes."""

    change: Change
    outcome: Outcome
    layout: Layout | None = None

    @property
    def in_powers_of_two(self) -> bool:
        """Tell whether all scales are powers of two."""
        return all(float(k).is_integer() for k in self.change.exponents)


def judge(bench: Bench, change: Change, base: Change = START, *, steps: int | None = None) -> dict[Mode, Outcome]:
    """Compare two runs at the times of the bench, up to ``steps``; the first few alone if they decide."""
    last = bench.steps if steps is None else min(steps, bench.steps)
    found: dict[Mode, Outcome] = {}

    def settled(outcome: Outcome) -> bool:  # broken, or lost in chaos, from which it does not come back
        return outcome.status == "broken" or outcome.allowed > bench.chaos

    for few in (*(n for n in (FIRST, ENOUGH) if n < last), last):  # most breaks show at once
        found |= {m: _judge(bench, base, change, m, few) for m in MODES if m not in found or not settled(found[m])}
        if all(map(settled, found.values())):
            break
    return found


def _judge(bench: Bench, base: Change, change: Change, mode: Mode, steps: int) -> Outcome:
    exact, decided, gap, allowed = True, 0, Gap(0.0, 0.0, True, True), 0.0
    times = [t for t in bench.times if t <= steps] or [steps]
    for t in times:
        itself = bench.gaps(base, base, t, steps)[mode]
        if not itself.finite:  # the run diverges, or breaks, by itself
            if decided < ENOUGH:
                return Outcome("undecided", t, itself, 0.0)
            break
        gap = bench.gaps(base, change, t, steps)[mode]
        if gap.exact and gap.finite:
            decided = t
            continue
        if not gap.finite:
            return Outcome("broken", t, gap, 0.0)
        allowed = bench.explained(base, change, t, steps, mode)
        if allowed > bench.chaos:
            # what was the same bit for bit does not part by rounding later: look where it first differs
            first = bench.first_difference(base, change, t, mode) if exact and decided else None
            if first is not None and first[1].defect > ONSET * bench.eps:
                return Outcome("broken", *first, ONSET * bench.eps)
            break
        if gap.defect > allowed:
            generic = not all(float(k).is_integer() for k in change.exponents)
            if generic and bench.is_coarse(base, change, t, steps, mode):
                break
            return Outcome("broken", t, gap, allowed)
        exact = False
        if allowed * SLACK <= gap.motion:
            decided = t
    if gap.motion <= 8 * bench.eps:
        return Outcome("vacuous", times[-1], gap, allowed)
    if decided >= min(ENOUGH, steps):
        return Outcome("exact" if exact else "rounding", decided, gap, allowed)
    return Outcome("undecided", decided, gap, allowed)


# -- levels ---------------------------------------------------------------------------------------


def groups(layout: Layout, level: Level) -> dict[str, tuple[int, ...]]:
    """Return what a level rescales by one number each: names and the blocks they hold."""
    if level == "all weights":
        return {"all weights": tuple(range(layout.m))}
    out: dict[str, tuple[int, ...]] = {}
    first = 0
    for part in layout.parts:
        own = range(first, first + part.blocks)
        first += part.blocks
        if level == "each layer" and part.blocks:
            out[part.name] = tuple(own)
        elif level == "each neuron":
            out |= {layout.block_name(i).replace("block", "row"): (i,) for i in own}
        elif level == "blocks of rows" and part.blocks:
            half = (part.blocks + 1) // 2
            pieces = [own[:half], own[half:]] if part.blocks > 1 else [own]
            out |= {f"rows {p[0] - own[0]} to {p[-1] - own[0]} of {part.name}": tuple(p) for p in pieces}
    return out


def exponents(layout: Layout, level: Level, values: Iterable[float]) -> tuple[float, ...]:
    """Return the exponents of all blocks from one for each group of a level."""
    out = np.zeros(layout.m)
    for blocks, value in zip(groups(layout, level).values(), values, strict=True):
        out[list(blocks)] = value
    return tuple(float(k) for k in out)


def rescalings(layout: Layout, level: Level, seed: int) -> list[Change]:
    """Return what is tried at a level: two rescalings by powers of two, then one by generic numbers."""
    rng = np.random.default_rng([seed, LEVELS.index(level)])
    count = len(groups(layout, level))
    draws = [rng.permutation(np.resize([2, -1, 1, -2], count)), rng.permutation(np.resize([-2, 1, -1, 2], count))]
    draws.append(rng.uniform(0.5, 2, count) * rng.permutation(np.resize([1, -1], count)))
    return [Change(exponents(layout, level, draw)) for draw in draws]


def try_level(bench: Bench, level: Level) -> dict[Mode, list[Trial]]:
    """Try the rescalings of one level; stop where both modes are broken beyond what an eps could excuse."""
    trials: dict[Mode, list[Trial]] = {mode: [] for mode in MODES}
    for change in rescalings(bench.network.layout, level, bench.seed):
        for mode, outcome in judge(bench, change).items():
            trials[mode].append(Trial(change, outcome))
        last = [tried[-1].outcome for tried in trials.values()]
        if all(outcome.status == "broken" and not outcome.gap.relative <= COARSE for outcome in last):
            break
    return trials


def smallest(bench: Bench, level: Level, mode: Mode, trial: Trial) -> Trial:
    """Return a smaller rescaling that is broken too: one group of the level, times 2, if one of the first is."""
    layout = bench.network.layout
    count = len(groups(layout, level))
    for one in np.eye(min(count, LOOKED_AT), count):
        change = replace(trial.change, exponents=exponents(layout, level, one))
        base = Change(constants=change.constants)
        outcome = judge(bench, change, base, steps=max(trial.outcome.step, 1))[mode]
        if outcome.status == "broken":
            return Trial(change, outcome)
    return trial


def outcome_at(bench: Bench, mode: Mode, change: Change, t: int) -> Outcome:
    """Return the outcome of a run that is broken at a step."""
    base = Change(constants=change.constants)
    gap = bench.gaps(base, change, t, bench.steps)[mode]
    return Outcome("broken", t, gap, bench.noise(base, t, bench.steps, mode))
