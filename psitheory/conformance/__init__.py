"""The kit for other people's code: whether a model, an optimiser, a manifold or a rate obeys its laws.

Every check takes the subject first and keyword options, among them ``seed=0`` (all randomness derives
from it), ``only=`` (the name of one law, or several) and ``expected=`` (a reason for each law that is
expected to be REFUTED), and returns a :class:`ConformanceReport`.  The module of a check names its laws
in ``LAWS``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psitheory.late import homes, late

if TYPE_CHECKING:
    from psitheory.conformance.findings import ConformanceReport as ConformanceReport
    from psitheory.conformance.findings import Finding as Finding
    from psitheory.conformance.findings import raised as raised

_NAMES = {
    "findings": "ConformanceReport Finding raised",
    "manifolds.check": "check_manifold",
    "manifolds.derivative": "check_gradient check_hessian",
    "manifolds.retraction": "check_retraction",
    "models.check": "check_model",
    "optimizers.check": "check_optimizer",
    "rates.check": "check_rate",
    "target": "check",
}
_HOME = homes(__name__, _NAMES)

__all__ = [*_HOME]

__getattr__, __dir__ = late(__name__, _HOME)
