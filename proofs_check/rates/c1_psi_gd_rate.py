r"""The rate of PSI-GD: gradients on the quotient become small like 1/T.

Statement
---------
Let :math:`G(w) = \sum_ir_i^2\|\nabla_if\|^2 + \|\nabla_vf\|^2`, the squared Riemannian gradient norm, and let L bound
the largest eigenvalue of the joint Hessian at simultaneously unit blocks.  For :math:`0 < \eta < 2/L`

.. math:: \sum_{t<T} G(w_t) \le \frac{f(w_0) - f(w_T)}{\eta(1 - \eta L/2)},

and at :math:`\eta = 1/L`: :math:`\min_{t<T}G(w_t) \le 2L(f(w_0) - f^*)/T` for every T.

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

What is checked, what is not
----------------------------
Both inequalities in balls along whole trajectories of Rayleigh quotients (where L and f* are known exactly), the first
on waves on the circle (with an upper bound for L), on two coupled blocks with a free parameter, and on batch-norm
neurons whose L is certified by branch and bound in balls; exactly on rationals for short runs; on floats.  At
T = 1 the constant cannot be lowered: an instance in rationals comes within 1 % of it; at no T can it be lowered by
more than a third: staircases on the circle, on which a run meets one and the same gradient at every step, come to
:math:`4L\Delta/(3T-1)`.  **1/T is a uniform statement**: on one fixed analytic f the minimum falls faster than
:math:`T^{-2}`, so an exponent means something only over instances that vary with T.

Tags
----
rates, PSI-GD, descent lemma
"""

import numpy as np

from proofs_check.bibliography import YI22
from proofs_check.rates import SMOOTH_NETWORKS
from proofs_check.rates.c1_figures import FIGURES
from proofs_check.rates.two_blocks import (
    CURVED_BLOCKS,
    CURVED_V,
    NEAR_MINIMA,
    free_parameter_three_times_as_far,
    largest_curvature_below,
    second_block_twice_as_far,
)
from proofs_check.tightness import with_tightness
from psitheory.checking import BALLS, FLOATS, RATIONALS, at_most, theorem
from psitheory.experiments import descend
from psitheory.models import Rayleigh
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import PSI_GD, PSI_GD_SUM
from psitheory.strategies import counts, points, rank_one_models, ratios, rayleigh_quotients, waves
from psitheory.strategies.smooth import certified_constants, certified_neurons

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

RAYLEIGH = {"steps": counts(1, 8), "model": rayleigh_quotients(), "w": points("model")}


def _run(model, w, eta, steps):
    """Return loss at 0 and T, and sum and minimum of G over t < T."""
    seen = descend(model, PSIGradientDescent(eta), w, steps, record=[0, steps])
    assert seen.sum_squared_gradient is not None
    assert seen.min_squared_gradient is not None
    return seen.loss[0], seen.loss[-1], seen.sum_squared_gradient[-1], seen.min_squared_gradient[-1]


def _sum_is_bounded(model, w, relative_rate, steps, divided_by=1):
    """Claim the first inequality at η = relative_rate/L, its right side divided by a number."""
    smoothness = model.smoothness.value
    eta = relative_rate / smoothness
    first, last, total, _ = _run(model, w, eta, steps)
    return at_most(divided_by * total, (first - last) / (eta * (1 - relative_rate / 2)))


def _minimum_is_bounded(model, w, steps, bound, rate=lambda L: 1 / L):
    """Claim min G ≤ bound(L, Δ, T) at η = rate(L)."""
    smoothness = model.smoothness.value
    first, _, _, least = _run(model, w, rate(smoothness), steps)
    return at_most(least, bound(smoothness, first - model.minimum, steps))


def _two_l_delta_over_t(smoothness, gap, steps):
    return 2 * smoothness * gap / steps


NEAR_THE_BOTTOM = {"steps": 1, "model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([16.0, 1.0])}
"""At T = 1 the ratio of observed to bound is cos²θ = 256/257 here, and tends to 1 at the minimum."""


@C1.law(**RAYLEIGH, c=ratios(0, 2), on=(RATIONALS, BALLS, FLOATS))
def the_sum_of_squared_gradients_is_bounded(steps, model, w, c):
    """Σ_{t<T} G ≤ (f_0 - f_T)/(η(1 - ηL/2)) at η = c/L, 0 < c < 2, on Rayleigh quotients."""
    return _sum_is_bounded(model, w, c, steps)


@the_sum_of_squared_gradients_is_bounded.counterfeit(instance={**NEAR_THE_BOTTOM, "c": 0.125})
def half_of_the_sum_bound_holds(steps, model, w, c):
    """The sum is at most half of that."""
    return _sum_is_bounded(model, w, c, steps, divided_by=2)


@C1.law(**RAYLEIGH, on=(RATIONALS, BALLS, FLOATS))
def the_minimum_is_at_most_two_l_delta_over_t(steps, model, w):
    """min_{t<T} G ≤ 2LΔ/T at η = 1/L, for every T, on Rayleigh quotients."""
    return _minimum_is_bounded(model, w, steps, _two_l_delta_over_t)


@the_minimum_is_at_most_two_l_delta_over_t.counterfeit(instance=NEAR_THE_BOTTOM)
def half_of_the_bound_holds(steps, model, w):
    """min_{t<T} G ≤ LΔ/T at η = 1/L; refuted at T = 1."""
    return _minimum_is_bounded(model, w, steps, lambda L, gap, T: L * gap / T)


TWO_CYCLE = {"steps": 2, "model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([3.0, 1.0])}
"""cos 2θ = 0.8: at η = 2.5/L the run alternates between two classes, mirror images of each other."""


@the_minimum_is_at_most_two_l_delta_over_t.counterfeit(instance=TWO_CYCLE, steps=counts(2, 8))
def a_rate_beyond_two_over_l_keeps_the_bound(steps, model, w):
    """min_{t<T} G ≤ 2LΔ/T at η = 2.5/L; refuted by a run that cycles between two classes."""
    return _minimum_is_bounded(model, w, steps, _two_l_delta_over_t, rate=lambda L: 5 / (2 * L))


SLOW = {"steps": 8, "model": Rayleigh(np.diag([0.0, 1 / 16, 1.0])), "w": np.array([4.0, 1.0, 0.0])}
"""An eigenvalue gap that is small beside L: the gradient falls slowly in the first steps."""


@the_minimum_is_at_most_two_l_delta_over_t.counterfeit(instance=SLOW, steps=counts(3, 8))
def the_minimum_falls_like_one_over_t_squared(steps, model, w):
    """min_{t<T} G ≤ 2LΔ/T² at η = 1/L."""
    return _minimum_is_bounded(model, w, steps, lambda L, gap, T: 2 * L * gap / (T * T))


@C1.law(steps=counts(1, 8), model=waves(), w=points("model"), c=ratios(0, 2), on=(BALLS, FLOATS))
def the_sum_is_bounded_on_the_circle(steps, model, w, c):
    """Σ_{t<T} G ≤ (f_0 - f_T)/(η(1 - ηL/2)) for functions of the angle with several minima."""
    return _sum_is_bounded(model, w, c, steps)


@the_sum_is_bounded_on_the_circle.counterfeit
def a_tenth_of_the_sum_bound_holds_on_the_circle(steps, model, w, c):
    """The sum is at most a tenth of that."""
    return _sum_is_bounded(model, w, c, steps, divided_by=10)


def _sum_is_bounded_with(smoothness, model, w, c, steps, divided_by=1, rate_of=lambda eta: eta):
    """Claim the first inequality at η = c/smoothness, with an L that is not the model's own."""
    eta = c / smoothness
    first, last, total, _ = _run(model, w, rate_of(eta), steps)
    return at_most(divided_by * total, PSI_GD_SUM(drop=first - last, rate=eta, smoothness=smoothness))


@C1.law(steps=counts(1, 8), model=rank_one_models(), w=points("model"), c=ratios(0, 2), on=(BALLS, FLOATS))
def the_sum_is_bounded_for_two_blocks_and_a_free_parameter(steps, model, w, c):
    """The same for two blocks coupled to each other and to v, with an L that holds on {f ≤ f(w_0)}."""
    return _sum_is_bounded_with(_below_the_start(model, w), model, w, c, steps)


@the_sum_is_bounded_for_two_blocks_and_a_free_parameter.counterfeit
def half_of_the_sum_bound_holds_for_two_blocks_and_a_free_parameter(steps, model, w, c):
    """The sum is at most half of that."""
    return _sum_is_bounded_with(_below_the_start(model, w), model, w, c, steps, divided_by=2)


def _below_the_start(model, w):
    return model.smoothness_within(model.radius_below(model.evaluate(w).loss)).value


@C1.law(**NEAR_MINIMA, on=(BALLS, FLOATS))
def the_sum_is_bounded_near_minima_of_two_blocks_and_a_free_parameter(steps, model, w, c):
    """The same near minima where both blocks, or v, are curved by about L."""
    return _sum_is_bounded_with(largest_curvature_below(model, w), model, w, c, steps)


@the_sum_is_bounded_near_minima_of_two_blocks_and_a_free_parameter.counterfeit(instance=CURVED_BLOCKS)
def the_second_block_may_go_twice_as_far(steps, model, w, c):
    """The same if the second block steps with 2η."""
    return _sum_is_bounded_with(
        largest_curvature_below(model, w), model, w, c, steps, rate_of=second_block_twice_as_far
    )


@the_sum_is_bounded_near_minima_of_two_blocks_and_a_free_parameter.counterfeit(instance=CURVED_V)
def the_free_parameter_may_go_three_times_as_far(steps, model, w, c):
    """The same if v steps with 3η."""
    return _sum_is_bounded_with(
        largest_curvature_below(model, w), model, w, c, steps, rate_of=free_parameter_three_times_as_far
    )


NEURONS = {"steps": counts(1, 8), "model": certified_neurons(), "w": points("model"), "L": certified_constants("model")}


@C1.law(**NEURONS, c=ratios(0, 2), on=(BALLS, FLOATS))
def the_sum_is_bounded_on_batch_norm_neurons(steps, model, w, L, c):
    """The same on batch-norm neurons, with an L certified by branch and bound in balls."""
    return _sum_is_bounded_with(L, model, w, c, steps)


@the_sum_is_bounded_on_batch_norm_neurons.counterfeit
def half_of_the_sum_bound_holds_on_batch_norm_neurons(steps, model, w, L, c):
    """The sum is at most half of that."""
    return _sum_is_bounded_with(L, model, w, c, steps, divided_by=2)


@C1.law(**RAYLEIGH, quantifier="exists", on=(RATIONALS,), instance=NEAR_THE_BOTTOM)
def the_constant_is_attained_at_one_step(steps, model, w):
    """There are instances with G(w_0) ≥ 0.99 · 2LΔ/T: at T = 1 the bound cannot be lowered."""
    claimed = _minimum_is_bounded(model, w, steps, _two_l_delta_over_t)
    return at_most(99 * claimed.right, 100 * claimed.left)


@the_constant_is_attained_at_one_step.counterfeit(steps=counts(2, 8))
def the_constant_is_attained_at_every_horizon(steps, model, w):
    """G comes within 1 % of the bound for every instance and every T ≥ 2."""
    claimed = _minimum_is_bounded(model, w, steps, _two_l_delta_over_t)
    return at_most(99 * claimed.right, 100 * claimed.left)


for figure in FIGURES:
    C1.exhibit(figure)
