"""Small faults put into Python code, one at a time: each is a piece of text of one file that another one replaces."""

from __future__ import annotations

import ast
import copy
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

OPERATORS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.Mod: ast.Mult,
    ast.FloorDiv: ast.Div, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
    ast.And: ast.Or, ast.Or: ast.And,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
"""Each operator and what stands in its place; a strict comparison becomes a weak one, for that is the likelier slip."""

Place = tuple[str, str, str] | tuple[str, str, str, int]
"""What names a mutant in words: its file, line and fault, and which one it is where there are several such."""

SYMMETRIC = frozenset({"namespace", "maximum", "minimum", "max", "min", "dots"})
"""Functions of several arguments in any order: which comes first is no decision.  So it is of the function ``dot``:
an inner product of real vectors is symmetric to the last bit; methods of that name multiply operators, too.
"""


@dataclass(frozen=True)
class Mutant:
    """One fault: ``text`` in place of what stands from ``start`` to ``end`` (in bytes) in ``file``."""

    file: str
    line: int
    start: int
    end: int
    text: str
    what: str

    def applied(self, source: str) -> str:
        """Return the source with the fault in it."""
        data = source.encode()
        return (data[: self.start] + self.text.encode() + data[self.end :]).decode()

    def text_in(self, sources: Mapping[str, str]) -> str:
        """Return the line that it begins on."""
        return sources[self.file].splitlines()[self.line - 1].strip()

    def key(self, source: str) -> str:
        """Return what names the mutant of this very source."""
        return hashlib.sha256(f"{self.file}\0{self.applied(source)}".encode()).hexdigest()[:16]


def mutants(file: str, source: str) -> list[Mutant]:
    """Return every fault that can be put into a file, in the order of its lines."""
    starts = [0]
    for line in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def place(line: int, column: int) -> int:
        return starts[line - 1] + column

    found = []
    for node, other, what in _faults(ast.parse(source)):
        text = ast.unparse(ast.fix_missing_locations(other))
        if isinstance(node, ast.expr):
            text = f"({text})"
        start, end = place(node.lineno, node.col_offset), place(node.end_lineno or 0, node.end_col_offset or 0)
        found.append(Mutant(file, node.lineno, start, end, text, what))
    return [mutant for mutant in found if "\n" not in mutant.text]


def places(sources: Mapping[str, str], every: Iterable[Mutant]) -> dict[Place, Mutant]:
    """Return mutants, which are all of their files, by what names them in words."""
    found: dict[tuple[str, str, str], list[Mutant]] = {}
    for mutant in every:
        found.setdefault((mutant.file, mutant.text_in(sources), mutant.what), []).append(mutant)
    return {
        place if len(same) == 1 else (*place, k): mutant
        for place, same in found.items()
        for k, mutant in enumerate(same, 1)
    }


def _faults(tree: ast.AST) -> Iterator[tuple[ast.stmt | ast.expr, ast.AST, str]]:
    """Yield each piece of the tree that may be replaced, what replaces it, and the fault in words."""
    for node in _of_interest(tree):
        if isinstance(node, ast.expr):
            yield from ((node, other, what) for other, what in _expressions(node))
        elif isinstance(node, (ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Break, ast.Continue)):
            yield node, ast.Pass(), f"drop {ast.unparse(node)}"
        elif isinstance(node, ast.Return) and not _says_no(node.value):
            yield node, ast.Return(ast.Constant(None)), f"return None for {ast.unparse(node.value)}"


def _says_no(node: ast.expr | None) -> bool:
    """Tell whether nothing is returned, or False, which nobody tells from nothing; that it be True is a fault."""
    return node is None or (isinstance(node, ast.Constant) and (node.value is None or node.value is False))


def _of_interest(node: ast.AST) -> Iterator[ast.AST]:
    """Walk over what is run and decides something: no types, decorators, words, imports, or whether zip looks."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "type_params", "bases", "keywords_of_class"):
            continue
        for child in value if isinstance(value, list) else [value]:
            words = isinstance(child, ast.Expr) and isinstance(child.value, (ast.Constant, ast.Yield, ast.YieldFrom))
            typing = isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test)
            listed = isinstance(child, ast.Assign) and ast.unparse(child.targets[0]).startswith("__")
            if not isinstance(child, ast.AST) or words or typing or listed or _is_type(child):
                continue
            if isinstance(child, ast.JoinedStr) or (isinstance(child, ast.keyword) and child.arg == "strict"):
                continue
            yield child
            if not isinstance(child, ast.Raise):  # what it says is no decision
                yield from _of_interest(child)


def _is_type(node: ast.AST) -> bool:
    """Tell whether a statement gives a type a name, such as ``Rule = Callable[[int], bool]``, that only types use."""
    if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
        return False
    name, value = node.targets[0].id, node.value
    is_named_so = name[0].isupper() and not name.isupper()
    return is_named_so and (
        isinstance(value, (ast.Name, ast.Subscript, ast.BinOp)) or ast.unparse(value).startswith("TypeVar(")
    )


def _expressions(node: ast.expr) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(node, ast.Compare):
        for k, operator in enumerate(node.ops):
            if type(operator) in OPERATORS:
                yield _with(node, "ops", [*node.ops[:k], OPERATORS[type(operator)](), *node.ops[k + 1 :]])
    elif isinstance(node, (ast.BinOp, ast.BoolOp)) and type(node.op) in OPERATORS:
        yield _with(node, "op", OPERATORS[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield node.operand, f"{ast.unparse(node)} → {ast.unparse(node.operand)}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, (bool, int, float)):
        other = ast.Constant(_other(node.value))
        yield other, f"{ast.unparse(node)} → {ast.unparse(other)}"
    elif isinstance(node, ast.Call) and len(node.args) > 1 and not any(isinstance(a, ast.Starred) for a in node.args):
        if not _is_symmetric(node.func) and ast.dump(node.args[0]) != ast.dump(node.args[1]):
            yield _with(node, "args", [node.args[1], node.args[0], *node.args[2:]])
    elif isinstance(node, ast.IfExp):
        yield _with(node, "test", ast.UnaryOp(ast.Not(), node.test))


def _is_symmetric(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in SYMMETRIC or (name == "dot" and isinstance(function, ast.Name))


def _with(node: ast.expr, field: str, value: object) -> tuple[ast.AST, str]:
    other = copy.copy(node)
    setattr(other, field, value)
    return other, f"{ast.unparse(node)} → {ast.unparse(other)}"


def _other(value: float) -> float:
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int) else (2 * value or 1.0)


def moved(before: str, after: str) -> dict[int, int]:
    """Return for the number of each line of a text that is still there the number that it has now."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return {k: k for k in range(1, len(old) + 1)}
    same = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    return {a + k + 1: b + k + 1 for a, b, size in same for k in range(size)}
