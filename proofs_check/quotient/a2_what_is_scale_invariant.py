r"""What exact normalisation makes scale-invariant, and what it does not.

Statement
---------
With exact normalisation (eps = 0) the loss is PSI in: each incoming weight vector, under batch norm, instance norm,
weight norm (its direction), in a cosine neuron and in a Rayleigh quotient; a group's filters jointly, under group
norm; the whole matrix, under layer and RMS norm, whose rows are **not** blocks.  A bias before batch or instance norm
drops out; before layer, group or RMS norm it belongs to the block.  Nothing may use the pre-activation except through
the norm. The last layer is not invariant, and positive factors are all one may hope for: with a negative one, batch
norm turns its outputs about.

Assumptions
-----------
eps = 0, and no deviation or norm that is divided by is zero; training mode, for batch norm.

Source
------
Yi22, Aro18, Rob20 (which layers are invariant); group and layer norm: Wu and He 2018, Ba, Kiros and Hinton 2016.

Idea of the proof
-----------------
A pre-activation is linear in the weights (and the bias), and its mean and deviation are positively homogeneous of
degree 1 in those that enter *all* that is normalised together: the rows of one unit under batch and instance norm, of
the group under group norm, of the layer under layer norm.  The quotient is of degree 0.  A bias that is the same for
all that is normalised together is removed with the mean.

What is checked, what is not
----------------------------
Rayleigh quotients of every symmetric matrix of dimension 2 and 3 on symbols and on rationals; layers under each
normalisation, batch-norm networks, neurons and cosines for powers of two bit for bit, in balls and on floats.  Square
roots of sums of squares are no rational functions, so symbols do not reach these.

Tags
----
quotient, scale invariance, batch norm, layer norm, group norm, instance norm, weight norm
"""

from dataclasses import replace

import numpy as np

from proofs_check.bibliography import YI22
from proofs_check.quotient.after_activation import behind_a_homogeneous_activation_weights_and_bias_are_one_block
from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, RATIONALS, equal, theorem
from psitheory.laws import model as laws
from psitheory.models import Neuron, NormalisedLayer
from psitheory.strategies import (
    generic_points,
    normalised_layers,
    points,
    rescalings,
    step_sizes,
    symmetric_rayleighs,
    whole_models,
)

A2 = theorem(
    "A2",
    "What normalisation makes scale-invariant: rows, groups, matrices",
    chapter="quotient",
    source=YI22,
    locator="scale invariance; Aro18; Rob20",
    statement=r"f(a\cdot w) = f(w)\ \ (a > 0)\quad\text{for rows (batch, instance, weight norm), groups (group norm), "
    r"the whole matrix (layer, RMS norm)}",
    assumptions=("eps = 0", "no deviation that is divided by is zero", "training mode, for batch norm"),
    doc=__doc__,
)

FAITHFULLY = (POWERS_OF_TWO, BALLS, FLOATS)


def _case(model, w, a):
    return {"model": model, "w": np.array(w, dtype=float), "a": np.array(a, dtype=float)}


# -- closed forms and batch norm ----------------------------------------------------------------


@A2.law(model=symmetric_rayleighs(), w=points("model"), a=rescalings("model"))
def rayleigh_quotients_are_invariant(model, w, a):
    """f(a w) = f(w) for wᵀAw/‖w‖², any symmetric A."""
    return laws.loss_is_constant_on_orbits(model, w, a)


@rayleigh_quotients_are_invariant.counterfeit
def quadratic_forms_are_invariant(model, w, a):
    """The same for wᵀAw, without the norm."""
    dots = model.layout.dots
    there = model.layout.scale(a, w)
    return equal(model.evaluate(there).loss * dots(there, there), model.evaluate(w).loss * dots(w, w))


@A2.law(model=whole_models(), w=points("model"), a=rescalings("model"), on=FAITHFULLY)
def incoming_weights_of_batch_norm_are_invariant(model, w, a):
    """f(a·w) = f(w) row by row for batch-norm neurons and networks, and for cosines."""
    return laws.loss_is_constant_on_orbits(model, w, a)


THREE = Neuron(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), np.array([1.0, 0.0, 0.0]))


@incoming_weights_of_batch_norm_are_invariant.counterfeit(instance=_case(THREE, [1, 2], [4]), model=THREE)
def an_eps_does_no_harm(model, w, a):
    """The same with eps = 1/16 in the variance."""
    return laws.loss_is_constant_on_orbits(replace(model, eps=namespace(w).ones_like(w)[0] / 16), w, a)


ODD = Neuron(np.array([[-1.0], [1.0]]), np.array([-1.0, 1.0]), activation="identity")
"""mean(BN(wx) - y)² with x = y = (-1, 1): 0 at w = 1, 4 at w = -1."""


@incoming_weights_of_batch_norm_are_invariant.counterfeit(instance=_case(ODD, [1], [1]), model=ODD)
def factors_may_be_negative(model, w, a):
    """f(-a·w) = f(w); true for even losses, such as the Rayleigh quotient."""
    return equal(model.evaluate(-model.layout.scale(a, w)).loss, model.evaluate(w).loss)


# -- other normalisations -----------------------------------------------------------------------

LAYERS = {
    "model": normalised_layers("instance", "layer", "group", "rms", "weight"),
    "w": generic_points("model"),
    "a": rescalings("model"),
}


def _layer(norm, **options):
    inputs = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 2.0]])
    return NormalisedLayer(inputs, np.array([[1.0], [0.0], [-1.0]]), norm, hidden=3, **options)


WEIGHTS = [1, 0, 0, 1, 1, 3]
OUTER = [1, 2, -1]


@A2.law(**LAYERS, on=FAITHFULLY)
def each_normalisation_has_its_own_blocks(model, w, a):
    """f(a·w) = f(w) for the rows of instance and weight norm, the groups of group norm, the matrix of layer norm."""
    return laws.loss_is_constant_on_orbits(model, w, a)


@each_normalisation_has_its_own_blocks.counterfeit(
    instance=_case(_layer("layer"), [*WEIGHTS, *OUTER], [2]), model=normalised_layers("layer", "rms")
)
def the_rows_of_layer_norm_are_blocks(model, w, a):
    """The same where only the first row of the matrix is rescaled."""
    view = {part.name: model.layout.view(part.name, w) for part in model.layout.parts}
    xp = namespace(w)
    rows = xp.concat([a[0] * view["W"][:1], view["W"][1:]], axis=0)
    return equal(model.evaluate(model.layout.pack(W=rows, V=view["V"])).loss, model.evaluate(w).loss)


@each_normalisation_has_its_own_blocks.counterfeit(
    instance=_case(_layer("layer"), [*WEIGHTS, *OUTER], [2]), model=normalised_layers("layer", "rms")
)
def the_last_layer_is_a_block(model, w, a):
    """The same where the last layer, which no norm follows, is rescaled."""
    view = {part.name: model.layout.view(part.name, w) for part in model.layout.parts}
    return equal(model.evaluate(model.layout.pack(W=view["W"], V=a[0] * view["V"])).loss, model.evaluate(w).loss)


@each_normalisation_has_its_own_blocks.counterfeit(instance=_case(_layer("rms"), [*WEIGHTS, *OUTER], [2]))
def the_pre_activation_may_be_used_beside_the_norm(model, w, a):
    """The same if a shortcut adds an entry of the weights, as a pre-activation of a unit input, to the loss."""
    there = model.layout.scale(a, w)
    return equal(model.evaluate(there).loss + there[..., 0], model.evaluate(w).loss + w[..., 0])


# -- biases -------------------------------------------------------------------------------------


@A2.law(
    model=normalised_layers("layer", "group", "rms", bias=True),
    w=generic_points("model"),
    a=rescalings("model"),
    on=FAITHFULLY,
)
def a_bias_before_layer_norm_belongs_to_the_block(model, w, a):
    """f(a·w) = f(w) where weights and biases of all that is normalised together are rescaled together."""
    return laws.loss_is_constant_on_orbits(model, w, a)


@a_bias_before_layer_norm_belongs_to_the_block.counterfeit(
    instance=_case(_layer("layer", bias=True), [1, 0, 1, 0, 1, -1, 1, 3, 2, *OUTER], [2]),
    model=normalised_layers("layer", "rms", bias=True),
)
def the_weights_of_layer_norm_may_be_rescaled_without_their_bias(model, w, a):
    """The same where the biases stay as they are."""
    view = {part.name: model.layout.view(part.name, w) for part in model.layout.parts}
    rows = namespace(w).concat([a[0] * view["W"][:, :-1], view["W"][:, -1:]], axis=-1)
    return equal(model.evaluate(model.layout.pack(W=rows, V=view["V"])).loss, model.evaluate(w).loss)


@A2.law(
    model=normalised_layers("batch", "instance", bias=True),
    w=generic_points("model"),
    c=step_sizes(decades=1),
    on=(BALLS, FLOATS),
)
def a_bias_before_batch_norm_drops_out(model, w, c):
    """f(W, b + c) = f(W, b) under batch and instance norm."""
    return _shifted(model, w, c)


def _shifted(model, w, c):
    """Claim that a bias that is comparable to the weights may be shifted by c times their norms."""
    layout = model.layout
    view = {part.name: layout.view(part.name, w) for part in layout.parts}

    def loss(bias):
        return model.evaluate(layout.pack(**{**view, "b": bias * layout.norms(w)})).loss

    return equal(loss(view["b"] + c), loss(view["b"]))


@a_bias_before_batch_norm_drops_out.counterfeit(model=normalised_layers("weight", bias=True))
def a_bias_after_weight_norm_drops_out(model, w, c):
    """The same under weight norm, where the bias comes after."""
    return _shifted(model, w, c)


# -- negative factors ---------------------------------------------------------------------------


@A2.law(model=symmetric_rayleighs(), w=points("model"))
def even_losses_allow_negative_factors(model, w):
    """f(-w) = f(w) for Rayleigh quotients: that negative factors do harm depends on the head."""
    return equal(model.evaluate(-w).loss, model.evaluate(w).loss)


@even_losses_allow_negative_factors.counterfeit(
    instance={"model": ODD, "w": np.array([1.0])}, model=ODD, on=(RATIONALS, BALLS)
)
def odd_heads_allow_negative_factors(model, w):
    """The same for mean(BN(wx) - y)², x = y = (-1, 1)."""
    return equal(model.evaluate(-w).loss, model.evaluate(w).loss)


A2.law(behind_a_homogeneous_activation_weights_and_bias_are_one_block)
