"""What takes freedom from degrees: equations, the line and the operation that ask for them, and numbers of no form."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from psitheory.scaletypes.degrees import Degrees, Form, Ids
from psitheory.scaletypes.equations import Kind, Place
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.solver import Elimination


@dataclass(frozen=True)
class Demand:
    """An equation, where it stands and what asks for it; a constant of a soft one."""

    form: Form
    place: Place
    what: str
    kind: Kind = Kind.HARD
    constant: float = 0.0

    def __str__(self) -> str:
        return f"{self.what} at {self.place.short}" if self.place.line else self.what


@dataclass
class Causes:
    """For each unknown that is no longer free, the demand that took it: one by one, or many that equal others."""

    single: dict[int, Demand] = field(default_factory=dict)
    many: list[tuple[Ids, Ids, Place, str]] = field(default_factory=list)

    def copy(self) -> Causes:
        """Return the same demands, to which others can be added."""
        return Causes(dict(self.single), list(self.many))

    def of(self, v: int) -> Demand | None:
        """Return the demand that took an unknown."""
        if v in self.single:
            return self.single[v]
        for taken, into, place, what in self.many:
            k = int(np.searchsorted(taken, v))
            if k < len(taken) and taken[k] == v:
                return Demand({v: 1, int(into[k]): -1}, place, what)
        return None


@dataclass(frozen=True, eq=False)
class Opaque:
    """A number that parameters determine, but that scales with none of them alone, such as a spectral norm.

    Attributes
    ----------
    degree : int
        An unknown of its own.  Where the equations leave it free though all parameters stay, its value has no say;
        elsewhere it has the one degree of all that it is made of.
    made_of : int array
    place, what
        As in a demand.
    """

    degree: int
    made_of: Ids
    place: Place
    what: str

    def demands(self, degrees: Degrees) -> list[Demand]:
        """Return the demands that it scale as everything that it is made of."""
        kinds = np.unique(self.made_of[self.made_of != ANY])
        forms = degrees.differences(kinds, np.full(kinds.shape, self.degree, np.int64))
        return [Demand(form, self.place, self.what) for form in forms]


def impose(solver: Elimination, because: Causes, demand: Demand) -> None:
    """Add a demand to a solver, and keep it for the unknown that it takes."""
    left = solver.reduce(demand.form)
    if left:
        because.single[solver.take(left)] = demand
