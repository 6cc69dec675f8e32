"""Arrays with the degrees of their entries, for interpreters whose arrays are values and own no memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.parameters import Parameter, View
from psitheory.scaletypes.models.rules import Rules

SMALL = 1e-2
"""A constant up to this size that is added, or bounds from below, is taken for an eps or a floor; runs decide."""


@dataclass(eq=False)
class Later:
    """A value that is computed if somebody asks for it: degrees seldom do."""

    shape: tuple[int, ...]
    make: Callable[[], Any]
    made: Any = None

    def get(self) -> Any:
        """Return the value."""
        if self.made is None:
            self.made = self.make()
        return self.made


@dataclass(frozen=True, eq=False)
class Item:
    """An array and its degrees.

    Attributes
    ----------
    given : array or Later
    ids : int array or None
        Degrees, of as many axes, that broadcast to the shape; None for constants and for views of parameters.
    source : Parameter or None
        The parameter of which it is a view.
    home : array or None
        A view of bytes, one for each entry of the parameter, with the axes of this one: its strides say where entries
        lie.
    """

    given: Any
    ids: Ids | None = None
    source: Parameter | None = None
    home: Any = None

    @property
    def value(self) -> Any:
        """Return the array."""
        return self.given.get() if isinstance(self.given, Later) else self.given

    @property
    def known(self) -> bool:
        """Return whether it depends on parameters."""
        return self.ids is not None or self.source is not None

    @property
    def shape(self) -> tuple[int, ...]:
        """Return the shape."""
        return self.given.shape if isinstance(self.given, Later) else tuple(np.shape(self.given))

    @property
    def view(self) -> View | None:
        """Return where the entries lie in the parameter; None where an axis runs backwards."""
        if self.source is None or any(s < 0 for s in self.home.strides):
            return None
        offset = self.home.__array_interface__["data"][0] - _root(self.home).__array_interface__["data"][0]
        return View(self.home.shape, self.home.strides, offset)

    def degrees(self, rules: Rules, along: Sequence[int] = ()) -> Ids:
        """Return the degrees, with as many axes as the array; entries of a new view share one ``along`` axes."""
        rank = len(self.shape)
        if self.source is not None:
            view = self.view
            if view is not None:
                return np.asarray(self.source.read(view, along))
            whole = View((self.source.count,), (1,), 0)
            places = np.arange(self.source.count)[_places(self.home)]
            return np.broadcast_to(self.source.read(whole), self.source.count)[places]
        if self.ids is None:
            return np.full([1] * rank, ANY if fits_any(self.value) else 0, np.int64)
        ids = np.asarray(self.ids)
        return ids.reshape([1] * (rank - ids.ndim) + list(ids.shape))

    def moved(self, rules: Rules, value: Any, move: Callable[[Any], Any]) -> Item:
        """Return it with its entries moved, as a view of a parameter if it remains one."""
        if not self.known:
            return Item(value)
        if self.source is not None:
            home = move(self.home)
            if np.may_share_memory(home, _root(self.home)):
                return Item(value, None, self.source, home)
        return Item(value, move(np.broadcast_to(self.degrees(rules), self.shape)))


def parameter_item(value: Any, parameter: Parameter) -> Item:
    """Return a parameter as it comes in."""
    home = np.empty(max(1, parameter.count), np.int8)[: parameter.count].reshape(parameter.shape)
    return Item(value, None, parameter, home)


def number_of(item: Item) -> float | None:
    """Return the number that a constant is everywhere, or None."""
    if item.known or np.size(item.value) == 0:
        return None
    value = np.asarray(item.value)
    if value.dtype.kind not in "fiu" and value.dtype.name != "bfloat16":
        return None
    first = value.reshape(-1)[0]
    return float(first) if value.size == 1 or bool(np.all(value == first)) else None


def fits_any(value: Any) -> bool:
    """Return whether a constant is zero everywhere, or infinite, or no number."""
    value = np.asarray(value)
    if value.dtype.kind == "b" or value.size == 0:
        return False
    try:
        return bool(np.all((value == 0) | ~np.isfinite(value)))
    except TypeError:
        return False


def _root(home: Any) -> Any:
    while home.base is not None:
        home = home.base
    return home


def _places(home: Any) -> Any:
    """Return where each entry of a view lies in the memory of its root."""
    start = home.__array_interface__["data"][0] - _root(home).__array_interface__["data"][0]
    places = np.full(home.shape, start)
    for axis, (n, stride) in enumerate(zip(home.shape, home.strides, strict=True)):
        places = places + (np.arange(n) * stride).reshape([n if a == axis else 1 for a in range(home.ndim)])
    return places
