"""An animation grows its paths from their starts to their ends."""

import numpy as np
import pytest
from PIL import Image

from psitheory.checking import Exhibit
from psitheory.errors import ArgumentError
from psitheory.plotting import animate, draw
from psitheory.plotting.paths import moving_parts

TURN = np.linspace(0, 3, 40)
PLANE = Exhibit("path", "p", "c", {"w": np.stack([np.cos(TURN), np.sin(TURN)], axis=-1), "two": np.ones((2, 3, 2))})
SPACE = Exhibit(
    "path", "p", "c", {"sphere": np.array(1), "w": np.stack([np.cos(TURN), np.sin(TURN), 0 * TURN], axis=-1)}
)


def ink(image):
    return int((np.asarray(image.convert("L")) < 250).sum())


@pytest.mark.parametrize("exhibit", [PLANE, SPACE], ids=["plane", "space"])
def test_paths_grow(tmp_path, exhibit):
    animate(exhibit, tmp_path / "a.gif", frames=4, seconds=0.4, size=(3, 2))
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames >= 4
        amounts = []
        for frame in range(4):
            gif.seek(frame)
            amounts.append(ink(gif.copy()))
    assert amounts == sorted(amounts)
    assert amounts[0] < amounts[-1]


def test_each_path_has_its_end():
    parts = moving_parts(draw(PLANE))
    assert len(parts) == 3
    for line, end in parts:
        np.testing.assert_array_equal(line.get_xydata()[-1:], end.get_xydata())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((Exhibit("map", "t", "c", {}), "a.gif", {}), "exhibit has the kind 'map'; a path is needed"),
        ((PLANE, "a.mp4", {}), "a file name ending in .gif is needed"),
        ((PLANE, "a.gif", {"frames": 1}), "frames is 1; an integer of at least 2 is needed"),
        ((PLANE, "a.gif", {"seconds": 0}), "seconds is 0; a positive number is needed"),
    ],
)
def test_what_cannot_be_animated_is_told(tmp_path, arguments, sentence):
    exhibit, name, options = arguments
    with pytest.raises(ArgumentError, match=sentence):
        animate(exhibit, tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []
