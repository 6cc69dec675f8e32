"""A witness goes through JSON and comes back to the last bit; what cannot come back says so."""

from __future__ import annotations

import dataclasses
import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq, fmpz
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS, SymbolTable
from psitheory.checking import FLOATS, Witness, equal, law
from psitheory.checking import RATIONALS as EXACT
from psitheory.errors import ArgumentError
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout, blocks, free
from psitheory.models import Rayleigh
from psitheory.optimizers import PSIGradientDescent
from psitheory.runner import replay
from psitheory.runner.domain import inputs
from psitheory.runner.witness import decode, encode, show, witness
from psitheory.strategies import points, psi_models


@dataclasses.dataclass(frozen=True, eq=False)
class Inner:
    weight: Any
    count: int = 3


@dataclasses.dataclass(frozen=True, eq=False)
class Outer:
    inner: Inner
    items: Any
    derived: Any = dataclasses.field(init=False, default=None)

    class Nested:
        """A namespace, to have a qualified name with a dot."""


@dataclasses.dataclass(frozen=True)
class _InNamespace:
    value: float


Outer.Nested.Item = _InNamespace  # type: ignore[attr-defined]
_InNamespace.__qualname__ = "Outer.Nested.Item"


def through_json(value: Any) -> Any:
    return decode(json.loads(json.dumps(encode(value), allow_nan=False)))


def same(x: Any, y: Any) -> bool:
    """Tell whether two values are the same to the last bit, types of containers and dtypes included."""
    if isinstance(x, np.ndarray):
        alike = isinstance(y, np.ndarray) and x.shape == y.shape and x.dtype == y.dtype
        if x.dtype == object:
            return alike and all(same(a, b) for a, b in zip(x.flat, y.flat, strict=True))
        return alike and x.tobytes() == y.tobytes()
    if isinstance(x, float):
        return isinstance(y, float) and (x.hex() == y.hex())
    if dataclasses.is_dataclass(x):
        fields = [f.name for f in dataclasses.fields(x)]
        return type(x) is type(y) and all(same(getattr(x, f), getattr(y, f)) for f in fields)
    if isinstance(x, (list, tuple)):
        return type(x) is type(y) and len(x) == len(y) and all(same(a, b) for a, b in zip(x, y, strict=True))
    if isinstance(x, dict):
        return list(x) == list(y) and all(same(x[key], y[key]) for key in x)
    return type(x) is type(y) and bool(x == y)


numbers = st.floats() | st.integers() | st.booleans() | st.none() | st.text(max_size=4)
ratios = st.fractions().map(RATIONALS.element)
of_python = st.fractions() | st.complex_numbers(allow_nan=False) | st.decimals(-(10**6), 10**6, allow_nan=False)


def arrays(dtype: Any, width: int) -> st.SearchStrategy[Any]:
    shapes = st.sampled_from([(), (0,), (3,), (2, 2)])
    return shapes.flatmap(
        lambda shape: st.lists(
            st.floats(width=width, allow_nan=False), min_size=math.prod(shape), max_size=math.prod(shape)
        ).map(lambda x: np.array(x, dtype).reshape(shape))
    )


leaves = (
    numbers
    | ratios
    | of_python
    | st.sets(st.integers() | st.fractions(), max_size=3)
    | st.frozensets(st.tuples(st.integers(), st.text(max_size=2)), max_size=3)
    | arrays(np.float64, 64)
    | arrays(np.float32, 32)
    | st.lists(ratios, min_size=1, max_size=3).map(RATIONALS.asarray)
    | st.lists(st.integers(-9, 9), max_size=3).map(lambda x: np.array(x, np.int64))
    | st.lists(st.booleans(), max_size=3).map(lambda x: np.array(x, bool))
    | st.builds(Layout.of, st.lists(st.integers(1, 4), min_size=1, max_size=3), st.integers(0, 2))
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
        | st.builds(Inner, inner, st.integers())
        | st.builds(Outer, st.builds(Inner, inner), inner)
    ),
    max_leaves=6,
)


@given(values)
def test_a_value_comes_back_to_the_last_bit(value: Any) -> None:
    assert same(through_json(value), value)


def test_what_is_not_a_number_comes_back_as_such() -> None:
    assert np.isnan(through_json(np.array([math.nan, 1.0]))).tolist() == [True, False]
    assert math.isnan(through_json(math.nan))


@given(st.data(), st.sampled_from([FLOATS, EXACT]))
def test_models_and_points_come_back_and_evaluate_alike(data: st.DataObject, kind: str) -> None:
    drawn = data.draw(inputs({"model": psi_models(), "w": points("model")}, kind))
    again = {name: through_json(value) for name, value in drawn.items()}
    assert encode(again["model"]) == encode(drawn["model"])
    first, second = (case["model"].evaluate(case["w"]) for case in (drawn, again))
    assert same(np.asarray(second.gradient), np.asarray(first.gradient))
    assert np.all(np.asarray(second.loss) == np.asarray(first.loss))


@pytest.mark.parametrize(
    "value",
    [
        PSIQuotient(Layout(blocks("W", 4, 3, each=2), free("b", 2))),
        PSIGradientDescent(0.1),
        Outer.Nested.Item(0.5),  # type: ignore[attr-defined]
        -0.0,
        math.pi,
        5e-324,
        Fraction(1, 3),
        fmpz(7),
        np.float32(0.1),
        np.int32(3),
        np.bool_(True),
        np.float16([0.1]),
    ],
    ids=repr,
)
def test_odd_values_come_back_equal(value: Any) -> None:
    again = through_json(value)
    assert np.all(again == value) or encode(again) == encode(value)
    if isinstance(value, float):
        assert again.hex() == value.hex()


def test_a_case_of_fractions_replays_on_floats() -> None:
    @law(a=st.fractions(0, 9), b=st.fractions(0, 9))
    def mediants_are_means(a: Any, b: Any) -> Any:
        middle = Fraction(a.numerator + b.numerator, a.denominator + b.denominator)
        return equal(2 * middle, a + b)

    a, b = Fraction(1, 2), Fraction(3)
    assert replay(mediants_are_means, {"a": encode(a), "b": encode(b)}, FLOATS).status == "failed"
    assert replay(mediants_are_means, {"a": encode(a), "b": encode(a)}, FLOATS).status == "passed"


def test_only_what_was_given_is_kept_of_an_object() -> None:
    value = Outer(Inner(1.0), ())
    object.__setattr__(value, "derived", "cache")
    assert through_json(value).derived is None


@pytest.mark.parametrize("value", [math.sin, arb(1), np.array([1j]), {len}, object()], ids=lambda v: type(v).__name__)
def test_what_cannot_be_rebuilt_is_kept_as_words_and_refused_on_return(value: Any) -> None:
    data = encode({"x": value})
    json.dumps(data)
    with pytest.raises(ArgumentError, match="which cannot be rebuilt from data; draw this input from data alone"):
        decode(data)


def test_symbols_are_kept_as_words() -> None:
    table = SymbolTable()
    table.real("s")
    table.close()
    assert "opaque" in encode(table.real("s"))


def test_a_class_inside_a_function_cannot_be_rebuilt() -> None:
    @dataclasses.dataclass
    class Local:
        x: float

    assert "opaque" in encode(Local(1.0))


def test_only_dataclasses_are_built_from_a_witness() -> None:
    with pytest.raises(ArgumentError, match="witness names os:system, which is no dataclass; only data is rebuilt"):
        decode({"object": "os:system", "fields": {}})
    with pytest.raises(ArgumentError, match="cannot be rebuilt"):
        decode({"unheard": 1})


# -- what a person reads ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (np.float32(0.5), "0.5"),
        (np.array([1.0, -2.5]), "[ 1.  -2.5]"),
        (np.zeros((5, 5)), "array of shape (5, 5)"),
        (RATIONALS.asarray([Fraction(1, 2), 3]), "[1/2, 3]"),
        (RATIONALS.asarray([[1, Fraction(2, 3)], [0, 1]]), "[[1, 2/3], [0, 1]]"),
        (fmpq(2, 3), "2/3"),
        (Rayleigh(np.diag([0.0, 1.0])), "Rayleigh(matrix=[[0. 0.] [0. 1.]])"),
        (Layout.of([2], 1), "Layout(w1: 2 1 block, v: 1 free)"),
        ([1.0, (2, "a")], "[1, [2, a]]"),
        (7, "7"),
    ],
    ids=str,
)
def test_inputs_are_shown_in_few_words(value: Any, text: str) -> None:
    assert show(value) == text


# -- replay -------------------------------------------------------------------------------------------


def test_a_witness_replays_from_json_alone() -> None:
    @law(w=points([2]), c=st.floats(1, 2))
    def wrong(w: Any, c: Any) -> Any:
        return equal(c * w, w)

    inputs = {"w": np.array([0.1, 3.0]), "c": 1.5}
    data = json.loads(json.dumps(dataclasses.asdict(witness(FLOATS, inputs, "l", "r"))))
    again = Witness(**data)
    outcome = replay(wrong, again.inputs, again.kind)
    assert outcome.status == "failed"
    assert (outcome.left, outcome.right) in (("4.5", "3"), ("0.15", "0.1"))
    assert replay(wrong, {**again.inputs, "c": {"float": "0x1p0"}}, again.kind).status == "passed"
    assert str(again) == "w=[0.1 3. ]  c=1.5: l against r"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"ratio": "1e999999999"}, "holds the ratio"),
        ({"ratio": "1/0"}, "holds the ratio"),
        ({"ratio": "9" * 5000}, "holds the ratio"),
        ({"ratio": 1}, "holds the ratio"),
        ({"fraction": "1/0"}, "holds the ratio"),
        ({"decimal": "1E99999999"}, "holds the decimal"),
        ({"decimal": 1}, "holds the decimal"),
        ({"object": "this:d", "fields": {}}, "names the module 'this'"),
        ({"object": "antigravity:x", "fields": {}}, "names the module 'antigravity'"),
    ],
)
def test_a_witness_loads_nothing_and_reads_no_number_without_end(data: object, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        decode(data)


def test_a_class_of_the_users_file_is_found_wherever_the_file_lies() -> None:
    import sys
    from types import ModuleType

    source = "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: float\n"
    found = []
    for name in ("psitheory_file_here", "psitheory_file_elsewhere"):
        module = sys.modules[name] = ModuleType(name)
        exec(source, vars(module))
        found.append(module)
    try:
        data = encode(found[0].Point(0.5))
        assert isinstance(decode(data, "psitheory_file_elsewhere"), found[1].Point)
    finally:
        for module in found:
            del sys.modules[module.__name__]


class Odd:
    def __str__(self) -> str:
        raise RuntimeError("no words")


def test_what_raises_when_it_is_put_in_words_is_shown_all_the_same() -> None:
    assert show(Odd()).startswith("<tests.runner.test_witness.Odd object")
