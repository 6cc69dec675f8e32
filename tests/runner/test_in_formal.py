"""False statements that a rule of the proofs stops, each beside the true neighbour that is proved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from psitheory.arithmetic import dot, gram_determinant, namespace, norm, positive, squared_length
from psitheory.checking import Law, Verdict, at_most, equal, law
from psitheory.errors import ArgumentError
from psitheory.laws.update import run_commutes_with_rescaling
from psitheory.models.functions.generic import GenericFunction
from psitheory.optimizers import PSIGradientDescent
from psitheory.runner import Domain
from psitheory.runner.proving.in_formal import formal_cases, proof, prove_formally
from psitheory.strategies import counts, points, psi_models, quotients, rescalings, step_sizes, vectors, whole_models

PSI = {"psi": quotients(), "w": points("psi"), "x": vectors("psi"), "y": vectors("psi")}
BLOCK = {"w": points([2]), "x": vectors([2])}


def note(function: Callable[..., Any], **domains: Any) -> str:
    """Return why a law is not proved, and fail if it is."""
    evidence = prove_formally(law(**domains)(function))
    assert evidence.verdict is Verdict.INCONCLUSIVE
    assert evidence.witness is None  # a failed proof refutes nothing
    return evidence.note


def scope(function: Callable[..., Any], **domains: Any) -> str:
    """Return for what a law is proved, and fail if it is not."""
    evidence = prove_formally(law(**domains)(function))
    assert evidence.verdict is Verdict.HOLDS, evidence.note
    return evidence.note


# -- sizes ---------------------------------------------------------------------------------------------


def test_what_a_law_claims_by_the_size_is_not_proved() -> None:
    def false_from_five_on(psi: Any, w: Any, x: Any, y: Any) -> Any:
        return equal(dot(w, x), dot(x, w) if psi.layout.n < 5 else 2 * dot(x, w))

    def false_from_three_blocks_on(psi: Any, w: Any, x: Any, y: Any) -> Any:
        m = psi.layout.m
        return equal((m - 1) * (m - 2) * dot(w, x), 0)

    def false_unless_d_is_one(psi: Any, w: Any, x: Any, y: Any) -> Any:
        return equal(dot(w, x) if w.shape[-1] > 1 else 1, dot(x, w))

    assert "the law reads n" in note(false_from_five_on, **PSI)
    assert "the law reads m" in note(false_from_three_blocks_on, **PSI)
    assert "the law reads shape" in note(false_unless_d_is_one, **PSI)


def test_a_size_that_a_helper_reads_is_found() -> None:
    def helper(w: Any) -> int:
        return len(w)

    def by_a_helper(psi: Any, w: Any, x: Any, y: Any) -> Any:
        return equal(dot(w, x) * helper(w), dot(x, w) * helper(x))

    assert "len" in note(by_a_helper, **PSI)


def test_a_law_is_proved_for_blocks_of_two_and_of_three() -> None:
    hidden = "sha" + "pe"

    def the_mean_is_half_the_sum(psi: Any, w: Any, x: Any, y: Any) -> Any:
        return equal(dot(w, x) / getattr(w, hidden)[-1], dot(w, x) / 2)

    assert "not proved" in note(the_mean_is_half_the_sum, **PSI)


# -- sorts ---------------------------------------------------------------------------------------------


def _two_blocks(w: Any, x: Any) -> tuple[Any, Any]:
    return w[:2], x[2:4]


@pytest.mark.parametrize(
    "left",
    [
        lambda w, x: namespace(w).sum(w, axis=-1) * 0,
        lambda w, x: namespace(w).mean(w),
        lambda w, x: dot(w, x[::-1]),
        lambda w, x: w + np.roll(x, 1),
        lambda w, x: w + 1,
        lambda w, x: w * x,
        lambda w, x: dot(w, np.ones(2, dtype=int)),
        lambda w, x: w > x,
        lambda w, x: namespace(w).abs(w),
        lambda w, x: namespace(w).sign(w),
        lambda w, x: np.where(w, x, w),
        lambda w, x: namespace(w).prod(w),
        lambda w, x: float(dot(w, x)),
        lambda w, x: 0.5 * w,
        lambda w, x: namespace(w).exp(dot(w, x)),
    ],
)
def test_entries_of_a_block_are_no_numbers(left: Callable[..., Any]) -> None:
    reason = note(lambda w, x: equal(left(w, x), 0), **BLOCK)
    assert "test_in_formal.py, line" in reason


def test_blocks_are_vectors_of_different_spaces() -> None:
    domains = {"w": points([2, 2]), "x": vectors([2, 2])}
    assert "different spaces" in note(lambda w, x: equal(dot(w[:2], x[2:]), 0), **domains)
    assert "different spaces" in note(lambda w, x: equal(w[:2] + x[2:], x[2:] + w[:2]), **domains)
    assert "different spaces" in note(lambda w, x: equal(w.reshape(2, 2).sum(axis=-2), 0), **domains)
    alike = scope(lambda w, x: equal(dot(w[:2], x[:2]), dot(x[:2], w[:2])), **domains)
    assert alike == "proved for blocks of 2, for 2 blocks without free parameters"


# -- truth, conditions, scope -----------------------------------------------------------------------------


def test_an_element_has_no_truth_value() -> None:
    assert "no truth value" in note(lambda w, x: equal(1 if dot(w, x) - dot(x, w) else 0, 1), **BLOCK)
    assert "no truth value" in note(lambda w, x: equal(dot(w, x), dot(w, x) if w[0] else 0), **BLOCK)


def test_what_was_refused_cannot_be_caught() -> None:
    def false_where_an_entry_is_large(w: Any, x: Any) -> Any:
        try:
            large = float(dot(w, x)) > 5
        except TypeError:
            large = False
        return equal(dot(w, x), 2 * dot(w, x) if large else dot(x, w))

    assert "was refused, and the law went on" in note(false_where_an_entry_is_large, **BLOCK)


def test_divisors_are_conditions_of_the_scope() -> None:
    assert scope(lambda s: equal((s - 1) / (s - 1), 1), s=step_sizes()) == "proved for all numbers, where s − 1 ≠ 0"
    assert scope(lambda s: equal((s + 1) / (s + 1), 1), s=step_sizes()) == "proved for all numbers"
    assert "division by a number that is zero" in note(lambda s: equal(1 / (s - s), 1), s=step_sizes())


def test_what_is_said_of_angles_is_proved_for_blocks_of_two_entries_and_more() -> None:
    def beside_angles(psi: Any, w: Any, x: Any) -> Any:
        return equal(psi.layout.dots(w, x) + 0 * psi.angles(w, w), psi.layout.dots(x, w))

    of_vectors: dict[str, Any] = {"psi": quotients(), "w": points("psi"), "x": vectors("psi")}
    assert scope(beside_angles, **of_vectors).endswith(", where d_i ≥ 2")
    assert "d_i" not in scope(lambda psi, w, x: equal(psi.layout.dots(w, x), psi.layout.dots(x, w)), **of_vectors)


def test_what_was_taken_to_differ_is_a_condition_of_the_scope() -> None:
    def scales_differ(s: Any, t: Any) -> Any:
        return equal(s * (0 if bool(s == t) else 1), s)

    assert scope(scales_differ, s=step_sizes(), t=step_sizes()) == "proved for all numbers, where s − t ≠ 0"


def test_a_vector_that_was_taken_to_differ_is_one_too() -> None:
    found = scope(lambda w, x: equal(dot(w, x) if not bool((w == x).all()) else 0, dot(x, w)), **BLOCK)
    assert "where" in found


def test_orders_that_nothing_decides_are_no_proof() -> None:
    assert "is not decided" in note(lambda s, t: equal(s if s > t else t, s), s=step_sizes(), t=step_sizes())
    scope(lambda s: equal(s if s > -1 else 0, s), s=step_sizes())


def test_an_observation_without_a_formal_side_is_refused() -> None:
    assert "neither side" in note(lambda w, x: equal(1, 1), **BLOCK)
    assert "neither side" in note(lambda w, x: equal(True, True), **BLOCK)
    assert "neither side" in note(lambda w, x: at_most(0, 1), **BLOCK)


def test_the_scope_says_blocks_free_parameters_and_steps() -> None:
    both = scope(lambda psi, w, x, y: equal(dot(x, y), dot(y, x)), **PSI)
    assert both == "proved in every dimension, for 1 and 2 blocks with and without free parameters"
    domains = {
        "steps": counts(1, 6),
        "model": whole_models(any_function=True),
        "w": points("model"),
        "a": rescalings("model"),
        "eta": step_sizes(),
    }

    def a_run(steps: int, model: Any, w: Any, a: Any, eta: Any) -> Any:
        return run_commutes_with_rescaling(PSIGradientDescent(eta), model, w, a, steps)

    assert "steps = 2" in scope(a_run, **domains)


def test_conditions_speak_of_blocks() -> None:
    found = scope(
        lambda psi, w, x, y: equal(dot(x, y) / (dot(w, x) + 1) * (1 + dot(x, w)), dot(y, x)),
        w=points([3]),
        psi=3,
        x=vectors([3]),
        y=vectors([3]),
    )
    assert found.endswith("where r_w[1]·⟨u_w[1], x[1]⟩ + 1 ≠ 0")


def test_a_domain_without_generic_inputs_is_named() -> None:
    assert note(lambda model: equal(1, 1), model=whole_models()) == (
        "not tried on formal vectors: the domain of model offers none"
    )


# -- names ------------------------------------------------------------------------------------------------


def test_two_functions_are_two_functions() -> None:
    domains = {"f": psi_models(), "g": psi_models(), "w": points("f")}

    def they_agree(f: Any, g: Any, w: Any) -> Any:
        return equal(f.evaluate(w).loss, GenericFunction.evaluate(g, w).loss)

    assert "c_f" in note(they_agree, **domains)


def test_a_function_differs_from_class_to_class() -> None:
    domains = {"f": psi_models(), "w": points("f"), "z": points("f")}
    note(lambda f, w, z: equal(f.evaluate(w).loss, f.evaluate(z).loss), **domains)
    note(lambda f, w, z: equal(f.evaluate(-w).loss, f.evaluate(w).loss), **domains)
    note(lambda f, w, z: equal(f.evaluate(w + z).gradient, f.evaluate(w).gradient), **domains)
    note(lambda f, w, z: equal(f.evaluate(3 * w).loss, f.evaluate(w).loss), **domains)  # free parameters stay

    def differences_agree(f: Any, w: Any, z: Any, a: Any) -> Any:
        there = f.evaluate(f.layout.scale(a, w)).loss
        return equal(there - f.evaluate(z).loss, f.evaluate(w).loss - f.evaluate(z).loss)

    scope(differences_agree, **domains, a=rescalings("f"))


def test_a_clash_of_names_is_an_error() -> None:
    same = Domain(floats=lambda _: None, formal=lambda _, space, name: [space.positive("s")])  # type: ignore[arg-type,return-value]
    assert "two generic inputs ask for the symbol 's'" in note(lambda s, t: equal(s, t), s=same, t=same)
    twice = Domain(
        floats=lambda _: None,  # type: ignore[arg-type,return-value]
        formal=lambda drawn, space, name: [space.vector("x[1,1]", drawn["x"][0].sort)],
    )
    assert "two generic inputs ask for the vector" in note(lambda x, y: equal(x[0], y), x=vectors([2]), y=twice)


# -- what inputs fix ----------------------------------------------------------------------------------------


def _contradiction(product: int) -> Domain:
    """Two unit vectors with an inner product, in one space."""

    def pair(_: Any, space: Any, name: str) -> list[Any]:
        from psitheory.arithmetic.formal import Sort

        sort = Sort("alone", 1, 1)
        (u,), (v,) = space.unit(["u"], [sort]), space.unit(["v"], [sort])
        space.fix(u, v, product)
        return [np.array([u, v], dtype=object)]

    return Domain(floats=lambda _: None, formal=pair)  # type: ignore[arg-type,return-value]


def test_what_no_vectors_meet_is_vacuous() -> None:
    def the_sum_has_this_square(u: Any) -> Any:
        total = u[:1] + u[1:]
        return equal(dot(total, total), 2 + 2 * dot(u[:1], u[1:]))

    assert "vacuous" in note(the_sum_has_this_square, u=_contradiction(2))
    scope(the_sum_has_this_square, u=_contradiction(0))


def test_symmetry_is_declared_never_assumed() -> None:
    def operator(symmetry: Any) -> Domain:
        def make(drawn: Any, space: Any, name: str) -> list[Any]:
            sort = drawn["x"][0].sort
            return [space.operator(name, sort, sort, symmetry)]

        return Domain(floats=lambda _: None, formal=make)  # type: ignore[arg-type,return-value]

    def moved_across(sign: int) -> Callable[..., Any]:
        return lambda x, y, A: equal(A(x[0]).inner(y[0]), sign * x[0].inner(A(y[0])))

    domains = {"x": vectors([2]), "y": vectors([2])}
    scope(moved_across(1), **domains, A=operator("symmetric"))
    scope(moved_across(-1), **domains, A=operator("skew"))
    for symmetry, sign in ((None, 1), (None, -1), ("symmetric", -1), ("skew", 1)):
        note(moved_across(sign), **domains, A=operator(symmetry))
    scope(lambda x, y, A: equal(A(x[0]).inner(y[0]), x[0].inner(A.transposed(y[0]))), **domains, A=operator(None))
    scope(lambda x, y, A: equal(A(x[0]).inner(x[0]), 0), **domains, A=operator("skew"))


# -- inequalities -------------------------------------------------------------------------------------------


def _cauchy_schwarz(x: Any, y: Any) -> tuple[Any, Any]:
    return dot(x, y) * dot(x, y), dot(x, x) * dot(y, y)


def test_an_inequality_is_proved_by_its_surplus() -> None:
    domains = {"x": vectors([3]), "y": vectors([3])}
    scope(lambda x, y: at_most(*_cauchy_schwarz(x, y), surplus=gram_determinant(x, y)), **domains)
    scope(lambda x, y: at_most(2 * dot(x, y), dot(x, x) + dot(y, y), surplus=squared_length(x - y)), **domains)
    assert "is not decided" in note(lambda x, y: at_most(2 * dot(x, y), dot(x, x) + dot(y, y)), **domains)


def test_a_surplus_is_checked_and_cannot_be_forged() -> None:
    domains = {"x": vectors([3]), "y": vectors([3])}
    less = note(lambda x, y: at_most(*reversed(_cauchy_schwarz(x, y)), surplus=gram_determinant(x, y)), **domains)
    assert "the surplus that is named" in less
    tight = note(
        lambda x, y: at_most(100 * dot(x, y), 99 * (dot(x, x) + dot(y, y)) / 2, surplus=squared_length(x - y)),
        **domains,
    )
    assert "the surplus that is named" in tight
    forged = note(lambda x, y: at_most(dot(x, y), 0, surplus=-dot(x, y)), **domains)
    assert "is no sum of squares" in forged
    assert "not known never to be negative" in note(
        lambda x, y: at_most(dot(x, y), 0, surplus=positive(-dot(x, y))), **domains
    )
    with pytest.raises(ArgumentError, match="a ratio that is not negative"):
        squared_length(np.ones(2)) * -1


def test_lengths_are_compared_by_their_squares() -> None:
    domains = {"psi": quotients(), "w": points("psi"), "x": vectors("psi")}

    def longer(psi: Any, w: Any, x: Any) -> Any:
        x = psi.horizontal(w, x)
        before, after = psi.layout.norms(w), psi.layout.norms(w + x)
        return at_most(before, after, surplus=positive(psi.layout.dots(x, x)) / (positive(before) + positive(after)))

    scope(longer, **domains)


# -- roots --------------------------------------------------------------------------------------------------


def test_roots_are_positive_and_conditions_are_noted() -> None:
    domains = {"x": vectors([2])}
    scope(lambda x: equal(norm(x) * norm(x), dot(x, x)), **domains)
    scope(lambda x: equal(norm(-3 * x), 3 * norm(x)), **domains)
    note(lambda x: equal(norm(-3 * x), -3 * norm(x)), **domains)
    root = scope(lambda s: equal(namespace(s).sqrt(s - 1) ** 2, s - 1), s=step_sizes())
    assert root == "proved for all numbers, where s − 1 > 0"


def test_a_root_of_a_square_is_the_absolute_value() -> None:
    one = Domain(floats=lambda _: None, formal=lambda _, space, name: [space.real(name)])  # type: ignore[arg-type,return-value]
    note(lambda s: equal(namespace(s).sqrt(s * s), s), s=one)
    scope(lambda s: equal(namespace(s).sqrt(s * s) ** 2, s * s), s=one)


# -- the graph ----------------------------------------------------------------------------------------------

_APPLY: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "add vectors": lambda a, b: a + b,
    "scale": lambda c, x: x * c,
    "inner": lambda x, y: x.inner(y),
}


def test_the_graph_computes_what_it_says() -> None:
    def a_metric(psi: Any, w: Any, x: Any, y: Any) -> Any:
        return equal(psi.inner(w, psi.horizontal(w, x), y), psi.inner(w, x, psi.horizontal(w, y)))

    for case in proof(law(**PSI)(a_metric)):
        graph = case.space.graph
        roots = [side.node for pair in case.pairs for side in pair]
        nodes = list(graph.below(roots))
        assert set(roots) <= set(nodes)
        for number in nodes:
            operation, *_ = graph.nodes[number]
            arguments = [graph.values[k] for k in graph.arguments(number)]
            assert all(k < number for k in graph.arguments(number))
            if operation in _APPLY:
                assert graph.values[number].is_identically(_APPLY[operation](*arguments))


def test_cases_are_computed_one_by_one() -> None:
    some = law(**PSI)(lambda psi, w, x, y: equal(dot(x, y), dot(y, x)))
    assert isinstance(some, Law)
    assert len(list(formal_cases(some))) == 8
