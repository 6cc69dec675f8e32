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
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout

from .cases import EPS
from .methods import MANIFOLDS, METHODS, inputs, of, sizes


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
    with pytest.raises(ArgumentError, match=r"a holds -1.0; every scale must be positive and finite"):
        PSI.act(np.array([1.0, -1.0]), GOOD)
