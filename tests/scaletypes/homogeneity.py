"""What typed runs say of an operation, held against runs of it on rescaled inputs.

Every entry of every input has a scale of its own.  What the equations leave free must be scalings under which outputs
scale as their degrees say (soundness); as many as the table states (so that no freedom is lost); and scalings at random
must do something else, unless all are free.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.scaletypes.equations import Kind, forms
from psitheory.scaletypes.solver import Elimination
from psitheory.scaletypes.trace import Trace

Arrays = Sequence[np.ndarray]
Outputs = list[tuple[np.ndarray, np.ndarray]]
"""The values of each output, and the degrees of its entries."""


@dataclass(frozen=True)
class Case:
    """An operation, its inputs, and what is true of it.

    Attributes
    ----------
    f : callable
    inputs : sequence of array
    free : int
        How many scalings of single entries are left.
    degrees : tuple of number, or None
        Of each output if all inputs have the degree one, a set if entries differ; None if no power of the scale is
        right.
    kinds : frozenset of Kind
        Of the equations that entries with scales of their own ask for.
    strict : bool
        Whether more is asked than need be, so that other scalings are followed too.
    """

    f: Callable[..., Any]
    inputs: Arrays
    free: int
    degrees: tuple[Any, ...] | None
    kinds: frozenset[Kind]
    strict: bool = False


def case(f: Callable[..., Any], inputs: Any, free: int, degrees: Any, *kinds: Kind, strict: bool = False) -> Case:
    """Return a case; hard equations are expected where not all scalings are free."""
    arrays = inputs if isinstance(inputs, tuple) else (inputs,)
    default = frozenset([Kind.HARD] if free < sum(x.size for x in arrays) else [])
    several = degrees if isinstance(degrees, tuple) or degrees is None else (degrees,)
    return Case(f, arrays, free, several, frozenset(kinds) or default, strict)


WHOLE = 12.0
"""Exponents times this are whole numbers, so that numbers are rescaled without rounding."""
SPREADS = (1.0, 12.0, 120.0)
"""How far scalings at random go: near ones tell functions apart, far ones choices."""
Typed = Callable[[Trace, Callable[..., Any], Arrays, Arrays], Outputs]
"""Runs an operation on arrays of values and of degrees."""
Plain = Callable[[Callable[..., Any], Arrays], list[np.ndarray]]


def confirm(one: Case, trace: Callable[[], Trace], typed: Typed, plain: Plain) -> None:
    """Assert that what types say of an operation is true, and all that is to be said."""
    _confirm_entries(one, trace(), typed, plain)
    _confirm_one_degree(one, trace(), typed, plain)


def _confirm_entries(one: Case, trace: Trace, typed: Typed, plain: Plain) -> None:
    ids = [
        trace.degrees.unknowns([f"{k}.{i}" for i in range(x.size)]).reshape(x.shape) for k, x in enumerate(one.inputs)
    ]
    outs = typed(trace, one.f, one.inputs, ids)
    before = plain(one.f, one.inputs)
    for (values, degrees), expected in zip(outs, before, strict=True):
        np.testing.assert_allclose(values, expected, rtol=1e-12, equal_nan=True)
        assert np.asarray(degrees).dtype.kind == "i"
        assert expected.dtype.kind in "fc" or not np.any(degrees)
    unknowns = [trace.degrees.index(int(i)) for x in ids for i in x.ravel()]
    basis = _left_free(trace, unknowns)
    assert len(basis) == one.free
    assert {e.kind for e in trace.equations.found} == one.kinds
    assert all(set(e.terms) & set(trace.constants) for e in trace.equations.of(Kind.CONSTANT))
    assert not trace.equations.missing
    rng = np.random.default_rng(0)
    if basis:
        by = WHOLE * np.array(basis, float).T @ rng.choice([-1, 1], len(basis))
        assert _follows(one, plain, trace, outs, dict(zip(unknowns, by, strict=True)), before)
    if one.free < len(unknowns) and not one.strict:
        by = rng.uniform(-1, 1, len(unknowns))
        assert not all(_is_homogeneous(one, plain, spread * by, before) for spread in SPREADS)


def _left_free(trace: Trace, unknowns: Sequence[int]) -> list[list[Fraction]]:
    system = Elimination(forms(trace.equations.found))
    for constant in trace.constants:
        system.require({constant: Fraction(1)})
    return system.values(unknowns)


def _confirm_one_degree(one: Case, trace: Trace, typed: Typed, plain: Plain) -> None:
    a = trace.degrees.unknown("a")
    outs = typed(trace, one.f, one.inputs, [np.full(x.shape, a) for x in one.inputs])
    assert bool(_left_free(trace, [trace.degrees.index(a)])) == (one.degrees is not None)
    if one.degrees is None:
        return
    before = plain(one.f, one.inputs)
    assert _follows(one, plain, trace, outs, {trace.degrees.index(a): WHOLE}, before)
    for (values, ids), degree in zip(outs, one.degrees, strict=True):
        found = {trace.degrees.form(int(i)).get(trace.degrees.index(a), 0) for i in np.unique(ids[values != 0])}
        right = degree if isinstance(degree, set) else {degree}
        assert found <= {Fraction(d).limit_denominator(64) for d in right}


def _follows(one: Case, plain: Plain, trace: Trace, outs: Outputs, by: dict[int, float], before: Arrays) -> bool:
    powers = [np.vectorize(lambda i: _at(trace, int(i), by), otypes=[float])(ids) for _, ids in outs]
    sizes = list(by.values())
    after = plain(one.f, _scaled(one.inputs, sizes if len(sizes) > 1 else sizes * sum(x.size for x in one.inputs)))
    return all(
        np.allclose(y, x * np.exp2(p) if x.dtype.kind == "f" else x, rtol=1e-9, atol=0, equal_nan=True)
        for x, p, y in zip(before, powers, after, strict=True)
    )


def _at(trace: Trace, degree: int, by: dict[int, float]) -> float:
    return sum(float(c) * by.get(v, 0.0) for v, c in trace.degrees.form(degree).items())


def _is_homogeneous(one: Case, plain: Plain, by: np.ndarray, before: Arrays) -> bool:
    """Tell whether logarithms of outputs double with those of a scaling, and what is no number stays."""
    with np.errstate(all="ignore"):
        near, far = (plain(one.f, _scaled(one.inputs, t * by)) for t in (1.0, 2.0))
        return all(
            np.allclose(y * y, z * x, rtol=1e-6, atol=0) and np.array_equal(np.sign(x), np.sign(y))
            if x.dtype.kind == "f"
            else np.array_equal(y, x) and np.array_equal(z, x)
            for x, y, z in zip(before, near, far, strict=True)
        )


def _scaled(inputs: Arrays, by: Any) -> list[np.ndarray]:
    ends = np.cumsum([x.size for x in inputs])[:-1]
    return [x * np.exp2(p).reshape(x.shape) for x, p in zip(inputs, np.split(np.asarray(by, float), ends), strict=True)]
