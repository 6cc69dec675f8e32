"""Drawings: one for each kind of exhibit.  Nothing is computed here; what is drawn is what the exhibit holds."""

from psitheory.plotting.draw import draw, save

__all__ = ["draw", "save"]
