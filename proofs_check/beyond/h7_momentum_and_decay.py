r"""Momentum and decay are an exponential schedule: heavy ball with decay, without decay.

Statement
---------
Heavy ball with decay, :math:`w^+ = w + \gamma(w - w_{-1}) - \eta(\nabla f + \lambda w)`, with :math:`\eta\lambda \le
(1 - \sqrt\gamma)^2` and α the larger root of :math:`x^2 - (1 + \gamma - \eta\lambda)x + \gamma`: then :math:`w_t =
\alpha^t\hat w_t`, where :math:`\hat w` has no decay, the momentum :math:`\gamma/\alpha^2`, the rate
:math:`\eta\alpha^{-2t-1}` and the start :math:`\hat w_{-1} = \alpha w_{-1}`.  So both visit the same classes.

Assumptions
-----------
f is PSI, p = 0; λ and γ are common to all blocks; :math:`\eta\lambda \le (1-\sqrt\gamma)^2`, so that α is real.

Source
------
Li19 (exponential rates instead of decay, with momentum); this exact form is ours.

Idea of the proof
-----------------
Put :math:`w_t = \alpha^t\hat w_t` and use :math:`\nabla f(\alpha^tw) = \alpha^{-t}\nabla f(w)`.  The factors of
:math:`\hat w_t` on both sides agree iff :math:`1 + \gamma - \eta\lambda = \alpha + \gamma/\alpha`, those of
:math:`\hat w_{t-1}` iff the momentum is :math:`\gamma/\alpha^2`.  Any root would do; the larger one keeps the momentum
below 1.

What is checked, what is not
----------------------------
The recursion exactly on rationals, by drawing α and γ and taking :math:`\eta\lambda` from the quadratic equation, one
step *proved* on formal vectors for blocks of any dimension, and runs of up to four steps on Rayleigh quotients; the
shipped optimisers and ``decay_as_schedule`` on floats, by control runs.

Tags
----
weight decay, momentum, schedules, equivalence classes
"""

import numpy as np

from proofs_check.bibliography import LI19
from psitheory.checking import BALLS, CONTROLS, RATIONALS, SYMBOLS, Exhibit, at_most, equal, theorem
from psitheory.geometry import PSIQuotient
from psitheory.models import Rayleigh
from psitheory.models.named import named_model
from psitheory.optimizers import HeavyBall, PerBlock, decay_as_schedule
from psitheory.strategies import (
    counts,
    factors,
    points,
    psi_models,
    rayleigh_quotients,
    rescalings,
    step_sizes,
    vectors,
)

H7 = theorem(
    "H7",
    "Momentum and decay are an exponential schedule",
    chapter="beyond",
    source=LI19,
    locator="exponential rates; this exact form is ours",
    statement=r"w_t = \alpha^t\hat w_t,\quad \alpha + \gamma/\alpha = 1 + \gamma - \eta\lambda,\quad "
    r"\hat\gamma = \gamma/\alpha^2,\ \hat\eta_t = \eta\alpha^{-2t-1},\ \hat w_{-1} = \alpha w_{-1}",
    assumptions=("f is positively scale-invariant", "p = 0", "λ and γ are common to all blocks", "ηλ ≤ (1 - √γ)²"),
    doc=__doc__,
)


def _heavy_ball(model, w, before, momentum, eta, eta_lambda=0):
    """Return w + γ(w - w_{-1}) - η∇f - ηλw."""
    return w + momentum * (w - before) - eta * model.evaluate(w).gradient - eta_lambda * w


class _Schedule:
    """Constants of both runs: decay times rate, and the other momentum and rates."""

    def __init__(self, alpha, part, eta, *, exponent=1, power=2, root=None):
        gamma = part * alpha * alpha  # γ/α² < 1: α is the larger root
        self.gamma, self.eta, self.alpha = gamma, eta, alpha
        self.eta_lambda = 1 + gamma - alpha - gamma / alpha
        self.base = alpha if root is None else gamma / alpha
        self.momentum = gamma / self.base**power
        self.exponent = exponent

    def rate(self, t):
        """Return ηα^{-2t-1}."""
        return self.eta / self.base ** (2 * t + self.exponent)


ONE = {
    "model": psi_models(),
    "w": points("model"),
    "x": vectors("model"),
    "alpha": step_sizes(decades=1),
    "part": step_sizes(decades=1),
    "eta": step_sizes(decades=1),
}


def _one_step(model, w, x, alpha, part, eta, **changed):
    """Claim αŵ⁺ = w⁺ at t = 0, where ŵ_0 = w and ŵ_{-1} = αw_{-1}, w_{-1} = w - x."""
    s = _Schedule(alpha, part, eta, **changed)
    decaying = _heavy_ball(model, w, w - x, s.gamma, eta, s.eta_lambda)
    return equal(decaying, s.base * _heavy_ball(model, w, s.base * (w - x), s.momentum, s.rate(0)))


AT_ONE = {
    "model": Rayleigh(np.diag([0.0, 1.0])),
    "w": np.array([1.0, 1.0]),
    "x": np.array([0.0, 1.0]),
    "alpha": 0.5,
    "part": 0.5,
    "eta": 1.0,
}


@H7.law(**ONE, on=(SYMBOLS, RATIONALS))
def a_step_with_decay_is_one_of_another_momentum_and_rate(model, w, x, alpha, part, eta):
    """w⁺ = αŵ⁺ with momentum γ/α² and rate η/α, for any root α."""
    return _one_step(model, w, x, alpha, part, eta)


@a_step_with_decay_is_one_of_another_momentum_and_rate.counterfeit(instance=AT_ONE)
def the_momentum_is_divided_by_alpha_once(model, w, x, alpha, part, eta):
    """The same with γ/α for γ/α²."""
    return _one_step(model, w, x, alpha, part, eta, power=1)


@a_step_with_decay_is_one_of_another_momentum_and_rate.counterfeit(instance=AT_ONE)
def the_exponent_is_minus_two_t(model, w, x, alpha, part, eta):
    """The same with the rate ηα^{-2t}."""
    return _one_step(model, w, x, alpha, part, eta, exponent=0)


RUNS = {
    "steps": counts(1, 4),
    "model": rayleigh_quotients(),
    "w": points("model"),
    "alpha": factors(),
    "part": factors(),
    "eta": step_sizes(decades=1),
}


def _run(steps, model, w, alpha, part, eta, zero_buffer=False):
    """Claim w_T = α^T ŵ_T after T steps from w_{-1} = w_0."""
    s = _Schedule(alpha, part, eta)
    one, one_before = w, w
    other, other_before = w, (w if zero_buffer else s.base * w)
    for t in range(steps):
        one, one_before = _heavy_ball(model, one, one_before, s.gamma, eta, s.eta_lambda), one
        other, other_before = _heavy_ball(model, other, other_before, s.momentum, s.rate(t)), other
    return equal(one, s.base**steps * other)


FROM = {"steps": 2, **{key: AT_ONE[key] for key in ("model", "w", "alpha", "part", "eta")}}


@H7.law(**RUNS, on=(RATIONALS, BALLS))
def runs_visit_the_same_classes(steps, model, w, alpha, part, eta):
    """w_T = α^T ŵ_T from w_{-1} = w_0, which is ŵ_{-1} = αŵ_0."""
    return _run(steps, model, w, alpha, part, eta)


@runs_visit_the_same_classes.counterfeit(instance=FROM)
def a_zero_buffer_stays_one(steps, model, w, alpha, part, eta):
    """The same from ŵ_{-1} = ŵ_0."""
    return _run(steps, model, w, alpha, part, eta, zero_buffer=True)


def _momentum_below_one(alpha, part, root):
    s = _Schedule(alpha, part, alpha, root=root)
    return at_most(s.momentum, s.momentum / s.momentum)


@H7.law(alpha=factors(), part=factors(), on=(RATIONALS, BALLS))
def the_larger_root_keeps_the_momentum_below_one(alpha, part):
    """γ/α² ≤ 1 for the larger root α."""
    return _momentum_below_one(alpha, part, None)


@the_larger_root_keeps_the_momentum_below_one.counterfeit
def the_smaller_root_does_too(alpha, part):
    """The same for the smaller root γ/α."""
    return _momentum_below_one(alpha, part, "smaller")


def _shipped(steps, model, w, a, matched):
    """Claim that the shipped schedule and the shipped decay agree from norms a, η = 1/8, λ = 1/2, γ = 1/4."""
    w = model.layout.scale(a, model.layout.units(w))
    schedule, decaying = decay_as_schedule(0.125, 0.5, 0.25), HeavyBall(0.125, 0.25, coupled_decay=0.5)
    growing, one, other = schedule.optimizer, w, w
    first = decaying.init(model.layout, w)
    second = (schedule if matched else growing).init(model.layout, w)
    for _ in range(steps):
        one, first = decaying.step(model.layout, one, model.evaluate(one), first)
        other, second = growing.step(model.layout, other, model.evaluate(other), second)
    return equal(one, schedule.alpha**steps * other)


ABOUT_ONE = {"w": points("model"), "a": rescalings("model", decades=0.5)}
"""Norms of about 1: a first step from far smaller ones leaves rounding alone of what it started from."""
SHIPPED = {"steps": counts(1, 6), "model": rayleigh_quotients(), **ABOUT_ONE}


@H7.law(**SHIPPED, on=(CONTROLS,))
def the_shipped_schedule_does_what_the_shipped_decay_does(steps, model, w, a):
    """decay_as_schedule(η, λ, γ) and HeavyBall(η, γ, coupled_decay=λ) visit the same classes, on floats."""
    return _shipped(steps, model, w, a, matched=True)


@the_shipped_schedule_does_what_the_shipped_decay_does.counterfeit
def the_shipped_schedule_starts_with_a_zero_buffer(steps, model, w, a):
    """The same from a zero buffer."""
    return _shipped(steps, model, w, a, matched=False)


@H7.exhibit
def decay_and_schedule_on_wine(rng):
    """Show how far apart, as classes, the run with decay and those at growing rates are on wine."""
    model, start = named_model("wine")
    w, steps, eta, decay, gamma = start(rng), 200, 0.05, 0.05, 0.8
    schedule = decay_as_schedule(eta, decay, gamma)
    decaying = HeavyBall(eta, gamma, coupled_decay=PerBlock(decay, 0))
    psi = PSIQuotient(model.layout)
    apart: dict[str, list[float]] = {"matched": [], "zero": []}
    for name, makes in (("matched", schedule), ("zero", schedule.optimizer)):
        state = makes.init(model.layout, w)
        one, other, first = w, w, decaying.init(model.layout, w)
        for _ in range(steps):
            one, first = decaying.step(model.layout, one, model.evaluate(one), first)
            other, state = schedule.optimizer.step(model.layout, other, model.evaluate(other), state)
            apart[name].append(float(psi.dist(one, other)))
    return Exhibit(
        "curves",
        "Heavy ball with decay and its schedule on wine",
        f"Rate {eta:g}, decay {decay:g} on the blocks, momentum {gamma:g}; the other rate grows "
        f"{schedule.alpha**-2:.4f} times a step.  From the matching start both visit the same classes to rounding; "
        "from a zero buffer they do not.",
        {"x": np.arange(1, steps + 1), **{name: np.maximum(values, 1e-17) for name, values in apart.items()}},
        {
            "x": "step",
            "y": "distance of the classes",
            "matched": "from ŵ₋₁ = αŵ₀",
            "zero": "from a zero buffer",
            "yscale": "log",
        },
    )
