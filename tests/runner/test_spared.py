"""Cases that are spared enclosures: the verdict is the one that enclosures give, whatever the law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.checking import FLOATS, Observation, at_most, equal, vacuous
from psitheory.runner.judging.guard import guarded
from psitheory.runner.judging.spared import FULLY, Spared

NUMBERS = st.lists(st.floats(-100, 100), min_size=3 * FULLY, max_size=20)


def the_square(x: float) -> Observation:
    return equal((x + 1) ** 2, x**2 + 2 * x + 1)


def the_square_to_a_millionth(x: float) -> Observation:
    return equal((x + 1) ** 2, x**2 + 2 * x + 1 + 1e-6 * (x > 90))


def the_means(x: float) -> Observation:
    return at_most(2 * x, x**2 + 1)


def the_means_but_for_a_millionth(x: float) -> Observation:
    return at_most(2 * x, (x**2 + 1) * (1 - 1e-6 * (x > 0)))


def where_something_is_claimed(x: float) -> Observation:
    return equal(abs(x), x) if x >= 0 else vacuous("negative")


def of_a_constant(x: float) -> Observation:
    return equal(np.float64(0.1) + 0 * x, 0.1)


@pytest.mark.parametrize(
    "law",
    [
        the_square,
        the_square_to_a_millionth,
        the_means,
        the_means_but_for_a_millionth,
        where_something_is_claimed,
        of_a_constant,
    ],
)
@given(numbers=NUMBERS)
def test_the_status_is_that_of_a_judgement_in_full(law: Any, numbers: list[float]) -> None:
    spared, fully = guarded(FLOATS, law, Spared()), guarded(FLOATS, law)
    for x in numbers:
        assert spared({"x": x}).status == fully({"x": x}).status


@given(numbers=NUMBERS)
def test_the_largest_ratio_is_judged_in_full(numbers: list[float]) -> None:
    spared, fully = guarded(FLOATS, the_means, Spared()), guarded(FLOATS, the_means)
    worst = [[run({"x": x}).worst or 0.0 for x in numbers] for run in (spared, fully)]
    assert max(worst[0]) == max(worst[1])


def test_most_cases_of_a_law_that_is_confirmed_are_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    from psitheory.runner.judging import spared as module

    judged: list[Mapping[str, Any]] = []
    judge = module.judge
    monkeypatch.setattr(module, "judge", lambda kind, case, inputs: judged.append(inputs) or judge(kind, case, inputs))
    run = guarded(FLOATS, the_square, Spared())
    for x in range(30):
        run({"x": float(x)})
    assert 30 // FULLY <= len(judged) <= 2 * 30 // FULLY
    of_no_enclosure = guarded(
        FLOATS, lambda x: equal(np.sort([x, 1.0])[::-1], np.maximum([x, 1.0], [1.0, x])), Spared()
    )
    judged.clear()
    for x in range(30):
        of_no_enclosure({"x": float(x)})
    assert judged
