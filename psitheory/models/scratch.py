"""Memory for intermediate results that is kept from call to call."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np

from psitheory.arithmetic import Array


class Scratch(threading.local):
    """Named arrays to write on; each thread has its own.

    The system hands out large arrays as fresh pages, which cost more than a pass over them does.
    """

    def __init__(self) -> None:
        self._memory: dict[tuple[str, Any], np.ndarray] = {}

    def __call__(self, name: str, shape: tuple[int, ...], like: Array) -> Any:
        """Return an array of that shape and the dtype of ``like``, valid until the name is asked for again.

        Objects get None, so that ``out=None`` makes a new array.
        """
        if like.dtype == object:
            return None
        key, size = (name, like.dtype), math.prod(shape)
        if key not in self._memory or self._memory[key].size < size:
            self._memory[key] = np.empty(size, dtype=like.dtype)
        return self._memory[key][:size].reshape(shape)
