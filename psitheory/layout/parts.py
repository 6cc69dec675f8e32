"""Parts of a flat vector: named, shaped, cut into blocks or free."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from psitheory.errors import ArgumentError, ArgumentTypeError, shown


@dataclass(frozen=True)
class Part:
    """A named part of the flat axis: an array of ``shape``, cut into ``blocks`` equal blocks (0: free)."""

    name: str
    shape: tuple[int, ...]
    blocks: int

    @property
    def size(self) -> int:
        """Return the number of entries."""
        return math.prod(self.shape)


def blocks(name: str, *shape: int, each: Literal["row", "whole"] | int = "row") -> Part:
    """Return a part made of scale-invariant blocks.

    Parameters
    ----------
    name : str
        The name by which :meth:`Layout.view` finds the part.
    *shape : int
        Its shape; a vector is one block.
    each : "row", "whole" or int
        A block for each index of the first axis (batch norm), one block for the whole array (layer
        norm), or that many groups of consecutive rows (group norm).

    Raises
    ------
    ArgumentError
        If the shape is empty or has a zero, or the groups do not divide the first axis.
    """
    shape = _axes(name, shape)
    if not shape or any(k < 1 for k in shape):
        raise ArgumentError(f"shape of part {name!r} is {shape}; at least one axis, each of size 1 or more, is needed")
    rows = 1 if len(shape) == 1 else shape[0]
    if not (each in ("row", "whole") or isinstance(each, (int, np.integer))):
        raise ArgumentError(f"each of part {name!r} is {each!r}; 'row', 'whole' or a number of groups is needed")
    count = int(each) if isinstance(each, (int, np.integer)) else rows if each == "row" else 1
    if count < 1 or rows % count:
        raise ArgumentError(f"each of part {name!r} is {each!r}; a divisor of its {rows} rows is needed")
    return Part(name, shape, count)


def free(name: str, *shape: int) -> Part:
    """Return a part that no normalisation touches: affine parameters, a last layer."""
    shape = _axes(name, shape)
    if any(k < 0 for k in shape):
        raise ArgumentError(f"shape of part {name!r} is {shape}; no axis may be negative")
    return Part(name, shape, 0)


def _axes(name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    if not isinstance(name, str):
        raise ArgumentTypeError(f"name of a part is {shown(name)}; a string is needed")
    if any(isinstance(k, bool) or not isinstance(k, (int, np.integer)) for k in shape):
        raise ArgumentTypeError(f"shape of part {name!r} is {shown(shape)}; its axes must be integers")
    return tuple(int(k) for k in shape)
