"""How large terms are that cancel, which the width of enclosures tells; below it no ratio is looked at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from psitheory.checking import FLOATS, at_most, equal, vacuous
from psitheory.runner.judging.in_floats import ULPS, _noise
from psitheory.runner.judging.judge import judge
from psitheory.runner.searching.redraw import is_plain

SIZES = st.sampled_from([0.0, 1e-12, 1.0, 3e5])


@given(st.lists(st.tuples(SIZES, SIZES), max_size=4))
def test_sixteen_ulp_of_the_size_of_terms_are_the_radius(sizes: list[tuple[float, float]]) -> None:
    unit = ULPS * float(np.finfo(float).eps)
    pairs = [(1.0, 2.0, arb(1, a * unit), arb(2, b * unit)) for a, b in sizes]
    assert _noise(pairs) == pytest.approx(max((a + b for a, b in sizes), default=0.0), rel=1e-6)


@pytest.mark.parametrize("size", [1.0, 1e6, 1e12])
def test_a_residual_is_a_share_of_the_terms_that_cancel(size: float) -> None:
    def cancels(x: Any) -> Any:
        return equal((x + 1) - x, 1 + 0 * x)

    outcome = judge(FLOATS, cancels, {"x": np.array([size / 3])})
    assert outcome.status == "passed"
    assert outcome.worst is not None
    assert outcome.worst < 4 * float(np.finfo(float).eps)


@pytest.mark.parametrize(("right", "told"), [(1.0, True), (1e-9, False)])
def test_a_ratio_to_what_may_be_rounding_alone_is_not_told(right: float, told: bool) -> None:
    def law(x: Any) -> Any:
        return at_most(0 * x, (x + right) - x)

    outcome = judge(FLOATS, law, {"x": np.array([1e4])})
    assert (outcome.worst is not None) is told


def test_a_case_is_plain_where_nothing_is_claimed_or_all_is_as_claimed() -> None:
    assert is_plain(lambda x: vacuous("nothing is"), {"x": 1.0})
    assert is_plain(lambda x: equal(x, 1), {"x": 1.0})
    assert not is_plain(lambda x: equal(x, 2), {"x": 1.0})
    assert not is_plain(lambda x: x / 0, {"x": 1.0})
