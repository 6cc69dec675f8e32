"""Which tests run which line, and how long each takes: recorded, so that a mutant meets the tests that run it."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import coverage

from tests.mutants.mutate import moved
from tests.mutants.recording import TIMES

RECORDED = (
    "tests/layout", "tests/checking", "tests/geometry", "tests/optimizers", "tests/arithmetic", "tests/rates",
    "tests/runner", "tests/scaletypes", "tests/strategies", "tests/symmetry", "tests/conformance/test_check_rate.py",
    "tests/conformance/test_slopes.py", "tests/conformance/test_check_optimizer.py",
    "tests/conformance/test_optimizer_eps.py", "tests/interop/test_scale_types.py",
    "tests/interop/test_model_types.py", "tests/interop/test_jax_types.py",
    "tests/interop/test_jax_optimizer_types.py", "tests/interop/test_degrees_of_torch_operations.py",
    "tests/interop/test_degrees_of_jax_operations.py", "tests/interop/test_symmetries_of_small_networks.py",
    "tests/interop/test_symmetries_of_small_modules.py", "tests/conformance/test_check_model.py",
    "tests/conformance/test_eps_of_models.py", "tests/conformance/test_precisions_and_state_of_models.py",
    "tests/conformance/test_claims_of_models.py", "tests/interop/test_modes_of_torch_models.py",
    "tests/interop/test_typed_memory.py", "tests/interop/test_unknown_operations.py",
    "tests/interop/test_partly_read_tables.py", "tests/interop/test_own_optimizers.py",
    "tests/interop/test_shared_parameters.py", "tests/interop/test_weak_thresholds.py",
    "tests/interop/test_probing.py", "tests/interop/test_plain_kernels.py",
    "tests/interop/test_rules_of_torch_models.py", "tests/interop/test_rules_of_jax_models.py",
    "tests/interop/test_rules_in_typed_steps.py", "tests/interop/test_random_programs.py",
    "tests/interop/test_torch_models.py", "tests/interop/test_jax_models.py", "tests/interop/test_model_cases.py",
    "tests/interop/test_gradients_left_out.py", "tests/interop/test_lost_numbers_and_names.py",
)  # fmt: skip
"""The tests that are near to the core; those of claims and pages reach everything, from afar."""

SETTINGS = "[run]\nsource = psitheory\ncore = ctrace\n"


class Contexts:
    """What was recorded, in a folder: lines by test, and seconds by test.

    Lines of files that changed since are found again by their text.
    """

    def __init__(self, folder: Path, root: Path) -> None:
        self._root = root
        self._lines: dict[str, dict[int, set[str]]] = {}
        self._at_import: dict[str, set[int]] = {}
        self._seconds: dict[str, float] = {}
        for path in sorted(folder.glob("*.json")):
            recorded = json.loads(path.read_text(encoding="utf-8"))
            self._seconds |= recorded["seconds"]
            self._read(path.with_suffix(".coverage"), recorded["sources"])

    def _read(self, path: Path, sources: dict[str, str]) -> None:
        data = coverage.CoverageData(str(path))
        data.read()
        for name in data.measured_files():
            file = _in_tree(name)
            now = self._root / file
            if file not in sources or not now.exists():
                continue
            lines, place = self._lines.setdefault(file, {}), moved(sources[file], now.read_text(encoding="utf-8"))
            for line, tests in data.contexts_by_lineno(name).items():
                if line in place:
                    known = {test for test in tests if self._seconds.get(test, -1) >= 0}
                    lines.setdefault(place[line], set()).update(known)
                    if "" in tests:
                        self._at_import.setdefault(file, set()).add(place[line])

    def tests(self, file: str, line: int, seconds: float) -> list[str]:
        """Return tests that take ``seconds`` together: those that run the line, then those that run its function.

        Of either, those of the file's own package come first, fast ones before slow ones, and one case of each function
        before the others.  A line that runs when the file is imported is run by every test of the file, and what it
        makes may be looked at by one that runs nothing there; cases that bear a name that it names come first.  A line
        that nobody was seen to run may have run while another tracer than coverage did, and is looked at like one.
        """
        lines = self._lines.get(file, {})
        own, words = set(Path(file).parts[1:2]), set[str]()
        here = lines.get(line, set())
        around = set().union(*(lines.get(k, ()) for k in self._function(file, line)))
        if line in self._at_import.get(file, ()) or not here | around:
            around = {test for test, seconds in self._seconds.items() if seconds >= 0 and _is_near(test, own)}
            around = around.union(*lines.values())
            words = _words((self._root / file).read_text(encoding="utf-8").splitlines()[line - 1])
        order = sorted(
            here | around,
            key=lambda test: (
                test not in here,
                words.isdisjoint(_words(test.partition("[")[2])),
                self._cost(test, own),
            ),
        )
        order.sort(key=_again(order))
        chosen: list[str] = []
        total = 0.0
        for test in order:
            if total + self._seconds[test] <= seconds or not chosen:
                chosen.append(test)
                total += self._seconds[test]
        return chosen

    def _cost(self, test: str, own: set[str]) -> float:
        """Return the seconds of a test, which count three times where it is of another package."""
        return (0.01 + self._seconds[test]) * (1 if _is_near(test, own) else 3)

    @cache  # noqa: B019  # one object a run
    def _function(self, file: str, line: int) -> range:
        """Return the lines of the innermost function around a line, or of the file."""
        source = (self._root / file).read_text(encoding="utf-8")
        around = [
            node
            for node in ast.walk(ast.parse(source))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.lineno < line <= (node.end_lineno or 0)
        ]
        inner = max(around, key=lambda node: node.lineno, default=None)
        return range(inner.lineno + 1, (inner.end_lineno or 0) + 1) if inner else range(1, source.count("\n") + 2)


def _in_tree(name: str) -> str:
    return name[name.rindex("/psitheory/") + 1 :]


def _is_near(test: str, own: set[str]) -> bool:
    """Tell whether a test is one of a package."""
    parts = set(Path(test.partition("::")[0]).with_suffix("").parts)
    return bool(own & (parts | {part.removeprefix("test_") for part in parts}))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d]\w+", text))


def _again(tests: Sequence[str]) -> Callable[[str], bool]:
    """Return a function that tells of a test whether another case of the same function comes before it."""
    first: dict[str, str] = {}
    for test in tests:
        first.setdefault(test.partition("[")[0], test)
    return lambda test: first[test.partition("[")[0]] != test


def record(copy: Path, folder: Path, recorded: Sequence[str] = RECORDED) -> None:
    """Run the tests of a copy of the tree, one file after the other; what did not change is not run again."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "settings.ini"
    settings.write_text(SETTINGS, encoding="utf-8")
    for tests in _files(copy, recorded):
        out = folder.resolve() / tests.replace("/", "-").removesuffix(".py")
        times, text = out.parent / f"{out.name}.json", text_of(copy, tests)
        if times.exists() and json.loads(times.read_text(encoding="utf-8"))["tests"] == text:
            continue
        print(f"recording {tests}", flush=True)
        environment = os.environ | {
            "PYTHONPATH": str(copy), "CI": "true", "OMP_NUM_THREADS": "1", TIMES: str(times),
            "COVERAGE_FILE": f"{out}.coverage", "COVERAGE_RCFILE": str(settings.resolve()),
        }  # fmt: skip
        words = ["-m", "coverage", "run", "-m", "pytest", "-p", "tests.mutants.recording", "-q", "-n0", "--tb=no"]
        subprocess.run(
            [sys.executable, *words, "-p", "no:cacheprovider", tests],
            cwd=copy, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        add_sources(times, copy, text)


def text_of(copy: Path, tests: str) -> str:
    """Return the text of a file of tests, and that of the modules of tests that it imports, whose tables make tests."""
    texts: dict[str, str] = {}
    left = [tests]
    while left:
        file = left.pop()
        if file not in texts and (copy / file).is_file():
            texts[file] = (copy / file).read_text(encoding="utf-8")
            left += _imported(texts[file], Path(file).parent)
    return "".join([texts.pop(tests), *(texts[file] for file in sorted(texts))])


def _imported(text: str, package: Path) -> Iterator[str]:
    """Yield the files of tests that a module may import."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("tests")):
            parts = (node.module or "").split(".") if node.module else []
            home = package.joinpath(*[".."] * (node.level - 1)) if node.level else Path()
            base = Path(os.path.normpath(home.joinpath(*parts)))
            yield f"{base}.py"
            yield from (f"{base / alias.name}.py" for alias in node.names)


def _files(copy: Path, recorded: Iterable[str]) -> list[str]:
    """Return the files of tests of a tree that are named, or are in folders that are named."""
    found = [copy / name for name in recorded]
    files = [file for path in found for file in (sorted(path.rglob("test_*.py")) if path.is_dir() else [path])]
    return [str(file.relative_to(copy)) for file in files if file.exists()]


def add_sources(times: Path, copy: Path, tests: str) -> None:
    """Put the text of the tests, and the sources of what was measured, beside the seconds of the tests."""
    seconds = json.loads(times.read_text(encoding="utf-8"))
    data = coverage.CoverageData(str(times.with_suffix(".coverage")))
    data.read()
    sources = {file: (copy / file).read_text(encoding="utf-8") for file in map(_in_tree, data.measured_files())}
    times.write_text(json.dumps({"seconds": seconds, "sources": sources, "tests": tests}), encoding="utf-8")
