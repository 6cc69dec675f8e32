r"""The PSI quotient is a product of unit spheres and a flat space.

Statement
---------
:math:`[w] \mapsto (u_1,…,u_m,v)`, :math:`u_i = w_i/\|w_i\|`, is an isometry onto
:math:`S^{d_1-1}\times…\times S^{d_m-1}\times\mathbb{R}^p`.  Hence
:math:`\mathrm{dist}([w],[z])^2 = \sum_i\angle(w_i,z_i)^2 + \|v_w-v_z\|^2`; exp, log and parallel transport are those of
the factors.  The plane of X and Y has the sectional curvature
:math:`K = \sum_i\|X_i\wedge Y_i\|^2/\|X\wedge Y\|^2 \in [0,1]`: 1 for planes inside one block of :math:`d_i \ge 3` and
only there, 0 for a plane spanned by vectors of different factors (so always, if every :math:`d_i \le 2`), in between
for others.  A block of :math:`d_i = 2` is a circle of length :math:`2\pi`; one of :math:`d_i = 1` has two classes, at
infinite distance.  If some :math:`d_i \ge 2` the injectivity radius is :math:`\pi`, and exp is injective on
:math:`\{\|\xi_i\|_g < \pi\ \forall i\}`; if p = 0 each component has the diameter
:math:`\pi\sqrt{\#\{i: d_i \ge 2\}}`.

Assumptions
-----------
No block is zero; :math:`\xi` is horizontal.  The diameter is that of a component: blocks of :math:`d_i = 1` make
:math:`2^{\#\{i: d_i = 1\}}` of them.

Source
------
Yi22 (the metric); AMS08, §3.6.2 and examples 5.4.1, 8.1.1 (sphere: geodesics, transport).

Idea of the proof
-----------------
The differential of :math:`w_i \mapsto w_i/r_i` maps a horizontal :math:`\xi_i` to :math:`\xi_i/r_i`, whose squared
length is the term of :math:`\xi_i` in :math:`g_w`; each class has exactly one representative with unit blocks.  A
product of complete manifolds has the distances, geodesics and curvatures of its factors: the curvature operator of
:math:`S^{d-1}` is the identity on :math:`\Lambda^2`, that of a flat factor and of mixed planes zero.  Geodesics of
length less than :math:`\pi` are shortest on each sphere, and all of length :math:`\pi` from a point meet.

What is checked, what is not
----------------------------
The isometry of the metric and that transport is isometric and tangent on symbols for the blocks [2], [3], [2,2] and on
rationals; the cosine of the angle, which fixes it in :math:`[0,\pi]`, the triangle inequality, exp and log, closed
geodesics, injectivity and diameter in balls and on floats.  Curvature is measured by the distances of geodesics:
:math:`\mathrm{dist}(\exp tX,\exp tY)^2 = t^2\|X-Y\|^2 - \tfrac13K\|X\wedge Y\|^2t^4 + O(t^6)`, the remainder by at most
:math:`t^6/8` for vectors no longer than 1 (a constant found on examples, with room).  That a distance is the infimum of
lengths over *all* curves is the theory of the sphere, and not checked.

Tags
----
quotient, isometry, curvature, geodesics
"""

import numpy as np

from proofs_check.bibliography import YI22
from proofs_check.quotient.a5_figures import geodesics_and_horizontal_lines
from proofs_check.quotient.components import COMPONENTS
from proofs_check.quotient.curvature import CURVATURE
from proofs_check.quotient.product_cases import EXACT, QUOTIENT, case, pi
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, at_most, equal, theorem, vacuous
from psitheory.laws import broken
from psitheory.strategies import points, pythagorean_points, tangents, vectors

A5 = theorem(
    "A5",
    "The quotient is a product of unit spheres and a flat space",
    chapter="quotient",
    source=YI22,
    locator="the metric of the PSI manifold; AMS08, §3.6.2, §5.4, §8.1",
    statement=r"\mathrm{dist}([w],[z])^2 = \sum_i \angle(w_i,z_i)^2 + \|v_w-v_z\|^2,\quad "
    r"K(X,Y) = \frac{\sum_i\|X_i\wedge Y_i\|^2}{\|X\wedge Y\|^2} \in [0,1],\quad "
    r"\mathrm{inj} = \pi,\quad \mathrm{diam} = \pi\sqrt{\#\{i : d_i\ge 2\}}\ (p = 0)",
    assumptions=(
        "no block of w is zero",
        "ξ is horizontal",
        "the radius supposes some d_i ≥ 2; the diameter is that of a component",
    ),
    doc=__doc__,
)

# -- metric, distance ---------------------------------------------------------------------------


@A5.law(**EXACT, x=vectors("psi"), y=vectors("psi"), on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def the_metric_is_that_of_the_product(psi, w, x, y):
    """g_w(ξ, η) is the flat product of the images of ξ and η at the unit representative."""
    return _metric_is_that_of_the_product(psi, w, x, y)


def _metric_is_that_of_the_product(psi, w, x, y):
    x, y, r = psi.horizontal(w, x), psi.horizontal(w, y), psi.layout.norms(w)
    return equal(psi.inner(w, x, y), dot(psi.layout.scale(1 / r, x), psi.layout.scale(1 / r, y)))


@the_metric_is_that_of_the_product.counterfeit(instance=case([2], [0, 2], [1, 0], [1, 0]))
def the_flat_metric_is_that_of_the_product(psi, w, x, y):
    """The metric of the ambient space is."""
    return _metric_is_that_of_the_product(broken.of(broken.FlatMetric, psi), w, x, y)


@A5.law(**QUOTIENT, z=points("psi"), on=(BALLS, FLOATS))
def the_blocks_are_an_angle_apart(psi, w, z):
    """cos∠(w_i, z_i) = ⟨w_i, z_i⟩/(‖w_i‖‖z_i‖)."""
    return _cosines(psi, psi.angles(w, z), w, z)


def _cosines(psi, angles, w, z):
    u, v = psi.canonical(w), psi.canonical(z)
    return equal(namespace(w).cos(angles), psi.layout.dots(u, v))


@the_blocks_are_an_angle_apart.counterfeit(instance=case([2], [1, 0], [0, 1], names="wz"))
def the_blocks_are_a_chord_apart(psi, w, z):
    """The distance of two blocks is the chord ‖u_i - u'_i‖."""
    return _cosines(psi, psi.layout.norms(psi.canonical(w) - psi.canonical(z)), w, z)


@the_blocks_are_an_angle_apart.counterfeit(instance=case([2], [1, 0], [-1, 0], names="wz"))
def the_angle_is_taken_modulo_the_sign(psi, w, z):
    """The distance of two blocks is that of their lines, min(∠, π - ∠)."""
    angles = psi.angles(w, z)
    return _cosines(psi, namespace(w).minimum(angles, pi(w) - angles), w, z)


@A5.law(**QUOTIENT, z=points("psi"), on=(BALLS, FLOATS))
def squared_distances_add_up(psi, w, z):
    """dist² is the sum of the squared angles and of ‖v_w - v_z‖²."""
    distance, apart = psi.dist(w, z), psi.layout.free_part(w) - psi.layout.free_part(z)
    return equal(distance * distance, dot(psi.angles(w, z), psi.angles(w, z)) + dot(apart, apart))


@squared_distances_add_up.counterfeit
def distances_add_up(psi, w, z):
    """The distance is the sum of the angles and of ‖v_w - v_z‖."""
    apart = psi.layout.free_part(w) - psi.layout.free_part(z)
    xp = namespace(w)
    flat = xp.sqrt(dot(apart, apart)) if psi.layout.p else 0
    return equal(psi.dist(w, z), xp.sum(psi.angles(w, z), axis=-1) + flat)


@A5.law(**QUOTIENT, y=points("psi"), z=points("psi"), on=(BALLS, FLOATS))
def the_triangle_inequality_holds(psi, w, y, z):
    """dist(w, z) ≤ dist(w, y) + dist(y, z)."""
    return at_most(psi.dist(w, z), psi.dist(w, y) + psi.dist(y, z))


@the_triangle_inequality_holds.counterfeit(instance=case([2], [1, 0], [1, 1], [0, 1], names="wyz"))
def the_way_round_is_longer_by_a_hundredth(psi, w, y, z):
    """dist(w, z) ≤ 0.99(dist(w, y) + dist(y, z)); refuted where y is on the way."""
    return at_most(100 * psi.dist(w, z), 99 * (psi.dist(w, y) + psi.dist(y, z)))


# -- geodesics and transport --------------------------------------------------------------------


def _shortened(psi, w, x, bound):
    """Return the horizontal part of ``x``, each block shortened to a length below ``bound``."""
    x = psi.horizontal(w, x)
    return psi.layout.scale(bound / (1 + psi.block_norms(w, x)), x)


@A5.law(**QUOTIENT, x=tangents("psi", "w"), on=(BALLS, FLOATS))
def exp_is_injective_within_a_half_turn(psi, w, x):
    """The logarithm inverts exp where every ‖ξ_i‖_g < π."""
    x = _shortened(psi, w, x, pi(w))
    return equal(w + psi.log(w, psi.exp(w, x)), w + x)  # added to w, since exp(ξ) is rounded to the size of w


@exp_is_injective_within_a_half_turn.counterfeit(instance=case([2], [1, 0], [0, 2]))
def exp_is_injective_within_a_full_turn(psi, w, x):
    """The logarithm inverts exp where every ‖ξ_i‖_g < 2π."""
    x = _shortened(psi, w, x, 2 * pi(w))
    return equal(w + psi.log(w, psi.exp(w, x)), w + x)


@exp_is_injective_within_a_half_turn.counterfeit(instance=case([2], [1, 0], [0, 2]))
def log_inverts_the_retraction(psi, w, x):
    """The logarithm inverts w + ξ."""
    x = _shortened(psi, w, x, pi(w))
    return equal(w + psi.log(w, psi.retract(w, x)), w + x)


@A5.law(**QUOTIENT, x=tangents("psi", "w"), on=(BALLS, FLOATS))
def a_geodesic_continues_along_its_own_transport(psi, w, x):
    """exp(2ξ) = exp_z(τξ) at z = exp(ξ), with τ the transport from w to z."""
    return _continues(psi, w, x, lambda z, x: psi.transport(w, z, x))


def _continues(psi, w, x, carry):
    x = _shortened(psi, w, x, pi(w) / 2)
    z = psi.exp(w, x)
    return equal(psi.exp(z, carry(z, x)), psi.exp(w, 2 * x))


@a_geodesic_continues_along_its_own_transport.counterfeit(instance=case([2], [1, 0], [0, 2]))
def a_geodesic_continues_along_its_projection(psi, w, x):
    """The same with the horizontal part of ξ at z for its transport."""
    return _continues(psi, w, x, psi.horizontal)


@A5.law(
    **EXACT, z=pythagorean_points("psi"), x=vectors("psi"), y=vectors("psi"), on=(SYMBOLS, RATIONALS, BALLS, FLOATS)
)
def transport_is_isometric(psi, w, z, x, y):
    """g_z(τξ, τη) = g_w(ξ, η)."""
    return _is_isometric(psi, w, z, x, y, lambda x: psi.transport(w, z, x))


def _antipodal(psi, w, z):
    """Tell whether some block of z is opposite to that of w, where no transport is the only one."""
    total = psi.canonical(w) + psi.canonical(z)
    return bool(np.any(psi.layout.dots(total, total) == 0))


def _is_isometric(psi, w, z, x, y, carry):
    if _antipodal(psi, w, z):
        return vacuous("a block of z is antipodal to that of w")
    x, y = psi.horizontal(w, x), psi.horizontal(w, y)
    return equal(psi.inner(z, carry(x), carry(y)), psi.inner(w, x, y))


@transport_is_isometric.counterfeit(instance=case([2], [1, 0], [0, 1], [0, 1], [0, 1], names="wzxy"))
def projection_is_isometric(psi, w, z, x, y):
    """Projecting ξ, lifted from w to the norms of z, is isometric."""
    ratio = psi.layout.norms(z) / psi.layout.norms(w)
    return _is_isometric(psi, w, z, x, y, lambda x: psi.horizontal(z, psi.layout.scale(ratio, x)))


@A5.law(**EXACT, z=pythagorean_points("psi"), x=vectors("psi"), on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def transport_is_horizontal(psi, w, z, x):
    """⟨z_i, (τξ)_i⟩ = 0."""
    if _antipodal(psi, w, z):
        return vacuous("a block of z is antipodal to that of w")
    return equal(psi.layout.dots(z, psi.transport(w, z, psi.horizontal(w, x))), 0)


@transport_is_horizontal.counterfeit(instance=case([2], [1, 0], [0, 1], [0, 1], names="wzx"))
def the_vector_itself_is_horizontal(psi, w, z, x):
    """⟨z_i, ξ_i⟩ = 0 for what is horizontal at w."""
    return equal(psi.layout.dots(z, psi.horizontal(w, x)), 0)


for law in (*COMPONENTS, *CURVATURE):
    A5.law(law)
A5.exhibit(geodesics_and_horizontal_lines)
