r"""How one law is judged on foreign floats.

Two sides agree when they differ by no more than what rounding explains.  That is measured, not assumed: the law is
run again with inputs moved by one unit of rounding (control runs), and 16 times the largest change, and a few ulp
of the sides themselves, are allowed.  Where the control runs obey the law and agree with each other, no rounding has
moved the sides, but a branch that one input alone takes, such as a pole, and nothing is allowed for it.  A side that
claims accuracy brings its own bound, from the conditioning of the problem instead of that of the code: this is how a
distance by arccos is told from one by atan2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from psitheory.checking import Observation

CONTROLS = 6
CONTROL_FACTOR = 16
ULPS = 64
LIBRARY = {"float64": 2.0**-30, "float32": 2.0**-13}
"""What functions of matrices may lose: torch.matrix_exp of one matrix is off by up to 2e-10, in float32 by 3e-5."""
CHAOS = 1e-4
"""Where one ulp in the inputs moves the sides by this much of their size, a case says nothing."""

Sides = tuple[np.ndarray, ...]
Status = Literal["passed", "failed", "vacuous"]


@dataclass(frozen=True)
class Bounded:
    """Two sides that are claimed to agree to within ``noise``, which the law knows, and what control runs add.

    By ``slack`` more they may differ as well, but with a note.
    """

    left: Any
    right: Any
    noise: Any
    note: str = ""
    controlled: bool = False
    slack: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    status: Status
    left: str = ""
    right: str = ""
    allowed: float = 0.0
    note: str = ""


def judge(
    law: Callable[..., Observation | Bounded],
    inputs: Mapping[str, Any],
    eps: float,
    moved: Callable[[Mapping[str, Any], np.random.Generator], Mapping[str, Any]],
    slack: float = 0.0,
) -> Outcome:
    """Run ``law`` on ``inputs`` and judge what it observed.

    Parameters
    ----------
    law : callable
        Of the inputs alone.
    inputs : mapping
    eps : float
        The unit of rounding of the precision in which the subject is called.
    moved : callable
        Returns the inputs moved by one unit of rounding.
    slack : float
        The share of the sides that functions of matrices may lose, where a law brings no bound of its own.
    """
    seen = law(**inputs)
    if isinstance(seen, Observation) and not seen.moved:
        return Outcome("vacuous", note=str(seen.left))
    left, right = sides = _flat(seen.left, seen.right)
    bound = isinstance(seen, Observation) and seen.relation == "at most"
    size = max(_largest(left), _largest(right))
    if isinstance(seen, Bounded):
        allowed, note, slack = np.broadcast_to(np.ravel(seen.noise), left.shape), seen.note, seen.slack
    else:
        allowed, note = np.full(left.shape, ULPS * eps * size * max(1.0, np.sqrt(left.size))), ""
        slack *= size
    left, right = _beyond(left, right) if bound else sides
    outcome = _compared(left, right, allowed, note)
    if outcome.status != "failed":
        return outcome
    if slack and _compared(left, right, allowed + slack).status == "passed":
        return _compared(left, right, allowed + slack, f"the sides agree to {np.max(np.abs(left - right)):.0e} only")
    if isinstance(seen, Bounded) and not seen.controlled:
        return outcome  # no control run could tell otherwise
    controls = []
    for k in range(CONTROLS):
        again = law(**moved(inputs, np.random.default_rng(k)))
        if isinstance(again, Bounded) or again.moved:
            controls.append(_flat(again.left, again.right))
    spread = _spread(sides, controls)
    if spread > 1e3 * eps * size and _alone(sides, controls, allowed + slack, bound):
        return outcome
    if spread > max(CHAOS, 1e3 * eps) * size and size > 0 and spread > 1e6 * eps:
        return Outcome("vacuous", note=f"one ulp in the inputs moves the sides by {spread:.1e}")
    return _compared(left, right, allowed + CONTROL_FACTOR * spread, note)


def _spread(sides: Sides, others: Sequence[Sides]) -> float:
    """Return by how much sides differ from others at most, entry by entry."""
    gaps = [_largest(a - b) for other in others for a, b in zip(other, sides, strict=True) if a.shape == b.shape]
    return max(gaps, default=0.0)


def _alone(sides: Sides, controls: Sequence[Sides], allowed: np.ndarray, bound: bool) -> bool:
    """Tell whether control runs agree, and obey the law: then no rounding moves the sides, but this one input."""
    if len(controls) < CONTROLS or any(one[0].shape != sides[0].shape for one in controls):
        return False
    among = CONTROL_FACTOR * max(_spread(one, controls) for one in controls)
    pairs = [_beyond(*one) if bound else one for one in controls]
    return _spread(sides, controls) > among and all(
        _compared(a, b, allowed + among).status == "passed" for a, b in pairs
    )


def _beyond(left: np.ndarray, right: np.ndarray) -> Sides:
    """Return two sides of which one is claimed to be at most the other, zero where that is so."""
    return tuple(np.where(left <= right, 0.0, side) for side in (left, right))


def _compared(left: np.ndarray, right: np.ndarray, allowed: np.ndarray, note: str = "") -> Outcome:
    if not left.size:
        return Outcome("vacuous", note="there is nothing to compare")
    with np.errstate(invalid="ignore"):
        gap = np.where(left == right, 0.0, np.abs(left - right))
        excess = np.where(np.isfinite(gap), gap - allowed, np.inf)
    i = int(np.argmax(excess))
    return Outcome("failed" if excess[i] > 0 else "passed", number(left[i]), number(right[i]), float(allowed[i]), note)


def number(x: float) -> str:
    """Return a number with as many digits as tell it apart."""
    return f"{x:.15g}"


def _largest(x: np.ndarray) -> float:
    finite = np.abs(x[np.isfinite(x)])
    return float(finite.max(initial=0.0))


def _flat(*sides: Any) -> tuple[np.ndarray, ...]:
    return tuple(np.ravel(side) for side in np.broadcast_arrays(*(np.asarray(side, dtype=float) for side in sides)))


def one_ulp_away(
    inputs: Mapping[str, Any], rng: np.random.Generator, *, eps: float, parts: Sequence[np.ndarray]
) -> dict[str, Any]:
    """Return the inputs with each entry moved by about ``eps`` times the largest entry of its one of ``parts``.

    It is no less than 3/4 of that, so that the largest is another number indeed.
    """
    out = dict(inputs)
    for name, value in inputs.items():
        if not isinstance(value, np.ndarray):
            continue
        noise = np.zeros_like(value)
        for part in parts if len(value) == sum(map(len, parts)) else [np.arange(len(value))]:
            noise[part] = (
                eps
                * np.max(np.abs(value[part]), initial=0.0)
                * rng.choice([-1, 1], len(part))
                * rng.uniform(0.75, 1, len(part))
            )
        out[name] = value + noise
    return out
