r"""The rate of PSI-SGD: what noise costs, in expectation.

Statement
---------
With unbiased stochastic gradients of PSI losses and :math:`\mathbb{E}\|\cdot\|_g^2 \le G + \sigma^2`, PSI-SGD at
:math:`\eta \le 1/L` has

.. math:: \min_{t<T}\mathbb{E}\,G(w_t) \le \frac{2\Delta}{\eta T} + L\eta\sigma^2 .

At :math:`\eta = \min(1/L, \sqrt{2\Delta/(LT\sigma^2)})` this is at most
:math:`2L\Delta/T + 2\sigma\sqrt{2L\Delta/T}`.  With :math:`\eta_t = c/\sqrt{t+1}`, :math:`c \le 1/L`, it is at most
:math:`[\Delta + \tfrac12L\sigma^2c^2(1+\ln T)]/(c(\sqrt{T+1}-1))`; on the window :math:`T/2 \le t < T` the logarithm
becomes :math:`\ln 2`, with the range :math:`D = \sup f - \inf f` for :math:`\Delta`.

Assumptions
-----------
Each mini-batch loss is PSI, so that steps are horizontal, and f is **the mean of the mini-batch losses**, so that
gradients are unbiased.  For batch norm, where a loss depends on its batch, this mean is not the loss of the full batch:
the bound is on the former's G.  L, that of f, holds on all classes, since steps may lead uphill (for batch norm: a
smooth activation, and a centred covariance of full rank on **every** mini-batch).  The minimum is one of
**expectations**; single runs may do worse.  On the window D cannot be replaced by :math:`\Delta` in the proof: f at T/2
may lie above :math:`f(w_0)`.

Source
------
GL13, carried over to the quotient; Yi22 (PSI-SGD).  The window's bound is ours.

Idea of the proof
-----------------
:math:`\mathbb{E}f(w_{t+1}) \le \mathbb{E}f(w_t) - \eta_t(1-\eta_tL/2)\mathbb{E}G + \tfrac12L\eta_t^2\sigma^2` by
claim A8; add up, with :math:`\sum_{t<T}1/\sqrt{t+1} \ge 2(\sqrt{T+1}-1)` and :math:`\sum_{t<T}1/(t+1) \le 1 + \ln T`.

What is checked, what is not
----------------------------
On means of two or three Rayleigh quotients, mini-batches of one sample: there every expectation over T steps is a sum
over :math:`N^T` runs, which is taken **exactly**, on rationals, in balls and on floats, for T up to 6.  For T = 48 the
expectation is estimated from 2,000 runs: the intervals at all t < T hold at once with probability
:math:`1 - 10^{-6}`, by the empirical Bernstein bound of Maurer and Pontil (2009), which holds for every distribution on
:math:`[0, (\lambda_{\max}-\lambda_{\min})^2]`, where G lies; a bound inside the interval of the minimum leaves the case
undecided.  That the first bound at the tuned rate is below the second, as numbers, exactly.  That batch norm is biased
against the loss of the full batch, by an instance.  Two coupled blocks and a free parameter on runs of up to 4 steps.

Tags
----
rates, PSI-SGD, mini-batches
"""

from itertools import combinations
from typing import Any

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import GL13
from proofs_check.rates import SMOOTH_NETWORKS
from proofs_check.rates.rank_one_mean import RankOneMean
from proofs_check.rates.two_blocks import free_parameter_three_times_as_far
from proofs_check.tightness import with_tightness
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, Exhibit, Interval, at_most, theorem
from psitheory.experiments import descend
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models import Neuron
from psitheory.models.rayleigh_mean import RayleighMean
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import PSI_GD, PSI_SGD, PSI_SGD_DECREASING, PSI_SGD_TUNED, PSI_SGD_WINDOW
from psitheory.rates.confidence import mean_intervals
from psitheory.strategies import counts, points, ratios, sampled_neurons, step_sizes
from psitheory.strategies.rates import near_the_best_rank_one, points_off_the_axes, rayleigh_means

C3 = theorem(
    "C3",
    "PSI-SGD: the smallest expected squared gradient is O(1/√T)",
    chapter="rates",
    source=GL13,
    locator="§2, on the quotient",
    statement=r"\min_{t<T}\mathbb{E}\,G(w_t) \le \frac{2\Delta}{\eta T} + L\eta\sigma^2,\qquad "
    r"\min_{t<T}\mathbb{E}\,G(w_t) \le \frac{2L\Delta}{T} + 2\sigma\sqrt{\frac{2L\Delta}{T}}"
    r"\quad(\eta = \min(1/L, \sqrt{2\Delta/(LT\sigma^2)}))",
    assumptions=(
        "mini-batch losses are positively scale-invariant; gradients are unbiased, with variance at most σ² in g",
        "f is the mean of the mini-batch losses: with batch norm this is not the loss of the full batch",
        "L bounds the joint Hessian of f at unit blocks on all classes",
        f"{SMOOTH_NETWORKS} on every mini-batch",
        "η ≤ 1/L; the bound is on the minimum of expectations, not on a run",
    ),
    doc=with_tightness(__doc__, PSI_SGD, PSI_SGD_TUNED, PSI_SGD_DECREASING, PSI_SGD_WINDOW),
)

RUN = {"steps": counts(1, 6), "model": rayleigh_means(), "w": points_off_the_axes("model")}


def _every_run(model, w, rates, steps):
    """Return G (N^t,) over all runs on mini-batches of one sample, for each t < T; all runs are equally likely."""
    points, squares = w[None], []
    for t in range(steps):
        squares.append(riemannian_square(model.layout, points, model.evaluate(points).gradient))
        method = PSIGradientDescent(rates(t))
        moved = [
            method.step(model.layout, points, model.evaluate(points, np.array([i])), ())[0]
            for i in range(model.samples)
        ]
        points = np.concatenate(moved)
    return squares


def _least_mean(model, w, rates, steps, begin=0):
    """Return the least expectation of G over begin ≤ t < T."""
    xp = namespace(w)
    return xp.min(xp.stack([xp.mean(square) for square in _every_run(model, w, rates, steps)[begin:]]))


def _gap(model, w):
    return model.evaluate(w).loss - model.minimum


@C3.law(model=rayleigh_means(), w=points_off_the_axes("model"), on=(RATIONALS, BALLS, FLOATS))
def the_noise_is_bounded(model, w):
    """The mean of ‖grad f_i‖² over samples is at most G + σ², with σ² four times the trace of the mean of B_i²."""
    return _noise(model, w, model.variance(1))


@the_noise_is_bounded.counterfeit
def there_is_no_noise(model, w):
    """The mean of ‖grad f_i‖² over samples is at most G."""
    return _noise(model, w, 0 * model.variance(1))


def _noise(model, w, variance):
    xp, layout = namespace(w), model.layout
    each = [riemannian_square(layout, w, model.evaluate(w, np.array([i])).gradient) for i in range(model.samples)]
    return at_most(xp.mean(xp.stack(each)), riemannian_square(layout, w, model.evaluate(w).gradient) + variance)


def _fixed_rate(steps, model, w, c, bound):
    """Claim ``bound(L, Δ, η, σ², T)`` at η = c/L."""
    smoothness = model.smoothness.value
    eta = c / smoothness
    least = _least_mean(model, w, lambda t: eta, steps)
    return at_most(least, bound(smoothness, _gap(model, w), eta, model.variance(1), steps))


def _with_noise(smoothness, gap, rate, variance, steps):
    return PSI_SGD(smoothness=smoothness, gap=gap, rate=rate, variance=variance, steps=steps)


def _without_noise(smoothness, gap, rate, variance, steps):
    return 2 * gap / (rate * steps)


SWAP = np.array([[0.0, 1.0], [1.0, 0.0]])
NOISY = RayleighMean(np.stack([np.diag([0.0, 1.0]) - SWAP, np.diag([0.0, 1.0]) + SWAP]))
FROM_THE_BOTTOM = {"steps": 2, "model": NOISY, "w": np.array([16.0, 1.0])}
"""Δ is small, and the noise leads away from the minimum."""


@C3.law(**RUN, c=ratios(0, 1), on=(RATIONALS, BALLS, FLOATS))
def the_least_mean_is_bounded(steps, model, w, c):
    """min_{t<T} E G ≤ 2Δ/(ηT) + Lησ² at η = c/L, 0 < c < 1; expectations taken exactly."""
    return _fixed_rate(steps, model, w, c, _with_noise)


@the_least_mean_is_bounded.counterfeit(instance={**FROM_THE_BOTTOM, "c": 1.0})
def noise_costs_nothing_at_a_fixed_rate(steps, model, w, c):
    """min_{t<T} E G ≤ 2Δ/(ηT), though the noise does not vanish."""
    return _fixed_rate(steps, model, w, c, _without_noise)


RARE = np.array([3 / 32 * SWAP] + [-1 / 160 * SWAP] * 15)
"""One sample of sixteen undoes what the others achieve."""


@the_least_mean_is_bounded.counterfeit(
    instance={
        "steps": 2,
        "model": RayleighMean(np.diag([0.0, 1.0]) + RARE),
        "w": np.array([16.0, 1.0]),
        "c": 1.0,
    },
    on=(BALLS, FLOATS),
)
def every_run_keeps_the_bound(steps, model, w, c):
    """min_{t<T} G ≤ 2Δ/(ηT) + Lησ² in every run, not in the mean alone."""
    claimed = _fixed_rate(steps, model, w, c, _with_noise)
    eta, samples, xp = c / model.smoothness.value, model.samples, namespace(w)
    least = None
    for t, squares in enumerate(_every_run(model, w, lambda t: eta, steps)):
        later = np.tile(squares, samples ** (steps - 1 - t))  # the first samples of a run vary fastest
        least = later if least is None else xp.minimum(least, later)
    return at_most(least, claimed.right)


def _tuned(steps, model, w, bound):
    """Claim a bound at η = min(1/L, √(2Δ/(LTσ²)))."""
    smoothness, gap, variance = model.smoothness.value, _gap(model, w), model.variance(1)
    xp = namespace(w)
    eta = xp.minimum(1 / smoothness, xp.sqrt(2 * gap / (smoothness * steps * variance)))
    return at_most(_least_mean(model, w, lambda t: eta, steps), bound(smoothness, gap, variance, steps))


@C3.law(**RUN, on=(BALLS, FLOATS))
def the_least_mean_is_bounded_at_the_tuned_rate(steps, model, w):
    """min_{t<T} E G ≤ 2LΔ/T + 2σ√(2LΔ/T) at η = min(1/L, √(2Δ/(LTσ²)))."""
    return _tuned(steps, model, w, lambda L, gap, v, T: PSI_SGD_TUNED(smoothness=L, gap=gap, variance=v, steps=T))


@the_least_mean_is_bounded_at_the_tuned_rate.counterfeit(instance={**FROM_THE_BOTTOM, "steps": 6})
def tuning_removes_the_noise(steps, model, w):
    """min_{t<T} E G ≤ 2LΔ/T at that rate."""
    return _tuned(steps, model, w, lambda L, gap, v, T: PSI_GD(smoothness=L, gap=gap, steps=T))


SHARP = {"share": ratios(0, 1), "size": ratios(0, 1), "c": ratios(0, 1)}


def _from_the_noise(share, size, c, bound):
    """Claim the bound for T = 6 on diag(0, 1) ± ε(0 1; 1 0), ε = size/16, where σ² = 4ε², from G_0 of about that."""
    xp, one, eps = namespace(size), namespace(size).ones_like(size), size / 16
    mean, swap = xp.stack([xp.stack([0 * one, 0 * one]), xp.stack([0 * one, one])]), eps * SWAP.astype(int)
    model = RayleighMean(xp.stack([mean + swap, mean - swap]))
    w, eta = xp.stack([one, eps * (1 + share)]), c / 2
    return at_most(_least_mean(model, w, lambda t: eta, 6), bound(2 * one, _gap(model, w), eta, 4 * eps * eps, 6))


@C3.law(**SHARP, on=(BALLS, FLOATS))
def the_least_mean_is_bounded_where_noise_is_all_there_is(share, size, c):
    """The same for T = 6 with the least σ², from about as far as the noise itself leads."""
    return _from_the_noise(share, size, c, _with_noise)


@the_least_mean_is_bounded_where_noise_is_all_there_is.counterfeit(instance={"share": 0.0, "size": 0.25, "c": 1.0})
def half_of_the_noise_costs_as_much(share, size, c):
    """The same with Lησ²/2."""
    return _from_the_noise(
        share, size, c, lambda smoothness, gap, rate, v, steps: _with_noise(smoothness, gap, rate, v / 2, steps)
    )


NOISE = np.array([[1.0, 0.5], [0.25, -1.0]]) / 4096
TWO_BLOCKS = {
    "steps": counts(1, 4),
    "model": st.sampled_from([RankOneMean(s * np.eye(2) + np.stack([NOISE, -NOISE])) for s in (8.0, 0.125)]),
    "w": near_the_best_rank_one("model"),
    "v": ratios(0, 2),
    "c": ratios(0, 1),
}


def _two_blocks(steps, model, w, v, c, bound, rate_of=lambda eta: eta):
    """Claim the bound at η = c/L, with L and σ² that hold where the runs stay; blocks start as in w."""
    w, largest = namespace(w).concat([w[:-1], v * namespace(w).ones_like(w[-1:])]), model.largest(v)
    smoothness = model.mean.smoothness_within(largest).value
    gap, eta = model.evaluate(w).loss - model.mean.minimum, c / smoothness
    least = _least_mean(model, w, lambda t: rate_of(eta), steps)
    return at_most(least, bound(smoothness, gap, eta, model.variance(largest), steps))


@C3.law(**TWO_BLOCKS, on=(BALLS, FLOATS))
def the_least_mean_is_bounded_for_two_blocks_and_a_free_parameter(steps, model, w, v, c):
    """The same for two coupled blocks and a free parameter, mini-batches of one of two samples."""
    return _two_blocks(steps, model, w, v, c, _with_noise)


@the_least_mean_is_bounded_for_two_blocks_and_a_free_parameter.counterfeit(
    instance={
        "steps": 6,
        "model": RankOneMean(np.eye(2) / 8 + np.stack([NOISE, -NOISE])),
        "w": np.array([1.0, 1 / 16, 1.0, -1 / 16, 1.0]),
        "v": 1.0,
        "c": 1.0,
    }
)
def the_free_parameter_may_go_three_times_as_far(steps, model, w, v, c):
    """The same if v steps with 3η."""
    return _two_blocks(steps, model, w, v, c, _with_noise, free_parameter_three_times_as_far)


TUNED = {"steps": counts(1, 48), "L": step_sizes(), "x": step_sizes(), "sigma": step_sizes()}


def _tuning_lowers_the_bound(steps, L, x, sigma, bound, *, largest_rate=False):
    """Compare both bounds for Δ = Tx²/(2L), that is 2LΔ/T = x², at the tuned η = min(1/L, x/(Lσ)) or at 1/L."""
    gap, variance = steps * x * x / (2 * L), sigma * sigma
    eta = 1 / L if largest_rate else namespace(L).minimum(1 / L, x / (L * sigma))
    tuned = bound(smoothness=L, gap=gap, variance=variance, steps=steps)
    return at_most(_with_noise(L, gap, eta, variance, steps), tuned)


@C3.law(**TUNED, on=(RATIONALS, BALLS, FLOATS))
def tuning_brings_the_bound_below_the_tuned_one(steps, L, x, sigma):
    """2Δ/(ηT) + Lησ² ≤ 2LΔ/T + 2σ√(2LΔ/T) at η = min(1/L, √(2Δ/(LTσ²)))."""
    return _tuning_lowers_the_bound(steps, L, x, sigma, PSI_SGD_TUNED)


NOISE_RULES = {"steps": 1, "L": 1.0, "x": 1.0, "sigma": 4.0}


@tuning_brings_the_bound_below_the_tuned_one.counterfeit(instance=NOISE_RULES)
def half_of_the_noise_term_will_do(steps, L, x, sigma):
    """The same with σ√(2LΔ/T) for 2σ√(2LΔ/T)."""

    def halved(smoothness, gap, variance, steps):
        return PSI_SGD_TUNED(smoothness=smoothness, gap=gap, variance=variance / 4, steps=steps)

    return _tuning_lowers_the_bound(steps, L, x, sigma, halved)


@tuning_brings_the_bound_below_the_tuned_one.counterfeit(instance=NOISE_RULES)
def the_largest_rate_brings_it_there_too(steps, L, x, sigma):
    """The same at η = 1/L, however large the noise."""
    return _tuning_lowers_the_bound(steps, L, x, sigma, PSI_SGD_TUNED, largest_rate=True)


def _decreasing(steps, model, w, c, bound, begin=0):
    """Claim a bound at η_t = (c/L)/√(t+1)."""
    smoothness, one = model.smoothness.value, w[0] * 0 + 1
    scale = c / smoothness
    least = _least_mean(model, w, lambda t: scale / namespace(w).sqrt(one * (t + 1)), steps, begin)
    return at_most(least, bound(smoothness, scale, model.variance(1), steps))


@C3.law(**RUN, c=ratios(0, 1), on=(BALLS, FLOATS))
def the_least_mean_is_bounded_for_decreasing_rates(steps, model, w, c):
    """min_{t<T} E G ≤ [Δ + ½Lσ²c²(1 + ln T)]/(c(√(T+1) - 1)) at η_t = c/√(t+1)."""
    gap = _gap(model, w)

    def bound(smoothness, scale, variance, steps):
        return PSI_SGD_DECREASING(smoothness=smoothness, gap=gap, scale=scale, variance=variance, steps=steps)

    return _decreasing(steps, model, w, c, bound)


@the_least_mean_is_bounded_for_decreasing_rates.counterfeit(instance={**FROM_THE_BOTTOM, "steps": 3, "c": 1.0})
def decreasing_rates_remove_the_noise(steps, model, w, c):
    """min_{t<T} E G ≤ Δ/(c(√(T+1) - 1)), without the term of the noise."""
    gap = _gap(model, w)

    def bound(smoothness, scale, variance, steps):
        return PSI_SGD_DECREASING(smoothness=smoothness, gap=gap, scale=scale, variance=0 * variance, steps=steps)

    return _decreasing(steps, model, w, c, bound)


def _window(half, model, w, c, divided_by=1):
    """Claim the bound on the second half of 2·half steps, divided by a number."""
    width = model.smoothness.value / 2  # sup f - inf f of a Rayleigh quotient

    def bound(smoothness, scale, variance, steps):
        whole = PSI_SGD_WINDOW(smoothness=smoothness, width=width, scale=scale, variance=variance, steps=steps)
        return whole / divided_by

    return _decreasing(2 * half, model, w, c, bound, begin=half)


WINDOW = {"half": counts(1, 3), "model": rayleigh_means(), "w": points_off_the_axes("model"), "c": ratios(0, 1)}


@C3.law(**WINDOW, on=(BALLS, FLOATS))
def the_logarithm_goes_on_the_second_half(half, model, w, c):
    """min_{T/2≤t<T} E G ≤ [D + ½Lσ²c² ln 2]/(c(√(T+1) - √(T/2+1))), D = sup f - inf f."""
    return _window(half, model, w, c)


@the_logarithm_goes_on_the_second_half.counterfeit(
    instance={
        "half": 1,
        "model": RayleighMean(np.diag([0.0, 1.0]) + np.stack([SWAP, -SWAP]) / 64),
        "w": np.array([1.0, 2.0]),
        "c": 1.0,
    }
)
def a_tenth_of_that_bound_holds(half, model, w, c):
    """A tenth of the bound on the second half."""
    return _window(half, model, w, c, divided_by=10)


# -- whose gradient the mean is -----------------------------------------------------------------


def _biased(model, w, size):
    """Claim that the mean of the gradients on all batches of a size is farther from ∇f on all samples than 0 is."""
    xp, layout, whole = namespace(w), model.layout, model.evaluate(w).gradient
    batches = combinations(range(model.samples), size)
    mean = xp.mean(xp.stack([model.evaluate(w, np.array(batch)).gradient for batch in batches]), axis=0)
    return at_most(riemannian_square(layout, w, whole), riemannian_square(layout, w, mean - whole))


BATCH_NORM = Neuron(
    np.array([[1.0, -1.0], [0.0, 2.0], [0.0, 1.0], [1.0, -1.0], [0.0, 0.0], [1.0, 0.0]]),
    np.array([1.0, 0.0, -1.0, -1.0, 0.0, -1.0]),
    activation="identity",
)


@C3.law(
    model=sampled_neurons(6),
    w=points("model"),
    size=4,
    quantifier="exists",
    on=(BALLS,),
    instance={"model": BATCH_NORM, "w": np.array([2.0, 1.0]), "size": 4},
)
def batch_norm_is_biased_against_its_full_batch(model, w, size):
    """There are six samples whose mean gradient over all batches of four is farther from the full batch's than 0 is."""
    return _biased(model, w, size)


@batch_norm_is_biased_against_its_full_batch.counterfeit(
    instance={"model": NOISY, "w": np.array([16.0, 1.0]), "size": 1},
    model=rayleigh_means(),
    w=points_off_the_axes("model"),
    size=1,
)
def means_of_quotients_are_biased(model, w, size):
    """So it is for means of Rayleigh quotients, whose samples do not see each other."""
    return _biased(model, w, size)


# -- long runs, by samples ----------------------------------------------------------------------

LONG: dict[str, Any] = {
    "model": RayleighMean(np.diag([0.0, 1.0]) + np.stack([-SWAP, SWAP]) / 4),
    "w": np.array([1.0, 1.0]),
    "c": st.sampled_from([0.125, 0.5, 1.0]),
    "seed": st.integers(0, 2**16),
    "steps": 48,
}


def _squares_of_long_runs(model, w, eta, steps, seed, runs=2000):
    """Return G of independent runs, (runs, T), and the intervals (2, T) that hold its means with error 1e-6."""
    seen = descend(
        model,
        PSIGradientDescent(eta),
        np.tile(w, (runs, 1)),
        steps - 1,
        record=range(steps),
        rng=np.random.default_rng(seed),
        batch_size=1,
        sampling="independent",
    )
    squares, range_of_loss = seen.squared_gradient.T, float(model.smoothness.value) / 2
    return squares, mean_intervals(squares, range_of_loss**2, error=1e-6)  # G is four times a variance on that range


def _sampled(model, w, c, seed, steps, bound):
    smoothness = model.smoothness.value
    eta = float(c / smoothness)
    _, (lower, upper) = _squares_of_long_runs(model, w, eta, steps, seed)
    return at_most(Interval(lower.min(), upper.min()), bound(smoothness, _gap(model, w), eta, model.variance(1), steps))


@C3.law(**LONG, on=(FLOATS,))
def the_least_mean_of_long_runs_is_bounded(model, w, c, seed, steps):
    """min_{t<T} E G ≤ 2Δ/(ηT) + Lησ² for T = 48, by intervals of confidence 1 - 1e-6 from 2,000 runs."""
    return _sampled(model, w, c, seed, steps, _with_noise)


@the_least_mean_of_long_runs_is_bounded.counterfeit(instance={**LONG, "c": 1.0, "seed": 0})
def noise_costs_nothing_in_long_runs(model, w, c, seed, steps):
    """min_{t<T} E G ≤ 2Δ/(ηT) for T = 48: a rate of 1/T at a fixed horizon with noise that does not vanish."""
    return _sampled(model, w, c, seed, steps, _without_noise)


@C3.exhibit
def the_rate_with_its_confidence(rng):
    """Show the least mean of G at the rate tuned to each horizon, with its interval, against the bound."""
    model, w = LONG["model"], LONG["w"]
    horizons = np.unique(np.rint(np.geomspace(2, 100, 10)).astype(int))
    smoothness, gap, variance = model.smoothness.value, _gap(model, w), model.variance(1)
    rows = []
    for steps in map(int, horizons):
        eta = float(min(1 / smoothness, np.sqrt(2 * gap / (smoothness * steps * variance))))
        squares, (lower, upper) = _squares_of_long_runs(model, w, eta, steps, int(rng.integers(2**32)), runs=4000)
        bound = PSI_SGD_TUNED(smoothness=smoothness, gap=gap, variance=variance, steps=steps)
        rows.append((lower.min(), squares.mean(axis=0).min(), upper.min(), bound))
    lower, mean, upper, bound = np.array(rows).T
    return Exhibit(
        "rate",
        "PSI-SGD at the rate tuned to the horizon",
        "The least mean of G over 4,000 runs, with the interval that holds it with probability 1 - 1e-6 whatever its "
        "distribution, below 2LΔ/T + 2σ√(2LΔ/T).",
        {"steps": horizons, "observed": mean, "lower": lower, "upper": upper, "bound": bound},
        {
            "steps": "number of steps T",
            "y": "min E G",
            "observed": "mean over 4,000 runs",
            "range": "interval of confidence 1 - 1e-6",
            "bound": "bound",
        },
    )
