r"""What batch norm does to the condition of a layer's inputs: centring helps, scaling helps up to √m and may harm.

Statement
---------
For inputs H, (N, m), with means :math:`\mu`: :math:`\kappa([e, H-e\mu^\top]) \le \kappa([e, H])` where [e, H] has full
column rank.  Scaling the centred inputs to unit population variance is within :math:`\sqrt m` of the best diagonal
scaling; it never worsens :math:`\kappa` for :math:`m \le 2`, **but does for some H with m = 3**.

Assumptions
-----------
[e, H] has full column rank.

Source
------
Lan22; the bound by van der Sluis; that scaling may harm is ours.

Idea of the proof
-----------------
:math:`[e, H-e\mu^\top] = [e, H]U` with U unit upper triangular.  For a unit x with first entry :math:`x_0`, the minimum
of :math:`\|x_0e + Hy\|` over :math:`x_0` is :math:`\|(H-e\mu^\top)y\|`, so centring lowers no singular value below
:math:`\min(\sigma_{\min}, \sqrt N)`, and e, now an eigenvector, had :math:`\|e\| = \sqrt N` before: it lies between.
Scaled columns have one norm, and the trace of their Gram matrix is mN: its largest eigenvalue is at most
m times its mean.  For m = 2 the correlation matrix has the eigenvalues :math:`1 \pm \rho`, the best of all scalings.

What is checked, what is not
----------------------------
The largest factor between unit variance and the best scaling that searches found is near :math:`\sqrt{m/2}`: 1.2246 for
m = 3, 1.409 for m = 4; 1.215 is an instance below.  The three inequalities in balls on matrices up to 5 × 3, with the
trivial instance of equality for centring (:math:`\mu = 0`) against 0.99 of it.  That scaling may harm is an existence
law, decided in balls: by 1.1436 on a 4 × 3 matrix, and by 1.0199 on one with entries in {-1, 0, 1}, the largest factor
that a search over those with at most seven entries other than 0 finds.

Tags
----
conditioning, batch norm, preconditioning
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import LAN22
from proofs_check.conditioning.f4_figures import FIGURES
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, at_most, theorem
from psitheory.models.conditioning import squared_condition, with_ones
from psitheory.optimizers.bnp import batch_statistics
from psitheory.strategies import choices

F4 = theorem(
    "F4",
    "Centring never worsens the condition; scaling to unit variance may",
    chapter="conditioning",
    source=LAN22,
    locator="centring and scaling; the counterexample is ours",
    statement=r"\kappa([e, H-e\mu^\top]) \le \kappa([e, H]),\qquad "
    r"\kappa(\hat H) \le \sqrt m\,\min_D\kappa([e, (H-e\mu^\top)D])",
    assumptions=("[e, H] has full column rank",),
    doc=__doc__,
)


@st.composite
def inputs(draw, widths=(1, 2, 3)):
    """Draw whole inputs (N, m) of one size or another, with [e, H] of full column rank."""
    m = draw(st.sampled_from(widths))
    n = draw(st.integers(m + 1, 5))
    entries = np.array(draw(st.lists(st.integers(-9, 9), min_size=n * m, max_size=n * m)), dtype=float).reshape(n, m)
    if np.linalg.matrix_rank(with_ones(entries)) <= m:
        entries[1 : m + 1] = entries[0] + np.arange(1.0, m + 1)[:, None] ** np.arange(1, m + 1)
    return entries


def _centred(h):
    return h - batch_statistics(h).mean


def _scaled(h):
    """Return the inputs with mean 0 and population variance 1."""
    mean, variance = batch_statistics(h)
    return (h - mean) / namespace(h).sqrt(variance)


def _condition(h):
    return squared_condition(with_ones(h))


CROSS = np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [0.0, -2.0]])


@F4.law(h=inputs(), on=(BALLS, FLOATS))
def centring_never_worsens_the_condition(h):
    """κ²([e, H - eμᵀ]) ≤ κ²([e, H])."""
    return at_most(_condition(_centred(h)), _condition(h))


@centring_never_worsens_the_condition.counterfeit(instance={"h": CROSS})
def centring_improves_the_condition_by_a_hundredth(h):
    """κ²([e, H - eμᵀ]) ≤ 0.99 κ²([e, H])."""
    return at_most(100 * _condition(_centred(h)), 99 * _condition(h))


@F4.law(h=inputs((2,)), on=(BALLS, FLOATS))
def scaling_two_inputs_never_worsens_the_condition(h):
    """κ² of [e, (H - μ)/σ] is at most κ² of [e, H - μ] for m = 2."""
    return at_most(_condition(_scaled(h)), _condition(_centred(h)))


@scaling_two_inputs_never_worsens_the_condition.counterfeit(
    instance={"h": np.array([[0.0, -2.0, 1.0], [1.0, 2.0, -2.0], [-1.0, -2.0, 2.0], [0.0, 1.0, -2.0]])}, h=inputs((3,))
)
def scaling_never_worsens_the_condition(h):
    """The same for m = 3."""
    return at_most(_condition(_scaled(h)), _condition(_centred(h)))


@F4.law(
    h=inputs(),
    d=st.lists(st.integers(-3, 3), min_size=3, max_size=3).map(lambda k: np.ldexp(1.0, k)),
    on=(BALLS, FLOATS),
)
def unit_variance_is_within_the_root_of_the_width(h, d):
    """κ²([e, (H - μ)/σ]) ≤ m κ²([e, (H - μ)D]) for every diagonal D."""
    return at_most(_condition(_scaled(h)), h.shape[1] * _condition(_centred(h) * d[: h.shape[1]]))


@unit_variance_is_within_the_root_of_the_width.counterfeit(
    instance={"h": np.array([[0.0, -2.0, 1.0], [1.0, 2.0, -2.0], [-1.0, -2.0, 2.0], [0.0, 1.0, -2.0]]), "d": np.ones(3)}
)
def unit_variance_is_the_best_scaling(h, d):
    """κ²([e, (H - μ)/σ]) ≤ κ²([e, (H - μ)D]) for every diagonal D."""
    return at_most(_condition(_scaled(h)), _condition(_centred(h) * d[: h.shape[1]]))


NEARLY_PARALLEL = np.array([[1.0, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) @ [
    [64, 64, 64],
    [1, -1, 0],
    [0, 0, 12],
]


@unit_variance_is_within_the_root_of_the_width.counterfeit(
    instance={"h": NEARLY_PARALLEL, "d": np.array([1 / 8, 1 / 8, 1 / 64])}, h=inputs((3,))
)
def unit_variance_is_within_a_fifth_of_the_best(h, d):
    """κ([e, (H - μ)/σ]) ≤ 1.2 κ([e, (H - μ)D]) for every diagonal D, where m = 3."""
    return at_most(100 * _condition(_scaled(h)), 144 * _condition(_centred(h) * d[: h.shape[1]]))


# -- what is commonly said, denied ----------------------------------------------------------------

HARMED = np.array([[0.0, -2.0, 1.0], [1.0, 2.0, -2.0], [-1.0, -2.0, 2.0], [0.0, 1.0, -2.0]])
SMALLEST = np.array([[-1.0, -1.0, -1.0], [0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [1.0, 0.0, 1.0]])


def _worse_by(h, ratio):
    """Claim κ([e, (H - μ)/σ]) ≥ ratio κ([e, H - μ])."""
    return at_most(ratio * ratio * _condition(_centred(h)), 10**8 * _condition(_scaled(h)))


@F4.law(quantifier="exists", h=choices(HARMED), instance={"h": HARMED}, on=(BALLS, FLOATS))
def scaling_may_worsen_the_condition_by_a_seventh(h):
    """For some H, (4, 3), scaling to unit variance worsens κ by 1.1435."""
    return _worse_by(h, 11435)


@F4.law(quantifier="exists", h=choices(SMALLEST), instance={"h": SMALLEST}, on=(BALLS, FLOATS))
def scaling_may_worsen_the_condition_of_a_small_matrix(h):
    """For some H, (4, 3), with entries in {-1, 0, 1}, it worsens κ by 1.0199."""
    return _worse_by(h, 10199)


@scaling_may_worsen_the_condition_by_a_seventh.counterfeit
def scaling_worsens_the_condition_of_that_matrix_by_more(h):
    """It worsens κ of that matrix by 1.1437."""
    return _worse_by(h, 11437)


@scaling_may_worsen_the_condition_of_a_small_matrix.counterfeit
def scaling_worsens_the_condition_of_the_small_matrix_by_more(h):
    """It worsens κ of that matrix by 1.02."""
    return _worse_by(h, 10200)


for figure in FIGURES:
    F4.exhibit(figure)
