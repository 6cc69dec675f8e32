r"""The momentum odometer: under heavy ball without decay norms never fall, and this is by how much they grow.

Statement
---------
Let :math:`m_t = \beta m_{t-1} + F_t`, :math:`w_{t+1} = w_t - \eta_tm_t`, :math:`m_{-1} = 0`, :math:`\langle w_t,
F_t\rangle = 0`.  Then, block by block,

.. math:: r_{t+1}^2 = r_t^2 + \eta_t^2\|m_t\|^2 + 2\eta_t\sum_{k<t}\beta^{t-k}\eta_k\|m_k\|^2 .

PSI-SGD with momentum in tangent units is the case of constant :math:`\eta`; in gradient units
:math:`\eta_k = \eta r_k^2` stays inside the sum.

Assumptions
-----------
No decay, no Nesterov, a buffer that starts at zero; f (each mini-batch loss) is PSI.

Source
------
Heo21, where it stands for SGD with a constant rate; variable rates and PSI units are ours.

Idea of the proof
-----------------
:math:`\langle w_{t+1}, m_t\rangle = \beta\langle w_t, m_{t-1}\rangle - \eta_t\|m_t\|^2`, since F is orthogonal to w; so
:math:`\langle w_t, m_{t-1}\rangle = -\sum_{k<t}\beta^{t-1-k}\eta_k\|m_k\|^2`.  Expand :math:`\|w_t - \eta_tm_t\|^2`.

What is checked, what is not
----------------------------
The two lines of the induction, for an arbitrary buffer and so at any time, for the generic jet on symbols; whole runs
of up to 4 steps of the shipped methods on rationals and in balls; five steps of a network on digits.

Tags
----
newer work, momentum, effective rate
"""

import numpy as np

from proofs_check.bibliography import HEO21
from psitheory.checking import BALLS, CONTROLS, FLOATS, RATIONALS, SYMBOLS, at_most, equal, theorem
from psitheory.experiments import iterate
from psitheory.models import Rayleigh
from psitheory.optimizers import Adam, HeavyBall, PSIMomentum
from psitheory.optimizers.euclidean import Momentum
from psitheory.strategies import (
    counts,
    digits_network,
    factors,
    network_starts,
    points,
    psi_models,
    step_sizes,
    vectors,
    whole_models,
)

I5 = theorem(
    "I5",
    "The momentum odometer",
    chapter="newer",
    source=HEO21,
    locator="norm growth under momentum; the weighted form is ours",
    statement=r"r_{t+1}^2 = r_t^2 + \eta_t^2\|m_t\|^2 + 2\eta_t\sum_{k<t}\beta^{t-k}\eta_k\|m_k\|^2",
    assumptions=("f is positively scale-invariant", "no decay, no Nesterov; the buffer starts at zero"),
    doc=__doc__,
)

EXACTLY = (SYMBOLS, RATIONALS, BALLS)
STEP = {"model": psi_models(), "w": points("model"), "m": vectors("model"), "eta": step_sizes(), "beta": factors()}
ONE = {"model": Rayleigh(np.diag([0.0, 1.0])), "w": np.array([1.0, 1.0]), "eta": 0.25, "beta": 0.5}


def _one_step(model, w, m, eta, beta):
    """Return w⁺ and m⁺ of heavy ball from w with the buffer m."""
    moved, state = HeavyBall(eta, beta).step(model.layout, w, model.evaluate(w), Momentum(0, m))
    return moved, state.buffer


@I5.law(**STEP, on=EXACTLY)
def the_buffer_leans_backwards_by_its_square(model, w, m, eta, beta):
    """⟨w⁺, m⁺⟩ = β⟨w, m⟩ - η‖m⁺‖², for any buffer m."""
    moved, buffer = _one_step(model, w, m, eta, beta)
    dots = model.layout.dots
    return equal(dots(moved, buffer), beta * dots(w, m) - eta * dots(buffer, buffer))


@the_buffer_leans_backwards_by_its_square.counterfeit(instance={**ONE, "m": np.array([1.0, 0.0])})
def the_buffer_leans_backwards_by_the_square_of_the_last(model, w, m, eta, beta):
    """⟨w⁺, m⁺⟩ = β⟨w, m⟩ - η‖m‖²."""
    moved, buffer = _one_step(model, w, m, eta, beta)
    dots = model.layout.dots
    return equal(dots(moved, buffer), beta * dots(w, m) - eta * dots(m, m))


@I5.law(**STEP, on=EXACTLY)
def squares_grow_by_the_step_and_by_what_the_buffer_leans(model, w, m, eta, beta):
    """‖w⁺‖² = r² - 2ηβ⟨w, m⟩ + η²‖m⁺‖², for any buffer m."""
    moved, buffer = _one_step(model, w, m, eta, beta)
    dots = model.layout.dots
    return equal(dots(moved, moved), dots(w, w) - 2 * eta * beta * dots(w, m) + eta * eta * dots(buffer, buffer))


@squares_grow_by_the_step_and_by_what_the_buffer_leans.counterfeit(instance={**ONE, "m": np.array([1.0, 0.0])})
def squares_grow_by_the_step_alone(model, w, m, eta, beta):
    """‖w⁺‖² = r² + η²‖m⁺‖², as without momentum."""
    moved, buffer = _one_step(model, w, m, eta, beta)
    dots = model.layout.dots
    return equal(dots(moved, moved), dots(w, w) + eta * eta * dots(buffer, buffer))


# -- runs ---------------------------------------------------------------------------------------

RUN = {
    "steps": counts(2, 4),
    "model": whole_models(),
    "w": points("model"),
    "eta": step_sizes(decades=1),
    "beta": factors(),
}


def _odometer(method, rate, steps, model, w, beta, *, rates_inside=True, memory=True):
    """Claim the sum for the last of ``steps`` steps; ``rate(r²)`` is η_k."""
    dots, leaning, run = model.layout.dots, 0, iterate(model, method, w)
    _, w, _, _ = next(run)
    for _ in range(steps):
        square = dots(w, w)
        eta = rate(square)
        _, w, _, state = next(run)
        own = dots(state.buffer, state.buffer)
        carried = beta * leaning if memory else 0 * own
        after_it = square + eta * eta * own + 2 * eta * (carried if rates_inside else carried * eta)
        leaning = beta * leaning + (eta * own if rates_inside else own)
    return equal(dots(w, w) / square, after_it / square)


@I5.law(**RUN, on=(RATIONALS, BALLS, FLOATS))
def heavy_ball_grows_by_the_sum(steps, model, w, eta, beta):
    """The sum for gradient descent with momentum."""
    return _odometer(HeavyBall(eta, beta), lambda _: eta, steps, model, w, beta)


@heavy_ball_grows_by_the_sum.counterfeit(instance={"steps": 2, **ONE})
def heavy_ball_grows_without_the_sum(steps, model, w, eta, beta):
    """Only the square of the step, r² + η²‖m‖²."""
    return _odometer(HeavyBall(eta, beta), lambda _: eta, steps, model, w, beta, memory=False)


@I5.law(**RUN, on=(RATIONALS, BALLS))
def psi_momentum_in_gradient_units_grows_by_the_weighted_sum(steps, model, w, eta, beta):
    """The sum with η_k = ηr_k², for m⁺ = βm + ∇f, w⁺ = w - ηr²m⁺."""
    method = PSIMomentum(eta, beta, units="gradient")
    return _odometer(method, lambda square: eta * square, steps, model, w, beta)


@psi_momentum_in_gradient_units_grows_by_the_weighted_sum.counterfeit(instance={"steps": 3, **ONE})
def rates_stand_before_the_sum(steps, model, w, eta, beta):
    """The same with 2η_t²Σβ^(t-k)‖m_k‖², the last rate for all."""
    method = PSIMomentum(eta, beta, units="gradient")
    return _odometer(method, lambda square: eta * square, steps, model, w, beta, rates_inside=False)


@I5.law(**RUN, on=(RATIONALS, BALLS))
def psi_momentum_in_tangent_units_grows_by_the_plain_sum(steps, model, w, eta, beta):
    """The sum with constant η, for m⁺ = βm + r²∇f, w⁺ = w - ηm⁺."""
    return _odometer(PSIMomentum(eta, beta), lambda _: eta, steps, model, w, beta)


@psi_momentum_in_tangent_units_grows_by_the_plain_sum.counterfeit(instance={"steps": 2, **ONE})
def psi_momentum_in_tangent_units_grows_by_the_weighted_sum(steps, model, w, eta, beta):
    """The same with η_k = ηr_k²."""
    return _odometer(PSIMomentum(eta, beta), lambda square: eta * square, steps, model, w, beta)


# -- on digits ----------------------------------------------------------------------------------

DIGITS = {"model": digits_network(), "w": network_starts("model"), "eta": 0.125, "beta": 0.875}


def _grows(method, model, w, steps=5):
    """Claim that no block is shorter after the last of some steps."""
    run = iterate(model, method, w)
    *_, before, last = (model.layout.dots(w, w) for (_, w, _, _), _ in zip(run, range(steps + 1), strict=False))
    return at_most(before, last)


@I5.law(**DIGITS, on=(CONTROLS,), example=True)
def on_digits_no_norm_falls(model, w, eta, beta):
    """Five steps of heavy ball on handwritten digits: no neuron's weights get shorter."""
    return _grows(HeavyBall(eta, beta), model, w)


@on_digits_no_norm_falls.counterfeit
def on_digits_no_norm_falls_under_adam(model, w, eta, beta):
    """The same for Adam, whose steps lean on w."""
    return _grows(Adam(eta / 16, beta1=beta, eps=0), model, w)
