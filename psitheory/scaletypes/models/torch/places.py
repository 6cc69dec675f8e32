"""Rules of what is written, or added, at places that indices name."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.gathered import accumulated
from psitheory.scaletypes.models.torch.elementwise import said
from psitheory.scaletypes.models.torch.movement import moved

SUMS = (None, "sum", "add", "mean", "amax", "amin")
"""What joins entries of one degree; a product of them has another."""


def added_along(m: Any, c: Any) -> Ids:
    """Join what is added at indices along one axis: each entry of the other axes by itself."""
    x, source, axis = c.first, c.get("source", "src"), c["dim"] % max(c.first.dim(), 1)
    if c.get("reduce") not in SUMS:
        raise NotImplementedError("products at places")
    if "scatter" in c.name:  # what lies beyond the index is not read
        source = source[tuple(map(slice, c["index"].shape))]
        if source.shape[:axis] != x.shape[:axis] or source.shape[axis + 1 :] != x.shape[axis + 1 :]:
            raise NotImplementedError("an index that leaves some of the other axes out")
    return accumulated(m.rules, m.ids(x), m.ids(source), ([axis], [axis]), said(m, c))


def put(m: Any, c: Any) -> Any:
    """Write entries at indices of the first axes, or add them: they join then, last axes entry by entry."""
    if not c.get("accumulate"):
        return moved(m, c)
    x, indices, values = c.first, c["indices"], c["values"]
    count = len(indices)
    if any(index is None or index.dtype == torch.bool for index in indices):
        raise NotImplementedError("places told by a mask, or after an axis that is taken as a whole")
    rest = x.dim() - count
    into = (list(range(count)), list(range(max(values.dim() - rest, 0))))
    ids = np.asarray(m.ids(values))
    if values.dim() < rest:
        ids = ids.reshape([1] * (rest - values.dim()) + list(ids.shape))
    return accumulated(m.rules, m.ids(x), ids, into, said(m, c))


def put_flat(m: Any, c: Any) -> Any:
    """Write entries at places counted through all axes, or add them, which are all joined then."""
    if not c.get("accumulate"):
        return moved(m, c)
    every = (list(range(c.first.dim())), list(range(c["source"].dim())))
    return accumulated(m.rules, m.ids(c.first), m.ids(c["source"]), every, said(m, c))


def scattered(m: Any, c: Any) -> Any:
    """Write entries at indices along an axis, or add them."""
    return moved(m, c) if c.get("reduce") is None else added_along(m, c)


PLACES: dict[str, Any] = (
    dict.fromkeys(("index_add", "scatter_add", "scatter_reduce", "index_reduce"), added_along)
    | dict.fromkeys(("index_put", "_index_put_impl", "_index_put_impl_"), put)
    | {"scatter": scattered, "put": put_flat}
)
