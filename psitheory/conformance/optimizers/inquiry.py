"""The laws of an optimiser, tried one by one; what one finds out serves the others."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from psitheory.checking import Verdict
from psitheory.conformance.findings import Finding, raised
from psitheory.conformance.optimizers import words
from psitheory.conformance.optimizers.answers import Answers
from psitheory.conformance.optimizers.bench import Bench, Change, CodeRaised, Mode
from psitheory.conformance.optimizers.equivariance import (
    LEVELS,
    START,
    Level,
    exponents,
    groups,
)
from psitheory.conformance.optimizers.exponent import Exponent, find_exponent, without_rate
from psitheory.conformance.optimizers.limits import TOLERANCE, Edge, Limited, Path, edge, reach
from psitheory.conformance.optimizers.runs import OfRun
from psitheory.conformance.optimizers.start import differs_at, forgets_scale, moved_start
from psitheory.errors import PsitheoryError

FULL: dict[Level, str] = {v: f"runs_commute_with_rescaling_of_{v.replace(' ', '_')}" for v in LEVELS}
CLASS: dict[Level, str] = {v: f"classes_do_not_depend_on_the_scale_of_{v.replace(' ', '_')}" for v in LEVELS}
NAMES: dict[Mode, dict[Level, str]] = {"full": FULL, "class": CLASS}
REPEAT = "runs_repeat"
AS_GIVEN = "the_start_is_taken_as_given"
EXPONENT = "the_rate_has_a_scaling_exponent"
EVERY_SCALE = "the_scaling_law_holds_at_every_scale"
LAWS: tuple[str, ...] = (REPEAT, AS_GIVEN, *FULL.values(), *CLASS.values(), EXPONENT, EVERY_SCALE)
"""The laws of an optimiser, in the order in which they are tried."""

OTHERS = {
    REPEAT: "two runs from one start with one seed are the same",
    AS_GIVEN: "a run begins at the start it is given",
    EXPONENT: "there is p such that the rate times a^p from a·w_0 follows the classes of the run from w_0",
    EVERY_SCALE: "what holds at moderate scales holds at all scales of the precision",
}


@dataclass(frozen=True)
class Claim:
    """The strongest scaling law that holds: at a level, with the rate scaled by :math:`a^p`.

    ``of_all`` tells whether it holds with free parameters too; exponents are those of blocks alone.
    """

    mode: Mode
    level: Level
    p: float
    limited: Limited | None = None
    of_all: bool = True


@dataclass
class Inquiry:
    """The laws tried on one bench; ``call`` is the Python call that tries them, without its last bracket."""

    bench: Bench
    call: str
    notes: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    @cached_property
    def answers(self) -> Answers:
        """Return what becomes of each level."""
        return Answers(self.bench)

    @classmethod
    def of(cls, bench: Bench, call: str) -> Inquiry:
        """Return the inquiry on the method of ``bench``, without the free part if the method refuses that.

        A first step is tried here, so that an argument of the wrong kind is an error and no finding.
        """
        try:
            bench.points(START, 1)
        except CodeRaised as problem:
            reduced = bench.without_free()
            try:
                reduced.points(START, 1)
            except CodeRaised:
                return cls(bench, call)
            said = " ".join(str(problem).split())
            return cls(reduced, call, [f"the free last layer is left out, since the method refuses it: {said}"])
        return cls(bench, call)

    def finding(self, law: str) -> Finding | None:
        """Return the finding of a law, or None if it is skipped; what the code under test raises is part of it."""
        try:
            with np.errstate(all="ignore"):
                if law != REPEAT and self.repeats is not None:
                    why = f"two runs from one start with one seed differ at step {self.repeats}"
                    return self._say(law, Verdict.INCONCLUSIVE, observed=why)
                return self._tried(law)
        except CodeRaised as problem:
            where = f"{words.scales(self.bench.network.layout, problem.change)}  step {problem.step}"
            return raised(law, problem.error, smallest=where, claimed=self._claimed(law), replay=self._replay(law))
        except PsitheoryError as problem:
            return raised(law, problem, claimed=self._claimed(law), replay=self._replay(law))

    def _tried(self, law: str) -> Finding | None:
        special = {REPEAT: self._repeat, AS_GIVEN: self._as_given, EXPONENT: self._exponent, EVERY_SCALE: self._range}
        if law in special:
            return special[law]()
        mode, level = next((m, v) for m, laws in NAMES.items() for v, name in laws.items() if name == law)
        return self._level(law, mode, level)

    # -- runs, and where they start ---------------------------------------------------------------

    @cached_property
    def repeats(self) -> int | None:
        """Return the first step at which two equal runs differ, or None."""
        return differs_at(self.bench)

    def _repeat(self) -> Finding:
        if self.repeats is None:
            return self._say(REPEAT, Verdict.HOLDS, cases=1, kind="bit for bit")
        return self._say(
            REPEAT,
            Verdict.REFUTED,
            observed=f"they differ at step {self.repeats}",
            smallest=f"a=1  step {self.repeats}",
            means="state or randomness is carried from one run to the next, so that nothing else can be told",
            kind="bit for bit",
        )

    @cached_property
    def moved_start(self) -> Change | None:
        """Return the first start at which a run does not begin, or None."""
        return moved_start(self.bench)

    def _as_given(self) -> Finding:
        change = self.moved_start
        if change is None:
            return self._say(AS_GIVEN, Verdict.HOLDS, cases=3, kind="bit for bit")
        layout, (start, first) = self.bench.network.layout, (self.bench.start(change), self.bench.points(change, 1)[0])
        same = np.allclose(layout.units(start), layout.units(first), rtol=0, atol=16 * self.bench.eps)
        where = "another representative of its class" if same else "a point of another class"
        means = "the method normalises its start, and any method that does so goes through the same classes"
        return self._say(
            AS_GIVEN,
            Verdict.REFUTED,
            observed=f"the run begins at {where}: norms {layout.norms(first)[:3]} for {layout.norms(start)[:3]}",
            smallest=words.scales(layout, change),
            means=means if same else "equivalent starts are not treated as what they are",
            kind="bit for bit",
        )

    # -- the levels -------------------------------------------------------------------------------

    def _level(self, law: str, mode: Mode, level: Level) -> Finding:
        answer = self.answers.of(mode, level)
        trial, outcome = answer.trial, answer.trial.outcome
        if answer.verdict is Verdict.HOLDS:
            kind = "eps-limited" if answer.limited else "powers of two" if outcome.status == "exact" else "controls"
            observed = words.limited(answer.limited) if answer.limited else ""
            if answer.limited:
                self.notes.append(f"{law} holds {observed}")
            return self._say(law, Verdict.HOLDS, observed=observed, cases=answer.cases, kind=kind)
        where = f"{words.scales(self.bench.network.layout, trial.change)}  t={outcome.step}"
        return self._say(
            law,
            answer.verdict,
            observed=words.gap(outcome),
            smallest=where,
            means=words.MEANS[mode] if answer.verdict is Verdict.REFUTED else "the law could not be decided",
            cases=answer.cases,
            kind="powers of two" if trial.in_powers_of_two else "controls",
            witness=self._witness(trial.change, outcome.step),
        )

    # -- the exponent -----------------------------------------------------------------------------

    @cached_property
    def blocks_alone(self) -> Bench:
        """Return the bench on which every weight is in a scale-invariant block: v keeps its rate, so it is fixed."""
        return self.bench.without_free()

    @cached_property
    def exponent(self) -> Exponent:
        """Return the exponent of the rate: zero for what is equivariant as it is."""
        whole = self.answers.of("class", "all weights")
        if whole.verdict is Verdict.HOLDS:
            return Exponent(0.0, (whole.trial,), 0.0, whole.limited)
        if self._no_exponent():
            return without_rate(self.blocks_alone)
        return find_exponent(self.blocks_alone)

    def _exponent(self) -> Finding | None:
        found, why = self.exponent, self._no_exponent()
        if found.value is None and why:
            self.skipped[EXPONENT] = why
            return None
        if found.no_effect:
            return self._say(EXPONENT, Verdict.INCONCLUSIVE, observed="the rate has no effect on the first steps")
        if found.value is not None:
            kind = "eps-limited" if found.limited else words.kind(found.trials)
            if found.limited:
                self.notes.append(f"p = {found.value:g} holds {words.limited(found.limited)}")
            observed = f"p = {found.value:g}" + (f": {words.limited(found.limited)}" if found.limited else "")
            return self._say(EXPONENT, Verdict.HOLDS, observed=observed, cases=len(found.trials), kind=kind)
        trial = found.denied_by or found.trials[-1]
        observed = f"the best candidate is p = {found.candidate:g}: {words.gap(trial.outcome)}"
        refuted = found.denied_by is not None
        where = words.scales(self.blocks_alone.network.layout, trial.change)
        return self._say(
            EXPONENT,
            Verdict.REFUTED if refuted else Verdict.INCONCLUSIVE,
            observed=observed + (f" ({found.with_decay})" if found.with_decay else ""),
            smallest=f"{where}  rate times {words.power(trial.change.rate)}  t={trial.outcome.step}",
            means="no change of the rate makes up for the scale of the initial weights" if refuted else "",
            cases=len(found.trials),
            kind="powers of two" if trial.in_powers_of_two else "controls",
            witness=self._witness(trial.change, trial.outcome.step),
        )

    def _no_exponent(self) -> str:
        if not self.bench.method.has_rate:
            return "the rate cannot be changed from outside"
        if isinstance(self.bench.method, OfRun) and self.bench.network.layout.p:
            return "the run moves its free weights at the same rate"
        return ""

    # -- how far it holds -------------------------------------------------------------------------

    @cached_property
    def claim(self) -> Claim | None:
        """Return the strongest scaling law that holds."""
        for mode, laws in NAMES.items():
            for level in laws:
                answer = self.answers.of(mode, level)
                if answer.verdict is Verdict.HOLDS:
                    return Claim(mode, level, 0.0, answer.limited)
        if self.exponent.value is None:
            return None
        return Claim("class", "all weights", self.exponent.value, self.exponent.limited, of_all=False)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Return where the claim stops: towards small and large scales, then as scales spread apart."""
        claim = self.claim
        assert claim is not None
        bench = self.bench if claim.of_all else self.blocks_alone
        layout, top = bench.network.layout, reach(bench, claim.p)
        origin, tolerance = (claim.limited.side * (top // 3), TOLERANCE) if claim.limited else (0, bench.chaos)
        found = []
        for side in (-1, 1):
            path = Path(bench, claim.mode, claim.p, (float(side),) * layout.m, origin, tolerance)
            found.append(edge(path, top - side * origin))
        count = len(groups(layout, claim.level))
        if count > 1 and not claim.limited:
            apart = np.random.default_rng(bench.seed).permutation(np.linspace(-1, 1, count))
            spread = edge(Path(bench, claim.mode, 0.0, exponents(layout, claim.level, apart), 0, tolerance), top)
            causes = {e.cause for e in found}
            if spread.cause == "weak term" and "eps" in causes and "weak term" not in causes:
                spread = replace(spread, cause="eps")  # it is that of the small blocks
            found.append(spread)
        return tuple(found)

    def _range(self) -> Finding | None:
        if self.claim is None:
            self.skipped[EVERY_SCALE] = "there is no scaling law to follow"
            return None
        broken = [e for e in self.edges if e.cause in ("clamp", "weak term")]
        verdict = Verdict.REFUTED if broken else Verdict.HOLDS
        if not broken and any(e.cause == "unknown" for e in self.edges):
            verdict = Verdict.INCONCLUSIVE
        observed = words.reach(self.edges)
        if verdict is Verdict.HOLDS:
            return self._say(EVERY_SCALE, verdict, observed=observed, cases=len(self.edges), kind="powers of two")
        first = next(e for e in broken or self.edges if e.change is not None)
        assert first.change is not None
        assert first.outcome is not None
        return self._say(
            EVERY_SCALE,
            verdict,
            observed=f"{observed}; {words.gap(first.outcome)}",
            smallest=f"{words.scales(self.bench.network.layout, first.change)}  t={first.outcome.step}",
            means=f"beyond, {words.CAUSES[first.cause]}",
            cases=len(self.edges),
            kind="powers of two",
            witness=self._witness(first.change, first.outcome.step),
        )

    # -- what was found out -----------------------------------------------------------------------

    def properties(self) -> dict[str, Any]:
        """Return what the laws tried so far say of the method."""
        out: dict[str, Any] = {mode: level for mode in NAMES if (level := self.answers.finest(mode)) is not None}
        if len(out) == len(NAMES):
            out = {"equivariance": next((mode for mode in NAMES if out[mode] != "none"), "none")} | out
            with suppress(CodeRaised):  # it stands in a finding
                out |= self.answers.by_part()
        if "moved_start" in self.__dict__ and self.repeats is None:
            with suppress(CodeRaised):
                forgotten = "normalised by the first step" if forgets_scale(self.bench) else "as given"
                out["start"] = "projected" if self.moved_start is not None else forgotten
        if "exponent" in self.__dict__:
            out["exponent"] = self.exponent.value
        if "edges" in self.__dict__:
            out["scales"] = words.reach(self.edges)
        return out

    # -- shared -----------------------------------------------------------------------------------

    def _say(self, law: str, verdict: Verdict, **fields: Any) -> Finding:
        replay = "" if verdict is Verdict.HOLDS else self._replay(law)
        return Finding(law, verdict, claimed=self._claimed(law), replay=replay, **fields)

    def _replay(self, law: str) -> str:
        return f"{self.call}, only={law!r})"

    @staticmethod
    def _claimed(law: str) -> str:
        mode = next((mode for mode, laws in NAMES.items() if law in laws.values()), None)
        return words.CLAIMED[mode] if mode else OTHERS[law]

    def _witness(self, change: Change, step: int) -> dict[str, Any]:
        scales = [float(a).hex() for a in np.exp2(change.exponents)]
        return {"seed": self.bench.seed, "step": step, "scales": scales, "rate_factor": float(2.0**change.rate).hex()}
