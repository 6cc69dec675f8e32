"""What is no layout, no point and no scale: one sentence that names the argument, what came and what is needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import array_api_strict
import numpy as np
import pytest

from psitheory.arithmetic import to_balls, to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError, UnknownName
from psitheory.layout import Layout, as_real, blocks, free

# -- bad input ------------------------------------------------------------------------------------------

LAYOUT = Layout(blocks("W1", 2, 3), free("b", 2), blocks("w", 2))


def entry(column: int, value: float, shape: tuple[int, ...] = ()) -> Any:
    w = np.ones((*shape, LAYOUT.n))
    w[..., column] = value
    return w


def zeroed(*columns: int) -> Any:
    w = np.ones(LAYOUT.n)
    w[list(columns)] = 0
    return w


SIZE = "its last axis must be 10, the size of Layout(W1: 2×3 2 blocks, b: 2 free, w: 2 1 block)"

BAD_POINTS = {
    "w is zero in block 0 of W1; a scale-invariant block is a nonzero vector": zeroed(0, 1, 2),
    "w is zero in block 1 of W1; a scale-invariant block is a nonzero vector": zeroed(3, 4, 5),
    "w is zero in w; a scale-invariant block is a nonzero vector": np.stack([np.ones(10), zeroed(8, 9)]),
    "w is not finite in block 1 of W1; finite numbers are needed": entry(4, np.nan),
    "w is not finite in b; finite numbers are needed": entry(7, np.inf, (3,)),
    "w is not finite in w; finite numbers are needed": entry(9, -np.inf),
    f"w has the shape (9,); {SIZE}": np.ones(9),
    f"w has the shape (10, 1); {SIZE}": np.ones((10, 1)),
    f"w has the shape (); {SIZE}": 3.0,
}

BAD_KINDS = {
    "w has the dtype int64; a real floating-point dtype is needed": np.ones(10, np.int64),
    "w has the dtype bool; a real floating-point dtype is needed": np.ones(10, bool),
    "w has the dtype complex128; a real floating-point dtype is needed": np.ones(10, complex),
    "w is 'ten'; an array of real numbers is needed": "ten",
    "w is None; an array of real numbers is needed": None,
    "w is ['a', 'b']; an array of real numbers is needed": ["a", "b"],
    "w is [[1], [2, 3]]; an array of real numbers is needed": [[1], [2, 3]],
    "w is [1j]; an array of real numbers is needed": [1j],
}


@pytest.mark.parametrize("message", BAD_POINTS)
def test_a_bad_point_is_named(message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        LAYOUT.check(BAD_POINTS[message])
    assert str(caught.value) == message


@pytest.mark.parametrize("message", BAD_KINDS)
def test_a_bad_kind_is_named(message: str) -> None:
    with pytest.raises(ArgumentTypeError) as caught:
        LAYOUT.check(BAD_KINDS[message])
    assert str(caught.value) == message


@pytest.mark.parametrize("convert", [np.asarray, to_rationals, to_balls, array_api_strict.asarray])
def test_a_zero_block_is_named_in_every_arithmetic(convert: Any) -> None:
    with pytest.raises(ArgumentError, match="x is zero in block 1 of W1"):
        LAYOUT.check(convert(zeroed(3, 4, 5)), "x")
    assert LAYOUT.check(convert(zeroed(3, 4, 5)), "x", nonzero=False) is not None


def test_lists_of_numbers_are_points() -> None:
    found = Layout.of([2]).check([3, 4])
    assert found.dtype == float
    assert list(found) == [3, 4]
    assert as_real(2, "x").shape == ()


BAD_SCALES = {
    "a has the shape (2,); its last axis must be 3, one scale for each block": np.ones(2),
    "a holds 0.0; every scale must be positive and finite": np.array([1.0, 0.0, 1.0]),
    "a holds -2.0; every scale must be positive and finite": np.array([[1.0, 1.0, -2.0]]),
    "a holds nan; every scale must be positive and finite": np.array([np.nan, 1.0, 1.0]),
    "a holds inf; every scale must be positive and finite": np.array([np.inf, 1.0, 1.0]),
    "a holds a scale that is not positive; every scale must be": to_rationals(np.array([1.0, 0.0, 1.0])),
}


@pytest.mark.parametrize("message", BAD_SCALES)
def test_a_bad_scale_is_named(message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        LAYOUT.check_scales(BAD_SCALES[message])
    assert str(caught.value) == message


AXES = "at least one axis, each of size 1 or more, is needed"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: blocks("W"), f"shape of part 'W' is (); {AXES}"),
        (lambda: blocks("W", 2, 0), f"shape of part 'W' is (2, 0); {AXES}"),
        (lambda: blocks("W", 4, 3, each=3), "each of part 'W' is 3; a divisor of its 4 rows is needed"),
        (lambda: blocks("W", 4, 3, each=0), "each of part 'W' is 0; a divisor of its 4 rows is needed"),
        (
            lambda: blocks("W", 4, 3, each="column"),
            "each of part 'W' is 'column'; 'row', 'whole' or a number of groups is needed",
        ),
        (lambda: free("v", -1), "shape of part 'v' is (-1,); no axis may be negative"),
        (lambda: Layout(free("v", 1), blocks("v", 2)), "parts have the names ['v', 'v']; each name may stand once"),
        (lambda: LAYOUT.pack(b=np.ones(2)), "parts ['b'] came; ['W1', 'b', 'w'] are needed"),
        (lambda: LAYOUT.block_name(3), "block 3 does not exist; there are 3"),
    ],
)
def test_a_bad_part_is_named(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        make()
    assert str(caught.value) == message


def test_an_unknown_part_is_named() -> None:
    with pytest.raises(UnknownName, match=r"part 'W2' is not in this layout; it has W1, b, w"):
        LAYOUT.view("W2", np.ones(10))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Layout.of("ab"), "sizes is 'ab'; a sequence of integers"),
        (lambda: Layout.of(3), "sizes is 3; a sequence of integers"),
        (lambda: Layout.of([2.5]), r"shape of part 'w1' is \(2.5,\); its axes must be integers"),
        (lambda: Layout.of([True]), r"shape of part 'w1' is \(True,\); its axes must be integers"),
        (lambda: Layout.of([2], "x"), r"shape of part 'v' is \('x',\); its axes must be integers"),
        (lambda: Layout("w"), r"a part is 'w'; what blocks\(\) or free\(\) returns is needed"),
        (lambda: blocks(3, 2), "name of a part is 3; a string is needed"),
    ],
)
def test_what_is_no_layout_is_named(make, sentence):
    with pytest.raises(ArgumentTypeError, match=sentence):
        make()


def test_arrays_of_another_width_are_refused_not_cut():
    layout = Layout.of([2])
    with pytest.raises(ArgumentError, match=r"an array has the shape \(5,\); its last axis must be 2"):
        layout.norms(np.ones(5))
    with pytest.raises(ArgumentError, match=r"an array has the shape \(3,\); its last axis must be 2"):
        layout.units(np.ones(3))


@pytest.mark.parametrize("a", [2.0, [1.0], np.ones(2), np.array(1.0)])
def test_scales_that_are_not_one_for_each_block_are_refused(a):
    with pytest.raises(ArgumentError, match=r"an array with one scale for each block, \(..., 1\), is needed"):
        Layout.of([2]).scale(a, np.ones(2))


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.full(5, 70000, np.int32), "an array has the dtype int32; a real floating-point dtype is needed"),
        (np.full(5, 200, np.uint8), "an array has the dtype uint8; a real floating-point dtype is needed"),
        (np.ma.array(np.ones(5), mask=[1, 0, 0, 0, 0]), "an array is a masked array"),
        ("five", "an array is 'five'; an array of real numbers is needed"),
    ],
)
def test_primitives_refuse_what_would_be_silently_wrong(array: object, said: str) -> None:
    layout = Layout.of([2, 3])
    for function in (layout.norms, layout.units):
        with pytest.raises(ArgumentTypeError, match=re.escape(said)):
            function(array)


def test_primitives_take_lists_and_matrices() -> None:
    layout = Layout.of([2, 3])
    np.testing.assert_array_equal(layout.norms([3, 4, 0, 0, 2]), [5, 2])
    with pytest.warns(PendingDeprecationWarning):
        matrix = np.matrix([3.0, 4, 0, 0, 2])
    np.testing.assert_array_equal(layout.norms(matrix), [[5, 2]])


# -- what is no array of the layout --------------------------------------------------------------------

SMALL = Layout.of([2], 1)

STRANGE = [None, "abc", [1.0, 2.0, 3.0], np.ones(2), np.float64(1.0)]


@pytest.mark.parametrize("x", STRANGE, ids=str)
@pytest.mark.parametrize("use", [SMALL.free_part, lambda x: list(SMALL.rows(x)), lambda x: SMALL.view("w1", x)])
def test_parts_of_what_is_no_array_of_the_layout_are_refused(use, x) -> None:
    with pytest.raises(
        PsitheoryError, match=r"^an array (is .*; an array \(\.\.\., 3\)|has the shape .*; its last axis)"
    ):
        use(x)


@pytest.mark.parametrize("x", [None, "abc", np.ones(2), np.ma.array(np.ones(3), mask=[1, 0, 0]), np.ones(3, int)])
def test_what_cannot_be_scaled_is_refused(x) -> None:
    with pytest.raises(PsitheoryError, match="^an array "):
        SMALL.scale(np.ones(1), x)


@pytest.mark.parametrize(
    ("arrays", "sentence"),
    [
        ({"w1": None, "v": np.ones(1)}, "w1 is None; an array is needed"),
        ({"w1": [1.0, 2.0], "v": np.ones(1)}, r"w1 is \[1.0, 2.0\]; an array is needed"),
        ({"w1": np.ones(3), "v": np.ones(1)}, r"w1 has the shape \(3,\); its last axes must be \(2,\)"),
        ({"w1": np.ones(2), "v": np.ones(())}, r"v has the shape \(\); its last axes must be \(1,\)"),
        ({"w1": np.ones(2)}, r"parts \['w1'\] came; \['v', 'w1'\] are needed"),
    ],
)
def test_parts_that_do_not_fit_are_not_packed(arrays, sentence) -> None:
    with pytest.raises(PsitheoryError, match=f"^{sentence}$"):
        SMALL.pack(**arrays)


@pytest.mark.parametrize("x", [np.array([None, 1, 2], object), np.array(["a", 1, 2], object)], ids=str)
def test_objects_that_are_no_numbers_are_refused(x) -> None:
    with pytest.raises(PsitheoryError, match="dtype object"):
        SMALL.norms(x)
    assert SMALL.dots(np.array([1, 2, 3], object), np.array([1, 2, 3], object)) == [5]
