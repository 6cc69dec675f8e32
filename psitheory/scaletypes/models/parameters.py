r"""The exponents of a parameter, without an unknown for each of its entries.

A weight that is contracted with inputs of degrees :math:`x_i` to outputs of degrees :math:`y_o` has the exponents
:math:`y_o-x_i`: one new unknown for each output, and its equations are met.  So eleven million weights cost some
thousand unknowns.  Views of a parameter (the thirds of a packed projection) are blocks of their own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.lib.stride_tricks import as_strided

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.compact import ANY, compressed
from psitheory.scaletypes.models.rules import Rules

UNUSED = -2
"""The mark of an entry that nothing has read."""
LARGEST = 400_000
"""More entries than these have no unknown each: those of a row share one, which is sound but may miss symmetries."""


@dataclass(frozen=True)
class View:
    """Where the entries of a view lie in memory: sizes, strides and offset in entries."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int

    @property
    def ends(self) -> tuple[int, int]:
        """Return the first entry and the one after the last."""
        return self.offset, self.offset + 1 + sum((n - 1) * s for n, s in zip(self.shape, self.strides, strict=True))

    def of(self, memory: Ids) -> Ids:
        """Return the view into an array (n,)."""
        strides = tuple(s * memory.itemsize for s in self.strides)
        return as_strided(memory[self.offset :], self.shape, strides)

    @property
    def unexpanded(self) -> View:
        """Return the view with the length 1 along axes on which the same entries stand again."""
        return View(
            tuple(n if s else 1 for n, s in zip(self.shape, self.strides, strict=True)), self.strides, self.offset
        )

    @property
    def overlaps(self) -> bool:
        """Return whether one entry may stand at several places, as in sliding windows."""
        reach = 0
        for s, n in sorted((s, n) for n, s in zip(self.shape, self.strides, strict=True) if n > 1):
            if s <= reach:
                return True
            reach += (n - 1) * s
        return False

    @property
    def squeezed(self) -> tuple[tuple[tuple[int, int], ...], int]:
        """Return what tells whether two views have the same axes, but for those of length 1."""
        return tuple((n, s) for n, s in zip(self.shape, self.strides, strict=True) if n > 1), self.offset


@dataclass
class Block:
    """The exponents ``out − into`` of the entries of a view; both broadcast to its shape."""

    view: View
    out: Ids
    into: Ids


@dataclass
class Parameter:
    """The exponents of one parameter: blocks that do not overlap, or one number an entry.

    Attributes
    ----------
    names : list of str
        More than one if the same tensor has several.
    shape : tuple of int
    ignored : bool array or None
        Entries that have no effect on anything: exact zeros as well as they are.
    """

    names: list[str]
    shape: tuple[int, ...]
    count: int
    rules: Rules
    ignored: Ids | None = None
    blocks: list[Block] = field(default_factory=list)
    dense: Ids | None = None

    def __post_init__(self) -> None:
        if self.ignored is not None and self.ignored.any():
            self.dense = np.where(self.ignored.ravel(), ANY, UNUSED).astype(np.int64)

    @property
    def whole(self) -> View:
        """Return the view of all entries, in the shape of the parameter."""
        return View(self.shape, _contiguous(self.shape), 0)

    def read(self, view: View, along: Sequence[int] = ()) -> Ids:
        """Return the exponents of a view; those not yet known are new unknowns, one for all entries ``along`` axes."""
        view = view.unexpanded
        found = self._block(view)
        if found is not None:
            return self.rules.combine(found.out, found.into, 1, -1)
        if self._is_new(view):
            if not along and int(np.prod(view.shape)) > LARGEST:
                along = range(1, len(view.shape))
            shape = [1 if axis in along else n for axis, n in enumerate(view.shape)]
            self.blocks.append(Block(view, self.rules.fresh(shape), np.zeros([1] * len(shape), np.int64)))
            return self.blocks[-1].out
        return self._entries(view)

    def gather(self, rows: Ids) -> Ids:
        """Return the exponents of some indices of the first axis, (..., *shape[1:])."""
        block = self._block(self.whole)
        if block is not None:
            picked = [a[rows] if a.shape[0] > 1 else a[np.zeros_like(rows)] for a in (block.out, block.into)]
            return self.rules.combine(picked[0], picked[1], 1, -1)
        used, where = np.unique(rows, return_inverse=True)
        memory = self._memory().reshape(self.shape)
        memory[used] = self._filled(memory[used])
        return memory[used][where.reshape(np.shape(rows))]

    def absorb(self, view: View, into: Ids, kept: Sequence[int], what: str) -> Ids | None:
        """Contract a view with inputs; return the degree of each output, or None if no outer form is left for it.

        Parameters
        ----------
        view : View
        into : array of degrees
            Of the inputs, broadcasting to the shape of the view; of length 1 along axes that are kept.
        kept : sequence of int
            The axes of outputs.
        """
        shape = [n if axis in kept else 1 for axis, n in enumerate(view.shape)]
        return self.tie(view, self.rules.fresh(shape), into, what)

    def tie(self, view: View, out: Ids, into: Ids, what: str) -> Ids | None:
        """Demand that the exponents of a view be ``out − into``, where ``out`` are new unknowns; return ``out``."""
        if view.overlaps:
            return None
        found = self._block(view)
        if found is not None:
            return out if self._agree(found, out, into, what) else None
        if self._is_new(view):
            self.blocks.append(Block(view, out, into))
            return out
        if self.blocks or self.dense is None:
            return None
        if (view.of(self.dense) == ANY).any():
            return None
        entries = view.of(self.dense)
        self._tie_entries(entries, out, into, what)
        if entries.size == self.count:
            self.blocks, self.dense = [Block(view, out, into)], None
        else:  # others were read too
            entries[...] = self.rules.combine(out, into, 1, -1)
        return out

    def _tie_entries(self, entries: Ids, out: Ids, into: Ids, what: str) -> None:
        """Demand ``entries + into = out`` of those that are known; a row of them that are equal asks for little."""
        rules = self.rules
        rows = np.flatnonzero((entries != UNUSED).reshape(len(entries), -1).any(axis=1))
        entries, out, into = (np.asarray(a)[rows if len(a) > 1 else [0]] for a in (entries, out, into))
        total = rules.combine(rules.settled(np.where(entries == UNUSED, ANY, entries)), into)
        kept = rules.same(total, [axis for axis, n in enumerate(out.shape) if n == 1], what)
        rules.equal(kept, out, what)

    def _agree(self, block: Block, out: Ids, into: Ids, what: str) -> bool:
        """Demand ``block.out − block.into = out − into``, axis by axis where each term depends on one alone."""
        rules = self.rules
        terms = [(compressed(block.out), 1), (compressed(block.into), -1), (compressed(out), -1), (compressed(into), 1)]
        sums: dict[int, Ids] = {}
        for ids, sign in terms:
            axes = [axis for axis, n in enumerate(ids.shape) if n > 1]
            if len(axes) > 1:
                return self._agree_everywhere(block, out, into, what)
            axis = axes[0] if axes else -1
            zero = np.zeros([1] * ids.ndim, np.int64)
            sums[axis] = rules.combine(sums.get(axis, zero), ids, 1, sign)
        total = np.int64(0)
        for ids in sums.values():
            total = rules.combine(total, rules.same(ids, range(ids.ndim), what).ravel()[:1])
        rules.zero(total, what)
        return True

    def _agree_everywhere(self, block: Block, out: Ids, into: Ids, what: str) -> bool:
        rules = self.rules
        rules.equal(rules.combine(block.out, block.into, 1, -1), rules.combine(out, into, 1, -1), what)
        return True

    def split(self, parts: Sequence[tuple[str, tuple[int, ...]]]) -> dict[str, Parameter]:
        """Return the parts of a flat vector, each with its name and shape, as parameters of their own."""
        found, start = {}, 0
        ends = np.cumsum([math.prod(shape) for _, shape in parts])
        if self.dense is not None or any(_crosses(block.view, ends) for block in self.blocks):
            blocks, self.blocks = self.blocks, []
            for block in blocks:
                block.view.of(self._memory())[...] = self.rules.combine(block.out, block.into, 1, -1)
        for (name, shape), end in zip(parts, ends.tolist(), strict=True):
            one = Parameter([name], shape, end - start, self.rules)
            inside = [b for b in self.blocks if start <= b.view.offset < end]
            one.blocks = [Block(replace(b.view, offset=b.view.offset - start), b.out, b.into) for b in inside]
            one.dense = None if self.dense is None else self.dense[start:end].copy()
            found[name], start = one, end
        return found

    def own_blocks(self) -> list[Block]:
        """Return the blocks, those of all entries (or of a transpose) with the axes of the parameter."""
        return [_transposed(block, self.whole) or block for block in self.blocks]

    def _block(self, view: View) -> Block | None:
        for block in self.blocks:
            if block.view == view:
                return block
        for block in self.blocks:
            found = _transposed(block, view)
            if found is not None:
                return found
        return None

    def _is_new(self, view: View) -> bool:
        if self.dense is not None or view.overlaps:
            return False
        first, end = view.ends
        return all(end <= b.view.ends[0] or b.view.ends[1] <= first for b in self.blocks)

    def _memory(self) -> Ids:
        """Return the exponents of all entries as one array, into which blocks are written."""
        if self.dense is None:
            self.dense = np.full(self.count, UNUSED, np.int64)
            for block in self.blocks:
                block.view.of(self.dense)[...] = self.rules.combine(block.out, block.into, 1, -1)
            self.blocks = []
        return self.dense

    def _entries(self, view: View) -> Ids:
        entries = view.of(self._memory())
        entries[...] = self._filled(entries)
        return entries.copy()

    def _filled(self, entries: Ids) -> Ids:
        entries = entries.copy()
        unused = entries == UNUSED
        entries[unused] = self.rules.fresh((int(unused.sum()),))
        return entries


def _crosses(view: View, ends: Ids) -> bool:
    """Tell whether a view has entries of several parts, which end at ``ends``."""
    first, end = view.ends
    return bool(np.any((first < ends) & (ends < end)))


def _contiguous(shape: Sequence[int]) -> tuple[int, ...]:
    strides, step = [], 1
    for n in reversed(shape):
        strides.append(step)
        step *= n
    return tuple(reversed(strides))


def _transposed(block: Block, view: View) -> Block | None:
    """Return a block as its axes stand in a view of the same entries, such as the transpose."""
    mine, other = (sorted(v.squeezed[0]) for v in (block.view, view))
    if mine != other or block.view.offset != view.offset or len(set(mine)) < len(mine):
        return None
    place = {pair: axis for axis, pair in enumerate(zip(block.view.shape, block.view.strides, strict=True))}
    order = [place[pair] if pair[0] > 1 else -1 for pair in zip(view.shape, view.strides, strict=True)]

    def moved(ids: Ids) -> Ids:
        ids = np.asarray(ids)
        full = ids.reshape((1,) * (len(block.view.shape) - ids.ndim) + ids.shape)
        axes = [axis for axis in order if axis >= 0]
        rest = [axis for axis in range(full.ndim) if axis not in axes]
        plain = full.transpose(*axes, *rest).reshape([full.shape[axis] for axis in axes])
        shape = iter(plain.shape)
        return plain.reshape([next(shape) if axis >= 0 else 1 for axis in order])

    return Block(view, moved(block.out), moved(block.into))
