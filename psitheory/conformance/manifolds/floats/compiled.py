"""Methods of JAX that are called many times for one derivative: compiled, since single operations are slow.

What a law compares by itself is never compiled: a compiler may simplify what overflows, or lose digits, otherwise.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

OFTEN = 17
"""Calls with arrays of the same shapes, those of one interval of a derivative, after which compiling pays."""
_repeated = ContextVar("repeated", default=False)


@contextmanager
def repeated() -> Iterator[None]:
    """Let methods that are called many times inside the block be compiled."""
    token = _repeated.set(True)
    try:
        yield
    finally:
        _repeated.reset(token)


class Compiled:
    """The methods of a manifold of JAX arrays, those compiled that let themselves be."""

    def __init__(self) -> None:
        self._calls: Counter[Any] = Counter()
        self._made: dict[str, Any] = {}

    def __call__(self, name: str, method: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        """Call a method, which the name tells from others."""
        jax = sys.modules.get("jax")
        if jax is None or not _repeated.get() or self._made.get(name, method) is None:
            return method(*arguments)
        if not all(isinstance(x, jax.Array) and not isinstance(x, jax.core.Tracer) for x in arguments):
            return method(*arguments)
        key = name, *((x.shape, x.dtype) for x in arguments)
        self._calls[key] += 1
        if self._calls[key] <= OFTEN:
            return method(*arguments)
        if name not in self._made:
            self._made[name] = jax.jit(method)
        try:
            return self._made[name](*arguments)
        except Exception:  # it branches on values, or computes with numbers of Python; or it raises what it will again
            self._made[name] = None
            return method(*arguments)
