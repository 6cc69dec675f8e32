"""The layout itself: views, and blockwise arithmetic on whole ensembles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from psitheory.arithmetic import (
    BALLS,
    Array,
    device_of,
    dot,
    known_any,
    namespace,
    norm,
    ordinary_squares,
    rescaled,
    scaled_square,
)
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName, shown
from psitheory.layout.parts import Part, blocks, free
from psitheory.layout.ragged import Ragged
from psitheory.layout.reals import as_floating, as_real, is_known_finite, is_zero


@dataclass(frozen=True)
class _Run:
    """A maximal run of neighbouring blocks of equal size (``count`` of them), or of free entries (0)."""

    start: int
    stop: int
    count: int

    @property
    def size(self) -> int:
        return (self.stop - self.start) // max(self.count, 1)


class Layout:
    """The parts of a flat weight vector, in order.

    Parameters
    ----------
    *parts : Part
        Made by :func:`blocks` and :func:`free`; their names differ.

    Attributes
    ----------
    n, m, p : int
        Entries in all, number of blocks, number of free entries.
    sizes : tuple of int
        The dimension d_i of each block.
    """

    def __init__(self, *parts: Part) -> None:
        strangers = [part for part in parts if not isinstance(part, Part)]
        if strangers:
            raise ArgumentTypeError(f"a part is {shown(strangers[0])}; what blocks() or free() returns is needed")
        names = [part.name for part in parts]
        if len(set(names)) < len(names):
            raise ArgumentError(f"parts have the names {names}; each name may stand once")
        self.parts = parts
        self.sizes = tuple(part.size // part.blocks for part in parts for _ in range(part.blocks))
        self.n = sum(part.size for part in parts)
        self.m = len(self.sizes)
        self.p = sum(part.size for part in parts if not part.blocks)

    @classmethod
    def of(cls, sizes: Sequence[int], free_size: int = 0) -> Layout:
        """Return the layout of blocks of the given ``sizes``, named w1, w2, …, then a free part v."""
        if isinstance(sizes, (str, bytes)) or not hasattr(sizes, "__iter__"):
            raise ArgumentTypeError(f"sizes is {shown(sizes)}; a sequence of integers, one for each block, is needed")
        parts = [blocks(f"w{i}", size) for i, size in enumerate(sizes, 1)]
        return cls(*parts, *([free("v", free_size)] if free_size else []))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layout) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __repr__(self) -> str:
        def text(part: Part) -> str:
            shape = "×".join(map(str, part.shape))
            kind = "free" if not part.blocks else f"{part.blocks} block{'s' * (part.blocks > 1)}"
            return f"{part.name}: {shape} {kind}"

        return f"Layout({', '.join(map(text, self.parts))})"

    @property
    def sizes_in_order(self) -> tuple[int, ...]:
        """Return the size of each block and, negative, of each free part, in the order of the flat axis."""
        return tuple(
            size
            for part in self.parts
            for size in ([part.size // part.blocks] * part.blocks if part.blocks else [-part.size])
        )

    # -- parts and their views ------------------------------------------------------------------

    @cached_property
    def _slices(self) -> dict[str, tuple[int, int, tuple[int, ...]]]:
        out, start = {}, 0
        for part in self.parts:
            out[part.name] = (start, start + part.size, part.shape)
            start += part.size
        return out

    def view(self, name: str, w: Array) -> Array:
        """Return the part ``name`` of ``w`` with its own shape, ``(..., *shape)``; no copy for NumPy arrays."""
        if name not in self._slices:
            raise UnknownName(f"part {name!r} is not in this layout; it has {', '.join(self._slices) or 'no parts'}")
        start, stop, shape = self._slices[name]
        if type(w) is np.ndarray:
            return w[..., start:stop].reshape(w.shape[:-1] + shape)
        return namespace(w).reshape(w[..., start:stop], tuple(w.shape[:-1]) + shape)

    def pack(self, **arrays: Array) -> Array:
        """Return the flat array whose parts are ``arrays``; leading axes are shared."""
        if set(arrays) != set(self._slices):
            raise ArgumentError(f"parts {sorted(arrays)} came; {sorted(self._slices)} are needed")
        xp = namespace(*arrays.values())
        flat = []
        for part in self.parts:
            x = arrays[part.name]
            lead = tuple(x.shape[: x.ndim - len(part.shape)])
            flat.append(xp.reshape(x, (*lead, part.size)))
        return xp.concat(flat, axis=-1)

    def block_name(self, i: int) -> str:
        """Return the name of block ``i`` for a message, such as ``block 3 of W1``."""
        before = 0
        for part in self.parts:
            if before <= i < before + part.blocks:
                return part.name if part.blocks == 1 else f"block {i - before} of {part.name}"
            before += part.blocks
        raise ArgumentError(f"block {i} does not exist; there are {self.m}")

    # -- blockwise arithmetic -------------------------------------------------------------------

    @cached_property
    def _runs(self) -> tuple[_Run, ...]:
        cells = [(size, 1) for part in self.parts for size in [part.size // max(part.blocks, 1)] * max(part.blocks, 1)]
        kinds = [bool(part.blocks) for part in self.parts for _ in range(max(part.blocks, 1))]
        runs, start = [], 0
        keyed = zip(cells, kinds, strict=True)
        for (size, is_block), group in groupby(keyed, key=lambda cell: (cell[0][0], cell[1])):
            count = len(list(group))
            runs.append(_Run(start, start + size * count, count if is_block else 0))
            start += size * count
        return tuple(run for run in runs if run.stop > run.start)

    @cached_property
    def _ragged(self) -> Ragged | None:
        """Blocks of equal size brought together, where they lie apart and there are many of them."""
        runs, sizes = len(self._runs), len({run.size for run in self._runs})
        return Ragged.of(self) if runs > 8 and runs > 2 * sizes else None

    @cached_property
    def _shape(self) -> tuple[int, int]:
        """The number and the size of the blocks, where all are equal and nothing is free."""
        return self.m, self.n // max(self.m, 1)

    def _rows(self, run: _Run, w: Array) -> Array:
        rows = w[..., run.start : run.stop]
        return namespace(w).reshape(rows, (*tuple(w.shape[:-1]), run.count, run.size))

    def rows(self, w: Array) -> Iterator[Array]:
        """Yield the blocks of ``w`` as arrays (..., count, d), one for each run of equal blocks."""
        return (self._rows(run, w) for run in self._runs if run.count)

    def free_part(self, w: Array) -> Array:
        """Return the free entries, (..., p)."""
        pieces = [w[..., run.start : run.stop] for run in self._runs if not run.count]
        if len(pieces) == 1:
            return pieces[0]
        return namespace(w).concat(pieces, axis=-1) if pieces else w[..., :0]

    def map(
        self,
        on_rows: Callable[..., Array],
        on_free: Callable[..., Array],
        *arrays: Array,
    ) -> Array:
        """Return the flat array of ``on_rows`` of the blocks (..., count, d) and ``on_free`` of the rest."""
        arrays = self._arrays(*arrays)
        if self._ragged and _are_floats(arrays):
            return self._ragged.map(on_rows, on_free, *arrays)
        if len(self._runs) == 1 and self.m and _are_floats(arrays):  # equal blocks alone: a reshape each way
            y = on_rows(*(x.reshape(x.shape[:-1] + self._shape) for x in arrays))
            return y.reshape((*y.shape[:-2], self.n))
        xp = namespace(*arrays)
        out = []
        for run in self._runs:
            if run.count:
                y = on_rows(*(self._rows(run, x) for x in arrays))
                out.append(xp.reshape(y, (*tuple(y.shape[:-2]), run.stop - run.start)))
            else:
                out.append(on_free(*(x[..., run.start : run.stop] for x in arrays)))
        if len(out) == 1 and self.m:
            return out[0]
        lead = _lead(*out, *arrays)  # of the arrays too, since a free part may depend on some of them only
        out = [y if tuple(y.shape[:-1]) == lead else xp.broadcast_to(y, (*lead, y.shape[-1])) for y in out]
        return xp.concat(out, axis=-1)

    def reduce(self, on_rows: Callable[..., Array], *arrays: Array) -> Array:
        """Return the numbers ``on_rows`` gives for each block, (..., m)."""
        arrays = self._arrays(*arrays)
        if self._ragged and _are_floats(arrays):
            return self._ragged.reduce(on_rows, *arrays)
        xp = namespace(*arrays)
        out = [on_rows(*(self._rows(run, x) for x in arrays)) for run in self._runs if run.count]
        if not out:
            return xp.broadcast_to(arrays[0][..., :0], (*_lead(*arrays), 0))
        return out[0] if len(out) == 1 else xp.concat(out, axis=-1)

    def expand(self, a: Array) -> Array:
        """Return ``a`` (..., m) as one factor for each entry, (..., n): a_i on block i, 1 on the free part."""
        if not getattr(a, "shape", None) or a.shape[-1] != self.m:
            raise ArgumentError(f"a is {shown(a)}; an array with one scale for each block, (..., {self.m}), is needed")
        xp = namespace(a)
        if self.p:
            one = xp.ones((*tuple(a.shape[:-1]), 1), dtype=a.dtype, **device_of(a))
            a = xp.concat([a, one], axis=-1)
        owner = self._owner if isinstance(xp, ObjectNamespace) or xp is np else xp.asarray(self._owner, **device_of(a))
        return xp.take(a, owner, axis=-1)

    @cached_property
    def _owner(self) -> np.ndarray:
        """The block that owns each entry; m for free entries."""
        out, i = [], 0
        for part in self.parts:
            size = part.size // max(part.blocks, 1)
            out += [np.repeat(np.arange(i, i + part.blocks), size) if part.blocks else np.full(size, self.m)]
            i += part.blocks
        return np.concatenate(out) if out else np.zeros(0, int)

    def scale(self, a: Array, w: Array) -> Array:
        r"""Return :math:`a \cdot w`: block i times a_i, the free part untouched; ``a`` is (..., m)."""
        if len(self._runs) == 1 and self.m and _are_floats((a, w)) and a.shape[-1:] == (self.m,):
            if self.m == 1:
                return a * w
            out = a[..., None] * w.reshape(w.shape[:-1] + self._shape)
            return out.reshape((*out.shape[:-2], self.n))
        return w * self.expand(a)

    def norms(self, w: Array) -> Array:
        r"""Return :math:`r_i = \|w_i\|`, (..., m); safe for norms from 1e-300 to 1e300."""
        return self.reduce(norm, w)

    def dots(self, x: Array, y: Array) -> Array:
        r"""Return :math:`\langle x_i, y_i\rangle`, (..., m)."""
        return self.reduce(dot, x, y)

    def units(self, w: Array) -> Array:
        r"""Return :math:`(u_1, …, u_m, v)`, every block divided by its norm."""
        return self.map(_unit, lambda v: v, w)

    def times_squared_norms(
        self, w: Array, z: Array, factor: Array | float = 1, *, squares: Array | None = None
    ) -> Array:
        r"""Return :math:`(c\,r_1^2 z_1, …, c\,r_m^2 z_m, c\,z_v)` with a factor c, a number or an array (..., 1).

        Written :math:`s\,(c\,q\,(s\,z))` with :math:`r^2 = s^2 q` and s a power of two, so that r² is never
        formed where it would overflow, no square root is taken (rationals stay rational), and a
        rescaling of w by powers of two commutes with it bit for bit.  ``squares`` are the r², (..., m), where
        :func:`~psitheory.arithmetic.ordinary_squares` has passed them already.
        """
        if squares is not None and not self.p and (self.m == 1 or len(self._runs) == 1):
            return self.scale(squares if isinstance(factor, int) and factor == 1 else squares * factor, z)
        plain = isinstance(factor, int) and factor == 1

        def on_rows(w: Array, z: Array) -> Array:
            q, s = scaled_square(w)
            q = q[..., None] if plain else q[..., None] * rowwise
            if isinstance(s, int):
                return q * z
            return s[..., None] * (q * (s[..., None] * z))

        rowwise: Array = factor
        if getattr(factor, "ndim", 0):
            rowwise = rowwise[..., None]
        return self.map(on_rows, lambda _, z: z if plain else z * factor, w, z)

    # -- validity -------------------------------------------------------------------------------

    def _arrays(self, *arrays: Array) -> tuple[Array, ...]:
        """Return floating-point arrays (..., n): slices would hide other lengths, and squares of integers overflow."""
        arrays = tuple(x if _is_plain(x) else as_floating(x, "an array") for x in arrays)
        for x in arrays:
            if x.shape[-1] != self.n:
                raise ArgumentError(
                    f"an array has the shape {tuple(x.shape)}; its last axis must be {self.n}, the size of {self}"
                )
        return arrays

    def check(self, w: Array, name: str = "w", *, nonzero: bool = True) -> Array:
        """Return ``w`` as an array of this layout, or raise an error that names the part at fault.

        Parameters
        ----------
        w : array_like, (..., n)
            Weights, or a vector of the ambient space; lists of numbers become float64 arrays.
        name : str
            What the message calls it.
        nonzero : bool
            Whether a zero block is an error, as it is for points.

        Raises
        ------
        ArgumentError
            If the last axis is not of length n, or a part is infinite or NaN, or a block is zero.
        ArgumentTypeError
            If the entries are not floating-point numbers (or exact ones).
        """
        if type(w) is np.ndarray and w.shape[-1:] == (self.n,):
            if self.ordinary_rows(w) is not None if nonzero else is_known_finite(w):
                return w
        w = as_real(w, name)
        if w.ndim < 1 or w.shape[-1] != self.n:
            raise ArgumentError(
                f"{name} has the shape {tuple(w.shape)}; its last axis must be {self.n}, the size of {self}"
            )
        xp = namespace(w)
        finite = True if xp is BALLS else xp.isfinite(w)  # an infinite ball is a wide enclosure, no bad input
        if finite is not True and known_any(~finite):
            raise ArgumentError(f"{name} is not finite in {self._first_non_finite(w)}; finite numbers are needed")
        if nonzero and self.m:
            zero = self.reduce(is_zero, w)
            if known_any(zero):
                where = np.argwhere(np.asarray(zero))[0][-1]
                raise ArgumentError(
                    f"{name} is zero in {self.block_name(int(where))}; a scale-invariant block is a nonzero vector"
                )
        return w

    def ordinary_rows(self, w: Array) -> tuple[np.ndarray, np.ndarray] | None:
        """Return the blocks (..., m, d) and their squared norms, where one pass shows that ``w`` is sound, else None.

        The pass is :func:`~psitheory.arithmetic.ordinary_squares`; it is taken where all blocks are equal and nothing
        is free.  None says no more than that a full look is needed.
        """
        if type(w) is not np.ndarray or len(self._runs) != 1 or not self.m or w.shape[-1:] != (self.n,):
            return None
        rows = w.reshape(w.shape[:-1] + self._shape)
        squares = ordinary_squares(rows)
        return None if squares is None else (rows, squares)

    def _first_non_finite(self, w: Array) -> str:
        bad = ~np.asarray(namespace(w).isfinite(w), dtype=bool)
        column = int(np.argwhere(bad)[0][-1])
        owner = int(self._owner[column])
        if owner < self.m:
            return self.block_name(owner)
        return next(name for name, (start, stop, _) in self._slices.items() if start <= column < stop)

    def check_scales(self, a: Array, name: str = "a") -> Array:
        """Return scales ``a`` (..., m) as an array; they must be positive and finite."""
        a = as_real(a, name)
        if a.ndim < 1 or a.shape[-1] != self.m:
            raise ArgumentError(
                f"{name} has the shape {tuple(a.shape)}; its last axis must be {self.m}, one scale for each block"
            )
        xp = namespace(a)
        positive = xp.greater(a, xp.zeros_like(a))
        if xp is np or not isinstance(xp, ObjectNamespace):
            bad = ~(positive & xp.isfinite(a))
            if known_any(bad):
                raise ArgumentError(f"{name} holds {float(a[bad][0])}; every scale must be positive and finite")
        elif any(sign is False for sign in np.asarray(positive).flat):
            raise ArgumentError(f"{name} holds a scale that is not positive; every scale must be")
        return a


def _is_plain(x: Array) -> bool:
    return type(x) is np.ndarray and x.dtype.kind in "fcO"


def _are_floats(arrays: Sequence[Array]) -> bool:
    return all(type(x) is np.ndarray and x.dtype.kind == "f" for x in arrays)


def _lead(*arrays: Array) -> tuple[int, ...]:
    """Return the shape of the ensemble that all ``arrays`` broadcast to."""
    return np.broadcast_shapes(*(tuple(x.shape[:-1]) for x in arrays))


def _unit(rows: Array) -> Array:
    squares = ordinary_squares(rows)
    if squares is not None:
        return rows / np.sqrt(squares)[..., None]
    y, _ = rescaled(rows)
    return y / namespace(y).sqrt(dot(y, y, keepdims=True))
