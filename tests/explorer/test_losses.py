"""What the page is told about its losses."""

import json

import numpy as np
import pytest

from psitheory.experiments import descend
from psitheory.explorer import LOSSES
from psitheory.explorer.losses import minima, smoothness, spread_out
from psitheory.explorer.page import SCRIPTS
from psitheory.models import Circle
from psitheory.optimizers import RapidityDescent


@pytest.mark.parametrize("explored", LOSSES, ids=lambda x: x.name)
def test_every_minimum_is_known(explored):
    model = explored.build()
    bound = smoothness(model)
    known = minima(model, bound)
    starts = np.random.default_rng(1).normal(size=(40, model.layout.n))
    run = descend(model, RapidityDescent(bound), starts, 2000, record=[2000])
    distances = np.linalg.norm(model.layout.units(run.final)[:, None] - known, axis=-1)
    assert distances.min(axis=1).max() < 1e-4  # half of them found less exactly than those from even starts


def test_the_minima_of_waves_are_those_of_the_model():
    model = Circle.several_minima()
    found = minima(model, smoothness(model))
    assert np.sort(np.arctan2(found[:, 1], found[:, 0])) == pytest.approx(np.sort(model.minima()), abs=1e-8)


@pytest.mark.parametrize("size", [2, 3])
def test_starts_are_evenly_spread(size):
    points = spread_out(size, 200)
    assert np.linalg.norm(points, axis=1) == pytest.approx(1, abs=1e-15)
    assert np.abs(points.mean(axis=0)).max() < 0.01
    assert points.T @ points / 200 == pytest.approx(np.eye(size) / size, abs=0.01)


def test_the_page_is_one_small_file_that_loads_nothing(written):
    html = written.read_text(encoding="utf-8")
    assert len(html.encode()) < 200_000
    assert html.count("<script>") == html.count("</script>") == 1
    assert "src=" not in html
    assert not [part for part in html.split("http")[1:] if not part.startswith("://www.w3.org/2000/svg")]
    line = next(line for line in html.splitlines() if line.startswith("const DATA = "))
    data = json.loads(line.removeprefix("const DATA = ").removesuffix(";"))
    assert [loss["name"] for loss in data["losses"]] == [loss.name for loss in LOSSES]


def test_each_part_fits_in_the_head():
    from importlib import resources

    parts = resources.files("psitheory.explorer") / "parts"
    texts = {part.name: part.read_text(encoding="utf-8") for part in parts.iterdir()}
    assert {f"{name}.js" for name in SCRIPTS} == {name for name in texts if name.endswith(".js")}
    assert max(len(text.splitlines()) for text in texts.values()) < 150
