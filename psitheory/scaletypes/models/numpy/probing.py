"""Functions of NumPy without a rule: run again on values times powers of two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.compact import ANY, distinct
from psitheory.scaletypes.models.items import Item
from psitheory.scaletypes.models.rules import Rules
from psitheory.scaletypes.nested import leaves, mapped
from psitheory.scaletypes.probing import Again, arrays_of, as_wholes, read_off
from psitheory.scaletypes.rules import Typed

MOST = 12
"""More unknowns than these in its inputs are not tried one by one."""


class InPlace(TypeError):
    """A function has changed what it was given."""


def probed(
    rules: Rules,
    name: str,
    function: Callable[..., Any],
    args: Sequence[Any],
    options: Mapping[str, Any],
    item_of: Callable[[Any], Item | None],
) -> Any:
    """Return what a function gives of the values of items, each array of real numbers as an item with its degrees.

    Parameters
    ----------
    item_of : callable
        Returns the item that an argument stands for, None for any other.

    Raises
    ------
    InPlace
        If it writes into its arguments: what they then are is not followed.
    """
    given = mapped(lambda x: _typed(rules, item_of(x)) or x, (tuple(args), dict(options)))
    inputs = [x for x in leaves(given) if isinstance(x, Typed)]

    def on(values: Callable[[Typed], Any]) -> Any:
        kept = mapped(lambda x: np.array(values(x) if isinstance(x, Typed) else x) if _is_array(x) else x, given)
        before = [x.copy() for x in leaves(kept) if isinstance(x, np.ndarray)]
        with np.errstate(all="ignore"):
            out = function(*kept[0], **kept[1])
        after = [x for x in leaves(kept) if isinstance(x, np.ndarray)]
        if not all(np.array_equal(x, y, equal_nan=x.dtype.kind in "fc") for x, y in zip(before, after, strict=True)):
            raise InPlace(f"{name} in place")
        return out

    out = on(lambda x: x.x)
    outs = [np.asarray(y) for y in leaves(out)]
    varying = [x for x in inputs if np.any(x.d)]
    found = _degrees(rules, name, varying, outs, arrays_of(on))
    if found is None:
        rules.unknown_operation(name, [x.d for x in varying])
        found = [np.zeros(y.shape, np.int64) for y in outs]
    ids = iter(found)
    return mapped(lambda y: _item(y, next(ids)), out)


def _degrees(
    rules: Rules, name: str, varying: Sequence[Typed], outs: Sequence[np.ndarray], again: Again
) -> list[Ids] | None:
    unknowns = {v for x in varying for d in distinct(x.d) for v in rules.degrees.form(int(d))}
    found = read_off(again, varying, outs, rules.degrees) if len(unknowns) <= MOST else None
    if found is not None:
        return found

    def one_of(group: Sequence[Typed]) -> int:
        kinds = {int(d) for x in group for d in distinct(x.d[x.x != 0])}
        if len(kinds) > 1:  # some entries alone might be scaled, too
            rules.missing.setdefault((name, rules.place()))
        parts = np.array(sorted(kinds), np.int64)
        return int(rules.same(parts, [0], f"{name} as a whole").ravel()[0]) if kinds else 0

    return as_wholes(again, varying, outs, rules.degrees, one_of)


def _is_array(x: Any) -> bool:
    return isinstance(x, (Typed, np.ndarray))


def _typed(rules: Rules, item: Item | None) -> Typed | None:
    """Return values with degrees in unknowns that are free; those of exact zeros, which fit any, are none."""
    if item is None:
        return None
    ids = np.broadcast_to(rules.settled(item.degrees(rules)), item.shape)
    return Typed(np.asarray(item.value), np.where(ids == ANY, 0, ids))


def _item(y: Any, ids: Ids) -> Any:
    """Return real or complex numbers with their degrees, and anything else as it is."""
    value = np.asarray(y)
    return Item(value, ids) if value.dtype.kind in "fc" else y
