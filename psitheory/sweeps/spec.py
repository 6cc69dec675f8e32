"""What is swept: read from a TOML file or from Python, and checked whole before anything runs."""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.experiments.trajectory import LogSpaced
from psitheory.sweeps.axes import Axis, Plain, label, near, plain, values_of

DEFAULTS: dict[str, Plain] = {
    "target": None,
    "scale": 1.0,
    "batch_size": None,
    "seed": 0,
    "seeds": 1,
    "starts": "independent",
    "record": 0,
    "weights": False,
    "chunk": 1024,
}
"""The keys of a spec besides ``steps``, ``model`` and ``optimizer``, which must be given."""

SWEPT = ("batch_size", "scale")
"""Keys besides those of models and optimisers that may be axes."""

FASTEST = (("optimizer", "rate"), ("run", "scale"))
"""Axes along which cells can be run as one batch; they vary fastest but for the seeds, so that a chunk holds many."""

LARGEST_SCALE = 1e150
"""Squared norms of starts neither over- nor underflow."""


@dataclass(frozen=True)
class Sweep:
    """A grid of runs.

    Made by :meth:`of` from keywords, or by :meth:`read` from a file.

    Attributes
    ----------
    axes : tuple of Axis
        The grid, slowest axis first; a cell is a number below :attr:`cells`.
    constants : dict
        The value of each option that is no axis, by (section, key).
    steps : int
        The most steps of a run.
    """

    axes: tuple[Axis, ...]
    constants: Mapping[tuple[str, str], Plain]
    steps: int

    @classmethod
    def of(cls, **settings: Any) -> Sweep:
        """Return the sweep with the given settings.

        Parameters
        ----------
        model, optimizer : str, list, or mapping
            A name (of :func:`~psitheory.models.named_model` or
            :func:`~psitheory.optimizers.named.named_optimizer`), a reference ``my_file.py:my_function`` or
            ``package.module:function`` to a function that builds one, a mapping of ``name`` and options, or a list of
            such; an option of a mapping may be a list too, and each list is an axis.
        steps : int
            The most steps of a run.
        target : positive number, optional
            A run ends when its squared Riemannian gradient norm G is at most this.
        scale : positive number or axis
            The norm of each block of the start.
        batch_size : int or axis, optional
            Samples in a mini-batch; all samples if left out.
        seed : int
            All randomness derives from it: cell i draws from ``SeedSequence(seed).spawn(cells)[i]``.
        seeds : int
            How many cells differ in nothing but what they draw.
        starts : {"independent", "equivalent"}
            Whether each cell draws a start of its own, or the starts of cells that share model and seed are equivalent.
        record : int
            How many log-spaced times of loss and gradient are kept of each run besides its end; 0 for none.
        weights : bool
            Whether the class of the last weights is kept.
        chunk : int
            How many neighbouring cells are run and written together.  Results may depend on it in their last digits.

        Raises
        ------
        ArgumentError, UnknownName
            If a key is unknown or missing, an axis is empty, or a value is not one that is needed.

        Examples
        --------
        >>> spec = Sweep.of(model="circle", optimizer={"name": ["gd", "psi-gd"], "rate": [0.1, 0.2]}, steps=9, seeds=5)
        >>> spec.shape, spec.cells
        ({'optimizer': 2, 'rate': 2, 'seed': 5}, 20)
        """
        return _checked(settings)

    @classmethod
    def read(cls, path: str | Path) -> Sweep:
        """Return the sweep that a TOML file describes.

        Raises
        ------
        ArgumentError, UnknownName
            If the file cannot be read, or as :meth:`of` does.
        """
        try:
            settings = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            said = getattr(error, "strerror", None) or error
            raise ArgumentError(f"spec is '{path}', which cannot be read as TOML: {said}") from error
        return _checked(settings)

    @property
    def shape(self) -> dict[str, int]:
        """Return how many values each axis has."""
        return {axis.name: len(axis.values) for axis in self.axes}

    @property
    def cells(self) -> int:
        """Return how many runs there are."""
        return math.prod(len(axis.values) for axis in self.axes)

    @property
    def chunks(self) -> int:
        """Return how many chunks they come in."""
        return -(-self.cells // int(self.run("chunk")))

    def run(self, key: str) -> Any:
        """Return the value of a key that is no axis."""
        return self.constants["run", key]

    @cached_property
    def times(self) -> tuple[int, ...]:
        """Return the times that are recorded."""
        return tuple(LogSpaced(self.run("record"))(self.steps).tolist()) if self.run("record") else ()

    def to_dict(self) -> dict[str, Any]:
        """Return all settings as data that JSON can say; two sweeps are the same if these are equal."""
        constants = {f"{section}.{key}": value for (section, key), value in sorted(self.constants.items())}
        axes = [
            {"section": axis.section, "key": axis.key, "values": axis.values}
            for axis in self.axes
            if axis.key != "seed"
        ]
        data: dict[str, Any] = json.loads(json.dumps({"steps": self.steps, "constants": constants, "axes": axes}))
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Sweep:
        """Return the sweep that :meth:`to_dict` was called of."""
        constants: Any = {tuple(name.split(".", 1)): plain(value, name) for name, value in data["constants"].items()}
        axes = [Axis(axis["section"], axis["key"], _tuples(axis["values"])) for axis in data["axes"]]
        return cls((*axes, *_seeds(constants)), constants, data["steps"])

    @cached_property
    def digest(self) -> str:
        """Return a text by which two sweeps are told apart."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()


def _seeds(constants: Mapping[Any, Plain]) -> tuple[Axis, ...]:
    """Return the axis of cells that differ in what they draw alone, the fastest, if there is more than one."""
    count: Any = constants["run", "seeds"]
    return (Axis("run", "seed", range(count)),) if count > 1 else ()


def _tuples(values: Any) -> tuple[Plain, ...]:
    return tuple(plain(value, "values") for value in values)


def _checked(settings: Mapping[str, Any]) -> Sweep:
    known = ("model", "optimizer", "steps", *DEFAULTS)
    for key in settings:
        if key not in known:
            raise UnknownName(f"the spec has the key {key!r}{near(key, known)}; the keys are {', '.join(known)}")
    for key in ("model", "optimizer", "steps"):
        if key not in settings:
            raise ArgumentError(f"the spec has no {key!r}; one is needed")
    given = DEFAULTS | {key: plain(value, key) for key, value in settings.items()}
    _check_numbers(given)
    options: dict[tuple[str, str], Plain] = {}
    for section in ("model", "optimizer"):
        options |= {(section, key): value for key, value in _section(given[section], section).items()}
    options |= {("run", key): value for key, value in given.items() if key not in ("model", "optimizer", "steps")}
    _check_rates(options)
    return _divided(options, int(given["steps"]))  # type: ignore[arg-type]


def _section(value: Plain, section: str) -> Mapping[str, Plain]:
    """Return the options of a model or an optimiser, its ``name`` among them."""
    options = value if isinstance(value, Mapping) else {"name": value}
    if "name" not in options:
        raise ArgumentError(f"{section} has no 'name'; the name of the {section} is needed")
    names = options["name"]
    for name in names if isinstance(names, tuple) else (names,):
        chosen = name.get("name") if isinstance(name, Mapping) else name
        if not isinstance(chosen, str):
            raise ArgumentError(f"{section} is {shown(name)}; a name, or a table with a name, is needed")
    return options


def _divided(options: dict[tuple[str, str], Plain], steps: int) -> Sweep:
    """Tell axes from constants, and order the axes."""
    axes, constants = [], {}
    for (section, key), value in options.items():
        what = key if section == "run" else f"{section}.{key}"
        values = values_of(value, what) if section != "run" or key in SWEPT else None
        if values is None:
            constants[section, key] = value
        else:
            axes.append(Axis(section, key, values))
    rank = {at: k for k, at in enumerate(FASTEST)}
    axes.sort(key=lambda axis: rank.get((axis.section, axis.key), -1))
    for axis in axes:
        labels = [label(value) for value in axis.values]
        if len(set(labels)) < len(labels):
            raise ArgumentError(f"{axis.name} has two values of one label; label = '…' tells them apart")
    return Sweep((*axes, *_seeds(constants)), constants, steps)


def _check_numbers(given: Mapping[str, Plain]) -> None:
    for key, least in (("steps", 0), ("seed", 0), ("seeds", 1), ("record", 0), ("chunk", 1)):
        value = given[key]
        if type(value) is not int or value < least:
            raise ArgumentError(f"{key} is {shown(value)}; an integer of at least {least} is needed")
    if given["record"] == 1:
        raise ArgumentError("record is 1; 0, or at least 2 times, is needed")
    target = given["target"]
    if target is not None and not (type(target) in (int, float) and target > 0):  # type: ignore[operator]
        raise ArgumentError(f"target is {shown(target)}; a positive number is needed")
    if given["starts"] not in ("independent", "equivalent"):
        raise ArgumentError(f"starts is {shown(given['starts'])}; 'independent' or 'equivalent' is needed")
    if type(given["weights"]) is not bool:
        raise ArgumentError(f"weights is {shown(given['weights'])}; true or false is needed")
    for size in _each(given["batch_size"], "batch_size"):
        if size is not None and (type(size) is not int or size < 1):
            raise ArgumentError(f"batch_size is {shown(size)}; a positive integer is needed")
    for a in _each(given["scale"], "scale"):
        if type(a) not in (int, float) or not 1 / LARGEST_SCALE <= a <= LARGEST_SCALE:  # type: ignore[operator]
            raise ArgumentError(
                f"scale is {shown(a)}; a number from {1 / LARGEST_SCALE:g} to {LARGEST_SCALE:g} is needed"
            )


def _check_rates(options: Mapping[tuple[str, str], Plain]) -> None:
    names = options["optimizer", "name"]
    entries = [name for name in (names if isinstance(names, tuple) else (names,)) if isinstance(name, Mapping)]
    given = [options.get(("optimizer", "rate")), *(entry.get("rate") for entry in entries)]
    for rate in (rate for value in given for rate in _each(value, "optimizer.rate")):
        if rate is not None and not (type(rate) in (int, float) and rate > 0):  # type: ignore[operator]
            raise ArgumentError(f"optimizer.rate is {shown(rate)}; a positive number is needed")


def _each(value: Plain, what: str) -> tuple[Plain, ...]:
    values = values_of(value, what)
    return (value,) if values is None else values
