"""What every method takes if nothing is said, and where its state begins: as published, and as documented."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import psitheory.optimizers as methods
from psitheory.layout import Layout
from tests.optimizers.test_arguments import CLASSES, given

NO_DECAY = {"coupled_decay": 0, "decay": 0}
DEFAULTS: dict[str, dict[str, Any]] = {
    "Adagrad": {"eps": 1e-10, "eps_inside": 0} | NO_DECAY,
    "Adam": {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "eps_inside": 0, "roots": 1} | NO_DECAY,
    "AdamG": {"beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "orthogonality": 0, "threshold": 0.1},
    "AdamGStar": {"divides_by": "old"},
    "AdamP": {
        "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "decay": 0, "delta": 0.1, "decay_ratio": 0.1, "nesterov": False,
    },
    "AdamSRT": {
        "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "coupled_decay": 0, "rescale": True, "transport": True,
    },
    "AdaptiveRapidityDescent": {"tries": 60},
    "GradientDescent": NO_DECAY,
    "HeavyBall": NO_DECAY,
    "Lion": {"beta1": 0.9, "beta2": 0.99, "decay": 0},
    "Muon": {"momentum": 0, "normalise": False},
    "Nesterov": NO_DECAY,
    "NonlinearCG": {"rule": "polak-ribiere"},
    "NormalisedDescent": {"per": "whole"},
    "PSIArmijo": {"factor": 0.5, "slope": 1e-4, "tries": 60},
    "PSIGradientDescent": {"decay": 0},
    "PSIMomentum": {"units": "tangent"} | NO_DECAY,
    "RMSprop": {"beta": 0.99, "eps": 1e-8, "eps_inside": 0} | NO_DECAY,
    "SGDG": {"momentum": 0.9, "orthogonality": 0, "threshold": 0.1},
    "SGDMRT": {"coupled_decay": 0, "dampening": 0},
    "SGDP": {
        "momentum": 0, "dampening": 0, "eps": 1e-8, "decay": 0, "delta": 0.1, "decay_ratio": 0.1, "nesterov": False,
    },
    "SphericalWNGrad": {"decay_on": "weights", "rate": 1, "shrink": 1},
}  # fmt: skip
"""Those of the papers and of PyTorch; methods that are left out have none."""

LAYOUT = Layout.of([2, 3], 1)


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_what_is_not_said_is_as_published(kind: Any) -> None:
    own = {f.name: f.default for f in dataclasses.fields(kind) if f.init and f.default is not dataclasses.MISSING}
    assert own == DEFAULTS.get(kind.__name__, {})


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_options_are_given_by_name(kind: Any) -> None:
    assert all(f.kw_only for f in dataclasses.fields(kind) if f.default is not dataclasses.MISSING)


def test_adamw_decays_by_a_hundredth() -> None:
    assert methods.adamw(0.1).decay == 0.01
    assert methods.adamw(0.1, decay=0.5, beta1=0.25).beta1 == 0.25


def counts(state: Any) -> list[int]:
    """Return the step counts that stand in a state."""
    if isinstance(state, int):
        return [state]
    named = getattr(state, "_asdict", dict)()
    return [value for name, value in named.items() if name == "t"]


@pytest.mark.parametrize("kind", CLASSES, ids=lambda kind: kind.__name__)
def test_a_state_begins_with_zeros_and_counts_its_steps(kind: Any) -> None:
    from psitheory.models import Rayleigh

    model = Rayleigh(np.diag([1.0, 2.0, 3.0]))
    method, w = kind(**given(kind)), np.array([1.0, 2.0, 2.0])
    state = method.init(model.layout, w)
    assert counts(state) in ([], [0])
    for t in range(1, 4):
        before = counts(state)
        w, state = method.step(model.layout, w, model.evaluate(w), state)
        assert counts(state) == [t] * len(before)
