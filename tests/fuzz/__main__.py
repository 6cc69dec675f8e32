"""``python -m tests.fuzz --cases N --files M --seed S``: see :mod:`tests.fuzz.witnesses`, :mod:`tests.fuzz.files`."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from itertools import chain
from pathlib import Path

from tests.fuzz.files import file_failures
from tests.fuzz.witnesses import failures
from tests.theorem_files import HOLDS


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=200, help="files of code, each of which takes a second or more")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    count = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        Path("holds.py").write_text(HOLDS)
        found = chain(
            failures(options.cases, options.seed, "holds.py", "binomial"),
            file_failures(options.files, options.seed, Path.cwd()),
        )
        for argv, wrong in found:
            count += 1
            print([word[:200] for word in argv], wrong)
    print(f"{options.cases} command lines and {options.files} files, {count} ended wrongly")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
