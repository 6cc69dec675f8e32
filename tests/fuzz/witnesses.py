"""Seeded witnesses and command lines, most of them wrong, run through the command line in this process.

    python -m tests.fuzz --cases 10000 --seed 0

Every case can be made again from the seed and its number.
Whatever comes, the program ends with an exit code that it documents and without a traceback.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

from psitheory import cli
from psitheory.cli import BAD_USE

CODES = frozenset({0, 1, 2, 3})
"""What is documented for a program that does not fail itself."""

_LEAVES: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, 1.5, 1e308, "", "x", "\ud800", "\0", "1e999999999", "1/0", "9" * 5000, "nan", "inf",
    "0x1.8p+0", "0x1p+99999", "this:x", "os:system", "psitheory.cli:main", "builtins:eval",
    "psitheory.layout:Layout", "float64", "rational", "object", "<U3", [], {}, [1, -1], [2**40],
)  # fmt: skip
_KEYS = ("float", "ratio", "array", "shape", "dtype", "layout", "tuple", "dict", "object", "fields", "opaque", "x")
_CLAIMS = ("id", "laws", "name", "evidence", "witness", "inputs", "kind", "verdict", "counterfeits", "claims")
_WORDS = (
    "verify", "show", "claims", "replay", "check", "new", "certify", "--seed", "-1", "--effort", "quick", "no.py",
    "--json", "/", "--workers", "0", "--case-limit", "nan", "--witness", "{}", "@", "@/", "A1", "Z9", "A1::B", "::",
    "--chapter", "\udcff", "", "--report", "a\nb", "x" * 400, "--kind", "balls", "os:path", "math:pi", "--only",
    "--help",
)  # fmt: skip

_TARGETS = (
    "math:pi", "math:nothing", "math:", ":pi", "math", "no.such.module:x", "json:loads", "fractions:Fraction",
    "os:path", "builtins:eval", "builtins:print", "numpy:add", "numpy:linalg.norm", "psitheory.geometry:Sphere",
    "psitheory.optimizers:Adam", "psitheory.models:Rayleigh", "holds.py:T1", "holds.py:nothing", "holds.py", "no.py:x",
    "math:pi.real.imag", "a b:c", "\udcff:x", "x" * 400 + ":y", "/:x", "..:x", "sys:exit", "sys:stdout",
)  # fmt: skip
_KINDS = ("manifold", "model", "optimizer", "retraction", "x", "")


def data(rng: random.Random, depth: int = 4) -> Any:
    """Return plain data that resembles a witness or a report."""
    if depth == 0 or rng.random() < 0.3:
        return rng.choice(_LEAVES)
    if rng.random() < 0.3:
        return [data(rng, depth - 1) for _ in range(rng.randrange(4))]
    keys = _KEYS if rng.random() < 0.8 else _CLAIMS
    return {key: data(rng, depth - 1) for key in rng.sample(keys, rng.randrange(1, 4))}


def text(rng: random.Random) -> str:
    """Return JSON, or what once was."""
    if rng.random() < 0.02:
        return "[" * 100_000
    out = json.dumps({"x": data(rng)} if rng.random() < 0.7 else data(rng), ensure_ascii=rng.random() < 0.5)
    return out[: rng.randrange(len(out) + 1)] if rng.random() < 0.1 else out


def arguments(rng: random.Random, target: str, law: str) -> list[str]:
    """Return a command line."""
    if rng.random() < 0.03:
        return ["check", rng.choice(_TARGETS), *(["--kind", rng.choice(_KINDS)] if rng.random() < 0.5 else [])]
    if rng.random() < 0.7:
        kind = ["--kind", rng.choice(("floats", "rationals", "balls", "symbols", "x"))] if rng.random() < 0.5 else []
        # in this process, which is fast: what is drawn here does not loop
        return ["replay", target, law, "--witness", text(rng), "--case-limit", "0", *kind]
    chosen = [rng.choice(_WORDS) for _ in range(rng.randrange(1, 6))]
    runs = chosen[0] in ("verify", "certify") and "no.py" not in chosen
    return [*chosen, "-1", "no.py"] if runs else chosen


def trouble(argv: list[str], *, verdict_needs: Path | None = None) -> str:
    """Run a command line, and return what is wrong with how it ended, an empty string if nothing is.

    Where there is a verdict, the file ``verdict_needs`` is there too.
    """
    out, err, code = io.StringIO(), io.StringIO(), 0
    quiet = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
    with mock.patch.object(sys, "argv", ["psitheory", *argv]), quiet[0], quiet[1]:
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        except BaseException as error:
            return f"{type(error).__name__}: {error}"
    if code not in CODES or "Traceback" in err.getvalue():
        return f"exit code {code}: {err.getvalue()[-300:]}"
    if verdict_needs is not None and code != BAD_USE and not verdict_needs.exists():
        return f"exit code {code}, and no {verdict_needs.name}"
    return ""


def case(seed: int, number: int, target: str, law: str) -> tuple[list[str], str]:
    """Return the command line of one case, and how it ended wrongly, an empty string if it did not."""
    argv = arguments(random.Random(f"{seed} {number}"), target, law)
    return argv, trouble(argv)


def failures(cases: int, seed: int, target: str, law: str) -> Iterator[tuple[list[str], str]]:
    """Yield each command line that ended wrongly, and how."""
    found = (case(seed, number, target, law) for number in range(cases))
    return ((argv, wrong) for argv, wrong in found if wrong)
