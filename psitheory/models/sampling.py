"""Mini-batches: which samples of a model to use."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown


def rows_of(batch: Any, *data: Array) -> tuple[Array, ...]:
    """Return the rows ``batch`` of each array of ``data``, (N, …), or all of them if it is None.

    Parameters
    ----------
    batch : array of int, (B,) or (..., B), or None
        The same samples for all runs, or some for each.

    Raises
    ------
    ArgumentError
        If it holds anything but indices of samples.
    """
    if batch is None:
        return data
    indices, count = np.asarray(batch), len(data[0])
    if indices.dtype.kind not in "iu" or indices.ndim < 1 or indices.size < 1:
        raise ArgumentError(f"batch is {shown(batch)}; an array of integers, the indices of samples, is needed")
    if indices.min() < 0 or indices.max() >= count:
        raise ArgumentError(f"batch is {shown(batch)}; indices from 0 to {count - 1} are needed")
    return tuple(x[indices] for x in data)
