r"""Rotational equilibrium: under noise, momentum and decay every neuron settles at one turn a step.

Statement
---------
Random-walk model :math:`g = P\xi/r`, :math:`E\|P\xi\|^2 = s^2`.  To leading order in :math:`\eta\lambda \ll 1-\alpha`
the root mean square turn a step is, for SGD with momentum :math:`\alpha`,

* decay inside the buffer: :math:`\sqrt{2\eta\lambda/(1+\alpha)}`, at :math:`r^4 = \eta s^2/2\lambda(1-\alpha)`;
* decoupled decay: :math:`\sqrt{2\eta\lambda(1-\alpha)/(1+\alpha)}`, at :math:`r^4 = \eta s^2/2\lambda(1-\alpha)^2`, and
  for AdamW likewise with :math:`\beta_1`, :math:`r^2 = \eta d/2\lambda`;
* Adam with L2: :math:`r^3 = \eta s\sqrt d/2\lambda`, so the turn is proportional to :math:`s^{-1/3}`;
* sign rules: :math:`\sqrt{2\eta\lambda/S}`, :math:`S = \sum_{k\in\mathbb Z}\tfrac2\pi\arcsin\rho_k` with the
  autocorrelation :math:`\rho` of the signed direction; S = 45.93 for Lion, :math:`\beta = (.9, .99)`.

Where each gradient is orthogonal to weights **and buffer** the first two are exact: the turn has the cosine
:math:`1-\eta\lambda/(1+\alpha)`, or :math:`(c+\alpha)/(1+c\alpha)` with :math:`c = 1-\eta\lambda`.

Assumptions
-----------
Gradients are noise: orthogonal to w, of degree -1, independent from step to step.

Source
------
Kos24, Wan20; the exact cosines, and S for sign rules, are ours.

Idea of the proof
-----------------
With :math:`q = r^2`, :math:`A = \langle w, m\rangle`, :math:`B = \|m\|^2` the step maps (q, A, B) to (q, A, B) plus
mixed products of mean zero; solve for the fixed point.  For signs of a Gaussian process
:math:`E\,s_0s_k = \tfrac2\pi\arcsin\rho_k`, and the sum of the autocovariances is the variance that a step adds.

What is checked, what is not
----------------------------
The exact fixed points through the shipped method, where the gradient is a new direction.  In the random-walk model the
mean of 1 - cos over 24,000 runs after 12 steps from the equilibrium is within a tenth of the prediction, by a
confidence interval (empirical Bernstein, error :math:`10^{-6}`), for both decays.  For AdamW, Adam with L2 and Lion its
median over 21 runs is within a tenth of the prediction, on digits within an eighth, by intervals of confidence
:math:`1 - 2^{-20}`; Adam with L2 for noise of two strengths, whose ratio is 8.  S for Lion in balls.

Tags
----
newer work, weight decay, momentum, equilibrium, effective rate
"""

from functools import cache

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import KOS24
from proofs_check.newer.i1_figures import FIGURES
from proofs_check.newer.random_walk import directions, run, sum_of_signs, versines, within
from proofs_check.newer.turns_on_digits import on_digits_neurons_turn_as_predicted
from proofs_check.newer.turns_under_signs import LAWS
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, at_most, equal, theorem
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers import HeavyBall
from psitheory.optimizers.euclidean import Momentum
from psitheory.rates.confidence import mean_intervals
from psitheory.strategies import choices, factors, step_sizes

I1 = theorem(
    "I1",
    "Rotational equilibrium",
    chapter="newer",
    source=KOS24,
    locator="equilibrium of the random-walk model; exact cosines are ours",
    statement=r"\angle \to \sqrt{\tfrac{2\eta\lambda}{1+\alpha}}\ (\text{decay in the buffer}),\qquad "
    r"\sqrt{2\eta\lambda\tfrac{1-\alpha}{1+\alpha}}\ (\text{decoupled})",
    assumptions=("gradients are noise, orthogonal to w, of degree -1, independent", "ηλ ≪ 1 - α"),
    doc=__doc__,
)

LAYOUT = Layout.of([3])


def _coupled(eta, decay, alpha, q):
    """Return A, B and ‖g‖² of the equilibrium, and the cosine of its turn, with the decay inside the buffer."""
    b = 2 * decay * q / (eta * (1 + alpha))
    gradient = b * (1 - alpha * alpha) - decay * decay * q * (1 - alpha) / (1 + alpha)
    return -decay * q / (1 + alpha), b, gradient, 1 - eta * decay / (1 + alpha)


def _decoupled(eta, decay, alpha, q):
    """Return the same with decoupled decay."""
    c = 1 - eta * decay
    b = (1 - c * c) * q * (1 - c * alpha) / (eta * eta * (1 + c * alpha))
    return -eta * b / (1 - c * alpha), b, b * (1 - alpha * alpha), (c + alpha) / (1 + c * alpha)


def _at_balance(eta, product, alpha, r, balance, coupled):
    """Return w, w⁺, m⁺, A, B and the cosine: a step of heavy ball from its equilibrium along a new direction."""
    decay, q, zero = product / eta, r * r, 0 * r
    xp = namespace(r)
    a, b, gradient, cosine = balance(eta, decay, alpha, q)
    w = xp.stack([r, zero, zero])
    m = xp.stack([a / r, xp.sqrt(b - a * a / q), zero])
    g = xp.stack([zero, zero, xp.sqrt(gradient)])
    method = HeavyBall(eta, alpha, **({"coupled_decay": decay} if coupled else {"decay": decay}))
    moved, state = method.step(LAYOUT, w, Evaluation(0, g), Momentum(0, m))
    return w, moved, state.buffer, a, b, cosine


LENGTHS = st.integers(1, 64).map(lambda k: np.array(k / 8))
BALANCE = {"eta": step_sizes(decades=1), "product": factors(), "alpha": factors(), "r": LENGTHS}
HALF = {"eta": 1.0, "product": 0.5, "alpha": 0.5, "r": np.array(1.0)}


def _settles(eta, product, alpha, r, balance, coupled):
    """Claim r⁺ = r, ‖m⁺‖² = B, ⟨w⁺, m⁺⟩ = A and the cosine of the turn."""
    w, moved, m, a, b, cosine = _at_balance(eta, product, alpha, r, balance, coupled)
    xp, form = namespace(w), lambda x, y: LAYOUT.dots(x, y)[0]
    q = r * r
    seen = xp.stack([form(moved, moved) / q, form(w, moved) / q, form(m, m) / b, form(moved, m) / a])
    return equal(seen, xp.stack([1 + 0 * cosine, cosine, 1 + 0 * cosine, 1 + 0 * cosine]))


@I1.law(**BALANCE, on=(BALLS, FLOATS))
def with_decay_in_the_buffer_the_cosine_is_exact(eta, product, alpha, r):
    """At r⁴ = ηs²/((1-α)(2λ - ηλ²/(1+α))) all norms stay, and cos θ = 1 - ηλ/(1+α), if g is a new direction."""
    return _settles(eta, product, alpha, r, _coupled, True)


@with_decay_in_the_buffer_the_cosine_is_exact.counterfeit(instance=HALF)
def with_decay_in_the_buffer_the_turn_is_that_without_momentum(eta, product, alpha, r):
    """The cosine is 1 - ηλ, as without momentum."""

    def without(eta, decay, alpha, q):
        return (*_coupled(eta, decay, alpha, q)[:3], 1 - eta * decay)

    return _settles(eta, product, alpha, r, without, True)


@I1.law(**BALANCE, on=(BALLS, FLOATS))
def with_decoupled_decay_the_cosine_is_exact(eta, product, alpha, r):
    """All norms stay, and cos θ = (c + α)/(1 + cα), c = 1 - ηλ, if g is a new direction."""
    return _settles(eta, product, alpha, r, _decoupled, False)


@with_decoupled_decay_the_cosine_is_exact.counterfeit(instance=HALF)
def with_decoupled_decay_the_cosine_is_that_of_the_other(eta, product, alpha, r):
    """The cosine is 1 - ηλ/(1+α), as with the decay in the buffer."""

    def other(eta, decay, alpha, q):
        return (*_decoupled(eta, decay, alpha, q)[:3], 1 - eta * decay / (1 + alpha))

    return _settles(eta, product, alpha, r, other, False)


# -- the random walk ----------------------------------------------------------------------------

RUNS, WIDTH, STEPS, RATE, DECAY, ALPHA, STRENGTH = 24000, 16, 12, 1.0, 0.01, 0.5, 1.0


@cache
def _walk(seed, coupled):
    """Return an interval of the mean of 1 - cos of the turn after some steps from the equilibrium."""
    rng = np.random.default_rng(seed)
    square = STRENGTH**2 * (1 - 1 / WIDTH)
    radius = (RATE * square / (2 * DECAY * (1 - ALPHA) ** (1 if coupled else 2))) ** 0.25
    start = radius * directions(RUNS, WIDTH, rng)
    decay = {"coupled_decay": DECAY} if coupled else {"decay": DECAY}
    seen = versines(*run(HeavyBall(RATE, ALPHA, **decay), start, STEPS, STRENGTH, rng))
    low, high = mean_intervals(seen[:, None], _largest_versine(radius, coupled), error=1e-6)
    return float(low[0]), float(high[0])


def _largest_versine(radius, coupled):
    """Return a bound of 1 - cos that every run keeps.

    By claim I7 r² falls by at most (1 - ηλ)² a step, as A ≤ 0; with the decay in the buffer by 1 - 2ηλ/(k - α), as
    A_t ≤ λΣα^k r²_{t-k}, for a k that it exceeds itself.  The part of ‖m‖ across w is at most max‖g‖/(1 - α), and what
    lies along w across the next w: λr/(1 - α) in all.  1 - cos ≤ sin² up to a right angle.
    """
    share = 2 * RATE * DECAY / (0.95 - ALPHA) if coupled else 1 - (1 - RATE * DECAY) ** 2
    floor = radius * (1 - share) ** (STEPS / 2)
    across = STRENGTH / floor + (DECAY * radius if coupled else 0)
    return (RATE * across / (1 - ALPHA) / floor) ** 2


PRODUCT = RATE * DECAY


@I1.law(seed=choices(0), coupled=choices(False, True), on=(FLOATS,))
def the_random_walk_turns_as_predicted(seed, coupled):
    """E(1 - cos θ) is within a tenth of ηλ/(1+α), or of ηλ(1-α)/(1+α), for ηλ = .01, α = ½, d = 16."""
    return within(0.1, _walk(seed, coupled), PRODUCT / (1 + ALPHA) * (1 if coupled else 1 - ALPHA))


@the_random_walk_turns_as_predicted.counterfeit
def the_random_walk_turns_as_without_momentum(seed, coupled):
    """It is within a tenth of ηλ, as without momentum."""
    return within(0.1, _walk(seed, coupled), PRODUCT)


@the_random_walk_turns_as_predicted.counterfeit(coupled=choices(False))
def the_random_walk_with_decoupled_decay_turns_as_with_the_other(seed, coupled):
    """With decoupled decay it is within a tenth of ηλ/(1+α)."""
    return within(0.1, _walk(seed, coupled), PRODUCT / (1 + ALPHA))


# -- signs ----------------------------------------------------------------------------------------


@I1.law(hundredths=choices(4593), on=(BALLS,))
def the_signs_of_lion_add_up(hundredths):
    """S = 45.93 for Lion with β = (.9, .99), to its last digit."""
    return _adds_up(hundredths)


def _adds_up(hundredths):
    from psitheory.arithmetic import BALLS as balls

    total, rest = sum_of_signs(balls.element(9) / 10, balls.element(99) / 100)
    return at_most(
        balls.asarray([200 * total + 200 * rest, 2 * hundredths - 1]), balls.asarray([2 * hundredths + 1, 200 * total])
    )


@the_signs_of_lion_add_up.counterfeit(hundredths=choices(4523))
def the_signs_of_lion_add_up_to_the_linearised_sum(hundredths):
    """S = 45.23, from the published turn .002973 of the linearisation at ηλ = 2e-4."""
    return _adds_up(hundredths)


for law in (*LAWS, on_digits_neurons_turn_as_predicted):
    I1.law(law)
for figure in FIGURES:
    I1.exhibit(figure)
