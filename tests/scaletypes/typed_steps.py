"""What the equations of a typed run of an optimiser's step leave free, as the law of every operation asks for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import forms
from psitheory.scaletypes.solver import Elimination
from psitheory.scaletypes.trace import Trace
from tests.scaletypes.homogeneity import WHOLE, Arrays, Outputs
from tests.scaletypes.operation_law import Function


class Scalings:
    """The scalings of single entries under which all equations hold, constants kept."""

    def __init__(self, trace: Trace, ids: dict[str, Ids]) -> None:
        self.trace = trace
        self.unknowns = {name: [trace.degrees.index(int(i)) for i in x.ravel()] for name, x in ids.items()}
        self.shapes = {name: x.shape for name, x in ids.items()}
        system = Elimination(forms(trace.equations.found))
        for constant in trace.constants:
            system.require({constant: Fraction(1)})
        self.every = [v for unknowns in self.unknowns.values() for v in unknowns]
        self.basis = np.array(system.values(self.every), float).reshape(-1, len(self.every))

    @property
    def dimension(self) -> int:
        return len(self.basis)

    def random(self, rng: np.random.Generator, *, whole: bool) -> dict[int, float]:
        by = WHOLE * self.basis.T @ rng.choice([-1, 1], self.dimension)
        return dict(zip(self.every, by, strict=True))

    def exponents(self, name: str, values: dict[int, float]) -> np.ndarray:
        return np.array([values[v] for v in self.unknowns[name]]).reshape(self.shapes[name])

    def numbers(self, ids: Ids, values: dict[int, float]) -> np.ndarray:
        forms = {int(i): self.trace.degrees.form(int(i)) for i in np.unique(ids)}
        at = {i: sum(float(c) * values.get(v, 0.0) for v, c in form.items()) for i, form in forms.items()}
        return np.vectorize(at.__getitem__, otypes=[float])(ids)


@dataclass(frozen=True)
class StepTypes:
    """What a typed run says, in the words of the types of models."""

    exact: Scalings
    missing: tuple[Any, ...]
    constants: tuple[float, ...] = ()
    stricter: bool = False
    """Whether some operation was told only if all entries have one degree."""


def typed_step(
    trace: Trace, f: Function, w: dict[str, np.ndarray], run: Callable[[Trace, Function, Arrays, Arrays], Outputs]
) -> tuple[StepTypes, list[Ids]]:
    """Type an operation on inputs whose entries have an unknown each."""
    ids = {name: trace.degrees.unknowns([""] * x.size).reshape(x.shape) for name, x in w.items()}
    outs = run(trace, f, list(w.values()), list(ids.values()))
    stricter = any(e.what.endswith(" as a whole") for e in trace.equations.found)
    types = StepTypes(Scalings(trace, ids), tuple(trace.equations.missing), stricter=stricter)
    return types, [np.asarray(d) for _, d in outs]
