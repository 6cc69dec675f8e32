"""The rules of evidence on floats, by enclosures and by controls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import dot, namespace, norm
from psitheory.checking import CONTROLS, FLOATS, at_most, equal, vacuous
from psitheory.errors import NotInArithmetic
from psitheory.geometry import sphere
from psitheory.runner.judging.judge import judge
from tests.runner.judged import DENSE


def exact_third(x: Any) -> Any:
    """Return x / 3, in the arithmetic of x."""
    return x / namespace(x).ones_like(x) / 3


# -- floats --------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("turned", [False, True])
def test_floats_that_agree_say_nothing_where_one_side_has_no_bounds(turned: bool) -> None:
    def law(x: Any, y: Any) -> Any:
        sides = x - y, (x - y) * (x - y) / (x - y)
        return equal(*sides[::-1] if turned else sides)

    assert judge(FLOATS, law, {"x": np.array([1.0]), "y": np.array([1.0 + 2**-50])}).status == "vacuous"


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


# -- controls ------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("kind", [FLOATS, CONTROLS])
@pytest.mark.parametrize(
    ("left", "right"),
    [
        (np.int64(-(2**63)), np.int64(0)),
        (np.int8(127), np.int8(-128)),
        (np.array([1, 2**62]), np.array([1, -(2**62)])),
        (np.uint8(0), np.uint8(255)),
    ],
)
def test_whole_numbers_of_numpy_are_compared_without_wrapping_around(kind: str, left: Any, right: Any) -> None:
    x = {"x": np.array([1.0])}
    assert judge(kind, lambda x: equal(left, right), x).status == "failed"
    assert judge(kind, lambda x: at_most(np.maximum(left, right), np.minimum(left, right)), x).status == "failed"
    assert judge(kind, lambda x: equal(left, left), x).status == "passed"


def test_what_is_noise_holds_far_below_its_bound_and_not_above() -> None:
    def residual(bound: float) -> Callable[..., Any]:
        return lambda a: at_most(np.abs(np.linalg.qr(a)[0] @ np.linalg.qr(a)[1] - a).max(), bound)

    matrix = {"a": np.random.default_rng(0).normal(size=(4, 4))}
    assert judge(FLOATS, residual(1e-9), matrix).status == "passed"
    assert judge(FLOATS, residual(1e-30), matrix).status != "passed"


def test_a_law_that_rounds_to_half_precision_is_judged_in_that_of_its_inputs() -> None:
    assert judge(FLOATS, lambda x: equal(np.float16(x), x), {"x": 1.2345678}).status == "failed"
    assert judge(FLOATS, lambda x: equal(np.float16(x), x), {"x": 1.25}).status == "passed"


def test_sides_that_vanish_by_cancellation_are_set_aside_and_no_chaos() -> None:
    singular = np.array([[1.1, 2.3, 1.1], [2.7, 0.3, 2.7], [0.9, 1.7, 0.9]]) @ np.diag([0.3, 0.7, 0.3])
    outcome = judge(FLOATS, lambda a: equal(np.linalg.det(a.T), np.linalg.det(a)), {"a": singular})
    assert outcome.status in ("passed", "vacuous")
    regular = singular + np.eye(3)
    assert judge(FLOATS, lambda a: equal(np.linalg.det(a.T), np.linalg.det(a)), {"a": regular}).status == "passed"
    assert judge(FLOATS, lambda a: equal(np.linalg.det(-a), np.linalg.det(a)), {"a": regular}).status == "failed"


def test_controls_do_not_judge_what_is_not_finite() -> None:
    outcome = judge(CONTROLS, lambda x: equal(x * 1e300, x), {"x": np.array([1e300])})
    assert (outcome.status, outcome.note) == ("undecided", "a side is not finite")


@pytest.mark.parametrize(("share", "says"), [(1.0, "passed"), (0.99, "failed"), (0.5, "failed")])
@given(seed=st.integers(0, 2**16))
def test_a_bound_that_is_another_in_balls_is_judged_by_what_floats_say(share: float, says: str, seed: int) -> None:
    def law(x: Any) -> Any:
        length = norm(x)
        return at_most(length, share * length if x.dtype.kind == "f" else length)

    assert judge(FLOATS, law, {"x": np.random.default_rng(seed).normal(size=3)}).status == says


@given(seed=st.integers(0, 2**16))
def test_a_claim_that_rounding_alone_makes_is_none(seed: int) -> None:
    def law(x: Any, y: Any) -> Any:
        product = dot(x, y)
        return at_most(1, norm(x) / product) if product > 0 else vacuous("no acute angle")

    x = np.random.default_rng(seed).normal(size=3)
    orthogonal = np.array([-x[1], x[0], 0.0])  # exactly so, though the rounded product may have either sign
    assert judge(FLOATS, law, {"x": x, "y": orthogonal}).status == "vacuous"
