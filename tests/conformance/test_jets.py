"""Derivatives of curves: right to a floor that is measured, whatever the curve computes inside."""

from __future__ import annotations

import numpy as np
import pytest

from psitheory.conformance.manifolds.floats.jets import jet

RUNS = 200


def quadratic(rng):
    a = rng.normal(size=(20, 20))
    a, w, x = a + a.T, rng.normal(size=20), rng.normal(size=20)
    return (lambda t: np.array([(w + t * x) @ a @ (w + t * x)])), 2 * x @ a @ w, 2 * x @ a @ x


def wave(rng):
    a, b = 3 * rng.normal(size=2)
    return (lambda t: np.array([np.sin(a + b * t)])), b * np.cos(a), -b * b * np.sin(a)


def fast_wave(rng):
    a, b = rng.normal(), 30 * rng.normal()
    return (lambda t: np.array([np.sin(a + b * t)])), b * np.cos(a), -b * b * np.sin(a)


def single_precision(rng):
    a, b = np.float32(rng.normal(size=2))
    first, second = b * np.cos(float(a)), -(float(b) ** 2) * np.sin(float(a))
    return (lambda t: np.array([np.sin(a + b * np.float32(t), dtype=np.float32)])), first, second


def kink_nearby(rng):
    a = 0.1 * rng.normal()
    return (lambda t: np.array([abs(t - a) + np.cos(t)])), -np.sign(a), -1.0


def great_circle(rng):
    w, x = rng.normal(size=(2, 4))
    w /= np.linalg.norm(w)
    x -= w * (w @ x)
    return (lambda t: (w + t * x) / np.linalg.norm(w + t * x)), x, -w * (x @ x)


@pytest.mark.parametrize("make", [quadratic, wave, fast_wave, single_precision, kink_nearby, great_circle])
def test_derivatives_are_right_to_their_noise_floor(make):
    rng = np.random.default_rng(0)
    for _ in range(RUNS):
        curve, first, second = make(rng)
        found = jet(curve)
        assert np.all(np.abs(found.first - first) <= 2 * found.first_noise)
        found = jet(curve, order=2)
        assert np.all(np.abs(found.second - second) <= 2 * found.second_noise)


def test_the_floor_is_low_for_smooth_curves():
    found = jet(lambda t: np.array([np.sin(1 + t)]))
    assert found.first_noise[0] < 1e-12
    assert jet(lambda t: np.array([np.sin(1 + t)]), order=2).second_noise[0] < 1e-10


def test_the_floor_of_a_large_constant_is_high():
    found = jet(lambda t: np.array([1e8 + np.sin(1 + t)]))
    assert abs(found.first[0] - np.cos(1)) <= found.first_noise[0]
    assert found.first_noise[0] > 1e-8


def test_a_kink_at_the_point_has_no_derivative_and_a_floor_that_says_so():
    assert jet(lambda t: np.array([abs(t)])).first_noise[0] > 0.1


def test_the_derivative_at_another_time():
    assert jet(lambda t: np.array([t**3]), at=2.0).first[0] == pytest.approx(12, abs=1e-10)


def test_a_curve_that_is_not_finite_has_no_floor():
    assert np.isnan(jet(lambda t: np.array([np.nan])).first_noise[0])
