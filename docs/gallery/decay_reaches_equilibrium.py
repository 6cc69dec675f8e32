"""
What does weight decay do to scale-invariant weights?
=====================================================

It cannot change the function, only the length of the weights, and so the effective rate η/r².  Noise lengthens the
weights, decay shortens them; where they balance, the effective rate no longer depends on how it began.
"""

import numpy as np

from psitheory import GradientDescent, descend
from psitheory.checking import Exhibit
from psitheory.models import named_model

model, starts = named_model("wine")
rate, decay, steps = 0.05, 0.1, 2000
unit = starts(np.random.default_rng(0))
method = GradientDescent(rate, decay=decay)
times = np.unique(np.geomspace(1, steps, 120).astype(int))


def norms(scale):
    """Return the mean norm of the neurons' weights at the recorded steps, from a start of this scale."""
    start = model.layout.scale(np.full(model.layout.m, scale), unit)
    rng = np.random.default_rng(1)  # the same batches for every scale
    return descend(model, method, start, steps, record=times, batch_size=16, rng=rng).norms.mean(axis=-1)


found = {scale: norms(scale) for scale in (0.2, 1.0, 5.0)}
figure = Exhibit(
    "curves",
    "The effective rate forgets how long the weights were",
    f"SGD with batches of 16 on wine, η = {rate:g}, decay λ = {decay:g}: the effective rate η/r² of the hidden neurons "
    f"from starts of three lengths.  They meet after a few times 1/(2ηλ) = {1 / (2 * rate * decay):.0f} steps.",
    {"x": times, **{f"r₀ = {scale:g}": rate / r**2 for scale, r in found.items()}},
    {"x": "step", "y": "effective rate η/r²", "xscale": "log", "yscale": "log"},
)

# %%
# At first the effective rates are a factor of 600 apart; in the end they agree within a tenth.

last = np.array([r[-1] for r in found.values()])
assert last.max() / last.min() < 1.1
