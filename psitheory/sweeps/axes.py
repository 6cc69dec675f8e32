"""Axes of a grid: which values an option takes, and what they are called in the table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

import numpy as np

from psitheory.errors import ArgumentError, shown

Plain: TypeAlias = "str | bool | int | float | tuple[Plain, ...] | Mapping[str, Any] | None"
"""What a spec holds once it is read: data that JSON can say."""

SPACINGS: dict[str, Any] = {"geomspace": np.geomspace, "linspace": np.linspace}
"""Ranges of numbers by name: ``{geomspace = [low, high, count]}``."""

MOST_VALUES = 1_000_000
"""A coordinate of the table that takes a few megabytes at most, and is read from text."""


@dataclass(frozen=True)
class Axis:
    """One option and the values that it takes.

    Attributes
    ----------
    section : {"model", "optimizer", "run"}
    key : str
        The option; ``name`` for which model or optimiser it is.
    values : tuple
    """

    section: str
    key: str
    values: Sequence[Plain]

    @property
    def name(self) -> str:
        """Return what the axis is called in the table, such as ``model``, ``model_d``, ``optimizer``, ``rate``."""
        return called(self.section, self.key)

    def labels(self) -> np.ndarray:
        """Return the values as a column of a table: numbers as they are, names, and the rest as text."""
        if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in self.values):
            return np.asarray(self.values)
        return np.asarray([label(value) for value in self.values])


def called(section: str, key: str) -> str:
    """Return what an option is called in the table."""
    if key == "name":
        return section
    return key if section == "run" or key == "rate" else f"{section}_{key}"


def label(value: Plain) -> str:
    """Return what a value is called: a model or an optimiser by its label or its name and options."""
    if not isinstance(value, Mapping):
        return str(value)
    if "label" in value:
        return str(value["label"])
    options = ", ".join(f"{key}={option}" for key, option in value.items() if key != "name")
    return f"{value['name']} ({options})" if options else str(value["name"])


def plain(value: Any, what: str) -> Plain:
    """Return ``value`` as plain data: NumPy's numbers and arrays become Python's.

    Raises
    ------
    ArgumentError
        If it holds something that a file could not say, or a number that is not finite.
    """
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Mapping):
        return {str(key): plain(option, f"{what}.{key}") for key, option in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return tuple(plain(item, what) for item in value)
    if value is None or isinstance(value, (str, bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise ArgumentError(f"{what} is {shown(value)}; a text, a finite number, or a list of such is needed")


def values_of(value: Plain, what: str) -> tuple[Plain, ...] | None:
    """Return the values of an axis, None where ``value`` is one constant.

    A list is an axis, and so is a range such as ``{"geomspace": (0.1, 10, 5)}``.

    Raises
    ------
    ArgumentError
        If the axis is empty, a value stands twice, or a range is none.
    """
    if isinstance(value, Mapping) and "name" not in value:
        value = _spaced(value, what)
    if not isinstance(value, tuple):
        return None
    if not value:
        raise ArgumentError(f"{what} is an empty list; an axis needs at least one value")
    seen: set[str] = set()
    for item in value:
        if (written := json.dumps(item, sort_keys=True)) in seen:
            raise ArgumentError(f"{what} holds {shown(item)} twice; each value of an axis may stand once")
        seen.add(written)
    return value


def _spaced(value: Mapping[str, Any], what: str) -> tuple[Plain, ...]:
    name: str
    ends: Any
    name, ends = next(iter(value.items()), ("", ()))
    if len(value) != 1 or name not in SPACINGS:
        known = " or ".join(f"{{{name} = [low, high, count]}}" for name in SPACINGS)
        raise ArgumentError(f"{what} is {shown(dict(value))}{near(str(name), SPACINGS)}; {known} is needed")
    numbers = isinstance(ends, tuple) and all(type(end) in (int, float) for end in ends)
    if not (numbers and len(ends) == 3 and type(ends[2]) is int and ends[2] >= 1):
        raise ArgumentError(f"{what} is {shown(dict(value))}; [low, high, count] with a count of 1 or more is needed")
    low, high, count = ends
    if count > MOST_VALUES:
        raise ArgumentError(f"{what} has {count:,} values; at most {MOST_VALUES:,} can stand on an axis")
    if (name == "geomspace" and not 0 < low < math.inf) or high <= 0:
        raise ArgumentError(f"{what} is {shown(dict(value))}; a geometric range needs positive ends")
    return tuple(float(x) for x in SPACINGS[name](low, high, count))


def near(name: str, known: Any) -> str:
    """Return `` (did you mean …?)`` where a known name is close to ``name``, else nothing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" (did you mean {close[0]!r}?)" if close else ""
