r"""Muon on normalised matrices: how it scales, and what row-normalisation before the polar factor mends.

Statement
---------
Let W be a matrix block, :math:`\mathrm{msign}(U\Sigma V^\top) = UV^\top`,
:math:`W^+ = W - \eta\,\mathrm{msign}(\nabla f)`.
If the whole matrix is one scale a, the scaling exponent is 1.  The step is equivariant under orthogonal maps
from the left and the right.  Where each row is a block of its own it is **not** equivariant per row; with rows
normalised
**before** the polar factor it is, with the rate :math:`a_i\eta` on row i.  Though
:math:`\langle W, \nabla f\rangle = 0`,
:math:`\langle W, \mathrm{msign}(\nabla f)\rangle \ne 0` in general: claims B5 and I5 fail.

Assumptions
-----------
The gradient has full rank, or singular directions of 0 are sent to 0.

Source
------
Jor24 (Muon); scaling and the order of the two normalisations are ours.

Idea of the proof
-----------------
msign(cG) = msign(G) for c > 0; msign(QGR) = Q msign(G) R for orthogonal Q, R.  Row i of the gradient at
:math:`a\cdot w` is
divided by :math:`a_i`: normalising rows removes it before the polar factor sees it, and nothing does after it.

What is checked, what is not
----------------------------
On floats against control runs, through the shipped method (a polar factor has no closed form in exact arithmetics), on
random matrices of gradients; that the factor is right where it is known, on floats too; steps of a batch-norm network
on handwritten digits.  That the polar factor is orthogonal, to rounding.

Tags
----
newer work, Muon, scaling exponents
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import JOR24
from psitheory.checking import CONTROLS, FLOATS, equal, theorem
from psitheory.layout import Layout, blocks
from psitheory.models.interface import Evaluation
from psitheory.optimizers import Muon
from psitheory.optimizers.muon import matrix_sign, normalised_rows
from psitheory.strategies import digits_network, network_starts

I12 = theorem(
    "I12",
    "Muon on normalised matrices",
    chapter="newer",
    source=JOR24,
    locator="orthogonalised updates; scaling is ours",
    statement=r"\mathrm{msign}(n_{\mathrm{row}}(DG)) = \mathrm{msign}(n_{\mathrm{row}}(G)),"
    r"\quad D = \mathrm{diag}(a_i) > 0",
    assumptions=("the gradient has full rank, or singular directions of 0 are sent to 0",),
    doc=__doc__,
)

K, D = 3, 5
LAYOUT = Layout(blocks("W", K, D))


def normal(*shape):
    """Draw a normal array of that shape from a seed."""
    return st.integers(0, 2**16).map(lambda seed: np.random.default_rng(seed).normal(size=shape))


def scales(size):
    """Draw positive numbers between 1/8 and 8, so that no rank is lost to rounding."""
    entries = st.lists(st.integers(-24, 24), min_size=size, max_size=size)
    return entries.map(lambda k: np.exp2(np.array(k) / 8))


STEP = {"w": normal(K * D), "g": normal(K * D), "a": scales(1)}


def _step(w, g, eta, *, normalise=False):
    method = Muon(eta, normalise=normalise)
    return method.step(LAYOUT, w, Evaluation(np.zeros(()), g), method.init(LAYOUT, w))[0]


def _common(w, g, a, power):
    """Claim that the rate 2^power·η from aw, where the gradient is g/a, leads to aw⁺."""
    return equal(_step(a * w, g / a, 0.125 * float(a[0]) ** power) / a, _step(w, g, 0.125))


@I12.law(**STEP, on=(CONTROLS,))
def the_exponent_of_one_scale_is_one(w, g, a):
    """For one scale a of the whole matrix the rate aη from a·W leads to a·W⁺."""
    return _common(w, g, a, 1)


@the_exponent_of_one_scale_is_one.counterfeit
def the_exponent_of_one_scale_is_two(w, g, a):
    """The rate a²η does."""
    return _common(w, g, a, 2)


def _reflection(x):
    """Return I - 2xxᵀ/‖x‖², an orthogonal matrix."""
    return np.eye(len(x)) - 2 * np.outer(x, x) / (x @ x)


FACTORS = {"x": normal(D), "y": normal(D), "stretches": scales(D)}


def _polar(x, y, stretches, factor):
    """Claim what the polar factor of QS is, Q the product of two reflections and S = P diag(stretches) P."""
    q, turned = _reflection(x) @ _reflection(y), _reflection(x + y)
    return equal(matrix_sign(q @ (turned * stretches @ turned)), factor(q, turned))


@I12.law(**FACTORS, on=(FLOATS, CONTROLS))
def the_orthogonal_factor_is_found(x, y, stretches):
    """The polar factor of QS is Q for orthogonal Q and symmetric S > 0."""
    return _polar(x, y, stretches, lambda q, turned: q)


@the_orthogonal_factor_is_found.counterfeit
def any_orthogonal_factor_is_found(x, y, stretches):
    """It is QP too, where S = P diag(s) P."""
    return _polar(x, y, stretches, lambda q, turned: q @ turned)


@I12.law(g=normal(K, D), left=normal(K, K), right=normal(D, D), on=(CONTROLS,))
def the_polar_factor_turns_with_its_matrix(g, left, right):
    """The polar factor of QGR is Q msign(G) R for orthogonal Q and R."""
    q, r = np.linalg.qr(left)[0], np.linalg.qr(right)[0]
    return equal(matrix_sign(q @ g @ r), q @ matrix_sign(g) @ r)


@the_polar_factor_turns_with_its_matrix.counterfeit
def the_polar_factor_follows_every_map(g, left, right):
    """The same for any Q."""
    return equal(matrix_sign(left @ g), left @ matrix_sign(g))


ROWS = {"w": normal(K * D), "g": normal(K * D), "a": scales(K)}


def _per_row(w, g, a, normalise):
    """Claim that the rates a_iη from a·W, whose gradient is g/a, lead to a·W⁺."""
    there = _step(0 * w, LAYOUT.scale(1 / a, g), 0.125, normalise=normalise)
    return equal(there, _step(0 * w, g, 0.125, normalise=normalise))


@I12.law(**ROWS, on=(CONTROLS,))
def normalised_rows_do_not_see_scales(w, g, a):
    """With rows normalised before the polar factor the rate a_iη on row i from a·W leads to a·W⁺."""
    return _per_row(w, g, a, normalise=True)


@normalised_rows_do_not_see_scales.counterfeit
def rows_as_they_are_do_not_see_scales(w, g, a):
    """The same without normalising: the exponent is 1 per row."""
    return _per_row(w, g, a, normalise=False)


@normalised_rows_do_not_see_scales.counterfeit
def rows_normalised_after_the_polar_factor_do_not_see_scales(w, g, a):
    """The same with rows normalised after it."""

    def after(g):
        return normalised_rows(matrix_sign(g.reshape(K, D)))

    return equal(after(LAYOUT.scale(1 / a, g)), after(g))


W_LEANING, G_LEANING = np.array([1.0, 0.0, 0.0, -2.0]), np.array([2.0, 0.0, 0.0, 1.0])
"""⟨W, G⟩ = 0, and msign(G) = I, so ⟨W, msign(G)⟩ = -1."""


def _leans(w, g, claimed):
    """Claim ⟨W, W - W⁺⟩ for a step at the rate 1."""
    layout, method = Layout(blocks("W", 2, 2)), Muon(1.0)
    moved, _ = method.step(layout, w, Evaluation(np.zeros(()), g), method.init(layout, w))
    return equal(w @ (w - moved), claimed)


@I12.law(w=st.just(W_LEANING), g=st.just(G_LEANING), on=(CONTROLS,))
def the_step_is_not_horizontal(w, g):
    """For W = ((1, 0), (0, -2)) and G = ((2, 0), (0, 1)) ⟨W, G⟩ = 0, but ⟨W, msign(G)⟩ = -1."""
    return _leans(w, g, -1.0)


@the_step_is_not_horizontal.counterfeit
def the_step_is_horizontal_since_the_gradient_is(w, g):
    """⟨W, msign(G)⟩ = 0, as ⟨W, G⟩ is."""
    return _leans(w, g, w @ g)


DIGITS = {"model": digits_network(), "w": network_starts("model"), "a": scales(32)}


@I12.law(**DIGITS, on=(CONTROLS,), example=True)
def on_digits_normalised_rows_do_not_see_scales(model, w, a):
    """The direction of W1 at a·w is that at w, for the neurons of a network on handwritten digits."""

    def direction(w):
        return matrix_sign(normalised_rows(model.layout.view("W1", model.evaluate(w).gradient)))

    return equal(direction(model.layout.scale(a, w)), direction(w))


@on_digits_normalised_rows_do_not_see_scales.counterfeit
def on_digits_rows_as_they_are_do_not_see_scales(model, w, a):
    """The same without normalising rows."""

    def direction(w):
        return matrix_sign(model.layout.view("W1", model.evaluate(w).gradient))

    return equal(direction(model.layout.scale(a, w)), direction(w))
