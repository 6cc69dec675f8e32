"""Turns that exact arithmetics can take, and reflections, block by block."""

import numpy as np

from psitheory.arithmetic import dot
from psitheory.geometry import PSIQuotient, lines, sphere
from psitheory.geometry.lines import Turn
from psitheory.layout import Layout
from psitheory.models.reflected import reflection
from psitheory.strategies import pythagorean_points, quotients, step_sizes, vectors

EVERY_TURN = {
    "psi": quotients(),
    "w": pythagorean_points("psi"),
    "h": vectors("psi"),
    "x": vectors("psi"),
    "q": step_sizes(decades=1),
}
PLANE = {
    "psi": PSIQuotient(Layout.of([2])),
    "w": np.array([1.0, 0.0]),
    "h": np.array([0.0, 1.0]),
    "x": np.array([0.0, 1.0]),
    "q": 0.5,
}
"""From (1, 0) along (0, 1), by 2 arctan ½."""


def rational_turn(h, q):
    """Return the turn with tan(t/2) = qt: all turns but odd multiples of π are so."""
    square = q * q * dot(h, h, keepdims=True)
    return Turn((1 - square) / (1 + square), 2 * q / (1 + square), 2 * q * q / (1 + square))


def at(psi, w, *vectors):
    """Return the unit representative, and the tangent parts of vectors there, 0 on what is free."""
    u = psi.layout.units(w)
    return u, *(psi.layout.map(sphere.project, lambda _, v: v - v, u, x) for x in vectors)


def on_rows(psi, rule, *arrays):
    """Return the rule of each block, and 0 on what is free."""
    return psi.layout.map(rule, lambda v, *_: v - v, *arrays)


def end(psi, u, h, q):
    """Return where the turns of :func:`rational_turn` end."""
    return on_rows(psi, lambda u, h: lines.turned(u, h, rational_turn(h, q)), u, h)


def translated(psi, u, h, x, q):
    """Return x carried along with them, by the shipped formula."""
    return on_rows(psi, lambda u, h, x: lines.carried_along(u, h, x, rational_turn(h, q)), u, h, x)


def projected(psi, u, h, x, q):
    """Return the tangent part of x at their ends."""
    return on_rows(psi, sphere.project, end(psi, u, h, q), x)


def across(h, x):
    """Return ‖h‖² times the part of x that is orthogonal to h."""
    return dot(h, h, keepdims=True) * x - dot(h, x, keepdims=True) * h


def reflected(psi, q, x):
    """Return x with each block reflected in the plane across that of q, and what is free as it is."""
    return psi.layout.map(reflection, lambda _, v: v, q, x)
