"""A typed run of an init/step pair on a scale-invariant model."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation, Model
from psitheory.optimizers import Optimizer
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.optimizers.problem import Part, Problem, Record
from psitheory.scaletypes.pairs.entries import Entry
from psitheory.scaletypes.trace import OURSELVES, Trace, told_apart

SKIP = (*OURSELVES, "psitheory/arithmetic/", "psitheory/layout/", "psitheory/optimizers/rate.py", "/numpy/")
"""Files between an operation and the line that asked for it."""


@dataclass(frozen=True)
class PairRuns:
    """Typed runs of an optimiser with our ``init`` and ``step``.

    Its fields that are floats are its hyper-parameters, those of an optimiser or a model that it holds too.

    Parameters
    ----------
    optimizer : Optimizer
        A dataclass, or none: then it has no hyper-parameters.
    model : Model
    start : array, (n,)
    steps : int
    """

    optimizer: Optimizer
    model: Model
    start: Array
    steps: int = 3

    def run(self) -> Record:
        """Run it, and return the record."""
        trace, layout = Trace(skip=SKIP), self.model.layout
        problem = Problem(tuple(map(_part, layout.parts)), self._arrays(self.start), lambda w: (0.0, w))
        record = Record.of(trace, problem)
        degrees = np.concatenate([record.degrees(part).ravel() for part in problem.parts])
        model = _TypedModel(self.model, trace)
        method, w = marked(self.optimizer, trace, self.model, model), _entries(self.start, degrees, trace)
        state = method.init(layout, w)
        for _ in range(self.steps):
            w, state = method.step(layout, w, model.evaluate(w), state)
            record.after_step(problem, self._arrays(_degrees(w)), self._arrays(_floats(w)))
        return record

    def _arrays(self, w: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return the parts of a flat array, a row for each block."""
        layout = self.model.layout
        return tuple(np.array(layout.view(p.name, w)).reshape(_part(p).shape) for p in layout.parts)


def _part(part: Any) -> Part:
    shape = (part.blocks, part.size // part.blocks) if part.blocks else (part.size,)
    return Part(part.name, shape, bool(part.blocks))


def _entries(values: np.ndarray, degrees: np.ndarray, trace: Trace) -> np.ndarray:
    out = np.empty(len(values), dtype=object)
    out[:] = [Entry(Number(float(x), trace, int(d), fixed=False)) for x, d in zip(values, degrees, strict=True)]
    return out


def _floats(w: np.ndarray) -> np.ndarray:
    return np.array([float(x) for x in w])


def _degrees(w: np.ndarray) -> np.ndarray:
    return np.array([x.number.degree if isinstance(x, Entry) else 0 for x in w], dtype=np.int64)


def marked(x: Any, trace: Trace, model: Any = None, typed: Any = None, name: str = "") -> Any:
    """Return an optimiser whose hyper-parameters have degrees of their own; ``model`` becomes ``typed``."""
    if model is not None and x is model:
        return typed
    if dataclasses.is_dataclass(x) and not isinstance(x, type):
        fields = {f.name: getattr(x, f.name) for f in dataclasses.fields(x) if f.init}
        return dataclasses.replace(x, **{key: marked(y, trace, model, typed, key) for key, y in fields.items()})
    if type(x) is not float or not x:
        return x
    degree = trace.hyper(name, x)
    return Entry(Number(told_apart(x, trace.degrees.index(degree)), trace, degree, fixed=True))


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
