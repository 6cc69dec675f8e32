"""How far Adam and Lion turn a step in the random-walk model: the predictions of claim I1, as a law.

Both step by about the same length in every entry, whatever the gradient's, so the equilibrium knows the rate, and not
the noise; an L2 term is divided as the gradient is, and so it acts by the noise.
"""

from functools import cache
from typing import Any

import numpy as np

from proofs_check.newer.random_walk import directions, median_interval, sum_of_signs, versines, walk, within
from psitheory.checking import FLOATS, law
from psitheory.optimizers import Adam, Lion
from psitheory.strategies import choices

RUNS, WIDTH, STEPS, LAST, RATE, PRODUCT, L2 = 21, 64, 1000, 700, 0.01, 0.01, 0.05
BETAS: dict[str, Any] = {"beta1": 0.5, "beta2": 0.98}
LAG = (1 - BETAS["beta1"]) / (1 + BETAS["beta1"])


def adamw(strength):
    """Return AdamW, r and 1 - cos of its turn: r² = ηd/2λ, and ηλ(1-β₁)/(1+β₁)."""
    decay = PRODUCT / RATE
    return Adam(RATE, eps=0, decay=decay, **BETAS), np.sqrt(RATE * WIDTH / (2 * decay)), PRODUCT * LAG


def adam_with_l2(strength):
    """Return Adam, r and 1 - cos of its turn: r³ = ηs√d/2λ, where λr√d/s acts for λ."""
    radius = np.cbrt(RATE * strength * np.sqrt(WIDTH) / (2 * L2))
    decay = L2 * radius * np.sqrt(WIDTH) / strength
    return Adam(RATE, eps=0, coupled_decay=L2, **BETAS), radius, RATE * decay * LAG


def lion(strength):
    """Return Lion, r and 1 - cos of its turn: r² = ηdS/2λ, and ηλ/S."""
    beta1, beta2, decay = 0.5, 0.75, PRODUCT / RATE
    total = float(sum_of_signs(np.array(beta1), np.array(beta2), terms=200)[0])
    radius = np.sqrt(RATE * WIDTH * total / (2 * decay))
    return Lion(RATE, beta1=beta1, beta2=beta2, decay=decay), radius, PRODUCT / total


METHODS = {"AdamW": adamw, "Adam with L2": adam_with_l2, "Lion": lion}


@cache
def _median_turn(kind, strength, seed):
    """Return an interval that holds the median over runs of the mean of 1 - cos over the last steps."""
    rng = np.random.default_rng(seed)
    method, radius, _ = METHODS[kind](strength)
    noise = strength / np.sqrt(1 - 1 / WIDTH)  # of which P leaves the strength
    pairs = walk(method, radius * directions(RUNS, WIDTH, rng), STEPS, noise, rng)
    seen = [versines(before, after) for t, (before, after) in enumerate(pairs) if t >= STEPS - LAST]
    return median_interval(np.mean(seen, axis=0))


@law(kind=choices(*METHODS), strength=choices(1, 8), seed=choices(0, 1), on=(FLOATS,))
def adam_and_lion_turn_as_predicted(kind, strength, seed):
    """The median of 1 - cos is within a tenth of ηλ(1-β₁)/(1+β₁), with λr√d/s for λ under L2; of ηλ/S for Lion."""
    return within(0.1, _median_turn(kind, strength, seed), METHODS[kind](strength)[2])


@adam_and_lion_turn_as_predicted.counterfeit(kind=choices("AdamW", "Adam with L2"))
def adamw_and_adam_with_l2_turn_alike(kind, strength, seed):
    """Under L2 too it does not depend on the noise: it is within a tenth of that for s = 1."""
    return within(0.1, _median_turn(kind, strength, seed), METHODS[kind](1)[2])


@adam_and_lion_turn_as_predicted.counterfeit(kind=choices("Lion"))
def lion_turns_as_sign_descent(kind, strength, seed):
    """The signs of Lion add up as independent ones do: S = 1."""
    return within(0.1, _median_turn(kind, strength, seed), PRODUCT)


LAWS = (adam_and_lion_turn_as_predicted,)
