"""Floats that overflow, underflow, raise or jump: what breaks no theorem, and what is a finding."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from psitheory.arithmetic import RATIONALS as RATIONAL
from psitheory.checking import FLOATS, POWERS_OF_TWO, RATIONALS, at_most, equal
from psitheory.runner.judging.by_controls import _moved
from psitheory.runner.judging.judge import judge

# -- where floats end above ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("law", "x"),
    [
        (lambda x: at_most(x * 1e300, x * 1e300), 1e300),
        (lambda x: equal(x * x / x, x), 1e200),
        (lambda x: equal(x / (x * x), 1 / x), 1e200),  # both sides are finite
        (lambda x: equal((x * x) * (x * x) / ((x * x) * (x * x)), 1 + 0 * x), 2.0**254),
        (lambda x: equal(1 / (x * x), 1 / (x * x) + 0 * x), 1e200),
    ],
)
def test_a_float_that_overflows_where_the_statement_is_true_is_told_with_its_line(law: Any, x: float) -> None:
    for case in (x, np.array([x])):
        outcome = judge(FLOATS, law, {"x": case})
        if outcome.status != "passed":  # the last law overflows on both sides alike
            assert outcome.status == "raised"
            assert outcome.note.startswith("exactly true here; floats overflow (test_judge_where_floats_end.py, line ")


@pytest.mark.parametrize("factor", [10**400, 10**320])
def test_whole_numbers_that_no_float_holds_overflow_where_a_float_meets_them(factor: int) -> None:
    for law in (lambda x: equal(factor * x, x * factor), lambda x: at_most(factor * x, 2 * factor * x)):
        outcome = judge(FLOATS, law, {"x": np.array([1.5])})
        assert outcome.status == "raised"
        assert outcome.note.startswith("exactly true here; floats overflow (test_judge_where_floats_end.py, line ")
        assert judge(RATIONALS, law, {"x": RATIONAL.element(3)}).worst in (0.0, None)
    assert judge(FLOATS, lambda x: equal(factor * x, x), {"x": np.array([1.5])}).status == "failed"


def test_a_nan_is_a_finding_though_no_enclosure_decides() -> None:
    outcome = judge(FLOATS, lambda x: equal((x * x) / (x * x) - 1, 0 * x), {"x": np.array([0.0])})
    assert outcome.status == "raised"
    assert outcome.note.startswith("a side is not finite at this input (test_judge_where_floats_end.py, line ")


def test_a_false_statement_is_refuted_though_floats_overflow() -> None:
    assert judge(FLOATS, lambda x: equal(x * x / x, 2 * x), {"x": np.array([1e200])}).status == "failed"


# -- where floats end below ----------------------------------------------------------------------------

TINY = np.array([1.1e-161, -1.3e-150])


def test_a_product_of_entries_that_underflows_breaks_no_theorem_about_numbers() -> None:
    def cubes(x: Any) -> Any:
        return equal((x[0] * x[0]) * (x[1] / x[0]), x[0] * x[1])

    assert judge(FLOATS, cubes, {"x": TINY * 1e100}).status == "passed"
    outcome = judge(FLOATS, cubes, {"x": TINY})
    assert outcome.status == "vacuous"
    assert re.fullmatch(
        r"exactly true here; floats underflow \(test_judge_where_floats_end.py, line \d+, in cubes\)", outcome.note
    )


def test_a_false_law_is_refuted_where_floats_underflow_too() -> None:
    def wrong(x: Any) -> Any:
        return equal((x[0] * x[0]) * (x[1] / x[0]), 2 * x[0] * x[1])

    outcome = judge(FLOATS, wrong, {"x": TINY})
    assert outcome.status == "failed"


def test_bits_that_underflow_lost_are_no_break_of_an_equivariance() -> None:
    def commutes(x: Any, a: Any) -> Any:
        return equal(a * (1024 * x * x), (a * x) * (1024 * x))

    def does_not(x: Any, a: Any) -> Any:
        return equal(a * (1024 * x * x), (a * x) * 1024)

    x = np.array([1.7, 7.3])
    assert judge(POWERS_OF_TWO, commutes, {"x": x, "a": 2.0**-300}).status == "passed"
    assert judge(POWERS_OF_TWO, commutes, {"x": x, "a": 2.0**-1070}).status == "vacuous"
    assert judge(POWERS_OF_TWO, does_not, {"x": x, "a": 2.0**-1070}).status == "failed"


# -- floats that raise ---------------------------------------------------------------------------------


def _side_of(x: Any, border: int, *, accurate: bool = False, wrong_by: int = 0) -> Any:
    """Claim the sign of 1 + x - border; on the border there is no side, as code says that needs one."""
    total = 1 + x
    gap = total - border
    if gap == 0:
        raise ValueError("it lies on the border")
    return equal(x + 1, total + wrong_by, accurate=accurate)


def test_floats_that_raise_where_rounding_leads_there_are_set_aside() -> None:
    outcome = judge(FLOATS, _side_of, {"x": 2.0**-80, "border": 1})
    assert outcome.status == "vacuous"
    assert "too ill-conditioned" in outcome.note


@pytest.mark.parametrize(("share", "status"), [(0.8, "vacuous"), (1.2, "failed")])
def test_an_inequality_that_rounding_breaks_is_set_aside_unless_balls_break_it(share: float, status: str) -> None:
    outcome = judge(FLOATS, lambda x: at_most(share + 0 * x, x / ((1 + x) - 1)), {"x": np.array([1.5 * 2.0**-53])})
    assert outcome.status == status
    assert ("too ill-conditioned" in outcome.note) == (status == "vacuous")


def test_control_runs_that_raise_beside_a_case_set_it_aside() -> None:
    def law(x: Any) -> Any:
        if x >= 1:
            raise ValueError("it lies on the border")
        return equal(x * 3, 3 * x)

    outcome = judge(FLOATS, law, {"x": np.array([1 - 2.0**-53])})
    assert outcome.status == "vacuous"
    assert "too ill-conditioned" in outcome.note


@pytest.mark.parametrize(("wrong_by", "status"), [(0, "vacuous"), (1, "failed")])
def test_a_jump_within_one_ulp_is_set_aside_and_decided_in_balls(wrong_by: int, status: str) -> None:
    def law(x: Any) -> Any:
        side = 1 if x >= 1 else 0
        return equal(x * 0 + side, x * 0 + side + wrong_by)

    assert judge(FLOATS, law, {"x": np.array([1 - 2.0**-53])}).status == status


@pytest.mark.parametrize(
    ("law", "x"),
    [
        (_side_of, 0.0),  # it does lie there
        (lambda x, border: _side_of(x, border, accurate=True), 2.0**-80),  # accurate code would tell
        (lambda x, border: _side_of(x, 1 + x), 1.0),  # no rounding is needed
    ],
)
def test_other_floats_that_raise_are_a_finding(law: Any, x: float) -> None:
    with pytest.raises(ValueError, match="on the border"):
        judge(FLOATS, law, {"x": x, "border": 1})


def test_a_false_law_is_refuted_where_floats_raise_by_rounding() -> None:
    law = lambda x, border: _side_of(x, border, wrong_by=1)  # noqa: E731
    assert judge(FLOATS, law, {"x": 2.0**-80, "border": 1}).status == "failed"


@pytest.mark.parametrize("value", [1.0, 1 + 0j, np.float64(1), np.ones(1), {"a": 1.0}])
def test_what_is_moved_moves_either_way_by_up_to_its_share(value: Any) -> None:
    rng = np.random.default_rng(0)
    every = [_moved(value, 0.5, rng) for _ in range(30)]
    sizes = [float(np.real(np.ravel(x["a"] if isinstance(x, dict) else x)[0])) for x in every]
    assert 0.5 <= min(sizes) < 0.8 < 1.2 < max(sizes) <= 1.5
    assert {type(x) for x in every} == {type(value)}
