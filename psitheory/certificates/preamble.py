"""What every Coq file begins with: inner product spaces, maps, combinations of words, and the steps of proofs."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

DECLARES = re.compile(
    r"\b(?:Definition|Fixpoint|Lemma|Record|Inductive|Ltac) (\w+)"  # by a word of its own
    r"|:= (\w+) \{|^  (\w+) :>? "  # the constructor and the fields of a record
    r"|\| (\w+) \(",  # constructors
    re.MULTILINE,
)


@cache
def preamble() -> str:
    """Return the text."""
    return files("psitheory.certificates").joinpath("preamble.v").read_text(encoding="utf-8")


@cache
def declared() -> frozenset[str]:
    """Return the names that it gives; in a file nothing else may bear one."""
    return frozenset(name for found in DECLARES.findall(preamble()) for name in found if name)
