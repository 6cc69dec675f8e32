"""The laws of transport on any manifold: those of every vector transport, and those of the parallel one."""

from __future__ import annotations

from psitheory.arithmetic import Array
from psitheory.checking import Observation, equal
from psitheory.geometry import Manifold


def transport_is_linear(manifold: Manifold, w: Array, z: Array, x: Array, y: Array) -> Observation:
    r"""Transport is linear: :math:`T(2x - 3y) = 2Tx - 3Ty`."""
    along = manifold.transport(w, z, 2 * x - 3 * y)
    return equal(along, 2 * manifold.transport(w, z, x) - 3 * manifold.transport(w, z, y))


def transported_vectors_are_tangent(manifold: Manifold, w: Array, z: Array, x: Array) -> Observation:
    """A transported vector is tangent at the point where it arrives."""
    there = manifold.transport(w, z, x)
    return equal(manifold.project(z, there), there)


def transport_to_the_point_itself_changes_nothing(manifold: Manifold, w: Array, x: Array) -> Observation:
    """A vector that goes nowhere stays as it is."""
    return equal(manifold.transport(w, w, x), x)


def transport_is_isometric(manifold: Manifold, w: Array, z: Array, x: Array, y: Array) -> Observation:
    r"""Parallel transport keeps lengths and angles: :math:`g_z(Tx, Ty) = g_w(x, y)`."""
    there = manifold.inner(z, manifold.transport(w, z, x), manifold.transport(w, z, y))
    return equal(there, manifold.inner(w, x, y))


def transport_there_and_back_changes_nothing(manifold: Manifold, w: Array, z: Array, x: Array) -> Observation:
    """Parallel transport back along the same geodesic undoes the way there."""
    return equal(manifold.transport(z, w, manifold.transport(w, z, x)), x)


def transport_carries_the_velocity_along(manifold: Manifold, w: Array, z: Array) -> Observation:
    r"""A geodesic carries its velocity along itself: :math:`T\log_w z = -\log_z w`."""
    return equal(manifold.transport(w, z, manifold.log(w, z)), -manifold.log(z, w))
