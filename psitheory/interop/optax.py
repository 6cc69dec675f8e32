"""Pairs ``(init, update)`` as in optax, on JAX or NumPy arrays, as runs for ``check_optimizer``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psitheory.conformance.optimizers.network import Network
from psitheory.conformance.optimizers.runs import like_start

Pair = tuple[Callable[..., Any], Callable[..., Any]]
Tree = dict[str, Any]


@dataclass(frozen=True, eq=False)
class OfPair:
    """Runs of ``state = init(params)`` and ``updates, state = update(gradients, state, params)``.

    Parameters are a dict of arrays, such as ``{"W1": …, "V": …}``, of JAX if it is imported, else of NumPy; the
    next parameters are the sum of parameters and updates.  The rate is that of ``factory``, a function of the
    rate that makes a pair; without one, updates are taken to be proportional to the rate.
    """

    init: Callable[..., Any]
    update: Callable[..., Any]
    name: str
    rate: float | None = None
    factory: Callable[[float], Pair | None] | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)
    has_rate: bool = True

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
        """Yield the points; see :class:`psitheory.conformance.optimizers.runs.Runs`."""
        layout, factor = network.layout, start.dtype.type(rate)
        init, update = self.init, self.update
        if self.factory is not None and rate != 1.0:
            assert self.rate is not None
            made = self.factory(rate * self.rate)
            assert made is not None
            (init, update), factor = made, start.dtype.type(1)

        def tree(w: np.ndarray) -> Tree:
            return {part.name: _array(layout.view(part.name, w).copy()) for part in layout.parts}

        def flat(params: Tree) -> np.ndarray:
            return np.concatenate([np.asarray(params[part.name]).ravel() for part in layout.parts])

        with _double(start.dtype):
            step = _jitted(_step(update, np.asarray(factor)))
            params = tree(start)
            state = init(params)
            yield flat(params)
        for _ in range(steps):
            w = flat(params)
            gradient = network.evaluate(w, noise).gradient
            with _double(start.dtype):
                params, state = step(tree(gradient), state, params)
                w = flat(params)
            yield like_start(w, start, self.name)


def _step(update: Callable[..., Any], factor: np.ndarray) -> Callable[..., Any]:
    takes_params = len(inspect.signature(update).parameters) > 2

    def step(gradients: Tree, state: Any, params: Tree) -> tuple[Tree, Any]:
        updates, state = update(gradients, state, params) if takes_params else update(gradients, state)
        return {name: x + updates[name] * factor.astype(x.dtype) for name, x in params.items()}, state

    return step


def _array(x: np.ndarray) -> Any:
    jax = sys.modules.get("jax")
    return x if jax is None else jax.numpy.asarray(x)


def _double(dtype: np.dtype) -> AbstractContextManager[Any]:
    """Return a context in which JAX keeps double precision, which it drops by default."""
    jax = sys.modules.get("jax")
    if jax is None or dtype != np.float64:
        return nullcontext()
    found: AbstractContextManager[Any] = jax.enable_x64(True)
    return found


def _jitted(step: Callable[..., Any]) -> Callable[..., Any]:
    """Return the step compiled by JAX if it is imported and can trace it, else as it is."""
    jax = sys.modules.get("jax")
    if jax is None:
        return step
    compiled: list[Callable[..., Any]] = []

    def attempt(*args: Any) -> Any:
        if not compiled:
            try:
                fast = jax.jit(step)
                out = fast(*args)
            except Exception:  # not everything can be traced; what it raises by itself comes again below
                out = step(*args)
                compiled.append(step)
            else:
                compiled.append(fast)
            return out
        return compiled[0](*args)

    return attempt
