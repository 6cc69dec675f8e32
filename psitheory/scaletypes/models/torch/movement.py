"""Rules of what only moves entries: it is done to their degrees as well."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.torch.call import names
from psitheory.scaletypes.models.torch.elementwise import said


def encoded(ids: Ids, shape: Any) -> Any:
    """Return degrees as floats, in which zero is an exact zero's."""
    return torch.from_numpy(np.where(ids == ANY, 0, ids + 2).astype(np.float64)).expand(tuple(shape)).contiguous()


def decoded(t: Any) -> Ids:
    """Return degrees from floats."""
    found = t.numpy().astype(np.int64)
    return np.where(found == 0, ANY, found - 2)


def moved(m: Any, c: Any) -> Any:
    """Do to the degrees of all floating-point arguments what is done to them."""

    def of(value: Any) -> Any:
        if isinstance(value, (list, tuple)) and any(isinstance(x, torch.Tensor) for x in value):
            return [of(x) for x in value]
        numbers = isinstance(value, torch.Tensor) and (value.is_floating_point() or value.is_complex())
        if numbers:  # places and masks are not, even those that are known as zeros
            return encoded(m.ids(value), value.shape)
        return value

    with torch.utils._python_dispatch._disable_current_modes():
        before = [of(x) for x in c.args]
        out = c.func(*before, **{k: of(v) for k, v in c.kwargs.items()})
        outs = out if isinstance(out, (tuple, list)) else (out,)
        return [decoded(t) if t.dtype == torch.float64 else None for t in outs]


def padded(m: Any, c: Any) -> Any:
    """Move entries, and fill with zeros or with a constant."""
    value = c.get("value")
    if not value:
        return moved(m, c)
    return m.rules.zero(m.ids(c.first), said(m, c)) or np.int64(0)


def joined(m: Any, c: Any) -> Any:
    """Put degrees beside each other, without spreading axes along which they are constant."""
    tensors, dim = c.args[0], c.get("dim") or 0
    if c.name == "stack":
        rank = tensors[0].dim() + 1
        all_ids = [np.expand_dims(_as_many_axes(m.ids(t), t.dim()), dim % rank) for t in tensors]
    else:
        tensors = [t for t in tensors if t.dim() != 1 or t.numel()]
        rank = tensors[0].dim()
        all_ids = [_as_many_axes(m.ids(t), rank) for t in tensors]
        all_ids = [_spread(i, dim % rank, t.shape[dim]) for i, t in zip(all_ids, tensors, strict=True)]
    dim %= rank
    others = np.broadcast_shapes(*([n for axis, n in enumerate(i.shape) if axis != dim] for i in all_ids))
    shapes = [(*others[:dim], i.shape[dim], *others[dim:]) for i in all_ids]
    return np.concatenate([np.broadcast_to(i, s) for i, s in zip(all_ids, shapes, strict=True)], dim)


def _as_many_axes(ids: Ids, rank: int) -> Ids:
    return ids.reshape((1,) * (rank - ids.ndim) + ids.shape)


def _spread(ids: Ids, axis: int, size: int) -> Ids:
    shape = list(ids.shape)
    shape[axis] = size
    return np.broadcast_to(ids, shape)


MOVEMENT: dict[str, Any] = dict.fromkeys(
    names(
        "flip roll rot90 repeat tile repeat_interleave index gather index_select take take_along_dim "
        "slice_scatter select_scatter diagonal_scatter index_copy "
        "tril triu im2col unfold_copy pixel_shuffle pixel_unshuffle channel_shuffle "
        "reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d "
        "replication_pad3d upsample_nearest1d upsample_nearest2d upsample_nearest3d _upsample_nearest_exact1d "
        "_upsample_nearest_exact2d diag_embed masked_select masked_scatter slice_copy select_copy "
        "permute_copy view_copy expand_copy split_with_sizes_copy split_copy unbind_copy unsafe_split "
        "unsafe_split_with_sizes _reshape_copy diag native_channel_shuffle max_unpool2d"
    ),
    moved,
) | {"constant_pad_nd": padded, "cat": joined, "stack": joined, "_unsafe_index": moved, "_unsafe_view": moved}
