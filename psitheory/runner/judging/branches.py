"""Whether a law branches by ordinary comparisons or makes floats: then its balls watch, at a cost others save."""

from __future__ import annotations

import dis
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy as np

from psitheory.arithmetic import precision, to_balls, watched
from psitheory.arithmetic.balls import is_complex
from psitheory.checking import Observation
from psitheory.errors import MadeAFloat, Undecided
from psitheory.runner.code.interpreter import unseen
from psitheory.runner.code.opcodes import is_conditional
from psitheory.runner.code.sizes import codes, every_part, named_in
from psitheory.runner.judging.outcome import observe

_COMPARING = frozenset({"max", "min", "sorted", "sort", "any", "all", "bool", "int", "round", "maximum", "minimum"})
"""Functions that compare without an operator to be seen."""

_WHOLE = frozenset({"floor", "ceil", "trunc", "rint", "fix", "around", "divmod", "mod", "remainder", "floor_divide"})
"""Functions that take numbers for whole ones, which compares them with those."""

_OPERATORS = frozenset({"COMPARE_OP", "CONTAINS_OP", "TO_BOOL", "UNARY_NOT"})

_FLOATS = frozenset({"float", "complex", "astype", "float64", "float32", "float16", "longdouble"})
"""What makes floats of other numbers, beside the functions of ``math``."""

_COARSE = frozenset({"float32", "float16", "single", "half", "f4", "f2"})
"""Names and codes of floats of fewer digits than Python's."""

_PARTS = frozenset({"real", "imag", "angle", "norm", "isreal", "iscomplex", "isrealobj", "iscomplexobj"})
"""What NumPy answers as if numbers were real where they are objects in an array."""

_OF_FLOATS = frozenset({"math", "cmath"})

ENOUGH_BITS = 512


def observe_in_balls(function: Callable[..., Any], inputs: dict[str, Any]) -> Observation:
    """Return what a law observes in balls, which watch it if it, or code of its own, branches or makes floats."""
    kinds = _kinds(inputs)
    if makes_floats(function, kinds):
        return observe_watched(function, watched(inputs))
    return observe(function, watched(inputs) if branches(function, kinds) else inputs)


def observe_watched(function: Callable[..., Any], inputs: dict[str, Any]) -> Observation:
    """Return what a law observes on balls that watch it, which ``math`` and ``float`` take as they take floats."""
    from psitheory.runner.judging.math_of_balls import functions_take_balls

    with functions_take_balls(_parts(function, _kinds(inputs))):
        return observe(function, inputs)


def refuse_floats(function: Callable[..., Any], inputs: Mapping[str, Any]) -> None:
    """Return if the law makes no float of exact inputs, which would then pass for exact, else raise.

    Raises
    ------
    MadeAFloat
        If it does, or may: balls, which tell, do not get through.
    """
    if not makes_floats(function, _kinds(inputs)):
        return
    try:
        with precision(ENOUGH_BITS):
            function(**watched(to_balls(dict(inputs))))
    except MadeAFloat:
        raise
    except Undecided as doubt:
        raise MadeAFloat(f"it may make floats of exact numbers, and in balls it is left open: {doubt}") from doubt
    except Exception:  # what else it raises it raises again
        return


def _kinds(inputs: Mapping[str, Any]) -> frozenset[type]:
    return frozenset(map(type, inputs.values()))


@lru_cache(maxsize=1024)
def branches(function: Callable[..., Any], kinds: frozenset[type] = frozenset()) -> bool:
    """Tell whether a law, or code of laws that it or a method of its inputs calls, compares or branches at all."""
    return bool(unseen()) or any(_branches(code) for part in _parts(function, kinds) for code in codes(part.__code__))


@lru_cache(maxsize=1024)
def makes_floats(function: Callable[..., Any], kinds: frozenset[type] = frozenset()) -> bool:
    """Tell likewise whether something in it may make a float of a number that is none."""
    return any(_makes_floats(part) for part in _parts(function, kinds))


def names_floats(function: Callable[..., Any], inputs: Mapping[str, Any]) -> bool:
    """Tell likewise whether a float is written in it, or is the value of a name."""
    return any(_names_floats(part) for part in _parts(function, _kinds(inputs)))


def _names_floats(function: FunctionType) -> bool:
    written = (constant for code in codes(function.__code__) for constant in code.co_consts)
    given = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    return any(map(_holds_floats, (*written, *given, *named_in(function))))


def _holds_floats(value: Any) -> bool:
    if isinstance(value, (tuple, list, frozenset, set)):
        return any(map(_holds_floats, value))
    return isinstance(value, float) or (isinstance(value, (np.ndarray, np.generic)) and value.dtype.kind == "f")


def numbers_written(function: Callable[..., Any], inputs: Mapping[str, Any]) -> list[int | float]:
    """Return the numbers that are written likewise in it, or are the values of names, each once."""
    parts = _parts(function, _kinds(inputs))
    written = [constant for part in parts for code in codes(part.__code__) for constant in code.co_consts]
    values = (number for value in (*written, *(v for part in parts for v in named_in(part))) for number in _in(value))
    return list(dict.fromkeys(values))


def _in(value: Any) -> Iterator[int | float]:
    if isinstance(value, (tuple, list, frozenset, set)):
        for entry in value:
            yield from _in(entry)
    elif type(value) in (int, float):
        yield value


def asks_for_parts(function: Callable[..., Any], inputs: Mapping[str, Any]) -> bool:
    """Tell likewise whether arrays are asked for parts of complex numbers, of which there are some."""
    every = [code for part in _parts(function, _kinds(inputs)) for code in codes(part.__code__)]
    if all(_PARTS.isdisjoint(code.co_names) for code in every):
        return False
    written = any(isinstance(constant, complex) for code in every for constant in code.co_consts)
    return written or any(map(_holds_complex, inputs.values()))


def _holds_complex(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(map(_holds_complex, value))
    return (isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "c") or is_complex(value)


def rounds_coarsely(function: Callable[..., Any], inputs: Mapping[str, Any]) -> bool:
    """Tell likewise whether floats of fewer digits are named in it."""
    every = [code for part in _parts(function, _kinds(inputs)) for code in codes(part.__code__)]
    texts = {text.lstrip("<>=") for code in every for text in code.co_consts if isinstance(text, str)}
    return any(not _COARSE.isdisjoint(names) for names in (texts, *(code.co_names for code in every)))


@lru_cache(maxsize=1024)
def _parts(function: Callable[..., Any], kinds: frozenset[type]) -> tuple[FunctionType, ...]:
    return tuple(every_part(function, kinds))


def _makes_floats(function: FunctionType) -> bool:
    if any(_FLOATS & set(code.co_names) for code in codes(function.__code__)):
        return True
    homes = (v.__name__ if isinstance(v, ModuleType) else getattr(v, "__module__", "") for v in named_in(function))
    return not _OF_FLOATS.isdisjoint(homes)


def _branches(code: CodeType) -> bool:
    """Tell whether it branches, or does what plain balls cannot: they know nothing of 1j, nor of a remainder."""
    if (_COMPARING | _WHOLE) & set(code.co_names) or any(isinstance(constant, complex) for constant in code.co_consts):
        return True
    return any(i.opname in _OPERATORS or is_conditional(i) or _is_of_few(i) for i in dis.get_instructions(code))


def _is_of_few(instruction: dis.Instruction) -> bool:
    """Tell whether a power is taken, which plain balls about zero have not, or a remainder, which none of them has."""
    return instruction.opname == "BINARY_OP" and instruction.argrepr.rstrip("=") in ("**", "//", "%")
