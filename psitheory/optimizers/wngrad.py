r"""WNGrad on the sphere: what gradient descent on a PSI loss does to the direction of the weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from psitheory.arithmetic import Array, namespace
from psitheory.layout import Layout
from psitheory.models.interface import Evaluation
from psitheory.optimizers.checks import check_choice, check_positive


@dataclass(frozen=True, eq=False)
class SphericalWNGrad:
    r"""WNGrad on the unit spheres of the blocks, with an accumulator b for each block.

    With the decay on the weights :math:`u^+ = n(u - \nabla f(u)/(cb))`, :math:`b^+ = c^2b + \|\nabla f(u)\|^2/b`; with
    the decay on the whole step :math:`u^+ = n(u - \nabla f(u)/b)`, :math:`b^+ = c^2(b + \|\nabla f(u)\|^2/b)`.  Here
    :math:`n(x) = x/\|x\|`, block by block, and the step uses b before its update.  Free parts step by
    :math:`v - \eta\nabla_vf`.  Blocks need not be unit: the step is the same from every representative.

    Parameters
    ----------
    start : positive number, or array (..., m)
        :math:`b_0`; that of gradient descent from w is :math:`r_i^2/\eta`.
    shrink : positive number
        c, which is :math:`1 - \eta\lambda`.
    rate : positive number
        :math:`\eta`, of free parts only.
    decay_on : {"weights", "step"}

    Raises
    ------
    ArgumentError
        If a number is not positive, or ``decay_on`` is unknown.
    """

    start: Any
    shrink: Any = field(default=1, kw_only=True)
    rate: Any = field(default=1, kw_only=True)
    decay_on: Literal["weights", "step"] = field(default="weights", kw_only=True)

    def __post_init__(self) -> None:
        for name in ("start", "shrink", "rate"):
            check_positive(getattr(self, name), name)
        check_choice(self.decay_on, "decay_on", "weights", "step")

    def init(self, layout: Layout, w: Array) -> Array:
        r"""Return :math:`b_0`, (..., m)."""
        xp = namespace(w)
        return self.start * xp.ones_like(layout.norms(w))

    def step(self, layout: Layout, w: Array, evaluation: Evaluation, state: Array) -> tuple[Array, Array]:
        """Return the next unit weights and accumulator."""
        at_unit = layout.scale(layout.norms(w), evaluation.gradient)
        free = evaluation.gradient * self.rate
        square, keep = layout.dots(at_unit, at_unit), self.shrink * self.shrink
        if self.decay_on == "weights":
            share, after = 1 / (self.shrink * state), keep * state + square / state
        else:
            share, after = 1 / state, keep * (state + square / state)
        moved = layout.units(w) - layout.scale(share, layout.map(lambda g, _: g, lambda _, g: g, at_unit, free))
        return layout.units(moved), after
