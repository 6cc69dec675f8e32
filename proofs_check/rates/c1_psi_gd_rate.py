r"""The rate of PSI-GD: gradients on the quotient become small like 1/T.

Statement
---------
Let :math:`G(w) = \sum_ir_i^2\|\nabla_if\|^2 + \|\nabla_vf\|^2`, the squared Riemannian gradient norm, and let L bound
the largest eigenvalue of the joint Hessian at simultaneously unit blocks (one-sided: nothing is said of its smallest
one; a bound :math:`\bar L` of its norm is two-sided, and allows claim J5's smaller constant).  For
:math:`0 < \eta < 2/L`

.. math:: \sum_{t<T} G(w_t) \le \frac{f(w_0) - f(w_T)}{\eta(1 - \eta L/2)},

and at :math:`\eta = 1/L`: :math:`\min_{t<T}G(w_t) \le 2L(f(w_0) - f^*)/T` for every T.

*Per-block rates*: let i and j run over the blocks and v, :math:`L_{ij} = L_{ji} \ge \|\nabla^2_{ij}f\|` at unit blocks,
:math:`\tilde L_i = \sum_jL_{ij}`.  Then :math:`\sum_t\sum_i(\eta_i - \tilde L_i\eta_i^2/2)G_i \le f(w_0) - f(w_T)`.

Assumptions
-----------
f is PSI and :math:`C^{1,1}` with the stated L, on :math:`\{f \le f(w_0)\}` at least (for batch norm: a smooth
activation and a positive-definite centred batch covariance).  Several blocks and free parameters are allowed.

Source
------
Yi22 (convergence of PSI-GD); the descent lemma along a retraction: AMS08, §4.5, §7.4.  This form of the statement is
ours.

Idea of the proof
-----------------
The step is :math:`w - \eta\,\mathrm{grad} f` with a horizontal gradient, so no block gets shorter on the segment from
:math:`w_t` to :math:`w_{t+1}`; at a point with block norms :math:`r'_i \ge r_i` the Hessian in the coordinates
:math:`\xi_i/r_i` is at most L.  Taylor gives :math:`f(w_{t+1}) \le f(w_t) - \eta(1 - \eta L/2)G(w_t)`; add up.
With
:math:`\tilde L_i` for L in block i the Hessian is at most :math:`\mathrm{diag}(\tilde L)`, since
:math:`2|\langle x_i, H_{ij}x_j\rangle| \le L_{ij}(\|x_i\|^2 + \|x_j\|^2)`.

What is checked, what is not
----------------------------
Both inequalities along whole trajectories of Rayleigh quotients (where L and f* are known exactly), the first on waves
on the circle (with an upper bound for L), on two coupled blocks with a free parameter, and on batch-norm neurons whose
L is certified by branch and bound in balls.  **The constant cannot be lowered at any T**: on staircases on the circle
that fall steeply and rise as slowly as L allows a run meets the same gradient at every step, and comes to .999 of the
bound at T = 2, 10 and 100, to .99 at T = 1.  **1/T is a uniform statement**: on one fixed analytic f the minimum falls
faster than :math:`T^{-2}`, so an exponent means something only over instances that vary with T.

Tags
----
rates, PSI-GD, descent lemma
"""

from proofs_check.bibliography import YI22
from proofs_check.rates import SMOOTH_NETWORKS, two_blocks
from proofs_check.rates.c1_figures import FIGURES
from proofs_check.rates.instances import FLAT_BLOCKS, NEAR_THE_BOTTOM, SLOW, TWO_CYCLE, staircase
from proofs_check.rates.runs import seen, share_of_bound
from proofs_check.sharper.runs import least
from proofs_check.tightness import with_tightness
from psitheory.checking import BALLS, FLOATS, RATIONALS, at_most, theorem
from psitheory.models import RankOne
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import PSI_GD, PSI_GD_SUM, SMOOTH
from psitheory.strategies import counts, points, rank_one_models, ratios, rayleigh_quotients, waves
from psitheory.strategies.smooth import certified_constants, certified_neurons
from psitheory.strategies.zonal import known_models

C1 = theorem(
    "C1",
    "PSI-GD: the sum of squared gradients is bounded, their minimum is O(1/T)",
    chapter="rates",
    source=YI22,
    locator="convergence of PSI-GD",
    statement=r"\sum_{t<T} G(w_t) \le \frac{f(w_0)-f(w_T)}{\eta(1-\eta L/2)}\quad(0<\eta<2/L),\qquad "
    r"\min_{t<T} G(w_t) \le \frac{2L\,(f(w_0)-f^*)}{T}\quad(\eta = 1/L)",
    assumptions=(
        "f is positively scale-invariant with L-Lipschitz gradient at unit blocks, on {f ≤ f(w_0)} at least",
        SMOOTH_NETWORKS,
        "no block of w_0 is zero",
        "0 < η < 2/L",
    ),
    doc=with_tightness(__doc__, PSI_GD_SUM, PSI_GD),
)


# -- the sum ------------------------------------------------------------------------------------

AT_MINIMA = "minima of two blocks and a free parameter"
FAMILIES = {
    "Rayleigh quotients": {"model": rayleigh_quotients(), "on": (RATIONALS, BALLS, FLOATS)},
    "the circle": {"model": waves()},
    "two blocks and a free parameter": {"model": rank_one_models()},
    AT_MINIMA: two_blocks.NEAR_MINIMA,
    "batch-norm neurons": {"model": certified_neurons(), "L": certified_constants("model")},
}
"""With L exact, by a formula, on {f ≤ f(w_0)}, and certified by branch and bound in balls."""
RUN = {"steps": counts(1, 8), "w": points("model"), "c": ratios(0, 2), "L": None, "on": (BALLS, FLOATS)}


def _sum_is_bounded(steps, model, w, c, L, rate_of=lambda eta: eta):
    """Claim the first inequality at η = c/L; what steps with it may be told by ``rate_of``."""
    if L is None:
        L = two_blocks.largest_curvature_below(model, w) if isinstance(model, RankOne) else model.smoothness.value
    eta = c / L
    run = seen(model, PSIGradientDescent(rate_of(eta)), w, steps)
    return at_most(run.total, PSI_GD_SUM(drop=run.first - run.last, rate=eta, smoothness=L))


@C1.law(on_each=FAMILIES, tight=True, **RUN)
def the_sum_of_squared_gradients_is_bounded(steps, model, w, c, L):
    """Σ_{t<T} G ≤ (f_0 - f_T)/(η(1 - ηL/2)) at η = c/L, 0 < c < 2."""
    return _sum_is_bounded(steps, model, w, c, L)


@the_sum_of_squared_gradients_is_bounded.counterfeit(
    on_each={family: {} for family in FAMILIES}
    | {"Rayleigh quotients": {"instance": {**NEAR_THE_BOTTOM, "c": 0.125, "L": None}}}
)
def half_of_the_sum_bound_holds(steps, model, w, c, L):
    """The sum is at most half of that."""
    return share_of_bound(_sum_is_bounded(steps, model, w, c, L), 1, 2)


@the_sum_of_squared_gradients_is_bounded.counterfeit(
    on_each={"Rayleigh quotients": {"instance": {**NEAR_THE_BOTTOM, "c": 1.0, "L": None}}}
)
def ninety_nine_hundredths_of_the_sum_bound_hold(steps, model, w, c, L):
    """The sum is at most .99 of that."""
    return share_of_bound(_sum_is_bounded(steps, model, w, c, L), 99, 100)


def _at_minima(instance):
    return {AT_MINIMA: {"instance": {**instance, "L": None}}}


@the_sum_of_squared_gradients_is_bounded.counterfeit(on_each=_at_minima(two_blocks.CURVED_BLOCKS))
def the_second_block_may_go_twice_as_far(steps, model, w, c, L):
    """The same if the second block steps with 2η."""
    return _sum_is_bounded(steps, model, w, c, L, two_blocks.second_block_twice_as_far)


@the_sum_of_squared_gradients_is_bounded.counterfeit(on_each=_at_minima(two_blocks.CURVED_V))
def the_free_parameter_may_go_three_times_as_far(steps, model, w, c, L):
    """The same if v steps with 3η."""
    return _sum_is_bounded(steps, model, w, c, L, two_blocks.free_parameter_three_times_as_far)


# -- the minimum --------------------------------------------------------------------------------


def _minimum_is_bounded(model, w, steps, bound=PSI_GD, rate=lambda L: 1 / L):
    """Claim min G ≤ bound(L, Δ, T) at η = rate(L)."""
    smoothness = model.smoothness.value
    gap, smallest = least(model, PSIGradientDescent(rate(smoothness)), w, steps)
    return at_most(smallest, bound(smoothness=smoothness, gap=gap, steps=steps))


@C1.law(steps=counts(1, 8), model=rayleigh_quotients(), w=points("model"), on=(RATIONALS, BALLS, FLOATS), tight=True)
def the_minimum_is_at_most_two_l_delta_over_t(steps, model, w):
    """min_{t<T} G ≤ 2LΔ/T at η = 1/L, for every T, on Rayleigh quotients."""
    return _minimum_is_bounded(model, w, steps)


@the_minimum_is_at_most_two_l_delta_over_t.counterfeit(instance=NEAR_THE_BOTTOM)
def half_of_the_bound_holds(steps, model, w):
    """min_{t<T} G ≤ LΔ/T at η = 1/L; refuted at T = 1."""
    return _minimum_is_bounded(model, w, steps, lambda smoothness, gap, steps: smoothness * gap / steps)


@the_minimum_is_at_most_two_l_delta_over_t.counterfeit(instance=TWO_CYCLE, steps=counts(2, 8))
def a_rate_beyond_two_over_l_keeps_the_bound(steps, model, w):
    """min_{t<T} G ≤ 2LΔ/T at η = 2.5/L; refuted by a run that cycles between two classes."""
    return _minimum_is_bounded(model, w, steps, rate=lambda L: 5 / (2 * L))


@the_minimum_is_at_most_two_l_delta_over_t.counterfeit(instance=SLOW, steps=counts(3, 8))
def the_minimum_falls_like_one_over_t_squared(steps, model, w):
    """min_{t<T} G ≤ 2LΔ/T² at η = 1/L."""
    return _minimum_is_bounded(model, w, steps, lambda smoothness, gap, steps: 2 * smoothness * gap / steps**2)


# -- the constant is the best at every T --------------------------------------------------------


STEEP = {"steps": counts(2, 8), "model": known_models(blocks=(1, 1)), "w": points("model")}


@C1.law(**STEEP, on=(BALLS, FLOATS))
def the_minimum_is_bounded_where_functions_fall_steeply(steps, model, w):
    """min_{t<T} G ≤ 2LΔ/T with the one-sided L of functions that fall steeply, for T ≥ 2."""
    return _minimum_is_bounded(model, w, steps)


@the_minimum_is_bounded_where_functions_fall_steeply.counterfeit(instance=staircase(2, 1 / 64))
def ninety_nine_hundredths_of_the_bound_hold(steps, model, w):
    """min_{t<T} G ≤ .99 · 2LΔ/T for T ≥ 2."""
    return share_of_bound(_minimum_is_bounded(model, w, steps), 99, 100)


@the_minimum_is_bounded_where_functions_fall_steeply.counterfeit(instance=staircase(10, 1 / 64))
def a_one_sided_constant_allows_the_rate_of_a_two_sided_one(steps, model, w):
    """min_{t<T} G ≤ 4LΔ/(3T - 1), as it is with a two-sided L."""
    return _minimum_is_bounded(model, w, steps, SMOOTH)


@C1.law(
    on_each={
        "1 step": {"instance": {**NEAR_THE_BOTTOM, "share": 0.99}, "share": 0.99, "steps": 1, "on": (RATIONALS,)},
        "2 steps": {"instance": {**staircase(2, 1 / 64), "share": 0.999}, "steps": 2},
        "10 steps": {"instance": {**staircase(10, 1 / 64), "share": 0.999}, "steps": 10},
        "100 steps": {"instance": {**staircase(100, 1 / 256), "share": 0.999}, "steps": 100, "on": (FLOATS,)},
    },
    **STEEP,
    share=0.999,
    quantifier="exists",
    on=(BALLS,),
)
def the_constant_is_attained(steps, model, w, share):
    """There are instances on which min_{t<T} G comes to .999 (.99 at T = 1) of 2LΔ/T: it cannot be lowered."""
    claimed = _minimum_is_bounded(model, w, steps)
    return at_most(share * claimed.right, claimed.left)


@the_constant_is_attained.counterfeit(steps=counts(2, 8), model=rayleigh_quotients())
def the_constant_is_attained_by_every_quotient(steps, model, w, share):
    """Every Rayleigh quotient comes so close to it from every start, for every T ≥ 2."""
    claimed = _minimum_is_bounded(model, w, steps)
    return at_most(share * claimed.right, claimed.left)


# -- a rate for each block ----------------------------------------------------------------------


@C1.law(
    on_each={"two blocks and a free parameter": {"model": rank_one_models()}, AT_MINIMA: two_blocks.NEAR_MINIMA},
    steps=counts(1, 8),
    w=points("model"),
    c=ratios(0, 2),
    on=(BALLS, FLOATS),
)
def each_block_may_have_its_own_rate(steps, model, w, c):
    """min_{t<T} G ≤ 2 max L̃ Δ/((2 - c)cT) at η_i = c/L̃_i, L̃_i the sum of a row's bounds."""
    return two_blocks.minimum_is_bounded_at_own_rates(steps, model, w, c, lambda xp: xp.max)


@each_block_may_have_its_own_rate.counterfeit(instance=FLAT_BLOCKS)
def the_smallest_constant_will_do(steps, model, w, c):
    """The same with min L̃ for max L̃."""
    return two_blocks.minimum_is_bounded_at_own_rates(steps, model, w, c, lambda xp: xp.min)


for figure in FIGURES:
    C1.exhibit(figure)
