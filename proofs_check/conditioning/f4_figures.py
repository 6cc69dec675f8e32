"""Figures of claim F4: the condition of a hidden layer's inputs along training, on digits."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.models import dataset
from psitheory.models.conditioning import with_ones
from psitheory.models.networks.plain import PlainMLP
from psitheory.optimizers import GradientDescent
from psitheory.optimizers.bnp import BNP

STEPS, WIDTH = 200, 24
RECORD = np.unique(np.geomspace(1, STEPS, 20).astype(int))


def _conditions(model, method, w):
    """Return κ of [e, H], of it centred and of it scaled too, (3, R), for the inputs of the second layer."""
    state, out = method.init(model.layout, w), []
    for t in range(STEPS + 1):
        evaluation = model.evaluate(w)
        if t in RECORD:
            h = evaluation.statistics["W2"]
            centred = (h - h.mean(axis=0))[:, h.std(axis=0) > 0]  # units that are alive
            forms = h[:, h.std(axis=0) > 0], centred, centred / centred.std(axis=0)
            out.append([np.linalg.cond(with_ones(form)) for form in forms])
        w, state = method.step(model.layout, w, evaluation, state)
    return np.array(out).T


def the_condition_along_training(rng):
    """Show κ of the inputs of a second layer under plain gradient descent and BNP: as they are, centred, scaled."""
    inputs, labels = dataset("digits", rows=300, rng=np.random.default_rng(0))
    model = PlainMLP(np.asarray(inputs, dtype=float), labels, hidden=(WIDTH, WIDTH))
    w, curves = model.initial(rng), {}
    for name, method in (("plain", GradientDescent(0.03)), ("BNP", BNP(0.03))):
        found = _conditions(model, method, w)
        for how, values in zip(("as they are", "centred", "centred and scaled"), found, strict=True):
            curves[f"{name}: {how}"] = values
    return Exhibit(
        "curves",
        "The condition of a hidden layer's inputs along training",
        f"Two hidden layers of {WIDTH} ReLU units on 300 digits, rate 0.03.  Centring never harms; scaling helps most.",
        {"x": RECORD.astype(float), **curves},
        {"x": "step", "y": "κ([e, H])", "xscale": "log", "yscale": "log"},
    )


FIGURES = (the_condition_along_training,)
