r"""Descent along the retraction: the quadratic upper bound holds for horizontal vectors of any length.

Statement
---------
For PSI f the pullback along :math:`R_{[w]}(\xi) = [w + \xi]` is :math:`f(w+\xi)`, and :math:`\|w_i+s\xi_i\| \ge
\|w_i\|` for horizontal :math:`\xi`.  Hence, for several blocks and v, with L a bound on the largest eigenvalue of the
**joint** Hessian at simultaneously unit blocks,

.. math:: f(R(\xi)) \le f(w) + g_w(\mathrm{grad} f,\xi) + \tfrac L2\|\xi\|_g^2

for horizontal :math:`\xi` of any length.  L may not be replaced by :math:`L_g = \sup\|\mathrm{Hess} f\|`.

Closed forms: for :math:`f = w^\top Aw/\|w\|^2` at a unit u, :math:`\nabla^2f(u) = 2R(A - f I)R` with the reflection
:math:`R = I - 2uu^\top`, so the spectrum is :math:`\{2(\lambda_i - f)\}` and :math:`L = 2(\lambda_{\max} -
\lambda_{\min})`; for the cosine :math:`L = 2/\sqrt3`; on the circle the largest eigenvalue is
:math:`\tfrac12(f'' + \sqrt{f''^2 + 4f'^2})`.

Assumptions
-----------
f is PSI and :math:`C^{1,1}`; :math:`\xi` is horizontal; L holds on a region convex in v that has both ends.

Source
------
Yi22 (smoothness along the retraction); AMS08, §4.5, §7.4 (Lipschitz derivative of the pullback).

Idea of the proof
-----------------
:math:`\|w_i + s\xi_i\|^2 = r_i^2 + s^2\|\xi_i\|^2 \ge r_i^2`.  By claim A3 the Hessian at a point with block norms
:math:`r'_i` is, in the coordinates :math:`\xi_i/r'_i`, that at unit blocks; so its form at :math:`\xi` is at most
:math:`L\sum_i\|\xi_i\|^2/r_i'^2 + L\|\xi_v\|^2 \le L\|\xi\|_g^2` wherever :math:`r'_i \ge r_i`, all along the segment.
Taylor's formula with remainder does the rest.  Along *geodesics* the second derivative is at most :math:`L_g\|\xi\|^2`
(claim C6); along the retraction, on a circle, it is :math:`(f'' - 2sf')/(1+s^2)^2`: the gradient counts too.

What is checked, what is not
----------------------------
The Hessian of Rayleigh quotients is proved, for every symmetric A in every dimension; the other closed forms in balls
and on floats; that L of the cosine is the least such number is searched for.  That no block gets shorter on rationals,
in balls and on floats; the bound on rationals for Rayleigh quotients with exact L, in balls and on floats also for
cosines, waves on the circle and approximations of rank one, whose two blocks are coupled to each other and to a free
parameter.  The constant cannot be lowered: an instance comes within 1 % of equality.  No symbols for the bound, since
an inequality for every smooth f is no identity of rational functions.

Tags
----
quotient, retraction, descent lemma, smoothness
"""

import numpy as np

from proofs_check.bibliography import YI22
from proofs_check.quotient.closed_forms import CLOSED_FORMS
from psitheory.arithmetic import namespace, positive
from psitheory.checking import BALLS, FLOATS, RATIONALS, at_most, theorem
from psitheory.geometry import PSIQuotient
from psitheory.models import Circle, Cosine, Fourier, RankOne, Rayleigh
from psitheory.strategies import points, quotients, rank_one_models, smooth_models, tangents

A8 = theorem(
    "A8",
    "Descent along the retraction, for horizontal vectors of any length",
    chapter="quotient",
    source=YI22,
    locator="smoothness along the retraction; AMS08, §4.5, §7.4",
    statement=r"\|w_i + s\xi_i\| \ge \|w_i\|,\qquad "
    r"f(R_{[w]}(\xi)) \le f(w) + g_w(\mathrm{grad} f,\xi) + \tfrac{L}{2}\|\xi\|_g^2\quad(\xi\ \text{horizontal})",
    assumptions=(
        "f is positively scale-invariant",
        "ξ is horizontal",
        "L bounds the joint Hessian at unit blocks, on a region convex in v",
    ),
    doc=__doc__,
)

QUOTIENT = {"psi": quotients(), "w": points("psi"), "x": tangents("psi", "w")}
MODEL = {"model": smooth_models(), "w": points("model"), "x": tangents("model", "w")}


@A8.law(**QUOTIENT, on=(RATIONALS, BALLS, FLOATS))
def no_block_gets_shorter_along_a_horizontal_vector(psi, w, x):
    """‖w_i‖ ≤ ‖w_i + ξ_i‖."""
    return _no_block_gets_shorter(psi.layout, w, psi.horizontal(w, x))


def _no_block_gets_shorter(layout, w, x):
    square, moved = layout.dots(w, w), layout.dots(w + x, w + x)
    return at_most(square / square, moved / square, surplus=positive(layout.dots(x, x)) / positive(square))


@no_block_gets_shorter_along_a_horizontal_vector.counterfeit
def no_block_gets_shorter_along_any_vector(psi, w, x):
    """‖w_i‖ ≤ ‖w_i + z_i‖ for every z."""
    return _no_block_gets_shorter(psi.layout, w, x)


def _bounded(model, w, x, smoothness):
    """Claim the bound with ``smoothness`` for L, for ``x`` as it is."""
    psi, here = PSIQuotient(model.layout), model.evaluate(w)
    slope = psi.inner(w, psi.gradient(w, here.gradient), x)
    return at_most(model.evaluate(psi.retract(w, x)).loss, here.loss + slope + smoothness * psi.inner(w, x, x) / 2)


def _horizontally_bounded(model, w, x, smoothness):
    return _bounded(model, w, PSIQuotient(model.layout).horizontal(w, x), smoothness)


AT_THE_BOTTOM = {
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([1.0, 0.0]),
    "x": np.array([0.0, 0.0625]),
}
"""Here f(R(ξ)) = s²/(1 + s²) against (L/2)s² = s²: a ratio of 256/257."""


@A8.law(**MODEL, on=(RATIONALS, BALLS, FLOATS))
def the_quadratic_bound_holds(model, w, x):
    """f(R(ξ)) ≤ f + g(grad f, ξ) + (L/2)‖ξ‖²."""
    return _horizontally_bounded(model, w, x, model.smoothness.value)


@the_quadratic_bound_holds.counterfeit(instance=AT_THE_BOTTOM)
def the_quadratic_bound_holds_with_half_the_constant(model, w, x):
    """The same with L/2 for L."""
    return _horizontally_bounded(model, w, x, model.smoothness.value / 2)


INWARD = {"model": Cosine(np.array([1.0, 0.0])), "w": np.array([1.0, 0.0]), "x": np.array([-1.0, 0.1])}
"""w and ξ nearly cancel: what is left points elsewhere.  On Rayleigh quotients this does no harm."""


@the_quadratic_bound_holds.counterfeit(instance=INWARD)
def the_vector_need_not_be_horizontal(model, w, x):
    """The same for every vector, with a radial part that may point inwards."""
    return _bounded(model, w, x, model.smoothness.value)


FLAT_TOP = Circle(Fourier([0.0, -33750.0, 0.0, 625.0, 0.0, -27.0], [0.0] * 6))
"""f'' = 28800 c(15 - 10c² + 3c⁴)/8 with c = cos θ, which grows with c: L_g = 28800; and f ≈ 28800 θ²/2 near 0."""


@the_quadratic_bound_holds.counterfeit(
    instance={"model": FLAT_TOP, "w": np.array([1.0, -1.0]), "x": np.array([0.78125, 0.78125])},
    model=FLAT_TOP,
    on=(BALLS,),
)
def the_curvature_along_geodesics_will_do(model, w, x):
    """The same with L_g = sup‖Hess f‖ for L; refuted about where a gradient step of rate 1/L_g leads."""
    return _horizontally_bounded(model, w, x, 28800)


@A8.law(model=rank_one_models(), w=points("model"), x=tangents("model", "w"), on=(BALLS, FLOATS))
def the_quadratic_bound_holds_for_two_blocks_and_a_free_parameter(model, w, x):
    """The bound with L for the largest |v| on the segment, for two blocks coupled to each other and to v."""
    return _horizontally_bounded(model, w, x, model.smoothness_within(_largest_v(model, w, x)).value)


def _largest_v(model, w, x):
    xp, v = namespace(w), model.layout.free_part
    return xp.maximum(xp.abs(v(w)), xp.abs(v(w + x)))[..., 0]


IN_OPPOSITION = {
    "model": RankOne(np.eye(2)),
    "w": np.array([1.0, 0.0, 1.0, 0.0, 1.0]),
    "x": np.array([0.0, 0.25, 0.0, -0.25, 0.0]),
}


@the_quadratic_bound_holds_for_two_blocks_and_a_free_parameter.counterfeit(instance=IN_OPPOSITION)
def the_largest_constant_of_a_block_will_do(model, w, x):
    """The same with the larger of the constants of a block, 2|v|‖B‖/√3, and of v, 1: no coupling between them."""
    radius, one = _largest_v(model, w, x), namespace(w).ones_like(w[..., 0])
    of_a_block = 2 * radius * model.norm / namespace(w).sqrt(3 * one)
    return _horizontally_bounded(model, w, x, namespace(w).maximum(of_a_block, one))


def _used_up(model, w, x):
    bound = _horizontally_bounded(model, w, x, model.smoothness.value)
    linear = _horizontally_bounded(model, w, x, 0).right
    return at_most(99 * (bound.right - linear), 100 * (bound.left - linear))


@A8.law(**MODEL, quantifier="exists", on=(RATIONALS,), instance=AT_THE_BOTTOM)
def the_constant_is_attained(model, w, x):
    """There are f and ξ for which the quadratic term is used up to 1 %: L cannot be lowered."""
    return _used_up(model, w, x)


@the_constant_is_attained.counterfeit
def the_constant_is_attained_by_every_vector(model, w, x):
    """The quadratic term is used up to 1 % for all f and ξ."""
    return _used_up(model, w, x)


for law in CLOSED_FORMS:
    A8.law(law)
