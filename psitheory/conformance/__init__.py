"""The kit for other people's code: whether a model, an optimiser, a manifold or a rate obeys its laws.

Every check takes the subject first and keyword options, among them ``seed=0`` (all randomness derives
from it), ``only=`` (the name of one law, or several) and ``expected=`` (a reason for each law that is
expected to be REFUTED), and returns a :class:`ConformanceReport`.  The module of a check names its laws
in ``LAWS``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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
_HOME = {name: f"{__name__}.{module}" for module, names in _NAMES.items() for name in names.split()}

__all__ = [*_HOME]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
