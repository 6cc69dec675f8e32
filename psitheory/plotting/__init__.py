"""Drawings: one for each kind of exhibit.  Nothing is computed here; what is drawn is what the exhibit holds."""

from psitheory.plotting.animate import animate
from psitheory.plotting.draw import check_format, draw, rendered, save
from psitheory.plotting.globe import chart, on_sphere
from psitheory.plotting.style import SIZES

__all__ = ["SIZES", "animate", "chart", "check_format", "draw", "on_sphere", "rendered", "save"]
