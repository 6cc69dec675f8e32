r"""A monitor of training runs: lengths of blocks, how far they turn, and how far they turn in equilibrium."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from psitheory.errors import ArgumentError, UnknownName, shown
from psitheory.interop.torch_blocks import Blocks, Kind, axes_of, count_of, listed, named
from psitheory.interop.torch_copies import Copies
from psitheory.interop.torch_equilibrium import Hyper, equilibrium_turn, relaxation
from psitheory.interop.torch_kept_steps import KEPT, Step, joined, means_of, plain
from psitheory.interop.torch_step_calls import (
    check_hooks,
    closure_of,
    once_after,
    skips,
    uncompiled,
    unwrapped,
    with_closure,
)

COLUMNS = ("norm", "G", "turn", "rate", "effective_rate", "predicted_turn", "relaxation")


class ScaleMonitor:
    r"""Watch the steps of an optimiser, and log for each parameter of scale-invariant blocks what its scale does.

    For a block w of length :math:`r = \|w\|`, a row has

    * ``norm``: r, ``G``: :math:`r\|\nabla f\|`, which does not depend on the scale, ``turn``: the angle between the
      block before and after the step, each the root mean square over the blocks of the parameter; where a step calls
      a closure, the gradient is that of its first call;
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
    groups : mapping or sequence, optional
        Which parameters have scale-invariant blocks, by name: ``"rows"``, ``"whole"`` or a number of groups of rows,
        or the property ``groups`` of a report of ``check_model``; blocks of several parameters have one row.  If left
        out, every parameter of two axes or more has rows.
    every : int
        Steps between two that are logged.  A logged step costs copies of the watched parameters and five passes over
        them: a fifth to a third of a step of a network of three small layers, of which three copies alone are a
        twentieth, and 3 % of one of ResNet-18; of every tenth, 3 to 6 % and less.  Small parameters lie side by side,
        for as many steps as stay in a cache; rows are made when they are read.
    writer : SummaryWriter, optional
        Given scalars ``scale/COLUMN/NAME``, as TensorBoard's, at each logged step.

    Raises
    ------
    ArgumentError, ArgumentTypeError, UnknownName
        If a group is unknown or not a parameter that is trained, nothing is left to watch, or the optimiser has no
        hooks.

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
        groups: Mapping[str, Kind] | Sequence[Mapping[str, Any]] | None = None,
        every: int = 10,
        writer: Any = None,
    ) -> None:
        if isinstance(every, bool) or not isinstance(every, int) or every < 1:
            raise ArgumentError(f"every is {shown(every)}; a number of steps of at least 1 is needed")
        self._rows: list[dict[str, Any]] = []
        self._found: list[Any] = []
        self.every, self.writer, self.steps = every, writer, 0
        check_hooks(optimizer)
        known = dict(unwrapped(model).named_parameters(remove_duplicate=False))
        self._blocks = {one.label: one for one in watched(known, groups)}
        self._parameters = {name: known[name] for one in self._blocks.values() for name in one.names}
        self._copies: Copies | None = None
        self._known: list[int] = []
        self._group_of: dict[str, int] = {}
        self._stepped: tuple[str, ...] = ()
        self._names: tuple[str, ...] = ()
        self._kept = 0
        self._handles = [
            optimizer.register_step_pre_hook(uncompiled(self._at_start)),
            optimizer.register_step_post_hook(uncompiled(self._at_end)),
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
        if name is not None and name not in self._blocks:
            raise UnknownName(f"name is {shown(name)}; one of {', '.join(self._blocks)} is needed")
        rows = self.rows
        logged = {row["name"] for row in rows}
        names = [name] if name is not None else [n for n in self._blocks if n in logged]
        steps = sorted({row["step"] for row in rows})
        found = {(row["step"], row["name"]): row[column] for row in rows}
        values = [[_number(found.get((t, n))) for n in names] for t in steps]
        return np.array(steps, float), np.array(values, float).reshape(len(steps), len(names))

    def observed_turn(self, name: str, last: int = 50) -> float:
        """Return the root mean square of the turns of the last logged steps, to set beside the predicted one."""
        turns = [row["turn"] for row in self.rows if row["name"] == name][-last:]
        return math.sqrt(sum(t * t for t in turns) / len(turns)) if turns else math.nan

    # -- hooks -------------------------------------------------------------------------------------

    def _at_start(self, optimizer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Keep the weights before a step, and their gradients; those of a closure once it has computed them."""
        self.steps += 1
        self._names = ()
        if (self.steps % self.every and self.steps > 1) or skips(optimizer):
            return None
        self._look_at_groups(optimizer)
        closure = closure_of(args, kwargs)
        with torch.no_grad():
            if self._copies is None:
                blocks = {name: one.of(name) for one in self._blocks.values() for name in one.names}
                self._copies = Copies(self._parameters, blocks)
            if closure is None:
                self._names = self._with_gradients()
                self._copies.at_start(self._names, getattr(optimizer, "grad_scale", None))
                return None
            self._copies.before(self._stepped)
        return with_closure(args, kwargs, once_after(closure, self._keep_gradients))

    def _look_at_groups(self, optimizer: Any) -> None:
        """Note which parameters an optimiser moves, and in which of its groups they are."""
        known = [id(p) for group in optimizer.param_groups for p in group["params"]]
        if known != self._known:
            groups = {id(p): k for k, group in enumerate(optimizer.param_groups) for p in group["params"]}
            found = {name: groups.get(id(p)) for name, p in self._parameters.items()}
            self._known, self._group_of = known, {name: k for name, k in found.items() if k is not None}
            self._stepped = self._whole_blocks(self._group_of)

    def _with_gradients(self) -> tuple[str, ...]:
        """Return the names of parameters that are moved and have a gradient."""
        have = [name for name in self._stepped if self._parameters[name].grad is not None]
        return self._stepped if len(have) == len(self._stepped) else self._whole_blocks(have)

    def _whole_blocks(self, names: Collection[str]) -> tuple[str, ...]:
        """Return those names that are of blocks all of whose parameters are named."""
        return tuple(name for one in self._blocks.values() if all(n in names for n in one.names) for name in one.names)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _keep_gradients(self) -> None:
        """Keep the gradients that a closure has computed, of parameters that have one."""
        if self._copies is not None:
            self._names = self._with_gradients()
            self._copies.gradients(self._names)

    def _at_end(self, optimizer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        if not self._names or self._copies is None:
            return
        hypers = [Hyper.of(optimizer, group) for group in optimizer.param_groups]
        with torch.no_grad():
            self._copies.after(Step(self.steps, hypers, self._group_of, self._names))
        self._names = ()
        self._kept += 1
        if self._kept == KEPT or self.writer is not None:
            self._settle()

    # -- rows --------------------------------------------------------------------------------------

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def _settle(self) -> None:
        """Compute what rows are made of for the steps that are kept, many at once."""
        self._kept = 0
        taken = {} if self._copies is None else self._copies.taken()
        alike: dict[tuple[int, ...], list[tuple[int, Blocks, Any]]] = {}
        for place, one in enumerate(self._blocks.values()):
            if one.names[0] in taken:
                numbers = tuple(step.number for step in taken[one.names[0]][0])
                sums = joined([taken[name][1] for name in one.names])
                alike.setdefault(numbers, []).append((place, one, sums))
        found: list[Any] = []
        for blocks in alike.values():
            for (place, one, _), means in zip(blocks, means_of([sums for _, _, sums in blocks]), strict=True):
                size = sum(plain(self._parameters[name]).numel() for name in one.names) // one.count
                for step, mean in zip(taken[one.names[0]][0], means, strict=True):
                    hyper = step.hypers[step.group_of[one.names[0]]]
                    found.append((step.number, place, one.label, hyper, size, *mean))
        self._found += sorted(found, key=lambda row: row[:2])
        if self.writer is not None:
            self._make_rows()

    def _make_rows(self) -> None:
        found, self._found = self._found, []
        for one in found:
            self._log(*one)

    def _log(
        self, step: int, _: int, name: str, hyper: Hyper, entries: int, norm: float, size: float, turn: float
    ) -> None:
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


def watched(known: Mapping[str, Any], groups: Any) -> list[Blocks]:
    """Return the blocks of parameters that are watched; a tensor of two names is meant by either."""
    first = {id(known[name]): name for name in reversed(list(known))}
    trained = {name: tuple(p.shape) for name, p in known.items() if p.requires_grad}
    if groups is None:
        groups = {name: "rows" for name, shape in trained.items() if len(shape) > 1}
    found: dict[tuple[str, ...], Blocks] = {}
    for names, kind, axis in named(listed(groups), list(trained)):
        shapes = [trained[name] for name in names]
        if count := count_of(kind, shapes, axis):
            own = tuple(first[id(known[name])] for name in names)
            found.setdefault(own, Blocks(own, count, axes_of(axis, shapes)))
    if not found:
        raise ArgumentError("groups leaves no parameter to watch; one with scale-invariant blocks is needed")
    return list(found.values())


def _number(x: Any) -> float:
    return math.nan if x is None else float(x)
