"""Runs of optimisers on models: the one loop, and what it records."""

from psitheory.experiments.arrival import steps_to_reach
from psitheory.experiments.classes import ClassComparison, compare_classes
from psitheory.experiments.descend import descend
from psitheory.experiments.iterate import iterate
from psitheory.experiments.tightness import Tightness, search_tightness, stored_tightness
from psitheory.experiments.trajectory import LogSpaced, Trajectory, log_spaced, riemannian_square

__all__ = [
    "ClassComparison",
    "LogSpaced",
    "Tightness",
    "Trajectory",
    "compare_classes",
    "descend",
    "iterate",
    "log_spaced",
    "riemannian_square",
    "search_tightness",
    "steps_to_reach",
    "stored_tightness",
]
