"""Inner products of blocks, read off those of their entries: for people, who think of blocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psitheory.arithmetic.formal.field import FormalField

_ENTRY = re.compile(r"(.*)\[(\d+),(\d+)\]")

LARGEST = 300
"""Terms of a polynomial that is rewritten; nobody reads longer ones."""


def whole_blocks(field: FormalField, polynomial: Any) -> tuple[Any, dict[int, str]]:
    r"""Return the polynomial in :math:`\langle x_i, y_i\rangle = \sum_k\langle x_{ik}, y_{ik}\rangle` where it can be.

    The last product of a block is made to stand for the sum; where the others then cancel, it does so.  Also returned
    are the names of the symbols that stand for sums.
    """
    named: dict[int, str] = {}
    if len(polynomial) > LARGEST:
        return polynomial, named
    generators = list(field.generators)
    for name, members in _groups(field).items():
        degrees = polynomial.degrees()
        if any(degrees[k] == 0 for k in members):
            continue
        last = members[-1]
        put = list(generators)
        for k in members[:-1]:
            put[last] = put[last] - generators[k]
        turned = polynomial.compose(*put)
        if not any(turned.degrees()[k] for k in members[:-1]):
            polynomial, named[last] = turned, name
    return polynomial, named


def _groups(field: FormalField) -> dict[str, list[int]]:
    """Return the products ⟨x_ik, y_ik⟩ of each pair of blocks that has one for every entry, by the name of the pair."""
    found: dict[str, dict[int, int]] = {}
    sizes: dict[str, int] = {}
    for number, symbol in enumerate(field.symbols):
        if symbol.kind != "gram" or symbol.meaning[1]:
            continue
        left, right = (_ENTRY.fullmatch(name) for name in (symbol.meaning[0], symbol.meaning[2]))
        if left and right:
            part, entry = left[2], int(left[3])
            found.setdefault(f"⟨{left[1]}[{part}], {right[1]}[{part}]⟩", {})[entry] = number
            sizes[part] = max(sizes.get(part, 0), entry)
    parts = {name: _part(name) for name in found}
    return {name: list(by.values()) for name, by in found.items() if len(by) == sizes[parts[name]]}


def _part(name: str) -> str:
    return name[name.rindex("[") + 1 : -2]
