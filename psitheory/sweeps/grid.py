"""A store as arrays over named axes, some of them fixed: what rates and figures are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.sweeps.axes import near
from psitheory.sweeps.spec import Sweep
from psitheory.sweeps.store import Store
from psitheory.sweeps.table import columns_of

SEED = "seed"


@dataclass(frozen=True, eq=False)
class Grid:
    """Columns over axes.

    Attributes
    ----------
    sweep : Sweep
    names : tuple of str
        The axes in order; the last is always ``seed``, of one value where there are no seeds.
    labels : dict of str to array
        The values on each.
    columns : dict of str to array
        Each of the shape of the axes, and what is more for curves and weights.
    """

    sweep: Sweep
    names: tuple[str, ...]
    labels: Mapping[str, np.ndarray]
    columns: Mapping[str, np.ndarray]

    @classmethod
    def read(cls, store: str | Path) -> Grid:
        """Return the grid of a store.

        Raises
        ------
        ArgumentError
            If there is none, or it is damaged.
        """
        found = Store.read(store)
        labels = {axis.name: axis.labels() for axis in found.sweep.axes}
        labels.setdefault(SEED, np.zeros(1, int))
        sizes = tuple(len(values) for values in labels.values())
        columns = {name: column.reshape(sizes + column.shape[1:]) for name, column in columns_of(found).items()}
        return cls(found.sweep, tuple(labels), labels, columns)

    def numbers(self, name: str) -> np.ndarray:
        """Return the values of an axis of numbers.

        Raises
        ------
        UnknownName, ArgumentError
            If there is no such axis, or its values are no numbers.
        """
        values = self.labels[self.known(name)]
        if name == SEED:
            raise ArgumentError("seed is what intervals and medians are taken over; another axis is needed")
        if values.dtype.kind not in "iuf":
            raise ArgumentError(f"the axis {name!r} has the values {shown(values.tolist())}; numbers are needed")
        return values

    def known(self, name: str) -> str:
        """Return the name of an axis, or raise.

        Raises
        ------
        UnknownName
            If there is no such axis.
        """
        if name not in self.names:
            raise UnknownName(
                f"there is no axis {name!r}{near(name, self.names)}; the axes are {', '.join(self.names)}"
            )
        return name

    def column(self, name: str) -> np.ndarray:
        """Return a column, or raise.

        Raises
        ------
        UnknownName
            If it was not kept.
        """
        if name not in self.columns:
            raise UnknownName(
                f"the store has no {name!r}{near(name, self.columns)}; it has {', '.join(self.columns)} (curves need "
                "'record' in the spec, weights 'weights = true')"
            )
        return self.columns[name]

    def at(self, fixed: Mapping[str, Any]) -> Grid:
        """Return the part of the grid where axes have the given values; they are axes no more.

        Raises
        ------
        UnknownName, ArgumentError
            If there is no such axis or value.
        """
        grid = self
        for name, value in fixed.items():
            grid = grid._one(name, value)
        return grid

    def _one(self, name: str, value: Any) -> Grid:
        labels, k = self.labels[self.known(name)], self.names.index(name)
        if name == SEED:
            raise ArgumentError("seed is what intervals and medians are taken over; all of them are needed")
        # a value that was typed may differ in its last digits from one that was computed
        wanted = np.isclose(labels, float(value), rtol=1e-9, atol=0) if labels.dtype.kind in "iuf" else labels == value
        (found,) = np.nonzero(wanted)
        if len(found) != 1:
            raise ArgumentError(f"{name} is {shown(value)}; one of {shown(labels.tolist(), 200)} is needed")
        names = tuple(other for other in self.names if other != name)
        columns = {key: column.take(int(found[0]), axis=k) for key, column in self.columns.items()}
        return Grid(self.sweep, names, {other: self.labels[other] for other in names}, columns)

    def ordered(self, *names: str) -> Grid:
        """Return the grid with the given axes in the given order, then ``seed``; axes of one value are dropped.

        Raises
        ------
        ArgumentError
            If another axis has several values.
        """
        for name in (name for name in self.names if name not in (*names, SEED)):
            if len(self.labels[name]) > 1:
                values = shown(self.labels[name].tolist(), 200)
                raise ArgumentError(
                    f"the axis {name!r} has the values {values}; one of them is needed: at={{{name!r}: …}}"
                )
        order = [self.names.index(self.known(name)) for name in (*names, SEED)]
        rest = [k for k in range(len(self.names)) if k not in order]
        shape = tuple(len(self.labels[name]) for name in (*names, SEED))

        def moved(column: np.ndarray) -> np.ndarray:
            inner = range(len(self.names), column.ndim)
            return column.transpose(*rest, *order, *inner).reshape(shape + column.shape[len(self.names) :])

        columns = {key: moved(column) for key, column in self.columns.items()}
        return Grid(self.sweep, (*names, SEED), {name: self.labels[name] for name in (*names, SEED)}, columns)
