"""Runs of optimisers on models: the one loop, and what it records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from psitheory.experiments.arrival import steps_to_reach
from psitheory.experiments.descend import descend
from psitheory.experiments.iterate import iterate
from psitheory.experiments.trajectory import LogSpaced, Trajectory, log_spaced, riemannian_square
from psitheory.late import homes, late

if TYPE_CHECKING:
    from psitheory.experiments.classes import ClassComparison, compare_classes
    from psitheory.experiments.tightness import Tightness, search_tightness, stored_tightness

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


_LATE = homes(
    __name__,
    {
        "classes": "ClassComparison compare_classes",
        "tightness": "Tightness search_tightness stored_tightness",
    },
)
"""What is imported when it is first used, since no run waits for it."""

__getattr__, __dir__ = late(__name__, _LATE)
