"""Cases that floats alone show to be as claimed, where enclosures, which take several times as long, say no other.

What lies in an enclosure that floats lie in too is refuted by none of them: sides that are equal to 16 ulp lie each in
the enclosure of the other, and a left side below the right one is not proved above it.  What else enclosures tell, as
that a run is chaotic, they tell in the cases that are judged in full.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from psitheory.arithmetic.rounded import ULPS
from psitheory.checking import Interval
from psitheory.runner.judging.judge import judge
from psitheory.runner.judging.outcome import Case, Outcome, in_floats, judged, sides

FULLY = 3
"""One case in so many is judged in full, and each with a larger ratio than any before."""


class Spared:
    """A judge of one law on floats, which asks for enclosures where they are needed.

    They are until they have confirmed a law, and wherever floats seem to break it.  A law is never spared after
    a case that did not pass in full.
    """

    def __init__(self) -> None:
        self._cases, self._confirmed, self._doubted = 0, False, False
        self._largest = -math.inf

    def __call__(self, kind: str, case: Case, inputs: Mapping[str, Any]) -> Outcome:
        """Judge a case."""
        self._cases += 1
        if self._confirmed and not self._doubted and self._cases % FULLY:
            outcome = self._plainly(case, inputs)
            if outcome is not None:
                return outcome
        outcome = judge(kind, case, inputs)
        self._confirmed = self._confirmed or outcome.status == "passed"
        self._doubted = self._doubted or outcome.status == "failed" or bool(outcome.note)  # as one judged by controls
        if outcome.worst is not None:
            self._largest = max(self._largest, outcome.worst)
        return outcome

    def _plainly(self, case: Case, inputs: Mapping[str, Any]) -> Outcome | None:
        """Return the outcome of a case that floats show to be as claimed, with a ratio below the largest."""
        seen = in_floats(case, inputs)
        if not seen.moved or isinstance(seen.left, Interval) or isinstance(seen.right, Interval):
            return None
        left, right = sides(seen)
        if not (left.dtype.kind == right.dtype.kind == "f" and np.all(np.isfinite(left) & np.isfinite(right))):
            return None
        if seen.relation == "equal":
            near = ULPS * np.spacing(np.minimum(np.abs(left), np.abs(right)))
            return judged(seen, left, right, True) if np.all(np.abs(left - right) <= near) else None
        if not np.all(left <= right):
            return None
        outcome = judged(seen, left, right, True)
        return outcome if outcome.worst is not None and outcome.worst <= self._largest else None
