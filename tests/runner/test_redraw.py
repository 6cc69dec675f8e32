"""Draws by known choices: the same as Hypothesis's own, and those of a case with other sizes."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.control import BuildContext
from hypothesis.internal.conjecture.data import ConjectureData

from psitheory.checking import FLOATS
from psitheory.runner.domain import inputs
from psitheory.runner.searching.redraw import nodes, nodes_from, redrawn, refilled, size
from psitheory.strategies import counts, points, quotients, rayleigh_quotients, rescalings, vectors, waves

LISTS = st.lists(st.floats(-1, 1), unique=True, max_size=6).filter(lambda entries: len(entries) != 3)
DOMAINS: list[dict[str, Any]] = [
    {"T": counts(1, 100), "model": rayleigh_quotients(), "w": points("model"), "x": vectors("model")},
    {"space": quotients(), "w": points("space"), "z": points("space"), "a": rescalings("space")},
    {"model": waves(), "w": points("model"), "label": st.sampled_from("abc") | st.text(max_size=3)},
    {"x": st.one_of(st.integers(), LISTS, st.tuples(LISTS, st.booleans())), "y": st.recursive(st.none(), st.lists)},
]


def by_hypothesis(drawing: Any, data: ConjectureData) -> Any:
    with BuildContext(data, is_final=False, wrapped_test=by_hypothesis):
        return data.draw(drawing)


@pytest.mark.parametrize("domains", DOMAINS)
@given(seed=st.integers(0, 2**16))
def test_what_is_drawn_again_is_what_hypothesis_draws(domains: dict[str, Any], seed: int) -> None:
    drawing = inputs(domains, FLOATS)
    first = ConjectureData(random=random.Random(seed))
    try:
        expected = by_hypothesis(drawing, first)
    except BaseException:  # a filter that refuses all it sees ends a draw
        return
    assert repr(redrawn(drawing, first.choices)) == repr(expected)
    assert [(node.type, node.value) for node in nodes(drawing, first.choices)] == [
        (node.type, node.value) for node in first.nodes
    ]


def test_an_empty_strategy_draws_nothing() -> None:
    assert redrawn(st.nothing(), ()) is None


@given(many=st.lists(st.integers(0, 99), min_size=2, max_size=8), few=st.integers(1, 8))
def test_a_case_of_other_sizes_keeps_what_it_can(many: list[int], few: int) -> None:
    """Lists whose length was drawn before them, as dimensions are: what follows are the first of the old entries."""

    @st.composite
    def sized(draw: Any) -> dict[str, Any]:
        count = draw(st.integers(1, 8))
        return {
            "entries": [draw(st.integers(0, 99)) for _ in range(count)],
            "bytes": draw(st.binary(min_size=count, max_size=count)),
        }

    drawing, data = sized(), bytes(many)
    start = (len(many), *many, data)
    other = refilled(drawing, (few,), nodes(drawing, start))
    turns = few // len(many) + 1
    assert redrawn(drawing, other) == {"entries": (many * turns)[:few], "bytes": (data * turns)[:few]}
    assert size(other) == 1 + 2 * few


def test_what_is_not_known_is_drawn() -> None:
    drawing = st.fixed_dictionaries({"kind": st.booleans(), "x": st.floats(0, 1)})
    assert refilled(drawing, (True,), ()) == tuple(node.value for node in nodes_from(drawing, (True,)))
