"""The rules of forward passes, against their equations written out entry by entry; exact zeros fit anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.scaletypes.degrees import Degrees
from psitheory.scaletypes.equations import Kind, Place
from psitheory.scaletypes.models.compact import ANY, compressed, distinct
from psitheory.scaletypes.models.rules import Rules

FEW = settings(max_examples=40)
SEEDS = st.integers(0, 2**32 - 1)
UNKNOWNS = 6
LINE = Place("model.py", 3)
SHAPES = [((), ()), ((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 4)), ((9, 9), (9, 1)), ((9, 9), (9, 9))]

Form = dict[int, Fraction]


class Inputs:
    """Rules, and random degrees: unknowns, sums of them, zero, and exact zeros."""

    def __init__(self, seed: int) -> None:
        self.rng, self.rules = np.random.default_rng(seed), Rules(lambda: LINE)
        degrees: Degrees = self.rules.degrees
        self.unknowns = [int(degrees.unknown(f"u{k}")) for k in range(UNKNOWNS)]
        sums = [int(degrees.combine(a, b, 1, -2)) for a, b in zip(self.unknowns, self.unknowns[1:], strict=False)]
        self.ids = [*self.unknowns, *self.unknowns, *sums, 0, ANY]

    def draw(self, shape: tuple[int, ...]) -> Any:
        kinds = self.rng.choice(self.ids, size=3) if self.rng.random() < 0.5 else self.ids
        return self.rng.choice(kinds, size=shape).astype(np.int64)

    def form(self, degree: int, factor: Any = 1) -> Form:
        return {v: Fraction(factor) * c for v, c in self.rules.degrees.form(int(degree)).items()} if degree > 0 else {}

    def told(self, forms: Iterable[Form]) -> None:
        """Assert that the equations are that these forms vanish, and no others."""
        forms = [{v: c for v, c in form.items() if c} for form in forms]
        assert all(self.rules.solver.vanishes(form) for form in forms)
        columns = sorted({v for form in forms for v in form})
        matrix = np.array([[float(form.get(v, 0)) for v in columns] for form in forms]).reshape(
            len(forms), len(columns)
        )
        assert self.rules.solved == (np.linalg.matrix_rank(matrix) if matrix.size else 0)

    def are_equal(self, found: int, expected: Form) -> bool:
        """Tell whether a degree is a form, once the equations hold."""
        return self.rules.solver.vanishes(minus(self.form(found), expected))


def minus(a: Form, b: Form, factor: int = 1) -> Form:
    return {v: a.get(v, Fraction(0)) - factor * b.get(v, Fraction(0)) for v in {*a, *b}}


@pytest.mark.parametrize("shapes", SHAPES, ids=str)
@pytest.mark.parametrize("name", ["equal", "join"])
@FEW
@given(SEEDS)
def test_a_sum_asks_for_equal_degrees_entry_by_entry(name: str, shapes: Any, seed: int) -> None:
    made = Inputs(seed)
    a, b = map(made.draw, shapes)
    found = getattr(made.rules, name)(a, b, "sum")
    every = [tuple(map(int, pair)) for pair in np.broadcast(a, b)]
    made.told(minus(made.form(x), made.form(y)) for x, y in every if ANY not in (x, y))
    if name == "equal":
        assert found is None
        return
    for (x, y), z in zip(every, np.broadcast_to(found, np.broadcast_shapes(*shapes)).ravel(), strict=True):
        one = y if x == ANY else x
        assert (z == ANY) == (one == ANY)
        assert made.are_equal(z, made.form(one))


@pytest.mark.parametrize(
    ("shape", "axes"), [((3,), [0]), ((2, 3), [1]), ((2, 3), [-2]), ((2, 3, 2), [0, -1]), ((9, 9), [0, 1]), ((), [])]
)
@FEW
@given(SEEDS)
def test_along_axes_there_is_one_degree(shape: Any, axes: Any, seed: int) -> None:
    made = Inputs(seed)
    a = made.draw(shape)
    found = np.broadcast_to(made.rules.same(a, axes, "it"), shape)
    forms = []
    summed = {axis % max(len(shape), 1) for axis in axes}
    kept = [range(n) if i not in summed else [slice(None)] for i, n in enumerate(shape)]
    for place in product(*kept):
        row = [int(d) for d in a[place].ravel() if d != ANY]
        forms += [minus(made.form(d), made.form(row[0])) for d in row]
        assert all(made.are_equal(z, made.form(row[0]) if row else {}) for z in found[place].ravel())
        assert all((z == ANY) is (not row) for z in found[place].ravel().tolist())
    made.told(forms)


@pytest.mark.parametrize(("left", "right"), [((2, 3), (3, 2)), ((1, 3), (3, 4)), ((2, 2, 1), (1, 3)), ((9, 9), (9, 2))])
@FEW
@given(SEEDS, st.booleans())
def test_a_matrix_product_is_a_sum_of_products(left: Any, right: Any, seed: int, none: bool) -> None:
    made = Inputs(seed)
    made.ids.remove(ANY)
    a, b = made.draw(left), made.draw(right)
    if none:
        a = np.full(left, ANY)
        assert (made.rules.contract(a, b, "product") == ANY).all()
        made.told([])
        return
    found = made.rules.contract(a, b, "product")
    shape = (*np.broadcast_shapes(left[:-2], right[:-2]), left[-2], right[-1])
    found, forms = np.broadcast_to(found, shape), []
    a, b = np.broadcast_to(a, (*shape[:-2], *left[-2:])), np.broadcast_to(b, (*shape[:-2], *right[-2:]))
    for *lead, m, n in np.ndindex(shape):
        terms = [minus(made.form(a[*lead, m, k]), made.form(b[*lead, k, n]), -1) for k in range(left[-1])]
        forms += [minus(term, terms[0]) for term in terms]
    made.told(forms)
    for *lead, m, n in np.ndindex(shape):
        assert made.are_equal(found[*lead, m, n], minus(made.form(a[*lead, m, 0]), made.form(b[*lead, 0, n]), -1))


@pytest.mark.parametrize("shapes", SHAPES[:5], ids=str)
@pytest.mark.parametrize("by", [(1, 1), (1, -1), (2, Fraction(1, 2)), (1, 0), (3, 0)])
@FEW
@given(SEEDS)
def test_products_add_degrees_and_zeros_stay_zeros(shapes: Any, by: Any, seed: int) -> None:
    made = Inputs(seed)
    a, b = map(made.draw, shapes)
    if by[1] == 0:  # as powers do
        b = np.zeros(shapes[1], np.int64)
    found = np.broadcast_to(made.rules.combine(a, b, *by), np.broadcast_shapes(*shapes))
    for (x, y), z in zip(np.broadcast(a, b), found.ravel(), strict=True):
        assert (z == ANY) == (ANY in (x, y))
        if z != ANY:
            assert not any(minus(made.form(z), minus(made.form(x, by[0]), made.form(y, by[1]), -1)).values())
    made.told([])
    assert np.array_equal(*map(compressed, (made.rules.times(a, 3), made.rules.combine(a, np.int64(0), 3, 0))))


@FEW
@given(SEEDS, st.sampled_from([(4,), (2, 3), (9, 9)]))
def test_what_is_found_equal_is_one_number(seed: int, shape: Any) -> None:
    made = Inputs(seed)
    made.rules.equal(made.draw((3,)), made.draw((3,)), "it")
    a = made.draw(shape)
    found = np.broadcast_to(made.rules.settled(a), shape)
    assert np.array_equal(found == ANY, a == ANY)
    for x, z in zip(a.ravel().tolist(), found.ravel().tolist(), strict=True):
        assert made.are_equal(z, made.form(x))
    for x, y in product(zip(a.ravel().tolist(), found.ravel().tolist(), strict=True), repeat=2):
        same = made.rules.solver.vanishes(minus(made.form(x[0]), made.form(y[0])))
        assert ANY in (x[0], y[0]) or (x[1] == y[1]) == same
    assert [made.rules.resolved(np.array([i])) for i in made.ids] == [
        not made.rules.solver.vanishes(made.form(i)) for i in made.ids
    ]


@FEW
@given(SEEDS, st.sampled_from([(), (1,), (4,), (2, 3), (2, 1, 3), (9, 9), (0,), (2, 0)]))
def test_arrays_are_as_small_as_they_can_be(seed: int, shape: Any) -> None:
    made = Inputs(seed)
    a = np.broadcast_to(made.draw(tuple(1 if made.rng.random() < 0.4 else n for n in shape)), shape)
    small = compressed(a)
    assert np.array_equal(np.broadcast_to(small, shape), a)
    for axis, size in enumerate(small.shape):
        assert size <= 1 or not (small == small.take([0], axis)).all()
    if a.size:
        assert np.array_equal(distinct(a), np.unique(a))
    known = made.rules.known(a)
    assert np.array_equal(known[a != ANY], a[a != ANY])
    assert len(set(known[a == ANY].tolist())) == int((a == ANY).sum())
    assert not set(known[a == ANY].tolist()) & {*made.ids}


# -- what is kept of a demand --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.CONSTANT, Kind.WINDOW])
def test_a_soft_demand_is_kept_with_its_constant_and_takes_nothing(kind: Kind) -> None:
    made = Inputs(0)
    a, b = made.unknowns[:2]
    made.rules.zero(np.array([a, 0, ANY]), "eps", kind, 1e-5)
    assert made.rules.solved == 0
    (demand,) = made.rules.soft
    assert (demand.place, demand.what, demand.kind, demand.constant) == (LINE, "eps", kind, 1e-5)
    assert minus(demand.form, made.form(a)) == dict.fromkeys(demand.form, 0)
    assert str(demand) == f"eps at {LINE.short}"
    assert str(type(demand)(demand.form, Place("", 0), "eps")) == "eps"
    other = made.rules.copy()
    other.zero(np.array([b]), "it")
    other.zero(np.array([b]), "it", kind)
    other.unknown_operation("op", [np.array([a])])
    assert (made.rules.solved, len(made.rules.soft), len(made.rules.missing)) == (0, 1, 0)
    assert (other.solved, list(other.missing)) == (2, [("op", LINE)])


@pytest.mark.parametrize("count", [3, 100])
def test_an_unknown_is_told_why_it_is_no_longer_free(count: int) -> None:
    rules = Rules(lambda: LINE)
    a, b = rules.fresh((count,)), rules.fresh((count,))
    rules.equal(a, b, "residual")
    assert rules.solved == count
    index = rules.degrees.index
    taken = [rules.because.of(max(index(int(x)), index(int(y)))) for x, y in zip(a, b, strict=True)]
    assert all(demand is not None and (demand.what, demand.place) == ("residual", LINE) for demand in taken)
    assert {frozenset(demand.form) for demand in taken} == {  # type: ignore[union-attr]
        frozenset([index(int(x)), index(int(y))]) for x, y in zip(a, b, strict=True)
    }
    assert rules.because.of(min(index(int(x)) for x in a)) is None
    assert rules.because.copy().of(index(int(b[0]))) == rules.because.of(index(int(b[0])))


def test_what_has_no_rule_asks_for_unchanged_inputs_and_is_told_where_it_met_some() -> None:
    made = Inputs(0)
    made.rules.unknown_operation("still", [np.array([0, ANY])])
    assert not made.rules.missing
    made.rules.unknown_operation("moves", [np.array([0]), np.array(made.unknowns[:2])])
    assert list(made.rules.missing) == [("moves", LINE)]
    assert made.rules.solved == 2


def test_an_opaque_number_has_an_unknown_of_its_own_and_may_be_asked_to_scale_as_its_parts() -> None:
    made = Inputs(0)
    a, b = made.unknowns[:2]
    degree = made.rules.opaque(np.array([a, a, b, ANY]), "norm")
    (opaque,) = made.rules.opaques
    assert (opaque.degree, opaque.place, opaque.what) == (int(degree), LINE, "norm")
    assert int(degree) not in made.ids
    forms = [demand.form for demand in opaque.demands(made.rules.degrees)]
    expected: Callable[[int], Form] = lambda x: minus(made.form(x), made.form(int(degree)))  # noqa: E731
    assert sorted(map(sorted, forms)) == sorted(sorted(expected(x)) for x in (a, b))
    made.told([])
