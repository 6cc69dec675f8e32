"""The figure of claim D5: the loss along a great circle through w and -w of one neuron, on digits."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.models import BatchNormMLP, dataset

STEPS = 181


def along_a_great_circle(rng):
    """Show the loss while one neuron turns by 360°: with ReLU, with γ negated halfway, and with the identity."""
    inputs, labels = dataset("digits", rows=256, rng=np.random.default_rng(0))
    angles = np.linspace(0, 2 * np.pi, STEPS)

    def losses(activation, negated):
        model = BatchNormMLP(inputs, labels, hidden=(16,), activation=activation, affine=True)
        w = np.repeat(model.initial(np.random.default_rng(1))[None], STEPS, axis=0)
        rows, across = model.layout.view("W1", w), np.random.default_rng(2).normal(size=64)
        u = rows[0, 0] / np.linalg.norm(rows[0, 0])
        across -= (across @ u) * u
        rows[:, 0] = np.cos(angles)[:, None] * u + np.sin(angles)[:, None] * across / np.linalg.norm(across)
        model.layout.view("gamma1", w)[:, 0] *= np.where(negated & (angles > np.pi), -1, 1)
        return model.evaluate(w).loss

    return Exhibit(
        "curves",
        "w and -w under batch norm with ReLU",
        "One neuron of 16 on digits turns by 360°.  With ReLU the loss at -w (180°) is not that at w; where γ is "
        "negated from 180° on, the second half repeats the first.",
        {
            "x": np.degrees(angles),
            "relu": losses("relu", False),
            "negated": losses("relu", True),
        },
        {
            "x": "turn of the neuron (degrees)",
            "y": "loss",
            "relu": "ReLU",
            "negated": "ReLU, γ negated from 180° on",
        },
    )
