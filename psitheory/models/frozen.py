"""A model whose free parameters are held fixed, so that blocks alone are left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from psitheory.arithmetic import Array, namespace
from psitheory.layout import Layout
from psitheory.models.data import check_width, checked, matched
from psitheory.models.interface import Evaluation, Model


@dataclass(frozen=True, eq=False)
class Frozen:
    r"""The function :math:`(w_1, …, w_m) \mapsto f(w_1, …, w_m, v)` for one v.

    Parameters
    ----------
    model : Model
        Its blocks come before its free parameters.
    free : array, (p,)
        v.

    Raises
    ------
    ArgumentError
        If v has another size than the free part of the model, or is not finite.
    """

    model: Model
    free: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "free", checked(self.free, "free", self.model.layout.p))

    @cached_property
    def layout(self) -> Layout:
        """Return the blocks of the model."""
        return Layout(*(part for part in self.model.layout.parts if part.blocks))

    def evaluate(self, w: Array, batch: Array | None = None) -> Evaluation:
        """Return loss and gradient, on a batch if one is given."""
        seen = self.model.evaluate(self._whole(w, self.free), batch)
        return Evaluation(seen.loss, seen.gradient[..., : self.layout.n], seen.statistics)

    def hessian_vector(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\nabla^2 f(w)\,x`, (..., n)."""
        product = self.model.hessian_vector(self._whole(w, self.free), self._whole(x, 0 * self.free))
        return product[..., : self.layout.n]

    def _whole(self, w: Array, free: Array) -> Array:
        check_width(w, self.layout.n)
        xp = namespace(w, free)
        return xp.concat([w, xp.broadcast_to(matched(free, w), (*w.shape[:-1], self.model.layout.p))], axis=-1)
