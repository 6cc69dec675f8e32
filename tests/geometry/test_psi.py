"""The PSI quotient in floats against textbook formulas in balls, at every size, near and nearly antipodal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import to_balls, to_rationals
from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.geometry import Manifold, PSIQuotient, Quotient
from psitheory.geometry.wedges import wedges_across
from psitheory.layout import Layout, blocks, free

from . import reference
from .cases import EPS, layouts, pairs, points, tangents


def sizes(layout: Layout) -> tuple[int, ...]:
    return layout.sizes_in_order


def assert_blocks_close(layout: Layout, found: Any, exact: Any, scale: Any, factor: Any = 1.0) -> None:
    """Compare block by block, to ``factor`` roundings of a block of the size of ``scale``'s."""
    allowed = 8 * (max(layout.sizes) + 4) * EPS * np.asarray(factor) * layout.expand(scale)
    error = np.abs(np.asarray(found) - exact)
    assert np.all(error <= allowed), f"{error} exceeds {allowed}"


def free_sizes(layout: Layout, *arrays: Any) -> float:
    return 1 + max(float(np.max(np.abs(layout.free_part(x)), initial=0)) for x in arrays)


# -- classes ------------------------------------------------------------------------------------------


@given(st.data())
def test_the_canonical_representative_has_unit_blocks_and_is_of_the_same_class(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    w = data.draw(points(layout))
    psi, u = PSIQuotient(layout), PSIQuotient(layout).canonical(w)
    exact = reference.blockwise(sizes(layout), reference.unit, list, w)
    assert_blocks_close(layout, u, exact, np.ones(layout.m))
    assert bool(psi.same_class(w, u))
    np.testing.assert_array_equal(layout.free_part(u), layout.free_part(w))


@given(pairs(antipodal=False))
def test_aligning_keeps_the_class_and_takes_over_the_norms(case: Any) -> None:
    layout, w, z = case
    psi = PSIQuotient(layout)
    aligned = psi.align(w, z)
    np.testing.assert_allclose(layout.norms(aligned), layout.norms(w), rtol=16 * EPS)
    assert bool(psi.same_class(aligned, z))


@given(st.data())
def test_acting_is_an_action(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    w, psi = data.draw(points(layout, spread=300)), PSIQuotient(layout)
    a, b = (
        np.ldexp(1.0, data.draw(st.lists(st.integers(-99, 99), min_size=layout.m, max_size=layout.m))) for _ in "ab"
    )
    np.testing.assert_array_equal(psi.act(a, psi.act(b, w)), psi.act(a * b, w))
    np.testing.assert_array_equal(psi.act(np.ones(layout.m), w), w)
    assert bool(psi.same_class(psi.act(a, w), w))


@given(pairs(least=1e-12))
def test_different_classes_are_told_apart(case: Any) -> None:
    layout, w, z = case
    assert not bool(PSIQuotient(layout).same_class(w, z))


def test_classes_are_told_to_rounding_of_a_whole_block_and_of_each_free_entry() -> None:
    psi = PSIQuotient(Layout.of([2], 1))
    w = np.array([1.0, 1e-17, 1e-17])
    assert bool(psi.same_class(w, np.array([1.0, 3e-17, 1e-17])))  # a block is known to rounding of its length
    assert not bool(psi.same_class(w, np.array([1.0, 1e-17, 3e-17])))
    large = np.array([1.0, 1.0, 1e17])
    assert bool(psi.same_class(large, np.array([1.0, 1.0, 1e17 + 64])))
    assert not bool(psi.same_class(large, np.array([1.0, 1.0 + 1e-13, 1e17])))


def test_the_same_floats_are_of_one_class_however_few_ulps_are_allowed() -> None:
    psi = PSIQuotient(Layout.of([2], 1))
    w = np.array([3.0, 4.0, 0.0])
    assert bool(psi.same_class(w, w))
    assert bool(psi.same_class(w, psi.act(np.array([0.25]), w), ulps=0))
    assert not bool(psi.same_class(w, np.array([3.0, 4.0, 5e-324]), ulps=0))


def test_same_class_is_exact_on_rationals() -> None:
    psi = PSIQuotient(Layout.of([2, 2], 1))
    w = to_rationals(np.array([1.0, 2.0, 3.0, -1.0, 0.5]))
    a = to_rationals(np.array([3.0, 0.1]))
    assert psi.same_class(w, psi.act(a, w)) is True
    nearly = psi.act(a, w)
    nearly[0] += nearly[0] / 2**200
    assert psi.same_class(w, nearly) is False
    assert psi.same_class(w, psi.act(-a * -1, w)) is True
    assert psi.same_class(w, -w) is False


def test_the_dimension_counts_directions_and_free_entries() -> None:
    assert PSIQuotient(Layout.of([2, 3], 4)).dimension == 1 + 2 + 4
    assert PSIQuotient(Layout(blocks("W", 3, 5), free("b", 3))).dimension == 3 * 4 + 3
    assert isinstance(PSIQuotient(Layout.of([2])), Quotient)
    assert isinstance(PSIQuotient(Layout.of([2])), Manifold)


# -- tangent vectors and metric -----------------------------------------------------------------------


@given(st.data())
def test_projections_are_right_to_rounding(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    w = data.draw(points(layout))
    z = data.draw(tangents(layout, w))
    psi = PSIQuotient(layout)
    vertical = reference.blockwise(sizes(layout), reference.radial, lambda _, v: [0 * x for x in v], w, z)
    horizontal = reference.blockwise(sizes(layout), reference.project, lambda _, v: v, w, z)
    length = layout.norms(z)
    assert_blocks_close(layout, psi.vertical(w, z), vertical, length)
    assert_blocks_close(layout, psi.horizontal(w, z), horizontal, length)
    np.testing.assert_array_equal(psi.project(w, z), psi.horizontal(w, z))


@given(st.data())
def test_the_metric_is_right_to_rounding(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    w = data.draw(points(layout))
    x, y = data.draw(tangents(layout, w)), data.draw(tangents(layout, w))
    psi = PSIQuotient(layout)
    size = float(psi.norm(w, x) * psi.norm(w, y))
    exact = reference.inner(sizes(layout), w, x, y)
    assert abs(float(psi.inner(w, x, y)) - exact) <= 4 * (layout.n + 8) * EPS * size
    assert float(psi.norm(w, x)) == pytest.approx(np.sqrt(reference.inner(sizes(layout), w, x, x)), rel=16 * EPS)


@given(st.data())
def test_lifts_differ_by_the_scales(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    w = data.draw(points(layout, spread=300))
    x, psi = data.draw(tangents(layout, w)), PSIQuotient(layout)
    a = np.ldexp(1.0, data.draw(st.lists(st.integers(-99, 99), min_size=layout.m, max_size=layout.m)))
    np.testing.assert_allclose(psi.lift(w, x, psi.act(a, w)), psi.act(a, w) * 0 + layout.scale(a, x), rtol=8 * EPS)


# -- distances ----------------------------------------------------------------------------------------


@given(pairs())
def test_the_distance_is_right_to_rounding_near_zero_and_near_pi(case: Any) -> None:
    layout, w, z = case
    exact = reference.dist(sizes(layout), w, z)
    found = float(PSIQuotient(layout).dist(w, z))
    assert abs(found - exact) <= 8 * (max(layout.sizes) + 4) * layout.m * EPS + 8 * EPS * exact


@pytest.mark.parametrize("angle", [1e-9, 1e-7, 1e-4, 1.0, np.pi - 1e-4, np.pi - 1e-7, np.pi - 1e-9])
def test_where_arccos_is_wrong_the_distance_is_right(angle: float) -> None:
    w, z = np.array([1.0, 0.0]), np.array([np.cos(angle), np.sin(angle)])
    exact = reference.dist((2,), w, z)
    found = float(PSIQuotient(Layout.of([2])).dist(w, z))
    assert abs(found - exact) <= 4 * EPS * min(exact, 1.0) + 2 * EPS * (exact > 3)
    if min(angle, np.pi - angle) < 1e-3:
        assert abs(np.arccos(np.clip(w @ z, -1, 1)) - exact) > 1e-13  # which is why


@given(pairs())
def test_the_distance_is_symmetric_and_does_not_see_representatives(case: Any) -> None:
    layout, w, z = case
    psi = PSIQuotient(layout)
    rounding = 8 * (max(layout.sizes) + 4) * layout.m * EPS
    d = float(psi.dist(w, z))
    assert abs(float(psi.dist(z, w)) - d) <= rounding * (1 + d)
    assert abs(float(psi.dist(psi.canonical(w), z)) - d) <= rounding * (1 + d)
    assert float(psi.dist(w, w)) == 0


@given(st.data())
def test_the_distance_obeys_the_triangle_inequality(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    x, y, z = (data.draw(points(layout, spread=100)) for _ in range(3))
    psi = PSIQuotient(layout)
    direct, detour = float(psi.dist(x, z)), float(psi.dist(x, y) + psi.dist(y, z))
    assert direct <= detour + 8 * (layout.n + 8) * EPS * (1 + detour)


# -- geodesics and transport ----------------------------------------------------------------------------


@given(st.data())
def test_the_exponential_is_right_to_rounding_and_keeps_every_norm(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    w, psi = data.draw(points(layout)), PSIQuotient(layout)
    x = psi.horizontal(w, data.draw(tangents(layout, w)))
    end = psi.exp(w, x)
    exact = reference.blockwise(
        sizes(layout), reference.exp, lambda v, x: [a + b for a, b in zip(v, x, strict=True)], w, x
    )
    turned = 1 + layout.norms(x) / layout.norms(w)
    scale = layout.norms(w) * turned
    assert_blocks_close(layout, end, exact, scale, free_sizes(layout, w, x))
    np.testing.assert_allclose(layout.norms(end), layout.norms(w), rtol=8 * EPS * (8 + float(turned.max())))


@given(pairs(least=1e-9))
def test_the_logarithm_is_right_to_rounding(case: Any) -> None:
    layout, w, z = case
    psi = PSIQuotient(layout)
    exact = reference.blockwise(
        sizes(layout), reference.log, lambda v, z: [b - a for a, b in zip(v, z, strict=True)], w, z
    )
    theta = psi.angles(w, z)
    conditioning = 1 + theta / np.sin(theta)
    assert_blocks_close(layout, psi.log(w, z), exact, layout.norms(w) * conditioning, free_sizes(layout, w, z))


@given(pairs(antipodal=False))
def test_exponential_and_logarithm_are_inverse(case: Any) -> None:
    layout, w, z = case
    psi = PSIQuotient(layout)
    x = psi.log(w, z)
    conditioning = float(np.max(1 / np.maximum(np.cos(psi.angles(w, z) / 2), 1e-9)))
    rounding = 64 * (layout.n + 8) * EPS * conditioning * free_sizes(layout, w, z)
    assert float(psi.dist(psi.exp(w, x), z)) <= rounding
    assert float(psi.norm(w, x)) == pytest.approx(float(psi.dist(w, z)), rel=1e-9, abs=rounding)
    np.testing.assert_allclose(
        layout.dots(layout.units(w), psi.canonical(w) * 0 + x) / layout.norms(w), 0, atol=rounding
    )


@given(pairs(least=1e-9), st.data())
def test_transport_is_right_to_rounding(case: Any, data: st.DataObject) -> None:
    layout, w, z = case
    psi = PSIQuotient(layout)
    x = psi.horizontal(w, data.draw(tangents(layout, w)))
    exact = reference.blockwise(sizes(layout), reference.transport, lambda _w, _z, x: x, w, z, x)
    conditioning = 1 + 2 / np.cos(psi.angles(w, z) / 2)
    size = layout.norms(z) * (layout.norms(x) / layout.norms(w))
    assert_blocks_close(layout, psi.transport(w, z, x), exact, size * conditioning)


@given(pairs(antipodal=False), st.data())
def test_transport_is_an_isometry_and_undone_by_the_way_back(case: Any, data: st.DataObject) -> None:
    layout, w, z = case
    psi = PSIQuotient(layout)
    x, y = (psi.horizontal(w, data.draw(tangents(layout, w))) for _ in range(2))
    x = psi.horizontal(w, x)  # a short one, left of what was nearly vertical, is horizontal to rounding only then
    there = psi.transport(w, z, x)
    size = float(psi.norm(w, x) * psi.norm(w, y))
    conditioning = float(np.max(1 / np.maximum(np.cos(psi.angles(w, z) / 2), 1e-9)))
    rounding = 64 * (layout.n + 8) * EPS * conditioning
    assert abs(float(psi.inner(z, there, psi.transport(w, z, y)) - psi.inner(w, x, y))) <= rounding * size
    back = psi.transport(z, w, there)
    assert np.all(np.abs(layout.norms(back - x)) <= rounding * layout.norms(x) + 1e-300)
    np.testing.assert_allclose(layout.norms(psi.vertical(z, there)) / layout.norms(z), 0, atol=rounding * (1 + size))


@given(st.data())
def test_transport_along_the_geodesic_takes_its_velocity_along(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    w, psi = data.draw(points(layout)), PSIQuotient(layout)
    x = psi.random_tangent(np.random.default_rng(data.draw(st.integers(0, 99))), w)
    x = layout.scale(1 / np.maximum(psi.block_norms(w, x), 1e-3), x)  # length 1 in each block
    end = psi.exp(w, x)
    beyond = psi.exp(w, 2 * x)
    found = psi.exp(end, psi.transport(w, end, x))
    assert float(psi.dist(found, beyond)) <= 64 * (layout.n + 8) * EPS * free_sizes(layout, w, x)


@given(st.data())
def test_the_retraction_and_its_inverse(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    w, psi = data.draw(points(layout, spread=300)), PSIQuotient(layout)
    x = psi.horizontal(w, data.draw(tangents(layout, w)))
    z = psi.retract(w, x)
    np.testing.assert_array_equal(z, w + x)
    lengths = psi.block_norms(w, x)
    np.testing.assert_allclose(psi.angles(w, z), np.arctan(lengths), atol=64 * EPS, rtol=64 * EPS)
    moved = psi.act(np.linspace(0.5, 3, layout.m), z)
    size = layout.norms(w) * (1 + lengths) ** 2
    assert_blocks_close(layout, psi.inverse_retract(w, moved), x, size, 4 * free_sizes(layout, w, x))


# -- derivatives --------------------------------------------------------------------------------------


@given(st.data())
def test_gradient_and_hessian_are_their_formulas(data: st.DataObject) -> None:
    layout = data.draw(layouts())
    w, psi = data.draw(points(layout, spread=300)), PSIQuotient(layout)
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    g, h = (layout.scale(1 / layout.norms(w), rng.normal(size=layout.n)) for _ in "gh")

    def squared(w: Any, z: Any) -> Any:
        return [reference.dot(w, w) * b for b in z]

    gradient = reference.blockwise(sizes(layout), squared, lambda _, z: z, w, g)
    hessian = reference.blockwise(sizes(layout), lambda w, z: squared(w, reference.project(w, z)), lambda _, z: z, w, h)
    scale = layout.norms(w) * layout.norms(layout.scale(layout.norms(w), g))
    assert_blocks_close(layout, psi.gradient(w, g), gradient, scale)
    scale = layout.norms(w) * layout.norms(layout.scale(layout.norms(w), h))
    assert_blocks_close(layout, psi.hessian(w, g, h, w), hessian, scale)


# -- blocks of dimension one: two points at infinite distance ---------------------------------------------


@pytest.mark.parametrize("convert", [np.asarray, to_balls])
def test_the_two_ends_of_a_line_are_infinitely_far_apart(convert: Any) -> None:
    psi = PSIQuotient(Layout.of([1, 2], 1))
    w = convert(np.array([2.0, 1.0, 0.0, 5.0]))
    same, other = convert(np.array([7.0, 1.0, 0.0, 5.0])), convert(np.array([-2.0, 1.0, 0.0, 5.0]))
    assert float(psi.dist(w, same)) == 0
    assert float(psi.dist(w, other)) == np.inf
    assert [float(x) for x in psi.angles(w, other)] == [np.inf, 0]


def test_a_block_of_dimension_one_does_not_move() -> None:
    psi = PSIQuotient(Layout.of([1, 2]))
    w, z = np.array([-3.0, 1.0, 1.0]), np.array([-1.0, 1.0, 0.0])
    x = psi.log(w, z)
    assert x[0] == 0
    assert psi.exp(w, x)[0] == -3
    assert psi.transport(w, z, psi.horizontal(w, np.ones(3)))[0] == 0
    assert psi.dimension == 1
    with pytest.raises(ArgumentError, match="antipodal"):
        psi.log(w, -z)


# -- random points ------------------------------------------------------------------------------------


def test_random_points_and_tangents_come_from_the_generator_passed_in() -> None:
    psi = PSIQuotient(Layout.of([3, 2], 2))
    one, two = (psi.random_point(np.random.default_rng(5), (4,)) for _ in range(2))
    np.testing.assert_array_equal(one, two)
    assert one.shape == (4, 7)
    x = psi.random_tangent(np.random.default_rng(6), one)
    np.testing.assert_allclose(psi.layout.dots(one, x), 0, atol=64 * EPS * 10)
    assert np.all(psi.defect(one) == 0)


def test_random_tangents_have_unit_variance_in_each_direction_of_the_metric() -> None:
    psi = PSIQuotient(Layout.of([3, 2], 2))
    w = np.broadcast_to(np.array([1e-200, 0, 0, 3e200, 4e200, 0, 9.0]), (4000, 7))
    x = psi.random_tangent(np.random.default_rng(0), w)
    squares = psi.norm(w, x) ** 2  # chi squared with 5 degrees of freedom: mean 5, variance 10
    assert abs(float(squares.mean()) - psi.dimension) < 5 * np.sqrt(10 / 4000)


def test_a_quotient_of_something_else_is_named():
    with pytest.raises(
        ArgumentTypeError, match=r"layout is \[2, 3\]; a Layout, such as Layout.of\(\[2, 3\]\), is needed"
    ):
        PSIQuotient([2, 3])


# -- what blocks have in common -----------------------------------------------------------------------


@pytest.mark.parametrize("layout", [Layout.of([2, 3], 2), Layout.of([2, 2, 3]), Layout.of([3]), Layout.of([2], 1)])
def test_what_two_vectors_span_beyond_each_block_is_the_rest_of_what_they_span(layout: Layout) -> None:
    w, x, y = to_rationals(np.random.default_rng(0).integers(1, 9, (3, layout.n)).astype(float))
    psi, squares = PSIQuotient(layout), layout.dots(w, w)
    whole = psi.inner(w, x, x) * psi.inner(w, y, y) - psi.inner(w, x, y) ** 2
    by_block = (layout.dots(x, x) * layout.dots(y, y) - layout.dots(x, y) ** 2) / squares**2
    assert wedges_across(psi, w, x, y).value == whole - sum(by_block)
