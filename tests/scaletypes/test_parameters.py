"""Parameters without an unknown for each entry allow what they do with one, whatever views of them are used."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psitheory.scaletypes.equations import Place
from psitheory.scaletypes.models import parameters
from psitheory.scaletypes.models.algebra import pieces_of
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.parameters import Parameter, View
from psitheory.scaletypes.models.rules import Rules

INPUTS = 5
SHAPES = [(3,), (2, 3), (4, 2), (2, 2, 2), (1, 3)]


def view_of(array: Any) -> View:
    """Return the view that an array of consecutive whole numbers is of all of them."""
    strides = tuple(s // array.itemsize for s in array.strides)
    return View(array.shape, strides, int(array.flat[0]))


def views(shape: tuple[int, ...]) -> list[Any]:
    """Return views of all entries and of some, as code takes them."""
    every = np.arange(int(np.prod(shape)))
    whole = every.reshape(shape)
    some = [whole, whole, whole.T, every, whole[1:], whole[:1], whole[..., :1], whole[..., 1:], whole[-1], whole[0]]
    some += [np.moveaxis(whole, 0, -1), whole[None], every[::2], np.broadcast_to(whole, (2, *shape)), whole[..., :2]]
    return [v for v in some if v.size and v.ndim]


class Dense:
    """A parameter with an unknown for each entry."""

    def __init__(self, rules: Rules, shape: tuple[int, ...], ignored: Any) -> None:
        self.rules, self.shape = rules, shape
        self.entries = rules.fresh((int(np.prod(shape)),))
        self.used = np.zeros(self.entries.size, bool)
        if ignored is not None:
            self.entries[ignored.ravel()] = ANY

    def read(self, numbers: Any) -> Any:
        self.used[numbers] = True
        return self.entries[numbers]

    def gather(self, rows: Any) -> Any:
        return self.read(np.arange(self.entries.size).reshape(self.shape)[rows])


class Sparse:
    """The parameter that is tested."""

    def __init__(self, rules: Rules, shape: tuple[int, ...], ignored: Any) -> None:
        self.rules = rules
        self.parameter = Parameter(["w"], shape, int(np.prod(shape)), rules, ignored)

    def read(self, numbers: Any) -> Any:
        return np.broadcast_to(self.parameter.read(view_of(numbers)), numbers.shape)

    def gather(self, rows: Any) -> Any:
        return np.broadcast_to(self.parameter.gather(rows), (*rows.shape, *self.parameter.shape[1:]))


def contracted(one: Dense | Sparse, numbers: Any, into: Any, kept: list[int]) -> Any:
    """Return the degrees of what a view is contracted to, of length 1 along the axes that are summed over."""
    shape = [n if axis in kept else 1 for axis, n in enumerate(numbers.shape)]
    if isinstance(one, Sparse):
        found = one.parameter.absorb(view_of(numbers), into, kept, "product")
        if found is not None:
            return np.broadcast_to(found, shape)
    total = one.rules.combine(one.read(numbers), into)
    summed = [axis for axis in range(numbers.ndim) if axis not in kept]
    return np.broadcast_to(one.rules.same(total, summed, "product"), shape)


def used_at_random(kind: type[Dense | Sparse], shape: tuple[int, ...], seed: int) -> tuple[Any, Any, Any]:
    """Use a parameter as the seed says; return its exponents, with those of inputs, as forms, and which are used."""
    rng = np.random.default_rng(seed)
    rules = Rules(lambda: Place("model.py", 1))
    inputs = rules.fresh((INPUTS,))
    ignored = rng.random(shape) < 0.3 if rng.random() < 0.25 else None
    one = kind(rules, shape, ignored)
    for _ in range(int(rng.integers(1, 5))):
        every = views(shape)
        numbers = every[int(rng.integers(len(every)))]
        how = rng.choice(["read", "gather", "contract", "contract"])
        kept = [axis for axis in range(numbers.ndim) if rng.random() < 0.5]
        sizes = [1 if axis in kept else n for axis, n in enumerate(numbers.shape)]
        into = rng.choice(inputs, size=sizes if rng.random() < 0.6 else [1] * numbers.ndim)
        rows, asked = rng.integers(shape[0], size=(2, 2)), rng.random() < 0.5
        if how == "read":
            out = one.read(numbers)
        elif how == "gather":
            out = one.gather(rows)
        else:
            out = contracted(one, numbers, into, kept)
        out = np.atleast_1d(out)
        if asked:  # of some of it
            rules.equal(out[..., :1].ravel()[:2], rng.choice(inputs, size=2)[: out[..., :1].size], "sum")
    if isinstance(one, Dense):
        used = one.used & (one.entries != ANY)
        return forms(rules, one.entries, 0 * one.entries, inputs), used, rules
    ends = sorted({0, int(np.prod(shape)), int(rng.integers(np.prod(shape)))} if rng.random() < 0.5 else ())
    parts = [(str(a), (b - a,)) for a, b in pairwise(ends)] or [("all", shape)]
    split = one.parameter.split(parts) if len(parts) > 1 else {"all": one.parameter}
    out, into, used = [], [], []
    for part in split.values():
        a, b, u = np.zeros(part.count, np.int64), np.zeros(part.count, np.int64), np.zeros(part.count, bool)
        for piece in pieces_of(part):
            piece.view.of(a)[...], piece.view.of(b)[...] = piece.out, piece.into
            mark = View(piece.view.shape, piece.view.strides, piece.view.offset).of(u)
            mark[...] = True if piece.unused is None else ~piece.unused.reshape(piece.view.shape)
        out.append(a), into.append(b), used.append(u)
    return forms(rules, np.concatenate(out), np.concatenate(into), inputs), np.concatenate(used), rules


def forms(rules: Rules, out: Any, into: Any, inputs: Any) -> list[dict[int, Any]]:
    def form(i: int) -> dict[int, Any]:
        return dict(rules.solver.reduce(rules.degrees.form(i))) if i > 0 else {}

    pairs = [*zip(out.tolist(), into.tolist(), strict=True), *((i, 0) for i in inputs.tolist())]
    return [{v: form(i).get(v, 0) - form(j).get(v, 0) for v in {*form(i), *form(j)}} for i, j in pairs]


def matrix(rows: list[dict[int, Any]]) -> Any:
    columns = sorted({v for row in rows for v in row})
    return np.array([[float(row.get(v, 0)) for v in columns] for row in rows]).reshape(len(rows), len(columns))


def rank(a: Any) -> int:
    return int(np.linalg.matrix_rank(a)) if a.size else 0


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@settings(max_examples=80)
@given(st.integers(0, 2**32 - 1))
def test_a_parameter_allows_what_one_with_an_unknown_for_each_entry_does(shape: tuple[int, ...], seed: int) -> None:
    sparse, used, _ = used_at_random(Sparse, shape, seed)
    dense, also_used, _ = used_at_random(Dense, shape, seed)
    assert used.tolist() == also_used.tolist()
    kept = [*np.flatnonzero(used).tolist(), *range(used.size, used.size + INPUTS)]
    one, other = (matrix([rows[k] for k in kept]) for rows in (sparse, dense))
    assert rank(one) == rank(other) == rank(np.hstack([one, other]))


def test_rows_of_a_large_view_share_an_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    for largest, count in ((5, 2), (6, 6)):
        monkeypatch.setattr(parameters, "LARGEST", largest)
        rules = Rules(lambda: Place("", 0))
        one = Parameter(["w"], (2, 3), 6, rules)
        assert len(np.unique(np.broadcast_to(one.read(one.whole), (2, 3)))) == count
    one = Parameter(["w"], (2, 3), 6, rules)
    assert one.read(one.whole, along=[0]).shape == (1, 3)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_view_is_where_its_entries_lie(shape: tuple[int, ...]) -> None:
    memory = np.arange(int(np.prod(shape)))
    for numbers in views(shape):
        view = view_of(numbers)
        assert np.array_equal(view.of(memory), numbers)
        assert view.ends == (numbers.min(), numbers.max() + 1)
        assert np.array_equal(np.broadcast_to(view.unexpanded.of(memory), numbers.shape), numbers)
        assert np.array_equal(np.unique(view.unexpanded.of(memory)), np.unique(numbers))
        assert view.unexpanded.of(memory).size == np.unique(numbers).size
    assert Parameter(["w"], shape, memory.size, Rules(lambda: Place("", 0))).whole == view_of(memory.reshape(shape))
