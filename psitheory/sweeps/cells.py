"""From the number of a chunk to batches: cells that share all but rate, scale and what they draw."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from psitheory.models.named import Named
from psitheory.optimizers.interface import Optimizer
from psitheory.sweeps.axes import Plain
from psitheory.sweeps.building import build_model, build_optimizer, takes_a_rate_for_each_run
from psitheory.sweeps.spec import Sweep

Setting = dict[tuple[str, str], Plain]
"""The value of every option of one cell, by (section, key)."""

EACH = (("optimizer", "rate"), ("run", "scale"), ("run", "seed"))
"""What may differ within a batch."""


@dataclass(frozen=True, eq=False)
class Batch:
    """Cells that are run as one ensemble, K of them.

    Attributes
    ----------
    cells : int array, (K,)
    setting : dict
        What they share.
    rates : float array (K,), or None
        None where no rate is given.
    scales : float array, (K,)
    """

    cells: np.ndarray
    setting: Setting
    rates: np.ndarray | None
    scales: np.ndarray

    @property
    def model(self) -> Named:
        """Return the model with what draws its starts."""
        return model_of(self.setting)

    def optimizer(self, runs: np.ndarray) -> Optimizer:
        """Return the method for some of the runs, (K,) of bool or indices."""
        rates = None if self.rates is None else self.rates[runs]
        one = rates is not None and (rates == rates[0]).all()
        rate = rates if rates is None or not one else float(rates[0])
        return build_optimizer(options(self.setting, "optimizer"), self.model.model, rate)


def cells_of(sweep: Sweep, chunk: int) -> np.ndarray:
    """Return the numbers of the cells of a chunk."""
    size = sweep.run("chunk")
    return np.arange(chunk * size, min((chunk + 1) * size, sweep.cells))


def batches(sweep: Sweep, chunk: int) -> Iterator[Batch]:
    """Yield the batches of a chunk; together they are its cells, in order."""
    cells = cells_of(sweep, chunk)
    at = _places(sweep, cells)
    slow = [k for k, axis in enumerate(sweep.axes) if (axis.section, axis.key) not in EACH]
    for part in _neighbours(at[slow]):
        batch = _batch(sweep, cells[part], at[:, part])
        if batch.rates is None or len(set(batch.rates)) == 1 or _rates_go_together(batch):
            yield batch
        else:
            for alike in _neighbours(batch.rates[None]):
                yield _batch(sweep, batch.cells[alike], at[:, part][:, alike])


def setting_of(sweep: Sweep, cell: int) -> Setting:
    """Return the options of one cell."""
    at = _places(sweep, np.array([cell]))[:, 0]
    return dict(sweep.constants) | {
        (axis.section, axis.key): axis.values[k] for axis, k in zip(sweep.axes, at, strict=True)
    }


def seed_of(sweep: Sweep, cell: int, what: Literal["start", "batches"]) -> np.random.SeedSequence:
    """Return what the start, or the mini-batches, of a cell are drawn from.

    The two are children of ``SeedSequence(seed).spawn(cells)[cell]``, which is made here without the others.
    """
    return np.random.SeedSequence(sweep.run("seed"), spawn_key=(cell, ("start", "batches").index(what)))


def starts(sweep: Sweep, batch: Batch) -> np.ndarray:
    """Return the starts of a batch, (K, n): unit blocks, drawn for each cell or for many alike, times its scale."""
    model, draw = batch.model
    drawn_by, which = np.unique(_drawn_by(sweep, batch.cells), return_inverse=True)
    units = np.stack([draw(np.random.default_rng(seed_of(sweep, int(cell), "start"))) for cell in drawn_by])[which]
    layout = model.layout
    return np.asarray(layout.scale(np.repeat(batch.scales[:, None], layout.m, axis=1), units))


def options(setting: Setting, section: str) -> dict[str, Plain]:
    """Return the options of a model or an optimiser but its rate, which may differ from run to run."""
    return {key: value for (of, key), value in setting.items() if of == section and (of, key) != ("optimizer", "rate")}


def model_of(setting: Setting) -> Named:
    """Return the model of a setting; it is kept, since data take long to load."""
    return _model(json.dumps(options(setting, "model"), sort_keys=True))


@lru_cache(maxsize=8)
def _model(written: str) -> Named:
    return build_model({key: _hashable(value) for key, value in json.loads(written).items()})


def _hashable(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _hashable(item) for key, item in value.items()}
    return tuple(_hashable(item) for item in value) if isinstance(value, list) else value


def _places(sweep: Sweep, cells: np.ndarray) -> np.ndarray:
    """Return where cells stand on each axis, (axes, cells)."""
    shape = tuple(len(axis.values) for axis in sweep.axes)
    return np.asarray(np.unravel_index(cells, shape)) if shape else np.zeros((0, len(cells)), int)


def _neighbours(keys: np.ndarray) -> Iterator[slice]:
    """Yield the runs of equal neighbouring columns of ``keys`` (·, K)."""
    new = (keys[:, 1:] != keys[:, :-1]).any(axis=0)
    ends = [0, *(np.flatnonzero(new) + 1).tolist(), keys.shape[1]]
    yield from (slice(a, b) for a, b in pairwise(ends) if a < b)


def _batch(sweep: Sweep, cells: np.ndarray, at: np.ndarray) -> Batch:
    setting = setting_of(sweep, int(cells[0]))
    columns = {(axis.section, axis.key): (axis.values, at[k]) for k, axis in enumerate(sweep.axes)}

    def each(key: tuple[str, str]) -> np.ndarray:
        values, where = columns.get(key, ((setting[key],), np.zeros(len(cells), int)))
        return np.asarray(np.asarray(values, float)[where])

    rates = each(("optimizer", "rate")) if setting.get(("optimizer", "rate")) is not None else None
    return Batch(cells, setting, rates, each(("run", "scale")))


def _rates_go_together(batch: Batch) -> bool:
    assert batch.rates is not None
    low, high = sorted(set(batch.rates))[:2]
    return _separable(
        json.dumps(options(batch.setting, "model"), sort_keys=True),
        json.dumps(options(batch.setting, "optimizer"), sort_keys=True),
        low,
        high,
    )


@lru_cache(maxsize=256)
def _separable(model: str, optimizer: str, low: float, high: float) -> bool:
    built, draw = _model(model)
    start = draw(np.random.default_rng(0))
    return takes_a_rate_for_each_run(
        {key: _hashable(value) for key, value in json.loads(optimizer).items()}, built, start, (low, high)
    )


def _drawn_by(sweep: Sweep, cells: np.ndarray) -> np.ndarray:
    """Return the cells whose starts those of ``cells`` are equivalent to: the first with the same model and seed."""
    if sweep.run("starts") == "independent" or not sweep.axes:
        return cells
    shared = np.array([axis.section == "model" or axis.key == "seed" for axis in sweep.axes])
    first = np.where(shared[:, None], _places(sweep, cells), 0)
    return np.asarray(np.ravel_multi_index(tuple(first), tuple(sweep.shape.values())))
