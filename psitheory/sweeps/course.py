r"""Run one batch of cells, each to its own end, and note what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.experiments.arrival import of_runs
from psitheory.experiments.iterate import Survivors
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models.interface import Evaluation
from psitheory.sweeps.cells import Batch, seed_of, starts
from psitheory.sweeps.spec import Sweep

SCALARS = {
    "steps_to_target": np.dtype(np.int64),
    "broken_at": np.dtype(np.int64),
    "loss": np.dtype(np.float64),
    "squared_gradient": np.dtype(np.float64),
    "least_squared_gradient": np.dtype(np.float64),
    "norm": np.dtype(np.float64),
}
"""What is kept of every run: -1 for a time that did not come, and numbers at the end of the run."""

CURVES = ("loss_at", "squared_gradient_at", "least_squared_gradient_at")
"""What is kept at recorded times, NaN from where a run broke, and after the end of a run that arrived."""


def run_batch(sweep: Sweep, batch: Batch) -> dict[str, np.ndarray]:
    r"""Return the columns of a batch of K cells, each (K,), (K, times) or (K, n).

    A run ends after ``steps`` steps, or where its squared gradient norm G is at most ``target``, or where it breaks:
    its loss, its gradient or a free weight is no longer finite.
    """
    course = _Course(sweep, batch)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        return course.run()


class _Course:
    """The state of a batch under way: ``open`` tells which of the ensemble's ``runs`` have not ended."""

    def __init__(self, sweep: Sweep, batch: Batch) -> None:
        self.sweep, self.batch, self.model = sweep, batch, batch.model.model
        count, times = len(batch.cells), len(sweep.times)
        self.due = {t: k for k, t in enumerate(sweep.times)}
        self.out: dict[str, np.ndarray] = {
            name: np.full(count, -1 if dtype.kind == "i" else np.nan, dtype) for name, dtype in SCALARS.items()
        }
        self.out |= {name: np.full((count, times), np.nan) for name in CURVES if times}
        if sweep.run("weights"):
            self.out["weights"] = np.full((count, self.model.layout.n), np.nan)
        self.runs, self.open = np.arange(count), np.ones(count, bool)
        self.least = np.full(count, np.inf)

    def run(self) -> dict[str, np.ndarray]:
        w = starts(self.sweep, self.batch)
        optimizer = self.batch.optimizer(self.runs)
        state, evaluate = optimizer.init(self.model.layout, w), Survivors(self.model, self.open.copy())
        drawn = self._mini_batches()
        for t in range(self.sweep.steps + 1):
            seen = evaluate(w, None) if drawn is None or self._is_looked_at(t) else None
            if seen is not None:
                self._see(t, w, seen)
            if not self.open.any():
                break
            if 2 * np.count_nonzero(self.open) <= len(self.open):
                # the slowest runs may take thousands of times as long as the others, which need not go on
                keep = self.open
                w, state, self.runs, self.open = w[keep], of_runs(state, keep), self.runs[keep], self.open[keep]
                seen = None if seen is None else Evaluation(seen.loss[keep], seen.gradient[keep])
                optimizer, evaluate = self.batch.optimizer(self.runs), Survivors(self.model, self.open.copy())
            stepped = seen if drawn is None else evaluate(w, next(drawn))
            assert stepped is not None
            w, state = optimizer.step(self.model.layout, w, stepped, state)
        return self.out

    def _is_looked_at(self, t: int) -> bool:
        """Tell whether the loss over all samples is looked at, where steps see mini-batches."""
        return t in self.due or t == self.sweep.steps

    def _see(self, t: int, w: Array, seen: Evaluation) -> None:
        square = riemannian_square(self.model.layout, w, seen.gradient)
        total = seen.loss + square
        if self.model.layout.p:
            total = total + np.sum(self.model.layout.free_part(w), axis=-1)
        sound = np.isfinite(total)
        self.least[self.runs] = np.fmin(self.least[self.runs], square)
        if t in self.due:
            live = self.runs[self.open & sound]
            values = (seen.loss, square, self.least[self.runs])
            for name, value in zip(CURVES, values, strict=True):
                self.out[name][live, self.due[t]] = value[self.open & sound]
        target = self.sweep.run("target")
        arrived = sound & (square <= target) if target is not None else np.zeros_like(sound)
        self._end(t, w, seen.loss, square, self.open & ~sound, self.open & arrived)

    def _end(self, t: int, w: Array, loss: Array, square: Array, broken: np.ndarray, arrived: np.ndarray) -> None:
        """Note the runs that end at time ``t``."""
        self.out["broken_at"][self.runs[broken]] = t
        self.out["steps_to_target"][self.runs[arrived]] = t
        ends = self.open if t == self.sweep.steps else broken | arrived
        if not ends.any():
            return
        where, sound = self.runs[ends], self.runs[ends & ~broken]
        self.out["least_squared_gradient"][where] = self.least[where]
        self.out["loss"][sound], self.out["squared_gradient"][sound] = loss[ends & ~broken], square[ends & ~broken]
        last = w[ends & ~broken]
        self.out["norm"][sound] = np.hypot.reduce(self.model.layout.norms(last), axis=-1)
        if "weights" in self.out and len(last):
            self.out["weights"][sound] = self.model.layout.units(last)
        self.open = self.open & ~ends

    def _mini_batches(self) -> Iterator[np.ndarray] | None:
        """Yield the samples of each step, (runs, b), each run's from a generator of its own; None for all samples."""
        size: Any = self.batch.setting["run", "batch_size"]
        if size is None:
            return None
        rngs = [np.random.default_rng(seed_of(self.sweep, int(cell), "batches")) for cell in self.batch.cells]
        return self._drawn(rngs, size)

    def _drawn(self, rngs: list[np.random.Generator], size: int) -> Iterator[np.ndarray]:
        samples = self.model.samples  # type: ignore[attr-defined]  # checked before anything is run
        while True:
            yield np.stack([rngs[k].choice(samples, size, replace=False, shuffle=False) for k in self.runs])
