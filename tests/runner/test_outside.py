"""Laws that read clocks, chance, the environment, addresses or hashes of text are told, with the line."""

from __future__ import annotations

import datetime
import os
import random
import secrets
import time
import uuid
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import strategies as st

from psitheory import Verdict, equal, theorem
from psitheory.registry import library
from psitheory.runner.code.outside import read_outside
from psitheory.runner.code.watch import Watched
from psitheory.runner.run import check_law


def _helper() -> float:
    from time import perf_counter

    return perf_counter()


class _Clock:
    def reads(self) -> float:
        return time.monotonic()


READING: list[tuple[str, Callable[..., Any]]] = [
    ("time.time", lambda x: equal(x, x + (time.time() < 0))),
    ("time.perf_counter", lambda x: equal(x, x + (_helper() < 0))),
    ("time.monotonic", lambda x: equal(x, x + (_Clock().reads() < 0))),
    ("datetime.now", lambda x: equal(x, x + (datetime.datetime.now().year < 0))),
    ("date.today", lambda x: equal(x, x + (datetime.date.today().year < 0))),
    ("uuid.uuid4", lambda x: equal(x, x + (uuid.uuid4().int < 0))),
    ("urandom", lambda x: equal(x, x + (os.urandom(4) == b"abcd"))),
    ("secrets.randbelow", lambda x: equal(x, x + (secrets.randbelow(9) < 0))),
    ("os.environ", lambda x: equal(x, x + ("A_NAME" in os.environ))),
    ("os.getenv", lambda x: equal(x, x + (os.getenv("A_NAME") == "1"))),
    ("os.getpid", lambda x: equal(x, x + (os.getpid() < 0))),
    ("id", lambda x: equal(x, x + (id(x) < 0))),
    ("default_rng without a seed", lambda x: equal(x, x + (np.random.default_rng().random() < 0))),
    ("random.Random without a seed", lambda x: equal(x, x + (random.Random().random() < 0))),
]
"""What is read, by the name that the sentence gives it."""

PURE: list[Callable[..., Any]] = [
    lambda x: equal(np.random.default_rng(int(x)).random(), np.random.default_rng(int(x)).random()),
    lambda x: equal(random.Random(3).random(), random.Random(3).random()),
    lambda x: equal(hash(x), hash(x)),
    lambda x: equal(x, x + 0 * datetime.date(2020, 1, 1).year),
    lambda x: equal(x, os.path.isabs("/") * x),
]


@pytest.mark.parametrize(("name", "law"), READING, ids=[name for name, _ in READING])
def test_what_is_read_beside_the_inputs_is_told_with_its_line(name: str, law: Callable[..., Any]) -> None:
    told = read_outside(law)
    assert name in told
    assert "(test_outside.py, line " in told


@pytest.mark.parametrize("law", PURE)
def test_what_is_a_function_of_its_inputs_reads_nothing(law: Callable[..., Any]) -> None:
    watched = Watched(law)
    watched(x=2.0)
    assert watched.no_function() == ""


def test_no_law_of_the_library_reads_anything_beside_its_inputs() -> None:
    laws = [law for entry in library() for law in entry.theorem.laws]
    assert len(laws) > 300
    assert [(law.name, read_outside(law.function)) for law in laws if read_outside(law.function)] == []


@pytest.mark.parametrize("value", ["text", ("text", 1), b"bytes", object(), float("nan")])
def test_hashes_that_depend_on_the_process_are_told(value: Any) -> None:
    watched = Watched(lambda x: equal(x, x * (hash(value) == hash(value))))
    watched(x=1.0)
    assert "hash of " in watched.no_function()


@pytest.mark.parametrize("value", [3, 2.5, True, (1, 2.0), frozenset({1})])
def test_hashes_of_numbers_are_the_same_everywhere(value: Any) -> None:
    watched = Watched(lambda x: equal(x, x * (hash(value) == hash(value))))
    watched(x=1.0)
    assert watched.no_function() == ""


@dataclass(frozen=True)
class _Named:
    name: str


def test_a_hash_that_a_cache_takes_of_somebody_s_data_is_none_that_a_law_reads() -> None:
    name, size = _Named("text"), cache(lambda of: len(of.name))
    watched = Watched(lambda x: equal(x * size(name), 4 * x))
    watched(x=1.0)
    assert watched.no_function() == ""


@pytest.mark.parametrize("quantifier", ["for all", "exists"])
def test_a_law_that_reads_a_clock_does_not_hold(quantifier: str) -> None:
    def now(x: Any) -> Any:
        return equal(x * 0, 0 * time.time())

    law = theorem("T", "now", statement="T").law(quantifier=quantifier, x=st.integers(0, 3))(now)
    law.counterfeit(lambda x: equal(x, x + 1))
    report = check_law(law)
    assert report.verdict is Verdict.INCONCLUSIVE
    assert "it is no function of its inputs: it reads time.time (test_outside.py, line " in report.note


def test_what_a_law_warns_of_is_shown_once(monkeypatch: Any) -> None:
    shown: list[str] = []
    monkeypatch.setattr(warnings, "showwarning", lambda message, *_: shown.append(str(message)))
    law = theorem("T", "warns", statement="T").law(x=st.integers(0, 3))(_warns)
    law.counterfeit(_is_wrong)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert check_law(law).verdict is Verdict.HOLDS
    assert shown == ["of something"]


def _warns(x: Any) -> Any:
    warnings.warn("of something", stacklevel=1)
    return equal(x, x)


def _is_wrong(x: Any) -> Any:
    return equal(x, x + 1)
