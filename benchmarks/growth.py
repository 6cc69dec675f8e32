"""How time and memory grow with the number K of starts, the number T of steps and the number n of weights."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.experiments import descend
from psitheory.models import BatchNormMLP, Rayleigh
from psitheory.optimizers import PSIGradientDescent

METHOD = PSIGradientDescent(0.01)


@dataclass(frozen=True)
class Growth:
    """What was measured at each size; ``slope`` is the exponent over the last decade, ``overall`` over all three."""

    name: str
    axis: str
    unit: str
    sizes: list[int]
    values: list[float]

    @property
    def slope(self) -> float:
        """Return the exponent over the last decade, where fixed costs weigh least."""
        return self._exponent([k for k, size in enumerate(self.sizes) if size >= self.sizes[-1] / 10])

    @property
    def overall(self) -> float:
        """Return the exponent over all sizes."""
        return self._exponent(list(range(len(self.sizes))))

    def _exponent(self, chosen: list[int]) -> float:
        x, y = np.log(np.array(self.sizes)[chosen]), np.log(np.array(self.values)[chosen])
        return float(np.polyfit(x, y, 1)[0])


def growths(rng: np.random.Generator, longest: int = 10**6) -> list[Growth]:
    """Return how time grows with K, T and n over three decades, and memory with K, T and n."""
    a = rng.normal(size=(50, 50))
    model = Rayleigh(a + a.T)
    w = rng.normal(size=(30_000, 50))
    counts, steps = [30, 100, 300, 1000, 3000, 10_000, 30_000], [100, 1000, 10_000, 100_000]
    widths = [4, 12, 40, 120, 400, 1200, 4000]
    x, y = rng.normal(size=(32, 16)), rng.integers(0, 3, 32)
    networks = [BatchNormMLP(x, y, hidden=(h,)) for h in widths]
    starts = [network.initial(rng) for network in networks]
    sizes = [network.layout.n for network in networks]
    lengths = [t for t in (1000, 10_000, 100_000, 1_000_000) if t <= longest]

    def of_starts(k: int) -> Callable[[], Any]:
        return lambda: descend(model, METHOD, w[:k], 20)

    def of_steps(t: int) -> Callable[[], Any]:
        return lambda: descend(model, METHOD, w[:1], t)

    def of_weights(n: int) -> Callable[[], Any]:
        k = sizes.index(n)
        return lambda: descend(networks[k], METHOD, starts[k], 20)

    return [
        Growth("time", "K, starts", "s", counts, [_time(of_starts(k)) for k in counts]),
        Growth("time", "T, steps", "s", steps, [_time(of_steps(t)) for t in steps]),
        Growth("time", "n, weights", "s", sizes, [_time(of_weights(n)) for n in sizes]),
        Growth("memory", "K, starts", "bytes", counts, [_memory(of_starts(k)) for k in counts]),
        Growth("memory", "T, steps", "bytes", lengths, [_memory(of_steps(t)) for t in lengths]),
        Growth("memory", "n, weights", "bytes", sizes, [_memory(of_weights(n)) for n in sizes]),
    ]


def _time(run: Callable[[], Any]) -> float:
    """Return the least of as many runs as fit a second, three at least unless one takes longer than that."""
    times: list[float] = []
    while not times or (sum(times) < 1 and len(times) < 50):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def _memory(run: Callable[[], Any]) -> float:
    """Return the most memory, in bytes, that a run has held beyond what was there."""
    tracemalloc.start()
    try:
        run()
        return float(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
