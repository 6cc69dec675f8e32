"""Of how many blocks at once an expression speaks, against numbers that are known; a false one speaks of too many."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psitheory.arithmetic import dot, namespace
from psitheory.arithmetic.formal import BlockDegrees, Space
from psitheory.checking import Verdict, equal, law
from psitheory.layout import Layout
from psitheory.models.functions.generic import vector
from psitheory.runner.proving.in_formal import prove_formally
from psitheory.strategies import points, quotients

LAYOUT = Layout.of([2, 2])


def degree(rule: Any) -> int:
    """Return the degree of what the rule makes of the squared norms of two blocks and of their vector."""
    space = Space()
    w = vector(LAYOUT, space, "w")
    return BlockDegrees(space).of_difference(rule(LAYOUT.dots(w, w), w), 0, by_squares=True)


@pytest.mark.parametrize(
    ("rule", "known"),
    [
        (lambda s, w: s[0], 1),
        (lambda s, w: s[0] * s[0] / s[0], 1),
        (lambda s, w: s[0] * s[1], 2),
        (lambda s, w: s[0] + s[1], 1),
        (lambda s, w: dot(w, w), 1),
        (lambda s, w: dot(s * s, s), 1),
        (lambda s, w: dot(w, w) * dot(w, w), 2),
        (lambda s, w: dot(w, w) ** 3 - 3 * dot(w, w) * dot(s, s), 3),
        (lambda s, w: dot(w, w) / dot(s, s), 1),
        (lambda s, w: dot(w, w) / dot(s, s) + dot(s, s) / dot(w, w), 2),
        (lambda s, w: sum(1 / s), 1),
        (lambda s, w: 1 / dot(w, w) ** 2 * dot(w, w) ** 4, 4),
    ],
)
def test_degrees_are_those_of_the_terms(rule: Any, known: int) -> None:
    assert degree(rule) == known


def _power_sums(psi: Any, w: Any) -> tuple[Any, Any, Any]:
    squares = psi.layout.dots(w, w)
    one = squares * 0 + 1
    return dot(squares, one), dot(squares, squares), dot(squares * squares, squares)


def test_what_vanishes_for_two_blocks_is_not_proved_for_three() -> None:
    def newton(psi: Any, w: Any) -> Any:
        one, two, three = _power_sums(psi, w)
        return equal(one * one * one + 2 * three, 3 * one * two)

    def lagrange(psi: Any, w: Any) -> Any:
        one, two, _ = _power_sums(psi, w)
        squares = psi.layout.dots(w, w)
        pairs = np.asarray(squares)[:, None] * np.asarray(squares)[None, :]
        xp = namespace(w)
        return equal(xp.sum(xp.sum(pairs, axis=-1), axis=-1) + two, one * one + two)

    false = prove_formally(law(psi=quotients(), w=points("psi"))(newton))
    assert false.verdict is Verdict.INCONCLUSIVE
    assert "3 blocks at once" in false.note
    assert prove_formally(law(psi=quotients(), w=points("psi"))(lagrange)).proof


def test_a_statement_about_one_layout_may_speak_of_its_places() -> None:
    def parts(w: Any) -> Any:
        return equal(dot(w[:2], w[:2]) + dot(w[2:], w[2:]), dot(w, w))

    proved = prove_formally(law(w=points([2, 3]))(parts))
    assert proved.proof.startswith("for blocks of 2 and 3")
