"""A manifold whose points are float32 lies on its constraint to single precision, and is judged there."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold


class Sphere32:
    """The unit sphere, drawing points in single precision; its methods take any."""

    def random_point(self, rng):
        v = rng.normal(size=4).astype(np.float32)
        return v / np.linalg.norm(v)

    def inner(self, w, x, y):
        return np.dot(x, y)

    def project(self, w, x):
        return x - np.dot(w, x) * w

    def retract(self, w, x):
        return (w + x) / np.linalg.norm(w + x)


class Oblique32(Sphere32):
    """A projection that leaves a thousandth of what it should remove."""

    def project(self, w, x):
        return x - np.float32(0.999) * np.dot(w, x) * w


@pytest.mark.parametrize(("manifold", "is_right"), [(Sphere32(), True), (Oblique32(), False)])
def test_points_of_single_precision_are_judged_in_single_precision(manifold, is_right):
    report = check_manifold(manifold)
    assert any("its points are float32" in note for note in report.notes)
    assert is_right == (Verdict.REFUTED not in {finding.verdict for finding in report.findings})
