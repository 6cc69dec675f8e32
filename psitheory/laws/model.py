"""The laws of a positively scale-invariant model: its loss, its gradient and its Hessian along orbits."""

from __future__ import annotations

from psitheory.arithmetic import Array
from psitheory.checking import Observation, equal
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
