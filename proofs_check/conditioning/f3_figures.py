"""Figures of claim F3: BNP beside batch norm and plain gradient descent, on digits, and the condition of the inputs."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.experiments import descend
from psitheory.models import BatchNormMLP, dataset
from psitheory.models.plain import PlainMLP
from psitheory.optimizers import GradientDescent
from psitheory.optimizers.bnp import BNP

HIDDEN, ROWS, STEPS = (100, 100, 100), 300, 150
RECORD = np.unique(np.geomspace(1, STEPS, 16).astype(int))


def _data():
    inputs, labels = dataset("digits", rows=ROWS, rng=np.random.default_rng(0))
    return np.asarray(inputs, dtype=float), labels


def _losses(model, method, w, batch, rng):
    """Return the loss on all samples at the recorded steps of a run on mini-batches."""
    state, out = method.init(model.layout, w), []
    for t in range(STEPS + 1):
        if t in RECORD:
            out.append(float(model.evaluate(w).loss))
        some = rng.choice(model.samples, batch, replace=False)
        w, state = method.step(model.layout, w, model.evaluate(w, some), state)
    return np.array(out)


def how_bnp_trains(rng):
    """Show the loss of three hidden layers of 100 under plain descent, batch norm and BNP, batches of 60, 6 and 1."""
    inputs, labels = _data()
    plain = PlainMLP(inputs, labels, hidden=HIDDEN)
    normalised = BatchNormMLP(inputs, labels, hidden=HIDDEN, activation="relu", affine=True)
    w, start, curves = plain.initial(rng), normalised.initial(rng), {}
    for batch in (60, 6, 1):
        curves[f"plain, {batch}"] = _losses(plain, GradientDescent(0.02), w, batch, rng)
        curves[f"BNP, {batch}"] = _losses(plain, BNP(0.02), w, batch, rng)
    run = descend(normalised, GradientDescent(0.02), start, STEPS, record=RECORD, batch_size=60, rng=rng)
    curves["batch norm, 60"] = np.asarray(run.loss)
    return Exhibit(
        "curves",
        "BNP trains like batch norm, on batches of one too",
        "3 × 100 ReLU units on 300 digits, rate 0.02, loss on all samples (for batch norm: on the batch at hand).  "
        "Batch norm of a dense layer has no batches of 1.",
        {"x": RECORD.astype(float), **curves},
        {"x": "step", "y": "cross-entropy", "xscale": "log", "yscale": "log"},
    )


FIGURES = (how_bnp_trains,)
