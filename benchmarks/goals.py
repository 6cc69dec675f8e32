"""The goals, each a ratio inside one process, and whether a run of the benchmark reached them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from benchmarks.timing import Result

OURS = "psitheory"
COMPILED = "psitheory, compiled"
JAX = "jax vmap+jit+scan(grad)"


@dataclass(frozen=True)
class Goal:
    """A goal in words, what was found, and whether that is enough."""

    work: str
    goal: str
    found: float
    reached: bool


def _ours(result: Result) -> str:
    """Return the name of ours: compiled where that was tried."""
    return COMPILED if COMPILED in result.seconds else OURS


def goals(results: list[Result]) -> list[Goal]:
    """Return the goals that the results speak of."""
    out: list[Goal] = []
    for result in results:
        name = result.case.name
        if result.case.group == "mlp" and name.endswith("K=64"):  # a single run of 20 steps is mostly its beginning
            out += _at_most(result, JAX, 0.80)
            out += _of_limit(result, "products and transcendentals", 0.80)
            out += _at_least(result, "geoopt", 3) + _at_least(result, "pymanopt, loop, autograd of torch", 8)
        if result.case.group == "rayleigh" and "K=1024" in name:
            out += _at_most(result, JAX, 0.40) + _of_limit(result, "matrix products alone", 0.75)
            out += _at_least(result, "geoopt", 5) + _at_least(result, "pymanopt, loop, autograd of torch", 900)
        if result.case.group == "rayleigh" and name.endswith("K=1"):
            found = result.median(_ours(result))
            out.append(Goal(name, "≤ 15 µs a step", found, found <= 15))
        if result.case.group == "ragged":
            out += _ragged(result)
        if result.case.group == "import":
            found = (result.median(OURS) - result.median("numpy")) / 1000
            out.append(Goal(name, "≤ numpy + 25 ms", found, found <= 25))
    return out + _geometry([result for result in results if result.case.group == "geometry"])


def _ragged(result: Result) -> list[Goal]:
    """Return the goal for the formulas, and for compiled passes beside compiled passes."""
    text = "≤ 2 × the time of equal blocks"
    pairs = {name: f"{name}, equal blocks" for name in (OURS, COMPILED)}
    found = {one: result.ratio(one, other) for one, other in pairs.items() if other in result.seconds}
    return [Goal(f"{result.case.name}, {one}", text, ratio, ratio <= 2) for one, ratio in found.items()]


def _if_there(result: Result, other: str, make: Callable[[], Goal]) -> list[Goal]:
    return [make()] if other in result.seconds else []


def _at_most(result: Result, other: str, most: float) -> list[Goal]:
    def make() -> Goal:
        found = result.ratio(_ours(result), other)
        return Goal(result.case.name, f"≤ {most} × the time of {other}", found, found <= most)

    return _if_there(result, other, make)


def _at_least(result: Result, other: str, least: float) -> list[Goal]:
    def make() -> Goal:
        found = result.ratio(other, _ours(result))
        return Goal(result.case.name, f"≥ {least} × faster than {other}", found, found >= least)

    return _if_there(result, other, make)


def _of_limit(result: Result, limit: str, share: float) -> list[Goal]:
    def make() -> Goal:
        found = result.ratio(limit, _ours(result))
        return Goal(result.case.name, f"≥ {share} of the limit: {limit}", found, found >= share)

    return _if_there(result, limit, make)


def _geometry(results: list[Result]) -> list[Goal]:
    out = []
    sizes = dict.fromkeys(result.case.name.split(" d=")[1] for result in results)
    for size in sizes:
        here = [result for result in results if result.case.name.endswith(" d=" + size)]
        for peer, least in (("geomstats", 1.5), ("geoopt", 1.2)):
            ratios = [result.ratio(peer, _ours(result)) for result in here if peer in result.seconds]
            if ratios:
                found = _geometric_mean(ratios)
                text = f"geometric mean ≥ {least} × faster than {peer}"
                out.append(Goal(f"geometry d={size}", text, found, found >= least))
        slowest = [
            result.ratio(_ours(result), peer)
            for result in here
            for peer in ("geomstats", "geoopt", "pymanopt")
            if peer in result.seconds
        ]
        if slowest:
            text = "no operation slower than 1.5 × the best peer"
            out.append(Goal(f"geometry d={size}", text, max(slowest), max(slowest) <= 1.5))
    return out


def _geometric_mean(ratios: Iterable[float]) -> float:
    return float(np.exp(np.mean(np.log(list(ratios)))))
