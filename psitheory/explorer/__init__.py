"""The explorer: one page, which needs no network, on which starts, methods and rates are moved by hand."""

from psitheory.explorer.losses import LOSSES, Explored
from psitheory.explorer.page import page

__all__ = ["LOSSES", "Explored", "page"]
