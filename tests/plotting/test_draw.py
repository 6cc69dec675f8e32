"""Drawings hold the data of their exhibit, and nothing else."""

import numpy as np
import pytest

from psitheory.checking import Exhibit
from psitheory.errors import ArgumentError
from psitheory.plotting import draw, save

STEPS = np.array([1, 10, 100])
RATE = Exhibit("rate", "A rate", "c", {"steps": STEPS, "observed": 1 / STEPS, "bound": 2 / STEPS}, {"steps": "T"})
X = np.linspace(0, 1, 5)
EXHIBITS = [
    RATE,
    Exhibit(
        "rate",
        "Many",
        "c",
        {"steps": STEPS, "observed": np.ones((4, 3)), "bound": 2 / STEPS, "lower": 1 / STEPS, "upper": 3 / STEPS},
    ),
    Exhibit("curves", "Curves", "c", {"x": X, "one": X, "two": X**2}, {"xscale": "log"}),
    Exhibit("path", "Plane", "c", {"gd": np.eye(2), "psi": np.ones((3, 2))}),
    Exhibit("path", "Space", "c", {"sphere": np.array(1), "gd": np.eye(3)}),
    Exhibit("map", "Basins", "c", {"x": X, "y": X[:3], "z": np.arange(15).reshape(3, 5) % 3}, {"0": "left"}),
    Exhibit("map", "Heights", "c", {"x": X, "y": X[:3], "z": np.arange(15.0).reshape(3, 5)}),
    Exhibit(
        "path", "Lines", "c", {"rays": np.ones((2, 2, 2)), "pair": np.zeros((2, 3, 2))}, {"guides": "rays", "rays": "R"}
    ),
    Exhibit(
        "race",
        "Race",
        "c",
        {"x": 1 + X, "limit": np.array(9.0), "gd": np.array([X + 1, [1, 2, 3, np.nan, np.nan]]), "gd, fitted": X + 1},
        {"gd": "GD", "gd, fitted": "rises", "limit": "late"},
    ),
    Exhibit("spectrum", "Spectrum", "c", {"values": X, "bound": np.array(2.0)}),
]


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda e: e.title)
def test_every_kind_is_drawn_and_titled(exhibit):
    figure = draw(exhibit)
    figure.draw_without_rendering()
    assert exhibit.title in [axes.get_title() + axes.get_title(loc="left") for axes in figure.axes]


def test_a_rate_shows_its_numbers():
    lines = {line.get_label(): line for line in draw(RATE).axes[0].lines}
    np.testing.assert_array_equal(lines["observed"].get_ydata(), 1 / STEPS)
    np.testing.assert_array_equal(lines["bound"].get_ydata(), 2 / STEPS)


def test_guides_are_broken_and_points_have_no_line():
    exhibit = Exhibit(
        "curves",
        "c",
        "c",
        {"x": X, "seen": X, "found": np.where(X > 0.5, X, np.nan), "limit": 1 + X},
        {"guides": "limit", "points": "found", "found": "largest found"},
    )
    lines = {line.get_label(): line for line in draw(exhibit).axes[0].lines}
    assert lines["seen"].get_linestyle() == "-"
    assert lines["limit"].get_linestyle() == "--"
    assert (lines["largest found"].get_linestyle(), lines["largest found"].get_marker()) == ("None", "o")
    assert lines["limit"].get_color() not in (lines["seen"].get_color(), lines["largest found"].get_color())
    np.testing.assert_array_equal(lines["largest found"].get_ydata(), exhibit.arrays["found"])


def test_the_band_of_a_rate_is_named_and_holds_its_numbers():
    arrays = {"steps": STEPS, "observed": 2 / STEPS, "bound": 4 / STEPS, "lower": 1 / STEPS, "upper": 3 / STEPS}
    axes = draw(Exhibit("rate", "r", "c", arrays, {"range": "interval"})).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["interval", "observed", "bound"]
    (band,) = axes.collections
    corners = {tuple(point) for point in band.get_paths()[0].vertices}
    assert {(1, 1.0), (100, 0.01), (1, 3.0), (100, 0.03)} <= corners


def test_marks_stand_where_they_are_asked_for_and_at_both_ends():
    path = np.linspace(0, 1, 13)[:, None] * np.ones(2)
    drawn, begin, end = draw(Exhibit("path", "p", "c", {"w": path}, {"every": "6"})).axes[0].lines
    assert drawn.get_markevery() == 6
    np.testing.assert_array_equal(drawn.get_xydata(), path)
    np.testing.assert_array_equal(np.concatenate([begin.get_xydata(), end.get_xydata()]), path[[0, -1]])


def test_only_the_front_of_the_globe_is_drawn():
    axes = draw(EXHIBITS[4]).axes[0]
    azimuth, elevation = np.radians(axes.azim), np.radians(axes.elev)
    front = [np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)]
    globe = [np.array(line.get_data_3d()).T for line in axes.lines[:-3]]
    assert len(globe) == 1 + 5 + 12  # outline, parallels, meridians
    for line in globe:
        sound = line[~np.isnan(line).any(axis=1)]
        assert (sound @ front > -1e-12).all()
        np.testing.assert_allclose(np.linalg.norm(sound, axis=1), 1, rtol=1e-12)


def test_many_paths_of_one_name_stand_once_in_the_legend_and_guides_carry_no_marks():
    axes = draw(EXHIBITS[7]).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["R", "pair"]
    rays, paths = axes.lines[:2], axes.lines[2:]
    assert {line.get_marker() for line in rays} == {"None"}
    assert len(paths) == 6  # two paths, and the marks of each one's start and end


def test_a_race_shows_what_is_missing_as_hollow_triangles_at_its_limit():
    figure = draw(EXHIBITS[8])
    (late,) = [line for line in figure.axes[0].lines if line.get_marker() == "^" and len(line.get_xdata())]
    np.testing.assert_array_equal(late.get_xdata(), 1 + X[3:])
    np.testing.assert_array_equal(late.get_ydata(), [9, 9])
    assert late.get_markerfacecolor() == "none"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["GD rises", "late"]


def test_categories_are_named_in_the_legend():
    legend = draw(EXHIBITS[5]).axes[0].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == ["left", "1", "2"]


def test_two_drawings_of_one_exhibit_are_the_same_file(tmp_path):
    for name in ("a.png", "b.png"):
        save(RATE, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(
    ("exhibit", "message"),
    [
        (Exhibit("pie", "t", "c", {}), "exhibit has the kind 'pie'; one of rate, "),
        (Exhibit("rate", "t", "c", {"steps": STEPS}), "exhibit 't' has no array 'bound', which a rate needs"),
    ],
)
def test_what_cannot_be_drawn_is_told(exhibit, message):
    with pytest.raises(ArgumentError, match=message):
        draw(exhibit)


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path):
    with pytest.raises(ArgumentError, match="whose folder does not exist"):
        save(RATE, tmp_path / "nowhere" / "a.png")
    with pytest.raises(ArgumentError, match="path is '.*a.nonsense'; a file name ending in one of "):
        save(RATE, tmp_path / "a.nonsense")
    assert list(tmp_path.iterdir()) == []


def test_a_map_of_many_cells_is_small_as_svg(tmp_path):
    x, y = np.linspace(0, 1, 200), np.linspace(0, 1, 100)
    for z in (np.add.outer(y, x), np.add.outer(y, x).astype(int)):
        save(Exhibit("map", "Many cells", "c", {"x": x, "y": y, "z": z}), tmp_path / "map.svg")
        assert (tmp_path / "map.svg").stat().st_size < 100_000
