"""Whether a law goes on to hold after the steps that are compared: there are warm-ups that end, and decays that begin.

Where powers of two agree bit for bit, runs judge so many steps: rounding has no say there, however far it would have
grown.  Elsewhere types of so many steps do, as beside an eps that is a number in the code: what they know of is a break
if runs part though constants scale along.  Without types runs are looked at from weights so large, or so small, that
rounding swallows such a number.  A constant that is met later, a comparison, or numbers of half a precision that get so
small that bits are lost are no break of the law, but they are told.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from psitheory.conformance.optimizers.comparing.equivariance import Outcome, Trial
from psitheory.conformance.optimizers.comparing.far_out import shifted
from psitheory.conformance.optimizers.comparing.limited import harmless, without_eps
from psitheory.conformance.optimizers.runs.bench import ONSET, Bench
from psitheory.conformance.optimizers.runs.change import Change, CodeRaised, Constants, Gap, Mode
from psitheory.conformance.optimizers.runs.derived import Derived
from psitheory.errors import PsitheoryError
from psitheory.scaletypes.equations import Kind

LATER = 5
"""How many times as many steps are run as are compared one by one."""
GROWING = 16
"""Steps after the first that is not the same in which runs must part: rounding is taken to double in each."""
SWALLOWED = (0.45, 0.75, 1.05)
"""The shares of the bits of a precision by which weights are scaled until a constant of the code has no effect."""
SAFE = 0.15
"""The share of the exponents of a precision in which the lengths of blocks, and fourth powers of them, are safe."""


def broken_late(bench: Bench, mode: Mode, law: str, change: Change) -> Trial | None:
    """Return the trial that breaks a law which held for the steps that are compared; what is no break is kept beside.

    Parameters
    ----------
    bench : Bench
    mode : {"full", "class"}
    law : str
        Under what name the step is kept at which runs part by constants or comparisons.
    change : Change
        In powers of two.
    """
    off = without_eps(bench)
    ways: tuple[Constants, ...] = ((),) if not off or not harmless(bench, off) else ((), off)
    for constants in ways:
        found = _parted(bench, mode, Change(constants=constants), replace(change, constants=constants))
        if found is None:
            return None
        if found.outcome.status == "undecided":  # not bit for bit: an eps may be the reason
            continue
        why = _no_break(bench, mode, found)
        if why:
            bench.parted_later[mode, law] = found.outcome.step, why
            return None
        return found
    if bench.network.dtype == np.float32:  # of which there are no types
        late = broken_late(bench.in_double, mode, law, change)
        bench.parted_later |= bench.in_double.parted_later
        return late
    derived = bench.derived
    return _broken_far_out(bench, mode, change) if derived is None else _broken_by_types(bench, derived, mode, change)


def _no_break(bench: Bench, mode: Mode, trial: Trial) -> str:
    """Return what parts runs that breaks no law, or nothing: constants, or numbers too small for their bits."""
    derived, step = bench.derived, trial.outcome.step
    if derived is None:
        return ""
    if derived.parted_by_constants(step):
        return "constants or comparisons"
    known = derived.breaks_of(bench.network, mode, trial.change, step) == ()
    lost = derived.overflow(bench.network, trial.change, step) if known else ""
    return f"numbers that overflow or vanish at {lost.partition('  ')[0]}" if lost else ""


def _broken_far_out(bench: Bench, mode: Mode, change: Change) -> Trial | None:
    """Return the trial that breaks a law at the first scale of all weights at which runs are the same bit for bit.

    A step of another degree shows there; a term that dies out as the constant does, such as a decay, is swallowed too.
    """
    p, bits = change.rate / change.exponents[0] if change.rate else 0.0, np.finfo(bench.network.dtype).nmant
    for k in (side * round(share * bits) for share in SWALLOWED for side in (-1, 1)):
        found = _parted(bench, mode, *(shifted(bench, each, k, p) for each in (Change(), change)))
        if found is None or found.outcome.status == "broken":
            return found
    return None


def _broken_by_types(bench: Bench, derived: Derived, mode: Mode, change: Change) -> Trial | None:
    """Return the trial of a run in which constants scale along, if types know of something that breaks it later."""
    steps = LATER * bench.steps
    first, found = (derived.breaks_of(bench.network, mode, change, n) for n in (0, steps))
    before = {b.line for b in first or ()}
    if not any(b.kind is Kind.HARD and b.line not in before for b in found or ()) or derived.parted_by_constants(steps):
        return None
    soft = [b for b in found or () if b.kind is not Kind.HARD]
    lengths = dict.fromkeys((derived.with_all_new(steps, fixed=bench.network.fixed), steps))  # the first shows most
    gaps = ((n, derived.gap(bench.network, change, (*derived.soft_breaks, *soft), n)) for n in lengths)
    broken = next(((n, gap) for n, gap in gaps if bench.chaos < gap < np.inf), None)
    if broken is None:
        return None
    step, gap = broken
    return Trial(change, Outcome("broken", step, Gap(gap, 1.0, exact=False, finite=True), bench.chaos))


def _parted(bench: Bench, mode: Mode, base: Change, change: Change) -> Trial | None:
    """Return where two runs part, once they are no longer the same, by more than what rounding may grow to."""
    steps = LATER * bench.steps
    try:
        for t in bench.times:  # so many steps were run before
            gap = bench.gaps(base, change, t, bench.steps)[mode]
            if not gap.exact:
                return Trial(change, Outcome("undecided", t, gap, 0.0))
        x, y = (list(bench.every_point(c, steps)) for c in (base, change))
    except (CodeRaised, PsitheoryError):
        return None
    first: int | None = None
    for t, (xt, yt) in enumerate(zip(x, y, strict=False)):
        gap = bench.gap_of(mode, base, change, (x[0], xt), (y[0], yt))
        if first is None and gap.exact:
            continue
        first = t if first is None else first
        if t <= bench.steps:
            return Trial(change, Outcome("undecided", t, gap, 0.0))
        allowed = ONSET * bench.eps * 2.0 ** (t - first)
        if t - first > GROWING or not _is_safe(bench, xt, yt):
            return None
        if gap.defect > allowed:
            return Trial(change, Outcome("broken", t, gap, allowed))
    return None


def _is_safe(bench: Bench, *points: np.ndarray) -> bool:
    """Tell whether all lengths of blocks are of moderate size, so that nothing over- or underflows."""
    most = SAFE * np.finfo(bench.network.dtype).maxexp
    with np.errstate(all="ignore"):
        return all(bool(np.all(np.abs(np.log2(bench.network.layout.norms(w))) < most)) for w in points)
