"""What a law names is known to treat sizes alike, or the law is not proved for all of them."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from psitheory import equal
from psitheory.arithmetic import dot, namespace
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.runner.known import unknown_read


@dataclass
class Scaled:
    """Something of a theorem file's own."""

    by: Any

    def __post_init__(self) -> None:
        self.twice = 2 * self.by

    def applied(self, w: Any) -> Any:
        """Return a multiple."""
        return self.twice * w


def plain(psi: PSIQuotient, w: Any, x: Any) -> Any:
    xp, own = namespace(w), Scaled(3)
    total = sum((xp.sum(row) for row in (w, x)), 0)
    if own.twice == 7:
        raise ValueError("no")
    return equal(psi.inner(w, psi.horizontal(w, x), own.applied(x)) + np.dot(w, x) + total, dot(w, x))


def first(x: Any, *_: Any) -> Any:
    return x


def handed_on(psi: Any, *rest: Any) -> Any:
    return first(psi, *rest)


def imports(psi: Any, w: Any) -> Any:
    import operator as inner

    return inner.length_hint(w)


@pytest.mark.parametrize(
    ("function", "name"),
    [
        (lambda w: w.__len__(), "__len__"),
        (lambda w: w.tobytes(), "tobytes"),
        (lambda w: operator.length_hint(w), "operator"),
        (lambda w: itertools.count(w), "itertools"),
        (lambda w: eval("w"), "eval"),
        (lambda w: vars(w), "vars"),
        (lambda w: f"{w}", "text"),
        (lambda w: [*w].count(1), "count"),
        (lambda w: np.ones_like(w, dtype=int), "dtype"),
        (lambda psi: psi.layout.owner, "owner"),
        (lambda psi, w: psi.layout.rows(w), "rows"),
        (imports, "operator"),
        (lambda w: first(*w), "*"),
        (lambda w: first(1, *w), "*"),
    ],
)
def test_what_is_not_known_is_named_with_its_line(function: Callable[..., Any], name: str) -> None:
    assert unknown_read(function).startswith(f"{name} (test_known.py, line ")


def test_names_of_the_library_and_of_theorem_files_are_known() -> None:
    assert unknown_read(plain) == ""
    assert unknown_read(handed_on) == ""
    assert Layout.of([2]).n == 2
