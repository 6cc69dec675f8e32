"""Which tests can notice a fault in a module: those that import it, the nearest first."""

from __future__ import annotations

import ast
from collections import deque
from functools import cache
from pathlib import Path

FROM_AFAR = ("fuzz", "mutants", "plotting", "explorer", "sweeps")
"""Folders whose tests reach everything, but from afar: they are not run for a mutant."""


class Reach:
    """The import graph of a tree, and the tests in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        files = [path for top in ("psitheory", "proofs_check", "tests") for path in (root / top).rglob("*.py")]
        self._names = {_module(path.relative_to(root)): path.relative_to(root) for path in files}
        tests = [path for path in self._names.values() if path.name.startswith("test_")]
        self._tests = [path for path in tests if path.parts[1] not in FROM_AFAR]

    def tests(self, file: str) -> list[str]:
        """Return the files of tests that import ``file``, directly or through others, the nearest first."""
        foreign = Path(file).parts[1] in ("scaletypes", "interop")
        target, package = _module(Path(file)), Path(file).parts[1].removesuffix(".py")
        order = []
        for test in self._tests:
            if "interop" in test.parts and not foreign:  # other libraries take long to import
                continue
            far = self._distances(test).get(target)
            if far is not None:
                own = package in test.parts or test.stem == f"test_{package}"
                order.append((test.stem != f"test_{Path(file).stem}" or not own, not own, far, str(test)))
        return [name for *_, name in sorted(order)]

    @cache  # noqa: B019  # one object a run
    def _distances(self, test: Path) -> dict[str, int]:
        start = _module(test)
        far, waiting = {start: 0}, deque([start])
        while waiting:
            name = waiting.popleft()
            for other in self._imports(name):
                if other not in far:
                    far[other] = far[name] + 1
                    waiting.append(other)
        return far

    @cache  # noqa: B019
    def _imports(self, name: str) -> tuple[str, ...]:
        tree = ast.parse((self.root / self._names[name]).read_text(encoding="utf-8"))
        package = name if self._names[name].name == "__init__.py" else name.rpartition(".")[0]
        named: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                named |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                named |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):  # imported by its name
                word = node.value.partition(":")[0]
                named |= {word, f"{package}.{word.lstrip('.')}"}
        named |= {name.rpartition(".")[0] for name in named if name.count(".") > 1}  # a package comes with its module
        return tuple(sorted(named & set(self._names) - {name}))


def _module(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
