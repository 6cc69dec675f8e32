r"""Whether a null direction is a symmetry: :math:`f(\exp(sc)\,w) = f(w)` at finite s, on fresh weights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from psitheory.arithmetic import Array
from psitheory.symmetry.baseline import Baseline, Change, baseline
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.generator import Generator

SHIFTS = (10 * float(np.log(2)), -10 * float(np.log(2)), 0.7, -1.3)
"""How far along a generator its certificate goes: by powers of two first, then generically."""

FAR, FARTHEST = 30, 60
"""How far, in powers of two, one generator goes besides, and all together: a threshold may lie there."""


@dataclass(frozen=True, eq=False)
class Rejected:
    """A null direction of the samples that is no symmetry: it fails at a finite scale on fresh weights."""

    generator: Generator
    change: float
    allowed: float

    def __str__(self) -> str:
        return f"{self.generator}: f changes by {self.change:.2g} of its size, rounding explains {self.allowed:.1g}"


def failures(
    function: LossFunction, generators: Sequence[Generator], fresh: Sequence[Baseline], rng: np.random.Generator
) -> tuple[list[Rejected], bool]:
    """Return the generators that fail at a finite scale, and whether the others hold to the last bit.

    All are applied at once, each by a shift of its own; only if that is seen are they tried one by one.
    """
    if not generators:
        return [], True
    everything = _changes(function, fresh, lambda _, w: _shifted(generators, rng, w))
    if not any(change.seen for change in everything):
        powers = [*_changes(function, fresh, lambda _, w: _shifted(generators, rng, w, whole=True))]
        return _far_failures(function, generators, fresh, rng), all(change.exact for change in powers)
    failed, exact = [], True
    for generator in generators:
        found: list[Change] = []
        for change in _changes(function, fresh, lambda s, w, g=generator: g.act(s, w)):  # type: ignore[misc]
            found.append(change)
            if change.seen:
                failed.append(Rejected(generator, change.size, change.allowed))
                break
        else:
            exact = exact and all(change.exact for change in found[: len(fresh)])
    return failed, exact


def _changes(
    function: LossFunction, fresh: Sequence[Baseline], act: Callable[[float, Array], Array]
) -> Iterator[Change]:
    """Yield what each shift changes at each fresh point; first the points of the first shift, then the next."""
    for s in SHIFTS:
        for base in fresh:
            try:
                with np.errstate(all="ignore"):
                    w = act(s, base.w)
                    change = base.change(function.observe(w), "loss")
                    if base.explains(change, function, w, "loss"):
                        change = replace(change, allowed=max(change.allowed, change.size))
            except Exception:  # f is not defined there, so it is not unchanged there
                change = Change(float("inf"), base.allowed["loss"], False)
            yield change


def _far_failures(
    function: LossFunction, generators: Sequence[Generator], fresh: Sequence[Baseline], rng: np.random.Generator
) -> list[Rejected]:
    """Return the generators that fail where they lead far up, though they hold nearby.

    All are tried at once first, half of them down, then the other half.  Far down alone a failure is a floor, such as
    that under a norm.
    """
    log2 = float(np.log(2))
    signs = rng.choice([-1.0, 1.0], size=len(generators)) * log2
    most = max(1.0, float(np.max(np.abs(sum(s * g.exponents for s, g in zip(signs, generators, strict=True))))) / log2)

    def together(way: int, w: Array) -> Array:
        for s, generator in zip(signs, generators, strict=True):
            w = generator.act(way * s * min(FAR, FARTHEST // most), w)
        return w

    if all(_far_change(function, base, together(way, base.w)) is None for base in fresh for way in (1, -1)):
        return []
    failed = []
    for generator in generators:
        up = FAR // max(1.0, float(np.max(np.abs(generator.exponents)))) * log2
        found = (_far_change(function, base, generator.act(up, base.w)) for base in fresh)
        change = next((change for change in found if change is not None), None)
        failed += [] if change is None else [Rejected(generator, change.size, change.allowed)]
    return failed


def _far_change(function: LossFunction, base: Baseline, w: Array) -> Change | None:
    """Return what changes at w, far from a point, if numbers of that size tell anything; else None."""
    try:
        with np.errstate(all="ignore"):
            change = base.change(function.observe(w), "loss")
            if not np.isfinite(change.size) or base.explains(change, function, w, "loss", added=True):
                return None
            here = baseline(function, w, np.random.default_rng(0), added=True)
    except Exception:  # f is not defined so far away
        return None
    return None if here.blind("loss") else change


def _shifted(generators: Sequence[Generator], rng: np.random.Generator, w: Array, whole: bool = False) -> Array:
    """Return w moved along every generator, by powers of two if ``whole``."""
    log2 = float(np.log(2))
    for generator in generators:
        w = generator.act(rng.integers(-6, 7) * log2 if whole else rng.uniform(-4, 4), w)
    return w
