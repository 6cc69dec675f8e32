"""What is found where a constant breaks a scaling law by little, and runs of a method without its constants."""

from __future__ import annotations

from dataclasses import dataclass

from psitheory.conformance.optimizers.comparing.equivariance import START
from psitheory.conformance.optimizers.runs.bench import Bench
from psitheory.conformance.optimizers.runs.change import Cause, Change, CodeRaised, Constants
from psitheory.conformance.optimizers.runs.run import EPS, LIMITS

TOLERANCE = 1e-2
"""A gap, relative to the motion, within which a law that an eps limits counts as holding."""
VANISHING = 2.0**-60


@dataclass(frozen=True)
class Limited:
    """A break that an eps causes, or another constant, which is excused only where its effect is small.

    Attributes
    ----------
    defect : float
        Its size at scale 1, relative to the motion.
    how : str
        How that is known.
    side : {-1, 0, 1}
        Whether it dies out towards small or towards large weights, or neither.
    cause : str
        What it is, if not an eps.
    """

    defect: float
    how: str
    side: int
    cause: Cause = "eps"


def without_eps(bench: Bench, *, limits: bool = True) -> Constants:
    """Return the eps of the method made too small to count (zero would divide 0 by 0), and limits made wide."""
    known = bench.method.constants.items()
    small = [(name, x * VANISHING) for name, x in known if name in EPS]
    wide = [(name, (x[0] * VANISHING, x[1] / VANISHING)) for name, x in known if name in LIMITS]
    return (*small, *(wide if limits else ()))


def harmless(bench: Bench, constants: Constants) -> bool:
    """Tell whether a run with these constants is still much as it was: some methods live on their eps."""
    try:
        gap = bench.gaps(START, Change(constants=constants), bench.moved_by, bench.moved_by)["class"]
    except CodeRaised as problem:
        if not problem.is_numerical:
            raise
        return False
    return gap.finite and gap.relative < 0.5
