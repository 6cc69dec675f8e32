"""Put small faults into the core, one at a time in a copy of the tree, and see whether the tests notice.

    python -m tests.mutants --seed 0 --count 300

First the tests that are near to the core are run, those of a file that changed since the last time, to record in the
folder ``--contexts`` which of them run which line (this needs the package ``coverage``).  Then each mutant of a seeded
sample is tried with the tests that run its line, as many as take ``--seconds`` without a fault, up to the first that
fails.  What was tried stands in ``--record``, and the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from tests.mutants.contexts import Contexts
from tests.mutants.contexts import record as note
from tests.mutants.equivalent import EQUIVALENT
from tests.mutants.mutate import Mutant, Place, mutants, places
from tests.mutants.trial import Trial, copied

ROOT = Path(__file__).parents[2]
SURVIVED = ("survived", "not run")
PACKAGES = ("layout", "geometry", "optimizers", "checking", "runner", "arithmetic", "rates", "scaletypes")


def main() -> int:
    options = _options()
    sources = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in _files(options.packages)}
    sample = sampled(sources, options.seed, options.count)
    record = _read(options.record)
    keyed = {mutant.key(sources[mutant.file]): mutant for mutant in sample}
    if not options.summary:
        with copied(ROOT) as copy:
            if not options.recorded:
                note(copy, options.contexts)
            with Trial(copy, Contexts(options.contexts, copy), options.seconds) as trial:
                for key in [key for key in keyed if _is_to_be_tried(record.get(key), options.again)]:
                    record[key] = _row(key, keyed[key], *trial.verdict(keyed[key]))
                    with options.record.open("a", encoding="utf-8") as out:
                        out.write(json.dumps(record[key]) + "\n")
                    print(_line(record[key]), flush=True)
    named = {mutant: place for place, mutant in places(sources, _every(sources)).items()}
    return summary([(named[mutant], record[key]) for key, mutant in keyed.items() if key in record])


def _is_to_be_tried(row: dict[str, Any] | None, again: bool) -> bool:
    return row is None or (again and row["verdict"] in SURVIVED)


def sampled(sources: dict[str, str], seed: int, count: int) -> list[Mutant]:
    """Return ``count`` of all mutants, drawn without replacement; a larger sample begins with a smaller one.

    Each has a random number of its own, so that a change of the code leaves the others in the sample.
    """
    seen = Counter[tuple[str, ...]]()
    drawn: list[tuple[bytes, Mutant]] = []
    for mutant in _every(sources):
        place = (mutant.file, mutant.text_in(sources), mutant.what)
        seen[place] += 1
        drawn.append((sha256(repr((seed, *place, seen[place])).encode()).digest(), mutant))
    return [mutant for _, mutant in sorted(drawn, key=lambda pair: pair[0])[:count]]


def _every(sources: Mapping[str, str]) -> list[Mutant]:
    return [mutant for file in sorted(sources) for mutant in mutants(file, sources[file])]


def summary(tried: Sequence[tuple[Place, dict[str, Any]]]) -> int:
    """Print the killed share with its interval, and the survivors; equivalent ones are told apart, and count too."""
    rows = [row for _, row in tried]
    left = [(place, row) for place, row in tried if row["verdict"] in SURVIVED]
    explained = [place for place, _ in left if place in EQUIVALENT]
    for place, row in sorted(left, key=lambda pair: (pair[1]["file"], pair[1]["line"])):
        print(_line(row), f"  ({EQUIVALENT[place]})" if place in explained else "")
    if not rows:
        print("no mutant was tried")
        return 1
    for package in sorted({_package(row) for row in rows}):
        of, survived = (sum(_package(row) == package for row in some) for some in (rows, [row for _, row in left]))
        print(f"{package:<12} {of - survived} of {of} killed: {_share(of - survived, of)}")
    print(f"{len(rows) - len(left)} of {len(rows)} mutants killed: {_share(len(rows) - len(left), len(rows))}")
    if explained:
        rest = len(rows) - len(explained)
        print(f"{len(explained)} change nothing; of the rest {_share(rest - len(left) + len(explained), rest)}")
    return 1 if len(left) > len(explained) else 0


def _package(row: dict[str, Any]) -> str:
    return Path(row["file"]).parts[1]


def _share(killed: int, of: int) -> str:
    low = binomtest(killed, of).proportion_ci(0.95, "wilson").low
    return f"{killed / of:.1%}, at least {low:.1%} (Wilson, 95 %)"


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
    parser.add_argument("--seconds", type=float, default=20.0, help="what the tests of one mutant take without a fault")
    parser.add_argument("--again", action="store_true", help="try once more what survived, by more tests or seconds")
    parser.add_argument("--contexts", type=Path, default=Path("mutants.contexts"), help="which test runs which line")
    parser.add_argument("--recorded", action="store_true", help="record no more lines of tests than are there")
    parser.add_argument("--record", type=Path, default=Path("mutants.jsonl"))
    parser.add_argument("--summary", action="store_true", help="try nothing more, and tell what stands in the record")
    parser.add_argument("packages", nargs="*", default=PACKAGES)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
