r"""Races: how many steps optimisers take to one goal, from equivalent starts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.checking import Exhibit
from psitheory.checking.fits import Fit, log_log_slope
from psitheory.errors import ArgumentError, shown
from psitheory.experiments.arrival import steps_to_reach
from psitheory.models.interface import Model
from psitheory.optimizers.interface import Optimizer

FAR = math.sqrt(10)
"""Scales from here on count as large: methods whose steps shrink like 1/a² have a tenth of their rate at norm 1."""


@dataclass(frozen=True, eq=False)
class Race:
    r"""How many steps each optimiser took to :math:`G \le` ``target``, K scales.

    Attributes
    ----------
    scales : array, (K,)
        a, increasing.
    target : float
    max_steps : int
    equivalent : mapping of str to int array, (K,)
        For each optimiser the steps from :math:`a\cdot w_0`, -1 where it did not arrive.
    drawn : mapping of str to int array, (J, K)
        The same from :math:`a\cdot w`, each w of a class of its own.
    fits : mapping of str to Fit
        The exponent of the steps in :math:`a^2` over the large scales, from the starts of other classes: values on the
        one curve of :math:`w_0` have no errors that an interval could be made of.
    """

    scales: np.ndarray
    target: float
    max_steps: int
    equivalent: Mapping[str, np.ndarray]
    drawn: Mapping[str, np.ndarray]
    fits: Mapping[str, Fit]

    @property
    def at_goal(self) -> int:
        """Return how many starts of other classes at large scales are at the goal already: no fit has them."""
        far = self.scales >= FAR
        return max((int(np.count_nonzero(counts[:, far] == 0)) for counts in self.drawn.values()), default=0)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data; null stands for a run that did not arrive and for an open end of an interval."""

        def steps(counts: np.ndarray) -> list[int | None]:
            return [None if count < 0 else int(count) for count in counts]

        def numbers(fit: Fit) -> dict[str, float | None]:
            return {name: value if math.isfinite(value) else None for name, value in vars(fit).items()}

        return {
            "scales": [float(a) for a in self.scales],
            "target": self.target,
            "max_steps": self.max_steps,
            "at_goal": self.at_goal,
            "optimizers": {
                name: {
                    "equivalent": steps(self.equivalent[name]),
                    "drawn": [steps(row) for row in self.drawn[name]],
                    "slope": numbers(self.fits[name]),
                }
                for name in self.equivalent
            },
        }

    def exhibit(self, title: str, *, labels: Mapping[str, str] | None = None) -> Exhibit:
        """Return the steps against the scale; the line through the drawn starts is fitted, hollow marks are censored.

        Parameters
        ----------
        title : str
        labels : mapping of str to str, optional
            What the optimisers are called.
        """
        arrays: dict[str, Any] = {"x": self.scales, "limit": np.array(float(self.max_steps))}
        names = {name: name for name in self.equivalent} | dict(labels or {})
        words = {"x": "scale a of the start", "y": f"steps to G ≤ {self.target:.2g}", "limit": "not there yet"}
        words["dots"] = "starts of other classes"
        for name in self.equivalent:
            both = np.vstack([self.equivalent[name], self.drawn[name]]).astype(float)
            arrays[name] = np.where(both < 0, np.nan, both)
            words[name] = names[name]
            fit = self.fits[name]
            if math.isfinite(fit.upper - fit.lower):
                line = np.exp(fit.intercept + 2 * fit.slope * np.log(self.scales))
                arrays[f"{name}, fitted"] = np.where(_fitted(self.scales, self.drawn[name]), line, np.nan)
                words[f"{name}, fitted"] = f"$\\propto a^{{{2 * fit.slope:.2f}}}$"
        lines = [f"{names[name]}: {fit}" for name, fit in self.fits.items() if fit.used > 2]
        caption = (
            "Lines: starts a·w from one class. Dots: each start from a class of its own. Hollow triangles: not there "
            "after the last step. Exponents in a²: " + "; ".join(lines) + "."
        )
        return Exhibit("race", title, caption, arrays, words)


def race(
    model: Model,
    optimizers: Mapping[str, Optimizer],
    start: Array,
    others: Array,
    scales: Array,
    *,
    target: float,
    max_steps: int,
) -> Race:
    r"""Count the steps to :math:`G \le` ``target`` from :math:`a\cdot w` for each scale a and each optimiser.

    All runs of an optimiser are one ensemble, and memory does not grow with the number of steps.

    Parameters
    ----------
    model : Model
    optimizers : mapping of str to Optimizer
    start : array, (n,)
        :math:`w_0`, of unit blocks; every scale races from its class.
    others : array, (J, K, n)
        J starts of other classes for each scale, from which the exponent is fitted.
    scales : array, (K,)
        a, one for all blocks; free parameters are not scaled.
    target : positive number
    max_steps : int

    Raises
    ------
    ArgumentError
        If the starts do not fit the model, or a scale, the target or the number of steps is not positive.

    Examples
    --------
    >>> from psitheory.models import Rayleigh
    >>> from psitheory.optimizers import PSIGradientDescent
    >>> w = np.array([[0.6, 0.8], [0.8, 0.6]])
    >>> model = Rayleigh(np.diag([0.0, 1.0]))
    >>> found = race(model, {"psi": PSIGradientDescent(0.4)}, w[0], w[None], [0.25, 4], target=1e-4, max_steps=99)
    >>> found.equivalent["psi"]
    array([5, 5])
    """
    layout = model.layout
    if max_steps < 1:
        raise ArgumentError(f"max_steps is {shown(max_steps)}; at least 1 is needed")
    scales = np.sort(
        layout.check_scales(np.repeat(np.asarray(scales, float)[:, None], layout.m, axis=1), "scales")[:, 0]
    )
    start, others = layout.check(start, "start"), layout.check(others, "others")
    if others.ndim != 3 or others.shape[1] != len(scales):
        raise ArgumentError(f"others has the shape {others.shape}; (J, {len(scales)}, {layout.n}) is needed")
    unscaled = np.concatenate([np.broadcast_to(start, (1, *others.shape[1:])), others])
    starts = layout.scale(np.broadcast_to(scales[:, None], (*unscaled.shape[:2], layout.m)), unscaled)
    counts = {
        name: steps_to_reach(model, optimizer, starts, target, most_steps=max_steps)
        for name, optimizer in optimizers.items()
    }
    return Race(
        scales,
        float(target),
        max_steps,
        {name: steps[0] for name, steps in counts.items()},
        {name: steps[1:] for name, steps in counts.items()},
        {name: _exponent(scales, steps[1:]) for name, steps in counts.items()},
    )


def _fitted(scales: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    """Tell which of the large scales are fitted, (K,): those below the first from which a run did not arrive.

    Beyond it only the faster runs are known, and they would make the exponent too small.
    """
    far = scales >= FAR
    missing = far & (drawn < 0).any(axis=0)
    return np.asarray(far & (np.cumsum(missing) == 0))


def _exponent(scales: np.ndarray, drawn: np.ndarray) -> Fit:
    """Fit the steps against a²; a start that is at the goal already has not raced, and is not censored either."""
    raced = (scales >= FAR) & (drawn != 0)
    a = np.broadcast_to(scales, drawn.shape)  # the square of a large one may overflow
    left_out = np.broadcast_to(~_fitted(scales, drawn), drawn.shape)
    fit = log_log_slope(a[raced], drawn[raced], censored=left_out[raced])
    return replace(fit, slope=fit.slope / 2, lower=fit.lower / 2, upper=fit.upper / 2, decades=2 * fit.decades)
