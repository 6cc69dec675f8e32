"""The published update of each method for one block of weights, or the free part, as plain NumPy writes it.

A formula is given the weights x and the gradient g there, what it remembers (an empty dict at first), the step count
t = 1, 2, … and its options ``o``; it returns the next weights.  ``o.block`` tells a block from the free part.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

Options = SimpleNamespace
Memory = dict[str, Any]


def size(x: Any) -> Any:
    return np.sqrt(x @ x)


def unit(x: Any, o: Options) -> Any:
    """Return a block over its norm; the free part stays."""
    return x / size(x) if o.block else x


def square(g: Any, o: Options) -> Any:
    """Return one square for a whole block, one for each free entry."""
    return g @ g if o.block else g * g


def loss_decay(x: Any, o: Options) -> Any:
    return o.coupled_decay * x if o.block else 0


def kept(x: Any, o: Options) -> Any:
    """Return x after its decoupled decay."""
    return (1 - o.eta * o.decay) * x if o.block else x


def squared_norm(x: Any, o: Options) -> Any:
    return x @ x if o.block else 1


def tangent(u: Any, z: Any) -> Any:
    return z - (u @ z) / (u @ u) * u


def gradient_descent(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    return kept(x, o) - o.eta * (g + loss_decay(x, o))


def heavy_ball(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    s["m"] = o.momentum * s.get("m", 0) + g + loss_decay(x, o)
    return kept(x, o) - o.eta * s["m"]


def nesterov(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    g = g + loss_decay(x, o)
    s["m"] = o.momentum * s.get("m", 0) + g
    return kept(x, o) - o.eta * (g + o.momentum * s["m"])


def psi_gradient_descent(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    return kept(x, o) - o.eta * squared_norm(x, o) * g


def psi_momentum(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    if o.units == "tangent":
        s["m"] = o.momentum * s.get("m", 0) + squared_norm(x, o) * g + loss_decay(x, o)
        return kept(x, o) - o.eta * s["m"]
    s["m"] = o.momentum * s.get("m", 0) + g
    return kept(x, o) - o.eta * squared_norm(x, o) * s["m"]


def divided(x: Any, g: Any, v: Any, o: Options) -> Any:
    return kept(x, o) - o.eta * g / (np.sqrt(v + o.eps_inside) + o.eps)


def rmsprop(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    g = g + loss_decay(x, o)
    s["v"] = o.beta * s.get("v", 0) + (1 - o.beta) * g * g
    return divided(x, g, s["v"], o)


def adagrad(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    g = g + loss_decay(x, o)
    s["v"] = s.get("v", 0) + g * g
    return divided(x, g, s["v"], o)


def moments(g: Any, squares: Any, s: Memory, t: int, o: Options) -> tuple[Any, Any]:
    """Return the two moments of Adam without their bias."""
    s["m"] = o.beta1 * s.get("m", 0) + (1 - o.beta1) * g
    s["v"] = o.beta2 * s.get("v", 0) + (1 - o.beta2) * squares
    return s["m"] / (1 - o.beta1**t), s["v"] / (1 - o.beta2**t)


def adam(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    g = g + loss_decay(x, o)
    m, v = moments(g, g * g, s, t, o)
    return kept(x, o) - o.eta * m / ((v + o.eps_inside) ** (0.5**o.roots) + o.eps)


def projected_step(x: Any, g: Any, q: Any, damping: Any, o: Options) -> Any:
    """Return what SGDP and AdamP make of a direction q."""
    looks_invariant = o.block and abs(x @ g) < o.delta / np.sqrt(len(x)) * (size(x) * size(g) + o.eps)
    if looks_invariant:
        u = x / (size(x) + o.eps)
        q = q - (u @ q) * u
    share = (o.decay_ratio if looks_invariant else 1) if o.block else 0
    return x * (1 - o.eta * o.decay * share / damping) - o.eta * q


def sgdp(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    s["m"] = o.momentum * s.get("m", 0) + (1 - o.dampening) * g
    q = g + o.momentum * s["m"] if o.nesterov else s["m"]
    return projected_step(x, g, q, 1 - o.momentum, o)


def adamp(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    m, v = moments(g, g * g, s, t, o)
    if o.nesterov:
        m = (o.beta1 * s["m"] + (1 - o.beta1) * g) / (1 - o.beta1**t)
    return projected_step(x, g, m / (np.sqrt(v) + o.eps), 1, o)


def adam_srt(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    g = g + loss_decay(x, o)
    m, v = moments(g, square(g, o), s, t, o)
    new = x - o.eta * (np.sqrt(len(x)) if o.block else 1) * m / (np.sqrt(v) + o.eps)
    if o.block:
        grown, longer = new @ new + o.eps, size(new) / size(x)
        if o.transport:
            moved = ((x @ new) * s["m"] - (s["m"] @ new) * x) / grown
            s["m"] = moved if o.rescale else moved * longer
        elif o.rescale:
            s["m"] = s["m"] / longer
        s["v"] = s["v"] * (x @ x) / grown if o.rescale else s["v"]
    return new


def sgd_mrt(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    m = o.momentum * s.get("m", 0) + (1 - o.dampening) * (g + loss_decay(x, o))
    new = x - o.eta * m
    s["m"] = ((x @ new) * m - (m @ new) * x) / (new @ new) if o.block else m
    return new


def adam_g_star(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    g = g * size(x) if o.block else g
    old = s.get("v", o.start)
    s["v"] = o.beta * old + square(g, o)
    return unit(unit(x, o) - o.eta * g / np.sqrt(old if o.divides_by == "old" else s["v"]), o)


def wngrad(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    if not o.block:
        return x - o.rate * g
    g, b, c = g * size(x), s.get("b", o.start), o.shrink
    of_step = o.decay_on == "step"
    s["b"] = c**2 * (b + (g @ g) / b) if of_step else c**2 * b + (g @ g) / b
    return unit(unit(x, o) - g / (b if of_step else c * b), o)


def clipped_along(x: Any, g: Any, o: Options) -> Any:
    """Return the gradient of SGD-G and Adam-G: at the unit representative, tangent and clipped."""
    if not o.block:
        return g
    h = tangent(x, g * size(x))
    return h if o.threshold is None else min(1, o.threshold / size(h)) * h


def carried(u: Any, d: Any, m: Any) -> tuple[Any, Any]:
    """Return where the geodesic from u along d ends, and m carried there."""
    angle, ahead = size(d), d / size(d)
    end = np.cos(angle) * u + np.sin(angle) * ahead
    turned = np.cos(angle) * ahead - np.sin(angle) * u
    return end, m + (m @ ahead) * (turned - ahead)


def sgd_g(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    d = o.momentum * s.get("m", 0) - o.eta * clipped_along(x, g, o)
    new, s["m"] = carried(unit(x, o), d, d) if o.block else (x + d, d)
    return new


def adam_g(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    h = clipped_along(x, g, o)
    m = o.beta1 * s.get("m", 0) + (1 - o.beta1) * h
    s["v"] = o.beta2 * s.get("v", 0) + (1 - o.beta2) * square(h, o)
    d = -o.eta * np.sqrt(1 - o.beta2**t) / (1 - o.beta1**t) * m / np.sqrt(s["v"] + o.eps)
    new, s["m"] = carried(unit(x, o), d, m) if o.block else (x + d, m)
    return new


def projected_descent(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    return unit(unit(x, o) - o.eta * (g * size(x) if o.block else g), o)


def lars(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    return x - o.eta * (size(x) / size(g) if o.block else 1) * g


def lion(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    m = s.get("m", 0 * x)
    s["m"] = o.beta2 * m + (1 - o.beta2) * g
    return kept(x, o) - o.eta * np.sign(o.beta1 * m + (1 - o.beta1) * g)


def rapidity(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    if not o.block:
        return x - g / o.smoothness
    # along -g, as it is: of an invariant loss that is tangent
    angle = np.arctanh(size(x) * size(g) / o.smoothness)
    return size(x) * (np.cos(angle) * unit(x, o) - np.sin(angle) * g / size(g))


def hyperball(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    s["m"] = o.momentum * s.get("m", 0) + g
    radius = s.setdefault("R", size(x))
    step = o.eta * s["m"]
    return radius * unit(x - o.rate * radius * unit(step, o), o) if o.block else x - step


def centralised(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    return heavy_ball(x, g - g.mean() if o.block else g, s, t, o)


def renormalised(x: Any, g: Any, s: Memory, t: int, o: Options) -> Any:
    radius = s.setdefault("R", size(x))
    new = heavy_ball(x, g, s, t, o)
    return radius * unit(new, o) if o.block else new
