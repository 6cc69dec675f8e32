r"""The rate of Riemannian gradient descent by the exponential map: the form of PSI-GD's, with the geodesic constant.

Statement
---------
Let :math:`L_g = \sup\lambda_{\max}(\mathrm{Hess} f)`, the largest curvature along geodesics.  Then
:math:`w^+ = \mathrm{Exp}_{[w]}(-\eta\,\mathrm{grad} f)` has, for :math:`0 < \eta < 2/L_g`,

.. math:: \sum_{t<T} G(w_t) \le \frac{f(w_0) - f(w_T)}{\eta(1 - \eta L_g/2)},

and at :math:`\eta = 1/L_g`: :math:`\min_{t<T} G \le 2L_g\Delta/T`.  Always :math:`L_g \le L`, and it may be smaller:
for the cosine with a fixed direction :math:`L_g = 1 < L = 2/\sqrt3`; for Rayleigh quotients both are
:math:`2(\lambda_{\max} - \lambda_{\min})`.

Assumptions
-----------
f is PSI and :math:`C^{1,1}` on the quotient, with :math:`L_g` on :math:`\{f \le f(w_0)\}` at least.

Source
------
AMS08, §4; the comparison of the two constants is ours.

Idea of the proof
-----------------
Along a geodesic :math:`(f\circ\gamma)'' = g(\mathrm{Hess} f[\dot\gamma],\dot\gamma) \le L_g\|\dot\gamma\|^2`; integrate
twice and add up.  On horizontal vectors the Hessian of the quotient is :math:`\nabla^2f` at unit blocks (A6), so its
largest eigenvalue is one over a subspace.

What is checked, what is not
----------------------------
Both inequalities on Rayleigh quotients and cosines in balls and on floats (geodesics are transcendental), the first
for two coupled blocks and a free parameter too, with an L for :math:`L_g`, sharp enough to tell a step of one block, or
of v, that is too long; that the curvature is at most :math:`L_g`, and :math:`L_g \le L`, on Rayleigh quotients, cosines
and waves.  That the constant is attained at T = 1, by an instance; on the circle, where the method is gradient descent
on a function of the angle, at no T can it be lowered by more than a third.

Tags
----
rates, RGD, exponential map
"""

import numpy as np

from proofs_check.bibliography import AMS08
from proofs_check.rates import SMOOTH_NETWORKS
from proofs_check.rates.c6_figures import two_curvatures_of_the_cosine
from proofs_check.rates.instances import NEAR_THE_BOTTOM
from proofs_check.rates.runs import seen, share_of_bound
from proofs_check.rates.two_blocks import (
    CURVED_BLOCKS,
    CURVED_V,
    NEAR_MINIMA,
    free_parameter_three_times_as_far,
    largest_curvature_below,
    second_block_twice_as_far,
)
from proofs_check.tightness import with_tightness
from psitheory.checking import BALLS, FLOATS, at_most, theorem
from psitheory.geometry import PSIQuotient
from psitheory.models import Circle, Cosine, Fourier, RankOne, Rayleigh
from psitheory.optimizers.geodesic import RiemannianGradientDescent
from psitheory.rates.bounds import RGD, RGD_SUM
from psitheory.strategies import counts, points, ratios, rayleigh_quotients, vectors, waves
from psitheory.strategies.rates import cosines

C6 = theorem(
    "C6",
    "RGD by the exponential map: the same form, with L_g ≤ L",
    chapter="rates",
    source=AMS08,
    locator="§4 (gradient methods on manifolds)",
    statement=r"\sum_{t<T} G(w_t) \le \frac{f(w_0)-f(w_T)}{\eta(1-\eta L_g/2)},\qquad "
    r"\min_{t<T} G(w_t) \le \frac{2L_g\Delta}{T}\quad(\eta = 1/L_g),\qquad "
    r"L_g = \sup\lambda_{\max}(\mathrm{Hess} f) \le L",
    assumptions=(
        "f is positively scale-invariant and C^{1,1} on the quotient, with Hess f ≤ L_g on {f ≤ f(w_0)} at least",
        SMOOTH_NETWORKS,
        "0 < η < 2/L_g",
    ),
    doc=with_tightness(__doc__, RGD_SUM, RGD),
)


def _constant(model, w):
    """Return L_g: 1 for the cosine, L for the Rayleigh quotient; L on {f ≤ f(w)}, or everywhere, for the others."""
    if isinstance(model, RankOne):
        return largest_curvature_below(model, w)
    return 1 if isinstance(model, Cosine) else model.smoothness.value


def _sum_is_bounded(steps, model, w, c, divided_by=1, rate_of=lambda eta: eta):
    """Claim the first inequality at η = c/L_g, with L_g divided by a number; what steps with it tells ``rate_of``."""
    constant = _constant(model, w) / (divided_by + 0 * c)
    eta = c / constant
    run = seen(model, RiemannianGradientDescent(rate_of(eta)), w, steps)
    return at_most(run.total, RGD_SUM(drop=run.first - run.last, rate=eta, smoothness=constant))


def _minimum_is_bounded(steps, model, w, constant, divided_by=1):
    """Claim the second at η = 1/constant, its right side divided by a number."""
    one = w[0] * 0 + 1
    run = seen(model, RiemannianGradientDescent(one / constant), w, steps)
    return at_most(divided_by * run.least, RGD(smoothness=constant, gap=run.first - model.minimum, steps=steps))


ON_COSINES = {"steps": counts(1, 8), "model": cosines(), "w": points("model")}
ON_QUOTIENTS = {"steps": counts(1, 8), "model": rayleigh_quotients(), "w": points("model")}
MINIMA = "two blocks and a free parameter"
COSINE = Cosine(np.array([1.0, 0.0]))


@C6.law(
    on_each={
        "cosines": {**ON_COSINES, "c": ratios(0, 2)},
        "quotients": {**ON_QUOTIENTS, "c": ratios(0, 2)},
        MINIMA: NEAR_MINIMA,
    },
    on=(BALLS, FLOATS),
    tight=True,
)
def the_sum_is_bounded(steps, model, w, c):
    """Σ_{t<T} G ≤ (f_0 - f_T)/(η(1 - ηL_g/2)) at η = c/L_g, 0 < c < 2; blocks are coupled near minima."""
    return _sum_is_bounded(steps, model, w, c)


@the_sum_is_bounded.counterfeit(
    on_each={
        "cosines": {"instance": {**NEAR_THE_BOTTOM, "model": COSINE, "c": 1.0}},
        "quotients": {"instance": {**NEAR_THE_BOTTOM, "c": 1.0}},
    }
)
def the_sum_is_bounded_by_half(steps, model, w, c):
    """The same bound for twice the sum."""
    return share_of_bound(_sum_is_bounded(steps, model, w, c), 1, 2)


@the_sum_is_bounded.counterfeit(
    on_each={"cosines": {"instance": {"steps": 2, "model": COSINE, "w": np.array([1.0, 1.0]), "c": 1.75}}}
)
def half_of_the_constant_will_do(steps, model, w, c):
    """The same with L_g/2 for L_g."""
    return _sum_is_bounded(steps, model, w, c, divided_by=2)


@the_sum_is_bounded.counterfeit(on_each={MINIMA: {"instance": CURVED_BLOCKS}})
def the_second_block_may_go_twice_as_far(steps, model, w, c):
    """The same if the second block steps with 2η."""
    return _sum_is_bounded(steps, model, w, c, rate_of=second_block_twice_as_far)


@the_sum_is_bounded.counterfeit(on_each={MINIMA: {"instance": CURVED_V}})
def the_free_parameter_may_go_three_times_as_far(steps, model, w, c):
    """The same if v steps with 3η."""
    return _sum_is_bounded(steps, model, w, c, rate_of=free_parameter_three_times_as_far)


@C6.law(**ON_COSINES, on=(BALLS, FLOATS), tight=True)
def the_minimum_is_at_most_two_l_g_delta_over_t(steps, model, w):
    """min_{t<T} G ≤ 2L_gΔ/T at η = 1/L_g = 1, on cosines."""
    return _minimum_is_bounded(steps, model, w, 1)


@the_minimum_is_at_most_two_l_g_delta_over_t.counterfeit(instance={**NEAR_THE_BOTTOM, "model": COSINE})
def half_of_the_bound_holds(steps, model, w):
    """min_{t<T} G ≤ L_gΔ/T; refuted at T = 1."""
    return _minimum_is_bounded(steps, model, w, 1, divided_by=2)


@C6.law(**ON_QUOTIENTS, quantifier="exists", on=(BALLS,), instance=NEAR_THE_BOTTOM)
def the_constant_is_attained_at_one_step(steps, model, w):
    """There are instances with G(w_0) ≥ 0.99 · 2L_gΔ/T."""
    claimed = _minimum_is_bounded(steps, model, w, _constant(model, w))
    return at_most(99 * claimed.right, 100 * claimed.left)


@the_constant_is_attained_at_one_step.counterfeit(steps=counts(2, 8))
def the_constant_is_attained_at_every_horizon(steps, model, w):
    """G comes within 1 % of the bound for every instance and every T ≥ 2."""
    claimed = _minimum_is_bounded(steps, model, w, _constant(model, w))
    return at_most(99 * claimed.right, 100 * claimed.left)


# -- the two constants --------------------------------------------------------------------------


def _curvature_is_at_most(model, w, x, divided_by=1):
    """Claim g(Hess f[ξ], ξ) ≤ L_g · g(ξ, ξ), divided by a number, for the horizontal part ξ of x."""
    psi, x = PSIQuotient(model.layout), model.layout.scale(model.layout.norms(w), x)
    x = psi.horizontal(w, x)
    gradient = model.evaluate(w).gradient
    image = psi.hessian(w, gradient, model.hessian_vector(w, x), x)
    return at_most(divided_by * psi.inner(w, image, x), _constant(model, w) * psi.inner(w, x, x))


@C6.law(
    on_each={
        "cosines": {"model": cosines(), "on": (BALLS, FLOATS), "tight": True},
        "waves": {"model": waves(), "on": (BALLS,)},
        "quotients": {"model": rayleigh_quotients(), "on": (BALLS, FLOATS), "tight": True},
    },
    w=points("model"),
    x=vectors("model"),
)
def the_curvature_is_bounded(model, w, x):
    """g(Hess f[ξ], ξ) ≤ L_g‖ξ‖²: 1 for the cosine, whose L is 2/√3; L for quotients; at most L for waves."""
    return _curvature_is_at_most(model, w, x)


@the_curvature_is_bounded.counterfeit(
    on_each={"cosines": {"instance": {"model": COSINE, "w": np.array([3.0, 4.0]), "x": np.array([0.1, -0.98])}}}
)
def l_is_no_larger_than_l_g(model, w, x):
    """xᵀ∇²f(u)x ≤ ‖x‖² for all x, horizontal or not: L ≤ L_g."""
    u = model.layout.units(w)
    return at_most((x * model.hessian_vector(u, x)).sum(), (x * x).sum())


AT_THE_BOTTOM = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 0.0]), "x": np.array([0.0, 1.0])}


@the_curvature_is_bounded.counterfeit(on_each={"cosines": {}, "quotients": {"instance": AT_THE_BOTTOM}})
def the_curvature_is_at_most_half_of_that(model, w, x):
    """g(Hess f[ξ], ξ) ≤ (L_g/2)‖ξ‖²."""
    return _curvature_is_at_most(model, w, x, 2)


STEEP = {"model": Circle(Fourier(np.array([0.0, 0, -1]), np.zeros(3))), "w": np.array([1.0, 0.0])}
"""f = -cos 3θ at its bottom, where the curvature is .9898 of L."""


@the_curvature_is_bounded.counterfeit(on_each={"waves": {"instance": {**STEEP, "x": np.array([0.0, 1.0])}}})
def the_curvature_is_at_most_98_hundredths_of_that(model, w, x):
    """g(Hess f[ξ], ξ) ≤ .98 L‖ξ‖²."""
    return share_of_bound(_curvature_is_at_most(model, w, x), 98, 100)


C6.exhibit(two_curvatures_of_the_cosine)
