r"""A mean of Rayleigh quotients, one for each sample: mini-batch losses whose noise has a known bound."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psitheory.arithmetic import Array, dot, namespace, rescaled
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, shown
from psitheory.layout import Layout
from psitheory.models.data import check_width, checked, divided, matched
from psitheory.models.functions.rayleigh import Rayleigh
from psitheory.models.interface import Evaluation, Smoothness
from psitheory.models.sampling import rows_of


@dataclass(frozen=True, eq=False)
class RayleighMean:
    r"""The mean :math:`f(w) = \frac1N\sum_i w^\top A_iw/\|w\|^2` over samples: the quotient of the mean matrix.

    Every mini-batch loss is a Rayleigh quotient, so positively scale-invariant.

    Parameters
    ----------
    matrices : array, (N, d, d)
        Symmetric.

    Raises
    ------
    ArgumentError
        If the matrices are not square, symmetric and finite.

    Examples
    --------
    >>> import numpy as np
    >>> model = RayleighMean(np.stack([np.diag([0.0, 2.0]), np.diag([1.0, 1.0])]))
    >>> w = np.array([1.0, 1.0])
    >>> float(model.evaluate(w).loss), float(model.evaluate(w, np.array([0])).loss)
    (1.0, 1.0)
    """

    matrices: Array

    def __post_init__(self) -> None:
        matrices = checked(self.matrices, "matrices", None, None, None)
        object.__setattr__(self, "matrices", namespace(matrices).stack([Rayleigh(each).matrix for each in matrices]))

    @property
    def samples(self) -> int:
        """Return the number N of samples."""
        return len(self.matrices)

    @cached_property
    def layout(self) -> Layout:
        """Return one block of size d."""
        return Layout.of([self.matrices.shape[-1]])

    @cached_property
    def mean(self) -> Rayleigh:
        """Return the Rayleigh quotient of the mean matrix."""
        return Rayleigh(namespace(self.matrices).mean(self.matrices, axis=0))

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient on the batch, indices (B,), or (..., B) for each row its own; on all if left out."""
        if batch is None:
            return self.mean.evaluate(w)
        check_width(w, self.layout.n)
        (matrices,) = rows_of(batch, w, matched(self.matrices, w))
        xp = namespace(w)
        chosen = xp.mean(matrices, axis=-3)
        y, s = rescaled(w)
        product = xp.matmul(y[..., None, :], chosen)[..., 0, :]
        q = dot(y, y, keepdims=True)
        loss = dot(y, product, keepdims=True) / q
        return Evaluation(loss[..., 0], divided(2 * (product - loss * y) / q, s))

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n), over all samples."""
        return self.mean.hessian_vector(w, x)

    # Not cached: in balls these depend on the precision at the time of asking.

    @property
    def minimum(self) -> Array:
        """Return the least value over all samples' mean."""
        return self.mean.minimum

    @property
    def smoothness(self) -> Smoothness:
        """Return L of the mean."""
        return self.mean.smoothness

    def variance(self, size: int) -> Array:
        r"""Return a bound :math:`\sigma^2` on the variance of the gradient in the metric, for mini-batches of ``size``.

        Drawn without repetition from N samples: with :math:`B_i = A_i - \bar A` the deviation at a unit vector is
        :math:`2P\,\overline{B}\,u`, so

        .. math:: \mathbb{E}\|\mathrm{grad} f_{\text{batch}} - \mathrm{grad} f\|_g^2
                  \le \frac{N - b}{b(N-1)}\,4\operatorname{tr}\frac1N\sum_i B_i^2 .

        The trace, which is rational, stands for the largest eigenvalue.

        Raises
        ------
        ArgumentError
            If ``size`` is no number of samples.
        """
        count = self.samples
        if not 1 <= size <= count:
            raise ArgumentError(f"size is {shown(size)}; an integer from 1 to the {count} samples is needed")
        xp: Any = namespace(self.matrices)
        around = self.matrices - self.mean.matrix
        total = 4 * xp.sum(around * around) / count
        if count == 1 or size == count:
            return total * 0
        factor = (count - size) * total / (size * (count - 1))
        return factor if isinstance(xp, ObjectNamespace) else factor[()]
