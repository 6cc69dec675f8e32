"""What is said of several laws is said once, and branches that no run took are named."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.conformance import check_optimizer
from psitheory.conformance.optimizers.inquiry import LAWS
from psitheory.layout import Layout


def test_a_note_that_is_one_of_all_laws_is_told_once() -> None:
    def coarse(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
        return w - rate * layout.expand(layout.norms(w) ** 2) * g.astype(np.float32).astype(float)

    (note,) = check_optimizer(coarse, steps=10).notes
    assert note.startswith("runs_commute_with_rescaling_of_each_neuron and 7 more rest on powers of two")


def test_of_several_laws_that_an_eps_limits_the_worst_is_shown() -> None:
    def smoothed(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
        return w - rate * layout.expand(layout.norms(w) ** 2 + 1e-6) * g

    laws = [law for law in LAWS if law.startswith("runs_commute")][:2]
    report = check_optimizer(smoothed, steps=10, only=laws)
    (note,) = report.notes
    assert "and 1 more hold up to 1e-05 of the motion, for which an eps is the cause" in note


def branching(w: Any, g: Any, t: int, layout: Layout, loss: float, rate: float = 0.02) -> Any:
    """Descend on the quotient, unless something happens that never does in runs; two branches are none."""
    if loss < 0:
        raise ArithmeticError
    if t > 5_000:
        g = g * rate
    size = 1.0 if loss > 1e9 else layout.norms(w)
    return w - rate * layout.expand(size**2 if t % 2 else size * size) * g


def test_branches_that_no_run_took_are_named() -> None:
    (note,) = check_optimizer(branching, steps=10, only=LAWS[:3]).notes
    assert note.startswith("no run was seen to take the branch at")
    assert [text.rpartition("  ")[2] for text in note.removesuffix(": nothing is claimed of it").split("; ")] == [
        "g = g * rate",
        "size = 1.0 if loss > 1e9 else layout.norms(w)",
    ]
