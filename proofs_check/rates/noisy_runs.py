"""Runs of PSI-SGD on means of Rayleigh quotients: expectations taken exactly, and what is claimed of them."""

import numpy as np

from psitheory.arithmetic import namespace
from psitheory.checking import at_most
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models.functions.rayleigh_mean import RayleighMean
from psitheory.optimizers import PSIGradientDescent
from psitheory.rates.bounds import PSI_SGD, PSI_SGD_WINDOW
from psitheory.strategies import counts
from psitheory.strategies.rates import points_off_the_axes, rayleigh_means

RUN = {"steps": counts(1, 6), "model": rayleigh_means(), "w": points_off_the_axes("model")}


SWAP = np.array([[0.0, 1.0], [1.0, 0.0]])
NOISY = RayleighMean(np.stack([np.diag([0.0, 1.0]) - SWAP, np.diag([0.0, 1.0]) + SWAP]))
FROM_THE_BOTTOM = {"steps": 2, "model": NOISY, "w": np.array([16.0, 1.0])}
"""Δ is small, and the noise leads away from the minimum."""


RARE = np.array([3 / 32 * SWAP] + [-1 / 160 * SWAP] * 15)
"""One sample of sixteen undoes what the others achieve."""


def every_run(model, w, rates, steps):
    """Return G (N^t,) over all runs on mini-batches of one sample, for each t < T; all runs are equally likely."""
    points, squares = w[None], []
    for t in range(steps):
        squares.append(riemannian_square(model.layout, points, model.evaluate(points).gradient))
        if t + 1 < steps:
            seen = (model.evaluate(points, np.array([i])) for i in range(model.samples))
            method = PSIGradientDescent(rates(t))
            points = np.concatenate([method.step(model.layout, points, each, ())[0] for each in seen])
    return squares


def least_mean(model, w, rates, steps, begin=0):
    """Return the least expectation of G over begin ≤ t < T."""
    xp = namespace(w)
    return xp.min(xp.stack([xp.mean(square) for square in every_run(model, w, rates, steps)[begin:]]))


def gap_of(model, w):
    """Return Δ = f(w) - min f."""
    return model.evaluate(w).loss - model.minimum


def fixed_rate(steps, model, w, c, bound):
    """Claim ``bound(L, Δ, η, σ², T)`` at η = c/L."""
    smoothness = model.smoothness.value
    eta = c / smoothness
    least = least_mean(model, w, lambda t: eta, steps)
    return at_most(least, bound(smoothness, gap_of(model, w), eta, model.variance(1), steps))


def with_noise(smoothness, gap, rate, variance, steps):
    """Return the bound 2Δ/(ηT) + Lησ²."""
    return PSI_SGD(smoothness=smoothness, gap=gap, rate=rate, variance=variance, steps=steps)


def without_noise(smoothness, gap, rate, variance, steps):
    """Return the bound without its last term."""
    return 2 * gap / (rate * steps)


def tuned(steps, model, w, bound):
    """Claim a bound at η = min(1/L, √(2Δ/(LTσ²)))."""
    smoothness, gap, variance = model.smoothness.value, gap_of(model, w), model.variance(1)
    xp = namespace(w)
    eta = xp.minimum(1 / smoothness, xp.sqrt(2 * gap / (smoothness * steps * variance)))
    return at_most(least_mean(model, w, lambda t: eta, steps), bound(smoothness, gap, variance, steps))


def decreasing(steps, model, w, c, bound, begin=0):
    """Claim a bound at η_t = (c/L)/√(t+1)."""
    smoothness, one = model.smoothness.value, w[0] * 0 + 1
    scale = c / smoothness
    least = least_mean(model, w, lambda t: scale / namespace(w).sqrt(one * (t + 1)), steps, begin)
    return at_most(least, bound(smoothness, scale, model.variance(1), steps))


def window(half, model, w, c, divided_by=1):
    """Claim the bound on the second half of 2·half steps, divided by a number."""
    width = model.smoothness.value / 2  # sup f - inf f of a Rayleigh quotient

    def bound(smoothness, scale, variance, steps):
        whole = PSI_SGD_WINDOW(smoothness=smoothness, width=width, scale=scale, variance=variance, steps=steps)
        return whole / divided_by

    return decreasing(2 * half, model, w, c, bound, begin=half)
