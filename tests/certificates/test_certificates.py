"""Certificates: written for what is proved, accepted by Coq, and refused for every false neighbour."""

import re
import shutil
import subprocess

import numpy as np
import pytest

from psitheory import at_most, equal
from psitheory.arithmetic import PositiveSum, dot, gram_determinant, positive, square, squared_length, tensor_square
from psitheory.arithmetic.formal import Sort, Space
from psitheory.arithmetic.positive import _KEY
from psitheory.certificates import Certificate, certificate_of, certificates, compiled, write
from psitheory.certificates.preamble import declared, preamble
from psitheory.certificates.proof import Module
from psitheory.certificates.terms import Terms
from psitheory.registry import find
from psitheory.runner.code.walked import Walk
from psitheory.runner.proving.in_formal import FormalCase

from .counterfeits import SIDES_DIFFER, of_counterfeit
from .hypotheses import unmet

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not installed")


def theorem(name):
    return find(name)[0].theorem


def test_a_certificate_is_written_for_what_is_proved_and_a_reason_given_for_the_rest():
    found = {c.law: c for c in certificates(theorem("B1"))}
    assert "Theorem holds : left_1 = right_1" in found["a_step_is_equivariant"].text
    assert found["a_step_is_equivariant"].text.startswith("(* B1: PSI-GD is equivariant")
    assert "offers none" in found["on_digits_a_run_of_200_steps_is_equivariant"].reason


@pytest.mark.parametrize(
    ("name", "law"),
    [("A3", "the_loss_is_constant_on_orbits"), ("B3", "the_distance_of_the_classes_is_zero")],  # c = c, and 0 = 0
)
def test_what_is_an_input_or_a_number_on_both_sides_has_no_certificate(name, law):
    assert "nothing is left to be certified" in certificate(name, law).reason


def test_the_certificate_of_an_inequality_claims_a_surplus_that_is_not_negative():
    found = certificate("A8", "no_block_gets_shorter_along_a_horizontal_vector").text
    assert "right - left = surplus, and 0 <= surplus." in found
    assert "Theorem holds : difference = surplus /\\ 0 <= surplus." in found
    assert "= surplus" not in certificate("B1", "a_step_is_equivariant").text


def test_what_is_defined_is_called_as_in_the_code_that_computed_it():
    text = certificate("A8", "no_block_gets_shorter_along_a_horizontal_vector").text
    defined = re.findall(r"^  Definition (\w+) :", text[text.index("Module case_2") :], re.MULTILINE)
    assert {"w_1", "square_1", "radial_2", "horizontal_1", "moved_2", "surplus_1", "difference_2"} <= set(defined)
    assert len(defined) == len(set(defined))


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


@needs_coq
@pytest.mark.parametrize(("name", "law"), [("B1", "a_step_is_equivariant"), ("A4", "metric_is_constant_on_orbits")])
def test_coq_refuses_the_certificate_of_a_counterfeit_since_its_sides_differ(name, law):
    false = next(own for own in theorem(name).laws if own.name == law).counterfeits[0]
    assert SIDES_DIFFER.search(compiled(of_counterfeit(theorem(name), false)))


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
def test_coq_refuses_a_certificate_one_of_whose_hypotheses_is_another():
    text = certificate("B1", "a_step_is_equivariant").text
    known = "  Hypothesis given_1 : (inner u_w_1 u_w_1) = 1."
    assert known in text
    other = text.replace(known, known.replace("= 1", "= 2"))
    at = re.search(r"line (\d+)", compiled(Certificate("B1", "other", other)))
    assert "rewrite given_1" in other.split("\n")[int(at[1]) - 1]


REALS = {"sig_not_dec", "sig_forall_dec", "functional_extensionality_dep"}
"""What Coq's real numbers rest on."""


@needs_coq
def test_a_certificate_rests_on_coqs_real_numbers_alone(tmp_path):
    good = certificate("B1", "a_step_is_equivariant")
    path = write(Certificate("B1", "assumptions", good.text + "Print Assumptions case_2.holds.\n"), tmp_path)
    command = [shutil.which("coqc"), path.name]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^\S*?(\w+)(?= :| *$)", said.removeprefix("Axioms:\n"), re.MULTILINE)) == REALS


SORT = Sort("[1]", 1, 1)


def claimed(claim):
    """Return the certificate of what ``claim`` says of two vectors, a skew map and a map."""
    space = Space(whole=True)
    x, y = space.vector("x", SORT), space.vector("y", SORT)
    maps = space.operator("K", SORT, SORT, "skew"), space.operator("A", SORT, SORT)
    return "\n".join([preamble(), *Module(FormalCase({}, space, equal(*claim(x, y, *maps)), Walk()), "case_1").lines()])


@needs_coq
@pytest.mark.parametrize(
    "claim",
    [
        lambda x, y, k, a: (k(x).inner(x), 0),
        lambda x, y, k, a: (k(a(x)).inner(y), -x.inner(a.transposed(k(y)))),
        lambda x, y, k, a: ((x + k(y)).inner(y), y.inner(x)),
        lambda x, y, k, a: (a(k(x) - k(y)), -a(k(y - x))),
        lambda x, y, k, a: (x + y - x, y),
        lambda x, y, k, a: (a(x) - a(x), 0 * y),
    ],
)
def test_words_of_skew_and_other_maps_are_turned(claim):
    assert compiled(Certificate("T", "words", claimed(claim))) == ""


@needs_coq
@pytest.mark.parametrize(
    "claim",
    [
        lambda x, y, k, a: (a(x).inner(x), 0),
        lambda x, y, k, a: (a(x).inner(y), x.inner(a(y))),
        lambda x, y, k, a: (k(x).inner(y), x.inner(k(y))),
        lambda x, y, k, a: (x + y, x),
        lambda x, y, k, a: (x, y),
        lambda x, y, k, a: (0 * y, x - 2 * x),
    ],
)
def test_false_claims_about_words_are_refused_since_they_are_false(claim):
    assert re.search("valid ring equation|cannot find relation", compiled(Certificate("T", "words", claimed(claim))))


def inequality(surplus):
    """Return the module that says 0 ≤ ``surplus`` of two vectors and a positive number."""
    space = Space(whole=True)
    x, y = (np.array([space.vector(name, SORT)], dtype=object) for name in "xy")
    found = surplus(x, y, space.positive("r"))
    return Module(FormalCase({}, space, at_most(0, found.value, surplus=found), Walk()), "case_1")


SURPLUSES = {
    "a square": lambda x, y, r: square(dot(x, y) - r),
    "a length over a length": lambda x, y, r: squared_length(x - y) / squared_length(y) / 3,
    "a Gram determinant": lambda x, y, r: gram_determinant(x, x - 2 * y),
    "a tensor": lambda x, y, r: tensor_square(x, y, y, x - y) / positive(r),
    "sums and products": lambda x, y, r: gram_determinant(x, y) * squared_length(x) + 2 * square(r) / positive(r + 1),
    "zero": lambda x, y, r: gram_determinant(x, x) + square(0 * r),
}


@needs_coq
@pytest.mark.parametrize("name", SURPLUSES)
def test_coq_accepts_that_what_is_made_of_squares_is_not_negative(name):
    module = inequality(SURPLUSES[name])
    text = "\n".join([preamble(), *module.lines()])
    assert "/\\ 0 <= surplus." in text
    assert compiled(Certificate("T", "signs", text)) == ""


@pytest.mark.parametrize(
    "false",
    [
        lambda x, y, r: dot(x, y),
        lambda x, y, r: r * dot(x, y),
        lambda x, y, r: dot(x, x) - dot(y, y),
        lambda x, y, r: dot(x, x) * dot(y, y) - 2 * dot(x, y) * dot(x, y),
        lambda x, y, r: dot(x, x) * dot(x, x) - dot(x, y) * dot(x, y),
        lambda x, y, r: dot(x, x) * dot(y, y) - 3 * dot(x, y) * dot(x, y) + dot(x, x) * dot(y, y),
        lambda x, y, r: dot(x, x) / dot(x, y),
        lambda x, y, r: dot(x, y) ** 3,
        lambda x, y, r: -square(dot(x, y)).value,
    ],
)
def test_no_sign_is_claimed_of_what_may_be_negative(false):
    module = inequality(lambda x, y, r: PositiveSum(false(x, y, r), _KEY))
    assert module.steps.leaves_a_sign_open()
    assert "0 <= surplus." not in "\n".join(module.lines())


def test_no_input_takes_a_name_that_every_file_begins_by_defining():
    names = {"space", "Space", "inner_sym", "apply_zero", "total", "Word", "Times", "by_products", "expand"}
    assert names <= declared()
    assert {"forall", "sqrt"}.isdisjoint(declared())
    terms = Terms(Space())
    assert {terms.name("scalar", name) for name in (*names, "sqrt", "in", "I")}.isdisjoint({*declared(), "sqrt", "in"})
    assert terms.name("scalar", "eta") == "eta"


ENDLESS = Certificate("T", "endless", "Ltac spin := idtac; spin.\nGoal True.\nspin.\n")


@needs_coq
def test_a_proof_without_end_is_told_by_the_time_of_a_processor():
    assert compiled(ENDLESS, seconds=2) == "not decided within 2 s of a processor"


@needs_coq
def test_a_proof_without_end_is_told_by_the_clock_where_no_processor_is_limited(monkeypatch):
    monkeypatch.setattr("psitheory.certificates.writing.OUT_OF_TIME", set())
    assert compiled(ENDLESS, seconds=0.1) == "not decided within 1 s"


# -- hypotheses that do not contradict each other -------------------------------------------------

CHOSEN = {
    "A2": "rayleigh_quotients_are_invariant",
    "A3": "the_hessian_scales_inversely",
    "B1": "a_run_is_equivariant",
    "B8": "squares_shrink_by_decay_and_grow_by_the_step",
    "E5": "inside_adam_srt_lengths_are_kept",
    "J1": "the_form_is_squares_plus_the_schur_complement",
}


@pytest.mark.parametrize("name", CHOSEN)
def test_exact_vectors_and_numbers_meet_the_hypotheses_of_a_certificate(name):
    assert unmet(certificate(name, CHOSEN[name]).text) == ""


@pytest.mark.parametrize(
    "besides",
    [
        "Hypothesis given_9 : (inner u_w_1 p_model_1) = 1",
        "Hypothesis given_9 : (inner u_w_1 u_w_1) = 4",
        "Hypothesis condition_9 : (1 - (inner u_w_1 u_w_1)) <> 0",
        "Hypothesis condition_9 : (- r_w_1 - (inner p_model_1 p_model_1)) > 0",
        "Hypothesis r_w_1_sign : r_w_1^2 < 0",
    ],
)
def test_hypotheses_that_contradict_each_other_are_told(besides):
    text = certificate("A3", "the_gradient_is_orthogonal_to_each_block").text
    claim = "  (* What is computed from them. *)"
    assert unmet(text.replace(claim, f"  {besides}.\n{claim}")) != ""


@pytest.mark.parametrize(
    "name", ["product_1", "given_2", "condition", "case_1", "words_H", "holds", "w_1_is", "r_sign"]
)
def test_no_node_takes_the_name_of_a_lemma(name):
    assert Terms(Space()).is_taken(name)


def test_no_name_is_given_twice_where_a_law_calls_a_variable_as_lemmas_are_called():
    text = certificate("I8", "a_decay_in_proportion_to_the_rate_keeps_the_ratio_nearly").text
    for module in text.split("Module ")[1:]:
        given = re.findall(r"^  (?:Definition|Lemma|Hypothesis|Variable|Theorem) (\w+)", module, re.MULTILINE)
        assert len(given) == len(set(given))
