r"""Gradient descent near a minimum: how fast depends on where the norms stopped.

Statement
---------
Near a nondegenerate minimum class, reached at :math:`w_\infty` with norms :math:`r_i`, gradient descent
:math:`w^+ = w - \eta\nabla f` contracts the distance by the spectral radius of

.. math:: I - \eta P\nabla^2f(w_\infty)P, \qquad \text{with entries }
          -\frac{\eta}{r_ir_j}P_i\nabla^2_{ij}f(u)P_j\text{ off the identity},

so the local rate depends on the norms, and with several blocks on their ratios; PSI-GD's does not (claim C4).

Assumptions
-----------
f is PSI and :math:`C^2` near the minimum; free parameters count as a block with :math:`r_v = 1`.

Source
------
Yi22; the homogeneity of derivatives: claim A3.  This form of the statement is ours.

Idea of the proof
-----------------
The step map is differentiable with derivative :math:`I - \eta\nabla^2f`; :math:`\nabla^2_{ij}f` is homogeneous of
degree -1 in each of :math:`w_i, w_j` (A3); norms change by :math:`O(d^2)` near the minimum, and vertical directions
are fixed.

What is checked, what is not
----------------------------
The entries on symbols for the blocks [2], [3], [2,2], on rationals, in balls and on floats.  The rate by runs of up
to 30 steps on Rayleigh quotients in balls, from starts of various norms about :math:`2^{-20}` from the minimum; the
matrix for two blocks of different norms, by runs of up to 8 steps on approximations of rank one up to third order.
That the norms converge is claim B5.

Tags
----
rates, gradient descent, spectral radius
"""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import YI22
from proofs_check.quotient.a3_derivatives_along_orbits import jets_are_jets_of_functions
from proofs_check.rates import SMOOTH_NETWORKS
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, RATIONALS, Exhibit, at_most, equal, theorem
from psitheory.experiments import descend
from psitheory.geometry import PSIQuotient
from psitheory.laws.update import after
from psitheory.models import RankOne, Rayleigh
from psitheory.optimizers import GradientDescent, PSIGradientDescent
from psitheory.strategies import counts, points, psi_models, ratios, rescalings, vectors
from psitheory.strategies.rates import gapped_rayleighs, near_first_axis

C5 = theorem(
    "C5",
    "GD near a minimum: the rate depends on the norms at the limit",
    chapter="rates",
    source=YI22,
    locator="gradient descent beside PSI-GD",
    statement=r"\frac{d(w_{t+1},w_\infty)}{d(w_t,w_\infty)} \to \rho(I - \eta P\nabla^2 f(w_\infty)P),\qquad "
    r"P_i\nabla^2_{ij}f(w)P_j = \frac{1}{r_ir_j}P_i\nabla^2_{ij}f(u)P_j",
    assumptions=(
        "f is positively scale-invariant and C² near the minimum, which is nondegenerate",
        SMOOTH_NETWORKS,
        "the start is generic",
    ),
    doc=__doc__,
)

HESSIAN = {
    "model": psi_models(),
    "w": points("model"),
    "x": vectors("model"),
    "a": rescalings("model", decades=10),
}


def _projected_hessian(model, w, x):
    psi = PSIQuotient(model.layout)
    return psi.horizontal(w, model.hessian_vector(w, psi.horizontal(w, x)))


@C5.law(**HESSIAN)
def the_entries_go_with_the_inverse_norms(model, w, x, a):
    """Block i, j of P∇²fP at a·w is that at w over a_i a_j."""
    scale = model.layout.scale
    there = _projected_hessian(
        model, scale(a, w), scale(a, x)
    )  # block j of x times a_j, block i of the image times a_i
    return equal(scale(a, there), _projected_hessian(model, w, x))


@the_entries_go_with_the_inverse_norms.counterfeit
def the_entries_do_not_depend_on_the_norms(model, w, x, a):
    """P∇²fP is the same at a·w."""
    return equal(_projected_hessian(model, model.layout.scale(a, w), x), _projected_hessian(model, w, x))


LOCAL = {
    "steps": counts(1, 30),
    "model": gapped_rayleighs(),
    "w": near_first_axis("model"),
    "r": st.sampled_from([1.0, 2.0, 4.0, 1.5]),
    "c": ratios(0, 1),
}


def _contracts(model, w, c, steps, norm, rate_of):
    """Claim d_T² ~ ρ^{2T}d_0², up to a thousandth and the share of the slowest component, from norm·w."""
    eta, values, xp = c / model.smoothness.value, model.matrix.diagonal(), namespace(w)
    rho = xp.max(xp.abs(1 - 2 * rate_of(eta, norm) * (values[1:] - values[0])))
    moved = after(GradientDescent(eta), model, norm * w, steps)
    around = (w[1:] * w[1:]).sum()
    ratio = (moved[1:] * moved[1:]).sum() / (moved[0] * moved[0]) / around
    share = xp.min(w[1:] * w[1:]) / around
    return at_most(
        xp.stack([999 * share * rho ** (2 * steps), 999 * ratio]), xp.stack([1000 * ratio, 1000 * rho ** (2 * steps)])
    )


@C5.law(**LOCAL, on=(BALLS,))
def the_distance_contracts_by_a_radius_that_depends_on_the_norm(steps, model, w, r, c):
    """From the norm r: ρ = max|1 - 2(η/r²)(λ_i - λ_1)|."""
    return _contracts(model, w, c, steps, r, lambda eta, r: eta / (r * r))


SLOW = {
    "steps": 30,
    "model": Rayleigh(np.diag([0.0, 1.0, 1.0])),
    "w": np.array([1.0, 2.0**-20, 2.0**-20]),
    "r": 2.0,
    "c": 0.25,
}


@the_distance_contracts_by_a_radius_that_depends_on_the_norm.counterfeit(instance=SLOW)
def the_radius_does_not_depend_on_the_norm(steps, model, w, r, c):
    """From every norm: ρ = max|1 - 2η(λ_i - λ_1)|."""
    return _contracts(model, w, c, steps, r, lambda eta, r: eta)


@the_distance_contracts_by_a_radius_that_depends_on_the_norm.counterfeit(instance=SLOW)
def the_radius_goes_with_the_inverse_norm(steps, model, w, r, c):
    """From the norm r: ρ = max|1 - 2(η/r)(λ_i - λ_1)|."""
    return _contracts(model, w, c, steps, r, lambda eta, r: eta / r)


TWO_BLOCKS = {
    "steps": counts(1, 8),
    "first": ratios(1, 3),
    "second": ratios(0, 1),
    "r": st.sampled_from([1.0, 2.0, 4.0]),
    "s": st.sampled_from([1.0, 2.0, 0.5]),
    "slope": ratios(-1, 1),
    "c": ratios(0, 1),
}


def _steps_are_linear(steps, first, second, r, s, slope, c, coupling):
    r"""Compare what is across the minimum of B = diag(first, second) after steps with powers of I - ηM times what was.

    At :math:`v = \sigma_1` the Hessian in the angles of the two blocks is
    :math:`\sigma_1\begin{pmatrix}\sigma_1 & -\sigma_2\\ -\sigma_2 & \sigma_1\end{pmatrix}`;
    with :math:`\eta = c\min(r_1, r_2)^2/(2\sigma_1^2)` no direction grows.
    """
    xp = namespace(first)
    one, shorter = xp.ones_like(first), xp.minimum(r * r, s * s)
    model = RankOne(xp.stack([xp.stack([first, 0 * one]), xp.stack([0 * one, second])]))
    p, q, eta = one / 2**20, slope / 2**20, c * shorter / (2 * first * first)
    moved = after(GradientDescent(eta), model, xp.stack([r, p, s, q, first]), steps)
    x, y = p, q
    for _ in range(steps):
        x, y = (
            x - eta * first * (first * x / (r * r) - second * y / coupling(r, s)),
            y - eta * first * (first * y / (s * s) - second * x / coupling(r, s)),
        )
    return at_most(xp.abs(xp.stack([moved[1] - x, moved[3] - y])), 100 * p * p * p)


@C5.law(**TWO_BLOCKS, on=(BALLS,))
def two_blocks_are_coupled_through_both_norms(steps, first, second, r, s, slope, c):
    """Steps are I - η[[σ_1²/r_1², -σ_1σ_2/(r_1r_2)], […, σ_1²/r_2²]] on what is across, up to third order."""
    return _steps_are_linear(steps, first, second, r, s, slope, c, lambda r, s: r * s)


@two_blocks_are_coupled_through_both_norms.counterfeit(
    instance={"steps": 1, "first": 2.0, "second": 0.5, "r": 1.0, "s": 2.0, "slope": 0.5, "c": 0.5}
)
def two_blocks_are_coupled_through_one_norm(steps, first, second, r, s, slope, c):
    """The same with 1/r_1² in both entries off the diagonal."""
    return _steps_are_linear(steps, first, second, r, s, slope, c, lambda r, s: r * r)


C5.law(replace(jets_are_jets_of_functions, on=(RATIONALS,)))  # which proofs here put in the place of f


@C5.exhibit
def the_local_rate_against_the_norm(rng):
    """Show the distance to the minimum along runs from equivalent starts."""
    model, steps = Rayleigh(np.diag([0.0, 1.0, 2.0])), np.arange(61)
    w = np.array([1.0, 0.3, 0.3])

    def distances(method, norm):
        points = descend(model, method, norm * w, 60, record=steps, keep_points=True).points
        return PSIQuotient(model.layout).dist(points, np.array([1.0, 0.0, 0.0]))

    runs = {f"gd_{k}": distances(GradientDescent(0.25), float(k)) for k in (1, 2, 4)}
    return Exhibit(
        "curves",
        "Gradient descent near a minimum: one class, three norms",
        "The longer the weights at the limit, the slower; PSI-GD goes at one rate.",
        {"x": steps, **runs, "psi": distances(PSIGradientDescent(0.25), 4.0)},
        {
            "x": "step",
            "y": "distance to the minimum",
            **{f"gd_{k}": f"gradient descent, norm {k * np.linalg.norm(w):.2f}" for k in (1, 2, 4)},
            "psi": "PSI-GD, any norm",
            "yscale": "log",
        },
    )
