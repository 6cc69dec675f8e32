"""The random-walk model: gradients are noise, orthogonal to the weights and of degree -1, and nothing else."""

import numpy as np

from psitheory.arithmetic import namespace
from psitheory.checking import Interval, at_most
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation


def walk(optimizer, start, steps, strength, rng):
    """Yield the weights (R, d) before and after each of some steps from ``start``, with ‖ξ‖ = strength.

    g = Pξ/r with ξ uniform on a sphere, so that E‖Pξ‖² = (1 - 1/d)‖ξ‖².
    """
    layout, w = Layout.of([start.shape[-1]]), start
    state = optimizer.init(layout, w)
    for _ in range(steps):
        noise = rng.normal(size=w.shape)
        noise *= strength / np.linalg.norm(noise, axis=-1, keepdims=True)
        square = np.sum(w * w, axis=-1, keepdims=True)
        gradient = (noise - w * (np.sum(noise * w, axis=-1, keepdims=True) / square)) / np.sqrt(square)
        before = w
        w, state = optimizer.step(layout, w, Evaluation(np.zeros(len(w)), gradient), state)
        yield before, w


def run(optimizer, start, steps, strength, rng):
    """Return the weights (R, d) before and after the last of some steps."""
    for pair in walk(optimizer, start, steps, strength, rng):
        last = pair
    return last


def versines(before, after):
    """Return 1 - cos of the turns (R,)."""
    norms = np.linalg.norm(before, axis=-1) * np.linalg.norm(after, axis=-1)
    return 1 - np.sum(before * after, axis=-1) / norms


def median_interval(means):
    """Return an interval that holds the median over 21 independent runs of their ``means``, with probability 1 - 2^-20.

    The median lies between the least and the largest of them unless all are on one side of it.
    """
    return float(means.min()), float(means.max())


def within(share, interval, predicted):
    """Claim that what an interval holds is within a share of what is predicted."""
    low, high = interval
    seen = Interval(np.array([low, -high]), np.array([high, -low]))
    return at_most(seen, predicted * np.array([1 + share, share - 1]))


def directions(runs, width, rng):
    """Return unit weights (R, d)."""
    start = rng.normal(size=(runs, width))
    return start / np.linalg.norm(start, axis=-1, keepdims=True)


def sum_of_signs(beta1, beta2, terms=2500):
    """Return S of Lion and a bound of what is left out, with asin ρ ≤ πρ/2 for the rest."""
    xp = namespace(beta1)
    now, past = 1 - beta1, beta1 * (1 - beta2)
    tail = past * past / (1 - beta2 * beta2)
    variance = now * now + tail
    first = (now * past + tail * beta2) / variance  # ρ_1; then ρ_k = ρ_1 β₂^(k-1)
    total, rho = 0 * beta1, first
    for _ in range(terms):
        total, rho = total + xp.atan2(rho, xp.sqrt(1 - rho * rho)), rho * beta2
    quarter = xp.atan2(1 + 0 * beta1, 0 * beta1)  # π/2
    return 1 + 2 * total / quarter, 2 * rho / (1 - beta2)
