"""What an optimiser is run as: from a start, a number of steps and a seed to the points it passes through.

Our optimisers, pairs of functions as in optax, and plain functions are adapted here; PyTorch's and those on JAX
arrays in :mod:`psitheory.interop`.  Every run is fresh: a new state, buffers of the dtype of the start.
"""

from __future__ import annotations

import copy
import dataclasses
import inspect
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from psitheory.conformance.optimizers.runs.network import Network
from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.optimizers import Optimizer
from psitheory.optimizers.checks import is_schedule
from psitheory.scaletypes.optimizers.types import RATES
from psitheory.scaletypes.pairs import CARRIED, FunctionRuns, PairRuns

TYPED = 12
"""Steps of typed runs: warm-ups and what happens every few steps come by then."""
FEWEST = 3
"""Steps of typed runs of many entries: states that begin at zero have their degrees by then."""
EPS = ("eps", "epsilon", "eps_inside", "eps_root")
"""Names under which methods keep what they add to a denominator."""
LIMITS = ("step_sizes",)
"""Names under which methods keep the least and the greatest of something, as a pair."""
DECAYS = ("weight_decay", "decay", "l2", "coupled_decay", "decoupled_decay", "lambd", "wd")
"""Names under which methods keep a decay of the weights."""


class Runs(Protocol):
    """A method that can be run: what every adapter makes of what it is given."""

    @property
    def name(self) -> str:
        """Return what a report calls it."""
        ...

    @property
    def has_rate(self) -> bool:
        """Tell whether the rate can be changed."""
        ...

    @property
    def constants(self) -> Mapping[str, Any]:
        """Return the constants that can be changed, by name: eps and decays that are not zero."""
        ...

    def run(
        self,
        network: Network,
        start: np.ndarray,
        steps: int,
        seed: int,
        *,
        rate: float = 1.0,
        constants: Mapping[str, Any] | None = None,
        noise: np.random.Generator | None = None,
    ) -> Iterator[np.ndarray]:
        """Yield the flat points after 0, 1, …, ``steps`` steps from ``start``.

        ``rate`` multiplies the rate, ``constants`` are new values of constants, ``noise`` moves every point at
        which a gradient is taken by one ulp.
        """
        ...


@dataclass(frozen=True, eq=False)
class OfOptimizer:
    """Runs of an object with our ``init`` and ``step``."""

    optimizer: Optimizer
    name: str

    @property
    def has_rate(self) -> bool:
        """Tell whether it has a field or an attribute under one of the names of a rate."""
        return bool(self._rate_name)

    @property
    def _rate_name(self) -> str:
        fields = self._fields()
        return next((name for name in RATES if name in fields and _is_rate(fields[name])), "")

    @property
    def constants(self) -> Mapping[str, Any]:
        """Return its fields that are eps or decays."""
        return nonzero_constants(self._fields())

    def _fields(self) -> dict[str, Any]:
        optimizer: Any = self.optimizer
        if not dataclasses.is_dataclass(optimizer):
            return dict(getattr(optimizer, "__dict__", {}))
        return {f.name: getattr(optimizer, f.name) for f in dataclasses.fields(optimizer) if f.init}

    def _changed(self, network: Network, rate: float, constants: Mapping[str, Any]) -> Optimizer:
        changes: dict[str, Any] = dict(constants)
        if rate != 1.0:
            name = self._rate_name
            old = self._fields()[name]
            changes[name] = (lambda t: rate * old(t)) if is_schedule(old) else rate * old
        if hasattr(self._fields().get("model"), "evaluate"):  # a line search must look where the run goes
            changes["model"] = network
        if changes and not dataclasses.is_dataclass(self.optimizer):
            other = copy.copy(self.optimizer)
            vars(other).update(changes)
            return other
        return dataclasses.replace(self.optimizer, **changes) if changes else self.optimizer  # type: ignore[type-var]

    def typed(self, network: Network) -> PairRuns:
        """Return typed runs of the optimiser on a network; see :func:`steps_of`."""
        optimizer = self._changed(network, 1.0, {})
        return PairRuns(optimizer=optimizer, model=network, start=network.first, steps=steps_of(network))

    def run(
        self,
        network: Network,
        start: np.ndarray,
        steps: int,
        seed: int,
        *,
        rate: float = 1.0,
        constants: Mapping[str, Any] | None = None,
        noise: np.random.Generator | None = None,
    ) -> Iterator[np.ndarray]:
        """Yield the points; see :class:`Runs`."""
        optimizer = self._changed(network, rate, constants or {})
        layout, w = network.layout, start.copy()
        state = optimizer.init(layout, w.copy())
        yield w
        for _ in range(steps):  # on a copy, since a method may change the weights in place
            w, state = optimizer.step(layout, w.copy(), network.evaluate(w, noise), state)
            w = like_start(w, start, f"{self.name}.step")
            yield w


@dataclass(frozen=True, eq=False)
class OfFunction:
    """Runs of a plain function ``step(w, gradient, state)``, whose first state is None.

    It returns the new weights, or a pair of weights and state.  Of these parameters it is given those that it has, by
    name: a rate (under a name in :data:`RATES`), ``layout``, ``loss``, ``t``, the number of steps before this one, and
    ``rng``, a fresh Generator for each run.
    """

    function: Callable[..., Any]
    name: str
    rate: float | None = None
    wants: tuple[str, ...] = ()
    rate_name: str | None = None
    positional: int = 3
    instead: str = ""
    """What it is given by name in the place of a state, if it is: it may have meant a state by that."""

    @property
    def has_rate(self) -> bool:
        """Tell whether the function takes a rate."""
        return self.rate_name is not None

    @property
    def constants(self) -> Mapping[str, Any]:
        """Return the defaults of keyword parameters that are eps or decays."""
        return nonzero_constants(defaults(self.function))

    def run(
        self,
        network: Network,
        start: np.ndarray,
        steps: int,
        seed: int,
        *,
        rate: float = 1.0,
        constants: Mapping[str, Any] | None = None,
        noise: np.random.Generator | None = None,
    ) -> Iterator[np.ndarray]:
        """Yield the points; see :class:`Runs`."""
        given = dict(constants or {}) | rate_given(self, rate)
        offered: dict[str, Any] = {"layout": network.layout, "rng": np.random.default_rng(seed)}
        w, state = start.copy(), None
        yield w
        for t in range(steps):
            found = network.evaluate(w, noise)
            offered |= {"t": t, "loss": float(found.loss)}
            extra = given | {name: offered[name] for name in self.wants}
            # copies, since the function may write into what it is given
            out = self.function(*(w.copy(), found.gradient.copy(), state)[: self.positional], **extra)
            if isinstance(out, tuple) and len(out) == 2:
                out, state = out
            if state is not None and self.instead:
                raise ArgumentTypeError(
                    f"{self.name} returned a pair of weights and state, and its third parameter is {self.instead!r}, "
                    f"under which it is given something else; another name, as state, is needed"
                )
            w = like_start(out, start, self.name)
            yield w

    def typed(self, network: Network) -> FunctionRuns:
        """Return typed runs of the function on a network; see :func:`steps_of`."""
        given = {name: x for name, x in defaults(self.function).items() if type(x) is float and name not in self.wants}
        return FunctionRuns(
            function=self.function,
            positional=self.positional,
            constants=given | rate_given(self, 1.0),
            offered=self.wants,
            model=network,
            start=network.first,
            steps=steps_of(network),
        )


@dataclass(frozen=True, eq=False)
class OfRun:
    """Runs of somebody's own ``run(start, steps, seed)``, an iterator of flat points that begins at the start."""

    function: Callable[..., Any]
    name: str
    rate: float | None = None
    rate_name: str | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_rate(self) -> bool:
        """Tell whether the function takes a rate."""
        return self.rate_name is not None

    def run(
        self,
        network: Network,
        start: np.ndarray,
        steps: int,
        seed: int,
        *,
        rate: float = 1.0,
        constants: Mapping[str, Any] | None = None,
        noise: np.random.Generator | None = None,
    ) -> Iterator[np.ndarray]:
        """Yield the points; see :class:`Runs`.  The gradients are the function's own, so ``noise`` moves none."""
        count = 0
        for w in self.function(start.copy(), steps, seed, **rate_given(self, rate)):
            count += 1
            yield like_start(w, start, self.name)
        if count <= steps:
            raise ArgumentError(f"{self.name} yielded {count} points; {steps + 1} are needed for {steps} steps")


def steps_of(network: Network) -> int:
    """Return the number of steps of a typed run on NumPy's arrays, whose entries carry their degrees one by one.

    Raises
    ------
    ArgumentError
        If there are too many entries even for a few steps.
    """
    steps = min(TYPED, CARRIED // network.layout.n)
    if steps < FEWEST:
        most = CARRIED // FEWEST
        raise ArgumentError(f"model has {network.layout.n} weights; at most {most} carry degrees through NumPy")
    return steps


def rate_given(method: OfFunction | OfRun, factor: float) -> dict[str, Any]:
    """Return the keyword by which a function takes its rate, times ``factor``; none if it takes none."""
    name = method.rate_name
    if name is None:
        return {}
    return {name: factor * (method.rate if method.rate is not None else defaults(method.function)[name])}


def like_start(w: Any, start: np.ndarray, name: str) -> np.ndarray:
    """Return what came back as a new array like the start, or raise an error that names who returned it."""
    try:
        out = np.array(w, dtype=start.dtype)
    except (TypeError, ValueError) as error:
        raise ArgumentTypeError(f"{name} returned {shown(w)}; weights of the shape {start.shape} are needed") from error
    if out.shape != start.shape:
        raise ArgumentError(f"{name} returned weights of the shape {out.shape}; the shape {start.shape} is needed")
    return out


def defaults(function: Callable[..., Any]) -> dict[str, Any]:
    """Return the parameters of a function that have a default, with it."""
    found = inspect.signature(function).parameters.values()
    return {p.name: p.default for p in found if p.default is not p.empty}


def nonzero_constants(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the eps, limits and decays among ``values``."""
    numbers = {name: float(x) for name, x in values.items() if name in (*EPS, *DECAYS) and _is_positive(x)}
    pairs = {name: x for name, x in values.items() if name in LIMITS and isinstance(x, tuple) and len(x) == 2}
    return numbers | pairs


def _is_rate(x: Any) -> bool:
    return is_schedule(x) or (isinstance(x, (int, float)) and not isinstance(x, bool))


def _is_positive(x: Any) -> bool:
    return isinstance(x, (int, float)) and not isinstance(x, bool) and math.isfinite(x) and x > 0
