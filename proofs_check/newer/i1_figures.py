"""Figures of claim I1: turns in the random-walk model beside their predictions."""

import numpy as np

from proofs_check.newer.random_walk import directions, run, versines
from psitheory.checking import Exhibit
from psitheory.models import BatchNormMLP, dataset
from psitheory.optimizers import Adam, GradientDescent, HeavyBall

WIDTH, RUNS, PRODUCT, ALPHA = 64, 64, 2e-3, 0.9
TIMES = (25, 50, 100, 200, 400, 800, 1600)


def _turns(optimizer, radius, rng):
    """Return the root mean square turns after each of the times, from weights of a common norm."""
    start = radius * directions(RUNS, WIDTH, rng)
    return np.array([np.sqrt(2 * versines(*run(optimizer, start, t, 1.0, rng)).mean()) for t in TIMES])


def how_turns_settle(rng):
    """Show the turns of heavy ball and AdamW from half of the equilibrium radius."""
    eta, decay, s2 = 1.0, PRODUCT, 1 - 1 / WIDTH
    cases = {
        "decay in the buffer": (
            HeavyBall(eta, ALPHA, coupled_decay=decay),
            (eta * s2 / (2 * decay * (1 - ALPHA))) ** 0.25,
            np.sqrt(2 * PRODUCT / (1 + ALPHA)),
        ),
        "decoupled decay": (
            HeavyBall(eta, ALPHA, decay=decay),
            (eta * s2 / (2 * decay * (1 - ALPHA) ** 2)) ** 0.25,
            np.sqrt(2 * PRODUCT * (1 - ALPHA) / (1 + ALPHA)),
        ),
        "AdamW": (
            Adam(0.01, beta1=ALPHA, beta2=0.99, eps=0, decay=PRODUCT / 0.01),
            np.sqrt(0.01 * WIDTH / (2 * PRODUCT / 0.01)),
            np.sqrt(2 * PRODUCT * (1 - ALPHA) / (1 + ALPHA)),
        ),
    }
    curves, guides = {}, []
    for name, (optimizer, radius, predicted) in cases.items():
        curves[name] = _turns(optimizer, radius / 2, rng)
        curves[f"predicted: {name}"] = np.full(len(TIMES), predicted)
        guides.append(f"predicted: {name}")
    return Exhibit(
        "curves",
        "Turns settle where decay and noise balance",
        f"Random-walk model, d = {WIDTH}, ηλ = {PRODUCT:g}, momentum {ALPHA:g}, from half of the equilibrium radius.",
        {"x": np.array(TIMES), **curves},
        {"x": "step t", "y": "root mean square turn", "xscale": "log", "guides": ",".join(guides)},
    )


def how_good_the_leading_order_is(rng):
    """Show how far the published turns are from the exact ones, against ηλ: order 1."""
    product = np.logspace(-5, -0.5, 40)
    c, curves = 1 - product, {}
    for alpha in (0.5, 0.9):
        exact = 2 * (1 - (c + alpha) / (1 + c * alpha))
        curves[f"decoupled, α = {alpha:g}"] = 1 - 2 * product * (1 - alpha) / (1 + alpha) / exact
    return Exhibit(
        "rate",
        "The published turn is right to first order in ηλ",
        "Relative error of the squared chord for decoupled decay; with the decay in the buffer the published form "
        "is the squared chord itself.",
        {"steps": 1 / product, **{name: np.abs(y) for name, y in curves.items()}, "bound": 10 * product},
        {"x": "1/ηλ", "steps": "1/ηλ", "y": "relative error"},
    )


def turns_on_digits(rng):
    """Show how far the neurons of a network on digits turn a step under SGD with decay, beside the prediction."""
    inputs, labels = dataset("digits", rows=512, rng=np.random.default_rng(0))
    model, steps, curves, guides = BatchNormMLP(inputs, labels, hidden=(32,), activation="tanh"), 2000, {}, []
    record = np.unique(np.geomspace(10, steps, 24).astype(int))
    for product in (1e-2, 1e-3):
        w, seen, found = model.layout.units(model.initial(np.random.default_rng(1))), [], []
        method = GradientDescent(0.1, decay=product / 0.1)
        for t in range(1, steps + 1):
            batch = rng.choice(model.samples, 16, replace=False)
            before, (w, _) = w, method.step(model.layout, w, model.evaluate(w, batch), ())
            one, other = model.layout.view("W1", before), model.layout.view("W1", w)
            seen.append(versines(one, other).mean())
            if t in record:
                found.append(np.sqrt(2 * np.mean(seen[-max(t // 4, 5) :])))
        curves[f"ηλ = {product:g}"] = np.array(found)
        curves[f"√(2ηλ) at {product:g}"] = np.full(len(record), np.sqrt(2 * product))
        guides.append(f"√(2ηλ) at {product:g}")
    return Exhibit(
        "curves",
        "Neurons of a network on digits, beside the prediction",
        "32 batch-norm neurons, SGD on batches of 16 with decay, η = 0.1; root mean square turn over the last quarter.",
        {"x": record.astype(float), **curves},
        {"x": "step", "y": "root mean square turn", "xscale": "log", "yscale": "log", "guides": ",".join(guides)},
    )


FIGURES = (how_turns_settle, how_good_the_leading_order_is, turns_on_digits)
