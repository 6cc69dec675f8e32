"""Whether a law reads a size, or looks at kinds of numbers: what it claims may then depend on what was tried."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

_SIZES = frozenset({"shape", "size", "sizes", "sizes_in_order", "n", "m", "p", "dimension", "len", "enumerate"})
"""What a law reads a size by: of an array or a layout, or by counting entries."""

_KINDS = frozenset({"isinstance", "issubclass", "type", "__class__", "hasattr", "getattr"})
"""What a law tells floats from other numbers by."""

_LIBRARY = Path(__file__).resolve().parents[1]
_STATEMENTS = _LIBRARY / "laws"
"""Statements that laws are made of; the rest of the library computes, and is trusted to do the same for every size."""


def size_read(function: Callable[..., Any]) -> str:
    """Return by what name and where a law, or a function of laws that it calls, reads a size; else an empty string."""
    return _named(function, _SIZES)


def kind_read(function: Callable[..., Any]) -> str:
    """Return likewise by what name and where a law looks at what its inputs are."""
    return _named(function, _KINDS)


def _named(function: Callable[..., Any], names: frozenset[str]) -> str:
    for part in reached(inspect.unwrap(function), set()):
        for code in codes(part.__code__):
            found = sorted(names & set(code.co_names))
            if found:
                return f"{found[0]} ({Path(code.co_filename).name}, line {code.co_firstlineno}, in {code.co_name})"
    return ""


def reached(function: Any, seen: set[int]) -> Iterator[FunctionType]:
    """Yield the functions of laws that a function names, itself included."""
    if not isinstance(function, FunctionType) or id(function) in seen or not is_statement(function):
        return
    seen.add(id(function))
    yield function
    inside = [cell.cell_contents for cell in function.__closure__ or () if is_full(cell)]
    named = [function.__globals__.get(name) for code in codes(function.__code__) for name in code.co_names]
    modules = [value for value in named if inspect.ismodule(value) and is_of_laws(value)]
    named += [vars(module).get(name) for module in modules for name in function.__code__.co_names]
    for other in [*inside, *named]:
        yield from reached(other, seen)


def is_full(cell: Any) -> bool:
    """Tell whether an enclosed variable has a value yet."""
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return False
    return True


def is_of_laws(module: Any) -> bool:
    """Tell whether a module is a theorem file, or one of the library's statements."""
    file = getattr(module, "__file__", None)
    return file is not None and is_statement_file(Path(file))


def is_statement(function: FunctionType) -> bool:
    """Tell whether a function is one of theorem files, or of the library's statements."""
    return is_statement_file(Path(function.__code__.co_filename))


def is_statement_file(file: Path) -> bool:
    """Tell whether a file holds theorems, or statements of the library."""
    home = file.resolve()
    inside = _LIBRARY in home.parents
    return (not inside or _STATEMENTS in home.parents) and "site-packages" not in str(home)


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code and those of the functions that are defined inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes(constant)
