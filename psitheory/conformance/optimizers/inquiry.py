"""The laws of an optimiser, tried one by one; what one finds out serves the others."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from psitheory.checking import Verdict
from psitheory.conformance.findings import Finding, raised
from psitheory.conformance.optimizers import words
from psitheory.conformance.optimizers.comparing.equivariance import LEVELS, Level, Trial
from psitheory.conformance.optimizers.comparing.limited import Limited
from psitheory.conformance.optimizers.facts import Facts
from psitheory.conformance.optimizers.runs.bench import COARSE
from psitheory.conformance.optimizers.runs.change import Change, CodeRaised, Mode
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

BREAKING = ("clamp", "threshold", "constant", "weak term")
"""What refutes a law of all scales where it ends it; an eps and an overflow are known of."""
ALIKE = 4
"""How much more constants may break a law at generic scales than at powers of two, which are up to 4."""
LEVEL_LAWS = (*FULL.values(), *CLASS.values())
OTHERS = {
    REPEAT: "two runs from one start with one seed are the same",
    AS_GIVEN: "a run begins at the start it is given",
    EXPONENT: "there is p such that the rate times a^p from a·w_0 follows the classes of the run from w_0",
    EVERY_SCALE: "what holds at moderate scales holds at all scales of the precision",
}


@dataclass
class Inquiry:
    """The laws tried on one method; ``call`` is the Python call that tries them, without its last bracket."""

    facts: Facts
    call: str
    general: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    _said: dict[Any, list[tuple[str, float, str]]] = field(default_factory=dict)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what must be known besides the findings; what is said of several laws once, where it is worst."""
        together = (
            ([*dict.fromkeys(law for law, *_ in s)], max(s, key=lambda one: one[1])[2]) for s in self._said.values()
        )
        return (*(words.several(laws, text) for laws, text in together), *self.general)

    def finding(self, law: str) -> Finding | None:
        """Return the finding of a law, or None if it is skipped; what the code under test raises is part of it."""
        try:
            with np.errstate(all="ignore"):
                if law != REPEAT and (step := self.facts.repeats.parted) is not None:
                    why = f"two runs from one start with one seed differ at step {step}"
                    return self._say(law, Verdict.INCONCLUSIVE, observed=why)
                return self._tried(law)
        except CodeRaised as problem:
            where = f"{words.scales(self.facts.bench.network.layout, problem.change)}  step {problem.step}"
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

    def _repeat(self) -> Finding:
        repeats = self.facts.repeats
        if repeats.parted is None and not repeats.by:
            return self._say(REPEAT, Verdict.HOLDS, cases=1, kind="bit for bit")
        if repeats.parted is None:
            apart = f"they come to differ by {repeats.by:.1g}, as kernels that round otherwise each time make them"
            return self._say(REPEAT, Verdict.HOLDS, cases=1, observed=apart, kind="to rounding")
        return self._say(
            REPEAT,
            Verdict.REFUTED,
            observed=f"they differ at step {repeats.parted}",
            smallest=f"a=1  step {repeats.parted}",
            means="state or randomness is carried from one run to the next, so that nothing else can be told",
            kind="bit for bit",
        )

    def _as_given(self) -> Finding:
        change = self.facts.moved_start
        if change is None:
            return self._say(AS_GIVEN, Verdict.HOLDS, cases=3, kind="bit for bit")
        bench, layout = self.facts.bench, self.facts.bench.network.layout
        start, first = bench.start(change), bench.points(change, 1)[0]
        same = np.allclose(layout.units(start), layout.units(first), rtol=0, atol=16 * bench.eps)
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
        answer = self.facts.answers.of(mode, level)
        trial, outcome = answer.trial, answer.trial.outcome
        if answer.verdict is Verdict.HOLDS and self.facts.unmoved:
            why = f"it holds of what moves, but {self.facts.never_moves}"
            return self._say(law, Verdict.INCONCLUSIVE, observed=why, means="nothing is claimed of what never moves")
        if answer.verdict is Verdict.HOLDS:
            rests_on = "powers of two" if answer.exact else "controls"
            kind = f"{answer.limited.cause}-limited" if answer.limited else rests_on
            observed = words.limited(answer.limited) if answer.limited else ""
            if answer.limited:
                self._note(law, answer.limited.how, answer.limited.defect, f"holds {observed}")
            self._tell(law, trial, answer.doubt, answer.limited)
            return self._say(law, Verdict.HOLDS, observed=observed, cases=answer.cases, kind=kind)
        return self._say(
            law,
            answer.verdict,
            observed=words.gap(outcome),
            smallest=words.where(self.facts.bench.network.layout, trial),
            means=words.MEANS[mode] if answer.verdict is Verdict.REFUTED else "the law could not be decided",
            cases=answer.cases,
            kind="powers of two" if trial.in_powers_of_two else "controls",
            witness=self._witness(trial.change, outcome.step),
        )

    # -- the exponent -----------------------------------------------------------------------------

    def _exponent(self) -> Finding | None:
        found, why = self.facts.exponent, self.facts.no_rate
        if found.value is None and why:
            self.skipped[EXPONENT] = why
            return None
        if found.no_effect:
            return self._say(EXPONENT, Verdict.INCONCLUSIVE, observed="the rate has no effect on the first steps")
        if found.value is not None:
            kind = f"{found.limited.cause}-limited" if found.limited else words.kind(found.trials)
            if found.limited:
                limit, text = found.limited, f"holds {words.limited(found.limited)}"
                self._note(f"p = {found.value:g}", limit.how, limit.defect, text)
            for trial in found.trials:
                self._tell(f"p = {found.value:g}", trial, None if trial.outcome.passed else trial, found.limited)
            observed = f"p = {found.value:g}" + (f": {words.limited(found.limited)}" if found.limited else "")
            return self._say(EXPONENT, Verdict.HOLDS, observed=observed, cases=len(found.trials), kind=kind)
        trial = found.denied_by or found.trials[-1]
        observed = f"the best candidate is p = {found.candidate:g}: {words.gap(trial.outcome)}"
        refuted = found.denied_by is not None
        return self._say(
            EXPONENT,
            Verdict.REFUTED if refuted else Verdict.INCONCLUSIVE,
            observed=observed + (f" ({found.with_decay})" if found.with_decay else ""),
            smallest=words.where(self.facts.blocks_alone.network.layout, trial, rate=True),
            means="no change of the rate makes up for the scale of the initial weights" if refuted else "",
            cases=len(found.trials),
            kind="powers of two" if trial.in_powers_of_two else "controls",
            witness=self._witness(trial.change, trial.outcome.step),
        )

    # -- how far it holds -------------------------------------------------------------------------

    def _range(self) -> Finding | None:
        if self.facts.claim is None:
            self.skipped[EVERY_SCALE] = "there is no scaling law to follow"
            return None
        broken = [e for e in self.facts.edges if e.cause in BREAKING]
        verdict = Verdict.REFUTED if broken else Verdict.HOLDS
        if not broken and any(e.cause == "unknown" for e in self.facts.edges):
            verdict = Verdict.INCONCLUSIVE
        observed = words.reach(self.facts.edges)
        if verdict is Verdict.HOLDS:
            return self._say(EVERY_SCALE, verdict, observed=observed, cases=len(self.facts.edges), kind="powers of two")
        first = next(e for e in broken or self.facts.edges if e.change is not None)
        assert first.change is not None
        assert first.outcome is not None
        return self._say(
            EVERY_SCALE,
            verdict,
            observed=f"{observed}; {words.gap(first.outcome)}",
            smallest=words.where(self.facts.bench.network.layout, Trial(first.change, first.outcome)),
            means=f"beyond, {words.CAUSES[first.cause]}" + (f": {first.how}" if first.how else ""),
            cases=len(self.facts.edges),
            kind="powers of two",
            witness=self._witness(first.change, first.outcome.step),
        )

    # -- shared -----------------------------------------------------------------------------------

    def _say(self, law: str, verdict: Verdict, **fields: Any) -> Finding:
        replay = "" if verdict is Verdict.HOLDS else self._replay(law)
        return Finding(law, verdict, claimed=self._claimed(law), replay=replay, **fields)

    def _tell(self, what: str, trial: Trial, doubt: Trial | None, limited: Limited | None) -> None:
        """Note up to which step a law was decided, if not to the last, and whether generic scales left it open.

        They do not where constants that are known of break it as much.
        """
        if doubt is not None and not (limited and doubt.outcome.gap.relative <= ALIKE * limited.defect):
            gap = doubt.outcome.gap.relative
            self._note(what, ("doubt", gap < COARSE), gap, f"rests on powers of two: {words.doubt(doubt.outcome)}")
        if trial.outcome.passed and trial.outcome.step < self.facts.bench.steps:
            beyond = "beyond, rounding grows too far or a run overflows"
            self._note(
                what, ("until", trial.outcome.step), 0.0, f"is decided up to step {trial.outcome.step}: {beyond}"
            )

    def _note(self, law: str, what: Any, size: float, text: str) -> None:
        """Keep a note on a law with others of the same ``what``; the text of the largest ``size`` is shown."""
        self._said.setdefault(what, []).append((law, size, text))

    def _replay(self, law: str) -> str:
        return f"{self.call}, only={law!r})"

    @staticmethod
    def _claimed(law: str) -> str:
        mode = next((mode for mode, laws in NAMES.items() if law in laws.values()), None)
        return words.CLAIMED[mode] if mode else OTHERS[law]

    def _witness(self, change: Change, step: int) -> dict[str, Any]:
        scales = [float(a).hex() for a in np.exp2(change.exponents)]
        return {
            "seed": self.facts.bench.seed,
            "step": step,
            "scales": scales,
            "rate_factor": float(2.0**change.rate).hex(),
        }


def grouped(findings: list[Finding], facts: Facts) -> list[Finding]:
    """Return the findings, those on levels that follow from one exponent with it as their cause."""
    p = facts.exponent.value if "exponent" in facts.__dict__ else None
    refuted = [f for f in findings if f.law in LEVEL_LAWS and f.verdict is Verdict.REFUTED]
    if not p or len(refuted) < 2:
        return findings
    cause = f"p = {p:g}: at a fixed rate steps do not scale as weights do"
    return [replace(f, cause=cause) if f in refuted else f for f in findings]
