"""Draws from Hypothesis's strategies: anew, again by choices that are known, and with others in the place of some.

Hypothesis keeps a book of where in the choices strategies begin and end, which takes it most of its time and tells
a shrinker alone: here nobody keeps it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from itertools import cycle
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.control import BuildContext
from hypothesis.errors import ChoiceTooLarge, HypothesisException, StopTest
from hypothesis.internal.conjecture.choice import choice_constraints_key, choice_from_index, choice_permitted
from hypothesis.internal.conjecture.data import ConjectureData
from hypothesis.internal.conjecture.engine import BUFFER_SIZE
from hypothesis.strategies._internal.lazy import unwrap_strategies

Choices = tuple[Any, ...]
Kind = tuple[Any, ...]
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


class Choice(NamedTuple):
    """A choice that was made: its type, its value, its range, and whether its domain forced it."""

    type: str
    value: Any
    constraints: Mapping[str, Any]
    was_forced: bool


class Draw(ConjectureData):
    """Draws by choices that are known, as far as they go, then at random, as Hypothesis does; keeps no book.

    Attributes
    ----------
    made : list of Choice
        What was chosen, in order.
    parts : list of (strategy, int, int)
        Which strategy made the choices from one place up to another, those of which others are made first.
    """

    def __init__(
        self, first: Choices = (), rng: random.Random | None = None, most: int = BUFFER_SIZE, rich: int = BUFFER_SIZE
    ) -> None:
        """Draw up to ``most`` choices, of which those after ``rich`` and after the first are the simplest."""
        super().__init__(random=rng or random.Random(0), prefix=first, max_choices=most)
        self._first, self._rich = first, rich
        self.made: list[Choice] = []
        self.parts: list[tuple[Any, int, int]] = []
        provider: Any = self.provider
        provider._maybe_draw_constant = _no_constant  # they are of whatever local modules are loaded

    @property
    def values(self) -> Choices:
        """Return the values that were chosen."""
        return tuple(choice.value for choice in self.made)

    def draw(self, strategy: Any, label: int | None = None, observe_as: str | None = None) -> Any:
        """Draw from a strategy."""
        if not strategy.validate_called:
            strategy.validate()
        if strategy.is_empty:
            self.mark_invalid("empty strategy")
        if self.depth >= DEEPEST:
            self.mark_invalid("strategies draw too deeply")
        self.depth += 1
        begin = len(self.made)
        try:
            value = unwrap_strategies(strategy).do_draw(self)  # type: ignore[no-untyped-call]
        finally:
            self.depth -= 1
        if len(self.made) > begin:
            self.parts.append((strategy, begin, len(self.made)))
        return value

    def start_span(self, label: int) -> None:
        """Go one deeper."""
        self.depth += 1

    def stop_span(self, *, discard: bool = False) -> None:
        """Come back from there."""
        self.depth -= 1

    def track_arg_label(self, label: str) -> Any:
        """Tell of no parts that are worth a remark beside a failing case."""
        return _UNTOLD

    def _pooled_constraints(self, choice_type: Any, constraints: Any) -> Any:
        return constraints  # pools save the memory of what lives for long

    def _draw(self, choice_type: Any, constraints: Any, *, observe: bool, forced: Any) -> Any:
        if not observe:
            return super()._draw(choice_type, constraints, observe=observe, forced=forced)
        at = len(self.made)
        if at == self.max_choices:
            self.mark_overrun()
        if forced is not None:
            value = forced
        elif at < len(self._first):
            value = self._first[at]
            if type(value) is not TYPES[choice_type] or not choice_permitted(value, constraints):
                value = self._simplest(choice_type, constraints)
        else:
            value = self._beyond(choice_type, constraints)
        self.made.append(Choice(choice_type, value, constraints, forced is not None))
        return value

    def _beyond(self, choice_type: Any, constraints: Any) -> Any:
        """Return a choice beyond those that are known."""
        return (self._simplest if len(self.made) >= self._rich else self._any)(choice_type, constraints)

    def _simplest(self, choice_type: Any, constraints: Any) -> Any:
        try:
            return choice_from_index(0, choice_type, constraints)
        except ChoiceTooLarge:  # as thousands of bytes, of which Hypothesis has no order
            return self._any(choice_type, constraints)

    def _any(self, choice_type: str, constraints: Mapping[str, Any]) -> Any:
        return getattr(self.provider, f"draw_{choice_type}")(**constraints)


_UNTOLD: Any = nullcontext({})


def _no_constant(*_: Any, **__: Any) -> None:
    return None


class Refilled(Draw):
    """Begins by choices that are known, and goes on by what is known of a kind."""

    def __init__(self, first: Choices, known: Sequence[Choice]) -> None:
        super().__init__(first)
        values: dict[Kind, list[Any]] = {}
        for choice in known:
            if choice.type != "boolean" and not choice.was_forced:
                values.setdefault(kind_of(choice), []).append(choice.value)
        self._in_turn = {kind: cycle(some) for kind, some in values.items()}

    def _beyond(self, choice_type: Any, constraints: Any) -> Any:
        in_turn = self._in_turn.get(_kind(choice_type, constraints))
        if in_turn is None:
            return super()._beyond(choice_type, constraints)
        return _fitted(next(in_turn), constraints)


def kind_of(choice: Choice) -> Kind:
    """Return what a choice is, and of which range; bytes are of one kind."""
    return _kind(choice.type, choice.constraints)


def _kind(choice_type: Any, constraints: Any) -> Kind:
    return (
        (choice_type,) if choice_type == "bytes" else (choice_type, *choice_constraints_key(choice_type, constraints))
    )


def _fitted(value: Any, constraints: Mapping[str, Any]) -> Any:
    if not isinstance(value, bytes) or not value:
        return value
    most = constraints["max_size"]
    least = -(-constraints["min_size"] // len(value))
    return (value * max(least, 1))[:most]
