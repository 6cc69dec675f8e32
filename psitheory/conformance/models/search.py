"""The search for the level of one parameter, and how a level is established: exactly, up to an eps, or not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from psitheory.arithmetic import Array
from psitheory.conformance.models.alignment import axis_name, ranges
from psitheory.conformance.models.eps_limit import Decay, decays_of, dies_out, limited_one, too_large
from psitheory.conformance.models.levels import Level, Limit, families_of, family_of
from psitheory.conformance.models.scaling import POWERS, Family, Outcome, attempted, tried
from psitheory.layout import Part
from psitheory.symmetry.baseline import Baseline
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.sampling import typical_sizes

SLICES = 256
"""More slices than these are not tried one by one."""


@dataclass(frozen=True, eq=False)
class Search:
    """The search for levels of one aspect, ``loss`` or ``outputs``, of one function.

    Attributes
    ----------
    function, bases
        The function as it is, and what it shows at several points.
    clean, clean_bases
        The same without its eps, or the function itself where it has none that can be removed.
    """

    function: LossFunction
    bases: Sequence[Baseline]
    clean: LossFunction
    clean_bases: Sequence[Baseline]
    aspect: str
    rng: np.random.Generator
    fresh: Sequence[Baseline] = ()
    clean_fresh: Sequence[Baseline] = ()
    """More points, at which what was found must hold too: at the others a neuron may be dead for all samples."""
    gradients: Array | None = None
    """w⊙∇ of something generic in the aspect, at the clean points, one row each."""

    @property
    def removable(self) -> bool:
        """Return whether an eps was found that can be taken out."""
        return self.clean is not self.function

    def level_of(self, part: Part) -> Level:
        """Return the finest level at which a part is invariant on its own."""
        if self.without_effect(part):
            return Level((part.name,), "no effect", None, Outcome("holds", cases=len(self.bases)), even=True)
        families = list(families_of(self.function.layout, part))
        found = self._finest(filter(self.plausible, families), part) or self._some_slices(part)
        if found is not None:
            return found
        whole = self.established(families[-1], (part.name,))
        if whole.outcome.status == "holds":  # though gradients, which need not be those of f, speak against it
            return self._finest(families[:-1], part) or whole
        return replace(whole, family=None, even=self._even(families[-1]))

    def _finest(self, families: Iterable[Family], part: Part) -> Level | None:
        """Return the first level that is established, or where code raises."""
        for family in families:
            level = self.established(family, (part.name,))
            if level.outcome.status in ("holds", "raised"):
                return level
        return None

    def established(self, family: Family, parts: tuple[str, ...]) -> Level:
        """Return the level that ``family`` establishes: exactly, up to an eps, or not."""
        outcome = tried(self.function, family, self.bases, self.rng, self.aspect, farther=True)
        spoiled: list[Baseline] = []
        if outcome.status == "holds":
            outcome, spoiled = self._confirmed(self.function, self.fresh, family, outcome)
        if outcome.status == "holds":
            below = self._eps_below(family) if outcome.lowest > min(POWERS) else None
            limit: Limit = "" if below is None else "removed" if self.removable else "decays"
            return Level(parts, family.text, family, outcome, limit, below, self._even(family))
        if outcome.status != "broken":
            return Level(parts, "undecided", family, outcome)
        bases = [*spoiled, *self.bases]
        held = replace(outcome, status="holds")
        if self.removable:
            without = tried(self.clean, family, self.clean_bases, self.rng, self.aspect, lowest=-8)
            if without.status == "holds":
                without, _ = self._confirmed(self.clean, self.clean_fresh, family, without)
            if without.status == "holds" and dies_out(self.function, family, bases, self.aspect):
                found = limited_one(decays_of(self.function, family, bases, self.aspect))
                return Level(parts, family.text, family, held, "removed", found, self._even(family))
            return Level(parts, "none", family, outcome)
        # a network near zero is linear, so that its layers trade up to a defect that dies out too
        decays = [] if family.is_trade else decays_of(self.function, family, bases, self.aspect)
        found = limited_one(decays)
        if found is None:
            return Level(parts, "none", family, outcome, decay=too_large(decays))
        return Level(parts, family.text, family, held, "decays", found, self._even(family))

    def _eps_below(self, family: Family) -> Decay | None:
        """Return the decay of a defect that is an eps's and seen at small scales alone."""
        return None if family.is_trade else limited_one(decays_of(self.function, family, self.bases, self.aspect))

    def _confirmed(
        self, function: LossFunction, fresh: Sequence[Baseline], family: Family, outcome: Outcome
    ) -> tuple[Outcome, list[Baseline]]:
        """Return the outcome, unless one more scaling at one of the fresh points, which comes along, breaks it."""
        for base in [b for b in fresh if not b.blind(self.aspect)]:
            x = self.rng.integers(-4, 5, family.count).astype(float)
            trial, error = attempted(function, family, base, x, "2**k, k of each unit in ±4", self.aspect)
            if error is None and not base.explains(trial.change, function, trial.at, self.aspect, added=True):
                return replace(outcome, status="broken", trial=trial), [base]
        return replace(outcome, cases=outcome.cases + len(fresh)), []

    def plausible(self, family: Family) -> bool:
        r"""Return whether gradients allow the family: Euler's :math:`\sum p_kw_k\partial_kf = 0` for each unit.

        A necessary condition only, and a loose one, since an eps may be there and a sum may be rounding noise.
        """
        if self.gradients is None:
            return True
        used = family.units >= 0
        for row in self.gradients:
            terms = (row * family.powers)[used]
            sums = np.bincount(family.units[used], terms, family.count)
            sizes = np.bincount(family.units[used], np.abs(terms), family.count)
            noise = 1e3 * np.finfo(self.function.dtype).eps * float(np.abs(row).sum())
            if np.any(np.abs(sums) > 0.05 * sizes + noise):
                return False
        return True

    def without_effect(self, part: Part, units: Array | None = None) -> bool:
        """Return whether other values, small and large, change nothing; ``units`` picks entries of the part."""
        view = self.function.layout.view
        sizes = view(part.name, typical_sizes(self.function))
        decided = False
        for base in [*self.bases, *self.fresh]:
            if base.blind(self.aspect):
                continue
            for size in (1.0, 2.0**10):
                w = base.w.copy()
                other = (self.rng.normal(size=part.shape) * sizes * size).astype(self.function.dtype)
                view(part.name, w)[...] = other if units is None else np.where(units, other, view(part.name, w))
                try:
                    with np.errstate(all="ignore"):
                        seen = self.function.observe(w)
                except Exception:
                    return False
                if not base.explains(base.change(seen, self.aspect), self.function, w, self.aspect, added=True):
                    return False
                decided = True
        return decided

    def _some_slices(self, part: Part) -> Level | None:
        """Return the slices of one axis that are invariant, or without effect, while others are not."""
        for axis, count in enumerate(part.shape):
            if not 1 < count <= SLICES or len(part.shape) == 1:
                continue
            good = [i for i in range(count) if self._slice_holds(part, axis, i)]
            if not good:
                continue
            labels = np.full(count, -1)
            labels[good] = np.arange(len(good))
            shape = [1] * len(part.shape)
            shape[axis] = count
            family = family_of(self.function.layout, part, np.broadcast_to(labels.reshape(shape), part.shape), "", axis)
            chosen = np.broadcast_to((labels >= 0).reshape(shape), part.shape)
            effect = "without effect" if self.without_effect(part, chosen) else "only"
            text = f"{axis_name(part, axis)} {ranges(good)} {effect}"
            level = self.established(replace(family, text=text), (part.name,))
            if level.outcome.status == "holds":
                return level
        return None

    def _slice_holds(self, part: Part, axis: int, i: int) -> bool:
        labels = np.full(part.shape, -1)
        np.moveaxis(labels, axis, 0)[i] = 0
        family = family_of(self.function.layout, part, labels, "", axis)
        return self.plausible(family) and self.established(family, (part.name,)).outcome.status == "holds"

    def _even(self, family: Family) -> bool | None:
        """Return whether changing the signs of units, all and at random, changes nothing."""
        decided = None
        for base in self.bases:
            if base.blind(self.aspect):
                continue
            for signs in (-np.ones(family.count), self.rng.choice([-1.0, 1.0], family.count)):
                if np.all(signs > 0):
                    continue
                w = family.flipped(base.w, signs)
                try:
                    with np.errstate(all="ignore"):
                        seen = self.function.observe(w)
                except Exception:
                    return None
                if not base.explains(base.change(seen, self.aspect), self.function, w, self.aspect):
                    return False
                decided = True
        return decided
