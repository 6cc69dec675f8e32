"""Runs of SGD with decay beside AdamG*, and the order in which they part: what claim E3 and its figures share."""

from __future__ import annotations

from typing import Any, NamedTuple

from psitheory.arithmetic import namespace
from psitheory.geometry import PSIQuotient
from psitheory.optimizers import AdamGStar, GradientDescent, PerBlock


class Setting(NamedTuple):
    """How AdamG* is set beside SGD.

    Attributes
    ----------
    divides_by : str
        "old" or "new": whether v is used before its update.
    power : int
        β = (1 - ηλ)^power.
    corrected : bool
        Whether η' = (2β)^{-1/2}; else 2^{-1/2}.
    one_for_all : bool
        Whether the v of the first block serves all.
    """

    divides_by: str = "old"
    power: int = 4
    corrected: bool = True
    one_for_all: bool = False


def adam_g_star(layout: Any, start: Any, eta: Any, decay: Any, setting: Setting) -> AdamGStar:
    """Return the AdamG* that is compared with SGD of rate η from ``start``."""
    xp, kept = namespace(start), 1 - eta * decay
    beta, square = kept**setting.power, layout.dots(start, start)
    first = square * square / (2 * eta * eta * xp.sqrt(beta))
    if setting.one_for_all:
        first = first[..., :1] + 0 * first
    two = 2 * beta if setting.corrected else 2 * beta / beta
    return AdamGStar(1 / xp.sqrt(two), beta=beta, start=PerBlock(first, 1), divides_by=setting.divides_by)


def gap_after(model: Any, start: Any, eta: Any, decay: Any, steps: int, setting: Setting) -> Any:
    """Return the distance of the classes of SGD and of AdamG* after ``steps`` steps."""
    layout, w, u = model.layout, start, start
    sgd, adam = GradientDescent(eta, decay=decay), adam_g_star(layout, start, eta, decay, setting)
    state = adam.init(layout, u)
    for _ in range(steps):
        w, _ = sgd.step(layout, w, model.evaluate(w), ())
        u, state = adam.step(layout, u, model.evaluate(u), state)
    return PSIQuotient(layout).dist(w, u)


def local_order(model: Any, start: Any, eta: Any, decay: Any, steps: tuple[int, int], setting: Setting) -> Any:
    """Return log₂(e(η)/e(η/2)), of the gaps after ``steps`` steps at η and at η/2."""
    coarse = gap_after(model, start, eta, decay, steps[0], setting)
    fine = gap_after(model, start, eta / 2, decay, steps[1], setting)
    xp = namespace(coarse)
    return xp.log(coarse / fine) / xp.log(2 * fine / fine)
