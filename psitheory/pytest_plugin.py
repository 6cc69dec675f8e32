"""A pytest plugin: one test for each law of a manifold, a model or an optimiser.

::

    from psitheory.pytest_plugin import parametrize_laws

    @parametrize_laws(MySphere(3), expected={"distance_of_near_points_is_accurate": "by arccos"})
    def test_my_sphere(law):
        law()
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from psitheory.checking import Verdict
from psitheory.conformance.findings import ConformanceReport
from psitheory.conformance.target import KINDS, check, kind_of


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark by which these tests are chosen: ``pytest -m psitheory``."""
    config.addinivalue_line("markers", "psitheory: a law that psitheory checks on a subject")


class LawRefuted(AssertionError):
    """A law that does not hold: it is REFUTED, or nothing was decided."""


@dataclass(frozen=True, eq=False)
class LawOfSubject:
    """One law of one subject; call it to assert that it holds."""

    name: str
    subject: _Checked

    def __call__(self) -> None:
        """Assert that the law holds; skip the test if the law does not apply.

        Raises
        ------
        LawRefuted
            With the finding as its message.
        """
        __tracebackhide__ = True  # the finding says it all
        report = self.subject.report()
        if self.name in report.skipped:
            pytest.skip(f"{self.name}: {report.skipped[self.name]}")
        finding = report.finding(self.name)
        if finding.verdict is not Verdict.HOLDS:
            raise LawRefuted("\n" + str(ConformanceReport(report.subject, report.kind, (finding,))))


@dataclass(eq=False)
class _Checked:
    """A subject with its report, made when the first of its tests runs."""

    subject: Any
    options: Mapping[str, Any]
    found: list[ConformanceReport] = field(default_factory=list)

    def report(self) -> ConformanceReport:
        if not self.found:
            self.found.append(check(self.subject, **self.options))
        return self.found[0]


def parametrize_laws(
    subject: Any, *, kind: str | None = None, expected: Mapping[str, str] | None = None, seed: int = 0, **options: Any
) -> pytest.MarkDecorator:
    """Return a decorator that makes a test of one argument ``law`` into one test for each law.

    A law that does not apply skips its test; one that is REFUTED or INCONCLUSIVE fails it.

    Parameters
    ----------
    subject : object
        A manifold, a model or an optimiser.
    kind : {"manifold", "model", "optimizer", "retraction"}, optional
        What it is; found out if left out.
    expected : mapping of str to str, optional
        Laws that are expected to be REFUTED, each with the reason: strict expected failures.
    seed : int
    **options
        Handed on to the check.

    Raises
    ------
    UnknownName
        If ``expected`` names no law.
    """
    found = kind or kind_of(subject)
    checked = _Checked(subject, {"kind": found, "seed": seed, **options})
    names = _law_names(found, checked)
    ConformanceReport("", found, (), skipped=dict.fromkeys(names, "not tried yet")).expecting(expected)
    return pytest.mark.parametrize(
        "law", [_parameter(LawOfSubject(name, checked), (expected or {}).get(name)) for name in names]
    )


def _parameter(law: LawOfSubject, reason: str | None) -> Any:
    marks = _own_mark()
    if reason is not None:
        marks.append(pytest.mark.xfail(strict=True, reason=reason, raises=LawRefuted))
    return pytest.param(law, id=law.name, marks=marks)


def _own_mark() -> list[pytest.MarkDecorator]:
    """Return the mark that the plugin registers; nothing where the plugin is not loaded and marks are strict."""
    try:
        return [pytest.mark.psitheory]
    except pytest.fail.Exception:
        return []


def _law_names(kind: str, checked: _Checked) -> tuple[str, ...]:
    """Return the names of the laws; those of a model depend on its parameters, and are found by checking it."""
    names: tuple[str, ...] = tuple(importlib.import_module(KINDS[kind].split(":")[0]).LAWS)
    if not any("[" in name for name in names):
        return names
    report = checked.report()
    return (*(finding.law for finding in report.findings), *report.skipped)
