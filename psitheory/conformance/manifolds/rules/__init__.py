"""Which laws a manifold must obey: each with what it needs, when it applies, and what its failure means."""

from __future__ import annotations

from psitheory.conformance.manifolds.rules import (
    classes,
    conversions,
    distances,
    manners,
    moves,
    tangent_spaces,
    transports,
)
from psitheory.conformance.manifolds.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *tangent_spaces.RULES,
    *moves.RULES,
    *distances.RULES,
    *transports.RULES,
    *conversions.RULES,
    *classes.RULES,
    *manners.RULES,
)
"""The laws in the order in which they are tried."""
