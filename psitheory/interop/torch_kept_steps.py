"""What is kept of the steps of an optimiser, and the means over blocks that are made of it, of many steps at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch

from psitheory.interop.torch_blocks import Blocks, rows_of
from psitheory.interop.torch_equilibrium import Hyper

KEPT = 64
"""Logged steps whose sums are kept before rows are made of them."""
SMALL = 2**13
"""Entries of a parameter up to which copies of it are kept for several steps, since one operation costs as much."""
ROOM = 2**16
"""Numbers of each of three kinds that a shelf has room for: together they stay in the cache of a core."""


class Step(NamedTuple):
    """One logged step: its number, what groups of parameters have, in which of them one is, and which were moved."""

    number: int
    hypers: Sequence[Hyper]
    group_of: Mapping[str, int]
    names: Collection[str]


Sums = tuple[str, list[Step], Any]
"""A parameter, steps, and what is summed over its blocks in each, (4, steps, blocks)."""


class Shelf:
    """Copies of small parameters before and after steps, and of their gradients, for as many steps as there is room.

    Those of one step lie side by side, so that one operation serves all parameters and steps.

    Parameters
    ----------
    parameters : mapping of str to Tensor
        Plain, of one device and precision.
    blocks : mapping of str to Blocks
    """

    def __init__(self, parameters: Mapping[str, Any], blocks: Mapping[str, Blocks]) -> None:
        first, sizes = next(iter(parameters.values())), [p.numel() for p in parameters.values()]
        self.names, self.steps = list(parameters), list[Step]()
        self.room = max(1, min(KEPT, ROOM // max(sum(sizes), 1)))
        self._whole = torch.zeros((3, self.room, sum(sizes)), dtype=kept_as(first.dtype), device=first.device)
        pieces = dict(zip(self.names, self._whole.split(sizes, dim=2), strict=True))
        self._blocks = [_in_blocks(piece, parameters[name].shape, blocks[name]) for name, piece in pieces.items()]
        shaped = [piece.view(3, self.room, *parameters[name].shape) for name, piece in pieces.items()]
        gradients, after, before = (zip(*(x[kind].unbind(0) for x in shaped), strict=True) for kind in range(3))
        self.after: list[Sequence[Any]] = list(after)
        """For each step that there is room for, the places of the parameters after it."""
        self.at_start: list[tuple[Sequence[Any], Sequence[Any]]] = list(zip(before, gradients, strict=True))
        """The places of the parameters before it, and of their gradients."""

    def sums(self) -> Iterator[Sums]:
        """Yield the sums of the steps that are kept, which are forgotten."""
        steps, self.steps = self.steps, []
        k = len(steps)
        whole, blocks = self._whole, self._blocks
        if k < self.room:
            whole, blocks = whole[:, :k], [x[:, :k] for x in blocks]
        _, after, before = whole.unbind(0)
        before.sub_(after)
        sizes = [torch.linalg.vector_norm(x, dim=list(range(3, x.dim()))) for x in blocks]
        before.mul_(after)
        along = [x[2:].sum(list(range(3, x.dim()))) for x in blocks]
        is_whole = all(step.names is steps[0].names for step in steps) and len(steps[0].names) >= len(self.names)
        for name, of_kinds, inner in zip(self.names, sizes, along, strict=True):
            sums = torch.cat([of_kinds, inner])
            there = [is_whole or name in step.names for step in steps]
            if all(there):
                yield name, steps, sums
            elif any(there):
                of_steps = [step for step, is_there in zip(steps, there, strict=True) if is_there]
                yield name, of_steps, sums[:, torch.tensor(there, device=sums.device)]


def _in_blocks(piece: Any, shape: Sequence[int], blocks: Blocks) -> Any:
    """Return copies of a parameter (kinds, steps, entries) by blocks, (kinds, steps, blocks, ...)."""
    kinds, steps, _ = piece.shape
    if not blocks.axis:
        return piece.view(kinds, steps, blocks.count, -1)
    return piece.view(kinds, steps, *shape).movedim(blocks.axis + 2, 2).unflatten(2, (blocks.count, -1))


def shelves_of(parameters: Mapping[str, Any], blocks: Mapping[str, Blocks]) -> list[Shelf]:
    """Return the shelves of small parameters, one for each device and precision."""
    found: dict[Any, dict[str, Any]] = {}
    for name, p in ((name, plain(p)) for name, p in parameters.items()):
        if p.numel() <= SMALL:
            found.setdefault((p.device, kept_as(p.dtype)), {})[name] = p
    return [Shelf(of_one, blocks) for of_one in found.values()]


def kept_as(dtype: Any) -> Any:
    """Return the precision in which numbers are kept: float32 at least, since squares of half precision overflow."""
    return dtype if dtype in (torch.float32, torch.float64) else torch.float32


def plain(x: Any) -> Any:
    """Return a tensor without its history, dense, by real numbers: the parts of a complex one on a last axis."""
    x = x.detach() if x.layout is torch.strided else x.detach().to_dense()
    return torch.view_as_real(x.resolve_conj()) if x.is_complex() else x


def joined(sums: Sequence[Any]) -> Any:
    """Return the sums of blocks that consist of several parts, whose sums these are: lengths add by squares."""
    if len(sums) == 1:
        return sums[0]
    all_of = torch.stack([x.double() for x in sums])
    return torch.cat([all_of[:, :3].square().sum(0).sqrt(), all_of[:, 3:].sum(0)])


def sizes_of(x: Any, blocks: Blocks) -> Any:
    """Return the length of each block of a tensor; as vecdot would, but at a third of its cost for small ones."""
    return torch.linalg.vector_norm(rows_of(plain(x), blocks.count, blocks.axis), dim=-1)


def sums_of(gradient: Any, after: Any, before: Any, blocks: Blocks) -> Any:
    r"""Return what is summed over each block, (4, blocks); what was before the step is of no more use.

    :math:`\|\nabla f\|`, which is given, :math:`\|w^+\|`, :math:`\|w - w^+\|` and
    :math:`\langle w^+, w - w^+\rangle`.
    """
    after, minus = (rows_of(plain(x), blocks.count, blocks.axis) for x in (after, before))
    size, minus = torch.linalg.vector_norm(after, dim=-1), minus.sub_(after)
    moved = torch.linalg.vector_norm(minus, dim=-1)
    return torch.stack([gradient, size, moved, minus.mul_(after).sum(-1)])


def means_of(sums: Sequence[Any]) -> list[list[list[float]]]:
    r"""Return the root mean squares of :math:`r`, :math:`r\|\nabla f\|` before it and of its turn, of several steps.

    With :math:`\delta = w^+ - w`, the part of the step across :math:`w^+` is
    :math:`\|\delta\|^2 - \langle w^+,\delta\rangle^2/\|w^+\|^2`: small steps keep their digits, unless they
    are nearly along w, where the turn is known to :math:`10^{-3}` of the step's length.

    Parameters
    ----------
    sums : sequence of Tensor (4, steps, blocks)
        For several parameters, of the same steps.

    Returns
    -------
    list
        By parameter, step, and mean.
    """
    g, after, moved, minus = torch.cat([x.double() for x in sums], dim=2)
    along = minus / after.clamp_min(torch.finfo(torch.float64).tiny)
    squared = moved.square()
    r = (after.square() + 2 * minus + squared).clamp_min_(0)
    turn = torch.atan2((squared - along.square()).clamp_min_(0).sqrt_(), after + along)
    means = torch.stack([r, r * g.square(), turn.square_()]).split([x.shape[2] for x in sums], dim=2)
    found: list[list[list[float]]] = torch.stack([x.mean(2).T for x in means]).sqrt().tolist()
    return found
