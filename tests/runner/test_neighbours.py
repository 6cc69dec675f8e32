"""Neighbours of a law's code: one place changed at a time, in the law and in what it calls, and nothing else."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, Law, Verdict, at_most, equal, law, vacuous
from psitheory.errors import ArgumentError
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.runner import check_law
from psitheory.runner.counterfeits.neighbours import CHANGES, neighbours, parts
from psitheory.runner.counterfeits.own import LESS, own_counterfeits

LAYOUT = Layout.of([2])


def half(x: Any) -> Any:
    return x / 2


def clipped(x: Any, y: Any) -> Any:
    """Claim nothing of numbers that are not positive."""
    xp = namespace(x)
    if not x[0] > 0:
        return vacuous("x is not positive")
    return at_most(half(x)[0] ** 2, xp.max(xp.stack([x[0] ** 2, y])))


def orthogonal(w: Any, v: Any) -> Any:
    psi = PSIQuotient(LAYOUT)
    return equal(LAYOUT.dots(psi.horizontal(w, v), w), 0)


def says(function: Any) -> list[str]:
    return [neighbour.says.rsplit(" (", 1)[0] for neighbour in neighbours(function)]


def test_each_place_is_changed_and_told_with_its_line() -> None:
    assert says(clipped) == [
        "without the guard: if not x[0] > 0:",
        "min for max, or max for min: xp.max",
        "exponent ± 1: half(x)[0] ** 2",
        "exponent ± 1: x[0] ** 2",
        "another entry: x[0]",
        "another entry: half(x)[0]",
        "another entry: x[0]",
        "± 1 %: x / 2",
    ]
    assert says(orthogonal) == ["without the projection: psi.horizontal(w, v)"]
    line = clipped.__code__.co_firstlineno
    assert neighbours(clipped)[0].says.endswith(f"(test_neighbours.py, line {line + 3})")


def test_a_changed_function_computes_what_it_says_and_the_law_stays_as_it_is() -> None:
    x, y = np.array([4.0, 3.0]), 5.0
    made = {n.says.rsplit(" (", 1)[0]: [f(x=x, y=y) for f in n.functions] for n in neighbours(clipped)}
    assert [seen.left for seen in made["exponent ± 1: half(x)[0] ** 2"]] == [8, 2]
    assert [seen.right for seen in made["exponent ± 1: x[0] ** 2"]] == [64, 5]
    assert made["min for max, or max for min: xp.max"][0].right == 5
    assert [seen.left for seen in made["± 1 %: x / 2"]] == pytest.approx([2.02**2, 1.98**2])
    negative = neighbours(clipped)[0].functions[0](x=-x, y=y)
    assert negative.moved
    assert not clipped(-x, y).moved
    assert (clipped(x, y).left, clipped(x, y).right) == (4, 16)
    assert half(3.0) == 1.5


def enclosing(factor: float) -> Any:
    def inner(x: Any) -> Any:
        return equal(half(x) * factor, x)

    return inner


def test_functions_that_are_called_are_changed_wherever_they_stand() -> None:
    within = enclosing(2.0)
    assert {part.__name__ for part in parts(within)} == {"inner", "half"}
    (changed,) = neighbours(within)
    assert [f(x=100.0).left for f in changed.functions] == pytest.approx([101, 99])
    assert within(100.0).left == 100


def differences(x: Any) -> Any:
    return equal(100 - x[0], x[1] + 200)


def test_one_number_of_a_sum_moves_by_one_percent_and_no_variable() -> None:
    x = np.array([3.0, 5.0])
    made = {n.says.rsplit(" (", 1)[0]: [f(x=x) for f in n.functions] for n in neighbours(differences)}
    assert [seen.left for seen in made["± 1 %: 100 - x[0]"]] == [98, 96]
    assert [seen.right for seen in made["± 1 %: x[1] + 200"]] == [207, 203]
    assert says(lambda x: equal(x + x, x * x)) == []


def lengthy(x: Any) -> Any:
    return at_most(x + x * x * x * x * x * x * x * x * x * x * x * x * x * x * x * x * x * x + 1, x)


def test_long_pieces_of_code_are_cut() -> None:
    assert any("…" in text for text in says(lengthy))
    assert max(map(len, says(lengthy))) < 160


def test_a_function_without_source_has_no_neighbours() -> None:
    names: dict[str, Any] = {"equal": equal}
    exec("def unseen(x):\n    return equal(2 * x, x + x)", names)
    assert neighbours(names["unseen"]) == []


# -- which survive ----------------------------------------------------------------------------------


def bounded(share: Any) -> Law:
    @law(x=st.integers(1, 100), on=(RATIONALS, BALLS, FLOATS))
    def a_number_is_at_most_its_square(x: Any) -> Any:
        """X ≤ share · x², attained at 1 if share is 1."""
        return at_most(x, share * x**2)

    return a_number_is_at_most_its_square


def outcome(of: Law, most: int = 9) -> dict[str, Verdict]:
    return {c.says.split(":")[0]: c.verdict for c in own_counterfeits(of, of.on or (), most, 0)}


def test_what_is_met_is_told_from_its_neighbours_and_what_is_not_met_survives() -> None:
    assert outcome(bounded(1)) == {LESS: Verdict.REFUTED, "exponent ± 1": Verdict.INCONCLUSIVE}
    assert outcome(bounded(2)) == {LESS: Verdict.INCONCLUSIVE, "exponent ± 1": Verdict.INCONCLUSIVE}
    assert list(outcome(bounded(1), 1)) == [LESS]


def test_stored_instances_that_refute_counterfeits_refute_neighbours_too() -> None:
    @law(x=st.integers(2, 50), on=(RATIONALS,))
    def loose(x: Any) -> Any:
        """X + 1 ≤ 2x, met at 1."""
        return at_most(x + 1, 2 * x)

    @loose.counterfeit(instance={"x": 1})
    def too_tight(x: Any) -> Any:
        """It is less by 1 %."""
        return at_most(100 * x + 100, 199 * x)

    assert outcome(loose)[LESS] is Verdict.REFUTED


def test_equalities_have_no_bound_and_existence_claims_no_neighbours() -> None:
    @law(w=st.integers(1, 5), on=(RATIONALS,))
    def doubled(w: Any) -> Any:
        """2w = w + w."""
        return equal(2 * w, w + w)

    assert outcome(doubled) == {"± 1 %": Verdict.REFUTED}
    assert own_counterfeits(Law("some", doubled.function, doubled.domains, "exists"), (RATIONALS,), 9, 0) == ()


def test_what_cannot_run_survives_nothing() -> None:
    def refused(x: int) -> int:
        raise ArgumentError("there is no such number")

    @law(x=st.integers(1, 5).map(refused), on=(RATIONALS,))
    def doubled(x: Any) -> Any:
        """2x = x + x."""
        return equal(2 * x, x + x)

    assert outcome(doubled) == {}


def test_only_effort_deep_tries_them_and_they_do_not_decide() -> None:
    made = bounded(2)

    @made.counterfeit
    def it_is_at_most_half(x: Any) -> Any:
        """X ≤ x/2."""
        return at_most(2 * x, x)

    assert check_law(made).own == ()
    deep = check_law(made, effort="deep")
    assert [c.verdict for c in deep.survivors] == [Verdict.INCONCLUSIVE] * len(deep.survivors)
    assert len(deep.survivors) == 2
    assert deep.verdict is Verdict.HOLDS


def _power(x: Any, *, k: int = 2) -> Any:
    return 3 * x**k


def test_keywords_keep_their_defaults() -> None:
    found = neighbours(_power)
    assert {n.functions[0](2) for n in found} == {3 * 2**2 * 101 / 100}


@pytest.mark.parametrize(
    ("change", "code", "instead"),
    [
        ("another entry", "w[0]", ["w[1]"]), ("another entry", "w[1]", ["w[0]"]), ("another entry", "w[2]", []),
        ("another entry", "w[..., 0]", ["w[..., 1]"]), ("another entry", "w[0, 1, 1]", ["w[0, 1, 0]"]),
        ("another entry", "w[0, 1, 2]", []), ("another entry", "w[1,]", ["w[0,]"]), ("another entry", "w[()]", []),
        ("another entry", "w[k]", []), ("another entry", "w[True]", []), ("another entry", "w[0:1]", []),
        ("exponent ± 1", "x ** 2", ["x ** 3", "x ** 1"]), ("exponent ± 1", "x ** k", []),
        ("exponent ± 1", "x ** 0.5", []), ("exponent ± 1", "2 * x", []),
        ("min for max, or max for min", "min", ["max"]), ("min for max, or max for min", "xp.maximum", ["xp.minimum"]),
        ("min for max, or max for min", "np.amin", ["np.amax"]), ("min for max, or max for min", "report.max", []),
        ("min for max, or max for min", "namespace(w).max", ["namespace(w).min"]),
        ("min for max, or max for min", "other(w).max", []), ("min for max, or max for min", "xp.sum", []),
        ("without the projection", "psi.horizontal(w, v)", ["v"]),
        ("without the projection", "m.project(w, 2 * v)", ["2 * v"]),
        ("without the projection", "m.project(w)", []), ("without the projection", "m.project()", []),
        ("without the projection", "project(w, v)", []), ("without the projection", "m.exp(w, v)", []),
        ("without the guard", "vacuous('no') if x else equal(x, 1)", ["equal(x, 1)"]),
        ("without the guard", "equal(x, 1) if x else vacuous('no')", []),
        ("± 1 %", "2 * x", ["2 * x * 101 / 100", "2 * x * 99 / 100"]),
        ("± 1 %", "x / 3", ["x / 3 * 101 / 100", "x / 3 * 99 / 100"]),
        ("± 1 %", "x * y", []), ("± 1 %", "0 * x", []), ("± 1 %", "x // 2", []), ("± 1 %", "x + y", []),
        ("± 1 %", "1 + x", ["1 * 101 / 100 + x", "1 * 99 / 100 + x"]),
        ("± 1 %", "x - 0.5", ["x - 0.5 * 101 / 100", "x - 0.5 * 99 / 100"]),
        ("± 1 %", "1 - 2", ["1 * 101 / 100 - 2", "1 * 99 / 100 - 2"]),
        ("± 1 %", "0 + 2", ["0 + 2 * 101 / 100", "0 + 2 * 99 / 100"]),
    ],
)  # fmt: skip
def test_what_stands_in_place_of_a_piece_of_code(change: str, code: str, instead: list[str]) -> None:
    node = ast.parse(code, mode="eval").body
    assert [ast.unparse(ast.fix_missing_locations(other)) for other in CHANGES[change](node)] == instead


@pytest.mark.parametrize(
    ("code", "is_left_out"),
    [
        ("if x:\n    return vacuous('no')", True), ("if x:\n    y = 1\n    return vacuous('no')", True),
        ("if x:\n    return equal(x, 1)", False), ("if x:\n    return", False), ("if x:\n    y = 1", False),
        ("if x:\n    return vacuous('no')\nelse:\n    y = 1", False), ("while x:\n    return vacuous('no')", False),
        ("if x:\n    return errors.vacuous('no')", False),
    ],
)  # fmt: skip
def test_a_guard_is_what_ends_a_case_that_claims_nothing(code: str, is_left_out: bool) -> None:
    found = CHANGES["without the guard"](ast.parse(code).body[0])
    assert [type(other) for other in found] == [ast.Pass] * is_left_out
