"""A store as one table: a dimension for each axis of the grid, a variable for each thing that was kept."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.errors import ArgumentError
from psitheory.sweeps.axes import called, label
from psitheory.sweeps.cells import cells_of
from psitheory.sweeps.course import CURVES, SCALARS
from psitheory.sweeps.store import Store

if TYPE_CHECKING:
    from xarray import Dataset

STATUS = ("under way", "arrived", "broken", "failed", "missing")
"""What ``status`` says by number: still under way after the last step; G at most the target; loss or gradient no longer
finite; the chunk failed; the chunk was not run yet."""
UNDER_WAY, ARRIVED, BROKEN, FAILED, MISSING = range(len(STATUS))


def open_store(folder: str | Path) -> Dataset | np.ndarray:
    """Return the results of a sweep so far as one labelled table.

    With xarray it is a Dataset with a dimension for each axis, in the order of the grid, and ``time`` and ``weight``
    where curves or weights were kept; without it, what :func:`rows` returns.

    ``status`` is 0 for runs still under way after the last step (their ``steps_to_target`` is censored: more than
    ``steps``), 1 for those that arrived, 2 for broken ones, 3 where the chunk failed, 4 where it was not run yet.
    ``steps_to_target`` and ``broken_at`` are -1 where there is no such step; numbers that do not exist are NaN.

    Raises
    ------
    ArgumentError
        If there is no store, or it is damaged.
    """
    return dataset(folder) if find_spec("xarray") else rows(folder)


def dataset(folder: str | Path) -> Dataset:
    """Return the results as an xarray Dataset.

    Raises
    ------
    ArgumentError
        If xarray is not installed, there is no store, or it is damaged.
    """
    try:
        import xarray
    except ImportError as error:
        raise ArgumentError("xarray is not installed; pip install 'psitheory[sweep]' brings it") from error
    store = Store.read(folder)
    sweep = store.sweep
    dims, sizes = tuple(sweep.shape), tuple(sweep.shape.values())
    columns = columns_of(store)
    inner = dict.fromkeys(CURVES, "time") | {"weights": "weight"}
    variables = {
        name: ((*dims, *([inner[name]] if name in inner else [])), column.reshape(sizes + column.shape[1:]))
        for name, column in columns.items()
    }
    coordinates: dict[str, Any] = {axis.name: axis.labels() for axis in sweep.axes}
    if sweep.times:
        coordinates["time"] = np.asarray(sweep.times)
    table = xarray.Dataset(variables, coordinates, attrs=_attributes(store))
    table["status"].attrs = {"flag_values": list(range(len(STATUS))), "flag_meanings": list(STATUS)}
    return table


def rows(folder: str | Path) -> np.ndarray:
    """Return the results as a structured array, (cells,): a field for each axis, then those that were kept.

    Raises
    ------
    ArgumentError
        If there is no store, or it is damaged.
    """
    store = Store.read(folder)
    sweep = store.sweep
    grid = np.meshgrid(*(axis.labels() for axis in sweep.axes), indexing="ij")
    columns = {axis.name: values.ravel() for axis, values in zip(sweep.axes, grid, strict=True)} | columns_of(store)
    table = np.empty(sweep.cells, [(name, column.dtype, column.shape[1:]) for name, column in columns.items()])
    for name, column in columns.items():
        table[name] = column
    return table


def columns_of(store: Store) -> dict[str, np.ndarray]:
    """Return all columns by name, (cells,), (cells, times) or (cells, n), with ``status`` first."""
    sweep = store.sweep
    done, failed = store.present(), store.failed()
    out = {"status": np.full(sweep.cells, MISSING, np.int8)}
    out |= {name: np.full(sweep.cells, *_absent(dtype)) for name, dtype in SCALARS.items()}
    if sweep.times:
        out |= {name: np.full((sweep.cells, len(sweep.times)), np.nan) for name in CURVES}
    for chunk in failed:
        out["status"][cells_of(sweep, chunk)] = FAILED
    for chunk in done:
        cells = cells_of(sweep, chunk)
        found = store.load(chunk)
        for name, column in found.items():
            if name not in out:
                out[name] = np.full((sweep.cells, *column.shape[1:]), np.nan)
            out[name][cells] = column
        out["status"][cells] = _status(found)
    return out


def _absent(dtype: np.dtype[Any]) -> tuple[Any, np.dtype[Any]]:
    return (-1 if dtype.kind == "i" else np.nan), dtype


def _status(columns: dict[str, np.ndarray]) -> np.ndarray:
    return np.where(
        columns["broken_at"] >= 0, BROKEN, np.where(columns["steps_to_target"] >= 0, ARRIVED, UNDER_WAY)
    ).astype(np.int8)


def _attributes(store: Store) -> dict[str, Any]:
    """Return the settings that are no axis, by the names that axes of them would have."""
    sweep = store.sweep
    named = {
        called(section, key): value if isinstance(value, (int, float)) else label(value)
        for (section, key), value in sweep.constants.items()
        if value is not None
    }
    failures = "; ".join(f"chunk {chunk}: {reason}" for chunk, reason in store.failed().items())
    return {"steps": sweep.steps, **named} | ({"failures": failures} if failures else {})
