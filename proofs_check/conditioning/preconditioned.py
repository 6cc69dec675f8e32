"""Layers and convolutions of one neuron, and the claim that BNP steps as descent on normalised inputs does."""

import numpy as np
from hypothesis import strategies as st

from psitheory.arithmetic import dot, namespace
from psitheory.checking import equal
from psitheory.models.layers.patches import patches
from psitheory.optimizers.bnp import Statistics, precondition


@st.composite
def layers(draw):
    """Draw inputs (N, m), residuals (N,), means, deviations (m,) and z = (b, W) of one neuron; whole numbers."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 4))

    def whole(*shape, low=-9):
        size = int(np.prod(shape))
        return np.array(draw(st.lists(st.integers(low, 9), min_size=size, max_size=size)), dtype=float).reshape(shape)

    return whole(n, m), whole(n), whole(m), whole(m, low=1), whole(m + 1)


@st.composite
def convolutions(draw):
    """Draw images (N, c, r, s), the width of a filter, residuals, statistics of each channel and z; whole numbers."""
    n, c, k = draw(st.integers(1, 2)), draw(st.integers(1, 2)), draw(st.sampled_from([1, 3]))
    shape = n, c, draw(st.integers(k, k + 1)), draw(st.integers(k, k + 1))
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))

    def whole(*shape, low=-9):
        return rng.integers(low, 10, size=shape).astype(float)

    return whole(*shape), k, whole(n * shape[2] * shape[3]), whole(c), whole(c, low=1), whole(c * k * k + 1)


def back(z, mean, deviation):
    """Return Pz as (b, W)."""
    weights = z[1:] / deviation
    return z[:1] - dot(mean, weights, keepdims=True), weights


def gradient(inputs, residuals):
    """Return the gradient (b, W) of a loss whose derivatives at the outputs are the residuals."""
    xp = namespace(inputs)
    return xp.sum(residuals, axis=-1, keepdims=True), xp.sum(residuals[:, None] * inputs, axis=0)


def stacked(bias, weights):
    """Return (b, W) as one array."""
    return namespace(weights).concat([bias, weights], axis=-1)


def is_descent(inputs, normalised, residuals, mean, deviation, z, eta, q2, preconditioned):
    """Claim Pz - η·preconditioned gradient = P(z - (η/q²)·gradient in z), z stepping on the normalised inputs."""
    bias, weights = back(z, mean, deviation)
    statistics = Statistics(mean, deviation * deviation)
    gb, gw = preconditioned(*gradient(inputs, residuals), statistics, q2)
    there = stacked(*gradient(normalised, residuals))
    claimed = back(z - eta / q2 * there, mean, deviation)
    return equal(stacked(bias - eta * gb, weights - eta * gw), stacked(*claimed))


def published(bias, weights, statistics, q2):
    """Return the preconditioned gradient of one neuron, as the shipped method has it."""
    bias, weights = precondition(bias, weights[None], statistics, q2)
    return bias, weights[0]


def of_convolution(layer, eta, q2, around=0):
    """Claim it of one filter, with zeros ``around`` the images and around the normalised ones."""
    images, k, residuals, mean, deviation, z = layer
    whole = np.moveaxis((np.moveaxis(images, 1, -1) - mean) / deviation, -1, 1)
    seen, normalised = (columns(x, k, around).T for x in (images, whole))
    residuals = residuals[: len(seen)]
    mean, deviation = (np.repeat(part, k * k) for part in (mean, deviation))
    return is_descent(seen, normalised, residuals, mean, deviation, z, eta, q2, published)


def columns(images, k, around):
    """Return what the taps of a filter of k × k see of images with zeros around them."""
    edges = [(0, 0), (0, 0), (around, around), (around, around)]
    zero = images.ravel()[0] * 0
    return patches(np.pad(images, edges, constant_values=zero) if around else images, k)
