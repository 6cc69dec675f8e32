"""Starts of runs: some lie near minima, some have entries that are zero or small, none underflows."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import find, given
from hypothesis import strategies as st

from psitheory.models import Rayleigh, Zonal
from psitheory.models.functions.rapidity import Rapidity
from psitheory.runner.domain import Drawn
from psitheory.strategies import points
from psitheory.strategies.later import later_points

MODEL = Rayleigh(np.diag([0.0, 1.0, 3.0, 3.5]))
START = np.array([1.0, -2.0, 2.0, 1.0])
DRAWN = Drawn()
DRAWN["model"] = MODEL
STARTS = points("model").floats(DRAWN)


@given(later_points(MODEL, st.just(START)))
def test_a_later_start_lies_no_higher(w: Any) -> None:
    assert MODEL.evaluate(w).loss <= MODEL.evaluate(START).loss
    sizes = np.abs(w[w != 0])
    assert np.min(sizes) > 1e-61 * np.max(sizes)


def test_starts_near_the_minimum_are_drawn_and_such_without_some_components() -> None:
    later = find(later_points(MODEL, st.just(START)), lambda w: w[0] ** 2 > 100 * (w[1:] ** 2).sum())
    assert MODEL.evaluate(later).loss < 0.1
    assert find(STARTS, lambda w: np.count_nonzero(w) == 2 and w[1] != 0).shape == (4,)
    find(STARTS, lambda w: bool(np.all(w != 0)) and np.min(np.abs(w)) < 2e-4 * np.max(np.abs(w)))


def test_models_that_know_no_l_start_where_they_are_drawn() -> None:
    plain = st.just(START)
    assert later_points(object(), plain) is plain


BLOCKS = Zonal((Rapidity.log_cosh(2.0),) * 2, (2, 2))


@given(
    st.tuples(*[st.sampled_from([-120, 0, 120])] * 2).flatmap(lambda k: later_points(BLOCKS, st.just(_of_sizes(*k))))
)
def test_no_block_of_a_later_start_is_lost_beside_a_long_one(w: Any) -> None:
    assert BLOCKS.layout.norms(w).all()


def _of_sizes(i: int, j: int) -> Any:
    return np.ldexp(np.array([1.0, 2.0, 1.0, -1.0]), np.array([i, i, j, j]))
