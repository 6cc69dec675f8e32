"""A race as the command runs it: optimisers and a model by name, starts of all scales, and what is printed of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from psitheory.errors import ArgumentError, shown
from psitheory.experiments.race import FAR, Race
from psitheory.experiments.race import race as race_from
from psitheory.experiments.trajectory import riemannian_square
from psitheory.models.interface import Model, Smoothness
from psitheory.models.named import named_model
from psitheory.optimizers.named import Named, named_optimizer
from psitheory.rates import largest_curvature

if TYPE_CHECKING:
    from psitheory.checking import Exhibit
    from psitheory.report.terminal import Piece

SCALES = "1e-2:1e2"
SCALES_OF = {"digits": "1e-1:1e1"}
LARGEST = 1e150
"""The largest scale: its axis, margins and all, does not overflow."""

MOST_SCALES = 1000

CLASSES = 4
"""Starts of other classes at each scale."""

FEW_WEIGHTS = 96
"""Up to so many weights the curvature is looked at in every start, beyond in the first."""


@dataclass(frozen=True, eq=False)
class Finished:
    """A race that was run, and what it was run on.

    Attributes
    ----------
    model : str
    rate : float
        Of weights of norm 1.
    origin : str
        Where the rate is from.
    optimizers : dict of str to Named
    free : int
        The number p of free parameters.
    race : Race
    seed : int
    """

    model: str
    rate: float
    origin: str
    optimizers: dict[str, Named]
    free: int
    race: Race
    seed: int

    @cached_property
    def exhibit(self) -> Exhibit:
        """What is drawn."""
        titles = {name: named.title for name, named in self.optimizers.items()}
        return self.race.exhibit(f"Steps from equivalent starts: {self.model}", labels=titles)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "model": self.model,
            "rate": self.rate,
            "rate_from": self.origin,
            "seed": self.seed,
            **self.race.to_dict(),
        }

    def pieces(self) -> list[Piece]:
        """Return what is printed: the setting, a table of steps, a line for each optimiser."""
        from rich.table import Table

        found = self.race
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0), collapse_padding=True)
        for head in ("scale", *found.equivalent):
            table.add_column(head, no_wrap=True, justify="right")
        for k, a in enumerate(found.scales):
            steps = (counts[k] for counts in found.equivalent.values())
            table.add_row(f"{a:.3g}", *(str(t) if t >= 0 else f"> {found.max_steps}" for t in steps))
        setting = (
            f"{self.model}: steps to G ≤ {found.target:.3g} at rate {self.rate:.3g} ({self.origin}), seed {self.seed}"
        )
        lines = [self._line(name) for name in found.equivalent]
        if found.at_goal:
            lines.append(
                f"{found.at_goal} of the {CLASSES * np.count_nonzero(found.scales >= FAR)} starts of other classes at "
                f"a ≥ {FAR:.3g} {'is' if found.at_goal == 1 else 'are'} at the goal already, and in no fit."
            )
        if self.free:
            lines.append(
                f"The theory's slopes are those of blocks alone; {self.model} has {self.free} free parameters too, "
                "which learn at the same rate from every scale."
            )
        return [setting, "", table, "", *lines]

    def _line(self, name: str) -> str:
        counts, fit = self.race.equivalent[name], self.race.fits[name]
        growth = self.optimizers[name].growth
        theory = "in theory no power" if growth is None else f"theory {growth / 2:g}"
        same = f"{name}: "
        if len(set(counts)) == 1 and counts[0] >= 0:
            same += f"{counts[0]} {'step' if counts[0] == 1 else 'steps'} from every scale; "
        if not math.isfinite(fit.upper - fit.lower):
            return f"{same}too few scales a ≥ {FAR:.3g} from which all runs arrive to fit a slope, {theory}"
        return f"{same}slope against a² for a ≥ {FAR:.3g} is {fit}, {theory}"


def run_race(
    model: str,
    optimizers: str,
    *,
    scales: str | None = None,
    count: int = 33,
    max_steps: int = 50_000,
    target: float | None = None,
    rate: float | None = None,
    seed: int = 0,
) -> Finished:
    """Race optimisers on a model, all of them by name.

    Parameters
    ----------
    model : str
    optimizers : str
        Names with commas between them.
    scales : str, optional
        ``LOW:HIGH``.
    count : int
        How many scales, log-spaced.
    max_steps : int
    target : float, optional
        The squared gradient that is to be reached; a hundredth of the one at the first start if left out.
    rate : float, optional
        1/L if left out.
    seed : int
        Draws the starts.

    Raises
    ------
    ArgumentError, UnknownName
        If a name is unknown, or a number is not one that is needed.
    """
    grid = _scales(SCALES_OF.get(model, SCALES) if scales is None else scales, count)
    if max_steps < 1:
        raise ArgumentError(f"--max-steps is {max_steps}; at least 1 is needed")
    if seed < 0:
        raise ArgumentError(f"--seed is {seed}; at least 0 is needed")
    for option, value in (("--target", target), ("--rate", rate)):
        if value is not None and not 0 < value < math.inf:
            raise ArgumentError(f"{option} is {value:g}; a positive number is needed")
    names = [name.strip() for name in optimizers.split(",")]
    built, draw = named_model(model)
    for name in names:
        named_optimizer(name, built, rate=1, length=1)  # a wrong name is told before anything takes time
    rng = np.random.default_rng(seed)
    start, others = draw(rng), draw(rng, (CLASSES, count))
    square = _square(built, start)
    goal = square / 100 if target is None else target
    if goal >= square:
        raise ArgumentError(f"--target is {goal:g}, but G is {square:.3g} at the start already; less is needed")
    smoothness = None if rate is not None else _smoothness(built, start, others)
    eta = 1 / float(smoothness.value) if smoothness else float(rate or 0)
    origin = f"1/L, L {smoothness.kind}" if smoothness else "as given"
    # as long as a step of gradient descent from weights of norm 1 is at the goal
    length = eta * math.sqrt(goal)
    methods = {name: named_optimizer(name, built, rate=eta, length=length) for name in names}
    found = race_from(
        built,
        {name: named.optimizer for name, named in methods.items()},
        start,
        others,
        grid,
        target=goal,
        max_steps=max_steps,
    )
    return Finished(model, eta, origin, methods, built.layout.p, found, seed)


def _scales(text: str, count: int) -> np.ndarray:
    if count < 2:
        raise ArgumentError(f"--count is {count}; at least 2 is needed")
    if count > MOST_SCALES:
        raise ArgumentError(f"--count is {count}; at most {MOST_SCALES} is needed, each being a row of the table")
    try:
        low, high = (float(end) for end in text.split(":"))
    except ValueError:
        raise ArgumentError(f"--scales is {shown(text)}; LOW:HIGH is needed, such as {SCALES}") from None
    if not 1 / LARGEST <= low < high <= LARGEST:
        ends = f"between {1 / LARGEST:g} and {LARGEST:g}"
        raise ArgumentError(f"--scales is {shown(text)}; LOW < HIGH {ends} are needed, such as {SCALES}")
    return np.geomspace(low, high, count)


def _square(model: Model, w: np.ndarray) -> float:
    return float(riemannian_square(model.layout, w, model.evaluate(w).gradient))


def _smoothness(model: Model, start: np.ndarray, others: np.ndarray) -> Smoothness:
    """Return the model's L, or the largest curvature at the starts where it knows none."""
    known: Smoothness | None = getattr(model, "smoothness", None)
    if known is not None:
        return known
    points = np.vstack([start, others.reshape(-1, model.layout.n)]) if model.layout.n <= FEW_WEIGHTS else start
    return largest_curvature(model, points, tolerance=1e-4)
