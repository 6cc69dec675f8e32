"""The words in which findings on optimisers are put."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from psitheory.conformance.optimizers.comparing.equivariance import LEVELS, Outcome, Trial, groups
from psitheory.conformance.optimizers.comparing.limited import Limited
from psitheory.conformance.optimizers.laws.edges import Edge
from psitheory.conformance.optimizers.runs.bench import COARSE
from psitheory.conformance.optimizers.runs.change import Change, Mode
from psitheory.layout import Layout

CLAIMED: dict[Mode, str] = {"full": "w_t(a·w_0) = a·w_t(w_0)", "class": "w_t(a·w_0) is in the class of w_t(w_0)"}
MEANS: dict[Mode, str] = {
    "full": "starts of one class do not keep the scales between them",
    "class": "starts of one class part: what is found depends on the scale of the initial weights",
}
CAUSES = {
    "": "",
    "eps": "an eps takes over",
    "clamp": "a clamp, a floor or an overflow inside takes over",
    "threshold": "a comparison turns out otherwise",
    "constant": "a constant takes over",
    "weak term": "a weak term breaks it, such as a decay inside the gradient",
    "overflow": "numbers overflow",
    "unknown": "rounding hides what happens",
}


def scales(layout: Layout, change: Change) -> str:
    """Return the scales of a run, such as ``a=2 on row 0 of W1``."""
    if not any(change.exponents):
        return "a=1"
    for level in reversed(LEVELS):
        named = {}
        for name, blocks in groups(layout, level).items():
            found = {change.exponents[i] for i in blocks}
            if len(found) > 1:
                break
            named[name] = found.pop()
        else:
            return "a=" + ", ".join(f"{power(k)} on {name}" for name, k in named.items() if k)
    raise AssertionError("every rescaling is one of single blocks")


def where(layout: Layout, trial: Trial, *, rate: bool = False) -> str:
    """Return where a trial was decided, such as ``a=2 on W1  t=3``."""
    layout = trial.layout or layout
    out = scales(layout, trial.change) + (f"  rate times {power(trial.change.rate)}" if rate else "")
    off = ", ".join(name for name, _ in trial.change.constants)
    out += (f"  without {off}" if off else "") + f"  t={trial.outcome.step}"
    return out + (f"  on {shapes(layout)}" if trial.layout else "")


def shapes(layout: Layout) -> str:
    """Return the shapes of a network in words."""
    return f"a network with layers of {', '.join('x'.join(map(str, p.shape)) for p in layout.parts if p.blocks)}"


def doubt(outcome: Outcome) -> str:
    """Return why generic scales leave a law open that holds for powers of two."""
    if not outcome.gap.relative < COARSE:
        return "at generic scales rounding grows too fast to tell"
    return f"at generic scales runs agree to {outcome.gap.relative:.1g} of the motion, as coarse arithmetic would"


def unmoved(rows: Mapping[str, list[int]], sizes: Mapping[str, int] | None = None) -> str:
    """Return which parts, or rows of parts, never move."""
    named = [
        name if sizes is None or len(found) == sizes[name] else f"rows {', '.join(map(str, found))} of {name}"
        for name, found in rows.items()
    ]
    many = len(named) > 1 or named[0].startswith("rows")
    return f"{' and '.join(named)} never {'move' if many else 'moves'}"


def power(k: float) -> str:
    """Return 2^k as a number, or as a power where it is large or small."""
    return f"2^{k:g}" if abs(k) > 20 else f"{2.0**k:.6g}"


def gap(outcome: Outcome) -> str:
    """Return how far two runs are apart."""
    if outcome.status == "vacuous":
        return f"no block moved in {outcome.step} steps by more than rounding"
    if not outcome.gap.finite:
        return f"a run is no longer finite after step {outcome.step}"
    if outcome.status == "undecided":
        return f"beyond step {outcome.step} runs that start one ulp apart part as far, or farther than can be judged"
    relative = f"{outcome.gap.relative:.2g} times as far apart as they moved"
    explained = outcome.allowed / outcome.gap.motion
    return f"after step {outcome.step} the runs are {relative}; rounding explains {explained:.1g}"


def kind(trials: tuple[Trial, ...]) -> str:
    """Return on what trials that passed rest."""
    exact = any(trial.outcome.status == "exact" for trial in trials if trial.in_powers_of_two)
    return "powers of two" if exact else "controls"


def limited(excuse: Limited) -> str:
    """Return what an eps, or another constant, does to a law that would hold without it."""
    cause = f"{'an' if excuse.cause[:1] in 'aeiou' else 'a'} {excuse.cause}"
    return f"up to {excuse.defect:.1g} of the motion, for which {cause} is the cause: {excuse.how}"


def several(laws: Sequence[str], text: str) -> str:
    """Return what is said of one law, or the same of several, whose verb comes first."""
    if len(laws) == 1:
        return f"{laws[0]} {text}"
    verb, _, rest = text.partition(" ")
    many = {"is": "are"}.get(verb, verb.removesuffix("s"))
    return f"{laws[0]} and {len(laws) - 1} more {many} {rest}".rstrip()


def reach(edges: tuple[Edge, ...]) -> str:
    """Return the range of scales between the edges, such as ``2^-300 … 2^9 (a clamp … above)``."""
    low, high, *apart = edges
    ends = [f"{CAUSES[e.cause]} {side}" for e, side in ((low, "below"), (high, "above")) if e.cause]
    out = f"2^{low.exponent} … 2^{high.exponent}" + (f" ({'; '.join(ends)})" if ends else "")
    for e in apart:
        if e.cause:
            out += f", and spread over 2^±{e.exponent} ({CAUSES[e.cause]} beyond)"
    return out
