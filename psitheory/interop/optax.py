"""Pairs ``(init, update)`` as in optax, on JAX or NumPy arrays, as runs for ``check_optimizer``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

from psitheory.conformance.optimizers.runs.network import Network
from psitheory.conformance.optimizers.runs.problem import problem_of
from psitheory.conformance.optimizers.runs.run import like_start
from psitheory.errors import ArgumentTypeError, shown
from psitheory.interop.invariant import invariant_loss

Pair = tuple[Callable[..., Any], Callable[..., Any]]
Tree = dict[str, Any]


@dataclass(frozen=True, eq=False)
class OfPair:
    """Runs of ``state = init(params)`` and ``updates, state = update(gradients, state, params)``.

    Parameters are a dict of arrays, such as ``{"W1": …, "V": …}``, of JAX if it is imported, else of NumPy; the
    next parameters are the sum of parameters and updates.  An update that takes them is given ``value``, the loss,
    ``grad``, and ``value_fn``, the loss as a function of parameters.  The rate is that of
    ``factory``, a function of the rate that makes a pair; without one, updates are taken to be proportional to it.
    """

    takes_tensors: ClassVar[bool] = True
    """Whether it sees layers in the shapes that they have, rather than one flat array."""
    OFFERED: ClassVar[tuple[str, ...]] = ("value", "grad", "value_fn")
    """What an update may ask for by name."""

    init: Callable[..., Any]
    update: Callable[..., Any]
    name: str
    rate: float = 1.0
    factory: Callable[[float], Pair | None] | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)
    has_rate: bool = True
    _cache: dict[tuple[Any, ...], Callable[..., Any]] = field(default_factory=dict)

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
        """Yield the points; see :class:`psitheory.conformance.optimizers.runs.run.Runs`."""
        layout, factor = network.layout, start.dtype.type(rate)

        def tree(w: np.ndarray) -> Tree:
            return {part.name: _array(network.tensor(part.name, w)) for part in layout.parts}

        def flat(params: Tree) -> np.ndarray:
            return np.concatenate([np.asarray(params[part.name]).ravel() for part in layout.parts])

        def loss(params: Tree) -> Any:
            return invariant_loss(network, params, _numpy())

        with _precision(start.dtype):
            params = tree(start)
            state = self._compiled(("init",), self._init)(factor, params)
        yield flat(params)
        for _ in range(steps):
            found = network.evaluate(flat(params), noise)
            with _precision(start.dtype):
                step = self._compiled(("step", start.dtype, network.layout, network.fixed), partial(self._step, loss))
                params, state = step(factor, tree(found.gradient), state, params, _array(np.asarray(found.loss)))
            yield like_start(flat(params), start, self.name)

    def typed(self, network: Network) -> Any:
        """Return typed runs of the pair on a network, by its jaxprs.

        Raises
        ------
        ArgumentTypeError
            If JAX is not imported: nothing is derived of pairs on NumPy arrays.
        """
        if "jax" not in sys.modules:
            raise ArgumentTypeError(f"{self.name} is a pair on NumPy arrays; one on JAX arrays is needed")
        from psitheory.scaletypes.jax.optimizers import JaxRuns

        def loss(params: Tree) -> Any:
            return invariant_loss(network, params, _numpy())

        def pair(rate: Any) -> tuple[Callable[..., Any], Callable[..., Any], Pair]:
            init, update = found = self._pair(rate)
            return init, partial(self._stepped, update, loss, rate), found

        return JaxRuns(pair, problem_of(network), self.rate, lambda: _precision(np.dtype(float)))

    def _pair(self, rate: Any) -> Pair:
        if self.factory is None:
            return self.init, self.update
        found = self.factory(rate)
        assert found is not None
        return found

    def _init(self, factor: Any, params: Tree) -> Any:
        return self._pair(self.rate * factor)[0](params)

    def _step(self, loss: Callable[[Tree], Any], factor: Any, *given: Any) -> tuple[Tree, Any]:
        rate = self.rate * factor
        return self._stepped(self._pair(rate)[1], loss, rate, *given)

    def _stepped(
        self,
        update: Callable[..., Any],
        loss: Callable[[Tree], Any],
        rate: Any,
        gradients: Tree,
        state: Any,
        params: Tree,
        value: Any,
    ) -> tuple[Tree, Any]:
        known = inspect.signature(update).parameters
        places = [p for p in known.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        takes_any = any(p.kind is p.VAR_KEYWORD for p in known.values())
        offered = dict(zip(self.OFFERED, (value, gradients, loss), strict=True))
        extra = {name: x for name, x in offered.items() if takes_any or name in known}
        out = update(gradients, state, *([params] if len(places) > 2 else []), **extra)
        if not isinstance(out, tuple) or len(out) != 2 or not isinstance(out[0], dict) or set(out[0]) != set(params):
            raise ArgumentTypeError(
                f"update of {self.name} returned {shown(out)}; updates like params, and a state, are needed"
            )
        updates, state = out
        if self.factory is None:  # its rate is 1, and updates are proportional to it
            updates = {name: x * rate for name, x in updates.items()}
        return {name: x + updates[name] for name, x in params.items()}, state

    def _compiled(self, key: tuple[Any, ...], function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function compiled by JAX, if that is imported and can trace it, else as it is."""
        jax = sys.modules.get("jax")
        if jax is None or key in self._cache:
            return self._cache.get(key, function)
        fast = jax.jit(function)

        def attempt(*args: Any) -> Any:
            try:
                out = fast(*args)
            except Exception:  # not everything can be traced; what a function raises by itself comes again here
                out = function(*args)
                self._cache[key] = function
            else:
                self._cache[key] = fast
            return out

        return attempt


def _numpy() -> Any:
    return getattr(sys.modules.get("jax"), "numpy", np)


def _array(x: np.ndarray) -> Any:
    return _numpy().asarray(x)


def _precision(dtype: np.dtype) -> AbstractContextManager[Any]:
    """Return a context in which JAX keeps double precision, which it drops by default."""
    jax = sys.modules.get("jax")
    if jax is None or dtype != np.float64:
        return nullcontext()
    # versions before 0.8 have it in jax.experimental
    enable = jax.enable_x64 if hasattr(jax, "enable_x64") else import_module("jax.experimental").enable_x64
    found: AbstractContextManager[Any] = enable(True)
    return found
