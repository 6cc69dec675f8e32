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

KEPT = 64
"""Logged steps whose sums are kept before rows are made of them."""


SMALL = 2**13
"""Entries of a parameter up to which copies of it are kept for so many steps, since one operation costs as much."""


class Shelf:
    """Copies of a parameter before and after steps, and of its gradient; in float32 at least."""

    def __init__(self, p: Any, count: int) -> None:
        precise = p.dtype in (torch.float32, torch.float64)
        made = [torch.empty((count, *p.shape), dtype=p.dtype if precise else torch.float32, device=p.device)]
        made += [torch.empty_like(made[0]) for _ in range(2 if count > 1 else 0)]
        self._whole = made
        slots = [x.unbind(0) for x in made]
        self.before: Any = slots[0]
        self.after: Any = slots[1] if count > 1 else ()
        self.gradients: Any = slots[2] if count > 1 else ()
        self.steps: list[tuple[int, Hyper]] = []

    def sums(self, kind: str) -> Any:
        """Return the sums of the steps that are kept, (steps, 4, blocks)."""
        k = len(self.steps)
        shape = (k, self._whole[0].shape[1] if kind == "rows" else 1, -1)
        before, after, gradient = (x[:k].reshape(shape) for x in self._whole)
        return _sums(_sizes(gradient), after, before)


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
        Steps between two that are logged.  A logged step costs copies of the watched parameters and five passes over
        them: a fifth of a step of a network of three small layers, 3 % of one of ResNet-18; of every tenth, 2 % and
        less.  What follows is computed for 64 steps at once, and rows when they are read.
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
        self._found: list[Any] = []
        self._pending: list[tuple[str, list[tuple[int, Hyper]], Any]] = []
        self.every, self.writer, self.steps = every, writer, 0
        self._kinds = _kinds(model, groups)
        named = dict(model.named_parameters())
        self._watched = {name: named[name] for name in self._kinds}
        self._shelves: dict[str, Shelf] = {}
        self._large: dict[str, Any] = {}
        self._chosen: list[str] = []
        self._handles = [
            optimizer.register_step_pre_hook(self._at_start),
            optimizer.register_step_post_hook(self._at_end),
        ]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return what was logged, a row for each parameter and logged step."""
        self._settle()
        self._make_rows()
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
        self._large, self._chosen = {}, []
        if self.steps % self.every and self.steps > 1:
            return
        stepped = {id(p) for group in optimizer.param_groups for p in group["params"]}
        chosen = [n for n, p in self._watched.items() if p.grad is not None and id(p) in stepped]
        to, source = [], []
        for name in chosen:
            p = self._watched[name]
            if name not in self._shelves:
                self._shelves[name] = Shelf(p, KEPT if p.numel() <= SMALL else 1)
            shelf = self._shelves[name]
            to.append(shelf.before[len(shelf.steps)])
            source.append(p)
            if p.numel() <= SMALL:
                to.append(shelf.gradients[len(shelf.steps)])
                source.append(p.grad)
            else:
                self._large[name] = _sizes(_blocks(p.grad, self._kinds[name]))
        if chosen:
            torch._foreach_copy_(to, source)
            self._chosen = chosen

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _at_end(self, optimizer: Any, *_: Any) -> None:
        if not self._chosen:
            return
        hypers = {id(p): h for g in optimizer.param_groups for h in [Hyper.of(optimizer, g)] for p in g["params"]}
        small, full = [], self.writer is not None
        for name in self._chosen:
            p, shelf = self._watched[name], self._shelves[name]
            one = self.steps, hypers[id(p)]
            if name in self._large:
                w, before = _blocks(p, self._kinds[name]), _blocks(shelf.before[0], self._kinds[name])
                self._pending.append((name, [one], _sums(self._large[name], w, before)[None]))
                full = full or len(self._pending) >= KEPT * len(self._watched)
            else:
                small.append((shelf.after[len(shelf.steps)], p))
                shelf.steps.append(one)
                full = full or len(shelf.steps) == KEPT
        if small:
            torch._foreach_copy_([to for to, _ in small], [p for _, p in small])
        self._chosen = []
        if full:
            self._settle()

    # -- rows --------------------------------------------------------------------------------------

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _settle(self) -> None:
        """Compute what rows are made of for the steps that are kept, many at once."""
        pending, self._pending = self._pending, []
        for name, shelf in self._shelves.items():
            if shelf.steps:
                pending.append((name, shelf.steps, shelf.sums(self._kinds[name])))
                shelf.steps = []
        by_name: dict[str, list[Any]] = {}
        for name, steps, sums in pending:
            by_name.setdefault(name, []).append((steps, sums))
        found: list[Any] = []
        for name, kept in by_name.items():
            means = _means(torch.cat([sums for _, sums in kept])).tolist()
            size = self._watched[name].numel() // kept[0][1].shape[2]
            steps = [one for steps, _ in kept for one in steps]
            found += [(step, name, hyper, size, *three) for (step, hyper), three in zip(steps, means, strict=True)]
        order = {name: i for i, name in enumerate(self._watched)}
        self._found += sorted(found, key=lambda one: (one[0], order[one[1]]))
        if self.writer is not None:
            self._make_rows()

    def _make_rows(self) -> None:
        found, self._found = self._found, []
        for one in found:
            self._log(*one)

    def _log(self, step: int, name: str, hyper: Hyper, entries: int, norm: float, size: float, turn: float) -> None:
        row = {
            "step": step,
            "name": name,
            "norm": norm,
            "G": size,
            "turn": turn,
            "rate": hyper.rate,
            "effective_rate": hyper.rate / norm**hyper.p if hyper.p is not None and norm > 0 else None,
            "predicted_turn": equilibrium_turn(hyper, size, entries),
            "relaxation": relaxation(hyper),
        }
        self._rows.append(row)
        if self.writer is not None:
            for column in COLUMNS:
                if row[column] is not None:
                    self.writer.add_scalar(f"scale/{column}/{name}", row[column], step)


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
    return torch.linalg.vector_norm(x, dim=-1)


def _sums(gradient: Any, after: Any, before: Any) -> Any:
    r"""Return what is summed over each block, (…, 4, blocks); what was before the step is of no more use.

    :math:`\|\nabla f\|`, :math:`\|w^+\|`, :math:`\|w - w^+\|` and :math:`\langle w^+, w - w^+\rangle`.
    """
    minus = before.sub_(after)
    sizes = [gradient, _sizes(after), _sizes(minus)]
    return torch.stack([*sizes, minus.mul_(after).sum(-1)], dim=-2)


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
