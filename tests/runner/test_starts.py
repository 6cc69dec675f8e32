"""Where searches for the worst case begin: on the rungs of a whole number that a law is given, of a simple case."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from psitheory import descend
from psitheory.arithmetic import dot, namespace
from psitheory.checking import FLOATS, Verdict, at_most, equal, law
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.runner import check_law
from psitheory.runner.domain import inputs
from psitheory.runner.searching.redraw import nodes_from, redrawn
from psitheory.runner.searching.starts import ladders
from psitheory.strategies import counts, points, ratios, rayleigh_quotients

RUN: dict[str, Any] = {"steps": counts(1, 100), "model": rayleigh_quotients(), "w": points("model")}


def gap(steps: int, model: Any, w: Any) -> Any:
    run = descend(model, PSIGradientDescent(1 / model.smoothness.value), w, steps, record=[0, steps])
    return at_most(run.loss[-1], run.loss[0] + 1)


def test_a_number_of_steps_has_rungs_and_the_model_few_dimensions() -> None:
    drawing = inputs(RUN, FLOATS)
    for first in ((0,), (3, 58), (4, 100, 1)):  # the last is of the many dimensions that one case in five has
        start = tuple(node.value for node in nodes_from(drawing, first))
        cases = [redrawn(drawing, choices) for choices in ladders(drawing, gap, start)]
        assert all(case is not None and case["model"].layout.n == 2 for case in cases)
        assert {1, 3, 10, 30, 100} <= {case["steps"] for case in cases if case is not None}


@pytest.mark.parametrize("domain", [st.just(7), st.integers(1, 4), st.integers(), st.floats(0, 9), st.booleans()])
def test_few_numbers_and_those_without_an_end_have_no_rungs(domain: Any) -> None:
    drawing = inputs({"x": domain}, FLOATS)
    start = tuple(node.value for node in nodes_from(drawing, ()))
    assert ladders(drawing, lambda x: at_most(x, 9), start) == []


def least_squared_gradient(run: Any, model: Any, **_: Any) -> Any:
    """G_min T ≤ .99 · 2L (f_0 - f_*): one step from beside a minimum, across from the largest eigenvalue."""
    right = 2 * model.smoothness.value * (run.loss[0] - model.minimum)
    return 100 * run.min_squared_gradient[-1] * run.times[-1], 99 * right


def least_of_half_steps(run: Any, model: Any, **_: Any) -> Any:
    """The same at half the rate, where the bound is twice as large as it need be."""
    left, right = least_squared_gradient(run, model)
    return 2 * left, right


def growth(run: Any, w: Any, **_: Any) -> Any:
    """T + 1 times log(‖w_T‖²/‖w_0‖²) ≤ .6 T: most is lost at the third step."""
    log = namespace(w).log(dot(run.final, run.final) / dot(w, w))
    return 10 * log * (run.times[-1] + 1), 6 * run.times[-1] + 0 * log


def any_stable_rate(run: Any, model: Any, r: Any, **_: Any) -> Any:
    """G_min T r(2 - r) ≤ .99 · 2L (f_0 - f_*) at η = r/L."""
    left, right = least_squared_gradient(run, model)
    return left * r * (2 - r), right


@pytest.mark.parametrize(
    ("sides", "method"),
    [
        (least_squared_gradient, lambda L, **_: PSIGradientDescent(1 / L)),
        (least_of_half_steps, lambda L, **_: PSIGradientDescent(1 / (2 * L))),
        (growth, lambda L, **_: PSIGradientDescent(1 / L)),
        (least_squared_gradient, lambda L, w, **_: GradientDescent(dot(w, w) / L)),
        (any_stable_rate, lambda L, r, **_: PSIGradientDescent(r / L)),
    ],
)
def test_rates_that_are_false_by_one_percent_are_refuted(sides: Callable[..., Any], method: Any) -> None:
    @law(**RUN, r=ratios(0, 2), on=[FLOATS])
    def bounded(steps: int, model: Any, w: Any, r: Any) -> Any:
        rule = method(L=model.smoothness.value, w=w, r=r)
        run = descend(model, rule, w, steps, record=[0, steps])
        return at_most(*sides(run=run, model=model, w=w, r=r))

    @bounded.counterfeit
    def never(steps: int, model: Any, w: Any, r: Any) -> Any:
        return equal(r, r + 1)

    first = check_law(bounded)  # a search is by chance: what one draw in ten misses two others find
    found = [first] if first.verdict is Verdict.REFUTED else [check_law(bounded, seed=seed) for seed in (1, 2)]
    assert all(report.verdict is Verdict.REFUTED for report in found)
