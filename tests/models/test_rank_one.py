"""The best approximation of a matrix by one of rank one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import precision, to_balls, to_rationals
from psitheory.errors import ArgumentError, NotInArithmetic
from psitheory.models import RankOne

from .derivative_reference import check_derivatives

seeds = st.integers(0, 2**32 - 1)


def instance(seed, k=3, d=2, lead=()):
    rng = np.random.default_rng(seed)
    return RankOne(rng.normal(size=(k, d))), rng.normal(size=(*lead, k + d + 1)), rng.normal(size=(*lead, k + d + 1))


@given(seeds)
def test_derivatives_are_those_of_the_loss(seed):
    check_derivatives(*instance(seed))


@given(seeds)
def test_loss_is_half_the_squared_distance(seed):
    model, w, _ = instance(seed)
    u, z, v = w[:3] / np.linalg.norm(w[:3]), w[3:5] / np.linalg.norm(w[3:5]), w[5]
    expected = np.linalg.norm(model.matrix - v * np.outer(u, z)) ** 2 / 2
    size = np.linalg.norm(model.matrix) ** 2 + v * v
    assert abs(model.evaluate(w).loss - expected) <= 20 * np.finfo(float).eps * size


@given(seeds, st.integers(-300, 300), st.integers(-300, 300))
def test_powers_of_two_scale_bit_for_bit(seed, j, k):
    model, w, x = instance(seed, lead=(3,))
    a = np.ldexp(1.0, [j, k])
    one, other = model.evaluate(w), model.evaluate(model.layout.scale(a, w))
    assert (one.loss == other.loss).all()
    assert (one.gradient == model.layout.scale(a, other.gradient)).all()
    there = model.hessian_vector(model.layout.scale(a, w), model.layout.scale(a, x))
    assert (model.hessian_vector(w, x) == model.layout.scale(a, there)).all()


@given(seeds)
def test_the_minimum_is_attained_at_the_first_singular_pair(seed):
    model, _, _ = instance(seed)
    left, values, right = np.linalg.svd(model.matrix)
    w = np.concatenate([left[:, 0], right[0], values[:1]])
    assert model.minimum == pytest.approx(model.evaluate(w).loss, abs=1e-13)
    assert np.abs(model.evaluate(w).gradient).max() <= 1e-13
    with precision(200):
        enclosed = to_balls(model).minimum
    assert enclosed.rad() < 1e-50
    assert float(enclosed) == pytest.approx(model.minimum, abs=1e-13)


@given(seeds, st.floats(0.1, 10))
def test_no_curvature_exceeds_the_bound(seed, radius):
    model, w, _ = instance(seed)
    w = model.layout.units(w)
    w[-1] = radius * np.sign(w[-1])
    hessian = model.hessian_vector(np.broadcast_to(w, (w.size, w.size)), np.eye(w.size))
    largest = np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1]
    assert largest <= model.smoothness_within(radius).value * (1 + 1e-12)


@given(seeds)
def test_the_free_parameter_is_bounded_on_sublevel_sets(seed):
    model, w, _ = instance(seed)
    assert abs(w[-1]) <= model.radius_below(model.evaluate(w).loss) * (1 + 1e-12)


def test_an_ensemble_equals_the_loop():
    model, w, x = instance(1, lead=(2, 3))
    found, product = model.evaluate(w), model.hessian_vector(w, x)
    for i in np.ndindex(2, 3):
        single = model.evaluate(w[i])
        np.testing.assert_allclose(found.loss[i], single.loss, rtol=1e-13)
        np.testing.assert_allclose(found.gradient[i], single.gradient, rtol=0, atol=1e-13)
        np.testing.assert_allclose(product[i], model.hessian_vector(w[i], x[i]), rtol=0, atol=1e-12)


def test_bad_input_is_named():
    with pytest.raises(ArgumentError, match="matrix has the shape"):
        RankOne([1.0, 2.0])
    with pytest.raises(ArgumentError, match="its last axis must be 5"):
        RankOne(np.eye(2)).evaluate(np.ones(3))
    with pytest.raises(NotInArithmetic, match="singular values"):
        _ = to_rationals(RankOne(np.eye(2))).norm
