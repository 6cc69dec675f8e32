"""Every form in which a method may be handed over, and what is said of bad input."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName
from psitheory.layout import Layout, free
from psitheory.models import Rayleigh
from psitheory.optimizers import (
    GradientDescent,
    PSIGradientDescent,
)

NEURON = "runs_commute_with_rescaling_of_each_neuron"
EXPONENT = "the_rate_has_a_scaling_exponent"


def gd_pair(rate: float) -> Any:
    return (lambda params: None), (lambda g, state: ({name: -rate * x for name, x in g.items()}, state))


def own_run(start: np.ndarray, steps: int, seed: int, rate: float = 0.1) -> Any:
    model, w = Rayleigh(np.diag([1.0, 2.0, 5.0])), start
    for _ in range(steps + 1):
        yield w
        w = w - rate * model.evaluate(w).gradient


class WithARateOfAnyName:
    def __init__(self, **rate: float) -> None:
        vars(self).update(rate)

    def init(self, layout: Layout, w: Any) -> Any:
        return ()

    def step(self, layout: Layout, w: Any, evaluation: Any, state: Any) -> Any:
        (rate,) = vars(self).values()
        return w - rate * evaluation.gradient, state


@pytest.mark.parametrize(
    ("opt", "options"),
    [
        (GradientDescent(0.1), {}),
        (WithARateOfAnyName(lr=0.1), {}),
        (WithARateOfAnyName(step_size=0.1), {}),
        (GradientDescent, {"opt": lambda rate: GradientDescent(rate), "rate": 0.1}),
        (lambda w, g, rate: w - rate * g, {"rate": 0.1}),
        (lambda w, g, state, lr=0.1: (w - lr * g, state), {}),
        (gd_pair(0.1), {}),
        (gd_pair, {"rate": 0.1}),
        (own_run, {"model": Rayleigh(np.diag([1.0, 2.0, 5.0]))}),
        (own_run, {"model": Rayleigh(np.diag([1.0, 2.0, 5.0])), "rate": 0.2, "start": [1.0, 2.0, 3.0]}),
    ],
)
def test_gradient_descent_in_every_form_has_the_exponent_two(opt: Any, options: dict[str, Any]) -> None:
    opt = options.pop("opt", opt)
    report = check_optimizer(opt, only=[NEURON, EXPONENT], steps=10, **options)
    assert report.properties["exponent"] == 2
    assert report.finding(NEURON).verdict is Verdict.REFUTED


# -- bad input ------------------------------------------------------------------------------------


class NotQuite:
    def init(self, layout: Layout, w: Any) -> Any:
        return ()

    def step(self, w: Any) -> Any:
        return w


class AllFree:
    layout = Layout(free("v", 3))


PLAIN = PSIGradientDescent(0.1)


@pytest.mark.parametrize(
    ("opt", "options", "error", "says"),
    [
        (3, {}, ArgumentTypeError, r"^opt is 3; an object with init and step, .* is needed$"),
        (PSIGradientDescent, {}, ArgumentTypeError, "^opt is the class PSIGradientDescent; an instance"),
        (lambda a, b, c, d: a, {}, ArgumentTypeError, r"^opt takes \(a, b, c, d\); "),
        (NotQuite(), {}, ArgumentTypeError, r"step takes \(w\); it must take \(layout, w, evaluation, state\)"),
        ((lambda p: (), lambda g: g), {}, ArgumentTypeError, r"update takes \(g\); it must take \(gradients, state\)"),
        ((lambda p: (), lambda g, s: ({}, s)), {}, ArgumentTypeError, "^update of tuple returned .* are needed$"),
        (lambda w, g: w[:3], {}, ArgumentError, r"returned weights of the shape \(3,\); the shape \(51,\) is needed$"),
        (lambda w, g: "w", {}, ArgumentTypeError, r"returned 'w'; weights of the shape \(51,\) are needed$"),
        (lambda w, g, t: (w - g, g), {}, ArgumentTypeError, "a pair .* third parameter is 't', .* state, is needed$"),
        (lambda w, g, rate: w, {}, ArgumentError, "^rate is None, but .* takes rate without a default"),
        (lambda w, g: w, {"rate": 0.1}, ArgumentError, "^rate is 0.1, but .* takes no rate"),
        (lambda w, g, rate: w, {"rate": -0.1}, ArgumentError, "^rate is -0.1; a positive number is needed$"),
        (gd_pair, {}, ArgumentError, "^rate is None, but gd_pair is a function of the rate"),
        (own_run, {}, ArgumentError, "^model is None; a run of your own needs model="),
        (lambda start, steps, seed: iter([start]), {"model": Rayleigh(np.eye(3))}, ArgumentError, "yielded 1 po"),
        (PLAIN, {"model": 3}, ArgumentError, "^model is 3; something with a layout is needed$"),
        (PLAIN, {"model": AllFree()}, ArgumentError, "at least one scale-invariant block is needed$"),
        (PLAIN, {"model": Rayleigh(np.eye(2)), "start": [1.0, np.inf]}, ArgumentError, "^start is not finite in w1"),
        (PLAIN, {"model": Rayleigh(np.eye(2)), "start": [0.0, 0.0]}, ArgumentError, "^start is zero in w1"),
        (PLAIN, {"seed": -1}, ArgumentTypeError, "^seed is -1; "),
        (PLAIN, {"steps": 0}, ArgumentError, "^steps is 0; "),
        (PLAIN, {"dtype": "float16"}, ArgumentError, "^dtype is 'float16'; float64 or float32 is needed$"),
        (PLAIN, {"only": "no_law"}, UnknownName, "^only names the law 'no_law'; there are "),
        (PLAIN, {"only": []}, ArgumentError, "^only is empty; "),
        (PLAIN, {"only": NEURON, "steps": 3, "expected": {"no_law": "?"}}, UnknownName, "^expected names the law"),
    ],
)  # fmt: skip
def test_bad_input_is_named(opt: Any, options: dict[str, Any], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        check_optimizer(opt, **options)


def test_the_number_of_steps_may_stand_where_a_state_does() -> None:
    report = check_optimizer(lambda w, g, t: w - g / (1 + t), only=NEURON, steps=3)
    assert report.verdict is Verdict.REFUTED


def test_a_function_without_parameters_makes_a_method() -> None:
    assert check_optimizer(lambda: GradientDescent(0.1), only=EXPONENT, steps=10).properties["exponent"] == 2


@pytest.mark.parametrize("power", [0, 2])
def test_a_step_may_change_the_weights_in_place(power: int) -> None:
    class InPlace:
        def init(self, layout: Any, w: Any) -> tuple[()]:
            return ()

        def step(self, layout: Any, w: Any, evaluation: Any, state: Any) -> Any:
            w -= 0.05 * layout.expand(layout.norms(w) ** power) * evaluation.gradient
            return w, state

    properties = check_optimizer(InPlace()).properties
    assert properties["start"] == "as given"
    assert properties["full"] == ("each neuron" if power else "none")


def test_an_exponent_of_blocks_alone_is_said_to_be_that() -> None:
    class ByAllNorms:
        def init(self, layout: Any, w: Any) -> tuple[()]:
            return ()

        def step(self, layout: Any, w: Any, evaluation: Any, state: Any) -> Any:
            return w - 0.02 * np.mean(layout.norms(w)) ** 2 * evaluation.gradient, state

    report = check_optimizer(ByAllNorms())
    assert (report.properties["class"], report.properties["exponent"]) == ("none", 0)
    assert any("that of blocks alone" in note for note in report.notes)
