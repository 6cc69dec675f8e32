"""Lines: small turns, nearly orthogonal lines, both translations, against transport of the sphere and 60 digits."""

import mpmath
import numpy as np
import pytest
from flint import arb

from psitheory.arithmetic import BALLS, to_balls
from psitheory.errors import ArgumentError, BranchUndecided
from psitheory.geometry import Lines, Sphere
from psitheory.geometry.lines import nearer, orthogonality

EPS = np.finfo(float).eps


def frame(seed, d=4):
    rng = np.random.default_rng(seed)
    u = Sphere(d).random_point(rng)
    h = Sphere(d).random_tangent(rng, u)
    return u, h / np.linalg.norm(h), rng.normal(size=d)


@pytest.mark.parametrize("t", [0.0, 1e-300, 1e-160, 1e-8, 1e-4, 0.3, 1.5, 3.0])
def test_translations_are_those_of_the_sphere(t):
    u, e, x = frame(0)
    lines, x = Lines(4), Sphere(4).project(u, x)
    z = lines.exp(u, t * e)
    np.testing.assert_allclose(lines.translate_along(u, t * e, x), Sphere(4).transport(u, z, x), atol=8 * EPS)
    np.testing.assert_allclose(lines.translate(u, t * e), lines.translate_along(u, t * e, t * e), atol=8 * EPS)
    assert abs(lines.norm(z, lines.translate(u, t * e)) - t) <= 8 * EPS * t


@pytest.mark.parametrize("t", [1e-12, 1e-8, 1e-3, 1.0, np.pi / 2 - 1e-9, np.pi / 2 - 1e-15])
@pytest.mark.parametrize("sign", [1, -1])
def test_distance_and_logarithm_are_right_to_rounding(t, sign):
    with mpmath.workdps(60):
        z = np.array([float(mpmath.cos(t)), float(mpmath.sin(t))]) * sign
    u = np.array([1.0, 0.0])
    assert abs(Lines(2).dist(u, z) - t) <= 4 * EPS * max(t, EPS)
    np.testing.assert_allclose(Lines(2).log(u, z), [0, t], rtol=8 * EPS)


def test_a_line_at_its_other_unit_vector_is_the_same_one():
    u, e, x = frame(1)
    lines, x = Lines(4), Sphere(4).project(u, x)
    z = lines.exp(u, 0.7 * e)
    assert lines.dist(u, -u) == 0
    np.testing.assert_allclose(lines.log(u, -z), lines.log(u, z))
    np.testing.assert_allclose(lines.transport(u, -z, x), -lines.transport(u, z, x), atol=4 * EPS)


def test_orthogonal_lines_have_no_shortest_geodesic():
    with pytest.raises(ArgumentError, match="z is orthogonal to w"):
        Lines(2).log(np.eye(2)[0], np.eye(2)[1])


def test_enclosures_of_lines_that_may_be_orthogonal_have_none_either():
    u, v = to_balls(np.eye(2)[0]), BALLS.asarray([arb(0, 1e-9), arb(1)])
    with pytest.raises(BranchUndecided, match="may or may not be orthogonal"):
        nearer(u, v)


def test_the_regulariser_has_the_gradient_that_it_gives():
    rows = np.random.default_rng(2).normal(size=(2, 3, 5))
    direction = np.random.default_rng(3).normal(size=(2, 3, 5))
    h = 2.0**-20
    ahead, behind = orthogonality(rows + h * direction)[0], orthogonality(rows - h * direction)[0]
    found = (orthogonality(rows)[1] * direction).sum((-2, -1))
    np.testing.assert_allclose((ahead - behind) / (2 * h), found, rtol=1e-8)
