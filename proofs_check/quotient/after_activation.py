"""Batch norm behind an activation, a law of claim A2: then weights and bias of the layer before are one block."""

import numpy as np

from psitheory.arithmetic import namespace
from psitheory.checking import BALLS, FLOATS, POWERS_OF_TWO, equal, law
from psitheory.geometry import PSIQuotient
from psitheory.layout import Layout, blocks, free
from psitheory.strategies import generic_points, rescalings

UNITS = PSIQuotient(Layout(blocks("W", 2, 3), free("V", 2)))
"""Two units, whose rows hold two weights and a bias, and a linear layer behind them."""
SAMPLES = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [-1.0, 2.0, 1.0], [2.0, 1.0, 1.0]])
TARGETS = np.array([1.0, 0.0, -1.0, 0.0])


def leaky(h):
    """Return h, or h/4 where it is negative: positively homogeneous, and never constant on a batch."""
    return namespace(h).maximum(h, h / 4)


def _loss(w, activation):
    """Return mean (BN(φ(Wx + b))V - y)², where batch norm stands behind the activation."""
    xp, view = namespace(w), UNITS.layout.view
    weights, outer = view("W", w), view("V", w)
    out = 0
    for k in range(2):
        h = activation(sum(SAMPLES[:, j].astype(int) * weights[k, j] for j in range(3)))
        h = h - xp.mean(h)
        out = out + outer[k] * h / xp.sqrt(xp.mean(h * h))
    away = out - TARGETS.astype(int)
    return xp.mean(away * away)


BEHIND = {"psi": UNITS, "w": generic_points("psi"), "a": rescalings("psi", decades=6)}
"""No unit without weights, whose bias alone would leave nothing to normalise."""
SHIFTED = {"psi": UNITS, "w": np.array([1.0, 2, 1, 1, -1, 2, 1, 1]), "a": np.array([2.0, 1.0])}


@law(**BEHIND, on=(POWERS_OF_TWO, BALLS, FLOATS))
def behind_a_homogeneous_activation_weights_and_bias_are_one_block(psi, w, a):
    """f(a·w) = f(w) for rows (w_i, b_i) before leaky ReLU and batch norm: φ(ah) = aφ(h) for a > 0."""
    return equal(_loss(psi.layout.scale(a, w), leaky), _loss(w, leaky))


@behind_a_homogeneous_activation_weights_and_bias_are_one_block.counterfeit(instance=SHIFTED)
def behind_an_activation_the_bias_may_stay(psi, w, a):
    """The same where the biases stay as they are, as they may before batch norm."""
    scaled, xp = psi.layout.view("W", psi.layout.scale(a, w)), namespace(w)
    rows = xp.concat([scaled[:, :2], psi.layout.view("W", w)[:, 2:]], axis=-1)
    return equal(_loss(psi.layout.pack(W=rows, V=psi.layout.view("V", w)), leaky), _loss(w, leaky))


@behind_a_homogeneous_activation_weights_and_bias_are_one_block.counterfeit(instance=SHIFTED)
def behind_tanh_weights_and_bias_are_one_block(psi, w, a):
    """The same for tanh."""
    tanh = namespace(w).tanh
    return equal(_loss(psi.layout.scale(a, w), tanh), _loss(w, tanh))
