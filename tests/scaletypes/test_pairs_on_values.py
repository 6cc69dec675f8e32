"""Functions of NumPy that entries do not have: results scale as their degrees say, or something says they do not."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.nested import leaves, mapped
from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.optimizers.types import value
from psitheory.scaletypes.pairs.entries import FURTHER, Entry, floats
from psitheory.scaletypes.pairs.stand_ins import Numpy, casting, stand_ins
from psitheory.scaletypes.trace import Trace

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "solve": lambda np, x: np.linalg.solve(x.T, x[1] * x[0]),
    "solve for several": lambda np, x: np.linalg.solve(x @ x.T, x),
    "inv": lambda np, x: np.linalg.inv(x),
    "cholesky": lambda np, x: np.linalg.cholesky(x @ x.T),
    "pinv": lambda np, x: np.linalg.pinv(x[:2]),
    "det": lambda np, x: np.linalg.det(x),
    "slogdet": lambda np, x: np.linalg.slogdet(x),
    "svd": lambda np, x: np.linalg.svd(x),
    "eigvalsh": lambda np, x: np.linalg.eigvalsh(x @ x.T),
    "spectral norm": lambda np, x: np.linalg.norm(x, 2),
    "hypot": lambda np, x: np.hypot(x, x[:1]),
    "angle": lambda np, x: np.arctan2(x, x[::-1]),
    "cbrt": lambda np, x: np.cbrt(x),
    "sinh": lambda np, x: np.sinh(x),
    "median": lambda np, x: np.median(x, axis=0),
    "largest": lambda np, x: np.maximum.reduce(x),
}
X = np.array([[2.0, 0.7, -0.4], [0.3, -1.7, 0.6], [-0.5, 0.8, 1.3]])


def entries(values: Any, degrees: Any, trace: Trace) -> Any:
    out = np.empty(values.shape, dtype=object)
    for place in np.ndindex(values.shape):
        out[place] = Entry(Number(float(values[place]), trace, int(degrees[place]), fixed=False))
    return casting(out)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(
    rows=st.lists(st.integers(-2, 2), min_size=3, max_size=3),
    columns=st.sampled_from([(0, 0, 0), (1, 1, 1), (0, 1, -1)]),
)
def test_results_scale_as_their_degrees_say_or_something_says_that_they_do_not(
    name: str, rows: Any, columns: Any
) -> None:
    trace, f = Trace(), FUNCTIONS[name]
    a = trace.degrees.unknown("a")
    powers = np.array(rows)[:, None] + np.array(columns)
    ids = np.array([[int(trace.degrees.times(a, int(k))) for k in row] for row in powers])
    found = list(leaves(f(Numpy(trace), entries(X, ids, trace))))
    here, there = (list(leaves(mapped(np.asarray, f(np, x)))) for x in (X, X * 2.0**powers))
    scaling = {trace.degrees.index(a): Fraction(1)}
    if trace.equations.missing or any(value(e.terms, scaling) for e in trace.equations.found):
        return
    for y, before, after in zip(found, here, there, strict=True):
        np.testing.assert_allclose(floats(y), before, rtol=1e-12)
        each = [x.number.degree if isinstance(x, Entry) else 0 for x in np.asarray(y, dtype=object).flat]
        by = [float(value(trace.degrees.form(d), scaling)) for d in each]
        np.testing.assert_allclose(before * 2.0 ** np.reshape(by, before.shape), after, rtol=1e-9)


@pytest.mark.parametrize("name", ["solve for several", "inv", "cholesky", "hypot", "cbrt"])
def test_scales_of_rows_are_followed(name: str) -> None:
    trace = Trace()
    ids = np.broadcast_to([[d] for d in trace.degrees.unknowns("abc")], (3, 3))
    FUNCTIONS[name](Numpy(trace), entries(X, ids, trace)[:, :] if name != "hypot" else entries(X, ids, trace).T)
    assert not trace.equations.missing
    assert not trace.equations.found


def functions_by_name(x: Any) -> Any:
    return solve(x @ x.T, x), hypot(x, x)


solve, hypot = np.linalg.solve, np.hypot


def test_functions_that_a_module_has_by_name_are_changed_too() -> None:
    trace = Trace()
    x = entries(X, np.full((3, 3), trace.degrees.unknown("a")), trace)
    with stand_ins(functions_by_name, trace):
        one, lengths = functions_by_name(x)
    own = x[0, 0].number.degree
    assert {e.number.degree for e in one.flat} == {int(trace.degrees.times(own, -1))}
    assert {e.number.degree for e in lengths.flat} == {own}
    assert solve is np.linalg.solve
    assert not trace.equations.missing


def test_what_raises_on_floats_raises_and_what_cannot_be_read_is_missing() -> None:
    trace = Trace()
    x = entries(X, np.full((3, 3), trace.degrees.unknown("a")), trace)
    with pytest.raises(np.linalg.LinAlgError):
        Numpy(trace).linalg.inv(0 * x)
    with pytest.raises(TypeError):
        Numpy(trace).linalg.inv("no matrix", x=x)
    assert not trace.equations.missing
    Numpy(trace).logaddexp(x, x)
    ((what, _),) = trace.equations.missing
    assert what == "logaddexp"


@pytest.mark.parametrize("name", FURTHER)
def test_functions_of_pure_numbers_ask_for_degree_zero(name: str) -> None:
    trace = Trace()
    x, function = entries(np.full((2, 2), 0.5), np.full((2, 2), trace.degrees.unknown("a")), trace), getattr(np, name)
    with np.errstate(invalid="ignore"):
        found = getattr(Numpy(trace), name)(x)
        assert np.array_equal(floats(found), function(floats(x)), equal_nan=True)
    (equation,) = trace.equations.found
    assert (equation.kind, equation.what, equation.form) == (Kind.HARD, name, ((0, 1),))
    assert all(not e.number.degree for e in found.flat)
    assert not trace.equations.missing
