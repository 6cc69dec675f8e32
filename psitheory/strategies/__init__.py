"""Hypothesis strategies and domains: layouts, points, vectors, rescalings, models, step sizes."""

from psitheory.strategies.free import models_with_free_part
from psitheory.strategies.geometry import planes, points, tangents, vectors
from psitheory.strategies.layers import normalised_layers, symmetric_rayleighs
from psitheory.strategies.layouts import GENERIC_LAYOUTS, layouts, quotients
from psitheory.strategies.models import (
    digits_network,
    network_starts,
    psi_models,
    rayleigh_quotients,
    stable_rates,
    waves,
    whole_models,
)
from psitheory.strategies.pythagorean import pythagorean_points
from psitheory.strategies.scales import counts, ratios, rescalings, step_sizes
from psitheory.strategies.smooth import rank_one_models, smooth_models
from psitheory.strategies.stochastic import (
    choices,
    factors,
    generic_models,
    generic_points,
    mini_batches,
    sampled_neurons,
)

__all__ = [
    "GENERIC_LAYOUTS",
    "choices",
    "counts",
    "digits_network",
    "factors",
    "generic_models",
    "generic_points",
    "layouts",
    "mini_batches",
    "models_with_free_part",
    "network_starts",
    "normalised_layers",
    "planes",
    "points",
    "psi_models",
    "pythagorean_points",
    "quotients",
    "rank_one_models",
    "ratios",
    "rayleigh_quotients",
    "rescalings",
    "sampled_neurons",
    "smooth_models",
    "stable_rates",
    "step_sizes",
    "symmetric_rayleighs",
    "tangents",
    "vectors",
    "waves",
    "whole_models",
]
