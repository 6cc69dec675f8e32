"""The figure of claim D2, after Cho17's experiment: mini-batch methods level off until the rate falls.

Without random labels G goes to zero on digits, and there is no plateau; SGD-G levels off as SGD does.
"""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.experiments import descend
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models import BatchNormMLP, dataset
from psitheory.optimizers import SGDG, AdamG, HeavyBall

STEPS, BATCH, EVERY, MISLABELLED = 900, 32, 15, 0.3


def _rate(at_first):
    """Return a rate that falls to a fifth after a third and after two thirds of the run, as in the source."""
    return lambda t: at_first * 0.2 ** (3 * t // STEPS)


METHODS = {
    "SGD, no decay": HeavyBall(_rate(0.1), 0.9),
    "SGD-G": SGDG(_rate(0.2), orthogonality=0.1),
    "Adam-G": AdamG(_rate(0.05), orthogonality=0.1),
    "SGD-G, rate constant": SGDG(0.2, orthogonality=0.1),
}


def _network():
    """Return a network on digits of which some have random labels, so that no mini-batch has the gradient 0."""
    rng = np.random.default_rng(0)
    inputs, labels = dataset("digits", rows=512, rng=rng)
    labels = np.where(rng.random(len(labels)) < MISLABELLED, rng.integers(10, size=len(labels)), labels)
    return BatchNormMLP(inputs, labels, hidden=(16,), activation="relu")


def _squares(model, method, start):
    """Return G on all samples at every few steps, each the geometric mean over a twelfth of the run."""
    run = descend(
        model,
        method,
        start,
        STEPS,
        record=range(0, STEPS + 1, EVERY),
        batch_size=BATCH,
        rng=np.random.default_rng(1),
        keep_points=True,
    )
    assert run.points is not None
    logs = np.log([riemannian_square(model.layout, w, model.evaluate(w).gradient) for w in run.points])
    wide = STEPS // EVERY // 24
    return np.exp([logs[max(k - wide, 0) : k + wide + 1].mean() for k in range(len(logs))])


def plateau_on_digits(rng):
    """Show G on all samples along SGD, SGD-G and Adam-G from one start, with the rates of the source."""
    model = _network()
    start = model.initial(np.random.default_rng(0))
    curves = {name: _squares(model, method, start) for name, method in METHODS.items()}
    return Exhibit(
        "curves",
        "With mini-batches G levels off until the rate falls: on lines and off them",
        f"A batch-norm layer of 16 on digits, {MISLABELLED:.0%} of them with random labels, batches of {BATCH}; rates "
        f"fall to a fifth at {STEPS // 3} and {2 * STEPS // 3} steps; ν = α = 0.1.  G is a function of the class.",
        {"x": np.arange(0, STEPS + 1, EVERY), **curves},
        {"x": "step", "y": "G on all samples, geometric mean", "yscale": "log"},
    )
