"""The figures of the library: complete labels, sound data, and they can be drawn."""

import numpy as np
import pytest

from psitheory.plotting import draw
from psitheory.registry import select

SLOW = {"a_thousand_steps_on_digits", "l_along_a_run_on_digits", "the_basins_at_one_rate"}
ALL = {f"{entry.theorem.id} {make.__name__}": make for entry in select() for make in entry.theorem.exhibits}
QUICK = [pytest.param(make, id=name) for name, make in ALL.items() if make.__name__ not in SLOW]
AXES = {"rate": ("steps", "y"), "curves": ("x", "y"), "map": ("x", "y", "z"), "race": ("x", "y")}


def test_the_figures_of_the_first_paper_are_there():
    kinds = [name.split(" ", 1)[1] for name in ALL]
    assert set(kinds) >= SLOW
    for word in ("rays", "sphere", "basins", "the_u", "uniform_rate", "tight", "retraction_against", "norms_grow"):
        assert any(word in kind for kind in kinds), word


@pytest.mark.parametrize("make", QUICK)
def test_a_figure_is_labelled_and_drawn(make):
    exhibit = make(np.random.default_rng(0))
    assert exhibit.title
    assert exhibit.caption.endswith(".")
    for axis in AXES.get(exhibit.kind, ()):
        assert exhibit.labels.get(axis), f"no label of {axis}"
    for key in ("guides", "points"):
        assert set(filter(None, exhibit.labels.get(key, "").split(","))) <= set(exhibit.arrays)
    for name, array in exhibit.arrays.items():
        assert np.isfinite(array).any(), f"nothing of {name} can be seen"
    draw(exhibit).draw_without_rendering()
