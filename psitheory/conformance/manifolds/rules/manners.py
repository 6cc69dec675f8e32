"""Laws of manners: what a method may do to its arguments, and with many of them."""

from __future__ import annotations

from psitheory.conformance.manifolds.laws import batches, conditions
from psitheory.conformance.manifolds.rules.rule import Rule

RULES: tuple[Rule, ...] = (
    Rule(
        batches.inputs_are_left_alone,
        "",
        "no method changes its arguments",
        "a method overwrites what it is given: the caller's points change behind its back",
    ),
    Rule(
        batches.a_batch_equals_the_loop,
        "",
        "methods of stacked points = stacked results",
        "a batch of points gives other results than the points one by one",
        conditions.stacks,
    ),
)
