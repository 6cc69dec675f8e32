r"""The smoothness of a loss where it was looked at: the largest eigenvalue of the scaled Hessian.

With :math:`D = \operatorname{diag}(r_1 I, …, r_m I, I)` the matrix :math:`D\,\nabla^2 f(w)\,D` of a PSI
loss is its joint Hessian at the representative of [w] with unit blocks, so its largest eigenvalue is a
class function, and the supremum over a region is that region's L.  A maximum over points is a lower bound
of L, and certifies nothing in between.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from psitheory.errors import ArgumentError, ArgumentTypeError
from psitheory.models.interface import Model, Smoothness

_DENSE = 96
"""Up to so many weights the whole matrix is cheaper than an iteration."""


def largest_curvature(model: Model, w: np.ndarray, *, tolerance: float = 1e-8) -> Smoothness:
    r"""Return the largest eigenvalue of :math:`D\,\nabla^2 f\,D` over the points ``w``.

    Parameters
    ----------
    model : Model
    w : float array, (..., n)
    tolerance : float
        Relative accuracy of the Lanczos iteration that large models are given to.

    Raises
    ------
    ArgumentError
        If ``w`` does not fit the model, or the Hessian is not finite there.
    ArgumentTypeError
        If ``w`` is no array of floats.

    Examples
    --------
    >>> from psitheory.models import Rayleigh
    >>> largest_curvature(Rayleigh(np.diag([1.0, 2.0, 5.0])), np.array([3.0, 0.0, 0.0])).value
    8.0
    """
    w = model.layout.check(w, "w")
    if w.dtype == object:
        raise ArgumentTypeError("w is an array of exact numbers or balls; eigenvalues are sought in floats only")
    points = w.reshape(-1, w.shape[-1])
    value = max(curvatures(model, points, tolerance), default=-np.inf)
    return Smoothness(value, "local", "at one point" if len(points) == 1 else f"at {len(points)} points")


def curvatures(model: Model, points: np.ndarray, tolerance: float) -> Iterator[float]:
    """Yield the largest eigenvalue at each of the points (N, n); neighbours in this order help each other."""
    vector = None
    for point in points:
        top, vector = _top_eigenpair(model, point, vector, tolerance)
        yield top


def _top_eigenpair(model: Model, w: np.ndarray, guess: np.ndarray | None, tolerance: float) -> tuple[float, np.ndarray]:
    layout, n = model.layout, w.shape[-1]
    scale = layout.expand(layout.norms(w)) if layout.m else np.ones_like(w)

    def product(x: np.ndarray) -> np.ndarray:
        return np.asarray(scale * model.hessian_vector(w, scale * x))

    if n <= _DENSE:
        matrix = product(np.eye(n, dtype=w.dtype))
        _refuse_non_finite(matrix)
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
        return float(values[-1]), vectors[:, -1]

    from scipy.sparse.linalg import LinearOperator, eigsh

    # the eigenvector of the point before is a good guess; the first one is fixed, for the sake of repeatability
    start = np.asarray(np.random.default_rng(0).normal(size=n) if guess is None else guess, dtype=w.dtype)
    _refuse_non_finite(product(start))
    operator = LinearOperator((n, n), matvec=lambda x: product(np.reshape(x, n)), dtype=w.dtype)
    values, vectors = eigsh(operator, k=1, which="LA", v0=start, tol=tolerance)
    return float(values[-1]), vectors[:, -1]


def _refuse_non_finite(product: np.ndarray) -> None:
    if not np.isfinite(product).all():
        raise ArgumentError("w is a point at which the Hessian is not finite; the loss must be smooth there")
