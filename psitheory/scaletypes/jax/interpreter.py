"""Typed runs of jaxprs: every equation is computed, and what it returns is given its degrees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from psitheory.scaletypes.equations import Place
from psitheory.scaletypes.jax.along import scaled_along
from psitheory.scaletypes.jax.evaluate import VIEWS, evaluate
from psitheory.scaletypes.jax.hyper import NUMBER
from psitheory.scaletypes.jax.jaxprs import CALLS, bind, inner, is_of_library, numpy_function, place_of
from psitheory.scaletypes.jax.operations import RANDOM, RULES, WHOLE, Call, Item
from psitheory.scaletypes.jax.recall import Recall
from psitheory.scaletypes.probing import read_as_wholes, read_off
from psitheory.scaletypes.rules import Rules, Typed
from psitheory.scaletypes.trace import OURSELVES, Step, Trace

SKIP = (*OURSELVES, "/jax/", "/jaxlib/", "psitheory/interop/")
"""Files between an equation and the line that asked for it."""


def _plain(x: Any) -> np.ndarray:
    """Return an array of a dtype that NumPy has itself."""
    values = np.asarray(x)
    return values if values.dtype.kind in "fc" else values.astype(np.float32)


@dataclass
class JaxTrace(Trace):
    """The record of a typed run, whose line is that of the equation that runs, or of the code that is traced."""

    line: Place | None = None

    def here(self) -> Place:
        """Return the line of foreign code that runs now."""
        return super().here() if self.line is None else self.line


@dataclass
class Interpreter:
    """Runs jaxprs with degrees; ``log`` if every equation is kept."""

    trace: JaxTrace
    log: list[Step] | None = None
    operations: int = 0
    _places: dict[int, tuple[Any, Place | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules, self.recall = Rules(self.trace), Recall(self.trace)

    def place(self, eqn: Any) -> Place | None:
        """Return the line of an equation, which runs in every step."""
        if id(eqn) not in self._places:
            self._places[id(eqn)] = eqn, place_of(eqn, SKIP)  # kept, so that none other gets its number
        return self._places[id(eqn)][1]

    def constant(self, x: Any) -> Item:
        """Return a literal, or what the code has closed over, as an item; a number that is known has its degree."""
        value = x if hasattr(x, "dtype") and not isinstance(x.dtype, np.dtype) else np.asarray(x)
        if np.size(value) == 1 and getattr(value.dtype, "kind", "") == "f":
            found = self.trace.known.get(float(np.reshape(value, ())))
            if found is not None:
                return Item(value, np.int64(found[0]), fixed=found[1])
        return Item(value, np.int64(0), fixed=True, raw=True)

    def run(self, jaxpr: Any, consts: Sequence[Item], inputs: Sequence[Item], *, library: bool = False) -> list[Item]:
        """Run a jaxpr; lines of library code are those that call it."""
        env = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*consts, *inputs), strict=True))

        def read(v: Any) -> Item:
            return self.constant(v.val) if isinstance(v, Literal) else env[v]

        for eqn in jaxpr.eqns:
            line = self.trace.line
            self.trace.line = line if library and line is not None else self.place(eqn) or line
            try:
                outs = self.equation(eqn, [read(v) for v in eqn.invars], library=library)
            finally:
                self.trace.line = line
            env.update(zip(eqn.outvars, outs, strict=True))
        return [read(v) for v in jaxpr.outvars]

    def of(self, closed: Any, inputs: Sequence[Item], line: Place) -> list[Item]:
        """Run a jaxpr with its constants; ``line`` is that of equations of which none is known."""
        self.trace.line = line
        try:
            return self.closed(closed, inputs)
        finally:
            self.trace.line = None

    def closed(self, closed: Any, inputs: Sequence[Item], *, library: bool = False) -> list[Item]:
        """Run a jaxpr with its constants, inside another."""
        return self.run(closed.jaxpr, list(map(self.constant, closed.consts)), inputs, library=library)

    def equation(self, eqn: Any, x: list[Item], *, library: bool) -> list[Item]:
        """Run one equation."""
        name = eqn.primitive.name
        if name in CALLS:
            jaxpr, consts = inner(eqn)
            name = numpy_function(eqn, jaxpr)
            if name not in WHOLE:
                return self.run(jaxpr, list(map(self.constant, consts)), x, library=library or is_of_library(jaxpr))
        if name in LOOPS:
            return LOOPS[name](self, eqn, x, library)
        if eqn.primitive is NUMBER:
            return [Item(np.asarray(eqn.params["value"]), np.int64(eqn.params["degree"]), fixed=True)]
        call = Call(eqn, name, x, (), self.rules)
        args, found = scaled_along(call)
        call.outs = [found.x] if found is not None else evaluate(eqn, name, [item.x for item in args])
        if all(item.raw for item in x) and name not in RANDOM and not any(np.any(item.d) for item in x):
            return [Item(v, np.int64(0), fixed=True, raw=True) for v in call.outs]
        if name in VIEWS:
            return self._views(eqn, x, call.outs)
        return self._written(call, found)

    def _views(self, eqn: Any, x: Sequence[Item], values: Sequence[Any]) -> list[Item]:
        ids = [np.broadcast_to(item.d, item.shape) for item in x]
        moved = VIEWS[eqn.primitive.name](eqn.params, *ids)
        moved = moved if isinstance(moved, list) else [moved]
        return [replace(x[min(k, len(x) - 1)], x=v, d=d) for k, (v, d) in enumerate(zip(values, moved, strict=True))]

    def _written(self, call: Call, found: Typed | None) -> list[Item]:
        self.operations += 1
        rule = RULES.get(call.name, WHOLE.get(call.name))
        try:
            ids: Any = (
                found.d if found is not None else self._probed(call) if rule is None else self.recall.of(rule, call)
            )
        except (NotImplementedError, TypeError, ValueError, IndexError):  # a form of it that the rule does not know
            ids = self._underived(call)
        ids = ids if isinstance(ids, list) else [ids]
        fixed = all(item.fixed for item in call.args) and call.name not in RANDOM
        real = [
            jnp.issubdtype(v.dtype, jnp.inexact) for v in call.outs
        ]  # half precisions of JAX are no kind of NumPy's
        if self.log is not None and real[0]:
            degrees = np.array(np.broadcast_to(ids[0], call.outs[0].shape))
            least = float(jnp.finfo(call.outs[0].dtype).tiny)
            self.log.append(Step(call.name, self.trace.here(), _plain(call.outs[0]), degrees, least))
        return [
            Item(v, np.asarray(d) if is_real else np.int64(0), fixed)
            for v, d, is_real in zip(call.outs, ids, real, strict=True)
        ]

    def _probed(self, call: Call) -> list[Any]:
        varying = [x for x in call.args if np.any(x.d)]
        if not varying:
            return [np.int64(0) for _ in call.outs]

        def again(scaled: Callable[[Any], np.ndarray]) -> list[np.ndarray]:
            return [np.asarray(o) for o in bind(call.eqn, *(scaled(x) if x.is_real else x.x for x in call.args))]

        outs = [np.asarray(o) for o in call.outs]
        found = read_off(again, varying, outs, self.trace.degrees)
        if found is None:
            found = read_as_wholes(again, varying, outs, self.rules, call.name)
        return self._underived(call) if found is None else found

    def _underived(self, call: Call) -> list[Any]:
        self.trace.missing(call.name)
        return [np.int64(0) for _ in call.outs]

    # -- loops and branches, on real values ----------------------------------------------------------

    def scan(self, eqn: Any, x: list[Item], library: bool) -> list[Item]:
        """Run the body once for each slice."""
        p = eqn.params
        jaxpr, consts = inner(eqn)
        fixed, rest = x[: p["num_consts"]], x[p["num_consts"] :]
        carry, xs = rest[: p["num_carry"]], rest[p["num_carry"] :]
        rows: list[list[Item]] = []
        steps = range(p["length"])
        for k in reversed(steps) if p["reverse"] else steps:
            now = [replace(one, x=one.x[k], d=np.broadcast_to(one.d, one.shape)[k]) for one in xs]
            out = self.run(jaxpr, list(map(self.constant, consts)), [*fixed, *carry, *now], library=library)
            carry, row = out[: p["num_carry"]], out[p["num_carry"] :]
            rows.append(row)
        columns = zip(*(rows[::-1] if p["reverse"] else rows), strict=True)
        return [*carry, *map(_stacked, columns)]

    def loop(self, eqn: Any, x: list[Item], library: bool) -> list[Item]:
        """Run the body while its condition holds; of several, as under vmap, of those where it does."""
        p = eqn.params
        m, n = p["cond_nconsts"], p["cond_nconsts"] + p["body_nconsts"]
        carry = x[n:]
        while np.any(goes_on := np.asarray(self.closed(p["cond_jaxpr"], [*x[:m], *carry], library=library)[0].x)):
            after = self.closed(p["body_jaxpr"], [*x[m:n], *carry], library=library)
            carry = after if goes_on.ndim == 0 else list(map(partial(_moved_on, goes_on), after, carry))
        return carry

    def branch(self, eqn: Any, x: list[Item], library: bool) -> list[Item]:
        """Run the branch taken; the comparison was typed before."""
        branches = eqn.params["branches"]
        taken = branches[int(np.clip(int(x[0].x), 0, len(branches) - 1))]
        return self.closed(taken, x[1:], library=library)

    def solution(self, eqn: Any, x: list[Item], library: bool) -> list[Item]:
        """Run the function by which equations are solved; the others serve derivatives."""
        lengths, solve = eqn.params["const_lengths"], eqn.params["jaxprs"].solve
        first = lengths.matvec + lengths.vecmat
        given = [*x[first : first + lengths.solve], *x[first + lengths.solve + lengths.transpose_solve :]]
        return self.closed(solve, given, library=library)


def _moved_on(goes_on: np.ndarray, new: Item, old: Item) -> Item:
    which = goes_on.reshape(goes_on.shape + (1,) * (len(new.shape) - goes_on.ndim))
    ids = np.where(which, np.broadcast_to(new.d, new.shape), np.broadcast_to(old.d, old.shape))
    return Item(np.where(which, new.x, old.x), ids, new.fixed and old.fixed)


def _stacked(column: Sequence[Item]) -> Item:
    values = np.stack([np.asarray(one.x) for one in column])
    ids = np.stack([np.broadcast_to(one.d, one.shape) for one in column])
    return Item(values, ids, all(one.fixed for one in column), all(one.raw for one in column))


LOOPS: dict[str, Callable[[Interpreter, Any, list[Item], bool], list[Item]]] = {
    "scan": Interpreter.scan,
    "while": Interpreter.loop,
    "cond": Interpreter.branch,
    "custom_linear_solve": Interpreter.solution,
}
