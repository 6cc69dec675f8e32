r"""The scale types of a method, where they can be derived, and what its runs do without the constants of some lines."""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from importlib.resources import files
from typing import Any, Protocol

import numpy as np

from psitheory.conformance.optimizers.runs.branches import Branches
from psitheory.conformance.optimizers.runs.change import Change, Mode
from psitheory.conformance.optimizers.runs.network import Network
from psitheory.conformance.optimizers.runs.seeds import seeded
from psitheory.errors import said
from psitheory.limits import foreign
from psitheory.scaletypes.equations import Kind, Line, Place
from psitheory.scaletypes.optimizers.problem import TURNED, Record
from psitheory.scaletypes.optimizers.types import LEVELS, Break, OptimizerTypes
from psitheory.scaletypes.trace import OURSELVES

LIBRARIES = (*OURSELVES, f"{files('psitheory')}/", "/numpy/", "/torch/", "/jax/", "/jaxlib/")
"""Files in which a method's own line is not."""


def _what(error: Exception) -> str:
    """Return what stopped a typed run: an operation of NumPy that entries do not have, or the error, with its line."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if not any(part in f.filename for part in LIBRARIES)]
    place = f" at {Place(frames[-1].filename, frames[-1].lineno or 0)}" if frames else ""
    operation = re.search(r"which has no callable (\w+) method", str(error))
    told = operation[1] if operation else f"{type(error).__name__}: {said(error)[:200]}"
    return f"{told}{place}"


class TypedRuns(Protocol):
    """Typed runs of a method, as dataclasses with the fields ``scale``, ``factors`` and ``along``."""

    def run(self, seed: int = 0) -> Record:
        """Run it and return the record."""
        ...


@dataclass
class Derived:
    """What types tell of a method: ``alone`` on scale-invariant blocks, ``whole`` with the free weights too."""

    runs: Any
    runs_whole: Any
    network: Network
    alone: OptimizerTypes
    whole: OptimizerTypes
    seed: int = 0
    _bases: dict[tuple[bool, int], Record] = field(default_factory=dict)
    _later: dict[tuple[bool, int], OptimizerTypes | None] = field(default_factory=dict)
    _last_new: dict[tuple[bool, int], int] = field(default_factory=dict)
    _gaps: dict[tuple[bool, Change, frozenset[Line], int], float] = field(default_factory=dict)
    _ends: dict[tuple[bool, int], list[np.ndarray]] = field(default_factory=dict)
    _blamed: dict[Line, None] = field(default_factory=dict)
    """Lines that were the cause before, which are tried first: they mostly are again."""
    confirmed: set[bool] = field(default_factory=set)
    """Whether the free weights are fixed, for each case in which a run has confirmed types of all steps."""

    @classmethod
    def of(cls, method: Any, network: Network, seed: int) -> tuple[Derived | None, str]:
        """Return the types of a method, or None with the reason why there are none."""
        if not hasattr(method, "typed") or network.dtype != np.float64:
            return None, ""
        bare = network.without_free()
        try:
            with _typed(seed):
                runs = method.typed(bare)
                alone = OptimizerTypes(runs.run(seed))
            with _typed(seed):
                same = network.fixed or not network.layout.p
                runs_whole = runs if same else method.typed(network)
                whole = alone if same else OptimizerTypes(runs_whole.run(seed))
        except Exception as error:  # the code under test, seen by an interpreter: runs decide
            return None, f"not derived: {_what(error)}"
        if alone.all_still:
            return None, "not derived: nothing moved in a typed run"
        return cls(runs, runs_whole, network, alone, whole, seed), ""

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what could not be derived, as ``not derived: OP at FILE:LINE``."""
        return tuple(dict.fromkeys((*self.alone.missing, *self.whole.missing)))

    @property
    def exponent(self) -> float | None:
        """Return p, if everything was derived and rows and rate alone need to be scaled."""
        law = self.alone.hard
        if self.missing or law is None or self.hard_breaks:
            return None
        return float(self.alone.exponent or 0)

    @cached_property
    def hard_breaks(self) -> tuple[Break, ...]:
        """Return the lines that no scaling of the rate alone repairs, such as a decay."""
        law = self.alone.hard
        return () if law is None else tuple(b for b in self.alone.at_fixed_constants(law) if b.kind is Kind.HARD)

    @cached_property
    def soft_breaks(self) -> tuple[Break, ...]:
        """Return the lines with constants and comparisons that a scaling of the rate alone does not repair."""
        law = self.alone.hard
        return () if law is None else tuple(b for b in self.alone.at_fixed_constants(law) if b.kind is not Kind.HARD)

    def allows(self, mode: Mode, level: str, p: float) -> bool:
        """Tell whether types know of no term but constants and comparisons that breaks a law at fixed values."""
        if p:
            return self.exponent == p
        found: Any = level if level in LEVELS else "each neuron"
        return self.whole.law(mode, found).holds or (self.alone.hard is not None and not self.hard_breaks)

    def later(self, steps: int) -> tuple[Break, ...]:
        """Return the lines that break the law of the first steps in a run of so many, and did not before."""
        law, found = self.alone.hard, self._of_length(steps)
        if law is None or found is None:
            return ()
        before = {b.line for b in self.alone.at_fixed_constants(law)}
        return tuple(b for b in found.at_fixed_constants(law) if b.line not in before)

    def has_new_constants(self, steps: int) -> bool:
        """Tell whether other constants than those of the first steps break their law in a run of so many."""
        law, found = self.alone.hard, self._of_length(steps)
        if law is None or found is None:
            return False
        known = {c for b in self.alone.at_fixed_constants(law) for c in b.constants}
        return any(c not in known for b in found.at_fixed_constants(law) for c in b.constants)

    def parted_by_constants(self, steps: int) -> bool:
        """Tell whether nothing but constants and comparisons breaks the law of the first steps in a run of so many.

        Or whether it holds once the constants of soft lines scale, which stand beside what scales, or are compared with
        it: what takes the place of what it is compared with has its degree.
        """
        law, found = self.alone.hard, self._of_length(steps)
        if law is None or found is None or found.missing:
            return False
        broken = found.at_fixed_constants(law)
        soft = [b for b in broken if b.kind is not Kind.HARD]
        constants = {c for b in (*self.soft_breaks, *soft) for c in b.constants}
        return bool(constants) and (soft == [*broken] or found.follows(self.alone.exponent or Fraction(0), constants))

    def broken_by_constants(self, network: Network, mode: Mode, change: Change, steps: int) -> bool:
        """Tell whether types of so many steps know of nothing but the constants of soft lines that breaks a change."""
        found, lines = self.breaks_of(network, mode, change, steps), {b.line for b in self.soft_breaks}
        return found is not None and all(b.kind is not Kind.HARD and b.line in lines for b in found)

    def breaks_of(self, network: Network, mode: Mode, change: Change, steps: int = 0) -> tuple[Break, ...] | None:
        """Return what breaks a rescaling in a run of so many steps, or the first, or None where that is not derived."""
        types = self._of_length(steps, fixed=network.fixed) if steps else self._of(network)
        if types is None or types.missing:
            return None
        return types.breaks(_scaling(types, change.exponents, change.rate), full=mode == "full")

    def _of_length(self, steps: int, *, fixed: bool = True) -> OptimizerTypes | None:
        """Return the types of a run of so many steps, with the free weights fixed or not, or None if there are none."""
        if (fixed, steps) not in self._later:
            self._later[fixed, steps] = None
            if hasattr(self.runs, "of_length"):
                with suppress(Exception), np.errstate(all="ignore"), _typed(self.seed):  # the code under test
                    self._later[fixed, steps] = OptimizerTypes(self._base(fixed, self.with_all_new(steps, fixed=fixed)))
        return self._later[fixed, steps]

    def with_all_new(self, steps: int, *, fixed: bool) -> int:
        """Return how many of so many steps have all that is new in them, and some more, in which its degrees spread."""
        runs = self.runs if fixed else self.runs_whole
        if steps <= TURNED or not hasattr(runs, "last_new"):
            return steps
        if (fixed, steps) not in self._last_new:
            with suppress(Exception), np.errstate(all="ignore"), _typed(self.seed):  # the code under test
                self._last_new[fixed, steps] = runs.last_new(steps, Branches(), self.seed)
        return min(steps, self._last_new.get((fixed, steps), steps) + TURNED)

    def turning_points(self, network: Network, direction: Sequence[float], p: float) -> list[float]:
        """Return how far along a direction of rescalings, the rate scaled with it, comparisons turn out otherwise."""
        types = self._of(network)
        return types.turning_points(_scaling(types, direction, p * direction[0]))

    def _of(self, network: Network) -> OptimizerTypes:
        return self.alone if network.fixed else self.whole

    # -- runs whose constants scale along ----------------------------------------------------------

    def gap(self, network: Network, change: Change, along: Iterable[Break], steps: int = 0) -> float:
        """Return how far a rescaled run is from the first, relative to the motion, if constants of lines scale along.

        Infinite where the code raises.  ``steps`` asks for so many, rather than what is enough to see every line.
        """
        key = network.fixed, change, frozenset(b.line for b in along), steps
        if key not in self._gaps:
            with np.errstate(all="ignore"), _typed(self.seed):
                try:
                    self._gaps[key] = self._gap(*key)
                except Exception:  # the code under test, on numbers that it may not expect
                    self._gaps[key] = np.inf
        return self._gaps[key]

    def _gap(self, fixed: bool, change: Change, along: frozenset[Line], steps: int) -> float:
        runs, base = (self.runs, self.alone.record.weights) if fixed else (self.runs_whole, self.whole.record.weights)
        if steps:
            runs, base = runs.of_length(steps), self._end(fixed, steps)
        scales = self._scales(self.network.without_free() if fixed else self.network, change, runs)
        other = replace(runs, scale=tuple(scales), factors=self._factors(change), along=along).run(self.seed)
        back = [y / a for y, a in zip(other.weights, scales, strict=True)]
        rows = [part.rows for part in runs.problem.parts]
        return _apart(zip(rows, runs.problem.start, base, back, strict=True))

    def plain_gap(self, network: Network, change: Change, *points: np.ndarray) -> float:
        """Return the same of runs as they are: of the start, its end, and the end of the rescaled run."""
        layout, (start, end, other) = network.layout, points
        w = start, end, layout.scale(1 / change.scales(network), other)
        return _apart((bool(part.blocks), *(layout.view(part.name, x) for x in w)) for part in layout.parts)

    def _base(self, fixed: bool, steps: int) -> Record:
        key = fixed or self.runs is self.runs_whole, steps
        if key not in self._bases:
            runs = self.runs if fixed else self.runs_whole
            self._bases[key] = runs.of_length(steps).run(self.seed)
        return self._bases[key]

    def _end(self, fixed: bool, steps: int) -> list[np.ndarray]:
        """Return where so many steps lead from the start, as they are where hyper-parameters are marked."""
        key = fixed or self.runs is self.runs_whole, steps
        if key not in self._ends:
            runs = (self.runs if fixed else self.runs_whole).of_length(steps)
            plain = hasattr(runs, "end") and key not in self._bases
            self._ends[key] = runs.end(self.seed) if plain else self._base(*key).weights
        return self._ends[key]

    @staticmethod
    def _scales(network: Network, change: Change, runs: Any) -> list[np.ndarray]:
        """Return what multiplies each part, in the shape in which typed runs have it."""
        layout = network.layout
        scaled = layout.scale(change.scales(network), np.ones(layout.n))
        return [np.reshape(layout.view(part.name, scaled), part.shape) for part in runs.problem.parts]

    def _factors(self, change: Change) -> dict[str, float]:
        rate = self.alone.rate
        constants = self.alone.record.trace.constants
        return {constants[rate].name: float(np.exp2(change.rate))} if rate is not None and change.rate else {}

    def causes(self, network: Network, change: Change, most: float, steps: int = 0) -> tuple[Break, ...]:
        """Return the lines whose constants, scaled along, leave no break there: one if one does, else all together.

        A break that typed runs hardly see must lose the greater part of what they do see.  ``steps`` asks for so many
        steps, rather than what is enough to see every line.
        """
        broken = self.gap(network, change, (), steps)
        if not np.isfinite(broken):  # nothing is known of what a run is without these constants
            return ()
        most = min(most, broken / 2)
        lines = self._blamed | dict.fromkeys(b.line for b in self.soft_breaks)
        for line in lines:
            there = tuple(b for b in self.soft_breaks if b.line == line)
            if self.gap(network, change, there, steps) <= most:
                self._blamed[line] = None
                return there
        if len(lines) > 1 and self.gap(network, change, self.soft_breaks, steps) <= most:
            return self.soft_breaks
        return ()

    def fades(self, found: Iterable[Break]) -> int:
        """Return the side to which constants die out: -1 small weights, 1 large ones, 0 if that is not known."""
        law, constants = self.alone.complete, self.alone.record.trace.constants
        powers = {constants[i]: e for i, e in law.scaling.items() if i in constants} if law else {}
        signs = {1 if powers[c] > 0 else -1 for b in found for c in b.constants if powers.get(c)}
        return signs.pop() if len(signs) == 1 else 0

    def overflow(self, network: Network, change: Change, steps: int = 0) -> str:
        """Return the first line where numbers are lost; or nothing.

        They become infinite or zero, or have fewer bits than their precision, before or after.  ``steps`` asks for so
        many steps, rather than what is enough to see every line.
        """
        runs = self.runs if network.fixed else self.runs_whole
        runs = replace(runs.of_length(steps) if steps else runs, log=True)
        scaled = replace(runs, scale=tuple(self._scales(network, change, runs)), factors=self._factors(change))
        with (
            np.errstate(all="ignore"),
            _typed(self.seed),
            suppress(Exception),
        ):  # the code under test, on numbers that it may not expect
            return self._lost(runs.run(self.seed).log or [], scaled.run(self.seed).log or [])
        return ""

    @staticmethod
    def _lost(base: Sequence[Any], other: Sequence[Any]) -> str:
        for x, y in zip(base, other, strict=False):
            if x.name != y.name or x.values.shape != y.values.shape:
                return ""
            size, before = np.abs(y.values), np.abs(x.values)
            small = (np.minimum(size, before) < y.least) & (np.maximum(size, before) > 0)
            lost = (np.isfinite(before) & ~np.isfinite(size)) | small
            if lost.any() and not x.name.startswith("empty"):
                return str(x.place)
        return ""

    def as_data(self) -> Mapping[str, Any]:
        """Return what was derived as plain data."""
        types = self.alone
        broken = types.at_fixed_constants(types.hard) if types.hard else types.law("class", "all weights").breaks
        scaled = {} if self.missing else types.must_scale  # with an equation more it may be another
        return {
            "must scale by": {name: str(e) for name, e in scaled.items()},
            "breaks": [{"kind": b.kind.value, "what": b.what, **_named(b), **_place(b.place)} for b in broken],
            "not derived": list(self.missing),
        }


def _scaling(types: OptimizerTypes, exponents: Sequence[float], rate: float) -> dict[int, Fraction]:
    scaling = dict(zip(types.all_rows, map(Fraction, exponents), strict=True))
    return scaling if types.rate is None else scaling | {types.rate: Fraction(rate)}


def _named(b: Break) -> dict[str, Any]:
    return {"constants": {c.name or "literal": c.value for c in b.constants}}


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.short.rpartition(":")[0], "line": place.line, "source": place.source}


def _apart(parts: Iterable[tuple[bool, Any, Any, Any]]) -> float:
    """Return how far two runs are apart, relative to the motion of rows: (has rows, start, end, other end) a part."""
    known = list(parts)
    gap, motion = max(_relative(y, x) for _, _, x, y in known), max(_relative(x, x0) for r, x0, x, _ in known if r)
    return gap / motion if motion > 0 and np.isfinite(gap) else np.inf


def _relative(y: np.ndarray, x: np.ndarray) -> float:
    apart, size = float(np.max(np.abs(y - x))), float(np.max(np.abs(x)))
    return apart / size if size > 0 else np.inf if apart else 0.0


@contextmanager
def _typed(seed: int) -> Iterator[None]:
    """Run a method's code for its types: a piece of somebody's code like each of its steps."""
    with seeded(seed), foreign("the run of the optimiser for its types"):
        yield
