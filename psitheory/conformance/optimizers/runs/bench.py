r"""Runs of one method from equivalent starts, how far they are apart, and what rounding alone would explain.

Two runs, x from :math:`w_0` and y from :math:`a\cdot w_0`, are compared in two ways, block by block:

* *full*: :math:`\|y_i/a_i - x_i\| / \|x_i\|`, zero if the run commutes with the rescaling;
* *class*: :math:`\|y_i/\|y_i\| - x_i/\|x_i\|\|`, zero if both visit the same classes.

Free parts are compared by :math:`\|y_v - x_v\|/\|x_v\|` in both.  A gap is judged relative to how far the runs
moved, and against controls: the same run with its start and every point at which a gradient is taken moved by one
ulp.  A small gap at generic scales that stays as it is when the rescaling nearly goes away, :math:`a^{1/16}`, is due to
coarse arithmetic inside the method; a true break would fall with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np

from psitheory.arithmetic import norm
from psitheory.conformance.optimizers.runs.branches import Branches
from psitheory.conformance.optimizers.runs.change import MODES, Change, CodeRaised, Gap, Mode
from psitheory.conformance.optimizers.runs.derived import Derived
from psitheory.conformance.optimizers.runs.network import (
    Network,
    network_of_more_layers,
    network_of_other_shapes,
    one_ulp_away,
)
from psitheory.conformance.optimizers.runs.run import Runs
from psitheory.conformance.optimizers.runs.seeds import seeded
from psitheory.errors import PsitheoryError
from psitheory.limits import foreign
from psitheory.scaletypes.equations import Kind

TIMES = (1, 2, 3, 5, 10, 30, 100)
"""The steps after which runs are compared: there are methods that pass the first few and fail later."""

ENOUGH = 10
"""Steps that must be decided before anything holds."""
CONTROLS = 3
WATCHED = 3
"""Steps of rescaled runs in which branches are noted, which takes half as long again: scales show in the first."""
ONSET = 2**10
"""Units of rounding that runs are at most apart where they first differ, if nothing but rounding parts them."""
CONTROL_FACTOR = 10
NEARLY_NOTHING = 1 / 8
"""The share of the logarithms of a rescaling that is left where it nearly goes away."""
PARTS = (1 / 2, 8 / 11, 1)
"""The parts of that which are tried: some roundings stay the same."""
COARSE = 0.05
"""A gap, relative to the motion, that arithmetic inside a method may cause, such as sixteen-bit floats."""


@dataclass
class Bench:
    """Runs of one method on one network; each run is made once and kept."""

    method: Runs
    network: Network
    seed: int
    steps: int = TIMES[-1]
    _runs: dict[Change, tuple[int, Mapping[int, np.ndarray]]] = field(default_factory=dict)
    _raised: dict[Change, CodeRaised] = field(default_factory=dict)
    _gaps: dict[tuple[Change, Change, int], dict[Mode, Gap]] = field(default_factory=dict)
    _views: dict[tuple[Change, int, Mode], np.ndarray] = field(default_factory=dict)
    _noises: dict[tuple[Change, int, Mode, int], float] = field(default_factory=dict)
    not_of_kernels: set[tuple[Mode, str]] = field(default_factory=set)
    """The laws that break where a layer is a kernel of a convolution, but not on matrices of the same size."""
    of_named_layers: set[tuple[Mode, str]] = field(default_factory=set)
    """The laws that break in a network of more layers, but not where those of the usual one alone are rescaled."""
    fails_elsewhere: str = ""
    """What became of runs on a network of other shapes that came to no end, or to no number."""
    parted_later: dict[tuple[Mode, str], tuple[int, str]] = field(default_factory=dict)
    """The step at which runs part after those that are compared, by what is no break, and what that is."""
    strays: dict[tuple[float, int], int | None] = field(default_factory=dict)
    _types: dict[str, tuple[Derived | None, str]] = field(default_factory=dict)
    branches: Branches = field(default_factory=Branches)

    def afresh(self) -> Bench:
        """Return the same bench without any run."""
        return Bench(self.method, self.network, self.seed, self.steps)

    def without_free(self) -> Bench:
        """Return the bench on which the free part of the weights is fixed."""
        if self.network.fixed:
            return self
        bare = self.network.without_free()
        return Bench(self.method, bare, self.seed, self.steps, _types=self._types, branches=self.branches)

    @property
    def derivation(self) -> tuple[Derived | None, str]:
        """Return the scale types of the method, or None and the reason why there are none."""
        if "found" not in self._types:
            self._types["found"] = Derived.of(self.method, self.network, self.seed)
        return self._types["found"]

    @property
    def derived(self) -> Derived | None:
        """Return the scale types of the method, if everything was derived."""
        found = self.derivation[0]
        return found if found is not None and not found.missing else None

    @cached_property
    def on_matrices(self) -> Bench:
        """Return the bench on a network of other shapes."""
        return self._on(network_of_other_shapes(self.network.dtype, self.seed, kernels=False))

    @cached_property
    def on_kernels(self) -> Bench:
        """Return the bench on a network of other shapes, of which one is that of a kernel of a convolution."""
        return self._on(network_of_other_shapes(self.network.dtype, self.seed, kernels=True))

    @cached_property
    def on_more_layers(self) -> Bench:
        """Return the bench on a network of more layers."""
        return self._on(network_of_more_layers(self.network.dtype, self.seed))

    def _on(self, other: Network) -> Bench:
        network = other.without_free() if self.network.fixed else other
        return Bench(self.method, network, self.seed, self.moved_by, branches=self.branches)

    @cached_property
    def moved_by(self) -> int:
        """Return the number of steps by which ranges are tried: as many as decide, and until something has moved."""
        times = [t for t in self.times if t >= ENOUGH] or [self.steps]
        start = Change()
        return next((t for t in times if self.gaps(start, start, t, t)["class"].motion > 0), times[-1])

    @cached_property
    def in_double(self) -> Bench:
        """Return the bench on which the same method runs in double precision."""
        return Bench(self.method, replace(self.network, start=self.network.start.astype(float)), self.seed, self.steps)

    @property
    def times(self) -> tuple[int, ...]:
        """Return the steps after which runs are compared."""
        return (*(t for t in TIMES if t < self.steps), self.steps)

    @property
    def eps(self) -> float:
        """Return the unit of rounding."""
        return float(np.finfo(self.network.dtype).eps)

    @property
    def chaos(self) -> float:
        """Return the size of a control's gap above which nothing is decided."""
        return 1e-6 if self.eps < 1e-12 else 1e-3

    def start(self, change: Change) -> np.ndarray:
        """Return the rescaled start, moved by one ulp if a control run asks for it."""
        w = self.network.layout.scale(change.scales(self.network), self.network.first)
        return one_ulp_away(w, np.random.default_rng(change.noise)) if change.noise else np.asarray(w)

    def points(self, change: Change, steps: int) -> Mapping[int, np.ndarray]:
        """Return the points of a run at 0 and at the times up to ``steps``."""
        length, points = self._runs.get(change, (-1, {}))
        if length >= steps:
            return points
        if change in self._raised:
            raise self._raised[change]
        wanted, points = {0, steps, *(t for t in self.times if t <= steps)}, {}
        with seeded(self.seed), np.errstate(all="ignore"):
            for t, w in zip(range(steps + 1), self._run(change, steps), strict=False):
                if t in wanted:
                    points[t] = w
        self._runs[change] = steps, points
        return points

    def _run(self, change: Change, steps: int) -> Iterator[np.ndarray]:
        step, is_open = 0, self.branches.open
        try:
            run = self.method.run(
                self.network,
                self.start(change),
                steps,
                self.seed,
                rate=float(np.exp2(change.rate)),
                constants=dict(change.constants),
                noise=np.random.default_rng(change.noise) if change.noise else None,
            )
            while (w := self._next(run, watched=is_open and (change == Change() or step < WATCHED))) is not None:
                step += 1
                yield w
        except PsitheoryError:
            raise
        except Exception as error:
            self._raised[change] = CodeRaised(error, change, step)
            raise self._raised[change] from error

    def _next(self, run: Iterator[np.ndarray], *, watched: bool) -> np.ndarray | None:
        with foreign("a step of the optimiser"), self.branches.watched() if watched else nullcontext():
            return next(run, None)

    def every_point(self, change: Change, steps: int) -> Iterator[np.ndarray]:
        """Return the points of a run at 0, 1, …, ``steps``, which are not kept."""
        with seeded(self.seed), np.errstate(all="ignore"):
            return iter(list(islice(self._run(change, steps), steps + 1)))

    # -- comparison -----------------------------------------------------------------------------

    def gaps(self, base: Change, change: Change, t: int, steps: int) -> dict[Mode, Gap]:
        """Return how far the two runs are apart after ``t`` of ``steps`` steps."""
        key = base, change, t
        if key not in self._gaps:
            x, y = self.points(base, steps), self.points(change, steps)
            if t not in x or t not in y:
                return dict.fromkeys(MODES, Gap(np.inf, np.inf, False, False))
            with np.errstate(all="ignore"):
                found = {mode: self.gap_of(mode, base, change, (x[0], x[t]), (y[0], y[t]), t) for mode in MODES}
            self._gaps[key] = found
        return self._gaps[key]

    def first_difference(self, base: Change, change: Change, steps: int, mode: Mode) -> tuple[int, Gap] | None:
        """Return the first step after which the two runs are not the same bit for bit, and the gap there."""
        x, y = list(self.every_point(base, steps)), list(self.every_point(change, steps))
        for t, (xt, yt) in enumerate(zip(x, y, strict=False)):
            gap = self.gap_of(mode, base, change, (x[0], xt), (y[0], yt))
            if not gap.exact:
                return t, gap
        return None

    def gap_of(
        self, mode: Mode, base: Change, change: Change, x: tuple[Any, Any], y: tuple[Any, Any], t: int | None = None
    ) -> Gap:
        """Return how far two runs are apart, of each the start and the point at a step."""
        x0, xt = (self._seen(mode, base, w, s) for w, s in zip(x, (0, t), strict=True))
        y0, yt = (self._seen(mode, change, w, s) for w, s in zip(y, (0, t), strict=True))
        finite = bool(np.all(np.isfinite(x[1])) and np.all(np.isfinite(y[1])))
        motion = max(self.apart(xt, x0, free=False), self.apart(yt, y0, free=False))
        return Gap(self.apart(xt, yt), motion, bool(np.array_equal(xt, yt)), finite)

    def _seen(self, mode: Mode, change: Change, w: np.ndarray, t: int | None) -> np.ndarray:
        """Return the points of a run as a mode compares them; those at the times of the bench are kept."""
        key = change, t if t is not None else -1, mode
        if key in self._views:
            return self._views[key]
        layout = self.network.layout
        seen = layout.units(w) if mode == "class" else layout.scale(1 / change.scales(self.network), w)
        if t is not None:
            self._views[key] = np.asarray(seen)
        return np.asarray(seen)

    def apart(self, x: np.ndarray, y: np.ndarray, *, free: bool = True) -> float:
        """Return the largest distance of two blocks, or of the free parts too, relative to their size."""
        layout = self.network.layout
        size, gap = layout.norms(x), layout.norms(y - x)
        pairs = [(gap, size)]
        if layout.p and free:
            v = layout.free_part(x)
            pairs.append((norm(layout.free_part(y) - v, keepdims=True), norm(v, keepdims=True)))
        worst = max(float(np.max(np.where(g > 0, g / s, g))) for g, s in pairs if g.size)
        return worst if worst == worst else np.inf

    # -- what rounding explains -----------------------------------------------------------------

    def noise(self, change: Change, t: int, steps: int, mode: Mode, controls: int = CONTROLS) -> float:
        """Return the gap that rounding alone explains up to step ``t`` of a run: ten times the largest of controls."""
        key = (change, t, mode, controls)
        if key not in self._noises:
            worst = 2 * self.eps
            for s in (s for s in self.times if s <= t):
                for k in range(1, controls + 1):
                    gap = self.gaps(change, replace(change, noise=k), s, steps)[mode]
                    worst = max(worst, gap.defect if gap.finite else 0.0)
            self._noises[key] = CONTROL_FACTOR * worst
        return self._noises[key]

    def explained(self, base: Change, change: Change, t: int, steps: int, mode: Mode) -> float:
        """Return what rounding explains of the gap of two runs, by as few controls as do: all of both, if none does."""
        gap, allowed = self.gaps(base, change, t, steps)[mode].defect, 0.0
        for each in (base, change):
            for count in range(1, CONTROLS + 1):
                allowed = max(allowed, self.noise(each, t, steps, mode, count))
                if gap <= allowed:
                    return allowed
        return allowed

    def is_coarse(self, base: Change, change: Change, t: int, steps: int, mode: Mode) -> bool:
        """Tell whether a small gap stays when the rescaling nearly goes away, as coarse arithmetic inside makes it.

        Types that ask for more tell that it is none.  Without types nearly nothing is as much as the gap itself, about
        a unit of what is rounded: what depends smoothly on logarithms of lengths then falls.
        """
        gap = self.gaps(base, change, t, steps)[mode]
        if base.exponents or gap.relative > COARSE or not change.exponents:
            return False
        most = NEARLY_NOTHING
        if self.derived is None:
            most = min(most, gap.relative / (np.log(2) * max(map(abs, change.exponents))))
        elif not change.constants and any(  # types are those of the method with the constants that it has
            b.kind is Kind.HARD for b in self.derived.breaks_of(self.network, mode, change) or ()
        ):
            return False
        near = [self.gaps(base, change.times(most * part), t, steps)[mode].defect for part in PARTS]
        return gap.defect / 3 < max(near) < np.inf
