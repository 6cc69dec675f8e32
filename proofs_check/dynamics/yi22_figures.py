"""Figures after Yi22, for claim B3: two layers of very different lengths, and L2 inside PSI-SGD, on digits."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.experiments import descend, log_spaced
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models import BatchNormMLP, dataset
from psitheory.models.counter import WithL2
from psitheory.optimizers import GradientDescent, PSIGradientDescent

STEPS, BATCH, RATE = 200, 128, 0.1


def _network():
    inputs, labels = dataset("digits", rows=512, rng=np.random.default_rng(0))
    return BatchNormMLP(inputs, labels, hidden=(32, 32), activation="tanh")


def _gradients(model, method, w, seed=1):
    """Return G at the recorded steps of a run whose mini-batches depend on the seed alone."""
    run = descend(
        model,
        method,
        w,
        STEPS,
        record=log_spaced(STEPS),
        batch_size=BATCH,
        rng=np.random.default_rng(seed),
        keep_points=True,
    )
    assert run.points is not None
    return run.times, np.array([_square(model, w) for w in run.points])


def _square(model, w):
    """Return G of the loss on all samples."""
    return riemannian_square(model.layout, w, getattr(model, "model", model).evaluate(w).gradient)


def l2_inside(rng):
    """Show G of PSI-SGD with L2 inside the gradient and with decoupled decay, from two lengths of one start."""
    model, decay, curves = _network(), 0.09, {}
    w = model.layout.units(model.initial(np.random.default_rng(0)))
    for length in (1, 10):
        start = model.layout.scale(np.full(model.layout.m, float(length)), w)
        steps, curves[f"L2 inside: r₀ = {length}"] = _gradients(WithL2(model, decay), PSIGradientDescent(RATE), start)
        steps, curves[f"decoupled: r₀ = {length}"] = _gradients(model, PSIGradientDescent(RATE, decay=decay), start)
    return Exhibit(
        "curves",
        "With L2 inside the gradient the length of the start is seen",
        f"λ = {decay:g}, two batch-norm layers of 32 on digits.  Decoupled decay is equivariant, L2 "
        "inside is not, until the weights have shrunk.",
        {"x": np.maximum(steps, 0.5), **curves},
        {"x": "step", "y": "G on all samples", "xscale": "log", "yscale": "log"},
    )


def two_layers_of_different_lengths(rng):
    """Show G of a network with two batch-norm layers from a start whose layers are 1e4 times longer and shorter."""
    model = _network()
    w = model.initial(np.random.default_rng(0))
    w = model.layout.units(w)
    far, curves = w.copy(), {}
    model.layout.view("W1", far)[...] *= 1e4
    model.layout.view("W2", far)[...] *= 1e-4
    for name, method in (("SGD", GradientDescent(RATE)), ("PSI-SGD", PSIGradientDescent(RATE))):
        for start, how in ((w, "balanced"), (far, "1e4 and 1e-4")):
            steps, curves[f"{name}: {how}"] = _gradients(model, method, start)
    return Exhibit(
        "curves",
        "PSI-SGD does not see the lengths of the start",
        f"Two batch-norm layers of 32 on digits, batches of {BATCH}, rate {RATE:g}; G is a function of the class.",
        {"x": np.maximum(steps, 0.5), **curves},
        {"x": "step", "y": "G on all samples", "xscale": "log", "yscale": "log"},
    )


FIGURES = (two_layers_of_different_lengths, l2_inside)
