"""Derivatives that arrays take by themselves, as optimisers take those of losses made of distances."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from psitheory.checking import Observation, vacuous
from psitheory.conformance.manifolds.conditions import Claims
from psitheory.conformance.manifolds.forms import flat
from psitheory.conformance.manifolds.judging import Bounded
from psitheory.conformance.manifolds.nature import Known

Point = np.ndarray


def squared_distances_have_derivatives(subject: Known, w: Point, z: Point) -> Observation | Bounded:
    """The derivative of d(·, z)² is finite at points w, and at z itself, where d has none."""
    here, there = (subject.arguments("dist", w, 0 * w, x, 0 * w) for x in (z, w))
    apart, together = _slope(subject, *here), _slope(subject, *there)
    if apart is None or together is None:
        return vacuous("distances carry no derivatives")
    both = np.concatenate([apart, together])
    return Bounded(both, np.where(np.isfinite(both), both, 0.0), 0.0)


def _slope(subject: Known, w: Any, z: Any) -> Point | None:
    torch = sys.modules["torch"]
    leaf = w.detach().clone().requires_grad_()
    with torch.enable_grad():
        squared = (subject.raw("dist", leaf, z) ** 2).sum()
    if not squared.requires_grad:
        return None
    (found,) = torch.autograd.grad(squared, [leaf], allow_unused=True)
    return None if found is None else flat(found)


def of_tensors(subject: Known, claims: Claims) -> str:
    """Apply where points are tensors of PyTorch, which take derivatives of themselves."""
    return "" if subject.point_form.kind == "tensor" else "only tensors take derivatives of themselves"
