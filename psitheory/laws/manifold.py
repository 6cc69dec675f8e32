"""The laws of a quotient manifold."""

from __future__ import annotations

from psitheory.arithmetic import Array, dot
from psitheory.checking import Observation, at_most, equal
from psitheory.geometry import PSIQuotient, Quotient


def metric_is_constant_on_orbits(manifold: Quotient, w: Array, x: Array, y: Array, a: Array) -> Observation:
    r"""The metric does not depend on the representative: :math:`g_{a\cdot w}(a\cdot x, a\cdot y) = g_w(x, y)`."""
    to = manifold.act(a, w)
    x, y = manifold.horizontal(w, x), manifold.horizontal(w, y)
    there = manifold.inner(to, manifold.lift(w, x, to), manifold.lift(w, y, to))
    return equal(there, manifold.inner(w, x, y))


def orbit_directions_are_vertical(manifold: Quotient, w: Array, a: Array) -> Observation:
    r"""The orbit of w moves along :math:`a\cdot w - w`, which has no horizontal part."""
    along = manifold.act(a, w) - w
    return equal(manifold.vertical(w, along), along)


def horizontal_is_orthogonal_to_vertical(manifold: Quotient, w: Array, x: Array, y: Array) -> Observation:
    r"""Horizontal and vertical vectors are orthogonal: :math:`g_w(\mathrm{hor}\,x, \mathrm{ver}\,y) = 0`."""
    return equal(manifold.inner(w, manifold.horizontal(w, x), manifold.vertical(w, y)), 0)


def vectors_split_into_vertical_and_horizontal(manifold: Quotient, w: Array, x: Array) -> Observation:
    """Each vector is the sum of its vertical and its horizontal part."""
    return equal(manifold.vertical(w, x) + manifold.horizontal(w, x), x)


def projection_is_idempotent(manifold: Quotient, w: Array, x: Array) -> Observation:
    """What is horizontal already stays as it is."""
    once = manifold.horizontal(w, x)
    return equal(manifold.horizontal(w, once), once)


def lifts_of_one_vector_differ_by_the_action(manifold: Quotient, w: Array, x: Array, a: Array) -> Observation:
    r"""The lift to :math:`a\cdot w` of the vector lifted as x at w moves the same class: one derivative of one curve.

    The curve :math:`t \mapsto [w + t x]` is followed from both representatives to t = 1.
    """
    x, to = manifold.horizontal(w, x), manifold.act(a, w)
    lifted = manifold.lift(w, x, to)
    return equal(to + lifted, manifold.act(a, w + x))


def retraction_does_not_depend_on_the_representative(manifold: Quotient, w: Array, x: Array, a: Array) -> Observation:
    r"""Retracting from :math:`a\cdot w` along the lifted vector ends in the same class, :math:`a\cdot R_w(x)`."""
    x, to = manifold.horizontal(w, x), manifold.act(a, w)
    return equal(manifold.retract(to, manifold.lift(w, x, to)), manifold.act(a, manifold.retract(w, x)))


def exponential_does_not_depend_on_the_representative(manifold: Quotient, w: Array, x: Array, a: Array) -> Observation:
    """Geodesics from two representatives of one class, along lifts of one vector, end in one class."""
    x, to = manifold.horizontal(w, x), manifold.act(a, w)
    return equal(manifold.canonical(manifold.exp(to, manifold.lift(w, x, to))), manifold.canonical(manifold.exp(w, x)))


def distance_does_not_depend_on_the_representatives(manifold: Quotient, w: Array, z: Array, a: Array) -> Observation:
    """The distance of two classes is the same for all their representatives."""
    return equal(manifold.dist(manifold.act(a, w), manifold.act(1 / a, z)), manifold.dist(w, z))


def exponential_inverts_logarithm(manifold: Quotient, w: Array, z: Array) -> Observation:
    """The geodesic along log_w z ends in the class of z."""
    return equal(manifold.canonical(manifold.exp(w, manifold.log(w, z))), manifold.canonical(z))


def retraction_is_of_second_order(manifold: PSIQuotient, w: Array, x: Array) -> Observation:
    r"""Each block ends within :math:`\tfrac13\|x_i\|_g^3` of where the geodesic ends: a retraction of second order."""
    x = manifold.horizontal(w, x)
    lengths = manifold.block_norms(w, x)
    gaps = manifold.angles(manifold.retract(w, x), manifold.exp(w, x))
    return at_most(gaps, lengths * lengths * lengths / 3)


def gradient_represents_the_derivative(manifold: Quotient, gradient: Array, w: Array, x: Array) -> Observation:
    r"""The gradient gives the derivative: :math:`g_w(\mathrm{grad} f, x) = \langle\nabla f, x\rangle`."""
    x = manifold.horizontal(w, x)
    return equal(manifold.inner(w, manifold.gradient(w, gradient), x), dot(gradient, x))
