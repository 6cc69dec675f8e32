"""Whether a law branches by ordinary comparisons: then its balls watch them, at a cost that other laws do not pay."""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable
from functools import lru_cache
from types import CodeType
from typing import Any

from psitheory.arithmetic import watched
from psitheory.runner.interpreter import unseen
from psitheory.runner.opcodes import is_conditional
from psitheory.runner.sizes import codes, reached

_COMPARING = frozenset({"max", "min", "sorted", "sort", "any", "all", "bool", "int", "round", "maximum", "minimum"})
"""Functions that compare without an operator to be seen."""

_OPERATORS = frozenset({"COMPARE_OP", "CONTAINS_OP", "TO_BOOL", "UNARY_NOT"})


def as_the_law_takes_them(function: Callable[..., Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """Return inputs in balls as the law is to get them: watching, if it or a function of its own branches."""
    return {name: watched(value) for name, value in inputs.items()} if branches(function) else inputs


@lru_cache(maxsize=1024)
def branches(function: Callable[..., Any]) -> bool:
    """Tell whether a law, or a function of laws that it calls, compares or branches at all."""
    return bool(unseen()) or any(
        _branches(code) for part in reached(inspect.unwrap(function)) for code in codes(part.__code__)
    )


def _branches(code: CodeType) -> bool:
    if _COMPARING & set(code.co_names):
        return True
    return any(i.opname in _OPERATORS or is_conditional(i) or _is_power(i) for i in dis.get_instructions(code))


def _is_power(instruction: dis.Instruction) -> bool:
    """Tell whether a power is taken, which plain balls about zero have not."""
    return instruction.opname in ("BINARY_OP", "BINARY_POWER") and "**" in (instruction.argrepr or "**")
