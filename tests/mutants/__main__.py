"""Put small faults into the core, one at a time in a copy of the tree, and see whether the tests notice.

    python -m tests.mutants --seed 0 --count 300

A seeded sample; each mutant is tried with the tests that import its module, the nearest first, as many as take
``--seconds`` without a fault.  What was tried stands in ``--record``, and the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from tests.mutants.mutate import Mutant, mutants
from tests.mutants.trial import Trial, copied

ROOT = Path(__file__).parents[2]
PACKAGES = ("layout", "geometry", "optimizers", "checking", "runner", "arithmetic", "rates", "scaletypes")


def main() -> int:
    options = _options()
    sources = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in _files(options.packages)}
    sample = sampled(sources, options.seed, options.count)
    record = _read(options.record)
    if not options.summary:
        with copied(ROOT) as copy:
            trial = Trial(copy, options.seconds, options.record.with_suffix(".times.json"))
            for mutant in sample:
                key = mutant.key(sources[mutant.file])
                if key not in record:
                    word, seconds = trial.verdict(mutant)
                    record[key] = _row(key, mutant, word, seconds)
                    with options.record.open("a", encoding="utf-8") as out:
                        out.write(json.dumps(record[key]) + "\n")
                    print(_line(record[key]), flush=True)
    keys = [mutant.key(sources[mutant.file]) for mutant in sample]
    return summary([record[key] for key in keys if key in record])


def sampled(sources: dict[str, str], seed: int, count: int) -> list[Mutant]:
    """Return ``count`` of all mutants, drawn without replacement; a larger sample begins with a smaller one."""
    every = [mutant for file in sorted(sources) for mutant in mutants(file, sources[file])]
    random.Random(seed).shuffle(every)
    return every[:count]


def summary(rows: list[dict[str, Any]]) -> int:
    """Print the killed share with its interval, and the survivors."""
    survivors = [row for row in rows if row["verdict"] == "survived"]
    killed = len(rows) - len(survivors)
    for row in sorted(survivors, key=lambda row: (row["file"], row["line"])):
        print(_line(row))
    if not rows:
        print("no mutant was tried")
        return 1
    low = binomtest(killed, len(rows)).proportion_ci(0.95, "wilson").low
    print(f"{killed} of {len(rows)} mutants killed: {killed / len(rows):.1%}, at least {low:.1%} (Wilson, 95 %)")
    return 1 if survivors else 0


def _row(key: str, mutant: Mutant, word: str, seconds: float) -> dict[str, Any]:
    place = {"file": mutant.file, "line": mutant.line, "what": mutant.what}
    return {"key": key, "verdict": word, "seconds": round(seconds, 1)} | place


def _line(row: dict[str, Any]) -> str:
    return f"{row['verdict']:<9} {row['seconds']:6.1f} s  {row['file']}:{row['line']}  {row['what'][:160]}"


def _read(path: Path) -> dict[str, dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {row["key"]: row for row in map(json.loads, lines)}


def _files(packages: Iterable[str]) -> list[Path]:
    return [path for name in packages for path in sorted((ROOT / "psitheory" / name).rglob("*.py"))]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.split("\n\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=60.0, help="what the tests of one mutant take without a fault")
    parser.add_argument("--record", type=Path, default=Path("mutants.jsonl"))
    parser.add_argument("--summary", action="store_true", help="try nothing more, and tell what stands in the record")
    parser.add_argument("packages", nargs="*", default=PACKAGES)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
