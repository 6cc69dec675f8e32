r"""The scaling symmetries of any function are a null space of samples.

Statement
---------
Let f be differentiable on an open domain that :math:`w \mapsto \exp(sc)\,w` maps to itself, :math:`c \in \mathbb R^n`,
the exponential entry by entry.  Then :math:`f(\exp(sc)\,w) = f(w)` for all s and w iff
:math:`\sum_k c_kw_k\partial_kf(w) = 0` for all w.  These c are a vector space, the algebra :math:`\mathfrak g`.  If f
is real-analytic on a connected domain and points are drawn from an absolutely continuous law, then the null space
of :math:`K = n - \dim\mathfrak g` stacked rows :math:`w\odot\nabla f(w)` is :math:`\mathfrak g`, almost surely; of
fewer rows it has the dimension :math:`n - K`.

A batch-norm neuron gives one generator (its in-weights), with affine parameters, ReLU and a linear layer behind it
another one (γ and β against the out-weights); a ReLU neuron without batch norm one (in-weights and bias against the
out-weights); a bias before batch norm a generator of its own.

Assumptions
-----------
f is real-analytic on a connected domain, or (ReLU) locally Lipschitz with the identity almost everywhere and no
neuron dead in all samples; sampling is absolutely continuous.

Source
------
Kun20 (the conservation laws that symmetries give), made into a tool.

Idea of the proof
-----------------
:math:`\frac{d}{ds}f(\exp(sc)\,w) = \sum_kc_kw_k\partial_kf` at :math:`\exp(sc)\,w`; a function of s whose derivative
vanishes is constant.  For the null space: as long as it is larger than :math:`\mathfrak g`, some c in it has
:math:`\sum_kc_kw_k\partial_kf \not\equiv 0`, which for an analytic f vanishes on a null set alone; so the next row
lowers the dimension by one, almost surely.

What is checked, what is not
----------------------------
The trades of ReLU neurons: the identity on rationals, in balls and on floats, the finite statement under powers of two
bit for bit too (that of blocks is claim A3).  Null spaces, on floats: their dimension for numbers of rows around
:math:`n - \dim\mathfrak g` on analytic networks, and what :func:`psitheory.symmetry.discover_symmetries` finds
against what theory gives.  "Almost surely" means the seeds that were drawn.

Tags
----
symmetry, ReLU, batch norm, conservation laws
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import KUN20
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO, RATIONALS, equal, theorem
from psitheory.layout import Layout
from psitheory.models import BatchNormMLP, Perceptron
from psitheory.runner.domain import Domain
from psitheory.strategies import points, rescalings
from psitheory.strategies.values import float_arrays, rational_arrays
from psitheory.symmetry import discover_symmetries
from psitheory.symmetry.null_space import null_space

G = theorem(
    "G",
    "Scaling symmetries are a null space of w⊙∇f",
    chapter="symmetry",
    source=KUN20,
    locator="conservation laws from symmetries; as a tool, ours",
    statement=r"f(\exp(sc)\,w) = f(w)\ \forall s, w \iff \sum_k c_kw_k\partial_kf(w) = 0\ \forall w;\qquad "
    r"\ker\bigl[w_i\odot\nabla f(w_i)\bigr]_{i\le n-\dim\mathfrak g} = \mathfrak g",
    assumptions=(
        "f is real-analytic on a connected domain, or piecewise so with no neuron dead in all samples",
        "points are drawn from an absolutely continuous law",
    ),
    doc=__doc__,
)

HIDDEN = 2
NEURONS = Layout.of([1] * HIDDEN)
"""One scale for each hidden neuron."""


def perceptrons(activation):
    """Draw small networks without normalisation."""

    def build(arrays):
        return st.builds(
            lambda x, y: Perceptron(x, y, hidden=HIDDEN, activation=activation), arrays((3, 2)), arrays((3,))
        )

    return Domain(
        floats=lambda _: build(float_arrays),
        rationals=(lambda _: build(rational_arrays)) if activation == "relu" else None,
    )


def _traded(model, a, w, of_bias=1):
    """Return w with the in-weights of neuron i times a_i, its bias times a_i^of_bias and its out-weight over a_i."""
    part = model.layout.view
    return model.layout.pack(W=part("W", w) * a[:, None], b=part("b", w) * a**of_bias, v=part("v", w) / a)


TANH = {
    "model": Perceptron(np.array([[1.0, 0.0]]), np.array([0.0]), hidden=2, activation="tanh"),
    "w": np.array([1.0, 0, 0, 0, 0, 0, 1, 0]),
}
TRADE = {"model": perceptrons("relu"), "w": points("model"), "a": rescalings(NEURONS, decades=6)}


@G.law(**TRADE)
def relu_neurons_trade(model, w, a):
    """F stays when in-weights and bias of a ReLU neuron grow as its out-weights shrink."""
    return equal(model.evaluate(_traded(model, a, w)).loss, model.evaluate(w).loss)


@relu_neurons_trade.counterfeit(
    model=perceptrons("tanh"), instance=TANH | {"a": np.array([2.0, 1.0])}, on=(POWERS_OF_TWO, BALLS, FLOATS)
)
def tanh_neurons_trade(model, w, a):
    """A tanh neuron trades as well."""
    return equal(model.evaluate(_traded(model, a, w)).loss, model.evaluate(w).loss)


@relu_neurons_trade.counterfeit
def the_bias_stays_behind(model, w, a):
    """In-weights trade against out-weights without the bias."""
    return equal(model.evaluate(_traded(model, a, w, of_bias=0)).loss, model.evaluate(w).loss)


def _annihilated(model, w, c, outward=-1):
    """Return Σ c_k w_k ∂_k f, with the exponents c_i for what comes into neuron i and outward·c_i for what goes out."""
    part, gradient = model.layout.view, model.evaluate(w).gradient
    inward = dot(part("W", w), part("W", gradient)) + part("b", w) * part("b", gradient)
    return namespace(w).sum(c * (inward + outward * part("v", w) * part("v", gradient)), axis=-1)


@G.law(model=perceptrons("relu"), w=points("model"), c=rescalings(NEURONS, decades=1), on=(RATIONALS, BALLS, FLOATS))
def generators_annihilate_the_function(model, w, c):
    """Σ c_k w_k ∂_k f = 0 for the trades of ReLU neurons."""
    return equal(_annihilated(model, w, c), 0)


@generators_annihilate_the_function.counterfeit(
    model=perceptrons("tanh"), instance=TANH | {"c": np.array([1.0, 1.0])}, on=(BALLS, FLOATS)
)
def generators_annihilate_tanh_networks(model, w, c):
    """The same for tanh neurons."""
    return equal(_annihilated(model, w, c), 0)


@generators_annihilate_the_function.counterfeit
def in_weights_and_out_weights_may_grow_together(model, w, c):
    """Σ c_k w_k ∂_k f = 0 with one sign for all weights of a neuron."""
    return equal(_annihilated(model, w, c, outward=1), 0)


# -- null spaces --------------------------------------------------------------------------------

KINDS = {
    "batch norm, tanh": 1,
    "batch norm, affine, tanh": 1,
    "batch norm, affine, relu": 2,
    "relu": 1,
    "tanh": 0,
}
"""Generators for each hidden neuron."""
ANALYTIC = [kind for kind in sorted(KINDS) if not kind.endswith("relu")]


def _network(kind, hidden, seed):
    rng = np.random.default_rng(seed)
    inputs, targets = rng.normal(size=(12, 3)), rng.normal(size=12)
    if "batch norm" not in kind:
        return Perceptron(inputs, targets, hidden=hidden, activation=kind)
    activation = kind.rsplit(" ", 1)[-1]
    return BatchNormMLP(
        inputs, targets, hidden=(hidden,), activation=activation, affine="affine" in kind, loss="squared"
    )


def _null_dimension(model, points):
    rows = points * model.evaluate(points).gradient
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = rows[lengths[:, 0] > 0] / lengths[lengths > 0][:, None]
    return float(len(null_space(rows, 1e-12).basis))


NETWORK = {"kind": st.sampled_from(sorted(KINDS)), "hidden": st.integers(1, 3), "seed": st.integers(0, 2**16)}


@G.law(**NETWORK, on=(CONTROLS,))
def what_is_discovered_is_what_theory_gives(kind, hidden, seed):
    """As many generators are discovered as theory gives: 1 a neuron, 2 with affine parameters and ReLU, 0 for tanh."""
    found = discover_symmetries(_network(kind, hidden, seed), seed=seed)
    return equal(np.float64(found.dimension), np.float64(KINDS[kind] * hidden))


@what_is_discovered_is_what_theory_gives.counterfeit(kind="tanh", instance={"kind": "tanh", "hidden": 1, "seed": 0})
def a_tanh_layer_has_a_trade_for_each_neuron(kind, hidden, seed):
    """A layer of tanh neurons without batch norm has one generator a neuron."""
    found = discover_symmetries(_network(kind, hidden, seed), seed=seed)
    return equal(np.float64(found.dimension), np.float64(hidden))


@G.law(**NETWORK | {"kind": st.sampled_from(ANALYTIC)}, missing=st.integers(-3, 6), on=(CONTROLS,))
def each_row_lowers_the_dimension_until_the_algebra_is_left(kind, hidden, seed, missing):
    """The null space of K random rows has the dimension max(n - K, dim g)."""
    model = _network(kind, hidden, seed)
    n, dim = model.layout.n, KINDS[kind] * hidden
    count = max(1, n - dim - missing)
    points = np.random.default_rng([seed, 1]).normal(size=(count, n))
    return equal(np.float64(_null_dimension(model, points)), np.float64(max(n - count, dim)))


@each_row_lowers_the_dimension_until_the_algebra_is_left.counterfeit(
    instance={"kind": "batch norm, tanh", "hidden": 1, "seed": 0, "missing": 1}
)
def one_row_less_is_enough(kind, hidden, seed, missing):
    """The null space of n - dim g - 1 rows is the algebra already."""
    model = _network(kind, hidden, seed)
    n, dim = model.layout.n, KINDS[kind] * hidden
    points = np.random.default_rng([seed, 1]).normal(size=(n - dim - 1, n))
    return equal(np.float64(_null_dimension(model, points)), np.float64(dim))


def _around_a_dead_neuron(model, seed):
    """Return points (2n, n) around one at which the first ReLU neuron is dead for every sample."""
    rng = np.random.default_rng([seed, 2])
    points = rng.normal(size=(2 * model.layout.n, model.layout.n))
    model.layout.view("b", points)[:, 0] = -40 + rng.normal(size=len(points))
    return points


@G.law(hidden=st.integers(2, 3), seed=st.integers(0, 2**16), on=(CONTROLS,))
def what_a_dead_neuron_adds_is_rejected(hidden, seed):
    """What a dead neuron adds to the null space fails the certificate, and the algebra is found all the same."""
    model = _network("relu", hidden, seed)
    found = discover_symmetries(model, samples=_around_a_dead_neuron(model, seed), seed=seed)
    return equal(np.float64(found.dimension), np.float64(hidden))


@what_a_dead_neuron_adds_is_rejected.counterfeit(instance={"hidden": 2, "seed": 0})
def a_dead_neuron_gives_generators(hidden, seed):
    """The null space of samples in which a neuron is dead is the algebra."""
    model = _network("relu", hidden, seed)
    return equal(np.float64(_null_dimension(model, _around_a_dead_neuron(model, seed))), np.float64(hidden))


@G.exhibit
def spectrum(rng):
    """Show the singular values for a batch-norm network with ReLU: two zeros a neuron, far below the rest."""
    return discover_symmetries(_network("batch norm, affine, relu", 6, 0), seed=int(rng.integers(2**16))).exhibit
