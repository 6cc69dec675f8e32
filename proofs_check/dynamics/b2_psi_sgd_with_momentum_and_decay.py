r"""PSI-SGD on shared mini-batches treats equivalent weights alike, with the right momentum and decay.

Statement
---------
If the loss of each mini-batch is PSI, PSI-SGD from :math:`a\cdot w_0` on the same mini-batches stays at :math:`a`
times the run from :math:`w_0`.  With momentum, a buffer in tangent units, :math:`m^+ = \beta m + r^2\nabla f`,
:math:`w^+ = w - \eta m^+`, starts as :math:`a\cdot m_0`; one in gradient units, :math:`m^+ = \beta m + \nabla f`,
:math:`w^+ = w - \eta r^2m^+`, starts as :math:`m_0/a`; zero is always fine.  Decoupled decay :math:`-\eta\lambda w` is
equivariant, and so is :math:`+\mu w` inside a buffer of tangent units; an L2 term inside the gradient,
:math:`r^2(\nabla f + \mu w)`, is not.  With independent samples the *laws* of the two class paths agree.  So weights
may be renormalised on the way, :math:`w_i/s_i`, if buffers move along; the rate may stand inside a buffer if constant.

Assumptions
-----------
Every mini-batch loss is PSI (batch norm: eps = 0 and a positive variance on that mini-batch); decay acts on the blocks.

Source
------
Yi22 (PSI-SGD); units of buffers and decays are ours.

Idea of the proof
-----------------
:math:`r^2\nabla f` turns into :math:`a\cdot r^2\nabla f`, and :math:`\nabla f` into :math:`\nabla f/a` (claim A3);
both rules for the buffer are linear, so each keeps its own scaling from step to step, and the step of w scales with
a.  w itself scales as a tangent vector does, not as a gradient: :math:`r^2w` scales with :math:`a^3`.  For each
sequence of mini-batches the path from :math:`a\cdot w_0` is the image of that from :math:`w_0`; hence, sampled
independently with one law, the laws of the class paths are equal.

What is checked, what is not
----------------------------
One step of w and of the buffer, with momentum and all decays, from any buffer: for any smooth PSI mini-batch losses;
induction gives any number of steps.  Runs on mini-batches of batch-norm neurons, and of the network on handwritten
digits.  For the laws: the mean and the mean square of the loss after two steps, each of which takes one of two
mini-batches, over all four sequences.  Renormalising once, after the second of four steps, for four methods.

Tags
----
dynamics, equivariance, PSI-SGD, momentum, weight decay
"""

from itertools import product

import numpy as np

from proofs_check.bibliography import YI22
from proofs_check.dynamics.renormalised import RENORMALISED
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO, equal, theorem
from psitheory.laws.update import step_commutes_with_rescaling
from psitheory.models import Neuron, Rayleigh, WithL2
from psitheory.optimizers import GradientDescent, PSIGradientDescent, PSIMomentum
from psitheory.optimizers.euclidean import Momentum
from psitheory.strategies import (
    digits_network,
    factors,
    mini_batches,
    network_starts,
    points,
    psi_models,
    rescalings,
    sampled_neurons,
    step_sizes,
    tangents,
    vectors,
)

B2 = theorem(
    "B2",
    "PSI-SGD with momentum and decay is equivariant on shared samples",
    chapter="dynamics",
    source=YI22,
    locator="PSI-SGD",
    statement=r"m^+ = \beta m + r^2\nabla f + \mu w,\ w^+ = (1-\eta\lambda)w - \eta m^+:\quad "
    r"(a\cdot w, a\cdot m)^+ = (a\cdot w^+, a\cdot m^+);\qquad "
    r"m^+ = \beta m + \nabla f,\ w^+ = w - \eta r^2m^+:\quad (a\cdot w, m/a)^+ = (a\cdot w^+, m^+/a)",
    assumptions=("the loss of each mini-batch is positively scale-invariant", "both runs see the same mini-batches"),
    doc=__doc__,
)

STEP = {"model": psi_models(), "w": points("model"), "a": rescalings("model"), "eta": step_sizes()}
TWO = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 1.0]), "a": np.array([2.0]), "eta": 1.0}


def _step_carries_the_buffer(optimizer, model, w, m, a, along, back):
    """Claim that a step from (a·w, along·m) leads to (a·w⁺, m⁺/back)."""
    layout = model.layout

    def step(w, m):
        w, state = optimizer.step(layout, w, model.evaluate(w), Momentum(0, m))
        return w, state.buffer

    w_there, m_there = step(layout.scale(a, w), layout.scale(along, m))
    there = [layout.scale(1 / a, w_there), layout.scale(back, m_there)]
    return equal(namespace(w).concat(there), namespace(w).concat(step(w, m)))


# -- tangent units ------------------------------------------------------------------------------

TANGENT = {**STEP, "m": tangents("model", "w"), "beta": factors(), "decay": step_sizes(), "coupled": step_sizes()}
TANGENT_TWO = {**TWO, "m": np.array([1.0, 0.0]), "beta": 0.5, "decay": 0.25, "coupled": 0.5}


@B2.law(**TANGENT)
def a_step_in_tangent_units_carries_the_buffer_along(model, w, m, a, eta, beta, decay, coupled):
    """(a·w, a·m) steps to (a·w⁺, a·m⁺), with both decays."""
    optimizer = PSIMomentum(eta, beta, decay=decay, coupled_decay=coupled)
    return _step_carries_the_buffer(optimizer, model, w, m, a, a, 1 / a)


@a_step_in_tangent_units_carries_the_buffer_along.counterfeit(instance=TANGENT_TWO)
def a_step_in_tangent_units_takes_the_buffer_of_gradient_units(model, w, m, a, eta, beta, decay, coupled):
    """(a·w, m/a) steps to (a·w⁺, m⁺/a)."""
    optimizer = PSIMomentum(eta, beta, decay=decay, coupled_decay=coupled)
    return _step_carries_the_buffer(optimizer, model, w, m, a, 1 / a, a)


# -- gradient units -----------------------------------------------------------------------------

GRADIENT = {**STEP, "m": vectors("model"), "beta": factors(), "decay": step_sizes()}
GRADIENT_TWO = {**TWO, "m": np.array([1.0, 0.0]), "beta": 0.5, "decay": 0.25}


@B2.law(**GRADIENT)
def a_step_in_gradient_units_carries_the_buffer_along(model, w, m, a, eta, beta, decay):
    """(a·w, m/a) steps to (a·w⁺, m⁺/a), with decoupled decay."""
    optimizer = PSIMomentum(eta, beta, units="gradient", decay=decay)
    return _step_carries_the_buffer(optimizer, model, w, m, a, 1 / a, a)


@a_step_in_gradient_units_carries_the_buffer_along.counterfeit(instance=GRADIENT_TWO)
def a_step_in_gradient_units_takes_the_buffer_of_tangent_units(model, w, m, a, eta, beta, decay):
    """(a·w, a·m) steps to (a·w⁺, a·m⁺)."""
    optimizer = PSIMomentum(eta, beta, units="gradient", decay=decay)
    return _step_carries_the_buffer(optimizer, model, w, m, a, a, 1 / a)


# -- decay --------------------------------------------------------------------------------------


@B2.law(**STEP, decay=step_sizes())
def decoupled_decay_is_equivariant(model, w, a, eta, decay):
    """(1 - ηλ)w - ηr²∇f from a·w leads to a·w⁺."""
    return step_commutes_with_rescaling(PSIGradientDescent(eta, decay=decay), model, w, a)


@decoupled_decay_is_equivariant.counterfeit(instance={**TWO, "decay": 1.0})
def decay_inside_the_gradient_is_equivariant(model, w, a, eta, decay):
    """From a·w, w - ηr²(∇f + λw) leads to a·w⁺."""
    return step_commutes_with_rescaling(PSIGradientDescent(eta), WithL2(model, decay), w, a)


# -- runs on mini-batches -----------------------------------------------------------------------

SIX = {
    "model": Neuron(
        np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [2.0, 1.0], [1.0, 3.0], [-1.0, 1.0]]),
        np.array([1.0, 0.0, -1.0, 1.0, 2.0, 0.0]),
    ),
    "w": np.array([1.0, 0.5]),
    "a": np.array([2.0]),
    "batches": np.array([[0, 1, 2, 3], [1, 3, 4, 5]]),
    "eta": 1.0,
    "beta": 0.5,
}
"""Six samples in the plane, and two mini-batches that disagree."""

RUN = {
    "model": sampled_neurons(),
    "w": points("model"),
    "a": rescalings("model"),
    "batches": mini_batches("model", steps=3, size=4),
    "eta": step_sizes(decades=1),
    "beta": factors(),
}


def _run(optimizer, model, w, batches):
    state = optimizer.init(model.layout, w)
    for batch in batches:
        w, state = optimizer.step(model.layout, w, model.evaluate(w, batch), state)
    return w


def _runs_commute(optimizer, model, w, a, batches, batches_there):
    scale = model.layout.scale
    return equal(scale(1 / a, _run(optimizer, model, scale(a, w), batches_there)), _run(optimizer, model, w, batches))


@B2.law(**RUN, on=(POWERS_OF_TWO, BALLS, FLOATS))
def a_run_on_shared_mini_batches_is_equivariant(model, w, a, batches, eta, beta):
    """The iterates from a·w_0, with zero buffer, are a times those from w_0."""
    return _runs_commute(PSIMomentum(eta, beta), model, w, a, batches, batches)


@a_run_on_shared_mini_batches_is_equivariant.counterfeit(instance=SIX)
def a_run_on_other_mini_batches_is_equivariant(model, w, a, batches, eta, beta):
    """The same path by path when the two runs see samples of their own."""
    return _runs_commute(PSIMomentum(eta, beta), model, w, a, batches, batches[::-1])


@a_run_on_shared_mini_batches_is_equivariant.counterfeit(instance=SIX)
def a_run_of_sgd_is_equivariant(model, w, a, batches, eta, beta):
    """The same for SGD, without momentum."""
    return _runs_commute(GradientDescent(eta), model, w, a, batches, batches)


def _moments_agree(optimizer, model, w, a, batches):
    """Compare mean and mean square of the loss after two steps, over all sequences of two of the mini-batches."""

    def moments(w):
        ends = [_run(optimizer, model, w, sequence) for sequence in product(batches, repeat=2)]
        losses = [model.evaluate(end).loss[()] for end in ends]
        return namespace(w).asarray([sum(losses), sum(x * x for x in losses)]) / len(losses)

    return equal(moments(model.layout.scale(a, w)), moments(w))


LAWS = {name: RUN[name] for name in ("model", "w", "a", "batches", "eta")}


@B2.law(**LAWS | {"batches": mini_batches("model", steps=2, size=4)}, on=(BALLS, FLOATS))
def the_laws_of_the_class_paths_agree(model, w, a, batches, eta):
    """E f(w_2) and E f(w_2)² are the same from a·w_0 and from w_0, where each step takes either of two mini-batches."""
    return _moments_agree(PSIGradientDescent(eta), model, w, a, batches)


@the_laws_of_the_class_paths_agree.counterfeit(instance={name: SIX[name] for name in LAWS})
def the_laws_of_the_class_paths_of_sgd_agree(model, w, a, batches, eta):
    """The same for SGD."""
    return _moments_agree(GradientDescent(eta), model, w, a, batches)


DIGITS = {"model": digits_network(), "w": network_starts("model"), "a": rescalings("model")}
DIGITS_BATCHES = mini_batches("model", steps=4, size=64)


@B2.law(**DIGITS, batches=DIGITS_BATCHES, on=(POWERS_OF_TWO, CONTROLS), example=True)
def on_digits_psi_sgd_with_momentum_is_equivariant(model, w, a, batches):
    """Four steps at η = 1/20, β = 9/10 on mini-batches of 64 handwritten digits, from equivalent starts."""
    return _runs_commute(PSIMomentum(0.05, 0.9), model, w, a, batches, batches)


@on_digits_psi_sgd_with_momentum_is_equivariant.counterfeit(batches=mini_batches("model", steps=2, size=64))
def on_digits_sgd_is_equivariant(model, w, a, batches):
    """Two steps of SGD on the same network."""
    return _runs_commute(GradientDescent(0.05), model, w, a, batches, batches)


for law in RENORMALISED:
    B2.law(law)
