"""Slices that scale together, forms that the others combine to, and units that may be scaled by themselves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.scaletypes.models.levels import _by_themselves, _equal_along, _labels, independent_of_others
from psitheory.scaletypes.solver import Elimination

SLICES = st.lists(st.tuples(st.sampled_from([0.0, 1.25, -1.25, 1.75]), st.booleans()), min_size=1, max_size=6)
FORMS = st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3).filter(any), min_size=1, max_size=5)


def forms_of(rows: list[list[int]]) -> list[dict[int, int]]:
    return [{v: c for v, c in enumerate(row) if c} for row in rows]


@given(SLICES)
def test_slices_have_one_label_where_they_have_one_number_and_loose_ones_their_own(slices: Any) -> None:
    numbers, loose = (np.array(column) for column in zip(*slices, strict=True))
    labels = _labels(np.where(loose, 0.0, numbers), loose)
    for i, label in enumerate(labels):
        assert (label < 0) == (numbers[i] == 0 and not loose[i])
        for j in range(i):
            together = not loose[i] and not loose[j] and numbers[i] == numbers[j]
            assert (label == labels[j]) == together or label == labels[j] == -1
    met = list(dict.fromkeys(label for label in labels.tolist() if label >= 0))
    assert met == list(range(len(met)))


@settings(max_examples=60)
@given(FORMS)
def test_a_form_is_independent_where_leaving_it_out_lowers_the_rank(rows: list[list[int]]) -> None:
    matrix = np.array(rows)
    rank = np.linalg.matrix_rank(matrix)
    expected = [np.linalg.matrix_rank(np.delete(matrix, k, axis=0)) < rank for k in range(len(rows))]
    assert independent_of_others(forms_of(rows)) == expected  # type: ignore[arg-type]


def test_units_that_others_combine_to_stay() -> None:
    labels = np.array([0, 0, 1, -1, 2, 3, 4])
    loose = np.array([False] * 6 + [True])
    a, b, c = {0: 1}, {1: 1}, {2: 1}
    forms: Any = [a, a, b, {}, {0: 1, 1: 1}, c, {}]
    assert _by_themselves(labels, loose, forms).tolist() == [-1, -1, -1, -1, -1, 0, 1]
    forms[4] = {3: 2}
    assert _by_themselves(labels, loose, forms).tolist() == [0, 0, 1, -1, 2, 3, 4]


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.lists(st.booleans(), min_size=6, max_size=6))
def test_exponents_along_an_axis_are_asked_to_be_one_where_they_have_an_effect(ids: Any, without: Any) -> None:
    algebra: Any = SimpleNamespace(difference=lambda i, j: {i: 1, j: -1})
    grid, unused = np.reshape(ids, (2, 3)), np.reshape(without, (2, 3))
    state = Elimination()
    _equal_along(algebra, grid, 1, state, unused if unused.any() else None)
    rows = [set(row[~left].tolist()) for row, left in zip(grid, unused, strict=True)]
    expected = Elimination([{min(row): 1, v: -1} for row in rows for v in row if v != min(row)])
    twice, without_twice = (np.stack([array, array], axis=2) for array in (grid, unused))
    deep = Elimination()
    _equal_along(algebra, twice, 1, deep, without_twice if unused.any() else None)
    for form in ({i: 1, j: -1} for i in range(4) for j in range(i)):
        assert state.vanishes(form) == deep.vanishes(form) == expected.vanishes(form)
    alone = Elimination()
    _equal_along(algebra, grid[:, :1], 1, alone, None)
    assert alone.count == 0
