"""The theorem library: one claim a file, one law for each part of its statement, a folder for each chapter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psitheory.checking import Theorem


def theorems() -> tuple[Theorem, ...]:
    """Return every theorem that a module of this package defines, in the order of their ids."""
    from psitheory.registry import theorems_below

    return theorems_below(__name__)
