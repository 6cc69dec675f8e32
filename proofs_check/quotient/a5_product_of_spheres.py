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

from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import YI22
from psitheory.arithmetic import dot, gram_determinant, namespace, positive, tensor_square
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, Exhibit, at_most, equal, theorem, vacuous
from psitheory.geometry import PSIQuotient
from psitheory.laws import broken
from psitheory.layout import Layout
from psitheory.strategies import points, pythagorean_points, quotients, tangents, vectors

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

QUOTIENT = {"psi": quotients(), "w": points("psi")}
EXACT = {"psi": quotients(), "w": pythagorean_points("psi")}
CLOSED = {
    "psi": st.sampled_from([PSIQuotient(Layout.of(sizes)) for sizes in ([2], [3], [2, 2], [1, 2], [2, 1, 3])]),
    "w": points("psi"),
}
"""Quotients without free part, so that every component is compact."""


def _case(sizes, *arrays, names="wxy"):
    found = {name: np.array(array, dtype=float) for name, array in zip(names, arrays, strict=False)}
    return {"psi": PSIQuotient(Layout.of(sizes)), **found}


def _pi(like):
    xp = namespace(like)
    return 4 * xp.atan(xp.ones_like(like[..., :1]))[..., 0]


# -- metric, distance ---------------------------------------------------------------------------


@A5.law(**EXACT, x=vectors("psi"), y=vectors("psi"), on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def the_metric_is_that_of_the_product(psi, w, x, y):
    """g_w(ξ, η) is the flat product of the images of ξ and η at the unit representative."""
    return _metric_is_that_of_the_product(psi, w, x, y)


def _metric_is_that_of_the_product(psi, w, x, y):
    x, y, r = psi.horizontal(w, x), psi.horizontal(w, y), psi.layout.norms(w)
    return equal(psi.inner(w, x, y), dot(psi.layout.scale(1 / r, x), psi.layout.scale(1 / r, y)))


@the_metric_is_that_of_the_product.counterfeit(instance=_case([2], [0, 2], [1, 0], [1, 0]))
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


@the_blocks_are_an_angle_apart.counterfeit(instance=_case([2], [1, 0], [0, 1], names="wz"))
def the_blocks_are_a_chord_apart(psi, w, z):
    """The distance of two blocks is the chord ‖u_i - u'_i‖."""
    return _cosines(psi, psi.layout.norms(psi.canonical(w) - psi.canonical(z)), w, z)


@the_blocks_are_an_angle_apart.counterfeit(instance=_case([2], [1, 0], [-1, 0], names="wz"))
def the_angle_is_taken_modulo_the_sign(psi, w, z):
    """The distance of two blocks is that of their lines, min(∠, π - ∠)."""
    angles = psi.angles(w, z)
    return _cosines(psi, namespace(w).minimum(angles, _pi(w) - angles), w, z)


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


@the_triangle_inequality_holds.counterfeit(instance=_case([2], [1, 0], [0, 1], [1, 0], names="wyz"))
def the_way_round_is_never_longer_by_half(psi, w, y, z):
    """dist(w, y) + dist(y, z) is at most half as long again as dist(w, z)."""
    return at_most(2 * (psi.dist(w, y) + psi.dist(y, z)), 3 * psi.dist(w, z))


# -- geodesics and transport --------------------------------------------------------------------


def _shortened(psi, w, x, bound):
    """Return the horizontal part of ``x``, each block shortened to a length below ``bound``."""
    x = psi.horizontal(w, x)
    return psi.layout.scale(bound / (1 + psi.block_norms(w, x)), x)


@A5.law(**QUOTIENT, x=tangents("psi", "w"), on=(BALLS, FLOATS))
def exp_is_injective_within_a_half_turn(psi, w, x):
    """The logarithm inverts exp where every ‖ξ_i‖_g < π."""
    x = _shortened(psi, w, x, _pi(w))
    return equal(w + psi.log(w, psi.exp(w, x)), w + x)  # added to w, since exp(ξ) is rounded to the size of w


@exp_is_injective_within_a_half_turn.counterfeit(instance=_case([2], [1, 0], [0, 2]))
def exp_is_injective_within_a_full_turn(psi, w, x):
    """The logarithm inverts exp where every ‖ξ_i‖_g < 2π."""
    x = _shortened(psi, w, x, 2 * _pi(w))
    return equal(w + psi.log(w, psi.exp(w, x)), w + x)


@exp_is_injective_within_a_half_turn.counterfeit(instance=_case([2], [1, 0], [0, 2]))
def log_inverts_the_retraction(psi, w, x):
    """The logarithm inverts w + ξ."""
    x = _shortened(psi, w, x, _pi(w))
    return equal(w + psi.log(w, psi.retract(w, x)), w + x)


@A5.law(**QUOTIENT, x=tangents("psi", "w"), on=(BALLS, FLOATS))
def a_geodesic_continues_along_its_own_transport(psi, w, x):
    """exp(2ξ) = exp_z(τξ) at z = exp(ξ), with τ the transport from w to z."""
    return _continues(psi, w, x, lambda z, x: psi.transport(w, z, x))


def _continues(psi, w, x, carry):
    x = _shortened(psi, w, x, _pi(w) / 2)
    z = psi.exp(w, x)
    return equal(psi.exp(z, carry(z, x)), psi.exp(w, 2 * x))


@a_geodesic_continues_along_its_own_transport.counterfeit(instance=_case([2], [1, 0], [0, 2]))
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
    return any(bool(square == 0) for square in np.ravel(psi.layout.dots(total, total)))


def _is_isometric(psi, w, z, x, y, carry):
    if _antipodal(psi, w, z):
        return vacuous("a block of z is antipodal to that of w")
    x, y = psi.horizontal(w, x), psi.horizontal(w, y)
    return equal(psi.inner(z, carry(x), carry(y)), psi.inner(w, x, y))


@transport_is_isometric.counterfeit(instance=_case([2], [1, 0], [0, 1], [0, 1], [0, 1], names="wzxy"))
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


@transport_is_horizontal.counterfeit(instance=_case([2], [1, 0], [0, 1], [0, 1], names="wzx"))
def the_vector_itself_is_horizontal(psi, w, z, x):
    """⟨z_i, ξ_i⟩ = 0 for what is horizontal at w."""
    return equal(psi.layout.dots(z, psi.horizontal(w, x)), 0)


# -- the whole ----------------------------------------------------------------------------------


def _turned(psi, w, x, angle):
    """Return the end of the geodesic along ``x`` after each block of d_i ≥ 2 has turned by ``angle``, if it moves."""
    x = psi.horizontal(w, x)
    lengths = psi.block_norms(w, x)
    xp = namespace(w)
    round_block = np.array(psi.layout.sizes) >= 2
    if not all(np.ravel(xp.greater(lengths, xp.zeros_like(lengths)))[round_block]):
        return None
    return psi.exp(w, psi.layout.scale(angle / xp.where(round_block, lengths, xp.ones_like(lengths)), x))


def _comes_back(psi, w, x, angle):
    end = _turned(psi, w, x, angle)
    return vacuous("a block does not move") if end is None else equal(end, w)


@A5.law(**CLOSED, x=tangents("psi", "w"), on=(BALLS, FLOATS))
def every_great_circle_has_the_length_of_a_full_turn(psi, w, x):
    """A vector with ‖ξ_i‖_g = 2π for each d_i ≥ 2 leads exp back to w; for d_i = 2 that is the whole circle."""
    return _comes_back(psi, w, x, 2 * _pi(w))


@every_great_circle_has_the_length_of_a_full_turn.counterfeit(instance=_case([2], [1, 0], [0, 1]))
def every_great_circle_has_the_length_of_a_half_turn(psi, w, x):
    """‖ξ_i‖_g = π leads back already, as it would on lines."""
    return _comes_back(psi, w, x, _pi(w))


def _meet(psi, w, x, y, angle):
    ends = _turned(psi, w, x, angle), _turned(psi, w, y, angle)
    return vacuous("a block does not move") if any(end is None for end in ends) else equal(*ends)


@A5.law(**CLOSED, x=tangents("psi", "w"), y=tangents("psi", "w"), on=(BALLS, FLOATS))
def all_geodesics_meet_after_half_a_turn(psi, w, x, y):
    """The ends exp ξ and exp η are one class if all ‖ξ_i‖_g = ‖η_i‖_g = π: exp is injective no farther."""
    return _meet(psi, w, x, y, _pi(w))


@all_geodesics_meet_after_half_a_turn.counterfeit(instance=_case([2], [1, 0], [0, 1], [0, -1]))
def all_geodesics_meet_after_a_quarter_of_a_turn(psi, w, x, y):
    """They meet at ‖ξ_i‖_g = ‖η_i‖_g = π/2 already."""
    return _meet(psi, w, x, y, _pi(w) / 2)


LINE = {"psi": PSIQuotient(Layout.of([1, 3])), "w": points("psi"), "x": vectors("psi")}


@A5.law(**LINE, on=(SYMBOLS, RATIONALS, BALLS, FLOATS))
def nothing_is_tangent_to_a_block_of_one_entry(psi, w, x):
    """For d_i = 1 the horizontal part is zero: no curve leaves the class."""
    return equal(psi.horizontal(w, x)[..., 0], 0)


@nothing_is_tangent_to_a_block_of_one_entry.counterfeit(instance=_case([1, 3], [1, 1, 0, 0], [0, 0, 0, 1]))
def nothing_is_tangent_to_a_block_of_three_entries(psi, w, x):
    """For d_i = 3 the horizontal part is zero too."""
    return equal(psi.horizontal(w, x)[..., 1:], 0)


@A5.law(psi=PSIQuotient(Layout.of([1, 3])), w=points("psi"), on=(BALLS, FLOATS))
def the_two_ends_of_a_line_are_infinitely_far_apart(psi, w):
    """dist(w, z) = ∞ where z_i = -w_i for a block of d_i = 1."""
    z = psi.layout.scale(namespace(w).asarray([-1, 1]), w)
    return equal(1 / psi.dist(w, z), 0)


@the_two_ends_of_a_line_are_infinitely_far_apart.counterfeit(instance=_case([1, 3], [1, 1, 0, 0]))
def the_two_poles_of_a_sphere_are_infinitely_far_apart(psi, w):
    """dist(w, z) = ∞ where z_i = -w_i for a block of d_i = 3."""
    z = psi.layout.scale(namespace(w).asarray([1, -1]), w)
    return equal(1 / psi.dist(w, z), 0)


def _on_the_component(psi, w, z):
    """Return ``z`` with the blocks of ``w`` where d_i = 1."""
    return psi.layout.map(lambda w, z: w if w.shape[-1] == 1 else z, lambda _, z: z, w, z)


def _round_blocks(psi):
    return sum(size >= 2 for size in psi.layout.sizes)


@A5.law(**CLOSED, z=points("psi"), on=(BALLS, FLOATS))
def no_two_classes_of_a_component_are_farther_apart(psi, w, z):
    """Squared distances are at most π²·#{d_i ≥ 2} on each component, if p = 0."""
    distance = psi.dist(w, _on_the_component(psi, w, z))
    return at_most(distance * distance, _round_blocks(psi) * (_pi(w) * _pi(w)))


@no_two_classes_of_a_component_are_farther_apart.counterfeit(
    instance=_case([2, 2], [1, 0, 1, 0], [-1, 0, -1, 0], names="wz")
)
def no_two_classes_are_farther_apart_than_a_half_turn(psi, w, z):
    """No distance exceeds π, whatever the number of blocks."""
    return at_most(psi.dist(w, _on_the_component(psi, w, z)), _pi(w))


@A5.law(**CLOSED, on=(BALLS, FLOATS))
def opposite_classes_are_that_far_apart(psi, w):
    """dist² = π²·#{d_i ≥ 2} between w and the class with all blocks of d_i ≥ 2 reversed."""
    distance = psi.dist(w, _on_the_component(psi, w, -w))
    return equal(distance * distance, _round_blocks(psi) * (_pi(w) * _pi(w)))


@opposite_classes_are_that_far_apart.counterfeit(instance=_case([2, 2], [1, 0, 1, 0]))
def opposite_classes_are_one_half_turn_apart_for_every_block(psi, w):
    """The distance is π·#{d_i ≥ 2} there."""
    return equal(psi.dist(w, _on_the_component(psi, w, -w)), _round_blocks(psi) * _pi(w))


# -- curvature ----------------------------------------------------------------------------------


def _wedge(psi, w, x, y):
    """Return Σ‖X_i ∧ Y_i‖² over the blocks, and ‖X ∧ Y‖², both in the metric."""
    dots, square = psi.layout.dots, psi.layout.dots(w, w)
    of_blocks = (dots(x, x) * dots(y, y) - dots(x, y) * dots(x, y)) / (square * square)
    xy = psi.inner(w, x, y)
    return namespace(w).sum(of_blocks, axis=-1), psi.inner(w, x, x) * psi.inner(w, y, y) - xy * xy


TANGENTS = {**QUOTIENT, "x": tangents("psi", "w"), "y": tangents("psi", "w")}


@A5.law(**TANGENTS, on=(RATIONALS, BALLS, FLOATS))
def the_curvature_is_at_most_one(psi, w, x, y):
    """Σ‖X_i ∧ Y_i‖² ≤ ‖X ∧ Y‖²."""
    x, y = psi.horizontal(w, x), psi.horizontal(w, y)
    return at_most(*_wedge(psi, w, x, y), surplus=_wedges_across(psi, w, x, y))


def _wedges_across(psi, w, x, y):
    """Return ‖X ∧ Y‖² - Σ‖X_i ∧ Y_i‖² as squares: Σ_{i<j}‖X_i ⊗ Y_j - Y_i ⊗ X_j‖², and ‖X_v ∧ Y_v‖²."""
    free = psi.layout.free_part
    parts = [(positive(dot(u, u)), a, b) for u, a, b in zip(*(_blocks(psi, z) for z in (w, x, y)), strict=True)]
    pairs = [tensor_square(a, b, c, d) / r / s for (r, a, b), (s, c, d) in combinations(parts, 2)]
    beside = [tensor_square(a, b, free(x), free(y)) / r for r, a, b in parts]
    return sum(pairs + beside, gram_determinant(free(x), free(y)))


def _blocks(psi, z):
    return [block for rows in psi.layout.rows(z) for block in np.moveaxis(rows, -2, 0)]


@the_curvature_is_at_most_one.counterfeit
def the_curvature_is_one(psi, w, x, y):
    """Σ‖X_i ∧ Y_i‖² = ‖X ∧ Y‖²; true for one block without a free part."""
    return equal(*_wedge(psi, w, psi.horizontal(w, x), psi.horizontal(w, y)))


def _spread(curved, psi, w, x, y):
    """Compare dist(exp tX, exp tY)² at t = 1/16 with its expansion, ``curved`` being K‖X ∧ Y‖²."""
    x, y = psi.horizontal(w, x), psi.horizontal(w, y)
    x, y = x / (1 + psi.norm(w, x)), y / (1 + psi.norm(w, y))
    distance = psi.dist(psi.exp(w, x / 16), psi.exp(w, y / 16))
    flat = psi.inner(w, x - y, x - y) / 16**2
    bend = curved(*_wedge(psi, w, x, y)) / (3 * 16**4)
    return at_most(namespace(w).abs(flat - bend - distance * distance), namespace(w).ones_like(flat) / (8 * 16**6))


@A5.law(**TANGENTS, on=(BALLS,))
def geodesics_spread_as_the_curvature_says(psi, w, x, y):
    """dist(exp tX, exp tY)² = t²‖X-Y‖² - (t⁴/3)Σ‖X_i ∧ Y_i‖² within t⁶/8, for X, Y no longer than 1 and t = 1/16."""
    return _spread(lambda of_blocks, joint: of_blocks, psi, w, x, y)


@geodesics_spread_as_the_curvature_says.counterfeit(instance=_case([3], [1, 0, 0], [0, 4, 0], [0, 0, 4]))
def the_quotient_is_flat(psi, w, x, y):
    """K = 0 for every plane."""
    return _spread(lambda of_blocks, joint: 0 * joint, psi, w, x, y)


@geodesics_spread_as_the_curvature_says.counterfeit(instance=_case([2, 2], [1, 0, 1, 0], [0, 4, 0, 0], [0, 0, 0, 4]))
def the_quotient_is_one_sphere(psi, w, x, y):
    """K = 1 for every plane."""
    return _spread(lambda of_blocks, joint: joint, psi, w, x, y)


@A5.exhibit
def geodesics_and_horizontal_lines(rng):
    """Show on S² a geodesic, and the horizontal line that the retraction follows from the same point."""
    psi, w, x = PSIQuotient(Layout.of([3])), np.array([0.0, 0.0, 1.0]), np.array([1.3, 0.2, 0.0])
    t = np.linspace(0, 1, 61)[:, None]
    across = np.array([0.2, -1.3, 0.0])
    return Exhibit(
        "path",
        "A geodesic and a horizontal line on S²",
        "The line w + tξ leaves the sphere, yet its classes run along the geodesic, only slower (dots are equal steps "
        "of t): it would take forever to the equator.  Weights of any length on one ray are one point.",
        {
            "sphere": np.array(1.0),
            "geodesic exp(tξ)": psi.exp(w, t * x),
            "horizontal line w + tξ": psi.retract(w, t * x),
            "its classes": psi.canonical(psi.retract(w, t * x)),
            "another geodesic": psi.exp(w, t * across),
        },
        {"every": "5"},
    )
