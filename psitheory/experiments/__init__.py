"""Runs of optimisers on models: the one loop, and what it records."""

from psitheory.experiments.descend import descend
from psitheory.experiments.iterate import iterate
from psitheory.experiments.trajectory import LogSpaced, Trajectory, log_spaced, riemannian_square

__all__ = ["LogSpaced", "Trajectory", "descend", "iterate", "log_spaced", "riemannian_square"]
