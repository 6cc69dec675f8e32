"""Models whose free parameters are held fixed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.errors import ArgumentError
from psitheory.models import Frozen, RankOne

from .derivative_reference import check_derivatives


@given(st.integers(0, 2**32 - 1))
def test_it_is_the_model_at_one_value_of_the_free_part(seed):
    rng = np.random.default_rng(seed)
    whole = RankOne(rng.normal(size=(3, 2)))
    w, x, v = rng.normal(size=5), rng.normal(size=5), rng.normal(size=1)
    model = Frozen(whole, v)
    check_derivatives(model, w, x)
    assert model.layout.n == 5
    assert model.layout.p == 0
    found, expected = model.evaluate(w), whole.evaluate(np.concatenate([w, v]))
    assert found.loss == expected.loss
    assert (found.gradient == expected.gradient[:5]).all()
    many = rng.normal(size=(4, 5))
    np.testing.assert_allclose(model.evaluate(many).loss, [model.evaluate(w).loss for w in many], rtol=1e-13)


def test_a_free_part_of_another_size_is_named():
    with pytest.raises(ArgumentError, match="free has the shape"):
        Frozen(RankOne(np.eye(2)), [1.0, 2.0])
