"""What is said of several laws is said once."""

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
