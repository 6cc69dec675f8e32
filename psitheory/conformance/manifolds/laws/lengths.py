"""Laws of vectors of any length: what is linear may bound or clip none."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.measuring import size
from psitheory.conformance.manifolds.subjects.nature import Known

Point = np.ndarray
FACTORS = (2.0**20, 2.0**-20)
"""Squares of these times vectors of ordinary lengths are numbers in single precision too."""


def linear_methods_take_vectors_of_any_length(subject: Known, w: Point, x: Point, z: Point, v: Point) -> Bounded:
    """What is linear gives a times as much of a times a vector, for a of a million and a millionth."""
    linear: dict[str, Callable[[float], np.ndarray]] = {
        "project": lambda a: subject.project(w, a * v),
        "transport": lambda a: subject.transport(w, z, a * x),
        "gradient": lambda a: subject.gradient(w, a * v),
        "hessian": lambda a: np.concatenate(
            [subject.hessian(w, v, a * v / 2, a * x), subject.hessian(w, a * v, a * v / 2, x)]
        ),
    }
    left, right, noise = [], [], []
    for name in sorted(set(linear) & subject.offers):
        once = linear[name](1.0)
        left += [linear[name](a) / a for a in FACTORS]
        right += [once, once]
        noise.append(np.full(2 * len(once), ULPS * subject.eps * max(size(once, 2), size(v, 2))))
    sides = np.concatenate(left), np.concatenate(right)
    return Bounded(*sides, np.concatenate(noise), controlled=True, slack=subject.slack * size(v))
