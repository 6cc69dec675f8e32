"""Branches are seen on this Python; on one whose opcodes are not known no law holds unseen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import strategies as st

from psitheory import equal, theorem, verify
from psitheory.checking import Verdict
from psitheory.runner.code import interpreter, watch

T = theorem("T", "x is itself", statement="x = x")


@T.law(x=st.integers(1, 3))
def x_is_itself(x: int) -> Any:
    return equal(x, x if x < 100 else 2)


@x_is_itself.counterfeit
def x_is_zero(x: int) -> Any:
    return equal(x, 0)


@pytest.fixture
def another_python(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Simulate a Python whose conditional jumps bear other names."""
    interpreter.unseen.cache_clear()
    monkeypatch.setattr(watch, "is_conditional", lambda instruction: False)
    yield
    interpreter.unseen.cache_clear()


def test_branches_are_seen_here() -> None:
    interpreter.unseen.cache_clear()
    assert interpreter.unseen() == ""


@pytest.mark.usefixtures("another_python")
def test_on_another_python_no_law_holds_unseen() -> None:
    law = verify(T, case_limit=0).claims[0].laws[0]
    assert law.verdict is Verdict.INCONCLUSIVE
    assert law.grade is None
    assert "it is not seen which branches of a law were tried" in law.note


def test_a_branch_that_no_case_takes_is_told() -> None:
    assert "no case ran a branch" in verify(T, case_limit=0).claims[0].laws[0].note
