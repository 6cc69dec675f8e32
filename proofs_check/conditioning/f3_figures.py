"""Figures of claim F3: BNP beside batch norm and plain gradient descent, on digits, and the condition of the inputs."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.models import BatchNormMLP, dataset
from psitheory.models.conditioning import gram, spectrum, with_ones
from psitheory.models.networks.plain import PlainMLP
from psitheory.optimizers import GradientDescent
from psitheory.optimizers.bnp import BNP, batch_statistics, layer_scale

HIDDEN, ROWS, STEPS = (100, 100, 100), 300, 60
RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
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


def _best(model, method, w, batch, rng):
    """Return the run that ends lowest of those at five rates."""
    with np.errstate(over="ignore", invalid="ignore"):
        runs = [_losses(model, method(rate), w, batch, rng) for rate in RATES]
    return min(runs, key=lambda losses: losses[-1] if np.isfinite(losses).all() else np.inf)


def how_bnp_trains(rng):
    """Show the loss of three hidden layers of 100 under plain descent, batch norm and BNP, batches of 60, 6 and 1."""
    inputs, labels = _data()
    plain = PlainMLP(inputs, labels, hidden=HIDDEN)
    normalised = BatchNormMLP(inputs, labels, hidden=HIDDEN, activation="relu", affine=True)
    w, start, curves = plain.initial(rng), normalised.initial(rng), {}
    for batch in (60, 6, 1):
        curves[f"plain, {batch}"] = _best(plain, GradientDescent, w, batch, rng)
        curves[f"BNP, {batch}"] = _best(plain, BNP, w, batch, rng)
    curves["batch norm, 60"] = _best(normalised, GradientDescent, start, 60, rng)
    return Exhibit(
        "curves",
        "BNP, batch norm and plain gradient descent, on batches of one too",
        "3 × 100 ReLU units on 300 digits; loss on all samples, each at the best of five rates.  "
        "Batch norm of a dense layer has no batches of 1.",
        {"x": RECORD.astype(float), **curves},
        {"x": "step", "y": "cross-entropy", "xscale": "log", "yscale": "log"},
    )


def what_bnp_does_to_spectra(rng):
    """Show the eigenvalues that each layer's inputs have before BNP and under it, after some steps on digits."""
    inputs, labels = _data()
    model, method = PlainMLP(inputs, labels, hidden=HIDDEN), BNP(0.1)
    w, count = model.initial(rng), 40
    state = method.init(model.layout, w)
    for _ in range(20):
        w, state = method.step(model.layout, w, model.evaluate(w, rng.choice(model.samples, 60, replace=False)), state)
    seen, curves = model.evaluate(w).statistics, {}
    for k, h in enumerate(list(seen.values())[:3], 1):
        mean, variance = method.rule.divisor(batch_statistics(h))
        for name, columns, scale in (
            ("as they are", h, 1.0),
            ("under BNP", (h - mean) / np.sqrt(variance), float(layer_scale(h))),
        ):
            values = spectrum(gram(with_ones(columns)))[::-1][:count] / len(h) / scale
            curves[f"layer {k}, {name}"] = np.maximum(values, 1e-6)
    return Exhibit(
        "curves",
        "What BNP does to the spectrum of a layer's inputs",
        f"The {count} largest eigenvalues of [e, H]ᵀ[e, H]/N and of what BNP makes of it, ĤᵀĤ/q²N, on {ROWS} digits: "
        "the largest, which bounds the rate, falls to about the others.",
        {"x": np.arange(1.0, count + 1), **curves},
        {"x": "number of the eigenvalue", "y": "eigenvalue", "yscale": "log"},
    )


FIGURES = (how_bnp_trains, what_bnp_does_to_spectra)
