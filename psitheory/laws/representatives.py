"""More laws of a quotient manifold: no method may depend on the representative.

See :mod:`psitheory.laws.manifold` for the metric, the distance, the retraction and the exponential.
"""

from __future__ import annotations

from psitheory.arithmetic import Array
from psitheory.checking import Observation, equal
from psitheory.geometry import Quotient


def projection_does_not_depend_on_the_representative(manifold: Quotient, w: Array, x: Array, a: Array) -> Observation:
    r"""Projecting commutes with the action: :math:`P_{a\cdot w}(a\cdot x) = a\cdot P_wx`."""
    to = manifold.act(a, w)
    x = manifold.project(w, x)
    lifted = manifold.lift(w, x, to)
    return equal(manifold.project(to, lifted), lifted)


def logarithm_does_not_depend_on_the_representative(manifold: Quotient, w: Array, z: Array, a: Array) -> Observation:
    r"""The logarithm at another representative is the lift of the same tangent vector."""
    to = manifold.act(a, w)
    return equal(manifold.log(to, z), manifold.lift(w, manifold.log(w, z), to))


def logarithm_does_not_depend_on_the_representative_of_the_end(
    manifold: Quotient, w: Array, z: Array, a: Array
) -> Observation:
    r"""The logarithm depends on the class of its end alone: :math:`\log_w(a\cdot z) = \log_wz`."""
    return equal(manifold.log(w, manifold.act(a, z)), manifold.log(w, z))


def transport_does_not_depend_on_the_representatives(
    manifold: Quotient, w: Array, z: Array, x: Array, a: Array
) -> Observation:
    r"""Transport from :math:`a\cdot w` of the lifted vector arrives as the same vector."""
    x, to = manifold.project(w, x), manifold.act(a, w)
    return equal(manifold.transport(to, z, manifold.lift(w, x, to)), manifold.transport(w, z, x))


def canonical_representative_is_the_same_along_the_orbit(manifold: Quotient, w: Array, a: Array) -> Observation:
    r"""All representatives of a class have one standard representative."""
    return equal(manifold.canonical(manifold.act(a, w)), manifold.canonical(w))
