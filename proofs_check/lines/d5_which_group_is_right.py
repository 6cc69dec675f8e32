r"""When w and -w mean the same: lines are the wrong quotient for batch norm with ReLU, positive scalings the right one.

Statement
---------
Batch norm sends -w to -z.  So, with F the head as a function of normalised outputs z, f(-w) = F(-z(w)):
f(-w) = f(w) for all w just where F is even on the z that are attained.  Rayleigh quotients are even; a network with
ReLU behind batch norm is not, and then a line holds two classes with different losses.  With an affine part
:math:`\varphi(\gamma z + \beta)` the pair :math:`(w, \gamma) \mapsto (-w, -\gamma)` is a symmetry, whatever
:math:`\varphi` is.

Assumptions
-----------
Batch norm in training mode with eps = 0, and no batch variance is zero.

Source
------
Cho17, §2, which takes lines for the quotient of any batch-norm network.

Idea of the proof
-----------------
Mean and deviation of -h are minus the mean and the deviation of h.  :math:`(-\gamma)(-z) = \gamma z`.

What is checked, what is not
----------------------------
Neurons against their heads put together again, evenness of Rayleigh quotients, and the symmetry of the affine part on
small networks with four activations and on one of digits; the difference of the two losses with ReLU by a certificate.

Tags
----
lines, symmetry, batch norm, ReLU
"""

from functools import cache

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import CHO17
from proofs_check.lines.d5_figures import along_a_great_circle
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, CONTROLS, FLOATS, POWERS_OF_TWO, at_most, equal, theorem
from psitheory.models import BatchNormMLP, Neuron, dataset
from psitheory.models.data import matched
from psitheory.models.layers.activations import activation
from psitheory.strategies import generic_points, network_starts, points, symmetric_rayleighs

D5 = theorem(
    "D5",
    "Lines are the right quotient for even heads only",
    chapter="lines",
    source=CHO17,
    locator="§2 (number unchecked)",
    statement=r"f(-w) = F(-z(w)),\qquad f(-w) = f(w)\ \forall w \iff F(-z) = F(z)\ \text{where attained},\qquad "
    r"f(-w,-\gamma) = f(w,\gamma)",
    assumptions=("batch norm in training mode, eps = 0", "no batch variance is zero"),
    doc=__doc__,
)

# -- one neuron -------------------------------------------------------------------------------------------


@st.composite
def _neurons(draw, names):
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    return Neuron(rng.normal(size=(5, 2)), rng.normal(size=5), activation=draw(st.sampled_from(names)))


NEURON = {"model": _neurons(["relu", "tanh", "softplus", "identity"]), "w": generic_points("model")}
SMALL = {
    "model": Neuron(np.array([[1.0, 0.0], [0.0, 1.0], [-1.0, 1.0]]), np.array([1.0, 0.0, 0.0]), activation="relu"),
    "w": np.array([1.0, 0.5]),
}


def _head_of(model, w, sign):
    """Return F(sign·z) for the normalised outputs z of a neuron with the squared loss."""
    xp, inputs = namespace(w), matched(model.inputs, w)
    h = w[0] * inputs[:, 0] + w[1] * inputs[:, 1]
    h = h - xp.sum(h) / 5
    z = h / xp.sqrt(dot(h, h) / 5)
    apart = activation(model.activation).value(sign * z) - matched(model.targets, w)
    return dot(apart, apart) / 5


@D5.law(**NEURON, on=(BALLS, FLOATS))
def minus_w_negates_the_normalised_outputs(model, w):
    """f(-w) = F(-z(w)): so f is even just where F is, on what is attained."""
    return equal(model.evaluate(-w).loss, _head_of(model, w, -1))


@minus_w_negates_the_normalised_outputs.counterfeit
def minus_w_keeps_the_normalised_outputs(model, w):
    """f(-w) = F(z(w))."""
    return equal(model.evaluate(-w).loss, _head_of(model, w, 1))


@D5.law(model=symmetric_rayleighs(), w=points("model"))
def rayleigh_quotients_are_even(model, w):
    """f(-w) = f(w) for Rayleigh quotients: there lines are right."""
    return equal(model.evaluate(-w).loss, model.evaluate(w).loss)


@rayleigh_quotients_are_even.counterfeit(model=_neurons(["relu"]), w=generic_points("model"), on=(BALLS,))
def neurons_with_relu_are_even(model, w):
    """The same for batch norm and ReLU: lines are right there too."""
    return equal(model.evaluate(-w).loss, model.evaluate(w).loss)


@D5.law(**SMALL, quantifier="exists", instance=SMALL, on=(BALLS,))
def a_line_may_hold_two_losses(model, w):
    """There is a network with ReLU behind batch norm, and a w, with f(-w) ≥ f(w) + 1/2."""
    return at_most(model.evaluate(w).loss + 0.5, model.evaluate(-w).loss)


@a_line_may_hold_two_losses.counterfeit(model=_neurons(["relu"]), w=generic_points("model"))
def every_line_holds_two_losses(model, w):
    """It is so for every network and every w."""
    return at_most(model.evaluate(w).loss + 0.5, model.evaluate(-w).loss)


# -- with an affine part --------------------------------------------------------------------------------


@st.composite
def _networks(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inputs, labels = rng.normal(size=(6, 2)), np.arange(6) % 2
    chosen = draw(st.sampled_from(["relu", "tanh", "softplus", "identity"]))
    return BatchNormMLP(inputs, labels, hidden=(draw(st.integers(1, 2)),), activation=chosen, affine=True)


@cache
def _digits():
    inputs, labels = dataset("digits", rows=256, rng=np.random.default_rng(0))
    return BatchNormMLP(inputs, labels, hidden=(16,), activation="relu", affine=True)


def _unchanged(model, w, *negated):
    """Claim that the loss does not change when some parts are negated."""
    layout = model.layout
    parts = {part.name: layout.view(part.name, w) for part in layout.parts}
    other = layout.pack(**{name: -part if name in negated else part for name, part in parts.items()})
    return equal(model.evaluate(other).loss, model.evaluate(w).loss)


@D5.law(model=_networks(), w=generic_points("model"), on=(POWERS_OF_TWO, BALLS, FLOATS))
def weights_and_scales_may_be_negated_together(model, w):
    """f(-W, -γ, β) = f(W, γ, β) for any activation, bit for bit."""
    return _unchanged(model, w, "W1", "gamma1")


@weights_and_scales_may_be_negated_together.counterfeit
def weights_may_be_negated_alone(model, w):
    """f(-W, γ, β) = f(W, γ, β)."""
    return _unchanged(model, w, "W1")


@weights_and_scales_may_be_negated_together.counterfeit
def shifts_are_negated_too(model, w):
    """f(-W, -γ, -β) = f(W, γ, β)."""
    return _unchanged(model, w, "W1", "gamma1", "beta1")


@D5.law(model=st.builds(_digits), w=network_starts("model"), on=(CONTROLS,), example=True)
def on_digits_weights_and_scales_may_be_negated_together(model, w):
    """So it is on a batch-norm network of digits with ReLU."""
    return _unchanged(model, w, "W1", "gamma1")


@on_digits_weights_and_scales_may_be_negated_together.counterfeit
def on_digits_weights_may_be_negated_alone(model, w):
    """There w and -w have one loss."""
    return _unchanged(model, w, "W1")


D5.exhibit(along_a_great_circle)
