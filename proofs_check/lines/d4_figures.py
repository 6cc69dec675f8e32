"""The figure of claim D4: the largest turn of each step on digits, against the bound that clipping gives."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.experiments import iterate
from psitheory.geometry import PSIQuotient
from psitheory.models import BatchNormMLP, dataset
from psitheory.optimizers import SGDG, AdamG
from psitheory.rates.bounds import CLIPPED_TURN

STEPS, RATE, THRESHOLD = 60, 0.2, 0.01
METHODS = {
    "momentum": SGDG(RATE, momentum=0.9, threshold=THRESHOLD),
    "plain": SGDG(RATE, momentum=0, threshold=THRESHOLD),
    "Adam-G": AdamG(RATE, threshold=THRESHOLD),
}


def _largest_turns(model, method, start):
    """Return the largest turn of a neuron at each step."""
    psi, out, before = PSIQuotient(model.layout), [], None
    for t, w, _, _ in iterate(model, method, start, rng=np.random.default_rng(1), batch_size=64):
        if before is not None:
            out.append(psi.angles(before, w).max())
        if t == STEPS:
            return np.array(out)
        before = w
    raise AssertionError("iterate never ends")


def turns_on_digits(rng):
    """Show the largest turn of a neuron at each step of SGD-G and Adam-G, and the bound of SGD-G with momentum."""
    inputs, labels = dataset("digits", rows=256, rng=np.random.default_rng(0))
    model = BatchNormMLP(inputs, labels, hidden=(32,), activation="relu")
    start, steps = model.initial(np.random.default_rng(0)), np.arange(1, STEPS + 1)
    seen = {name: _largest_turns(model, method, start) for name, method in METHODS.items()}
    bound = CLIPPED_TURN(rate=RATE, threshold=THRESHOLD, momentum=0.9, steps=steps)
    return Exhibit(
        "rate",
        "Clipping bounds how far a neuron turns",
        f"η = {RATE:g}, ν = {THRESHOLD:g}, 32 neurons on digits: with momentum γ = 0.9 a step turns by up to ten times "
        "ην.  Adam-G divides by what was clipped, and is not bounded so.",
        {"steps": steps, "observed": seen.pop("momentum"), **seen, "bound": bound},
        {
            "steps": "step T",
            "y": "largest turn of a neuron (radians)",
            "observed": "SGD-G, γ = 0.9",
            "plain": "SGD-G, γ = 0",
            "bound": "ην(1 - γ^T)/(1 - γ)",
        },
    )
