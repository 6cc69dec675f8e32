r"""Rapidity descent: turning by artanh makes 2LΔ/T smaller, and needs no known L.

Statement
---------
Turn every block by :math:`\operatorname{artanh}y_i`, :math:`y_i = \sqrt{G_i}/L_i`, down its own gradient, and step
:math:`v^+ = v - \nabla_vf/L_v`.  The gain is at least :math:`-\tfrac12\sum_iL_i\ln(1-y_i^2) + G_v/2L_v`.  So with one
L, m blocks and p = 0

.. math:: \min_{t<T}G \le mL^2\bigl(1 - e^{-2\Delta/(mLT)}\bigr) < \tfrac{2L\Delta}T\quad\text{for every T};

with free parameters :math:`\min_{t<T}\Phi_t \le 2\Delta/LT`, :math:`\Phi = -\sum\ln(1-y_i^2) + G_v/L^2`.  For one block
it is sharp for every T and y with :math:`T\operatorname{artanh}y \le \pi`; at T = 1 an equality.  The method is
equivariant.  *Without L*: double an estimate until all :math:`y_i < 1` and the promised gain holds; it never exceeds
:math:`\max(\hat L_0, 2L)`, and the bound with the last estimate holds.

Assumptions
-----------
f is PSI and :math:`C^{1,1}`; its joint Hessian at unit blocks is at most L (or :math:`\mathrm{diag}(L_i, L_v)`) on
:math:`\{f \le f_0\}`.

Source
------
Ours.

Idea of the proof
-----------------
In claim J2 take :math:`df_i(\xi_i) = -L_iy_i`: the majorant of block i is least at :math:`\tanh t_i = y_i`, where
:math:`\cosh t - y\sinh t = \sqrt{1-y^2}`.  It stays in :math:`\{f \le f_0\}`, since the majorant falls on it.
Add up: T times the smallest :math:`-\tfrac L2\sum_i\ln(1-y_i^2)` is at most Δ, and of all :math:`y_i` with the same
:math:`\sum y_i^2` equal ones have the smallest sum (:math:`-\ln(1-x)` is convex): :math:`-\tfrac{Lm}2\ln(1-G/mL^2) \le
\Delta/T`.  From :math:`1 - e^{-x} < x` the comparison.  Where G = yL at the end of every stair and each stair falls at
once to a slope of 0 and rises as steeply as L allows (:math:`\tau' = 1`), every step meets the same y and
gains what it must.  An estimate of at least L passes the test, so a doubled one is below 2L.

What is checked, what is not
----------------------------
The gain in balls, on steep zonal functions with constants of their own, on coupled blocks with v, on Rayleigh quotients
and on batch-norm neurons whose L is certified; the bounds along short runs, with and without L.  These are *tried*.
Equivariance bit for bit.  Sharpness at T = 3 by a stored staircase.  Two blocks turned jointly, the step of PSI-GD and
an exponent without the 2 are refuted.  A race on digits, without a known L, is a figure and proves nothing.

Tags
----
rates, rapidity descent, descent lemma, line search
"""

import numpy as np

from proofs_check.bibliography import OURS
from proofs_check.sharper import JOINT
from proofs_check.sharper.gains import row_sums, slopes
from proofs_check.sharper.j3_figures import FIGURES
from proofs_check.sharper.runs import least, potential_is_bounded, stairs, without_l
from proofs_check.tightness import with_tightness
from psitheory.arithmetic import namespace
from psitheory.arithmetic.hyperbolic import artanh
from psitheory.checking import BALLS, POWERS_OF_TWO, at_most, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.models import RankOne, Rapidity, Zonal
from psitheory.optimizers import PerBlock, PSIGradientDescent, RapidityDescent
from psitheory.optimizers.rapidity import promised_gain
from psitheory.rates.bounds import RAPIDITY
from psitheory.strategies import counts, points, ratios, rayleigh_quotients, rescalings, smooth_models
from psitheory.strategies.rates import even_rank_ones, near_the_best_rank_one, points_off_the_axes
from psitheory.strategies.smooth import certified_constants, certified_neurons
from psitheory.strategies.zonal import known_models, zonal_models

J3 = theorem(
    "J3",
    "Rapidity descent: a bound below 2LΔ/T for every T, with and without L",
    chapter="sharper",
    source=OURS,
    locator="rapidity descent",
    statement=r"\min_{t<T} G(w_t) \le mL^2\bigl(1 - e^{-2\Delta/(mLT)}\bigr) < \tfrac{2L\Delta}{T}",
    assumptions=("f is positively scale-invariant and C^{1,1}", f"{JOINT}, on {{f ≤ f(w_0)}} at least"),
    doc=with_tightness(__doc__, RAPIDITY),
)


def _turned(model, w, constants):
    return RapidityDescent(constants).step(model.layout, w, model.evaluate(w), ())[0]


def _gains(model, w, constants, after, times=1):
    """Claim that the way to ``after`` gains what is promised, times a number."""
    here = model.evaluate(w)
    gain = promised_gain(model.layout, w, here.gradient, constants)
    return at_most(times * gain, here.loss - model.evaluate(after).loss)


def _own(model):
    return PerBlock(model.constants, model.curvature)


LOG_COSH, HALF = Rapidity.log_cosh(2.0), float(np.arctanh(0.5))
PAIR = {"model": Zonal((LOG_COSH, LOG_COSH), (2, 2)), "w": np.tile([np.cos(HALF), np.sin(HALF)], 2)}
UNEQUAL = {**PAIR, "model": Zonal((LOG_COSH, Rapidity.log_cosh(2.0, scale=0.75)), (2, 2))}


@J3.law(model=zonal_models(free=1, blocks=(1, 2), one_scale=False), w=points("model"), on=(BALLS,), tight=True)
def a_step_gains_what_it_promises(model, w):
    """F - f⁺ ≥ -½ΣL_i ln(1 - y_i²) + G_v/2L_v, with a constant for each block and for v."""
    return _gains(model, w, _own(model), _turned(model, w, _own(model)))


@a_step_gains_what_it_promises.counterfeit(instance=PAIR)
def a_step_gains_one_percent_more(model, w):
    """The gain is at least 1.01 times that; refuted by log-cosh."""
    return _gains(model, w, _own(model), _turned(model, w, _own(model)), times=101 / (100 + 0 * w[0]))


@a_step_gains_what_it_promises.counterfeit(instance=PAIR)
def a_joint_turn_gains_as_much(model, w):
    """The same for a turn of artanh(√G/L) along the joint gradient; refuted by two log-coshes."""
    psi, y = PSIQuotient(model.layout), slopes(model, w, model.constants)
    joint = namespace(y).sqrt(namespace(y).sum(y * y, axis=-1))
    down = psi.gradient(w, model.evaluate(w).gradient) * (artanh(joint) / joint / model.curvature)
    return _gains(model, w, _own(model), psi.exp(w, -down))


@a_step_gains_what_it_promises.counterfeit(instance=UNEQUAL)
def the_smallest_constant_gains_as_much(model, w):
    """The same with the smallest L_i for all blocks."""
    least = namespace(model.constants).min(model.constants)
    return _gains(model, w, least, _turned(model, w, least))


@J3.law(model=even_rank_ones(), w=near_the_best_rank_one("model"), on=(BALLS,))
def a_step_gains_what_it_promises_where_blocks_are_coupled(model, w):
    """The same for two blocks coupled to each other and to v, with L̃_i = Σ_j L_ij for each block and v."""
    return _gains(model, w, row_sums(model, w), _turned(model, w, row_sums(model, w)))


@a_step_gains_what_it_promises_where_blocks_are_coupled.counterfeit(
    instance={"model": RankOne(8 * np.eye(2)), "w": np.array([1.0, 2.0**-8, 1.0, -(2.0**-8), 8 + 2.0**-6])}
)
def constants_fifteen_percent_smaller_gain_as_much(model, w):
    """The same with .85 L̃_i."""
    less = PerBlock(17 * row_sums(model, w).blocks / 20, 17 * row_sums(model, w).free / 20)
    return _gains(model, w, less, _turned(model, w, less))


@J3.law(model=certified_neurons(), w=points("model"), L=certified_constants("model"), on=(BALLS,))
def a_step_gains_what_it_promises_on_batch_norm_neurons(model, w, L):
    """The same on batch-norm neurons with a certified L."""
    return _gains(model, w, L, _turned(model, w, L))


@a_step_gains_what_it_promises_on_batch_norm_neurons.counterfeit
def a_twelfth_of_the_constant_gains_as_much_on_batch_norm_neurons(model, w, L):
    """The same with L/12."""
    return _gains(model, w, L / 12, _turned(model, w, L / 12))


def _minimum_is_bounded(steps, model, w, method=RapidityDescent, blocks=None, share=1):
    """Claim min G ≤ mL²(1 - e^{-2Δ·share/(mLT)})."""
    L, m = model.smoothness.value, blocks or model.layout.m
    gap, smallest = least(model, method(L), w, steps)
    return at_most(smallest, RAPIDITY(smoothness=L, gap=share * gap, blocks=m, steps=steps))


RUNS = {"steps": counts(1, 4), "model": known_models(), "w": points("model")}


@J3.law(**RUNS, on=(BALLS,))
def the_minimum_is_bounded(steps, model, w):
    """min_{t<T} G ≤ mL²(1 - e^{-2Δ/(mLT)}) on steep zonal functions of one and two blocks and Rayleigh quotients."""
    return _minimum_is_bounded(steps, model, w)


@the_minimum_is_bounded.counterfeit(instance={"steps": 1, **PAIR})
def the_bound_of_one_block_holds_for_two(steps, model, w):
    """Min G ≤ L²(1 - e^{-2Δ/(LT)}) for two blocks as well; refuted 1.12 times."""
    return _minimum_is_bounded(steps, model, w, blocks=1)


@the_minimum_is_bounded.counterfeit(instance=stairs(0.9, np.arctan(0.9), 2))
def the_bound_holds_for_psi_gd(steps, model, w):
    """PSI-GD at 1/L keeps the bound; refuted 1.07 times by a staircase at T = 2 (at T = 1 it is true)."""
    return _minimum_is_bounded(steps, model, w, method=lambda L: PSIGradientDescent(1 / L))


@the_minimum_is_bounded.counterfeit(instance=stairs(0.5, HALF, 3))
def the_bound_holds_with_one_percent_less_of_the_gap(steps, model, w):
    """The same with .99 Δ; refuted by a staircase at T = 3, and so is e^{-Δ/LT} in place of e^{-2Δ/LT}."""
    return _minimum_is_bounded(steps, model, w, share=99 / (100 + 0 * w[0]))


@J3.law(steps=counts(1, 3), model=zonal_models(free=1, blocks=(1, 2)), w=points("model"), on=(BALLS,))
def with_free_parameters_a_potential_is_bounded(steps, model, w):
    """min_{t<T} Φ ≤ 2Δ/LT, Φ = -Σ ln(1 - y_i²) + G_v/L²."""
    return potential_is_bounded(steps, model, w)


@with_free_parameters_a_potential_is_bounded.counterfeit(
    instance={"steps": 1, "model": Zonal((LOG_COSH,), (2,), free=1), "w": np.array([1.0, 0.0, 3.0])}
)
def free_parameters_count_like_a_block(steps, model, w):
    """The same with -ln(1 - G_v/L²) at its least value of 1.01 G_v/L²; refuted where all of G is in v."""
    return potential_is_bounded(steps, model, w, lambda blocks, v: blocks + 101 * v / 100)


@J3.law(**RUNS, quantifier="exists", on=(BALLS,), instance=stairs(0.5, HALF, 3))
def the_bound_is_attained_at_three_steps(steps, model, w):
    """There are staircases with min G ≥ .99 of the bound at T = 3."""
    claimed = _minimum_is_bounded(steps, model, w)
    return at_most(99 * claimed.right, 100 * claimed.left)


@the_bound_is_attained_at_three_steps.counterfeit
def the_bound_is_attained_by_every_function(steps, model, w):
    """G comes within 1 % of the bound on every function."""
    claimed = _minimum_is_bounded(steps, model, w)
    return at_most(99 * claimed.right, 100 * claimed.left)


@J3.law(model=smooth_models(), w=points("model"), a=rescalings("model"), on=(POWERS_OF_TWO, BALLS))
def a_step_is_equivariant(model, w, a):
    """From a·w it leads to a·w⁺."""
    L, scale = model.smoothness.value, model.layout.scale
    return equal(_turned(model, scale(a, w), L), scale(a, _turned(model, w, L)))


@a_step_is_equivariant.counterfeit
def a_turn_by_the_euclidean_slope_is_equivariant(model, w, a):
    """The same for the exponential map of -∇f, without the squares of the norms."""
    scale, psi = model.layout.scale, PSIQuotient(model.layout)
    return equal(
        psi.exp(scale(a, w), -model.evaluate(scale(a, w)).gradient), scale(a, psi.exp(w, -model.evaluate(w).gradient))
    )


UNKNOWN = {"steps": counts(1, 4), "model": rayleigh_quotients(), "w": points_off_the_axes("model"), "c": ratios(0, 2)}


@J3.law(**UNKNOWN, on=(BALLS,))
def without_l_the_estimate_and_the_minimum_are_bounded(steps, model, w, c):
    """L̂ ≤ max(L̂_0, 2L), and min G ≤ L̂²(1 - e^{-2Δ/(L̂T)}) with the last L̂."""
    return without_l(steps, model, w, c, lambda xp, first, L: xp.maximum(first, 2 * L))


@without_l_the_estimate_and_the_minimum_are_bounded.counterfeit
def the_estimate_never_exceeds_the_constant(steps, model, w, c):
    """L̂ ≤ max(L̂_0, L)."""
    return without_l(steps, model, w, c, lambda xp, first, L: xp.maximum(first, L))


for figure in FIGURES:
    J3.exhibit(figure)
