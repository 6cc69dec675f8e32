"""Search anew for all that is stored, and print it: ``python -m psitheory.experiments.tightness > instances.json``."""

import json
import sys
from dataclasses import asdict

import numpy as np

from psitheory.experiments.tightness.search import _TRIALS, HORIZONS, search_tightness


def main() -> None:
    """Print a JSON list, one find a line."""
    rows = []
    for trial in _TRIALS:
        for steps in HORIZONS[trial.even :]:
            rng = np.random.default_rng(0)
            found = search_tightness(trial.bound.name, steps, rng=rng, family=trial.family)
            print(f"{found.bound}, {found.family}, T = {steps}: {found.ratio:.4f}", file=sys.stderr)
            rows.append(json.dumps(asdict(found)))
    print("[\n" + ",\n".join(rows) + "\n]")


if __name__ == "__main__":
    main()
