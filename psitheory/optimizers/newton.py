r"""Newton's method on the quotient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.arithmetic.linear import solve
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation, Model
from psitheory.optimizers.checks import check_model
from psitheory.optimizers.interface import State


@dataclass(frozen=True, eq=False)
class QuotientNewton:
    r"""Newton's method on the quotient: :math:`w^+ = w + \xi` with :math:`\mathrm{Hess} f[\xi] = -\mathrm{grad} f`.

    That is :math:`(P\nabla^2fP + R^{-2}(I - P))\,\xi = -\nabla f` with P the orthogonal projection onto the horizontal
    space and R the norms.  On Rayleigh quotients it is Rayleigh quotient iteration.  It is drawn to any nondegenerate
    critical point, not only to minima.  (Euclidean Newton, :math:`-(\nabla^2f)^{-1}\nabla f = w`, never changes the
    class.)

    Parameters
    ----------
    model : Model
        Whose Hessian is taken, on all its samples.

    Raises
    ------
    ArgumentTypeError
        If the model is none, or has no ``hessian_vector``.
    """

    model: Model

    def __post_init__(self) -> None:
        check_model(self.model, "hessian_vector")

    def init(self, layout: Layout, w: Array) -> State:
        """Return nothing: the step depends on the point alone."""
        return ()

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: State) -> tuple[Array, State]:
        """Return the next weights and state."""
        psi, eye = PSIQuotient(layout), _eye(w)
        base = np.broadcast_to(w[..., None, :], (*w.shape[:-1], *eye.shape))
        flat = psi.horizontal(base, np.broadcast_to(eye, base.shape))  # its rows are the columns of P
        bent = psi.horizontal(base, _products(self.model, w, flat))
        vertical = layout.scale(1 / layout.dots(base, base), eye - flat)  # of the degree of the rest, -2
        return w + solve(bent + vertical, -evaluation.gradient), state


def _eye(w: Array) -> Array:
    xp, n = namespace(w), w.shape[-1]
    return xp.eye(n) if isinstance(xp, ObjectNamespace) else np.eye(n, dtype=w.dtype)


def _products(model: Model, w: Array, rows: Array) -> Array:
    """Return the Hessian times each row of ``rows`` (..., n, n)."""
    n = w.shape[-1]
    return np.stack([model.hessian_vector(w, rows[..., k, :]) for k in range(n)], axis=-2)
