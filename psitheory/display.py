"""How things show themselves: what draws and words them stands above them, and is looked up when it is asked for.

A theorem, a report or a manifold knows neither Matplotlib nor HTML; this module is the one place where a lower layer
asks a higher one for its picture, so that the imports still go one way.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any


def as_html(thing: Any) -> str:
    """Return ``thing`` as HTML for a notebook; see :mod:`psitheory.report.notebook`."""
    return str(import_module("psitheory.report.notebook").as_html(thing))


def save_exhibit(exhibit: Any, path: str | Path, **options: Any) -> None:
    """Write the drawing of an exhibit; see :func:`psitheory.plotting.save`."""
    import_module("psitheory.plotting").save(exhibit, path, **options)


def table_of(report: Any, form: str) -> str:
    """Return a report's table as ``"markdown"`` or ``"latex"``; see :mod:`psitheory.report.export`."""
    return str(getattr(import_module("psitheory.report.export"), f"to_{form}")(report))


def save_report(report: Any, folder: str | Path) -> Path:
    """Write a report as a page; see :func:`psitheory.report.notebook.save_report`."""
    return Path(import_module("psitheory.report.notebook").save_report(report, folder))
