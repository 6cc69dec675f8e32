"""Where theorems are found: the installed libraries of them, and files of Python."""

from __future__ import annotations

import hashlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from psitheory.checking import Theorem
from psitheory.errors import ArgumentError, ArgumentTypeError, UnknownName, shown, told_where
from psitheory.limits import LOADING, limited

GROUP = "psitheory.theorems"
"""The entry-point group of the libraries: each entry is a function without arguments that returns theorems."""


@dataclass(frozen=True, eq=False)
class Entry:
    """A theorem and the word that names it on a command line (None for an object that no file holds)."""

    theorem: Theorem
    target: str | None = None


def select(
    targets: str | Path | Theorem | Iterable[str | Path | Theorem] | None = None, *, chapter: str | None = None
) -> tuple[Entry, ...]:
    """Return the theorems that are asked for, in the order asked; all libraries if nothing is named.

    Parameters
    ----------
    targets : str, Path, Theorem or several, optional
        Each an id (``"A3"``), a file (``"my.py"``, or ``"my.py::T1"`` for one theorem of it), or a theorem.
    chapter : str, optional
        Keep only this chapter: its letter or its name, in any case.

    Raises
    ------
    UnknownName
        If an id, a file or a chapter is not to be found.
    ArgumentError
        If a file cannot be run, or holds no theorem.
    """
    if targets is None:
        entries = list(library())
    elif isinstance(targets, (str, Path, Theorem)) or not isinstance(targets, Iterable):
        entries = list(find(targets))
    else:
        entries = [entry for target in targets for entry in find(target)]
    if not entries:
        raise ArgumentError("targets is empty and names nothing to verify; name an id, a file or a theorem")
    unique = list({id(e.theorem) if e.target is None else e.target: e for e in entries}.values())
    return _of_chapter(unique, chapter) if chapter is not None else tuple(unique)


def find(target: str | Path | Theorem) -> tuple[Entry, ...]:
    """Return what one target names: one theorem, or those of a file."""
    if isinstance(target, Theorem):
        return (Entry(target),)
    if not isinstance(target, (str, Path)):
        raise ArgumentTypeError(f"target is {shown(target)}; an id, a file or a Theorem is needed")
    name, _, id = str(target).partition("::")
    if is_file(name):
        return _in_file(name, id)
    by_id = {entry.theorem.id.lower(): entry for entry in library()}
    if name.lower() not in by_id:
        raise UnknownName(f"target {name!r} names no claim{_close(name, [e.theorem.id for e in by_id.values()])}")
    return (by_id[name.lower()],)


@cache
def theorem_of(target: str) -> Theorem:
    """Return the one theorem that a target names, loaded once in each process."""
    return find(target)[0].theorem


@cache
def library() -> tuple[Entry, ...]:
    """Return the theorems of all installed libraries, ordered A3 < A10 < B1.

    Raises
    ------
    UnknownName
        If no library is installed.
    ArgumentError
        If a library cannot be loaded, or two theorems bear one id.
    """
    points = entry_points(group=GROUP)
    if not points:
        raise UnknownName(
            "no library of theorems is installed; install one (in a clone: python -m pip install .) or name a file"
        )
    found: list[Theorem] = []
    for point in points:
        with told_where(f"the library {point.name!r}"):
            found.extend(point.load()())
    return tuple(Entry(theorem, theorem.id) for theorem in in_order(found))


def theorems_below(package: str) -> tuple[Theorem, ...]:
    """Import every module below a package and return the theorems they define at module level, in order."""
    parent = import_module(package)
    modules = [import_module(info.name) for info in pkgutil.walk_packages(parent.__path__, f"{package}.")]
    return in_order(theorem for module in modules for theorem in _defined_in(module))


def theorems_in_file(path: str | Path) -> tuple[Theorem, ...]:
    """Run a file of Python and return the theorems that it defines at module level.

    The file is run anew at each call, with its own folder to import from.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise UnknownName(f"target '{path}' {what}; a Python file that defines a theorem is needed")
    full = path.resolve()
    name = f"psitheory_file_{hashlib.sha256(str(full).encode()).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, full)
    if spec is None or spec.loader is None:
        raise ArgumentError(f"target '{path}' is not a Python file; its name must end in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.append(str(full.parent))
    try:
        with told_where(f"target '{path}'", within=str(full)), limited(LOADING):
            spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(full.parent))
    theorems = list({id(t): t for t in _defined_in(module)}.values())
    if not theorems:
        raise ArgumentError(
            f"target '{path}' holds no theorem; define one at module level, as in T1 = theorem('T1', …)"
        )
    return in_order(theorems)


def in_order(theorems: Iterable[Theorem]) -> tuple[Theorem, ...]:
    """Return distinct theorems in the natural order of their ids, and refuse two of one id."""
    by_id: dict[str, Theorem] = {}
    for theorem in theorems:
        if by_id.setdefault(theorem.id.lower(), theorem) is not theorem:
            raise ArgumentError(f"id {theorem.id!r} is borne by two theorems; ids must differ")
    return tuple(by_id[id] for id in sorted(by_id, key=natural))


def natural(id: str) -> list[str | int]:
    """Return a key by which A3 comes before A10, and A10 before B1."""
    return [int(part) if i % 2 else part for i, part in enumerate(re.split(r"(\d+)", id))]


def letters(theorem: Theorem) -> str:
    """Return the letters that open the id: the short name of its chapter."""
    return re.split(r"\d", theorem.id, maxsplit=1)[0]


def is_file(target: str | Path) -> bool:
    """Tell whether a target names a file (or a theorem of one) rather than an id."""
    name = str(target).partition("::")[0]
    return name.endswith(".py") or Path(name).name != name


def _in_file(name: str, id: str) -> tuple[Entry, ...]:
    theorems = theorems_in_file(name)
    if id:
        chosen = [t for t in theorems if t.id.lower() == id.lower()]
        if not chosen:
            raise UnknownName(
                f"target '{name}::{id}' names no theorem of the file{_close(id, [t.id for t in theorems])}"
            )
        return (Entry(chosen[0], f"{name}::{chosen[0].id}"),)
    return tuple(Entry(t, name if len(theorems) == 1 else f"{name}::{t.id}") for t in theorems)


def _of_chapter(entries: Sequence[Entry], chapter: str) -> tuple[Entry, ...]:
    wanted = chapter.lower()
    chosen = tuple(e for e in entries if wanted in (letters(e.theorem).lower(), e.theorem.chapter.lower()))
    if not chosen:
        known = sorted({f"{letters(e.theorem)} ({e.theorem.chapter})" for e in entries})
        raise UnknownName(f"chapter {chapter!r} has no claim here; there are {', '.join(known)}")
    return chosen


def _defined_in(module: ModuleType) -> Iterator[Theorem]:
    return (value for value in vars(module).values() if isinstance(value, Theorem))


def _close(name: str, known: Sequence[str]) -> str:
    by_lower = {id.lower(): id for id in known}
    close = [by_lower[match] for match in get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)]
    return f"; close to it: {', '.join(close)}" if close else f"; there are {', '.join(known)}"


Discovery = Callable[[], Iterable[Theorem]]
"""The type of an entry of the group."""
