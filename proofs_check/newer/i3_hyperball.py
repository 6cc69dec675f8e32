r"""Hyperball: steps of a fixed relative length on spheres, how far they turn, and when they are GD with decay.

Statement
---------
Let :math:`w^+ = R\,n(w - \eta R\,n(U))` from :math:`\|w_0\| = R`, block by block.  If the direction of U is a function
of the class, classes do not depend on R.  With :math:`\psi = \angle(U, w)` a step turns by
:math:`\operatorname{atan2}(\eta\sin\psi, 1-\eta\cos\psi)`: by :math:`\arctan\eta` for horizontal U, and for
:math:`\eta < 1` by at most :math:`\arcsin\eta`, attained at :math:`\cos\psi = \eta`.  It **is** GD with decay at the
equilibrium of claim B8, for :math:`\eta = \sqrt{1-c^2}/c`, :math:`c = 1-\eta'\lambda`.

Assumptions
-----------
:math:`\|w_0\| = R`: else the first step depends on the length of the start.  U has no zero block.

Source
------
Kos24 (rotational variants; nGPT and hyperball steps are of this form); the bounds are ours.

Idea of the proof
-----------------
:math:`w - \eta R\,n(U)` has the component :math:`R(1-\eta\cos\psi)` along w and :math:`R\eta\sin\psi` across.  The
point lies on the circle of radius :math:`\eta R` around w; its tangent from the origin makes :math:`\arcsin\eta`.  At
the equilibrium the step of GD has the length :math:`r\sqrt{1-c^2}` across :math:`cw`, and ends on the sphere.

What is checked, what is not
----------------------------
Equivariance of runs bit for bit, in balls and on floats, with momentum inside; the angle and its bounds in balls and on
floats for any U; the identity with GD in balls and on floats; a step of a network on digits.

Tags
----
newer work, normalised updates, effective rate
"""

import numpy as np

from proofs_check.bibliography import KOS24
from psitheory.arithmetic import namespace, to_floats
from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO, at_most, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.laws.update import after, run_commutes_with_rescaling
from psitheory.layout import Layout, blocks
from psitheory.models import Rayleigh, RotationField
from psitheory.optimizers import GradientDescent, HeavyBall, Hyperball
from psitheory.optimizers.hyperball import hyperball_step
from psitheory.strategies import (
    choices,
    counts,
    digits_network,
    factors,
    network_starts,
    points,
    rayleigh_quotients,
    rescalings,
    step_sizes,
    vectors,
)
from psitheory.strategies.rates import points_off_the_axes

I3 = theorem(
    "I3",
    "Hyperball steps: their turn, their classes, and GD with decay at its equilibrium",
    chapter="newer",
    source=KOS24,
    locator="rotational variants; bounds are ours",
    statement=r"w^+ = R\,n(w - \eta R\,n(U)):\quad \angle(w, w^+) = \operatorname{atan2}(\eta\sin\psi, 1-\eta\cos\psi)"
    r"\le \arcsin\eta",
    assumptions=("‖w_0‖ = R", "no block of U is zero", "η < 1 for the bound"),
    doc=__doc__,
)

# -- classes ------------------------------------------------------------------------------------

RUN = {
    "steps": counts(1, 3),
    "model": rayleigh_quotients(),
    "w": points_off_the_axes("model"),
    "a": rescalings("model"),
    "eta": factors(),
}
TWO = {
    "steps": 1,
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([1.0, 1.0]),
    "a": np.array([2.0]),
    "eta": 0.5,
}


@I3.law(**RUN, on=(POWERS_OF_TWO, BALLS, FLOATS))
def classes_do_not_depend_on_the_radius(steps, model, w, a, eta):
    """From a·w_0 with R = a‖w_0‖ the iterates are a times those from w_0, with momentum inside."""
    return run_commutes_with_rescaling(Hyperball(HeavyBall(1.0, 0.5), eta), model, w, a, steps)


@classes_do_not_depend_on_the_radius.counterfeit(instance=TWO)
def classes_do_not_depend_on_the_start_for_one_radius(steps, model, w, a, eta):
    """The same with R = ‖w_0‖ from both starts, without normalising first."""
    method, layout = Hyperball(GradientDescent(1.0), eta), model.layout
    state = method.init(layout, w)

    def step(w):
        return method.step(layout, w, model.evaluate(w), state)[0]

    return equal(step(layout.scale(a, w)), step(w))


DIGITS = {"steps": 1, "model": digits_network(), "w": network_starts("model"), "a": rescalings("model", decades=3)}


@I3.law(**DIGITS, eta=0.125, on=(CONTROLS,), example=True)
def on_digits_classes_do_not_depend_on_the_radius(steps, model, w, a, eta):
    """One step of a network on handwritten digits, η = 1/8, from equivalent starts."""
    return run_commutes_with_rescaling(Hyperball(GradientDescent(eta), eta), model, w, a, steps)


@on_digits_classes_do_not_depend_on_the_radius.counterfeit(steps=1)
def on_digits_classes_do_not_depend_on_the_radius_of_gradient_descent(steps, model, w, a, eta):
    """One step of gradient descent from equivalent starts."""
    return run_commutes_with_rescaling(GradientDescent(eta), model, w, a, steps)


# -- turns --------------------------------------------------------------------------------------

SPACES = [PSIQuotient(Layout.of(sizes)) for sizes in ([2], [3], [2, 4])]
TURN = {"psi": choices(*SPACES), "w": points("psi"), "x": vectors("psi"), "eta": factors()}
OBLIQUE = {"psi": SPACES[0], "w": np.array([1.0, 0.0]), "x": np.array([0.5, 0.8125]), "eta": 0.5}


def _turn(psi, w, x, eta, *, horizontal=False):
    """Return the turn of a hyperball step along x, and x as it was taken: a block of w is added where it is short."""
    x = psi.horizontal(w, x) if horizontal else x
    return psi.angles(w, hyperball_step(psi.layout, w, x, eta, psi.layout.norms(w))), x


@I3.law(**TURN, on=(BALLS, FLOATS))
def a_step_turns_by_the_angle_at_the_origin(psi, w, x, eta):
    """∠(w, w⁺) = atan2(η sin ψ, 1 - η cos ψ), ψ = ∠(U, w)."""
    x = _generic(psi, w, x)
    turn, _ = _turn(psi, w, x, eta)
    xp, dots, norms = namespace(w), psi.layout.dots, psi.layout.norms
    cosine = dots(w, x) / norms(w) / norms(x)
    sine = norms(psi.horizontal(w, x)) / norms(x)
    return equal(turn, xp.atan2(eta * sine, 1 - eta * cosine))


@a_step_turns_by_the_angle_at_the_origin.counterfeit(instance=OBLIQUE)
def a_step_turns_by_its_length(psi, w, x, eta):
    """∠(w, w⁺) = η."""
    turn, _ = _turn(psi, w, _generic(psi, w, x), eta)
    return equal(turn, eta + 0 * turn)


def _generic(psi, w, x):
    """Return x with a direction of its own in every block: 64 along the axis that w has least of, which x never has."""
    layout = psi.layout
    axes = layout.map(lambda rows: 0 * rows + _along_the_least(rows), lambda v: 0 * v, w)
    return layout.scale(layout.norms(w), x + 64 * axes)


def _along_the_least(rows):
    """Return 1 at the entry of least size in each row, 0 elsewhere."""
    sizes = abs(to_floats(rows))
    return (np.arange(sizes.shape[-1]) == sizes.argmin(-1)[..., None]).astype(int)


@I3.law(**TURN, on=(BALLS, FLOATS))
def a_horizontal_step_turns_by_the_arctangent(psi, w, x, eta):
    """∠(w, w⁺) = arctan η for horizontal U."""
    turn, _ = _turn(psi, w, _generic(psi, w, x), eta, horizontal=True)
    return equal(turn, namespace(w).atan2(eta + 0 * turn, 1 + 0 * turn))


@a_horizontal_step_turns_by_the_arctangent.counterfeit(instance=OBLIQUE)
def a_horizontal_step_turns_by_the_arcsine(psi, w, x, eta):
    """It turns by arcsin η."""
    turn, _ = _turn(psi, w, _generic(psi, w, x), eta, horizontal=True)
    return equal(turn, _arcsine(eta, turn))


def _arcsine(eta, like):
    xp = namespace(like)
    return xp.atan2(eta + 0 * like, xp.sqrt(1 - eta * eta + 0 * like))


@I3.law(**TURN, on=(BALLS, FLOATS))
def no_step_turns_by_more_than_the_arcsine(psi, w, x, eta):
    """∠(w, w⁺) ≤ arcsin η for η < 1, whatever U."""
    turn, _ = _turn(psi, w, _generic(psi, w, x) + w * 13, eta)
    return at_most(turn, _arcsine(eta, turn))


@no_step_turns_by_more_than_the_arcsine.counterfeit(
    instance={"psi": SPACES[0], "w": np.array([1.0, 0.0]), "x": np.array([31.0, 0.0]), "eta": 0.5625}
)
def no_step_turns_by_more_than_the_arctangent(psi, w, x, eta):
    """∠(w, w⁺) ≤ arctan η for oblique U too."""
    turn, _ = _turn(psi, w, _generic(psi, w, x) + w * 13, eta)
    return at_most(turn, namespace(w).atan2(eta + 0 * turn, 1 + 0 * turn))


@no_step_turns_by_more_than_the_arcsine.counterfeit(
    instance={"psi": SPACES[0], "w": np.array([1.0, 0.0]), "x": np.array([31.0, 0.0]), "eta": 0.5625}
)
def no_step_turns_by_more_than_less_than_the_arcsine(psi, w, x, eta):
    """∠(w, w⁺) ≤ 0.99 arcsin η."""
    turn, _ = _turn(psi, w, _generic(psi, w, x) + w * 13, eta)
    return at_most(100 * turn, 99 * _arcsine(eta, turn))


# -- gradient descent with decay ----------------------------------------------------------------

PLANES = [PSIQuotient(Layout(blocks("w", m, 2))) for m in (1, 2)]
BALANCE = {"psi": choices(*PLANES), "w": points("psi"), "eta": step_sizes(decades=1), "s": factors()}


def _is_descent(psi, w, eta, s, rate):
    """Claim that GD with decay at its equilibrium w is hyperball at rate(c, √(1 - c²))."""
    c, root = (1 - s * s) / (1 + s * s), 2 * s / (1 + s * s)
    model = RotationField(psi.layout.dots(w, w) * root / eta)
    gd = GradientDescent(eta, decay=(1 - c) / eta)
    return equal(after(gd, model, w, 1), after(Hyperball(GradientDescent(eta), rate(c, root)), model, w, 1))


@I3.law(**BALANCE, on=(BALLS, FLOATS))
def at_its_equilibrium_descent_with_decay_is_hyperball(psi, w, eta, s):
    """A step of GD with decay at r⁴ = ηg²/(2λ - ηλ²) is one of hyperball with √(1 - c²)/c."""
    return _is_descent(psi, w, eta, s, lambda c, root: root / c)


@at_its_equilibrium_descent_with_decay_is_hyperball.counterfeit(
    instance={"psi": PLANES[0], "w": np.array([2.0, 0.0]), "eta": 1.0, "s": 0.5}
)
def at_its_equilibrium_descent_with_decay_is_hyperball_at_the_sine(psi, w, eta, s):
    """It is one with √(1 - c²)."""
    return _is_descent(psi, w, eta, s, lambda c, root: root)
