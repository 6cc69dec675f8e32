"""How a run differs from the one that was asked for, and how far two runs are apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from psitheory.conformance.optimizers.runs.network import Network

Constants = tuple[tuple[str, Any], ...]
Mode = Literal["full", "class"]
MODES: tuple[Mode, ...] = ("full", "class")
Cause = Literal["", "eps", "clamp", "threshold", "constant", "weak term", "overflow", "unknown"]
"""What breaks a scaling law."""


@dataclass(frozen=True)
class Change:
    r"""How a run differs from the one that was asked for.

    Attributes
    ----------
    exponents : tuple of float
        :math:`\log_2 a_i` for each block; empty for the start itself.
    rate : float
        :math:`\log_2` of what multiplies the rate.
    constants : tuple of (str, float or pair)
        New values of constants of the method, such as its eps.
    noise : int
        0, or the number of a control run.
    """

    exponents: tuple[float, ...] = ()
    rate: float = 0.0
    constants: Constants = ()
    noise: int = 0

    def scales(self, network: Network) -> np.ndarray:
        """Return a, one scale for each block."""
        exponents = np.asarray(self.exponents or np.zeros(network.layout.m), float)
        return np.asarray(np.exp2(exponents), network.dtype)

    def times(self, factor: float) -> Change:
        """Return the change with all exponents multiplied."""
        return replace(self, exponents=tuple(factor * k for k in self.exponents), rate=factor * self.rate)


class CodeRaised(Exception):
    """The code under test raised, in the run of ``change`` after ``step`` steps."""

    def __init__(self, error: Exception, change: Change, step: int) -> None:
        super().__init__(str(error))
        self.error, self.change, self.step = error, change, step

    @property
    def is_numerical(self) -> bool:
        """Tell whether numbers were the reason, such as those that overflow, or a matrix that is no longer regular."""
        return isinstance(self.error, ArithmeticError) or type(self.error).__name__.endswith("LinAlgError")


@dataclass(frozen=True)
class Gap:
    """How far two runs are apart after some steps, and how far the blocks of the farther one moved; for one mode."""

    defect: float
    motion: float
    exact: bool
    finite: bool

    @property
    def relative(self) -> float:
        """Return the defect relative to the motion."""
        return self.defect / self.motion if self.motion > 0 else np.inf
