"""Starts of runs: some lie near minima, some have entries that are zero or small, none underflows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import find, given
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from psitheory.experiments import descend
from psitheory.models import Rayleigh, Zonal
from psitheory.models.functions.rapidity import Rapidity
from psitheory.optimizers import PSIGradientDescent
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


@pytest.mark.parametrize("spectrum", [[0.0, 1.0], [1.0, 0.0, 1.5], [0.25, 0.75, 4.0, 0.5]])
@pytest.mark.parametrize("steps", [5, 20, 60])
def test_a_start_uphill_leaves_the_maximum_after_as_many_steps(steps: int, spectrum: list[float]) -> None:
    """So a large gradient is met late, which no start that is drawn by itself shows."""
    model, plain = Rayleigh(np.diag(spectrum)), np.ones(len(spectrum))
    height = model.evaluate(plain).loss
    start = find(later_points(model, st.just(plain), steps=steps), lambda w: model.evaluate(w).loss > height)
    run = descend(model, PSIGradientDescent(1 / model.smoothness.value), start, 2 * steps, record=range(2 * steps + 1))
    share = run.squared_gradient / np.max(run.squared_gradient)
    late = int(np.argmax(share))
    assert steps / 2 <= late <= 2 * steps
    assert np.all(share[: late // 2] < 0.5)


def test_a_law_without_steps_has_no_start_uphill() -> None:
    height = MODEL.evaluate(START).loss
    with pytest.raises(NoSuchExample):
        find(later_points(MODEL, st.just(START)), lambda w: MODEL.evaluate(w).loss > height * (1 + 1e-9))
