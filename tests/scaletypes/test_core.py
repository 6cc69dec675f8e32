from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.scaletypes.degrees import Degrees, simple
from psitheory.scaletypes.equations import Equations, Kind, Place, place_of_caller
from psitheory.scaletypes.models.compact import ANY, distinct, settled
from psitheory.scaletypes.models.rules import Rules
from psitheory.scaletypes.solver import Elimination, Span, independent

coefficients = st.fractions(min_value=-3, max_value=3, max_denominator=4)
matrices = st.lists(st.lists(coefficients, min_size=4, max_size=4), max_size=6)


def form(row):
    return {i: c for i, c in enumerate(row) if c}


@given(matrices)
def test_every_solution_meets_every_equation_and_their_number_is_that_of_linear_algebra(rows):
    found = Elimination(map(form, rows)).values(range(4))
    for solution in found:
        assert all(sum(c * x for c, x in zip(row, solution, strict=True)) == 0 for row in rows)
    rank = len(independent(rows))
    assert len(found) == 4 - rank
    assert rank == (np.linalg.matrix_rank(np.array(rows, float)) if rows else 0)


@given(matrices)
def test_what_the_equations_make_vanish_is_what_they_span(rows):
    system = Elimination(map(form, rows))
    assert all(system.vanishes(form(row)) for row in rows)
    for i in range(4):
        alone = [Fraction(j == i) for j in range(4)]
        assert system.vanishes({i: Fraction(1)}) == (len(independent([*rows, alone])) == len(independent(rows)))


pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=6)
wide = st.lists(st.lists(coefficients, min_size=6, max_size=6), max_size=3)


def apart(v, w):
    return {v: 1, w: -1} if v != w else {}


@given(wide, st.lists(pairs, max_size=3), wide)
def test_unknowns_that_are_called_equal_all_at_once_are_as_if_one_by_one(before, several, after):
    system, plain = Elimination(map(form, before)), Elimination(map(form, before))
    for these in several:
        count = system.count
        v, w = np.array(these, np.int64).reshape(-1, 2).T
        taken, into, left = system.merge(v, w)
        assert system.count == count + len(taken)
        assert all(system.vanishes(apart(*pair)) for pair in zip(taken.tolist(), into.tolist(), strict=True))
        for (a, b), is_left in zip(these, left, strict=True):
            assert system.vanishes(apart(a, b)) or is_left
            system.require(apart(a, b))
            plain.require(apart(a, b))
    for one in map(form, after):
        assert system.require(one) == plain.require(one)
    assert system.count == plain.count
    for v in range(6):
        for one in ({v: 1}, *(apart(v, w) for w in range(v))):
            assert system.vanishes(one) == plain.vanishes(one)


@given(
    wide,
    st.lists(wide | pairs.map(lambda these: [[(i == v) - (i == w) for i in range(6)] for v, w in these]), max_size=2),
)
def test_many_demands_at_once_are_as_if_one_by_one(before, several):
    system, plain = Elimination(map(form, before)), Elimination(map(form, before))
    for rows in several:
        keys = [tuple(form(row).items()) for row in rows if any(row)]
        system.require_all(Span.of(keys))
        for key in keys:
            plain.require(dict(key))
    assert system.count == plain.count
    for v in range(6):
        for one in ({v: 1}, *(apart(v, w) for w in range(v))):
            assert system.vanishes(one) == plain.vanishes(one)


@given(wide, pairs, st.lists(st.integers(-1, 8), min_size=1, max_size=90))
def test_settled_degrees_are_the_same_numbers_where_the_equations_make_them_equal(before, these, entries):
    table = Degrees()
    ids = np.array([ANY, 0, *table.unknowns("abcdef"), table.id({0: 1, 3: -2}), table.id({5: Fraction(1, 2)})])
    system = Elimination(map(form, before))
    system.merge(*np.array(these, np.int64).reshape(-1, 2).T)
    a = ids[np.array(entries) + 1]
    found = np.broadcast_to(settled(table, system, a), a.shape)
    for i, j in zip(a.tolist(), found.tolist(), strict=True):
        assert (j == ANY) == (i == ANY)
        if i != ANY:
            assert table.form(j) == system.reduce(table.form(i))
    assert distinct(a).tolist() == sorted(set(a.tolist()))


def test_a_demand_of_many_is_kept_for_each_unknown_that_it_takes():
    place = Place("f.py", 3)
    rules = Rules(lambda: place)
    ids = rules.fresh((100,))
    rules.equal(ids, ids[:1], "sum")
    assert rules.because.of(0) is rules.because.of(100) is None
    for v in range(1, 100):
        demand = rules.because.of(v)
        assert dict(demand.form) == {v: 1, 0: -1}
        assert (demand.place, demand.what) == (place, "sum")


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=3, max_size=3), min_size=1, max_size=6),
    st.sampled_from(["as they are", "alike in rows", "many", "a column and a row"]),
    coefficients,
    coefficients,
)
def test_degrees_combine_entry_by_entry(entries, how, ca, cb):
    table = Degrees()
    x = table.unknowns("abcd")[np.array(entries)]
    x = {"alike in rows": np.broadcast_to(x[:, :1], x.shape), "many": np.tile(x, (40, 1))}.get(how, x)
    x, y = (x[:, :1], x[:1]) if how == "a column and a row" else (x, x[:, ::-1])
    out = table.combine(x, y, ca, cb)
    for i, j, d in zip(*(a.ravel().tolist() for a in (*np.broadcast_arrays(x, y), out)), strict=True):
        assert table.form(d) == form([(i - 1 == k) * ca + (j - 1 == k) * cb for k in range(4)])


def test_forms_are_kept_once_and_read_in_words():
    table = Degrees()
    rate, row = table.unknown("rate"), table.unknown("row 0")
    form = table.form(int(table.combine(rate, row, 2, -1)))
    assert table.shown(form) == "2·rate − row 0"
    assert table.shown({}) == "0"
    assert table.combine(table.times(rate, 2), row, 1, -1) == table.id(form)


def test_exponents_are_fractions():
    assert simple(1 / 3) == Fraction(1, 3)
    assert simple(0.75) == Fraction(3, 4)
    with pytest.raises(ValueError, match="no simple fraction"):
        simple(0.7390851332151607)


def test_equations_are_kept_once_with_their_place():
    table = Degrees()
    rows, place = table.unknowns(["row 0", "row 1"]), Place(__file__, 1)
    equations = Equations(table)
    for _ in range(2):
        equations.equal(rows, rows[::-1], place)
        equations.equal(rows, rows, place, Kind.WINDOW)
    assert [table.shown(e.terms) for e in equations.of(Kind.HARD)] == ["row 0 − row 1", "− row 0 + row 1"]
    assert not list(equations.of(Kind.WINDOW))
    assert place.source == "from fractions import Fraction"
    assert place.short == "scaletypes/test_core.py:1"


@pytest.mark.parametrize("asked", [[2], [5], [1], [0, 1, 2, 3, 4, 5, 6], [5, 0, 1]])
def test_what_is_solved_is_told_of_few_unknowns_and_of_many(asked):
    state = Elimination([{2: 1, 0: 2, 1: 1}, {5: 3, 0: 1, 4: 1}, {6: 1, 3: 2, 4: 5}])
    assert set(state.solved) == {2, 5, 6}
    assert state.is_solved(np.array(asked)).tolist() == [v in (2, 5, 6) for v in asked]


def test_the_line_of_a_caller_is_the_innermost_of_no_file_that_is_skipped():
    assert place_of_caller(["nowhere"]).file == __file__
    assert place_of_caller(["/", "<"]) == Place("", 0)
