"""Whose gradient the mean of mini-batch gradients is: a law of claim C3."""

from itertools import combinations

import numpy as np

from proofs_check.rates.noisy_runs import NOISY
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, at_most, law
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models import Neuron
from psitheory.strategies import points, sampled_neurons
from psitheory.strategies.rates import points_off_the_axes, rayleigh_means


def _biased(model, w, size):
    """Claim that the mean of the gradients on all batches of a size is farther from ∇f on all samples than 0 is."""
    xp, layout, whole = namespace(w), model.layout, model.evaluate(w).gradient
    batches = combinations(range(model.samples), size)
    mean = xp.mean(xp.stack([model.evaluate(w, np.array(batch)).gradient for batch in batches]), axis=0)
    return at_most(riemannian_square(layout, w, whole), riemannian_square(layout, w, mean - whole))


BATCH_NORM = Neuron(
    np.array([[1.0, -1.0], [0.0, 2.0], [0.0, 1.0], [1.0, -1.0], [0.0, 0.0], [1.0, 0.0]]),
    np.array([1.0, 0.0, -1.0, -1.0, 0.0, -1.0]),
    activation="identity",
)


@law(
    model=sampled_neurons(6),
    w=points("model"),
    size=4,
    quantifier="exists",
    on=(BALLS,),
    instance={"model": BATCH_NORM, "w": np.array([2.0, 1.0]), "size": 4},
)
def batch_norm_is_biased_against_its_full_batch(model, w, size):
    """There are six samples whose mean gradient over all batches of four is farther from the full batch's than 0 is."""
    return _biased(model, w, size)


@batch_norm_is_biased_against_its_full_batch.counterfeit(
    instance={"model": NOISY, "w": np.array([16.0, 1.0]), "size": 1},
    model=rayleigh_means(),
    w=points_off_the_axes("model"),
    size=1,
)
def means_of_quotients_are_biased(model, w, size):
    """So it is for means of Rayleigh quotients, whose samples do not see each other."""
    return _biased(model, w, size)
