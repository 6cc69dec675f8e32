"""One call of a function written in NumPy, with degrees, and the same function without its small constants."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Place
from psitheory.scaletypes.models.items import Item, parameter_item
from psitheory.scaletypes.models.numpy import functions, matrices  # noqa: F401  the rules register themselves
from psitheory.scaletypes.models.numpy.array import NotTraced, Traced
from psitheory.scaletypes.models.parameters import Parameter
from psitheory.scaletypes.models.rules import Rules

SHRINK = 2.0**-60
"""What a constant is multiplied by to take it out: too small to be felt, and still no division by zero."""
ADDING = {np.add, np.subtract, np.maximum, np.fmax, getattr(np, "clip", None)}
OURS = ("/numpy/", "psitheory/scaletypes/", "<")


def _place() -> Place:
    frame: Any = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if not any(part in file for part in OURS[:2]) and not file.startswith("<"):
            return Place(file, frame.f_lineno)
        frame = frame.f_back
    return Place("", 0)


def traced(
    f: Callable[[Mapping[str, Any]], Any], named: Mapping[str, Any], ignored: Mapping[str, Ids] | None = None
) -> tuple[Rules, dict[str, Parameter], Item]:
    """Call a function of named arrays with degrees; return the rules, the parameters by name, and what it returned.

    Raises
    ------
    Exception
        Whatever f raises on arrays that do not let their values out; :class:`NotTraced` for what has no rule.
    """
    rules = Rules(_place)
    parameters = {
        name: Parameter([name], tuple(x.shape), int(x.size), rules, (ignored or {}).get(name))
        for name, x in named.items()
    }
    out = f({name: Traced(rules, parameter_item(x, parameters[name])) for name, x in named.items()})
    for value, place in rules.handed_out:
        if value is not out:  # what is made of it is not followed
            rules.missing.setdefault(("a plain number", place))
    if isinstance(out, Traced):
        return rules, parameters, out.item
    if not (rules.handed_out and np.ndim(out) == 0):
        raise NotTraced("f returned a number without degrees")
    return rules, parameters, Item(np.asarray(out), np.int64(0))


class _Without(np.ndarray[Any, Any]):
    """An array beside which some constants vanish where they are added or bound from below."""

    taken: frozenset[float] = frozenset()

    def __array_finalize__(self, other: Any) -> None:
        self.taken = getattr(other, "taken", frozenset())

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        taken = next(x.taken for x in inputs if isinstance(x, _Without))
        plain = [x.view(np.ndarray) if isinstance(x, _Without) else x for x in inputs]
        if ufunc in ADDING and method == "__call__":
            plain = [_smaller(x, taken) for x in plain]
        if "out" in kwargs:
            kwargs["out"] = tuple(x.view(np.ndarray) if isinstance(x, _Without) else x for x in kwargs["out"])
        out = getattr(ufunc, method)(*plain, **kwargs)
        return _marked_too(out, taken)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return _marked_too(super().__array_function__(func, types, args, kwargs), self.taken)  # some give plain arrays


def _marked_too(out: Any, taken: frozenset[float]) -> Any:
    """Return results, arrays and numbers among them marked."""
    if isinstance(out, (list, tuple)):
        parts = [_marked_too(x, taken) for x in out]
        return type(out)(*parts) if hasattr(out, "_fields") else type(out)(parts)
    is_real = isinstance(out, (np.ndarray, np.floating)) and out.dtype.kind in "fc"
    return marked(out, taken) if is_real else out


def _smaller(x: Any, taken: frozenset[float]) -> Any:
    """Return a number that is taken, or an array of it, much smaller, and everything else as it is."""
    entries = np.ravel(np.asarray(x))
    is_real = entries.size and entries.dtype.kind == "f"
    is_taken = is_real and abs(float(entries[0])) in taken and bool(np.all(entries == entries[0]))
    return x * SHRINK if is_taken else x


def marked(x: Any, taken: frozenset[float]) -> Any:
    """Return an array beside which constants vanish."""
    out = np.asarray(x).view(_Without)
    out.taken = taken
    return out


def without_constants(constants: Iterable[float]) -> Callable[[Any], Any]:
    """Return what is done to arrays so that some constants beside them are multiplied by 2^-60."""
    taken = frozenset(constants)
    return lambda x: marked(x, taken)
