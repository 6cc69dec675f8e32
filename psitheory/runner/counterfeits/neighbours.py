"""Neighbours of a law's code: the same with one place changed, which should make a true statement false.

One at a time, in the law and in the functions of theorem files that it calls: an assumption is dropped (a guard that
returns ``vacuous``, a projection), min stands for max, an exponent grows or falls by 1, one entry stands for another, a
number moves by 1 %.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CellType, CodeType, FunctionType, SimpleNamespace
from typing import Any

from psitheory.runner.code.sizes import codes, home_of, is_full, is_of_laws, is_statement


@dataclass(frozen=True)
class Neighbour:
    """A function with one place of its code changed, and the change in words.

    Attributes
    ----------
    says : str
    functions : tuple of callable
        The function for each way of changing the place, up or down: a bound may only become weaker by one of them, so
        that a place that matters is one where another is false.
    """

    says: str
    functions: tuple[Callable[..., Any], ...]


def neighbours(function: Callable[..., Any]) -> list[Neighbour]:
    """Return the neighbours of a law's function, dropped assumptions first; none where its source is not at hand."""
    law = inspect.unwrap(function)
    found = sorted((edit for part in parts(law) for edit in _edits(part)), key=lambda edit: edit.rank)
    return [Neighbour(e.says, tuple(_with_code(law, e.part, code) for code in e.codes)) for e in found]


def parts(function: Any) -> list[FunctionType]:
    """Return a law's function and those of theorem files that it calls by a name, directly or by another."""
    found: dict[int, FunctionType] = {}
    waiting, home = [function], home_of(function)
    while waiting:
        part = waiting.pop()
        if isinstance(part, FunctionType) and id(part) not in found and is_statement(part, home):
            found[id(part)] = part
            named = _named(part).values()
            waiting += [*named, *(value for module in named for value in _used(module, part, home).values())]
    return list(found.values())


def _named(part: FunctionType) -> dict[str, Any]:
    """Return what the code of a function finds by a name that it does not bind itself."""
    cells = zip(part.__code__.co_freevars, part.__closure__ or (), strict=True)
    named = {name: cell.cell_contents for name, cell in cells if is_full(cell)}
    return {name: part.__globals__[name] for name in _names(part) & set(part.__globals__)} | named


def _used(module: Any, part: FunctionType, home: str) -> dict[str, Any]:
    """Return what a function may take from a module of theorem files by ``module.name``."""
    if not inspect.ismodule(module) or not is_of_laws(module, home):
        return {}
    return {name: vars(module)[name] for name in _names(part) & set(vars(module))}


def _names(part: FunctionType) -> set[str]:
    return {name for code in codes(part.__code__) for name in code.co_names}


# -- changes ----------------------------------------------------------------------------------------

PROJECTIONS = frozenset({"horizontal", "project"})
OPPOSITES = {"max": "min", "maximum": "minimum", "amax": "amin"}
OPPOSITES |= {low: high for high, low in OPPOSITES.items()}
Change = Callable[[ast.AST], list[ast.AST]]
"""What may stand in place of a node: nothing, one thing, or one for each direction."""


def _without_its_guard(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.IfExp) and _claims_nothing(node.body):
        return [node.orelse]
    if isinstance(node, ast.If) and not node.orelse and isinstance(last := node.body[-1], ast.Return):
        return [ast.Pass()] if _claims_nothing(last.value) else []
    return []


def _claims_nothing(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "vacuous"


def _without_projection(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PROJECTIONS:
        return [*node.args[1:][-1:]]
    return []


def _min_for_max(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Name) and node.id in OPPOSITES:
        return [ast.Name(OPPOSITES[node.id], node.ctx)]
    if isinstance(node, ast.Attribute) and node.attr in OPPOSITES and _is_namespace(node.value):
        return [ast.Attribute(node.value, OPPOSITES[node.attr], node.ctx)]
    return []


def _is_namespace(node: ast.AST) -> bool:
    """Tell whether functions are taken from it: ``xp``, ``np``, ``namespace(w)``."""
    named = node.func if isinstance(node, ast.Call) else node
    return isinstance(named, ast.Name) and named.id in ("xp", "np", "namespace")


def _with_another_exponent(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and type(k := _number(node.right)) is int:
        return [ast.BinOp(node.left, node.op, ast.Constant(k + change)) for change in (1, -1)]
    return []


def _with_another_entry(node: ast.AST) -> list[ast.AST]:
    if not isinstance(node, ast.Subscript) or not isinstance(node.ctx, ast.Load):
        return []
    index, last = node.slice, node.slice.elts[-1:] if isinstance(node.slice, ast.Tuple) else [node.slice]
    if not last or _number(last[0]) not in (0, 1):
        return []
    other: ast.expr = ast.Constant(1 - _number(last[0]))
    if isinstance(index, ast.Tuple):
        other = ast.Tuple([*index.elts[:-1], other], index.ctx)
    return [ast.Subscript(node.value, other, node.ctx)]


def _by_one_percent(node: ast.AST) -> list[ast.AST]:
    if not isinstance(node, ast.BinOp):
        return []
    left, right = _number(node.left), _number(node.right)
    if isinstance(node.op, (ast.Mult, ast.Div)) and (left or right):
        return [_times(node, 101), _times(node, 99)]
    if isinstance(node.op, (ast.Add, ast.Sub)) and left:
        return [ast.BinOp(_times(node.left, percent), node.op, node.right) for percent in (101, 99)]
    if isinstance(node.op, (ast.Add, ast.Sub)) and right:
        return [ast.BinOp(node.left, node.op, _times(node.right, percent)) for percent in (101, 99)]
    return []


def _times(node: ast.expr, percent: int) -> ast.expr:
    """Return so many hundredths of an expression, in integers: exact where the expression is."""
    return ast.BinOp(ast.BinOp(node, ast.Mult(), ast.Constant(percent)), ast.Div(), ast.Constant(100))


def _number(node: ast.AST) -> Any:
    """Return the number that stands there, None if none does."""
    return node.value if isinstance(node, ast.Constant) and type(node.value) in (int, float) else None


CHANGES: dict[str, Change] = {
    "without the guard": _without_its_guard,
    "without the projection": _without_projection,
    "min for max, or max for min": _min_for_max,
    "exponent ± 1": _with_another_exponent,
    "another entry": _with_another_entry,
    "± 1 %": _by_one_percent,
}
"""The changes by name, first those that are tried first."""


@dataclass(frozen=True)
class _Edit:
    rank: int
    says: str
    part: FunctionType
    codes: tuple[CodeType, ...]


def _edits(part: FunctionType) -> Iterator[_Edit]:
    tree = _tree(part)
    if tree is None:
        return
    file = Path(part.__code__.co_filename).name
    for node in [inner for line in tree.body for inner in ast.walk(line)]:
        for rank, (name, change) in enumerate(CHANGES.items()):
            made = [copy.deepcopy(tree, {id(node): ast.copy_location(new, node)}) for new in change(node)]
            if made:
                says = f"{name}: {_short(node)} ({file}, line {node.lineno})"  # type: ignore[attr-defined]
                yield _Edit(rank, says, part, tuple(_compiled(tree, part) for tree in made))


def _tree(part: FunctionType) -> ast.FunctionDef | None:
    """Return the function as it is written, without decorators and annotations; None if its source is not at hand."""
    try:
        (tree,) = ast.parse(textwrap.dedent(inspect.getsource(part))).body
    except (OSError, SyntaxError, ValueError):
        return None
    if not isinstance(tree, ast.FunctionDef):
        return None
    ast.increment_lineno(tree, part.__code__.co_firstlineno - 1)
    tree.decorator_list, tree.returns = [], None
    own = tree.args
    no_defaults: list[Any] = [None] * len(own.kwonlyargs)  # which the function has besides
    tree.args = ast.arguments(own.posonlyargs, own.args, own.vararg, own.kwonlyargs, no_defaults, own.kwarg, [])
    return tree


def _short(node: ast.AST, limit: int = 60) -> str:
    text = ast.unparse(node).split("\n")[0]
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _compiled(tree: ast.FunctionDef, part: FunctionType) -> CodeType:
    module = compile(ast.fix_missing_locations(ast.Module([tree], [])), part.__code__.co_filename, "exec")
    return next(c for c in module.co_consts if isinstance(c, CodeType) and c.co_name == tree.name)


def _with_code(law: FunctionType, part: FunctionType, code: CodeType) -> FunctionType:
    """Return the law with other code in one of its parts; the others call that part and stay as they are."""
    own = {id(p) for p in parts(law)}
    made: dict[int, FunctionType] = {}

    home = home_of(law)

    def renewed(old: Any) -> Any:
        if id(old) not in own:
            return old
        if id(old) in made:
            return made[id(old)]
        names = dict(old.__globals__)
        closure = None if old is part else tuple(_renewed_cell(cell, renewed) for cell in old.__closure__ or ())
        new = FunctionType(code if old is part else old.__code__, names, old.__name__, old.__defaults__, closure)
        new.__kwdefaults__, new.__module__, new.__doc__ = old.__kwdefaults__, old.__module__, old.__doc__
        made[id(old)] = new
        for name, value in _named(old).items():
            used = {key: renewed(item) for key, item in _used(value, old, home).items()}
            names[name] = SimpleNamespace(**(vars(value) | used)) if used else renewed(value)
        return new

    renewed_law: FunctionType = renewed(law)
    return renewed_law


def _renewed_cell(cell: CellType, renewed: Callable[[Any], Any]) -> CellType:
    return CellType(renewed(cell.cell_contents)) if is_full(cell) else cell
