"""The compiled quotient: every test of the quotient again, and what is its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import to_balls
from psitheory.errors import ArgumentError
from psitheory.geometry import CompiledPSIQuotient, PSIQuotient
from psitheory.layout import Layout, blocks, free

from . import test_psi, test_rays

pytest.importorskip("numba")

AGAIN = (test_psi, test_rays)
globals().update({name: test for module in AGAIN for name, test in vars(module).items() if name.startswith("test_")})


@pytest.fixture(autouse=True, scope="module")
def compiled() -> Iterator[None]:
    """Let the tests of the quotient make compiled ones."""
    with pytest.MonkeyPatch.context() as patch:
        for module in AGAIN:
            patch.setattr(module, "PSIQuotient", CompiledPSIQuotient)
        yield


LAYOUT = Layout(blocks("W", 2, 3), free("b", 2), blocks("s", 4), free("c", 1), blocks("V", 2, 3))
OPS: dict[str, Any] = {
    "project": lambda m, w, z, x: m.project(w, z),
    "gradient": lambda m, w, z, x: m.gradient(w, z),
    "retract": lambda m, w, z, x: m.retract(w, x),
    "inner": lambda m, w, z, x: m.inner(w, x, z),
    "dist": lambda m, w, z, x: m.dist(w, z),
    "exp": lambda m, w, z, x: m.exp(w, x),
    "log": lambda m, w, z, x: m.log(w, z),
    "transport": lambda m, w, z, x: m.transport(w, z, x),
}


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("lead", [(), (1,), (4,), (2, 3)])
def test_parts_in_any_order_and_ensembles_are_as_in_the_formulas(op: str, lead: tuple[int, ...]) -> None:
    w, z, x = np.random.default_rng(0).normal(size=(3, *lead, LAYOUT.n))
    found, expected = (OPS[op](m(LAYOUT), w, z, x) for m in (CompiledPSIQuotient, PSIQuotient))
    assert np.shape(found) == np.shape(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)  # rounding; a wrong entry is off by its size
    if len(lead) == 1:
        rows = [OPS[op](CompiledPSIQuotient(LAYOUT), *row) for row in zip(w, z, x, strict=True)]
        np.testing.assert_array_equal(found, rows)


@pytest.mark.parametrize("op", OPS)
def test_arrays_of_floats_take_the_compiled_pass(op: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def formula(*_: Any) -> Any:
        raise AssertionError("the formulas were taken")

    arrays = np.random.default_rng(0).normal(size=(3, LAYOUT.n))
    for name in (*OPS, "horizontal"):
        monkeypatch.setattr(PSIQuotient, name, formula)
    assert np.all(np.isfinite(OPS[op](CompiledPSIQuotient(LAYOUT), *arrays)))


@pytest.mark.parametrize("op", OPS)
@given(seed=st.integers(0, 2**32 - 1), spread=st.integers(0, 900))
def test_operations_commute_with_powers_of_two_at_every_size(op: str, seed: int, spread: int) -> None:
    rng, m = np.random.default_rng(seed), CompiledPSIQuotient(LAYOUT)
    w, z, x = rng.normal(size=(3, LAYOUT.n))
    a, b = np.ldexp(1.0, rng.integers(-spread, spread + 1, (2, LAYOUT.m)))
    if op in ("gradient", "project"):  # r²z and z would not be numbers of floats everywhere
        a = np.ldexp(1.0, rng.integers(-spread // 3, spread // 3 + 1, LAYOUT.m))
    scale = LAYOUT.scale
    argument = {"gradient": scale(1 / a, z), "project": scale(a, z), "inner": scale(a, z)}.get(op, scale(b, z))
    found, here = OPS[op](m, scale(a, w), argument, scale(a, x)), OPS[op](m, w, z, x)
    result = here if op in ("inner", "dist") else scale(b if op == "transport" else a, here)
    np.testing.assert_array_equal(found, result)


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize(("where", "value"), [(1, np.nan), (6, np.inf), (7, np.nan), (12, -np.inf)])
@pytest.mark.parametrize("argument", [0, 1, 2])
def test_what_is_not_finite_is_refused_as_by_the_formulas(op: str, where: int, value: float, argument: int) -> None:
    arrays = np.random.default_rng(1).normal(size=(3, LAYOUT.n))
    arrays[argument, where] = value
    found, expected = (told(OPS[op], m(LAYOUT), *arrays) for m in (CompiledPSIQuotient, PSIQuotient))
    if isinstance(expected, str):
        assert found == expected
    else:  # an argument that the operation has no use for
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def told(operation: Any, *arguments: Any) -> Any:
    """Return what comes of an operation, or what its error says."""
    try:
        return operation(*arguments)
    except ArgumentError as error:
        return str(error)


def test_other_arithmetics_and_broadcasting_take_the_formulas() -> None:
    plain, fast = PSIQuotient(LAYOUT), CompiledPSIQuotient(LAYOUT)
    w, z, x = np.random.default_rng(2).normal(size=(3, 4, LAYOUT.n))
    np.testing.assert_array_equal(fast.log(w, z[0]), plain.log(w, z[0]))
    assert all(
        a.overlaps(b)
        for a, b in zip(fast.project(*to_balls((w, z))).flat, plain.project(*to_balls((w, z))).flat, strict=True)
    )
    single = [a.astype(np.float32) for a in (w, z, x)]
    assert all(OPS[op](fast, *single).dtype == np.float32 for op in OPS)
    strided = np.asfortranarray(w)
    np.testing.assert_array_equal(fast.project(strided, z), fast.project(w, z))


def test_without_the_compiler_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("psitheory.compiled.find_spec", lambda _: None)
    with pytest.raises(ArgumentError, match=r"pip install 'psitheory\[fast\]'"):
        CompiledPSIQuotient(LAYOUT)
