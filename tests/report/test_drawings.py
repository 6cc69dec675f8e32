"""Figures of a page: the same from any number of processes, and one that fails costs no other."""

import re
import sys

import numpy as np
import pytest

from psitheory.checking import Exhibit, Theorem
from psitheory.registry import select
from psitheory.report.drawings import drawings, without_repeated_glyphs


def curve(rng):
    return Exhibit("curves", "A curve", "Drawn.", {"x": np.arange(5.0), "y": rng.normal(size=5)})


def wrong(rng):
    raise ValueError("no\nfigure")


def dead(rng):
    return Exhibit("nonsense", "A kind that no one knows", "", {})


def leaving(rng):
    sys.exit(0)


THEOREM = Theorem("T", "A theorem", "chapter", "x = x", exhibits=(wrong, curve, dead, leaving))


def test_a_figure_that_fails_costs_no_other():
    (found,) = drawings([THEOREM], [None], 0)
    assert found[0].failure == "wrong: ValueError: no figure"
    assert found[1].svg.startswith("<svg")
    assert (found[1].title, found[1].failure) == ("A curve", "")
    assert found[3].failure.startswith("leaving: EndedItself: SystemExit")
    assert found[2].failure.startswith("dead: ArgumentError: exhibit has the kind 'nonsense'")


@pytest.mark.parametrize("seed", [0, 1])
def test_they_do_not_depend_on_the_number_of_processes(seed):
    entries = select(["E1"])
    theorems = [entry.theorem for entry in entries] + [THEOREM]
    targets = [*(entry.target for entry in entries), None]
    alone, together = (drawings(theorems, targets, seed, workers) for workers in (1, 2))
    assert alone == together
    assert alone[0]
    assert not any(drawing.failure for drawing in alone[0])


def test_letters_are_defined_once_on_a_page_and_places_are_short():
    both = without_repeated_glyphs(drawings([THEOREM, THEOREM], [None, None], 0))
    first, second = both[0][1].svg, both[1][1].svg
    defined = [set(re.findall(r'<path id="(DejaVu[^"]+)"', svg)) for svg in (first, second)]
    used = set(re.findall(r'xlink:href="#(DejaVu[^"]+)"', second))
    assert used <= defined[0]
    assert defined[1] == set()
    assert not re.search(r' d="[^"]*\d\.\d{3}', first)
