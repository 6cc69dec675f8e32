"""Optimisers by name: which method, at which rates, as their table says."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from psitheory.errors import ArgumentError, UnknownName
from psitheory.models import Rayleigh
from psitheory.optimizers.named import NAMES, named_optimizer

MODEL = Rayleigh(np.diag([1.0, 2.0, 3.0, 4.0]))
ETA, LENGTH, EACH = 0.5, 0.25, 0.125
"""A rate and a length; steps of ±EACH in each of four weights are LENGTH long."""

TABLE: dict[str, tuple[str, int, dict[str, Any]]] = {
    "gd": ("GradientDescent", 2, {"rate": ETA}),
    "momentum": ("HeavyBall", 2, {"rate": ETA / 10, "momentum": 0.9}),
    "nesterov": ("Nesterov", 2, {"rate": ETA / 10, "momentum": 0.9}),
    "clipped": ("Clipped", 2, {"rate": ETA, "threshold": LENGTH / ETA}),
    "normalised": ("NormalisedDescent", 1, {"rate": LENGTH}),
    "sign": ("SignDescent", 1, {"rate": EACH}),
    "lion": ("Lion", 1, {"rate": EACH}),
    "adam": ("Adam", 1, {"rate": EACH, "eps": 0}),
    "adamw": ("Adam", 1, {"rate": EACH, "eps": 0, "decay": 0.01}),
    "rmsprop": ("RMSprop", 1, {"rate": EACH, "eps": 0}),
    "adagrad": ("Adagrad", 1, {"rate": 10 * EACH, "eps": 0}),
    "lars": ("LARS", 0, {"rate": LENGTH}),
    "bb": ("BarzilaiBorwein", 0, {"rate": ETA}),
    "polyak": ("Polyak", 0, {"minimum": 1.0}),
    "psi-gd": ("PSIGradientDescent", 0, {"rate": ETA}),
    "psi-momentum": ("PSIMomentum", 0, {"rate": ETA / 10, "momentum": 0.9}),
    "psi-armijo": ("PSIArmijo", 0, {"model": MODEL, "rate": 8 * ETA}),
    "psi-rd": ("RapidityDescent", 0, {"smoothness": 1 / ETA}),
    "psi-rd-search": ("AdaptiveRapidityDescent", 0, {"model": MODEL, "smoothness": 1 / (16 * ETA)}),
    "psi-polyak": ("PSIPolyak", 0, {"minimum": 1.0}),
    "newton": ("QuotientNewton", 0, {"model": MODEL}),
    "exact": ("ExactLineSearch", 0, {"model": MODEL}),
    "cg": ("NonlinearCG", 0, {"model": MODEL}),
    "hyperball": ("Hyperball", 0, {"inner.rate": ETA, "rate": LENGTH}),
    "ngpt": ("Renormalised", 1, {"inner.rate": EACH, "inner.eps": 0}),
    "muon": ("Muon", 1, {"rate": LENGTH}),
    "wngrad": ("SphericalWNGrad", 0, {"start": 1 / ETA, "rate": ETA}),
    "rgd": ("RiemannianGradientDescent", 0, {"rate": ETA}),
    "projected": ("ProjectedDescent", 0, {"rate": ETA}),
    "sgd-g": ("SGDG", 0, {"rate": ETA / 10}),
    "adam-g": ("AdamG", 0, {"rate": LENGTH}),
    "adam-g*": ("AdamGStar", 0, {"rate": 10 * LENGTH, "beta": 0.99, "start": 1.0}),
    "adam-s": ("AdamSRT", 1, {"rate": EACH, "eps": 0, "rescale": False, "transport": False}),
    "adam-srt": ("AdamSRT", 1, {"rate": EACH, "eps": 0}),
    "adamp": ("AdamP", 1, {"rate": EACH, "eps": 0}),
    "sgd-mrt": ("SGDMRT", 2, {"rate": ETA / 10, "momentum": 0.9}),
    "sgdp": ("SGDP", 2, {"rate": ETA / 10, "momentum": 0.9, "eps": 0}),
    "centralised": ("Centralised", 2, {"method.rate": ETA}),
}


def said(method: Any) -> dict[str, Any]:
    """Return what a method was given beside its defaults; of a method inside, under its name and a dot."""
    out: dict[str, Any] = {}
    for f in dataclasses.fields(method):
        value = getattr(method, f.name)
        if dataclasses.is_dataclass(value) and hasattr(value, "step"):
            out |= {f"{f.name}.{name}": inside for name, inside in said(value).items()}
        elif f.init and (f.default is dataclasses.MISSING or value != f.default):
            out[f.name] = value
    return out


def test_the_table_is_whole() -> None:
    assert set(TABLE) == set(NAMES)
    assert len({named_optimizer(name, MODEL, rate=ETA, length=LENGTH).title for name in NAMES}) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stands_for_its_method_at_its_rates(name: str) -> None:
    kind, exponent, given = TABLE[name]
    found = named_optimizer(name, MODEL, rate=ETA, length=LENGTH)
    assert type(found.optimizer).__name__ == kind
    assert found.exponent == exponent
    assert found.growth == {"adagrad": 2, "adamw": None}.get(name, exponent)
    assert said(found.optimizer) == given


def test_names_and_minima_that_are_not_known_are_told() -> None:
    with pytest.raises(UnknownName, match=r"^optimizer is 'sdg'; one of gd, momentum, .* is needed$"):
        named_optimizer("sdg", MODEL, rate=ETA, length=LENGTH)

    class Without:
        layout = MODEL.layout

    for name in ("polyak", "psi-polyak"):
        with pytest.raises(ArgumentError, match=f"^optimizer is '{name}', but Without does not know its minimum$"):
            named_optimizer(name, Without(), rate=ETA, length=LENGTH)
