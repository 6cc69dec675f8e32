"""Laws of classes: what may not depend on the representative."""

from __future__ import annotations

from psitheory.conformance.manifolds.laws import conditions, quotients
from psitheory.conformance.manifolds.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    *(
        Rule(q.law, q.needs, q.claimed, q.means, conditions.scales if q.scales else conditions.classes)
        for q in quotients.LAWS
    ),
)
