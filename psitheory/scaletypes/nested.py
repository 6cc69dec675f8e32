"""Arguments of functions: values in lists, tuples and dicts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def leaves(x: Any) -> Iterator[Any]:
    """Yield the values in lists, tuples and dicts, in their order."""
    if isinstance(x, (list, tuple, dict)):
        for y in x.values() if isinstance(x, dict) else x:
            yield from leaves(y)
    else:
        yield x


def mapped(f: Callable[[Any], Any], x: Any) -> Any:
    """Return lists, tuples and dicts of which every value is changed by a function; types of one's own stay."""
    if type(x) in (list, tuple):
        return type(x)(mapped(f, y) for y in x)
    if type(x) is dict:
        return {key: mapped(f, y) for key, y in x.items()}
    return x._make(mapped(f, y) for y in x) if isinstance(x, tuple) and hasattr(x, "_make") else f(x)
