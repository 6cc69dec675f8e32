r"""The retraction :math:`R_{[w]}(\xi) = [w + \xi]`.

Statement
---------
R does not depend on the representative: :math:`[a\cdot w + a\cdot\xi] = [w + \xi]`.  It is a retraction of first and
second order.  **Each block** moves by exactly :math:`\arctan\|\xi_i\|_g` along its own great circle; with two or more
blocks the joint curve leaves the joint geodesic at :math:`O(t^3)`.  R is a diffeomorphism onto the product of open
hemispheres times :math:`\mathbb{R}^p`, with inverse :math:`r_i^2z_i/\langle w_i,z_i\rangle - w_i`.

Assumptions
-----------
No block of w is zero; :math:`\xi` is horizontal at w, and **lifted** when the representative changes.

Source
------
Yi22 (the retraction of PSI-GD); AMS08, §4.1, §5.5.1 (retractions of second order).

Idea of the proof
-----------------
:math:`a\cdot w + a\cdot\xi = a\cdot(w+\xi)`.  In the plane of :math:`w_i` and :math:`\xi_i`, a right angle apart,
:math:`w_i + \xi_i` is at the angle :math:`\arctan(\|\xi_i\|/r_i)`.  Since :math:`\arctan s = s - s^3/3 + …`, the
great circle is followed to second order; different blocks with different lengths lag by different shares.  Within the
plane, arctan maps :math:`[0,\infty)` onto :math:`[0,\pi/2)`, smoothly with a smooth inverse.

What is checked, what is not
----------------------------
The independence of the representative and :math:`\cos^2 = 1/(1+\|\xi_i\|_g^2)` on symbols for the blocks [2], [3],
[2,2] and on rationals up to 50 dimensions; the angle itself, which is transcendental, in balls and on floats; the
bound :math:`\tfrac13\|\xi_i\|_g^3` for the distance to the geodesic in balls; that blocks part, by an instance decided
in balls; the inverse on symbols, rationals, balls and floats.  Smoothness of the inverse is by its formula.

Tags
----
quotient, retraction
"""

import numpy as np

from proofs_check.bibliography import YI22
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, Exhibit, at_most, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.laws import broken
from psitheory.laws import manifold as laws
from psitheory.layout import Layout
from psitheory.strategies import points, quotients, rescalings, tangents

A7 = theorem(
    "A7",
    "The retraction [w + ξ]: independence, order, angle arctan‖ξ‖",
    chapter="quotient",
    source=YI22,
    locator="the retraction of PSI-GD; AMS08, §4.1, §5.5",
    statement=r"R_{[w]}(\xi) = [w+\xi] = [a\cdot w + a\cdot\xi],\quad "
    r"\angle(w_i, w_i+\xi_i) = \arctan\|\xi_i\|_g,\quad "
    r"R_{[w]}^{-1}([z])_i = \frac{r_i^2}{\langle w_i,z_i\rangle}z_i - w_i",
    assumptions=("no block of w is zero", "ξ is horizontal at w, and lifted when the representative changes"),
    doc=__doc__,
)

QUOTIENT = {"psi": quotients(), "w": points("psi"), "x": tangents("psi", "w")}


@A7.law(**QUOTIENT, a=rescalings("psi"))
def the_retraction_does_not_depend_on_the_representative(psi, w, x, a):
    """R from a·w along a·ξ ends in the class of w + ξ."""
    return laws.retraction_does_not_depend_on_the_representative(psi, w, x, a)


@the_retraction_does_not_depend_on_the_representative.counterfeit
def the_vector_need_not_be_lifted(psi, w, x, a):
    """R from a·w along the same ξ ends in the class of w + ξ."""
    return laws.retraction_does_not_depend_on_the_representative(broken.of(broken.Unlifted, psi), w, x, a)


def _blocks_move_by(angle_of, psi, w, x):
    x = psi.horizontal(w, x)
    return equal(psi.angles(w, psi.retract(w, x)), angle_of(psi.block_norms(w, x)))


@A7.law(**QUOTIENT, on=(BALLS, FLOATS))
def each_block_moves_by_the_arctangent(psi, w, x):
    """∠(w_i, w_i + ξ_i) = arctan‖ξ_i‖_g."""
    return _blocks_move_by(lambda s: namespace(s).atan(s), psi, w, x)


@each_block_moves_by_the_arctangent.counterfeit
def each_block_moves_by_the_length(psi, w, x):
    """∠(w_i, w_i + ξ_i) = ‖ξ_i‖_g, as for the exponential map."""
    return _blocks_move_by(lambda s: s, psi, w, x)


def _ahead_by(lag, psi, w, x):
    """Compare how far the geodesic is ahead of the retraction, for vectors of length less than 1."""
    x = psi.horizontal(w, x)
    x = psi.layout.scale(1 / (1 + psi.block_norms(w, x)), x)
    return equal(psi.angles(psi.retract(w, x), psi.exp(w, x)), lag(psi.block_norms(w, x)))


@A7.law(**QUOTIENT, on=(BALLS,))
def each_block_stays_on_its_great_circle(psi, w, x):
    """R(ξ)_i is s - arctan s behind Exp(ξ)_i, no farther: so it is on the same great circle."""
    return _ahead_by(lambda s: s - namespace(s).atan(s), psi, w, x)


@each_block_stays_on_its_great_circle.counterfeit
def the_retraction_is_the_exponential_map(psi, w, x):
    """R(ξ)_i is not behind at all."""
    return _ahead_by(lambda s: 0 * s, psi, w, x)


@A7.law(**QUOTIENT, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def the_squared_cosine_is_rational(psi, w, x):
    """⟨w_i, w_i + ξ_i⟩² (r_i² + ‖ξ_i‖²) = r_i⁴ ‖w_i + ξ_i‖²: arctan without transcendental functions."""
    return _squared_cosine(psi.layout, w, psi.horizontal(w, x))


@the_squared_cosine_is_rational.counterfeit
def the_squared_cosine_needs_no_horizontal_vector(psi, w, x):
    """The same for a vector that is not horizontal."""
    return _squared_cosine(psi.layout, w, x + w)


def _squared_cosine(layout, w, x):
    z = w + x
    across, square, moved = layout.dots(w, z), layout.dots(w, w), layout.dots(z, z)
    return equal(across / square * across, square / (square + layout.dots(x, x)) * moved)


@A7.law(**QUOTIENT, on=(BALLS, FLOATS))
def the_distance_to_the_geodesic_is_of_third_order(psi, w, x):
    """∠(R(ξ)_i, Exp(ξ)_i) ≤ ‖ξ_i‖³/3: a retraction of second order."""
    return laws.retraction_is_of_second_order(psi, w, x)


@the_distance_to_the_geodesic_is_of_third_order.counterfeit
def half_of_that_bound_holds(psi, w, x):
    """∠(R(ξ)_i, Exp(ξ)_i) ≤ ‖ξ_i‖³/6."""
    observed = laws.retraction_is_of_second_order(psi, w, x)
    return at_most(observed.left, observed.right / 2)


@the_distance_to_the_geodesic_is_of_third_order.counterfeit
def a_sideways_drift_of_second_order_does_no_harm(psi, w, x):
    """The same bound for w + (1 + ‖ξ‖)ξ, a retraction of first order only."""
    return laws.retraction_is_of_second_order(broken.of(broken.FirstOrderRetraction, psi), w, x)


TWO_SPEEDS = {
    "psi": PSIQuotient(Layout.of([2, 2])),
    "w": np.array([1.0, 0.0, 1.0, 0.0]),
    "x": np.array([0.0, 1.0, 0.0, 0.5]),
}


@A7.law(**QUOTIENT, quantifier="exists", on=(BALLS,), instance=TWO_SPEEDS)
def two_blocks_leave_the_joint_geodesic(psi, w, x):
    """There are ξ for which R(ξ) is on no geodesic with velocity ξ: one block has lagged more than another."""
    x = psi.horizontal(w, x)
    s, angles = psi.block_norms(w, x), psi.angles(w, psi.retract(w, x))
    return at_most(s[1] * angles[0] + s[0] * s[1] / 100, s[0] * angles[1])


@two_blocks_leave_the_joint_geodesic.counterfeit
def two_blocks_move_in_proportion(psi, w, x):
    """The angles of all blocks stay in proportion to the lengths of ξ."""
    x = psi.horizontal(w, x)
    s, angles = psi.block_norms(w, x), psi.angles(w, psi.retract(w, x))
    return equal(s * angles[0], s[0] * angles)


@A7.law(**QUOTIENT)
def the_inverse_gives_the_vector_back(psi, w, x):
    """R is injective: r_i² z_i/⟨w_i, z_i⟩ - w_i recovers ξ from any representative z of [w + ξ]."""
    x = psi.horizontal(w, x)
    z = psi.layout.scale(_threes(w, psi), psi.retract(w, x))
    return equal(w + psi.inverse_retract(w, z), w + x)  # added to w, since z is rounded to the size of w


@the_inverse_gives_the_vector_back.counterfeit
def the_difference_gives_the_vector_back(psi, w, x):
    """Z - w recovers ξ from any representative z."""
    x = psi.horizontal(w, x)
    return equal(psi.layout.scale(_threes(w, psi), psi.retract(w, x)) - w, x)


def _threes(w, psi):
    square = psi.layout.dots(w, w)
    return 3 * square / square


@A7.law(**QUOTIENT, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def every_class_in_the_hemispheres_is_reached(psi, w, x):
    """R is onto: for z with ⟨w_i, z_i⟩ > 0 the inverse leads back to the ray of z."""
    z = psi.layout.scale(_threes(w, psi), w) + psi.horizontal(w, x)  # ⟨w_i, z_i⟩ = 3r_i² > 0
    back = psi.retract(w, psi.inverse_retract(w, z))
    return equal(psi.layout.scale(_threes(w, psi), back), z)


@every_class_in_the_hemispheres_is_reached.counterfeit
def every_class_is_reached_by_its_projection(psi, w, x):
    """The horizontal part of z leads to the ray of z."""
    z = psi.layout.scale(_threes(w, psi), w) + psi.horizontal(w, x)
    back = psi.retract(w, psi.horizontal(w, z))
    return equal(psi.layout.scale(_threes(w, psi), back), z)


@A7.exhibit
def the_retraction_against_the_exponential_map(rng):
    """Show the angle by which one block moves, against the length of ξ."""
    lengths = np.linspace(0, 3, 121)
    psi, w = PSIQuotient(Layout.of([2])), np.array([1.0, 0.0])
    x = lengths[:, None] * np.array([0.0, 1.0])
    return Exhibit(
        "curves",
        "The retraction against the exponential map",
        "The angle arctan‖ξ‖ follows the geodesic to second order, and never reaches a right angle.",
        {
            "x": lengths,
            "retraction": psi.dist(w, psi.retract(w, x)),
            "exponential": psi.dist(w, psi.exp(w, x)),
            "lag": np.where(lengths < 1, lengths - lengths**3 / 3, np.nan),
        },
        {"x": "length ‖ξ‖", "y": "angle moved (radians)", "guides": "lag", "lag": "‖ξ‖ - ‖ξ‖³/3"},
    )
