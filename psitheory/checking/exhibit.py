"""Exhibits: what a claim shows, as named arrays; drawing them is somebody else's business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

ExhibitKind = Literal["rate", "path", "map", "curves", "spectrum", "race", "symmetries"]
"""What an exhibit is.

rate
    ``steps`` (R,), any number of observed arrays (R,) or (K, R), ``bound`` (R,), and optionally ``fit`` (R,) and a
    band from ``lower`` to ``upper`` (R,), which ``labels["range"]`` names: log-log.
path
    Points (T, 2) or (T, 3) for each named path, or (J, T, ·) for J paths of one name, and optionally ``sphere`` for a
    backdrop.  Guides are thin and grey; ``labels["every"]`` says that a mark stands at each so-manieth point only.
map
    ``x`` (X,), ``y`` (Y,), ``z`` (Y, X): a category or a number over a plane.
curves
    ``x`` (X,) and any number of named ``y`` arrays (X,).
spectrum
    ``values`` (n,), and optionally ``bound``.
race
    ``x`` (X,), ``limit`` () and any number of named ``y`` arrays: (X,) a curve, (J, X) a curve and J - 1 rows of
    dots, in both NaN for what lies beyond ``limit``; ``y, fitted`` (X,) is drawn over ``y`` as a broken line.
symmetries
    ``values`` (n,) with ``bound`` (), up to where they count as zero; ``exponents`` (k, n), a row for each generator,
    and ``starts`` (P,), where each part begins; ``labels["parts"]`` names the parts, separated by commas.

Arrays that ``labels["guides"]`` names, separated by commas, are drawn as broken dark lines (bounds, asymptotes), those
of ``labels["points"]`` as points without a line.
"""


@dataclass(frozen=True, eq=False)
class Exhibit:
    """Named arrays that show something of a claim.

    Attributes
    ----------
    kind : str
        Which drawing fits, see :data:`ExhibitKind`.
    title, caption : str
        What is shown, and what to see in it.
    arrays : mapping of str to array
        Plain NumPy arrays.
    labels : mapping of str to str
        Labels of axes and curves, by name.
    """

    kind: ExhibitKind
    title: str
    caption: str
    arrays: Mapping[str, Any]
    labels: Mapping[str, str] = field(default_factory=dict)
