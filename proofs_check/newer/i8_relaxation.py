r"""How fast norms relax to their equilibrium, and why gradients grow at the end of training.

Statement
---------
In the model of claim B8 (GD with decoupled decay, :math:`\|\nabla_if(u)\| = g_i`), with :math:`c = 1-\eta\lambda =
\cos\theta`, the derivative of :math:`r^2 \mapsto r_+^2` at the fixed point is exactly :math:`\cos2\theta = 2c^2-1`.
There :math:`\|\nabla_if(w)\|/r_i = \sqrt{(2\lambda-\eta\lambda^2)/\eta}`, whatever :math:`g_i`: a rate of
:math:`\eta/100` raises it by :math:`10\sqrt{(2-\eta\lambda/100)/(2-\eta\lambda)}`, and only by
:math:`\sqrt{(2-\eta\lambda/10^4)/(2-\eta\lambda)}` if the decay falls to a hundredth too.

Assumptions
-----------
Those of claim B8: the gradient is of constant norm at unit blocks; :math:`0 < \eta\lambda < 1`.

Source
------
Def25 (the ratio, to leading order); the exact forms are ours.

Idea of the proof
-----------------
With :math:`y = r^2`, :math:`y_+ = c^2y + \eta^2g^2/y`; from the fixed point y to :math:`qy` the secant is
:math:`c^2 - \eta^2g^2/(qy^2) = c^2 - (1-c^2)/q`, and :math:`q \to 1`.  The ratio is :math:`g/r^2`.

What is checked, what is not
----------------------------
The secant for **every** q, on symbols, rationals, in balls and on floats, through the shipped step; the ratio squared,
and its growth, likewise; its growth with :math:`\lambda \propto \eta` in balls and on floats.  That networks under a
schedule follow the model is not claimed.

Tags
----
newer work, weight decay, equilibrium, schedules
"""

import numpy as np

from proofs_check.bibliography import DEF25
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, SYMBOLS, Exhibit, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout, blocks
from psitheory.models import RotationField
from psitheory.optimizers import GradientDescent
from psitheory.strategies import choices, factors, points, step_sizes

I8 = theorem(
    "I8",
    "Relaxation to the equilibrium, and the end of training",
    chapter="newer",
    source=DEF25,
    locator="gradient-to-weight ratio; exact forms are ours",
    statement=r"\frac{dr_+^2}{dr^2} = \cos2\theta = 2(1-\eta\lambda)^2-1,\qquad "
    r"\frac{\|\nabla f(w)\|}{\|w\|} = \sqrt{\frac{2\lambda-\eta\lambda^2}{\eta}}",
    assumptions=("the gradient is a rotation field of constant norm at unit blocks", "0 < ηλ < 1"),
    doc=__doc__,
)

PLANES = [PSIQuotient(Layout(blocks("w", m, 2))) for m in (1, 2)]
EXACTLY = (SYMBOLS, RATIONALS, BALLS, FLOATS)
BALANCE = {"psi": choices(*PLANES), "w": points("psi"), "eta": step_sizes(decades=1), "s": factors()}
AT_HALF = {"psi": PLANES[0], "w": np.array([2.0, 0.0]), "eta": 1.0, "s": 0.5}


def _cosine(s):
    """Return c = (1 - s²)/(1 + s²), so that √(1 - c²) is rational."""
    return (1 - s * s) / (1 + s * s)


def _balanced(psi, w, eta, s):
    """Return the field whose equilibrium w is: g_i = r_i²√(1 - c²)/η."""
    return RotationField(psi.layout.dots(w, w) * (2 * s / (1 + s * s)) / eta)


def _next_squares(psi, model, w, eta, c):
    moved, _ = GradientDescent(eta, decay=(1 - c) / eta).step(psi.layout, w, model.evaluate(w), ())
    return psi.layout.dots(moved, moved)


def _secant(psi, w, eta, s, q, claimed):
    """Claim the slope of r² ↦ r₊² between w, at the equilibrium, and (1 + q)w."""
    c, model, away = _cosine(s), _balanced(psi, w, eta, s), w * (1 + q)
    dots = psi.layout.dots
    rise = _next_squares(psi, model, away, eta, c) - _next_squares(psi, model, w, eta, c)
    run = dots(away, away) - dots(w, w)
    return equal(rise, claimed(c, (1 + q) * (1 + q)) * run)


@I8.law(**BALANCE, q=factors(), on=EXACTLY)
def the_slope_is_the_cosine_of_twice_the_turn(psi, w, eta, s, q):
    """Between y and Qy the slope is c² - (1 - c²)/Q, which is 2c² - 1 = cos 2θ at Q = 1."""
    return _secant(psi, w, eta, s, q, lambda c, ratio: c * c - (1 - c * c) / ratio)


@the_slope_is_the_cosine_of_twice_the_turn.counterfeit(instance={**AT_HALF, "q": 0.5})
def the_slope_is_one_less_twice_the_decay(psi, w, eta, s, q):
    """At Q = 1 the slope is 1 - 2ηλ: the same with c - (1 - c)/Q."""
    return _secant(psi, w, eta, s, q, lambda c, ratio: c - (1 - c) / ratio)


def _ratio(psi, w, eta, s, claimed):
    """Claim the square of ‖∇f(w)‖/‖w‖ at the equilibrium."""
    decay, dots = (1 - _cosine(s)) / eta, psi.layout.dots
    gradient = _balanced(psi, w, eta, s).evaluate(w).gradient
    return equal(dots(gradient, gradient) / dots(w, w), claimed(eta, decay) + 0 * dots(w, w))


@I8.law(**BALANCE, on=EXACTLY)
def the_gradient_is_to_the_weights_as_decay_and_rate_say(psi, w, eta, s):
    """‖∇f(w)‖²/‖w‖² = (2λ - ηλ²)/η for every block, whatever its g_i."""
    return _ratio(psi, w, eta, s, lambda eta, decay: (2 * decay - eta * decay * decay) / eta)


@the_gradient_is_to_the_weights_as_decay_and_rate_say.counterfeit(instance=AT_HALF)
def the_gradient_is_to_the_weights_as_twice_the_decay(psi, w, eta, s):
    """The square of the ratio is 2λ/η, exactly; true to leading order."""
    return _ratio(psi, w, eta, s, lambda eta, decay: 2 * decay / eta)


@the_gradient_is_to_the_weights_as_decay_and_rate_say.counterfeit(instance={**AT_HALF, "eta": 2.0})
def the_ratio_does_not_depend_on_the_rate(psi, w, eta, s):
    """The square of the ratio is 2λ - λ², as at η = 1."""
    return _ratio(psi, w, eta, s, lambda eta, decay: 2 * decay - decay * decay)


def _raised(psi, w, eta, s, factor):
    """Claim by how much the squared ratio rises from the rate η to η/100 at one λ, each at its own equilibrium."""
    c, dots = _cosine(s), psi.layout.dots
    decay = (1 - c) / eta
    low = eta / 100
    later = 1 - low * decay
    strength = dots(w, w) * (1 - c * c) / (eta * eta) * dots(w, w)  # g² that balances w at the rate η
    squares = low * low * strength / (1 - later * later)  # r⁴ of its equilibrium at the rate η/100
    before = strength / dots(w, w) / dots(w, w)
    return equal(strength / squares, before * factor(eta * decay))


@I8.law(**BALANCE, on=EXACTLY)
def a_hundredth_of_the_rate_raises_the_ratio_tenfold_nearly(psi, w, eta, s):
    """The squared ratio rises by 100(2 - ηλ/100)/(2 - ηλ)."""
    return _raised(psi, w, eta, s, lambda product: 100 * (2 - product / 100) / (2 - product))


@a_hundredth_of_the_rate_raises_the_ratio_tenfold_nearly.counterfeit(instance=AT_HALF)
def a_hundredth_of_the_rate_raises_the_ratio_tenfold(psi, w, eta, s):
    """It rises by 100 exactly."""
    return _raised(psi, w, eta, s, lambda product: 100)


def _squared_ratio(psi, w, eta, product):
    """Return ‖∇f(w)‖²/‖w‖² in the field whose equilibrium at η and ηλ is w: g = r²√(ηλ(2 - ηλ))/η."""
    dots, root = psi.layout.dots, namespace(w).sqrt
    gradient = RotationField(dots(w, w) * root(product * (2 - product)) / eta).evaluate(w).gradient
    return dots(gradient, gradient) / dots(w, w)


def _together(psi, w, eta, product, factor):
    """Claim how the squared ratio changes if rate and decay fall to a hundredth together."""
    later = _squared_ratio(psi, w, eta / 100, product / 10000)
    return equal(later, _squared_ratio(psi, w, eta, product) * factor(product))


TOGETHER = {**{name: BALANCE[name] for name in ("psi", "w", "eta")}, "product": factors(), "on": (BALLS, FLOATS)}


@I8.law(**TOGETHER)
def a_decay_in_proportion_to_the_rate_keeps_the_ratio_nearly(psi, w, eta, product):
    """With λ ∝ η, from the rate η to η/100, the squared ratio rises by (2 - ηλ/10⁴)/(2 - ηλ): by O(ηλ)."""
    return _together(psi, w, eta, product, lambda product: (2 - product / 10000) / (2 - product))


@a_decay_in_proportion_to_the_rate_keeps_the_ratio_nearly.counterfeit(
    instance={"psi": PLANES[0], "w": np.array([2.0, 0.0]), "eta": 1.0, "product": 0.5}
)
def a_decay_in_proportion_to_the_rate_keeps_the_ratio(psi, w, eta, product):
    """With λ ∝ η it stays as it is, exactly."""
    return _together(psi, w, eta, product, lambda product: 1)


@I8.exhibit
def how_norms_relax(rng):
    """Show |r²/r_*² - 1| from twice the equilibrium, beside |cos 2θ|^t."""
    steps = np.arange(1, 26)
    curves = {}
    for product in (0.02, 0.05, 0.1):
        c, y, path = 1 - product, 2.0, []
        for _ in steps:
            y = c * c * y + (1 - c * c) / y
            path.append(abs(y - 1))
        curves[f"ηλ = {product:g}"] = np.array(path)
        curves[f"(cos 2θ)^t at {product:g}"] = (2 * c * c - 1) ** steps
    guides = ",".join(name for name in curves if name.startswith("(cos"))
    return Exhibit(
        "curves",
        "Norms relax by cos 2θ a step",
        "From twice the squared equilibrium; the slopes are those of the broken lines.",
        {"x": steps, **curves},
        {"x": "step t", "y": "|r²/r*² - 1|", "yscale": "log", "guides": guides},
    )
