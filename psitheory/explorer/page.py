"""The page: small files of style and code, and the numbers of the losses, in one HTML text."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from psitheory.explorer.losses import LOSSES
from psitheory.plotting.style import COLOURS, MARKS

SCRIPTS = (
    "vectors", "losses", "methods", "run", "svg", "charts", "shade", "plane", "sphere", "circle",
    "state", "controls", "drag", "told", "main",
)  # fmt: skip
"""In this order: what each uses stands before it."""

DASHES = ("none", "7 3", "2 3")
"""Beyond seven methods colours come again, in other dashes."""


def page() -> str:
    """Return the explorer as HTML that needs nothing else."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_part("page.html.j2")).render(
        style=_verbatim(_part("style.css")),
        data=_verbatim(_json({"losses": [loss.data() for loss in LOSSES], "styles": _styles()})),
        script=_verbatim("\n".join(_part(f"{name}.js") for name in SCRIPTS)),
    )


def _part(name: str) -> str:
    return (resources.files("psitheory.explorer") / "parts" / name).read_text(encoding="utf-8")


def _verbatim(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)  # this package's own files and numbers


def _json(data: Any) -> str:
    """Return JSON that may stand inside a script: no text of it ends the element."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")


def _styles() -> list[dict[str, str]]:
    """Return colour, mark and dash for the methods, in their order on the page."""
    return [
        {"colour": COLOURS[i % len(COLOURS)], "mark": MARKS[i % len(MARKS)], "dash": DASHES[i // len(COLOURS)]}
        for i in range(2 * len(COLOURS))
    ]
