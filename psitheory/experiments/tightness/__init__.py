"""How tight a bound is: searches for the instance on which what is observed comes closest to it, and what they found.

What a search finds is a lower bound of the largest ratio; what it stores can be run again.
"""

from psitheory.experiments.tightness.search import SEARCHABLE, Tightness, search_tightness, stored_tightness

__all__ = ["SEARCHABLE", "Tightness", "search_tightness", "stored_tightness"]
