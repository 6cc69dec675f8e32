"""Every method of every geometry: a batch equals the loop, float32 stays, other array libraries agree, errors name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls, to_floats, to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.geometry import Euclidean, PSIQuotient, Sphere
from psitheory.layout import Layout, blocks, free

from .cases import EPS

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


@pytest.mark.parametrize(("name", "method"), METHODS)
@given(st.integers(0, 2**16), st.lists(st.integers(1, 3), min_size=1, max_size=2))
def test_a_batch_equals_the_loop_bit_for_bit(name: str, method: str, seed: int, shape: list[int]) -> None:
    given_inputs = inputs(name, seed, tuple(shape))
    batch = of(method)(MANIFOLDS[name], given_inputs)
    for index in np.ndindex(*shape):
        alone = of(method)(MANIFOLDS[name], {key: value[index] for key, value in given_inputs.items()})
        np.testing.assert_array_equal(batch[index], alone)


@pytest.mark.parametrize(("name", "method"), METHODS)
def test_one_point_broadcasts_against_many(name: str, method: str) -> None:
    many, one = inputs(name, 1, (4,), spread=3), inputs(name, 2, spread=3)
    mixed = {**many, "w": one["w"], "x": one["x"]}
    if method in ("defect", "norm", "block_norms", "canonical", "inverse_retract", "exp", "retract"):
        assert np.shape(of(method)(MANIFOLDS[name], mixed)) == np.shape(of(method)(MANIFOLDS[name], one))
        return
    repeated = {**many, **{key: np.broadcast_to(one[key], many[key].shape) for key in ("w", "x")}}
    found, expected = (of(method)(MANIFOLDS[name], given) for given in (mixed, repeated))
    np.testing.assert_array_equal(np.broadcast_to(found, np.shape(expected)), expected)
    if method not in ("gradient", "hessian", "transport", "lift", "same_class") or name == "psi":
        assert np.shape(found) == np.shape(expected)


@pytest.mark.parametrize(("name", "method"), METHODS)
@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_array_api_arrays_give_the_same_numbers(name: str, method: str, shape: tuple[int, ...]) -> None:
    given_inputs = inputs(name, 3, shape)
    expected = of(method)(MANIFOLDS[name], given_inputs)
    found = of(method)(MANIFOLDS[name], {key: array_api_strict.asarray(value) for key, value in given_inputs.items()})
    assert type(found) is type(array_api_strict.ones(1))
    if method == "same_class":
        assert np.all(np.asarray(found) == expected)
        return
    allowed = 64 * EPS * sizes(name, method, given_inputs, expected)  # sums of products are added in another order
    assert np.all(np.abs(np.asarray(found) - expected) <= allowed)


def sizes(name: str, method: str, given_inputs: dict[str, Any], expected: Any) -> Any:
    """Return for each entry of a result the size of the terms that it is a sum of; roundings are relative to it."""
    largest = np.max(np.abs(expected), initial=1.0)
    if name != "psi" or np.shape(expected)[-1:] != (LAYOUT.n,):
        return largest
    w, y = LAYOUT.norms(given_inputs["w"]), LAYOUT.norms(given_inputs["y"])
    terms = w * w * y if method in ("gradient", "hessian") else w + y
    free_size = np.max(np.abs(LAYOUT.free_part(expected)))
    return LAYOUT.expand(np.maximum(terms, LAYOUT.norms(expected))) * (1 + free_size)


@pytest.mark.parametrize(("name", "method"), METHODS)
def test_float32_stays_float32(name: str, method: str) -> None:
    double = inputs(name, 4, (3,), spread=20)
    single = {key: value.astype(np.float32) for key, value in double.items()}
    found = of(method)(MANIFOLDS[name], single)
    if method == "same_class":
        assert np.all(found)
        return
    assert found.dtype == np.float32
    expected = of(method)(MANIFOLDS[name], {key: value.astype(float) for key, value in single.items()})
    assert np.all(np.abs(found - expected) <= 64 * 2.0**-23 * sizes(name, method, double, expected))


@pytest.mark.parametrize(("name", "method"), METHODS)
def test_balls_enclose_what_floats_find(name: str, method: str) -> None:
    given_inputs = inputs(name, 5, (2,), spread=20)
    expected = of(method)(MANIFOLDS[name], given_inputs)
    if method == "same_class":
        return
    with precision(200):
        found = of(method)(MANIFOLDS[name], to_balls(given_inputs))
        assert np.shape(found) == np.shape(expected)
        allowed = 64 * EPS * sizes(name, method, given_inputs, expected)
        assert np.all(np.abs(to_floats(found) - expected) <= allowed)


RATIONAL = ["act", "vertical", "horizontal", "lift", "same_class", "inverse_retract"]


@pytest.mark.parametrize("method", [*RATIONAL, "inner", "project", "retract", "gradient", "hessian"])
def test_what_needs_no_root_runs_on_rationals(method: str) -> None:
    given_inputs = inputs("psi", 6, spread=5)
    found = of(method)(MANIFOLDS["psi"], to_rationals(given_inputs))
    if method == "same_class":
        assert found is True
        return
    expected = of(method)(MANIFOLDS["psi"], given_inputs)
    allowed = 64 * EPS * sizes("psi", method, given_inputs, expected)
    assert np.all(np.abs(to_floats(np.asarray(found)) - expected) <= allowed)


# -- bad input to the quotient ------------------------------------------------------------------------

PSI = PSIQuotient(Layout.of([2, 2], 1))
GOOD = np.array([1.0, 0.0, 0.0, 2.0, 5.0])
ZERO = np.array([1.0, 0.0, 0.0, 0.0, 5.0])
TAKES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "act": ("w", lambda bad: PSI.act(np.ones(2), bad)),
    "canonical": ("w", lambda bad: PSI.canonical(bad)),
    "align": ("z", lambda bad: PSI.align(GOOD, bad)),
    "same_class": ("z", lambda bad: PSI.same_class(GOOD, bad)),
    "vertical": ("w", lambda bad: PSI.vertical(bad, GOOD)),
    "horizontal": ("w", lambda bad: PSI.horizontal(bad, GOOD)),
    "inner": ("w", lambda bad: PSI.inner(bad, GOOD, GOOD)),
    "norm": ("w", lambda bad: PSI.norm(bad, GOOD)),
    "dist": ("z", lambda bad: PSI.dist(GOOD, bad)),
    "retract": ("w", lambda bad: PSI.retract(bad, GOOD)),
    "inverse_retract": ("z", lambda bad: PSI.inverse_retract(GOOD, bad)),
    "exp": ("w", lambda bad: PSI.exp(bad, GOOD)),
    "log": ("z", lambda bad: PSI.log(GOOD, bad)),
    "transport": ("z", lambda bad: PSI.transport(GOOD, bad, GOOD)),
    "gradient": ("w", lambda bad: PSI.gradient(bad, GOOD)),
    "hessian": ("w", lambda bad: PSI.hessian(bad, GOOD, GOOD, GOOD)),
    "random_tangent": ("w", lambda bad: PSI.random_tangent(np.random.default_rng(0), bad)),
    "defect": ("w", lambda bad: PSI.defect(bad)),
}
VECTORS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "vertical": ("z", lambda bad: PSI.vertical(GOOD, bad)),
    "horizontal": ("z", lambda bad: PSI.horizontal(GOOD, bad)),
    "inner": ("y", lambda bad: PSI.inner(GOOD, GOOD, bad)),
    "norm": ("x", lambda bad: PSI.norm(GOOD, bad)),
    "lift": ("x", lambda bad: PSI.lift(GOOD, bad, GOOD)),
    "retract": ("x", lambda bad: PSI.retract(GOOD, bad)),
    "exp": ("x", lambda bad: PSI.exp(GOOD, bad)),
    "transport": ("x", lambda bad: PSI.transport(GOOD, GOOD, bad)),
    "gradient": ("gradient", lambda bad: PSI.gradient(GOOD, bad)),
}


@pytest.mark.parametrize("method", TAKES)
def test_a_bad_point_is_named(method: str) -> None:
    name, call = TAKES[method]
    for bad, message in (
        (ZERO, f"{name} is zero in w2; a scale-invariant block is a nonzero vector"),
        (GOOD * np.nan, f"{name} is not finite in w1; finite numbers are needed"),
        (GOOD[:4], rf"{name} has the shape \(4,\); its last axis must be 5"),
    ):
        with pytest.raises(ArgumentError, match=message):
            call(bad)
    with pytest.raises(ArgumentTypeError, match=f"{name} has the dtype int64; a real floating-point dtype is needed"):
        call(GOOD.astype(int))


@pytest.mark.parametrize("method", VECTORS)
def test_a_bad_vector_is_named_and_a_zero_block_is_none(method: str) -> None:
    name, call = VECTORS[method]
    assert np.all(np.isfinite(call(ZERO)))
    with pytest.raises(ArgumentError, match=f"{name} is not finite in v; finite numbers are needed"):
        call(np.array([1.0, 1.0, 1.0, 1.0, np.inf]))
    with pytest.raises(ArgumentError, match=rf"{name} has the shape \(6,\); its last axis must be 5"):
        call(np.ones(6))


def test_what_no_retraction_reaches_and_no_lift_serves_is_an_error() -> None:
    with pytest.raises(ArgumentError, match="z is outside the open hemisphere around w in some block"):
        PSI.inverse_retract(GOOD, -GOOD)
    with pytest.raises(ArgumentError, match="to is not in the class of w"):
        PSI.lift(GOOD, GOOD, np.array([1.0, 1e-9, 0.0, 2.0, 5.0]))
    with pytest.raises(ArgumentError, match="z is antipodal to w in some block"):
        PSI.log(GOOD, np.array([-3.0, 0.0, 0.0, 2.0, 5.0]))
    with pytest.raises(ArgumentError, match=r"a holds np.float64\(-1.0\); every scale must be positive and finite"):
        PSI.act(np.array([1.0, -1.0]), GOOD)
