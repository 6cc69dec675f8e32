"""What is kept of the steps of an optimiser, and the means over blocks that are made of it, of many steps at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from psitheory.interop.torch_blocks import Blocks, rows_of
from psitheory.interop.torch_equilibrium import Hyper

KEPT = 64
"""Logged steps whose sums are kept before rows are made of them."""


SMALL = 2**13
"""Entries of a parameter up to which copies of it are kept for so many steps, since one operation costs as much."""


class Shelf:
    """Copies of a parameter before and after steps, and of its gradient; in float32 at least, by real numbers."""

    def __init__(self, p: Any, blocks: Blocks) -> None:
        p = plain(p)
        self.blocks, self.is_small = blocks, p.numel() <= SMALL
        precise = p.dtype in (torch.float32, torch.float64)
        count = KEPT if self.is_small else 1
        made = [torch.empty((count, *p.shape), dtype=p.dtype if precise else torch.float32, device=p.device)]
        made += [torch.empty_like(made[0]) for _ in range(2 if self.is_small else 0)]
        self._whole = made
        slots = [x.unbind(0) for x in made]
        self.before: Any = slots[0]
        self.after: Any = slots[1] if self.is_small else ()
        self.gradients: Any = slots[2] if self.is_small else ()
        self.steps: list[tuple[int, Hyper]] = []

    def sums(self) -> Any:
        """Return the sums of the steps that are kept, (steps, 4, blocks)."""
        k, count, axis = len(self.steps), self.blocks.count, self.blocks.axis
        whole = [x[:k] for x in self._whole]
        before, after, gradient = ((x.movedim(axis + 1, 1) if x.dim() > 1 else x).reshape(k, count, -1) for x in whole)
        return sums_of(sizes_of(gradient), after, before)

    def rows(self, x: Any) -> Any:
        """Return a tensor by blocks, (blocks, entries)."""
        return rows_of(plain(x), self.blocks.count, self.blocks.axis)


def plain(x: Any) -> Any:
    """Return a tensor without its history, dense, by real numbers: the parts of a complex one on a last axis."""
    x = x.detach() if x.layout is torch.strided else x.detach().to_dense()
    return torch.view_as_real(x.resolve_conj()) if x.is_complex() else x


def joined(sums: Sequence[Any]) -> Any:
    """Return the sums of blocks that consist of several parts, whose sums these are: lengths add by squares."""
    if len(sums) == 1:
        return sums[0]
    all_of = torch.stack([x.double() for x in sums])
    return torch.cat([all_of[:, :, :3].square().sum(0).sqrt(), all_of[:, :, 3:].sum(0)], dim=1)


def sizes_of(x: Any) -> Any:
    """Return the length of each block; as vecdot would, but at a third of its cost for small ones."""
    return torch.linalg.vector_norm(x, dim=-1)


def sums_of(gradient: Any, after: Any, before: Any) -> Any:
    r"""Return what is summed over each block, (…, 4, blocks); what was before the step is of no more use.

    :math:`\|\nabla f\|`, :math:`\|w^+\|`, :math:`\|w - w^+\|` and :math:`\langle w^+, w - w^+\rangle`.
    """
    minus = before.sub_(after)
    sizes = [gradient, sizes_of(after), sizes_of(minus)]
    return torch.stack([*sizes, minus.mul_(after).sum(-1)], dim=-2)


def means_of(sums: Any) -> Any:
    r"""Return for each step the root mean squares of :math:`r`, :math:`r\|\nabla f\|` before it and of its turn.

    With :math:`\delta = w^+ - w`, the part of the step across :math:`w^+` is
    :math:`\|\delta\|^2 - \langle w^+,\delta\rangle^2/\|w^+\|^2`: small steps keep their digits, unless they
    are nearly along w, where the turn is known to :math:`10^{-3}` of the step's length.
    """
    g, after, moved, minus = sums.double().unbind(1)
    along = -minus / after.clamp_min(torch.finfo(torch.float64).tiny)
    r = (after**2 + 2 * minus + moved**2).clamp_min(0).sqrt()
    turn = torch.atan2((moved**2 - along**2).clamp_min(0).sqrt(), after - along)
    return torch.stack([x.square().mean(1).sqrt() for x in (r, r * g, turn)], dim=1)
