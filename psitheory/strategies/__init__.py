"""Hypothesis strategies and domains: layouts, points, vectors, rescalings, models, step sizes."""

from psitheory.strategies.geometry import (
    GENERIC_LAYOUTS,
    counts,
    points,
    quotients,
    ratios,
    rescalings,
    step_sizes,
    tangents,
    vectors,
)
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

__all__ = [
    "GENERIC_LAYOUTS",
    "counts",
    "digits_network",
    "network_starts",
    "points",
    "psi_models",
    "pythagorean_points",
    "quotients",
    "ratios",
    "rayleigh_quotients",
    "rescalings",
    "stable_rates",
    "step_sizes",
    "tangents",
    "vectors",
    "waves",
    "whole_models",
]
