"""Operations on a product of K unit spheres in R^d, at canonical points."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks.goals import COMPILED
from benchmarks.peers import peer
from benchmarks.timing import Case, Contender
from psitheory.geometry import CompiledPSIQuotient, PSIQuotient
from psitheory.layout import Layout, blocks

SIZES = (8, 64, 512)
COUNTS = (1, 64, 1024)


def cases(rng: np.random.Generator) -> Iterator[Case]:
    """Yield a case for each operation, d and K."""
    for d in SIZES:
        for k in COUNTS:
            u, v, z = (rng.normal(size=(k, d)) for _ in range(3))
            u, v = (w / np.linalg.norm(w, axis=-1, keepdims=True) for w in (u, v))
            x, y = (0.5 * (t - np.sum(t * u, -1, keepdims=True) * u) for t in (z, rng.normal(size=(k, d))))
            yield from _of_size(d, k, {"u": u, "v": v, "z": z, "x": x, "y": y})


def _of_size(d: int, k: int, arrays: dict[str, np.ndarray]) -> Iterator[Case]:
    libraries = {"psitheory": _psitheory(PSIQuotient, d, k, arrays)}
    if peer("numba"):
        libraries[COMPILED] = _psitheory(CompiledPSIQuotient, d, k, arrays)
    for name, of in (("geomstats", _geomstats), ("geoopt", _geoopt), ("pymanopt", _pymanopt), ("NumPy", _numpy)):
        if name == "NumPy" or peer(name):
            libraries[name] = of(d, k, arrays)
    for op in libraries["psitheory"]:
        contenders = [
            Contender(name, operations[op], partial(_plain, operations[op], (k, d), op, columns=name == "pymanopt"))
            for name, operations in libraries.items()
            if op in operations
        ]
        yield Case("geometry", f"{op} d={d} K={k}", contenders)


def _plain(run: Any, shape: tuple[int, int], op: str, *, columns: bool) -> np.ndarray:
    """Return an answer as an array (K, d) or a number; a retracted point as unit rows, whatever represents it."""
    out = np.asarray(run())
    if op in ("inner", "dist"):
        return out.reshape(-1)
    rows = out.T if columns else out.reshape(shape)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True) if op == "retract" else rows


def _psitheory(kind: type[PSIQuotient], d: int, k: int, a: dict[str, np.ndarray]) -> dict[str, Any]:
    m = kind(Layout(blocks("w", k, d)))
    u, v, z, x, y = (a[name].reshape(-1) for name in "uvzxy")
    return {
        "project": partial(m.project, u, z),
        "retract": partial(m.retract, u, x),
        "exp": partial(m.exp, u, x),
        "log": partial(m.log, u, v),
        "dist": partial(m.dist, u, v),
        "inner": partial(m.inner, u, x, y),
        "transport by projection": partial(m.horizontal, v, x),
        "parallel transport": partial(m.transport, u, v, x),
    }


def _geomstats(d: int, k: int, a: dict[str, np.ndarray]) -> dict[str, Any]:
    from geomstats.geometry.hypersphere import Hypersphere

    s = Hypersphere(dim=d - 1)
    u, v, z, x, y = (a[name] for name in "uvzxy")
    return {
        "project": lambda: s.to_tangent(z, base_point=u),
        "retract": lambda: s.projection(u + x),
        "exp": lambda: s.metric.exp(x, base_point=u),
        "log": lambda: s.metric.log(v, base_point=u),
        "dist": lambda: np.sqrt(np.sum(s.metric.dist(u, v) ** 2)),
        "inner": lambda: np.sum(s.metric.inner_product(x, y, base_point=u)),
        "transport by projection": lambda: s.to_tangent(x, base_point=v),
        "parallel transport": lambda: s.metric.parallel_transport(x, base_point=u, end_point=v),
    }


def _geoopt(d: int, k: int, a: dict[str, np.ndarray]) -> dict[str, Any]:
    import geoopt
    import torch

    peer("torch")
    s = geoopt.Sphere()
    u, v, z, x, y = (torch.from_numpy(a[name]) for name in "uvzxy")
    return {
        "project": lambda: s.proju(u, z),
        "retract": lambda: s.retr(u, x),
        "exp": lambda: s.expmap(u, x),
        "log": lambda: s.logmap(u, v),
        "dist": lambda: s.dist(u, v).square().sum().sqrt(),
        "inner": lambda: s.inner(u, x, y).sum(),
        "transport by projection": lambda: s.transp(u, v, x),
    }


def _pymanopt(d: int, k: int, a: dict[str, np.ndarray]) -> dict[str, Any]:
    from pymanopt.manifolds import Oblique

    m = Oblique(d, k)
    u, v, z, x, y = (np.ascontiguousarray(a[name].T) for name in "uvzxy")
    return {
        "project": lambda: m.projection(u, z),
        "retract": lambda: m.retraction(u, x),
        "exp": lambda: m.exp(u, x),
        "log": lambda: m.log(u, v),
        "dist": lambda: m.dist(u, v),
        "inner": lambda: m.inner_product(u, x, y),
        "transport by projection": lambda: m.transport(u, v, x),
    }


def _numpy(d: int, k: int, a: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return the shortest NumPy that is right for random unit rows; no checks, no care for extremes."""
    u, v, z, x, y = (a[name] for name in "uvzxy")

    def dot(p: np.ndarray, q: np.ndarray) -> np.ndarray:
        return np.vecdot(p, q)[:, None]

    def exp() -> np.ndarray:
        r = np.sqrt(dot(x, x))
        return np.cos(r) * u + np.sin(r) / r * x

    def retract() -> np.ndarray:
        w = u + x
        return w / np.sqrt(dot(w, w))

    def log() -> np.ndarray:
        y = v - dot(u, v) * u
        s = np.sqrt(dot(y, y))
        return np.arctan2(s, dot(u, v)) / s * y

    def transport() -> np.ndarray:
        return x - dot(v, x) / (1 + dot(u, v)) * (u + v)

    return {
        "project": lambda: z - dot(u, z) * u,
        "retract": retract,
        "exp": exp,
        "log": log,
        "dist": lambda: np.sqrt(np.sum(np.arccos(np.vecdot(u, v)) ** 2)),
        "inner": lambda: np.sum(np.vecdot(x, y)),
        "transport by projection": lambda: x - dot(v, x) * v,
        "parallel transport": transport,
    }
