"""Functions of NumPy that arrays of entries do not have: run on their values, their degrees by a rule or by probing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.nested import leaves, mapped
from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.pairs.entries import Entry, floats
from psitheory.scaletypes.probing import arrays_of, read_as_wholes, read_off
from psitheory.scaletypes.rules import Rules, Typed
from psitheory.scaletypes.trace import Trace


def _solution(rules: Rules, a: Typed, b: Typed) -> Ids:
    if len(b.shape) > 1:
        return rules.solution(a, b, "solve")
    column = Typed(b.x[:, None], np.broadcast_to(b.d, b.shape)[:, None], b.fixed)
    return rules.solution(a, column, "solve")[..., 0]


OF_MATRICES: dict[str, Callable[..., Ids]] = {
    "solve": _solution,
    "inv": lambda rules, a: rules.inverse(a, "inv"),
    "cholesky": lambda rules, a: rules.cholesky(a, "cholesky"),
}
"""Rules for functions of matrices."""


def called(
    name: str, function: Callable[..., Any], args: Sequence[Any], options: Mapping[str, Any], trace: Trace
) -> Any:
    """Return what a function gives of the values of entries, as entries with the degrees that it gives them."""
    given = mapped(_typed, (tuple(args), dict(options)))
    inputs = [x for x in leaves(given) if isinstance(x, Typed)]

    def on(values: Callable[[Typed], Any]) -> Any:
        args, options = mapped(lambda x: values(x) if isinstance(x, Typed) else x, given)
        return function(*args, **options)

    out = on(lambda x: x.x)
    if not any(np.any(x.d) or not x.fixed for x in inputs):
        return out
    outs, rules = [np.asarray(y) for y in leaves(out)], Rules(trace)
    degrees = _by_rule(name, given, rules)
    if degrees is None:
        varying, again = [x for x in inputs if np.any(x.d)], arrays_of(on)
        degrees = read_off(again, varying, outs, trace.degrees) or read_as_wholes(again, varying, outs, rules, name)
    if degrees is None:
        trace.missing(name)
        degrees = [np.int64(0)] * len(outs)
    ids, fixed = iter(degrees), all(x.fixed for x in inputs)
    return mapped(lambda y: _entries(y, next(ids), trace, fixed=fixed), out)


def _by_rule(name: str, given: tuple[tuple[Any, ...], dict[str, Any]], rules: Rules) -> list[Ids] | None:
    args, options = given
    if name not in OF_MATRICES or options:
        return None
    return [OF_MATRICES[name](rules, *(x if isinstance(x, Typed) else _constant(x) for x in args))]


def _constant(x: Any) -> Typed:
    return Typed(np.asarray(x, float), np.int64(0), fixed=True)


def _typed(x: Any) -> Any:
    """Return an entry, or an array with entries, as values with degrees, and anything else as it is."""
    if isinstance(x, Entry):
        return Typed(np.float64(x.number), np.int64(x.number.degree), x.number.fixed)
    if not (isinstance(x, np.ndarray) and x.dtype == object):
        return x
    flat = [e.number if isinstance(e, Entry) else None for e in x.flat]
    degrees = np.array([0 if n is None else n.degree for n in flat], np.int64).reshape(x.shape)
    return Typed(floats(x), degrees, all(n is None or n.fixed for n in flat))


def _entries(values: Any, degrees: Ids, trace: Trace, *, fixed: bool) -> Any:
    """Return values with degrees as entries: an array of them, or one; what are no real numbers stay what they are."""
    x = np.asarray(values)
    if x.dtype.kind != "f":
        return values
    out = np.empty(x.shape, dtype=object)
    for place, d in zip(np.ndindex(x.shape), np.broadcast_to(degrees, x.shape).flat, strict=True):
        out[place] = Entry(Number(float(x[place]), trace, int(d), fixed=fixed))
    return out if out.ndim else out[()]
