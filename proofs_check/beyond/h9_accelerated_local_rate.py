r"""The accelerated local rate: momentum on the quotient converges like √β with √κ* for κ*.

Statement
---------
Near a nondegenerate minimum class with Hess f between :math:`\mu` and :math:`\lambda`, :math:`\kappa^* =
\lambda/\mu`: PSI heavy ball :math:`m^+ = \beta m + r^2\nabla f`, :math:`w^+ = w - \eta m^+` with

.. math:: \eta = \frac4{(\sqrt\mu + \sqrt\lambda)^2},\qquad
          \beta = \Bigl(\frac{\sqrt{\kappa^*}-1}{\sqrt{\kappa^*}+1}\Bigr)^2

has the asymptotic factor :math:`\sqrt\beta` a step, against :math:`(\kappa^*-1)/(\kappa^*+1)` of PSI-GD at its best
rate.

Assumptions
-----------
f is PSI and :math:`C^2` near the minimum class, which is nondegenerate; p = 0 or v likewise; the start is close enough.

Source
------
Polyak (1964) in Euclidean space; on the quotient ours, with AMS08 for linearisation.

Idea of the proof
-----------------
In the limit r is constant, and on the horizontal space, in the metric, the step is :math:`\xi^+ = (1 + \beta -
\eta\,\mathrm{Hess} f)\xi - \beta\xi_{-1}`.  For an eigenvalue h its roots are of modulus :math:`\sqrt\beta` iff
:math:`(1 + \beta - \eta h)^2 \le 4\beta`, that is for :math:`\sqrt h` between :math:`\sqrt\mu` and
:math:`\sqrt\lambda`, with equality at both ends.

What is checked, what is not
----------------------------
The condition on the roots on symbols (equality at both ends) and rationals (between).  The factor of the shipped
optimiser is *measured* in 3,000 bits from starts :math:`10^{-60}` away, over 400 steps; at the ends, where the roots
are double, the error is t times a power, and the fit allows for that.

Tags
----
momentum, acceleration, local rates
"""

import numpy as np

from proofs_check.bibliography import POL64
from psitheory.arithmetic import dot, precision, to_balls
from psitheory.checking import FLOATS, RATIONALS, SYMBOLS, Exhibit, Interval, at_most, equal, theorem
from psitheory.experiments import descend
from psitheory.models import Rayleigh
from psitheory.optimizers import PSIGradientDescent, PSIMomentum
from psitheory.strategies import choices, factors, step_sizes

H9 = theorem(
    "H9",
    "The accelerated local rate on the quotient",
    chapter="beyond",
    source=POL64,
    locator="heavy ball in Euclidean space; on the quotient ours",
    statement=r"\eta = \frac{4}{(\sqrt\mu+\sqrt\lambda)^2},\ \beta = "
    r"\Bigl(\frac{\sqrt{\kappa^*}-1}{\sqrt{\kappa^*}+1}\Bigr)^2:\quad\text{asymptotic factor } \sqrt\beta",
    assumptions=(
        "f is positively scale-invariant and C² near a nondegenerate minimum class",
        "the start is close enough",
    ),
    doc=__doc__,
)


def _tuned(a, b):
    """Return η and √β for √μ = a and √λ = b."""
    return 4 / ((a + b) * (a + b)), (b - a) / (b + a)


def _at_the_ends(a, b, power=2):
    eta, root = _tuned(a, b)
    beta = root**power
    return equal(np.array([1 + beta - eta * a * a, 1 + beta - eta * b * b]), np.array([2 * root, -2 * root]))


@H9.law(a=step_sizes(decades=1), b=step_sizes(decades=1), on=(SYMBOLS, RATIONALS))
def at_both_ends_the_roots_are_double(a, b):
    """1 + β - ημ = 2√β and 1 + β - ηλ = -2√β."""
    return _at_the_ends(a, b)


@at_both_ends_the_roots_are_double.counterfeit(instance={"a": 1.0, "b": 3.0})
def at_both_ends_they_are_with_the_root_of_beta(a, b):
    """The same with β = (√κ - 1)/(√κ + 1), without the square."""
    return _at_the_ends(a, b, power=1)


def _between(a, b, part, slack=1):
    eta, root = _tuned(a, a + b)
    h = (a + part * b) * (a + part * b)
    trace = 1 + root * root - eta * h
    return at_most(trace * trace, slack * 4 * root * root)


@H9.law(a=step_sizes(decades=1), b=step_sizes(decades=1), part=factors(), on=(RATIONALS,))
def between_the_ends_the_roots_are_complex(a, b, part):
    """(1 + β - ηh)² ≤ 4β for √h between √μ and √λ: both roots have the modulus √β."""
    return _between(a, b, part)


@between_the_ends_the_roots_are_complex.counterfeit(instance={"a": 1.0, "b": 2.0, "part": 1 / 1024})
def between_the_ends_a_smaller_momentum_will_do(a, b, part):
    """(1 + β - ηh)² ≤ .99 · 4β; refuted close to the ends."""
    return _between(a, b, part, slack=99 / (100 + 0 * part))


def _factor(kappa, steps=400):
    """Return the factor a step that fits log error - log t of the shipped optimiser, and √β."""
    a, b = 1.0, float(np.sqrt(kappa))
    with precision(3000):
        model = to_balls(Rayleigh(np.diag([0.0, 0.5, 0.3 + 0.2 * kappa, kappa / 2])))
        eta, root = _tuned(*to_balls(np.array([a, b])))
        method = PSIMomentum(eta, root * root)
        w = to_balls(np.array([1.0, 1e-60, -1e-60, 1e-60]))
        state, logs = method.init(model.layout, w), []
        for _ in range(steps):
            w, state = method.step(model.layout, w, model.evaluate(w), state)
            logs.append(float((dot(w[1:], w[1:]) / dot(w, w)).log().mid()) / 2)
    t = np.arange(steps // 2, steps)
    slope = np.polyfit(t, np.array(logs)[t] - np.log(t + 1), 1)[0]
    return float(np.exp(slope)), float((b - a) / (b + a))


def _measured(kappa, claimed):
    """Claim that the fitted factor is at most and at least ``claimed`` of √β, to 1 % of 1 - √β."""
    found, root = _factor(kappa)
    rounding = (1 - root) / 100
    return at_most(abs(found - claimed(kappa, root)), Interval(rounding, rounding))


@H9.law(kappa=choices(9.0, 100.0), on=(FLOATS,))
def the_shipped_method_has_the_accelerated_factor(kappa):
    """PSIMomentum at these η and β contracts by √β a step, to 1 % of 1 - √β."""
    return _measured(kappa, lambda kappa, root: root)


@the_shipped_method_has_the_accelerated_factor.counterfeit
def the_shipped_method_has_the_factor_of_gradient_descent(kappa):
    """It contracts by (κ - 1)/(κ + 1)."""
    return _measured(kappa, lambda kappa, root: (kappa - 1) / (kappa + 1))


@the_shipped_method_has_the_accelerated_factor.counterfeit
def the_shipped_method_contracts_by_beta(kappa):
    """It contracts by β."""
    return _measured(kappa, lambda kappa, root: root * root)


@H9.exhibit
def momentum_against_gradient_descent(rng):
    """Show √G of PSI heavy ball and of PSI-GD at its best rate near a minimum with κ* = 100, and both factors."""
    model, steps = Rayleigh(np.diag([0.0, 0.5, 20.0, 50.0])), 200
    w = np.array([1.0, 1e-3, 1e-3, 1e-3])
    eta, root = _tuned(1.0, 10.0)
    times = np.arange(steps + 1)
    fast = descend(model, PSIMomentum(eta, root * root), w, steps, record=times)
    slow = descend(model, PSIGradientDescent(2 / 101), w, steps, record=times)
    first = np.sqrt(fast.squared_gradient[0])
    return Exhibit(
        "curves",
        "Accelerated on the quotient",
        f"κ* = 100: factors √β = {root:.4f} and (κ* - 1)/(κ* + 1) = {99 / 101:.4f} a step.  At the ends of the "
        "spectrum the roots are double, so that heavy ball lags by a factor of t.",
        {
            "x": times,
            "momentum": np.sqrt(fast.squared_gradient),
            "gradient": np.sqrt(slow.squared_gradient),
            "accelerated": first * root**times * (1 + times),
            "plain": first * (99 / 101.0) ** times,
        },
        {
            "x": "step",
            "y": "√G",
            "momentum": "PSI heavy ball",
            "gradient": "PSI-GD",
            "accelerated": "(1 + t) √β^t",
            "plain": "((κ* - 1)/(κ* + 1))^t",
            "guides": "accelerated,plain",
            "yscale": "log",
        },
    )
