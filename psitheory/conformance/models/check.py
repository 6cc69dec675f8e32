r"""Which parameters of a model are positively scale-invariant, and at which level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from psitheory.checking import Verdict
from psitheory.conformance.findings import ConformanceReport, Finding, raised
from psitheory.conformance.models.basics import GRADIENT, REPEATS, gradient_is_right, repeats
from psitheory.conformance.models.claims import Claim, claims_of, judged, says
from psitheory.conformance.models.decay import decay_of
from psitheory.conformance.models.levels import Level, rows_of
from psitheory.conformance.models.survey import Survey, levels_of
from psitheory.conformance.models.typed import claimed_level
from psitheory.conformance.models.words import described, groups_of, narrow_range, smallest_of, witness_of
from psitheory.errors import UnknownName, checked_seed
from psitheory.frameworks import one_thread
from psitheory.symmetry.baseline import in_own_precision
from psitheory.symmetry.function import LossFunction, as_loss_functions, probed
from psitheory.symmetry.gradients import left_out

LAWS = (REPEATS, GRADIENT, "invariance[NAME]")
"""The laws; the last one once for each parameter."""


@one_thread()
def check_model(
    f: Any,
    at: Any = None,
    *,
    inputs: Any = None,
    targets: Any = None,
    loss: Any = None,
    gradient: Any = None,
    claims: Mapping[str, Any] | None = None,
    expected: Mapping[str, str] | None = None,
    only: str | Sequence[str] | None = None,
    seed: int = 0,
) -> ConformanceReport:
    r"""Find out which parameters of a model are positively scale-invariant, confirmed at finite scales.

    For each parameter the finest level at which f does not change: each row (slice of an axis), blocks of rows, the
    whole; else only jointly with others (a layer's weight and bias), or only by trading with others (a ReLU neuron's
    in-weights against its out-weights); else none.  A parameter that may take any value is *no effect*.  Scales
    are powers of two first, which must change no bit or no more than one ulp of the weights does, then generic ones.
    A break is *up to eps* only if it is gone when the eps is taken out or, where none can be, if it dies out like
    :math:`s^{-2}` (beside a variance) or :math:`s^{-1}` (beside a deviation).

    Parameters
    ----------
    f : Model, callable, torch.nn.Module
        A function takes what ``at`` is an example of, and returns a loss.  A module is called on ``inputs``.
    at : Layout, array, mapping of str to array (of any framework), or a module on which f is called
    inputs, targets, loss : optional
        For a module: what it is called on, and the loss of its outputs (and of ``targets``, if given).  Without a
        loss the outputs are what is looked at.
    gradient : callable, optional
        The gradient of f.
    claims : mapping, optional
        What is claimed of parameters, such as ``{"W1": "rows", "b": "no effect"}``.  The blocks of a Model or
        a Layout are claimed too.  Nothing else can be REFUTED.
    expected : mapping, optional
        A reason for each law that is expected to be REFUTED.
    only : str or sequence of str, optional
        Laws, such as ``invariance[W1]``.
    seed : int

    Returns
    -------
    ConformanceReport
        ``properties`` holds the level of each parameter by name, ``groups`` (the blocks, as plain data that an
        optimiser takes: of those that share a parameter the smaller ones), ``signs`` (whether sign changes pass too),
        ``eps``, what differs for ``outputs`` and other modes, ``tied`` (the name under which a parameter stands that
        has others too), ``exactly`` (what holds exactly of parameters whose level holds up to an eps), ``breaks``
        (the line that fixes a parameter's scale) and ``weight decay``: the parameters on which it is a pure rate,
        those on which it is one only if it acts on all of a group, those that are frozen, and those whose function it
        changes; with ``weight decay because``, the reason for each by name.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If an argument does not fit, or f is no finite scalar at the example point.
    UnknownName
        If a law or a parameter is named that does not exist.
    """
    functions = as_loss_functions(f, at, gradient=gradient, inputs=inputs, targets=targets, loss=loss)
    main = next(iter(functions.values()))
    wanted = _wanted(only, main)
    given = claims_of(main.layout, claims, main.tied)
    seed = checked_seed(seed)
    replay = f"check_model({main.name}, …, seed={seed})"
    findings, notes = [], list(dict.fromkeys(note for function in functions.values() for note in function.notes))
    properties: dict[str, Any] = {"tied": dict(main.tied)} if main.tied else {}
    for mode, function in functions.items():
        rng = np.random.default_rng(seed)
        if function.point is not None:
            probed(function, function.point)
        is_main = function is main
        repeated = repeats(function, rng, replay)
        if is_main:
            findings.append(repeated)
        if repeated.verdict is not Verdict.HOLDS:
            notes.append("other laws were not tried, since one and the same weights give different losses")
            break
        function = in_own_precision(function, rng)
        notes += [note for note in function.notes if note not in notes]
        if is_main and (gradient is not None or _is_ours(f)):
            findings.append(gradient_is_right(function, rng, replay))
        survey = levels_of(function, rng)
        found = survey.found
        if is_main:
            _confirm_claims(survey, given, rng)
        if is_main and gradient is None and (astray := left_out(function, seed)):
            survey.notes.append(astray.said(survey.detached))
        notes += [note for note in dict.fromkeys(survey.notes) if note not in notes]
        _record(properties, found, main=is_main, mode=mode)
        if is_main:
            _record_types(properties, survey, function)
        if is_main:
            findings += _findings(function, found, given, rng, replay)
    chosen = tuple(finding for finding in findings if wanted is None or finding.law in wanted)
    report = ConformanceReport(main.name, "model", chosen, properties, tuple(notes))
    return report.expecting(expected)


def _confirm_claims(survey: Survey, given: Mapping[str, Claim], rng: np.random.Generator) -> None:
    """Let runs decide what is claimed of parts where what was found says nothing of it.

    Another level of the same part (its columns) does not deny a claim (rows), nor do types that are a lower bound.
    """
    levels = next(iter(survey.found.values()))
    for name, claim in given.items():
        level = levels[name]
        own = level.family is not None and len(level.parts) == 1
        if claim.blocks <= 0 or level.text in ("no effect", "undecided") or says(level, claim):
            continue
        if survey.search is not None and own:
            family = rows_of(survey.search.function.layout, name, claim.blocks)
            found = None if family is None else survey.search.established(family, (name,))
            levels[name] = level if found is None or found.outcome.status != "holds" else found
        elif survey.types is not None and (own or survey.types.types.missing):
            levels[name] = claimed_level(survey.types, name, claim.blocks, rng, up_to_eps=claim.up_to_eps) or level


def _record(properties: dict[str, Any], found: Mapping[str, Mapping[str, Level]], *, main: bool, mode: str) -> None:
    """Write levels into the properties: the loss of the main mode by name, the rest where it differs."""
    aspects = {aspect: {name: level.name for name, level in levels.items()} for aspect, levels in found.items()}
    first = "loss" if "loss" in found else "outputs"
    if main:
        levels = found[first]
        properties.update(aspects[first])
        properties["groups"] = groups_of(dict.fromkeys(levels.values()))
        properties["signs"] = {name: level.even for name, level in levels.items() if level.even is not None}
        eps = {name: described_limit(level) for name, level in levels.items() if level.limit or level.decay}
        if eps:
            properties["eps"] = eps
        scales = {name: text for name, level in levels.items() if (text := narrow_range(level))}
        if scales:
            properties["scales"] = scales
    elif any(properties.get(name) != text for name, text in aspects[first].items()):
        properties[mode] = aspects[first]
    if len(aspects) > 1 and aspects["outputs"] != aspects["loss"]:
        properties["outputs" if main else f"{mode} outputs"] = aspects["outputs"]


def _record_types(properties: dict[str, Any], survey: Survey, function: LossFunction) -> None:
    """Write what types say besides levels, and what weight decay does, into the properties."""
    levels = next(iter(survey.found.values()))
    point = function.point
    zeros = [] if point is None else [name for name in function.frozen if not function.layout.view(name, point).any()]
    decay, why = decay_of(levels, frozen=function.frozen, zeros=zeros, breaks=survey.breaks, unread=survey.unread)
    properties["weight decay"], properties["weight decay because"] = decay, why
    if survey.exact:
        properties["exactly"] = survey.exact
    if survey.breaks:
        properties["breaks"] = survey.breaks


def described_limit(level: Level) -> dict[str, Any]:
    """Return how an eps limits a level, as plain data."""
    how = {
        "removed": "gone when the eps is taken out",
        "decays": "dies out as an eps does",
        "": "dies out as an eps does, but is large at the weights' own scale",
    }[level.limit]
    if level.decay is None:
        return {"how": how}
    exponent = None if level.decay.exponent is None else round(level.decay.exponent, 3)
    return {"how": how, "exponent": exponent, "defect": {f"2**{k}": d for k, d in level.decay.shown.items()}}


def _findings(
    function: LossFunction,
    found: Mapping[str, Mapping[str, Level]],
    given: Mapping[str, Claim],
    rng: np.random.Generator,
    replay: str,
) -> list[Finding]:
    first = "loss" if "loss" in found else "outputs"
    findings = []
    for name, level in found[first].items():
        law = f"invariance[{name}]"
        again = replay.replace("…, ", f"…, only={law!r}, ")
        if level.outcome.status == "raised" and level.outcome.error is not None and level.outcome.trial is not None:
            findings.append(
                raised(law, level.outcome.error, smallest=f"{name} × {level.outcome.trial.scale}", replay=again)
            )
            continue
        if name in given:
            verdict, means = judged(given[name], level)
        else:
            verdict = Verdict.INCONCLUSIVE if level.text == "undecided" else Verdict.HOLDS
            means = "rounding is too large here to tell" if level.text == "undecided" else ""
        findings.append(
            Finding(
                law,
                verdict,
                claimed=given[name].text if name in given else "",
                observed=described(level, first),
                smallest=smallest_of(function, level),
                means=means,
                replay=again,
                kind="powers of two, bit for bit" if level.outcome.exact else "powers of two and floats",
                cases=level.outcome.cases,
                witness=witness_of(function, level),
            )
        )
    return findings


def _is_ours(f: Any) -> bool:
    return hasattr(f, "evaluate") and hasattr(f, "layout")


def _wanted(only: str | Sequence[str] | None, function: LossFunction) -> set[str] | None:
    if only is None:
        return None
    laws = {only} if isinstance(only, str) else set(only)
    others = {f"invariance[{other}]": f"invariance[{name}]" for other, name in function.tied.items()}
    names = {others.get(law, law) for law in laws}
    known = {*LAWS[:2], *(f"invariance[{part.name}]" for part in function.layout.parts)}
    unknown = sorted(names - known)
    if unknown:
        raise UnknownName(f"only names {unknown[0]!r}; there are {', '.join(sorted(known))}")
    return names
