"""The PSI quotient with its operations on floats compiled."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from psitheory.arithmetic import Array, ordinary_range
from psitheory.compiled import check_engine, is_compiled
from psitheory.geometry.psi import PSIQuotient


@dataclass(frozen=True)
class CompiledPSIQuotient(PSIQuotient):
    """The same manifold; on NumPy's real floats each operation is one pass, compiled by numba (the extra ``fast``).

    What is of another arithmetic, or needs broadcasting, takes the formulas of :class:`PSIQuotient`, and so does bad
    input, which is refused there.  Results are equal to rounding, and blocks of unequal sizes cost what equal ones do.

    Parameters
    ----------
    layout : Layout

    Raises
    ------
    ArgumentError
        If numba is not installed.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        check_engine("numba")

    def horizontal(self, w: Array, z: Array) -> Array:
        """Return :meth:`PSIQuotient.horizontal`."""
        found = self._pass("project", w, z)
        return super().horizontal(w, z) if found is None else found

    project = horizontal

    def gradient(self, w: Array, gradient: Array) -> Array:
        """Return :meth:`PSIQuotient.gradient`."""
        found = self._pass("scaled_gradient", w, gradient)
        return super().gradient(w, gradient) if found is None else found

    def retract(self, w: Array, x: Array) -> Array:
        """Return :meth:`PSIQuotient.retract`."""
        found = self._pass("retract", w, x)
        return super().retract(w, x) if found is None else found

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        """Return :meth:`PSIQuotient.inner`."""
        found = self._pass("inner", w, x, y)
        return super().inner(w, x, y) if found is None else found

    def dist(self, w: Array, z: Array) -> Array:
        """Return :meth:`PSIQuotient.dist`."""
        found = self._pass("squared_distance", w, z)
        return super().dist(w, z) if found is None else np.sqrt(found)

    def exp(self, w: Array, x: Array) -> Array:
        """Return :meth:`PSIQuotient.exp`."""
        found = self._pass("exp", w, x)
        return super().exp(w, x) if found is None else found

    def log(self, w: Array, z: Array) -> Array:
        """Return :meth:`PSIQuotient.log`."""
        found = self._pass("log", w, z)
        return super().log(w, z) if found is None else found

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        """Return :meth:`PSIQuotient.transport`."""
        found = self._pass("transport", w, z, x)
        return super().transport(w, z, x) if found is None else found

    # -- from arrays to passes and back -----------------------------------------------------------------

    @cached_property
    def _edges(self) -> tuple[np.ndarray, np.ndarray]:
        """The first and last-but-one entry of each block, (m, 2), and of each free part."""
        sizes = np.array(self.layout.sizes_in_order)
        ends = np.cumsum(np.abs(sizes))
        edges = np.stack([ends - np.abs(sizes), ends], axis=-1).astype(np.uint64)  # unsigned: no index wraps around
        return edges[sizes > 0], edges[sizes < 0]

    @cached_property
    def _has_single_entries(self) -> bool:
        """Tell whether there are blocks of one entry, which have angles of their own."""
        return 1 in self.layout.sizes

    def _pass(self, name: str, *arrays: Array) -> Any:
        """Return what the pass called ``name`` makes of arrays of one shape, or None where it cannot."""
        first = arrays[0]
        if not is_compiled(first) or first.shape[-1:] != (self.layout.n,):
            return None
        for x in arrays[1:]:
            if type(x) is not np.ndarray or x.dtype != first.dtype or x.shape != first.shape:
                return None
        by = _PASSES[name]
        if by.turns and self._has_single_entries:
            return None
        found = self._run(name, arrays)
        return self._run_scaled(name, by, arrays) if found is None else found

    def _run(self, name: str, arrays: tuple[Array, ...]) -> Any:
        first = arrays[0]
        shape = first.shape[:-1] if _PASSES[name].is_number else first.shape
        rows = [(x if x.flags.c_contiguous else x.copy()).reshape(-1, self.layout.n) for x in arrays]
        out = np.empty(shape, first.dtype)
        flat = out.reshape(-1) if _PASSES[name].is_number else out.reshape(rows[0].shape)
        verdict = getattr(self._compiled, name)(*rows, *self._edges, ordinary_range(first.dtype), flat)
        return out[()] if verdict == self._compiled.DONE else None

    @cached_property
    def _compiled(self) -> Any:
        from psitheory.compiled import quotient

        return quotient

    def _run_scaled(self, name: str, by: _Pass, arrays: tuple[Array, ...]) -> Any:
        """Do the same on blocks from whose sizes powers of two are taken, so that extremes change no bit."""
        with np.errstate(all="ignore"):
            scales = [self._powers(arrays[k]) for k in range(by.points)]
            moved = [self.layout.scale(1 / s, x) for s, x in zip(scales, arrays, strict=False)]
            rest = [self.layout.scale(scales[0] ** by.argument, x) for x in arrays[by.points :]]
            found = self._run(name, (*moved, *rest))
            if found is None or by.result is None:
                return found
            return self.layout.scale(scales[by.result], found)

    def _powers(self, w: np.ndarray) -> Any:
        """Return powers of two, (..., m), about as large as the blocks; they and their inverses are finite."""
        largest = self.layout.reduce(lambda rows: np.abs(rows).max(axis=-1), w)
        limits = np.finfo(w.dtype)
        exponents = np.clip(np.frexp(largest)[1], limits.minexp, limits.maxexp - 1)
        return np.ldexp(np.ones((), w.dtype), exponents)


class _Pass(NamedTuple):
    """How many points a pass takes, and how it scales: which power of the first one's scale the arguments have."""

    points: int
    argument: int = 0
    result: int | None = None  # the point whose scale the result has
    turns: bool = False
    is_number: bool = False


_PASSES = {
    "project": _Pass(1),
    "scaled_gradient": _Pass(1, 1, 0),
    "retract": _Pass(1, -1, 0),
    "inner": _Pass(1, -1, is_number=True),
    "squared_distance": _Pass(2, turns=True, is_number=True),
    "exp": _Pass(1, -1, 0),
    "log": _Pass(2, 0, 0, turns=True),
    "transport": _Pass(2, -1, 1, turns=True),
}
