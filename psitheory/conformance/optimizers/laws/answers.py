"""What becomes of each level of rescaling: whether runs commute with it, or keep to their classes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from psitheory.checking import Verdict
from psitheory.conformance.optimizers.causes.eps import eps_limited
from psitheory.conformance.optimizers.comparing.equivariance import (
    LEVELS,
    Level,
    Trial,
    groups,
    judge,
    rescalings,
    smallest,
    try_level,
)
from psitheory.conformance.optimizers.comparing.limited import Limited
from psitheory.conformance.optimizers.laws.elsewhere import broken_level
from psitheory.conformance.optimizers.laws.late import broken_late
from psitheory.conformance.optimizers.runs.bench import Bench
from psitheory.conformance.optimizers.runs.change import MODES, Change, Mode


@dataclass(frozen=True)
class Answer:
    """What became of one law at one level: its verdict, and the trial that decides it.

    ``limited`` is the excuse if an eps is one; ``doubt`` a trial at generic scales that leaves the law open; ``exact``
    tells whether powers of two agree bit for bit.
    """

    verdict: Verdict
    trial: Trial
    cases: int
    limited: Limited | None = None
    doubt: Trial | None = None
    exact: bool = False


@dataclass
class Answers:
    """The answers of one bench, each found when it is asked for."""

    bench: Bench
    known: dict[tuple[Mode, Level], Answer] = field(default_factory=dict)

    def of(self, mode: Mode, level: Level) -> Answer:
        """Return what became of a level in one mode."""
        if (mode, level) not in self.known:
            for each, trials in try_level(self.bench, level).items():
                self.known[each, level] = self._answered(each, level, trials)
            for each in MODES:
                self.known[each, level] = self._with_coarser(each, level)
        return self.known[mode, level]

    def _with_coarser(self, mode: Mode, level: Level) -> Answer:
        """Return the answer of a level, refuted where a coarser one is, whose rescalings are among those of the finer.

        Few of its own may come to a threshold that all rows pass together.
        """
        own = self.known[mode, level]
        coarser = LEVELS[LEVELS.index(level) + 1 :]
        if own.verdict is not Verdict.HOLDS or not coarser:
            return own
        found = self.of(mode, coarser[0])
        return own if found.verdict is not Verdict.REFUTED else replace(found, cases=own.cases + found.cases)

    def _answered(self, mode: Mode, level: Level, trials: list[Trial]) -> Answer:
        whole = self.known.get(("full", level))
        if mode == "class" and whole is not None and whole.limited is not None:  # full implies class
            return whole
        limited = None
        for trial in trials:
            if trial.outcome.status == "broken":
                found = eps_limited(self.bench, mode, trial)
                if isinstance(found, Trial):
                    return Answer(Verdict.REFUTED, smallest(self.bench, level, mode, found), len(trials))
                limited = max(filter(None, (limited, found)), key=lambda x: x.defect)
        doubtful = [t for t in trials if t.outcome.status in ("vacuous", "undecided")]
        if any(t.outcome.status == "vacuous" or t.in_powers_of_two for t in doubtful):
            return Answer(Verdict.INCONCLUSIVE, doubtful[0], len(trials), limited)
        late = self._late(mode, level, trials[0])
        if late is not None:
            return Answer(Verdict.REFUTED, late, len(trials) + 1)
        elsewhere = broken_level(self.bench, mode, level)
        if elsewhere is not None:
            return Answer(Verdict.REFUTED, elsewhere, len(trials) + 1)
        passed = [t for t in trials if t.outcome.passed] or trials
        first_to_end = min(passed, key=lambda t: t.outcome.step)
        exact = trials[0].outcome.status == "exact"
        return Answer(Verdict.HOLDS, first_to_end, len(trials), limited, next(iter(doubtful), None), exact)

    def _late(self, mode: Mode, level: Level, trial: Trial) -> Trial | None:
        """Return what breaks a level later, unless a finer one, or the stronger law, holds there."""
        finer = [*((mode, finer) for finer in LEVELS[: LEVELS.index(level)]), ("full", level)]
        if any((one := self.known.get(key)) is not None and one.verdict is Verdict.HOLDS for key in finer):
            return None
        return broken_late(self.bench, mode, level, trial.change)

    def finest(self, mode: Mode) -> str | None:
        """Return the finest level that holds, ``none``, or None if not all levels were decided."""
        found = [self.known.get((mode, level)) for level in LEVELS]
        verdicts = [answer.verdict for answer in found if answer is not None]
        if len(verdicts) < len(LEVELS) or Verdict.INCONCLUSIVE in verdicts:
            return None
        return next((level for level, x in zip(LEVELS, verdicts, strict=True) if x is Verdict.HOLDS), "none")

    def by_part(self) -> dict[str, str]:
        """Return the equivariance of the rows of single layers, where it is not that of all of them."""
        if self.of("full", "each neuron").verdict is Verdict.HOLDS:
            return {}
        layout, out = self.bench.network.layout, {}
        draw = np.asarray(rescalings(layout, "each neuron", self.bench.seed)[0].exponents)
        for part, own in groups(layout, "each layer").items():
            kept = np.zeros(layout.m)
            kept[list(own)] = draw[list(own)]
            found = judge(self.bench, Change(tuple(float(k) for k in kept)))
            out[f"rows of {part}"] = next((mode for mode in MODES if found[mode].passed), "none")
        return out if len(set(out.values())) > 1 else {}
