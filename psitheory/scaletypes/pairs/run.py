"""Typed runs of init/step pairs and of functions on NumPy arrays, on a scale-invariant model."""

from __future__ import annotations

import copy
import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from psitheory.arithmetic import Array
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers import Optimizer
from psitheory.optimizers.checks import is_schedule
from psitheory.scaletypes.equations import Kind, Line
from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.optimizers.problem import Part, Problem, Record
from psitheory.scaletypes.optimizers.types import RATES
from psitheory.scaletypes.pairs.entries import Entry
from psitheory.scaletypes.pairs.stand_ins import CastingLayout, Draws, casting, is_ours, stand_ins
from psitheory.scaletypes.trace import OURSELVES, Trace, told_apart

CARRIED = 40_000
"""Entries times steps, each of which takes some 0.1 ms in a typed run."""
LATE = 100
"""Steps after which a run ends though nothing has moved."""
SKIP = (*OURSELVES, "psitheory/arithmetic/", "psitheory/layout/", "psitheory/optimizers/rate.py", "/numpy/")
"""Files between an operation and the line that asked for it."""


@dataclass(frozen=True, kw_only=True)
class ArrayRuns(ABC):
    """Typed runs of a method on NumPy arrays, whose entries carry degrees.

    Parameters
    ----------
    model : Model
    start : array, (n,)
    steps : int
        Steps that a run makes; more if nothing has moved by then.
    scale : float or tuple of array
        What multiplies the rows, a number or an array a part.
    factors : mapping of str to float
        What multiplies hyper-parameters, by name.
    along : frozenset of (Place, Kind)
        Lines at whose sums, or comparisons, constants scale along.
    log : bool
        Whether casts to a precision, in which numbers may lose their bits, are kept.
    """

    model: Any
    start: Array
    steps: int = 3
    scale: Any = 1.0
    factors: Mapping[str, float] = field(default_factory=dict)
    along: frozenset[Line] = frozenset()
    log: bool = False

    @property
    def problem(self) -> Problem:
        """Return the parts and where they start."""
        return Problem(tuple(map(_part, self.model.layout.parts)), self._arrays(self.start), lambda w: (0.0, w))

    def of_length(self, steps: int) -> Self:
        """Return runs of a number of steps, or of as many as so many entries take in some seconds."""
        return dataclasses.replace(self, steps=min(steps, max(self.steps, CARRIED // len(self.start))))

    def run(self, seed: int = 0) -> Record:
        """Run it, and return the record."""
        trace, problem = Trace(skip=SKIP, along=self.along, log=[] if self.log else None), self.problem
        record = Record.of(trace, problem)
        degrees = np.concatenate([record.degrees(part).ravel() for part in problem.parts])
        start, scales = self._scaled(problem)
        known = degrees != 0
        indices = map(trace.degrees.index, map(int, degrees[known]))
        trace.scaled |= dict(zip(indices, map(float, np.log2(scales[known])), strict=True))
        step = self._stepping(trace, seed)
        constants = {i: self.factors.get(c.name, 1.0) for i, c in trace.constants.items()}
        trace.scaled |= {i: float(np.log2(by)) for i, by in constants.items() if by != 1}
        w = _entries(start, degrees, trace)
        with stand_ins(self._code, trace):
            for t in range(max(LATE, self.steps)):
                if t >= self.steps and any(m for rows in record.motion.values() for m in rows):
                    break
                w = step(w)
                record.after_step(problem, self._arrays(_degrees(w)), self._arrays(_floats(w)))
        record.log = trace.log
        return record

    @property
    @abstractmethod
    def _code(self) -> Any:
        """Return what stands in the module whose code runs."""

    @abstractmethod
    def _stepping(self, trace: Trace, seed: int) -> Callable[[np.ndarray], np.ndarray]:
        """Return what takes a step; hyper-parameters have their degrees by then."""

    def _scaled(self, problem: Problem) -> tuple[np.ndarray, np.ndarray]:
        """Return the start and the scale of each entry."""
        given = self.scale if isinstance(self.scale, tuple) else [self.scale] * len(problem.parts)
        ones = [np.ones(part.shape) * (by if part.rows else 1) for part, by in zip(problem.parts, given, strict=True)]
        scales = np.concatenate([x.ravel() for x in ones])
        return self.start * scales, scales

    def _arrays(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the parts of a flat array, a row for each block."""
        layout = self.model.layout
        return tuple(np.array(layout.view(p.name, w)).reshape(_part(p).shape) for p in layout.parts)


@dataclass(frozen=True, kw_only=True)
class PairRuns(ArrayRuns):
    """Typed runs of an optimiser with our ``init`` and ``step``.

    Its fields that are floats are its hyper-parameters, those of an optimiser or a model that it holds too.
    """

    optimizer: Any

    @property
    def _code(self) -> Any:
        return type(self.optimizer)

    def _stepping(self, trace: Trace, seed: int) -> Callable[[np.ndarray], np.ndarray]:
        model, ours = _TypedModel(self.model, trace), is_ours(self._code)
        layout: Any = self.model.layout if ours else CastingLayout(self.model.layout)
        method = _Marking(trace, self.factors, self.model, model).of(self.optimizer)
        state: list[Any] = []

        def given(w: np.ndarray) -> np.ndarray:
            return w.copy() if ours else casting(w.copy())

        def step(w: np.ndarray) -> np.ndarray:
            if not state:
                state.append(method.init(layout, given(w)))
            here = model.evaluate(w)
            here = Evaluation(here.loss, given(here.gradient))
            w, state[0] = method.step(layout, given(w), here, state[0])
            return np.asarray(w)

        return step


@dataclass(frozen=True, kw_only=True)
class FunctionRuns(ArrayRuns):
    """Typed runs of a function ``step(w, gradient, state)``.

    ``constants`` are its hyper-parameters by name, ``offered`` what else it asks for, of layout, loss, rng and t.
    """

    function: Callable[..., Any]
    positional: int = 3
    constants: Mapping[str, Any] = field(default_factory=dict)
    offered: tuple[str, ...] = ()

    @property
    def _code(self) -> Any:
        return self.function

    def _stepping(self, trace: Trace, seed: int) -> Callable[[np.ndarray], np.ndarray]:
        layout, model = CastingLayout(self.model.layout), _TypedModel(self.model, trace)
        marking = _Marking(trace, self.factors)
        given = {name: marking.of(x, name) for name, x in self.constants.items()}
        known: dict[str, Any] = {"layout": layout, "rng": Draws(np.random.default_rng(seed), trace), "t": -1}
        state: list[Any] = [None]

        def step(w: np.ndarray) -> np.ndarray:
            here = model.evaluate(w)
            known.update(t=known["t"] + 1, loss=here.loss)
            extra = given | {name: known[name] for name in self.offered}
            arrays = (casting(w.copy()), casting(here.gradient), state[0])
            out = self.function(*arrays[: self.positional], **extra)
            if isinstance(out, tuple) and len(out) == 2:
                out, state[0] = out
            return np.asarray(out, dtype=object)

        return step


def _part(part: Any) -> Part:
    shape = (part.blocks, part.size // part.blocks) if part.blocks else (part.size,)
    return Part(part.name, shape, bool(part.blocks))


def _entries(values: np.ndarray, degrees: np.ndarray, trace: Trace) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    out[:] = [Entry(Number(float(x), trace, int(d), fixed=False)) for x, d in zip(values, degrees, strict=True)]
    return out


def _floats(w: np.ndarray) -> np.ndarray:
    return np.array([float(x.number if isinstance(x, Entry) else x) for x in w])


def _degrees(w: np.ndarray) -> np.ndarray:
    return np.array([x.number.degree if isinstance(x, Entry) else 0 for x in w], dtype=np.int64)


@dataclass(frozen=True)
class _Marking:
    """Gives hyper-parameters degrees of their own; ``model`` becomes ``typed``."""

    trace: Trace
    factors: Mapping[str, float]
    model: Any = None
    typed: Any = None

    def of(self, x: Any, name: str = "") -> Any:
        """Return an optimiser or a hyper-parameter with degrees, or what else it is as it is."""
        if self.model is not None and x is self.model:
            return self.typed
        if dataclasses.is_dataclass(x) and not isinstance(x, type):
            fields = {f.name: getattr(x, f.name) for f in dataclasses.fields(x) if f.init}
            return dataclasses.replace(x, **{key: self.of(y, key) for key, y in fields.items()})
        if name in RATES and is_schedule(x):
            return lambda t: self._number(name, float(x(t)))
        if not name and hasattr(x, "__dict__"):
            other = copy.copy(x)
            vars(other).update({key: self.of(y, key) for key, y in vars(x).items()})
            return other
        return self._number(name, x) if type(x) is float and x else x

    def _number(self, name: str, x: float) -> Entry:
        degree = self.trace.hyper(name, x)
        value = told_apart(x, self.trace.degrees.index(degree)) * self.factors.get(name, 1.0)
        return Entry(Number(value, self.trace, degree, fixed=True))


@dataclass(frozen=True, eq=False)
class _TypedModel:
    """A model of floats, whose gradient has degree -1 in each row, and whose Hessian in both of its rows."""

    model: Any
    trace: Trace

    @property
    def layout(self) -> Layout:
        layout: Layout = self.model.layout
        return layout

    @property
    def minimum(self) -> Any:
        return self.model.minimum

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient with their degrees."""
        here = self.model.evaluate(_floats(w), batch)
        gradient = _entries(here.gradient, self._inverse(w), self.trace)
        return Evaluation(Entry(Number(float(here.loss), self.trace, 0, fixed=False)), gradient)

    def hessian_vector(self, w: Array, x: Array) -> Array:
        """Return the product with the Hessian, of degree -1 in each row if x has that of w times a number."""
        inverse, along = self._inverse(w), _degrees(x)
        relative = self.trace.degrees.combine(along, inverse)
        moving = np.flatnonzero(_floats(x))
        if len(moving):
            self.trace.demand(relative[moving], np.full(len(moving), relative[moving[0]]), Kind.HARD, "Hessian")
            inverse = self.trace.degrees.combine(inverse, np.full_like(inverse, relative[moving[0]]))
        return _entries(self.model.hessian_vector(_floats(w), _floats(x)), inverse, self.trace)

    def _inverse(self, w: Array) -> np.ndarray:
        """Return minus the degrees of rows, 0 on free entries, whose own scale the loss does notice."""
        degrees = _degrees(w)
        is_free = np.concatenate([np.full(p.size, not p.blocks) for p in self.layout.parts])
        self.trace.demand(degrees[is_free], np.zeros(int(is_free.sum()), np.int64), Kind.HARD, "free weights")
        return np.where(is_free, 0, self.trace.degrees.times(degrees, -1))


def scaled(x: Any, factors: Mapping[str, float]) -> Any:
    """Return an optimiser whose hyper-parameters are multiplied by factors, by name."""
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        fields = {f.name: getattr(x, f.name) for f in dataclasses.fields(x) if f.init}
        changed = {k: v * factors[k] if k in factors and type(v) is float else v for k, v in fields.items()}
        inside = {k: scaled(v, factors) if isinstance(v, Optimizer) else v for k, v in changed.items()}
        return dataclasses.replace(x, **inside)
    return x
