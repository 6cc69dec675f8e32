"""In which precisions a manifold can be tried: some take no float32, some compute in nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.conformance.manifolds.subjects.forms import is_tensor
from psitheory.conformance.manifolds.subjects.represented import Missing
from psitheory.conformance.manifolds.subjects.subject import Subject

ARRAYS = ("project", "retract", "exp", "log", "transport", "gradient", "canonical")


def precisions_of(subject: Subject) -> tuple[list[Any], str]:
    """Return the precisions to be tried, the first of them in more cases, and a note if one is left out."""
    if computes_in_single(subject):
        return [np.float32], "its methods compute in float32 whatever they are given; nothing was tried in float64"
    if all(map(_is_single, _leaves(subject.own_point(np.random.default_rng(0))))):  # they lie on it to single precision
        return [np.float32], "its points are float32; nothing was tried in float64"
    if takes_single(subject):
        return [np.float64, np.float32], ""
    return [np.float64], "its methods do not take float32; nothing was tried there"


def takes_single(subject: Subject) -> bool:
    """Tell whether the manifold takes single precision at all: what raises there only is no failure of a law."""
    single = subject.in_precision(np.float32)
    rng = np.random.default_rng(0)
    try:
        w = subject.random_point(rng)
        x = subject.random_tangent(rng, w)
        for name in ("inner", "retract", "exp"):
            if name in subject.offers:
                single.raw(name, *single.arguments(name, w, x, w, x if len(x) == len(w) else w))
    except Missing:
        return True
    except Exception:
        return False
    return True


def computes_in_single(subject: Subject) -> bool:
    """Tell whether all methods that return arrays return float32 for float64, as those of JAX do unless told not to."""
    rng = np.random.default_rng(0)
    w, z = subject.random_point(rng), subject.random_point(rng)
    try:
        x, v = subject.random_tangent(rng, w), subject.random_ambient(rng)
    except Exception:  # a broken method tells nothing
        return False
    seen = []
    for name in ARRAYS:
        if name in subject.offers:
            try:
                seen += [_is_single(part) for part in _leaves(subject.raw(name, *subject.arguments(name, w, x, z, v)))]
            except Exception:  # a broken method tells nothing; its law will tell
                continue
    return bool(seen) and all(seen)


def _leaves(value: Any) -> list[Any]:
    return [leaf for item in value for leaf in _leaves(item)] if isinstance(value, (list, tuple)) else [value]


def _is_single(value: Any) -> bool:
    array = value.detach().cpu().numpy() if is_tensor(value) else np.asarray(value)
    return array.dtype in (np.float32, np.complex64)
