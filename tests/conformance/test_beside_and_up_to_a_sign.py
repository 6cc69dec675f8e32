"""A sphere beside positive numbers, unit quaternions up to a sign, rows that scale by an action of their own."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.conformance import check_manifold

norm = np.linalg.norm


def angle(u, v):
    return 2 * np.arctan2(norm(u - v, axis=-1), norm(u + v, axis=-1))


def along(u, x):
    t = norm(x, axis=-1, keepdims=True)
    return np.cos(t) * u + np.sinc(t / np.pi) * x


class BesidePositive:
    """A unit vector and positive numbers with the metric of their logarithms: at zero there is no point."""

    def random_point(self, rng):
        u = rng.normal(size=3)
        return u / norm(u), np.exp(rng.normal(size=2))

    def inner(self, w, x, y):
        return float(x[0] @ y[0] + np.sum(x[1] * y[1] / w[1] ** 2))

    def project(self, w, z):
        return z[0] - (w[0] @ z[0]) * w[0], z[1]

    def exp(self, w, x):
        return along(w[0], x[0]), w[1] * np.exp(x[1] / w[1])

    def dist(self, w, z):
        return float(np.hypot(angle(w[0], z[0]), norm(np.log(z[1] / w[1]))))


class SlowBesidePositive(BesidePositive):
    def exp(self, w, x):
        return super().exp(w, (x[0], 0.99 * x[1]))


class Quaternions:
    """Rotations as unit quaternions, of which two of opposite sign are one."""

    def random_point(self, rng):
        w = rng.normal(size=4)
        return w / norm(w)

    def canonical(self, w):
        return w * np.sign(w[np.argmax(np.abs(w) > 1e-12)])

    def inner(self, w, x, y):
        return float(x @ y)

    def project(self, w, z):
        return z - (w @ z) * w

    def exp(self, w, x):
        return along(w, x)

    def dist(self, w, z):
        return float(min(angle(w, z), angle(w, -z)))


class FastQuaternions(Quaternions):
    def exp(self, w, x):
        return along(w, 1.001 * x)


class Rows:
    """Rows up to positive factors, two of them, by an action that takes no other number of factors."""

    def random_point(self, rng):
        return rng.normal(size=(2, 3)) * np.exp(rng.normal(size=(2, 1)))

    def sizes(self, w):
        return norm(w, axis=1, keepdims=True)

    def act(self, a, w):
        return np.reshape(a, (2, 1)) * w

    def canonical(self, w):
        return w / self.sizes(w)

    def inner(self, w, x, y):
        return float(np.sum(x * y / self.sizes(w) ** 2))

    def horizontal(self, w, z):
        return z - np.sum(w * z, 1, keepdims=True) * w / self.sizes(w) ** 2

    def exp(self, w, x):
        return self.sizes(w) * along(self.canonical(w), x / self.sizes(w))

    def dist(self, w, z):
        return float(norm(angle(self.canonical(w), self.canonical(z))))


class EuclideanRows(Rows):
    def inner(self, w, x, y):
        return float(np.sum(x * y))


@pytest.mark.parametrize(
    ("right", "wrong", "law"),
    [
        (BesidePositive, SlowBesidePositive, "distance_is_the_length_of_the_geodesic"),
        (Quaternions, FastQuaternions, "exponential_is_a_geodesic"),
        (Rows, EuclideanRows, "metric_is_constant_on_orbits"),
    ],
)
def test_the_right_one_passes_and_its_neighbour_is_refuted_for_its_fault(right, wrong, law):
    assert check_manifold(right(), cases=14).exit_code == 0
    report = check_manifold(wrong(), cases=14)
    assert law in report.refuted()
