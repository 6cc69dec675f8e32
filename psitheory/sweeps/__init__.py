"""Sweeps: grids of runs on one core, on all of them or on a cluster, that survive being killed.

A name is imported when it is first used: a process that runs chunks needs neither stores nor figures, and each of them
would wait for both.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psitheory.sweeps.ensemble_fit import EnsembleFit as EnsembleFit
    from psitheory.sweeps.ensemble_fit import rates as rates
    from psitheory.sweeps.figures import phase_diagram as phase_diagram
    from psitheory.sweeps.figures import steps_against as steps_against
    from psitheory.sweeps.running import Outcome as Outcome
    from psitheory.sweeps.running import sweep as sweep
    from psitheory.sweeps.spec import Sweep as Sweep
    from psitheory.sweeps.store import Store as Store
    from psitheory.sweeps.store import StoreFull as StoreFull
    from psitheory.sweeps.table import STATUS as STATUS
    from psitheory.sweeps.table import open_store as open_store

_NAMES = {
    "figures": "phase_diagram steps_against",
    "ensemble_fit": "EnsembleFit rates",
    "running": "Outcome sweep",
    "spec": "Sweep",
    "store": "Store StoreFull",
    "table": "STATUS open_store",
}
_HOME = {name: f"{__name__}.{module}" for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "STATUS",
    "EnsembleFit",
    "Outcome",
    "Store",
    "StoreFull",
    "Sweep",
    "open_store",
    "phase_diagram",
    "rates",
    "steps_against",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
