r"""A witness for derived types: the same program on scaled weights and constants, in lockstep.

A run from :math:`2^kw_0`, each constant times :math:`2^{ke}` with the exponent e of the derived law, must do what the
first run did, every number times :math:`2^{kd}` with its degree d.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from psitheory.scaletypes.optimizers.problem import Record
from psitheory.scaletypes.optimizers.types import Law

Run = Callable[[float, Mapping[str, float]], Record]
"""Runs from the start times a factor, with factors for hyper-parameters by name."""


@dataclass(frozen=True)
class Witness:
    """How two runs in lockstep agree.

    Attributes
    ----------
    defect : float
        The largest distance of final rows, scaled back, relative to their length.
    motion : float
        The largest distance that a row went, relative to its length.
    operations : int
        Operations compared; ``exact`` of them agree bit for bit.
    first : str
        The first operation that does not follow its degrees, if the ends differ.
    """

    defect: float
    motion: float
    operations: int = 0
    exact: int = 0
    first: str = ""


def power_for(law: Law) -> int:
    """Return k such that all powers of two are whole, and even ones of square roots and fourth roots too."""
    denominators = [e.denominator for e in law.scaling.values()]
    return 4 * int(np.lcm.reduce(denominators)) if denominators else 4


def witness(run: Run, law: Law, base: Record) -> Witness:
    """Return how the run at a scaling law agrees with the run that was typed."""
    k = power_for(law)
    constants = base.trace.constants
    factors = {constants[i].name: 2.0 ** float(k * e) for i, e in law.scaling.items() if i in constants}
    other = run(2.0**k, factors)
    pairs = zip(base.weights, other.weights, base.are_rows, strict=True)
    sizes = [(np.abs(x).max(), np.abs(y / (2.0**k if own else 1) - x).max()) for x, y, own in pairs if x.size]
    defect = max((float(gap / size) if size else float(gap) for size, gap in sizes), default=0.0)
    motion = max((m for rows in base.motion.values() for m in rows), default=0.0)
    if base.log is None or other.log is None:
        return Witness(defect, motion)
    return _in_lockstep(base, other, law, k, defect, motion)


def _in_lockstep(base: Record, other: Record, law: Law, k: int, defect: float, motion: float) -> Witness:
    assert base.log is not None
    assert other.log is not None
    exact, first = 0, ""
    for x, y in zip(base.log, other.log, strict=False):
        if x.name != y.name:
            first = first or f"the code takes another way at {y.place}"
            break
        wanted = x.values * np.exp2(k * _powers(base, x.degrees, law.scaling)).astype(x.values.dtype)
        same = np.array_equal(wanted, y.values, equal_nan=True)
        exact += same
        if not same and not first and not np.allclose(wanted, y.values, rtol=1e-9, atol=0, equal_nan=True):
            first = f"{x.name} at {x.place}"
    return Witness(defect, motion, min(len(base.log), len(other.log)), exact, first)


def _powers(base: Record, degrees: np.ndarray, scaling: Mapping[int, Fraction]) -> np.ndarray:
    kinds, where = np.unique(degrees, return_inverse=True)
    table = base.trace.degrees
    found = [float(sum((c * scaling.get(i, 0) for i, c in table.form(int(d)).items()), Fraction(0))) for d in kinds]
    return np.array(found)[where.reshape(np.shape(degrees))]
