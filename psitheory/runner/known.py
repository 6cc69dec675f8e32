"""Whether all that a law names is known to treat blocks and entries alike, however many there are.

What is shown for two sizes is shown for all if nothing in the law can tell them apart.  A list of what can would never
be complete, since Python tells a length in many ways: so this is a list of what cannot, and a law that names something
else is not proved in every dimension.
"""

from __future__ import annotations

import builtins
import dis
import inspect
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from psitheory.runner.sizes import codes, home_of, is_of_laws, is_statement, reached


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BUILTINS = _words(
    "abs all any bool divmod float frozenset int isinstance len list map max min object pow print property range "
    "reversed round set slice sorted staticmethod sum super tuple type zip"
)
"""Those whose use is seen otherwise, by the turns of loops and by the names of sizes, and those that know none."""

_NUMPY = _words(
    "abs add arange array asarray concatenate cos diag divide dot einsum exp expm1 eye full linspace log log1p matmul "
    "maximum mean minimum multiply ndarray negative newaxis ones outer pi polyfit random sin sqrt square stack "
    "subtract tan tanh trace transpose uniform vdot vecdot where zeros"
)
"""Functions that treat all entries alike, and what makes arrays of a size that the law names."""

_NAMESPACE = _words(
    "all any acos acosh asin asinh atan atan2 atanh clip concat cosh expand_dims floor hypot log10 log2 max min "
    "ones_like sign sinh squeeze zeros_like"
)
"""Functions of the namespaces of arithmetics, beside those that have NumPy's names."""

_METHODS = _words("T append astype base conj copy default_rng get mid pop ravel reshape sum trace transpose")

_COUNTS = _words("block_name owner parts rows slices").union(*map(dir, (list, dict, str, np.ndarray)))
"""Names of the library that tell of sizes, beside those that are refused by themselves, and all that containers have:
of theirs those are known that stand in the lists above.
"""

_MODULES = frozenset({"psitheory", "numpy", "math", "cmath", "fractions", "dataclasses", "typing", "__future__"})

_TEXT = frozenset({"FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC", "UNPACK_EX", "LOAD_BUILD_CLASS"})
"""Text, the rest of a sequence, and classes, which may inherit from what has a length."""


def unknown_read(function: Callable[..., Any]) -> str:
    """Return what a law names of which it is not known that sizes are all the same to it, and where; else nothing."""
    law = inspect.unwrap(function)
    parts, home = list(reached(law)), home_of(law)
    known = frozenset(_of_the_laws(parts)) - _COUNTS
    every = [code for part in parts for code in codes(part.__code__)]
    unpacked = next((code for code in every if _unpacks_a_sequence(code)), None)
    if unpacked is not None and any(_drops_arguments(code) for code in every):
        return f"* ({Path(unpacked.co_filename).name}, line {unpacked.co_firstlineno}, in {unpacked.co_name})"
    for part in parts:
        for code in codes(part.__code__):
            for name, i in _named(code):
                if not _is_known(name, i.opname, part, known, home):
                    return f"{name} ({Path(code.co_filename).name}, line {code.co_firstlineno}, in {code.co_name})"
    return ""


def _unpacks_a_sequence(code: CodeType) -> bool:
    """Tell whether a function is called with as many arguments as something has that is not its caller's own *rest."""
    own = code.co_varnames[code.co_argcount + code.co_kwonlyargcount] if _drops_arguments(code) else None
    every = list(dis.get_instructions(code))
    calls = any(i.opname == "CALL_FUNCTION_EX" for i in every)
    spread = [a for a, b in pairwise(every) if b.opname in ("LIST_EXTEND", "CALL_FUNCTION_EX")]
    return calls and any(_loaded(i) not in (None, own) for i in spread)


def _loaded(i: dis.Instruction) -> str | None:
    """Return what an instruction puts on the stack: a name, or that it is computed; None for what is no sequence."""
    if i.opname in ("DICT_MERGE", "BUILD_MAP", "LIST_TO_TUPLE", "CALL_INTRINSIC_1", "PUSH_NULL", "LOAD_CONST"):
        return None
    return str(i.argval) if i.opname.startswith(("LOAD_FAST", "LOAD_DEREF")) else i.opname


def _drops_arguments(code: CodeType) -> bool:
    """Tell whether a function takes any number of arguments, and may use the first few alone."""
    return bool(code.co_flags & inspect.CO_VARARGS)


def _named(code: CodeType) -> Iterator[tuple[str, dis.Instruction]]:
    for i in dis.get_instructions(code):
        if i.opname.startswith(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_ATTR", "LOAD_METHOD", "IMPORT_NAME")):
            yield str(i.argval), i
        elif i.opname in _TEXT:
            yield {"UNPACK_EX": "*", "LOAD_BUILD_CLASS": "class"}.get(i.opname, "text"), i
    if any(isinstance(names, tuple) and "dtype" in names for names in code.co_consts):
        yield "dtype", next(dis.get_instructions(code))


def _is_known(name: str, opname: str, part: FunctionType, known: frozenset[str], home: str) -> bool:
    if opname in _TEXT or name == "dtype":
        return False
    if opname == "IMPORT_NAME":
        return _is_known_module(name, sys.modules.get(name), home)
    if opname.startswith(("LOAD_ATTR", "LOAD_METHOD")):
        return name in known | _NUMPY | _NAMESPACE | _METHODS
    if name not in part.__globals__:
        value = getattr(builtins, name, None)
        return name in _BUILTINS or not hasattr(builtins, name) or _is_error(value)
    return _is_known_value(part.__globals__[name], home)


def _is_known_value(value: Any, home: str) -> bool:
    if isinstance(value, ModuleType):
        return _is_known_module(value.__name__, value, home)
    if isinstance(value, FunctionType) and is_statement(value, home):
        return True
    if inspect.isclass(value) or inspect.isroutine(value):
        module = getattr(value, "__module__", None) or ""
        return _is_known_module(module, sys.modules.get(module), home) or _is_error(value)
    return True


def _is_known_module(name: str, module: ModuleType | None, home: str) -> bool:
    """Tell whether a module is known, or a theorem file, which Python's own are not."""
    if name.split(".")[0] in _MODULES:
        return True
    return (
        module is not None and module.__name__.split(".")[0] not in sys.stdlib_module_names and is_of_laws(module, home)
    )


def _is_error(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, BaseException)


def _of_the_laws(parts: list[FunctionType]) -> Iterator[str]:
    """Yield the names that the modules of a law's package define, the library's, and the keywords that it passes."""
    for code in (code for part in parts for code in codes(part.__code__)):
        yield from (name for names in code.co_consts if isinstance(names, tuple) for name in names if type(name) is str)
    packages = {"psitheory", *(part.__module__.split(".")[0] for part in parts)}
    for module in [value for name, value in list(sys.modules.items()) if name.split(".")[0] in packages]:
        yield from _defined(module)


def _defined(module: ModuleType) -> frozenset[str]:
    """Return the names of what a module defines: functions, classes, their members, fields and attributes."""
    size, kept = len(vars(module)), _DEFINED.get(module)
    if kept is None or kept[0] != size:
        kept = _DEFINED[module] = size, frozenset(_definitions(module))
    return kept[1]


_DEFINED: WeakKeyDictionary[ModuleType, tuple[int, frozenset[str]]] = WeakKeyDictionary()
"""What was found, and how many names the module had then: all modules of the library are asked for each law."""


def _definitions(module: ModuleType) -> Iterator[str]:
    for name, value in list(vars(module).items()):
        if getattr(value, "__module__", None) == module.__name__:
            yield name
            if inspect.isclass(value):
                yield from (member for member in _members(value) if not member.startswith("__"))


def _members(kind: type) -> Iterator[str]:
    yield from (*vars(kind), *inspect.get_annotations(kind))
    for member in vars(kind).values():
        if isinstance(member, FunctionType):
            yield from (i.argval for i in dis.get_instructions(member) if i.opname == "STORE_ATTR")
