"""Pymanopt's steepest descent with a fixed step and no stopping rule but the number of steps."""

from __future__ import annotations

from typing import Any


class _FixedStep:
    def __init__(self, eta: float) -> None:
        self._eta = eta

    def search(self, objective: Any, manifold: Any, x: Any, d: Any, f0: Any, df0: Any) -> tuple[float, Any]:
        return self._eta, manifold.retraction(x, self._eta * d)


def fixed_step(problem: Any, start: Any, eta: float, steps: int) -> Any:
    """Return the point after ``steps`` steps."""
    from pymanopt.optimizers import SteepestDescent

    optimizer = SteepestDescent(
        line_searcher=_FixedStep(eta),
        max_iterations=steps,
        max_time=1e9,
        min_gradient_norm=0,
        min_step_size=0,
        verbosity=0,
    )
    return optimizer.run(problem, initial_point=start).point
