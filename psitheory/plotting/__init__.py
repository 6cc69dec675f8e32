"""Drawings: one for each kind of exhibit.  Nothing is computed here; what is drawn is what the exhibit holds."""

from psitheory.plotting.draw import check_format, draw, save

__all__ = ["check_format", "draw", "save"]
