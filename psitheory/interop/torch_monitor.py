r"""A monitor of training runs: lengths of blocks, how far they turn, and how far they turn in equilibrium."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.interop.torch_equilibrium import Hyper, equilibrium_turn, relaxation

COLUMNS = ("norm", "G", "turn", "rate", "effective_rate", "predicted_turn", "relaxation")

KEPT = 64
"""Logged steps whose sums are kept before rows are made of them."""


@dataclass(frozen=True, eq=False)
class Sums:
    r"""What is summed over each block of a parameter at a step, (4, blocks).

    :math:`\|\nabla f\|`, :math:`\|w^+\|`, :math:`\|w - w^+\|` and :math:`\langle w^+, w - w^+\rangle`.
    """

    step: int
    name: str
    hyper: Hyper
    sums: Any


class ScaleMonitor:
    r"""Watch the steps of an optimiser, and log for each parameter of scale-invariant blocks what its scale does.

    For a block w of length :math:`r = \|w\|`, a row has

    * ``norm``: r, ``G``: :math:`r\|\nabla f\|`, which does not depend on the scale, ``turn``: the angle between the
      block before and after the step, each the root mean square over the blocks of the parameter;
    * ``rate``: :math:`\eta`, ``effective_rate``: :math:`\eta/r^p`, with p = 2 for gradient descent, 1 for Adam;
    * ``predicted_turn``: the rms turn a step of the rotational equilibrium, to leading order in
      :math:`\eta\lambda`: :math:`\sqrt{2\eta\lambda/(1+\alpha)}` for SGD with momentum α and coupled decay,
      :math:`\sqrt{2\eta\lambda(1-\beta_1)/(1+\beta_1)}` for AdamW; None where none is known;
    * ``relaxation``: steps in which the squared length forgets by a factor e, None where there is none.

    Parameters
    ----------
    model : torch.nn.Module
    optimizer : torch.optim.Optimizer
        Its steps are watched through its hooks; nothing else need be called.
    groups : mapping of str to str, optional
        Which parameters have scale-invariant blocks, ``"rows"`` or ``"whole"``, by name, such as the property
        ``groups`` of a report of ``check_model``.  If left out, every parameter of two axes or more has rows.
    every : int
        Steps between two that are logged.  A logged step costs a copy of the watched parameters and five passes over
        them: a quarter to a half of a step of a network of two or three small layers, a tenth of one of ResNet-18.
        What follows from the sums of a step is computed when rows are read, or for 64 steps at once.
    writer : SummaryWriter, optional
        Given scalars ``scale/COLUMN/NAME``, as TensorBoard's, at each logged step.

    Raises
    ------
    ArgumentError, UnknownName
        If a group is unknown or not a parameter, or nothing is left to watch.

    Examples
    --------
    >>> layer = torch.nn.Linear(5, 4, bias=False)
    >>> optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, weight_decay=0.01)
    >>> monitor = ScaleMonitor(layer, optimizer)
    >>> layer(torch.ones(2, 5)).sum().backward()
    >>> optimizer.step()
    >>> monitor.rows[0]["name"], round(monitor.rows[0]["predicted_turn"], 4)
    ('weight', 0.0447)
    """

    def __init__(
        self,
        model: Any,
        optimizer: Any,
        *,
        groups: Mapping[str, Any] | None = None,
        every: int = 10,
        writer: Any = None,
    ) -> None:
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise ArgumentError(f"every is {shown(every)}; a number of steps of at least 1 is needed")
        self._rows: list[dict[str, Any]] = []
        self._pending: list[Sums] = []
        self.every, self.writer, self.steps = every, writer, 0
        self._kinds = _kinds(model, groups)
        named = dict(model.named_parameters())
        self._watched = {name: named[name] for name in self._kinds}
        self._copies: dict[str, Any] = {}
        self._gradients: dict[str, Any] = {}
        self._handles = [
            optimizer.register_step_pre_hook(self._at_start),
            optimizer.register_step_post_hook(self._at_end),
        ]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return what was logged, a row for each parameter and logged step."""
        self._settle()
        return self._rows

    def close(self) -> None:
        """Stop watching."""
        for handle in self._handles:
            handle.remove()

    def series(self, column: str, name: str | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Return steps (R,) and values (R, K) of one column, K parameters or the one named: what check_rate takes.

        Raises
        ------
        UnknownName
            If there is no such column, or no such parameter.
        """
        if column not in COLUMNS:
            raise UnknownName(f"column is {shown(column)}; one of {', '.join(COLUMNS)} is needed")
        if name is not None and name not in self._watched:
            raise UnknownName(f"name is {shown(name)}; one of {', '.join(self._watched)} is needed")
        rows = self.rows
        logged = {row["name"] for row in rows}
        names = [name] if name is not None else [n for n in self._watched if n in logged]
        steps = sorted({row["step"] for row in rows})
        found = {(row["step"], row["name"]): row[column] for row in rows}
        values = [[_number(found.get((t, n))) for n in names] for t in steps]
        return np.array(steps, float), np.array(values, float).reshape(len(steps), len(names))

    def observed_turn(self, name: str, last: int = 50) -> float:
        """Return the root mean square of the turns of the last logged steps, to set beside the predicted one."""
        turns = [row["turn"] for row in self.rows if row["name"] == name][-last:]
        return math.sqrt(sum(t * t for t in turns) / len(turns)) if turns else math.nan

    # -- hooks -------------------------------------------------------------------------------------

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _at_start(self, optimizer: Any, *_: Any) -> None:
        self.steps += 1
        self._gradients = {}
        if self.steps % self.every and self.steps > 1:
            return
        stepped = {id(p) for group in optimizer.param_groups for p in group["params"]}
        chosen = {n: p for n, p in self._watched.items() if p.grad is not None and id(p) in stepped}
        for name, p in chosen.items():
            self._gradients[name] = _sizes(_blocks(p.grad, self._kinds[name]))
            if name not in self._copies:
                self._copies[name] = torch.empty_like(_blocks(p, self._kinds[name]))
        if chosen:
            torch._foreach_copy_(
                [self._copies[n] for n in chosen], [_blocks(chosen[n], self._kinds[n]) for n in chosen]
            )

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _at_end(self, optimizer: Any, *_: Any) -> None:
        if not self._gradients:
            return
        hypers = {id(p): h for g in optimizer.param_groups for h in [Hyper.of(optimizer, g)] for p in g["params"]}
        after = {name: _blocks(self._watched[name], self._kinds[name]) for name in self._gradients}
        back = [self._copies[name] for name in after]
        torch._foreach_sub_(back, list(after.values()))
        for (name, w), minus in zip(after.items(), back, strict=True):
            sizes = [self._gradients[name], _sizes(w), _sizes(minus)]
            sums = torch.stack([*sizes, minus.mul_(w).sum(1)])  # the copy is of no more use
            self._pending.append(Sums(self.steps, name, hypers[id(self._watched[name])], sums))
        self._gradients = {}
        if self.writer is not None or len(self._pending) >= KEPT * len(self._watched):
            self._settle()

    # -- rows --------------------------------------------------------------------------------------

    def _settle(self) -> None:
        """Compute the rows of the steps whose sums are kept."""
        pending, self._pending = self._pending, []
        by_name: dict[str, list[Sums]] = {}
        for one in pending:
            by_name.setdefault(one.name, []).append(one)
        found: list[tuple[Sums, list[float]]] = []
        for ones in by_name.values():
            found += zip(ones, _means(torch.stack([one.sums for one in ones])).tolist(), strict=True)
        for one, means in sorted(found, key=lambda pair: pair[0].step):  # stable: in the order of what is watched
            self._log(one, *means)

    def _log(self, one: Sums, norm: float, size: float, turn: float) -> None:
        hyper = one.hyper
        row = {
            "step": one.step,
            "name": one.name,
            "norm": norm,
            "G": size,
            "turn": turn,
            "rate": hyper.rate,
            "effective_rate": hyper.rate / norm**hyper.p if hyper.p is not None and norm > 0 else None,
            "predicted_turn": equilibrium_turn(hyper, size, self._watched[one.name].numel() // one.sums.shape[1]),
            "relaxation": relaxation(hyper),
        }
        self._rows.append(row)
        if self.writer is not None:
            for column in COLUMNS:
                if row[column] is not None:
                    self.writer.add_scalar(f"scale/{column}/{one.name}", row[column], one.step)


def _kinds(model: Any, groups: Mapping[str, Any] | None) -> dict[str, str]:
    named = {name: p for name, p in model.named_parameters() if p.requires_grad}
    if groups is None:
        groups = {name: "rows" for name, p in named.items() if p.ndim > 1}
    for name, kind in groups.items():
        if name not in named:
            raise UnknownName(f"groups names {name!r}; there are {', '.join(named)}")
        if kind not in ("rows", "whole", "free"):
            raise ArgumentError(f"groups[{name!r}] is {shown(kind)}; 'rows', 'whole' or 'free' is needed")
    found = {name: str(kind) for name, kind in groups.items() if kind != "free"}
    if not found:
        raise ArgumentError("groups leaves no parameter to watch; one with scale-invariant blocks is needed")
    return found


def _blocks(p: Any, kind: str) -> Any:
    """Return a parameter by blocks, (blocks, entries), in float32 at least: squares of half precision overflow."""
    x = p.detach().reshape(p.shape[0] if kind == "rows" else 1, -1)
    return x if x.dtype in (torch.float32, torch.float64) else x.float()


def _sizes(x: Any) -> Any:
    """Return the length of each block; as vecdot would, but at a third of its cost for small ones."""
    return torch.linalg.vector_norm(x, dim=1)


def _means(sums: Any) -> Any:
    r"""Return for each step the root mean squares of :math:`r`, :math:`r\|\nabla f\|` before it and of its turn.

    With :math:`\delta = w^+ - w`, the part of the step across :math:`w^+` is
    :math:`\|\delta\|^2 - \langle w^+,\delta\rangle^2/\|w^+\|^2`: small steps keep their digits, unless they
    are nearly along w, where the turn is known to :math:`10^{-3}` of the step's length.
    """
    g, after, moved, minus = sums.double().unbind(1)
    along = -minus / after.clamp_min(torch.finfo(torch.float64).tiny)
    r = (after**2 + 2 * minus + moved**2).clamp_min(0).sqrt()
    turn = torch.atan2((moved**2 - along**2).clamp_min(0).sqrt(), after - along)
    return torch.stack([x.square().mean(1).sqrt() for x in (r, r * g, turn)], dim=1)


def _number(x: Any) -> float:
    return math.nan if x is None else float(x)
