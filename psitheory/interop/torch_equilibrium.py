r"""The rotational equilibrium that weight decay brings about, by the kind of optimiser (Kosson, Messmer, Jaggi 2024).

In the random-walk model :math:`g = P\xi/r`, :math:`E\|P\xi\|^2 = s^2`, to leading order in
:math:`\eta\lambda \ll 1 - \beta`, the rms turn a step is :math:`\sqrt{2\eta\lambda/(1+\alpha)}` for SGD with momentum
α whose decay is inside the buffer, and :math:`\sqrt{2\eta\lambda(1-\beta_1)/(1+\beta_1)}` for AdamW; for Adam with
coupled decay the length settles at :math:`r^3 = \eta s\sqrt d/2\lambda`, so that the turn depends on s.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import torch

Rule = Literal["sgd", "adam", "adamw", ""]


@dataclass(frozen=True)
class Hyper:
    """What of a group of parameters the equilibrium depends on: rule, rate, decay and momentum; and the exponent p."""

    rule: Rule
    rate: float
    decay: float = 0.0
    momentum: float = 0.0
    p: float | None = None

    @classmethod
    def of(cls, optimizer: Any, group: Mapping[str, Any]) -> Hyper:
        """Return it for a group of an optimiser; the rule is empty where no equilibrium is known."""
        rate, decay = float(group.get("lr", math.nan)), float(group.get("weight_decay", 0.0))
        if type(optimizer) is torch.optim.SGD:
            rate *= 1 - float(group["dampening"]) if group["momentum"] else 1.0
            rule: Rule = "" if group["nesterov"] else "sgd"
            return cls(rule, rate, decay, float(group["momentum"]), 2.0)
        if type(optimizer) in (torch.optim.Adam, torch.optim.AdamW):
            decoupled = group.get("decoupled_weight_decay", type(optimizer) is torch.optim.AdamW)
            plain: Rule = "adamw" if decoupled else "adam"
            return cls("" if group["amsgrad"] else plain, rate, decay, float(group["betas"][0]), 1.0)
        return cls("", rate, decay)


def equilibrium_turn(hyper: Hyper, s: float, d: int) -> float | None:
    r"""Return the rms turn a step in equilibrium, or None where none is known or nothing decays.

    Parameters
    ----------
    hyper : Hyper
    s : float
        The root mean square of :math:`r\|\nabla f\|`.
    d : int
        Entries of a block.
    """
    x = hyper.rate * hyper.decay
    if not hyper.rule or not x > 0:
        return None
    slow = (1 - hyper.momentum) / (1 + hyper.momentum)
    if hyper.rule == "sgd":
        return math.sqrt(2 * x / (1 + hyper.momentum))
    if hyper.rule == "adamw":
        return math.sqrt(2 * x * slow)
    if not s > 0:
        return None
    r = (hyper.rate * s * math.sqrt(d) / (2 * hyper.decay)) ** (1 / 3)
    return float(hyper.rate * math.sqrt(d) * math.sqrt(slow) / r)


def relaxation(hyper: Hyper) -> float | None:
    r"""Return the steps in which a deviation of the squared length falls by a factor e near the equilibrium.

    For SGD without momentum it shrinks by :math:`\cos 2\theta = 1 - 4\eta\lambda + O(\eta^2\lambda^2)` a step, θ the
    turn (Defazio 2025); momentum makes steps longer by :math:`1/(1-\alpha)`.  For AdamW it is
    :math:`1 - 2\eta\lambda`, since there steps do not depend on the length.
    """
    x = hyper.rate * hyper.decay
    if not x > 0 or hyper.rule not in ("sgd", "adamw"):
        return None
    return (1 - hyper.momentum) / (4 * x) if hyper.rule == "sgd" else 1 / (2 * x)
