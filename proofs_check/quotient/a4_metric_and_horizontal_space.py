r"""The metric of the PSI quotient, its vertical and its horizontal vectors.

Statement
---------
:math:`g_w(\xi,\eta) = \sum_i \langle\xi_i,\eta_i\rangle/r_i^2 + \langle\xi_v,\eta_v\rangle` is constant on orbits:
:math:`g_{a\cdot w}(a\cdot\xi, a\cdot\eta) = g_w(\xi,\eta)`.  The vertical space at w is
:math:`\{(c_1w_1,…,c_mw_m, 0)\}`; its orthogonal complement, the horizontal space, is
:math:`\{\xi : \langle\xi_i,w_i\rangle = 0\}`, :math:`\xi_v` free.  The lift to :math:`a\cdot w` of the tangent
vector that is lifted as :math:`\xi` at w is :math:`a\cdot\xi`.

Assumptions
-----------
No block is zero; a is positive.

Source
------
Yi22 (the metric of the PSI manifold); AMS08, §3.5.3-3.6.2 (horizontal lifts, Riemannian submersions).

Idea of the proof
-----------------
The numerator of each block's term is homogeneous of degree 2 in :math:`a_i`, and so is :math:`r_i^2`.  The orbit
through w is :math:`\{a\cdot w\}`; differentiating in a gives the vertical space, and a block is g-orthogonal to
:math:`w_i` when it is orthogonal.  The differential of the projection is constant along the action:
:math:`D\pi(a\cdot w)[a\cdot\xi] = D\pi(w)[\xi]`, since :math:`[a\cdot w + t\,a\cdot\xi] = [w + t\xi]`.

What is checked, what is not
----------------------------
Each sentence on symbols for the blocks [2], [3], [2,2], on rationals up to 50 dimensions, under powers of two
bit for bit, in balls and on floats.  That the quotient is a manifold is claim A1.

Tags
----
quotient, metric, horizontal lift
"""

import numpy as np

from proofs_check.bibliography import YI22
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, Exhibit, theorem
from psitheory.laws import broken, manifold
from psitheory.layout import Layout
from psitheory.strategies import points, quotients, rescalings, vectors

A4 = theorem(
    "A4",
    "The metric, vertical and horizontal vectors descend to the quotient",
    chapter="quotient",
    source=YI22,
    locator="the PSI manifold's metric; AMS08, §3.6",
    statement=r"g_w(\xi,\eta) = \sum_i \frac{\langle\xi_i,\eta_i\rangle}{r_i^2} + \langle\xi_v,\eta_v\rangle,"
    r"\quad g_{a\cdot w}(a\cdot\xi,a\cdot\eta) = g_w(\xi,\eta),"
    r"\quad \mathcal{H}_w = \{\xi : \langle\xi_i,w_i\rangle = 0\ \forall i\}",
    assumptions=("no block of w is zero", "every scale a_i is positive"),
    doc=__doc__,
)

QUOTIENT = {"psi": quotients(), "w": points("psi")}


@A4.law(**QUOTIENT, x=vectors("psi"), y=vectors("psi"), a=rescalings("psi"))
def metric_is_constant_on_orbits(psi, w, x, y, a):
    """The metric does not depend on the representative."""
    return manifold.metric_is_constant_on_orbits(psi, w, x, y, a)


@metric_is_constant_on_orbits.counterfeit
def the_flat_metric_is_constant_on_orbits(psi, w, x, y, a):
    """The metric of the ambient space descends too."""
    return manifold.metric_is_constant_on_orbits(broken.of(broken.FlatMetric, psi), w, x, y, a)


@A4.law(**QUOTIENT, a=rescalings("psi"), on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def orbit_directions_are_vertical(psi, w, a):
    """The directions of the orbit are vertical."""
    return manifold.orbit_directions_are_vertical(psi, w, a)


@orbit_directions_are_vertical.counterfeit
def only_the_common_radius_is_vertical(psi, w, a):
    """Only the radial direction of the whole vector is vertical."""
    return manifold.orbit_directions_are_vertical(broken.of(broken.JointProjection, psi), w, a)


@A4.law(**QUOTIENT, x=vectors("psi"), y=vectors("psi"))
def horizontal_is_orthogonal_to_vertical(psi, w, x, y):
    """The horizontal space is the orthogonal complement of the vertical space."""
    return manifold.horizontal_is_orthogonal_to_vertical(psi, w, x, y)


@horizontal_is_orthogonal_to_vertical.counterfeit
def every_vector_is_horizontal(psi, w, x, y):
    """Every vector is horizontal."""
    return manifold.horizontal_is_orthogonal_to_vertical(broken.of(broken.NoProjection, psi), w, x, y)


@A4.law(**QUOTIENT, x=vectors("psi"))
def horizontal_projection_is_idempotent(psi, w, x):
    """The horizontal part of a horizontal vector is itself."""
    return manifold.projection_is_idempotent(psi, w, x)


@horizontal_projection_is_idempotent.counterfeit
def half_a_projection_is_idempotent(psi, w, x):
    """Removing half of the vertical part is a projection."""
    return manifold.projection_is_idempotent(broken.of(broken.HalfProjection, psi), w, x)


@A4.law(**QUOTIENT, x=vectors("psi"), a=rescalings("psi"))
def lifts_of_one_vector_differ_by_the_action(psi, w, x, a):
    """The lift to a·w is a·x."""
    return manifold.lifts_of_one_vector_differ_by_the_action(psi, w, x, a)


@lifts_of_one_vector_differ_by_the_action.counterfeit
def one_vector_serves_at_every_representative(psi, w, x, a):
    """The same vector represents the same tangent vector at every representative."""
    return manifold.lifts_of_one_vector_differ_by_the_action(broken.of(broken.Unlifted, psi), w, x, a)


@A4.exhibit
def rays_and_horizontal_lines(rng):
    """Show the classes of one block in the plane, and one tangent vector lifted to three representatives."""
    layout, turns = Layout.of([2]), np.linspace(0, 2 * np.pi, 181)
    circle = np.stack([np.cos(turns), np.sin(turns)], axis=-1)
    a = np.array([[0.5], [1.0], [1.5]])
    w, lifts = layout.scale(a, np.array([np.sqrt(3), 1]) / 2), layout.scale(a, np.array([-1, np.sqrt(3)]) / np.sqrt(12))
    return Exhibit(
        "path",
        "Rays, the unit circle and horizontal lines",
        "A ray from the origin is one point of the quotient.  Open circles: representatives w, 2w, 3w of one class. "
        "The vectors ξ, 2ξ, 3ξ on their horizontal lines lift one tangent vector, and lead (squares) to one class "
        "again.",
        {
            "rays": np.stack([0 * circle, 1.9 * circle], axis=-2)[:-1:15],
            "circle": circle,
            "horizontal lines": np.stack([w - 1.6 * lifts, w + 1.6 * lifts], axis=-2),
            "lifts": np.stack([w, w + lifts], axis=-2),
        },
        {
            "guides": "rays,circle,horizontal lines",
            "rays": "rays: the classes",
            "circle": "unit circle",
            "horizontal lines": "horizontal lines",
            "lifts": "one vector, three lifts",
            "x": "w₁",
            "y": "w₂",
        },
    )
