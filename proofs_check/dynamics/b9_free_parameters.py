r"""Steps on the quotient beside Euclidean steps on free parameters stay equivariant.

Statement
---------
Let v be the parameters that no normalisation touches.  The method that steps the blocks by :math:`-\eta
r_i^2\nabla_if` and v by :math:`-\eta_v\nabla_vf` is equivariant, :math:`(a\cdot w)^+ = a\cdot w^+`, for any rates
:math:`\eta` (of each block) and :math:`\eta_v`; so it is if v's step is multiplied by a class function, such as
:math:`\|v\|^2`.

Assumptions
-----------
f is PSI in the blocks, whatever it is in v; no block is zero.

Source
------
Yi22 (PSI-SGD leaves the other parameters to SGD).

Idea of the proof
-----------------
:math:`\nabla_vf(a\cdot w) = \nabla_vf(w)` by claim A3, and v does not change under a; a factor that is constant on
orbits changes nothing.  One that is not, such as :math:`\sum_ir_i^2`, makes the steps of v from equivalent weights
differ.

What is checked, what is not
----------------------------
One step on symbols for the generic jet with the blocks [2], [3], [2,2] and a free parameter, on rationals, for powers
of two bit for bit, in balls and on floats; short runs of batch-norm networks and approximations of rank one in the
last three.

Tags
----
dynamics, equivariance, free parameters
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from proofs_check.bibliography import YI22
from psitheory.arithmetic import Array, dot, namespace
from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, theorem
from psitheory.laws.update import run_commutes_with_rescaling, step_commutes_with_rescaling
from psitheory.layout import Layout
from psitheory.models import Evaluation, RankOne
from psitheory.optimizers import PerBlock, PSIGradientDescent
from psitheory.strategies import (
    counts,
    models_with_free_part,
    points,
    rescalings,
    step_sizes,
)

B9 = theorem(
    "B9",
    "Steps on the quotient and Euclidean steps on free parameters go together",
    chapter="dynamics",
    source=YI22,
    locator="PSI-SGD on networks",
    statement=r"w_i^+ = w_i - \eta r_i^2\nabla_i f,\quad v^+ = v - \eta_v\nabla_v f\quad\Longrightarrow\quad "
    r"(a\cdot w)^+ = a\cdot w^+",
    assumptions=("f is positively scale-invariant in the blocks", "no block is zero", "rates are positive"),
    doc=__doc__,
)

STEP = {
    "model": models_with_free_part(),
    "w": points("model"),
    "a": rescalings("model"),
    "eta": step_sizes(),
    "eta_v": step_sizes(),
}
TWO = {
    "model": RankOne(np.eye(2)),
    "w": np.array([1.0, 0.0, 1.0, 0.0, 2.0]),
    "a": np.array([2.0, 1.0]),
    "eta": 1.0,
    "eta_v": 1.0,
}


@dataclass(frozen=True, eq=False)
class _Multiplied:
    """The method of the statement, with the step of v multiplied by ``factor(layout, w)``."""

    rate: Any
    factor: Callable[[Layout, Array], Array]

    def init(self, layout, w):
        return ()

    def step(self, layout, w, evaluation, state):
        factor = self.factor(layout, w)
        gradient = layout.map(lambda z: z, lambda z: z * factor, evaluation.gradient)
        return PSIGradientDescent(self.rate).step(layout, w, Evaluation(evaluation.loss, gradient), state)


def _square_of_v(layout, w):
    v = layout.free_part(w)
    return dot(v, v, keepdims=True)


def _squares_of_blocks(layout, w):
    return namespace(w).sum(layout.dots(w, w), axis=-1, keepdims=True)


@B9.law(**STEP)
def a_step_of_both_kinds_is_equivariant(model, w, a, eta, eta_v):
    """One step from a·w leads to a·w⁺, with a rate of its own for v."""
    return step_commutes_with_rescaling(PSIGradientDescent(PerBlock(eta, eta_v)), model, w, a)


@a_step_of_both_kinds_is_equivariant.counterfeit(instance=TWO)
def the_step_of_v_may_grow_with_the_blocks(model, w, a, eta, eta_v):
    """The same with v's step multiplied by Σr_i²."""
    return step_commutes_with_rescaling(_Multiplied(PerBlock(eta, eta_v), _squares_of_blocks), model, w, a)


@B9.law(**STEP)
def the_step_of_v_may_be_multiplied_by_a_class_function(model, w, a, eta, eta_v):
    """One step from a·w leads to a·w⁺ if v's step is multiplied by ‖v‖²."""
    return step_commutes_with_rescaling(_Multiplied(PerBlock(eta, eta_v), _square_of_v), model, w, a)


@the_step_of_v_may_be_multiplied_by_a_class_function.counterfeit(instance=TWO)
def the_step_of_v_may_be_multiplied_by_the_square_of_everything(model, w, a, eta, eta_v):
    """The same with v's step multiplied by ‖w‖², blocks and all."""
    both = _Multiplied(PerBlock(eta, eta_v), lambda layout, w: _squares_of_blocks(layout, w) + _square_of_v(layout, w))
    return step_commutes_with_rescaling(both, model, w, a)


@B9.law(
    steps=counts(1, 5),
    model=models_with_free_part(),
    w=points("model"),
    a=rescalings("model"),
    eta=step_sizes(decades=1),
    eta_v=step_sizes(decades=1),
    on=(POWERS_OF_TWO, BALLS, FLOATS),
)
def a_run_of_both_kinds_is_equivariant(steps, model, w, a, eta, eta_v):
    """The iterates from a·w_0 are a times those from w_0, and those of v are the same."""
    return run_commutes_with_rescaling(PSIGradientDescent(PerBlock(eta, eta_v)), model, w, a, steps)


@a_run_of_both_kinds_is_equivariant.counterfeit(instance={"steps": 1, **TWO})
def in_a_run_the_step_of_v_may_grow_with_the_blocks(steps, model, w, a, eta, eta_v):
    """The same with v's step multiplied by Σr_i²."""
    return run_commutes_with_rescaling(_Multiplied(PerBlock(eta, eta_v), _squares_of_blocks), model, w, a, steps)
