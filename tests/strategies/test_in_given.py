"""Domains inside the @given of a user: drawn from alone they are strategies, and they shrink to readable inputs."""

from random import Random

import numpy as np
import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from psitheory.conformance import check_manifold
from psitheory.errors import ArgumentError, UnknownName
from psitheory.geometry import PSIQuotient, Sphere
from psitheory.layout import Layout
from psitheory.models import Cosine
from psitheory.strategies import layouts, points, psi_models, rescalings, step_sizes, tangents, vectors

QUIET = settings(database=None, max_examples=2000)


@given(points([2, 3]), rescalings([2, 3]), vectors([2, 3]), step_sizes())
def test_domains_are_strategies(w, a, z, eta):
    assert (w.shape, a.shape, z.shape) == ((5,), (2,), (5,))
    assert eta > 0
    PSIQuotient(Layout.of([2, 3])).layout.check(w)


@given(layouts().flatmap(lambda layout: st.tuples(st.just(layout), points(layout))))
def test_they_may_depend_on_one_another(drawn):
    layout, w = drawn
    layout.check(w)


@given(st.data(), psi_models())
def test_they_are_drawn_for_a_model(data, model):
    w = data.draw(points(model.layout))
    assert np.isfinite(model.evaluate(w).loss)


@given(st.data(), layouts())
def test_powers_of_two_rescale_bit_for_bit(data, layout):
    a = data.draw(rescalings(layout, powers_of_two=True))
    assert (np.frexp(a)[0] == 0.5).all()


def test_layouts_shrink_to_one_block_of_two():
    assert find(layouts(), lambda _: True, settings=QUIET) == Layout.of([2])
    assert find(layouts(), lambda layout: layout.m > 1 and layout.p > 0, settings=QUIET) == Layout.of([2, 2], 1)


def test_points_shrink_to_small_integers():
    """One in three does: what Hypothesis begins with depends on the modules that are loaded, too."""
    found = [find(points([2]), lambda w: w[0] > w[1] > 0, settings=QUIET, random=Random(k)).tolist() for k in range(20)]
    assert [2, 1] in found


def test_scales_shrink_to_small_integers():
    assert find(rescalings([2]), lambda a: a[0] > 1, settings=QUIET).tolist() == [2]


def test_a_broken_law_of_ones_own_is_shrunk():
    cosine = Cosine(np.array([1.0, 0.0]))

    @QUIET
    @given(points([2]), rescalings([2]))
    def gradients_do_not_notice_scales(w, a):
        layout = cosine.layout
        assert np.array_equal(cosine.evaluate(layout.scale(a, w)).gradient, cosine.evaluate(w).gradient)

    with pytest.raises(AssertionError) as caught:
        gradients_do_not_notice_scales()
    (note,) = (note for note in caught.value.__notes__ if "w=" in note)
    assert "a=array([2.])" in note


@settings(max_examples=2, deadline=None)
@given(st.integers(2, 3))
def test_a_check_may_run_inside_given(size):
    assert check_manifold(Sphere(size), only="metric_is_symmetric").exit_code == 0


def test_a_domain_that_needs_another_says_so_when_drawn_from_alone():
    @given(points("model"))
    def never(w):
        pass

    with pytest.raises(UnknownName, match="refers to the input 'model'.*a layout or a list of block sizes is needed"):
        never()


@given(st.data())
def test_tangents_need_their_point(data):
    with pytest.raises(UnknownName, match="refers to the input 'w'"):
        data.draw(tangents([2], "w"))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"largest": 1}, "largest is 1; an integer of at least 2 is needed"),
        ({"blocks": 0}, "blocks is 0; an integer of at least 1 is needed"),
        ({"free": -1}, "free is -1; an integer of at least 0 is needed"),
    ],
)
def test_layouts_that_do_not_exist(options, sentence):
    with pytest.raises(ArgumentError, match=sentence):
        layouts(**options)
