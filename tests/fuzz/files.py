"""Seeded files of theorems and of subjects, broken here and there, run through ``verify``, ``show`` and ``check``.

Beside what :mod:`tests.fuzz.witnesses` asks for: a report is written whole or not at all, and where there is a verdict
it is written.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.witnesses import trouble
from tests.mutants.mutate import mutants
from tests.theorem_files import HOLDS, INCONCLUSIVE, REFUTED

SUBJECT = """
import numpy as np

class Circle:
    def random_point(self, rng):
        return self.project_to(rng.normal(size=2))

    def project_to(self, w):
        return w / np.sqrt(w @ w)

    def project(self, w, x):
        return x - w * (w @ x)

    def inner(self, w, x, y):
        return x @ y

    def retract(self, w, x):
        return self.project_to(w + x)

def step(w, gradient, state):
    return w - 0.1 * gradient

circle = Circle()
loss = (lambda w: w[0] ** 2 / (w @ w), np.ones(2))
"""

INSTEAD = (
    "sys.exit(0)", "os._exit(0)", "1 / 0", "None", "[]", "float('nan')", "1e400", "'\\ud800'", "lambda *a: a",
    "type('T', (), {'__repr__': lambda s: 1 / 0})()", "(_ for _ in ()).throw(GeneratorExit)", "object()", "10 ** 5000",
)  # fmt: skip


def broken(rng: random.Random, text: str) -> str:
    """Return the text with a fault in it, or with something strange in place of a piece of it, or cut off."""
    way = rng.random()
    if way < 0.1:
        return text[: rng.randrange(len(text))]
    fault = rng.choice(mutants("file.py", text))
    data = text.encode()
    strange = rng.choice(INSTEAD) if way < 0.6 else fault.text
    return "import os, sys\n" + (data[: fault.start] + strange.encode() + data[fault.end :]).decode()


def arguments(rng: random.Random, file: Path) -> list[str]:
    """Write a file, and return a command line that names it."""
    if rng.random() < 0.5:
        file.write_text(broken(rng, rng.choice((HOLDS, REFUTED, INCONCLUSIVE))), encoding="utf-8")
        if rng.random() < 0.2:
            return ["show", file.name, "--case-limit", "20"]
        return ["verify", file.name, "--workers", "1", "--case-limit", "20", "--json", "out.json"]
    file.write_text(broken(rng, SUBJECT), encoding="utf-8")
    target = f"{file.name}:{rng.choice(('circle', 'Circle', 'step', 'loss'))}"
    return ["check", target, "--case-limit", "20", "--json", "out.json"]


def case(seed: int, number: int, folder: Path) -> tuple[list[str], str]:
    """Return the command line of one case, run in ``folder``, which is the working one, and what was wrong, if any."""
    file, out = folder / f"case_{number}.py", folder / "out.json"
    out.unlink(missing_ok=True)
    argv = arguments(random.Random(f"{seed} {number}"), file)
    wrong = trouble(argv, verdict_needs=out if "--json" in argv else None)
    left = [path.name for path in folder.glob(".*") if path.name.startswith(".out")]
    sys.modules.pop(file.stem, None)
    if not wrong and (left or not _whole(out)):
        wrong = f"left half-written: {left or out.name}"
    return argv, f"{wrong}: {file.read_text(encoding='utf-8')}" if wrong else ""


def file_failures(cases: int, seed: int, folder: Path) -> Iterator[tuple[list[str], str]]:
    """Yield each command line that ended wrongly, and how."""
    found = (case(seed, number, folder) for number in range(cases))
    return ((argv, wrong) for argv, wrong in found if wrong)


def _whole(out: Path) -> bool:
    try:
        return not out.exists() or isinstance(json.loads(out.read_text(encoding="utf-8")), dict)
    except ValueError:
        return False
