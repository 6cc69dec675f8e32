r"""PSI-GD at 1/L, exactly for one block, and a closed bound below 2LΔ/T for several.

Statement
---------
One block, p = 0, :math:`\eta = 1/L`, :math:`\bar y^2 = \min_{t<T}G/L^2`, h of claim J2:

.. math:: (T-1)\,h(\bar y) + \tfrac12\ln\frac1{1-\bar y^2} \le \frac\Delta L,

attained in the limit of infinitely steep cliffs for every T and :math:`\bar y` with :math:`(T-1)\arctan\bar y +
\operatorname{artanh}\bar y \le \pi`.  In closed form, for m blocks and p = 0,

.. math:: \min_{t<T}G \le \tfrac{25m}{24}L^2\Bigl(\sqrt{1 + \tfrac{96\Delta}{25mLT}} - 1\Bigr) < \tfrac{2L\Delta}T.

Assumptions
-----------
f is PSI and :math:`C^{1,1}`; its joint Hessian at unit blocks is at most L on :math:`\{f \le f_0\}`; p = 0.

Source
------
Ours.

Idea of the proof
-----------------
By claim J2 each of the first T - 1 steps gains at least :math:`Lh(y_t) \ge Lh(\bar y)`; h increases, since with
:math:`t' = 1/(1+y^2) \le 1` its derivative is :math:`(\sinh t\,(1 - t') + y\,t'\cosh t)/(\cosh t - y\sinh t) \ge 0`.
From the last point on the gap is at least what one step of rapidity descent gains, :math:`-\tfrac L2\ln(1-\bar y^2)`
(claim J3).  On a staircase whose stairs are :math:`\arctan\bar y` long, fall at once to where log-cosh leads back to
the slope :math:`\bar y`, and whose foot is a log-cosh, all of this is an equality.

*The closed form.*  :math:`h(y) \ge \tfrac12y^2 + \tfrac6{25}y^4` on [0, 1]: near 0 by Taylor's formula, :math:`h =
\tfrac12y^2 + \tfrac14y^4 + c\,y^6` with c enclosed on [0, 1/16]; on [1/16, 1] by balls on 13 boxes.  The right side
is convex in :math:`y^2`, so m blocks gain at least :math:`Lm(\tfrac12Y + \tfrac6{25}Y^2)`, :math:`Y = G/mL^2`; solve
for Y.  The largest constant that could stand for 6/25 is .24275.

What is checked, what is not
----------------------------
The inequality for h is *proved*: its Taylor coefficients on rationals, the rest on boxes in balls.  The two bounds are
tried in balls along short runs on steep zonal functions and Rayleigh quotients.  That the first one is attained is
shown by a stored staircase at T = 3.

Tags
----
rates, PSI-GD, descent lemma, exact worst case
"""

import numpy as np

from proofs_check.bibliography import OURS
from proofs_check.sharper import JOINT
from proofs_check.sharper.boxes import undecided_boxes
from proofs_check.sharper.gains import h
from proofs_check.sharper.j8_figures import FIGURES
from proofs_check.sharper.runs import least, stairs
from proofs_check.tightness import with_tightness
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, at_most, equal, theorem
from psitheory.models import Circle, Rapidity
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import PSI_GD_SHARP
from psitheory.strategies import counts, points, ratios
from psitheory.strategies.zonal import known_models

J8 = theorem(
    "J8",
    "PSI-GD at 1/L, exactly",
    chapter="sharper",
    source=OURS,
    locator="the exact worst case of PSI-GD",
    statement=r"(T-1)\,h(\bar y) + \tfrac12\ln\tfrac1{1-\bar y^2} \le \tfrac\Delta L,\qquad "
    r"\min_{t<T} G(w_t) \le \tfrac{25m}{24}L^2\Bigl(\sqrt{1 + \tfrac{96\Delta}{25mLT}} - 1\Bigr) < \tfrac{2L\Delta}T",
    assumptions=(
        "f is positively scale-invariant and C^{1,1}",
        f"{JOINT}, on {{f ≤ f(w_0)}} at least",
        "there are no free parameters",
    ),
    doc=with_tightness(__doc__, PSI_GD_SHARP),
)

# -- the function h -------------------------------------------------------------------------------


def _h(z):
    """Return h of a power series."""
    t = z.atan()
    rise, fall = t.exp(), (-t).exp()
    return -((rise + fall) / 2 - z * (rise - fall) / 2).log()


def _coefficients(fourth):
    from flint import fmpq, fmpq_series

    seen = _h(fmpq_series([0, 1], prec=7))
    claimed = [fmpq(0), fmpq(0), fmpq(1, 2), fmpq(0), fourth, fmpq(0), fmpq(-1, 18)]
    return equal(np.array([seen[k] for k in range(7)], dtype=object), np.array(claimed, dtype=object))


@J8.law(fourth=0.25, on=(RATIONALS,))
def h_begins_with_a_half_a_quarter_and_an_eighteenth(fourth):
    """H = y²/2 + y⁴/4 - y⁶/18 + …, by power series over the rationals."""
    return _coefficients(fourth)


@h_begins_with_a_half_a_quarter_and_an_eighteenth.counterfeit(instance={"fourth": 0.24})
def h_begins_with_six_twenty_fifths(fourth):
    """Its fourth coefficient is another."""
    return _coefficients(fourth * 24 / 25)


def _decided(whole):
    """Claim h ≥ y²/2 + c y⁴, c = whole/1000: from 0 to 1/16 by the sixth coefficient, then on boxes."""
    from flint import arb, arb_series

    sixth = _h(arb_series([arb(0).union(arb(1) / 16), 1], prec=7))[6]
    near = arb(whole) / 1000 - arb(1) / 4 - sixth / 256  # times -y⁴, at its largest
    _, left = undecided_boxes(lambda y: _h(y) - y * y / 2 - arb(whole) / 1000 * y * y * y * y, 1 / 16, 1)
    return at_most(np.array([near, arb(left)], dtype=object), 0)


@J8.law(whole=240, quantifier="exists", on=(BALLS,))
def h_is_bounded_below_on_every_box(whole):
    """There are boxes that cover 0 < y ≤ 1, on each of which h(y) - y²/2 - (6/25)y⁴ is above 0."""
    return _decided(whole)


@h_is_bounded_below_on_every_box.counterfeit
def boxes_decide_a_constant_one_percent_larger(whole):
    """Every box decides it for .243 too; the largest constant is .24275."""
    return _decided(243)


@J8.law(y=ratios(0, 1), on=(BALLS, FLOATS))
def h_is_bounded_below(y):
    """h(y) ≥ y²/2 + (6/25)y⁴ at points, in the arithmetic that the laws run in."""
    return at_most(y * y / 2 + 6 * y * y * y * y / 25, h(y))


@h_is_bounded_below.counterfeit(instance={"y": 0.53125})
def h_is_bounded_below_with_a_constant_one_percent_larger(y):
    """The same with .243 for 6/25."""
    return at_most(y * y / 2 + 243 * y * y * y * y / 1000, h(y))


# -- runs -----------------------------------------------------------------------------------------


def _exactly(steps, model, w, fewer=1, share=1):
    """Claim (T - fewer)h(ȳ) - ½ln(1 - ȳ²) ≤ share·Δ/L."""
    L, xp = model.smoothness.value, namespace(w)
    gap, smallest = least(model, PSIGradientDescent(1 / L), w, steps)
    y = xp.sqrt(smallest) / L
    return at_most((steps - fewer) * h(y) - xp.log1p(-y * y) / 2, share * gap / L)


def _staircase(y, steps):
    return stairs(y, float(np.arctan(y)), steps)


TOP = float(np.arctanh(0.5))
LOG_COSH = {"steps": 1, "model": Circle(Rapidity.log_cosh(2.0)), "w": np.array([np.cos(TOP), np.sin(TOP)])}
ONE_BLOCK = {"steps": counts(1, 4), "model": known_models(blocks=(1, 1)), "w": points("model")}


@J8.law(**ONE_BLOCK, on=(BALLS, FLOATS))
def the_run_is_bounded_exactly(steps, model, w):
    """(T - 1)h(ȳ) + ½ln(1/(1 - ȳ²)) ≤ Δ/L for one block."""
    return _exactly(steps, model, w)


@the_run_is_bounded_exactly.counterfeit(instance=_staircase(0.9, 2))
def the_run_is_bounded_with_one_percent_less(steps, model, w):
    """The same with .99 Δ."""
    return _exactly(steps, model, w, share=99 / (100 + 0 * w[0]))


@the_run_is_bounded_exactly.counterfeit(instance=LOG_COSH)
def every_step_counts_and_the_gap_at_the_end_too(steps, model, w):
    """The same with T for T - 1."""
    return _exactly(steps, model, w, fewer=0)


@J8.law(**ONE_BLOCK, quantifier="exists", on=(BALLS,), instance=_staircase(0.8, 3))
def the_exact_bound_is_attained_at_three_steps(steps, model, w):
    """There are staircases on which the left side is .999 of the right one at T = 3."""
    claimed = _exactly(steps, model, w)
    return at_most(999 * claimed.right, 1000 * claimed.left)


@the_exact_bound_is_attained_at_three_steps.counterfeit
def the_exact_bound_is_attained_by_every_function(steps, model, w):
    """It is on every function."""
    claimed = _exactly(steps, model, w)
    return at_most(999 * claimed.right, 1000 * claimed.left)


def _closed(steps, model, w, blocks=None, share=1):
    L = model.smoothness.value
    gap, smallest = least(model, PSIGradientDescent(1 / L), w, steps)
    return at_most(smallest, PSI_GD_SHARP(smoothness=L, gap=share * gap, blocks=blocks or model.layout.m, steps=steps))


@J8.law(steps=counts(1, 4), model=known_models(), w=points("model"), on=(BALLS,))
def the_closed_bound_holds(steps, model, w):
    """Min G ≤ (25m/24)L²(√(1 + 96Δ/(25mLT)) - 1), for one and two blocks."""
    return _closed(steps, model, w)


@the_closed_bound_holds.counterfeit(instance=_staircase(0.25, 10))
def the_closed_bound_holds_with_one_percent_less(steps, model, w):
    """The same with .99 Δ; refuted by a staircase at T = 10, ȳ = 1/4, which comes to .999 of it."""
    return _closed(steps, model, w, share=99 / (100 + 0 * w[0]))


for figure in FIGURES:
    J8.exhibit(figure)
