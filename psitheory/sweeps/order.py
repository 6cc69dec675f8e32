"""Which chunk is begun next: the longest, as far as is known, so that no processor waits for a long one at the end."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

import numpy as np

STRETCHES = 32
"""Neighbours in the grid take about as long as each other; one chunk of each stretch of them is run early."""


class Order:
    """Chunks that wait, in stretches of neighbours: each stretch's first, then those of whichever takes longest.

    What long runs are is seen as the sweep goes on: they stand where rates are large or targets are low, often all at
    one end of the grid, and the sweep would end with them while all processors but one have nothing to do.
    """

    def __init__(self, chunks: Sequence[int], stretches: int = STRETCHES) -> None:
        parts = np.array_split(np.asarray(chunks, int), min(stretches, max(len(chunks), 1)))
        self._stretches = [_Stretch(deque(part.tolist())) for part in parts]
        self._of = {chunk: stretch for stretch in self._stretches for chunk in stretch.waiting}

    def __bool__(self) -> bool:
        return any(stretch.waiting for stretch in self._stretches)

    def next(self) -> int:
        """Take the chunk that is to be begun."""
        waiting = [k for k, stretch in enumerate(self._stretches) if stretch.waiting]
        return self._stretches[max(waiting, key=self._urgency)].take()

    def _urgency(self, k: int) -> float:
        """Return the seconds that a chunk may take, as neighbours tell; first comes a stretch that was not begun."""
        if not self._stretches[k].begun:
            return math.inf
        return max(stretch.mean for stretch in self._stretches[max(k - 1, 0) : k + 2])

    def again(self, chunk: int) -> None:
        """Let a chunk that failed wait again."""
        self._of[chunk].waiting.append(chunk)

    def took(self, chunk: int, seconds: float) -> None:
        """Note how long a chunk took."""
        stretch = self._of[chunk]
        stretch.done, stretch.seconds = stretch.done + 1, stretch.seconds + seconds


class _Stretch:
    def __init__(self, waiting: deque[int]) -> None:
        self.waiting, self.begun = waiting, False
        self.done, self.seconds = 0, 0.0

    def take(self) -> int:
        self.begun = True
        return self.waiting.popleft()

    @property
    def mean(self) -> float:
        return self.seconds / self.done if self.done else 0.0
