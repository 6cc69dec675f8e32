r"""On which parameters weight decay is a pure rate: it changes no function, only how far later steps turn.

Decay multiplies a parameter by one factor.  That is a symmetry if the parameter as a whole may be scaled, or a group
together; of a group, what is frozen takes no part, and hinders it unless it is zero.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from psitheory.conformance.models.levels import Level


def decay_of(
    levels: Mapping[str, Level],
    *,
    frozen: Collection[str] = (),
    zeros: Collection[str] = (),
    breaks: Mapping[str, str] | None = None,
    unread: Mapping[str, str] | None = None,
) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """Return the parameters by what decay does to them, and why, by name.

    Parameters
    ----------
    levels : mapping of str to Level
    frozen, zeros : collection of str
        Parameters that are not trained, and those that are zero.
    breaks : mapping of str to str
        The line that fixes the scale of a parameter.
    unread : mapping of str to str
        The slices of a parameter that have no effect on these inputs, such as rows of an embedding.
    """
    found: dict[str, list[Any]] = {}
    why: dict[str, str] = {}
    judged = {name: _judged(name, level, frozen, zeros, breaks or {}) for name, level in levels.items()}
    for name, (what, entry, reason) in _apart(judged).items():
        why[name] = reason
        if unread and name in unread and what != "frozen" and "without effect" not in levels[name].text:
            why[name] += f"; {unread[name]} have no effect on these inputs, and are judged by none"
        if entry not in found.setdefault(what, []):
            found[what].append(entry)
    order = ("pure rate", "pure rate together", "no effect", "frozen", "regularises")
    return {what: found[what] for what in order if what in found}, why


Judged = tuple[str, Any, str]
"""What decay does to a parameter, the entry that says so, and the reason."""


def _apart(judged: Mapping[str, Judged]) -> dict[str, Judged]:
    """Return what is judged of each parameter, in one group at most: decay multiplies it once; smaller groups first."""
    out, taken = dict(judged), dict[str, Judged]()
    groups = [one for one in judged.values() if one[0] == "pure rate together"]
    for one in sorted(groups, key=lambda one: len(one[1])):
        if taken.keys().isdisjoint(one[1]):
            taken.update(dict.fromkeys(one[1], one))
    for name, one in judged.items():
        if name in taken:
            out[name] = taken[name]
        elif one[0] == "pure rate together":
            other = next(n for n in one[1] if n in taken)
            reason = one[2].split(";")[0]
            out[name] = "regularises", name, f"{reason}, of which {other} decays with {', '.join(taken[other][1])}"
    return out


def _judged(
    name: str, level: Level, frozen: Collection[str], zeros: Collection[str], breaks: Mapping[str, str]
) -> Judged:
    """Return what is judged of a parameter alone."""
    if name in frozen:
        return "frozen", name, "it asks for no gradient, so that optimisers leave it as it is"
    if level.text == "no effect":
        return "no effect", name, "any other values change nothing"
    family = level.family
    if family is None or level.text in ("none", "undecided"):
        return "regularises", name, f"its scale is fixed: {breaks[name]}" if name in breaks else "its scale matters"
    if not family.is_uniform:
        return "regularises", name, f"{level.name}: what grows must be made up for by what shrinks"
    if level.is_partial:
        return "regularises", name, f"{level.name}: the other entries have a scale"
    hindering = [part for part in level.parts if part in frozen and part not in zeros]
    if hindering:
        return "regularises", name, f"{level.name}, of which {', '.join(hindering)} stays, since it is frozen"
    trained = [part for part in level.parts if part not in frozen]
    zero = "" if trained == list(level.parts) else ", of which the rest is frozen at zero"
    if len(trained) == 1:
        return "pure rate", name, f"{level.name}{zero}"
    return "pure rate together", trained, f"{level.name}{zero}; all of them must decay alike"
