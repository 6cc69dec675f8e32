"""Runs every optimiser of the zoo, and compares what runs say of the rate with what types do: for ``.ci/deep``.

``python -m tests.interop.runs_of_the_zoo`` exits with 1 if any differ where types know of no term that breaks the law.
"""

from __future__ import annotations

import sys
import warnings
from importlib.util import find_spec

from psitheory.conformance import check_optimizer
from tests.interop.zoo_of_optimizers import LIBRARIES, Row

RATE = 0.01


def differs(library: str, name: str, row: Row) -> str:
    """Return how runs and types differ, or nothing."""
    rate = RATE if library == "optax" and callable(row.make) else None
    report = check_optimizer(row.make, rate=rate, name=name, only="the_rate_has_a_scaling_exponent", steps=30)
    types, p = report.properties.get("types"), report.properties["exponent"]
    if types is None:
        return "no types"
    if any(b["kind"] == "hard" for b in types["breaks"]) or row.p is None:
        return "" if p is None else f"runs have p = {p:g}, types none at fixed values"
    if p is None:
        return "" if types["breaks"] else "runs have no p"
    return "" if p == row.p else f"runs have p = {p:g}, types {row.p}"


def main() -> int:
    """Print a line for each optimiser, and return the exit code."""
    warnings.simplefilter("ignore")
    wrong = 0
    for library, rows in LIBRARIES.items():
        if find_spec({"torch_optim": "torch"}.get(library, library)) is None:
            print(f"{library}: not installed")
            continue
        for name, row in rows().items():
            difference = differs(library, name, row)
            wrong += bool(difference)
            print(f"{library} {name}: {difference or 'agrees'}", flush=True)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
