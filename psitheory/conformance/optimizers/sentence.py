"""What a report says first of an optimiser: what it is, what must scale how, where that holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from psitheory.conformance.optimizers import words
from psitheory.conformance.optimizers.causes.constants import told
from psitheory.conformance.optimizers.facts import Facts
from psitheory.conformance.optimizers.runs.derived import Derived
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.optimizers.types import RATES, Break, OptimizerTypes

ALIKE = {
    "each neuron": "whatever the scale of each neuron",
    "blocks of rows": "whatever the scale of each block of rows",
    "each layer": "whatever the scale of each layer as a whole",
    "all weights": "whatever the one scale of all weights",
}

SHOWN = 5
"""Constants that a sentence names; a table may have thousands."""
NOT_OF_KERNELS = "so it is of matrices alone: where a layer is a kernel of a convolution, with four axes, runs break it"

OF_NO_OTHER_SHAPES = "of layers of other shapes, or more of them, nothing is said"
OF_NAMED_LAYERS = "so it is of the first two layers alone: in a network of more, runs break it at the others"


def sentence(name: str, facts: Facts, properties: Mapping[str, object]) -> str:
    """Return the sentence, from what was found out so far; empty if that is nothing."""
    if facts.no_numbers is not None:
        return f"{name}: by step {facts.no_numbers} its weights are not finite, so that nothing is claimed of it"
    derived, underived = facts.bench.derivation
    still = f"{facts.never_moves}: nothing is claimed of it" if facts.unmoved else ""
    denied = f"so runs say, but types ask for more at {told}" if (told := facts.denied_by_types) else ""
    parts = [_law(facts, derived, properties), denied, _range(facts, derived), *_elsewhere(facts), _later(facts)]
    parts += [_end(facts), still]
    if derived is not None and derived.missing:
        parts.append(f"{derived.missing[0]}: runs decide")
    elif underived:
        parts.append(f"{underived}: runs decide")
    said = "; ".join(part for part in parts if part)
    return f"{name}: {said}" if said else ""


def _elsewhere(facts: Facts) -> Iterator[str]:
    """Yield for which layers alone the claim holds, if that is so."""
    if "edges" in facts.__dict__:
        if facts.is_among(lambda bench: bench.not_of_kernels):
            yield NOT_OF_KERNELS
        if facts.is_among(lambda bench: bench.of_named_layers):
            yield OF_NAMED_LAYERS
        failed = facts.claim and facts.bench_of(facts.claim).fails_elsewhere
        if failed:
            yield f"{OF_NO_OTHER_SHAPES}: there {failed}"


def _law(facts: Facts, derived: Derived | None, properties: Mapping[str, object]) -> str:
    mode = "full" if properties.get("full", "none") != "none" else "class"
    level = properties.get(mode, "none")
    if level != "none" and isinstance(level, str):
        runs = "runs from equivalent weights are the same up to scale" if mode == "full" else "classes are the same"
        return f"{runs}, {ALIKE[level]} (p = 0)"
    if "exponent" not in properties:
        return ""
    p = properties["exponent"]
    denied = derived is not None and derived.alone.hard is None and p is not None  # runs decide
    if derived is not None and not derived.missing and not denied:
        return _scalings(derived.alone) if derived.alone.hard is not None else _none(derived)
    if isinstance(p, (int, float)):
        return f"the rate must scale with {power(Fraction(p).limit_denominator(64))} (p = {p:g})"
    return "no power of the rate makes up for the scale of the weights"


def _scalings(types: OptimizerTypes) -> str:
    """Return how what has a name must scale; constants of the code only if the rate alone would not do."""
    bare, complete = dict(types.must_scale_without_constants), dict(types.must_scale)
    p, other_p = (law.pop(types.rate_name, Fraction(0)) for law in (bare, complete))
    named = {n: e for n, e in complete.items() if " at " not in n}
    if p == other_p:
        return _scaled(p, named | bare)
    is_more = any(name not in RATES for name in named)  # than another factor beside the rate
    other = f"; if {', '.join(named)} scales too: {_scaled(other_p, named)}" if is_more else ""
    return _scaled(p, bare) + other


def _scaled(p: Fraction, others: Mapping[str, Fraction]) -> str:
    said = f"the rate must scale with {power(p)} (p = {p})" if p else "the rate stays as it is (p = 0)"
    shown = [f", {n.split('  ')[0]} with {power(e)}" for n, e in others.items()]
    more = f", and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return said + "".join(shown[:SHOWN]) + more


def _none(derived: Derived) -> str:
    found = derived.alone.conflict
    at = f": {' does not go with '.join(map(str, found[:2]))}" if found else ""
    return f"no power of the rate, nor of any other hyper-parameter, makes up for the scale of the weights{at}"


def _range(facts: Facts, derived: Derived | None) -> str:
    if _nothing_holds(facts) and (there := facts.exponent.denied_by) is not None and there.layout is not None:
        return f"so it is of some shapes alone: runs break it on {words.shapes(there.layout)}"
    if derived is not None and derived.hard_breaks:
        return "at fixed values it breaks at " + "; ".join(str(b) for b in derived.hard_breaks[:2])
    if derived is not None and _nothing_holds(facts) and (not _soft(derived) or _is_late(facts, derived)):
        return _late(facts, derived)
    if _nothing_holds(facts) and _soft(derived):
        return "at fixed values runs break it, as may " + "; ".join(map(told, _soft(derived)[:3]))
    if "edges" not in facts.__dict__:
        return ""
    low, high, *_ = facts.edges
    how = dict.fromkeys(e.how for e in facts.edges[:2] if e.how)
    at = f" ({'; '.join(how)})" if how else ""
    if low.exponent == high.exponent == 0:
        return f"as it is it holds at no other scale to 1 %{at}"
    fixed = dict.fromkeys(f"{c.name} = {c.value:g}" for b in _soft(derived) for c in b.constants if "eps" in c.name)
    start = f"at {', '.join(fixed)} " if fixed and how else ""
    return f"{start}valid on 2^{low.exponent} … 2^{high.exponent}{at}"


def _later(facts: Facts) -> str:
    """Return from which step on constants, or what else is no break, part runs for which a law holds, or nothing."""
    found = [*facts.bench.parted_later.values(), *facts.blocks_alone.parted_later.values()]
    return "from step {} on {} may part runs".format(*min(found)) if found else ""


def _end(facts: Facts) -> str:
    """Return by when weights are not finite, if something holds of the steps before."""
    if "edges" not in facts.__dict__ or facts.ends_by is None:
        return ""
    return f"by step {facts.ends_by} its weights are not finite, so that nothing is claimed of later steps"


def _late(facts: Facts, derived: Derived) -> str:
    """Return when runs break a law that types have of the first steps, and where."""
    denied = facts.exponent.denied_by
    if denied is None or derived.alone.hard is None or (derived.missing and not _breaks_late(facts)):
        return ""
    step = denied.outcome.step
    lines = sorted(derived.later(step), key=lambda b: b.kind is not Kind.HARD)
    return f"so it is of the first steps alone: by step {step} runs break it" + (f", at {lines[0]}" if lines else "")


def _breaks_late(facts: Facts) -> bool:
    denied = facts.exponent.denied_by
    return denied is not None and denied.outcome.step > facts.bench.steps


def _is_late(facts: Facts, derived: Derived) -> bool:
    """Tell whether what denies every law came after the steps that are compared, or is a line of theirs that came late.

    Beside an eps it is told by a step up to which it must have come, so that types of as many steps know of its line.
    """
    denied = facts.exponent.denied_by
    later = derived.later(denied.outcome.step) if denied is not None else ()
    return _breaks_late(facts) or any(b.kind is Kind.HARD for b in later)


def _nothing_holds(facts: Facts) -> bool:
    """Tell whether runs deny every law, even that of an exponent."""
    return "exponent" in facts.__dict__ and facts.exponent.value is None and facts.exponent.denied_by is not None


def _soft(derived: Derived | None) -> tuple[Break, ...]:
    return derived.soft_breaks if derived is not None else ()


def power(e: Fraction) -> str:
    """Return a power of a in words: ``a``, ``a²``, ``1/a``, ``a^(3/2)``."""
    size = abs(e)
    known = {Fraction(1): "a", Fraction(2): "a²", Fraction(3): "a³"}
    text = known.get(size, f"a^{size}" if size.denominator == 1 else f"a^({size})")
    return f"1/{text}" if e < 0 else text if e else "nothing"
