"""Copies of the parameters of a model, made around the steps of an optimiser, by few operations."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import torch

from psitheory.interop.torch_blocks import Blocks
from psitheory.interop.torch_kept_steps import Shelf, Step, Sums, kept_as, plain, shelves_of, sizes_of, sums_of


class Copies:
    """What is kept of parameters: of small ones for several steps, of large ones until the step has been made.

    Parameters
    ----------
    parameters : mapping of str to Parameter
    blocks : mapping of str to Blocks
        By the name of a parameter.
    """

    def __init__(self, parameters: Mapping[str, Any], blocks: Mapping[str, Blocks]) -> None:
        self.parameters, self.blocks = parameters, blocks
        self._shelves = shelves_of(parameters, blocks)
        small = {name for shelf in self._shelves for name in shelf.names}
        values = {name: plain(p) for name, p in parameters.items() if name not in small}
        self._large = {name: torch.empty_like(x, dtype=kept_as(x.dtype)) for name, x in values.items()}
        self._sizes: dict[str, Any] = {}
        self._sums: list[Sums] = []
        self._present: tuple[Collection[str], list[tuple[Shelf, list[int], list[Any]]], list[str]] = ((), [], [])

    def at_start(self, names: Collection[str], scale: Any) -> None:
        """Keep the weights of parameters of these names before a step, and their gradients."""
        shelves, large = self._of(names)
        for shelf, places, parameters in shelves:
            before, gradients = shelf.at_start[len(shelf.steps)]
            count = len(before)
            both = [*places, *(count + k for k in places)] if len(places) < count else range(2 * count)
            to = _copy([*before, *gradients], both, [*parameters, *(p.grad for p in parameters)])
            _unscale(to[len(places) :], scale)
        self._large_before(large)
        self._large_gradients(large, scale)

    def before(self, names: Collection[str]) -> None:
        """Keep the weights of parameters of these names before a step."""
        shelves, large = self._of(names)
        for shelf, places, parameters in shelves:
            _copy(shelf.at_start[len(shelf.steps)][0], places, parameters)
        self._large_before(large)

    def gradients(self, names: Collection[str]) -> None:
        """Keep their gradients."""
        shelves, large = self._of(names)
        for shelf, places, parameters in shelves:
            _copy(shelf.at_start[len(shelf.steps)][1], places, [p.grad for p in parameters])
        self._large_gradients(large, None)

    def _large_before(self, names: Collection[str]) -> None:
        for name in names:
            self._large[name].copy_(plain(self.parameters[name]))

    def _large_gradients(self, names: Collection[str], scale: Any) -> None:
        for name in names:
            sizes = sizes_of(self.parameters[name].grad, self.blocks[name])
            self._sizes[name] = sizes if scale is None else sizes / scale

    def after(self, step: Step) -> None:
        """Keep their weights after the step, and what else is known of it."""
        shelves, large = self._of(step.names)
        for shelf, places, parameters in shelves:
            _copy(shelf.after[len(shelf.steps)], places, parameters)
            shelf.steps.append(step)
            if len(shelf.steps) == shelf.room:
                self._sums += shelf.sums()
        for name in large:
            sums = sums_of(self._sizes[name], self.parameters[name], self._large[name], self.blocks[name])
            self._sums.append((name, [step], sums[:, None]))

    def taken(self) -> dict[str, tuple[list[Step], Any]]:
        """Return the steps that were kept and their sums, (4, steps, blocks), by name, and forget them."""
        found: dict[str, list[tuple[list[Step], Any]]] = {}
        kept = [one for shelf in self._shelves if shelf.steps for one in shelf.sums()]
        for name, steps, sums in (*self._sums, *kept):
            found.setdefault(name, []).append((steps, sums))
        self._sums = []
        return {
            name: ([step for steps, _ in some for step in steps], torch.cat([sums for _, sums in some], dim=1))
            for name, some in found.items()
        }

    def _of(self, names: Collection[str]) -> tuple[list[tuple[Shelf, list[int], list[Any]]], list[str]]:
        """Return where parameters are kept: the shelves with the places and the parameters in each, and large ones."""
        if names is not self._present[0]:
            shelves = []
            for shelf in self._shelves:
                places = [k for k, name in enumerate(shelf.names) if name in names]
                if places:
                    shelves.append((shelf, places, [self.parameters[shelf.names[k]] for k in places]))
            self._present = names, shelves, [name for name in self._large if name in names]
        return self._present[1:]


def _copy(places: Sequence[Any], chosen: Sequence[int], values: Sequence[Any]) -> list[Any]:
    """Copy tensors to some of the places of a step, which are returned."""
    to = list(places) if len(chosen) == len(places) else [places[k] for k in chosen]
    torch._foreach_copy_(to, [x if x.layout is torch.strided and not x.is_complex() else plain(x) for x in values])
    return to


def _unscale(gradients: list[Any], scale: Any) -> None:
    """Divide gradients by what the loss was scaled by."""
    if scale is not None:
        torch._foreach_div_(gradients, scale.to(gradients[0].device))
