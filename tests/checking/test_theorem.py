"""Theorems and laws are data: what is refused when they are written down."""

from __future__ import annotations

from typing import Any

import pytest

from psitheory.checking import KINDS, Law, Observation, at_most, equal, law, theorem, vacuous
from psitheory.errors import ArgumentError, ArgumentTypeError


def claim() -> Any:
    return theorem("T1", "A title", statement="x = x", chapter="tests", assumptions=["none"], doc="words")


def test_a_theorem_is_its_data() -> None:
    made = claim()
    assert (made.id, made.title, made.statement, made.chapter) == ("T1", "A title", "x = x", "tests")
    assert (made.assumptions, made.doc, made.laws, made.source, made.locator) == (("none",), "words", [], None, "")


def test_a_law_is_a_function_that_can_still_be_called() -> None:
    @claim().law(x=1, y=2)
    def sum_is_symmetric(x: Any, y: Any) -> Any:
        """Addition commutes.

        Always.
        """
        return equal(x + y, y + x)

    assert isinstance(sum_is_symmetric, Law)
    assert sum_is_symmetric(1, 2) == Observation(3, 3, "equal")
    assert sum_is_symmetric(x=1, y=2).left == 3
    assert sum_is_symmetric.says == "Addition commutes."
    assert sum_is_symmetric.domains == {"x": 1, "y": 2}


def test_a_law_without_a_docstring_says_its_name() -> None:
    @law(x=1)
    def sums_commute(x: Any) -> Any:
        return equal(x, x)

    assert sums_commute.says == "sums commute"


def test_laws_keep_their_order_and_their_theorem() -> None:
    made = claim()

    @made.law(x=1)
    def first(x: Any) -> Any:
        return equal(x, x)

    @law(x=1)
    def second(x: Any) -> Any:
        return equal(x, x)

    assert made.law(second) is second
    assert [each.name for each in made.laws] == ["first", "second"]
    with pytest.raises(ArgumentError, match="law 'second' stands twice in theorem T1; names must differ"):
        made.law(second)


def test_a_counterfeit_has_the_inputs_of_its_law() -> None:
    @law(x=1, y=2, on=["rationals"])
    def true(x: Any, y: Any) -> Any:
        return equal(x, x)

    @true.counterfeit
    def false(x: Any, y: Any) -> Any:
        """X is y."""
        return equal(x, y)

    @true.counterfeit(instance={"x": 1, "y": 3}, on=["floats"], y=4)
    def also_false(x: Any, y: Any) -> Any:
        return equal(x, y)

    one, two = true.counterfeits
    assert (one.name, one.says, one.domains, one.instance, one.on) == ("false", "X is y.", {"x": 1, "y": 2}, None, None)
    assert (two.says, two.domains, two.on) == ("also false", {"x": 1, "y": 4}, ("floats",))
    assert two.instance == {"x": 1, "y": 3}
    assert callable(false)  # the decorated function stays a function


@pytest.mark.parametrize("decorate", [lambda f: law(w=1)(f), lambda f: claim().law(w=1)(f)])
def test_inputs_and_domains_must_agree(decorate: Any) -> None:
    with pytest.raises(ArgumentError, match="f takes x, y, but its domains name w; the two must agree"):

        @decorate
        def f(x: Any, y: Any) -> Any:
            return equal(x, y)


def test_a_counterfeit_with_other_inputs_is_refused() -> None:
    @law(x=1)
    def true(x: Any) -> Any:
        return equal(x, x)

    with pytest.raises(ArgumentError, match="false takes y, but its domains name x; the two must agree"):

        @true.counterfeit
        def false(y: Any) -> Any:
            return equal(y, y)


def test_a_counterfeit_stands_once() -> None:
    @law(x=1)
    def true(x: Any) -> Any:
        return equal(x, x)

    def false(x: Any) -> Any:
        return equal(x, x + 1)

    true.counterfeit(false)
    with pytest.raises(ArgumentError, match="counterfeit 'false' stands twice at law true; names must differ"):
        true.counterfeit(false)


def test_an_unknown_kind_of_evidence_is_named() -> None:
    message = f"on holds 'guesses'; some of the kinds of evidence {', '.join(KINDS)} are needed"
    with pytest.raises(ArgumentError) as caught:
        law(x=1, on=["floats", "guesses"])
    assert str(caught.value) == message

    @law(x=1)
    def true(x: Any) -> Any:
        return equal(x, x)

    with pytest.raises(ArgumentError) as caught:
        true.counterfeit(lambda x: equal(x, x), on=["guesses"])
    assert str(caught.value) == message


def test_no_kind_at_all_an_unknown_quantifier_and_an_instance_of_other_inputs_are_named() -> None:
    with pytest.raises(ArgumentError, match="on holds nothing; some of the kinds of evidence"):
        law(x=1, on=[])
    with pytest.raises(ArgumentError, match="quantifier is 'some'; 'for all' or 'exists' is needed"):
        law(x=1, quantifier="some")  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match="instance of f gives y; its inputs are x"):

        @law(x=1, instance={"y": 2})
        def f(x: Any) -> Any:
            return equal(x, x)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theorem("", "title", statement="x"), "id is ''; a non-empty string is needed"),
        (lambda: theorem("T", None, statement="x"), "title is None; a non-empty string is needed"),  # type: ignore
        (lambda: theorem("T", "title", statement=3), "statement is 3; a non-empty string is needed"),  # type: ignore
        (lambda: claim().law(3), "law is 3; a Law is needed, or keyword domains: @theorem.law(w=…)"),
    ],
)
def test_what_is_no_theorem_is_named(call: Any, message: str) -> None:
    with pytest.raises(ArgumentTypeError) as caught:
        call()
    assert str(caught.value) == message


def test_observations_hold_two_sides_and_a_relation() -> None:
    assert equal(1, 2) == Observation(1, 2, "equal")
    assert at_most(1, 2) == Observation(1, 2, "at most")
    assert equal(1, 2, accurate=True).accurate
    assert not vacuous("nothing moved").moved
    with pytest.raises(ArgumentError, match="reason is empty; a vacuous case says why it tests nothing"):
        vacuous("")
