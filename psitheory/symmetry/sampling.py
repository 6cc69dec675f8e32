r"""Points drawn wide, and the rows :math:`w\odot\nabla f(w)` taken there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from psitheory.arithmetic import Array
from psitheory.errors import ArgumentError, ArgumentTypeError, PsitheoryError
from psitheory.layout import Part
from psitheory.symmetry.function import LossFunction, Seen

Sampler = Callable[[LossFunction, np.random.Generator, int], Array]
TRIALS = 16
LARGE = 200_000
"""Points of more parameters than these are drawn one by one."""
FEW = 16
"""Entries up to which the rounding of a row is measured by longer moves too."""
CHUNK = 128
"""Points whose gradients are asked for at once: few enough to stay in memory."""


def typical_sizes(function: LossFunction) -> Array:
    """Return a typical size for each entry (n,): that of its part."""
    sizes = zip(function.layout.parts, part_sizes(function), strict=True)
    return np.concatenate([np.full(part.size, size) for part, size in sizes])


def part_sizes(function: LossFunction) -> list[float]:
    """Return a typical size for each part: that at the example point, else 1/√fan-in."""
    point = function.point

    def size(part: Part) -> float:
        if point is not None:
            x = np.asarray(function.layout.view(part.name, point))
            r = float(np.sqrt(np.mean(x * x)))
            return r if r > 0 else 0.5
        return 1.0 if part.blocks or len(part.shape) < 2 else float(1 / np.sqrt(np.prod(part.shape[1:])))

    return [size(part) for part in function.layout.parts]


def wide(function: LossFunction, rng: np.random.Generator, count: int) -> Array:
    """Return ``count`` points (count, n): normal, each part at a size of its own, drawn over a factor of e."""
    layout = function.layout
    points, first = np.empty((count, layout.n)), 0
    spread = np.exp(rng.uniform(-0.5, 0.5, (len(layout.parts), count, 1)))
    for part, size, factor in zip(layout.parts, part_sizes(function), spread, strict=True):
        own = rng.normal(size=(count, part.size)) * (size * factor)
        points[:, first : first + part.size] = own.astype(function.dtype)
        first += part.size
    return points


def nearby(function: LossFunction, rng: np.random.Generator, count: int) -> Array:
    """Return points that keep the signs of the example point: for losses that are finite for some signs only."""
    if function.point is None:
        return np.abs(wide(function, rng, count))
    point = np.where(function.point == 0, typical_sizes(function) / 10, function.point)
    points = point * np.exp(0.5 * rng.normal(size=(count, function.layout.n)))
    return points.astype(function.dtype).astype(float)


def sampler(function: LossFunction, rng: np.random.Generator) -> Sampler:
    """Return :func:`wide`, unless the loss is finite for some signs only.

    Raises
    ------
    ArgumentError
        If the loss raises or is not finite wherever it is tried.
    """
    why = "not finite"
    for draw in (wide, nearby):
        finite = 0
        for w in draw(function, rng, TRIALS):
            try:
                finite += bool(np.isfinite(function.loss(w)))
            except ArgumentTypeError:  # not a scalar: no matter of the point
                raise
            except Exception as error:
                why = f"{type(error).__name__}: {' '.join(str(error).split())}"
        if finite >= TRIALS / 2:
            return draw
    hint = "; given a Layout f is called on a flat vector (n,)" if function.takes_flat else ""
    raise ArgumentError(
        f"f is finite at too few random points ({why}); a loss that is defined around at is needed{hint}"
    )


def usable_points(function: LossFunction, rng: np.random.Generator, count: int) -> Array:
    """Return ``count`` points at which the loss is finite, off special points and zeros."""
    return np.array([w for w, _ in usable(function, rng, count)]).reshape(-1, function.layout.n)


def usable(function: LossFunction, rng: np.random.Generator, count: int) -> Iterator[tuple[Array, Seen]]:
    """Yield ``count`` points at which the loss is finite, off special points and zeros, with what is seen there.

    Those of a large function are drawn as they are asked for, since many do not fit into memory at once.

    Raises
    ------
    ArgumentError
        If the loss raises or is not finite wherever it is tried.
    """
    is_large = function.layout.n > LARGE
    points = _one_by_one(function, rng, count) if is_large else sampler(function, rng)(function, rng, 4 * count)
    found = ((w, seen) for w in points if (seen := _finite(function, w)) is not None)
    left = count
    for pair in islice(found, count):
        left -= 1
        yield pair
    if left and is_large:
        raise ArgumentError("f is finite at too few random points; a loss that is defined around at is needed")


def _one_by_one(function: LossFunction, rng: np.random.Generator, count: int) -> Iterator[Array]:
    """Yield points: wide ones, and then such as keep the signs of the example point."""
    for draw in (wide, nearby):
        for _ in range(2 * count):
            yield draw(function, rng, 1)[0]


def _finite(function: LossFunction, w: Array) -> Seen | None:
    """Return what is seen at a point if the loss is finite there."""
    try:
        seen = function.observe(w)
    except ArgumentTypeError:  # not a scalar: no matter of the point
        if function.layout.n > LARGE:
            raise
        return None
    except Exception:
        return None
    return seen if np.isfinite(seen["loss"]) else None


@dataclass(frozen=True, eq=False)
class Rows:
    r"""Normalised rows :math:`w\odot\nabla f(w)` with the noise of each.

    Attributes
    ----------
    values : array, (K, n)
        Of length 1 each.
    noise : array, (K,)
        How much a row changes, relative to its length, when w moves by one ulp.
    vanishing : int
        At how many further points the gradient was zero, so that there is no row.
    """

    values: Array
    noise: Array
    vanishing: int = 0

    def kept(self) -> Rows:
        """Return the rows without those that are much noisier than the others, or mostly noise."""
        if not len(self.noise):
            return self
        keep = self.noise <= min(100 * float(np.median(self.noise)) + 1e-14, 1e-3)
        return Rows(self.values[keep], self.noise[keep], self.vanishing)

    def __add__(self, other: Rows) -> Rows:
        return Rows(
            np.concatenate([self.values, other.values]),
            np.concatenate([self.noise, other.noise]),
            self.vanishing + other.vanishing,
        )


def rows_at(function: LossFunction, ws: Array, rng: np.random.Generator) -> Rows:
    """Return the rows at the points ``ws`` (K, n); points where the gradient is zero or not finite are left out."""
    first, *others = _log_gradients(function, ws, rng)
    lengths = np.linalg.norm(first, axis=1)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        apart = [np.linalg.norm(other - first, axis=1) for other in others]
        noise = np.max([*apart, _rounding(function, ws)], axis=0) / lengths
        usable = np.isfinite(lengths) & (lengths > 0) & np.isfinite(noise)
        return Rows(first[usable] / lengths[usable, None], noise[usable], int(np.sum(lengths == 0)))


def _log_gradients(function: LossFunction, ws: Array, rng: np.random.Generator) -> list[Array]:
    """Return w⊙∇f(w) at w and beside it, or with two different steps of differences."""
    if function.gradients is None:
        return [np.array([_differences(function, w, h) for w in ws]).reshape(ws.shape) for h in _steps(function)]
    ulp = np.finfo(function.dtype).eps
    with np.errstate(all="ignore"):
        moved = ws * (1 + ulp * rng.choice([-1.0, 1.0], size=ws.shape))
        found = [ws * _gradients(function, x) for x in (ws, moved)]
        if ws.shape[1] > FEW:
            return found
        # a sum of few terms may round alike an ulp away, or along a symmetry; the mean over both ends of a step of
        # about √ulp that is along none differs by rounding, and by about an ulp
        for _ in range(2):
            x = np.sqrt(ulp) * rng.uniform(-2, 2, size=ws.shape)
            up, down = (ws * _gradients(function, ws * (1 + s * x)) for s in (1, -1))
            found.append((up + down) / 2)
        return found


def _steps(function: LossFunction) -> tuple[float, float]:
    """Return the two relative steps of differences."""
    return (6e-6, 3e-6) if function.dtype == np.float64 else (5e-3, 2.5e-3)


def _rounding(function: LossFunction, ws: Array) -> Array:
    """Return what the last bit of the loss does to differences (K,), be two steps alike by luck; zero for gradients."""
    if function.gradients is not None:
        return np.zeros(len(ws))
    ulp = np.finfo(function.dtype).eps
    return np.array([ulp * abs(float(function.loss(w))) / _steps(function)[0] for w in ws])


def _gradients(function: LossFunction, ws: Array) -> Array:
    """Return gradients in chunks; where one fails, its points one by one, with NaN for those that raise.

    Raises
    ------
    ArgumentError
        If the gradient raises at every point: then it is no matter of the points.
    """
    assert function.gradients is not None
    out = np.full(ws.shape, np.nan)
    failure: Exception | None = None
    computed = 0
    for start in range(0, len(ws), CHUNK):
        chunk = slice(start, start + CHUNK)
        try:
            out[chunk] = function.gradients(ws[chunk])
            computed += 1
        except Exception:
            for k in range(start, min(start + CHUNK, len(ws))):
                try:
                    out[k] = function.gradients(ws[k : k + 1])[0]
                    computed += 1
                except Exception as error:  # a dead neuron, say: the loss is not defined there
                    failure = error
    if failure is None or computed:
        return out
    if isinstance(failure, PsitheoryError):
        raise failure
    said = " ".join(str(failure).split())
    raise ArgumentError(f"the gradient raised {type(failure).__name__} at every point: {said}") from failure


def _differences(function: LossFunction, w: Array, h: float) -> Array:
    """Return central differences of t ↦ f(w + t w_j e_j) for each j."""
    out = np.empty(len(w))
    for j in range(len(w)):
        up, down = w.copy(), w.copy()
        up[j] *= 1 + h
        down[j] *= 1 - h
        out[j] = (function.loss(up) - function.loss(down)) / (2 * h)
    return out
