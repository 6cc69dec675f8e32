"""Domains: what is drawn, from left to right, in each arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic.formal import Space
from psitheory.checking import BALLS, CONTROLS, FLOATS, FORMAL, POWERS_OF_TWO, RATIONALS, SYMBOLS
from psitheory.errors import ArgumentError, UnknownName
from psitheory.layout import Layout
from psitheory.runner import Domain, as_domain, kinds_of
from psitheory.runner.domain import formal_cases, generic_inputs, inputs
from psitheory.strategies import GENERIC_LAYOUTS, points, quotients, rescalings, vectors

PSI = {"psi": quotients(), "w": points("psi"), "x": vectors("psi"), "a": rescalings("psi")}


# -- which kinds a law can run in -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domains", "kinds"),
    [
        (PSI, (FORMAL, SYMBOLS, RATIONALS, POWERS_OF_TWO, BALLS, FLOATS)),
        ({"psi": quotients(), "w": points("psi")}, (FORMAL, SYMBOLS, RATIONALS, BALLS, FLOATS)),
        ({"w": points([2]), "k": st.integers()}, (RATIONALS, BALLS, FLOATS)),
        ({"w": Domain(floats=lambda _: st.just(np.ones(2)))}, (BALLS, FLOATS)),
        ({"w": points([2]), "c": 3}, (FORMAL, SYMBOLS, RATIONALS, BALLS, FLOATS)),
        ({"a": rescalings([2]), "k": Domain(floats=lambda _: st.integers())}, (POWERS_OF_TWO, BALLS, FLOATS)),
    ],
)
def test_a_law_runs_where_all_its_domains_do(domains: dict[str, Any], kinds: tuple[str, ...]) -> None:
    assert kinds_of(domains) == kinds


# -- drawing ------------------------------------------------------------------------------------------


@given(st.data(), st.sampled_from([FLOATS, BALLS, CONTROLS, POWERS_OF_TWO, RATIONALS]))
def test_inputs_fit_each_other_in_every_kind(data: st.DataObject, kind: str) -> None:
    drawn = data.draw(inputs(PSI, kind))
    layout = drawn["psi"].layout
    assert list(drawn) == ["psi", "w", "x", "a"]
    assert drawn["w"].shape == drawn["x"].shape == (layout.n,)
    assert drawn["a"].shape == (layout.m,)
    layout.check(drawn["w"])
    layout.check_scales(drawn["a"])
    if kind == RATIONALS:
        assert all(type(x) is fmpq for key in "wxa" for x in drawn[key])
    else:
        assert drawn["w"].dtype == float
    if kind == POWERS_OF_TWO:
        assert np.all(np.frexp(drawn["a"])[0] == 0.5)
        assert np.all(np.abs(np.log2(drawn["a"])) <= 300)


def test_scales_range_over_many_decades_on_both_sides() -> None:
    seen: list[float] = []

    @given(inputs(PSI, FLOATS))
    def draw(drawn: dict[str, Any]) -> None:
        seen.extend(np.log10(drawn["a"]))

    draw()
    assert min(seen) < -60
    assert max(seen) > 60
    assert max(np.abs(seen)) <= 91


def test_large_instances_come_now_and_then_unless_none_may() -> None:
    def largest(large: bool) -> int:
        seen: list[int] = []

        @given(inputs(PSI, RATIONALS, large=large))
        def draw(drawn: dict[str, Any]) -> None:
            seen.append(drawn["psi"].layout.n)

        draw()
        return max(seen)

    assert largest(True) >= 50
    assert largest(False) < 20


def test_strategies_and_constants_are_domains() -> None:
    @given(inputs({"k": st.integers(0, 3), "x": st.floats(0, 1), "c": np.array([0.5]), "name": "tanh"}, RATIONALS))
    def draw(drawn: dict[str, Any]) -> None:
        assert type(drawn["k"]) is int  # a count stays a count
        assert type(drawn["x"]) is fmpq
        assert drawn["c"][0] == fmpq(1, 2)
        assert drawn["name"] == "tanh"

    draw()
    domain = Domain(floats=lambda _: st.just(1))
    assert as_domain(domain) is domain


def test_later_domains_see_what_was_drawn_before() -> None:
    twice = Domain(floats=lambda drawn: st.just(2 * drawn["k"]))

    @given(inputs({"k": st.integers(), "twice": twice}, FLOATS))
    def draw(drawn: dict[str, Any]) -> None:
        assert drawn["twice"] == 2 * drawn["k"]

    draw()


# -- generic elements -----------------------------------------------------------------------------------


def test_every_generic_case_is_yielded_once() -> None:
    layouts = [drawn["psi"].layout for drawn, _ in generic_inputs(PSI)]
    assert layouts == list(GENERIC_LAYOUTS)


def test_cases_of_several_domains_multiply() -> None:
    def options(*values: int) -> Domain:
        return Domain(floats=lambda _: st.just(0), symbols=lambda *_: values)

    cases = [tuple(d.values()) for d, _ in generic_inputs({"i": options(1, 2), "j": options(3), "k": options(4, 5, 6)})]
    assert sorted(cases) == [(i, 3, k) for i in (1, 2) for k in (4, 5, 6)]


def test_generic_points_have_unit_blocks_times_a_positive_radius() -> None:
    for drawn, _ in generic_inputs({"w": points(Layout.of([3, 2], 1)), "a": rescalings(Layout.of([3, 2], 1))}):
        layout = Layout.of([3, 2], 1)
        r = layout.norms(drawn["w"])
        assert [repr(x) for x in r] == ["r0_w", "r1_w"]
        assert list(layout.norms(layout.scale(drawn["a"], drawn["w"]))) == list(drawn["a"] * r)


# -- errors -----------------------------------------------------------------------------------------------


def test_an_error_of_a_domain_names_the_input() -> None:
    def breaks(_: Any) -> Any:
        raise RuntimeError("no data")

    with pytest.raises(ArgumentError, match="the domain of 'w' raised RuntimeError: no data"):
        given(inputs({"k": 1, "w": Domain(floats=breaks)}, FLOATS))(lambda drawn: None)()


def test_a_domain_that_refers_to_what_is_not_drawn_is_named() -> None:
    with pytest.raises(UnknownName, match="a domain refers to the input 'model'; drawn before it were k"):
        given(inputs({"k": 1, "w": points("model")}, FLOATS))(lambda drawn: None)()


def test_a_case_that_needs_more_symbols_is_computed_again_and_once_only() -> None:
    numbers = Domain(lambda _: st.just(1.0), formal=lambda _, space, name: [space.real(f"{name}{k}") for k in range(2)])

    def many(space: Space, drawn: Mapping[str, Any]) -> tuple[str, int]:
        return repr(drawn["x"]), len([space.real(f"y{k}") for k in range(200)])

    assert list(formal_cases({"x": numbers}, many)) == [("x0", 200), ("x1", 200)]
