"""The figure of discovered symmetries shows the numbers that were found."""

import numpy as np
import pytest

from psitheory.plotting import draw
from psitheory.symmetry import discover_symmetries


def ratio(w):
    return np.tanh(w["a"][0] / w["b"][0]) + np.tanh(w["a"][1] * w["b"][1])


@pytest.fixture(scope="module")
def found():
    return discover_symmetries(ratio, {"a": np.ones(2), "b": np.ones(2)})


def test_values_on_both_sides_of_the_gap_and_the_exponents_are_shown(found):
    figure = draw(found.exhibit)
    figure.canvas.draw()
    spectrum, table = figure.axes[:2]
    assert spectrum.get_title(loc="left") == found.exhibit.title == "2 scaling symmetries of 4 parameters: ratio"
    lines = {line.get_label(): line for line in spectrum.lines}
    np.testing.assert_array_equal(lines["singular value"].get_ydata(), found.singular_values[:2])
    assert len(lines["zero: a symmetry"].get_ydata()) == found.dimension == 2
    assert any(text.get_text().startswith("gap ") for text in spectrum.texts)
    np.testing.assert_array_equal(table.images[0].get_array(), found.matrix)
    assert [text.get_text() for text in table.get_xticklabels()] == ["a", "b"]


def test_no_symmetry_is_said(found):
    figure = draw(discover_symmetries(lambda w: np.sum(np.sin(w)), np.ones(3)).exhibit)
    figure.canvas.draw()
    assert [text.get_text() for text in figure.axes[1].texts] == ["no symmetry"]


def test_a_constant_has_all_of_them():
    exhibit = discover_symmetries(lambda w: 1.0, np.ones(3)).exhibit
    draw(exhibit).canvas.draw()
    np.testing.assert_array_equal(exhibit.arrays["exponents"], np.eye(3))
