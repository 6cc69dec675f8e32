r"""One hypothesis of scale invariance, tried at finite scales: by powers of two first, then generically."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from psitheory.arithmetic import Array
from psitheory.layout import Layout
from psitheory.symmetry.baseline import Baseline, Change, baseline
from psitheory.symmetry.function import LossFunction

POWERS = (1, -1, 4, -4, 16, -16, 30, -30)
"""Exponents of two by which everything is scaled at once; squares of such numbers overflow in no precision."""
FAR = 9
"""From here on a failure at small scales alone is a floor; at large ones it is an overflow, or digits are lost."""
FARTHER = (100, 300)

Status = Literal["holds", "broken", "undecided", "raised"]


@dataclass(frozen=True, eq=False)
class Family:
    r"""Scalings :math:`w_k \mapsto a_{u(k)}^{p_k} w_k` with one free factor a for each unit.

    Attributes
    ----------
    layout : Layout
    units : int array, (n,)
        The unit of each entry, -1 for entries that stay.
    powers : array, (n,)
        Its exponent p: 1, or -1 where it must shrink as others grow.
    text : str
        Such as ``rows`` or ``whole``.
    axis : int or None
        The axis along which units are slices, if they lie in one part.
    """

    layout: Layout
    units: Array
    powers: Array
    text: str
    axis: int | None = None

    @property
    def count(self) -> int:
        """Return the number of units."""
        return int(self.units.max(initial=-1)) + 1

    @property
    def is_trade(self) -> bool:
        """Return whether some entries shrink as others grow."""
        used = self.powers[self.units >= 0]
        return bool(np.any(used > 0) and np.any(used < 0))

    @property
    def is_uniform(self) -> bool:
        """Return whether all entries that are scaled have one exponent."""
        return not np.ptp(self.powers[self.units >= 0]) > 0

    def labels_of(self, name: str) -> Array:
        """Return the unit of each entry of a part, -1 for those that stay."""
        return self.layout.view(name, self.units)

    def scaled(self, w: Array, x: Array) -> Array:
        """Return w with unit u scaled by 2^x_u; bit for bit if every x is an integer."""
        used = np.flatnonzero(self.units >= 0)
        exponents = self.powers[used] * x[self.units[used]]
        out = np.array(w, dtype=float)
        is_whole = np.array_equal(exponents, np.round(exponents))
        out[used] = np.ldexp(out[used], exponents.astype(int)) if is_whole else out[used] * np.exp2(exponents)
        return out

    def flipped(self, w: Array, signs: Array) -> Array:
        """Return w with the sign of unit u changed where ``signs`` is -1; for units of the power -1 too."""
        return w * np.where(self.units >= 0, np.append(signs, 1.0)[self.units], 1.0)


@dataclass(frozen=True, eq=False)
class Trial:
    """One scaling that changed what is seen."""

    scale: str
    w: Array
    at: Array
    """The scaled weights."""
    change: Change
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """What became of a family.

    Attributes
    ----------
    status : str
    exact : bool
        Whether powers of two changed no bit.
    lowest, highest : int
        The exponents of two between which it was seen to hold.
    cases : int
    trial : Trial or None
        The simplest scaling that was seen to change something.
    error : BaseException or None
        What the code under test raised, in ``trial.scale``, or, if it holds, beyond the scales named.
    """

    status: Status
    exact: bool = False
    lowest: int = 0
    highest: int = 0
    cases: int = 0
    trial: Trial | None = None
    error: Exception | None = None
    profile: tuple[tuple[int, float], ...] = field(default=())


def exponents_of(family: Family, rng: np.random.Generator, lowest: int) -> Iterator[tuple[str, int | None, Array]]:
    """Yield what is tried: how it reads, the common exponent if there is one, and the exponents."""
    m = family.count
    for k in POWERS:
        if k >= lowest:
            yield f"2**{k}", k, np.full(m, float(k))
    reach = min(8, -lowest)
    if m > 1:
        for _ in range(2):
            yield f"2**k, k of each unit in ±{reach}", None, rng.integers(-reach, reach + 1, m).astype(float)
    for _ in range(2):
        x = rng.uniform(-reach, reach, m)
        yield (f"{2 ** x[0]:.6g}" if m == 1 else f"generic, of each unit in 2**±{reach}"), None, x


def tried(
    function: LossFunction,
    family: Family,
    bases: Sequence[Baseline],
    rng: np.random.Generator,
    aspect: str,
    *,
    lowest: int = -30,
    farther: bool = False,
) -> Outcome:
    """Return whether a family of scalings leaves ``aspect`` unchanged at every point of ``bases``."""
    usable = [base for base in bases if not base.blind(aspect)]
    if not usable:
        return Outcome("undecided")
    exact, cases, floor, ceiling = True, 0, -lowest, 30
    refused: Exception | None = None
    for base in usable:
        for text, k, x in exponents_of(family, rng, lowest):
            trial, error = attempted(function, family, base, x, text, aspect)
            if error is not None:
                if k is None or abs(k) < FAR:
                    return Outcome("raised", cases=cases, trial=trial, error=error)
                floor, ceiling = (min(floor, _before(k)), ceiling) if k < 0 else (floor, min(ceiling, _before(k)))
                refused, exact = error, False
                continue
            cases += 1
            change = trial.change
            if not change.seen:
                exact = exact and (change.exact or k is None)
            elif base.explains(change, function, trial.at, aspect, added=_loses_digits(family, k, x)):
                exact = False
            elif k is not None and k <= -FAR:
                floor, exact = min(floor, _before(k)), False
            elif k is not None and k >= FAR and _nothing_is_told(function, family, trial, aspect):
                ceiling, exact = min(ceiling, _before(k)), False
            else:
                return Outcome("broken", cases=cases, trial=_simpler(function, family, base, aspect, trial))
    if farther and function.dtype == np.float64:
        floor, ceiling = _reach(function, family, usable[0], aspect, floor, ceiling, lowest)
    return Outcome("holds", exact, -floor, ceiling, cases, error=refused)


def _loses_digits(family: Family, k: int | None, x: Array) -> bool:
    """Return whether something shrinks, so that digits are lost where it is added to something that stays.

    Scalings that shrink nothing are judged strictly, so that no break is excused that way.
    """
    return (k is None or abs(k) >= FAR) if family.is_trade else bool(np.min(x) < 0)


def _nothing_is_told(function: LossFunction, family: Family, trial: Trial, aspect: str) -> bool:
    """Return whether f overflows at the scaled weights, or one ulp of them changes it as much as anything.

    What a trade shrinks may be added to something that stays, so that its digits are lost.
    """
    if not np.isfinite(trial.change.size):
        return True
    try:
        return baseline(function, trial.at, np.random.default_rng(0), added=family.is_trade).blind(aspect)
    except Exception:
        return True


def _before(k: int) -> int:
    """Return the largest exponent tried before k in its direction."""
    return max((abs(j) for j in POWERS if abs(j) < abs(k)), default=0)


def attempted(
    function: LossFunction, family: Family, base: Baseline, x: Array, text: str, aspect: str
) -> tuple[Trial, Exception | None]:
    """Return what units scaled by 2^x change at a point, and the error that was raised, if any."""
    with np.errstate(all="ignore"):
        w = family.scaled(base.w, x).astype(function.dtype).astype(float)
        before = _shown(base.seen[aspect])
        try:
            seen = function.observe(w)
        except Exception as error:
            return Trial(text, base.w, w, Change(np.inf, 0.0, False), before, np.nan), error
        return Trial(text, base.w, w, base.change(seen, aspect), before, _shown(seen[aspect])), None


def _simpler(function: LossFunction, family: Family, base: Baseline, aspect: str, trial: Trial) -> Trial:
    """Return the trial of the first unit alone at scale 2, if that shows it too."""
    for unit in range(min(family.count, 4)):
        x = np.zeros(family.count)
        x[unit] = 1
        text = "2" if family.count == 1 else f"2 on unit {unit} alone"
        small, error = attempted(function, family, base, x, text, aspect)
        if error is None and small.change.seen and small.change.size > 1e-4:
            return small
    return trial


def _reach(
    function: LossFunction, family: Family, base: Baseline, aspect: str, floor: int, ceiling: int, lowest: int
) -> tuple[int, int]:
    for k in FARTHER:
        x = np.full(family.count, float(k))
        for sign in (1, -1):
            edge = ceiling if sign > 0 else floor
            if edge < min(30, k // 4) or (sign < 0 and lowest > -30):
                continue
            trial, error = attempted(function, family, base, sign * x, "", aspect)
            if error is None and base.explains(trial.change, function, trial.at, aspect):
                floor, ceiling = (floor, max(k, ceiling)) if sign > 0 else (max(k, floor), ceiling)
    return floor, ceiling


def _shown(value: Array) -> float:
    """Return one number that stands for what is seen: the loss, or the sum of the outputs' squares."""
    with np.errstate(all="ignore"):
        return float(value) if value.ndim == 0 else float(np.sqrt(np.mean(np.square(value.astype(float)))))
