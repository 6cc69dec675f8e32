"""What an optimiser is run on for its types, and what such a run leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Coefficient
from psitheory.scaletypes.trace import Trace

TURNED = 12
"""Steps that every row must have made before a run ends: warm-ups, rectifications and look-aheads come by then."""
MOST = 60
"""Steps after which a run ends though rows stand still."""
ENOUGH = 2000
"""Operations after which a run ends once every row has turned."""


@dataclass(frozen=True)
class Part:
    """A tensor of weights: a matrix whose rows are scale-invariant blocks, or free weights."""

    name: str
    shape: tuple[int, ...]
    rows: bool


@dataclass(frozen=True)
class Problem:
    """Weights to start from, and loss and gradients at given weights (one array a part)."""

    parts: tuple[Part, ...]
    start: tuple[np.ndarray, ...]
    evaluate: Callable[[Sequence[np.ndarray]], tuple[float, Sequence[np.ndarray]]]


@dataclass
class Record:
    """The trace of a run, the unknown scale of each row, and what became of the rows.

    Attributes
    ----------
    rows : dict of str to list of int
        The degrees of the rows of each part at the start.
    kept : list of form
        Degree of a row after a step, less that at the start: it vanishes if runs commute with rescaling.
    motion : dict of str to list of float
        How far each row turned.
    rate : str
        The name of the rate where it is known; else it is told by its name.
    """

    trace: Trace
    rows: dict[str, list[int]]
    kept: list[dict[int, Coefficient]] = field(default_factory=list)
    motion: dict[str, list[float]] = field(default_factory=dict)
    log: list[Any] | None = None
    weights: list[np.ndarray] = field(default_factory=list)
    are_rows: tuple[bool, ...] = ()
    rate: str = ""

    @classmethod
    def of(cls, trace: Trace, problem: Problem) -> Record:
        """Return the record of a run that has not begun."""
        rows = {
            part.name: [trace.degrees.unknown(f"row {i} of {part.name}") for i in range(part.shape[0])]
            for part in problem.parts
            if part.rows
        }
        return cls(trace, rows, are_rows=tuple(part.rows for part in problem.parts))

    def degrees(self, part: Part) -> np.ndarray:
        """Return the degrees of the entries of a part at the start."""
        if not part.rows:
            return np.zeros(part.shape, np.int64)
        own = np.array(self.rows[part.name], np.int64).reshape(-1, *[1] * (len(part.shape) - 1))
        return np.array(np.broadcast_to(own, part.shape))

    def scaled(self, part: Part, scale: Any) -> None:
        """Keep by which powers of two the rows of a part are scaled, given a number or an array like the part."""
        if part.rows:
            rows = np.broadcast_to(np.log2(scale), part.shape).reshape(part.shape[0], -1)[:, 0]
            indices = map(self.trace.degrees.index, self.rows[part.name])
            self.trace.scaled |= dict(zip(indices, map(float, rows), strict=True))

    def after_step(self, problem: Problem, degrees: Sequence[np.ndarray], weights: Sequence[np.ndarray]) -> None:
        """Keep what became of the weights in one step."""
        table = self.trace.degrees
        for part, d in zip(problem.parts, degrees, strict=True):
            own = self.degrees(part)
            first = d.reshape(d.shape[0], -1)[:, :1].reshape(-1, *[1] * (d.ndim - 1)) if part.rows else own
            self.trace.demand(d, np.broadcast_to(first, d.shape), what="entries of one row")
            if part.rows:
                self.kept += [f for f in table.differences(d, own) if f not in self.kept]
        self.weights = [w.copy() for w in weights]
        for part, w0, w in zip(problem.parts, problem.start, weights, strict=True):
            if part.rows:
                self.motion[part.name] = [float(x) for x in np.linalg.norm(units(w) - units(w0), axis=1)]


@dataclass
class Turns:
    """Counts the steps in which some row of every part has turned."""

    problem: Problem
    count: int = 0

    def __post_init__(self) -> None:
        self._before: Sequence[np.ndarray] = self.problem.start

    def after(self, now: Sequence[np.ndarray]) -> int:
        """Return the count after a step."""
        moved = zip(self.problem.parts, self._before, now, strict=True)
        self.count += all(bool(np.any(units(x) != units(y))) for part, x, y in moved if part.rows)
        self._before = now
        return self.count


def units(w: np.ndarray) -> np.ndarray:
    """Return the rows of an array, each divided by its length."""
    flat = w.reshape(w.shape[0], -1)
    size = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.where(size > 0, size, 1))
