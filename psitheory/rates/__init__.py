"""Rates: how smooth a loss is, and the bounds that follow from it."""

from psitheory.rates.bounds import BOUNDS, Bound
from psitheory.rates.certificate import Certificate, certified_smoothness
from psitheory.rates.confidence import mean_intervals
from psitheory.rates.local import largest_curvature
from psitheory.rates.path import PathCurvature, largest_curvature_along

__all__ = [
    "BOUNDS",
    "Bound",
    "Certificate",
    "PathCurvature",
    "certified_smoothness",
    "largest_curvature",
    "largest_curvature_along",
    "mean_intervals",
]
