"""A piece of the fuzz, in a process that is watched: ``python -m tests.fuzz.piece KIND SEED FIRST LAST``.

Before each case its number is printed, after it what is wrong, as a line of JSON.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.fuzz import files, witnesses
from tests.theorem_files import HOLDS


def main(kind: str, seed: int, first: int, last: int) -> None:
    out = sys.stdout
    Path("holds.py").write_text(HOLDS)
    for number in range(first, last):
        print(json.dumps(number), file=out, flush=True)
        if kind == "lines":
            argv, wrong = witnesses.case(seed, number, "holds.py", "binomial")
        else:
            argv, wrong = files.case(seed, number, Path.cwd())
        print(json.dumps([[word[:200] for word in argv], wrong] if wrong else None), file=out, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
