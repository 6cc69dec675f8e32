"""What a shell offers after an unfinished word."""

from types import SimpleNamespace

from psitheory.commands.completion import complete_claims, complete_laws
from psitheory.registry import find, library
from psitheory.runner import made_counterfeits


def test_claims_are_offered_by_how_their_ids_begin_with_their_titles():
    offered = dict(complete_claims("b"))
    assert offered == {e.theorem.id: e.theorem.title for e in library() if e.theorem.id.startswith("B")}
    assert len(offered) == 9


def test_laws_and_counterfeits_are_those_of_the_claim_before():
    ctx = SimpleNamespace(params={"target": "A1"})
    assert {"scales_compose_by_multiplication", "scales_compose_by_addition"} <= set(complete_laws(ctx, "scales_"))
    assert list(complete_laws(ctx, "no such law")) == []


def test_an_unknown_claim_offers_nothing_and_raises_nothing():
    assert list(complete_laws(SimpleNamespace(params={"target": "Z9"}), "")) == []
    assert list(complete_claims("Z")) == []


def test_made_counterfeits_are_offered_too():
    law = next(law for law in find("C1")[0].theorem.laws if law.tight)
    names = [c.name for c in made_counterfeits(law)]
    assert names
    assert set(names) <= set(complete_laws(SimpleNamespace(params={"target": "C1"}), law.name))
