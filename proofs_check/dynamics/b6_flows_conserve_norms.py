r"""Gradient flows conserve norms; weight decay lets them shrink at a rate of its own.

Statement
---------
The gradient flow of either metric, :math:`\dot w = -\nabla f` or :math:`\dot w_i = -r_i^2\nabla_if`, conserves every
:math:`r_i`.  With decoupled decay in either flow, or with an L2 term in the Euclidean one, :math:`\tfrac{d}{dt}\log
r_i = -\lambda`; with an L2 term in the PSI flow, :math:`\dot w_i = -r_i^2(\nabla_if + \lambda w_i)`, it is
:math:`-\lambda r_i^2`.

Assumptions
-----------
f is PSI and differentiable, so that flows exist for a while; decay acts on the blocks.

Source
------
Kun20 (broken conservation laws); the flows of the PSI metric are ours.

Idea of the proof
-----------------
:math:`\tfrac{d}{dt}r_i^2 = 2\langle w_i,\dot w_i\rangle`, and :math:`\langle w_i,\nabla_if\rangle = 0` (claim A3)
leaves of :math:`\dot w_i` only what decay adds: :math:`-\lambda w_i`, or :math:`-\lambda r_i^2w_i`.

What is checked, what is not
----------------------------
:math:`\langle w_i,\dot w_i\rangle` for each flow on symbols for the generic jet with the blocks [2], [3], [2,2], on
rationals, in balls and on floats; the velocity is taken from the methods themselves, :math:`(w^+ - w)/\eta`, which for
each :math:`\eta` is the field whose flow they follow as :math:`\eta \to 0`.  The flows of a diagonal Rayleigh quotient
are known, :math:`w(t) = r_0\,y/\|y\|` with :math:`y = e^{-ct A}w_0`: they are checked against the fields, in balls.
That solutions exist, and that methods follow them, is the theory of ordinary differential equations.

Tags
----
dynamics, gradient flow, conservation, weight decay
"""

import numpy as np

from proofs_check.bibliography import KUN20
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, equal, theorem
from psitheory.models import Rayleigh, WithL2
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.strategies import choices, points, psi_models, ratios, rayleigh_quotients, step_sizes

B6 = theorem(
    "B6",
    "Gradient flows conserve norms, and decay shrinks them",
    chapter="dynamics",
    source=KUN20,
    locator="conservation laws and their breaking",
    statement=r"\dot w = -\nabla f\ \text{or}\ \dot w_i = -r_i^2\nabla_i f:\ \dot r_i = 0;\qquad "
    r"\text{with decay: } \tfrac{d}{dt}\log r_i = -\lambda,\ \text{but}\ -\lambda r_i^2"
    r"\ \text{for } \dot w_i = -r_i^2(\nabla_i f + \lambda w_i)",
    assumptions=("f is positively scale-invariant and differentiable", "decay acts on the blocks"),
    doc=__doc__,
)

EXACTLY = (SYMBOLS, RATIONALS, BALLS, FLOATS)
FLOW = {"model": psi_models(), "w": points("model")}
METHODS = {"Euclidean": GradientDescent, "PSI": PSIGradientDescent}
AT_TWO = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([2.0, 2.0])}


def _growth(optimizer, eta, model, w):
    """Return d log r/dt = ⟨w_i, ẇ_i⟩/r_i² (m,), with the velocity ẇ = (w⁺ - w)/η of the method."""
    layout = model.layout
    moved, _ = optimizer.step(layout, w, model.evaluate(w), optimizer.init(layout, w))
    return layout.dots(w, moved - w) / (eta * layout.dots(w, w))


# -- without decay ------------------------------------------------------------------------------


@B6.law(**FLOW, metric=choices("Euclidean", "PSI"), eta=step_sizes(decades=1), on=EXACTLY)
def gradient_flows_conserve_every_norm(model, w, metric, eta):
    """⟨w_i, ẇ_i⟩ = 0 for the velocity of either metric."""
    return equal(_growth(METHODS[metric](eta), eta, model, w), 0)


@gradient_flows_conserve_every_norm.counterfeit(instance={**AT_TWO, "metric": "Euclidean", "eta": 1.0})
def steps_of_finite_size_conserve_every_norm(model, w, metric, eta):
    """‖w_i⁺‖² = r_i² for a step of finite size."""
    layout = model.layout
    moved, _ = METHODS[metric](eta).step(layout, w, model.evaluate(w), ())
    return equal(layout.dots(moved, moved) / layout.dots(w, w), 1)


# -- with decay ---------------------------------------------------------------------------------

DECAYING = {
    "Euclidean, decoupled": lambda eta, decay: GradientDescent(eta, decay=decay),
    "Euclidean, L2": lambda eta, decay: GradientDescent(eta, coupled_decay=decay),
    "PSI, decoupled": lambda eta, decay: PSIGradientDescent(eta, decay=decay),
}


@B6.law(**FLOW, method=choices(*DECAYING), eta=step_sizes(decades=1), decay=step_sizes(decades=1), on=EXACTLY)
def decay_shrinks_norms_at_its_own_rate(model, w, method, eta, decay):
    """The rate d log r_i/dt is -λ with decoupled decay in either flow, and with L2 in the Euclidean one."""
    return equal(_growth(DECAYING[method](eta, decay), eta, model, w), -decay)


def _growth_with_l2(model, w, eta, decay):
    return _growth(PSIGradientDescent(eta), eta, WithL2(model, decay), w)


@decay_shrinks_norms_at_its_own_rate.counterfeit(
    instance={**AT_TWO, "method": "PSI, decoupled", "eta": 1.0, "decay": 1.0}
)
def an_l2_term_in_the_psi_flow_does_so_too(model, w, method, eta, decay):
    """The rate d log r_i/dt is -λ with L2 in the PSI flow."""
    return equal(_growth_with_l2(model, w, eta, decay), -decay)


@B6.law(**FLOW, eta=step_sizes(decades=1), decay=step_sizes(decades=1), on=EXACTLY)
def an_l2_term_in_the_psi_flow_shrinks_long_blocks_faster(model, w, eta, decay):
    """The rate d log r_i/dt is -λr_i² with L2 in the PSI flow."""
    return equal(_growth_with_l2(model, w, eta, decay), -decay * model.layout.dots(w, w))


@an_l2_term_in_the_psi_flow_shrinks_long_blocks_faster.counterfeit(instance={**AT_TWO, "eta": 1.0, "decay": 1.0})
def an_l2_term_in_the_psi_flow_acts_by_the_norm(model, w, eta, decay):
    """The rate d log r_i/dt is -λr_i with L2 in the PSI flow."""
    return equal(_growth_with_l2(model, w, eta, decay), -decay * model.layout.norms(w))


# -- a flow that is known -----------------------------------------------------------------------

SOLUTION = {
    "model": rayleigh_quotients(),
    "w": points("model"),
    "metric": choices("Euclidean", "PSI"),
    "s": ratios(0, 2),
}


def _solves(clock, model, w, metric, s):
    """Claim that r_0 y/‖y‖, y = exp(-ctA)w_0, moves as the flow does; c is ``clock(metric, r_0²)``, t = s or sr_0²."""
    xp, square = namespace(w), dot(w, w)
    time = s * square if metric == "Euclidean" else s
    exponents = clock(metric, square) * np.diagonal(model.matrix)
    y = xp.exp(-time * exponents) * w
    moved = -exponents * y
    shrink = xp.sqrt(square / dot(y, y))
    velocity = shrink * (moved - y * (dot(y, moved) / dot(y, y)))
    at = shrink * y
    step, _ = METHODS[metric](1).step(model.layout, at, model.evaluate(at), ())
    # compared at the size of w, by which time and velocity are measured
    unit = square if metric == "Euclidean" else 1
    return equal(at + velocity * unit, at + (step - at) * unit)


@B6.law(**SOLUTION, on=(BALLS,))
def rayleigh_quotients_flow_along_exponentials(model, w, metric, s):
    """ẇ = -∇f or -r²∇f for w = r_0 y/‖y‖, y = exp(-2tA/r_0²)w_0 or exp(-2tA)w_0."""
    return _solves(lambda metric, square: 2 / square if metric == "Euclidean" else 2, model, w, metric, s)


@rayleigh_quotients_flow_along_exponentials.counterfeit(
    instance={**AT_TWO, "metric": "Euclidean", "s": 0.125}, metric="Euclidean"
)
def both_flows_have_one_clock(model, w, metric, s):
    """Both flows run along exp(-2tA)w_0, whatever the length of w_0."""
    return _solves(lambda metric, square: 2, model, w, metric, s)
