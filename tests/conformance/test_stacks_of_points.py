"""Methods that take stacks of points are wrong if they err for some stacks alone, whatever they do with one point."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_manifold, check_retraction

BATCH = "a_batch_equals_the_loop"
norm = np.linalg.norm


class Directions:
    """The unit sphere, for any number of leading axes."""

    def random_point(self, rng):
        return self.retract(0.0, rng.normal(size=4))

    def random_tangent(self, rng, w):
        return self.project(w, rng.normal(size=4))

    def inner(self, w, x, y):
        return (x * y).sum(-1)

    def project(self, w, z):
        return z - (w * z).sum(-1, keepdims=True) * w

    def retract(self, w, x):
        return (w + x) / norm(w + x, axis=-1, keepdims=True)

    def dist(self, w, z):
        return 2 * np.arctan2(norm(w - z, axis=-1), norm(w + z, axis=-1))

    def log(self, w, z):
        across = self.project(w, z - w)
        length = norm(across, axis=-1, keepdims=True)
        return across * (self.dist(w, z)[..., None] / np.where(length > 0, length, 1))


class AsManyPointsAsSides(Directions):
    def retract(self, w, x):
        y = w + x
        return y / norm(y, axis=0 if y.shape == (4, 4) else -1, keepdims=True)


class OnePointForAll(Directions):
    def project(self, w, z):
        first = w[:1] if w.ndim == 2 else w
        return z - (first * z).sum(-1, keepdims=True) * first


class OneFormulaForAll(Directions):
    """The formula of near points, if one of the pairs is near."""

    def log(self, w, z):
        return self.project(w, z - w) if np.any(self.dist(w, z) < 1e-9) else super().log(w, z)


class ItsMean(Directions):
    def inner(self, w, x, y):
        found = super().inner(w, x, y)
        return found if len(w) != 1 else found + 1


class TheOtherRow(Directions):
    """Two leading axes are taken for one."""

    def retract(self, w, x):
        found = super().retract(w, x)
        return found if np.ndim(w) < 3 else found[::-1]


class AxisOfPoints(Directions):
    def project(self, w, z):
        return z - (w * z).sum(max(w.ndim - 2, 0) if w.ndim > 2 else -1, keepdims=True) * w


class NoneIsNear(Directions):
    """Pairs nearer than a thousandth are taken for one point, in stacks."""

    def dist(self, w, z):
        found = super().dist(w, z)
        return found if w.ndim == 1 else np.where(found < 1e-3, 0, found)


class WithoutItsAxis(Directions):
    """A stack of one point loses its axis."""

    def log(self, w, z):
        return np.squeeze(super().log(w, z))


WRONG = [
    *(AsManyPointsAsSides, OnePointForAll, OneFormulaForAll, ItsMean),
    *(TheOtherRow, AxisOfPoints, NoneIsNear, WithoutItsAxis),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_for_some_stacks_alone_is_refuted(wrong):
    assert check_manifold(wrong(), only=BATCH, cases=2).refuted() == (BATCH,)


class OneAxisAlone(Directions):
    """It says that it takes no more."""

    def retract(self, w, x):
        if np.ndim(w) > 2:
            raise ValueError("one leading axis is taken")
        return super().retract(w, x)


@pytest.mark.parametrize("right", [Directions, OneAxisAlone])
def test_what_is_right_for_all_stacks_holds(right):
    assert check_manifold(right(), only=BATCH, cases=2).finding(BATCH).verdict is Verdict.HOLDS


def wrong_in_stacks(w, x):
    return (w + x) / norm(w + x)


def test_a_retraction_that_is_said_to_take_stacks_is_tried_on_them():
    points = [Directions().random_point(np.random.default_rng(k)) for k in range(3)]
    told = {"points": points, "project": Directions().project, "cases": 2}
    assert check_retraction(wrong_in_stacks, **told).exit_code == 0
    assert check_retraction(wrong_in_stacks, **told, batch=True).refuted() == (BATCH,)
    assert check_retraction(Directions().retract, **told, batch=True, only=BATCH).exit_code == 0
