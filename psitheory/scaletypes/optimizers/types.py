r"""The scale types of an optimiser, solved from the equations of a typed run.

The equations are homogeneous in the scales of the rows, of the rate and of every other constant.  A *scaling law* is a
solution: rows by :math:`a`, the rate by :math:`a^p`, eps by :math:`a^e`, ….  Where nothing but the rows is scaled, the
solutions tell at which level runs commute with rescaling: each row, all rows of a layer together, or all weights.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

from psitheory.scaletypes.degrees import Form
from psitheory.scaletypes.equations import Equation, Kind, Line, Place
from psitheory.scaletypes.optimizers.problem import Record
from psitheory.scaletypes.solver import Elimination
from psitheory.scaletypes.trace import Constant

Level = Literal["each neuron", "each layer", "all weights"]
LEVELS: tuple[Level, ...] = ("each neuron", "each layer", "all weights")
RATES = ("rate", "lr", "learning_rate", "eta", "step_size")
"""Names under which methods take their rate, of several the first one."""
MET = "limit that is met"
"""What a sum breaks with that has the degree of a limit, as the numbers that met it have."""
Scaling = Mapping[int, Fraction]
"""The exponent of each unknown; zero where none is given."""


@dataclass(frozen=True)
class Break:
    """A line that does not follow a scaling law.

    Attributes
    ----------
    kind : Kind
    place : Place
    what : str
        The kind of operation.
    constants : tuple of Constant
        The constants that stand there.
    """

    kind: Kind
    place: Place
    what: str
    constants: tuple[Constant, ...] = ()

    @property
    def line(self) -> Line:
        """Return its line, and whether it is its sums or its comparisons."""
        return self.place, self.kind

    def __str__(self) -> str:
        named = ", ".join(map(str, self.constants))
        return f"{self.what}{f' ({named})' if named else ''} at {self.place}"


@dataclass(frozen=True)
class Law:
    """A scaling law and the lines that break it: none, or only constants and comparisons, or others."""

    scaling: Scaling
    breaks: tuple[Break, ...]

    def by(self, *kinds: Kind) -> tuple[Break, ...]:
        """Return the breaks of some kinds."""
        return tuple(b for b in self.breaks if b.kind in kinds)

    @property
    def holds(self) -> bool:
        """Tell whether it holds but for constants and comparisons."""
        return not self.by(Kind.HARD)

    @property
    def exact(self) -> bool:
        """Tell whether nothing breaks it."""
        return not self.breaks


@dataclass
class OptimizerTypes:
    """What a typed run tells of an optimiser."""

    record: Record
    _laws: dict[tuple[str, Level], Law] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[str, ...]:
        """Return what could not be derived, as ``not derived: OP at FILE:LINE``."""
        return self.record.trace.equations.not_derived_in_words()

    @property
    def unmoved(self) -> dict[str, list[int]]:
        """Return the rows of each part that never turned."""
        still = {name: [i for i, m in enumerate(rows) if m == 0] for name, rows in self.record.motion.items()}
        return {name: rows for name, rows in still.items() if rows}

    @property
    def all_still(self) -> bool:
        """Tell whether no row ever turned."""
        return not any(any(rows) for rows in self.record.motion.values())

    @property
    def all_rows(self) -> list[int]:
        """Return the unknowns that are scales of rows."""
        index = self.record.trace.degrees.index
        return [index(d) for rows in self.record.rows.values() for d in rows]

    @cached_property
    def rate(self) -> int | None:
        """Return the unknown that is the rate: an eta beside a rate is another number."""
        of_name = {c.name: i for i, c in reversed(self.record.trace.constants.items()) if c.name}
        return next((of_name[name] for name in (self.record.rate, *RATES) if name in of_name), None)

    @property
    def rate_name(self) -> str:
        """Return the name of the rate, empty where there is none."""
        return "" if self.rate is None else self.record.trace.constants[self.rate].name

    # -- levels ------------------------------------------------------------------------------------

    def scalings(self, level: Level) -> list[Scaling]:
        """Return the rescalings of rows that generate a level."""
        index = self.record.trace.degrees.index
        layers = [[index(d) for d in rows] for rows in self.record.rows.values()]
        groups = {
            "each neuron": [[i] for layer in layers for i in layer],
            "each layer": layers,
            "all weights": [self.all_rows],
        }[level]
        return [dict.fromkeys(group, Fraction(1)) for group in groups]

    def law(self, mode: Literal["full", "class"], level: Level) -> Law:
        """Return what breaks the equivariance of a level, rate and constants being what they are."""
        if (mode, level) not in self._laws:
            found: dict[Break, None] = {}
            for scaling in self.scalings(level):
                found |= dict.fromkeys(self.breaks(scaling, full=mode == "full"))
            self._laws[mode, level] = Law({}, tuple(found))
        return self._laws[mode, level]

    def finest(self, mode: Literal["full", "class"], *, exact: bool = False) -> str:
        """Return the finest level that holds (but for constants and comparisons, unless ``exact``), or ``none``."""
        laws = ((level, self.law(mode, level)) for level in LEVELS)
        return next((level for level, law in laws if (law.exact if exact else law.holds)), "none")

    def by_part(self) -> dict[str, str]:
        """Return for each part whether its rows may be scaled one by one (``rows``), together (``whole``), or not."""
        out, index = {}, self.record.trace.degrees.index
        for name, rows in self.record.rows.items():
            alone = [Law({}, self.breaks({index(d): Fraction(1)}, full=True)) for d in rows]
            together = Law({}, self.breaks(dict.fromkeys(map(index, rows), Fraction(1)), full=True))
            out[name] = "rows" if all(x.holds for x in alone) else "whole" if together.holds else "none"
        return out

    # -- the exponent ------------------------------------------------------------------------------

    @cached_property
    def hard(self) -> Law | None:
        """Return the law that holds once constants and comparisons are taken away, or None."""
        return self._solved((Kind.HARD,))

    @cached_property
    def complete(self) -> Law | None:
        """Return the law that holds when every constant that must scale does, or None."""
        for kinds in (tuple(Kind), (Kind.HARD, Kind.CONSTANT), (Kind.HARD, Kind.WINDOW)):
            found = self._solved(kinds)
            if found is not None:
                return found
        return self.hard

    @property
    def exponent(self) -> Fraction | None:
        """Return p, for the law that holds once constants and comparisons are taken away."""
        if self.hard is None or self.rate is None:
            return None if self.hard is None else Fraction(0)
        return self.hard.scaling.get(self.rate, Fraction(0))

    @property
    def must_scale(self) -> dict[str, Fraction]:
        """Return by which power of a each hyper-parameter must scale for the complete law, those of zero left out."""
        return self._named(self.complete)

    @property
    def must_scale_without_constants(self) -> dict[str, Fraction]:
        """Return the same for the law that holds once constants and comparisons are taken away."""
        return self._named(self.hard)

    @cached_property
    def conflict(self) -> tuple[Break, ...]:
        """Return lines that do not go together: no law of hyper-parameters meets all, though it may all but any one."""
        lines: dict[Place, list[Equation]] = {}
        for e in self.record.trace.equations.of(Kind.HARD):
            lines.setdefault(e.place, []).append(e)
        kept = {} if self._meets([e for own in lines.values() for e in own]) else dict(lines)
        for place in lines if kept else ():
            others = {other: own for other, own in kept.items() if other != place}
            if not self._meets([e for own in others.values() for e in own]):
                kept = others
        return tuple(self._break(own[0]) for own in kept.values())

    def _meets(self, equations: Sequence[Equation]) -> bool:
        """Tell whether some law, by which all rows have one scale and numbers without a name none, meets equations."""
        first, *others = self.all_rows
        fixed = [{i: 1} for i, c in self.record.trace.constants.items() if not c.name]
        system = Elimination([*fixed, *(e.terms for e in equations), *({i: 1, first: -1} for i in others)])
        return not system.vanishes({first: 1})

    def _named(self, law: Law | None) -> dict[str, Fraction]:
        constants, out, met = self.record.trace.constants, {}, set()
        for i, e in law.scaling.items() if law else ():
            if i in constants:
                c = constants[i]
                copy = _original(c.name), c.value, e
                if not c.name or copy not in met:  # of copies that scale alike the first one
                    out[c.name or f"{c} at {c.place}"] = e
                met.add(copy)
        return out

    def powers_of(self, name: str) -> set[Fraction]:
        """Return by which powers of a the hyper-parameters of a name must scale: several if copies of it differ."""
        scaling = self.complete.scaling if self.complete else {}
        named = ((i, c.name) for i, c in self.record.trace.constants.items())
        return {scaling.get(i, Fraction(0)) for i, own in named if name in (own, _original(own))}

    def at_fixed_constants(self, law: Law) -> tuple[Break, ...]:
        """Return what breaks a law when the rows and the rate alone are scaled."""
        kept = {i: e for i, e in law.scaling.items() if i not in self.record.trace.constants or i == self.rate}
        return self.breaks(kept, full=False)

    def follows(self, p: Fraction, constants: Container[Constant]) -> bool:
        """Tell whether a law with this exponent of the rate holds where some constants scale and the others stay."""
        system = Elimination(e.terms for e in self.record.trace.equations.of(Kind.HARD, Kind.WINDOW))
        first, *others = self.all_rows
        for i in others:
            system.require({i: Fraction(1), first: Fraction(-1)})
        for i, c in self.record.trace.constants.items():
            if i == self.rate:
                system.require({i: Fraction(1), first: -p})
            elif c not in constants:
                system.require({i: Fraction(1)})
        return not system.vanishes({first: Fraction(1)})

    def _solved(self, kinds: Sequence[Kind]) -> Law | None:
        """Return the law with as few constants scaled as can be: literals stay first, then others, then the rate."""
        system = Elimination(e.terms for e in self.record.trace.equations.of(*kinds))
        first, *others = self.all_rows
        for i in others:
            system.require({i: Fraction(1), first: Fraction(-1)})
        if system.vanishes({first: Fraction(1)}):
            return None
        for i in self._in_order():
            attempt = system.copy()
            attempt.require({i: Fraction(1)})
            if not attempt.vanishes({first: Fraction(1)}):
                system = attempt
        size = system.reduce({first: 1})
        lead = min(size)
        sizes = {i: system.reduce({i: 1}).get(lead, 0) for i in self._in_order()}
        scaling = {i: Fraction(x) / size[lead] for i, x in sizes.items()}
        scaling = {i: e for i, e in scaling.items() if e} | dict.fromkeys(self.all_rows, Fraction(1))
        return Law(scaling, self.breaks(scaling, full=False))

    def _in_order(self) -> list[int]:
        """Return the constants, those first that should not scale if they need not: an eps may rather than a limit."""
        constants = self.record.trace.constants
        added = {i for e in self.record.trace.equations.of(Kind.CONSTANT) for i in e.terms}
        literals = sorted((i for i, c in constants.items() if not c.name), key=added.__contains__)
        named = [i for i, c in constants.items() if c.name and i != self.rate]
        return (
            literals
            + sorted(named, key=lambda i: _may_scale(constants[i].name))
            + ([] if self.rate is None else [self.rate])
        )

    def turning_points(self, scaling: Scaling) -> list[float]:
        """Return k such that from the start times :math:`2^{k}` to the exponents of a scaling a comparison turns."""
        trace, out = self.record.trace, []
        for degree, ratios in trace.ratios.items():
            growth = float(value(trace.degrees.form(degree), scaling))
            out += [-size / growth for size in ratios] if growth else []
        return out

    # -- breaks ------------------------------------------------------------------------------------

    def breaks(self, scaling: Scaling, *, full: bool) -> tuple[Break, ...]:
        """Return what breaks one scaling, in full or of classes alone."""
        found = [self._break(e) for e in self.record.trace.equations.found if value(e.terms, scaling)]
        if full and any(value(f, scaling) for f in self.record.kept):
            found.append(Break(Kind.HARD, Place("", 0), "the weights do not keep the scale of the start"))
        return tuple(dict.fromkeys(found))

    def _break(self, e: Equation) -> Break:
        constants = self.record.trace.constants
        there = [i for i in e.terms if i in constants and i != self.rate]
        added = self.record.trace.added.get(e.place, set()) if e.kind is Kind.CONSTANT else set()
        there = [i for i in there if i in added] or there
        free = [i for i in there if self._hard_system.reduce({i: Fraction(1)})]  # what can scale at all, such as an eps
        met = e.kind is Kind.HARD and bool(there) and self._limits.issuperset(free or there)
        return Break(e.kind, e.place, MET if met else e.what, tuple(constants[i] for i in free or there))

    @cached_property
    def _limits(self) -> frozenset[int]:
        """Return the constants with which something is compared."""
        return frozenset(i for e in self.record.trace.equations.of(Kind.WINDOW) for i in e.terms) & set(
            self.record.trace.constants
        )

    @cached_property
    def _hard_system(self) -> Elimination:
        return Elimination(e.terms for e in self.record.trace.equations.of(Kind.HARD))


def value(form: Form, scaling: Scaling) -> Fraction:
    """Return a form at a scaling."""
    return sum((c * scaling.get(i, Fraction(0)) for i, c in form.items()), Fraction(0))


def _original(name: str) -> str:
    """Return the name of which another is that of a copy, as that of ``eps 2``."""
    return re.sub(r" \d+$", "", name)


def _may_scale(name: str) -> int:
    """Return how likely a hyper-parameter is to carry a scale, by its name; of several solutions this picks one."""
    if name in RATES:  # a factor beside the rate
        return 0
    return 2 if "eps" in name or "decay" in name or name in ("wd", "l2") else 1
