"""Search anew, keep what is stored where it is better, and print the store.

``python -m psitheory.experiments.tightness SEED > found.json``
"""

import json
import sys
from dataclasses import asdict

import numpy as np

from psitheory.experiments.tightness.search import _TRIALS, HORIZONS, search_tightness, stored_tightness


def main(seed: int) -> None:
    """Print a JSON list, one find a line, and on the other stream how each ratio changed."""
    stored = {(best.bound, best.family, best.steps): best for best in stored_tightness()}
    rows = []
    for trial in _TRIALS:
        for steps in filter(trial.accepts, HORIZONS):
            name = trial.bound.name, trial.family, steps
            found = search_tightness(*name[::2], rng=np.random.default_rng(seed), family=trial.family)
            old = stored.get(name, found)
            print(
                f"{found.bound}, {found.family}, T = {steps}: {old.ratio:.4f}, now {found.ratio:.4f}", file=sys.stderr
            )
            rows.append(json.dumps(asdict(max(old, found, key=lambda best: best.ratio))))
    print("[\n" + ",\n".join(rows) + "\n]")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
