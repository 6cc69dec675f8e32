"""Verdicts on Geoopt's optimisers: on plain parameters, and on spheres that a start is projected to."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
import torch

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer

from .precisions import in_turn, shown

with warnings.catch_warnings():  # its import uses a deprecated part of torch
    warnings.simplefilter("ignore", DeprecationWarning)
    import geoopt

NEURON = "runs_commute_with_rescaling_of_each_neuron"
EXPONENT = "the_rate_has_a_scaling_exponent"
START = "the_start_is_taken_as_given"
SPHERE = geoopt.Sphere()

torch.set_num_threads(1)


def on_spheres(tensor: Any, kind: str) -> Any:
    """Return rows as points of spheres, projected there."""
    if kind != "rows":
        return torch.nn.Parameter(tensor)
    return geoopt.ManifoldParameter(tensor, manifold=SPHERE).proj_()


METHODS = {
    "descent": lambda params: geoopt.optim.RiemannianSGD(params, lr=0.1),
    "momentum": lambda params: geoopt.optim.RiemannianSGD(params, lr=0.05, momentum=0.9),
    "Adam": lambda params: geoopt.optim.RiemannianAdam(params, lr=0.01),
}


@pytest.mark.parametrize(("name", "single"), in_turn(METHODS), ids=shown)
def test_on_spheres_they_are_equivariant_in_class_and_flagged_for_their_projection(name: str, *, single: bool) -> None:
    dtype = np.float32 if single else np.float64
    report = check_optimizer(METHODS[name], parameter=on_spheres, dtype=dtype, steps=10)
    assert (report.properties["full"], report.properties["class"]) == ("none", "each neuron")
    assert report.properties["start"] == "projected"
    assert report.finding(START).verdict is Verdict.REFUTED
    assert report.properties["exponent"] == 0


@pytest.mark.parametrize(("name", "p"), [("descent", 2), ("momentum", 2), ("Adam", 1)])
def test_on_plain_parameters_they_are_those_of_flat_space(name: str, p: int) -> None:
    report = check_optimizer(METHODS[name], only=[START, NEURON, EXPONENT], steps=30)
    assert report.properties["exponent"] == p
    assert report.refuted() == (NEURON,)


def test_on_spheres_without_projection_nothing_holds() -> None:
    def beside(tensor: Any, kind: str) -> Any:
        return geoopt.ManifoldParameter(tensor, manifold=SPHERE) if kind == "rows" else torch.nn.Parameter(tensor)

    report = check_optimizer(METHODS["descent"], parameter=beside, steps=10)
    assert report.properties["equivariance"] == "none"
    assert report.finding(START).verdict is Verdict.HOLDS
