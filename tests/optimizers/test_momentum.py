"""Momentum and decay, two steps written out in rationals; forms that are known to be the same."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers import GradientDescent, HeavyBall, Nesterov, PerBlock, PSIGradientDescent, PSIMomentum

LAYOUT = Layout.of([2, 2], 1)
ETA, BETA, MU, LAM = Fraction(1, 7), Fraction(3, 5), Fraction(1, 11), Fraction(2, 13)
vectors = st.lists(st.integers(-5, 5), min_size=5, max_size=5)
points = st.lists(st.integers(1, 5), min_size=5, max_size=5)


def squares(w: list[Fraction]) -> list[Fraction]:
    first, second = w[0] ** 2 + w[1] ** 2, w[2] ** 2 + w[3] ** 2
    return [first, first, second, second, Fraction(1)]


def on_blocks(decay: Fraction) -> list[Fraction]:
    return [decay] * 4 + [Fraction(0)]


def two_steps(method: Any, w: list[int], gradients: list[list[int]]) -> list[Fraction]:
    point = to_rationals(np.array(w, dtype=float))
    state = method.init(LAYOUT, point)
    for g in gradients:
        point, state = method.step(LAYOUT, point, Evaluation(None, to_rationals(np.array(g, dtype=float))), state)
    return [Fraction(int(x.p), int(x.q)) for x in point]


def written_out(w: list[int], gradients: list[list[int]], update: Any) -> list[Fraction]:
    """Apply ``update(x, g, r², m, λ, μ) -> (x, m)`` entry by entry."""
    point, buffer = [Fraction(x) for x in w], [Fraction(0)] * 5
    for g in gradients:
        columns = zip(point, g, squares(point), buffer, on_blocks(LAM), on_blocks(MU), strict=True)
        pairs = [update(*column) for column in columns]
        point, buffer = [x for x, _ in pairs], [m for _, m in pairs]
    return point


def gradient_descent(x: Any, g: Any, r2: Any, m: Any, lam: Any, mu: Any) -> Any:
    return (1 - ETA * lam) * x - ETA * (g + mu * x), m


def heavy_ball(x: Any, g: Any, r2: Any, m: Any, lam: Any, mu: Any) -> Any:
    m = BETA * m + g + mu * x
    return (1 - ETA * lam) * x - ETA * m, m


def nesterov(x: Any, g: Any, r2: Any, m: Any, lam: Any, mu: Any) -> Any:
    m = BETA * m + g + mu * x
    return (1 - ETA * lam) * x - ETA * (g + mu * x + BETA * m), m


def psi_descent(x: Any, g: Any, r2: Any, m: Any, lam: Any, mu: Any) -> Any:
    return (1 - ETA * lam) * x - ETA * r2 * g, m


def psi_tangent(x: Any, g: Any, r2: Any, m: Any, lam: Any, mu: Any) -> Any:
    m = BETA * m + r2 * g + mu * x
    return (1 - ETA * lam) * x - ETA * m, m


def psi_gradient(x: Any, g: Any, r2: Any, m: Any, lam: Any, mu: Any) -> Any:
    m = BETA * m + g
    return (1 - ETA * lam) * x - ETA * r2 * m, m


METHODS = [
    (GradientDescent(ETA, coupled_decay=MU, decay=LAM), gradient_descent),
    (HeavyBall(ETA, BETA, coupled_decay=MU, decay=LAM), heavy_ball),
    (Nesterov(ETA, BETA, coupled_decay=MU, decay=LAM), nesterov),
    (PSIGradientDescent(ETA, decay=LAM), psi_descent),
    (PSIMomentum(ETA, BETA, coupled_decay=MU, decay=LAM), psi_tangent),
    (PSIMomentum(ETA, BETA, units="gradient", decay=LAM), psi_gradient),
]


@pytest.mark.parametrize(("method", "update"), METHODS, ids=[update.__name__ for _, update in METHODS])
@given(w=points, first=vectors, second=vectors)
def test_two_steps_are_their_formula_exactly(
    method: Any, update: Any, w: list[int], first: list[int], second: list[int]
) -> None:
    assert two_steps(method, w, [first, second]) == written_out(w, [first, second], update)


def quadratic(w: np.ndarray) -> Evaluation:
    return Evaluation((w * w).sum(-1), 2 * w * np.arange(1, 6))


def run(method: Any, w: np.ndarray, steps: int) -> list[np.ndarray]:
    state, path = method.init(LAYOUT, w), [w]
    for _ in range(steps):
        w, state = method.step(LAYOUT, w, quadratic(w), state)
        path.append(w)
    return path


def test_heavy_ball_is_the_two_term_recursion() -> None:
    path = run(HeavyBall(0.02, 0.75), np.ones(5), 20)
    x, before = np.ones(5), np.ones(5)
    for found in path:
        np.testing.assert_allclose(found, x, rtol=0, atol=1e-14)
        x, before = x - 0.02 * quadratic(x).gradient + 0.75 * (x - before), x


def test_nesterov_is_the_original_form_seen_at_its_extrapolated_points() -> None:
    path = run(Nesterov(0.02, 0.75), np.ones(5), 20)
    x, before = np.ones(5), np.ones(5)
    for found in path:
        extrapolated = x + 0.75 * (x - before)
        np.testing.assert_allclose(found, extrapolated, rtol=0, atol=1e-14)
        x, before = extrapolated - 0.02 * quadratic(extrapolated).gradient, x


@pytest.mark.parametrize("plain", [GradientDescent(0.02), PSIGradientDescent(0.02)])
def test_no_momentum_is_plain_descent(plain: Any) -> None:
    psi = isinstance(plain, PSIGradientDescent)
    others = [PSIMomentum(0.02, 0.0), PSIMomentum(0.02, 0.0, units="gradient")] if psi else [HeavyBall(0.02, 0.0)]
    for other in others:
        for one, two in zip(run(plain, np.ones(5), 5), run(other, np.ones(5), 5), strict=True):
            np.testing.assert_array_equal(one, two)


def test_a_schedule_of_rates_reaches_momentum() -> None:
    path = run(HeavyBall(lambda t: 0.02 / (t + 1), 0.0), np.ones(5), 3)
    x = np.ones(5)
    for t, found in enumerate(path):
        np.testing.assert_allclose(found, x, rtol=1e-14)
        x = x - 0.02 / (t + 1) * quadratic(x).gradient


@pytest.mark.parametrize("lead", [(), (3,)])
def test_rates_and_decays_may_differ_from_block_to_block(lead: tuple[int, ...]) -> None:
    w, g = np.full((*lead, 5), 2.0), np.ones((*lead, 5))
    method = GradientDescent(
        PerBlock(np.array([0.25, 0.5]), 1.0),
        decay=PerBlock(np.array([0.0, 0.5]), 0.125),
        coupled_decay=PerBlock(1.0, 0),
    )
    found, _ = method.step(LAYOUT, w, Evaluation(None, g), ())
    # (1 - ηλ)w - η(g + μw) with η = 1/4, 1/2, 1; λ = 0, 1/2, 1/8; μ = 1, 1, 0
    expected = [2 - 0.75, 2 - 0.75, 0.75 * 2 - 1.5, 0.75 * 2 - 1.5, 0.875 * 2 - 1]
    np.testing.assert_array_equal(found, np.broadcast_to(expected, found.shape))
    single, _ = method.step(LAYOUT, w.astype(np.float32), Evaluation(None, g.astype(np.float32)), ())
    assert single.dtype == np.float32


def test_the_free_part_does_not_decay_unless_asked_to() -> None:
    w, none = np.ones(5), Evaluation(None, np.zeros(5))
    shrunk, _ = PSIGradientDescent(0.5, decay=0.5).step(LAYOUT, w, none, ())
    np.testing.assert_array_equal(shrunk, [0.75] * 4 + [1])
    shrunk, _ = PSIGradientDescent(0.5, decay=PerBlock(0.5, 0.25)).step(LAYOUT, w, none, ())
    np.testing.assert_array_equal(shrunk, [0.75] * 4 + [0.875])


@pytest.mark.parametrize(
    ("make", "error", "says"),
    [
        (lambda: HeavyBall(0.1, 1.0), ArgumentError, "momentum is 1.0; a number of at least 0 and less than 1"),
        (lambda: Nesterov(0.1, -0.1), ArgumentError, "momentum is -0.1"),
        (lambda: HeavyBall(0.0, 0.5), ArgumentError, r"rate is 0\.0"),
        (lambda: GradientDescent(0.1, decay=-1.0), ArgumentError, "decay is -1.0; zero or a positive number"),
        (lambda: GradientDescent(0.1, coupled_decay="l2"), ArgumentTypeError, "coupled_decay is 'l2'"),
        (lambda: GradientDescent(PerBlock(0.1, 0.0)), ArgumentError, r"rate\.free is 0\.0"),
        (lambda: PSIMomentum(0.1, 0.5, units="metres"), ArgumentError, "units is 'metres'"),
        (
            lambda: PSIMomentum(0.1, 0.5, units="gradient", coupled_decay=0.1),
            ArgumentError,
            "coupled_decay is 0.1; gradient units need it to be 0",
        ),
    ],
)
def test_bad_input_is_named(make: Any, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        make()
