"""Mini-batch losses with two coupled blocks and a free parameter, whose smoothness and noise have known bounds."""

from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array, namespace
from psitheory.layout import Layout
from psitheory.models import RankOne
from psitheory.models.interface import Evaluation


@dataclass(frozen=True, eq=False)
class RankOneMean:
    r"""The mean of :math:`\tfrac12\|B_i - v\,u_1u_2^\top\|_F^2` over samples, up to constants: that of the mean matrix.

    A step :math:`v^+ = v - \eta(v - s_i)` with :math:`\eta \le 1` stays in :math:`|v| \le V`, if v is there and
    :math:`V \ge \|B_i\| \ge |s_i|`; so constants on that region will do.
    """

    matrices: Array

    @property
    def samples(self) -> int:
        """Return the number of samples."""
        return len(self.matrices)

    @property
    def layout(self) -> Layout:
        """Return that of each sample."""
        return self.mean.layout

    @property
    def mean(self) -> RankOne:
        """Return the loss of all samples, but for a constant."""
        return RankOne(namespace(self.matrices).mean(self.matrices, axis=0))

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss, but for a constant, and gradient on the batch, indices (B,); on all if left out."""
        if batch is None:
            return self.mean.evaluate(w)
        chosen = self.matrices[np.asarray(batch)]
        return RankOne(namespace(chosen).mean(chosen, axis=0)).evaluate(w)

    def largest(self, v: Array) -> Array:
        """Return V: the larger of v > 0 and the Frobenius norms of the samples' matrices."""
        xp = namespace(self.matrices)
        squares = xp.sum(xp.sum(self.matrices * self.matrices, axis=-1), axis=-1)
        return xp.maximum(v, xp.sqrt(xp.max(squares)))

    def variance(self, largest: Array) -> Array:
        r"""Return :math:`\max(1, 2V^2)` times the mean of :math:`\|B_i - \bar B\|_F^2`: a bound on :math:`\sigma^2`.

        With :math:`C = B_i - \bar B` the deviation is :math:`(vP_1Cu_2, vP_2C^\top u_1, u_1^\top Cu_2)`.
        """
        xp = namespace(self.matrices)
        around = self.matrices - self.mean.matrix
        double = 2 * largest * largest
        return xp.maximum(double, xp.ones_like(double)) * xp.sum(around * around) / self.samples
