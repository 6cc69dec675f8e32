"""Whether a law goes on to hold on a network of other shapes, since code may branch on shapes.

There are methods that factor matrices from 128 rows on, leave kernels of convolutions aside, or err where rows are
long, or layers more than two.  Sizes are drawn, since code may tell layers by them.  A break there is no such thing if
it goes with the eps of the method, or if constants or comparisons that may be met there are known of, or nothing is,
and it is gone at some other scale of all weights.  Of known constants one of at most 1 % need but die out with the
scale: a floor may stand before the scale at which it would be gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from psitheory.conformance.optimizers.causes.eps import LEFT
from psitheory.conformance.optimizers.comparing.equivariance import Level, Trial, judge, rescalings
from psitheory.conformance.optimizers.comparing.far_out import shifted
from psitheory.conformance.optimizers.comparing.limited import TOLERANCE, harmless, without_eps
from psitheory.conformance.optimizers.runs.bench import Bench
from psitheory.conformance.optimizers.runs.change import Change, CodeRaised, Constants, Mode
from psitheory.errors import PsitheoryError, said
from psitheory.scaletypes.optimizers.types import Break

EXPONENT = "exponent"
SHIFTS = (-4, 4, -12, 12, -32, 32, -64, 64)
"""Base-two logarithms of the scales of all weights at which a break may be gone, as that of a constant is."""

FADING = 0.75
"""The power of the scale with which an effect of at most 1 % must die out at least: that of an eps is 1 or 2."""


def broken_level(bench: Bench, mode: Mode, level: Level) -> Trial | None:
    """Return the trial that breaks the equivariance of a level there, or None."""
    return _found(bench, mode, level, lambda other: rescalings(other.network.layout, level, other.seed)[:2], 0.0)


def broken_exponent(bench: Bench, p: float, change: Callable[[Bench], Change]) -> Trial | None:
    """Return the trial that breaks the law of an exponent there, or None."""
    return _found(bench, "class", EXPONENT, lambda other: [change(other)], p)


def _found(bench: Bench, mode: Mode, law: str, changes: Callable[[Bench], Iterable[Change]], p: float) -> Trial | None:
    """Return the trial that breaks a law; what breaks it on kernels, or in further layers alone, is kept beside."""
    if not bench.network.usual:
        return None
    deep = _broken(bench, bench.on_more_layers, mode, changes, p)
    if deep is not None:
        if p or _broken(bench, bench.on_more_layers, mode, lambda other: _of_known_layers(bench, changes(other)), p):
            return deep
        bench.of_named_layers.add((mode, law))
    if not getattr(bench.method, "takes_tensors", False):
        return _broken(bench, bench.on_matrices, mode, changes, p)
    if _broken(bench, bench.on_kernels, mode, changes, p) is None:
        return None
    found = _broken(bench, bench.on_matrices, mode, changes, p)
    if found is None:
        bench.not_of_kernels.add((mode, law))
    return found


def _of_known_layers(bench: Bench, changes: Iterable[Change]) -> Iterable[Change]:
    """Return the changes of the layers that the usual network has too, since code may name them."""
    named = {part.name for part in bench.network.layout.parts}
    known = [part.name in named for part in bench.on_more_layers.network.layout.parts for _ in range(part.blocks)]
    for change in changes:
        yield replace(
            change, exponents=tuple(k * float(is_known) for k, is_known in zip(change.exponents, known, strict=True))
        )


def _broken(
    bench: Bench, other: Bench, mode: Mode, changes: Callable[[Bench], Iterable[Change]], p: float
) -> Trial | None:
    try:
        found = (_trial(other, mode, change) for change in changes(other))
        broken = next((t for t in found if t is not None and not _excused(bench, other, mode, t, p)), None)
        if broken is None and not all(map(_is_finite, other.points(Change(), other.steps).values())):
            bench.fails_elsewhere = bench.fails_elsewhere or "its runs are not finite"
        return broken
    except (CodeRaised, PsitheoryError) as error:  # the code is made for other shapes
        raised = error.error if isinstance(error, CodeRaised) else error
        bench.fails_elsewhere = bench.fails_elsewhere or f"it raised {type(raised).__name__}: {said(raised)}"
        return None


def _is_finite(w: np.ndarray) -> bool:
    return bool(np.all(np.isfinite(w)))


def _trial(other: Bench, mode: Mode, change: Change, k: int = 0, p: float = 0.0) -> Trial | None:
    """Return the trial of a change, all weights scaled by 2^k besides, if it is broken."""
    base = Change(constants=change.constants)
    base, moved = (shifted(other, each, k, p) for each in (base, change)) if k else (base, change)
    outcome = judge(other, moved, base, steps=other.steps)[mode]
    return Trial(change, outcome, other.network.layout) if outcome.status == "broken" else None


def _excused(bench: Bench, other: Bench, mode: Mode, trial: Trial, p: float) -> bool:
    derived, off, change = bench.derived, without_eps(other), trial.change
    off = off if harmless(other, off) else ()
    if off:  # what is left without them must be gone at some other scale
        change = replace(change, constants=off)
        rest = _trial(other, mode, change)
        if rest is None or rest.outcome.gap.relative <= LEFT * trial.outcome.gap.relative:
            return True
    large = trial.outcome.gap.relative > TOLERANCE  # numbers of few bits part runs by less
    if derived is not None:
        unknown = _unknown(derived.soft_breaks, off)
        if large and not unknown:
            return False
        if unknown and not large and any(_fades(other, mode, trial, k, p) for k in SHIFTS[:2]):
            return True
    return any(_trial(other, mode, change, k, p) is None for k in SHIFTS)


def _fades(other: Bench, mode: Mode, trial: Trial, k: int, p: float) -> bool:
    """Tell whether a break dies out with the scale 2^k of all weights like a constant beside a norm, or faster."""
    there = _trial(other, mode, trial.change, k, p)
    return there is None or there.outcome.gap.relative <= trial.outcome.gap.relative * 2.0 ** (-abs(k) * FADING)


def _unknown(breaks: Iterable[Break], off: Constants) -> bool:
    """Tell whether there are constants besides those that were taken away."""
    return any(c.name not in dict(off) for b in breaks for c in b.constants)
