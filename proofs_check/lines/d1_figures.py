"""The figure of claim D1: the distance of lines by two formulas, for smaller and smaller angles."""

import numpy as np

from psitheory.arithmetic import BALLS, precision, to_balls
from psitheory.checking import Exhibit
from psitheory.geometry import Lines


def _exact_angles(v):
    """Return the angles of (1, 0) and the rows of v, with 256 bits."""
    with precision(256):
        rows = to_balls(v)
        return np.array([float(angle.mid()) for angle in BALLS.atan2(rows[:, 1], rows[:, 0])])


def distances_of_near_lines(rng):
    """Show the relative error of the distance by arccos and by atan2 against the angle."""
    angles = np.geomspace(1e-12, 1.5, 97)
    lines, u = Lines(2), np.array([1.0, 0.0])
    v = lines.exp(u, np.stack([0 * angles, angles], axis=-1))
    exact = _exact_angles(v)
    unit = np.finfo(float).eps

    def error(found):
        return np.maximum(np.abs(found / exact - 1), unit / 4)

    return Exhibit(
        "rate",
        "The distance of near lines",
        "arccos|⟨y, z⟩| loses half of the digits and is wrong altogether below 1e-8; "
        "2 atan2(‖y - z‖, ‖y + z‖) is right to rounding.  An error of zero is drawn at a quarter of an ulp.",
        {
            "steps": angles,
            "observed": error(lines.dist(u, v)),
            "arccos": error(np.arccos(np.minimum(np.abs(v @ u), 1))),
            "bound": np.full_like(angles, 4 * unit),
        },
        {
            "steps": "angle of the lines (radians)",
            "y": "relative error",
            "observed": "2 atan2(‖y - z‖, ‖y + z‖)",
            "arccos": "arccos|⟨y, z⟩|",
            "bound": "4 units in the last place",
        },
    )
