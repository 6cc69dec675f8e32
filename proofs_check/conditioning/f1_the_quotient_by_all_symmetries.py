r"""Where the Hessian is zero at critical points, and what condition number means there.

Statement
---------
At a critical point :math:`\nabla^2f` annihilates every :math:`w_i` and every generator of the symmetry algebra of claim
G: of batch norm, affine part, ReLU and a linear layer two a neuron.  So
:math:`\kappa^* = \lambda_{\max}/\lambda_{\min}^+`
is taken on the quotient by **all** symmetries, by the rank that the algebra gives.  For one layer with inputs
:math:`\hat H = [e, H]`, without batch norm above: :math:`\nabla^2_{\hat w}f = \hat H^\top S\hat H`, and
:math:`\kappa \le \kappa(\hat H)^2\kappa(S)`.

Assumptions
-----------
f is :math:`C^2` near the point; for the bound S is diagonal and positive definite, and :math:`\hat H` of full column
rank.

Source
------
Lan22; the algebra is claim G's.

Idea of the proof
-----------------
:math:`\nabla f` is zero along the whole orbit of a critical point; differentiate along it.  For the bound,
:math:`s_{\min}\|\hat Hx\|^2 \le x^\top\hat H^\top S\hat Hx \le s_{\max}\|\hat Hx\|^2`.

What is checked, what is not
----------------------------
The generators of a network with batch norm, affine part and ReLU on handwritten digits, whose targets are its own
outputs, so that it is at a minimum: each neuron's two tangents are annihilated, by control runs.  Rayleigh quotients at
their eigenvectors, on rationals.  The bound in balls.  :math:`\kappa^*` of the network is shown in a figure.

Tags
----
conditioning, symmetry, batch norm
"""

from dataclasses import replace
from functools import cache

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import LAN22
from proofs_check.conditioning.f4_centring_and_scaling import inputs
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, RATIONALS, Exhibit, at_most, equal, theorem
from psitheory.models import BatchNormMLP, Rayleigh, dataset
from psitheory.models.conditioning import (
    effective_spectrum,
    gram,
    hessian_matrix,
    spectrum,
    squared_condition,
    with_ones,
)
from psitheory.strategies import step_sizes

F1 = theorem(
    "F1",
    "The Hessian on the quotient by all symmetries",
    chapter="conditioning",
    source=LAN22,
    locator="Hessian of a layer; symmetries are ours",
    statement=r"\nabla f(w) = 0:\ \nabla^2f(w)\,(c\odot w) = 0\ (c \in \mathfrak g),\qquad "
    r"\kappa(\hat H^\top S\hat H) \le \kappa(\hat H)^2\kappa(S)",
    assumptions=("f is C² near the critical point", "S ≻ 0 is diagonal, Ĥ of full column rank"),
    doc=__doc__,
)

# -- eigenvectors of Rayleigh quotients -------------------------------------------------------------

EIGENVALUES = st.lists(st.integers(-9, 9), min_size=2, max_size=5, unique=True).map(
    lambda x: np.diag(np.array(x, float))
)


def _vanishes(matrix, r, x, direction):
    """Claim that the Hessian at the critical point r·e_1 takes x and x + direction to the same."""
    xp = namespace(matrix)
    first = xp.eye(len(matrix))[0]
    model = Rayleigh(matrix)
    w = first * r
    return equal(model.hessian_vector(w, x * first + direction(w)), model.hessian_vector(w, x * first))


@F1.law(matrix=EIGENVALUES, r=step_sizes(decades=1), x=st.integers(1, 9).map(float), on=(RATIONALS, BALLS, FLOATS))
def the_weights_are_annihilated(matrix, r, x):
    """∇²f(w)w = 0 at an eigenvector w of a Rayleigh quotient."""
    return _vanishes(matrix, r, x, lambda w: w)


@the_weights_are_annihilated.counterfeit
def every_vector_is_annihilated(matrix, r, x):
    """∇²f(w) takes the next eigenvector to 0 too."""
    return _vanishes(matrix, r, x, lambda w: namespace(w).concat([w[1:2], w[:1], w[2:]], axis=-1))


# -- a network with two symmetries a neuron ---------------------------------------------------------


@cache
def network(hidden=3):
    """Return a network with batch norm, affine part and ReLU at a minimum: its targets are its own outputs."""
    rows, _ = dataset("digits", rows=32, rng=np.random.default_rng(0))
    some = np.asarray(rows)[:, 18:46:7] + 0.125 * np.random.default_rng(1).normal(size=(32, 4))
    model = BatchNormMLP(some, np.zeros(32), hidden=(hidden,), activation="relu", loss="squared", affine=True)
    w = model.initial(np.random.default_rng(2))
    view = model.layout.view
    view("gamma1", w)[...], view("beta1", w)[...] = 1 + 0.25 * np.arange(hidden), 0.25
    z = some @ view("W1", w).T
    z = (z - z.mean(axis=0)) / z.std(axis=0)
    outputs = np.maximum(view("gamma1", w) * z + view("beta1", w), 0) @ view("V", w).T + view("c", w)
    return replace(model, targets=outputs), w


def tangents(model, w, *, trading=True):
    """Return the tangents along the orbit: w_i, and (γ_i, β_i, -V_i), or (γ_i, β_i) alone."""
    out, view = [], model.layout.view
    for i in range(view("gamma1", w).shape[0]):
        row, trade = np.zeros_like(w), np.zeros_like(w)
        view("W1", row)[i] = view("W1", w)[i]
        for name in ("gamma1", "beta1"):
            view(name, trade)[i] = view(name, w)[i]
        if trading:
            view("V", trade)[:, i] = -view("V", w)[:, i]
        out += [row, trade]
    return np.array(out)


def _annihilated(w, seed, trading):
    """Claim that the Hessian takes x and x + t to the same, for the sum t of all tangents and a random x."""
    model, _ = network()
    x = np.random.default_rng(seed).normal(size=len(w))
    along = tangents(model, w, trading=trading).sum(axis=0)
    return equal(model.hessian_vector(w, x + along), model.hessian_vector(w, x))


@F1.law(w=st.builds(lambda: network()[1]), seed=st.integers(0, 2), trading=True, on=(CONTROLS,), example=True)
def on_digits_each_neuron_has_two_symmetries(w, seed, trading):
    """At a minimum of a network on digits the Hessian annihilates w_i and (γ_i, β_i, -V_i)."""
    return _annihilated(w, seed, trading)


@on_digits_each_neuron_has_two_symmetries.counterfeit(trading=False)
def on_digits_the_affine_part_is_a_symmetry_by_itself(w, seed, trading):
    """It annihilates (γ_i, β_i) without the last layer."""
    return _annihilated(w, seed, trading)


# -- one layer --------------------------------------------------------------------------------------

LAYER = {
    "h": inputs(),
    "s": st.lists(st.integers(1, 9), min_size=5, max_size=5).map(lambda x: np.array(x, dtype=float)),
}
FLAT = {"h": np.array([[1.0], [-3.0], [2.0]]), "s": np.ones(5)}


def _bounded(h, s, power):
    """Claim κ(ĤᵀSĤ) ≤ κ(Ĥ)^power κ(S), squared."""
    columns, s = with_ones(h), s[: len(h)]
    xp = namespace(h)
    values = spectrum(gram(columns * xp.sqrt(s)[:, None]))
    condition = xp.max(values) / xp.min(values)
    share = xp.max(s) / xp.min(s)
    square = squared_condition(columns)
    return at_most(condition * condition, square**power * share * share)


@F1.law(**LAYER, on=(BALLS,))
def the_condition_of_a_layer_is_bounded(h, s):
    """κ(ĤᵀSĤ) ≤ κ(Ĥ)²κ(S)."""
    return _bounded(h, s, 2)


@the_condition_of_a_layer_is_bounded.counterfeit(instance=FLAT)
def the_condition_of_a_layer_is_bounded_without_the_square(h, s):
    """κ(ĤᵀSĤ) ≤ κ(Ĥ)κ(S)."""
    return _bounded(h, s, 1)


@F1.exhibit
def what_is_left_on_the_quotient(rng):
    """Show the eigenvalues at the minimum of the network, on the quotient by the blocks alone and by all symmetries."""
    model, w = network()
    hessian, along = hessian_matrix(model, w), tangents(model, w)
    whole = effective_spectrum(hessian, along)
    return Exhibit(
        "spectrum",
        f"κ* = {whole[-1] / whole[0]:.3g} on the quotient by all {len(along)} symmetries",
        "Batch norm, affine part and ReLU on digits.  The quotient by the blocks alone keeps one zero a neuron.",
        {"values": np.abs(np.concatenate([effective_spectrum(hessian, along[::2])[: len(along) // 2], whole]))},
        {"x": "number", "y": "eigenvalue of the Hessian at the minimum"},
    )
