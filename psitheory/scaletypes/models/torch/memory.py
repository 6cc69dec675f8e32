"""Shadow memory of a forward pass: the degrees of every storage, kept small where they are constant along axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from torch.multiprocessing.reductions import StorageWeakRef

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.compact import compressed
from psitheory.scaletypes.models.parameters import Parameter, View
from psitheory.scaletypes.models.rules import Rules

FEW = 256
"""Fewer degrees than these of one storage are left as they are."""


def view_of(t: Any) -> View:
    """Return where the entries of a tensor lie in its storage; complex ones are two real ones each, on a last axis."""
    if t.is_complex():
        return View((*t.shape, 2), (*(2 * s for s in t.stride()), 1), 2 * t.storage_offset())
    return View(tuple(t.shape), tuple(t.stride()), t.storage_offset())


def size_of(t: Any) -> int:
    """Return the bytes of a real number of a tensor."""
    return int(t.element_size()) // (2 if t.is_complex() else 1)


def kind_of(t: Any) -> tuple[int, bool]:
    """Return the bytes of a real number of a tensor, and whether it is a float."""
    return size_of(t), t.is_floating_point() or t.is_complex()


@dataclass
class _Shadow:
    """The degrees of one storage: of one view that covers it, or of each of its entries."""

    storage: StorageWeakRef  # keeps its address from being used again, not its memory
    count: int
    kind: tuple[int, bool]
    view: View | None
    ids: Ids
    settled: int = -1
    """How many unknowns were solved when its degrees were last put into free ones."""


class Memory:
    """The degrees of all tensors of a forward pass; a tensor that it does not know is a constant."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._shadows: dict[int, _Shadow] = {}
        self.parameters: dict[int, Parameter] = {}

    def parameter(self, t: Any) -> Parameter | None:
        """Return the parameter in whose storage a tensor lies, unless it was overwritten, or pairs its numbers."""
        key = t.untyped_storage()._cdata
        return None if key in self._shadows or t.is_complex() else self.parameters.get(key)

    def knows(self, t: Any) -> bool:
        """Tell whether a tensor depends on parameters, as far as was seen."""
        key = t.untyped_storage()._cdata
        return key in self._shadows or key in self.parameters

    def read(self, t: Any) -> Ids:
        """Return the degrees of a tensor, an array of as many axes that broadcasts to its shape."""
        ids = self._read(t)
        return self.rules.same(ids, [-1], "complex numbers")[..., 0] if t.is_complex() and self.knows(t) else ids

    def _read(self, t: Any) -> Ids:
        key, view = t.untyped_storage()._cdata, view_of(t)
        shadow = self._shadows.get(key)
        if shadow is None:
            parameter = self.parameters.get(key)
            if parameter is None:
                return np.zeros([1] * t.dim(), np.int64)
            kind = t.untyped_storage().nbytes() // parameter.count, True
            return parameter.read(view) if kind == kind_of(t) else self._of_bits(parameter.read(_whole(parameter)), t)
        if shadow.kind != kind_of(t):
            return self._of_bits(shadow.ids, t)
        self._settle(shadow)
        if shadow.view is not None:
            found = _as_seen(shadow.view, shadow.ids, view)
            if found is not None:
                return found
            shadow.ids, shadow.view = _spread(shadow), None
        return compressed(view.of(shadow.ids))

    def _of_bits(self, ids: Ids, t: Any) -> Ids:
        """Return the degrees of a tensor that takes the bytes of numbers for those of another kind."""
        self.rules.unknown_operation("a view as another dtype", [compressed(ids)])
        return np.zeros([1] * t.dim(), np.int64)

    def _settle(self, shadow: _Shadow) -> None:
        """Put degrees into unknowns that are still free, so that they stay few."""
        if shadow.ids.size > FEW and shadow.settled != self.rules.solved:
            shadow.ids = self.rules.settled(shadow.ids)
            shadow.settled = self.rules.solved
            if shadow.view is None:
                shadow.ids = np.broadcast_to(shadow.ids, shadow.count).copy()

    def write(self, t: Any, ids: Ids) -> None:
        """Set the degrees of a tensor; ``ids`` broadcast to its shape."""
        storage = t.untyped_storage()
        key, view = storage._cdata, view_of(t)
        count = max(1, storage.nbytes() // size_of(t))
        ids = np.asarray(ids)
        ids = compressed(ids.reshape([1] * (t.dim() - ids.ndim) + list(ids.shape)))
        ids = ids[..., None] if t.is_complex() else ids
        if int(np.prod(view.shape)) == count and view.ends == (0, count):
            self._shadows[key] = _Shadow(StorageWeakRef(storage), count, kind_of(t), view, ids)
            return
        if key not in self._shadows:
            parameter = self.parameters.get(key)
            old = np.zeros(count, np.int64) if parameter is None else np.array(parameter.read(_whole(parameter)))
            self._shadows[key] = _Shadow(
                StorageWeakRef(storage), count, kind_of(t), None, np.broadcast_to(old, count).copy()
            )
        shadow = self._shadows[key]
        if shadow.view is not None:
            shadow.ids, shadow.view = _spread(shadow), None
        view.of(shadow.ids)[...] = ids


def _whole(parameter: Parameter) -> View:
    return View((parameter.count,), (1,), 0)


def _spread(shadow: _Shadow) -> Ids:
    assert shadow.view is not None
    memory = np.zeros(shadow.count, np.int64)
    shadow.view.of(memory)[...] = shadow.ids
    return memory


def _as_seen(home: View, ids: Ids, view: View) -> Ids | None:
    """Return degrees of one view as another shows them, if its axes are the same in another order, or expanded."""
    if home == view:
        return ids
    if home.offset != view.offset:
        return None
    axes = {(n, s): axis for axis, (n, s) in enumerate(zip(home.shape, home.strides, strict=True)) if n > 1}
    if len(axes) != sum(n > 1 for n in home.shape):
        return None
    order: list[int] = []
    for n, s in zip(view.shape, view.strides, strict=True):
        if n == 1 or s == 0:
            order.append(-1)
        elif (n, s) in axes:
            order.append(axes[n, s])
        else:
            return None
    used = [axis for axis in order if axis >= 0]
    if sorted(used) != sorted(axes.values()):  # an axis was indexed
        return None
    plain = ids.transpose(*used, *[axis for axis in range(ids.ndim) if axis not in used])
    shape = iter(plain.shape)
    return plain.reshape([next(shape) if axis >= 0 else 1 for axis in order])
