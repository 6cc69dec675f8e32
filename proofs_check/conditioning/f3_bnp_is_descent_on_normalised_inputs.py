r"""Batch-normalisation preconditioning is gradient descent on the normalised layer, mapped back.

Statement
---------
For the inputs h of a layer, :math:`\mu` and :math:`\sigma > 0` held fixed and :math:`\hat w = [b, W]`: the step
:math:`\hat w - \eta PP^\top\nabla f`, :math:`P = \begin{pmatrix}1 & -(\mu/\sigma)^\top\\ 0 &
\mathrm{diag}(1/\sigma)\end{pmatrix}`, is the gradient step of the layer applied to :math:`(h-\mu)/\sigma`, mapped back
by :math:`\hat w = Pz`.  As published, in two lines,
:math:`G_W \leftarrow (G_W - G_b\mu^\top)/(q^2\tilde\sigma^2)`, then
:math:`G_b \leftarrow G_b/q^2 - G_W\mu`, it equals :math:`q^{-2}PP^\top`.

Assumptions
-----------
:math:`\mu, \sigma` are constant during the step.

Source
------
Lan22 (BNP).

Idea of the proof
-----------------
:math:`[1, h^\top]P = [1, ((h-\mu)/\sigma)^\top]`, so the loss in z has the gradient :math:`P^\top\nabla f`; the step of
z, mapped by P, is the step claimed.  Multiply P by its transpose for the two lines.

What is checked, what is not
----------------------------
Both, for the squared loss and any inputs, means and deviations, on rationals (exactly), in balls and on floats; for the
gradient of **any** loss, since residuals are drawn freely.  The same on the 64 inputs of handwritten digits.

Tags
----
conditioning, batch norm, preconditioning
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import LAN22
from proofs_check.conditioning.f3_figures import FIGURES
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, RATIONALS, equal, theorem
from psitheory.models import dataset
from psitheory.optimizers.bnp import Statistics, precondition

F3 = theorem(
    "F3",
    "BNP is gradient descent on the normalised layer",
    chapter="conditioning",
    source=LAN22,
    locator="BNP, as published",
    statement=r"\hat w - \eta PP^\top\nabla f(\hat w) = P\bigl(z - \eta\nabla_zf(Pz)\bigr),\quad \hat w = Pz",
    assumptions=("μ and σ > 0 are held fixed during the step",),
    doc=__doc__,
)


@st.composite
def layers(draw):
    """Draw inputs (N, m), residuals (N,), means, deviations (m,) and z = (b, W) of one neuron; whole numbers."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))

    def whole(*shape, low=-9):
        size = int(np.prod(shape))
        return np.array(draw(st.lists(st.integers(low, 9), min_size=size, max_size=size)), dtype=float).reshape(shape)

    return whole(n, m), whole(n), whole(m), whole(m, low=1), whole(m + 1)


LAYER = {"layer": layers(), "eta": st.integers(1, 9).map(float), "q2": st.integers(1, 4).map(float)}
ONE = {
    "layer": (np.array([[1.0, 2.0]]), np.array([1.0]), np.array([1.0, 3.0]), np.array([2.0, 1.0]), np.ones(3)),
    "eta": 1.0,
    "q2": 2.0,
}


def _back(z, mean, deviation):
    """Return Pz, (b, W)."""
    weights = z[1:] / deviation
    return z[:1] - dot(mean, weights, keepdims=True), weights


def _gradient(inputs, residuals):
    """Return the gradient (b, W) of a loss whose derivatives at the outputs are the residuals."""
    xp = namespace(inputs)
    return xp.sum(residuals, axis=-1, keepdims=True), xp.sum(residuals[:, None] * inputs, axis=0)


def _stacked(bias, weights):
    return namespace(weights).concat([bias, weights], axis=-1)


def _is_descent_on_normalised_inputs(layer, eta, q2, preconditioned):
    """Claim Pz - η·preconditioned gradient = P(z - (η/q²)·gradient in z)."""
    inputs, residuals, mean, deviation, z = layer
    bias, weights = _back(z, mean, deviation)
    statistics = Statistics(mean, deviation * deviation)
    gb, gw = preconditioned(*_gradient(inputs, residuals), statistics, q2)
    there = _stacked(*_gradient((inputs - mean) / deviation, residuals))
    claimed = _back(z - eta / q2 * there, mean, deviation)
    return equal(_stacked(bias - eta * gb, weights - eta * gw), _stacked(*claimed))


def _published(bias, weights, statistics, q2):
    bias, weights = precondition(bias, weights[None], statistics, q2)
    return bias, weights[0]


@F3.law(**LAYER, on=(RATIONALS, BALLS, FLOATS))
def a_preconditioned_step_is_a_step_on_normalised_inputs(layer, eta, q2):
    """Pz - ηq⁻²PPᵀ∇f = P(z - ηq⁻²∇_z f), in the two lines of the published algorithm."""
    return _is_descent_on_normalised_inputs(layer, eta, q2, _published)


@a_preconditioned_step_is_a_step_on_normalised_inputs.counterfeit(instance=ONE)
def the_bias_is_corrected_by_the_old_gradient(layer, eta, q2):
    """The second line takes the gradient of W as it was before the first."""

    def old(bias, weights, statistics, q2):
        _, new = _published(bias, weights, statistics, q2)
        return bias / q2 - dot(weights, statistics.mean, keepdims=True), new

    return _is_descent_on_normalised_inputs(layer, eta, q2, old)


@a_preconditioned_step_is_a_step_on_normalised_inputs.counterfeit(instance=ONE)
def only_deviations_precondition(layer, eta, q2):
    """P without the entry -(μ/σ)ᵀ."""

    def diagonal(bias, weights, statistics, q2):
        return bias / q2, weights / (q2 * statistics.variance)

    return _is_descent_on_normalised_inputs(layer, eta, q2, diagonal)


def _digits(seed):
    rng = np.random.default_rng(seed)
    inputs, labels = dataset("digits", rows=32, rng=rng)
    inputs = np.asarray(inputs, dtype=float)
    return inputs, labels - 4.5, inputs.mean(axis=0), inputs.std(axis=0) + 0.125, rng.normal(size=inputs.shape[1] + 1)


DIGITS = {"layer": st.integers(0, 3).map(_digits), "eta": 0.125, "q2": 2.0}


@F3.law(**DIGITS, on=(CONTROLS,), example=True)
def on_digits_a_preconditioned_step_is_a_step_on_normalised_inputs(layer, eta, q2):
    """The same for a neuron on 32 handwritten digits."""
    return _is_descent_on_normalised_inputs(layer, eta, q2, _published)


@on_digits_a_preconditioned_step_is_a_step_on_normalised_inputs.counterfeit
def on_digits_only_deviations_precondition(layer, eta, q2):
    """P without the entry -(μ/σ)ᵀ."""
    return _is_descent_on_normalised_inputs(layer, eta, q2, lambda b, w, s, q: (b / q, w / (q * s.variance)))


for figure in FIGURES:
    F3.exhibit(figure)
