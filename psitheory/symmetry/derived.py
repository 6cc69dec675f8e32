"""Symmetries that scale types derive, confirmed by runs: all at once, each by a scale of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from psitheory.arithmetic import Array
from psitheory.scaletypes.models.algebra import Algebra
from psitheory.scaletypes.models.types import ModelTypes
from psitheory.symmetry.baseline import Baseline, baseline, example_baselines, usable_baselines
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.sampling import LARGE
from psitheory.symmetry.without_effect import without_effect

POINTS = 2
CONTROLS = 2
NEAR, FAR = 4, 30
"""Exponents of two up to about which scales are tried."""


@dataclass(frozen=True, eq=False)
class Derived:
    """The scale types of a function, and what became of the runs.

    Attributes
    ----------
    types : ModelTypes
    function, clean : LossFunction
        As it is, and without its small constants.
    exact, up_to_eps : bool
        Whether runs confirmed what is derived of each.
    bit_for_bit : bool
        Whether powers of two changed no bit of either.
    """

    types: ModelTypes
    function: LossFunction
    clean: LossFunction
    exact: bool
    up_to_eps: bool
    bit_for_bit: bool
    bases: Sequence[Baseline]
    clean_bases: Sequence[Baseline]

    @cached_property
    def reach(self) -> int:
        """Return to about which power of two, up and down, runs confirm what is derived."""
        if not (self.confirmed and self.function.dtype == np.float64):
            return NEAR
        far = confirmed(self.clean, self.clean_bases, self.types.exact, np.random.default_rng(0), FAR)[0]
        return FAR if far else NEAR

    @property
    def confirmed(self) -> bool:
        """Return whether runs agree with all that is derived."""
        return self.exact and self.up_to_eps

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a reader must know of the derivation."""
        eps = [f"eps {d.constant:g}: {d}" for d in self.types.eps]
        floors = [
            f"{f'a floor of {d.constant:g}, so ' * bool(d.constant)}from a scale on: {d}" for d in self.types.floors
        ]
        bound = ["types give a lower bound, since not all of it was derived"] if self.types.missing else []
        return (*_few(eps), *_few(floors), *_few(list(self.types.missing)), *bound)


def _few(lines: list[str]) -> list[str]:
    return lines[:4] + ([f"… and {len(lines) - 4} more such lines"] if len(lines) > 4 else [])


def derived(function: LossFunction, rng: np.random.Generator) -> Derived | None:
    """Derive the types of a function and confirm them by runs; None where it has none."""
    if function.types is None:
        return None
    controls = CONTROLS if function.layout.n <= LARGE else 1  # more are taken where these do not explain a change
    bases = usable_baselines(function, rng, POINTS, controls=controls)
    bases += example_baselines(function, rng) if function.layout.n <= LARGE else []
    ignored = without_effect(function, bases, rng)
    function.types(ignored)  # before the constants, which it finds too
    clean, clean_bases = _clean(function, bases, rng)

    def with_ignored(ignored: Mapping[str, Array]) -> Derived:
        assert function.types is not None
        types = function.types(ignored)
        exact, same = confirmed(function, bases, types.exact, rng)
        loose, alike = confirmed(clean, clean_bases, types.up_to_eps, rng) if clean is not function else (exact, True)
        return Derived(types, function, clean, exact, loose, same and alike, bases, clean_bases)

    found = with_ignored(ignored)
    # entries that had no effect at some points (a dead neuron) may have one at others
    return found if found.confirmed or not ignored else with_ignored({})


def _clean(
    function: LossFunction, bases: Sequence[Baseline], rng: np.random.Generator
) -> tuple[LossFunction, Sequence[Baseline]]:
    """Return the function without its small constants, or as it is where it is not defined without them."""
    clean = function if function.without_eps is None else function.without_eps()
    if clean.observe is function.observe:
        return function, bases
    pairs = []
    for base in bases:
        try:
            one = clean.observe(base.w)
        except Exception:  # a variance of zero
            continue
        pairs += [(base, one)] if np.isfinite(one["loss"]) else []
    if len(pairs) < min(POINTS, len(bases)):
        return function, bases
    if function.layout.n > LARGE:
        return clean, [base.beside(one, clean.dtype) for base, one in pairs]
    return clean, [baseline(clean, base.w, rng, controls=CONTROLS, seen=one) for base, one in pairs]


def confirmed(
    function: LossFunction, bases: Sequence[Baseline], algebra: Algebra, rng: np.random.Generator, reach: int = NEAR
) -> tuple[bool, bool]:
    """Return whether random elements of an algebra leave a function unchanged at some points, and bit for bit."""
    told = [base for base in bases if not base.blind("loss")] or bases
    exact, w = True, np.empty(function.layout.n)  # one array for all: new pages cost more than the arithmetic
    ways = (True, False)
    is_large = function.layout.n > LARGE and len(told) >= len(ways)  # each element moves all that is free, at random
    for base, whole in zip(told, ways, strict=False) if is_large else product(told, ways):
        w[...] = base.w
        move(function, w, algebra, algebra.random(rng, whole=whole, size=reach / 2))
        move_unread(function, w, algebra, rng)
        with np.errstate(all="ignore"):
            change = base.change(function.observe(w), "loss")
        if not base.explains(change, function, w, "loss", added=True):
            return False, False
        exact = exact and (change.exact or not whole)
    return True, exact


def move(function: LossFunction, w: Array, algebra: Algebra, values: Mapping[int, float]) -> None:
    """Multiply each entry of w, in place, by two to the power of its exponent, and round to the function's dtype."""
    for name in algebra.parameters:
        view = function.layout.view(name, w)
        algebra.rescale(name, view, values)
        view[...] = view.astype(function.dtype)


def move_unread(function: LossFunction, w: Array, algebra: Algebra, rng: np.random.Generator) -> None:
    """Multiply each entry that is said to have no effect, in place, by a power of two of its own."""
    for name, mask in algebra.unread.items():
        view = function.layout.view(name, w)
        view[mask] *= np.exp2(rng.integers(1, NEAR + 1, int(mask.sum())))
