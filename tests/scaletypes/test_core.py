from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.scaletypes.degrees import Degrees, simple
from psitheory.scaletypes.equations import Equations, Kind, Place
from psitheory.scaletypes.solver import Elimination, independent

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


@given(st.lists(st.integers(0, 3), min_size=1, max_size=6), coefficients, coefficients)
def test_degrees_combine_entry_by_entry(entries, ca, cb):
    table = Degrees()
    ids = table.unknowns("abcd")[entries]
    out = table.combine(ids, table.times(ids, 2), ca, cb)
    assert [table.form(int(d)) for d in out] == [form([(ca + 2 * cb) * (j == i) for j in range(4)]) for i in entries]


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
