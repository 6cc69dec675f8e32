"""The figure of claim E4: how far first moments are from tangent, along runs on handwritten digits."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.experiments import iterate
from psitheory.models import BatchNormMLP, dataset
from psitheory.optimizers import SGDMRT, Adam, AdamSRT

STEPS, BATCH = 200, 64
METHODS = {
    "Adam": Adam(0.01),
    "AdamSR": AdamSRT(0.01, transport=False),
    "AdamSRT": AdamSRT(0.01),
    "SGD-MRT": SGDMRT(0.1, 0.9),
}


def _radial_share(layout, w, state):
    """Return the median over the neurons of |⟨m, w⟩|/(‖m‖‖w‖)."""
    m = getattr(state, "first", getattr(state, "buffer", None))
    return np.median(np.abs(layout.dots(m, w)) / (layout.norms(m) * layout.norms(w)))


def moments_on_digits(rng):
    """Show how large the radial part of the first moment is after each step of four methods."""
    inputs, labels = dataset("digits", rows=256, rng=np.random.default_rng(0))
    model = BatchNormMLP(inputs, labels, hidden=(32,), activation="tanh")
    start, seen = model.initial(np.random.default_rng(1)), {}
    for name, method in METHODS.items():
        shares = []
        for t, w, _, state in iterate(model, method, start, batch_size=BATCH, rng=np.random.default_rng(2)):
            if t:
                shares.append(_radial_share(model.layout, w, state))
            if t == STEPS:
                break
        seen[name] = np.maximum(shares, 1e-18)
    return Exhibit(
        "curves",
        "The radial part of the first moment, where the step has ended",
        "|⟨m, w⟩|/‖m‖‖w‖, median over 32 neurons on digits: with T it is rounding, since moments are carried along; "
        "without T, S and R do not make moments tangent.",
        {"x": np.arange(1, STEPS + 1), **seen},
        {"x": "step", "y": "radial share of m", "yscale": "log"},
    )
