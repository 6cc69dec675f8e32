"""The rule of each kind of evidence, seen to pass and seen to fail."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import SYMBOLS, SymbolTable, dot, namespace, norm, to_rationals
from psitheory.checking import (
    BALLS,
    CONTROLS,
    FLOATS,
    FORMAL,
    KINDS,
    POWERS_OF_TWO,
    RATIONALS,
    Interval,
    at_most,
    equal,
    vacuous,
)
from psitheory.checking import SYMBOLS as SYMBOLIC
from psitheory.errors import ArgumentError, ArgumentTypeError, NotInArithmetic, Undecided
from psitheory.geometry import sphere
from psitheory.runner.by_controls import _moved
from psitheory.runner.in_balls import BALL_BITS
from psitheory.runner.judge import judge

REFUTING = [kind for kind in KINDS if kind != FORMAL]
"""The kinds that can refute; a failed proof on formal vectors says nothing."""

ARRAYS = (BALLS, FLOATS, POWERS_OF_TWO, CONTROLS)
DENSE = {"x": np.random.default_rng(0).normal(size=8), "y": np.random.default_rng(1).normal(size=8)}


def symbol(name: str = "s") -> Any:
    table = SymbolTable()
    table.positive(name)
    table.close()
    return table.positive(name)


def exact_third(x: Any) -> Any:
    """Return x / 3, in the arithmetic of x."""
    return x / namespace(x).ones_like(x) / 3


# -- every kind -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ARRAYS)
def test_a_true_equality_passes(kind: str) -> None:
    outcome = judge(kind, lambda x, y: equal(x + y, y + x), DENSE)
    assert outcome.status == "passed"
    assert outcome.relation == "equal"


@pytest.mark.parametrize("kind", ARRAYS)
def test_a_false_equality_fails_and_shows_both_sides(kind: str) -> None:
    outcome = judge(kind, lambda x: equal(x, 2 * x), {"x": np.array([0.0, 3.0])})
    assert outcome.status == "failed"
    assert float(outcome.left) == 3
    assert float(outcome.right) == 6


@pytest.mark.parametrize("kind", ARRAYS)
def test_different_constants_are_not_equal(kind: str) -> None:
    assert judge(kind, lambda x, y: equal(1, 0), DENSE).status == "failed"
    assert judge(kind, lambda x, y: equal(np.array([1.0, 2.0]), np.array([1.0, 2.5])), DENSE).status == "failed"


@pytest.mark.parametrize("kind", [BALLS, FLOATS, CONTROLS, RATIONALS])
def test_inequalities_pass_and_fail(kind: str) -> None:
    inputs = {"x": np.array([1.0, 2.0])}
    inputs = to_rationals(inputs) if kind == RATIONALS else inputs
    below, above = (judge(kind, lambda x, f=f: at_most(f * x, 3 * x), inputs) for f in (2, 4))
    assert (below.status, above.status) == ("passed", "failed")
    assert below.relation == above.relation == "at most"
    assert below.worst == pytest.approx(2 / 3)
    assert above.worst == pytest.approx(4 / 3)


@pytest.mark.parametrize("kind", KINDS)
def test_what_did_not_move_is_vacuous(kind: str) -> None:
    inputs = {"x": symbol()} if kind == SYMBOLIC else {"x": np.array([1.0])}
    outcome = judge(kind, lambda x: vacuous("the run did not move"), inputs)
    assert (outcome.status, outcome.note) == ("vacuous", "the run did not move")


@pytest.mark.parametrize("kind", REFUTING)
def test_one_wrong_entry_among_many_is_enough(kind: str) -> None:
    inputs: dict[str, Any] = {"x": np.array([1.0, 2.0, 3.0])}
    if kind == RATIONALS:
        inputs = to_rationals(inputs)
    if kind == SYMBOLIC:
        inputs = {"x": SYMBOLS.asarray([1, symbol(), 3])}
    for i in range(3):
        outcome = judge(kind, lambda x, i=i: equal(x, x + x * (np.arange(3) == i)), inputs)
        assert outcome.status == "failed"
        if kind not in (POWERS_OF_TWO, SYMBOLIC):
            outcome = judge(kind, lambda x, i=i: at_most(x + x * (np.arange(3) == i), x), inputs)
            assert outcome.status == "failed"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != POWERS_OF_TWO])
@pytest.mark.parametrize("claim", [equal, at_most])
def test_sides_without_entries_are_vacuous(kind: str, claim: Callable[..., Any]) -> None:
    outcome = judge(kind, lambda x: claim(x, x), {"x": np.zeros(0, dtype=float if kind in ARRAYS else object)})
    assert (outcome.status, outcome.note) == ("vacuous", "the sides are empty")


@pytest.mark.parametrize("kind", REFUTING)
def test_a_side_may_be_a_single_number_and_else_has_the_shape_of_the_other(kind: str) -> None:
    inputs: dict[str, Any] = {"x": np.array([[1.0, 2.0], [1.0, 2.0]])}
    if kind == RATIONALS:
        inputs = to_rationals(inputs)
    if kind == SYMBOLIC:
        inputs = {"x": SYMBOLS.asarray([[symbol()] * 2] * 2)}
    assert judge(kind, lambda x: equal(x - x, 0), inputs).status == "passed"
    assert judge(kind, lambda x: equal(x, 0), inputs).status == "failed"
    with pytest.raises(ArgumentError, match=r"the sides have the shapes \(2, 2\) and \(2,\); one shape, or a single"):
        judge(kind, lambda x: equal(x, x[0]), inputs)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("returned", [None, True, (1, 1)])
def test_a_law_that_returns_no_observation_is_told_so(kind: str, returned: Any) -> None:
    with pytest.raises(ArgumentTypeError, match="the law returned .*; equal.left, right., at_most.* is needed"):
        judge(kind, lambda x: returned, {"x": symbol() if kind == SYMBOLIC else np.array([1.0])})


# -- symbols and rationals ----------------------------------------------------------------------------


def test_symbols_decide_an_identity_for_all_values() -> None:
    s = symbol()
    assert judge(SYMBOLIC, lambda x: equal((x + 1) * (x - 1), x * x - 1), {"x": s}).status == "passed"
    assert judge(SYMBOLIC, lambda x: equal((x + 1) * (x - 1), x * x), {"x": s}).status == "failed"
    assert judge(SYMBOLIC, lambda x: at_most(0, x), {"x": s}).status == "passed"
    with pytest.raises(Undecided):
        judge(SYMBOLIC, lambda x: at_most(x, 1), {"x": s})


def test_rationals_refute_the_least_error() -> None:
    inputs = to_rationals({"x": np.array([1.0])})
    tiny = Fraction(1, 2**400)
    one = to_rationals(np.array([1.0]))
    assert judge(RATIONALS, lambda x: equal(x, one), inputs).status == "passed"
    wrong = judge(RATIONALS, lambda x: equal(x, one + to_rationals(tiny)), inputs)
    assert wrong.status == "failed"
    assert judge(RATIONALS, lambda x: at_most(one + to_rationals(tiny), x), inputs).status == "failed"


# -- powers of two --------------------------------------------------------------------------------------


def test_powers_of_two_compare_bits() -> None:
    x = {"x": np.array([0.1, 0.7])}
    assert judge(POWERS_OF_TWO, lambda x: equal((4 * x) / 4, x), x).status == "passed"
    off = judge(POWERS_OF_TWO, lambda x: equal(np.nextafter(x, 1), x), x)
    assert off.status == "failed"
    assert 0 < (off.worst or 0) < 1e-15
    assert judge(POWERS_OF_TWO, lambda x: equal(-0.0 * x, 0.0 * x), x).status == "passed"


def test_an_overflow_is_no_verdict_on_bits() -> None:
    outcome = judge(POWERS_OF_TWO, lambda x: equal(x * 1e308, x * 1e308), {"x": np.array([1e10])})
    assert outcome.status == "undecided"
    assert outcome.note.startswith("a side is not finite (test_judge.py, line ")


def test_an_inequality_cannot_hold_bit_for_bit() -> None:
    with pytest.raises(NotInArithmetic, match="only equalities can hold bit for bit"):
        judge(POWERS_OF_TWO, lambda x: at_most(x, x), {"x": np.array([1.0])})


# -- balls --------------------------------------------------------------------------------------------


def wrong_by(exponent: int) -> Callable[..., Any]:
    def law(x: Any) -> Any:
        root = namespace(x).sqrt(x)
        return equal(root * root, x + x * arb(2) ** exponent)

    return law


@pytest.mark.parametrize("exponent", [-10, -100, -400])
def test_balls_refute_what_is_wrong_by_two_to_the_minus_400(exponent: int) -> None:
    outcome = judge(BALLS, wrong_by(exponent), {"x": np.array([2.0, 3.0])})
    assert outcome.status == "failed"


def test_what_is_wrong_by_less_than_the_last_precision_holds_to_a_stated_number_of_bits() -> None:
    outcome = judge(BALLS, wrong_by(-1000), {"x": np.array([2.0, 3.0])})
    assert outcome.status == "passed"
    assert outcome.bits is not None
    assert 490 < outcome.bits < BALL_BITS[-1] + 8


def test_a_true_equality_is_never_decided_by_disjointness() -> None:
    # sqrt(x)^2 = x: the enclosures overlap at every precision; the answer is a number of bits, not "proved".
    outcome = judge(BALLS, lambda x: equal(namespace(x).sqrt(x) * namespace(x).sqrt(x), x), {"x": np.array([2.0])})
    assert outcome.status == "passed"
    assert outcome.bits is not None
    assert outcome.bits < math.inf
    exact = judge(BALLS, lambda x: equal(x + x, 2 * x), {"x": np.array([2.0])})
    assert exact.bits is None  # nothing was rounded


def test_an_equality_of_wide_balls_is_undecided_however_they_overlap() -> None:
    outcome = judge(BALLS, lambda x: equal(x + arb(0, 1), x + arb(0, 1)), {"x": np.array([2.0])})
    assert outcome.status == "undecided"
    assert "overlap" in outcome.note
    assert judge(BALLS, lambda x: equal(x, x + arb(0, 1)), {"x": np.array([2.0])}).status == "undecided"


@pytest.mark.parametrize(
    ("gap", "status"), [(0, "passed"), (-300, "failed"), (-1000, "passed"), (300, "passed")], ids=str
)
def test_borderline_inequalities_in_balls(gap: int, status: str) -> None:
    """sqrt(x)² ≤ x holds to the last precision; plus 2^-300 x on the left it fails, on the right it is proved."""

    def law(x: Any) -> Any:
        root, one = namespace(x).sqrt(x), arb(2) ** -abs(gap) if gap else arb(0)
        return at_most(root * root + x * one, x) if gap < 0 else at_most(root * root, x + x * one)

    outcome = judge(BALLS, law, {"x": np.array([2.0])})
    assert outcome.status == status
    assert (outcome.bits is not None) is (gap in (0, -1000))


def test_equal_exact_balls_are_at_most_each_other() -> None:
    outcome = judge(BALLS, lambda x: at_most(x, x), {"x": np.array([2.0])})
    assert (outcome.status, outcome.bits) == ("passed", None)


def test_the_precision_is_raised_until_a_branch_is_decided() -> None:
    tried = []

    def law(x: Any) -> Any:
        tried.append(ctx.prec)
        close = namespace(x).sqrt(x * x * (1 + arb(2) ** -90))  # 64 bits cannot tell it from x
        if namespace(x).greater(close, x)[0] is None:
            raise Undecided("which is greater")
        return at_most(x, close)

    assert judge(BALLS, law, {"x": np.array([3.0])}).status == "passed"
    assert tried == [*BALL_BITS]


def test_what_no_precision_decides_is_undecided_and_the_precision_is_restored() -> None:
    before = ctx.prec

    def law(x: Any) -> Any:
        raise Undecided("which branch")

    outcome = judge(BALLS, law, {"x": np.array([3.0])})
    assert (outcome.status, outcome.note) == ("undecided", "which branch at 2048 bits")

    def breaks(x: Any) -> Any:
        raise RuntimeError

    for kind in (BALLS, FLOATS):
        with pytest.raises(RuntimeError):
            judge(kind, breaks, {"x": np.array([3.0])})
    assert ctx.prec == before


def test_infinite_enclosures_are_undecided() -> None:
    outcome = judge(BALLS, lambda x: equal(1 / (x - x), 1 / (x - x)), {"x": np.array([2.0])})
    assert (outcome.status, outcome.note) == ("undecided", "an enclosure is infinite")


@pytest.mark.parametrize("relation", [equal, at_most])
def test_a_refutation_in_balls_shows_the_entry_that_decides(relation: Any) -> None:
    def law(x: Any) -> Any:
        wide = x + arb(0, 10) * (x - 2)  # large at the first entry, and undecided
        return relation(wide, namespace(x).zeros_like(x) + 1)

    outcome = judge(BALLS, law, {"x": np.array([1e6, 2.0])})
    assert outcome.status == "failed"
    assert outcome.left.startswith("2.0")


def test_an_inequality_that_floats_break_where_rounding_may_be_infinite_is_decided_in_balls() -> None:
    def law(x: Any) -> Any:
        near = (x + 1) - x  # 1, but for rounding that may be as large where x is
        return at_most(2 + 0 / near, namespace(x).ones_like(x))

    assert judge(FLOATS, law, {"x": np.array([3.0])}).status == "failed"
    assert judge(FLOATS, law, {"x": np.array([2.0**52])}).status == "failed"


def test_an_inequality_that_floats_alone_break_is_set_aside() -> None:
    def law(x: Any) -> Any:
        near = (x + 1) - x  # 1, and 0 on floats where x is large
        return at_most(2 - near / (near + 1 / x), namespace(x).ones_like(x) + 1)

    outcome = judge(FLOATS, law, {"x": np.array([2.0**54])})
    assert outcome.status in ("passed", "vacuous")


def test_enclosures_that_are_infinite_at_first_only_are_decided_later() -> None:
    def law(x: Any) -> Any:
        tiny = namespace(x).sqrt(x) * namespace(x).sqrt(x) - x + arb(2) ** -100  # holds 0 at 64 bits
        return equal(arb(2) ** -100 / tiny, namespace(x).ones_like(x))

    assert judge(BALLS, law, {"x": np.array([2.0])}).status == "passed"


# -- floats -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [1e-9, 1e-11, 1e-12])
@pytest.mark.parametrize("side", ["left", "right"])
@given(seed=st.integers(0, 2**16))
def test_a_relative_error_of_1e_minus_12_is_refuted_on_floats(error: float, side: str, seed: int) -> None:
    def law(x: Any, y: Any) -> Any:
        wrong = 1 + error
        left, right = norm(x) * norm(x), dot(x, x)
        return equal(left * wrong, right) if side == "left" else equal(left, right * wrong)

    rng = np.random.default_rng(seed)
    assert judge(FLOATS, law, {"x": rng.normal(size=6), "y": rng.normal(size=6)}).status == "failed"


@given(st.integers(0, 2**16), st.integers(-200, 200))
def test_rounding_alone_is_never_refuted_on_floats(seed: int, exponent: int) -> None:
    rng = np.random.default_rng(seed)
    inputs = {key: np.ldexp(rng.normal(size=6), exponent) for key in "xyz"}

    def law(x: Any, y: Any, z: Any) -> Any:
        return equal(dot(x, y + z), dot(x, y) + dot(x, z))

    assert judge(FLOATS, law, inputs).status in ("passed", "vacuous")
    assert judge(FLOATS, lambda x, y, z: equal(x * (y / z), x * y / z), inputs).status == "passed"
    assert judge(FLOATS, lambda x, y, z: equal(exact_third(x) * 3, x), inputs).status == "passed"


def angle_law(distance: Callable[[Any, Any], Any], *, accurate: bool) -> Callable[..., Any]:
    """Claim that a distance is the angle between the parts of v across u and along it."""

    def law(u: Any, v: Any) -> Any:
        xp = namespace(u, v)
        across = (v - u) - dot(v - u, u, keepdims=True) * u  # nothing cancels where the points are near
        return equal(distance(u, v), xp.atan2(norm(across), dot(u, v)), accurate=accurate)

    return law


def by_arccos(u: Any, v: Any) -> Any:
    xp = namespace(u, v)
    cosine = dot(u, v)
    if xp is np:
        return np.arccos(np.clip(cosine, -1, 1))
    return xp.atan2(xp.sqrt(1 - cosine * cosine), cosine)  # balls have no arccos; the same function


def points_at(angle: float, seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    u, z = rng.normal(size=(2, 1, 3))
    u /= np.linalg.norm(u)
    x = z - (z @ u.T) * u
    return {"u": u, "v": np.cos(angle) * u + np.sin(angle) * x / np.linalg.norm(x)}


@pytest.mark.parametrize("angle", [1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4])
def test_an_arccos_distance_is_rejected_where_atan2_passes(angle: float) -> None:
    rejected = passed = 0
    for seed in range(20):
        inputs = points_at(angle, seed)
        rejected += judge(FLOATS, angle_law(by_arccos, accurate=True), inputs).status == "failed"
        passed += judge(FLOATS, angle_law(sphere.angle, accurate=True), inputs).status == "passed"
    assert passed == 20
    assert rejected >= 19  # by chance an arccos may come out right


def test_what_cancels_is_set_aside_unless_accuracy_is_claimed() -> None:
    inputs = {"x": np.array([1.0 + 2.0**-30])}

    def law(accurate: bool) -> Callable[..., Any]:
        return lambda x: equal((x + 2**30) - 2**30, x, accurate=accurate)

    assert judge(FLOATS, law(False), inputs).status == "vacuous"
    assert judge(FLOATS, law(True), inputs).status == "failed"
    for seed in range(10):
        assert judge(FLOATS, angle_law(by_arccos, accurate=False), points_at(1e-7, seed)).status == "vacuous"


@pytest.mark.parametrize(("excess", "status"), [(0.0, "passed"), (1e-12, "failed"), (-1e-12, "passed")])
@given(seed=st.integers(0, 2**16))
def test_borderline_inequalities_on_floats_fail_only_where_enclosures_prove_it(
    excess: float, status: str, seed: int
) -> None:
    x = {"x": np.random.default_rng(seed).normal(size=8)}
    assert judge(FLOATS, lambda x: at_most(dot(x, x) * (1 + excess), norm(x) * norm(x)), x).status == status
    assert judge(FLOATS, lambda x: at_most(norm(x) * norm(x) * (1 + excess), dot(x, x)), x).status == status


@pytest.mark.parametrize(
    ("law", "x"),
    [
        (lambda x: at_most(x * 1e300, x * 1e300), 1e300),
        (lambda x: equal(x * x / x, x), 1e200),
        (lambda x: equal((x * x) * (x * x) / ((x * x) * (x * x)), 1 + 0 * x), 2.0**254),
        (lambda x: equal(1 / (x * x), 1 / (x * x) + 0 * x), 1e200),
    ],
)
def test_a_float_that_overflows_where_the_statement_is_true_is_told_with_its_line(law: Any, x: float) -> None:
    for case in (x, np.array([x])):
        outcome = judge(FLOATS, law, {"x": case})
        if outcome.status != "passed":  # the last law overflows on both sides alike
            assert outcome.status == "raised"
            assert outcome.note.startswith("exactly true here; floats overflow (test_judge.py, line ")


def test_a_nan_is_a_finding_though_no_enclosure_decides() -> None:
    outcome = judge(FLOATS, lambda x: equal((x * x) / (x * x) - 1, 0 * x), {"x": np.array([0.0])})
    assert outcome.status == "raised"
    assert outcome.note.startswith("a side is not finite at this input (test_judge.py, line ")


def test_a_false_statement_is_refuted_though_floats_overflow() -> None:
    assert judge(FLOATS, lambda x: equal(x * x / x, 2 * x), {"x": np.array([1e200])}).status == "failed"


def test_an_exact_constant_on_one_side_says_nothing_of_rounding() -> None:
    def law(u: Any, x: Any) -> Any:
        return equal(dot(u, x - dot(u, x) / dot(u, u) * u), 0)

    rng = np.random.default_rng(0)
    for _ in range(20):
        inputs = {"u": rng.normal(size=5), "x": rng.normal(size=5)}
        assert judge(FLOATS, law, inputs).status == "passed"
        assert judge(FLOATS, lambda u, x: equal(dot(u, x), 0), inputs).status == "failed"
        assert judge(FLOATS, lambda u, x: equal(dot(u, u), 1), {"u": inputs["u"], "x": rng.normal(size=5)}).status == (
            "failed"
        )


@given(st.integers(0, 2**16))
def test_float32_is_judged_by_its_own_roundings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    inputs = {key: rng.normal(size=6).astype(np.float32) for key in "xy"}
    assert judge(FLOATS, lambda x, y: equal(dot(x, y), dot(y[::-1], x[::-1])), inputs).status in ("passed", "vacuous")
    assert judge(FLOATS, lambda x, y: equal(norm(x) * norm(x), dot(x, x)), inputs).status == "passed"
    wrong = judge(FLOATS, lambda x, y: equal(norm(x) * norm(x) * (1 + 2**-10), dot(x, x)), inputs)
    assert wrong.status == "failed"


# -- controls -----------------------------------------------------------------------------------------


def test_where_balls_do_not_exist_floats_are_judged_by_controls_and_say_so() -> None:
    def law(x: Any) -> Any:
        if namespace(x) is not np:
            raise NotInArithmetic("no such function")
        return equal(np.sort(x).sum(), x.sum())

    outcome = judge(FLOATS, law, {"x": DENSE["x"]})
    assert (outcome.status, outcome.note) == ("passed", "judged by controls: no such function")


def test_controls_allow_ten_times_what_one_ulp_changes_and_no_more() -> None:
    inputs = {"x": np.full(50, 0.7)}

    def wrong_by(relative: float) -> Callable[..., Any]:
        return lambda x: equal(np.cumprod(x)[-1] * (1 + relative), np.prod(x))

    assert judge(CONTROLS, wrong_by(0), inputs).status == "passed"
    assert judge(CONTROLS, wrong_by(1e-12), inputs).status == "failed"


def test_chaos_is_no_violation() -> None:
    def iterate(x: Any, steps: int = 200) -> Any:
        for _ in range(steps):
            x = 4 * x * (1 - x)
        return x

    outcome = judge(CONTROLS, lambda x: equal(iterate(x), iterate(x * 3 / 3)), {"x": np.array([0.3, 0.4])})
    assert outcome.status == "undecided"
    assert outcome.note.startswith("one ulp changes the sides by")


def test_enclosures_that_are_wide_at_512_bits_are_decided_later() -> None:
    def iterate(x: Any, steps: int = 300) -> Any:  # each step makes an enclosure some four times as wide
        for _ in range(steps):
            x = 4 * x * (1 - x)
        return x

    x = {"x": np.array([0.3])}
    assert judge(BALLS, lambda x: equal(iterate(x), iterate(x * 3 / 3)), x).status == "passed"
    assert judge(BALLS, lambda x: equal(iterate(x), iterate(x * 3 / 3) + iterate(x) / 2**100), x).status == "failed"
    assert "confined" in judge(BALLS, lambda x: equal(iterate(x, 1000), iterate(x * 3 / 3, 1000)), x).note


@pytest.mark.parametrize("exponent", [100, 600, 900, 1500])
def test_a_wide_enclosure_tells_of_no_size_to_which_sides_are_confined(exponent: int) -> None:
    x = {"x": np.array([0.3])}

    def lost(x: Any) -> Any:  # zero, known to 2^exponent times the rounding only
        return (x / 3 * 3 - x) * 2**exponent

    assert judge(BALLS, lambda x: equal(lost(x), 1 + 0 * x), x).status == "failed"
    assert judge(BALLS, lambda x: at_most(1 + 0 * x, lost(x)), x).status == "failed"
    assert judge(BALLS, lambda x: equal(lost(x), 0 * x), x).status == "passed"
    assert judge(BALLS, lambda x: equal(lost(x) * 2**2000, 1 + 0 * x), x).status == "undecided"


def test_controls_do_not_judge_what_is_not_finite() -> None:
    outcome = judge(CONTROLS, lambda x: equal(x * 1e300, x), {"x": np.array([1e300])})
    assert (outcome.status, outcome.note) == ("undecided", "a side is not finite")


# -- sides known by intervals -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "status"),
    [
        (at_most(Interval(1.0, 2.0), 2.0), "passed"),
        (at_most(Interval(1.0, 2.0), Interval(2.0, 9.0)), "passed"),
        (at_most(Interval(1.0, 2.0), 1.5), "undecided"),
        (at_most(Interval(1.0, 2.0), 1.0), "undecided"),
        (at_most(Interval(1.0, 2.0), 0.5), "failed"),
        (at_most(Interval(np.array([0.0, 3.0]), np.array([1.0, 4.0])), 2.0), "failed"),
        (at_most(Interval(np.array([0.0, 1.0]), np.array([1.0, 4.0])), 2.0), "undecided"),
        (at_most(Interval(0.0, math.nan), 2.0), "undecided"),
        (at_most(Interval(np.zeros(0), np.zeros(0)), 2.0), "vacuous"),
        (equal(Interval(1.0, 2.0), 1.5), "undecided"),
        (equal(Interval(1.0, 2.0), 3.0), "failed"),
        (equal(3.0, Interval(1.0, 2.0)), "failed"),
    ],
)
def test_disjoint_intervals_decide_and_overlapping_ones_do_not(seen: Any, status: str) -> None:
    assert judge(FLOATS, lambda: seen, {}).status == status


def test_an_undecided_interval_is_shown() -> None:
    outcome = judge(FLOATS, lambda: at_most(Interval(1.0, 2.0), 1.5), {})
    assert outcome.note == "the intervals overlap: [1, 2] and 1.5"


# -- where floats end below ---------------------------------------------------------------------------

TINY = np.array([1.1e-161, -1.3e-150])


def test_a_product_of_entries_that_underflows_breaks_no_theorem_about_numbers() -> None:
    def cubes(x: Any) -> Any:
        return equal((x[0] * x[0]) * (x[1] / x[0]), x[0] * x[1])

    assert judge(FLOATS, cubes, {"x": TINY * 1e100}).status == "passed"
    outcome = judge(FLOATS, cubes, {"x": TINY})
    assert outcome.status == "vacuous"
    assert re.fullmatch(r"exactly true here; floats underflow \(test_judge.py, line \d+, in cubes\)", outcome.note)


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


# -- floats that raise ----------------------------------------------------------------------------


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
