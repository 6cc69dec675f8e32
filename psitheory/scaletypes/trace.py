"""What one typed run leaves: degrees, equations, the numbers that are known, and the constants of the code."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Degrees, Ids
from psitheory.scaletypes.equations import Equations, Kind, Line, Place, place_of_caller

OURSELVES = ("psitheory/scaletypes/", "contextlib.py", "<frozen", "dataclasses.py", "functools.py")
"""Files that ask for no equation of their own."""
WRITTEN = 4
"""Constants that a line of code adds, at most: more come from a table, whose numbers are one by one of no sign."""
TABLE = -1
"""The key of what the constants of a line have together."""


@dataclass(frozen=True)
class Constant:
    """A number that stands in the code, or a hyper-parameter: its value, its name and where it was first used."""

    value: float
    name: str
    place: Place | None = None

    def __str__(self) -> str:
        """Return its name or its value; that of literals that are computed with, as in ``2 * 0.9``, with their text."""
        if self.name:
            return f"{self.name} = {self.value:g}"
        text = self.place.text_of(self.value) if self.place is not None else ""
        return f"the constant {text} = {self.value:g}" if text else f"the constant {self.value:g}"


@dataclass(frozen=True)
class Step:
    """One operation of a run, for a witness: its name, its line, values and degrees of its result.

    ``least`` is the smallest number that has all bits of its precision.
    """

    name: str
    place: Place
    values: np.ndarray
    degrees: np.ndarray
    least: float = 0.0


@dataclass
class Trace:
    """The record of one typed run.

    Attributes
    ----------
    constants : dict of int to Constant
        The constant that each unknown of its own stands for.
    known : dict of float to (int, bool)
        Degree of numbers recognised by their bits, and whether they are made of constants alone.
    along : frozenset of (Place, Kind)
        Lines at whose sums, or comparisons, constants scale along with what they stand beside.
    scaled : dict of int to float
        By which power of two the unknowns are scaled in this run, where they are.
    comparing : str
        What comparisons of numbers belong to.
    ratios : dict of int to (float, float)
        Between which powers of two the quotients of numbers that were compared lie, by the degree of the quotient.
    added : dict of Place to set of int
        The unknowns of what is added to numbers that scale, an eps, by its line: beside it factors may be constants.
    log : list of Step, optional
        The steps, where they are kept.
    weighed : int
        How often something was asked for that depends on signs and sizes: constants, comparisons.
    """

    degrees: Degrees = field(default_factory=Degrees)
    skip: Sequence[str] = OURSELVES
    constants: dict[int, Constant] = field(default_factory=dict)
    known: dict[float, tuple[int, bool]] = field(default_factory=dict)
    along: frozenset[Line] = frozenset()
    scaled: dict[int, float] = field(default_factory=dict)
    comparing: str = "comparison"
    ratios: dict[int, tuple[float, float]] = field(default_factory=dict)
    log: list[Step] | None = None
    added: dict[Place, set[int]] = field(default_factory=dict)
    weighed: int = 0
    _literals: dict[tuple[Place, float], int] = field(default_factory=dict)
    _signs: dict[Place, dict[int, set[bool]]] = field(default_factory=dict)
    _drifting: set[tuple[Place, int]] = field(default_factory=set)
    _hyper: dict[tuple[str, float | None], int] = field(default_factory=dict)
    _demanded: set[tuple[int, Place, Kind, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.equations = Equations(self.degrees)

    def here(self) -> Place:
        """Return the line of foreign code that runs now."""
        return place_of_caller(self.skip)

    def hyper(self, name: str, value: float, *, apart: bool = False) -> int:
        """Return the degree of a hyper-parameter, one for each name; that of a constant met before, if it is this.

        Where groups of parameters may give a name several values, ``apart`` tells these apart.
        """
        key = name, value if apart else None
        if key not in self._hyper:
            met = [] if has_few_bits(value) else [d for (_, x), d in self._literals.items() if x == abs(value)]
            self._hyper[key] = met[0] if len(met) == 1 else self.degrees.unknown(name)
            self.constants[self.degrees.index(self._hyper[key])] = Constant(value, name)
        return self._hyper[key]

    def literal(self, value: float) -> int:
        """Return the degree of a constant that is added or compared: an unknown of its own for each line."""
        if value == 0 or not np.isfinite(value):
            return 0
        self.weighed += 1
        key = (self.here(), abs(value))
        if key not in self._literals:
            degree = self.degrees.unknown(f"the constant {abs(value):g} at {key[0].short}")
            self.constants[self.degrees.index(degree)] = Constant(abs(value), "", key[0])
            self._literals[key] = degree
        return self._literals[key]

    def power(self, degrees: Ids) -> np.ndarray:
        """Return by which powers of two numbers of these degrees are scaled in this run."""
        kinds, where = np.unique(degrees, return_inverse=True)
        forms = (self.degrees.form(int(d)) for d in kinds)
        found = [sum(float(c) * self.scaled.get(i, 0.0) for i, c in form.items()) for form in forms]
        return np.array(found)[where.reshape(np.shape(degrees))]

    def times(self, degree: int, other: int) -> float:
        """Return how much more a number of the first degree is scaled in this run than one of the other."""
        return float(np.exp2(self.power(np.int64(degree)) - self.power(np.int64(other))))

    def follows(self, *kinds: Kind) -> bool:
        """Tell whether constants in sums, or comparisons, of the line that runs now scale along."""
        return bool(self.along) and any((self.here(), kind) in self.along for kind in kinds)

    def demand(self, a: Ids, b: Ids, kind: Kind = Kind.HARD, what: str = "") -> None:
        """Demand that degrees be equal, entry by entry, at the line that runs now."""
        if type(a) is int and a == b:  # one number, as mostly
            return
        different = self.degrees.apart(a, b)
        if different:
            self.weighed += kind is not Kind.HARD
            place = self.here()
            for degree in different:
                key = degree, place, kind, what
                if key not in self._demanded:
                    self._demanded.add(key)
                    self.equations.vanish(self.degrees.form(degree), place, kind, what)

    def compare(self, a: Ids, b: Ids, x: Any, y: Any, what: str) -> None:
        """Demand equal degrees of numbers x and y that are compared, and keep how far they are from being equal."""
        self.demand(a, b, Kind.WINDOW, what)
        a, b, x, y = np.broadcast_arrays(a, b, x, y)
        could_turn = (a != b) & ((x > 0) == (y > 0))
        if not could_turn.any():
            return
        degrees = np.ravel(self.degrees.combine(a[could_turn], b[could_turn], 1, -1))
        sizes = np.ravel(np.log2(np.abs(x[could_turn])) - np.log2(np.abs(y[could_turn])))
        for degree in np.unique(degrees):
            of_degree = sizes[degrees == degree]
            low, high = self.ratios.get(int(degree), (np.inf, -np.inf))
            self.ratios[int(degree)] = min(low, float(of_degree.min())), max(high, float(of_degree.max()))

    def constant(self, a: Ids, b: Ids, alike: Any, fixed: Ids) -> None:
        """Demand it of a constant (of degree ``fixed``) that is added; ``alike`` tells where signs are the same.

        An eps stands beside numbers of one sign, norms and roots.  What stands beside numbers of both is a drift.
        """
        self.weighed += 1
        place = self.here()
        own = fixed if isinstance(fixed, int) else int(np.ravel(fixed)[0])
        self.added.setdefault(place, set()).update(self.degrees.form(own))
        drifts = self._drifts(place, own, {alike} if isinstance(alike, bool) else set(map(bool, np.unique(alike))))
        self.demand(a, b, Kind.HARD if drifts else Kind.CONSTANT, "drift" if drifts else "constant")

    def _drifts(self, place: Place, own: int, alike: set[bool]) -> bool:
        """Tell whether a constant stands beside numbers of both signs, or one of the table that it comes from does."""
        line = self._signs.setdefault(place, {TABLE: set()})
        for key in (TABLE, own):
            line.setdefault(key, set()).update(alike)
        key = TABLE if len(line) > WRITTEN + 1 else own
        if len(line[key]) > 1 and (place, key) not in self._drifting:  # what was taken for an eps so far was none
            self._drifting.add((place, key))
            owns = [d for d in line if d != TABLE] if key == TABLE else [own]
            self.equations.harden(place, {i: 1 for d in owns for i in self.degrees.form(d)}, "drift")
        return len(line[key]) > 1

    def missing(self, what: str) -> None:
        """Keep that the operation of this line is not derived."""
        self.weighed += 1
        self.equations.not_derived(what, self.here())

    # -- numbers ---------------------------------------------------------------------------------

    def remember(self, value: float, degree: int, fixed: bool) -> None:
        """Keep the degree of a number, to know it again by its bits; numbers of few bits could be others."""
        if math.isfinite(value) and not has_few_bits(value):
            self.known[value] = self.known[-value] = degree, fixed

    @contextmanager
    def knowing(self, numbers: Sequence[Any]) -> Iterator[None]:
        """Know some numbers by their bits inside the block, however few those are."""
        ours = {float(x): (x.degree, x.fixed) for x in numbers if float(x) not in self.known}
        ours |= {-x: d for x, d in ours.items()}
        self.known.update(ours)
        try:
            yield
        finally:
            for x in ours:
                self.known.pop(x, None)


def told_apart(value: float, number: int) -> float:
    """Return a hyper-parameter changed in its last bits, by its number, so that it is known again among others.

    One of few bits stays as it is: it would no longer be what code compares it with.
    """
    return value if has_few_bits(value) else value * (1 + 3.7e-9 * (number + 1))


def has_few_bits(value: float) -> bool:
    """Tell whether a number is one that code writes often: at most eight bits after the first."""
    return math.ldexp(math.frexp(value)[0], 9).is_integer()
