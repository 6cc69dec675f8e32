"""What is found out of one method: each fact when it is asked for, since one serves several laws."""

from __future__ import annotations

from collections.abc import Callable, Container
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from psitheory.checking import Verdict
from psitheory.conformance.optimizers import words
from psitheory.conformance.optimizers.comparing.equivariance import LEVELS, START, Level, exponents, groups
from psitheory.conformance.optimizers.comparing.far_out import reach
from psitheory.conformance.optimizers.comparing.limited import TOLERANCE, Limited
from psitheory.conformance.optimizers.comparing.start import Repeated, forgets_scale, moved_start, run_twice
from psitheory.conformance.optimizers.laws.answers import Answers
from psitheory.conformance.optimizers.laws.edges import Edge, Path, edge
from psitheory.conformance.optimizers.laws.elsewhere import EXPONENT
from psitheory.conformance.optimizers.laws.exponent import Exponent, confirmed, find_exponent, without_rate
from psitheory.conformance.optimizers.laws.ranges import around_one
from psitheory.conformance.optimizers.runs.bench import ENOUGH, Bench
from psitheory.conformance.optimizers.runs.change import MODES, Change, CodeRaised, Mode
from psitheory.conformance.optimizers.runs.derived import Derived
from psitheory.conformance.optimizers.runs.run import OfRun
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.optimizers.types import LEVELS as TYPED
from psitheory.scaletypes.optimizers.types import Break


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
class Facts:
    """What is known of the method of one bench."""

    bench: Bench

    @classmethod
    def of(cls, bench: Bench) -> tuple[Facts, str]:
        """Return the facts of the method of ``bench``, without the free part if it refuses that, and what it said.

        A first step is tried here, so that an argument of the wrong kind is an error and no finding.
        """
        try:
            bench.points(START, 1)
        except CodeRaised as problem:
            reduced = bench.without_free()
            try:
                reduced.points(START, 1)
            except CodeRaised:
                return cls(bench), ""
            return cls(reduced), " ".join(str(problem).split())
        return cls(bench), ""

    @property
    def derived(self) -> Derived | None:
        """Return the scale types of the method, if everything was derived."""
        return self.bench.derived

    @cached_property
    def unmoved(self) -> dict[str, list[int]]:
        """Return the rows of each part that no run turned."""
        bench, layout = self.bench, self.bench.network.layout
        points = bench.points(START, bench.steps)
        with np.errstate(all="ignore"):
            seen = [np.asarray(layout.units(w)) for _, w in sorted(points.items())]
        out = {}
        for part in (p for p in layout.parts if p.blocks):
            views = [np.asarray(layout.view(part.name, w)).reshape(part.blocks, -1) for w in seen]
            still = [i for i in range(part.blocks) if all(np.array_equal(v[i], views[0][i]) for v in views)]
            if still:
                out[part.name] = still
        return out

    @property
    def runs_repeat(self) -> bool:
        """Tell whether two equal runs agree; what raises does not."""
        try:
            return self.repeats.parted is None
        except CodeRaised:
            return False

    @cached_property
    def no_numbers(self) -> int | None:
        """Return the first step compared after which a run from the start is not finite, if that leaves all open."""
        early = [t for t in self.bench.times if t <= ENOUGH]
        ends: list[int] = []
        with suppress(CodeRaised):  # it stands in a finding
            for bench in (self.bench, self.blocks_alone):
                finite = (bench.gaps(START, START, t, early[-1])["class"].finite for t in early)
                ends += [t for t, is_finite in zip(early, finite, strict=True) if not is_finite][:1]
        return min(ends) if len(ends) > 1 else None

    @cached_property
    def ends_by(self) -> int | None:
        """Return the first step compared after which a run from the start is not finite, or None."""
        with suppress(CodeRaised):  # it stands in a finding
            bench = self.bench
            return next((t for t in bench.times if not bench.gaps(START, START, t, t)["class"].finite), None)
        return None

    @property
    def all_still(self) -> bool:
        """Tell whether nothing moves at all."""
        sizes = {part.name: part.blocks for part in self.bench.network.layout.parts if part.blocks}
        return {name: len(rows) for name, rows in self.unmoved.items()} == sizes

    @cached_property
    def never_moves(self) -> str:
        """Return which rows never move, in words."""
        sizes = {part.name: part.blocks for part in self.bench.network.layout.parts}
        return words.unmoved(self.unmoved, sizes) if self.unmoved else ""

    @cached_property
    def answers(self) -> Answers:
        """Return what becomes of each level."""
        return Answers(self.bench)

    @cached_property
    def repeats(self) -> Repeated:
        """Return how far two equal runs are apart."""
        return run_twice(self.bench)

    @cached_property
    def moved_start(self) -> Change | None:
        """Return the first start at which a run does not begin, or None."""
        return moved_start(self.bench)

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
        if self.no_rate:
            return without_rate(self.blocks_alone)
        if self.derived is not None and self.derived.exponent is not None:
            found = confirmed(self.blocks_alone, self.derived.exponent)
            if found.value is not None:
                return found
        return find_exponent(self.blocks_alone)

    @cached_property
    def no_rate(self) -> str:
        """Return why the rate cannot be scaled, or an empty string."""
        if not self.bench.method.has_rate:
            return "the rate cannot be changed from outside"
        if isinstance(self.bench.method, OfRun) and self.bench.network.layout.p:
            return "the run moves its free weights at the same rate"
        return ""

    @cached_property
    def claim(self) -> Claim | None:
        """Return the strongest scaling law that holds."""
        for mode in MODES:
            for level in LEVELS:
                answer = self.answers.of(mode, level)
                if answer.verdict is Verdict.HOLDS:
                    return Claim(mode, level, 0.0, answer.limited)
        if self.exponent.value is None:
            return None
        return Claim("class", "all weights", self.exponent.value, self.exponent.limited, of_all=False)

    def is_among(self, laws: Callable[[Bench], Container[tuple[Mode, str]]]) -> bool:
        """Tell whether the claim is one of the laws of which its bench keeps something."""
        claim = self.claim
        if claim is None:
            return False
        if claim.p:
            return ("class", EXPONENT) in laws(self.blocks_alone)
        return (claim.mode, claim.level) in laws(self.bench)

    def bench_of(self, claim: Claim) -> Bench:
        """Return the bench on which a claim holds: that of blocks alone, if it says nothing of free parameters."""
        return self.bench if claim.of_all else self.blocks_alone

    @property
    def denied_by_types(self) -> Break | None:
        """Return the line at which the finest level that runs show asks for more, or None: runs may not reach it."""
        mode, level = next(((m, v) for m in MODES if (v := self.answers.finest(m)) not in (None, "none")), ("full", ""))
        if self.derived is None or not level:
            return None
        found: Any = level if level in TYPED else "each neuron"
        return next(iter(self.derived.whole.law(mode, found).by(Kind.HARD)), None)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Return where the claim stops: towards small and large scales, then as scales spread apart."""
        claim = self.claim
        assert claim is not None
        bench = self.bench_of(claim)
        if self.derived is not None and self.derived.allows(claim.mode, claim.level, claim.p):
            return self._ranges(bench, claim, self.derived)
        return self._by_slopes(bench, claim)

    def _ranges(self, bench: Bench, claim: Claim, derived: Derived) -> tuple[Edge, ...]:
        """Return where the claim stops around scale 1, with the lines that end it."""
        layout, top = bench.network.layout, reach(bench, claim.p)
        directions = [(float(side),) * layout.m for side in (-1, 1)]
        count = len(groups(layout, claim.level))
        if count > 1:
            apart = np.random.default_rng(bench.seed).permutation(np.linspace(-1, 1, count))
            directions.append(exponents(layout, claim.level, apart))
        bare = self.blocks_alone
        return tuple(
            around_one(Path(bare if len(d) == bare.network.layout.m else bench, claim.mode, claim.p, d), top, derived)
            for d in directions
        )

    def _by_slopes(self, bench: Bench, claim: Claim) -> tuple[Edge, ...]:
        """Return where the claim stops; causes are told by how breaks grow, for a method without types."""
        layout, top = bench.network.layout, reach(bench, claim.p)
        tolerance = TOLERANCE if claim.limited else bench.chaos
        found = []
        for side in (-1, 1):
            path = Path(bench, claim.mode, claim.p, (float(side),) * layout.m, 0, tolerance)
            found.append(edge(path, top))
        count = len(groups(layout, claim.level))
        if count > 1 and not claim.limited:
            apart = np.random.default_rng(bench.seed).permutation(np.linspace(-1, 1, count))
            spread = edge(Path(bench, claim.mode, 0.0, exponents(layout, claim.level, apart), 0, tolerance), top)
            causes = {e.cause for e in found}
            if spread.cause == "weak term" and "eps" in causes and "weak term" not in causes:
                spread = replace(spread, cause="eps")  # it is that of the small blocks
            found.append(spread)
        return tuple(found)

    def properties(self) -> dict[str, Any]:
        """Return what the laws tried so far say of the method."""
        out: dict[str, Any] = {mode: level for mode in MODES if (level := self.answers.finest(mode)) is not None}
        if len(out) == len(MODES):
            out = {"equivariance": next((mode for mode in MODES if out[mode] != "none"), "none")} | out
            with suppress(CodeRaised):  # it stands in a finding
                out |= self.answers.by_part()
        if "moved_start" in self.__dict__ and self.runs_repeat:
            with suppress(CodeRaised):
                forgotten = "normalised by the first step" if forgets_scale(self.bench) else "as given"
                out["start"] = "projected" if self.moved_start is not None else forgotten
        if "exponent" in self.__dict__:
            out["exponent"] = self.exponent.value
        if self.runs_repeat and self.unmoved and not self.all_still:
            out["unmoved"] = self.never_moves
        if "edges" in self.__dict__:
            out["scales"] = words.reach(self.edges)
        return out
