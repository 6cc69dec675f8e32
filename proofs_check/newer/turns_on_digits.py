"""How far neurons turn a step in training on handwritten digits: the prediction of claim I1, as a law."""

from functools import cache
from typing import Any

import numpy as np
from hypothesis import strategies as st

from proofs_check.newer.random_walk import median_interval, versines, within
from psitheory.checking import FLOATS, law
from psitheory.models import BatchNormMLP, dataset
from psitheory.optimizers import GradientDescent, HeavyBall
from psitheory.strategies import choices

RUNS, STEPS, LAST, BATCH, RATE, DECAY, ALPHA = 21, 400, 200, 16, 0.1, 0.1, 0.5
PRODUCT = RATE * DECAY
METHODS: dict[str, Any] = {
    "without momentum": (GradientDescent(RATE, decay=DECAY), PRODUCT),
    "decay in the buffer": (HeavyBall(RATE, ALPHA, coupled_decay=DECAY), PRODUCT / (1 + ALPHA)),
    "decoupled decay": (HeavyBall(RATE, ALPHA, decay=DECAY), PRODUCT * (1 - ALPHA) / (1 + ALPHA)),
}
"""Each method with the 1 - cos of a step that claim I1 predicts."""


@cache
def network():
    """Return eight batch-norm neurons on 256 digits, the same each time."""
    inputs, labels = dataset("digits", rows=256, rng=np.random.default_rng(0))
    return BatchNormMLP(inputs, labels, hidden=(8,), activation="tanh")


@cache
def _median_turn(model, kind, seed):
    """Return an interval that holds the median over runs of the mean of 1 - cos over the last steps."""
    (method, _), rng = METHODS[kind], np.random.default_rng(seed)
    w, seen = model.layout.units(model.initial(rng, (RUNS,))), []
    state = method.init(model.layout, w)
    for _ in range(STEPS):
        batches = np.argsort(rng.random((RUNS, model.samples)), axis=-1)[:, :BATCH]
        before, (w, state) = w, method.step(model.layout, w, model.evaluate(w, batches), state)
        seen.append(versines(model.layout.view("W1", before), model.layout.view("W1", w)).mean(axis=-1))
    return median_interval(np.mean(seen[-LAST:], axis=0))


@law(model=st.builds(network), kind=choices(*METHODS), seed=choices(0, 1), on=(FLOATS,), example=True)
def on_digits_neurons_turn_as_predicted(model, kind, seed):
    """The median of 1 - cos is within an eighth of ηλ, ηλ/(1+α) or ηλ(1-α)/(1+α), for ηλ = .01 and α = ½."""
    return within(0.125, _median_turn(model, kind, seed), METHODS[kind][1])


@on_digits_neurons_turn_as_predicted.counterfeit(kind=choices("decay in the buffer", "decoupled decay"))
def on_digits_neurons_turn_as_without_momentum(model, kind, seed):
    """It is within an eighth of ηλ with momentum too."""
    return within(0.125, _median_turn(model, kind, seed), PRODUCT)


@on_digits_neurons_turn_as_predicted.counterfeit(kind=choices("decoupled decay"))
def on_digits_the_place_of_the_decay_does_not_matter(model, kind, seed):
    """With decoupled decay it is within an eighth of ηλ/(1+α)."""
    return within(0.125, _median_turn(model, kind, seed), PRODUCT / (1 + ALPHA))
