"""What formal vectors compute, against floats: normal forms are evaluated at random vectors of R³ for each entry."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpz

from psitheory.arithmetic import FORMAL, dot, namespace, norm
from psitheory.arithmetic.formal import Scalar, Sort, Space, Vector, realises
from psitheory.arithmetic.formal.namespace import _one
from psitheory.arithmetic.formal.realise import DIMENSION, _Realisation
from psitheory.arithmetic.formal.scalar import plain
from psitheory.errors import ArgumentError, NotInArithmetic, Undecided
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models.functions.generic import GenericFunction, unit_blocks, vector
from psitheory.strategies.formal import FORMAL_LAYOUTS, positive_numbers

SORT = Sort("alone", 1, 1)


def larger(layout: Layout) -> Layout:
    """Return the layout of the floats: each entry stands for ``DIMENSION`` of them."""
    free = sum(-size for size in layout.sizes_in_order if size < 0)
    return Layout.of([size * DIMENSION for size in layout.sizes], free * DIMENSION)


def floats(realisation: Any, formal: Any) -> Any:
    """Return the floats that an array of formal vectors or numbers is at a realisation."""
    out = []
    for e in np.ravel(formal):
        if isinstance(e, Vector):
            out += list(realisation._vector(e))
        else:
            out.append(realisation._number(e.value) if isinstance(e, Scalar) else float(e))
    return np.array(out)


OPERATIONS: dict[str, Callable[..., Any]] = {
    "inner": lambda psi, w, z, x, y: psi.inner(w, x, y),
    "norm": lambda psi, w, z, x, y: psi.norm(w, x),
    "canonical": lambda psi, w, z, x, y: psi.canonical(w + x),
    "horizontal": lambda psi, w, z, x, y: psi.horizontal(w, x),
    "dist": lambda psi, w, z, x, y: psi.dist(w, z),
    "angles": lambda psi, w, z, x, y: psi.angles(w, z),
    "exp": lambda psi, w, z, x, y: psi.exp(w, psi.horizontal(w, x)),
    "log": lambda psi, w, z, x, y: psi.log(w, z),
    "transport": lambda psi, w, z, x, y: psi.transport(w, z, psi.horizontal(w, x)),
    "inverse": lambda psi, w, z, x, y: psi.inverse_retract(w, 3 * w + psi.horizontal(w, x)),
}


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("layout", [FORMAL_LAYOUTS[0], FORMAL_LAYOUTS[3], FORMAL_LAYOUTS[6]], ids=str)
def test_normal_forms_are_what_floats_compute(name: str, layout: Layout) -> None:
    space = Space(256)
    w, z = (layout.scale(positive_numbers(layout.m, space, f"r_{n}"), unit_blocks(layout, space, n)) for n in "wz")
    x, y = (vector(layout, space, n) for n in "xy")
    found = OPERATIONS[name](PSIQuotient(layout), w, z, x, y)
    realisation = _Realisation(space, np.random.default_rng(0))
    realisation._obey()
    real = PSIQuotient(larger(layout))
    expected = OPERATIONS[name](real, *(floats(realisation, each) for each in (w, z, x, y)))
    np.testing.assert_allclose(floats(realisation, found), np.ravel(expected), rtol=1e-9, atol=1e-12)


def test_a_generic_function_obeys_eulers_identity_at_every_point_of_a_run() -> None:
    layout, space = FORMAL_LAYOUTS[0], Space(256)
    f, at = GenericFunction(layout, space, "f"), unit_blocks(layout, space, "w")
    f.know(at)
    first = f.evaluate(at).gradient
    second = f.evaluate(at - first).gradient
    assert dot(at, first).is_identically(0)
    assert dot(at - first, second).is_identically(0)
    assert not dot(at, second).is_identically(0)
    assert realises(space, np.random.default_rng(0))


# -- numbers --------------------------------------------------------------------------------------------


def test_constants_are_exact() -> None:
    s = Space().real("s")
    assert (s + Fraction(1, 3) - 1 / Fraction(3)).is_identically(s)
    assert (2 * s - s).is_identically(s)
    with pytest.raises(NotInArithmetic, match="the float 0.5 met a formal vector"):
        s + 0.5
    with pytest.raises(NotInArithmetic, match="no truth value"):
        bool(s)
    with pytest.raises(TypeError):
        float(s)


def test_two_proofs_do_not_mix() -> None:
    with pytest.raises(NotInArithmetic, match="numbers of two proofs met"):
        Space().real("s") + Space().real("s")
    with pytest.raises(NotInArithmetic, match="vectors of two proofs met"):
        Space().vector("x", SORT) + Space().vector("x", SORT)


def test_vectors_that_are_not_identical_are_taken_to_differ() -> None:
    space = Space(256)
    x, y = (vector(Layout.of([], 1), space, name)[0] for name in "xy")
    assert x == x
    assert space.field.conditions.texts() == []
    assert x != y
    assert (x - y).inner(x - y).sign() == 1
    (text,) = space.field.conditions.texts()
    assert "- 2" in text.replace("−", "-")


def test_zero_is_the_one_number_that_a_vector_is_added_to() -> None:
    x = Space().vector("x", SORT)
    for found in (0 - x, 0 + -x, -x - 0):
        assert found.terms == (-x).terms
    for add in (lambda: 1 - x, lambda: x + 1):
        with pytest.raises(NotInArithmetic, match="a vector and a number are added"):
            add()


def test_signs_are_those_that_the_assumptions_decide() -> None:
    space = Space()
    s, t, x = space.positive("s"), space.real("t"), space.vector("x", SORT)
    assert [(s + t * t).sign(), (-s).sign(), (s * 0).sign(), (1 / s).sign()] == [1, -1, 0, 1]
    assert not list(space.field.conditions)
    assert x.inner(x).sign() == 1
    assert space.field.conditions.texts() == ["⟨x, x⟩ ≠ 0"]
    with pytest.raises(Undecided, match="the sign of t is not decided"):
        t.sign()
    with pytest.raises(Undecided):
        assert s > t


def test_squares_of_differences_are_known_not_to_be_negative() -> None:
    space = Space()
    x, y = space.vector("x", SORT), space.vector("y", SORT)
    rows = np.array([x - y], dtype=object)
    assert dot(rows, rows).is_never_negative()
    assert not (x.inner(x) - y.inner(y)).is_never_negative()
    assert (norm(rows) * norm(rows)).is_identically(dot(rows, rows))


def test_what_a_zero_factor_hides_is_not_known() -> None:
    space = Space()
    s, t = space.real("s"), space.real("t")
    space.field.note_square((s * s * t).value)  # known not to be negative: then t may be where s is zero
    assert (s * s * t).is_never_negative()
    assert not t.is_never_negative()


@pytest.mark.parametrize("sign", [1, -1])
def test_a_square_times_what_is_never_negative_is_never_negative(sign: int) -> None:
    space = Space()
    s, t = space.real("s"), space.real("t")
    known = sign * (s * t + 1)
    space.field.note_square((3 * known).value)
    assert known.is_never_negative()
    assert (5 * s * s * known).is_never_negative()
    assert not (s * known).is_never_negative()
    assert not (-known).is_never_negative()


def test_an_angle_is_known_by_its_cosine_its_sine_and_its_quadrant() -> None:
    space = Space()
    s, c = space.positive("s"), space.real("c")
    half, whole = FORMAL.atan(s), FORMAL.atan2(2 * s, 1 - s * s)
    assert (2 * half).is_identically(whole)
    assert not (3 * half).is_identically(whole)
    assert not (4 * half).is_identically(2 * whole + c)
    turned = FORMAL.atan2(-s, space.number(-1))
    assert not (turned - half).is_identically(0)  # sin and cos have the other sign
    back = FORMAL.atan2(0 * s, -s)  # π
    assert not (2 * back).is_identically(0)
    once, twice = FORMAL.atan2(c, 1 + 0 * s), FORMAL.atan2(-c, 1 + 0 * s)
    assert (once + twice).is_identically(0)


def test_sums_of_two_angles_each_of_two_right_angles_are_less_than_a_whole_turn_apart() -> None:
    space = Space()
    s, t, x = space.positive("s"), space.positive("t"), space.real("x")
    two, other = (FORMAL.atan2(y, x) + FORMAL.atan2(y, -x) for y in (s, t))  # π
    assert (two - other).is_identically(0)
    assert not (2 * two).is_identically(0)
    assert not (two + other).is_identically(0)


def test_the_quadrant_of_an_angle_is_known_only_where_signs_are() -> None:
    space = Space()
    s, t = space.positive("s"), space.real("t")
    assert FORMAL.atan2(s, t).sign() == 1
    with pytest.raises(Undecided):
        FORMAL.atan2(t, s).sign()
    assert not (2 * FORMAL.atan2(s, t)).is_identically(FORMAL.atan2(2 * s * t, t * t - s * s))  # not where t < 0
    assert (2 * FORMAL.atan2(s, s)).is_identically(FORMAL.atan2(2 * s * s, 0 * s))


def test_the_angle_of_what_lies_ahead_is_zero() -> None:
    space = Space()
    s = space.positive("s")
    ahead, behind = FORMAL.atan2(0 * s, s), FORMAL.atan2(0 * s, -s)
    assert ahead.value.top == 0
    assert behind.value.top != 0


def test_the_larger_and_the_smaller_are_found_where_the_order_is_decided() -> None:
    space = Space()
    s, t = space.positive("s"), space.real("t")
    for x, y in ((s, 3 * s), (3 * s, s)):
        assert FORMAL.maximum(x, y).is_identically(3 * s)
        assert FORMAL.minimum(x, y).is_identically(s)
    for choose in (FORMAL.maximum, FORMAL.minimum):
        with pytest.raises(Undecided):
            choose(s, t)


def test_entries_are_one_where_they_were_computed_as_one() -> None:
    space = Space()
    s, t, x = space.real("s"), space.real("t"), space.vector("x", SORT)
    assert _one(s, s)
    assert _one(x, x)
    assert _one(10**20, 10**20)
    for a, b in ((s, t), (s, x), (2, 3), (s, 2), (2, s), (2, Fraction(2))):
        assert not _one(a, b)


def test_roots_are_one_symbol_a_radicand() -> None:
    space = Space()
    x = np.array([space.vector("x", SORT)], dtype=object)
    assert (norm(2 * x) / norm(x)).is_identically(2)
    y = np.array([space.vector("y", SORT)], dtype=object)
    assert not norm(x).is_identically(norm(y))
    assert not norm(x + y).is_identically(norm(x) + norm(y))


def test_the_root_of_a_square_of_unknown_sign_stays_a_root() -> None:
    space = Space()
    s, p = space.real("s"), space.positive("p")
    assert FORMAL.sqrt(p * p).is_identically(p)
    root = FORMAL.sqrt(p * p * s * s)
    assert (root * root).is_identically(p * p * s * s)
    assert not any(root.is_identically(sign * p * s) for sign in (1, -1))


def test_cosines_of_multiples_are_known() -> None:
    t = Space().real("t")
    c, s = FORMAL.cos(t), FORMAL.sin(t)
    assert (c * c + s * s).is_identically(1)
    assert FORMAL.cos(2 * t).is_identically(2 * c * c - 1)
    assert FORMAL.sin(-3 * t).is_identically(-3 * s + 4 * s**3)
    assert not FORMAL.cos(t / 2).is_identically(c / 2)
    assert (FORMAL.cos(0), FORMAL.sin(0), FORMAL.sqrt(Fraction(9, 4))) == (1, 0, Fraction(3, 2))
    for function in (FORMAL.cos, FORMAL.sin):
        with pytest.raises(NotInArithmetic, match=r"^there is no (cos|sin)\(1\) in the arithmetic of "):
            function(1)


def test_the_pool_of_symbols_ends() -> None:
    from psitheory.arithmetic.formal import PoolExhausted

    space = Space(2)
    space.real("s")
    space.real("t")
    with pytest.raises(PoolExhausted):
        space.real("u")


# -- vectors --------------------------------------------------------------------------------------------


def test_products_are_fixed_before_they_are_taken() -> None:
    space = Space()
    x, y = space.vector("x", SORT), space.vector("y", SORT)
    x.inner(y)
    with pytest.raises(ArgumentError, match="is used already"):
        space.fix(y, x, 0)
    with pytest.raises(ArgumentError, match="two generators"):
        space.fix(x + y, x, 0)


def test_an_operator_keeps_to_its_spaces() -> None:
    space, other = Space(), Sort("alone", 1, 2)
    x, y = space.vector("x", SORT), space.vector("y", other)
    a = space.operator("A", SORT, other)
    assert a(x).inner(y).is_identically(x.inner(a.transposed(y)))
    with pytest.raises(NotInArithmetic, match="A maps"):
        a(y)
    with pytest.raises(ArgumentError, match="only a map of a space into itself is symmetric"):
        space.operator("B", SORT, other, "symmetric")
    assert namespace(np.array([x], dtype=object)) is FORMAL


def test_a_matrix_of_operators_is_turned_with_its_entries() -> None:
    space = Space()
    sorts = [SORT, Sort("alone", 1, 2)]
    matrix = np.empty((2, 2), dtype=object)
    for i in range(2):
        for j in range(2):
            matrix[i, j] = space.operator(f"A{i}{j}", sorts[j], sorts[i])
    x, y = (np.array([space.vector(f"{n}{i}", s) for i, s in enumerate(sorts)], dtype=object) for n in "xy")
    turned = FORMAL.matrix_transpose(matrix)
    assert dot(FORMAL.matmul(matrix, x), y).is_identically(dot(x, FORMAL.matmul(turned, y)))
    assert dot(FORMAL.matmul(x, matrix), y).is_identically(dot(x, FORMAL.matmul(matrix, y)))


@pytest.mark.parametrize(("symmetry", "sign"), [("symmetric", 1), ("skew", -1)])
def test_an_operator_is_turned_into_itself_or_its_negative(symmetry: Any, sign: int) -> None:
    space = Space()
    x, y, a = space.vector("x", SORT), space.vector("y", SORT), space.operator("A", SORT, SORT, symmetry)
    turned = a.transposed
    assert (turned == a) is (sign == 1)
    assert turned.transposed == a
    assert turned(x).inner(y).is_identically(sign * a(x).inner(y))
    assert not turned(x).inner(y).is_identically(-sign * a(x).inner(y))
    assert a(x).inner(y).is_identically(x.inner(turned(y)))
    assert (a(x).inner(x) == 0) is (sign == -1)


def test_the_sign_of_an_angle_is_open_where_that_of_the_height_is() -> None:
    space = Space()
    s, t = space.positive("s"), space.real("t")
    assert FORMAL.atan2(s, t).sign() > 0
    with pytest.raises(Undecided):
        FORMAL.atan2(t, s).sign()


def test_integers_are_one_entry_if_they_are_equal_and_nothing_else_is() -> None:
    assert _one(10**30, int("1" + 30 * "0"))
    assert not _one(10**30, 10**30 + 1)
    assert not _one(2, Fraction(2))


@pytest.mark.parametrize("value", [3, np.int64(3), Fraction(3, 4), fmpq(3, 4), fmpz(3)])
def test_ratios_of_every_library_are_numbers(value: Any) -> None:
    found = plain(value)
    assert isinstance(found, Fraction)
    assert found == Fraction(str(value))


@pytest.mark.parametrize("value", [True, np.False_, "3", None])
def test_what_is_no_number_is_none(value: Any) -> None:
    assert plain(value) is None
