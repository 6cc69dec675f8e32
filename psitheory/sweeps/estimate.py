"""What a sweep takes, and whether it can be run at all: told before anything runs."""

from __future__ import annotations

import os
import shutil
import tracemalloc
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from psitheory.errors import ArgumentError, PsitheoryError, said
from psitheory.experiments.iterate import Survivors
from psitheory.sweeps.axes import Axis, label
from psitheory.sweeps.cells import EACH, Batch, Setting, model_of
from psitheory.sweeps.course import CURVES, SCALARS
from psitheory.sweeps.spec import Sweep

FILE = 4096
"""Bytes that a file of a chunk takes besides its numbers."""

MOST_KINDS = 10_000
"""So many kinds of cells are built and stepped once before anything runs; each takes milliseconds at least."""


@dataclass(frozen=True)
class Estimate:
    """What a sweep takes, in bytes.

    Attributes
    ----------
    table : int
        The results of all cells: on disk, and in memory when they are read as one table.
    disk : int
    chunk : int
        The memory of a chunk that is run.
    """

    table: int
    disk: int
    chunk: int


def estimate(sweep: Sweep) -> Estimate:
    """Build each kind of cell, step it once, and return what the whole takes.

    Raises
    ------
    ArgumentError, UnknownName
        If a kind of cell cannot be built or stepped.
    """
    tried = [_tried(setting) for setting in _kinds(sweep)]
    sizes = {n for n, _ in tried}
    if sweep.run("weights") and len(sizes) > 1:
        raise ArgumentError(f"weights is true, but models have {_listed(sizes)} weights; as many in each are needed")
    row = _row(sweep, max(sizes))
    chunk = min(sweep.run("chunk"), sweep.cells)
    heaviest = max(bytes_per_run for _, bytes_per_run in tried)
    return Estimate(row * sweep.cells, row * sweep.cells + FILE * sweep.chunks, chunk * (heaviest + row))


def check_fits(sweep: Sweep, folder: Path, workers: int) -> Estimate:
    """Return the estimate, or raise if memory or disk are too small for it.

    Raises
    ------
    ArgumentError
        The message tells the estimate and what there is.
    """
    _check_count(sweep, folder)
    found = estimate(sweep)
    if found.disk > (free := _free_disk(folder)):
        raise _too_large(sweep, f"{_size(found.disk)} of disk, and {_size(free)} are free")
    memory = _memory()
    if found.table > memory:
        raise _too_large(sweep, f"{_size(found.table)} of memory as one table, and there are {_size(memory)}")
    if found.chunk * workers > memory:
        raise _too_large(
            sweep,
            f"{_size(found.chunk)} of memory for a chunk, in each of {workers} processes, there are {_size(memory)}; "
            "a smaller chunk is needed",
        )
    return found


def _check_count(sweep: Sweep, folder: Path) -> None:
    """Refuse grids so large that the estimate itself would take too long."""
    least = _row(sweep, 0) * sweep.cells + FILE * sweep.chunks
    if least > (free := _free_disk(folder)):
        raise _too_large(sweep, f"at least {_size(least)} of disk, and {_size(free)} are free")
    kinds = int(np.prod([float(len(axis.values)) for axis in _slow(sweep)]))
    if kinds > MOST_KINDS:
        raise ArgumentError(
            f"the grid has {kinds:,} kinds of cells that cannot be run together (all axes but rate, scale and seed); "
            f"at most {MOST_KINDS:,} are needed"
        )


def _slow(sweep: Sweep) -> list[Axis]:
    return [axis for axis in sweep.axes if (axis.section, axis.key) not in EACH]


def _kinds(sweep: Sweep) -> Iterator[Setting]:
    """Yield the first setting of each kind of cells."""
    slow = _slow(sweep)
    first = {(axis.section, axis.key): axis.values[0] for axis in sweep.axes}
    for values in product(*(axis.values for axis in slow)):
        own = {(axis.section, axis.key): value for axis, value in zip(slow, values, strict=True)}
        yield dict(sweep.constants) | first | own


def _row(sweep: Sweep, n: int) -> int:
    """Return the bytes of one cell's results."""
    scalars = sum(dtype.itemsize for dtype in SCALARS.values())
    return scalars + 8 * (len(CURVES) * len(sweep.times) + (n if sweep.run("weights") else 0))


def _tried(setting: Setting) -> tuple[int, int]:
    """Return how many weights there are and the bytes of a run, or raise if such cells cannot be run at all."""
    try:
        return model_of(setting).model.layout.n, _bytes_per_run(setting)
    except PsitheoryError:
        raise
    except Exception as error:  # NumPy's, of options that fit no model, and whatever code of the user's raises
        names = " and ".join(label(setting[section, "name"]) for section in ("model", "optimizer"))
        raise ArgumentError(f"cells of {names} cannot be run: {type(error).__name__}: {said(error)}") from error


def _bytes_per_run(setting: Setting) -> int:
    """Return how much more memory one more run takes in a step: the difference of two peaks."""
    peaks = [_peak(setting, count) for count in (2, 6)]
    return max(0, peaks[1] - peaks[0]) // 4


def _peak(setting: Setting, count: int) -> int:
    rate = setting.get(("optimizer", "rate"))
    rates = None if rate is None else np.full(count, float(rate))  # type: ignore[arg-type]
    batch = Batch(np.arange(count), setting, rates, np.ones(count))
    model, draw = batch.model
    w = draw(np.random.default_rng(0), (count,))
    size = setting["run", "batch_size"]
    samples = None if size is None else np.tile(np.arange(_checked_size(size, model)), (count, 1))
    tracemalloc.start()
    try:
        with np.errstate(all="ignore"):
            optimizer = batch.optimizer(np.arange(count))
            state = optimizer.init(model.layout, w)
            evaluate = Survivors(model, np.ones(count, bool))  # a start that is dead by chance is no reason to refuse
            optimizer.step(model.layout, w, evaluate(w, samples), state)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _checked_size(size: object, model: object) -> int:
    samples = getattr(model, "samples", None)
    if samples is None:
        raise ArgumentError(f"batch_size is {size}, but {type(model).__name__} has no samples to draw from")
    if not isinstance(size, int) or size > samples:
        raise ArgumentError(
            f"batch_size is {size}, but {type(model).__name__} has {samples} samples; at most as many are needed"
        )
    return size


def _free_disk(folder: Path) -> int:
    there = folder.resolve()
    while not there.exists() and there != there.parent:
        there = there.parent
    return shutil.disk_usage(there).free


def _memory() -> int:
    """Return the memory of the machine."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _too_large(sweep: Sweep, what: str) -> ArgumentError:
    shape = " × ".join(f"{count:,} {name}" for name, count in sweep.shape.items())
    return ArgumentError(f"the grid has {sweep.cells:,} cells ({shape or 'one'}); it takes {what}")


def _size(count: float) -> str:
    from rich.filesize import decimal

    return decimal(int(count))


def _listed(sizes: set[int]) -> str:
    return " and ".join(str(size) for size in sorted(sizes))
