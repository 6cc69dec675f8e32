"""Shadow memory: the degree of each element of each storage.

A tensor's degrees are the shadow of its storage, taken with its size, stride and offset.  So views, transposes,
``.data``, ``detach`` and writes through views need no rule and cannot go stale.  A sparse tensor has the degrees of its
values, and zeros elsewhere, which fit any.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch


class Shadow:
    """The degrees (one integer an element) of all storages that were written or asked for; 0 where nothing is known."""

    def __init__(self) -> None:
        self._shadows: dict[int, tuple[Any, int]] = {}
        self._kept: list[Any] = []  # storages, so that none is freed and its key used again

    def _entry(self, t: Any) -> tuple[Any, int]:
        """Return the shadow of the whole storage of a tensor, made when it is first asked for, and bytes an entry."""
        storage = t.untyped_storage()
        key = storage._cdata
        if key not in self._shadows:
            size = t.element_size()
            self._shadows[key] = torch.zeros(max(1, storage.nbytes() // size), dtype=torch.int64), size
            self._kept.append(storage)
        return self._shadows[key]

    def knows(self, t: Any) -> bool:
        """Tell whether the storage of a tensor has a shadow."""
        return (t._values() if t.is_sparse else t).untyped_storage()._cdata in self._shadows

    def of(self, t: Any) -> Any:
        """Return the degrees of a tensor, in its shape: a view into shadow memory where its entries are those there."""
        if t.is_sparse:
            out = torch.zeros(tuple(t.shape), dtype=torch.int64)
            out[tuple(t._indices())] = self.of(t._values())
            return out
        memory, size = self._entry(t)
        if t.element_size() == size:
            return memory.as_strided(tuple(t.shape), t.stride(), t.storage_offset())
        return memory[_places(t, len(memory), size)][..., 0]

    def ids(self, t: Any) -> Any:
        """Return a copy of the degrees of a tensor, as a NumPy array."""
        return self.of(t).numpy().copy()

    def write(self, t: Any, ids: Any) -> None:
        """Set the degrees of a tensor (an array of integers that broadcasts to its shape)."""
        given = torch.from_numpy(np.array(ids, np.int64)).expand(tuple(t.shape))
        if t.is_sparse:
            self.write(t._values(), given[tuple(t._indices())].numpy())
            return
        memory, size = self._entry(t)
        if t.element_size() == size:
            self.of(t).copy_(given)
        else:
            places = _places(t, len(memory), size)
            memory[places] = given[..., None].expand(places.shape)

    def copy_storage(self, to: Any, source: Any) -> None:
        """Set the shadow of one storage to that of another, as a copy of bytes needs it."""
        memory, size = self._entry(source)
        self._shadows[to.untyped_storage()._cdata] = memory.clone(), size
        self._kept.append(to.untyped_storage())


def values(t: Any) -> np.ndarray:
    """Return a copy of a tensor's values; half precisions as float32."""
    t = t.detach()
    if t.dtype in (torch.bfloat16, torch.float16):
        t = t.float()
    if t.is_sparse:
        t = t.to_dense()
    return np.array(t.resolve_conj().resolve_neg().cpu().numpy())


def _places(t: Any, count: int, size: int) -> Any:
    """Return where in a shadow of ``count`` entries those of a view as another dtype lie, (*shape, n).

    The parts of a complex number lie in one entry, and a complex number that is made of two in both.
    """
    ratio = max(t.element_size() // size, 1)
    parts = max(size // t.element_size(), 1)
    seen = torch.arange(count * parts // ratio).as_strided(tuple(t.shape), t.stride(), t.storage_offset())
    return ratio * (seen // parts)[..., None] + torch.arange(ratio)
