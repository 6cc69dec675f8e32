"""Every method takes the steps of its published formula, block by block, at options that are drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import psitheory.optimizers as methods
from psitheory.layout import Layout, blocks
from psitheory.models.interface import Evaluation
from tests.optimizers import formulas

LAYOUT = Layout.of([2, 3], 2)
SLICES = (slice(0, 2), slice(2, 5), slice(5, 7))
CURVATURE = np.arange(1.0, 8.0)

WHOLE = {"coupled_decay": (0.25, 0.5), "decay": (0.25, 0.5)}
"""Options are numbers between two ends, or one of a list."""
DIVIDED = WHOLE | {"eps": (0.25, 0.5), "eps_inside": (0.25, 0.5)}
BETAS = {"beta1": (0.5, 0.75), "beta2": (0.75, 0.9)}
ON_LINES = {"threshold": [0.5, 100.0, None]}
PROJECTED = {"decay": (0.25, 0.5), "delta": [0.0, 0.75, 9.0], "decay_ratio": (0.25, 0.5), "eps": (0.25, 0.5)}
PROJECTED |= {"nesterov": [False, True]}
MOMENTUM = {"momentum": (0.5, 0.75)}
FLAG = [False, True]


def of_a_ball(kind: Any) -> Callable[..., Any]:
    """Return what makes a method around momentum."""
    return lambda eta, momentum, **options: kind(methods.HeavyBall(eta, momentum), **options)


CASES: dict[str, tuple[Callable[..., Any], Any, dict[str, Any]]] = {
    "gd": (methods.GradientDescent, formulas.gradient_descent, WHOLE),
    "heavy ball": (methods.HeavyBall, formulas.heavy_ball, WHOLE | MOMENTUM),
    "nesterov": (methods.Nesterov, formulas.nesterov, WHOLE | MOMENTUM),
    "psi": (methods.PSIGradientDescent, formulas.psi_gradient_descent, {"decay": (0.25, 0.5)}),
    "psi tangent": (methods.PSIMomentum, formulas.psi_momentum, WHOLE | MOMENTUM | {"units": ["tangent"]}),
    "psi gradient": (
        methods.PSIMomentum, formulas.psi_momentum, MOMENTUM | {"decay": (0.25, 0.5), "units": ["gradient"]},
    ),
    "rmsprop": (methods.RMSprop, formulas.rmsprop, DIVIDED | {"beta": (0.5, 0.75)}),
    "adagrad": (methods.Adagrad, formulas.adagrad, DIVIDED),
    "adam": (methods.Adam, formulas.adam, DIVIDED | BETAS | {"roots": [1, 2]}),
    "sgdp": (methods.SGDP, formulas.sgdp, PROJECTED | MOMENTUM | {"dampening": (0.25, 0.5)}),
    "adamp": (methods.AdamP, formulas.adamp, PROJECTED | BETAS),
    "adam-srt": (
        methods.AdamSRT, formulas.adam_srt,
        BETAS | {"coupled_decay": (0.25, 0.5), "eps": (0.25, 0.5), "rescale": FLAG, "transport": FLAG},
    ),
    "sgd-mrt": (
        methods.SGDMRT, formulas.sgd_mrt, MOMENTUM | {"dampening": (0.25, 0.5), "coupled_decay": (0.25, 0.5)},
    ),
    "adam-g*": (
        methods.AdamGStar, formulas.adam_g_star,
        {"beta": (0.5, 0.75), "start": (2.0, 4.0), "divides_by": ["old", "new"]},
    ),
    "sgd-g": (methods.SGDG, formulas.sgd_g, MOMENTUM | ON_LINES),
    "adam-g": (methods.AdamG, formulas.adam_g, BETAS | ON_LINES | {"eps": (0.25, 0.5)}),
    "projected": (methods.ProjectedDescent, formulas.projected_descent, {}),
    "lars": (methods.LARS, formulas.lars, {}),
    "lion": (methods.Lion, formulas.lion, BETAS | {"decay": (0.25, 0.5)}),
    "wngrad": (
        lambda eta, **options: methods.SphericalWNGrad(**options), formulas.wngrad,
        {"start": (8.0, 16.0), "shrink": (0.5, 0.75), "rate": (0.01, 0.1), "decay_on": ["weights", "step"]},
    ),
    "rapidity": (
        lambda eta, **options: methods.RapidityDescent(**options), formulas.rapidity, {"smoothness": (512.0, 1024.0)},
    ),
    "hyperball": (of_a_ball(methods.Hyperball), formulas.hyperball, MOMENTUM | {"rate": (0.25, 0.5)}),
    "centralised": (of_a_ball(methods.Centralised), formulas.centralised, MOMENTUM),
    "renormalised": (of_a_ball(methods.Renormalised), formulas.renormalised, MOMENTUM),
}  # fmt: skip


def eta(t: int) -> float:
    """Return a rate that differs from step to step."""
    return 0.02 / (t + 1)


def drawn(options: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    return {name: _one(range_, rng) for name, range_ in options.items()}


def _one(range_: Any, rng: np.random.Generator) -> Any:
    return float(rng.uniform(*range_)) if isinstance(range_, tuple) else range_[int(rng.integers(len(range_)))]


def by_formula(formula: Any, w: Any, steps: int, options: dict[str, Any]) -> Any:
    memories: list[dict[str, Any]] = [{} for _ in SLICES]
    silent = {"coupled_decay": 0, "decay": 0}
    for t in range(steps):
        new = w.copy()
        for part, memory in zip(SLICES, memories, strict=True):
            o = SimpleNamespace(**silent | options, eta=eta(t), block=part.start < 5)
            new[part] = formula(w[part], CURVATURE[part] * (w[part] - 1), memory, t + 1, o)
        w = new
    return w


def by_method(method: Any, w: Any, steps: int) -> Any:
    state = method.init(LAYOUT, w)
    for _ in range(steps):
        w, state = method.step(LAYOUT, w, Evaluation(None, CURVATURE * (w - 1)), state)
    return w


@pytest.mark.parametrize("name", CASES)
def test_a_method_takes_the_steps_of_its_formula(name: str) -> None:
    make, formula, ranges = CASES[name]
    for seed in range(12):
        rng = np.random.default_rng(seed)
        options, w = drawn(ranges, rng), rng.normal(size=7)
        found, expected = by_method(make(eta, **options), w, 4), by_formula(formula, w, 4, options)
        # four steps of some fifty operations each, none of which multiplies an error by more than a few
        np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-12, err_msg=f"{name} at {options}")


@pytest.mark.parametrize("kind", [methods.SGDG, methods.AdamG])
def test_lines_of_one_part_are_turned_towards_orthogonal_ones(kind: Any) -> None:
    """The gradient of α|YᵀY - I|²/2 is 2αY(YᵀY - I), of which each line takes its tangent part."""
    layout, rng, alpha = Layout(blocks("a", 2, 3), blocks("b", 4, 2)), np.random.default_rng(0), 0.25
    w = rng.normal(size=14)
    method = kind(0.125, threshold=None, orthogonality=alpha)
    u = layout.units(w)
    rows = u[:6].reshape(2, 3)
    pull = 2 * alpha * (rows @ rows.T - np.eye(2)) @ rows
    down = np.concatenate([pull.ravel(), np.zeros(8)])  # four lines in the plane cannot be orthogonal
    alone = kind(0.125, threshold=None)
    expected = alone.step(layout, u, Evaluation(None, down), alone.init(layout, u))[0]
    found = method.step(layout, w, Evaluation(None, np.zeros(14)), method.init(layout, w))[0]
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)
    assert np.abs(found[:6] - u[:6]).max() > 1e-3
