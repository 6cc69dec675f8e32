"""Draws from Hypothesis's strategies: anew, again by choices that are known, and with others in the place of some.

Hypothesis keeps a book of where in the choices strategies begin and end, which takes it most of its time and tells
a shrinker alone: here nobody keeps it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

from hypothesis import strategies as st
from hypothesis.control import BuildContext
from hypothesis.errors import ChoiceTooLarge, HypothesisException, StopTest
from hypothesis.internal.conjecture.choice import choice_from_index, choice_permitted
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.internal.conjecture.engine import BUFFER_SIZE
from hypothesis.strategies._internal.lazy import unwrap_strategies

Choices = tuple[Any, ...]
Drawing = st.SearchStrategy[dict[str, Any]]

DEEPEST = 100
"""Strategies that draw from strategies, and these from others, so many times are refused, as Hypothesis does."""

TYPES: dict[str, Any] = {"string": str, "float": float, "integer": int, "boolean": bool, "bytes": bytes}


def drawn(drawing: Drawing, data: ConjectureData) -> dict[str, Any] | None:
    """Return what a strategy draws, None if the choices do not fit or a filter refuses what they make.

    Raises
    ------
    HypothesisException
        If Hypothesis refuses the strategy.
    """
    try:
        with BuildContext(data, is_final=False, wrapped_test=drawn):
            return data.draw(drawing)
    except StopTest:
        return None


def drawn_again(drawing: Drawing, data: ConjectureData) -> dict[str, Any] | None:
    """Return the same of a strategy that has drawn before."""
    try:
        return drawn(drawing, data)
    except HypothesisException:
        return None


class _Lean(ConjectureData):
    """Draws as Hypothesis does, and keeps no book."""

    def draw(self, strategy: Any, label: int | None = None, observe_as: str | None = None) -> Any:
        strategy.validate()
        if strategy.is_empty:
            self.mark_invalid("empty strategy")
        if self.depth >= DEEPEST:
            self.mark_invalid("strategies draw too deeply")
        self.depth += 1
        try:
            return unwrap_strategies(strategy).do_draw(self)  # type: ignore[no-untyped-call]
        finally:
            self.depth -= 1

    def start_span(self, label: int) -> None:
        self.depth += 1

    def stop_span(self, *, discard: bool = False) -> None:
        self.depth -= 1


class Known(_Lean):
    """Draws by choices that are known, and keeps what is known of each: its type, its value and its range.

    Further ones are drawn where the case may go ``on``.
    """

    def __init__(self, choices: Choices, *, on: bool = False) -> None:
        super().__init__(random=random.Random(0), prefix=choices, max_choices=None if on else len(choices))


class Chosen(_Lean):
    """Draws by choices that are known, as far as they go, then at random; keeps the values alone.

    After ``rich`` choices those that follow are the simplest.
    """

    def __init__(self, first: Choices, rng: random.Random, most: int = BUFFER_SIZE, rich: int = BUFFER_SIZE) -> None:
        super().__init__(random=rng, prefix=first, max_choices=most)
        self._first, self._rich = first, rich
        self.made: list[Any] = []
        provider: Any = self.provider
        provider._maybe_draw_constant = _no_constant  # they are of whatever local modules are loaded

    def _draw(self, choice_type: Any, constraints: Any, *, observe: bool, forced: Any) -> Any:
        if not observe:
            return super()._draw(choice_type, constraints, observe=observe, forced=forced)
        at = len(self.made)
        if at == self.max_choices:
            self.mark_overrun()
        value: Any = forced
        if forced is None and at < len(self._first):
            value = self._first[at]
            if type(value) is not TYPES[choice_type] or not choice_permitted(value, constraints):
                value = self._simplest(choice_type, constraints)
        elif forced is None:
            value = (self._simplest if at >= self._rich else self._any)(choice_type, constraints)
        self.made.append(value)
        return value

    def _simplest(self, choice_type: Any, constraints: Any) -> Any:
        try:
            return choice_from_index(0, choice_type, constraints)
        except ChoiceTooLarge:  # as thousands of bytes, of which Hypothesis has no order
            return self._any(choice_type, constraints)

    def _any(self, choice_type: str, constraints: Mapping[str, Any]) -> Any:
        return getattr(self.provider, f"draw_{choice_type}")(**constraints)


def _no_constant(*_: Any, **__: Any) -> None:
    return None


class Refilled(Known):
    """Begins by choices that are known, and goes on by what is known of a kind."""

    def __init__(self, first: Choices, known: Sequence[Any]) -> None:
        super().__init__(first, on=True)
        values: dict[str, list[Any]] = {}
        for node in known:
            if node.type != "boolean" and not node.was_forced:
                values.setdefault(kind_of(node), []).append(node.value)
        self._in_turn = {kind: cycle(some) for kind, some in values.items()}

    def _draw(self, choice_type: Any, constraints: Any, *, observe: bool, forced: Any) -> Any:
        if forced is None and self.prefix is not None and self.index >= len(self.prefix):
            in_turn = self._in_turn.get(_kind(choice_type, constraints))
            forced = None if in_turn is None else _fitted(next(in_turn), constraints)
        return super()._draw(choice_type, constraints, observe=observe, forced=forced)


def kind_of(node: Any) -> str:
    """Return what a choice is, and of which range; bytes are of one kind."""
    return _kind(node.type, node.constraints)


def _kind(choice_type: str, constraints: Mapping[str, Any]) -> str:
    limits = () if choice_type == "bytes" else sorted(constraints.items(), key=str)
    return f"{choice_type} {limits}"


def _fitted(value: Any, constraints: Mapping[str, Any]) -> Any:
    if not isinstance(value, bytes) or not value:
        return value
    most = constraints["max_size"]
    least = -(-constraints["min_size"] // len(value))
    return (value * max(least, 1))[:most]
