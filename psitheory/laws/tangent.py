"""The laws of tangent spaces: metric, norm and projection of any manifold."""

from __future__ import annotations

from psitheory.arithmetic import Array, dot, namespace
from psitheory.checking import Observation, equal
from psitheory.geometry import Manifold


def metric_is_symmetric(manifold: Manifold, w: Array, x: Array, y: Array) -> Observation:
    r"""The metric is symmetric: :math:`g_w(x, y) = g_w(y, x)`."""
    return equal(manifold.inner(w, x, y), manifold.inner(w, y, x))


def metric_is_bilinear(manifold: Manifold, w: Array, x: Array, y: Array, t: Array) -> Observation:
    r"""The metric is linear in each argument: :math:`g_w(2x - 3y, t) = 2g_w(x, t) - 3g_w(y, t)`."""
    return equal(manifold.inner(w, 2 * x - 3 * y, t), 2 * manifold.inner(w, x, t) - 3 * manifold.inner(w, y, t))


def metric_is_positive(manifold: Manifold, w: Array, x: Array) -> Observation:
    r"""A tangent vector that is not zero has a positive square: :math:`\mathrm{sign}\,g_w(x, x) = 1`."""
    square = manifold.inner(w, x, x)
    return equal(namespace(square).sign(square), 1)


def norm_is_the_root_of_the_metric(manifold: Manifold, w: Array, x: Array) -> Observation:
    r"""The length of a tangent vector is :math:`\|x\|_w = \sqrt{g_w(x, x)}`."""
    length = manifold.norm(w, x)
    return equal(length * length, manifold.inner(w, x, x))


def projection_fixes_what_it_returns(manifold: Manifold, w: Array, v: Array) -> Observation:
    """What is tangent already stays as it is."""
    once = manifold.project(w, v)
    return equal(manifold.project(w, once), once)


def projection_is_linear(manifold: Manifold, w: Array, v: Array, u: Array) -> Observation:
    r"""The projection is linear: :math:`P_w(2v - 3u) = 2P_wv - 3P_wu`."""
    return equal(manifold.project(w, 2 * v - 3 * u), 2 * manifold.project(w, v) - 3 * manifold.project(w, u))


def projection_is_orthogonal(manifold: Manifold, w: Array, v: Array, x: Array) -> Observation:
    r"""What the projection removes is orthogonal to tangent vectors: :math:`\langle v - P_wv, x\rangle = 0`."""
    return equal(dot(v, x), dot(manifold.project(w, v), x))


def tangent_vectors_stay_under_the_projection(manifold: Manifold, w: Array, x: Array) -> Observation:
    """A tangent vector is its own projection."""
    return equal(manifold.project(w, x), x)
