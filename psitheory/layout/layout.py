"""The layout itself: views, and blockwise arithmetic on whole ensembles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from psitheory.arithmetic import (
    Array,
    device_of,
    dot,
    namespace,
    norm,
    ordinary_range,
    ordinary_squares,
    rescaled,
    scaled_square,
)
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName, shown
from psitheory.layout import checks
from psitheory.layout.parts import Part, blocks, free
from psitheory.layout.ragged import Ragged
from psitheory.layout.reals import as_floating, is_plain


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
    def slices(self) -> dict[str, tuple[int, int, tuple[int, ...]]]:
        """Return where each part begins and ends, and its shape."""
        out, start = {}, 0
        for part in self.parts:
            out[part.name] = (start, start + part.size, part.shape)
            start += part.size
        return out

    def view(self, name: str, w: Array) -> Array:
        """Return the part ``name`` of ``w`` with its own shape, ``(..., *shape)``; no copy for NumPy arrays."""
        if name not in self.slices:
            raise UnknownName(f"part {name!r} is not in this layout; it has {', '.join(self.slices) or 'no parts'}")
        start, stop, shape = self.slices[name]
        checks.size(self, w)
        if type(w) is np.ndarray:
            return w[..., start:stop].reshape(w.shape[:-1] + shape)
        return namespace(w).reshape(w[..., start:stop], tuple(w.shape[:-1]) + shape)

    def pack(self, **arrays: Array) -> Array:
        """Return the flat array whose parts are ``arrays``; leading axes are shared."""
        if set(arrays) != set(self.slices):
            raise ArgumentError(f"parts {sorted(arrays)} came; {sorted(self.slices)} are needed")
        for part in self.parts:
            checks.part(part, arrays[part.name])
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
        cells = [
            (part.size // max(part.blocks, 1), bool(part.blocks))
            for part in self.parts
            for _ in range(max(part.blocks, 1))
        ]
        runs, start = [], 0
        for (size, is_block), group in groupby(cells):
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
    def distinct_sizes(self) -> frozenset[int]:
        """Return the dimensions that blocks have."""
        return frozenset(self.sizes)

    @property
    def is_ragged(self) -> bool:
        """Tell whether there are so many unequal blocks that a turn for each of their sizes would cost most."""
        return self._ragged is not None

    @cached_property
    def _shape(self) -> tuple[int, int]:
        """The number and the size of the blocks, where all are equal and nothing is free."""
        return self.m, self.n // max(self.m, 1)

    def _rows(self, run: _Run, w: Array) -> Array:
        rows = w[..., run.start : run.stop]
        return namespace(w).reshape(rows, (*tuple(w.shape[:-1]), run.count, run.size))

    def rows(self, w: Array) -> Iterator[Array]:
        """Yield the blocks of ``w`` as arrays (..., count, d), one for each run of equal blocks."""
        checks.size(self, w)
        return (self._rows(run, w) for run in self._runs if run.count)

    def free_part(self, w: Array) -> Array:
        """Return the free entries, (..., p)."""
        checks.size(self, w)
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
        if type(a) is np.ndarray and a.dtype.kind == "f":
            return self._factors(a, 1)
        if self.p:
            one = xp.ones((*tuple(a.shape[:-1]), 1), dtype=a.dtype, **device_of(a))
            a = xp.concat([a, one], axis=-1)
        owner = self.owner if isinstance(xp, ObjectNamespace) or xp is np else xp.asarray(self.owner, **device_of(a))
        return xp.take(a, owner, axis=-1)

    def _factors(self, of_blocks: np.ndarray, of_free: Array) -> np.ndarray:
        """Return a number for each entry, (..., n): the block's of (..., m), or on free parts that of (..., 1) or 1."""
        if self.p:
            table = np.empty((*of_blocks.shape[:-1], self.m + 1), of_blocks.dtype)
            table[..., : self.m], table[..., self.m :] = of_blocks, of_free
            of_blocks = table
        return np.asarray(of_blocks.take(self.owner, axis=-1))

    @cached_property
    def owner(self) -> np.ndarray:
        """Return the block that owns each entry; m for free entries."""
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
        (w,) = self._arrays(w)
        return w * self.expand(a)

    def norms(self, w: Array) -> Array:
        r"""Return :math:`r_i = \|w_i\|`, (..., m); safe for norms from 1e-300 to 1e300."""
        squares = self.ordinary_squares(w) if self.is_ragged else None
        if squares is not None:
            return np.sqrt(squares)
        return self.reduce(norm, w)

    def ordinary_squares(self, w: Array) -> np.ndarray | None:
        r"""Return :math:`r_i^2`, (..., m), if those of all blocks are ordinary, else None.

        What that is says :func:`~psitheory.arithmetic.ordinary_squares`.
        """
        if type(w) is not np.ndarray or w.dtype.kind != "f" or w.shape[-1:] != (self.n,) or not self.m:
            return None
        if len(self._runs) == 1:
            found = ordinary_squares(w.reshape(w.shape[:-1] + self._shape))
            return None if found is None else np.asarray(found)
        low, high = ordinary_range(w.dtype)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            squares = np.asarray(self.dots(w, w))
        return squares if squares.size and squares.min() > low and squares.max() < high else None  # NaN is neither

    def dots(self, x: Array, y: Array) -> Array:
        r"""Return :math:`\langle x_i, y_i\rangle`, (..., m)."""
        if self._ragged and _are_floats((x, y)) and x.shape[-1:] == y.shape[-1:] == (self.n,):
            starts, is_block = self._segments
            return np.add.reduceat(x * y, starts, axis=-1)[..., is_block]
        return self.reduce(dot, x, y)

    @cached_property
    def _segments(self) -> tuple[np.ndarray, np.ndarray | slice]:
        """Where each block and each free part begins, and which of them are blocks."""
        sizes = np.array([size for size in self.sizes_in_order if size])
        starts = np.concatenate([[0], np.cumsum(np.abs(sizes))[:-1]])
        return starts, sizes > 0 if self.p else slice(None)

    def on_blocks(self, a: np.ndarray, w: np.ndarray) -> np.ndarray:
        r"""Return :math:`(a_1 w_1, …, a_m w_m, 0)` for floats; a is (..., m)."""
        return w * self._factors(a, 0) if self.p or len(self._runs) > 1 else np.asarray(self.scale(a, w))

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
        plain = isinstance(factor, int) and factor == 1
        if squares is not None:
            of_blocks = squares if plain else squares * factor
            return z * self._factors(of_blocks, factor) if self.p else self.scale(of_blocks, z)

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
        arrays = tuple(x if is_plain(x) else as_floating(x, "an array") for x in arrays)
        for x in arrays:
            checks.size(self, x)
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
        return checks.point(self, w, name, nonzero=nonzero)

    def check_scales(self, a: Array, name: str = "a") -> Array:
        """Return scales ``a`` (..., m) as an array; they must be positive and finite."""
        return checks.scales(self, a, name)


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
