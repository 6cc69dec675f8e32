"""Whether a law reads a size, or looks at kinds of numbers: what it claims may then depend on what was tried."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from psitheory.runner.code.lines import HOME

SIZES = frozenset({"shape", "size", "sizes", "sizes_in_order", "n", "m", "p", "dimension", "len", "enumerate"})
"""What a law reads a size by: of an array or a layout, or by counting entries."""

KINDS = frozenset({"isinstance", "issubclass", "type", "__class__", "hasattr", "getattr"})
"""What a law tells floats from other numbers by."""

_STATEMENTS = HOME / "laws"
"""Statements that laws are made of; the rest of the library computes, and is trusted to do the same for every size."""

_INSTALLED = ("site-packages", "dist-packages")
"""Folders of installed packages, Debian's beside the others'."""


Ran = Mapping[CodeType, Mapping[str, Any]]
"""Codes of theorem files, each with the values of the names around it: its globals, and what it encloses."""


def parts_of(function: Callable[..., Any], ran: Ran | None = None) -> dict[CodeType, Mapping[str, Any]]:
    """Return the codes of a law: of the functions that it names, and of all that ``ran``, by whatever way they came."""
    named = {part.__code__: {**part.__globals__, **enclosed_by(part)} for part in reached(inspect.unwrap(function))}
    return named | dict(ran or {})


def enclosed_by(function: FunctionType) -> dict[str, Any]:
    """Return the enclosed variables of a function that have a value."""
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return {name: cell.cell_contents for name, cell in cells if is_full(cell)}


def size_read(function: Callable[..., Any], ran: Ran | None = None) -> str:
    """Return by what name and where a law, or code of laws that it calls, reads a size; else an empty string."""
    return _named(function, ran, SIZES)


def kind_read(function: Callable[..., Any], ran: Ran | None = None) -> str:
    """Return likewise by what name and where a law looks at what its inputs are."""
    return _named(function, ran, KINDS)


def _named(function: Callable[..., Any], ran: Ran | None, names: frozenset[str]) -> str:
    for part in parts_of(function, ran):
        for code in codes(part):
            found = sorted(names & set(code.co_names))
            if found:
                return f"{found[0]} ({Path(code.co_filename).name}, line {code.co_firstlineno}, in {code.co_name})"
    return ""


def reached(function: Any, home: str | None = None) -> Iterator[FunctionType]:
    """Yield the functions of laws that a function names, itself included; the ``home`` is its own if left out."""
    if isinstance(function, FunctionType):
        yield from _reached(function, home_of(function) if home is None else home, set())


def _reached(function: Any, home: str, seen: set[int]) -> Iterator[FunctionType]:
    if not isinstance(function, FunctionType) or id(function) in seen or not is_statement(function, home):
        return
    seen.add(id(function))
    yield function
    named = named_globals(function)
    modules = [value for value in named if inspect.ismodule(value) and is_of_laws(value, home)]
    named += [vars(module).get(name) for module in modules for name in function.__code__.co_names]
    for other in [*enclosed(function), *named]:
        yield from _reached(other, home, seen)


def every_part(function: Callable[..., Any], kinds: Iterable[type] = ()) -> Iterator[FunctionType]:
    """Yield the functions of laws that a law names, and those of the classes of what it names and of its inputs."""
    own = inspect.unwrap(function)
    home, named = home_of(own), [value for part in reached(own) for value in named_in(part)]
    yield from reached(own, home)
    for kind in {*kinds, *(value if inspect.isclass(value) else type(value) for value in named)}:
        for base in inspect.getmro(kind):
            for member in vars(base).values():
                inside = (getattr(member, name, None) for name in ("fget", "func", "__func__"))
                yield from reached(next(filter(None, inside), member), home)


def named_in(function: FunctionType) -> list[Any]:
    """Return what a function encloses, and what is global by the names in it."""
    return [*enclosed(function), *named_globals(function)]


def enclosed(function: FunctionType) -> list[Any]:
    """Return the values of the enclosed variables of a function."""
    return list(enclosed_by(function).values())


def named_globals(function: FunctionType) -> list[Any]:
    """Return what is global by the names in a function, None for a name that is not."""
    return [function.__globals__.get(name) for code in codes(function.__code__) for name in code.co_names]


def is_full(cell: Any) -> bool:
    """Tell whether an enclosed variable has a value yet."""
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def is_of_laws(module: Any, home: str) -> bool:
    """Tell whether a module is a theorem file of a law with that home, or one of the library's statements."""
    file = getattr(module, "__file__", None)
    return file is not None and is_statement_file(Path(file), home)


def is_statement(function: FunctionType, home: str) -> bool:
    """Tell whether a function is one of theorem files of a law with that home, or of the library's statements."""
    return is_statement_file(Path(function.__code__.co_filename), home)


@cache
def is_statement_file(file: Path, home: str) -> bool:
    """Tell whether a file holds theorems, or statements of the library.

    Of what is installed only the package that a law itself comes from says what the law claims.
    """
    path = file.resolve()
    if HOME in path.parents:
        return _STATEMENTS in path.parents
    return package_of(path) in ("", home)


def home_of(function: Callable[..., Any]) -> str:
    """Return the installed package that a law comes from; an empty string for a file that is not installed."""
    return package_of(Path(inspect.unwrap(function).__code__.co_filename).resolve())


def package_of(path: Path) -> str:
    """Return the installed package that a file belongs to, by its folder; an empty string if it is not installed."""
    parts = path.parts
    found = next((i for i in reversed(range(len(parts))) if parts[i] in _INSTALLED), None)
    return "" if found is None else str(Path(*parts[: found + 2]))


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code and those of the functions that are defined inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)
