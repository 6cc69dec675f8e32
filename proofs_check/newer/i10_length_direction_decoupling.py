r"""Length-direction decoupling: behind batch norm, least squares converges linearly with a rate that needs no norm.

Statement
---------
For :math:`S \succ 0`, :math:`L \ge \lambda_{\max}(S)`, :math:`0 < \mu \le \lambda_{\min}(S)`, :math:`u^\top w_0 \ne 0`,
let :math:`w^+ = w - \bigl(Sw - \tfrac{w^\top Sw}{u^\top w}u\bigr)/L`, a step of gradient descent on
:math:`\rho(w) = -(u^\top w)^2/w^\top Sw` with the rate :math:`(w^\top Sw)^2/2L(u^\top w)^2`.  Then
:math:`u^\top w_t \ne 0` for all t and

.. math:: \rho(w_t) - \rho^* \le (1-\mu/L)^{2t}(\rho(w_0) - \rho^*),\qquad \rho^* = -u^\top S^{-1}u .

Assumptions
-----------
S is positive definite, and the start is not orthogonal to u.

Source
------
Koh19.

Idea of the proof
-----------------
With :math:`z = S^{1/2}w = \alpha b + e`, :math:`b = S^{-1/2}u`, :math:`\langle b, e\rangle = 0`, the step is
:math:`z^+ = \alpha b + (I - S/L)e`.  Since :math:`\alpha = u^\top w/\|b\|^2` stays while e contracts, and
:math:`\rho-\rho^* = \|b\|^2\sin^2\angle(z, b)`, the sine contracts by :math:`1-\mu/L` at least.

What is checked, what is not
----------------------------
On rationals, exactly as stated, with S a diagonal matrix of whole eigenvalues turned by a rational reflection, d up to
4; in balls and on floats too.  That the shipped step is gradient descent with its rate.  That 0.99 of the bound fails.

Tags
----
newer work, linear convergence, batch norm
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import KOH19
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, Exhibit, at_most, equal, theorem
from psitheory.models.functions.decoupled import Direction
from psitheory.optimizers import GradientDescent
from psitheory.strategies import counts

I10 = theorem(
    "I10",
    "Length-direction decoupling converges linearly",
    chapter="newer",
    source=KOH19,
    locator="least squares with normalised weights",
    statement=r"\rho(w_t) - \rho^* \le (1-\mu/L)^{2t}(\rho(w_0) - \rho^*)",
    assumptions=("S ≻ 0, L ≥ λ_max(S), 0 < μ ≤ λ_min(S)", "uᵀw_0 ≠ 0"),
    doc=__doc__,
)


@st.composite
def problems(draw):
    """Draw the eigenvalues of S, the axis that turns its frame, u and w_0 with uᵀw_0 ≠ 0; whole numbers."""
    d = draw(st.integers(2, 4))
    whole = st.lists(st.integers(-5, 5), min_size=d, max_size=d).map(lambda x: np.array(x, dtype=float))
    eigenvalues = np.array(draw(st.lists(st.integers(1, 9), min_size=d, max_size=d)), dtype=float)
    axis, u, w = draw(whole), draw(whole), draw(whole)
    axis[0] = axis[0] or 1
    u[-1] = u[-1] or 1
    if u @ w == 0:
        w = w + u
    return eigenvalues, axis, u, w


def _reflected(axis, x):
    return x - axis * (2 * dot(axis, x, keepdims=True) / dot(axis, axis))


def _model(eigenvalues, axis, u):
    """Return ρ for S = QΛQ, Q the reflection, and its minimum."""
    xp = namespace(axis)
    frame = _reflected(axis, xp.eye(len(axis)))
    matrix = dot((frame * eigenvalues)[:, None, :], frame[None, :, :])
    turned = _reflected(axis, u)
    return Direction(matrix, u), -xp.sum(turned * turned / eigenvalues, axis=-1)


def _step(model, w, smoothness):
    """Return w - (Sw - (wᵀSw/uᵀw)u)/L, as gradient descent with its own rate."""
    _, square, along = model.pairings(w)
    rate = (square * square / (2 * smoothness * along * along))[0]
    return GradientDescent(rate).step(model.layout, w, model.evaluate(w), ())[0]


@I10.law(problem=problems(), on=(RATIONALS, BALLS, FLOATS))
def the_step_is_the_published_one(problem):
    """Gradient descent on ρ with its rate is w - (Sw - (wᵀSw/uᵀw)u)/L, and uᵀw stays what it is beside b."""
    return _published(problem, 1)


def _published(problem, factor):
    eigenvalues, axis, u, w = problem
    model, _ = _model(eigenvalues, axis, u)
    smoothness = namespace(w).max(eigenvalues)
    moved, square, along = model.pairings(w)
    return equal(_step(model, w, smoothness), w - (moved - factor * square / along * u) / smoothness)


@the_step_is_the_published_one.counterfeit
def the_step_takes_twice_as_much_of_u(problem):
    """The same with 2 wᵀSw/uᵀw, as the gradient of ρ without its ½ would suggest."""
    return _published(problem, 2)


TWO = (np.array([1.0, 2.0]), np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([1.0, 512.0]))


def _contracts(problem, steps, factor, numerator=1, denominator=1):
    """Claim ρ_T - ρ* ≤ factor(μ/L)^{2T}(ρ_0 - ρ*)·numerator/denominator."""
    eigenvalues, axis, u, w = problem
    xp = namespace(w)
    model, minimum = _model(eigenvalues, axis, u)
    smoothness, mu = xp.max(eigenvalues), xp.min(eigenvalues)
    first = model.evaluate(w).loss - minimum
    for _ in range(steps):
        w = _step(model, w, smoothness)
    bound = first * factor(mu / smoothness) ** (2 * steps)
    return at_most(denominator * (model.evaluate(w).loss - minimum), numerator * bound)


@I10.law(problem=problems(), steps=counts(1, 3), on=(RATIONALS, BALLS))
def the_gap_contracts(problem, steps):
    """ρ_T - ρ* ≤ (1 - μ/L)^{2T}(ρ_0 - ρ*)."""
    return _contracts(problem, steps, lambda q: 1 - q)


@the_gap_contracts.counterfeit(instance={"problem": TWO, "steps": 1})
def the_gap_contracts_by_a_hundredth_more(problem, steps):
    """ρ_T - ρ* is at most 0.99 of the bound."""
    return _contracts(problem, steps, lambda q: 1 - q, 99, 100)


@the_gap_contracts.counterfeit(instance={"problem": TWO, "steps": 1})
def the_gap_contracts_by_the_factor_of_conjugate_gradients(problem, steps):
    """ρ_T - ρ* ≤ ((κ-1)/(κ+1))^{2T}(ρ_0 - ρ*)."""
    return _contracts(problem, steps, lambda q: (1 - q) / (1 + q))


@I10.exhibit
def how_the_gap_contracts(rng):
    """Show the gap and its bound for d = 8, from 6 starts."""
    values, steps = np.linspace(1, 10, 8), 40
    model = Direction(np.diag(values), rng.normal(size=8))
    minimum = -float(model.vector @ (model.vector / values))
    gaps = []
    for start in rng.normal(size=(6, 8)):
        w, path = start, []
        for _ in range(steps):
            path.append(float(model.evaluate(w).loss) - minimum)
            w = _step(model, w, 10.0)
        gaps.append(np.array(path) / path[0])
    return Exhibit(
        "curves",
        "The gap contracts by (1 - μ/L)² a step",
        "Six starts, d = 8, κ = 10.  No norm and no tuned rate enters.",
        {
            "x": np.arange(1, steps + 1),
            **{f"start {k + 1}": gap for k, gap in enumerate(gaps)},
            "bound": 0.9 ** (2 * np.arange(steps)),
        },
        {"x": "step t", "y": "(ρ - ρ*)/(ρ₀ - ρ*)", "yscale": "log", "guides": "bound"},
    )
