r"""Gradient descent with decay settles where decay and growth balance, and turns by arccos(1 - ηλ) a step.

Statement
---------
If :math:`\|\nabla_if(u)\| = g_i` is constant, GD with decay, :math:`w^+ = (1-\eta\lambda)w - \eta\nabla f` with
:math:`0 < \eta\lambda < 2`, :math:`\eta\lambda \ne 1`, settles at :math:`r_i^4 = \eta g_i^2/(2\lambda -
\eta\lambda^2)`: each step brings :math:`r_i` closer, from wherever it starts.  There every block turns by **exactly**
:math:`\arccos(1-\eta\lambda)` a step, whatever its :math:`g_i`.  At :math:`\eta\lambda = 1` norms alternate for ever.

Assumptions
-----------
The gradient is a rotation field, of constant norm at unit blocks: no smooth f on a compact sphere has it, since its
gradient vanishes at a maximum.  The claim is the idealised form of what noise does in training.

Source
------
Wan20 (spherical motion dynamics); the exact angle, and the exception at :math:`\eta\lambda = 1`, are ours.

Idea of the proof
-----------------
With :math:`\alpha = 1-\eta\lambda`, Pythagoras gives :math:`r_+^2 = \alpha^2r^2 + \eta^2g^2/r^2`, whose fixed point is
:math:`r^4 = \eta^2g^2/(1-\alpha^2)`.  In units of it, :math:`y_+ = \alpha^2y + (1-\alpha^2)/y` lies strictly between y
and 1/y if :math:`0 < \alpha^2 < 1`, so :math:`|\log y|` falls, to 0.  (For :math:`\alpha = 0`, :math:`y_+ = 1/y`.)  At
the fixed point :math:`\cos\theta = \alpha r/r_+ = \alpha`.  In numbers, :math:`D = \max(y, 1/y)` falls by at least
:math:`\min(\alpha^2, 1-\alpha^2)(D - 1/D)`.

What is checked, what is not
----------------------------
The recursion, the fixed point and the cosine of the angle on symbols, with :math:`\alpha = (1-s^2)/(1+s^2)` so that
:math:`g` is rational, for one and two blocks of two, and on rationals; the angle itself in balls and on floats; that
each step brings the norms closer on rationals, in balls and on floats; runs of 40 steps in balls.

Tags
----
dynamics, weight decay, equilibrium, effective rate
"""

import numpy as np

from proofs_check.bibliography import WAN20
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, at_most, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.laws.update import after
from psitheory.layout import Layout, blocks
from psitheory.models import RotationField
from psitheory.optimizers import GradientDescent
from psitheory.strategies import choices, factors, planes, ratios, rescalings, step_sizes

B8 = theorem(
    "B8",
    "Decay and growth balance: the norm settles, every block turns alike",
    chapter="dynamics",
    source=WAN20,
    locator="equilibrium of spherical motion dynamics",
    statement=r"\|\nabla_i f(u)\| = g_i:\quad r_i^4 \to \frac{\eta g_i^2}{2\lambda - \eta\lambda^2},\qquad "
    r"\angle(w_i, w_i^+) \to \arccos(1-\eta\lambda)",
    assumptions=(
        "the gradient is a rotation field of constant norm at unit blocks",
        "0 < ηλ < 2; for the norms to settle, ηλ ≠ 1",
    ),
    doc=__doc__,
)

PLANES = [PSIQuotient(Layout(blocks("w", m, 2))) for m in (1, 2)]
EXACTLY = (SYMBOLS, RATIONALS, BALLS, FLOATS)


def _step(model, w, eta, decay):
    optimizer = GradientDescent(eta, decay=decay)
    return optimizer.step(model.layout, w, model.evaluate(w), ())[0]


# -- the recursion ------------------------------------------------------------------------------

FIELD = {
    "psi": choices(*PLANES),
    "w": planes("psi"),
    "g": rescalings("psi", decades=1),
    "eta": step_sizes(decades=1),
}
UNIT = {"psi": PLANES[0], "w": np.array([1.0, 0.0]), "g": np.array([1.0]), "eta": 1.0, "decay": 0.5}


def _squares_follow(psi, w, g, eta, decay, kept):
    """Claim that r² becomes kept·r² + η²g²/r², in units of r²."""
    moved, square = _step(RotationField(g), w, eta, decay), psi.layout.dots(w, w)
    return equal(psi.layout.dots(moved, moved) / square, kept + eta * eta * g / square * g / square)


@B8.law(**FIELD, decay=step_sizes(decades=1), on=EXACTLY)
def squares_shrink_by_decay_and_grow_by_the_step(psi, w, g, eta, decay):
    """r_i² becomes (1 - ηλ)²r_i² + η²g_i²/r_i²."""
    return _squares_follow(psi, w, g, eta, decay, (1 - eta * decay) * (1 - eta * decay))


@squares_shrink_by_decay_and_grow_by_the_step.counterfeit(instance=UNIT)
def squares_shrink_by_decay_to_first_order(psi, w, g, eta, decay):
    """r_i² becomes (1 - 2ηλ)r_i² + η²g_i²/r_i²."""
    return _squares_follow(psi, w, g, eta, decay, 1 - 2 * eta * decay)


# -- the equilibrium ----------------------------------------------------------------------------

BALANCE = {"psi": choices(*PLANES), "w": planes("psi"), "eta": step_sizes(decades=1), "s": factors()}
AT_HALF = {"psi": PLANES[0], "w": np.array([2.0, 0.0]), "eta": 1.0, "s": 0.5}


def _balanced(psi, w, eta, s, power=4):
    """Return w⁺ and α for the strengths that balance w: r^power = ηg²/(2λ - ηλ²); α = (1 - s²)/(1 + s²)."""
    square = psi.layout.dots(w, w)
    alpha, root = (1 - s * s) / (1 + s * s), 2 * s / (1 + s * s)  # root² = 1 - α² = η(2λ - ηλ²)
    g = (square if power == 4 else psi.layout.norms(w)) * root / eta
    return _step(RotationField(g), w, eta, (1 - alpha) / eta), alpha


@B8.law(**BALANCE, on=EXACTLY)
def norms_stay_where_decay_and_growth_balance(psi, w, eta, s):
    """r_i⁺ = r_i if r_i⁴ = ηg_i²/(2λ - ηλ²)."""
    moved, _ = _balanced(psi, w, eta, s)
    return equal(psi.layout.dots(moved, moved) / psi.layout.dots(w, w), 1)


@norms_stay_where_decay_and_growth_balance.counterfeit(instance=AT_HALF)
def norms_stay_where_their_squares_balance(psi, w, eta, s):
    """r_i⁺ = r_i if r_i² = ηg_i²/(2λ - ηλ²); true only where the right side is 1."""
    moved, _ = _balanced(psi, w, eta, s, power=2)
    return equal(psi.layout.dots(moved, moved) / psi.layout.dots(w, w), 1)


@B8.law(**BALANCE, on=EXACTLY)
def every_block_turns_by_the_same_cosine(psi, w, eta, s):
    """⟨w_i, w_i⁺⟩ = (1 - ηλ)r_i² = (1 - ηλ)r_i r_i⁺ for every block, whatever its g_i."""
    moved, alpha = _balanced(psi, w, eta, s)
    return equal(psi.layout.dots(w, moved) / psi.layout.dots(moved, moved), alpha)


@every_block_turns_by_the_same_cosine.counterfeit(instance=AT_HALF)
def every_block_turns_by_the_cosine_of_its_square(psi, w, eta, s):
    """The cosine is (1 - ηλ)²."""
    moved, alpha = _balanced(psi, w, eta, s)
    return equal(psi.layout.dots(w, moved) / psi.layout.dots(moved, moved), alpha * alpha)


@B8.law(**BALANCE, on=(BALLS, FLOATS))
def every_block_turns_by_the_same_angle(psi, w, eta, s):
    """∠(w_i, w_i⁺) = arccos(1 - ηλ), exactly."""
    moved, alpha = _balanced(psi, w, eta, s)
    xp = namespace(w)
    return equal(psi.angles(w, moved), xp.atan2(xp.sqrt(1 - alpha * alpha), alpha))


@every_block_turns_by_the_same_angle.counterfeit(instance=AT_HALF)
def every_block_turns_by_the_root_of_twice_the_decay(psi, w, eta, s):
    """∠(w_i, w_i⁺) = √(2ηλ), exactly; true to leading order."""
    moved, alpha = _balanced(psi, w, eta, s)
    return equal(psi.angles(w, moved), namespace(w).sqrt(2 * (1 - alpha)))


# -- the way there ------------------------------------------------------------------------------

FAR = {"psi": PLANES[0], "w": np.array([4.0, 0.0]), "g": np.array([1.0]), "eta": 1.0, "rate": 0.125}


def _distances_to_balance(psi, w, g, eta, decay):
    """Return D² = max(y⁴, y⁻⁴) before and after a step, y = r/r_*: one where decay and growth balance."""
    moved, balance = _step(RotationField(g), w, eta, decay), eta * g * g / (decay * (2 - eta * decay))

    def distance(w):
        square = psi.layout.dots(w, w)
        y = square / balance * square
        return namespace(y).maximum(y, 1 / y)

    return distance(w), distance(moved)


def _falls(psi, w, g, eta, rate, pick):
    """Claim D⁺ ≤ (1 - β)D + β/D for D = max(y², y⁻²), squared and over D², with ``pick`` of α² and 1 - α² for β."""
    before, after_it = _distances_to_balance(psi, w, g, eta, rate / eta)
    square = (1 - rate) * (1 - rate)
    beta = pick(namespace(w))(square, 1 - square)
    return at_most(after_it / before, (1 - beta + beta / before) ** 2)


@B8.law(**FIELD, rate=ratios(0, 2), on=(RATIONALS, BALLS, FLOATS))
def every_step_brings_the_norms_closer(psi, w, g, eta, rate):
    """D = max(r²/r_*², r_*²/r²) falls by at least β(D - 1/D), β = min(α², 1 - α²), which is positive but at α = 0."""
    return _falls(psi, w, g, eta, rate, lambda xp: xp.minimum)


@every_step_brings_the_norms_closer.counterfeit(instance=FAR)
def every_step_brings_them_closer_by_the_larger_share(psi, w, g, eta, rate):
    """It falls so with the larger of α² and 1 - α² for β."""
    return _falls(psi, w, g, eta, rate, lambda xp: xp.maximum)


@every_step_brings_the_norms_closer.counterfeit(instance=FAR)
def every_step_halves_the_distance(psi, w, g, eta, rate):
    """y⁴ or y⁻⁴ falls by half at every step."""
    before, after_it = _distances_to_balance(psi, w, g, eta, rate / eta)
    return at_most(2 * after_it / before, before / before)


def _angles_after(steps, psi, w, g, eta, alpha):
    """Claim that the blocks turn by arccos α, to 1e-4, after some steps from unit length."""
    model, optimizer = RotationField(g), GradientDescent(eta, decay=(1 - alpha) / eta)
    at = after(optimizer, model, psi.canonical(w), steps)
    angles, xp = psi.angles(at, _step(model, at, eta, (1 - alpha) / eta)), namespace(w)
    balanced = xp.atan2(xp.sqrt(xp.ones_like(angles) - alpha * alpha), alpha + xp.zeros_like(angles))
    return at_most(10**4 * xp.abs(angles - balanced), xp.ones_like(angles))


@B8.law(**FIELD, alpha=choices(-0.75, -0.5, 0.5, 0.75), on=(BALLS,))
def after_forty_steps_the_angles_are_balanced(psi, w, g, eta, alpha):
    """Each block turns by arccos(1 - ηλ) to 1e-4 after 40 steps from unit length, for 1 - ηλ = ±1/2, ±3/4."""
    return _angles_after(40, psi, w, g, eta, alpha)


@after_forty_steps_the_angles_are_balanced.counterfeit
def after_one_step_the_angles_are_balanced(psi, w, g, eta, alpha):
    """Each block does so after one step."""
    return _angles_after(1, psi, w, g, eta, alpha)


@B8.law(**FIELD, on=EXACTLY)
def norms_alternate_where_decay_removes_everything(psi, w, g, eta):
    """At ηλ = 1, r_i is the same again after two steps: it settles nowhere."""
    model = RotationField(g)
    later = _step(model, _step(model, w, eta, 1 / eta), eta, 1 / eta)
    return equal(psi.layout.dots(later, later) / psi.layout.dots(w, w), 1)


@norms_alternate_where_decay_removes_everything.counterfeit(
    instance={"psi": PLANES[0], "w": np.array([2.0, 0.0]), "g": np.array([1.0]), "eta": 1.0}
)
def norms_stay_where_decay_removes_everything(psi, w, g, eta):
    """At ηλ = 1, r_i is the same after one step."""
    moved = _step(RotationField(g), w, eta, 1 / eta)
    return equal(psi.layout.dots(moved, moved) / psi.layout.dots(w, w), 1)
