"""Functions of a flat vector whose parts a Layout names: their types are those of the same function of named arrays."""

import numpy as np
import pytest

from psitheory.conformance import check_model
from psitheory.errors import ArgumentError
from psitheory.layout import Layout, Part
from psitheory.symmetry import discover_symmetries

X = np.random.default_rng(0).normal(size=(20, 40))
LAYOUT = Layout(Part("W", (30, 40), 0), Part("g", (30,), 0), Part("v", (30,), 0))


def loss(W, g, v):
    z = X @ W.T
    z = (z - z.mean(0)) / np.sqrt(z.var(0) + 1e-8)
    return float(np.mean((np.maximum(z * g, 0) @ v - 1) ** 2))


def by_layout(w):
    return loss(*(LAYOUT.view(name, w) for name in "Wgv"))


def by_slices(w):
    return loss(w[:1200].reshape(30, 40), w[1200:1230], w[1230:])


def test_the_types_are_those_of_named_arrays():
    named = {"W": np.ones((30, 40)), "g": np.ones(30), "v": np.ones(30)}
    for found in (
        discover_symmetries(by_layout, LAYOUT),
        discover_symmetries(by_slices, LAYOUT),
        discover_symmetries(lambda p: loss(p["W"], p["g"], p["v"]), {k: x + X[0, 0] for k, x in named.items()}),
    ):
        assert found.null_space is None  # by types
        assert (found.dimension, found.exact_dimension) == (60, 30)
    assert check_model(by_layout, LAYOUT).properties["W"] == "rows up to eps"


@pytest.mark.parametrize(
    ("f", "dimension"),
    [
        (lambda w: by_layout(w) + 1e-3 * np.sum(w * w), 0),  # all entries at once, across parts
        (lambda w: by_layout(w) + 1e-3 * np.sum(w[1190:1210] ** 2), 49),  # of a row of W and of ten gains
        (lambda w: by_layout(w / np.sqrt(np.sum(w * w))), 1),
        (lambda w: by_layout(w) + np.tanh(w[1230]), 59),
    ],
)
def test_what_crosses_parts_is_not_lost(f, dimension):
    assert discover_symmetries(f, LAYOUT).dimension == dimension


def test_a_value_that_leaves_as_a_number_must_stay():
    def ratio(w):
        return float(np.sum(w[:1200] ** 2)) / float(np.sum(w[1200:] ** 2))

    found = discover_symmetries(ratio, LAYOUT)
    assert found.dimension == 0  # a lower bound: what is made of numbers is not followed
    assert any(note.startswith("not derived: a plain number at") for note in found.notes)
    assert not any("lower bound" in note for note in discover_symmetries(by_layout, LAYOUT).notes)


def test_a_function_of_named_arrays_with_a_layout_is_told_what_comes_to_it():
    with pytest.raises(ArgumentError, match=r"given a Layout f is called on a flat vector \(n,\)"):
        check_model(lambda p: p["W"].sum(), LAYOUT)
