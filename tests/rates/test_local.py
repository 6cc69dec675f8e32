"""The largest curvature against closed forms, and against the dense matrix."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import to_balls
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.experiments import riemannian_square
from psitheory.models import BatchNormMLP, Circle, Cosine, Rayleigh
from psitheory.rates import largest_curvature, largest_curvature_along

EPS = np.finfo(float).eps


@given(st.lists(st.integers(-9, 9), min_size=2, max_size=6), st.integers(0, 2**32 - 1))
def test_rayleigh_quotients_have_their_closed_form(eigenvalues, seed):
    model = Rayleigh(np.diag(np.array(eigenvalues, dtype=float)))
    w = np.random.default_rng(seed).normal(size=len(eigenvalues)) + 1e-3
    found = largest_curvature(model, w)
    assert found.kind == "local"
    # ∇²f(u) = 2R(A - f I)R: the eigenvalues are 2(λ_i - f(u)), to the rounding of matrices of norm 36
    np.testing.assert_allclose(found.value, 2 * (max(eigenvalues) - model.evaluate(w).loss), atol=1e4 * EPS)


@pytest.mark.parametrize("d", [30, 150])
def test_many_weights_are_iterated_to_the_same_value(d):
    rng = np.random.default_rng(0)
    matrix = rng.normal(size=(d, d))
    model = Rayleigh(matrix + matrix.T)
    w = 1e5 * rng.normal(size=(3, d))
    top = np.linalg.eigvalsh(model.matrix)[-1]
    expected = 2 * (top - model.evaluate(w).loss).max()
    np.testing.assert_allclose(largest_curvature(model, w).value, expected, rtol=1e-7)


def test_it_is_a_class_function_of_a_network():
    rng = np.random.default_rng(1)
    for hidden in ((3,), (25,)):
        model = BatchNormMLP(rng.normal(size=(12, 4)), np.arange(12) % 3, hidden=hidden, affine=True)
        w = model.initial(rng)
        moved = model.layout.scale(rng.uniform(0.01, 100, size=model.layout.m), w)
        values = [largest_curvature(model, x).value for x in (w, moved)]
        np.testing.assert_allclose(values[0], values[1], rtol=1e-6)
        unit = model.layout.units(w)
        dense = model.hessian_vector(unit, np.eye(model.layout.n))
        np.testing.assert_allclose(values[0], np.linalg.eigvalsh(dense)[-1], rtol=1e-6)


def test_a_path_is_looked_at_inside_its_segments():
    model = Cosine(np.array([1.0, 0.0]))
    ends = np.array([[1.0, 1e-9], [-1.0, 2.0]])
    corners = largest_curvature_along(model, ends, per_segment=1)
    inside = largest_curvature_along(model, ends, per_segment=64)
    assert corners.value < inside.value <= model.smoothness.value * (1 + 4 * EPS)
    # the largest, 2/√3, is where the cosine is 1/√3; the segment passes it
    np.testing.assert_allclose(inside.value, 2 / np.sqrt(3), rtol=1e-3)
    assert inside.region == "at 65 points of a path of 1 segment"


def test_a_path_says_where_and_that_it_certifies_nothing():
    model = Cosine(np.array([1.0, 0.0]))
    corners = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.5], [0.0, 1.0]])
    seen = largest_curvature_along(model, corners, per_segment=4)
    assert seen.values.shape == (3, 5)
    np.testing.assert_array_equal(seen.values[1:, 0], seen.values[:-1, -1])
    for k in range(3):
        at = corners[k] + seen.fractions[:, None] * (corners[k + 1] - corners[k])
        expected = [largest_curvature(model, point).value for point in at]
        np.testing.assert_allclose(seen.values[k], expected, rtol=1e-12)
    segment, fraction = seen.where
    assert seen.values[segment, int(4 * fraction)] == seen.value == seen.per_segment.max()
    assert str(seen).startswith("local, not certified: the largest eigenvalue of the scaled Hessian is 1.15")
    assert seen.smoothness.kind == "local"


def test_segments_may_lie_apart_and_are_drawn_by_their_times():
    model = Cosine(np.array([1.0, 0.0]))
    corners = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.5], [0.0, 1.0]])
    joined = largest_curvature_along(model, corners)
    apart = largest_curvature_along(model, np.stack([corners[:-1], corners[1:]], axis=1))
    np.testing.assert_allclose(apart.values, joined.values, rtol=1e-12)
    assert (joined.region, apart.region) == ("at 7 points of a path of 3 segments", "at 9 points of 3 segments")
    shown = apart.exhibit(np.array([1, 10, 100]))
    np.testing.assert_array_equal(shown.arrays["x"], [1, 10, 100])
    np.testing.assert_array_equal(shown.arrays["largest on the segment"], apart.per_segment)
    assert shown.title.endswith("local, not certified")


def test_along_a_step_it_bounds_what_the_loss_falls_by_less_than_the_gradient_promises():
    """On a segment that PSI-GD walks, f(w⁺) ≤ f - η(1 - ηL/2)G with the largest curvature of the segment for L."""
    rng = np.random.default_rng(3)
    model = BatchNormMLP(rng.normal(size=(12, 4)), np.arange(12) % 3, hidden=(3,))
    w, eta = model.initial(rng), 0.3
    here = model.evaluate(w)
    after = w - eta * model.layout.times_squared_norms(w, here.gradient)
    local = largest_curvature_along(model, np.stack([w, after]), per_segment=32).value
    square = riemannian_square(model.layout, w, here.gradient)
    # between 33 points the curvature may be larger than at them, by far less than a tenth
    assert model.evaluate(after).loss <= here.loss - eta * (1 - 1.1 * eta * local / 2) * square


def test_no_point_exceeds_the_smoothness_of_a_circle():
    model = Circle.several_minima()
    w = np.random.default_rng(2).normal(size=(200, 2))
    largest = largest_curvature(model, w).value
    assert 0.95 * float(model.smoothness.value) < largest <= float(model.smoothness.value) * (1 + 1e3 * EPS)


def test_bad_input_is_named():
    model = Cosine(np.array([1.0, 0.0]))
    with pytest.raises(ArgumentError, match="last axis must be 2"):
        largest_curvature(model, np.ones(3))
    with pytest.raises(ArgumentTypeError, match="floats only"):
        largest_curvature(model, to_balls(np.ones(2)))
    for points in (np.ones(2), np.ones((1, 2)), np.ones((4, 3, 2))):
        with pytest.raises(ArgumentError, match=r"points has the shape .* with two corners at least"):
            largest_curvature_along(model, points)
    with pytest.raises(ArgumentError, match="per_segment is 0"):
        largest_curvature_along(model, np.ones((2, 2)), per_segment=0)
