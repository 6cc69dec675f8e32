r"""Batch-normalisation preconditioning is gradient descent on the normalised layer, mapped back.

Statement
---------
For the inputs h of a layer, :math:`\mu` and :math:`\sigma > 0` held fixed and :math:`\hat w = [b, W]`: the step
:math:`\hat w - \eta PP^\top\nabla f`, :math:`P = \begin{pmatrix}1 & -(\mu/\sigma)^\top\\ 0 &
\mathrm{diag}(1/\sigma)\end{pmatrix}`, is the gradient step of the layer applied to :math:`(h-\mu)/\sigma`, mapped back
by :math:`\hat w = Pz`.  As published, in two lines,
:math:`G_W \leftarrow (G_W - G_b\mu^\top)/(q^2\tilde\sigma^2)`, then
:math:`G_b \leftarrow G_b/q^2 - G_W\mu`, it equals :math:`q^{-2}PP^\top`.
A convolution without zeros around its images has one :math:`\mu` and :math:`\sigma` a channel, the same for each tap of
its filters, and :math:`q^2 = \max(k^2c/N, \sqrt{rs})`; zeros around them stand for no value of a normalised image.

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
gradient of **any** loss, since residuals are drawn freely.  The same for filters of one and nine taps on images of one
and two channels.  On handwritten digits for a neuron, and for the first layer of a convolutional network that the
shipped method steps.

Tags
----
conditioning, batch norm, preconditioning
"""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import LAN22
from proofs_check.conditioning.f3_figures import FIGURES
from proofs_check.conditioning.preconditioned import convolutions, is_descent, layers, of_convolution, published
from psitheory.arithmetic import dot
from psitheory.checking import BALLS, CONTROLS, FLOATS, RATIONALS, equal, theorem
from psitheory.models import dataset
from psitheory.models.layers.patches import patches
from psitheory.models.networks.plain_conv import PlainConvNet
from psitheory.optimizers.bnp import (
    BNP,
    RunningStatistics,
    batch_statistics,
    layer_scale,
)

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

LAYER = {"layer": layers(), "eta": st.integers(1, 9).map(float), "q2": st.integers(1, 4).map(float)}
ONE = {
    "layer": (np.array([[1.0, 2.0]]), np.array([1.0]), np.array([1.0, 3.0]), np.array([2.0, 1.0]), np.ones(3)),
    "eta": 1.0,
    "q2": 2.0,
}


def _is_descent_on_normalised_inputs(layer, eta, q2, preconditioned):
    """Claim Pz - η·preconditioned gradient = P(z - (η/q²)·gradient in z)."""
    inputs, residuals, mean, deviation, z = layer
    return is_descent(inputs, (inputs - mean) / deviation, residuals, mean, deviation, z, eta, q2, preconditioned)


@F3.law(**LAYER, on=(RATIONALS, BALLS, FLOATS))
def a_preconditioned_step_is_a_step_on_normalised_inputs(layer, eta, q2):
    """Pz - ηq⁻²PPᵀ∇f = P(z - ηq⁻²∇_z f), in the two lines of the published algorithm."""
    return _is_descent_on_normalised_inputs(layer, eta, q2, published)


@a_preconditioned_step_is_a_step_on_normalised_inputs.counterfeit(instance=ONE)
def the_bias_is_corrected_by_the_old_gradient(layer, eta, q2):
    """The second line takes the gradient of W as it was before the first."""

    def old(bias, weights, statistics, q2):
        _, new = published(bias, weights, statistics, q2)
        return bias / q2 - dot(weights, statistics.mean, keepdims=True), new

    return _is_descent_on_normalised_inputs(layer, eta, q2, old)


@a_preconditioned_step_is_a_step_on_normalised_inputs.counterfeit(instance=ONE)
def only_deviations_precondition(layer, eta, q2):
    """P without the entry -(μ/σ)ᵀ."""

    def diagonal(bias, weights, statistics, q2):
        return bias / q2, weights / (q2 * statistics.variance)

    return _is_descent_on_normalised_inputs(layer, eta, q2, diagonal)


# -- convolutions -----------------------------------------------------------------------------------

CONVOLUTION = {"layer": convolutions(), "eta": st.integers(1, 9).map(float), "q2": st.integers(1, 4).map(float)}


@F3.law(**CONVOLUTION, on=(RATIONALS, BALLS, FLOATS))
def a_convolution_steps_as_on_images_of_normalised_channels(layer, eta, q2):
    """The same for a filter with one μ and σ a channel, without zeros around the images."""
    return of_convolution(layer, eta, q2)


FILTER = (np.ones((1, 1, 3, 3)), 3, np.ones(9), np.array([1.0]), np.array([2.0]), np.ones(10))


@a_convolution_steps_as_on_images_of_normalised_channels.counterfeit(instance={"layer": FILTER, "eta": 1.0, "q2": 2.0})
def zeros_around_the_images_do_no_harm(layer, eta, q2):
    """It does so with zeros around both the images and the normalised ones, where they do not stand for each other."""
    return of_convolution(layer, eta, q2, around=layer[1] // 2)


@a_convolution_steps_as_on_images_of_normalised_channels.counterfeit
def one_mean_will_do_for_all_channels(layer, eta, q2):
    """The same if the gradient is preconditioned with the statistics of the first channel alone."""
    images, k, residuals, mean, deviation, z = layer
    whole = np.moveaxis((np.moveaxis(images, 1, -1) - mean) / deviation, -1, 1)
    seen, normalised = (patches(x, k).T for x in (images, whole))
    mean, deviation = (np.repeat(part[:1] + 0 * part, k * k) for part in (mean, deviation))
    return is_descent(seen, normalised, residuals[: len(seen)], mean, deviation, z, eta, q2, published)


# -- on digits --------------------------------------------------------------------------------------


def _digits(seed):
    rng = np.random.default_rng(seed)
    inputs, labels = dataset("digits", rows=32, rng=rng)
    inputs = np.asarray(inputs, dtype=float)
    return inputs, labels - 4.5, inputs.mean(axis=0), inputs.std(axis=0) + 0.125, rng.normal(size=inputs.shape[1] + 1)


DIGITS = {"layer": st.integers(0, 3).map(_digits), "eta": 0.125, "q2": 2.0}


@F3.law(**DIGITS, on=(CONTROLS,), example=True)
def on_digits_a_preconditioned_step_is_a_step_on_normalised_inputs(layer, eta, q2):
    """The same for a neuron on 32 handwritten digits."""
    return _is_descent_on_normalised_inputs(layer, eta, q2, published)


@on_digits_a_preconditioned_step_is_a_step_on_normalised_inputs.counterfeit
def on_digits_only_deviations_precondition(layer, eta, q2):
    """P without the entry -(μ/σ)ᵀ."""
    return _is_descent_on_normalised_inputs(layer, eta, q2, lambda b, w, s, q: (b / q, w / (q * s.variance)))


def _images(seed):
    rng = np.random.default_rng(seed)
    inputs, labels = dataset("digits", rows=32, rng=rng)
    model = PlainConvNet(np.asarray(inputs, dtype=float).reshape(-1, 1, 8, 8), labels, channels=(4, 4))
    biased = rng.normal(size=model.layout.n)  # at biases of 0 the dark corners of images lie on the kink
    return model, model.initial(rng) + biased / 8


def _first_layer_steps_so(network, eta, scale):
    """Claim that the shipped BNP moves the first filters as descent does on normalised images, mapped back."""
    model, w = network
    view, rule = model.layout.view, RunningStatistics(momentum=0.0, relative=0.0, absolute=0.0)
    mean, variance = batch_statistics(model.images)
    method = BNP(eta, rule=rule)
    moved, _ = method.step(model.layout, w, model.evaluate(w), method.init(model.layout, w))
    normal, z = replace(model, images=(model.images - mean) / np.sqrt(variance)), w + 0
    view("W1", z)[...] *= np.sqrt(variance)
    view("b1", z)[...] += mean * view("W1", w).sum(axis=-1)
    z = z - eta / scale(model.images, 9) * normal.evaluate(z).gradient
    weights = view("W1", z) / np.sqrt(variance)
    claimed = view("b1", z) - mean * weights.sum(axis=-1), weights.ravel()
    return equal(np.concatenate([view("b1", moved), view("W1", moved).ravel()]), np.concatenate(claimed))


@F3.law(network=st.integers(0, 3).map(_images), eta=0.125, on=(CONTROLS,), example=True)
def on_digits_the_shipped_method_steps_so_in_a_convolution(network, eta):
    """The first filters of a network on 32 digits step as on normalised images, with q² = max(k²c/N, √(rs))."""
    return _first_layer_steps_so(network, eta, layer_scale)


@on_digits_the_shipped_method_steps_so_in_a_convolution.counterfeit
def on_digits_the_scale_of_a_convolution_is_that_of_a_dense_layer(network, eta):
    """The same with q² = max(k²c/N, 1)."""
    return _first_layer_steps_so(network, eta, lambda images, taps: max(taps / len(images), 1))


for figure in FIGURES:
    F3.exhibit(figure)
