r"""Adam-G, with one second moment a block, does not see how the axes of a block lie; coordinate-wise Adam does.

Statement
---------
Adam-G divides by :math:`\sqrt{v + \epsilon}` with one :math:`v^+ = \beta_2v + (1-\beta_2)\|\hat h\|^2` a block.  For
orthogonal Q its step from (Qu, Qg, Qτ, v) leads to (Qu⁺, Qτ⁺, v⁺).  With a second moment for each entry, as in Adam,
this fails for a generic rotation (it holds for permutations and changes of sign).

Assumptions
-----------
f is PSI and differentiable along the run; no block is zero; Q acts on whole blocks.

Source
------
Cho17, Algorithm 2 (Adam-G).

Idea of the proof
-----------------
Norms, inner products and sums do not change under Q, and the step is made of nothing else.  Reflections generate all
orthogonal maps.

What is checked, what is not
----------------------------
The shipped step from any moments, and runs of f∘Q against those of f, under reflections: roots and angles keep both off
the exact arithmetics, so in balls and on floats.  Three steps on a batch-norm network of digits that are reflected in
pixel space.  The figure shows how much of a rotation each method sees.

Tags
----
lines, Adam-G, rotations
"""

import numpy as np

from proofs_check.bibliography import CHO17
from proofs_check.lines.d3_figures import how_far_a_rotation_is_seen
from proofs_check.lines.turns import at, on_rows, reflected
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, equal, theorem
from psitheory.geometry import PSIQuotient, sphere
from psitheory.laws.update import after
from psitheory.layout import Layout
from psitheory.models import BatchNormMLP, Rayleigh
from psitheory.models.interface import Evaluation
from psitheory.models.reflected import Reflected, reflection
from psitheory.optimizers import Adam, AdamG
from psitheory.optimizers.adaptive import Moments
from psitheory.optimizers.moments import squares_of_blocks
from psitheory.strategies import (
    counts,
    digits_network,
    factors,
    network_starts,
    points,
    psi_models,
    quotients,
    step_sizes,
    vectors,
)

D3 = theorem(
    "D3",
    "Adam-G is equivariant under rotations of a block",
    chapter="lines",
    source=CHO17,
    locator="Algorithm 2 (number unchecked)",
    statement=r"(Qu, Qg, Q\tau, v)\mapsto(Qu^+, Q\tau^+, v^+)\quad\text{for}\quad Q^\top Q = I,\qquad "
    r"v^+ = \beta_2v + (1-\beta_2)\|\hat h\|^2",
    assumptions=("f is positively scale-invariant and differentiable along the run", "no block is zero"),
    doc=__doc__,
)


# -- one step, from any moments ---------------------------------------------------------------------------

STEP = {
    "psi": quotients(),
    "w": points("psi"),
    "g": vectors("psi"),
    "m": vectors("psi"),
    "s": vectors("psi"),
    "q": points("psi"),
    "eta": step_sizes(decades=0.5),
    "beta": factors(),
}
TWO = {
    "psi": PSIQuotient(Layout.of([2])),
    "w": np.array([1.0, 0.0]),
    "g": np.array([0.5, 2.0]),
    "m": np.array([0.0, 1.0]),
    "s": np.array([1.0, 0.0]),
    "q": np.array([1.0, 2.0]),
    "eta": 0.5,
    "beta": 0.5,
}


def _adam_g(psi, eta, beta, s):
    method, square = AdamG(eta, beta1=beta, beta2=beta, eps=0), squares_of_blocks(psi.layout, s)

    def step(u, g, m):
        new, state = method.step(psi.layout, u, Evaluation(None, g), Moments(1, m, square))
        return new, state.first

    return step


def _with_one_for_each_entry(psi, eta, beta, s):
    """Return a step of Adam-G whose second moment has an entry for each entry, without clipping."""

    def step(u, g, m):
        h = at(psi, u, g)[1]
        m, v = beta * m + (1 - beta) * h, beta * s * s + (1 - beta) * h * h
        d = -eta * namespace(u).sqrt((1 - beta**2) / (v + 1)) / (1 - beta**2) * m
        end = on_rows(psi, sphere.exp, u, at(psi, u, d)[1])
        return end, on_rows(psi, sphere.transport, u, end, at(psi, u, m)[1])

    return step


def _commutes(psi, w, g, m, q, step):
    """Claim that the step from reflected weights, gradient and first moment leads to the reflected new ones."""
    (u, m), concat = at(psi, w, m), namespace(w).concat
    there = step(*(reflected(psi, q, x) for x in (u, g, m)))
    return equal(concat(there), concat([reflected(psi, q, x) for x in step(u, g, m)]))


@D3.law(**STEP, on=(BALLS, FLOATS))
def a_step_commutes_with_reflections(psi, w, g, m, s, q, eta, beta):
    """Adam-G steps from reflected weights, gradient and moments to reflected weights and moments."""
    return _commutes(psi, w, g, m, q, _adam_g(psi, eta, beta, s))


@a_step_commutes_with_reflections.counterfeit(instance=TWO)
def it_does_with_one_second_moment_for_each_entry(psi, w, g, m, s, q, eta, beta):
    """It does so if each entry has a second moment of its own."""
    return _commutes(psi, w, g, m, q, _with_one_for_each_entry(psi, eta, beta, s))


# -- runs ---------------------------------------------------------------------------------------------------

RUN = {
    "steps": counts(1, 2),
    "model": psi_models(),
    "w": points("model"),
    "q": points("model"),
    "eta": step_sizes(decades=0.5),
}


def _runs_are_reflected(steps, model, w, q, method):
    psi = PSIQuotient(model.layout)
    there = after(method, Reflected(model, q), reflected(psi, q, w), steps)
    return equal(there, reflected(psi, q, after(method, model, w, steps)))


@D3.law(**RUN, on=(BALLS, FLOATS))
def a_run_commutes_with_reflections(steps, model, w, q, eta):
    """The run of Adam-G on f∘Q from Qw is Q times the run on f from w, with clipping and eps as published."""
    return _runs_are_reflected(steps, model, w, q, AdamG(eta))


@a_run_commutes_with_reflections.counterfeit(
    instance={
        "steps": 1,
        "model": Rayleigh(np.diag([0.0, 1.0])),
        "w": np.array([1.0, 3.0]),
        "q": np.array([1.0, 2.0]),
        "eta": 0.5,
    }
)
def a_run_of_adam_commutes_with_reflections(steps, model, w, q, eta):
    """The run of Adam does so."""
    return _runs_are_reflected(steps, model, w, q, Adam(eta))


DIGITS = {"model": digits_network(), "w": network_starts("model"), "q": vectors([64])}


def _pixels_may_be_reflected(model, w, q, method):
    """Claim that a run on reflected inputs from reflected rows is the run on the digits."""
    q, layout = q + 20, model.layout  # far from zero, whatever was drawn
    there = BatchNormMLP(reflection(q, model.inputs), model.targets, hidden=model.hidden, activation=model.activation)

    def rows(w):
        return layout.map(lambda rows: reflection(q, rows), lambda v: v, w)

    return equal(rows(after(method, there, rows(w), 3)), after(method, model, w, 3))


@D3.law(**DIGITS, on=(CONTROLS,), example=True)
def on_digits_pixel_space_may_be_reflected(model, w, q):
    """Three steps of Adam-G on reflected digits from reflected neurons lead to the reflected neurons."""
    return _pixels_may_be_reflected(model, w, q, AdamG(0.05))


@on_digits_pixel_space_may_be_reflected.counterfeit
def on_digits_adam_allows_that_too(model, w, q):
    """Three steps of Adam do so too."""
    return _pixels_may_be_reflected(model, w, q, Adam(0.05))


D3.exhibit(how_far_a_rotation_is_seen)
