"""Colours are told apart in greyscale and by the colour-blind; formats, greys, captions and metadata are as asked."""

import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from psitheory.checking import Exhibit
from psitheory.errors import ArgumentError
from psitheory.plotting import SIZES, draw
from psitheory.plotting.grey import luma
from psitheory.plotting.parts import filled
from psitheory.plotting.style import COLOURS, MARKS

X = np.linspace(0, 1, 5)
CURVES = Exhibit("curves", "Two curves <&>", "What is seen: η < 1.", {"x": X, "one": X, "two": X**2})
MAP = Exhibit("map", "Basins", "c", {"x": X, "y": X[:3], "z": np.arange(15).reshape(3, 5) % 3})

# Machado, Oliveira and Fernandes (2009), table 1, severity 1: what a colour looks like without one kind of cone.
BLINDNESS = {
    "none": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour):
    c = np.array(to_rgb(colour))
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    x, y, z = TO_XYZ @ np.clip(rgb, 0, 1) / (TO_XYZ @ np.ones(3))
    f = [np.cbrt(t) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_no_two_colours_are_near_in_luma():
    shades = sorted(255 * luma(colour) for colour in COLOURS)
    assert min(np.diff(shades)) > 25  # a tenth of the range: neighbours in a legend are told apart on a copy
    assert shades[-1] < 205  # and the brightest is seen on white


@pytest.mark.parametrize("kind", BLINDNESS)
def test_no_two_colours_are_near_to_the_colour_blind(kind):
    seen = [lab(BLINDNESS[kind] @ linear(colour)) for colour in COLOURS]
    # 2.3 is just noticed side by side (Mahy et al. 1994); thin lines far apart need ten times as much
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) > 23


def test_the_palette_of_okabe_and_ito_fails_in_luma():
    old = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#6B6B6B")
    assert min(np.diff(sorted(255 * luma(colour) for colour in old))) < 2


def test_each_curve_has_a_mark_of_its_own():
    lines = draw(CURVES).axes[0].lines
    assert [line.get_marker() for line in lines] == list(MARKS[:2])
    assert len(set(MARKS)) == len(COLOURS)


@pytest.mark.parametrize("exhibit", [CURVES, MAP], ids=lambda e: e.kind)
def test_grey_is_grey_and_keeps_the_luma(tmp_path, exhibit):
    exhibit.save(tmp_path / "colour.png")
    exhibit.save(tmp_path / "grey.png", grey=True)
    colour = np.asarray(Image.open(tmp_path / "colour.png").convert("RGB"), float)
    grey = np.asarray(Image.open(tmp_path / "grey.png").convert("RGB"), float)
    assert np.ptp(grey, axis=-1).max() == 0
    assert np.ptp(colour, axis=-1).max() > 100
    assert np.abs(colour @ [0.299, 0.587, 0.114] - grey[..., 0]).max() < 3  # two roundings, and the blend of edges


@pytest.mark.parametrize("size", SIZES)
def test_a_named_size_has_its_width_and_its_words(size):
    figure, form = draw(CURVES, size=size), SIZES[size]
    assert tuple(figure.get_size_inches()) == (form.width, form.height)
    assert figure.axes[0].title.get_fontsize() == pytest.approx(1.1 * form.words)
    words = [text.get_fontsize() for text in figure.axes[0].get_xticklabels()]
    assert min(words) * 13.33 / form.width >= (24 if size == "slide" else 0)


def test_an_unknown_size_is_told():
    for size in ("poster", (1, 2, 3), (0, 1), 7):
        with pytest.raises(
            ArgumentError, match=r"size is .*; one of page, column, slide, or \(width, height\) in inches"
        ):
            draw(CURVES, size=size)


def test_title_and_caption_stand_in_the_file_and_beside_it(tmp_path):
    for form in ("png", "svg", "pdf"):
        CURVES.save(tmp_path / f"a.{form}", caption=True)
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "Two curves <&>\n\nWhat is seen: η < 1.\n"
    text = Image.open(tmp_path / "a.png").text
    assert (text["Title"], text["Description"]) == (CURVES.title, CURVES.caption)
    said = {element.text for element in ET.parse(tmp_path / "a.svg").iter() if element.tag.startswith(DUBLIN_CORE)}
    assert {CURVES.title, CURVES.caption} <= said
    assert b"/Title" in (tmp_path / "a.pdf").read_bytes()
    assert b"/Subject" in (tmp_path / "a.pdf").read_bytes()


@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_equal_exhibits_make_equal_files(tmp_path, form):
    for name in "ab":
        CURVES.save(tmp_path / f"{name}.{form}")
    assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()


def test_a_formula_is_never_torn():
    assert filled("a b $x + y = z$ c", 6).splitlines() == ["a b", "$x + y = z$", "c"]


def test_maps_side_by_side_share_their_colours_and_count_in_pi():
    z = np.stack([np.zeros((3, 5), int), np.ones((3, 5), int)])
    both = Exhibit(
        "map", "Both", "c", {"x": np.linspace(-np.pi, np.pi, 5), "y": X[:3], "z": z, "marks": np.array([1.0])},
        {"panels": "GD,PSI-GD", "xunit": "pi"},
    )  # fmt: skip
    figure = draw(both)
    figure.draw_without_rendering()
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["GD", "PSI-GD"]
    assert {"−π", "0", "π/2"} <= {tick.get_text() for tick in figure.axes[0].get_xticklabels()}
    shades = [axes.collections[0].to_rgba(axes.collections[0].get_array()).reshape(-1, 4)[0] for axes in figure.axes]
    assert [tuple(np.round(255 * shade[:3])) for shade in shades] == [
        tuple(np.round(255 * np.array(to_rgb(colour)))) for colour in COLOURS[:2]
    ]


def test_level_lines_lie_on_the_globe_where_the_values_are():
    longitude, latitude = np.linspace(-np.pi, np.pi, 91), np.linspace(-np.pi / 2, np.pi / 2, 46)
    height = np.sin(latitude)[:, None] * np.ones_like(longitude)
    axes = draw(Exhibit("path", "p", "c", {"sphere": height, "w": np.eye(3)}, {"view": "30,40"})).axes[0]
    assert (axes.elev, axes.azim) == (30, 40)
    levels = [np.array(line.get_data_3d()).T for line in axes.lines if line.get_alpha() == 0.6]
    assert levels
    for line in levels:
        sound = line[~np.isnan(line).any(axis=1)]
        assert sound.size == 0 or np.ptp(sound[:, 2]) < 1e-3  # parallels: the height is constant
