r"""A monitor of training runs: lengths of blocks, how far they turn, and how far they turn in equilibrium."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.interop.torch_equilibrium import Hyper, equilibrium_turn, relaxation

COLUMNS = ("norm", "G", "turn", "rate", "effective_rate", "predicted_turn", "relaxation")


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
        Steps between two that are logged.  A logged step costs a copy of the watched parameters.
    writer : SummaryWriter, optional
        Given scalars ``scale/COLUMN/NAME``, as TensorBoard's.

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
        self.rows: list[dict[str, Any]] = []
        self.every, self.writer, self.steps = every, writer, 0
        self._kinds = _kinds(model, groups)
        named = dict(model.named_parameters())
        self._watched = {name: named[name] for name in self._kinds}
        self._optimizer, self._before = optimizer, dict[str, tuple[Any, Any, Any]]()
        self._handles = [
            optimizer.register_step_pre_hook(self._at_start),
            optimizer.register_step_post_hook(self._at_end),
        ]

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
        names = [name] if name is not None else [n for n in self._watched if any(r["name"] == n for r in self.rows)]
        steps = sorted({row["step"] for row in self.rows})
        found = {(row["step"], row["name"]): row[column] for row in self.rows}
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
        self._before = {}
        if self.steps % self.every and self.steps > 1:
            return
        for name, p in self._watched.items():
            if p.grad is not None:
                w = _blocks(p, self._kinds[name])
                gradient = _blocks(p.grad, self._kinds[name])
                self._before[name] = w.clone(), w.norm(dim=1), gradient.norm(dim=1)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _at_end(self, optimizer: Any, *_: Any) -> None:
        groups = {id(p): group for group in optimizer.param_groups for p in group["params"]}
        for name, (w, r, g) in self._before.items():
            p = self._watched[name]
            if id(p) in groups:
                self._log(
                    name, _turn(w, r, _blocks(p, self._kinds[name])), r, r * g, Hyper.of(optimizer, groups[id(p)])
                )
        self._before = {}

    def _log(self, name: str, turn: Any, r: Any, big_g: Any, hyper: Hyper) -> None:
        norm, size, angle = torch.stack([_rms(r), _rms(big_g), _rms(turn)]).tolist()
        entries = self._watched[name].numel() // r.numel()
        row = {
            "step": self.steps,
            "name": name,
            "norm": norm,
            "G": size,
            "turn": angle,
            "rate": hyper.rate,
            "effective_rate": hyper.rate / norm**hyper.p if hyper.p is not None and norm > 0 else None,
            "predicted_turn": equilibrium_turn(hyper, size, entries),
            "relaxation": relaxation(hyper),
        }
        self.rows.append(row)
        if self.writer is not None:
            for column in COLUMNS:
                if row[column] is not None:
                    self.writer.add_scalar(f"scale/{column}/{name}", row[column], self.steps)


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
    return p.detach().reshape(p.shape[0] if kind == "rows" else 1, -1)


def _turn(before: Any, r: Any, after: Any) -> Any:
    """Return the angles by 2·atan2(‖x − y‖, ‖x + y‖) of unit vectors: small ones keep their digits."""
    size = after.norm(dim=1)
    x = before.div_(r.clamp_min(torch.finfo(r.dtype).tiny)[:, None])
    y = after / size.clamp_min(torch.finfo(r.dtype).tiny)[:, None]
    return 2 * torch.atan2((x - y).norm(dim=1), x.add_(y).norm(dim=1))


def _rms(x: Any) -> Any:
    return x.double().square().mean().sqrt()


def _number(x: Any) -> float:
    return math.nan if x is None else float(x)
