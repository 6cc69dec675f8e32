"""Sweeps: grids of runs on one core, on all of them or on a cluster, that survive being killed."""

from psitheory.sweeps.figures import phase_diagram, steps_against
from psitheory.sweeps.rates import EnsembleFit, rates
from psitheory.sweeps.running import Outcome, sweep
from psitheory.sweeps.spec import Sweep
from psitheory.sweeps.store import Store, StoreFull
from psitheory.sweeps.table import STATUS, open_store

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
