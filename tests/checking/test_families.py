"""One law function on several families: a law and its counterfeits for each, reported by itself."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from psitheory import verify
from psitheory.checking import LawFamily, Verdict, at_most, theorem
from psitheory.checking.families import on_family
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.strategies import ratios

FAMILIES = {"small": {"x": ratios(0, 1)}, "Two-digit": {"x": ratios(10, 99)}}


def claim() -> Any:
    return theorem("T1", "A title", statement="x = x")


def squares(made: Any) -> LawFamily:
    @made.law(on_each=FAMILIES, y=ratios(1, 2))
    def the_square_is_at_least_zero(x: Any, y: Any) -> Any:
        """0 ≤ x²y."""
        return at_most(0, x * x * y)

    family: LawFamily = the_square_is_at_least_zero
    return family


def test_there_is_a_law_for_each_family_named_after_it() -> None:
    made = claim()
    family = squares(made)
    assert [law.name for law in made.laws] == [
        "the_square_is_at_least_zero_on_small",
        "the_square_is_at_least_zero_on_two_digit",
    ]
    assert [law.says for law in made.laws] == ["0 ≤ x²y (on small).", "0 ≤ x²y (on Two-digit)."]
    assert list(family) == list(FAMILIES)
    assert family["small"].domains == {"x": FAMILIES["small"]["x"], "y": made.laws[0].domains["y"]}
    assert family(Fraction(1, 2), 1).right == family["small"](x=Fraction(1, 2), y=1).right == Fraction(1, 4)


def test_a_law_of_a_family_is_the_function_that_was_given() -> None:
    def no_more_than(x: Any, *, bound: int = 99) -> Any:
        """It is at most the bound."""
        return at_most(x, bound)

    one = on_family(no_more_than, "small")
    assert (one.__name__, one.__qualname__, one.__module__) == (*["no_more_than_on_small"] * 2, __name__)
    assert one(5).right == 99


def test_what_is_found_differs_by_family() -> None:
    made = claim()

    @made.law(on_each=FAMILIES)
    def numbers_are_at_most_one(x: Any) -> Any:
        """The claim is true on one family only."""
        return at_most(x, 1)

    @numbers_are_at_most_one.counterfeit
    def numbers_are_at_most_an_eighth(x: Any) -> Any:
        """Eight times as much."""
        return at_most(8 * x, 1)

    small, large = verify(made, workers=1).claims[0].laws
    assert (small.verdict, large.verdict) == (Verdict.HOLDS, Verdict.REFUTED)
    assert [c.name for c in small.counterfeits] == ["numbers_are_at_most_an_eighth_on_small"]


def test_a_counterfeit_may_stand_on_some_families_with_their_own_instances() -> None:
    family = squares(claim())

    def negative(x: Any, y: Any) -> Any:
        return at_most(x * x, -y)

    family.counterfeit(negative, on_each={"small": {"instance": {"x": 1, "y": 1}}})
    assert [c.instance for c in family["small"].counterfeits] == [{"x": 1, "y": 1}]
    assert family["Two-digit"].counterfeits == []


def test_options_may_differ_by_family() -> None:
    made = claim()
    made.law(on_each={"one": {"x": 1, "on": ("floats",)}, "two": {"x": 2}}, on=("balls",))(lambda x: at_most(x, 3))
    assert [law.on for law in made.laws] == [("floats",), ("balls",)]


def test_an_unknown_family_is_named_and_nothing_is_attached() -> None:
    family = squares(claim())
    with pytest.raises(ArgumentError, match="family is 'large'; one of small, Two-digit is needed"):
        family.counterfeit(lambda x, y: at_most(x, y), on_each=["small", "large"])
    assert family["small"].counterfeits == []


@pytest.mark.parametrize(
    ("on_each", "error", "message"),
    [
        ({}, ArgumentTypeError, "on_each is {}"),
        (["small"], ArgumentTypeError, "on_each is .*a mapping of family"),
        ({"small": 3}, ArgumentTypeError, "on_each has 'small': 3"),
        ({"?": {}}, ArgumentTypeError, "on_each has '\\?'"),
        ({"a b": {}, "A-b": {}}, ArgumentError, "names that differ"),
    ],
)
def test_what_is_no_family_is_named(on_each: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        claim().law(on_each=on_each)(lambda x: at_most(x, x))


def test_no_law_is_added_if_one_of_them_is_refused() -> None:
    made = claim()
    with pytest.raises(ArgumentError, match="the two must agree"):
        made.law(on_each={"one": {"x": 1}, "two": {"z": 1}})(lambda x: at_most(x, x))
    assert made.laws == []
