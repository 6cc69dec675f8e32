"""Sweeps: grids of runs on one core, on all of them or on a cluster, that survive being killed.

A name is imported when it is first used: a process that runs chunks needs neither stores nor figures, and each of them
would wait for both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psitheory.late import homes, late

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
_HOME = homes(__name__, _NAMES)

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

__getattr__, __dir__ = late(__name__, _HOME)
