r"""What a bound on the joint Hessian says on the quotient: more than Hess f ≼ L, by a Schur complement.

Statement
---------
At a point, for positive :math:`L_i`, one for each block, and :math:`L_v`: the joint Hessian at unit blocks is at most
:math:`\mathrm{diag}(L_i)` **iff**

.. math:: \mathrm{Hess} f \preceq \sum_iL_ig_i + L_vg_v - \sum_i\tfrac1{L_i}\,df_i\otimes df_i,

i over the **blocks only**, Hess f and g on the product of spheres :math:`\times\,\mathbb{R}^p`; it is at least -M iff
:math:`\mathrm{Hess} f \succeq -Mg + \tfrac1M\sum_idf_i\otimes df_i`.  For one block and p = 0: iff
:math:`E = e^{f/L}` has :math:`\mathrm{Hess} E \preceq E\,g`.  For m blocks, p = 0, only
:math:`\mathrm{Hess}\,e^{f/mL} \preceq e^{f/mL}g/m` follows.

Assumptions
-----------
f is PSI and twice differentiable at the point.

Source
------
Ours.  The joint Hessian along orbits is claim A3's.

Idea of the proof
-----------------
Write a vector as :math:`x_i = a_iw_i + \xi_i` with horizontal :math:`\xi`.  By claim A3 :math:`\nabla^2f` has no
entry at two radial vectors and :math:`\langle w_i, \nabla^2_{ii}f\,\xi_i\rangle = -df_i(\xi_i)`, so

.. math:: \sum_iL_i\tfrac{\|x_i\|^2}{r_i^2} + L_v\|x_v\|^2 - x^\top\nabla^2f\,x
   = \sum_iL_i\Bigl(a_i + \frac{df_i(\xi_i)}{L_i}\Bigr)^2 + K(\xi),

K the Schur complement, right side minus left side of the statement.  If K is nowhere negative, neither is the form;
and at :math:`a_i = -df_i(\xi_i)/L_i` the form *is* :math:`K(\xi)`.  This is a congruence, at each point and for each
constant but 0, so with -M for L it gives the second statement.  Dividing :math:`\mathrm{Hess} E = E(\mathrm{Hess} f/L
+ df\otimes df/L^2)` by E/L gives the third; :math:`(\sum df_i)^2 \le m\sum df_i^2` the last.

What is checked, what is not
----------------------------
The congruence in both directions and with -M is *proved* on formal vectors, for blocks of any dimension, with and
without free parameters, and checked on rationals up to d = 50: with the words above this is a proof of both
equivalences at every point.  The inequality that follows is *tried* where L is known: on Rayleigh quotients
(exactly), cosines, waves, steep zonal functions of one to three blocks and v, and approximations of rank one.  That
the converse of the last statement fails is shown by a jet.

Tags
----
quotient, smoothness, Schur complement
"""

import numpy as np

from proofs_check.bibliography import OURS
from proofs_check.sharper.forms import Forms
from proofs_check.sharper.j1_instances import ANY, AT_A_JET, AT_THE_JET, BESIDE_V, ON_A_COSINE, TWO_LOG_COSHES
from psitheory.arithmetic import RATIONALS as EXACT
from psitheory.arithmetic import dot
from psitheory.checking import BALLS, FORMAL, RATIONALS, at_most, equal, theorem
from psitheory.models import Cosine
from psitheory.strategies import points, rescalings, smooth_models, step_sizes, tangents
from psitheory.strategies.free import models_of_every_layout
from psitheory.strategies.zonal import points_off_the_poles, zonal_models

J1 = theorem(
    "J1",
    "Smoothness on the quotient: the Schur complement",
    chapter="sharper",
    source=OURS,
    locator="what L says on the quotient",
    statement=r"\nabla^2f \preceq \mathrm{diag}(L_i)\iff"
    r"\mathrm{Hess} f \preceq \sum_iL_ig_i + L_vg_v - \sum_{i\text{ a block}}\tfrac1{L_i}df_i\otimes df_i"
    r"\quad\text{at unit blocks}",
    assumptions=("f is positively scale-invariant", "f is twice differentiable at the point"),
    doc=__doc__,
)


AT = {"model": models_of_every_layout(), "w": points("model"), "x": tangents("model", "w")}
EVERYWHERE = {**AT, "L": rescalings("model", decades=1), "L_v": step_sizes(decades=1)}


def _squares_and_schur(model, w, x, L, L_v, sign=1):
    at = Forms(model, w, x)
    squares = at.total(L * (at.a + sign * at.df / L) * (at.a + sign * at.df / L))
    return equal(at.weighted(x, L, L_v) - at.joint, squares + at.schur(L, L_v))


@J1.law(**EVERYWHERE, on=(FORMAL, RATIONALS))
def the_form_is_squares_plus_the_schur_complement(model, w, x, L, L_v):
    """Σ L_i‖x_i‖²/r_i² - xᵀ∇²f x = Σ L_i(a_i + df_i(ξ_i)/L_i)² + K(ξ)."""
    return _squares_and_schur(model, w, x, L, L_v)


@the_form_is_squares_plus_the_schur_complement.counterfeit(instance=ANY)
def the_radial_part_has_the_other_sign(model, w, x, L, L_v):
    """The same with a_i - df_i(ξ_i)/L_i in the squares."""
    return _squares_and_schur(model, w, x, L, L_v, sign=-1)


@the_form_is_squares_plus_the_schur_complement.counterfeit(instance=ANY)
def the_free_parameters_have_a_square_too(model, w, x, L, L_v):
    """The same with df_v(ξ_v)²/L_v taken off as well."""
    claimed, at = _squares_and_schur(model, w, x, L, L_v), Forms(model, w, x)
    slope = dot(model.layout.free_part(at.gradient), model.layout.free_part(x))
    return equal(claimed.left, claimed.right - slope * slope / L_v)


def _worst(model, w, x, L, L_v, sign=-1):
    """Claim that at the worst radial part the form is K(ξ)."""
    at = Forms(model, w, x)
    radial = model.layout.scale(sign * at.df / L, model.layout.map(lambda w: w, lambda v: 0 * v, w))
    worst = Forms(model, w, at.xi + radial)
    return equal(worst.weighted(worst.x, L, L_v) - worst.joint, at.schur(L, L_v))


@J1.law(**EVERYWHERE, on=(FORMAL, RATIONALS))
def at_the_worst_radial_part_the_form_is_the_schur_complement(model, w, x, L, L_v):
    """With a_i = -df_i(ξ_i)/L_i the form is K(ξ): where K is negative for some ξ, so is the form."""
    return _worst(model, w, x, L, L_v)


@at_the_worst_radial_part_the_form_is_the_schur_complement.counterfeit(instance=ANY)
def at_the_opposite_radial_part_the_form_is_the_schur_complement(model, w, x, L, L_v):
    """The same with a_i = df_i(ξ_i)/L_i."""
    return _worst(model, w, x, L, L_v, sign=1)


def _from_below(model, w, x, M, sign=1):
    at = Forms(model, w, x)
    squares = at.total(M * (at.a - at.df / M) * (at.a - at.df / M))
    schur = at.hess + M * at.psi.inner(w, at.xi, at.xi) - sign * at.total(at.df * at.df) / M
    return equal(M * at.psi.inner(w, x, x) + at.joint, squares + schur)


@J1.law(**AT, M=step_sizes(decades=1), on=(FORMAL, RATIONALS))
def from_below_the_squares_are_taken_off_as_well(model, w, x, M):
    """M‖x‖² + xᵀ∇²f x = M Σ(a_i - df_i/M)² + Hess f(ξ,ξ) + M‖ξ‖² - Σ df_i²/M."""
    return _from_below(model, w, x, M)


@from_below_the_squares_are_taken_off_as_well.counterfeit(instance={**AT_A_JET, "M": 1.0})
def from_below_the_squares_are_added(model, w, x, M):
    """The same with + Σ df_i²/M."""
    return _from_below(model, w, x, M, sign=-1)


# -- the inequality where L is known --------------------------------------------------------------


def _bounded(model, w, x, smoothness, square=lambda at: at.total(at.df * at.df)):
    """Claim Hess f(ξ,ξ) + square/L ≤ L‖ξ‖²."""
    at = Forms(model, w, x)
    return at_most(at.hess + square(at) / smoothness, smoothness * at.psi.inner(w, at.xi, at.xi))


ONE_BLOCK = {"model": smooth_models(), "w": points("model"), "x": tangents("model", "w")}


@J1.law(**ONE_BLOCK, on=(RATIONALS, BALLS))
def the_exponential_is_bounded_on_one_block(model, w, x):
    """Hess f + df⊗df/L ≼ L g, which is Hess e^{f/L} ≼ e^{f/L}g, on Rayleigh quotients, cosines and waves."""
    return _bounded(model, w, x, model.smoothness.value)


@the_exponential_is_bounded_on_one_block.counterfeit(instance=ON_A_COSINE, on=(BALLS,))
def the_geodesic_constant_will_do(model, w, x):
    """The same with L_g for L: 1 for the cosine, whose left side is 1.25."""
    return _bounded(model, w, x, 1 if isinstance(model, Cosine) else model.smoothness.value)


@the_exponential_is_bounded_on_one_block.counterfeit(
    instance={**ON_A_COSINE, "w": np.array([209.0, 296.0]), "x": np.array([-296.0, 209.0])}, on=(BALLS,)
)
def the_constant_may_be_one_percent_smaller(model, w, x):
    """The same with .99 L; refuted where cos θ is nearly 1/√3."""
    return _bounded(model, w, x, 99 * model.smoothness.value / 100)


@the_exponential_is_bounded_on_one_block.counterfeit(
    instance={**ON_A_COSINE, "w": np.array([1.0, 0.0]), "x": np.array([0.0, 1.0])}, on=(BALLS,)
)
def half_an_exponent_certifies_the_constant(model, w, x):
    """From Hess e^{f/2c} ≼ e^{f/2c}g, which c = .7 satisfies for the cosine, Hess f ≼ c g already follows."""
    return _bounded(model, w, x, 7 / (10 + 0 * w[0]), square=lambda at: 0 * at.hess)


ZONAL = {"model": zonal_models(free=1), "w": points_off_the_poles("model"), "x": tangents("model", "w")}


@J1.law(**ZONAL, on=(BALLS,))
def the_complement_is_bounded_for_several_blocks_and_free_parameters(model, w, x):
    """Hess f + Σ df_i⊗df_i/L ≼ L g on steep zonal functions of one to three blocks and v."""
    return _bounded(model, w, x, model.smoothness.value)


@the_complement_is_bounded_for_several_blocks_and_free_parameters.counterfeit(instance=BESIDE_V)
def the_sum_runs_over_the_free_parameters_too(model, w, x):
    """The same with df_v² in the sum; refuted by f = L ln cosh θ + Lv²/2 at v = 1."""
    free = model.layout.free_part
    slope = dot(free(model.evaluate(w).gradient), free(x))
    return _bounded(model, w, x, model.smoothness.value, lambda at: at.total(at.df * at.df) + slope * slope)


@the_complement_is_bounded_for_several_blocks_and_free_parameters.counterfeit(instance=TWO_LOG_COSHES)
def the_exponential_is_bounded_for_two_blocks(model, w, x):
    """Hess f + df⊗df/L ≼ L g, that is Hess e^{f/L} ≼ e^{f/L}g, for several blocks."""
    return _bounded(model, w, x, model.smoothness.value, lambda at: at.total(at.df) * at.total(at.df))


@the_complement_is_bounded_for_several_blocks_and_free_parameters.counterfeit(instance=TWO_LOG_COSHES)
def the_complement_is_bounded_by_one_percent_less(model, w, x):
    """The same with .99 L."""
    return _bounded(model, w, x, 99 * model.smoothness.value / 100)


BLOCKS_ALONE = {"model": zonal_models(), "w": points_off_the_poles("model"), "x": tangents("model", "w")}


@J1.law(**BLOCKS_ALONE, on=(BALLS,))
def an_exponential_with_m_is_bounded(model, w, x):
    """For m blocks, p = 0: Hess f + df⊗df/mL ≼ L g, that is Hess e^{f/mL} ≼ e^{f/mL}g/m."""
    return _bounded(model, w, x, model.smoothness.value, lambda at: at.total(at.df) * at.total(at.df) / model.layout.m)


@an_exponential_with_m_is_bounded.counterfeit(instance=TWO_LOG_COSHES)
def an_exponential_with_a_smaller_m_is_bounded(model, w, x):
    """The same with 99 % of m."""
    m = 99 * model.layout.m
    return _bounded(model, w, x, model.smoothness.value, lambda at: 100 * at.total(at.df) * at.total(at.df) / m)


def _converse(model, w, x, lowered):
    """Claim that the exponential's form is at most L = 1 on the whole tangent plane, and the joint Hessian is not."""
    along = np.array([[0, 1, 0, 0], [0, 0, 0, 1], [0, 1, 0, 1]]) * (0 * w + 1)
    forms = [_bounded(model, w, z, 1, lambda at: at.total(at.df) * at.total(at.df) / 2) for z in along]
    joint = dot(x, model.hessian_vector(w, x))
    return at_most(
        np.array([*(f.left for f in forms), lowered * dot(x, x)]), np.array([*(f.right for f in forms), joint])
    )


@J1.law(**AT_THE_JET, quantifier="exists", on=(RATIONALS,))
def the_exponential_with_m_does_not_certify_the_constant(model, w, x):
    """There is a jet with Hess e^{f/mL} ≼ e^{f/mL}g/m, m = 2, and a joint Hessian above L."""
    return _converse(model, w, x, EXACT.element(1))


@the_exponential_with_m_does_not_certify_the_constant.counterfeit
def the_joint_hessian_is_above_twice_the_constant(model, w, x):
    """The same jet has a joint Hessian above 2L there."""
    return _converse(model, w, x, EXACT.element(2))
