"""The figure of claim A5: a geodesic beside the line that the retraction follows."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout


def geodesics_and_horizontal_lines(rng):
    """Show on S² a geodesic, and the horizontal line that the retraction follows from the same point."""
    psi, w, x = PSIQuotient(Layout.of([3])), np.array([0.0, 0.0, 1.0]), np.array([1.3, 0.2, 0.0])
    t = np.linspace(0, 1, 61)[:, None]
    across = np.array([0.2, -1.3, 0.0])
    return Exhibit(
        "path",
        "A geodesic and a horizontal line on S²",
        "The line w + tξ leaves the sphere, yet its classes run along the geodesic, only slower (dots are equal steps "
        "of t): it would take forever to the equator.  Weights of any length on one ray are one point.",
        {
            "sphere": np.array(1.0),
            "geodesic exp(tξ)": psi.exp(w, t * x),
            "horizontal line w + tξ": psi.retract(w, t * x),
            "its classes": psi.canonical(psi.retract(w, t * x)),
            "another geodesic": psi.exp(w, t * across),
        },
        {"every": "5"},
    )
