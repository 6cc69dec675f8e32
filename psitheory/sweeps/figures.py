r"""Figures straight from a store: phase diagrams, and steps against an option with the fitted power."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from psitheory.checking import Exhibit
from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.sweeps.ensemble_fit import rates
from psitheory.sweeps.grid import SEED, Grid
from psitheory.sweeps.minima import minima
from psitheory.sweeps.table import ARRIVED, BROKEN, FAILED, MISSING, UNDER_WAY

Show = Literal["steps", "minimum"]

MOST_MINIMA = 6
"""So many minima have a colour of their own; the rest share one."""


def phase_diagram(
    store: str | Path,
    *,
    x: str = "rate",
    y: str = "scale",
    show: Show = "steps",
    panels: str | None = None,
    at: Mapping[str, Any] | None = None,
) -> Exhibit:
    r"""Return what became of the runs over two options, one of them mostly the rate.

    Parameters
    ----------
    store : path
    x, y : str
        Axes of numbers.
    show : {"steps", "minimum"}
        How many steps it took until half of the seeds arrived; or which minimum most of the seeds came to, for which
        ``weights = true`` is needed in the spec.
    panels : str, optional
        The axis that has a panel for each value; ``optimizer`` if left out.
    at : mapping, optional
        Values of the other axes.

    Returns
    -------
    Exhibit
        Where half of the seeds or more did not arrive, nothing is shaded: it is hatched as not there after the last
        step (censored), as diverged, as failed or as not run, whichever most of the others are.

    Raises
    ------
    UnknownName, ArgumentError
        If an axis is unknown or has no numbers, or another axis has several values.
    """
    if show not in ("steps", "minimum"):
        raise ArgumentError(f"show is {shown(show)}; 'steps' or 'minimum' is needed")
    whole = Grid.read(store).at(at or {})
    split = panels or ("optimizer" if "optimizer" in whole.names else None)
    rows = (split, y, x) if split else (y, x)
    numbers = {name: whole.numbers(name) for name in (x, y)}
    grid = whole.ordered(*rows)
    status = grid.columns["status"].reshape(-1, len(numbers[y]), len(numbers[x]), len(grid.labels[SEED]))
    goes = grid.sweep.run("target") is None and show == "minimum"
    came = (status == ARRIVED) | (goes & (status == UNDER_WAY))
    state = _states(status, came)
    z, labels = _steps(grid, status, state) if show == "steps" else _minima(grid, status, came, state)
    names = [str(name) for name in grid.labels[split]] if split else []
    model = grid.sweep.constants.get(("model", "name")) or (at or {}).get("model", "")
    scales = {f"{k}scale": "log" if _is_geometric(numbers[n]) else "linear" for k, n in (("x", x), ("y", y))}
    labels |= {"x": x, "y": y, "panels": ",".join(name.replace(",", ";") for name in names), **scales}
    labels |= dict(zip(("state 1", "state 2", "state 3", "state 4"), _words(grid), strict=True))
    seeds = len(grid.labels[SEED])
    what = "Steps to the target" if show == "steps" else "Which minimum"
    caption = f"{what} over {x} and {y}; {seeds} {'start' if seeds == 1 else 'starts'} in each cell. {labels['note']}"
    arrays = {"x": numbers[x], "y": numbers[y], "z": z, "state": state}
    return Exhibit("phase", f"{what}: {model}" if model else what, caption, arrays, labels)


def steps_against(
    store: str | Path,
    over: str = "scale",
    *,
    by: str = "optimizer",
    at: Mapping[str, Any] | None = None,
    window: tuple[float, float] = (0.0, math.inf),
) -> Exhibit:
    r"""Return the steps to the target against an axis, with the power law fitted over the ensemble.

    Parameters
    ----------
    store : path
    over : str
        An axis of positive numbers.
    by : str
        The axis that has a curve for each value.
    at : mapping, optional
        Values of the other axes.
    window : (low, high)
        Where the power law is fitted; where it is seen to bend, no line is drawn.

    Returns
    -------
    Exhibit
        Lines are medians, dots are seeds; hollow triangles stand for runs that did not arrive.

    Raises
    ------
    UnknownName, ArgumentError
        As :func:`phase_diagram` does.
    """
    whole = Grid.read(store).at(at or {})
    x = whole.numbers(over)
    split = by if by in whole.names else None
    grid = whole.ordered(*((split, over) if split else (over,)))
    names = (
        [str(name) for name in grid.labels[split]] if split else [str(grid.sweep.constants.get(("optimizer", "name")))]
    )
    steps = np.where(grid.columns["status"] == ARRIVED, grid.columns["steps_to_target"], np.nan)
    steps = steps.reshape(len(names), len(x), -1)
    arrays: dict[str, Any] = {"x": x, "limit": np.array(float(grid.sweep.steps))}
    words = {"x": over, "y": f"steps to G ≤ {grid.sweep.run('target'):.2g}", "limit": "not there yet", "dots": "seeds"}
    lines = []
    for name, rows in zip(names, steps, strict=True):
        arrays[name] = np.vstack([_half(rows), rows.T])
        fit = rates(store, over=over, at=dict(at or {}) | ({split: name} if split else {}), window=window)[0]
        bent = ", and it bends, so it is no power" if fit.bends else ""
        lines.append(f"{name}: {fit.slope:.3g} in [{fit.lower:.3g}, {fit.upper:.3g}]{bent}")
        if np.isfinite(fit.upper - fit.lower) and not fit.bends:
            fitted = np.isfinite(rows).all(axis=1) & (x >= window[0]) & (x <= window[1])
            arrays[f"{name}, fitted"] = np.where(fitted, fit.constant * x.astype(float) ** fit.slope, np.nan)
            words[f"{name}, fitted"] = f"$\\propto$ {over}$^{{{fit.slope:.2f}}}$"
    caption = (
        "Lines: the step at which half of the seeds have arrived. Dots: seeds. Hollow triangles: not there after the "
        "last step, and in no fit. Exponents over the seeds: " + "; ".join(lines) + "."
    )
    return Exhibit("race", f"Steps to the target against {over}", caption, arrays, words)


def _half(steps: np.ndarray) -> np.ndarray:
    """Return the least number of steps by which half of the seeds have arrived, NaN if they never have."""
    ordered = np.sort(steps, axis=-1)  # NaN last
    return np.asarray(ordered[..., (steps.shape[-1] - 1) // 2])


def _states(status: np.ndarray, came: np.ndarray) -> np.ndarray:
    """Return 0 where half of the seeds arrived, else the number of what most of the others are."""
    kinds = (UNDER_WAY, BROKEN, FAILED, MISSING)
    counts = np.stack([((status == kind) & ~came).sum(axis=-1) for kind in kinds])
    return np.where(2 * came.sum(axis=-1) >= status.shape[-1], 0, 1 + counts.argmax(axis=0))


def _words(grid: Grid) -> tuple[str, ...]:
    return (f"not there after {grid.sweep.steps} steps", "diverged", "failed", "not run yet")


def _steps(grid: Grid, status: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, dict[str, str]]:
    if grid.sweep.run("target") is None:
        raise ArgumentError("the sweep has no target, so there are no steps to it; 'target' in the spec is needed")
    steps = np.where(status == ARRIVED, grid.columns["steps_to_target"].reshape(status.shape), np.nan)
    words = f"steps to G ≤ {grid.sweep.run('target'):.2g}"
    note = "Shaded: the step by which half of them have arrived. Hatched: half or more have not."
    return np.where(state == 0, _half(steps), np.nan), {"z": words, "zscale": "log", "note": note}


def _minima(grid: Grid, status: np.ndarray, came: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, dict[str, str]]:
    """Return the number of the minimum that most of the seeds came to."""
    weights = grid.column("weights")
    found, losses = minima(weights.reshape(*status.shape, -1)[came], grid.columns["loss"].reshape(status.shape)[came])
    of_run = np.full(status.shape, -1)
    of_run[came] = np.minimum(found, MOST_MINIMA)
    count = min(len(losses), MOST_MINIMA + 1)
    votes = np.stack([(of_run == k).sum(axis=-1) for k in range(max(count, 1))])
    words = {str(k): f"f = {loss:.4g}" for k, loss in enumerate(losses[:MOST_MINIMA])}
    if len(losses) > MOST_MINIMA:
        words[str(MOST_MINIMA)] = f"{len(losses) - MOST_MINIMA} others"
    note = (
        f"{len(losses)} minima were found. Colours: to which of them most came. Hatched: half or more have not arrived."
    )
    return np.where(state == 0, votes.argmax(axis=0), 0), words | {"z": "minimum", "note": note}


def _is_geometric(values: np.ndarray) -> bool:
    """Tell whether an axis reads better by its logarithm: it is positive, and spans more than a factor of ten."""
    return bool(len(values) > 1 and values.min() > 0 and values.max() >= 10 * values.min())


def default_axes(store: str | Path) -> tuple[str, str]:
    """Return the axes of a phase diagram that nobody named: rate and scale, else the longest two of numbers.

    Raises
    ------
    UnknownName
        If there are no two axes of numbers.
    """
    grid = Grid.read(store)
    able = [n for n in grid.names if n != SEED and grid.labels[n].dtype.kind in "iuf" and len(grid.labels[n]) > 1]
    able.sort(key=lambda name: (name not in ("rate", "scale"), name != "rate", -len(grid.labels[name])))
    if len(able) < 2:
        raise UnknownName(f"the axes of numbers are {', '.join(able) or 'none'}; a phase diagram needs two")
    return able[0], able[1]
