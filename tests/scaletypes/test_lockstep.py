"""Two runs in lockstep: every number times the power of two of its degree, or the first operation that is not."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from psitheory.scaletypes.optimizers.types import Law
from psitheory.scaletypes.optimizers.witness import power_for, witness
from psitheory.scaletypes.trace import Trace

NAMES = ("mul", "add", "sqrt", "div")


def records(factor: float) -> tuple[Any, Any, Law]:
    """Return what a run left behind, a function that makes the record of a scaled run, and the law between them."""
    trace, rng = Trace(), np.random.default_rng(0)
    a, b = (int(trace.degrees.unknown(name)) for name in "ab")
    law = Law({trace.degrees.index(a): Fraction(1), trace.degrees.index(b): Fraction(-1, 2)}, ())
    both = int(trace.degrees.pair(a, b, 2, 2))  # 2·1 - 2/2 = 1
    degrees = [np.array(row) for row in ([0, a, b], [a, a, a], [b, 0, 0], [both, both, 0])]
    powers = [np.array(row) for row in ([0, 1, -0.5], [1, 1, 1], [-0.5, 0, 0], [1, 1, 0])]
    values = rng.normal(size=(4, 3))
    k = power_for(law)
    assert k == 8

    def record(scale: float, *, wrong: int = -1, by: float = 0.0, renamed: int = -1) -> Any:
        log = []
        for i, name in enumerate(NAMES):
            x = values[i] * (2.0 ** (k * powers[i]) if scale != 1 else 1) * (1 + (by if 0 <= wrong <= i else 0))
            log.append(
                SimpleNamespace(name="pow" if i == renamed else name, place=f"line {i}", values=x, degrees=degrees[i])
            )
        weights = [values[0] * scale, values[1]]
        weights[0] = weights[0] * factor if scale != 1 else weights[0]
        return SimpleNamespace(
            trace=trace, log=log, weights=weights, are_rows=[True, False], motion={"w": [0.25, 0.5], "v": [0.125]}
        )

    return record, k, law


def seen(*, factor: float = 1.0, **options: Any) -> Any:
    record, k, law = records(factor)

    def run(scale: float, factors: Any) -> Any:
        assert (scale, factors) == (2.0**k, {})
        return record(scale, **options)

    return witness(run, law, record(1.0))


def test_a_run_that_does_the_same_agrees_to_the_last_bit() -> None:
    found = seen()
    assert (found.defect, found.motion) == (0, 0.5)
    assert (found.operations, found.exact, found.first) == (4, 4, "")


@pytest.mark.parametrize(("by", "first"), [(1e-12, ""), (1e-6, "sqrt at line 2"), (np.nan, "sqrt at line 2")])
def test_the_first_operation_that_does_not_follow_is_named_and_rounding_is_none(by: float, first: str) -> None:
    found = seen(wrong=2, by=by)
    assert (found.operations, found.exact, found.first) == (4, 2, first)


def test_another_way_ends_the_comparison() -> None:
    found = seen(renamed=1)
    assert (found.exact, found.first) == (1, "the code takes another way at line 1")


def test_ends_are_compared_as_they_are_scaled_back() -> None:
    found = seen(factor=1.5)
    rows = np.random.default_rng(0).normal(size=(4, 3))[0]
    assert found.defect == pytest.approx(np.abs(0.5 * rows).max() / np.abs(rows).max())
