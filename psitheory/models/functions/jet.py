r"""A PSI function known only by its second-order jet at one class.

Every smooth PSI function is :math:`f(w) = F(u_1, …, u_m, v)` with :math:`u_i = w_i/\|w_i\|`, F smooth near the
product of spheres.  Near one class all that a first- or second-order identity can see of F is its value c,
gradient p and Hessian S there.  With c, p, S free symbols, an identity that holds on the jet holds for
**every** smooth PSI function in that dimension.

By the chain rule, with :math:`P_i = I - u_iu_i^T`, :math:`Du_i[x] = P_ix_i/r_i` and
:math:`D^2u_i[x,x] = -(2\langle u_i,x_i\rangle P_ix_i + \langle x_i, P_ix_i\rangle u_i)/r_i^2`:

.. math::
   \nabla_i f = P_ip_i/r_i, \qquad
   (\nabla^2 f\,x)_i = \tfrac1{r_i}P_i(S\,Du[x])_i
     - \tfrac1{r_i^2}\bigl(\langle p_i,P_ix_i\rangle u_i + \langle u_i,x_i\rangle P_ip_i
     + \langle p_i,u_i\rangle P_ix_i\bigr).

A jet knows nothing of other classes, and refuses to be evaluated there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import BALLS, Array, dot, namespace, norm
from psitheory.errors import NotInArithmetic, WrongClass
from psitheory.geometry import sphere
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation


@dataclass(frozen=True, eq=False)
class Jet:
    """The jet of a PSI function at the class of ``at``.

    Parameters
    ----------
    layout : Layout
    at : array, (n,)
        The representative with unit blocks, in an exact arithmetic.
    value : number
        c, the value of F.
    slope : array, (n,)
        p, the gradient of F.
    curvature : array, (n, n)
        S, the symmetric Hessian of F.
    """

    layout: Layout
    at: Array
    value: Array
    slope: Array
    curvature: Array

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return c and the gradient at the representative ``w`` (n,) of the jet's class.

        Raises
        ------
        WrongClass
            If ``w`` represents another class.
        """
        self._check_class(w)
        gradient = self.layout.map(
            lambda w, u, p: sphere.project(u, p) / norm(w)[..., None], lambda _v, _u, p: p, w, self.at, self.slope
        )
        return Evaluation(self.value, gradient)

    def hessian_vector(self, w: Array, x: Array) -> Array:
        """Return the Hessian at the representative ``w`` applied to ``x`` (n,)."""
        self._check_class(w)
        moved = self.layout.map(
            lambda w, u, x: sphere.project(u, x) / norm(w)[..., None], lambda _v, _u, x: x, w, self.at, x
        )
        bent = dot(self.curvature, moved)

        def on_rows(w: Array, u: Array, x: Array, p: Array, bent: Array) -> Array:
            r = norm(w)[..., None]
            tangential = sphere.project(u, x)
            turned = (
                dot(p, tangential, keepdims=True) * u
                + dot(u, x, keepdims=True) * sphere.project(u, p)
                + dot(p, u, keepdims=True) * tangential
            )
            return sphere.project(u, bent) / r - turned / (r * r)

        return self.layout.map(on_rows, lambda _v, _u, _x, _p, bent: bent, w, self.at, x, self.slope, bent)

    def _check_class(self, w: Array) -> None:
        if w.shape != self.at.shape or not self._is_class_of(w):
            raise WrongClass("w is not in the class of this jet; a jet knows the function at one class only")

    def _is_class_of(self, w: Array) -> bool:
        try:
            units = self.layout.units(w)
            if namespace(units, self.at) is BALLS:  # of another class for certain only if they are apart
                return all(BALLS.element(x).overlaps(y) for x, y in zip(units, self.at, strict=True))
            return bool(np.all(units == self.at))
        except NotInArithmetic:  # the norm of a rescaling of ``at`` exists
            return False
