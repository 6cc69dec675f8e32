"""What equations say of an optimiser: exponents, levels, breaks, and where comparisons turn."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.scaletypes.equations import Kind, Place
from psitheory.scaletypes.optimizers.problem import Part, Problem, Record, Turns, units
from psitheory.scaletypes.optimizers.types import MET, Break, Law, OptimizerTypes
from psitheory.scaletypes.optimizers.witness import power_for, witness
from psitheory.scaletypes.trace import Constant, Trace

PARTS = (Part("W", (2, 3), rows=True), Part("V", (2, 2), rows=True), Part("b", (2,), rows=False))
LINE = Place(__file__, 1)


def start() -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    return tuple(rng.normal(size=part.shape) for part in PARTS)


def problem() -> Problem:
    return Problem(PARTS, start(), lambda w: (0.0, w))


def of(*equations: tuple[Mapping[str, int], Kind] | tuple[Mapping[str, int], Kind, int], **hyper: float) -> Any:
    """Return the types of a record with equations between hyper-parameters and rows W0, W1, V0, V1, and their line."""
    trace = Trace()
    record = Record.of(trace, problem())
    index = trace.degrees.index
    names = {f"{part}{k}": index(d) for part, rows in record.rows.items() for k, d in enumerate(rows)}
    names |= {name: index(trace.hyper(name, value)) for name, value in hyper.items()}
    for form, kind, *line in equations:
        place = Place(__file__, *line) if line else LINE
        trace.equations.vanish({names[name]: Fraction(c) for name, c in form.items()}, place, kind, "sum")
    return OptimizerTypes(record)


ROWS = ("W0", "W1", "V0", "V1")
SGD = [({"lr": 1, row: -2}, Kind.HARD) for row in ROWS]
NORMED = [({"lr": 1, row: -1}, Kind.HARD) for row in ROWS]


def test_the_exponent_is_that_of_the_rate() -> None:
    found = of(*SGD, lr=0.1)
    assert found.exponent == 2
    assert found.must_scale == found.must_scale_without_constants == {"lr": 2}
    assert found.hard is not None
    assert found.hard.exact
    assert found.finest("full") == found.finest("class") == "none"


def test_an_eps_scales_along_where_it_may_and_breaks_where_it_stays() -> None:
    found = of(*NORMED, *(({"eps": 1, row: 1}, Kind.CONSTANT) for row in ROWS), lr=0.1, eps=1e-8)
    assert found.exponent == 1
    assert found.must_scale == {"lr": 1, "eps": -1}
    assert found.must_scale_without_constants == {"lr": 1}
    assert found.hard is not None
    assert found.hard.holds
    assert not found.hard.exact
    (at_eps,) = found.at_fixed_constants(found.complete)  # type: ignore[arg-type]
    assert (at_eps.kind, at_eps.constants) == (Kind.CONSTANT, (Constant(1e-8, "eps"),))
    assert str(at_eps).startswith("sum (eps = 1e-08) at ")


def test_what_must_scale_with_one_and_another_power_has_no_exponent() -> None:
    found = of(*SGD, *NORMED, lr=0.1)
    assert found.hard is None
    assert found.exponent is None
    assert found.must_scale == {}


@given(st.lists(st.integers(-2, 2), min_size=1, max_size=6))
def test_of_lines_that_no_law_meets_two_are_told_that_do_not_go_together(powers: list[int]) -> None:
    """Each line asks for a power of the rate."""
    found = of(*(({"lr": 1, "W0": -p}, Kind.HARD, n) for n, p in enumerate(powers, start=1)), lr=0.1)
    assert (found.hard is None) == bool(found.conflict) == (len(set(powers)) > 1)
    assert len({powers[b.place.line - 1] for b in found.conflict}) == len(found.conflict) <= 2


def test_a_line_that_asks_for_what_no_law_has_is_told_alone() -> None:
    found = of(*SGD, ({"W0": 2}, Kind.HARD, 7), ({"eps": 1, "W0": 1}, Kind.HARD, 8), lr=0.1, eps=1e-8)
    assert [b.place.line for b in found.conflict] == [7]


def test_without_a_rate_the_exponent_is_zero() -> None:
    found = of()
    assert found.rate is None
    assert found.exponent == 0
    assert found.finest("full", exact=True) == "each neuron"


@pytest.mark.parametrize(
    ("equations", "level", "by_part"),
    [
        ([], "each neuron", {"W": "rows", "V": "rows"}),
        ([{"W0": 1, "W1": -1}], "each layer", {"W": "whole", "V": "rows"}),
        ([{"W0": 1, "W1": -1}, {"V0": 1, "V1": -1}], "each layer", {"W": "whole", "V": "whole"}),
        ([{"W0": 1, "V0": -1}], "all weights", {"W": "none", "V": "none"}),
        ([{"W0": 1}], "none", {"W": "none", "V": "rows"}),
    ],
)
def test_levels_are_told_by_what_rows_must_share(equations: Any, level: str, by_part: dict[str, str]) -> None:
    found = of(*((form, Kind.HARD) for form in equations))
    assert found.finest("full") == found.finest("class") == level
    assert found.by_part() == by_part


def test_comparisons_and_constants_do_not_end_a_level_but_it_is_not_exact() -> None:
    found = of(({"W0": 1, "c": 1}, Kind.WINDOW), ({"V0": 1, "c": 1}, Kind.CONSTANT), c=0.3)
    law = found.law("full", "each neuron")
    assert (law.holds, law.exact) == (True, False)
    assert [b.kind for b in law.by(Kind.WINDOW)] == [Kind.WINDOW]
    assert [b.kind for b in law.by(Kind.WINDOW, Kind.CONSTANT)] == [Kind.WINDOW, Kind.CONSTANT]
    assert found.finest("full") == "each neuron"
    assert found.finest("full", exact=True) == "none"


def test_weights_that_forget_their_scale_keep_their_class_alone() -> None:
    found = of()
    found.record.kept.append({0: Fraction(1)})
    assert found.finest("class") == "each neuron"
    assert found.finest("full") == "none"
    assert found.law("full", "all weights").breaks == (
        Break(Kind.HARD, Place("", 0), "the weights do not keep the scale of the start"),
    )


def test_of_several_constants_those_scale_that_look_like_scales() -> None:
    """An eps, or a decay, rather than a factor beside the rate or another number."""
    either = [({row: 1, "eps": 1, "clip": 1, "eta": 1}, Kind.HARD) for row in ROWS]
    assert of(*either, lr=0.1, clip=1.0, eta=0.3, eps=1e-8).must_scale == {"eps": -1}
    assert of(*either, lr=0.1, eta=0.3, clip=1.0, eps=1e-8).must_scale == {"eps": -1}
    decay = [({row: 1, "weight_decay": 1, "lr": 1}, Kind.HARD) for row in ROWS]
    assert of(*decay, lr=0.1, weight_decay=0.1).must_scale == {"lr": -1}


def test_a_name_of_a_rate_beside_the_rate_is_that_of_another_number() -> None:
    found = of(*SGD, *[({row: 1, "eta": 1}, Kind.HARD) for row in ROWS], eta=0.3, lr=0.1)
    assert (found.rate_name, found.exponent) == ("lr", 2)
    assert found.must_scale == {"lr": 2, "eta": -1}
    found.record.rate = "eta"
    assert OptimizerTypes(found.record).rate_name == "eta"
    bare = of()
    bare.record.trace.literal(1e-8)
    assert bare.rate_name == ""


@pytest.mark.parametrize("power", [1, 2])
def test_copies_of_a_hyper_parameter_are_told_once_if_they_scale_alike(power: int) -> None:
    roles = [({"W0": 1, "eps": 1}, Kind.CONSTANT), ({"V0": power, "eps 2": 1}, Kind.CONSTANT)]
    found = of(*SGD, *roles, lr=0.1, **{"eps": 1e-8, "eps 2": 1e-8})
    assert found.must_scale == {"lr": 2, "eps": -1} | ({"eps 2": -2} if power == 2 else {})
    assert found.powers_of("eps") == {-1, -power}
    assert found.powers_of("eps 2") == {-power}
    assert found.powers_of("none of these") == set()


@pytest.mark.parametrize("bound", ["cap", "decay"])
def test_a_sum_with_a_limit_is_a_limit_that_is_met(bound: str) -> None:
    added = [({row: 1, "cap": 1, "lr": -1}, Kind.HARD) for row in ROWS]
    found = of(*SGD, *added, ({"W0": 1, bound: 1}, Kind.WINDOW), lr=0.1, cap=0.3, decay=0.1)
    assert found.hard is not None
    told = {b.what for b in found.at_fixed_constants(found.hard) if b.kind is Kind.HARD}
    assert told == {MET if bound == "cap" else "sum"}


def test_an_eps_without_a_name_scales_rather_than_a_limit() -> None:
    """As in Sophia's min(|m| / (rho h + eps), 1), where rho h has the degree of m if the limit stays what it is."""
    found = of(({"W0": -1}, Kind.CONSTANT), lr=0.1, rho=0.5)
    trace, index = found.record.trace, found.record.trace.degrees.index
    limit, eps = (index(trace.literal(x)) for x in (1.0, 1e-15))
    names = {c.name: i for i, c in trace.constants.items() if c.name}
    trace.equations.found.clear()
    for row in found.all_rows:
        trace.equations.vanish({names["lr"]: 1, limit: 1, row: -1}, LINE)
        trace.equations.vanish({eps: 1, names["rho"]: -1, row: 2}, LINE, Kind.CONSTANT)
        trace.equations.vanish({limit: 1, names["rho"]: 1, row: -1}, LINE, Kind.WINDOW)
    assert {n: e for n, e in found.must_scale.items() if " at " not in n} == {"lr": 1, "rho": 1}


def test_a_law_follows_where_limits_take_the_place_of_what_they_bound_and_nothing_else_is_added() -> None:
    limited = [({"least": 1, "boost": 1, row: -1}, Kind.HARD) for row in ROWS]
    limited += [({"least": 1, "lr": -1}, Kind.WINDOW)]
    found = of(*limited, lr=0.1, boost=2.3, least=1e-6)
    named = {c.name: c for c in found.record.trace.constants.values()}
    assert found.follows(Fraction(1), {named["least"]})
    assert not found.follows(Fraction(2), {named["least"]})
    assert not found.follows(Fraction(1), {named["boost"]})


def test_a_comparison_turns_at_the_scale_that_makes_both_sides_equal() -> None:
    found = of(c=0.3)
    trace = found.record.trace
    row, c = found.all_rows[0], trace.degrees.id({4: Fraction(1)})
    trace.compare(
        np.array([trace.degrees.id({row: Fraction(2)})]), np.array([c]), np.array([1.0]), np.array([8.0]), "clamp"
    )
    assert found.turning_points({row: Fraction(1)}) == [1.5, 1.5]
    assert found.turning_points({found.all_rows[1]: Fraction(1)}) == []


def test_laws_are_looked_at_by_kind() -> None:
    breaks = tuple(Break(kind, LINE, "sum") for kind in Kind)
    assert Law({}, breaks).by(Kind.HARD) == breaks[:1]
    assert not Law({}, breaks).holds
    assert Law({}, breaks[1:]).holds
    assert Law({}, ()).exact


# -- the record -------------------------------------------------------------------------------------


def test_rows_start_with_degrees_of_their_own_and_free_weights_with_none() -> None:
    record = Record.of(Trace(), problem())
    for part in PARTS:
        ids = record.degrees(part)
        assert ids.shape == part.shape
        assert ids.tolist() == ([[d] * part.shape[1] for d in record.rows[part.name]] if part.rows else [0, 0])
    assert record.are_rows == (True, True, False)
    assert OptimizerTypes(record).all_rows == [0, 1, 2, 3]


def test_a_step_is_kept_with_how_far_rows_turned_and_what_became_of_their_scale() -> None:
    record, here = Record.of(Trace(), problem()), start()
    moved = [w.copy() for w in here]
    moved[0][1] = 2 * moved[0][1][::-1]
    degrees = [record.degrees(part) for part in PARTS]
    degrees[0][1] = record.trace.degrees.times(degrees[0][1], 2)
    record.after_step(problem(), degrees, moved)
    assert record.kept == [{1: Fraction(1)}]
    assert record.motion["W"][0] == 0 < record.motion["W"][1]
    assert record.motion["V"] == [0, 0]
    assert "b" not in record.motion
    assert not record.trace.equations.found
    found = OptimizerTypes(record)
    assert found.unmoved == {"W": [0], "V": [0, 1]}
    assert not found.all_still
    degrees[1][0, 1] = 0
    record.after_step(problem(), degrees, moved)
    assert [e.what for e in record.trace.equations.found] == ["entries of one row"]


def test_turns_are_counted_where_every_part_of_rows_turned() -> None:
    turns, (w, v, b) = Turns(problem()), start()
    assert turns.after([2 * w, 4 * v, b + 1]) == 0
    assert turns.after([w[:, ::-1], v, b]) == 0
    assert turns.after([w, v[:, ::-1], b]) == 1
    assert turns.after([w, v[:, ::-1], b]) == 1


def test_units_are_rows_over_their_lengths_and_zeros_stay() -> None:
    w = np.array([[3.0, 4.0], [0.0, 0.0]])
    np.testing.assert_array_equal(units(w), [[0.6, 0.8], [0, 0]])
    np.testing.assert_array_equal(units(np.array([[[3.0], [4.0]]])), [[0.6, 0.8]])


# -- the witness ------------------------------------------------------------------------------------


def test_powers_are_whole_for_every_exponent_and_even_for_roots() -> None:
    assert power_for(Law({}, ())) == 4
    assert power_for(Law({0: Fraction(1, 3), 1: Fraction(3, 2)}, ())) == 24


def test_a_witness_scales_back_what_rows_did() -> None:
    base = Record.of(Trace(), problem())
    rate = base.trace.hyper("lr", 0.1)
    base.weights, base.motion = [w.copy() for w in start()], {"W": [0.5, 0.25]}
    law = Law({base.trace.degrees.index(rate): Fraction(1, 2)}, ())
    seen: list[Any] = []

    def run(scale: float, factors: Mapping[str, float]) -> Record:
        seen.append((scale, dict(factors)))
        other = Record.of(Trace(), problem())
        other.weights = [w * (scale if part.rows else 1) for part, w in zip(PARTS, base.weights, strict=True)]
        other.weights[1] = other.weights[1] + scale * np.abs(base.weights[1]).max() / 4
        return other

    found = witness(run, law, base)
    assert seen == [(256.0, {"lr": 16.0})]
    assert found.defect == 0.25
    assert found.motion == 0.5
    assert (found.operations, found.exact, found.first) == (0, 0, "")
