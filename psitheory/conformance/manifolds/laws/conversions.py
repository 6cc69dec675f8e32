"""Conversions of Euclidean gradients and Hessians, against test functions whose derivatives are known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from psitheory.checking import Observation, equal, vacuous
from psitheory.conformance.manifolds.floats import references
from psitheory.conformance.manifolds.floats.jets import jet
from psitheory.conformance.manifolds.floats.judging import ULPS, Bounded
from psitheory.conformance.manifolds.laws.constraints import tangent
from psitheory.conformance.manifolds.laws.measuring import bounded, size
from psitheory.conformance.manifolds.laws.probes import Probe
from psitheory.conformance.manifolds.subjects.nature import Known

Point = np.ndarray


def gradient_represents_the_derivative(subject: Known, f: Probe, w: Point, x: Point) -> Observation:
    r"""The gradient gives the derivative by the metric: :math:`g_w(\mathrm{grad} f, x) = \langle\nabla f, x\rangle`."""
    gradient = f.gradient(w)
    return equal(subject.inner(w, subject.gradient(w, gradient), x), gradient @ x)


def gradient_is_tangent(subject: Known, f: Probe, w: Point) -> Observation | Bounded:
    """The Riemannian gradient is a tangent vector."""
    gradient = f.gradient(w)
    found = subject.gradient(w, gradient)
    return tangent(subject, w, found, size(gradient, 2) + size(found, 2))


def hessian_is_tangent(subject: Known, f: Probe, w: Point, x: Point) -> Observation | Bounded:
    """The Riemannian Hessian maps to tangent vectors."""
    found = _hessian(subject, f, w, x)
    scale = size(f.hessian_vector(w, x), 2) + size(f.gradient(w), 2) + size(found, 2)
    return tangent(subject, w, found, scale)


def hessian_is_symmetric(subject: Known, f: Probe, w: Point, x: Point, y: Point) -> Observation:
    r"""The Riemannian Hessian is symmetric in the metric: :math:`g_w(Hx, y) = g_w(x, Hy)`."""
    left = subject.inner(w, _hessian(subject, f, w, x), y)
    return equal(left, subject.inner(w, x, _hessian(subject, f, w, y)))


def hessian_is_the_second_derivative_along_geodesics(
    subject: Known, f: Probe, w: Point, x: Point
) -> Bounded | Observation:
    r"""The Hessian is f’s acceleration along geodesics: :math:`g_w(Hx, x) = \tfrac{d^2}{dt^2}f(\exp_w tx)|_0`."""
    left = subject.inner(w, _hessian(subject, f, w, x), x)
    if not (subject.nature.spheres or "exp" in subject.offers):
        return _along_retraction(subject, f, w, x, left)
    found = jet(_along_geodesic(subject, f, w, x), order=2, eps=subject.eps)
    scale = size(f.hessian_vector(w, x)) * size(x) + size(f.gradient(w)) * size(x)
    noise = found.second_noise + ULPS * subject.eps * scale
    return bounded(np.atleast_1d(left), found.second, noise, scale)


def _along_retraction(subject: Known, f: Probe, w: Point, x: Point, left: float) -> Bounded | Observation:
    r"""Take from f’s acceleration along any curve what the curve's own does, where tangential parts are those of c″.

    .. math:: g_w(Hx, x) = (f \circ c)''(0) - \langle\nabla f, P_wc''(0)\rangle
    """
    found = jet(lambda t: np.array([f.value(subject.retract(w, t * x))]), order=2, eps=subject.eps)
    curve = jet(lambda t: subject.retract(w, t * x), order=2, eps=subject.eps)
    inside = subject.tangential(w, curve.second)
    if inside is None:
        return vacuous("nothing tells the tangential part of an acceleration")
    gradient = f.gradient(w)
    scale = size(f.hessian_vector(w, x)) * size(x) + size(gradient) * size(x)
    noise = found.second_noise + size(gradient, 2) * size(curve.second_noise, 2) + ULPS * subject.eps * scale
    return bounded(np.atleast_1d(left), found.second - gradient @ inside, noise, scale)


def _along_geodesic(subject: Known, f: Probe, w: Point, x: Point) -> Callable[[float], Point]:
    if subject.nature.spheres:
        u, velocity, spheres = subject.canonical(w), subject.velocity(w, x), subject.nature.spheres
        return lambda t: np.array([f.outer(references.exp(u, t * velocity, spheres))])
    return lambda t: np.array([f.outer(subject.canonical(subject.exp(w, t * x)))])


def _hessian(subject: Known, f: Probe, w: Point, x: Point) -> Point:
    return subject.hessian(w, f.gradient(w), f.hessian_vector(w, x), x)
