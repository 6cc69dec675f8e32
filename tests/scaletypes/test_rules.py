"""The rules of operations on arrays, against the same rules for one entry after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.probing import read_as_wholes
from psitheory.scaletypes.rules import Rules, Typed
from psitheory.scaletypes.trace import Trace

Demands = set[tuple[Any, Kind]]
FEW = settings(max_examples=40)
SEEDS = st.integers(0, 2**32 - 1)
SHAPES = [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 4)), ((0,), (1,)), ((2, 3), ())]


class Inputs:
    """A trace with unknowns, and random values of few sizes with random degrees, zeros among them."""

    def __init__(self, seed: int) -> None:
        self.rng, self.trace = np.random.default_rng(seed), Trace()
        self.rules = Rules(self.trace)
        self.degrees = [0, *(int(self.trace.degrees.unknown(name)) for name in "ab")]

    def typed(self, shape: tuple[int, ...], *, fixed: bool = False) -> Typed:
        values = self.rng.choice([0.0, 0.0, 1.0, -1.0, 2.0, 1e-30, -3e-30], size=shape)
        return Typed(values, self.rng.choice(self.degrees, size=shape).astype(np.int64), fixed)

    def asked(self, pairs: Iterable[tuple[int, int, Kind]]) -> Demands:
        """Return the forms that must vanish for these pairs to be equal."""
        table = self.trace.degrees
        return {(_up_to_sign(table.form(int(table.combine(a, b, 1, -1)))), kind) for a, b, kind in pairs if a != b}

    def found(self) -> Demands:
        return {(_up_to_sign(e.terms), e.kind) for e in self.trace.equations.found}


def _up_to_sign(form: Any) -> Any:
    return max(tuple(sorted((v, sign * c) for v, c in form.items())) for sign in (1, -1))


def entries(x: Typed, y: Typed) -> Any:
    """Return the entries of both as they are met: values and degrees, in the shape that they have together."""
    a, da, b, db = np.broadcast_arrays(x.x, x.d, y.x, y.d)
    return a.shape, list(zip(a.flat, map(int, da.flat), b.flat, map(int, db.flat), strict=True))


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@FEW
@given(SEEDS, st.sampled_from([(False, False), (True, False), (False, True), (True, True)]))
def test_a_sum_has_the_degree_of_what_is_not_zero_and_asks_for_equal_ones(shapes: Any, seed: int, fixed: Any) -> None:
    made = Inputs(seed)
    x, y = (made.typed(shape, fixed=is_fixed) for shape, is_fixed in zip(shapes, fixed, strict=True))
    degrees = made.rules.add(x, y)
    shape, every = entries(x, y)
    assert np.shape(degrees) == shape
    pairs = []
    for (a, da, b, db), d in zip(every, np.ravel(degrees), strict=True):
        if a and b and da != db:
            lost = a + b in (a, b)
            assert d in (da, db)
            if fixed[0] == fixed[1]:
                pairs.append((da, db, Kind.WINDOW if lost else Kind.HARD))
                assert d == (da if not lost or a + b == a else db)
            else:
                assert d == (da if fixed[1] else db)
        elif a or b:
            assert d == (da if a else db)
    if fixed[0] == fixed[1]:
        assert made.found() == made.asked(pairs)
    else:
        signs = {(a > 0) == (b > 0) for a, da, b, db in every if a and b and da != db}
        beside = [(da, db, Kind.HARD if len(signs) > 1 else Kind.CONSTANT) for a, da, b, db in every if a and b]
        assert made.found() == made.asked(beside)


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("name", ["angle", "compare", "largest", "smallest"])
@FEW
@given(SEEDS)
def test_what_is_compared_is_asked_for_equal_degrees_where_neither_is_zero(shapes: Any, name: str, seed: int) -> None:
    made = Inputs(seed)
    x, y = map(made.typed, shapes)
    rules = made.rules
    shape, every = entries(x, y)
    kind = Kind.HARD if name == "angle" else Kind.WINDOW
    if name == "angle":
        degrees = rules.angle(x, y)
        assert np.shape(degrees) == shape
        assert not np.any(degrees)
    elif name == "compare":
        assert rules.compare(x, y) is None
    else:
        degrees = np.ravel(rules.extremum(x, y, largest=name == "largest", what="it"))
        for (a, da, b, db), d in zip(every, degrees, strict=True):
            assert d == (da if (a >= b if name == "largest" else a <= b) else db)
    assert made.found() == made.asked((da, db, kind) for a, da, b, db in every if a and b)


@FEW
@given(SEEDS, st.booleans())
def test_a_function_without_a_degree_asks_for_degree_zero_but_where_zero_stays_zero(seed: int, stays: bool) -> None:
    made = Inputs(seed)
    x = made.typed((4,))
    made.rules.pure(x, "it", zero_to_zero=stays)
    asked = ((int(d), 0, Kind.HARD) for a, d in zip(x.x, x.d, strict=True) if a or not stays)
    assert made.found() == made.asked(asked)


def reduced(x: Typed, axes: tuple[int, ...]) -> tuple[Any, list[tuple[int, int, Kind]]]:
    """Return the degrees along axes, entry by entry, and which are to be equal; any degree where all are zero."""
    values, degrees = np.broadcast_arrays(x.x, x.d)
    axes = tuple(i % values.ndim for i in axes)
    kept = [i for i in range(values.ndim) if i not in axes]
    out = np.zeros([values.shape[i] for i in kept], dtype=object)
    pairs = []
    for place in product(*(range(values.shape[i]) for i in kept)):
        chosen: list[Any] = [slice(None)] * values.ndim
        for i, k in zip(kept, place, strict=True):
            chosen[i] = k
        row = [int(d) for v, d in zip(values[*chosen].ravel(), degrees[*chosen].ravel(), strict=True) if v]
        out[place] = row[0] if row else None
        pairs += [(row[0], d, Kind.HARD) for d in row]
    return out, pairs


@pytest.mark.parametrize(
    ("shape", "axes"),
    [((3,), (0,)), ((2, 3), (1,)), ((2, 3), (-2,)), ((2, 3, 2), (0, -1)), ((2, 3, 2), (2, 0)), ((2, 3), (0, 1)),
     ((2, 3), ()), ((0, 3), (0,)), ((0, 3), (1,)), ((2, 0), (1,)), ((), ())],
)  # fmt: skip
@FEW
@given(SEEDS, st.booleans())
def test_along_axes_entries_that_are_not_zero_have_one_degree(shape: Any, axes: Any, seed: int, keep: bool) -> None:
    made = Inputs(seed)
    x = made.typed(shape)
    degrees = np.asarray(made.rules.reduce(x, axes, "it", keep=keep))
    if not axes:
        assert np.array_equal(degrees, x.d)
        return
    expected, pairs = reduced(x, axes)
    if x.x.size:
        assert degrees.shape == (np.sum(x.x, axis=axes, keepdims=keep)).shape
    else:
        assert degrees.shape == np.sum(x.x, axis=axes).shape
    known = [(d, e) for d, e in zip(degrees.ravel(), expected.ravel(), strict=True) if e is not None]
    assert all(d == e for d, e in known)
    assert made.found() == made.asked(pairs)


@FEW
@given(SEEDS)
def test_one_degree_for_all_and_one_along_an_axis(seed: int) -> None:
    made = Inputs(seed)
    x = made.typed((2, 3))
    whole, along = made.rules.whole(x, "it"), made.rules.accumulate(x, 1, "it")
    assert whole.shape == ()
    assert along.shape == x.shape
    for row, degree in zip(along, np.asarray(made.rules.reduce(x, (1,), "it")), strict=True):
        assert set(row) == {degree}
    assert made.found() == made.asked([*reduced(x, (0, 1))[1], *reduced(x, (1,))[1]])


@pytest.mark.parametrize(("left", "right"), [((2, 3), (3, 2)), ((2, 1, 3), (2, 3, 2)), ((1, 1), (1, 1))])
@FEW
@given(SEEDS)
def test_a_matrix_product_is_a_sum_of_products(left: Any, right: Any, seed: int) -> None:
    made = Inputs(seed)
    x, y = made.typed(left), made.typed(right)
    values = x.x[..., :, :, None] * 0 + (x.x[..., :, :, None] != 0) * (y.x[..., None, :, :] != 0)
    shape = values.shape
    ids = made.trace.degrees.combine(
        np.broadcast_to(x.d[..., :, :, None], shape), np.broadcast_to(y.d[..., None, :, :], shape)
    )
    expected, pairs = reduced(Typed(values, ids), (-2,))
    degrees = made.rules.contract(x, y)
    assert degrees.shape == (x.x @ y.x).shape
    assert all(d == e for d, e in zip(degrees.ravel(), expected.ravel(), strict=True) if e is not None)
    assert made.found() == made.asked(pairs)


@pytest.mark.parametrize(
    ("rule", "degree"),
    [
        (lambda r, a, b: r.multiply(a, b), (1, 1)), (lambda r, a, b: r.divide(a, b), (1, -1)),
        (lambda r, a, b: r.divide(b, a), (-1, 1)), (lambda r, a, b: r.power(a, 3), (3, 0)),
        (lambda r, a, b: r.power(b, -1), (0, -1)), (lambda r, a, b: r.choose(np.array([True]), a, b)[0], (1, 0)),
        (lambda r, a, b: r.choose(np.array([False]), a, b)[0], (0, 1)),
    ],
)  # fmt: skip
def test_products_add_degrees(rule: Callable[..., Any], degree: tuple[int, int]) -> None:
    trace = Trace()
    a, b = (trace.degrees.unknown(name) for name in "ab")
    form = trace.degrees.form(int(rule(Rules(trace), np.int64(a), np.int64(b))))
    assert tuple(form.get(trace.degrees.index(x), 0) for x in (a, b)) == degree


@FEW
@given(SEEDS, st.sampled_from([(2, 3), (3, 2), (4, 1), (2, 2, 3)]))
def test_matrices_of_any_shape_have_degrees_of_rows_and_columns(seed: int, shape: tuple[int, ...]) -> None:
    """Matrices of r_i + c_j ask for nothing; what is found adds up to it."""
    made = Inputs(seed)
    table = made.trace.degrees
    r, c = (made.rng.choice(made.degrees, size=(*shape[:-2], k)) for k in shape[-2:])
    d = made.rules.multiply(r[..., :, None], c[..., None, :])
    x = Typed(made.rng.choice([0.0, 1.0, -2.0], size=shape), d)
    rows, columns = made.rules.sides(x, "sides")
    assert (rows.shape, columns.shape) == (shape[:-1], (*shape[:-2], shape[-1]))
    both = made.rules.multiply(rows[..., :, None], columns[..., None, :])
    pairs = [(int(one), int(other)) for one, other in zip(d[x.x != 0], both[x.x != 0], strict=True)]
    assert all(table.form(one) == table.form(other) for one, other in pairs)
    assert not made.found()


def test_an_operation_without_a_rule_is_read_by_each_input_or_else_by_all_together() -> None:
    def lengths(x: Any, y: Any) -> Any:
        return np.hypot(x, y)

    def products(x: Any, y: Any) -> Any:
        return np.prod(x) * np.cbrt(np.sum(y))

    for function, expected, demands in ((products, (2, Fraction(1, 3)), 0), (lengths, (1, 0), 1)):
        made = Inputs(0)
        a, b = (Typed(np.array([1.5, 2.5]), np.full(2, d, np.int64)) for d in made.degrees[1:])
        outs = [np.atleast_1d(function(a.x, b.x))]
        found = read_as_wholes(
            lambda scaled, f=function, a=a, b=b: [np.atleast_1d(f(scaled(a), scaled(b)))],
            [a, b],
            outs,
            made.rules,
            "op",
        )
        assert found is not None
        form = made.trace.degrees.form(int(found[0][0]))
        indices = [made.trace.degrees.index(d) for d in made.degrees[1:]]
        assert len(made.found()) == demands
        if not demands:
            assert tuple(form.get(i, 0) for i in indices) == expected
        else:
            assert sum(form.values()) == 1
