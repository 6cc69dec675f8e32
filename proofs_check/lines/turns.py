"""Turns that exact arithmetics can take, and reflections, block by block."""

from psitheory.arithmetic import dot
from psitheory.geometry import sphere
from psitheory.geometry.lines import Turn
from psitheory.models.reflected import reflection


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


def reflected(psi, q, x):
    """Return x with each block reflected in the plane across that of q, and what is free as it is."""
    return psi.layout.map(reflection, lambda _, v: v, q, x)
