"""The figure of claim E2: effective rates along runs on handwritten digits."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.models import BatchNormMLP
from psitheory.models.datasets import dataset
from psitheory.optimizers import Adam, GradientDescent, HeavyBall, PSIGradientDescent, image_step

STEPS = 300
METHODS = {
    "SGD": GradientDescent(0.5),
    "SGD, decay": GradientDescent(0.5, decay=0.01),
    "momentum": HeavyBall(0.05, 0.9),
    "PSI-SGD": PSIGradientDescent(0.1),
    "Adam": Adam(0.01),
}


def _update(method, before, after, evaluation, state, t):
    """Return a, b and the rate of one step, of which the state after it tells."""
    if isinstance(method, Adam):
        a, second = state.first / (1 - method.beta1**t), state.second / (1 - method.beta2**t)
        return a, np.sqrt(second) + method.eps, method.rate
    return before - after, None, 1.0


def effective_rates(method, model, start, rng):
    """Return the median over the neurons of η_e‖c⊥‖, the tangent of the turn, after each step."""
    w, state, layout, out = start, method.init(model.layout, start), model.layout, []
    for t in range(1, STEPS + 1):
        batch = rng.choice(model.samples, 64, replace=False)
        evaluation = model.evaluate(w, batch)
        new, state = method.step(layout, w, evaluation, state)
        a, b, rate = _update(method, w, new, evaluation, state, t)
        seen = image_step(layout, w, a, b, rate=rate)
        out.append(np.median(np.abs(seen.effective_rate) * layout.norms(seen.direction)))
        w = new
    return np.array(out)


def effective_rates_on_digits(rng):
    """Show how far each method turns the neurons of a batch-norm network."""
    inputs, labels = dataset("digits", rows=256, rng=np.random.default_rng(0))
    model = BatchNormMLP(inputs, labels, hidden=(32,), activation="tanh")
    start = model.initial(rng)
    seeds = np.random.default_rng(0).integers(2**32)
    found = {name: effective_rates(m, model, start, np.random.default_rng(seeds)) for name, m in METHODS.items()}
    return Exhibit(
        "curves",
        "How far a step turns a neuron",
        "The tangent η_e‖c⊥‖ of the turn, median over 32 neurons on digits: the rate that matters, whatever η is.",
        {"x": np.arange(1, STEPS + 1), **{name: _smooth(row) for name, row in found.items()}},
        {"x": "step", "y": "η_e‖c⊥‖, mean over 11 steps"},
    )


def _smooth(row):
    return np.convolve(np.pad(row, 5, mode="edge"), np.ones(11) / 11, mode="valid")
