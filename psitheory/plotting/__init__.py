"""Drawings: one for each kind of exhibit.  Nothing is computed here; what is drawn is what the exhibit holds."""

from psitheory.plotting.draw import check_format, draw, rendered, save
from psitheory.plotting.style import SIZES

__all__ = ["SIZES", "check_format", "draw", "rendered", "save"]
