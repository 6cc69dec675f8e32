"""Where exp, dist and log disagree, the one is named that the two others, or its own speed, contradict."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.conformance import check_manifold

LAWS = (
    "exponential_inverts_logarithm",
    "logarithm_inverts_exponential",
    "logarithm_of_near_points_is_accurate",
    "distance_is_the_length_of_the_geodesic",
    "distance_is_the_length_of_the_logarithm",
    "far_points_are_reached_by_their_logarithms",
    "distance_of_far_points_is_the_length_of_the_logarithm",
    "distance_of_near_points_is_accurate",
)
SAID = {  # besides what laws that fail say of their own member
    "exp": ("exp is off, or the metric: along the geodesic",),
    "dist": ("dist is off: exp and log agree", "dist is not", "distances of near", "distances of far"),
    "log": ("log is off: exp and dist agree", "log is no inverse", "logarithms of near", "logarithms of far"),
}


class Positive:
    """Positive numbers, each measured by its logarithm; one member is off by a share where points are so far apart."""

    def __init__(self, member="", region=(0.0, np.inf), share=0.01):
        self.member, self.region, self.share = member, region, share

    def _off(self, member, d):
        return 1 + self.share * (member == self.member and self.region[0] <= d < self.region[1])

    def random_point(self, rng):
        return np.exp(rng.normal(size=3))

    def random_tangent(self, rng, w):
        return w * rng.normal(size=3)

    def inner(self, w, x, y):
        return float((x / w) @ (y / w))

    def _way(self, w, z):
        return np.log1p((z - w) / w)

    def dist(self, w, z):
        d = float(np.linalg.norm(self._way(w, z)))
        return d * self._off("dist", d)

    def exp(self, w, x):
        return w + w * np.expm1(x / w * self._off("exp", np.linalg.norm(x / w)))

    def log(self, w, z):
        way = self._way(w, z)
        return w * way * self._off("log", np.linalg.norm(way))


class ByItsDistance(Positive):
    def log(self, w, z):
        way = self._way(w, z)
        d = np.linalg.norm(way)
        return w * way * (self.dist(w, z) / d if d else 1)


class WithoutLog(Positive):
    log = None


@pytest.mark.parametrize("region", [(0.0, np.inf), (1e-300, 1e-3), (2.0, np.inf)], ids=str)
@pytest.mark.parametrize("member", SAID)
def test_the_member_that_two_others_contradict_is_named(member, region):
    report = check_manifold(Positive(member, region), only=LAWS)
    meanings = [f.means for f in report.findings if f.law in report.refuted()]
    assert meanings
    assert all(meaning.startswith(SAID[member]) for meaning in meanings)


def test_members_that_agree_because_one_calls_the_other_are_both_told():
    report = check_manifold(ByItsDistance("dist"), only=LAWS)
    meanings = {f.means for f in report.findings if f.law in report.refuted()}
    assert meanings == {"dist and log agree, and exp disagrees with both: it is off, or they share what is"}


def test_of_two_members_that_disagree_neither_is_called_right():
    report = check_manifold(WithoutLog("dist"), only=LAWS)
    assert {f.means for f in report.findings if f.law in report.refuted()} == {
        "exp and dist disagree: one of them is off"
    }


class OfAnotherMetric(Positive):
    def inner(self, w, x, y):
        return float((x / w**2) @ (y / w))


class Angles:
    """Angles, whose logarithms go the longer way round."""

    def random_point(self, rng):
        return rng.uniform(-np.pi, np.pi, 2)

    def random_tangent(self, rng, w):
        return rng.normal(size=2)

    def inner(self, w, x, y):
        return float(x @ y)

    def exp(self, w, x):
        return (w + x + np.pi) % (2 * np.pi) - np.pi

    def log(self, w, z):
        return z - w

    def dist(self, w, z):
        return float(np.linalg.norm((z - w + np.pi) % (2 * np.pi) - np.pi))


def test_a_metric_that_is_another_is_not_told_of_a_distance():
    report = check_manifold(OfAnotherMetric(), only=LAWS)
    meanings = {f.means for f in report.findings if f.law in report.refuted()}
    assert "exp is off, or the metric: along the geodesic the speed is not the length of the vector" in meanings
    assert not any(meaning.startswith("dist is off") for meaning in meanings)


def test_where_a_logarithm_takes_the_longer_way_the_distance_is_not_called_off():
    report = check_manifold(Angles(), only="distance_is_the_length_of_the_logarithm")
    (finding,) = report.findings
    assert finding.means == "dist is less than where exp and log go: it is off far out, or log takes a longer way round"


def test_where_nothing_is_off_nothing_is_said():
    report = check_manifold(Positive(), only=LAWS)
    assert report.refuted() == ()
