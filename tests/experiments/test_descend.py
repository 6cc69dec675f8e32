"""The loop against loops written out, in every arithmetic, and runs that break."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

from psitheory.arithmetic import SymbolTable, dot, namespace, to_balls, to_floats, to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError, DeadNeuron, NotInArithmetic
from psitheory.experiments import descend, iterate, log_spaced, riemannian_square
from psitheory.layout import Layout
from psitheory.models import Rayleigh
from psitheory.models.interface import Evaluation
from psitheory.optimizers import GradientDescent, PSIGradientDescent


@dataclass(frozen=True, eq=False)
class Valley:
    """f = (q_1 x_1² + q_2 x_2²)/(x_1² + x_2²) + v²/2: a block, a free number, rational."""

    q: Any
    layout = Layout.of([2], 1)
    dead_below: float | None = None

    def evaluate(self, w: Any, batch: Any = None) -> Evaluation:
        x, v = w[..., :2], w[..., 2:]
        if self.dead_below is not None and np.any(v < self.dead_below):
            raise DeadNeuron("v is dead")
        square = dot(x, x, keepdims=True)
        f = dot(self.q * x, x, keepdims=True) / square
        gradient = 2 * x * (self.q - f) / square
        return Evaluation((f + v * v / 2)[..., 0], namespace(w).concat([gradient, v], axis=-1))

    def hessian_vector(self, w: Any, x: Any) -> Any:
        raise AssertionError("not needed")


@dataclass(frozen=True, eq=False)
class Mean:
    """f = mean over the batch of (v - x_k)²/2, all free."""

    data: np.ndarray
    layout = Layout.of([], 1)

    @property
    def samples(self) -> int:
        return len(self.data)

    def evaluate(self, w: Any, batch: Any = None) -> Evaluation:
        x = self.data if batch is None else self.data[batch]
        return Evaluation(np.mean((w - x) ** 2, axis=-1) / 2, w - np.mean(x, axis=-1)[..., None])

    def hessian_vector(self, w: Any, x: Any) -> Any:
        return x


VALLEY = Valley(np.array([1.0, 3.0]))
STARTS = np.array([[3.0, 1.0, 2.0], [0.5, -0.25, 1.0], [1.0, 2.0, -4.0]])


def test_records_what_a_plain_loop_computes() -> None:
    found = descend(VALLEY, PSIGradientDescent(0.125), STARTS, 7, record=[0, 1, 4, 7], keep_points=True)
    w, squares, points = STARTS, [], [STARTS]
    for _ in range(8):
        e = VALLEY.evaluate(w)
        r2 = np.sum(w[:, :2] ** 2, axis=1)
        squares.append(r2 * np.sum(e.gradient[:, :2] ** 2, axis=1) + e.gradient[:, 2] ** 2)
        w = w - 0.125 * np.concatenate([r2[:, None] * e.gradient[:, :2], e.gradient[:, 2:]], axis=1)
        points.append(w)
    for row, t in enumerate([0, 1, 4, 7]):
        np.testing.assert_allclose(found.points[row], points[t], rtol=1e-13)
        np.testing.assert_allclose(found.loss[row], VALLEY.evaluate(points[t]).loss, rtol=1e-13)
        np.testing.assert_allclose(found.squared_gradient[row], squares[t], rtol=1e-12)
        np.testing.assert_allclose(found.sum_squared_gradient[row], np.sum(squares[:t], axis=0), rtol=1e-12)
        lowest = np.min(squares[:t], axis=0) if t else np.full(3, np.inf)
        np.testing.assert_allclose(found.min_squared_gradient[row], lowest, rtol=1e-12)
        np.testing.assert_allclose(found.norms[row, :, 0], np.hypot(*points[t][:, :2].T), rtol=1e-13)
    np.testing.assert_array_equal(found.final, found.points[-1])
    assert (found.broken_at == -1).all()


@pytest.mark.parametrize("starts", [STARTS[0], STARTS, np.stack([STARTS, 2 * STARTS])])
def test_an_ensemble_is_its_runs_side_by_side(starts: np.ndarray) -> None:
    whole = descend(VALLEY, PSIGradientDescent(0.125), starts, 5, record=range(6), keep_points=True)
    assert whole.loss.shape == (6, *starts.shape[:-1])
    assert whole.norms.shape == (6, *starts.shape[:-1], 1)
    for index in np.ndindex(starts.shape[:-1]):
        alone = descend(VALLEY, PSIGradientDescent(0.125), starts[index], 5, record=range(6), keep_points=True)
        for name in ("loss", "squared_gradient", "sum_squared_gradient", "min_squared_gradient", "norms", "points"):
            np.testing.assert_array_equal(getattr(whole, name)[(slice(None), *index)], getattr(alone, name))


def test_exact_arithmetics_follow_the_floats() -> None:
    floats = descend(VALLEY, PSIGradientDescent(0.125), STARTS, 3, record=[0, 2, 3])
    exact = descend(to_rationals(VALLEY), PSIGradientDescent(fmpq(1, 8)), to_rationals(STARTS), 3, record=[0, 2, 3])
    balls = descend(to_balls(VALLEY), PSIGradientDescent(0.125), to_balls(STARTS), 3, record=[0, 2, 3])
    assert exact.norms is None
    assert exact.min_squared_gradient[0, 0] is None
    for name in ("loss", "squared_gradient", "sum_squared_gradient"):
        for other in (exact, balls):
            np.testing.assert_allclose(to_floats(getattr(other, name)), getattr(floats, name), rtol=1e-12)
    np.testing.assert_allclose(to_floats(exact.min_squared_gradient[1:]), floats.min_squared_gradient[1:], rtol=1e-12)
    np.testing.assert_allclose(to_floats(balls.norms), floats.norms, rtol=1e-12)
    assert all(b.overlaps(arb(x)) for b, x in zip(balls.loss.flat, exact.loss.flat, strict=True))


def test_ratios_that_grow_without_end_are_refused_and_few_steps_of_them_are_exact() -> None:
    model, start = to_rationals(Rayleigh(np.diag([1.0, 2.0, 5.0]))), to_rationals(np.array([1.0, 2.0, 3.0]))
    few = descend(model, PSIGradientDescent(fmpq(1, 8)), start, 6, record=[6])
    assert max(x.height_bits() for x in few.final) > 3**6
    with pytest.raises(NotInArithmetic, match="after 1. steps the ratios of a run have"):
        descend(model, PSIGradientDescent(fmpq(1, 8)), start, 80)


def test_runs_on_symbols() -> None:
    table = SymbolTable()

    def inputs() -> tuple[Any, Any, Any]:
        x, y, v, a = (table.positive(name) for name in "xyva")
        return np.array([x, y, v], dtype=object), np.array([a, 2 * a], dtype=object), a

    inputs()
    table.close()
    w, q, a = inputs()
    found = descend(Valley(q), PSIGradientDescent(Fraction(1, 2)), w, 1, record=[0, 1])
    x, y, v = w
    g = x * y * a / (x * x + y * y)
    assert found.squared_gradient[0] == 4 * g * g + v * v
    assert found.sum_squared_gradient[1] == found.squared_gradient[0]
    assert found.min_squared_gradient is None


def test_a_run_that_overflows_reads_nan_and_never_zero() -> None:
    starts = np.array([[3.0, 1.0, 2.0], [3.0, 1.0, 1e200], [1e150, 1e150, 1.0]])
    found = descend(VALLEY, GradientDescent(np.array([0.1, 1e200, 0.1])), starts, 6, record=range(7), keep_points=True)
    broken = found.broken_at
    assert broken[0] == -1
    assert broken[1] >= 0
    for k in range(3):
        end = 7 if broken[k] < 0 else broken[k]
        for column in (found.loss, found.squared_gradient, found.sum_squared_gradient, found.norms, found.points):
            assert np.isfinite(column[:end, k]).all()
            assert np.isnan(column[end:, k]).all()
    assert np.isnan(found.final[1]).all()
    sound = descend(VALLEY, GradientDescent(0.1), starts[0], 6, record=range(7))
    np.testing.assert_array_equal(found.loss[:, 0], sound.loss)


def test_an_infinite_free_weight_breaks_even_a_bounded_loss() -> None:
    class Bounded(Mean):
        def evaluate(self, w: Any, batch: Any = None) -> Evaluation:
            return Evaluation(np.tanh(w[..., 0]), np.where(np.isinf(w), 0.0, -1e150))

    found = descend(Bounded(np.zeros(1)), GradientDescent(1e200), np.array([[1.0]]), 3, record=range(4))
    assert found.broken_at == [1]
    assert np.isnan(found.squared_gradient[1:]).all()


def test_a_dead_neuron_breaks_its_own_run_only() -> None:
    model = Valley(np.array([1.0, 3.0]), dead_below=0.6)
    found = descend(model, PSIGradientDescent(0.125), np.abs(STARTS), 9, record=range(10))
    # v shrinks by 7/8 a step: from 2, 1 and 4 it falls below 0.6 after 10, 4 and 15 steps
    np.testing.assert_array_equal(found.broken_at, [-1, 4, -1])
    alone = descend(model, PSIGradientDescent(0.125), np.abs(STARTS[2]), 9, record=range(10))
    np.testing.assert_array_equal(found.loss[:, 2], alone.loss)
    all_dead = descend(model, PSIGradientDescent(0.125), np.abs(STARTS), 30, record=[30])
    assert np.isnan(all_dead.loss).all()
    with pytest.raises(DeadNeuron):
        descend(model, PSIGradientDescent(0.125), STARTS, 1)


def test_a_ball_that_blows_up_is_broken() -> None:
    wide = to_balls(STARTS[0])
    wide[0] = wide[0] + 100 * (to_balls(np.array([1.0]))[0] - 1).union(to_balls(np.array([1.0]))[0])
    wide[0] = wide[0].union(-wide[0])
    wide[1] = wide[1].union(-wide[1])
    found = descend(to_balls(VALLEY), PSIGradientDescent(0.125), wide, 2, record=[0, 1, 2])
    assert found.broken_at == 0
    assert all(x.is_nan() for x in found.loss)


@pytest.mark.parametrize("sampling", ["shared", "independent"])
def test_mini_batches_come_from_the_generator(sampling: Any) -> None:
    model = Mean(np.arange(10.0))
    options = {"record": range(6), "batch_size": 3, "sampling": sampling, "keep_points": True}
    starts = np.zeros((4, 1))
    runs = [
        descend(model, GradientDescent(0.5), starts, 5, rng=np.random.default_rng(seed), **options)
        for seed in (1, 1, 2)
    ]
    np.testing.assert_array_equal(runs[0].points, runs[1].points)
    assert not np.array_equal(runs[0].points, runs[2].points)
    same = (runs[0].points == runs[0].points[:, :1]).all()
    assert same == (sampling == "shared")
    # recorded is the whole loss, not the mini-batch's
    np.testing.assert_allclose(runs[0].loss, model.evaluate(runs[0].points).loss, rtol=1e-14)
    assert runs[0].sum_squared_gradient is None


@pytest.mark.parametrize("norm", [1e-300, 1e-200, 1.0, 1e200, 1e300])
def test_the_square_neither_over_nor_underflows(norm: float) -> None:
    layout = Layout.of([2, 2], 1)
    w = np.array([3 * norm, 4 * norm, 1.0, 0.0, 5.0])
    g = np.array([1.0 / norm, 0.0, 0.0, 2.0, 3.0])
    np.testing.assert_allclose(riemannian_square(layout, w, g), 25 + 4 + 9, rtol=1e-14)


def test_float32_stays_float32() -> None:
    model = Valley(np.array([1, 3], dtype=np.float32))
    found = descend(model, PSIGradientDescent(np.float64(0.125)), STARTS.astype(np.float32), 2)
    assert found.loss.dtype == found.final.dtype == found.norms.dtype == np.float32


@pytest.mark.parametrize(("count", "steps"), [(2, 1), (5, 3), (200, 10_000), (10, 0), (7, 1000)])
def test_log_spaced_times_begin_at_zero_and_end_at_the_last(count: int, steps: int) -> None:
    times = log_spaced(count)(steps)
    assert times[0] == 0
    assert times[-1] == steps
    assert (np.diff(times) > 0).all()
    assert len(times) <= count + 1


def test_iterate_yields_states_without_end() -> None:
    rates = iterate(VALLEY, PSIGradientDescent(lambda t: 1 / (t + 8)), STARTS)
    for expected in range(5):
        t, w, evaluation, state = next(rates)
        assert (t, state) == (expected, expected)
        np.testing.assert_array_equal(evaluation.loss, VALLEY.evaluate(w).loss)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"steps": -1}, ArgumentError, "steps is -1; an integer of at least 0"),
        ({"steps": 2.5}, ArgumentError, "steps is 2.5"),
        ({"record": [9]}, ArgumentError, "between 0 and 4"),
        ({"record": []}, ArgumentError, "at least one time"),
        ({"record": [0.5]}, ArgumentTypeError, "a sequence of integers"),
        ({"starts": np.zeros(3)}, ArgumentError, "zero in w1"),
        ({"starts": np.ones(4)}, ArgumentError, "last axis must be 3"),
        ({"batch_size": 2}, ArgumentError, "Valley has no samples"),
        ({"sampling": "own"}, ArgumentError, "'shared' or 'independent'"),
    ],
)
def test_bad_input_is_named(change: dict[str, Any], error: type[Exception], says: str) -> None:
    arguments: dict[str, Any] = {"starts": STARTS, "steps": 4, **change}
    with pytest.raises(error, match=says):
        descend(VALLEY, GradientDescent(0.1), **arguments)


def test_mini_batches_need_a_generator_and_enough_samples() -> None:
    model = Mean(np.arange(3.0))
    with pytest.raises(ArgumentTypeError, match=r"numpy\.random\.Generator"):
        descend(model, GradientDescent(0.1), np.zeros((1, 1)), 1, batch_size=2)
    with pytest.raises(ArgumentError, match="from 1 to the 3 samples"):
        descend(model, GradientDescent(0.1), np.zeros((1, 1)), 1, batch_size=4, rng=np.random.default_rng(0))
    with pytest.raises(ArgumentError, match="count is 1"):
        log_spaced(1)


@pytest.mark.parametrize(
    ("model", "optimizer", "sentence"),
    [
        ("rayleigh", GradientDescent(0.1), "model is 'rayleigh'; an object with a layout and evaluate"),
        (Rayleigh(np.eye(2)), GradientDescent, "optimizer is <class .*; an instance with init and step is needed"),
        (Rayleigh(np.eye(2)), "gd", "optimizer is 'gd'; an instance with init and step is needed"),
    ],
)
def test_what_is_no_model_or_no_optimizer_is_named(model, optimizer, sentence):
    with pytest.raises(ArgumentTypeError, match=sentence):
        iterate(model, optimizer, np.ones(2))
    with pytest.raises(ArgumentTypeError, match=sentence):
        descend(model, optimizer, np.ones(2), steps=1)


def test_rates_of_another_ensemble_are_named():
    with pytest.raises(ArgumentError, match=r"has the shape \(3,\); that of the ensemble, \(2,\), is needed"):
        descend(Rayleigh(np.eye(2)), GradientDescent(np.full(3, 0.1)), np.ones((2, 2)), steps=1)


def test_what_the_model_hands_on_changes_no_bit():
    rng = np.random.default_rng(5)
    a = rng.normal(size=(6, 6))
    model, w = Rayleigh(a + a.T), rng.normal(size=(7, 6))

    class Silent:
        layout = model.layout

        def evaluate(self, w, batch=None):
            return Evaluation(*(getattr(model.evaluate(w), name) for name in ("loss", "gradient")))

    assert model.evaluate(w).squared_norms is not None
    told, silent = (descend(m, PSIGradientDescent(0.01), w, 30) for m in (model, Silent()))
    for name in ("loss", "squared_gradient", "sum_squared_gradient", "min_squared_gradient", "norms", "final"):
        assert np.array_equal(getattr(told, name), getattr(silent, name)), name


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"rng": 3}, r"^rng is 3; a numpy.random.Generator is needed$"),
        ({"rng": "x"}, r"^rng is 'x'; a numpy.random.Generator is needed$"),
        ({"model": Rayleigh}, r"^model is .*; an object with a layout and evaluate\(w\) is needed$"),
    ],
)
def test_what_is_no_generator_and_no_model_is_refused(given, sentence):
    options = {"model": Rayleigh(np.diag([1.0, 2.0])), "rng": None} | given
    with pytest.raises(ArgumentTypeError, match=sentence):
        descend(options["model"], GradientDescent(0.1), np.ones(2), steps=1, rng=options["rng"])
