r"""The effective rates of SGD, with L2, with decoupled decay, and of momentum.

Statement
---------
On a PSI loss the effective rate of claim E1 is :math:`\eta/r^2` for SGD, :math:`\eta/(r^2(1-\eta\lambda))` for SGD with
L2 or with decoupled decay, and constant, :math:`\eta`, for PSI-GD.  For a buffer m it is
:math:`\eta/(r^2 - \eta\langle m,w\rangle)`; for Adam, with its corrected moments for a and b, it is that of claim E1.

Assumptions
-----------
f is PSI and differentiable; no block of w is zero; :math:`\eta\lambda < 1`; for a buffer
:math:`\eta\langle m,w\rangle < r^2`; for Adam eps = 0 and no entry of the gradient is zero.

Source
------
Rob20 (effective learning rates of SGD and Adam); Li19 (SGD with L2).

Idea of the proof
-----------------
Claim E1 with :math:`\langle\nabla_if,w_i\rangle = 0` (claim A3): :math:`\langle c,u\rangle` is 0 for SGD and
:math:`\lambda r^2` with L2.  A decoupled decay takes the same step in exact arithmetic.

What is checked, what is not
----------------------------
The shipped methods' steps against :math:`u - \eta_ec_\perp`, as one direction, by a root-free identity: on formal
vectors, symbols, rationals, balls and floats for SGD, its decays, PSI-GD and momentum from any buffer; Adam's turns in
balls and on floats.  The figure shows the effective rates of a batch-norm network on digits.

Tags
----
sphere, effective rate, decay, momentum
"""

import numpy as np

from proofs_check.bibliography import ROB20
from proofs_check.sphere.e2_figures import effective_rates_on_digits
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.models import Rayleigh
from psitheory.optimizers import Adam, GradientDescent, HeavyBall, PerBlock, PSIGradientDescent, image_step
from psitheory.optimizers.adaptive import Moments
from psitheory.optimizers.euclidean import Momentum
from psitheory.strategies import (
    factors,
    generic_models,
    generic_points,
    psi_models,
    pythagorean_points,
    step_sizes,
    vectors,
)

E2 = theorem(
    "E2",
    "Effective rates of SGD, decay, momentum and Adam",
    chapter="sphere",
    source=ROB20,
    locator="effective learning rates; Li19",
    statement=r"\eta_e = \frac\eta{r^2}\ \text{(SGD)},\quad \frac{\eta}{r^2(1-\eta\lambda)}\ \text{(decay)},\quad "
    r"\frac{\eta}{r^2-\eta\langle m,w\rangle}\ \text{(momentum)}",
    assumptions=("f is positively scale-invariant and differentiable", "no block is zero", "ηλ < 1", "η⟨m,w⟩ < r²"),
    doc=__doc__,
)

STEP = {"model": psi_models(), "w": pythagorean_points("model"), "eta": step_sizes(decades=2)}
TWO = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([2.0, 2.0]), "eta": 0.5}


def _is_the_rate(model, w, a, eta, claimed):
    """Claim η_e of the step w - ηa in every block, times r²/η, so that all of it is of about size 1."""
    layout = model.layout
    square = layout.dots(w, w)
    return equal(image_step(layout, w, a, rate=eta).effective_rate * square / eta, claimed(square) * square / eta)


def _step_has_the_rate(method, model, w, eta, under, state=(), along=None):
    """Claim that the method's step leads where u - η_ec⊥ points, η_e = η/q: q w⁺ = (⟨w,w⁺⟩/r²)(q w - η r c⊥).

    So written it is true where q is 0, too: there w⁺ is orthogonal to w, and no effective rate exists.
    """
    layout, evaluation = model.layout, model.evaluate(w)
    new, _ = method.step(layout, w, evaluation, state)
    square = layout.dots(w, w)
    step = evaluation.gradient if along is None else along
    tangent = PSIQuotient(layout).horizontal(w, step)
    stretch = layout.dots(w, new) / square
    image = layout.scale(stretch * under(square), w) - layout.scale(stretch * eta * square, tangent)
    return equal(_on_blocks(layout, layout.scale(under(square), new)), _on_blocks(layout, image))


def _on_blocks(layout, x):
    return layout.map(lambda rows: rows, lambda v: v - v, x)


@E2.law(**STEP)
def the_rate_of_sgd_falls_with_the_square_of_the_norm(model, w, eta):
    """η_e = η/r² for w - η∇f."""
    return _is_the_rate(model, w, model.evaluate(w).gradient, eta, lambda square: eta / square)


@the_rate_of_sgd_falls_with_the_square_of_the_norm.counterfeit(instance=TWO)
def it_falls_with_the_norm(model, w, eta):
    """η_e = η/r."""
    r = model.layout.norms(w)
    return _is_the_rate(model, w, model.evaluate(w).gradient, eta, lambda square: eta / r)


DECAYED = {**STEP, "b": factors()}


@E2.law(**DECAYED)
def l2_raises_the_rate(model, w, eta, b):
    """η_e = η/(r²(1 - ηλ)) for w - η(∇f + λw), ηλ = b < 1."""
    a = model.evaluate(w).gradient + w * (b / eta)
    return _is_the_rate(model, w, a, eta, lambda square: eta / square / (1 - b))


@l2_raises_the_rate.counterfeit(instance={**TWO, "b": 1 / 128})
def l2_leaves_the_rate_alone(model, w, eta, b):
    """η_e = η/r² with L2 too."""
    a = model.evaluate(w).gradient + w * (b / eta)
    return _is_the_rate(model, w, a, eta, lambda square: eta / square)


@E2.law(**DECAYED)
def a_decoupled_decay_raises_it_alike(model, w, eta, b):
    """The step (1 - ηλ)w - η∇f leads where u - η_ec⊥ points, η_e = η/(r²(1 - ηλ))."""
    method = GradientDescent(eta, decay=PerBlock(b / eta, 0))
    return _step_has_the_rate(method, model, w, eta, lambda square: square * (1 - b))


@a_decoupled_decay_raises_it_alike.counterfeit(instance={**TWO, "b": 1 / 128})
def a_decoupled_decay_lowers_it(model, w, eta, b):
    """The same with η_e = η/(r²(1 + ηλ))."""
    method = GradientDescent(eta, decay=PerBlock(b / eta, 0))
    return _step_has_the_rate(method, model, w, eta, lambda square: square * (1 + b))


@E2.law(**STEP)
def the_rate_of_psi_gd_is_constant(model, w, eta):
    """The step of PSI-GD leads where u - η_ec⊥ points with η_e = η times c⊥ = r∇f."""
    return _step_has_the_rate(PSIGradientDescent(eta), model, w, eta, lambda square: square / square)


@the_rate_of_psi_gd_is_constant.counterfeit(instance=TWO)
def the_rate_of_psi_gd_falls_too(model, w, eta):
    """The same with η_e = η/r²."""
    return _step_has_the_rate(PSIGradientDescent(eta), model, w, eta, lambda square: square)


BUFFER = {**STEP, "m": vectors("model"), "beta": factors()}


def _momentum_has_the_rate(model, w, eta, m, beta, radial):
    """Momentum from a buffer with a radial part, for v too."""
    buffer = m * beta + model.evaluate(w).gradient
    inner = model.layout.dots(buffer, w)

    def under(square):
        return square - radial * eta * inner

    return _step_has_the_rate(HeavyBall(eta, beta), model, w, eta, under, Momentum(0, m), buffer)


@E2.law(**BUFFER)
def a_buffer_has_a_radial_part(model, w, eta, m, beta):
    """Heavy ball, from any buffer: η_e = η/(r² - η⟨m⁺,w⟩)."""
    return _momentum_has_the_rate(model, w, eta, m, beta, 1)


@a_buffer_has_a_radial_part.counterfeit(instance={**TWO, "m": np.array([0.125, 0.0]), "beta": 0.5})
def a_buffer_has_no_radial_part(model, w, eta, m, beta):
    """The same with η_e = η/r²."""
    return _momentum_has_the_rate(model, w, eta, m, beta, 0)


ADAM = {"model": generic_models(free=False), "w": generic_points("model"), "eta": step_sizes(decades=1)}


def _adam_turns(model, w, eta, power):
    """Adam's first step has a = ∇f and b = |∇f|, at a rate that turns by less than a right angle."""
    xp, layout, psi = namespace(w), model.layout, PSIQuotient(model.layout)
    gradient, r = model.evaluate(w).gradient, model.layout.norms(w)
    rate = PerBlock(eta / (1 + eta) * r / 4, 1)
    zeros = xp.zeros_like(w)
    new, _ = Adam(rate, eps=0).step(layout, w, model.evaluate(w), Moments(0, zeros, zeros))
    seen = image_step(layout, w, gradient, xp.abs(gradient), rate=rate)
    length = layout.norms(seen.direction) * seen.effective_rate * r ** (power - 2)
    return equal(psi.angles(w, new), xp.atan2(length, xp.ones_like(length)))


@E2.law(**ADAM, on=(BALLS, FLOATS))
def adam_turns_by_its_effective_rate(model, w, eta):
    """∠(w,w⁺) = arctan(η_e‖c⊥‖) for Adam's first step, a = ∇f and b = |∇f|."""
    return _adam_turns(model, w, eta, 2)


@adam_turns_by_its_effective_rate.counterfeit
def adam_turns_by_another_power_of_the_norm(model, w, eta):
    """The same with η_e/r."""
    return _adam_turns(model, w, eta, 1)


E2.exhibit(effective_rates_on_digits)
