"""An array that knows its degrees: NumPy hands its operations over to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from psitheory.scaletypes.models.items import Item
from psitheory.scaletypes.models.numpy.probing import InPlace, probed
from psitheory.scaletypes.models.rules import Rules
from psitheory.scaletypes.nested import mapped

Functions = dict[Any, Callable[..., Any]]
UFUNCS: Functions = {}
"""What is done for a ufunc: takes the rules and items, returns degrees."""
FUNCTIONS: Functions = {}
"""What is done for another function: takes the rules and its arguments by name, returns a Traced."""


class NotTraced(TypeError):
    """What is done with an array of which degrees cannot be followed."""


class Traced(NDArrayOperatorsMixin):
    """An array and its degrees; changed in place only where no other array shares its memory.

    Parameters
    ----------
    rules : Rules
    item : Item
    """

    __array_priority__ = 1000

    def __init__(self, rules: Rules, item: Item) -> None:
        self.rules, self.item = rules, item
        self.is_shared = item.source is not None

    def __array_namespace__(self, *args: Any, **kwargs: Any) -> Any:
        return np

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise NotTraced("its values leave for an array without degrees")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method == "reduce" and not set(kwargs) - {"axis", "keepdims", "dtype"}:
            name = {np.add: "sum", np.maximum: "max", np.minimum: "min", np.multiply: "prod"}.get(ufunc)
            if name is not None:
                return getattr(np, name)(inputs[0], axis=kwargs.get("axis", 0), keepdims=kwargs.get("keepdims", False))
        rule = UFUNCS.get(ufunc)
        target = kwargs.pop("out", (None,))[0]
        if target is None and (method != "__call__" or rule is None or kwargs):
            return self._probed(ufunc.__name__, getattr(ufunc, method), inputs, kwargs)
        if method != "__call__" or rule is None or kwargs or getattr(target, "is_shared", target is not None):
            raise NotTraced(f"{ufunc.__name__} in a form that has no rule")
        items = [self.item_of(x) for x in inputs]
        with np.errstate(all="ignore"):
            value = ufunc(*(item.value for item in items))
        item = Item(value, rule(self.rules, ufunc.__name__, *items))
        if target is None:
            return Traced(self.rules, item)
        if value.shape != target.item.shape:
            raise NotTraced(f"{ufunc.__name__} in place")
        target.item = item
        return target

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        rule = FUNCTIONS.get(func)
        if rule is not None:
            try:
                return rule(self.rules, *args, **kwargs)
            except (NotTraced, TypeError):  # a form of it that the rule does not know
                pass
        return self._probed(func.__name__, func, args, kwargs)

    def _probed(self, name: str, func: Any, args: Any, kwargs: Any) -> Any:
        """Return what a function without a rule gives, with the degrees that its values show."""
        try:
            out = probed(self.rules, name, func, args, kwargs, lambda x: x.item if isinstance(x, Traced) else None)
        except InPlace as error:
            raise NotTraced(str(error)) from error
        return mapped(lambda x: Traced(self.rules, x) if isinstance(x, Item) else x, out)

    @staticmethod
    def item_of(x: Any) -> Item:
        """Return an argument as an item."""
        return x.item if isinstance(x, Traced) else Item(np.asarray(x))

    def view(self, move: Callable[[Any], Any]) -> Traced:
        """Return a view, or a copy, of some entries."""
        out = Traced(self.rules, self.item.moved(self.rules, move(self.item.value), move))
        self.is_shared = out.is_shared = True
        return out

    def __getitem__(self, key: Any) -> Traced:
        if any(isinstance(k, Traced) for k in (key if isinstance(key, tuple) else (key,))):
            raise NotTraced("indices that depend on parameters")
        return self.view(lambda a: a[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        raise NotTraced("entries written in place")

    def __bool__(self) -> bool:
        return bool(self.item.value)  # which no scale changes

    def __float__(self) -> float:
        self.rules.zero(self.item.degrees(self.rules), "a plain number")
        value = float(self.item.value)
        self.rules.handed_out.append((value, self.rules.place()))
        return value

    def __len__(self) -> int:
        return len(self.item.value)

    def __iter__(self) -> Iterator[Traced]:
        return (self[k] for k in range(len(self)))

    def __getattr__(self, name: str) -> Any:
        if name in ("shape", "ndim", "size", "dtype"):
            return getattr(self.item.value, name)
        if name == "T":
            return self.view(lambda a: a.T)
        if name in ("reshape", "transpose", "ravel", "flatten", "squeeze", "swapaxes", "copy"):
            return lambda *args, **kwargs: self.view(lambda a: getattr(a, name)(*args, **kwargs))
        if name in ("sum", "mean", "var", "std", "max", "min", "prod", "dot", "clip"):
            return lambda *args, **kwargs: getattr(np, name)(self, *args, **kwargs)
        raise AttributeError(name)

    def astype(self, dtype: Any, **kwargs: Any) -> Traced:
        """Return it in another precision; whole numbers of it must stay."""
        if np.dtype(dtype).kind not in "fc":
            raise NotTraced("a cast to whole numbers")
        return Traced(self.rules, Item(self.item.value.astype(dtype), self.item.degrees(self.rules)))
