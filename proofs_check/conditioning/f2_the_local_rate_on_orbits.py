r"""Gradient descent near an orbit of minimisers: its factor, the best rate, and where it ends.

Statement
---------
One block.  The distance to the orbit contracts asymptotically by :math:`r = \max(|1-\alpha\lambda_{\min}^+|,
|1-\alpha\lambda_{\max}|)`, best at :math:`\alpha = 2/(\lambda_{\min}^+ + \lambda_{\max})`, where it is
:math:`(\kappa^*-1)/(\kappa^*+1)`; eigenvalues at the limit.  The limit is not the nearest point of the orbit:
:math:`\|w_\infty\|^2 = \|w_0\|^2 + \sum_k\frac{\alpha\lambda_k}{2-\alpha\lambda_k}c_k^2 + O(\|e\|^3)`, with
:math:`c_k` the
components of the error across the orbit.

Assumptions
-----------
f is :math:`C^3` near a nondegenerate orbit of minimisers, :math:`0 < \alpha < 2/\lambda_{\max}`, a generic start.

Source
------
Lan22; the limit is ours.

Idea of the proof
-----------------
To first order :math:`c_k \mapsto (1-\alpha\lambda_k)c_k`, and by claim B5 :math:`\|w\|^2` grows by
:math:`\alpha^2\lambda_k^2c_k^2` a step: a geometric series.  The best rate balances two lines.

What is checked, what is not
----------------------------
That no rate does better than the one named, and that this one attains :math:`(\kappa^*-1)/(\kappa^*+1)`, on rationals;
the limit and the factor on Rayleigh quotients with whole eigenvalues from errors of :math:`2^{-14}`, in balls.
Two coupled blocks, where
:math:`\kappa^*` depends on the ratio of the norms, on floats against control runs.

Tags
----
conditioning, local rates
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import LAN22
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, CONTROLS, RATIONALS, Exhibit, at_most, equal, theorem
from psitheory.laws.update import after
from psitheory.models import Frozen, RankOne, Rayleigh
from psitheory.models.conditioning import effective_condition, hessian_matrix
from psitheory.optimizers import GradientDescent
from psitheory.strategies import ratios, rescalings

F2 = theorem(
    "F2",
    "Gradient descent near an orbit of minimisers",
    chapter="conditioning",
    source=LAN22,
    locator="convergence on the quotient; the limit is ours",
    statement=r"\alpha = \tfrac2{\lambda_{\min}^+ + \lambda_{\max}}:\ r = \tfrac{\kappa^*-1}{\kappa^*+1},\qquad "
    r"\|w_\infty\|^2 = \|w_0\|^2 + \sum_k\tfrac{\alpha\lambda_k}{2-\alpha\lambda_k}c_k^2 + O(\|e\|^3)",
    assumptions=("one block; f is C³ near a nondegenerate orbit of minimisers", "0 < α < 2/λ_max", "a generic start"),
    doc=__doc__,
)

PAIR = st.tuples(st.integers(1, 9), st.integers(1, 9)).map(lambda k: np.array(sorted(k), dtype=float))
RATES = {"values": PAIR, "scaled": ratios(0, 3)}


def _factor(values, alpha):
    xp = namespace(values)
    return xp.max(xp.abs(1 - alpha * values))


def _best(values):
    return (values[1] - values[0]) / (values[1] + values[0])


@F2.law(values=PAIR, on=(RATIONALS, BALLS))
def the_best_rate_has_the_factor_of_the_quotient(values):
    """At α = 2/(λ_min⁺ + λ_max) the factor is (κ* - 1)/(κ* + 1)."""
    return equal(_factor(values, 2 / (values[0] + values[1])), _best(values))


@the_best_rate_has_the_factor_of_the_quotient.counterfeit
def the_best_rate_has_the_factor_of_the_full_condition(values):
    """At that α the factor is that of all eigenvalues, the orbit's 0 among them, which is 1."""
    return equal(_factor(values, 2 / (values[0] + values[1])), 1 + 0 * values[0])


@F2.law(**RATES, on=(RATIONALS, BALLS))
def no_rate_has_a_smaller_factor(values, scaled):
    """(κ* - 1)/(κ* + 1) is at most the factor at any α."""
    return at_most(_best(values), _factor(values, scaled / values[1]))


@no_rate_has_a_smaller_factor.counterfeit(instance={"values": np.array([1.0, 3.0]), "scaled": 1.5})
def every_rate_has_a_factor_a_hundredth_larger(values, scaled):
    """1.01 (κ* - 1)/(κ* + 1) is at most that."""
    return at_most(101 * _best(values), 100 * _factor(values, scaled / values[1]))


# -- where it ends ------------------------------------------------------------------------------

EXPONENT, STEPS = 14, 48
NEAR = {
    "gaps": st.tuples(st.integers(3, 5), st.integers(3, 5)).map(lambda k: np.array(k, dtype=float)),
    "error": st.tuples(st.integers(1, 3), st.integers(-3, 3)).map(lambda k: np.ldexp(np.array(k, float), -EXPONENT)),
}


def _start(gaps, error):
    """Return the quotient with λ_1 = 0, its rate, w_0 = (1, c) and the eigenvalues 2 gaps of its Hessian at e_1."""
    xp = namespace(gaps)
    zero = 0 * gaps[:1]
    model = Rayleigh(xp.eye(3) * xp.concat([zero, gaps])) if xp is not np else Rayleigh(np.diag([0.0, *gaps]))
    return model, 1 / (8 + zero[0]), xp.concat([zero + 1, error]), 2 * gaps


def _limit(gaps, error, share):
    """Claim |‖w_∞‖² - 1 - Σ share(αλ_k)c_k²| ≤ 16‖e‖³, for w_0 = (1, c), at distance ‖c‖ of the orbit."""
    model, alpha, w, eigenvalues = _start(gaps, error)
    xp = namespace(w)
    square = xp.sum(error * error)
    end = after(GradientDescent(alpha), model, w, STEPS)
    grown = xp.sum(end * end) - xp.sum(w * w)
    return at_most(xp.abs(grown - xp.sum(share(alpha * eigenvalues) * error * error)), 16 * square * xp.sqrt(square))


@F2.law(**NEAR, on=(BALLS,))
def the_limit_is_longer_than_the_start(gaps, error):
    """‖w_∞‖² = ‖w_0‖² + Σαλ_k/(2 - αλ_k)c_k², to 16‖e‖³ after 48 steps from ‖e‖ ≤ 2⁻¹²."""
    return _limit(gaps, error, lambda x: x / (2 - x))


@the_limit_is_longer_than_the_start.counterfeit
def the_limit_is_the_nearest_point_of_the_orbit(gaps, error):
    """‖w_∞‖² = ‖w_0‖² - ‖c‖²."""
    return _limit(gaps, error, lambda x: -1 + 0 * x)


@the_limit_is_longer_than_the_start.counterfeit
def the_limit_is_a_hundredth_longer(gaps, error):
    """The sum times 1.01."""
    return _limit(gaps, error, lambda x: 101 * x / (100 * (2 - x)))


@F2.law(gap=st.integers(1, 3).map(float), on=(BALLS,))
def the_distance_contracts_by_the_factor(gap):
    """After 8 steps at α = 1/8 from (1, 2⁻¹⁴) the distance is (1 - αλ)⁸ of it, to a thousandth."""
    return _contracts(gap, 1000, 1001)


def _contracts(gap, numerator, denominator):
    xp = namespace(gap)
    element = xp.asarray([gap, gap])[:1]
    error = element * 0 + element / element / 2**EXPONENT
    gaps = xp.concat([element, element])
    model, alpha, w, eigenvalues = _start(gaps, xp.concat([error, 0 * error]))
    end = after(GradientDescent(alpha), model, w, 8)
    return at_most(numerator * xp.abs(end[1]), denominator * (1 - alpha * eigenvalues[0]) ** 8 * error[0])


@the_distance_contracts_by_the_factor.counterfeit
def the_distance_contracts_by_a_hundredth_more(gap):
    """It is at most 0.99 of that."""
    return _contracts(gap, 100, 99)


# -- several blocks -----------------------------------------------------------------------------


def _condition(s, a):
    """Return κ* at a·w of ‖s₁ū₁ū₂ᵀ - diag(s)‖² at its minimum (e_1, e_1), two blocks."""
    model = Frozen(RankOne(np.diag(s)), np.array([1.0]))
    w = model.layout.scale(a, np.array([1.0, 0, 1.0, 0]))
    along = np.stack([np.concatenate([w[:2], 0 * w[2:]]), np.concatenate([0 * w[:2], w[2:]])])
    return effective_condition(hessian_matrix(model, w), along)


PAIRS = {"s": st.integers(3, 12).map(lambda k: np.array([2.0, k / 16])), "a": rescalings([2, 2], decades=1)}


def _is_that_of(s, a, scaled):
    """Claim that κ* at a·w is that of the 2 × 2 matrix ((p, q), (q, p)) with its entries over ``scaled`` of a_i a_j."""
    high, low = 1.0, s[1] / s[0]  # p = 1 and q = -s₂/s₁ in units of 2s₁
    factor = np.outer(1 / a, 1 / a) if scaled else np.ones((2, 2))
    values = np.linalg.eigvalsh(np.array([[high, -low], [-low, high]]) * factor)
    return equal(_condition(s, a), values[1] / values[0])


@F2.law(**PAIRS, on=(CONTROLS,))
def with_two_blocks_the_condition_depends_on_the_ratio_of_norms(s, a):
    """The entries of the Hessian scale as 1/(r_i r_j), and κ* with them."""
    return _is_that_of(s, a, scaled=True)


@with_two_blocks_the_condition_depends_on_the_ratio_of_norms.counterfeit(
    instance={"s": np.array([2.0, 0.75]), "a": np.array([4.0, 1.0])}
)
def the_condition_does_not_depend_on_the_norms(s, a):
    """It is the same at every representative; at (4, 1) it is 18.97 against 2.2."""
    return _is_that_of(s, a, scaled=False)


@F2.exhibit
def how_the_distance_contracts(rng):
    """Show the distance to the orbit at the best rate and at two others, beside their factors."""
    gaps, steps = np.array([1.0, 2.0, 8.0]), 60
    model, values = Rayleigh(np.diag([0.0, *gaps])), 2 * np.array([1.0, 8.0])
    curves = {}
    for name, alpha in (
        ("best", 2 / values.sum()),
        ("half of it", 1 / values.sum()),
        ("1.08 of it", 2.16 / values.sum()),
    ):
        w, path = np.array([1.0, *(1e-3 * rng.normal(size=3))]), []
        for _ in range(steps):
            path.append(np.linalg.norm(w[1:]))
            w = after(GradientDescent(alpha), model, w, 1)
        curves[name] = np.array(path) / path[0]
        curves[f"factor at {name}"] = np.max(np.abs(1 - alpha * values)) ** np.arange(steps)
    guides = ",".join(name for name in curves if name.startswith("factor"))
    return Exhibit(
        "curves",
        "Near an orbit of minimisers the distance contracts by the factor of the quotient",
        "Rayleigh quotient, κ* = 8; the broken lines are the factors.",
        {"x": np.arange(1, steps + 1), **curves},
        {"x": "step", "y": "distance to the orbit", "yscale": "log", "guides": guides},
    )
