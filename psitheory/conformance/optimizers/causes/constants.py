"""What the constants of a line are that breaks a scaling law, and how a report tells of it."""

from __future__ import annotations

from collections.abc import Sequence

from psitheory.conformance.optimizers.runs.change import Cause
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.optimizers.types import Break

LARGEST_EPS = 1e-3
"""A constant without a name that is larger is no eps: none of the published methods has a larger one."""
FACTORS = ("betas[0]", "betas[1]", "betas[2]", "beta", "beta1", "beta2", "rho", "alpha", "momentum")
"""Hyper-parameters that multiply what they stand beside."""


def cause_of(breaks: Sequence[Break]) -> Cause:
    """Return what the constants of lines are: those of an eps only if all are, else the first that is none."""
    return next((cause for b in breaks if (cause := _word(b)) != "eps"), "eps")


def told(b: Break) -> str:
    """Return a line with constants in words: what they are, and where they stand."""
    named = ", ".join(map(str, [c for c in b.constants if c.name not in FACTORS] or b.constants))
    return f"{_word(b)}{f' ({named})' if named else ''} at {b.place}"


def _word(b: Break) -> Cause:
    added = [c for c in b.constants if c.name not in FACTORS]
    names = [c.name for c in added if c.name]
    if b.kind is Kind.WINDOW and not (names and all("eps" in name for name in names)):
        return "clamp" if "clamp" in b.what or "max" in b.what or "min" in b.what else "threshold"
    named = any("eps" in c.name for c in added)
    small = [c for c in added if not c.name and abs(c.value) <= LARGEST_EPS]
    return "eps" if named or (added and len(small) == len(added)) else "constant"
