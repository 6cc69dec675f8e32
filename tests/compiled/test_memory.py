"""What passes compute does not depend on where arrays lie: a compiler may take near ones in another order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("numba")

from psitheory.compiled import network, quotient

ORDINARY = (2.0**-500, 2.0**500)
RUNS, UNITS, SAMPLES = 1, 2, 9
EDGES = np.array([[0, 4], [4, 9]], np.uint64)
NONE = np.zeros((0, 2), np.uint64)


def placed(arrays: list[np.ndarray], order: list[int], gap: int) -> list[np.ndarray]:
    """Return copies that lie in that ``order``, ``gap`` numbers apart."""
    order = [k for k in order if k < len(arrays)]
    memory, start, out = np.zeros(sum(x.size + gap for x in arrays)), 0, list(arrays)
    for k in order:
        x = arrays[k]
        out[k] = memory[start : start + x.size].reshape(x.shape)
        out[k][...] = x
        start += x.size + gap
    return out


Pass = tuple[Callable[[np.random.Generator], list[np.ndarray]], Callable[..., Any]]


def geometry(name: str, size: float) -> Pass:
    """An operation at w and ``size`` times a random vector less w: nearly opposite to w, or anywhere."""

    def arrays(rng: np.random.Generator) -> list[np.ndarray]:
        w, x, z = rng.normal(size=(3, RUNS, SAMPLES))
        z = size * z - w
        out = np.zeros(RUNS if name in ("inner", "squared_distance") else (RUNS, SAMPLES))
        by_name = {"exp": [w, x], "retract": [w, x], "transport": [w, z, x], "inner": [w, x, z]}
        return [out, *by_name.get(name, [w, z])]

    return arrays, lambda out, *given: getattr(quotient, name)(*given, EDGES, NONE, ORDINARY, out)


def forward(activation: int) -> Pass:
    ones, zeros = np.ones(UNITS), np.zeros(UNITS)

    def run(z: np.ndarray, h: np.ndarray, sigma: np.ndarray) -> Any:
        return network.normalised(z, activation, ones, zeros, 0.0, ones, ORDINARY, zeros, False, 0.0, sigma, h)

    return lambda rng: [*rng.normal(size=(2, UNITS, SAMPLES)), ones], run


def backward(activation: int) -> Pass:
    ones = np.ones(UNITS)

    def run(delta: np.ndarray, z: np.ndarray, h: np.ndarray, of_gamma: np.ndarray, of_beta: np.ndarray) -> Any:
        return network.pulled_back(delta, z, h, activation, ones, ones, of_gamma, of_beta)

    return lambda rng: [*rng.normal(size=(3, UNITS, SAMPLES)), ones, ones], run


def outputs(head: Callable[..., float]) -> Pass:
    def run(outputs: np.ndarray, targets: np.ndarray, bias: np.ndarray, of_bias: np.ndarray, loss: np.ndarray) -> None:
        loss[0] = head(outputs, bias, targets, of_bias)

    return lambda rng: [*rng.normal(size=(2, UNITS, SAMPLES)), np.ones(UNITS), np.ones(UNITS), np.ones(1)], run


GEOMETRY = ("project", "scaled_gradient", "retract", "inner", "squared_distance", "exp", "log", "transport")
CASES = {
    **{f"{name}, {size}": geometry(name, size) for name in GEOMETRY for size in (0.01, 3.0)},
    **{
        f"{way.__name__} {name}": way(kind) for way in (forward, backward) for name, kind in network.ACTIVATIONS.items()
    },
    "cross-entropy": outputs(network.cross_entropy),
    "squared loss": outputs(network.squared_loss),
}


@pytest.mark.parametrize("case", CASES)
def test_a_pass_gives_the_same_wherever_arrays_lie(case: str) -> None:
    make, run = CASES[case]
    rng = np.random.default_rng(0)
    for _ in range(200):
        arrays, found = make(rng), []
        for gap in (0, 1, 2, 1000):
            for order in ([0, 1, 2], [1, 0, 2], [2, 1, 0]):
                here = placed(arrays, [*order, *range(3, len(arrays))], gap)
                run(*here)
                found.append(np.concatenate([x.ravel() for x in here]))
        for other in found:
            np.testing.assert_array_equal(other, found[0])
