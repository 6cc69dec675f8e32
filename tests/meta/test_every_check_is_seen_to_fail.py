"""Every law of every installed theorem holds, and was seen to fail: each has a false neighbour that is refuted.

All theorems are verified once, at the quickest effort; the tests read the report.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from proofs_check.tightness import HEADING
from psitheory.checking import ClaimReport, Report, Theorem, Verdict
from psitheory.commands.replay import replay_case
from psitheory.registry import library
from psitheory.runner import made_counterfeits, replay

from .coverage import pinned, table

SECTIONS = ("Statement", "Assumptions", "Source", "Idea of the proof", "What is checked, what is not", "Tags")
THEOREMS = {entry.theorem.id: entry.theorem for entry in library()}
LAWS = [(id, law.name) for id, theorem in THEOREMS.items() for law in theorem.laws]
each_theorem = pytest.mark.parametrize("id", THEOREMS)
each_law = pytest.mark.parametrize(("id", "law"), LAWS)


def law_of(theorem: Theorem, name: str) -> Any:
    return next(law for law in theorem.laws if law.name == name)


# -- how a theorem is written ---------------------------------------------------------------------------


def test_there_are_theorems() -> None:
    assert {"A3", "A4", "A6", "A7", "B1", "C1"} <= set(THEOREMS)


@each_theorem
def test_its_file_is_named_after_it_and_says_what_it_must(id: str) -> None:
    theorem = THEOREMS[id]
    written = as_written(theorem.doc)
    lines = written.splitlines()
    underlined = [(line, below) for line, below in pairwise(lines) if set(below) == {"-"}]
    assert [line for line, _ in underlined] == list(SECTIONS)
    assert all(len(below) == len(line) for line, below in underlined)
    assert theorem.assumptions
    assert theorem.source is not None
    assert theorem.source.bibtex.startswith("@")
    assert theorem.locator
    file = Path(law_file(theorem))
    assert file.stem.startswith(f"{id.lower()}_")
    assert file.parent.name == theorem.chapter
    assert written in file.read_text(encoding="utf-8")


def as_written(doc: str) -> str:
    """Return a docstring without the section that is made of the searches for tight instances."""
    before, heading, after = doc.partition(f"\n{HEADING}\n")
    return before + after[after.index("\nTags\n") :] if heading else doc


def law_file(theorem: Theorem) -> str:
    return str(theorem.laws[0].function.__code__.co_filename)


@each_law
def test_it_has_a_counterfeit_and_both_say_what_they_claim(id: str, law: str) -> None:
    found = law_of(THEOREMS[id], law)
    assert found.counterfeits
    for item in (found, *found.counterfeits):
        assert item.says.endswith(".")
        assert item.says != item.name.replace("_", " ")


@each_theorem
def test_names_tell_laws_and_counterfeits_apart(id: str) -> None:
    laws = THEOREMS[id].laws
    names = [item.name for law in laws for item in (law, *law.counterfeits, *made_counterfeits(law))]
    assert len(set(names)) == len(names)


# -- what the report says -------------------------------------------------------------------------------


@each_theorem
def test_it_holds(id: str, report: Report) -> None:
    claim: ClaimReport = report.claim(id)
    assert claim.verdict is Verdict.HOLDS, [law.note for law in claim.laws if law.note]
    assert claim.grade is not None


@each_law
def test_every_counterfeit_is_refuted(id: str, law: str, report: Report) -> None:
    (found,) = (each for each in report.claim(id).laws if each.name == law)
    stated = law_of(THEOREMS[id], law)
    assert [c.name for c in found.counterfeits] == [c.name for c in (*stated.counterfeits, *made_counterfeits(stated))]
    for counterfeit in found.counterfeits:
        assert counterfeit.verdict is Verdict.REFUTED, counterfeit.note
        assert counterfeit.witness is not None


@each_law
def test_every_refutation_replays_from_the_json_alone(id: str, law: str, report: Report, stored: Path) -> None:
    (found,) = (each for each in report.claim(id).laws if each.name == law)
    for counterfeit in found.counterfeits:
        outcome = replay_case(id, counterfeit.name, f"@{stored}")
        assert outcome.status == "failed"
        assert counterfeit.witness is not None
        assert (outcome.left, outcome.right) == (counterfeit.witness.left, counterfeit.witness.right)


@each_law
def test_every_certificate_of_existence_replays(id: str, law: str, report: Report) -> None:
    (found,) = (each for each in report.claim(id).laws if each.name == law)
    certificates = [e for e in found.evidence if e.witness is not None]
    assert bool(certificates) is (found.quantifier == "exists")
    for evidence in certificates:
        assert evidence.witness is not None
        inputs = json.loads(json.dumps(evidence.witness.inputs))
        assert replay(law_of(THEOREMS[id], law), inputs, evidence.kind).status == "passed"


# -- what must not shrink -------------------------------------------------------------------------------


def test_no_evidence_has_silently_gone(report: Report) -> None:
    found, before = table(report), pinned()
    lost = {name: set(kinds) - set(found.get(name, ())) for name, kinds in before.items()}
    assert {name: kinds for name, kinds in lost.items() if kinds} == {}
    fresh = [" ".join(name) for name in found if name not in before]
    assert not fresh, f"pin {', '.join(fresh)} by python -m tests.meta.coverage"


SMALLEST: dict[tuple[str, str], dict[str, str]] = {
    ("A3", "the_gradient_is_unchanged_under_rescaling"): {"model": "Rayleigh(matrix=[[0, 1], [1, 0]])", "w": "[1, 0]"},
    ("A3", "the_hessian_annihilates_the_orbit"): {"model": "Rayleigh(matrix=[[0, 0], [0, 2]])", "w": "[1, 1]"},
    ("A4", "only_the_common_radius_is_vertical"): {"w": "[1, 0, 1]", "a": "[1/2]"},
    ("A4", "every_vector_is_horizontal"): {"w": "[1, 0]", "x": "[1, 0]", "y": "[1, 0]"},
    ("A4", "half_a_projection_is_idempotent"): {"w": "[1, 0]", "x": "[1, 0]"},
    ("A6", "a_weight_decay_keeps_the_gradient_horizontal"): {"w": "[1, 0]"},
    ("A6", "the_euclidean_gradient_represents_the_derivative"): {"w": "[0, 2]", "x": "[1, 0]"},
    ("A7", "the_vector_need_not_be_lifted"): {"w": "[1, 0]", "x": "[0, 1]", "a": "[1/2]"},
    ("A7", "each_block_moves_by_the_length"): {"w": "[1. 0.]"},
    ("A7", "every_class_is_reached_by_its_projection"): {"w": "[1, 0]", "x": "[0, 1]"},
    ("B1", "a_step_of_euclidean_gradient_descent_is_equivariant"): {"w": "[1, 1]", "a": "[2]", "eta": "1"},
    ("C1", "half_of_the_bound_holds"): {"steps": "1", "w": "[16, 1]"},
    ("C1", "a_rate_beyond_two_over_l_keeps_the_bound"): {"steps": "2", "w": "[3, 1]"},
}
"""Counterfeits and the smallest instance that refutes each: two dimensions, basis vectors, scale 2."""


@pytest.mark.parametrize(("id", "name"), SMALLEST)
def test_a_witness_is_as_small_as_can_be(id: str, name: str, report: Report) -> None:
    (counterfeit,) = (c for law in report.claim(id).laws for c in law.counterfeits if c.name == name)
    assert counterfeit.witness is not None
    shown = counterfeit.witness.shown
    assert {key: shown[key] for key in SMALLEST[id, name]} == SMALLEST[id, name]
