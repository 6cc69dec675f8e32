r"""Rescaling acts freely and properly, so the classes form a manifold.

Statement
---------
:math:`\mathbb{R}_+^m` acts on :math:`\prod_i(\mathbb{R}^{d_i}\setminus\{0\})\times\mathbb{R}^p` by :math:`a\cdot w =
(a_1w_1,…,a_mw_m,v)`.  The action is smooth, free and **proper**, so the quotient is a (Hausdorff) manifold of
dimension :math:`\sum_i(d_i-1)+p`, and :math:`w \mapsto (w_1/\|w_1\|,…,v)` picks one point of each orbit.

Assumptions
-----------
No block of w is zero; scales are positive.  With zero blocks the action is not free, and orbits are not closed.

Source
------
Yi22; AMS08, §3.4 (quotient manifolds); the theorem on smooth, free and proper actions: Lee, Introduction to smooth
manifolds, 21.10.

Idea of the proof
-----------------
The action is polynomial.  Free: :math:`\|(a\cdot w - b\cdot w)_i\| = |a_i-b_i|r_i`, and :math:`r_i > 0`.  Proper: if w
and :math:`a\cdot w` stay in a compact set, their norms lie in some :math:`[r,R]`, r > 0, and :math:`a_i =
\|a_iw_i\|/\|w_i\|` lies in :math:`[r/R, R/r]`, which is compact.  The dimension falls by that of the group, m.

What is checked, what is not
----------------------------
That it is an action, freeness, the scales in terms of norms, the representative with unit blocks, and the dimension,
as the trace of the projection onto horizontal vectors (claim A4), on symbols for the blocks [2], [3], [2,2] and on
rationals; the bound for scales and that classes at distance 0 are equal in balls and on floats.  That a smooth, free
and proper action has a manifold for its quotient is the theorem that is cited.

Tags
----
quotient, group action, manifold
"""

import numpy as np

from proofs_check.bibliography import YI22
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, at_most, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.strategies import points, pythagorean_points, quotients, rescalings

A1 = theorem(
    "A1",
    "Rescaling acts freely and properly: the classes form a manifold",
    chapter="quotient",
    source=YI22,
    locator="the PSI manifold; AMS08, §3.4",
    statement=r"a\cdot w = (a_1w_1,…,a_mw_m,v):\ \text{smooth, free, proper};\qquad"
    r"\dim = \textstyle\sum_i(d_i-1)+p",
    assumptions=("no block of w is zero", "every scale is positive"),
    doc=__doc__,
)

EXACTLY = (SYMBOLS, RATIONALS, BALLS, FLOATS)
ORBIT = {"psi": quotients(), "w": points("psi"), "a": rescalings("psi", decades=20)}
UNIT_NORMS = {"psi": quotients(), "w": pythagorean_points("psi"), "a": rescalings("psi", decades=20)}
PLANE = {"psi": PSIQuotient(Layout.of([2])), "w": np.array([1.0, 0.0]), "a": np.array([2.0])}


# -- an action, and free ------------------------------------------------------------------------


@A1.law(**ORBIT, b=rescalings("psi", decades=20), on=EXACTLY)
def scales_compose_by_multiplication(psi, w, a, b):
    """b·(a·w) = (ab)·w."""
    return equal(psi.layout.scale(1 / b, psi.act(b, psi.act(a, w))), psi.act(a, w))


@scales_compose_by_multiplication.counterfeit
def scales_compose_by_addition(psi, w, a, b):
    """b·(a·w) = (a + b)·w."""
    return equal(psi.act(b, psi.act(a, w)), psi.act(a + b, w))


@A1.law(**ORBIT, b=rescalings("psi", decades=20), on=EXACTLY)
def different_scales_lead_to_different_points(psi, w, a, b):
    """‖(a·w - b·w)_i‖² = (a_i - b_i)²r_i²: the action is free."""
    return _apart(psi, w, w, a, b)


def _apart(psi, w, z, a, b):
    """Claim that a·z and b·z are as far apart as they are for w."""
    layout = psi.layout
    moved, sizes = layout.scale(a / (a + b), z) - layout.scale(b / (a + b), z), (a - b) / (a + b)
    return equal(layout.dots(moved, moved) / layout.dots(w, w), sizes * sizes)


@different_scales_lead_to_different_points.counterfeit(instance={**PLANE, "b": np.array([1.0])})
def blocks_may_be_zero(psi, w, a, b):
    """The same where the first block is zero: a·w = w for all a_1, which is not free."""
    first = np.arange(psi.layout.n) >= psi.layout.sizes[0]
    return _apart(psi, w, namespace(w).where(first, w, 0 * w), a, b)


# -- proper, Hausdorff --------------------------------------------------------------------------


@A1.law(**UNIT_NORMS, on=EXACTLY)
def scales_are_ratios_of_norms(psi, w, a):
    """a_i = ‖a_iw_i‖/‖w_i‖: scales between points of a compact set lie in a compact set."""
    return equal(psi.layout.norms(psi.act(a, w)) / psi.layout.norms(w) / a, 1)


@scales_are_ratios_of_norms.counterfeit(instance=PLANE)
def scales_are_ratios_of_squared_norms(psi, w, a):
    """a_i = ‖a_iw_i‖²/‖w_i‖²."""
    there = psi.act(a, w)
    return equal(psi.layout.dots(there, there) / psi.layout.dots(w, w) / a, 1)


@A1.law(**ORBIT, on=(BALLS, FLOATS))
def scales_are_bounded_where_norms_are(psi, w, a):
    """a_i ≤ R/r if the norms of w and of a·w lie in [r, R]: the action is proper."""
    xp, norms, there = namespace(w), psi.layout.norms(w), psi.layout.norms(psi.act(a, w))
    return at_most(a, xp.maximum(norms, there) / xp.minimum(norms, there))


@scales_are_bounded_where_norms_are.counterfeit(
    instance={"psi": PLANE["psi"], "w": np.array([0.0, 0.125]), "a": np.array([8.0])}
)
def scales_are_bounded_where_norms_are_bounded_above(psi, w, a):
    """a_i ≤ R if the norms of w and of a·w are at most R: no distance from zero is needed."""
    return at_most(a, namespace(w).maximum(psi.layout.norms(w), psi.layout.norms(psi.act(a, w))))


@A1.law(psi=quotients(), w=points("psi"), z=points("psi"), on=(BALLS, FLOATS))
def classes_at_distance_zero_are_equal(psi, w, z):
    """‖u_i - u'_i‖ ≤ ∠(w_i, z_i): different classes are apart."""
    return at_most(psi.layout.norms(psi.canonical(w) - psi.canonical(z)), psi.angles(w, z))


@classes_at_distance_zero_are_equal.counterfeit(
    instance={"psi": PLANE["psi"], "w": np.array([1.0, 0.0]), "z": np.array([2.0, 0.0])}
)
def points_at_distance_zero_are_equal(psi, w, z):
    """‖w_i - z_i‖ ≤ ∠(w_i, z_i): different points are apart too."""
    return at_most(psi.layout.norms(w - z), psi.angles(w, z))


# -- one point of each orbit, and the dimension -------------------------------------------------


@A1.law(**UNIT_NORMS, on=EXACTLY)
def each_orbit_has_one_point_with_unit_blocks(psi, w, a):
    """Each w is r·(u, v), and a·w has the same (u, v)."""
    xp, layout = namespace(w), psi.layout
    back = layout.scale(layout.norms(w), psi.canonical(w))
    return equal(xp.concat([back, psi.canonical(psi.act(a, w))]), xp.concat([w, psi.canonical(w)]))


@each_orbit_has_one_point_with_unit_blocks.counterfeit(
    instance={"psi": PSIQuotient(Layout.of([2, 2])), "w": np.array([3.0, 0.0, 4.0, 0.0]), "a": np.array([2.0, 1.0])}
)
def each_orbit_has_one_point_of_unit_length(psi, w, a):
    """The same for w/‖w‖, one norm for all blocks."""
    there = psi.act(a, w)
    return equal(dot(w, w) * there * there, dot(there, there) * w * w)


@A1.law(psi=quotients(), w=points("psi"), on=EXACTLY)
def the_dimension_is_that_of_the_horizontal_space(psi, w):
    """The trace of the projection onto horizontal vectors is Σ(d_i - 1) + p."""
    return _has_dimension(psi, w, sum(d - 1 for d in psi.layout.sizes) + psi.layout.p)


def _has_dimension(psi, w, dimension):
    n = psi.layout.n
    basis = np.eye(n, dtype=int) + 0 * w  # of the arithmetic of w
    return equal(sum(psi.horizontal(w, basis[k])[k] for k in range(n)), dimension)


@the_dimension_is_that_of_the_horizontal_space.counterfeit(
    instance={"psi": PSIQuotient(Layout.of([2, 2])), "w": np.array([1.0, 0.0, 1.0, 0.0])}
)
def one_dimension_is_lost_in_all(psi, w):
    """It is Σd_i - 1 + p, as for the sphere of all weights."""
    return _has_dimension(psi, w, psi.layout.n - 1)
