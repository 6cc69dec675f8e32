"""The figures of claim B3: class paths on the sphere, basins, and the classes of a network on digits."""

from typing import Any

import numpy as np

from proofs_check.dynamics import yi22_figures
from psitheory.checking import Exhibit
from psitheory.experiments import compare_classes, descend, log_spaced
from psitheory.experiments.classes import CONTROL_FACTOR
from psitheory.geometry import PSIQuotient
from psitheory.models import Circle, Neuron
from psitheory.models.named import named_model
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.rates import largest_curvature

AXIS = np.array([-12.0, 2.0, -3.0])
TO_THE_FRONT = np.eye(3) - 2 * np.outer(AXIS, AXIS) / (AXIS @ AXIS)
"""A reflection that turns the paths on the sphere to who looks at them; the samples are turned with them."""


PARTS = 8
"""Into so many parts the arc of each step is divided."""


def equivalent_starts_on_the_sphere(rng):
    """Show on S² the class paths from three lengths of one start, under GD and under PSI-GD."""
    samples = np.random.default_rng(7)
    model = Neuron(samples.normal(size=(6, 3)).round(1) @ TO_THE_FRONT, samples.normal(size=6).round(1))
    psi, scales = PSIQuotient(model.layout), np.array([[0.5], [1.5], [3.0]])
    u = np.array([-5.0, 0.0, 1.0]) @ TO_THE_FRONT / np.sqrt(26)

    def classes(method):
        """Return the classes along the segments from each point to the next, (3, T * PARTS, 3)."""
        points: Any = descend(model, method, scales * u, 200, record=range(201), keep_points=True).points
        along = np.arange(PARTS)[:, None, None] / PARTS
        inside = points[:-1, None] + along * (points[1:] - points[:-1])[:, None]
        return np.moveaxis(psi.canonical(inside.reshape(-1, *points.shape[1:])), 1, 0)

    under_gd, under_psi_gd = classes(GradientDescent(0.25)), classes(PSIGradientDescent(0.25))
    return Exhibit(
        "path",
        "Equivalent starts on S²",
        "A batch-norm neuron; one class (circle), three representatives.  Under GD each takes a path of its own, and "
        "the shortest ends (square) at another minimum; under PSI-GD the three paths are one.  Dots are steps.",
        {
            "sphere": np.array(1.0),
            **{f"GD, r₀ = {scale:g}": path for scale, path in zip(scales[:, 0], under_gd, strict=True)},
            "PSI-GD, all three": under_psi_gd,
        },
        {"every": str(PARTS)},
    )


def the_basins_at_one_rate(rng):
    """Show which minimum GD and PSI-GD reach from each angle and length of the start, at the same rate."""
    model, rate, steps = Circle.several_minima(), 0.15, 1500
    angles, lengths = np.linspace(-np.pi, np.pi, 121), np.geomspace(0.05, 5, 41)
    starts = lengths[:, None, None] * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    minima = np.sort(model.minima())

    def reached(method):
        """Return the number of the minimum that is nearest at the end, and how many runs have not settled."""
        run = descend(model, method(rate), starts, steps, record=[steps])
        away = np.arctan2(run.final[..., 1], run.final[..., 0])[..., None] - minima
        nearest = np.abs((away + np.pi) % (2 * np.pi) - np.pi).argmin(axis=-1)
        return nearest, np.count_nonzero(~(run.squared_gradient[-1] < 1e-6))

    (gd, gd_moves), (psi_gd, psi_gd_moves) = reached(GradientDescent), reached(PSIGradientDescent)
    return Exhibit(
        "map",
        f"Basins of GD and of PSI-GD at one rate, η = {rate:g}",
        "cos 3θ + cos(θ + 0.4).  A column holds the equivalent starts of one class; dotted lines mark the minima.  "
        "PSI-GD takes a class to one minimum, GD takes its short starts to another than its long ones.  After "
        f"{steps:,} steps {psi_gd_moves} runs of PSI-GD and {gd_moves} of GD, of {gd.size:,} each, have not settled.",
        {"x": angles, "y": lengths, "z": np.stack([gd, psi_gd]), "marks": minima},
        {
            "x": "angle of the start",
            "y": "length of the start",
            "z": "minimum reached",
            "panels": "GD,PSI-GD",
            "xunit": "pi",
            "yscale": "log",
            "marks": "minima",
            **{str(k): f"θ = {angle / np.pi:.2f}π".replace("-", "−") for k, angle in enumerate(minima)},
        },
    )


def _power(x):
    """Return a small number in words, such as 4·10⁻¹⁵."""
    mantissa, exponent = f"{x:.0e}".split("e")
    return f"{mantissa}·10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def a_thousand_steps_on_digits(rng):
    """Show on digits how far the classes of equivalent starts are apart over 1,000 steps, beside control runs."""
    model, start = named_model("digits")
    w, m, steps = start(rng), model.layout.m, 1000
    scales = np.stack([2.0 ** rng.integers(-6, 7, m), 10 ** rng.uniform(-2, 2, m)])

    def compare(optimizer, a):
        return compare_classes(model, optimizer, w, a, steps, rng=rng, record=log_spaced(40))

    psi_gd, gd = compare(PSIGradientDescent(0.5), scales), compare(GradientDescent(0.5), scales[1:])
    run = descend(model, PSIGradientDescent(0.5), w, steps, record=log_spaced(8), keep_points=True)
    stable, late = 1 / largest_curvature(model, run.points).value, slice(1, None)
    return Exhibit(
        "rate",
        "Digits: how far the classes of equivalent starts are apart",
        f"A scale for each of {m} neurons from 10⁻² to 10²; η = 1/2, stable to about 1/L̂ = {stable:.2f} on this run. "
        f"After 1,000 steps the classes of GD are {gd.distances[0, -1]:.2g} apart; those of PSI-GD "
        f"{_power(psi_gd.largest[1])} at generic scales ({psi_gd.verdict}: {len(psi_gd.controls)} starts one ulp away "
        f"come to {_power(psi_gd.controls.max())}, {CONTROL_FACTOR} times as much is allowed), and "
        f"{psi_gd.largest[0]:g} at powers of two.",
        {
            "steps": psi_gd.times[late],
            "gd": gd.distances[0, late],
            "psi_gd": psi_gd.distances[1, late],
            "controls": psi_gd.controls.max(axis=0)[late],
            "bound": np.full(len(psi_gd.times) - 1, psi_gd.allowed),
        },
        {
            "steps": "step t",
            "y": "distance of the classes",
            "gd": "GD, generic scales",
            "psi_gd": "PSI-GD, generic scales",
            "controls": f"PSI-GD, farthest of {len(psi_gd.controls)} one ulp away",
            "bound": f"allowed: {CONTROL_FACTOR} × that",
            "points": "controls",
        },
    )


FIGURES = (
    equivalent_starts_on_the_sphere,
    the_basins_at_one_rate,
    a_thousand_steps_on_digits,
    *yi22_figures.FIGURES,
)
