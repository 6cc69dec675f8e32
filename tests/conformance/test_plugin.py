"""The pytest plugin: one test for each law, strict expected failures, skips for what does not apply."""

from __future__ import annotations

import pytest

from psitheory.conformance.manifolds.check import LAWS, check_manifold
from psitheory.errors import UnknownName
from psitheory.geometry import Sphere
from psitheory.laws.broken_manifolds import ArccosDistance
from psitheory.pytest_plugin import parametrize_laws

pytest_plugins = ["pytester"]

TESTS = """
import pytest
from psitheory.geometry import Sphere
from psitheory.laws.broken_manifolds import ArccosDistance
from psitheory.pytest_plugin import parametrize_laws

NOISE = {name: "by arccos" for name in EXPECTED}

@parametrize_laws(ArccosDistance(3), expected=NOISE, cases=2)
def test_arccos(law):
    law()
"""
NEAR = ("distance_of_near_points_is_accurate", "distance_of_near_antipodal_points_is_accurate")


@pytest.fixture
def outcomes(pytester):
    def run(expected):
        pytester.makepyfile(TESTS.replace("EXPECTED", repr(expected)))
        arguments = ["-p", "psitheory.pytest_plugin", "-p", "no:cacheprovider", "-q", "--strict-markers", "-n0"]
        return pytester.runpytest(*arguments)

    return run


@parametrize_laws(Sphere(3), cases=2)
def test_our_sphere(law):
    law()


def test_each_law_is_a_test(outcomes):
    found = outcomes(NEAR).parseoutcomes()
    assert found["xfailed"] == 2
    assert "failed" not in found
    assert found["skipped"] == len(check_manifold(ArccosDistance(3), cases=2).skipped)
    assert sum(found[key] for key in ("passed", "xfailed", "skipped")) == len(LAWS)


def test_a_law_that_fails_fails_its_test_with_the_finding(outcomes):
    result = outcomes(NEAR[:1])
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(
        [f"*REFUTED  {NEAR[1]}   subject: ArccosDistance(d=3)", "*smallest   w=?1. 0. 0.?  x=?0. 1. 0.?  d=1e-09"]
    )


def test_an_expected_failure_that_passes_is_a_failure(outcomes):
    result = outcomes((*NEAR, "metric_is_symmetric"))
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["*XPASS(strict)*by arccos*"])


def test_an_expectation_names_a_law():
    with pytest.raises(UnknownName, match="expected names the law 'nothing'"):
        parametrize_laws(Sphere(3), expected={"nothing": "why"})
