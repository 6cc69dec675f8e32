"""Claims of formal numbers: passed where they follow from an identity, and otherwise nothing is said."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from psitheory.arithmetic.formal import Sort, Space
from psitheory.checking import at_most, equal, vacuous
from psitheory.errors import NotInArithmetic, Undecided
from psitheory.runner.judging.by_identity import follows, identified


def numbers() -> tuple[Any, Any, Any]:
    space = Space()
    return space.positive("s"), space.real("t"), space.vector("x", Sort("alone", 1, 1))


def array(*entries: Any) -> Any:
    return np.array(entries, dtype=object)


def test_an_identity_passes_and_its_first_entries_are_shown() -> None:
    s, t, _ = numbers()
    outcome = identified(lambda: equal(array(s * (s + t), t), array(s * s + s * t, t)), {})
    assert (outcome.status, outcome.note) == ("passed", "")
    assert "s" in outcome.left
    assert "s" in outcome.right
    assert outcome.left != "t"


def test_what_differs_is_told_and_undecided() -> None:
    s, t, _ = numbers()
    outcome = identified(lambda: equal(array(t, s), array(t, t)), {})
    assert (outcome.status, outcome.note, outcome.left) == ("undecided", "s against t", "t")


def test_vectors_are_identical_from_either_side() -> None:
    s, _, x = numbers()
    assert follows(equal(array(s * x), array(x * s))) == ""
    assert follows(equal(array(x - x), array(0))) == follows(equal(array(0), array(x - x))) == ""
    assert follows(equal(array(0), array(x))) != "" != follows(equal(array(x), array(0)))


def test_plain_numbers_beside_formal_ones_are_compared_too() -> None:
    s, _, _ = numbers()
    assert follows(equal(array(s, Fraction(1, 2)), array(s, Fraction(2, 4)))) == ""
    assert follows(equal(array(s, 1), array(s, 2))) == "1 against 2"
    with pytest.raises(NotInArithmetic, match="a side is nothing, which is no number"):
        follows(equal(array(s, "nothing"), array(s, 1)))
    assert follows(equal(array(1), array(1))) == "neither side is computed from them"


def test_an_inequality_follows_from_signs() -> None:
    s, t, _ = numbers()
    assert follows(at_most(array(0, t), array(s, t))) == ""
    assert follows(at_most(array(s, t), array(0, t))) == "the left side is larger"
    with pytest.raises(Undecided):
        follows(at_most(array(0), array(t)))


def test_what_claims_nothing_is_vacuous() -> None:
    assert identified(lambda: vacuous("t is zero"), {}).status == "vacuous"
    assert follows(vacuous("t is zero")) == "t is zero"


def test_long_sides_are_cut() -> None:
    space = Space()
    long = sum((space.positive(f"number_{k}") for k in range(20)), start=space.positive("s"))
    outcome = identified(lambda: equal(array(long), array(long + long)), {})
    assert len(outcome.left) == len(outcome.right) == 60
    assert outcome.left.endswith("…")
