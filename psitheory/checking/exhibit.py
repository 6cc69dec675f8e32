"""Exhibits: what a claim shows, as named arrays; drawing them is somebody else's business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from psitheory.display import as_html, save_exhibit

ExhibitKind = Literal["rate", "path", "map", "phase", "curves", "spectrum", "race", "symmetries"]
"""What an exhibit is.

rate
    ``steps`` (R,), any number of observed arrays (R,) or (K, R), ``bound`` (R,), and optionally ``fit`` (R,) and a
    band from ``lower`` to ``upper`` (R,), which ``labels["range"]`` names: log-log.
path
    Points (T, 2) or (T, 3) for each named path, or (J, T, ·) for J paths of one name, and optionally ``sphere`` for a
    backdrop: any number, or the values of a function (H, W) over latitudes from -π/2 to π/2 and longitudes from -π to
    π, which are shown by level lines.  Guides are thin and grey; ``labels["every"]`` says that a mark stands at each
    so-manieth point only, ``labels["view"]`` from where to look: height and azimuth in degrees, such as "20,30".
map
    ``x`` (X,), ``y`` (Y,), ``z`` (Y, X): a category or a number over a plane; or (K, Y, X), K maps side by side, which
    ``labels["panels"]`` names.  At each ``marks`` (J,) stands a vertical line; ``labels["xunit"]``, if "pi", lets the
    axis count in multiples of π; ``labels["xticks"]`` and ``labels["yticks"]`` name columns and rows.
phase
    ``x`` (X,), ``y`` (Y,), ``z`` (K, Y, X): what became of runs over two of their options, in K panels that
    ``labels["panels"]`` names; integers are categories, which ``labels`` names by number.  ``state`` (K, Y, X) is 0
    where z holds, else the number of a state, which ``labels["state 1"]``, … names and which is hatched.
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

    def save(
        self, path: str | Path, *, size: str | tuple[float, float] = "page", grey: bool = False, caption: bool = False
    ) -> None:
        """Write the drawing to a file, whole or not at all; the ending says the format (svg, pdf, png, …).

        Title and caption stand in the file, as metadata.

        Parameters
        ----------
        path : str or Path
            In a folder that exists.
        size : "page", "column", "slide" or (width, height)
            What it is for, or inches.
        grey : bool
            Each colour by its luma, as a copier would show it.
        caption : bool
            Write title and caption as text beside it, too: ``figure.svg`` gets ``figure.txt``.

        Raises
        ------
        ArgumentError
            If the format or the size is unknown, or the file cannot be written.
        """
        save_exhibit(self, path, size=size, grey=grey, caption=caption)

    def _repr_html_(self) -> str:
        return as_html(self)
