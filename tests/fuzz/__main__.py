"""``python -m tests.fuzz --cases N --seed S``: see :mod:`tests.fuzz.witnesses`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.fuzz.witnesses import failures
from tests.theorem_files import HOLDS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("holds.py").write_text(HOLDS)
        for argv, wrong in failures(options.cases, options.seed, "holds.py", "binomial"):
            count += 1
            print([word[:200] for word in argv], wrong)
    print(f"{options.cases} cases, {count} ended wrongly")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
