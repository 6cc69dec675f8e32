"""What a law reads beside its inputs: clocks, sources of chance, the environment, addresses, hashes of text.

A law that reads one of them may say another thing at another time, on another machine or in another process, and no
number of cases in this one would tell.
"""

from __future__ import annotations

import builtins
import dis
import inspect
import numbers
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from psitheory.runner.code.sizes import codes, enclosed_by, every_part

_NOTHING = object()
"""What stands for a value that is not known without running the law."""

_READS: dict[str, frozenset[str]] = {
    module: frozenset(names.split())
    for module, names in {
        "time": "time time_ns monotonic monotonic_ns perf_counter perf_counter_ns process_time process_time_ns "
        "thread_time thread_time_ns clock_gettime clock_gettime_ns localtime gmtime ctime asctime strftime",
        "datetime": "datetime.now datetime.utcnow date.today",
        "posix": "urandom getrandom getpid getppid getcwd getcwdb getlogin uname times getloadavg",
        "nt": "urandom getpid getppid getcwd getcwdb getlogin times",
        "os": "getenv getenvb",
        "uuid": "uuid1 uuid4 getnode",
        "secrets": "randbits randbelow choice token_bytes token_hex token_urlsafe",
        "builtins": "id",
    }.items()
}
"""Functions that answer otherwise elsewhere or later, by their modules."""

_ENVIRONMENTS = tuple(getattr(os, name) for name in ("environ", "environb") if hasattr(os, name))

_SEEDED: frozenset[Any] = frozenset(
    {np.random.default_rng, np.random.RandomState, np.random.SeedSequence, np.random.PCG64, random.Random}
)
"""Generators of random numbers, which take their seed from the system where none is given."""


_LOADS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_FAST")


def read_outside(function: Callable[..., Any]) -> str:
    """Return what a law, or code of laws that it calls, reads beside its inputs, and where; else an empty string."""
    for part in _parts(function):
        around = {**vars(builtins), **part.__globals__, **enclosed_by(part)}
        for code in codes(part.__code__):
            for what, line in _read(code, around):
                return f"it reads {what} ({Path(code.co_filename).name}, line {line})"
    return ""


def _parts(function: Callable[..., Any]) -> Iterator[FunctionType]:
    """Yield the functions of a law that stand in a file of theirs: dataclasses bring others along, and make some."""
    return (part for part in every_part(function) if _is_theirs(Path(part.__code__.co_filename)))


def _is_theirs(file: Path) -> bool:
    return _PYTHON not in file.parents and not file.name.startswith("<string>")


_PYTHON = Path(os.__file__).parent


def _read(code: CodeType, around: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield what a code reads from outside, each with its line, as far as names alone tell it."""
    known, value, line = dict(around), _NOTHING, code.co_firstlineno
    every = [i for i in dis.get_instructions(code) if i.opname not in ("PUSH_NULL", "PRECALL", "EXTENDED_ARG")]
    for i, then in zip(every, [*every[1:], None], strict=True):
        line = (i.positions.lineno if i.positions else None) or line
        value = _meant(i, value, known)
        if i.opname.startswith("STORE_"):
            known[str(i.argval)] = value
        unseeded = _is_seeded(value) and then is not None and then.opname == "CALL" and not then.arg
        if unseeded or _is_outside(value):
            yield _name(value) + (" without a seed" if unseeded else ""), line


def _meant(i: dis.Instruction, value: Any, known: dict[str, Any]) -> Any:
    """Return what an instruction puts on the stack where names tell, and what lies there where it takes it away."""
    name = str(i.argval)
    if i.opname.startswith("STORE_"):
        return value
    if i.opname in ("LOAD_ATTR", "LOAD_METHOD", "IMPORT_FROM"):
        return getattr(value, name, _NOTHING) if isinstance(value, (ModuleType, type)) else _NOTHING
    if i.opname == "IMPORT_NAME":
        return sys.modules.get(name, _NOTHING)
    return known.get(name, _NOTHING) if i.opname.startswith(_LOADS) else _NOTHING


def _is_seeded(value: Any) -> bool:
    return callable(value) and getattr(value, "__hash__", None) is not None and value in _SEEDED


def _is_outside(value: Any) -> bool:
    if value is random.SystemRandom or any(value is environment for environment in _ENVIRONMENTS):
        return True
    if not (inspect.isroutine(value) or isinstance(value, FunctionType)):
        return False
    if type(getattr(value, "__self__", None)) is random.SystemRandom:
        return True
    return getattr(value, "__qualname__", "") in _READS.get(_module(value), ())


def _name(value: Any) -> str:
    if any(value is environment for environment in _ENVIRONMENTS):
        return "os.environ"
    return f"{_module(value)}.{value.__qualname__}".removeprefix("builtins.").replace("posix.", "os.")


def _module(value: Any) -> str:
    """Return the module of a function, or of whose method it is."""
    return getattr(value, "__module__", None) or getattr(getattr(value, "__self__", None), "__module__", None) or ""


# -- hashes, which depend on the process where they are of text -----------------------------------------


def asking_for_hashes(function: Callable[..., Any]) -> frozenset[CodeType]:
    """Return the codes of a law, and of laws that it calls, that name the function ``hash``."""
    every = (code for part in _parts(function) for code in codes(part.__code__))
    return frozenset(code for code in every if "hash" in code.co_names)


@contextmanager
def hashes_told(asking: frozenset[CodeType], tell: Callable[[str], None]) -> Iterator[None]:
    """Tell inside the block of each hash that one of the codes asks for and another process computes otherwise."""
    before = builtins.hash

    def told(value: Any) -> int:
        if sys._getframe(1).f_code in asking and not _hashes_alike(value):
            tell(f"it reads the hash of {type(value).__name__}, which is another in each process")
        return before(value)

    builtins.hash = told
    try:
        yield
    finally:
        builtins.hash = before


def _hashes_alike(value: Any) -> bool:
    """Tell whether a hash is the same in each process: of numbers, and of tuples and sets of such."""
    if isinstance(value, (tuple, frozenset)):
        return all(map(_hashes_alike, value))
    return isinstance(value, numbers.Number) and value == value  # a nan hashes by its address
