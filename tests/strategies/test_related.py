"""Vectors in a special relation to an earlier one: exactly so, never with a new zero block, in floats and rationals."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.checking import FLOATS, RATIONALS
from psitheory.layout import Layout
from psitheory.runner.domain import Drawn, inputs
from psitheory.runner.searching.redraw import redrawn
from psitheory.strategies import layouts, points, tangents, vectors
from psitheory.strategies.related import RELATIONS, in_relation

NAMES = [relation.__name__.strip("_") for relation in RELATIONS]
KINDS = [FLOATS, RATIONALS]


def exact(x: Any) -> list[Fraction]:
    return [Fraction(int(y.p), int(y.q)) if hasattr(y, "p") else Fraction(float(y)) for y in x]


def blocks(layout: Layout, x: Any) -> list[list[Fraction]]:
    ends = np.cumsum([abs(size) for size in layout.sizes_in_order])
    return [exact(x[end - abs(size) : end]) for end, size in zip(ends, layout.sizes_in_order, strict=True)]


def dot(x: list[Fraction], y: list[Fraction]) -> Fraction:
    return sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0))


def parallel(x: list[Fraction], y: list[Fraction]) -> bool:
    return dot(x, y) ** 2 == dot(x, x) * dot(y, y)


def holds(name: str, layout: Layout, w: Any, z: Any, plain: Any) -> bool:
    both = list(zip(blocks(layout, w), blocks(layout, z), blocks(layout, plain), strict=True))
    same = [one == other for one, other, _ in both]
    opposite = [one == [-x for x in other] for one, other, _ in both]
    if name in ("equal", "opposite"):
        return all(same) if name == "equal" else all(opposite)
    if name == "multiple":
        return parallel(exact(w), exact(z))
    if name == "multiple_by_parts":
        return all(parallel(one, other) for one, other, _ in both)
    if name == "equal_in_part":
        return any(same) if len(both) > 1 else exact(w)[:-1] == exact(z)[:-1]
    if name == "reflected":
        return dot(exact(w), exact(w)) == dot(exact(z), exact(z)) and sum(not s for s in same) <= 1
    if name == "orthogonal":
        return all(dot(one, other) == 0 or other == as_drawn for one, other, as_drawn in both)
    return any(all(near(one, [sign * x for x in other], drawn) for one, other, drawn in both) for sign in (1, -1))


def near(x: list[Fraction], y: list[Fraction], drawn: list[Fraction]) -> bool:
    """Tell whether y is near x by its length, or near zero by that of what was drawn if x is zero."""
    d = [a - b for a, b in zip(x, y, strict=True)]
    return 2**8 * dot(d, d) <= (dot(x, x) or dot(drawn, drawn)) * len(x)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), layout=layouts())
def test_a_relation_is_exact_unless_a_block_would_vanish(kind: str, name: str, data: Any, layout: Layout) -> None:
    domain = points(layout)
    w, z = (data.draw(domain.strategy(kind, Drawn())) for _ in range(2))  # type: ignore[arg-type]
    made = in_relation(layout, RELATIONS[NAMES.index(name)], w, z)(w, z)
    assert made.dtype == z.dtype
    assert holds(name, layout, w, made, z)


@pytest.mark.parametrize("relation", RELATIONS)
@given(data=st.data(), seed=st.integers(0, 2**16))
def test_a_search_moves_related_vectors_without_a_jump(relation: Any, data: Any, seed: int) -> None:
    """The later one changes by no more than both were moved, whatever signs and powers of two they cross on the way."""
    layout = Layout.of([2, 3])
    w, z = (data.draw(vectors(layout).strategy(FLOATS, Drawn())) for _ in range(2))  # type: ignore[arg-type]
    made = in_relation(layout, relation, w, z)
    rng = np.random.default_rng(seed)
    ways = rng.normal(size=(2, layout.n))
    steps = [made(w + t * ways[0], z + t * ways[1]) for t in np.linspace(0, 8, 65)]
    jumps = np.max(np.abs(np.diff(steps, axis=0)), axis=1)
    assert np.allclose(jumps, jumps[0])


@pytest.mark.parametrize("way", range(len(RELATIONS) - 1))
@given(x=st.tuples(*[st.integers(1, 100)] * 4), y=st.integers(1, 8))
def test_a_search_keeps_a_relation_unless_it_moves_the_later_vector(way: int, x: Any, y: int) -> None:
    layout = Layout.of([2, 2])
    drawing = inputs({"w": vectors(layout), "z": vectors(layout)}, FLOATS, large=False)
    choices = (0, bytes([1, 3, 5, 7]), 0, bytes([4, 5, 2, 1]), -1 - way)  # (1, 2, 3, 4) and (-2, 3, -1, 1), no noise
    moved, left = redrawn(drawing, choices, x), redrawn(drawing, choices, (*x, y))
    assert moved is not None
    assert left is not None
    assert holds(NAMES[way], layout, moved["w"], moved["z"], 0 * moved["z"])
    assert np.array_equal(moved["w"], left["w"])
    assert not np.array_equal(moved["z"], left["z"])


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data(), layout=layouts())
def test_no_point_has_a_zero_block_whatever_it_is_related_to(kind: str, data: Any, layout: Layout) -> None:
    drawn = data.draw(inputs({"x": vectors(layout), "w": points(layout), "z": points(layout)}, kind))
    for block in blocks(layout, drawn["z"])[: layout.m] + blocks(layout, drawn["w"])[: layout.m]:
        assert any(block)


@given(data=st.data(), layout=layouts())
def test_tangents_stay_comparable_to_their_point(data: Any, layout: Layout) -> None:
    drawn = data.draw(inputs({"x": points(layout), "w": points(layout), "z": tangents(layout, "w")}, FLOATS))
    sizes, lengths = layout.norms(drawn["w"]), layout.norms(drawn["z"])
    assert np.all((lengths == 0) | ((lengths > 2.0**-75 * sizes) & (lengths < 2.0**10 * sizes)))


@pytest.mark.parametrize("kind", KINDS)
def test_one_vector_in_three_is_related(kind: str) -> None:
    seen: list[bool] = []

    @given(inputs({"x": vectors([3]), "y": vectors([3])}, kind))
    def look(drawn: dict[str, Any]) -> None:
        x, y = exact(drawn["x"]), exact(drawn["y"])
        seen.append(dot(x, y) ** 2 == dot(x, x) * dot(y, y) != 0)

    look()
    assert sum(seen) >= 5
