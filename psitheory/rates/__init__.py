"""Rates: how smooth a loss is, and the bounds that follow from it."""

from psitheory.rates.local import largest_curvature, largest_curvature_along

__all__ = ["largest_curvature", "largest_curvature_along"]
