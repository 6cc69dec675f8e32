"""What formal vectors prove is pinned in ``coverage.txt``; no counterfeit of any law is proved."""

from __future__ import annotations

import pytest

from psitheory.checking import FORMAL, Counterfeit, Law, Theorem, Verdict
from psitheory.registry import library
from psitheory.runner.proving.in_formal import prove_formally

from .coverage import pinned

THEOREMS = {entry.theorem.id: entry.theorem for entry in library()}
PROVED = {name for name, kinds in pinned().items() if FORMAL in kinds}


def _is_proved(law: Law) -> bool:
    return prove_formally(law).verdict is Verdict.HOLDS


def _as_law(counterfeit: Counterfeit) -> Law:
    return Law(counterfeit.name, counterfeit.function, counterfeit.domains)


@pytest.mark.parametrize("theorem", THEOREMS.values(), ids=lambda theorem: theorem.id)
def test_what_was_proved_is_and_nothing_false(theorem: Theorem) -> None:
    proved = {(theorem.id, law.name) for law in theorem.laws if _is_proved(law)}
    assert {name for name in PROVED if name[0] == theorem.id} <= proved
    false = [c.name for law in theorem.laws for c in law.counterfeits if _is_proved(_as_law(c))]
    assert false == []


def test_most_of_the_identities_are() -> None:
    assert len({name for name in PROVED if name[0][0] in "ABCG"}) >= 55
