r"""The Rayleigh quotient: the PSI function whose constants are all known in closed form."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from psitheory.arithmetic import Array, dot, namespace, ordinary_squares, rescaled
from psitheory.arithmetic.balls import BALLS
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.arithmetic.spectrum import symmetric_spectrum
from psitheory.compiled import Engine, check_engine, is_compiled
from psitheory.errors import ArgumentError, NotInArithmetic
from psitheory.layout import Layout
from psitheory.models.data import check_width, checked, divided, matched, refuse_batch
from psitheory.models.interface import Evaluation, Smoothness
from psitheory.models.scratch import Scratch

_SCRATCH = Scratch()


@dataclass(frozen=True, eq=False)
class Rayleigh:
    r"""The Rayleigh quotient :math:`f(w) = w^\top A w / \|w\|^2` of a symmetric matrix: one block.

    .. math::

        \nabla f &= \tfrac{2}{\|w\|^2}(Aw - f\,w), \\
        \nabla^2 f\,x &= \tfrac{2}{\|w\|^2}(Ax - f\,x - \langle\nabla f, x\rangle w - \langle w, x\rangle\nabla f).

    No square root is taken, so it runs on rationals at every rational point.  At a unit vector u the
    Hessian has the eigenvalues :math:`2(\lambda_i - f(u))`.

    Parameters
    ----------
    matrix : array, (d, d)
        Symmetric; floats may be asymmetric to rounding and are then symmetrised.
    engine : {"numpy", "numba"}
        By what floats are computed: "numba" (the extra ``fast``) equals NumPy to rounding, and lets
        :func:`~psitheory.experiments.descend` run from one recorded time to the next without Python, in a basis of
        eigenvectors.

    Raises
    ------
    ArgumentError
        If the matrix is not square, symmetric and finite.

    Examples
    --------
    >>> model = Rayleigh(np.diag([1.0, 2.0, 5.0]))
    >>> float(model.evaluate(np.array([0.0, 1.0, 1.0])).loss), float(model.smoothness.value)
    (3.5, 8.0)
    """

    matrix: Array
    engine: Engine = field(default="numpy", kw_only=True, repr=False)

    def __post_init__(self) -> None:
        check_engine(self.engine)
        matrix = checked(self.matrix, "matrix", None, None)
        if matrix.shape[0] != matrix.shape[1]:
            raise ArgumentError(f"matrix has the shape {tuple(matrix.shape)}; a square matrix is needed")
        object.__setattr__(self, "matrix", _symmetric(matrix))

    @cached_property
    def layout(self) -> Layout:
        """Return one block of size d."""
        return Layout.of([self.matrix.shape[0]])

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return the quotient and its gradient; a zero vector gives NaN."""
        check_width(w, self.matrix.shape[0])
        refuse_batch(batch, "the Rayleigh quotient")
        matrix, squares = matched(self.matrix, w), ordinary_squares(w)
        parts = _compiled_parts if self.engine == "numba" and is_compiled(w, matrix) else self._parts
        if squares is not None:
            squares = np.asarray(squares)[..., None]
            loss, gradient, _ = parts(w, matrix, squares)
            return Evaluation(loss[..., 0], gradient, squared_norms=squares)
        y, s = rescaled(w)
        loss, gradient, _ = parts(y, matrix, dot(y, y, keepdims=True))
        return Evaluation(loss[..., 0], divided(gradient, s))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n)."""
        check_width(w, self.matrix.shape[0])
        y, s = rescaled(w)
        matrix = matched(self.matrix, w)
        loss, gradient, double = self._parts(y, matrix, dot(y, y, keepdims=True))
        radial = dot(gradient, x, keepdims=True) * y + dot(y, x, keepdims=True) * gradient
        product = (namespace(x).matmul(x, matrix) - loss * x - radial) * double
        return divided(divided(product, s), s)  # twice, since s² may overflow

    @staticmethod
    def _parts(y: Array, matrix: Array, q: Array) -> tuple[Array, Array, Array]:
        """Return f (..., 1), its gradient, and 2/q (..., 1), q = ‖y‖²."""
        product = namespace(y, matrix).matmul(y, matrix)
        loss = dot(y, product, keepdims=True) / q
        double = 2 / q
        # in place: a third of the time of a large ensemble goes into temporaries
        product -= np.multiply(loss, y, out=_SCRATCH("shift", y.shape, y)) if _is_float(y) else loss * y
        product *= double
        return loss, product, double

    @cached_property
    def eigenvectors(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the eigenvalues (d,), ascending, and an orthonormal basis of eigenvectors in columns, of floats."""
        values, vectors = np.linalg.eigh(self.matrix)
        return values, vectors

    # Not cached from here on: in balls these depend on the precision at the time of asking.

    @property
    def spectrum(self) -> Array:
        """Return the eigenvalues, ascending (balls: by midpoints; exact arithmetics: of diagonal matrices alone)."""
        xp = namespace(self.matrix)
        if xp is BALLS:
            return symmetric_spectrum(self.matrix)
        if not isinstance(xp, ObjectNamespace):
            return xp.linalg.eigvalsh(self.matrix)
        diagonal = np.diagonal(self.matrix)
        if any(x != 0 for x in (self.matrix - _diagonal_matrix(diagonal)).flat):
            raise NotInArithmetic(f"the eigenvalues of a matrix that is not diagonal do not exist in {xp.name}")
        return _sorted(diagonal, xp)

    @property
    def minimum(self) -> Array:
        """Return the least value, the smallest eigenvalue."""
        return namespace(self.matrix).min(self.spectrum)

    @property
    def maximum(self) -> Array:
        """Return the greatest value, the largest eigenvalue."""
        return namespace(self.matrix).max(self.spectrum)

    @property
    def smoothness(self) -> Smoothness:
        r"""Return :math:`L = 2(\lambda_{\max} - \lambda_{\min})`, which is attained."""
        xp, spectrum = namespace(self.matrix), self.spectrum
        return Smoothness(2 * (xp.max(spectrum) - xp.min(spectrum)), "closed form", "everywhere")


def _compiled_parts(y: np.ndarray, matrix: np.ndarray, q: np.ndarray) -> tuple[np.ndarray, np.ndarray, None]:
    """Do what :meth:`Rayleigh._parts` does, with what follows the product compiled."""
    from psitheory.compiled.rayleigh import to_gradient

    gradient, loss, d = y @ matrix, np.empty_like(q), y.shape[-1]
    to_gradient(np.ascontiguousarray(y).reshape(-1, d), gradient.reshape(-1, d), q.reshape(-1), loss.reshape(-1))
    return loss, gradient, None


def _is_float(x: Array) -> bool:
    return type(x) is np.ndarray and x.dtype.kind == "f"


def _symmetric(matrix: Array) -> Array:
    """Return the symmetric matrix meant by ``matrix``, or raise."""
    xp = namespace(matrix)
    transpose = xp.matrix_transpose(matrix)
    if isinstance(xp, ObjectNamespace):
        pairs = zip(matrix.flat, transpose.flat, strict=True)
        alike = all(x.overlaps(y) if xp is BALLS and hasattr(x, "overlaps") else x == y for x, y in pairs)
    else:
        rounding = 8 * matrix.shape[0] * xp.finfo(matrix.dtype).eps * xp.max(xp.abs(matrix))
        alike = bool(xp.max(xp.abs(matrix - transpose)) <= rounding)
    if not alike:
        raise ArgumentError("matrix is not equal to its transpose; a symmetric matrix is needed")
    return matrix if isinstance(xp, ObjectNamespace) else matrix / 2 + transpose / 2


def _diagonal_matrix(diagonal: Array) -> Array:
    out = namespace(diagonal).zeros((len(diagonal), len(diagonal)))
    np.fill_diagonal(out, diagonal)
    return out


def _sorted(values: Array, xp: ObjectNamespace) -> Array:
    """Return ``values`` ascending: insertion by minimum and maximum, which raise where order is undecided."""
    out = values.copy()
    for stop in range(len(out) - 1, 0, -1):
        for i in range(stop):
            out[i], out[i + 1] = xp.minimum(out[i], out[i + 1]), xp.maximum(out[i], out[i + 1])
    return out
