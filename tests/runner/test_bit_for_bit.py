"""What powers of two say of a law: it holds bit for bit, or is broken; of what is true up to rounding, nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from psitheory import Layout, PSIQuotient, Verdict, equal
from psitheory.arithmetic import dot, namespace
from psitheory.checking import FLOATS, POWERS_OF_TWO, law
from psitheory.runner import check_law
from psitheory.runner.judging.guard import ROUNDED
from psitheory.strategies import points, rescalings

Case = Callable[..., Any]
PSI = PSIQuotient(Layout.of([2, 2], 1))
DOMAINS = {name: domain(PSI.layout) for name, domain in (("w", points), ("a", rescalings), ("b", rescalings))}


def by_blocks(w: Any, a: Any, b: Any) -> Any:
    """‖a·w‖² adds up in another order than the squares of blocks."""
    scaled, free = PSI.act(a, w), PSI.layout.free_part(w)
    return equal(dot(scaled, scaled), namespace(w).sum(a * a * PSI.layout.dots(w, w)) + dot(free, free))


def thirds(w: Any, a: Any, b: Any) -> Any:
    """(a + b)·w on blocks, where a + b is no power of two."""
    scale = PSI.layout.scale
    return equal(scale(a, w) / 3 + scale(b, w) / 3, 2 * scale((a + b) / 2, w) / 3)


def in_bits(w: Any, a: Any, b: Any) -> Any:
    """One rescaling after the other."""
    return equal(PSI.act(a, PSI.act(b, w)), PSI.act(a * b, w))


def nearly(w: Any, a: Any, b: Any) -> Any:
    """The same, wrong by 2^-50, which floats alone do not tell from rounding."""
    return equal(PSI.act(a, PSI.act(b, w)), (2**50 + 1) * PSI.act(a * b, w) / 2**50)


def false(w: Any, a: Any, b: Any) -> Any:
    """‖a·w‖² without the squares of the scales."""
    scaled = PSI.act(a, w)
    return equal(dot(scaled, scaled), dot(w, w))


def made(case: Case, counterfeit: Case = false, **options: Any) -> Any:
    stated = law(**DOMAINS, **options)(case)
    stated.counterfeit(counterfeit)
    return check_law(stated)


@pytest.mark.parametrize("case", [by_blocks, thirds])
def test_what_rounding_alone_breaks_is_no_matter_of_bits(case: Case) -> None:
    report = made(case)
    assert report.verdict is Verdict.HOLDS, report.note
    assert report.untried[POWERS_OF_TWO] == ROUNDED


def test_what_holds_bit_for_bit_is_told() -> None:
    report = made(in_bits)
    assert report.verdict is Verdict.HOLDS
    assert POWERS_OF_TWO in {evidence.kind for evidence in report.evidence}


@pytest.mark.parametrize("case", [nearly, false])
def test_what_is_false_is_refuted_by_powers_of_two(case: Case) -> None:
    report = made(case)
    refuting = {evidence.kind for evidence in report.evidence if evidence.verdict is Verdict.REFUTED}
    assert POWERS_OF_TWO in refuting


def test_who_asks_for_bits_gets_them() -> None:
    assert made(by_blocks, on=(POWERS_OF_TWO, FLOATS)).verdict is Verdict.REFUTED


def test_a_counterfeit_is_not_refuted_by_rounding() -> None:
    report = made(in_bits, by_blocks)
    assert report.counterfeits[0].verdict is Verdict.INCONCLUSIVE
    assert ROUNDED in report.counterfeits[0].note or "survived" in report.counterfeits[0].note
