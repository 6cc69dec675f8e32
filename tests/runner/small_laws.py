"""A small layout, and what makes laws about it."""

from __future__ import annotations

import inspect
from typing import Any

from psitheory.checking import Law, LawReport, Verdict, equal
from psitheory.layout import Layout
from psitheory.strategies import points

LAYOUT = Layout.of([2])

W = {"w": points(LAYOUT)}


def with_counterfeit(made: Law) -> Law:
    """Attach the counterfeit that w is zero."""

    def w_is_zero(**inputs: Any) -> Any:
        return equal(inputs["w"], 0)

    w_is_zero.__signature__ = inspect.signature(made.function)  # type: ignore[attr-defined]
    made.counterfeit(w_is_zero)
    return made


def kinds(report: LawReport) -> dict[str, Verdict]:
    return {e.kind: e.verdict for e in report.evidence}
