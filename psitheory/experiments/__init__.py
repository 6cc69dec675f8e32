"""Runs of optimisers on models: the one loop, and what it records."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from psitheory.experiments.arrival import steps_to_reach
from psitheory.experiments.descend import descend
from psitheory.experiments.iterate import iterate
from psitheory.experiments.trajectory import LogSpaced, Trajectory, log_spaced, riemannian_square

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


_LATE = {
    **dict.fromkeys(("ClassComparison", "compare_classes"), "classes"),
    **dict.fromkeys(("Tightness", "search_tightness", "stored_tightness"), "tightness"),
}
"""What is imported when it is first used, since no run waits for it."""


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATE[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
