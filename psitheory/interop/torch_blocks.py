"""Which slices of parameters are blocks: those of one parameter, or of several that scale jointly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName, shown

Kind = str | int
"""What a parameter is: ``"rows"``, ``"whole"``, ``"free"``, or a number of groups of consecutive rows."""
Axes = int | Sequence[int]
"""The axis along which blocks lie, of all parameters or of each."""


@dataclass(frozen=True)
class Blocks:
    """So many blocks of parameters of these names, along an axis of each; of several they scale jointly."""

    names: tuple[str, ...]
    count: int
    axes: tuple[int, ...]

    @property
    def axis(self) -> int:
        """Return the axis of the first parameter."""
        return self.axes[0]

    def of(self, name: str) -> Blocks:
        """Return what blocks consist of in one of the parameters."""
        return Blocks((name,), self.count, (self.axes[self.names.index(name)],))

    @property
    def label(self) -> str:
        """Return what they are called."""
        return " + ".join(self.names)


def listed(groups: Any) -> Sequence[Any]:
    """Return groups as a sequence, where a mapping of names is one of groups of one parameter each.

    Raises
    ------
    ArgumentTypeError
        If it is neither.
    """
    if isinstance(groups, Mapping):
        return [{"name": name, "blocks": kind} for name, kind in groups.items()]
    if isinstance(groups, str) or not isinstance(groups, Sequence):
        raise ArgumentTypeError(f"groups is {shown(groups)}; a sequence or a mapping is needed")
    return groups


def named(groups: Sequence[Any], known: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Kind, Axes]]:
    """Yield the names, what their blocks are, and the axis or axes, of each group that names parameters.

    Raises
    ------
    ArgumentError, UnknownName
        If a group says no blocks, or names what is not known, or was named before.
    """
    left = set(known)
    for group in groups:
        if not isinstance(group, Mapping) or "blocks" not in group:
            raise ArgumentError(f"groups holds {shown(group)}; a name, or names, and blocks are needed in each")
        names = tuple(group.get("names", [group.get("name")]))
        for name in names:
            if name not in left:
                raise UnknownName(f"groups names {shown(name)}; there are {', '.join(known)}, each at most once")
            left.remove(name)
        yield names, group["blocks"], group.get("axis") or 0


def axes_of(axis: Any, shapes: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """Return the axis of blocks in each of some parameters.

    Raises
    ------
    ArgumentError
        If one has no such axis, or there are not as many as parameters.
    """
    axes = tuple(axis) if isinstance(axis, (list, tuple)) else (axis,) * len(shapes)
    if len(axes) != len(shapes):
        raise ArgumentError(f"axis is {shown(axis)}; one for each of {len(shapes)} parameters is needed")
    for one, shape in zip(axes, shapes, strict=True):
        if one not in range(max(len(shape), 1)):
            raise ArgumentError(
                f"axis is {shown(one)}, but a parameter has the shape {shape}; one of its axes is needed"
            )
    return axes


def count_of(kind: Any, shapes: Sequence[tuple[int, ...]], axis: Axes) -> int:
    """Return the number of blocks that ``kind`` means for parameters of these shapes, 0 for free ones."""
    rows = [shape[one] if shape else 1 for one, shape in zip(axes_of(axis, shapes), shapes, strict=True)]
    known = {"rows": rows[0], "row": rows[0], "whole": 1, "free": 0, "none": 0, "no effect": 0}
    count = known.get(kind) if isinstance(kind, str) else kind
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise ArgumentError(f"blocks is {shown(kind)}; 'rows', 'whole', 'free' or a number of groups is needed")
    if (count or kind in ("rows", "row")) and any(not k or k % count for k in rows):
        raise ArgumentError(
            f"blocks is {shown(kind)}, but a parameter has {min(rows)} rows; a divisor of them is needed"
        )
    return count


def rows_of(x: Any, count: int, axis: int) -> Any:
    """Return the blocks of a tensor as rows, in at least single precision: squares of half precision overflow."""
    x = x.float() if x.dtype in (torch.float16, torch.bfloat16) else x
    return (x.movedim(axis, 0) if x.dim() else x).reshape(count, -1)


def unrows(rows: Any, like: Any, axis: int) -> Any:
    """Return rows as a tensor of the shape and precision of another."""
    if not like.dim():
        return rows.reshape(like.shape).to(like.dtype)
    moved = like.movedim(axis, 0)
    return rows.reshape(moved.shape).movedim(0, axis).to(like.dtype)
