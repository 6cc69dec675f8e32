"""One run of a JAX function by its jaxpr, each equation with the degrees of what it reads and writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.extend.core import Literal

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Place
from psitheory.scaletypes.jax.jaxprs import CALLS, bind, inner, is_of_library, needed, numpy_function, place_of
from psitheory.scaletypes.models.items import Item, Later, parameter_item
from psitheory.scaletypes.models.jax.movement import VIEWS, split
from psitheory.scaletypes.models.jax.primitives import RULES, WHOLE, Rule
from psitheory.scaletypes.models.jax.probing import probed
from psitheory.scaletypes.models.parameters import Parameter
from psitheory.scaletypes.models.rules import Rules

LIBRARY = ("/jax/", "/jaxlib/", "/flax/", "/equinox/", "/haiku/", "psitheory/scaletypes/", "psitheory/interop/")


class Trace:
    """The degrees of all that a jaxpr computes, and the equations that it asks for."""

    def __init__(self) -> None:
        self.line = Place("", 0)
        self.rules = Rules(lambda: self.line)

    def run(self, jaxpr: Any, consts: Sequence[Item], inputs: Sequence[Item], *, library: bool = False) -> list[Item]:
        """Run a jaxpr; lines of library code are those that call it."""
        known = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*consts, *inputs), strict=True))

        def read(v: Any) -> Item:
            return Item(v.val) if isinstance(v, Literal) else known[v]

        for eqn in needed(jaxpr):
            line = self.line
            self.line = line if library else place_of(eqn, LIBRARY) or line
            outs = self.equation(eqn, [read(v) for v in eqn.invars], library=library)
            self.line = line
            known.update(zip(eqn.outvars, outs, strict=True))
        return [read(v) for v in jaxpr.outvars]

    def equation(self, eqn: Any, x: list[Item], *, library: bool) -> list[Item]:
        """Run one equation."""
        name = eqn.primitive.name
        if name in CALLS:
            jaxpr, consts = inner(eqn)
            if any(item.known for item in x) and (whole := WHOLE.get(numpy_function(eqn, jaxpr))) is not None:
                return self._typed(eqn, x, whole, _later(eqn, x))
            return self.run(jaxpr, list(map(Item, consts)), x, library=library or is_of_library(jaxpr))
        if name in LOOPS:
            return LOOPS[name](self, eqn, x, library)
        if not any(item.known for item in x):
            return list(map(Item, bind(eqn, *(item.value for item in x))))
        if name == "stop_gradient":
            self.rules.detached[self.line] = None
        values = _later(eqn, x)
        if name in VIEWS:
            return [x[0].moved(self.rules, values[0], VIEWS[name](eqn))]
        if name == "split":
            return [x[0].moved(self.rules, v, move) for v, move in zip(values, split(eqn), strict=True)]
        return self._typed(eqn, x, RULES.get(name, probed), values)

    def _typed(self, eqn: Any, x: list[Item], rule: Rule, values: Sequence[Later]) -> list[Item]:
        ids = self._degrees(eqn, x, rule)
        ids = ids if isinstance(ids, list) else [ids]
        return [Item(v, None if i is None else np.asarray(i)) for v, i in zip(values, ids, strict=True)]

    def _degrees(self, eqn: Any, x: list[Item], rule: Rule) -> Any:
        try:
            ids = rule(self.rules, eqn, x)
        except Exception:  # a form of it that the rule does not know; demands already made only restrict
            ids = None
        if ids is None:
            self.rules.unknown_operation(eqn.primitive.name, [i.degrees(self.rules) for i in x if i.known])
            return [np.int64(0) for _ in eqn.outvars]
        return ids


def _later(eqn: Any, x: Sequence[Item]) -> list[Later]:
    """Return the outputs of an equation, computed if they are asked for."""
    found: list[Any] = []

    def made() -> list[Any]:
        if not found:
            found.extend(bind(eqn, *(item.value for item in x)))
        return found

    return [Later(tuple(v.aval.shape), partial(lambda k: made()[k], k)) for k, v in enumerate(eqn.outvars)]


def _row(rules: Rules, item: Item, k: int) -> Item:
    """Return a slice of what a loop runs over."""
    if not item.known:
        return Item(item.value[k])
    return item.moved(rules, Later(item.shape[1:], lambda: item.value[k]), lambda a: a[k])


def _scan(trace: Trace, eqn: Any, x: list[Item], library: bool) -> list[Item]:
    """Run the body once for each slice, on real values."""
    p = eqn.params
    jaxpr, consts = inner(eqn)
    fixed, carry, xs = (
        x[: p["num_consts"]],
        x[p["num_consts"] :][: p["num_carry"]],
        x[p["num_consts"] + p["num_carry"] :],
    )
    rows: list[list[Item]] = []
    steps = range(p["length"])
    for k in reversed(steps) if p["reverse"] else steps:
        now = [_row(trace.rules, one, k) for one in xs]
        out = trace.run(jaxpr, list(map(Item, consts)), [*fixed, *carry, *now], library=library)
        carry, row = out[: p["num_carry"]], out[p["num_carry"] :]
        rows.append(row)
    rows = rows[::-1] if p["reverse"] else rows
    return [*carry, *(_stacked(trace.rules, list(column)) for column in zip(*rows, strict=True))]


def _stacked(rules: Rules, items: list[Item]) -> Item:
    if not any(item.known for item in items):
        return Item(jnp.stack([item.value for item in items]))
    value = Later((len(items), *items[0].shape), lambda: jnp.stack([item.value for item in items]))
    return Item(value, np.stack([np.broadcast_to(item.degrees(rules), item.shape) for item in items]))


def _cond(trace: Trace, eqn: Any, x: list[Item], library: bool) -> list[Item]:
    """Take the branch that is taken; what decides must stay."""
    if x[0].known:
        trace.rules.zero(x[0].degrees(trace.rules), "cond")
    branches = eqn.params["branches"]
    taken = branches[int(np.clip(int(x[0].value), 0, len(branches) - 1))]
    return trace.run(taken.jaxpr, list(map(Item, taken.consts)), x[1:], library=library)


def _while(trace: Trace, eqn: Any, x: list[Item], library: bool) -> list[Item]:
    """Run the body while the condition holds."""
    p = eqn.params
    of_cond, of_body = x[: p["cond_nconsts"]], x[p["cond_nconsts"] :][: p["body_nconsts"]]
    carry = x[p["cond_nconsts"] + p["body_nconsts"] :]
    while True:
        test = p["cond_jaxpr"]
        (go,) = trace.run(test.jaxpr, list(map(Item, test.consts)), [*of_cond, *carry], library=library)
        if go.known:
            trace.rules.zero(go.degrees(trace.rules), "while")
        if not bool(go.value):
            return carry
        body = p["body_jaxpr"]
        carry = trace.run(body.jaxpr, list(map(Item, body.consts)), [*of_body, *carry], library=library)


def _linear_solve(trace: Trace, eqn: Any, x: list[Item], library: bool) -> list[Item]:
    """Let a solution have the degrees with which the equation that it solves is well typed."""
    count = eqn.params["const_lengths"].matvec
    matvec, right = eqn.params["jaxprs"].matvec, x[sum(eqn.params["const_lengths"]) :]
    found = [Item(value, trace.rules.fresh(value.shape)) for value in _later(eqn, x)]
    outs = trace.run(matvec.jaxpr, list(map(Item, matvec.consts)), [*x[:count], *found], library=library)
    for out, one in zip(outs, right, strict=True):
        trace.rules.equal(out.degrees(trace.rules), one.degrees(trace.rules), "custom_linear_solve")
    return [Item(one.given, trace.rules.settled(one.degrees(trace.rules))) for one in found]


LOOPS: dict[str, Callable[[Trace, Any, list[Item], bool], list[Item]]] = {
    "scan": _scan,
    "while": _while,
    "cond": _cond,
    "custom_linear_solve": _linear_solve,
}


def traced(
    f: Callable[..., Any],
    named: Mapping[str, Any],
    ignored: Mapping[str, Ids] | None = None,
) -> tuple[Rules, dict[str, Parameter], list[Item]]:
    """Run a function of arrays with degrees; return the rules, the parameters by name, and what it returned.

    Parameters
    ----------
    f : callable
        Takes the arrays one by one.
    named : mapping of str to array
    ignored : mapping of str to bool array, optional
        Entries that are known to have no effect.
    """
    closed = jax.make_jaxpr(f)(*named.values())
    trace = Trace()
    parameters = {
        name: Parameter([name], tuple(x.shape), int(x.size), trace.rules, (ignored or {}).get(name))
        for name, x in named.items()
    }
    inputs = [parameter_item(x, parameters[name]) for name, x in named.items()]
    out = trace.run(closed.jaxpr, list(map(Item, closed.consts)), inputs)
    trace.line = Place("", 0)
    return trace.rules, parameters, out
