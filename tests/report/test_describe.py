"""A theorem in words."""

from __future__ import annotations

import json

import pytest

import proofs_check
from proofs_check.bibliography import SOURCES, YI22
from psitheory.checking import equal, theorem
from psitheory.report.describe import as_dict, theorem_text

DOC = r"""Squares are expanded.

Statement
---------
It is **true** that :math:`(x+1)^2 = x^2 + 2x + 1`,
for every x.

Idea of the proof
-----------------
Multiply.

- a list stays
- as it is
"""


def square():
    made = theorem("T1", "Squares", statement="(x+1)^2", source=YI22, assumptions=("x is a number",), doc=DOC)

    @made.law(x=1)
    def binomial(x):
        """A square is expanded."""
        return equal(x, x)

    @binomial.counterfeit
    def forgets(x):
        """The middle is left out."""
        return equal(x, x + 1)

    return made


def test_the_docstring_gives_the_sections_and_the_fields_what_it_lacks():
    text = theorem_text(square())
    sections = dict(part.split("\n", 1) for part in text.split("\n\n")[2:] if "\n" in part)
    assert text.startswith("T1  Squares   chapter: own\n\nSquares are expanded.\n\n")
    assert sections["Statement"] == "  It is true that (x+1)^2 = x^2 + 2x + 1, for every x."
    assert sections["Assumptions"] == "  - x is a number"
    assert sections["Idea of the proof"] == "  Multiply."
    assert "\n  - a list stays\n  - as it is\n" in text
    assert sections["Laws, each with its counterfeits"] == (
        "  binomial\n    A square is expanded.\n    counterfeit forgets: The middle is left out."
    )
    assert sections["BibTeX"].startswith("  @inproceedings{Yi22,")


def test_the_data_of_a_theorem_are_plain():
    data = json.loads(json.dumps(as_dict(square())))
    assert data["laws"] == [
        {
            "name": "binomial",
            "says": "A square is expanded.",
            "quantifier": "for all",
            "counterfeits": [{"name": "forgets", "says": "The middle is left out."}],
        }
    ]


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.key)
def test_every_source_has_a_bibtex_entry_of_its_key(source):
    assert f"{{{source.key},\n" in source.bibtex
    assert source.bibtex.count("{") == source.bibtex.count("}")
    for field in ("author", "title", "year"):
        assert f"\n  {field} " in source.bibtex


@pytest.mark.parametrize("made", proofs_check.theorems(), ids=lambda made: made.id)
def test_every_theorem_of_the_library_is_complete(made):
    text = theorem_text(made)
    for heading in ("Statement", "Assumptions", "Source", "Idea of the proof", "What is checked, what is not", "Tags"):
        assert f"\n{heading}\n  " in text, heading
    assert made.source is not None
    assert all(law.counterfeits for law in made.laws)


def test_displayed_formulas_stand_apart_without_markup():
    text = theorem_text(next(theorem for theorem in proofs_check.theorems() if theorem.id == "A8"))
    assert ".. math" not in text
    assert "\n\n      f(R(\\xi)) \\le f(w)" in text
