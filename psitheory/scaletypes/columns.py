"""Columns of integers that grow, so that tables of many unknowns are read as arrays."""

from __future__ import annotations

from typing import Any

import numpy as np


class Column:
    """An array of integers to which others are appended, in memory that doubles."""

    def __init__(self, values: Any = ()) -> None:
        self._memory = np.array(values, np.int64)
        self._count = len(self._memory)

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Any:
        """Return the integers so far, a view."""
        return self._memory[: self._count]

    def extend(self, values: Any) -> None:
        """Append integers."""
        end = self._count + len(values)
        if end > len(self._memory):
            grown = np.empty(max(end, 2 * len(self._memory), 64), np.int64)
            grown[: self._count] = self.values
            self._memory = grown
        self._memory[self._count : end] = values
        self._count = end

    def copy(self) -> Column:
        """Return the same integers, to which others can be added."""
        return Column(self.values)
