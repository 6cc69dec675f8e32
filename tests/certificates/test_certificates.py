"""Certificates: written for what is proved, accepted by Coq, and refused for every false neighbour."""

import shutil

import pytest

from psitheory.certificates import Certificate, certificate_of, certificates, compiled
from psitheory.certificates.writing import preamble, written
from psitheory.checking import Law
from psitheory.registry import find
from psitheory.runner.in_formal import formal_cases

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed")


def theorem(name):
    return find(name)[0].theorem


def test_a_certificate_is_written_for_what_is_proved_and_a_reason_given_for_the_rest():
    found = {c.law: c for c in certificates(theorem("B1"))}
    assert "Theorem case_1_holds" in found["a_step_is_equivariant"].text
    assert found["a_step_is_equivariant"].text.startswith("(* B1: PSI-GD is equivariant")
    assert "offers none" in found["on_digits_a_run_of_200_steps_is_equivariant"].reason


def certificate(name, law):
    return certificate_of(theorem(name), next(own for own in theorem(name).laws if own.name == law))


@needs_coq
@pytest.mark.parametrize(
    ("name", "law"),
    [
        ("B1", "a_step_is_equivariant"),
        ("A3", "the_gradient_is_orthogonal_to_each_block"),
        ("D5", "rayleigh_quotients_are_even"),  # two layouts, and operators on spaces without a vector
    ],
)
def test_coq_accepts_a_certificate(name, law):
    assert compiled(certificate(name, law)) == ""


def of_counterfeit(name, law):
    """Return the certificate that a false neighbour would have."""
    claim = theorem(name)
    false = next(own for own in claim.laws if own.name == law).counterfeits[0]
    as_law = Law(false.name, false.function, dict(false.domains))
    return Certificate(name, false.name, written(claim, as_law, [next(formal_cases(as_law))]))


@needs_coq
@pytest.mark.parametrize(("name", "law"), [("B1", "a_step_is_equivariant"), ("A4", "metric_is_constant_on_orbits")])
def test_coq_refuses_the_certificate_of_a_counterfeit(name, law):
    assert compiled(of_counterfeit(name, law)) != ""


POSITIVE = """
Section Positive.
  Variables (s : space) (x : s) (a b r : R).
  Hypothesis known : a * b - r <> 0.
  Goal b^2 * inner x x + 1 <> 0. Proof. not_zero. Qed.
  Goal (b^2 * inner x x + 1)^2 * 3 <> 0. Proof. not_zero. Qed.
  Goal r - b * a <> 0 -> r + - (b * a) <> 0. Proof. intro. not_zero. Qed.
  Goal {false}. Proof. Fail solve [not_zero]. Abort.
End Positive.
"""


@needs_coq
@pytest.mark.parametrize("false", ["b^2 * inner x x <> 0", "b * inner x x + 1 <> 0", "b^2 - inner x x + 1 <> 0"])
def test_the_rules_of_signs_reach_sums_of_squares_and_no_further(false):
    assert compiled(Certificate("T", "signs", preamble() + POSITIVE.format(false=false))) == ""


@needs_coq
def test_coq_refuses_a_certificate_without_one_of_its_hypotheses():
    good = certificate("B1", "a_step_is_equivariant")
    lines = good.text.split("\n")
    place = next(i for i, line in enumerate(lines) if line.startswith("  Hypothesis given_1"))
    assert compiled(Certificate("B1", "tampered", "\n".join(lines[:place] + lines[place + 1 :]))) != ""


@needs_coq
def test_a_proof_without_end_is_told_by_the_time_of_a_processor():
    spin = "Ltac spin := idtac; spin.\nGoal True.\nspin.\n"
    assert compiled(Certificate("T", "endless", spin), seconds=2) == "not decided within 2 s of a processor"
