"""Levels that scale types derive and runs confirm: no search, so that models of any size are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from psitheory.arithmetic import Array
from psitheory.conformance.models.alignment import axis_name, ranges
from psitheory.conformance.models.levels import Level
from psitheory.conformance.models.scaling import Outcome, attempted, tried
from psitheory.layout import Layout, Part
from psitheory.scaletypes.models.algebra import Algebra
from psitheory.scaletypes.models.joint import Shared, Term, in_step, kinds_of
from psitheory.scaletypes.models.levels import OwnLevel, own_levels
from psitheory.symmetry.baseline import Baseline, usable_baselines
from psitheory.symmetry.derived import Derived
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.kinds import term_in_words


@dataclass(frozen=True, eq=False)
class SlicedFamily:
    r"""Scalings of slices of parts, as :class:`~psitheory.conformance.models.scaling.Family` has them for entries.

    Attributes
    ----------
    labels : mapping of str to int array
        The unit of each entry of a part, broadcasting to its shape; -1 for entries that stay.
    signs : mapping of str to float
        The exponent of a part.
    """

    layout: Layout
    labels: Mapping[str, Array]
    signs: Mapping[str, float]
    text: str
    axis: int | None = None

    @cached_property
    def count(self) -> int:
        """Return the number of units."""
        return max(int(x.max(initial=-1)) for x in self.labels.values()) + 1

    @property
    def is_trade(self) -> bool:
        """Return whether some entries shrink as others grow."""
        return len({x > 0 for x in self.signs.values()}) > 1

    @property
    def is_uniform(self) -> bool:
        """Return whether all entries that are scaled have one exponent."""
        return len(set(self.signs.values())) == 1

    def labels_of(self, name: str) -> Array:
        """Return the unit of each entry of a part, -1 for those that stay."""
        shape = next(part.shape for part in self.layout.parts if part.name == name)
        return np.broadcast_to(self.labels.get(name, np.array(-1)), shape)

    def scaled(self, w: Array, x: Array) -> Array:
        """Return w with unit u scaled by 2^x_u."""
        out = np.array(w, dtype=float)
        for name, labels in self.labels.items():
            view = self.layout.view(name, out)
            exponents = self.signs[name] * np.append(x, 0.0)[labels]
            view[...] = view * np.exp2(exponents)
        return out

    def flipped(self, w: Array, signs: Array) -> Array:
        """Return w with the sign of unit u changed where ``signs`` is -1."""
        out = np.array(w, dtype=float)
        for name, labels in self.labels.items():
            view = self.layout.view(name, out)
            view[...] = view * np.append(signs, 1.0)[labels]
        return out


def typed_levels(derived: Derived, rng: np.random.Generator) -> tuple[dict[str, Level], dict[str, str]]:
    """Return the level of each part that types give one, and what holds exactly beside a level up to an eps."""
    exact, loose = derived.types.exact, derived.types.up_to_eps
    found = _of_algebra(derived, loose, rng, "removed") if derived.up_to_eps else {}
    sure = _of_algebra(derived, exact, rng, "") if derived.exact else {}
    levels: dict[str, Level] = {}
    beside = {}
    for name in exact.parameters:
        one, two = sure.get(name), found.get(name)
        if one is not None and (two is None or _rank(one) >= _rank(two)):
            levels[name] = one
        elif two is not None:
            levels[name] = two
            if one is not None:
                beside[name] = one.text
    return levels, beside


def _rank(level: Level) -> tuple[int, int]:
    """Return how much a level tells: alone before jointly before by trading, many units before few."""
    family: Any = level.family
    if _says_what_is_unread(level):
        return -1, family.count
    kind = 3 if level.text == "no effect" else 2 if len(level.parts) == 1 else 0 if family.is_trade else 1
    return kind, 0 if family is None else family.count


def open_levels(
    function: LossFunction,
    names: Sequence[str],
    aspect: str,
    rng: np.random.Generator,
    bases: Sequence[Baseline] | None = None,
) -> dict[str, Level]:
    """Return the levels of parts that types fix: a run shows what a scale of two breaks, or the whole is invariant."""
    if not names:
        return {}
    bases = usable_baselines(function, rng, 2, controls=2) if bases is None else bases
    levels = {}
    for name in names:
        part = next(part for part in function.layout.parts if part.name == name)
        labels = {name: np.zeros([1] * len(part.shape), int)}
        family = SlicedFamily(function.layout, labels, {name: 1.0}, "whole", 0 if part.shape else None)
        trial, error = attempted(function, family, bases[0], np.ones(1), "2", aspect)  # type: ignore[arg-type]
        if error is None and not bases[0].explains(trial.change, function, trial.at, aspect):
            levels[name] = Level((name,), "none", None, Outcome("broken", cases=1, trial=trial))
            continue
        outcome = tried(function, family, bases, rng, aspect)  # type: ignore[arg-type]
        text = {"holds": "whole", "broken": "none"}.get(outcome.status, "undecided")
        levels[name] = Level((name,), text, family if text == "whole" else None, outcome)  # type: ignore[arg-type]
    return levels


def claimed_level(
    derived: Derived, name: str, blocks: int, rng: np.random.Generator, *, up_to_eps: bool
) -> Level | None:
    """Return the level of a part in equal blocks of rows if runs confirm it: types that are a bound deny nothing."""
    layout = derived.function.layout
    part = next(part for part in layout.parts if part.name == name)
    rows = part.shape[0] if part.shape else 1
    if blocks <= 0 or rows % blocks:
        return None
    labels = (np.arange(rows) // (rows // blocks)).reshape(
        [rows if axis == 0 else 1 for axis in range(len(part.shape))]
    )
    text = "whole" if blocks == 1 else "rows" if blocks == rows else f"{blocks} blocks of rows"
    family = SlicedFamily(layout, {name: labels}, {name: 1.0}, text, 0 if part.shape else None)
    ways: list[tuple[LossFunction, Sequence[Baseline], Any]] = [(derived.function, derived.bases, "")]
    if up_to_eps and derived.clean is not derived.function:
        ways.append((derived.clean, derived.clean_bases, "removed"))
    for function, bases, limit in ways:
        outcome = tried(function, family, bases, rng, function.aspects[0])  # type: ignore[arg-type]
        if outcome.status == "holds":
            return Level((name,), text, family, outcome, limit)  # type: ignore[arg-type]
    return None


def better(typed: Level | None, found: Level, *, coarse: bool, complete: bool) -> bool:
    """Return whether types tell more of a part than a search has found, or of an eps that ``coarse`` rounding hides.

    What a search finds beyond complete types may be such rounding: of 16 bits a bias before a batch norm leaves some.
    """
    if typed is None:
        return False
    if found.text in ("none", "undecided"):
        return True
    if _says_what_is_unread(found) and (len(typed.parts) > 1 or not typed.is_partial):
        return True
    if found.text == "no effect" or found.family is None or typed.text == "no effect" or typed.is_partial:
        return False
    if found.is_partial and len(found.parts) > 1:  # one of many combinations, while types tell of wholes
        return True
    if _rank(typed) != _rank(found):
        return (coarse and complete) or _rank(typed) > _rank(found)
    return bool(typed.limit and coarse) if not found.limit else not typed.limit


def _of_algebra(derived: Derived, algebra: Algebra, rng: np.random.Generator, limit: Any) -> dict[str, Level]:
    layout = derived.function.layout
    parts = {part.name: part for part in layout.parts}
    outcome = Outcome("holds", derived.bit_for_bit, -derived.reach, derived.reach, cases=4)
    levels = {}
    for name, own in own_levels(algebra, rng).items():
        family = _own_family(layout, parts[name], own)
        levels[name] = Level((name,), family.text, family, outcome, limit)  # type: ignore[arg-type]
    for name, part in parts.items():
        if name in algebra.parameters and algebra.loose[name] == part.size:
            levels[name] = Level((name,), "no effect", None, outcome, even=True)
    open_ = {name for name in parts if name not in levels or _says_what_is_unread(levels[name])}
    alone = {name for name, level in levels.items() if not level.is_partial}

    def level_of(kind: Shared) -> Level:
        shared = _shared_family(layout, kind, algebra.unread)
        how = "only by trading" if kind.is_trade else "only jointly"
        return Level(kind.parts, f"{how}: {shared.text}", shared, outcome, limit)  # type: ignore[arg-type]

    def take(level: Level) -> None:
        levels.update(dict.fromkeys(open_.intersection(level.parts), level))
        open_.difference_update(level.parts)

    kinds = [(kind.is_trade, level_of(kind)) for kind in kinds_of(algebra) if len(kind.parts) > 1]
    rest = [level for _, level in sorted(kinds, key=lambda kind: kind[0])]  # what grows together is told first
    for level in (level for is_trade, level in kinds if not (is_trade or level.is_partial)):
        take(level)
    for kind in in_step(algebra, alone) if any(open_.intersection(level.parts) for level in rest) else ():
        if open_.issuperset(kind.parts):
            take(level_of(kind))
    for level in rest:
        take(level)
    return levels


def _says_what_is_unread(level: Level) -> bool:
    """Tell whether a level says only which entries of a part nothing reads, and nothing of the others."""
    return level.is_partial and level.text.endswith("without effect")


def _own_family(layout: Layout, part: Part, own: OwnLevel) -> SlicedFamily:
    shape = [1] * len(part.shape)
    if own.axis is not None:
        shape[own.axis] = len(own.labels)
    labels = {part.name: own.labels.reshape(shape)}
    return SlicedFamily(layout, labels, {part.name: 1.0}, _own_text(part, own), _axis(part, own))


def _axis(part: Part, own: OwnLevel) -> int | None:
    return 0 if own.axis is None and part.shape else own.axis


def _own_text(part: Part, own: OwnLevel) -> str:
    slices = axis_name(part, own.axis or 0)
    if np.any(own.labels < 0):
        effect = "without effect" if np.all(own.loose[own.labels >= 0]) else "only"
        return f"{slices} {_chosen(own)} {effect}"
    if own.axis is None or own.count == 1:
        return "rows" if len(part.shape) > 1 and part.shape[0] == 1 else "whole"
    if own.count == len(own.labels):
        return slices
    size = len(own.labels) // own.count
    even = np.array_equal(own.labels, np.arange(len(own.labels)) // max(size, 1))
    return f"{own.count} {'blocks' if even else 'groups'} of {slices}"


def _chosen(own: OwnLevel) -> str:
    return ranges(np.flatnonzero(own.labels >= 0).tolist())


def _shared_family(layout: Layout, kind: Shared, unread: Mapping[str, Array]) -> SlicedFamily:
    """Return the scalings of a kind; of one that is alone, what nothing reads goes along with the rest of its part."""
    labels: dict[str, Array] = {}
    signs: dict[str, float] = {}
    words: dict[str, list[str]] = {}
    for term in kind.terms:
        labels[term.part] = _labels(layout, kind, term, labels.get(term.part))
        signs.setdefault(term.part, term.power)
        words.setdefault(term.part, []).append(_word(layout, kind, term))
    for name in set(labels) & set(unread) if len(kind.members) == 1 else ():
        whole = np.where(unread[name], 0, labels[name])
        if np.all(whole == 0) and np.any(labels[name] < 0) and len(words[name]) == 1:
            labels[name], words[name] = np.zeros([1] * whole.ndim, int), [f"{name} {_signed(signs[name])}"]
    return SlicedFamily(layout, labels, signs, ", ".join(word for of_part in words.values() for word in of_part))


def _signed(power: float) -> str:
    return f"{'+' if power > 0 else '−'}{abs(power):g}"


def _labels(layout: Layout, kind: Shared, term: Term, before: Array | None) -> Array:
    """Return the unit of each slice (or entry) of a part: the number of the symmetry that scales it."""
    shape = next(part.shape for part in layout.parts if part.name == term.part)
    size = {None: 1, -1: int(np.prod(shape))}.get(term.axis) or shape[term.axis or 0]
    units = np.full(size, -1)
    for number, member in enumerate(kind.members):
        units[member[term]] = number
    if term.axis is not None:
        units = units.reshape(shape if term.axis == -1 else [size if a == term.axis else 1 for a in range(len(shape))])
    else:
        units = units.reshape([1] * len(shape))
    return units if before is None else np.where(units < 0, before, units)


def _word(layout: Layout, kind: Shared, term: Term) -> str:
    """Return what a kind does to a part: ``W1 rows +1``, ``W1 2 blocks of rows +1``, ``V columns −1``."""
    if term.axis in (None, -1):
        return term_in_words(term, len(kind.members[0][term]))
    part = next(part for part in layout.parts if part.name == term.part)
    assert term.axis is not None
    power, slices = _signed(term.power), axis_name(part, term.axis)
    used = [i for member in kind.members for i in member[term]]
    if len(used) < part.shape[term.axis]:
        return f"{term.part} {slices} {ranges(sorted(used))} {power}"
    blocks = f"{len(kind.members)} blocks of " if len(kind.members[0][term]) > 1 else ""
    return f"{term.part} {blocks}{slices} {power}"
