"""Every method of every geometry as a function of named inputs, so that one test runs them all on any kind of array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from psitheory.geometry import Euclidean, PSIQuotient, Sphere
from psitheory.layout import Layout, blocks, free

Method = Callable[[Any, dict[str, Any]], Any]

SHARED: dict[str, Method] = {
    "inner": lambda m, i: m.inner(i["w"], i["x"], i["y"]),
    "norm": lambda m, i: m.norm(i["w"], i["x"]),
    "dist": lambda m, i: m.dist(i["w"], i["z"]),
    "project": lambda m, i: m.project(i["w"], i["y"]),
    "retract": lambda m, i: m.retract(i["w"], i["x"]),
    "exp": lambda m, i: m.exp(i["w"], i["x"]),
    "log": lambda m, i: m.log(i["w"], i["z"]),
    "transport": lambda m, i: m.transport(i["w"], i["z"], i["x"]),
    "gradient": lambda m, i: m.gradient(i["w"], i["y"]),
    "hessian": lambda m, i: m.hessian(i["w"], i["z"], i["y"], i["x"]),
    "defect": lambda m, i: m.defect(i["w"]),
}
OF_QUOTIENTS: dict[str, Method] = {
    "act": lambda m, i: m.act(i["a"], i["w"]),
    "canonical": lambda m, i: m.canonical(i["w"]),
    "align": lambda m, i: m.align(i["w"], i["z"]),
    "vertical": lambda m, i: m.vertical(i["w"], i["y"]),
    "horizontal": lambda m, i: m.horizontal(i["w"], i["y"]),
    "lift": lambda m, i: m.lift(i["w"], i["x"], m.act(i["a"], i["w"])),
    "same_class": lambda m, i: m.same_class(i["w"], m.act(i["a"], i["w"])),
    "angles": lambda m, i: m.angles(i["w"], i["z"]),
    "block_norms": lambda m, i: m.block_norms(i["w"], i["x"]),
    "inverse_retract": lambda m, i: m.inverse_retract(i["w"], i["w"] + i["x"]),
}

LAYOUT = Layout(blocks("W", 2, 3), free("b", 2), blocks("s", 1), blocks("w", 2))
MANIFOLDS: dict[str, Any] = {"psi": PSIQuotient(LAYOUT), "sphere": Sphere(3), "euclidean": Euclidean(3)}
METHODS = [(name, method) for name in MANIFOLDS for method in SHARED] + [("psi", method) for method in OF_QUOTIENTS]


def of(method: str) -> Method:
    return SHARED.get(method) or OF_QUOTIENTS[method]


def inputs(name: str, seed: int, shape: tuple[int, ...] = (), spread: float = 200) -> dict[str, Any]:
    """Return points, tangent and ambient vectors; the block of dimension 1 has one sign throughout."""
    manifold, rng = MANIFOLDS[name], np.random.default_rng(seed)
    w, z = manifold.random_point(rng, shape), manifold.random_point(rng, shape)
    if name != "psi":
        x = manifold.random_tangent(rng, w)
        return {"w": w, "z": z, "x": x, "y": rng.normal(size=w.shape)}
    for point in (w, z):
        point[..., LAYOUT.n - 3] = np.abs(point[..., LAYOUT.n - 3])
    w = LAYOUT.scale(2.0 ** np.round(rng.uniform(-spread, spread, size=(*shape, LAYOUT.m))), w)
    x = manifold.random_tangent(rng, w)
    y = LAYOUT.scale(LAYOUT.norms(w), rng.normal(size=w.shape))
    return {"w": w, "z": z, "x": x, "y": y, "a": rng.uniform(0.5, 2, size=(*shape, LAYOUT.m))}


def sizes(name: str, method: str, given_inputs: dict[str, Any], expected: Any) -> Any:
    """Return for each entry of a result the size of the terms that it is a sum of; roundings are relative to it."""
    largest = np.max(np.abs(expected), initial=1.0)
    if name != "psi" or np.shape(expected)[-1:] != (LAYOUT.n,):
        return largest
    w, y = LAYOUT.norms(given_inputs["w"]), LAYOUT.norms(given_inputs["y"])
    terms = w * w * y if method in ("gradient", "hessian") else w + y
    free_size = np.max(np.abs(LAYOUT.free_part(expected)))
    return LAYOUT.expand(np.maximum(terms, LAYOUT.norms(expected))) * (1 + free_size)
