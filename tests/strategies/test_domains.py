"""Domains of models and of what methods need."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import SymbolTable
from psitheory.errors import ArgumentError
from psitheory.models import NORMS
from psitheory.runner.domain import Drawn
from psitheory.strategies import (
    choices,
    factors,
    generic_models,
    generic_points,
    mini_batches,
    models_with_free_part,
    normalised_layers,
    points,
    rank_one_models,
    rescalings,
    sampled_neurons,
    smooth_models,
    symmetric_rayleighs,
    vectors,
)


def drawn_with(**inputs):
    drawn = Drawn()
    drawn.update(inputs)
    return drawn


@given(st.data())
def test_factors_lie_strictly_between_zero_and_one(data):
    assert 0 < data.draw(factors().floats(Drawn())) < 1
    assert 0 < data.draw(factors().rationals(Drawn())) < 1


@given(st.data())
def test_choices_are_the_values_in_every_arithmetic(data):
    domain = choices("one", "two")
    assert data.draw(domain.floats(Drawn())) in ("one", "two")
    assert data.draw(domain.rationals(Drawn())) in ("one", "two")
    assert domain.symbols(Drawn(), SymbolTable(), "x") == ["one", "two"]


@given(st.data())
def test_mini_batches_hold_different_samples(data):
    model = data.draw(sampled_neurons(6).floats(Drawn()))
    batches = data.draw(mini_batches("model", steps=3, size=4).floats(drawn_with(model=model)))
    assert batches.shape == (3, 4)
    assert all(len(set(batch)) == 4 and set(batch) <= set(range(6)) for batch in batches)


@given(st.data(), st.booleans())
def test_generic_models_have_gradients_without_zero_entries_at_generic_points(data, free):
    model = data.draw(generic_models(free=free).floats(Drawn()))
    w = data.draw(generic_points("model").floats(drawn_with(model=model)))
    assert (model.evaluate(w).gradient != 0).all()
    assert free or model.layout.p == 0


@pytest.mark.parametrize("bias", [False, True])
@given(st.data(), st.sampled_from(NORMS))
def test_normalised_layers_have_the_norm_and_the_bias_asked_for(bias, data, norm):
    model = data.draw(normalised_layers(norm, bias=bias).floats(Drawn()))
    assert (model.norm, model.bias) == (norm, bias)


@given(st.data())
def test_smooth_models_have_a_positive_smoothness(data):
    assert data.draw(smooth_models().floats(Drawn())).smoothness.value > 0
    assert data.draw(smooth_models().rationals(Drawn())).smoothness.value > 0
    assert data.draw(rank_one_models().floats(Drawn())).norm > 0


@given(st.data())
def test_models_with_a_free_part_have_one_in_every_arithmetic(data):
    domain = models_with_free_part()
    assert data.draw(domain.floats(Drawn())).layout.p > 0
    assert data.draw(domain.rationals(Drawn())).layout.p > 0


def test_generic_models_are_made_of_symbols():
    def generic(domain):
        table = SymbolTable()
        domain.symbols(Drawn(), table, "model")
        table.close()
        return domain.symbols(Drawn(), table, "model")

    assert [model.layout.p for model in generic(models_with_free_part())] == [1, 1, 1]
    for rayleigh in generic(symmetric_rayleighs()):
        assert (rayleigh.matrix == rayleigh.matrix.T).all()
        assert len(set(map(str, rayleigh.matrix.flat))) == len(rayleigh.matrix) * (len(rayleigh.matrix) + 1) // 2


def test_a_symmetric_matrix_of_floats_and_of_rationals():
    domain = symmetric_rayleighs()

    @given(domain.floats(Drawn()), domain.rationals(Drawn()))
    def symmetric(model, exact):
        assert (model.matrix == np.swapaxes(model.matrix, 0, 1)).all()
        assert (exact.matrix == exact.matrix.T).all()

    symmetric()


@pytest.mark.parametrize("of", [points, vectors, rescalings])
def test_what_has_no_layout_is_named(of):
    with pytest.raises(ArgumentError, match=r"the input 'x' is 3\.0, which has no layout; an input that has one"):
        of("x").floats(drawn_with(x=3.0))
