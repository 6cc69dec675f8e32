r"""The law of every operation: what its rule leaves free is what it follows, and outputs scale as the rule says.

Inputs are parameters whose entries have a scale each, handed over as they are or as people hand them over: transposed,
as a part of a larger one, as a product.  A scaling :math:`w_i\mapsto2^{a_i}w_i` is followed if each output is
multiplied by a power of two that is the same at all points: if the derivatives
:math:`\ell_{ji}=\partial\log|f_j|/\partial\log|w_i|` have the same :math:`\sum_i\ell_{ji}a_i` everywhere.  So the
dimension of all that is followed is that of a null space, whatever the operation is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.algebra import Algebra
from psitheory.scaletypes.models.types import ModelTypes

Array = np.ndarray
Function = Callable[..., Any]
STEP = 1e-5
"""In logarithms: central differences err by its square, and by rounding over it: by 1e-10."""
SINGULAR = 1e-6
"""Below this share of the largest, a singular value is none; constants beside what scales are 1e-3, and felt."""
POINTS = 100
"""More points than these are not tried: choices of the largest of few entries have then fallen every way."""


class Draw:
    """Draws of shapes, axes and keywords."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def shape(self, rank: int = 2) -> tuple[int, ...]:
        """Return a shape of few entries, whose sizes differ."""
        sizes = [2, 3, 4] if rank < 3 else [2, 3] + [2] * (rank - 2)
        return tuple(map(int, self.rng.permutation(sizes)[:rank]))

    def axis(self, rank: int = 2) -> int:
        """Return an axis, also as counted from the last."""
        return int(self.rng.integers(-rank, rank))

    def flag(self) -> bool:
        return bool(self.rng.integers(2))

    def one(self, *values: Any) -> Any:
        return values[int(self.rng.integers(len(values)))]


@dataclass(frozen=True)
class Operation:
    """An operation and the shapes of its inputs.

    Attributes
    ----------
    f : callable
    shapes : sequence of tuple of int
    like : callable, optional
        Another one of which the same is to be asked, where derivatives of f do not tell: of places, of rounded numbers,
        and of what rules take for more than it is.
    """

    f: Function
    shapes: Sequence[tuple[int, ...]]
    like: Function | None = None


def dressed(one: Operation, draw: Draw) -> Operation:
    """Return an operation on inputs as people hand them over."""
    shapes: list[tuple[int, ...]] = []
    makers: list[tuple[Callable[..., Any], int]] = []
    for shape in one.shapes:
        maker, given = draw.one(*(_WAYS if shape else _WAYS[:1] + _WAYS[3:]))(shape)
        makers.append((maker, len(given)))
        shapes += given

    def made(inputs: Sequence[Any]) -> list[Any]:
        rest = iter(inputs)
        return [maker(*(next(rest) for _ in range(count))) for maker, count in makers]

    like = one.like
    return Operation(lambda *x: one.f(*made(x)), shapes, None if like is None else lambda *x: like(*made(x)))


def _plain(shape: tuple[int, ...]) -> tuple[Function, list[tuple[int, ...]]]:
    return lambda x: x, [shape]


def _transposed(shape: tuple[int, ...]) -> tuple[Function, list[tuple[int, ...]]]:
    return lambda x: x.swapaxes(0, -1), [(shape[-1], *shape[1:-1], shape[0]) if len(shape) > 1 else shape]


def _part(shape: tuple[int, ...]) -> tuple[Function, list[tuple[int, ...]]]:
    return lambda x: x[..., 1:], [(*shape[:-1], shape[-1] + 1)]


def _product(shape: tuple[int, ...]) -> tuple[Function, list[tuple[int, ...]]]:
    return lambda x, s: x * s, [shape, ()]


_WAYS = (_plain, _transposed, _part, _product, _plain)

Typed = Callable[[Function, dict[str, Array]], tuple[ModelTypes, list[Ids]]]
"""Runs an operation on parameters; returns what its equations say, and the degrees of its outputs."""
Run = Callable[[Function, Sequence[Array], Sequence[float]], list[Array]]
"""Runs an operation on arrays, some constants taken out."""


def holds(one: Operation, typed: Typed, run: Run, *, told: bool = False, stricter: bool = False) -> None:
    """Assert that the rule of an operation asks for all that is needed, and, unless it is ``stricter``, for no more.

    It may have no rule if ``told``, which is then said.
    """
    rng = np.random.default_rng(0)
    w = _point(one.shapes, rng)
    types, degrees = typed(one.f, {str(k): x for k, x in enumerate(w)})
    if told and types.missing:
        return
    assert not types.missing
    kept: list[tuple[Algebra, Sequence[float]]] = [(types.exact, ())]
    if types.constants:
        kept.append((types.up_to_eps, types.constants))
    for algebra, taken in kept:
        for k in range(3):
            _follows(one, algebra, degrees, w, lambda x, taken=taken: run(one.f, x, taken), np.random.default_rng(k))
        f = one.like or one.f
        if not (stricter or getattr(types, "stricter", False)):
            assert algebra.dimension == _followed(lambda x, f=f, taken=taken: run(f, x, taken), w, algebra.dimension)


def _point(shapes: Sequence[tuple[int, ...]], rng: np.random.Generator) -> list[Array]:
    """Return numbers of both signs, none of them small."""
    return [np.asarray(rng.uniform(0.5, 1.5, n) * rng.choice([-1, 1], n)) for n in shapes]


def _follows(
    one: Operation,
    algebra: Algebra,
    degrees: Sequence[Ids],
    w: Sequence[Array],
    run: Callable[[Sequence[Array]], list[Array]],
    rng: np.random.Generator,
) -> None:
    """Assert that outputs are multiplied by two to the power of their degrees under a random symmetry.

    What a rule does not read is multiplied by any powers of two.
    """
    values = algebra.random(rng, whole=True)
    known = [algebra.exponents(str(k), values) for k in range(len(w))]
    by = [np.where(np.isnan(e), rng.integers(-4, 5, e.shape), e) for e in known]
    before, after = run(w), run([x * np.exp2(e) for x, e in zip(w, by, strict=True)])
    assert len(degrees) == len(before)
    for x, y, ids in zip(before, after, degrees, strict=True):
        power = np.broadcast_to(algebra.numbers(np.asarray(ids), values), x.shape)
        assert x.dtype.kind in "fc" or not power.any()
        np.testing.assert_allclose(y, x * np.exp2(power), rtol=1e-9, atol=0)


def _followed(run: Callable[[Sequence[Array]], list[Array]], w: Sequence[Array], least: int) -> int:
    """Return the dimension of the scalings that outputs follow, of which ``least`` are known."""
    rng = np.random.default_rng(1)
    n = sum(x.size for x in w)
    shapes = [x.shape for x in w]
    slopes: list[Array] = []
    found = n
    for k in range(POINTS):
        slopes.append(_slopes(run, w if k == 0 else _point(shapes, rng)))
        if k & (k + 1) and k < POINTS - 1:  # looked at after 1, 2, 4, 8, … points
            continue
        every = np.array(slopes)  # points, outputs, entries
        seen = np.isfinite(every).all(axis=2, keepdims=True)
        count = np.maximum(seen.sum(axis=0), 1)
        middle = np.where(seen, every, 0).sum(axis=0) / count
        rows = np.where(seen, every - middle, 0).reshape(-1, n)
        singular = np.linalg.svd(rows, compute_uv=False)
        found = n - int((singular > SINGULAR * max(1.0, singular[0])).sum()) if rows.size else n
        if found <= least:
            break
    return found


def _slopes(run: Callable[[Sequence[Array]], list[Array]], w: Sequence[Array]) -> Array:
    """Return the derivatives of logarithms of outputs in those of inputs, (outputs, entries); no number at zeros."""
    ends = np.cumsum([x.size for x in w])[:-1]

    def logs(by: Array) -> Array:
        parts = np.split(np.exp(by), ends)
        outs = run([x * p.reshape(x.shape) for x, p in zip(w, parts, strict=True)])
        return np.concatenate(
            [np.log(np.abs(y.astype(complex if y.dtype.kind == "c" else float))).ravel() for y in outs]
        )

    n = sum(x.size for x in w)
    with np.errstate(all="ignore"):
        return np.stack([(logs(STEP * e) - logs(-STEP * e)) / (2 * STEP) for e in np.eye(n)], axis=-1)


def spread(*shape: int) -> Array:
    """Return fixed numbers of a shape, none of them small and no two alike."""
    count = math.prod(shape)
    return ((np.arange(count) * 7 % 11 + 3) / 7 * (-1) ** (np.arange(count) % 3)).reshape(shape)
