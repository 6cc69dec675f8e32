r"""Equivalent starts follow one class path under PSI-GD, and part under Euclidean gradient descent.

Statement
---------
Runs of PSI-GD from :math:`w_0` and from :math:`a\cdot w_0` pass through the same classes:
:math:`\sup_t\mathrm{dist}([w_t],[w'_t]) = 0`, in exact arithmetic; in floats bit for bit if the scales are powers of
two, and within the chaos of the run otherwise.  Euclidean GD passes through different classes and, where f has several
minima, may reach different ones; where the minimiser is unique the limits may agree.

Assumptions
-----------
f is PSI and differentiable along the runs; no block of :math:`w_0` is zero.  Each pair of runs has one rate.

Source
------
Yi22 (equivalence-class convergence).

Idea of the proof
-----------------
By claim B1 :math:`w'_t = a\cdot w_t`.  A step of GD from :math:`a\cdot w` turns :math:`u_i` by
:math:`\arctan(\eta\|\nabla_if(u)\|/(a_ir_i)^2)`, which depends on :math:`a_i`; a long step crosses a ridge that short
ones do not.

What is checked, what is not
----------------------------
The class paths of PSI-GD for powers of two bit for bit, in balls and on floats.  On real data 1,000 steps of a
batch-norm network on 64 handwritten digits at :math:`\eta = 1/4`, below :math:`1/\hat L` on the runs tried, with a
scale of its own for each neuron from :math:`10^{-2}` to :math:`10^2`: at powers of two bit for bit; at generic scales
the classes may be ten times as far apart as the farthest of eight control runs, which start one ulp away, and nothing
is decided if that is more than :math:`10^{-6}`.  Seen were :math:`10^{-14}`, beside :math:`3` to :math:`4\cdot
10^{-15}` of the controls and about 6 under GD.

That GD reaches different minima is decided in balls: :math:`f = \cos3\theta + \cos(\theta + 0.4)`, :math:`\eta = 0.8`,
:math:`w_0 = (\tfrac12, 0)` against :math:`3w_0`, which end more than 1.9 apart with gradients below :math:`10^{-8}`;
from starts of length 1 and 3 no two limits differ, on a grid of 1,441 angles.  **The rate is not the same for both
methods there**: for this f, L is 9.94 and :math:`f''` at the minima 8.0 to 9.9.  GD settles at 0.8, four times
:math:`2/L`, because its first steps make w long; for PSI-GD all three minima are unstable at rates above 0.25.  It is
run at a tenth of GD's rate, 0.08, when its ends are compared here; at 0.8 it wanders, on one class path all the same.
The maps of basins are drawn at one rate for both, 0.15, below which PSI-GD settles.

Tags
----
dynamics, equivalence classes, PSI-GD, gradient descent
"""

import numpy as np

from proofs_check.bibliography import YI22
from proofs_check.dynamics.b3_figures import FIGURES
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, Interval, Verdict, at_most, equal, theorem
from psitheory.errors import Undecided
from psitheory.experiments import compare_classes, descend
from psitheory.geometry import PSIQuotient
from psitheory.models import Circle, Cosine
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.strategies import counts, digits_network, network_starts, points, rescalings, step_sizes, whole_models

B3 = theorem(
    "B3",
    "Equivalent starts converge together under PSI-GD, not under GD",
    chapter="dynamics",
    source=YI22,
    locator="equivalence-class convergence",
    statement=r"w'_0 = a\cdot w_0\quad\Longrightarrow\quad \sup_t\,\mathrm{dist}([w_t],[w'_t]) = 0",
    assumptions=("f is positively scale-invariant and differentiable", "no block is zero", "both runs have one rate"),
    doc=__doc__,
)


def _classes(optimizer, model, w, a, steps, record=None):
    """Return the unit representatives of both runs at the recorded times, (R, n) each."""
    layout = model.layout
    starts = namespace(w).stack([w, layout.scale(a, w)])
    times = range(steps + 1) if record is None else record
    run = descend(model, optimizer, starts, steps, record=times, keep_points=True)
    classes = PSIQuotient(layout).canonical(run.points)
    return classes[..., 0, :], classes[..., 1, :]


def _distances(optimizer, model, w, a, steps, record=None):
    return PSIQuotient(model.layout).dist(*_classes(optimizer, model, w, a, steps, record))


# -- one path -----------------------------------------------------------------------------------

RUN = {
    "steps": counts(1, 6),
    "model": whole_models(any_function=True),
    "w": points("model"),
    "a": rescalings("model"),
    "eta": step_sizes(decades=1),
}
CIRCLE = {"model": Circle.several_minima(), "w": np.array([0.5, 0.0]), "a": np.array([3.0])}
"""Three minima; under GD at η = 0.8 this start and its triple reach different ones."""


@B3.law(**RUN, on=(POWERS_OF_TWO, BALLS, FLOATS))
def equivalent_starts_pass_through_the_same_classes(steps, model, w, a, eta):
    """The unit representatives of both runs of PSI-GD agree at every step."""
    return equal(*_classes(PSIGradientDescent(eta), model, w, a, steps))


@equivalent_starts_pass_through_the_same_classes.counterfeit(instance={"steps": 1, **CIRCLE, "eta": 0.8})
def equivalent_starts_pass_through_the_same_classes_under_gd(steps, model, w, a, eta):
    """Those of both runs of GD agree at every step."""
    return equal(*_classes(GradientDescent(eta), model, w, a, steps))


@B3.law(**RUN, on=(POWERS_OF_TWO, BALLS))
def the_distance_of_the_classes_is_zero(steps, model, w, a, eta):
    """dist([w_t], [w'_t]) = 0 at every step of PSI-GD."""
    return equal(_distances(PSIGradientDescent(eta), model, w, a, steps), 0)


@the_distance_of_the_classes_is_zero.counterfeit(instance={"steps": 1, **CIRCLE, "eta": 0.8})
def the_distance_of_the_classes_under_gd_is_zero(steps, model, w, a, eta):
    """dist([w_t], [w'_t]) = 0 at every step of GD."""
    return equal(_distances(GradientDescent(eta), model, w, a, steps), 0)


DIGITS = {
    "steps": 1000,
    "model": digits_network(rows=64),
    "w": network_starts("model"),
    "a": rescalings("model", decades=2),
}
TIMES = (1, 10, 100, 1000)


@B3.law(**DIGITS, on=(POWERS_OF_TWO,), example=True)
def on_digits_the_classes_agree_after_a_thousand_steps(steps, model, w, a):
    """The classes of both runs agree after 1, 10, 100 and 1,000 steps; each neuron has a scale from 10⁻² to 10²."""
    return equal(*_classes(PSIGradientDescent(0.25), model, w, a, steps, TIMES))


@on_digits_the_classes_agree_after_a_thousand_steps.counterfeit(steps=1)
def on_digits_the_classes_agree_after_one_step_of_gd(steps, model, w, a):
    """The classes of both runs of GD agree after one step."""
    return equal(*_classes(GradientDescent(0.25), model, w, a, steps))


def _agree_beside_controls(optimizer, model, w, a, steps):
    """Claim that the classes are no farther apart than ten times what one ulp in the start makes of them."""
    record = [t for t in TIMES if t <= steps]
    seen = compare_classes(model, optimizer, w, a, steps, rng=np.random.default_rng(0), record=record)
    if seen.verdict is Verdict.INCONCLUSIVE:
        raise Undecided(str(seen))
    return at_most(Interval(seen.largest, seen.largest), seen.allowed)


@B3.law(**DIGITS, on=(FLOATS,), example=True, cost=10)
def on_digits_the_classes_agree_at_generic_scales(steps, model, w, a):
    """After 1, 10, 100 and 1,000 steps the classes are no farther apart than 10 times what one ulp makes of them."""
    return _agree_beside_controls(PSIGradientDescent(0.25), model, w, a, steps)


@on_digits_the_classes_agree_at_generic_scales.counterfeit(steps=1)
def on_digits_the_classes_agree_at_generic_scales_under_gd(steps, model, w, a):
    """After one step of GD they are no farther apart than that."""
    return _agree_beside_controls(GradientDescent(0.25), model, w, a, steps)


# -- different minima ---------------------------------------------------------------------------

END = {"steps": 40, "model": CIRCLE["model"], "w": points("model"), "a": rescalings("model", decades=2), "eta": 0.8}


def _ends(optimizer, model, w, a, steps):
    """Return the distance of the ends of both runs, and the larger of their squared gradients."""
    layout = model.layout
    starts = namespace(w).stack([w, layout.scale(a, w)])
    run = descend(model, optimizer, starts, steps, record=[steps])
    return PSIQuotient(layout).dist(run.final[0], run.final[1]), namespace(w).max(run.squared_gradient[-1])


@B3.law(**END, quantifier="exists", on=(BALLS,), instance={"steps": 40, **CIRCLE, "eta": 0.8})
def gd_reaches_different_minima_from_equivalent_starts(steps, model, w, a, eta):
    """There are equivalent starts whose runs of GD end more than 1.9 apart, with gradients below 1e-8."""
    return _converge_apart(GradientDescent(eta), model, w, a, steps)


def _converge_apart(optimizer, model, w, a, steps):
    distance, square = _ends(optimizer, model, w, a, steps)
    xp = namespace(w)
    one = xp.ones_like(distance)
    return at_most(xp.stack([19 * one, 10**16 * square]), xp.stack([10 * distance, one]))


@gd_reaches_different_minima_from_equivalent_starts.counterfeit(instance={"steps": 40, **CIRCLE, "eta": 0.8})
def psi_gd_reaches_different_minima_from_equivalent_starts(steps, model, w, a, eta):
    """The runs of PSI-GD do so too, at η/10, below 2/L: at η they would not settle at all."""
    return _converge_apart(PSIGradientDescent(eta / 10), model, w, a, steps)


UNIQUE = {
    "steps": 40,
    "model": Cosine(np.array([1.0, 0.0])),
    "w": np.array([0.0, 1.0]),
    "a": np.array([1.25]),
    "eta": 1.0,
}


@B3.law(**{**END, "model": UNIQUE["model"], "eta": 1.0}, quantifier="exists", on=(BALLS,), instance=UNIQUE)
def gd_may_reach_one_minimum_by_different_classes(steps, model, w, a, eta):
    """There are equivalent starts whose runs of GD end within 1e-6 of each other, but are 0.1 apart on the way."""
    return _come_together(model, w, a, eta, steps)


def _come_together(model, w, a, eta, steps):
    distances = _distances(GradientDescent(eta), model, w, a, steps)
    xp = namespace(w)
    one = xp.ones_like(distances[0])
    return at_most(xp.stack([10**6 * distances[-1], one]), xp.stack([one, 10 * xp.max(distances)]))


@gd_may_reach_one_minimum_by_different_classes.counterfeit(
    instance={"steps": 40, **CIRCLE, "eta": 0.8}, model=CIRCLE["model"], eta=0.8
)
def gd_always_reaches_one_minimum_by_different_classes(steps, model, w, a, eta):
    """All equivalent starts do so, where there are several minima too."""
    return _come_together(model, w, a, eta, steps)


for figure in FIGURES:
    B3.exhibit(figure)
