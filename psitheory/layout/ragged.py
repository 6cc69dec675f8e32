"""Layouts of many unequal blocks: blocks of equal size are brought together by index, so that each size is one turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from psitheory.layout.layout import Layout


@dataclass(frozen=True)
class Ragged:
    """A layout whose blocks are in order of size, free entries last, and where its entries and blocks come from.

    Attributes
    ----------
    layout : Layout
    entries, back : int array, (n,)
        ``w[entries]`` is in the order of ``layout``, and ``[back]`` of that is w again.
    blocks : int array, (m,)
        The place in ``layout`` of each block.
    """

    layout: Layout
    entries: np.ndarray
    back: np.ndarray
    blocks: np.ndarray

    @classmethod
    def of(cls, layout: Layout) -> Ragged:
        """Return the blocks of ``layout`` in order of size; equal ones stay in the order they have."""
        cells = layout.sizes_in_order
        sizes = np.abs(cells)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        order = sorted(range(len(cells)), key=lambda k: (cells[k] <= 0, cells[k]))
        entries = np.concatenate([np.arange(starts[k], starts[k] + sizes[k]) for k in order])
        in_order = np.argsort(np.array(layout.sizes), kind="stable")
        sorted_layout = type(layout).of([layout.sizes[k] for k in in_order], layout.p)
        return cls(sorted_layout, entries, np.argsort(entries), np.argsort(in_order))

    def map(
        self, on_rows: Callable[..., np.ndarray], on_free: Callable[..., np.ndarray], *arrays: np.ndarray
    ) -> np.ndarray:
        """Return what :meth:`Layout.map` returns."""
        found = self.layout.map(on_rows, on_free, *(x.take(self.entries, axis=-1) for x in arrays))
        return np.asarray(found.take(self.back, axis=-1))

    def reduce(self, on_rows: Callable[..., np.ndarray], *arrays: np.ndarray) -> np.ndarray:
        """Return what :meth:`Layout.reduce` returns."""
        found = self.layout.reduce(on_rows, *(x.take(self.entries, axis=-1) for x in arrays))
        return np.asarray(found.take(self.blocks, axis=-1))
