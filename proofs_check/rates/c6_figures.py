"""The figure of claim C6: curvature along geodesics beside that of straight steps."""

import numpy as np

from psitheory.checking import Exhibit
from psitheory.models import Cosine
from psitheory.rates import largest_curvature


def two_curvatures_of_the_cosine(rng):
    """Show the curvature along geodesics and the largest eigenvalue of the Hessian at unit vectors, by the angle."""
    model, angles = Cosine(np.array([1.0, 0.0])), np.linspace(0, np.pi, 181)
    u = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    across = np.stack([-np.sin(angles), np.cos(angles)], axis=-1)
    flat = [largest_curvature(model, point).value for point in u]
    return Exhibit(
        "curves",
        "Two curvatures of the cosine",
        "Along geodesics the curvature is cos θ, at most 1; the Hessian of the flat space, which straight steps meet, "
        "has an eigenvalue up to 2/√3 = 1.155.",
        {
            "x": angles,
            "geodesic": (across * model.hessian_vector(u, across)).sum(axis=-1),
            "flat": np.array(flat),
            "l_g": np.full_like(angles, 1.0),
            "l": np.full_like(angles, 2 / np.sqrt(3)),
        },
        {
            "x": "angle θ with the direction (radians)",
            "y": "curvature",
            "geodesic": "along the geodesic",
            "flat": "largest eigenvalue of ∇²f",
            "l_g": "L_g = 1",
            "l": "L = 2/√3",
            "guides": "l_g,l",
        },
    )
