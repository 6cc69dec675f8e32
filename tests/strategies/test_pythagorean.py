"""Points of rational norm."""

from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import RATIONALS
from psitheory.layout import Layout
from psitheory.runner.domain import Drawn
from psitheory.strategies import pythagorean_points

layouts = st.builds(Layout.of, st.lists(st.integers(1, 5), min_size=1, max_size=3), st.integers(0, 2))


@given(st.data(), layouts)
def test_every_block_has_a_rational_norm_that_is_not_zero(data, layout):
    w = data.draw(pythagorean_points(layout).rationals(Drawn()))
    assert w.shape == (layout.n,)
    assert all(r > 0 for r in layout.norms(w))  # the root of a number that is no square is an error
    assert all(isinstance(x, type(RATIONALS.element(1))) for x in w)


@given(st.data(), layouts)
def test_floats_are_those_of_plain_points(data, layout):
    w = data.draw(pythagorean_points(layout).floats(Drawn()))
    assert (layout.norms(w) > 0).all()
