"""Mini-batches: which samples of a model to use."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, shown


def indices_of(batch: Any, count: int, w: Array) -> np.ndarray:
    """Return ``batch``, indices of ``count`` samples, (B,) or (..., B), as an array that fits the runs of ``w``.

    Raises
    ------
    ArgumentError
        If it holds anything but indices of samples, or rows for other runs than those of ``w`` (..., n).
    """
    try:
        indices = np.asarray(batch)
    except ValueError:  # lists of different lengths
        indices = np.empty(0)
    if indices.dtype.kind not in "iu" or indices.ndim < 1 or indices.size < 1:
        raise ArgumentError(f"batch is {shown(batch)}; an array of integers, the indices of samples, is needed")
    if indices.min() < 0 or indices.max() >= count:
        raise ArgumentError(f"batch is {shown(batch)}; indices from 0 to {count - 1} are needed")
    rows, runs = indices.shape[:-1], tuple(w.shape[:-1])
    if any(1 != k != n != 1 for k, n in zip(rows[::-1], runs[::-1], strict=False)):
        raise ArgumentError(
            f"batch has the shape {indices.shape}; (B,), or a row for each of the runs {runs}, is needed"
        )
    return indices


def rows_of(batch: Any, w: Array, *data: Array) -> tuple[Array, ...]:
    """Return the rows ``batch`` of each array of ``data``, (N, …), or all of them if it is None.

    Parameters
    ----------
    batch : array of int, (B,) or (..., B), or None
        The same samples for all runs, or some for each.
    w : array, (..., n)
        The weights of the runs.

    Raises
    ------
    ArgumentError
        As :func:`indices_of` does.
    """
    if batch is None:
        return data
    indices = indices_of(batch, len(data[0]), w)
    return tuple(x[indices] for x in data)
