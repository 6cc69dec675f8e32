r"""The scaling exponent p of a method: rate :math:`\eta a^p` from :math:`a\cdot w_0` follows rate η from :math:`w_0`.

p is sought over a grid of halves by the first three steps at a = 4, where halves are decided bit for bit, then
refined, and confirmed over many steps, at a = 4, 1/4 and 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from psitheory.conformance.optimizers.causes.eps import eps_limited
from psitheory.conformance.optimizers.comparing.equivariance import START, Outcome, Trial, judge
from psitheory.conformance.optimizers.comparing.limited import Limited, harmless, without_eps
from psitheory.conformance.optimizers.laws.elsewhere import EXPONENT, broken_exponent
from psitheory.conformance.optimizers.laws.late import broken_late
from psitheory.conformance.optimizers.runs.bench import Bench
from psitheory.conformance.optimizers.runs.change import Change, Constants
from psitheory.conformance.optimizers.runs.run import DECAYS

GRID = tuple(k / 2 for k in range(-2, 9))
MOST = 0.3
"""A gap, relative to the motion, above which no eps is an excuse."""
FIRST = 3
"""Steps by which p is sought, at least: a method may begin with steps that do not move."""
SCALES = (2.0, -2.0, math.log2(3))
"""Base-two logarithms of the scales at which p is confirmed."""


@dataclass(frozen=True)
class Exponent:
    """What is known of the exponent of a method.

    Attributes
    ----------
    value : float or None
        p, or None if there is none.
    trials : tuple of Trial
        What confirms it, or the one that denies the best candidate.
    candidate : float
        The p that follows the first steps best.
    limited : Limited or None
        Why it holds only approximately.
    with_decay : str
        What holds of a method without an exponent once its decay is scaled too, in words.
    no_effect : bool
        Whether the rate changes nothing.
    """

    value: float | None
    trials: tuple[Trial, ...]
    candidate: float
    limited: Limited | None = None
    with_decay: str = ""
    no_effect: bool = False

    @property
    def denied_by(self) -> Trial | None:
        """Return the trial that broke, if any."""
        return next((trial for trial in self.trials if trial.outcome.status == "broken"), None)

    @property
    def undecided(self) -> bool:
        """Tell whether nothing broke, and yet nothing was confirmed."""
        return self.value is None and self.denied_by is None


def find_exponent(bench: Bench) -> Exponent:
    """Search for the exponent of a method on a network all of whose weights are in blocks."""
    constants = without_eps(bench)
    constants = constants if harmless(bench, constants) else ()
    gaps = [_gap(bench, p, constants) for p in GRID]
    if max(gaps) == min(gaps) < np.inf:
        return Exponent(None, (), 0.0, no_effect=True)
    best = GRID[int(np.argmin(gaps))]
    found = confirmed(bench, best)
    if found.value is not None:
        return found
    finer = _refined(bench, best, constants)
    if abs(finer - best) > 1e-9:
        again = confirmed(bench, finer)
        if again.value is not None:
            return again
    return _with_decay(bench, found)


def without_rate(bench: Bench) -> Exponent:
    """Return the exponent 0 of a method whose rate cannot be changed, if it has that one."""
    return confirmed(bench, 0.0)


def rescaled_by(bench: Bench, k: float, p: float, constants: Constants = ()) -> Change:
    """Return the run from :math:`2^k w_0` at a rate larger by :math:`2^{kp}`."""
    return Change((float(k),) * bench.network.layout.m, rate=k * p, constants=constants)


def _gap(bench: Bench, p: float, constants: Constants) -> float:
    """Return the largest relative gap of classes over the first steps, infinite where the rescaled run alone breaks."""
    base, change, first = Change(constants=constants), rescaled_by(bench, 2, p, constants), _first(bench)
    times = (t for t in bench.times if t <= first and bench.gaps(base, base, t, first)["class"].finite)
    gaps = [bench.gaps(base, change, t, first)["class"] for t in times]
    return max((gap.relative if gap.finite else np.inf for gap in gaps if gap.motion > 0), default=np.inf)


def _first(bench: Bench) -> int:
    """Return the number of steps by which p is sought: the first time, of three steps at least, of a moved run."""
    times = [t for t in bench.times if t >= min(FIRST, bench.steps)]
    return next((t for t in times if bench.gaps(START, START, t, t)["class"].motion > 0), times[0])


def confirmed(bench: Bench, p: float, constants: Constants = ()) -> Exponent:
    """Return p as the exponent of a method, with the trials that confirm it, or the one that denies it."""
    base, trials, limited = Change(constants=constants), [], None
    for k in SCALES:
        change = rescaled_by(bench, k, p, constants)
        trial = Trial(change, judge(bench, change, base)["class"])
        if trial.outcome.status == "broken" and not constants:
            found = eps_limited(bench, "class", trial, p=p, most=MOST)
            if isinstance(found, Limited):
                limited = max(filter(None, (limited, found)), key=lambda x: x.defect)
                continue
            trial = found
        trials.append(trial)
        if trial.outcome.status == "broken":
            return Exponent(None, tuple(trials), p)
    exact = [trial.outcome.passed for trial in trials if trial.in_powers_of_two]
    holds = (limited is not None and not trials) or (trials and all(exact))
    holds = holds and not any(trial.outcome.status == "vacuous" for trial in trials)
    if holds and not constants:
        late = broken_late(bench, "class", EXPONENT, rescaled_by(bench, SCALES[0], p))
        if late is not None:
            return Exponent(None, (*trials, late), p)
        there = broken_exponent(bench, p, lambda other: rescaled_by(other, SCALES[0], p))
        if there is not None:
            return Exponent(None, (*trials, there), p)
    return Exponent(p if holds else None, tuple(trials), p, limited)


def _refined(bench: Bench, p: float, constants: Constants) -> float:
    """Return the p within a half of the given one at which the gap vanishes, or the given one if it does not.

    Golden sections bracket the least gap.  Near its zero the gap is :math:`c|p - p_0|`, so that two values around
    it give :math:`p_0`, the better the nearer they are.
    """
    low, high, section = p - 0.5, p + 0.5, (math.sqrt(5) - 1) / 2
    x, y = high - section * (high - low), low + section * (high - low)
    fx, fy, worst = (_gap(bench, q, constants) for q in (x, y, p))
    while high - low > 1e-2:
        if fx <= fy:
            high, y, fy = y, x, fx
            x = high - section * (high - low)
            fx = _gap(bench, x, constants)
        else:
            low, x, fx = x, y, fy
            y = low + section * (high - low)
            fy = _gap(bench, y, constants)
    if not min(fx, fy) < worst / 5:
        return p
    found = (low + high) / 2
    for width in (1e-2, 1e-4, 1e-6, 1e-8):
        x, y = found - width, found + width
        fx, fy = _gap(bench, x, constants), _gap(bench, y, constants)
        found = (x * fy + y * fx) / (fx + fy)
    simple = float(Fraction(found).limit_denominator(20))
    return simple if abs(simple - found) < 1e-9 else found


def _with_decay(bench: Bench, found: Exponent) -> Exponent:
    """Add what holds without the decays of the method, and which scaling of them restores an exponent."""
    decays = {name: x for name, x in bench.method.constants.items() if name in DECAYS}
    if not decays:
        return found
    off = (*without_eps(bench), *((name, 0.0) for name in decays))
    gaps = [_gap(bench, p, off) for p in GRID]
    p = GRID[int(np.argmin(gaps))]
    if confirmed(bench, p, off).value is None:
        return found
    words, named = f"p = {p:g} without {' and '.join(decays)}", " and ".join(decays)
    for q in dict.fromkeys((-p, -2.0)):
        if _follows(bench, p, q, decays):
            words += f", and with {named} scaled by a^{q:g} along with the rate"
            break
    return Exponent(None, found.trials, p, found.limited, words)


def _follows(bench: Bench, p: float, q: float, decays: dict[str, float]) -> bool:
    eps = without_eps(bench)
    base = Change(constants=(*eps, *decays.items()))
    for k in SCALES[:2]:
        scaled = tuple((name, x * 2.0 ** (k * q)) for name, x in decays.items())
        outcome: Outcome = judge(bench, rescaled_by(bench, k, p, (*eps, *scaled)), base)["class"]
        if not outcome.passed:
            return False
    return True
