"""Typed runs of pairs ``(init, update)`` on JAX arrays: of the jaxprs of their first state and of a step."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import jax
import numpy as np

from psitheory.scaletypes.equations import Line, Place
from psitheory.scaletypes.jax.hyper import RATE, Marks
from psitheory.scaletypes.jax.interpreter import SKIP, Interpreter, JaxTrace
from psitheory.scaletypes.jax.operations import Item
from psitheory.scaletypes.jax.repeating import Noting
from psitheory.scaletypes.optimizers.problem import ENOUGH, MOST, TURNED, Problem, Record, Turns
from psitheory.scaletypes.optimizers.repeating import Watch, last_new
from psitheory.scaletypes.trace import Trace

Tree = dict[str, Any]


@dataclass(frozen=True)
class JaxRuns:
    """Typed runs of a pair on a problem.

    Parameters
    ----------
    pair : callable
        Returns ``init(params)`` and ``step(gradients, state, params, loss)``, which returns parameters and state, at
        a rate.
    problem : Problem
    rate : float
    precision : callable
        Returns a context in which arrays are of double precision.
    """

    pair: Callable[[Any], tuple[Callable[..., Any], Callable[..., Any], Sequence[Any]]]
    problem: Problem
    rate: float
    precision: Callable[[], AbstractContextManager[Any]]
    steps: int = TURNED
    most: int = MOST
    scale: Any = 1.0
    factors: Mapping[str, float] = field(default_factory=dict)
    along: frozenset[Line] = frozenset()
    enough: int = ENOUGH
    log: bool = False

    def of_length(self, steps: int) -> JaxRuns:
        """Return runs of a number of steps, whatever turns in them."""
        return replace(self, steps=steps + 1, most=steps, enough=sys.maxsize)

    def run(self, seed: int = 0) -> Record:
        """Run it, and return the record."""
        trace = JaxTrace(skip=SKIP, along=self.along)
        record, interpreter = Record.of(trace, self.problem), Interpreter(trace, [] if self.log else None)
        with self.precision(), np.errstate(all="ignore"):
            self._steps(_Traced(self, interpreter, Marks(trace, self.factors)), record, interpreter)
        record.log, record.rate = interpreter.log, RATE
        return record

    def last_new(self, steps: int, watch: Watch, seed: int = 0) -> int:
        """Return the last of so many steps that did what none before it did."""
        trace = JaxTrace(skip=SKIP)
        record, interpreter = Record.of(trace, self.problem), Noting(trace)
        with self.precision(), np.errstate(all="ignore"):
            after = self._each(_Traced(self, interpreter, Marks(trace, {})), record)

            def step() -> Hashable:
                next(after)
                return interpreter.done()

            return last_new(step, steps)

    def _steps(self, traced: _Traced, record: Record, interpreter: Interpreter) -> None:
        turns = Turns(self.problem)
        for params in islice(self._each(traced, record), self.most):
            degrees = [np.array(np.broadcast_to(p.d, p.shape)) for p in params]
            record.after_step(self.problem, degrees, [np.asarray(p.x) for p in params])
            turned = turns.after([p.x for p in params])
            if turned >= self.steps or (turned > 1 and interpreter.operations > self.enough):
                break

    def _each(self, traced: _Traced, record: Record) -> Iterator[list[Item]]:
        """Yield the parameters after each step."""
        trace, rate = record.trace, traced.rate()
        params = self._parameters(record)
        state, tree = traced.init(rate, params)
        constants = {i: self.factors.get(c.name, 1.0) for i, c in trace.constants.items()}
        trace.scaled |= {i: float(np.log2(by)) for i, by in constants.items() if by != 1}
        while True:
            loss, gradients = self.problem.evaluate([p.x for p in params])
            given = [self._gradient(trace, *x) for x in zip(self.problem.parts, params, gradients, strict=True)]
            here = Item(np.asarray(loss), np.int64(0))
            params, state, tree = traced.step(rate, given, state, tree, params, here)
            yield params

    @staticmethod
    def _gradient(trace: Trace, part: Any, p: Item, g: np.ndarray) -> Item:
        return Item(np.asarray(g), np.asarray(trace.degrees.times(p.d, -1)) if part.rows else np.int64(0))

    def _parameters(self, record: Record) -> list[Item]:
        out = []
        for i, (part, w) in enumerate(zip(self.problem.parts, self.problem.start, strict=True)):
            scale = self.scale[i] if isinstance(self.scale, tuple) else self.scale
            record.scaled(part, scale)
            out.append(Item(np.array(w * scale if part.rows else w, w.dtype), record.degrees(part)))
        return out


@dataclass
class _Traced:
    """The jaxprs of a pair, made when they are first needed."""

    runs: JaxRuns
    interpreter: Interpreter
    marks: Marks
    _known: dict[Any, Any] = field(default_factory=dict)
    _lines: dict[str, Place] = field(default_factory=dict)
    _as_number: bool = False

    def rate(self) -> Item:
        """Return the rate, of a degree of its own."""
        number = self.marks.number(RATE, self.runs.rate)
        return Item(np.asarray(float(number)), np.int64(number.degree), fixed=True)

    def init(self, rate: Item, params: Sequence[Item]) -> tuple[list[Item], Any]:
        """Return the leaves of the first state, and its structure."""

        def init(rate: Any, *params: Any) -> Any:
            first, _, code = self.runs.pair(rate)
            self._lines["init"] = _line_of(code[0])
            with self.marks.of(*code):
                return first(self._tree(params))

        return self._run(init, rate, *params)

    def step(
        self,
        rate: Item,
        gradients: Sequence[Item],
        state: Sequence[Item],
        tree: Any,
        params: Sequence[Item],
        loss: Item,
    ) -> tuple[list[Item], list[Item], Any]:
        """Return the parameters and the state after a step."""
        n = len(params)

        def step(rate: Any, *leaves: Any) -> Any:
            _, update, code = self.runs.pair(rate)
            self._lines["step"] = _line_of(code[1])
            given, old, held = leaves[:n], leaves[n : 2 * n], leaves[2 * n : -1]
            with self.marks.of(*code):
                new, after = update(
                    self._tree(given), jax.tree_util.tree_unflatten(tree, held), self._tree(old), leaves[-1]
                )
            return [new[part.name] for part in self.runs.problem.parts], after

        out, structure = self._run(step, rate, *gradients, *params, *state, loss)
        return out[:n], out[n:], structure.children()[1]

    def _tree(self, leaves: Sequence[Any]) -> Tree:
        return dict(zip((part.name for part in self.runs.problem.parts), leaves, strict=True))

    def _run(self, f: Callable[..., Any], rate: Item, *given: Item) -> tuple[list[Item], Any]:
        key = (f.__name__, *((x.shape, str(x.x.dtype)) for x in given))
        if key not in self._known:
            self._known[key] = self._traced(f, rate, given)
        closed, shape = self._known[key]
        out = self.interpreter.of(closed, [rate, *given], self._lines[f.__name__])
        return out, jax.tree_util.tree_structure(shape)

    def _traced(self, f: Callable[..., Any], rate: Item, given: Sequence[Item]) -> Any:
        """Trace a function of the rate and others; code that needs a number is given a number that is known again."""
        values = [x.x for x in given]
        if not self._as_number:
            try:
                return jax.make_jaxpr(f, return_shape=True)(rate.x, *values)
            except jax.errors.JAXTypeError:
                self._as_number = True
        number = self.marks.number(RATE, self.runs.rate)
        return jax.make_jaxpr(lambda _, *leaves: f(number, *leaves), return_shape=True)(rate.x, *values)


def _line_of(function: Any) -> Place:
    """Return the first line of a function."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    return Place(code.co_filename, code.co_firstlineno) if code is not None else Place("", 0)
