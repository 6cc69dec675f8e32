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
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType, SimpleNamespace
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from psitheory.runner.code.sizes import (
    KINDS,
    SIZES,
    Ran,
    codes,
    enclosed_by,
    home_of,
    is_of_laws,
    is_statement,
    parts_of,
)


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

_TELLING = _words("block_name owner parts rows slices")
"""Names of the library that tell of sizes, beside those that are refused by themselves."""

_COUNTS = _TELLING.union(*map(dir, (list, dict, str, np.ndarray)))
"""These, and all that containers have: of theirs those are known that stand in the lists above."""

_MODULES = frozenset({"psitheory", "numpy", "math", "cmath", "fractions", "dataclasses", "typing", "__future__"})

_TEXT = frozenset({"FORMAT_VALUE", "FORMAT_SIMPLE", "FORMAT_WITH_SPEC", "UNPACK_EX", "LOAD_BUILD_CLASS"})
"""Text, the rest of a sequence, and classes, which may inherit from what has a length."""


def unknown_read(function: Callable[..., Any], ran: Ran | None = None) -> str:
    """Return what a law, or what ``ran``, names of which it is not known that sizes are all the same to it, and where.

    An empty string if there is nothing.
    """
    parts, home = parts_of(function, ran), home_of(function)
    known = frozenset(_of_the_laws(parts)) - _COUNTS
    every = [code for part in parts for code in codes(part)]
    unpacked = next((code for code in every if _unpacks_a_sequence(code)), None)
    if unpacked is not None and any(_drops_arguments(code) for code in every):
        return f"* ({Path(unpacked.co_filename).name}, line {unpacked.co_firstlineno}, in {unpacked.co_name})"
    for part, around in parts.items():
        for code in codes(part):
            for name, i in _named(code):
                if not _is_known(name, i.opname, around, known, home):
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
        if i.opname.startswith(("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_ATTR", "LOAD_METHOD", "IMPORT_NAME")):
            yield str(i.argval), i
        elif i.opname in _TEXT:
            yield {"UNPACK_EX": "*", "LOAD_BUILD_CLASS": "class"}.get(i.opname, "text"), i
    if any(isinstance(names, tuple) and "dtype" in names for names in code.co_consts):
        yield "dtype", next(dis.get_instructions(code))


def _is_known(name: str, opname: str, around: Mapping[str, Any], known: frozenset[str], home: str) -> bool:
    if opname in _TEXT or name == "dtype":
        return False
    if opname == "IMPORT_NAME":
        return _is_known_module(name, sys.modules.get(name), home)
    if opname.startswith(("LOAD_ATTR", "LOAD_METHOD")):
        return name in known | _NUMPY | _NAMESPACE | _METHODS
    if opname.startswith("LOAD_DEREF"):
        return name not in around or Values(home).are_known(around[name])
    if name not in around:
        value = getattr(builtins, name, None)
        return name in _BUILTINS or not hasattr(builtins, name) or _is_error(value)
    return Values(home).are_known(around[name])


class Values:
    """What a name means, and what is reached from there without a name: entries of containers, members, defaults."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._seen: dict[int, Any] = {}

    def are_known(self, *values: Any) -> bool:
        """Tell whether sizes are all the same to all of these; what was met before is not asked again."""
        for value in values:
            if id(value) not in self._seen:
                self._seen[id(value)] = value
                if not self._is_known(value):
                    return False
        return True

    def _is_known(self, value: Any) -> bool:
        if isinstance(value, ModuleType):
            return _is_known_module(value.__name__, value, self._home)
        if isinstance(value, (list, tuple, set, frozenset)):
            return self.are_known(*value)
        if isinstance(value, dict):
            return self.are_known(*value.values())
        if isinstance(value, FunctionType) and is_statement(value, self._home):
            given = (*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values())
            return self.are_known(*given, *enclosed_by(value).values())
        if isinstance(value, MethodType):
            return self.are_known(value.__func__, value.__self__)
        if isinstance(value, partial):
            return self.are_known(value.func, *value.args, *value.keywords.values())
        if inspect.isclass(value):
            return self._is_known_class(value)
        if hasattr(value, "__wrapped__"):  # by a cache, say
            return self.are_known(value.__wrapped__)
        return self._is_known_routine(value) if inspect.isroutine(value) else self._is_known_object(value)

    def _is_known_class(self, value: type) -> bool:
        if _is_error(value):
            return True
        if not self._is_of_theirs(value):
            return _is_known_name(value)
        members = (member for kind in inspect.getmro(value) if self._is_of_theirs(kind) for member in _own(kind))
        return self.are_known(*members)

    def _is_known_routine(self, value: Any) -> bool:
        makes_named_tuples = value is tuple.__new__
        return makes_named_tuples or self._is_of_theirs(value) or _is_known_name(value)

    def _is_known_object(self, value: Any) -> bool:
        kind = type(value)
        if self._is_of_theirs(kind) or kind is SimpleNamespace:
            return self.are_known(*vars(value).values() if hasattr(value, "__dict__") else (), kind)
        return not callable(value) or _home_module(kind) == "psitheory" or _is_known_name(value)

    def _is_of_theirs(self, value: Any) -> bool:
        return _is_theirs(sys.modules.get(getattr(value, "__module__", None) or ""), self._home)


def _own(kind: type) -> Iterator[Any]:
    """Yield the members of a class that its author wrote: functions, what stands behind properties, other values."""
    for name, member in vars(kind).items():
        inside = [getattr(member, part, None) for part in ("fget", "fset", "func", "__func__")]
        written = isinstance(member, FunctionType) and member.__code__.co_filename != "<string>"  # as dataclasses make
        if written or not name.startswith("__"):
            yield from [part for part in inside if part is not None] or [member]


def _home_module(value: Any) -> str:
    return (getattr(value, "__module__", None) or "").split(".")[0]


def _is_known_name(value: Any) -> bool:
    """Tell whether a function or class of a library is one of those in the lists, by whatever name the law has it."""
    name, home = getattr(value, "__name__", ""), _home_module(value)
    if home == "psitheory":
        return name not in SIZES | KINDS | _TELLING
    if home == "numpy" or isinstance(value, np.ufunc):
        return name in _NUMPY | _NAMESPACE
    return home in _MODULES


def _is_known_module(name: str, module: ModuleType | None, home: str) -> bool:
    """Tell whether a module is known, or a theorem file, which Python's own are not."""
    return name.split(".")[0] in _MODULES or _is_theirs(module, home)


def _is_theirs(module: ModuleType | None, home: str) -> bool:
    if module is None or module.__name__.split(".")[0] in sys.stdlib_module_names:
        return False
    return is_of_laws(module, home)


def _is_error(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, BaseException)


def _of_the_laws(parts: Ran) -> Iterator[str]:
    """Yield the names that the modules of a law's package define, the library's, and the keywords that it passes."""
    for code in (code for part in parts for code in codes(part)):
        yield from (name for names in code.co_consts if isinstance(names, tuple) for name in names if type(name) is str)
    packages = {"psitheory", *(str(around.get("__name__", "")).split(".")[0] for around in parts.values())}
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
