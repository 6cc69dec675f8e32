"""The laws of a positively scale-invariant model: its loss, its gradient and its Hessian along orbits."""

from __future__ import annotations

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.checking import Observation, equal
from psitheory.models.functions.jet import Jet
from psitheory.models.interface import Model


def loss_is_constant_on_orbits(model: Model, w: Array, a: Array) -> Observation:
    r"""The loss does not see the scales: :math:`f(a\cdot w) = f(w)`."""
    return equal(model.evaluate(model.layout.scale(a, w)).loss, model.evaluate(w).loss)


def gradient_is_orthogonal_to_each_block(model: Model, w: Array) -> Observation:
    r"""Euler's identity of degree 0: :math:`\langle w_i, \nabla_i f(w)\rangle = 0` for each block."""
    return equal(model.layout.dots(w, model.evaluate(w).gradient), 0)


def gradient_scales_inversely(model: Model, w: Array, a: Array) -> Observation:
    r"""The gradient is of degree -1: :math:`\nabla_i f(a\cdot w) = \nabla_i f(w)/a_i`, :math:`\nabla_v f` unchanged."""
    layout = model.layout
    there = model.evaluate(layout.scale(a, w)).gradient
    return equal(layout.scale(a, there), model.evaluate(w).gradient)


def hessian_scales_inversely(model: Model, w: Array, x: Array, a: Array) -> Observation:
    r"""The Hessian is of degree -1 in each block: :math:`\nabla^2_{ij}f(a\cdot w) = \nabla^2_{ij}f(w)/(a_ia_j)`."""
    layout = model.layout
    there = model.hessian_vector(layout.scale(a, w), layout.scale(a, x))
    return equal(layout.scale(a, there), model.hessian_vector(w, x))


def hessian_along_the_orbit(model: Model, w: Array, c: Array) -> Observation:
    r"""Along orbits the Hessian gives back the gradient, :math:`\nabla^2 f\,(c\cdot w, 0) = -(c\cdot\nabla f, 0)`.

    For all c at once this says :math:`\nabla^2_{ii}f\,w_i = -\nabla_i f`, :math:`\nabla^2_{ij}f\,w_j = 0` for
    :math:`i \ne j`, and :math:`\nabla^2_{vj}f\,w_j = 0`.
    """
    layout = model.layout

    def along(z: Array) -> Array:
        return layout.scale(c, z) - layout.map(lambda rows: 0 * rows, lambda v: v, z)

    return equal(model.hessian_vector(w, along(w)), -along(model.evaluate(w).gradient))


def jet_gives_the_function_back(model: Model, w: Array, x: Array, rho: Array) -> Observation:
    r"""The jet of F at the unit representative gives gradient and Hessian of f at w, whatever F is off the spheres.

    :math:`F = f + \tfrac12\sum_i\rho(\|w_i\|^2 - 1)` agrees with f where all blocks are unit vectors; its gradient
    there is :math:`\nabla f + \rho u`, its Hessian :math:`\nabla^2f + \rho I` on the blocks.  This ties the jet, which
    proofs put in the place of f, to functions.
    """
    return _jet_gives_back(model, w, x, rho, rho)


def _jet_gives_back(model: Model, w: Array, x: Array, of_slope: Array, of_curvature: Array) -> Observation:
    layout, xp = model.layout, namespace(w)
    at = layout.units(w)
    here, basis = model.evaluate(at), np.eye(layout.n, dtype=int) + 0 * w
    on_blocks = np.array([layout.map(lambda rows: rows, lambda free: 0 * free, e) for e in basis])
    slope = here.gradient + of_slope * layout.map(lambda rows: rows, lambda free: 0 * free, at)
    curvature = xp.stack([model.hessian_vector(at, e) for e in basis]) + of_curvature * on_blocks
    jet, there = Jet(layout, at, here.loss, slope, curvature), model.evaluate(w)
    found = xp.concat([jet.evaluate(w).gradient, jet.hessian_vector(w, x)], axis=-1)
    return equal(found, xp.concat([there.gradient, model.hessian_vector(w, x)], axis=-1))


def jet_forgets_the_radial_slope(model: Model, w: Array, x: Array, rho: Array) -> Observation:
    r"""The same with the Hessian of f for that of F; then :math:`\langle p, u\rangle P x` has no counterpart."""
    return _jet_gives_back(model, w, x, rho, 0 * rho)
