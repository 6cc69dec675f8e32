"""Rules of convolutions, pooling and embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.torch.call import names
from psitheory.scaletypes.models.torch.elementwise import said
from psitheory.scaletypes.models.torch.memory import view_of


def channels(m: Any, c: Any, x: Any, axis: int = 1) -> Ids:
    """Return the degree of each channel, which must be the same at all positions and samples."""
    return m.rules.same(m.ids(x), [i for i in range(x.dim()) if i != axis], said(m, c)).reshape(-1)


def spread(ids: Ids, size: int) -> Ids:
    """Return one degree for each of ``size`` channels."""
    return np.broadcast_to(ids, size)


def convolution(m: Any, c: Any) -> Ids:
    """Contract the channels of inputs with a kernel, in groups or not, transposed or not."""
    x, w, b, groups = c.args[0], c.args[1], c.get("bias"), c.get("groups") or 1
    what, tail = said(m, c), (1,) * (w.dim() - 2)
    is_transposed = bool(c.get("transposed"))
    ids = channels(m, c, x)
    if (ids == ANY).all():
        return np.int64(ANY) if b is None else m.ids(b).reshape(1, -1, *tail)
    ids = m.rules.known(ids)
    if is_transposed:  # (in, out per group, k, k): output channel g·(out per group) + j
        per = w.shape[1]
        out = m.rules.fresh((groups, per))
        outs = (
            np.repeat(out, w.shape[0] // groups, 0).reshape(w.shape[0], per, *tail)
            if groups > 1
            else out.reshape(1, per, *tail)
        )
        into = (spread(ids, w.shape[0]) if ids.size > 1 else ids).reshape(-1, 1, *tail)
    else:  # (out, in per group, k, k): input channel g·(in per group) + i
        per = w.shape[1]
        outs = m.rules.fresh((w.shape[0], 1, *tail))
        out = outs
        into = ids.reshape(1, -1, *tail)
        if groups > 1 and ids.size > 1:
            into = np.repeat(ids.reshape(groups, per), w.shape[0] // groups, 0).reshape(w.shape[0], per, *tail)
    parameter = m.memory.parameter(w)
    tied = None if parameter is None else parameter.tie(view_of(w), outs, into, what)
    if tied is None:
        m.rules.equal(np.broadcast_to(m.ids(w), w.shape), m.rules.combine(outs, into, 1, -1), what)
    y = np.asarray(out).reshape(1, -1, *tail)
    return y if b is None else m.rules.join(y, np.asarray(m.ids(b)).reshape(1, -1, *tail), what)


def pooled(m: Any, c: Any) -> Any:
    """Demand one degree over the positions of a channel: windows overlap."""
    x = c.first
    digits = [n for n in "123" if f"{n}d" in c.name]
    count = int(digits[0]) if digits else 2
    ids = m.rules.same(m.ids(x), range(x.dim() - count, x.dim()), said(m, c))
    return [ids, None]


def overlapping(m: Any, c: Any) -> Ids:
    """Add the windows of each channel, which overlap: (n, channels · window, positions) to (n, channels, h, w)."""
    x, size = c.first, int(np.prod(c["kernel_size"]))
    ids = np.broadcast_to(m.ids(x), tuple(x.shape)).reshape(*x.shape[:-2], -1, size * x.shape[-1])
    return m.rules.same(ids, [-1], said(m, c))[..., None]


def resampled(m: Any, c: Any) -> Any:
    """As pooling, for interpolation."""
    return pooled(m, c)[0]


def sampled(m: Any, c: Any) -> Ids:
    """As pooling, at places that must stay."""
    m.rules.zero(m.ids(c.args[1]), said(m, c))
    return m.rules.same(m.ids(c.first), range(2, c.first.dim()), said(m, c))


def embedding(m: Any, c: Any) -> Ids:
    """Pick rows of a table."""
    table, rows = c.args[0], c.args[1]
    with torch.utils._python_dispatch._disable_current_modes():
        index = rows.detach().cpu().numpy()
    return picked(m, table, index)


def clipped(m: Any, c: Any) -> Ids:
    """Shorten rows of a table that are read."""
    table, index = c.args[0], c.args[1]
    with torch.utils._python_dispatch._disable_current_modes():
        read = np.unique(index.detach().cpu().numpy())
    lengths = row_lengths(table, 0, c["norm_type"])[read]
    ids = np.array(np.broadcast_to(m.ids(table), tuple(table.shape)))
    ids[read] = _shortened(m, c, picked(m, table, read), lengths > c["max_norm"], f"max_norm = {c['max_norm']:g}")
    return ids


def renormed(m: Any, c: Any) -> Ids:
    """Shorten slices of an axis."""
    axis, limit = c["dim"] % c.first.dim(), float(c["maxnorm"])
    rows = np.moveaxis(np.broadcast_to(m.ids(c.first), tuple(c.first.shape)), axis, 0)
    out = _shortened(m, c, rows, row_lengths(c.first, axis, c["p"]) > limit, f"maxnorm = {limit:g}")
    return np.moveaxis(out, 0, axis)


def row_lengths(x: Any, axis: int, order: float) -> Any:
    """Return the norms of the slices of an axis."""
    with torch.utils._python_dispatch._disable_current_modes():
        others = [k for k in range(x.dim()) if k != axis]
        return torch.linalg.vector_norm(x.detach(), order, dim=others).cpu().numpy()


def _shortened(m: Any, c: Any, rows: Ids, long: Any, limit: str) -> Ids:
    """Let rows (k, …) that are too long lose their scale, as long as they are; others must have none."""
    m.rules.zero(rows[~long], said(m, c))
    if long.any():
        one = m.rules.same(rows[long], range(1, rows.ndim), said(m, c))
        m.rules.zero(one, f"rows longer than {limit} are clipped to it, {said(m, c)}", Kind.WINDOW)
        m.rules.zero(one, said(m, c), Kind.CONSTANT, BESIDE_NORMS)
        m.rules.constants.add(BESIDE_NORMS)
    return np.where(long.reshape(-1, *[1] * (rows.ndim - 1)), 0, rows)


def picked(m: Any, table: Any, index: Any) -> Ids:
    """Return the degrees of some rows of a table, (*index.shape, columns): of a parameter no others are read."""
    parameter = m.memory.parameter(table)
    if parameter is not None and view_of(table) == parameter.whole:
        return parameter.gather(index)
    return np.broadcast_to(m.ids(table), tuple(table.shape))[index]


def bag(m: Any, c: Any) -> Any:
    """Pick rows of a table and demand one degree for those that are put together."""
    with torch.utils._python_dispatch._disable_current_modes():
        index, offsets = (t.detach().cpu().numpy() for t in c.args[1:3])
    rows = picked(m, c.first, index)
    if m.knows(c.get("per_sample_weights")):
        rows = m.rules.combine(rows, np.asarray(m.ids(c.get("per_sample_weights")))[:, None])
    spans = list(zip(offsets, [*offsets[1:], len(index)], strict=True))
    out = [m.rules.same(rows[a:b], [0], said(m, c)) if b > a else np.array([[ANY]]) for a, b in spans]
    return [np.concatenate([np.broadcast_to(x, (1, rows.shape[1])) for x in out]), None, None, None]


BESIDE_NORMS = 1e-7
"""The eps of PyTorch's own that stands beside the lengths of rows where ``max_norm`` shortens them."""

POOLS = names(
    "max_pool1d max_pool2d_with_indices max_pool3d_with_indices max_pool2d max_pool3d avg_pool1d "
    "avg_pool2d avg_pool3d _adaptive_avg_pool2d _adaptive_avg_pool3d adaptive_avg_pool1d "
    "adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool2d adaptive_max_pool3d "
    "fractional_max_pool2d max_pool1d_with_indices"
)
RESAMPLINGS = names(
    "upsample_bilinear2d _upsample_bilinear2d_aa upsample_linear1d upsample_trilinear3d "
    "upsample_bicubic2d _upsample_bicubic2d_aa"
)

LAYERS: dict[str, Any] = (
    dict.fromkeys(("convolution", "_convolution", "convolution_overrideable"), convolution)
    | dict.fromkeys(POOLS, pooled)
    | dict.fromkeys(RESAMPLINGS, resampled)
    | dict.fromkeys(("grid_sampler_2d", "grid_sampler_3d"), sampled)
    | {"embedding_renorm": clipped, "renorm": renormed, "embedding": embedding}
    | {"_embedding_bag": bag, "_embedding_bag_forward_only": bag, "col2im": overlapping}
)
