"""Shadow memory: the degree of each element of each storage.

A tensor's degrees are the shadow of its storage, taken with its size, stride and offset.  So views, transposes,
``.data``, ``detach`` and writes through views need no rule and cannot go stale.
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

    def memory(self, t: Any) -> Any:
        """Return the shadow of the whole storage of a tensor, made when it is first asked for."""
        return self._entry(t)[0]

    def _entry(self, t: Any) -> tuple[Any, int]:
        storage = t.untyped_storage()
        key = storage._cdata
        if key not in self._shadows:
            size = t.element_size()
            self._shadows[key] = torch.zeros(max(1, storage.nbytes() // size), dtype=torch.int64), size
            self._kept.append(storage)
        return self._shadows[key]

    def knows(self, t: Any) -> bool:
        """Tell whether the storage of a tensor has a shadow."""
        return t.untyped_storage()._cdata in self._shadows

    def of(self, t: Any) -> Any:
        """Return the degrees of a tensor, as a view into shadow memory that has its shape."""
        memory, size = self._entry(t)
        if t.element_size() != size:  # a view as another dtype, such as the parts of complex numbers
            ratio = size // t.element_size()
            memory = memory.repeat_interleave(ratio) if ratio > 1 else memory[:: t.element_size() // size]
        return memory.as_strided(tuple(t.shape), t.stride(), t.storage_offset())

    def ids(self, t: Any) -> Any:
        """Return a copy of the degrees of a tensor, as a NumPy array."""
        return self.of(t).numpy().copy()

    def write(self, t: Any, ids: Any) -> None:
        """Set the degrees of a tensor (an array of integers that broadcasts to its shape)."""
        self.of(t).copy_(torch.from_numpy(np.array(ids, np.int64)).expand(tuple(t.shape)))

    def copy_storage(self, to: Any, source: Any) -> None:
        """Set the shadow of one storage to that of another, as a copy of bytes needs it."""
        memory, size = self._entry(source)
        self._shadows[to.untyped_storage()._cdata] = memory.clone(), size
        self._kept.append(to.untyped_storage())
