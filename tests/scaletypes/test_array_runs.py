"""Typed runs on NumPy arrays do what plain runs from the same start do, and keep what became of the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from psitheory.layout import Layout, blocks, free
from psitheory.models.interface import Evaluation
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.optimizers.problem import units
from psitheory.scaletypes.optimizers.types import OptimizerTypes
from psitheory.scaletypes.pairs import CARRIED, FunctionRuns, PairRuns
from psitheory.scaletypes.pairs.entries import Entry
from psitheory.scaletypes.pairs.run import LATE, _entries, _Marking, _TypedModel
from psitheory.scaletypes.trace import Trace

LAYOUT = Layout(blocks("W", 2, 2), free("b", 1), blocks("v", 2))
START = np.array([1.0, 0.5, -0.75, 1.5, 0.625, 0.3, -1.1])
TARGET = np.array([0.3, -1.2, 0.7, 0.4, 0.0, 1.3, 0.2])


class Cosines:
    """The sum of the products of unit blocks with fixed vectors, and b²/2."""

    layout = LAYOUT
    minimum = -3.0

    def evaluate(self, w: Any, batch: Any = None) -> Evaluation:
        u = LAYOUT.units(w)
        along = LAYOUT.map(lambda c, z: c - np.sum(c * z, -1, keepdims=True) * z, lambda c, b: 0 * b, TARGET, u)
        gradient = LAYOUT.scale(1 / LAYOUT.norms(w), along) + np.where(TARGET == 0, w, 0)
        return Evaluation(float(TARGET @ np.where(TARGET == 0, 0, u)) + float(w[4]) ** 2 / 2, gradient)


MODEL = Cosines()


def plain(steps: int, rate: float, start: Any = START) -> Any:
    w = start.copy()
    for _ in range(steps):
        w = w - rate * MODEL.evaluate(w).gradient
    return w


def flat(record: Any) -> Any:
    return np.concatenate([w.ravel() for w in record.weights])


def descend(w: Any, gradient: Any, state: Any, *, rate: Any) -> Any:
    return w - rate * gradient, (state or 0) + 1


@pytest.mark.parametrize("steps", [1, 3, 7])
@pytest.mark.parametrize("kind", ["function", "pair"])
def test_a_typed_run_is_a_plain_run_of_so_many_steps(kind: str, steps: int) -> None:
    runs: Any = (
        FunctionRuns(model=MODEL, start=START, function=descend, constants={"rate": 0.375}, steps=2)
        if kind == "function"
        else PairRuns(model=MODEL, start=START, optimizer=GradientDescent(0.375), steps=2)
    )
    record = runs.of_length(steps).run()
    assert [w.shape for w in record.weights] == [(2, 2), (1,), (1, 2)]
    np.testing.assert_allclose(flat(record), plain(steps, 0.375), rtol=1e-14)
    turned = {"W": units(flat(record)[:4].reshape(2, 2)) - units(START[:4].reshape(2, 2))}
    np.testing.assert_allclose(record.motion["W"], np.linalg.norm(turned["W"], axis=1), rtol=1e-12)
    assert list(record.motion) == ["W", "v"]
    assert record.are_rows == (True, False, True)
    assert {e.what for e in record.trace.equations.found if e.kind is Kind.HARD} >= {"sum"}


def test_runs_of_many_entries_are_short() -> None:
    long = SimpleNamespace(layout=Layout(blocks("W", 2, CARRIED // 20)))
    runs = FunctionRuns(model=long, start=np.ones(CARRIED // 10), function=descend, steps=4)
    assert [runs.of_length(n).steps for n in (1, 7, 500)] == [1, 7, 10]
    wide = FunctionRuns(model=long, start=np.ones(CARRIED), function=descend, steps=4)
    assert wide.of_length(500).steps == 4


def rounded(w: Any, gradient: Any, state: Any, *, rate: Any) -> Any:
    return w - rate * gradient.astype(np.float32), None


@pytest.mark.parametrize("log", [False, True])
def test_casts_are_kept_where_that_is_asked_for(log: bool) -> None:
    runs = FunctionRuns(model=MODEL, start=START, function=rounded, constants={"rate": 0.375}, log=log)
    found = runs.of_length(1).run().log
    if not log:
        assert found is None
        return
    assert found is not None
    (step,) = found
    assert (step.name, step.least) == ("astype", np.finfo(np.float32).tiny)
    np.testing.assert_array_equal(step.values, MODEL.evaluate(START).gradient.astype(np.float32))


@pytest.mark.parametrize(
    "by", [4.0, (np.full((2, 2), 4.0), np.full(1, 7.0), np.full((1, 2), 0.5))], ids=["one", "each"]
)
def test_rows_begin_scaled_and_so_do_hyper_parameters_and_free_weights_do_not(by: Any) -> None:
    runs = FunctionRuns(
        model=MODEL, start=START, function=descend, constants={"rate": 0.375}, scale=by, factors={"rate": 2.0, "x": 8.0}
    )
    sizes = np.array([4.0, 4, 4, 4, 1, *([0.5] * 2 if isinstance(by, tuple) else [4.0] * 2)])
    record = runs.run()
    np.testing.assert_allclose(flat(record), plain(3, 0.75, sizes * START), rtol=1e-13)
    scaled = {
        record.trace.degrees.index(d): p
        for d, p in zip([*record.rows["W"], *record.rows["v"]], [2, 2, -1 if isinstance(by, tuple) else 2], strict=True)
    }
    (rate,) = record.trace.constants
    assert record.trace.scaled == scaled | {rate: 1.0}


def test_what_is_offered_is_the_layout_the_loss_draws_and_the_number_of_the_step() -> None:
    seen: list[Any] = []

    def step(w: Any, gradient: Any, *, layout: Any, loss: Any, rng: Any, t: int) -> Any:
        seen.append(
            (layout.m, float(loss.number), loss.number.degree, loss.number.fixed, float(rng.normal().number), t)
        )
        return w - 0.375 * gradient

    runs = FunctionRuns(model=MODEL, start=START, function=step, positional=2, offered=("layout", "loss", "rng", "t"))
    runs.run(seed=5)
    draws = np.random.default_rng(5)
    expected = [
        (3, pytest.approx(MODEL.evaluate(plain(t, 0.375)).loss, rel=1e-13), 0, False, draws.normal(), t)
        for t in range(3)
    ]
    assert seen == expected


@pytest.mark.parametrize(
    ("first", "steps", "count"), [(0, 3, 3), (5, 3, 6), (99, 3, 100), (10**9, 3, LATE), (10**9, 120, 120)]
)
def test_a_run_goes_on_until_something_has_moved(first: int, steps: int, count: int) -> None:
    called: list[int] = []

    def step(w: Any, gradient: Any, *, t: int) -> Any:
        called.append(t)
        return w - gradient if t >= first else w

    FunctionRuns(model=MODEL, start=START, function=step, positional=2, offered=("t",), steps=steps).run()
    assert called == list(range(count))


def test_a_state_is_handed_on_and_begins_with_nothing() -> None:
    states: list[Any] = []

    def step(w: Any, gradient: Any, state: Any) -> Any:
        states.append(state)
        return w - gradient, (state or 0) + 1

    FunctionRuns(model=MODEL, start=START, function=step).run()
    assert states == [None, 1, 2]


def test_a_typed_model_has_a_gradient_of_degree_minus_one_and_free_weights_of_degree_zero() -> None:
    trace = Trace()
    a, b = (int(trace.degrees.unknown(name)) for name in "ab")
    w = _entries(START, np.array([a, a, b, b, 0, a, a]), trace)
    model = _TypedModel(MODEL, trace)
    found, here = model.evaluate(w), MODEL.evaluate(START)
    assert (model.layout, model.minimum) == (LAYOUT, -3.0)
    assert (float(found.loss.number), found.loss.number.degree, found.loss.number.fixed) == (here.loss, 0, False)
    np.testing.assert_array_equal([float(e.number) for e in found.gradient], here.gradient)
    inverse = {d: int(trace.degrees.times(d, -1)) for d in (a, b)}
    degrees = [e.number.degree for e in found.gradient]
    assert degrees == [inverse[a]] * 2 + [inverse[b]] * 2 + [0] + [inverse[a]] * 2
    assert not any(e.number.fixed for e in found.gradient)
    assert not trace.equations.found
    model.evaluate(_entries(START, np.full(7, a), trace))
    assert [e.what for e in trace.equations.found] == ["free weights"]


@dataclass(frozen=True)
class Outer:
    method: Any
    decay: float
    count: int = 3
    name: str = "n"


def test_hyper_parameters_are_the_floats_that_are_not_zero_also_inside_of_others() -> None:
    trace, other = Trace(), Trace()
    marking = _Marking(trace, {"decay": 4.0}, MODEL, "typed")
    made = marking.of(Outer(PSIGradientDescent(0.375), 0.25))
    assert (made.count, made.name) == (3, "n")
    assert float(made.decay.number) == 1.0
    assert float(made.method.rate.number) == 0.375
    assert {c.name: c.value for c in trace.constants.values()} == {"rate": 0.375, "decay": 0.25}
    assert all(x.number.fixed for x in (made.decay, made.method.rate))
    own = SimpleNamespace(decay=0.25, zero=0.0, model=MODEL, whole=2)
    held = marking.of(own)
    assert (held.zero, held.model, held.whole, own.decay) == (0.0, "typed", 2, 0.25)
    assert (float(held.decay.number), held.decay.number.degree) == (1.0, made.decay.number.degree)
    schedule = marking.of(lambda t: 0.5 / (t + 1), "rate")
    assert [float(schedule(t).number) for t in (0, 1)] == [0.5, 0.25]
    assert schedule(0).number.degree == made.method.rate.number.degree
    assert isinstance(_Marking(other, {}).of(0.5, "x"), Entry)
    assert isinstance(made.decay.number, Number)
    assert _Marking(other, {}).of(MODEL, "x") is MODEL


def hard_lines(step: Any) -> bool:
    record = FunctionRuns(model=MODEL, start=START, function=step, positional=2, offered=("rng",)).run()
    assert not record.trace.equations.missing
    return bool(OptimizerTypes(record).law("class", "all weights").by(Kind.HARD))


def one_by_one(x: Any, constants: Any) -> Any:
    return np.array([one + constant for one, constant in zip(x, constants, strict=True)])


WAYS: tuple[Callable[[Any, Any], Any], ...] = (
    lambda x, constants: x + constants,
    lambda x, constants: constants + x,
    lambda x, constants: np.add(x, constants),
    lambda x, constants: np.subtract(x, -constants),
    lambda x, constants: np.add(constants, x),
    lambda x, constants: np.sum([x, constants], axis=0),
    one_by_one,
)
"""How code adds an array of its own."""


@pytest.mark.parametrize("add", WAYS)
@pytest.mark.parametrize("seed", range(5))
def test_an_array_of_the_code_that_is_added_is_an_eps_if_its_numbers_have_one_sign(
    seed: int, add: Callable[[Any, Any], Any]
) -> None:
    random = np.random.default_rng(seed)
    one_sign, both = random.uniform(1e-9, 1e-8, len(START)), random.uniform(1e-9, 1e-8, len(START))
    both[:: 2 + seed % 2] *= -1

    def divided_by(constants: Any) -> Any:
        return lambda w, g, rng: w - 0.125 * w * g / add(np.abs(g), constants)

    assert not hard_lines(divided_by(one_sign))
    assert hard_lines(divided_by(both))
    assert hard_lines(lambda w, g, rng: add(w - 0.125 * w * w * g, one_sign))
    assert hard_lines(lambda w, g, rng: w - 0.125 * w * np.sign(add(g, both)))
    assert not hard_lines(lambda w, g, rng: w - 0.125 * w * both)


def test_draws_are_no_constants_wherever_they_come_from() -> None:
    for draw in (
        lambda rng, n: rng.normal(size=n),
        lambda rng, n: np.random.normal(size=n),  # noqa: NPY002
        lambda rng, n: np.random.default_rng(3).uniform(1, 2, size=n),
    ):
        assert hard_lines(lambda w, g, rng, draw=draw: w * np.sign(g + 1e-6 * draw(rng, len(w))))
        assert not hard_lines(lambda w, g, rng, draw=draw: w * (1 + 0.1 * draw(rng, len(w))))
