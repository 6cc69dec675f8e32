r"""Rules of backward passes that run forward: gradients inside a loss, such as penalties on them.

With g the gradient of what comes out, the degrees of those of inputs, weights and biases follow from the formulas:
of a convolution :math:`\sum_og_ow_{oi}`, :math:`g_ox_i` and :math:`\sum g_o`; of :math:`y=\gamma\hat x+\beta`, where
x̂ is normalised, :math:`(\gamma g-\overline{\gamma g}-\hat x\,\overline{\gamma g\hat x})/\sigma`, :math:`\sum g\hat x`
and :math:`\sum g`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.torch.call import names
from psitheory.scaletypes.models.torch.elementwise import said
from psitheory.scaletypes.models.torch.layers import channels


def _full(m: Any, x: Any) -> Ids:
    return np.broadcast_to(m.ids(x), tuple(x.shape))


def _normalised(m: Any, c: Any, one: Callable[[Ids], Ids], weight: Ids, over: list[int]) -> list[Any]:
    """Return the degrees of the three gradients.

    Parameters
    ----------
    one : callable
        Demands one degree, of degrees of the shape of inputs, for what is normalised together; they still broadcast.
    weight : array
        Degrees of the gain, which broadcast to inputs.
    over : list of int
        The axes of inputs along which the gain is the same.
    """
    g, x, mask = c["grad_out"], c["input"], c["output_mask"]
    into = gain = None
    if mask[0]:
        slope = np.broadcast_to(m.rules.combine(m.ids(g), weight), tuple(x.shape))
        into = m.rules.combine(one(slope), one(_full(m, x)), 1, -1)
    if any(mask[1:]):
        gain = m.rules.same(_full(m, g), over, said(m, c))
        gain = gain.reshape([n for axis, n in enumerate(gain.shape) if axis not in over])
    return [into, gain, gain]


def _of_channels(m: Any, c: Any) -> tuple[Ids, list[int]]:
    """Return the degrees of a gain for each channel, as they broadcast to inputs, and all other axes."""
    rank = c["input"].dim()
    weight = np.int64(0) if c["weight"] is None else np.asarray(m.ids(c["weight"])).reshape(1, -1, *[1] * (rank - 2))
    return weight, [axis for axis in range(rank) if axis != 1]


def batch_norm(m: Any, c: Any) -> Any:
    """Return the degrees of gradients; running statistics are constants, beside which inputs must stay."""
    weight, over = _of_channels(m, c)
    if not c["train"]:
        m.rules.zero(m.ids(c["input"]), f"{said(m, c)}, by running statistics, which are constants")
        slope = channels(m, c, c["grad_out"]) if any(c["output_mask"][1:]) else None
        return [m.rules.combine(m.ids(c["grad_out"]), weight), slope, slope]
    return _normalised(m, c, lambda a: m.rules.same(a, over, said(m, c)), weight, over)


def layer_norm(m: Any, c: Any) -> Any:
    """Return the degrees of gradients of a layer norm."""
    rank = c["input"].dim()
    first = rank - len(c["normalized_shape"])
    weight = np.int64(0) if c["weight"] is None else m.ids(c["weight"])
    return _normalised(m, c, lambda a: m.rules.same(a, range(first, rank), said(m, c)), weight, list(range(first)))


def group_norm(m: Any, c: Any) -> Any:
    """Return the degrees of gradients of a group norm."""
    weight, over = _of_channels(m, c)

    def one(a: Ids) -> Ids:
        parts = a.reshape(a.shape[0], c["group"], -1)
        return np.broadcast_to(m.rules.same(parts, [2], said(m, c)), parts.shape).reshape(a.shape)

    return _normalised(m, c, one, weight, over)


def convolution(m: Any, c: Any) -> Any:
    """Return the degrees of gradients of a convolution, in groups or not, transposed or not."""
    g, x, w, groups, mask = c["grad_output"], c["input"], c["weight"], c["groups"], c["output_mask"]
    rules, tail = m.rules, (1,) * (w.dim() - 2)
    slope = rules.known(np.broadcast_to(channels(m, c, g), g.shape[1])).reshape(groups, -1, 1)
    into = kernel = None
    if mask[0]:  # (groups, out, in, positions)
        weights = _full(m, w).reshape(groups, w.shape[0] // groups, w.shape[1], -1)
        weights = np.swapaxes(weights, 1, 2) if c["transposed"] else weights
        into = rules.same(rules.combine(slope[..., None], weights), [1, 3], said(m, c))
        into = np.broadcast_to(into, (groups, 1, x.shape[1] // groups, 1)).reshape(1, -1, *tail)
    if mask[1]:
        inputs = np.broadcast_to(channels(m, c, x), x.shape[1]).reshape(groups, 1, -1)
        kernel = np.broadcast_to(rules.combine(slope, inputs), (groups, slope.shape[1], inputs.shape[2]))
        kernel = np.swapaxes(kernel, 1, 2) if c["transposed"] else kernel
        kernel = kernel.reshape(*w.shape[:2], *tail)
    return [into, kernel, slope.reshape(-1) if mask[2] else None]


def pooled(m: Any, c: Any) -> Any:
    """Demand one degree over the positions of a channel, which meet in windows."""
    count = next((int(n) for n in "123" if f"{n}d" in c.name), 2)
    return m.rules.same(m.ids(c.first), range(c.first.dim() - count, c.first.dim()), said(m, c))


def softmax(m: Any, c: Any) -> Ids:
    """Demand one degree along the axis of the sum; what came out must be unchanged."""
    m.rules.zero(m.ids(c["output"]), said(m, c))
    return m.rules.same(m.ids(c.first), [c["dim"] % max(c.first.dim(), 1)], said(m, c))


def embedding(m: Any, c: Any) -> Ids:
    """Demand one degree of all places of a column, which add to its rows."""
    column = m.rules.same(m.ids(c.first), range(c.first.dim() - 1), said(m, c))
    return np.asarray(column).reshape(1, -1)


BACKWARD: dict[str, Any] = (
    dict.fromkeys(names("_softmax_backward_data _log_softmax_backward_data"), softmax)
    | dict.fromkeys(
        names(
            "max_pool2d_with_indices_backward max_pool3d_with_indices_backward avg_pool2d_backward avg_pool3d_backward "
            "_adaptive_avg_pool2d_backward _adaptive_avg_pool3d_backward adaptive_max_pool2d_backward "
            "adaptive_max_pool3d_backward"
        ),
        pooled,
    )
    | {
        "native_batch_norm_backward": batch_norm,
        "native_layer_norm_backward": layer_norm,
        "native_group_norm_backward": group_norm,
        "convolution_backward": convolution,
        "embedding_dense_backward": embedding,
    }
)
