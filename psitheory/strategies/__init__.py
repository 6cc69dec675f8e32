"""Hypothesis strategies and domains: layouts, points, vectors, rescalings, models, step sizes."""

from psitheory.strategies.geometry import (
    GENERIC_LAYOUTS,
    counts,
    points,
    quotients,
    ratios,
    rescalings,
    step_sizes,
    vectors,
)
from psitheory.strategies.models import psi_models, rayleigh_quotients, waves, whole_models

__all__ = [
    "GENERIC_LAYOUTS",
    "counts",
    "points",
    "psi_models",
    "quotients",
    "ratios",
    "rayleigh_quotients",
    "rescalings",
    "step_sizes",
    "vectors",
    "waves",
    "whole_models",
]
