r"""The descent of PSI-GD with a two-sided constant: as in Euclidean space, without any power of the growth of norms.

Statement
---------
With joint Hessians at unit blocks in :math:`[-\bar L, \bar L]`, PSI-GD at :math:`1/\bar L` has
:math:`f_t - f_{t+1} \ge G_t/2\bar L + G_{t+1}/4\bar L`, for several blocks and v.  So
:math:`f_0 - f_T \ge \sum_{t<T}G_t/2\bar L + \sum_{1\le t\le T}G_t/4\bar L`.  Norms enter nowhere: with
:math:`(r_t/r_{t+1})^2` before :math:`G_{t+1}` it is true, and not sharp.

Assumptions
-----------
f is PSI and :math:`C^{1,1}`; the two-sided bound holds everywhere (v in a convex region).

Source
------
AKZ22 in Euclidean space; on the quotient this is claim J5, where the proof stands.

Idea of the proof
-----------------
Claim J5 for M = L.  Add up for the sum.

What is checked, what is not
----------------------------
Sums along runs of up to 4 steps on two-sided zonal functions of up to three blocks with a free parameter, on cosines
and on Rayleigh quotients, in balls and on floats: these are *tried*, the step is proved in claim J5.  Flat
staircases refute 1.01/4 and 1/3; one with cliffs refutes the one-sided constant; the factor of the norms is smaller
than
1 wherever something moves, on rationals.

Tags
----
newer work, rates, smoothness
"""

import numpy as np

from proofs_check.bibliography import AKZ22
from proofs_check.sharper.runs import stairs
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, at_most, theorem
from psitheory.experiments import descend
from psitheory.models import Rayleigh
from psitheory.optimizers import PSIGradientDescent
from psitheory.runner import Domain
from psitheory.strategies import counts, points, rayleigh_quotients
from psitheory.strategies.rates import cosines, points_off_the_axes
from psitheory.strategies.zonal import zonal_models

I6 = theorem(
    "I6",
    "Descent with a two-sided constant, without powers of norms",
    chapter="newer",
    source=AKZ22,
    locator="Theorem 2, on the quotient",
    statement=r"f_t - f_{t+1} \ge \frac{G_t}{2\bar L} + \frac{G_{t+1}}{4\bar L}",
    assumptions=(
        "f is positively scale-invariant and C^{1,1}",
        "L̄ bounds the norm of the joint Hessian at simultaneously unit blocks, everywhere",
        "η = 1/L̄",
    ),
    doc=__doc__,
)


def _two_sided():
    families = zonal_models(free=1, steepest=1.0), cosines(), rayleigh_quotients()
    return Domain(floats=lambda d: families[0].floats(d) | families[1].floats(d) | families[2].floats(d))


def _adds_up(steps, model, w, numerator, denominator):
    """Claim Σ_{t<T} G_t/2L̄ + (numerator/denominator)Σ_{1≤t≤T} G_t/L̄ ≤ f_0 - f_T."""
    L = model.smoothness.value
    seen = descend(model, PSIGradientDescent(1 / L), w, steps, record=range(steps + 1))
    xp, squares = namespace(w), seen.squared_gradient
    total = xp.sum(squares[:-1]) / 2 + numerator * xp.sum(squares[1:]) / denominator
    return at_most(total / L, seen.loss[0] - seen.loss[-1])


RUN = {"steps": counts(1, 4), "model": _two_sided(), "w": points("model")}
FLAT = stairs(1 / 16, float(np.arctan(1 / 16)), 2, fall=1.0) | {"steps": 1}
STEEP = stairs(1 / 16, float(np.arctan(1 / 16)), 2, fall=2.0**20) | {"steps": 1}


@I6.law(**RUN, on=(BALLS, FLOATS))
def gains_add_up(steps, model, w):
    """Each step gains G_t/2L̄ + G_{t+1}/4L̄ at least, added up over a run."""
    return _adds_up(steps, model, w, 1, 4)


@gains_add_up.counterfeit(instance=FLAT)
def gains_add_up_with_a_hundredth_more(steps, model, w):
    """The same with 1.01/4."""
    return _adds_up(steps, model, w, 101, 400)


@gains_add_up.counterfeit(instance=FLAT)
def gains_add_up_with_a_third(steps, model, w):
    """The same with 1/3."""
    return _adds_up(steps, model, w, 1, 3)


@gains_add_up.counterfeit(instance=STEEP)
def gains_add_up_with_the_one_sided_constant(steps, model, w):
    """The same with the one-sided L, on a staircase with cliffs."""
    return _adds_up(steps, model, w, 1, 4)


def _factor(model, w, claimed):
    """Claim (r/r⁺)² ≤ claimed(y²) for a step at 1/L̄, y² = G/L̄²."""
    L = model.smoothness.value
    method, dots, evaluation = PSIGradientDescent(1 / L), model.layout.dots, model.evaluate(w)
    moved, _ = method.step(model.layout, w, evaluation, ())
    square = dots(w, w) * dots(evaluation.gradient, evaluation.gradient) / (L * L)
    return at_most(dots(w, w) / dots(moved, moved), claimed(square))


@I6.law(model=rayleigh_quotients(), w=points_off_the_axes("model"), on=(RATIONALS, BALLS))
def the_factor_of_the_norms_is_below_one(model, w):
    """The factor is (r/r⁺)² ≤ 1/(1 + y²), y² = G/L̄²: what the form with norms gives away."""
    return _factor(model, w, lambda square: 1 / (1 + square))


@the_factor_of_the_norms_is_below_one.counterfeit(
    instance={"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 1.0])}
)
def the_factor_of_the_norms_is_a_hundredth_smaller(model, w):
    """(r/r⁺)² ≤ 0.99/(1 + y²)."""
    return _factor(model, w, lambda square: 99 / (100 * (1 + square)))
