"""What the machine can do: the memory triad and a matrix product."""

from __future__ import annotations

import time

import numpy as np


def limits() -> dict[str, float]:
    """Return GB/s of ``a = b + c`` out of cache, and GFlop/s of a product of 512 × 512 matrices, the best of ten."""
    a, b, c = np.empty(2**24), np.ones(2**24), np.ones(2**24)
    x = np.ones((512, 512))
    out = np.empty_like(x)
    triad = min(_took(lambda: np.add(b, c, out=a)) for _ in range(10))
    product = min(_took(lambda: np.matmul(x, x, out=out)) for _ in range(10))
    return {"triad, GB/s": 3 * a.nbytes / triad / 1e9, "matrix product, GFlop/s": 2 * 512**3 / product / 1e9}


def _took(run: object) -> float:
    start = time.perf_counter()
    run()  # type: ignore[operator]
    return time.perf_counter() - start
