"""Whatever is no rate, decay, factor, flag or choice is refused in a sentence that names the argument."""

from __future__ import annotations

import dataclasses
import inspect
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import psitheory.optimizers as methods
from psitheory.arithmetic.balls import BALLS
from psitheory.arithmetic.rationals import RATIONALS
from psitheory.errors import PsitheoryError
from psitheory.models import Rayleigh
from psitheory.optimizers.checks import check_factor

NAN = float("nan")
NEVER = ["x", 1j, NAN, float("inf"), [0.1], np.array([0.1, NAN]), np.array(["a"]), lambda a, b: 0.1, object, {}]
"""What no argument may be; a list is refused, since only arrays say what they broadcast to."""
NO_NUMBER = (True, None)
GIVEN: dict[str, Any] = {
    "model": Rayleigh(np.diag([1.0, 2.0, 3.0])),
    "inner": methods.GradientDescent(0.1),
    "method": methods.GradientDescent(0.1),
}
OPTIONAL = {"threshold", "norms", "preconditioner"}
CLASSES = [
    kind
    for name in methods.__all__
    if inspect.isclass(kind := getattr(methods, name)) and dataclasses.is_dataclass(kind) and hasattr(kind, "step")
]
assert len(CLASSES) > 25


def fields(kind: Any) -> list[str]:
    return [f.name for f in dataclasses.fields(kind) if f.init]


def given(kind: Any) -> dict[str, Any]:
    needed = [f for f in dataclasses.fields(kind) if f.init and f.default is f.default_factory is dataclasses.MISSING]
    return {f.name: GIVEN.get(f.name, 0.1) for f in needed}


@pytest.mark.parametrize(
    ("kind", "name"),
    [(kind, name) for kind in CLASSES for name in fields(kind)],
    ids=lambda x: getattr(x, "__name__", x),
)
def test_what_an_argument_cannot_be_is_refused(kind: Any, name: str) -> None:
    kind(**given(kind))
    own = next(f for f in dataclasses.fields(kind) if f.name == name)
    allowed = (None,) if name in OPTIONAL else ()
    wrong = NEVER + [x for x in NO_NUMBER if not isinstance(own.default, bool) and x not in allowed]
    for value in wrong:
        with pytest.raises(PsitheoryError, match=name) as caught:
            kind(**{**given(kind), name: value})
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["rate", "decay", "momentum"])
def test_what_an_argument_of_decay_as_a_schedule_cannot_be_is_refused(name: str) -> None:
    right = {"rate": 0.1, "decay": 0.1, "momentum": 0.25}
    methods.decay_as_schedule(**right)
    for value in (*NEVER, *NO_NUMBER, -0.1):
        with pytest.raises(PsitheoryError, match=f"^{name}"):
            methods.decay_as_schedule(**{**right, name: value})


def test_a_schedule_takes_one_step_count() -> None:
    for schedule in (lambda t: 0.1, lambda t, power=1: 0.1, lambda *t: 0.1, np.exp):
        methods.GradientDescent(schedule)
    with pytest.raises(PsitheoryError, match=r"takes \(\); a function of one step count is needed"):
        methods.PSIGradientDescent(lambda: 0.1)


def test_a_schedule_says_which_step_went_wrong() -> None:
    model = GIVEN["model"]
    w = np.array([1.0, 2.0, 3.0])
    method = methods.GradientDescent(lambda t: 0.1 if t == 0 else NAN)
    _, state = method.step(model.layout, w, model.evaluate(w), method.init(model.layout, w))
    with pytest.raises(PsitheoryError, match=r"rate\(1\) is nan"):
        method.step(model.layout, w, model.evaluate(w), state)


@pytest.mark.parametrize("value", [1, 1.0, 1.5, Fraction(1), Fraction(3, 2), RATIONALS.element(1), BALLS.element(1.5)])
def test_a_factor_is_less_than_one_in_every_arithmetic(value: Any) -> None:
    with pytest.raises(PsitheoryError, match="^beta is .*; a number of at least 0 and less than 1 is needed$"):
        check_factor(value, "beta")


@pytest.mark.parametrize("value", [0, 0.0, 0.999, Fraction(9, 10), RATIONALS.element(0), BALLS.element(0.5)])
def test_a_factor_may_be_anything_below_one(value: Any) -> None:
    check_factor(value, "beta")
