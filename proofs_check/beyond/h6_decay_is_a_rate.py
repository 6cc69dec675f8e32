r"""For PSI-GD decoupled weight decay is a rate: class for class PSI-GD at η/(1 - ηλ).

Statement
---------
PSI-GD with decoupled decay, :math:`w^+ = (1 - \eta\lambda)w - \eta r^2\nabla f` on the blocks, :math:`0 <
\eta\lambda < 1`, visits the same classes as PSI-GD without decay at the rate :math:`\eta/(1 - \eta\lambda)`; free
parameters, which do not decay, keep η.  So on the quotient decay has no effect of its own, and only the norms feel
it.

Assumptions
-----------
f is PSI, :math:`0 \le \eta\lambda < 1`; the decay acts on the blocks.

Source
------
Ours; for Euclidean gradient descent claim B7 (Li19), where the rate has to grow at every step.

Idea of the proof
-----------------
:math:`(1-\eta\lambda)w - \eta r^2\nabla f = (1-\eta\lambda)\bigl(w - \frac\eta{1-\eta\lambda}r^2\nabla f\bigr)`, a
point of the class of what is in brackets; PSI-GD is equivariant (claim B1), so the next step is the same too.

What is checked, what is not
----------------------------
One step is *proved* on formal vectors, for blocks of any dimension, with and without free parameters; runs of up to
three steps exactly on rationals and in balls.

Tags
----
weight decay, PSI-GD, equivalence classes
"""

import numpy as np

from proofs_check.bibliography import OURS
from psitheory.checking import BALLS, RATIONALS, SYMBOLS, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.models import Rayleigh
from psitheory.optimizers import PerBlock, PSIGradientDescent
from psitheory.strategies import counts, factors, points, rayleigh_quotients, step_sizes
from psitheory.strategies.free import models_of_every_layout

H6 = theorem(
    "H6",
    "Decay is a rate for PSI-GD",
    chapter="beyond",
    source=OURS,
    locator="decay is a rate",
    statement=r"(1-\eta\lambda)w - \eta r^2\nabla f = "
    r"(1-\eta\lambda)\Bigl(w - \frac{\eta}{1-\eta\lambda}r^2\nabla f\Bigr)",
    assumptions=("f is positively scale-invariant", "0 < ηλ < 1", "the decay acts on the blocks alone"),
    doc=__doc__,
)

STEP = {"model": models_of_every_layout(), "w": points("model"), "eta": step_sizes(), "alpha": factors()}
HALF = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 1.0]), "eta": 1.0, "alpha": 0.5}


def _step(model, w, optimizer):
    return optimizer.step(model.layout, w, model.evaluate(w), ())[0]


def _one(model, w, eta, alpha, rate):
    """Claim that the step with decay (1 - α)/η is α times, on the blocks, the step of another rate."""
    decaying = _step(model, w, PSIGradientDescent(eta, decay=(1 - alpha) / eta))
    plain = _step(model, w, PSIGradientDescent(rate))
    return equal(decaying, model.layout.map(lambda rows: rows * alpha, lambda v: v, plain))


@H6.law(**STEP, on=(SYMBOLS, RATIONALS, BALLS))
def a_step_with_decay_is_a_longer_step(model, w, eta, alpha):
    """(1 - ηλ)w - ηr²∇f is 1 - ηλ times the step at η/(1 - ηλ), and v steps with η."""
    return _one(model, w, eta, alpha, PerBlock(eta / alpha, eta))


@a_step_with_decay_is_a_longer_step.counterfeit(instance=HALF)
def a_step_with_decay_is_the_same_step(model, w, eta, alpha):
    """The same at the rate η."""
    return _one(model, w, eta, alpha, PerBlock(eta, eta))


@a_step_with_decay_is_a_longer_step.counterfeit(instance=HALF)
def a_step_with_decay_is_a_step_with_the_rate_of_the_first_order(model, w, eta, alpha):
    """The same at the rate η(1 + ηλ)."""
    return _one(model, w, eta, alpha, PerBlock(eta * (2 - alpha), eta))


def _runs(steps, model, w, eta, alpha, rate):
    one = other = w
    for _ in range(steps):
        one = _step(model, one, PSIGradientDescent(eta, decay=(1 - alpha) / eta))
        other = _step(model, other, PSIGradientDescent(rate))
    return equal(one, alpha**steps * other)


RUNS = {"steps": counts(1, 3), **STEP, "model": rayleigh_quotients()}


@H6.law(**RUNS, on=(RATIONALS, BALLS))
def runs_with_decay_visit_the_classes_of_runs_without(steps, model, w, eta, alpha):
    """w_T = (1 - ηλ)^T ŵ_T with one constant rate η/(1 - ηλ)."""
    return _runs(steps, model, w, eta, alpha, eta / alpha)


@runs_with_decay_visit_the_classes_of_runs_without.counterfeit(instance={"steps": 2, **HALF})
def the_rate_grows_as_in_euclidean_gradient_descent(steps, model, w, eta, alpha):
    """The same at the rate η/(1 - ηλ)³, that of claim B7 at t = 1."""
    return _runs(steps, model, w, eta, alpha, eta / alpha**3)


@H6.law(**{**STEP, "model": rayleigh_quotients()}, on=(RATIONALS, BALLS))
def decay_moves_no_class_by_itself(model, w, eta, alpha):
    """At a critical point decay changes the weights and not the class: the horizontal part of its step is 0."""
    return _by_itself(model, w, eta, alpha, outside=True)


def _by_itself(model, w, eta, alpha, *, outside):
    start = 0 * w + np.eye(model.layout.n, dtype=int)[0]  # an eigenvector
    if outside:
        moved = _step(model, start, PSIGradientDescent(eta, decay=(1 - alpha) / eta)) - start
        return equal(PSIQuotient(model.layout).horizontal(start, moved) + moved, (alpha - 1) * start)
    moved = _step(model, w, PSIGradientDescent(eta, decay=(1 - alpha) / eta)) - w
    return equal(PSIQuotient(model.layout).horizontal(w, moved), 0 * w)


@decay_moves_no_class_by_itself.counterfeit(instance=HALF)
def a_step_with_decay_moves_no_class(model, w, eta, alpha):
    """The same at every point."""
    return _by_itself(model, w, eta, alpha, outside=False)
