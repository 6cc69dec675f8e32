"""What a law names is known to treat sizes alike, or the law is not proved for all of them."""

from __future__ import annotations

import functools
import itertools
import operator
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy import shape as shape_of

from psitheory import Verdict, equal, law
from psitheory.arithmetic import dot, namespace
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.runner import prove_formally
from psitheory.runner.code.known import unknown_read
from psitheory.strategies import points, quotients


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


GET, CALL = operator.attrgetter("layout.n"), operator.methodcaller("__len__")


class Size:
    """What a theorem file defines, and a law reaches without the name of a size."""

    get = GET

    def __init__(self, of: Any) -> None:
        self.of = of

    def __call__(self, of: Any) -> Any:
        return of.layout.n

    @property
    def many(self) -> Any:
        return self.of.layout.n

    def total(self) -> Any:
        return self.of.layout.n


class Inherits(Size):
    """The same at second hand."""


@dataclass(frozen=True)
class Holds:
    """The same of what dataclasses make."""

    of: Any

    def total(self) -> Any:
        return self.of.layout.n


@functools.cache
def cached(layout: Layout) -> Any:
    return layout.n


def enclosing() -> Callable[..., Any]:
    get = GET
    return lambda psi: get(psi)


CALLED, BOUND, ENCLOSES = Size(None), Size(None).__call__, enclosing()
TABLE, LISTED = {"n": lambda psi: psi.layout.n}, [lambda psi: psi.layout.n]
PARTIAL, SPACED = functools.partial(lambda psi: psi.layout.n), SimpleNamespace(f=lambda psi: psi.layout.n)
SIZED = {Layout.of([2] * 41): 71}
SIZES = {
    "a getter": lambda psi, w: GET(psi),
    "a caller": lambda psi, w: CALL(w),
    "an alias of NumPy": lambda psi, w: shape_of(w)[0],
    "a table of functions": lambda psi, w: TABLE["n"](psi),
    "a list of functions": lambda psi, w: LISTED[0](psi),
    "a function in a namespace": lambda psi, w: SPACED.f(psi),
    "a function with fewer arguments": lambda psi, w: PARTIAL(psi),
    "a cached function": lambda psi, w: cached(psi.layout),
    "a property": lambda psi, w: Size(psi).many,
    "a method": lambda psi, w: Size(psi).total(),
    "a method of a dataclass": lambda psi, w: Holds(psi).total(),
    "a method that is inherited": lambda psi, w: Inherits(psi).total(),
    "an object that is called": lambda psi, w: CALLED(psi),
    "a bound method": lambda psi, w: BOUND(psi),
    "a member of a class": lambda psi, w: Size.get(psi),
    "an enclosed getter": lambda psi, w: ENCLOSES(psi),
    "layouts that are compared": lambda psi, w: 71 * int(psi.layout == Layout.of([2] * 41)),
    "a table of layouts": lambda psi, w: SIZED.get(psi.layout, 0),
    "quotients that are compared": lambda psi, w: 71 * int(psi == PSIQuotient(Layout.of([2] * 41))),
}


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_nothing_is_proved_of_what_reads_a_size_by_whatever_way(size: Callable[..., Any]) -> None:
    @law(psi=quotients(), w=points("psi"))
    def none_has_more_than_seventy(psi: Any, w: Any) -> Any:
        return equal(dot(w, w) * (1 if size(psi, w) > 70 else 0), 0 * dot(w, w))

    assert prove_formally(none_has_more_than_seventy).verdict is not Verdict.HOLDS


def test_names_of_the_library_and_of_theorem_files_are_known() -> None:
    assert unknown_read(plain) == ""
    assert unknown_read(handed_on) == ""
    assert Layout.of([2]).n == 2
