"""Methods that break one law of an optimiser, each with the witness that shows it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from psitheory.checking import Verdict
from psitheory.conformance import check_optimizer
from psitheory.conformance.optimizers.causes.constants import cause_of
from psitheory.layout import Layout
from psitheory.models import Rayleigh
from psitheory.scaletypes.equations import Kind, Place
from psitheory.scaletypes.optimizers.types import Break
from psitheory.scaletypes.trace import Constant

NEURON = "runs_commute_with_rescaling_of_each_neuron"
LAYER = "runs_commute_with_rescaling_of_each_layer"
CLASS = "classes_do_not_depend_on_the_scale_of_each_neuron"
SCALES = "the_scaling_law_holds_at_every_scale"
START = "the_start_is_taken_as_given"
LEVELS = ("each neuron", "blocks of rows", "each layer", "all weights")


def rows(layout: Layout, factors: np.ndarray) -> np.ndarray:
    return np.asarray(layout.expand(factors))


def late(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.1) -> Any:
    """PSI-GD for three steps, then gradient descent."""
    return w - rate * (layout.times_squared_norms(w, g) if t < 3 else g)


def much_later(w: Any, g: Any, layout: Layout, t: int, rate: float = 0.1) -> Any:
    """PSI-GD for twenty steps, then gradient descent."""
    return w - rate * (layout.times_squared_norms(w, g) if t < 20 else g)


def by_all_weights(w: Any, g: Any, layout: Layout, rate: float = 0.01) -> Any:
    """The squared norm of all blocks together for that of each."""
    return w - rate * g * rows(layout, np.full(layout.m, np.sum(layout.norms(w) ** 2)))


def by_layer(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
    """The squared norm of each layer for that of each of its rows."""
    squares = layout.norms(w) ** 2
    return w - rate * g * rows(layout, np.repeat([squares[:4].sum(), squares[4:].sum()], 4))


def by_pairs(w: Any, g: Any, layout: Layout, rate: float = 0.05) -> Any:
    """The squared norm of each two rows for that of each."""
    return w - rate * g * rows(layout, np.repeat((layout.norms(w) ** 2).reshape(-1, 2).sum(1), 2))


def first_layer_only(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """PSI-GD on the first layer, gradient descent on the second."""
    squares = layout.norms(w) ** 2
    return w - rate * g * rows(layout, np.where(np.arange(8) < 4, squares, 1.0))


def clamped(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """Norms above 1e3 count as 1e3."""
    return w - rate * g * rows(layout, np.minimum(layout.norms(w), 1e3) ** 2)


def floored(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """Norms below 1e-3 count as 1e-3."""
    return w - rate * g * rows(layout, np.maximum(layout.norms(w), 1e-3) ** 2)


def in_powers_of_two_alone(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """Norms are rounded to powers of two."""
    return w - rate * g * rows(layout, 4.0 ** np.round(np.log2(layout.norms(w))))


def normalising(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """PSI-GD, and every block is normalised."""
    return layout.units(w - rate * layout.times_squared_norms(w, g))


def coupled_to_free(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
    """PSI-GD whose free part is stepped by the squared norms of the blocks."""
    squares = layout.norms(w) ** 2
    factors = rows(layout, squares)
    factors[-layout.p :] = 0.1 * squares.sum()
    return w - rate * g * factors


@pytest.mark.parametrize("size", [1e-4, 1e-2])
@pytest.mark.parametrize("typed", [True, False])
def test_what_swings_with_the_logarithms_of_lengths_is_no_coarse_arithmetic(size: float, typed: bool) -> None:
    def swinging(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
        norms = layout.norms(w)
        norms = norms if typed else np.frombuffer(norms.tobytes())  # of which nothing is known
        return w - rate * g * rows(layout, norms**2 * (1 + size * np.sin(2 * np.pi * np.log2(norms))))

    assert check_optimizer(swinging, only=NEURON, steps=10).refuted() == (NEURON,)


def test_numbers_of_sixteen_bits_are_coarse_in_code_without_types() -> None:
    def halved(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
        norms = np.frombuffer(layout.norms(w).tobytes()).astype(np.float16)
        return w - rate * g * rows(layout, norms.astype(float) ** 2)

    assert check_optimizer(halved, only=NEURON, steps=10).refuted() == ()


WITNESSES = [
    (late, NEURON, "a=2 on row 0 of W1  t=5"),
    (much_later, NEURON, "a=2 on row 0 of W1  t=30"),
    (by_all_weights, NEURON, "a=2 on row 0 of W1  t=1"),
    (by_all_weights, LAYER, "a=2 on W1  t=1"),
    (by_layer, NEURON, "a=2 on row 0 of W1  t=1"),
    (by_layer, "runs_commute_with_rescaling_of_blocks_of_rows", "a=2 on rows 0 to 1 of W1  t=1"),
    (by_pairs, NEURON, "a=2 on row 0 of W1  t=1"),
    (first_layer_only, NEURON, "a=2 on row 0 of W2  t=1"),
    (first_layer_only, LAYER, "a=2 on W2  t=1"),
    (first_layer_only, CLASS, "a=2 on row 0 of W2  t=1"),
    (clamped, SCALES, "a=1024 on all weights  t=10"),
    (floored, SCALES, "a=0.00195312 on all weights  t=5"),
    (coupled_to_free, NEURON, "a=2 on row 0 of W1  t=1"),
    (normalising, NEURON, "a=2 on row 0 of W1  t=1"),
]


@pytest.mark.parametrize(("step", "law", "smallest"), WITNESSES)
def test_what_breaks_a_law_is_refuted_with_its_witness(step: Any, law: str, smallest: str) -> None:
    report = check_optimizer(step, only=law)
    assert report.refuted() == (law,)
    assert report.finding(law).smallest == smallest
    assert report.finding(law).witness["step"] == int(smallest.split("t=")[1])


@pytest.mark.parametrize(
    ("step", "full"),
    [(by_all_weights, "all weights"), (by_layer, "each layer"), (by_pairs, "blocks of rows"), (clamped, "each neuron")],
)
def test_the_finest_level_is_found(step: Any, full: str) -> None:
    report = check_optimizer(step, steps=10)
    assert report.properties["full"] == report.properties["class"] == full
    assert report.properties["exponent"] == 0
    held = [f.law for f in report.findings if f.law.startswith("runs_commute") and f.verdict is Verdict.HOLDS]
    assert len(held) == len(LEVELS) - LEVELS.index(full)


def test_the_layer_that_is_equivariant_is_named() -> None:
    report = check_optimizer(first_layer_only, steps=10)
    assert report.properties["equivariance"] == "none"
    assert (report.properties["rows of W1"], report.properties["rows of W2"]) == ("full", "none")


def test_the_range_of_a_clamp_is_found_to_the_octave() -> None:
    # the largest of the norms 0.41 … 1.35 at the start reaches 1e3 between the scales 2^9 and 2^10
    assert check_optimizer(clamped, only=SCALES).properties["scales"].startswith("2^-300 … 2^9 (a clamp")


def test_what_holds_for_powers_of_two_alone_does_not_hold() -> None:
    finding = check_optimizer(in_powers_of_two_alone, only=NEURON).finding(NEURON)
    assert finding.verdict is Verdict.REFUTED
    assert finding.kind == "controls"


def test_a_method_that_normalises_is_equivariant_in_class_alone_and_said_to_normalise() -> None:
    report = check_optimizer(normalising, steps=10)
    assert report.properties["equivariance"] == "class"
    assert (report.properties["full"], report.properties["class"]) == ("none", "each neuron")
    assert report.properties["start"] == "normalised by the first step"


def test_gradient_descent_that_normalises_is_not_equivariant_at_all() -> None:
    def step(w: Any, g: Any, layout: Layout, rate: float = 0.1) -> Any:
        return layout.units(w - rate * g)

    assert check_optimizer(step, steps=10).properties["equivariance"] == "none"


def projected_first(start: np.ndarray, steps: int, seed: int, rate: float = 0.1) -> Any:
    model = Rayleigh(np.diag([1.0, 2.0, 5.0]))
    w = start / np.linalg.norm(start)
    for _ in range(steps + 1):
        yield w
        w = w - rate * model.evaluate(w).gradient


def test_a_start_that_is_projected_first_is_flagged() -> None:
    report = check_optimizer(projected_first, model=Rayleigh(np.diag([1.0, 2.0, 5.0])))
    assert report.properties["start"] == "projected"
    assert report.finding(START).verdict is Verdict.REFUTED
    assert "normalises its start" in report.finding(START).means
    assert report.properties["equivariance"] == "class"


def doubled_in_a_band(w, g, state, lr=0.05):
    """Descent, but for gradients of some sizes, which neither start nor powers of two far from it have."""
    size = np.sqrt(np.sum(g * g))
    if size > 1e4 and size < 4e4:
        return w - 2 * lr * g
    return w - lr * g


def test_a_range_ends_where_a_comparison_turns_though_the_law_holds_again_beyond():
    report = check_optimizer(doubled_in_a_band, only=["the_scaling_law_holds_at_every_scale"])
    assert report.refuted() == ("the_scaling_law_holds_at_every_scale",)
    assert "threshold" in report.sentence
    low = int(report.properties["scales"].split("^")[1].split()[0])
    assert low in (-12, -11, -10)  # the gradients of the start are of size 4, and change little


def switches_late(w, g, state, lr=0.05, *, t):
    return w - lr * g / (np.linalg.norm(g) if t >= 40 else 1.0)


def test_a_law_of_the_first_steps_is_told_as_such_with_the_line_that_ends_it():
    report = check_optimizer(switches_late, only=["the_rate_has_a_scaling_exponent"])
    assert report.properties["exponent"] is None
    assert "of the first steps alone: by step 100 runs break it, at sum at" in report.sentence
    assert "if t >= 40" in report.sentence


def trusted(most: float) -> Any:
    def step(w: Any, g: Any, layout: Layout, rate: float = 0.05, eps: float = 1e-8) -> Any:
        return w - rate * g * rows(layout, np.minimum(layout.norms(w) / (layout.norms(g) + eps), most))

    return step


@pytest.mark.parametrize(("most", "cause"), [(1e30, "an eps takes over above"), (1e4, "a clamp")])
def test_an_eps_and_a_clamp_on_one_line_are_told_apart(most: float, cause: str) -> None:
    report = check_optimizer(trusted(most), only=SCALES, steps=10)
    assert cause in report.properties["scales"]
    assert (report.verdict is Verdict.HOLDS) is ("eps" in cause)


def test_an_eps_beside_a_factor_is_an_eps() -> None:
    def step(w: Any, g: Any, rate: float = 0.05, c: float = 20.3) -> Any:
        return w - rate * g / np.sqrt(c * np.dot(g, g) + 1e-12)

    report = check_optimizer(step, only=SCALES, steps=10)
    assert "eps (the constant 1e-12) at" in report.sentence
    assert "c = 20.3" not in report.sentence


def by_turn(w: Any, g: Any, state: Any, layout: Layout, rate: float = 0.05, least: float = 0.5) -> Any:
    """PSI-GD at half the rate once a step turns the flat vector by sixty degrees, as none does here."""
    turn = np.ones(()) if state is None else np.dot(state, w) / (np.linalg.norm(state) * np.linalg.norm(w))
    return w - rate * (0.5 if turn < least else 1.0) * layout.times_squared_norms(w, g), w.copy()


def test_what_no_run_comes_to_is_told_where_types_know_of_it() -> None:
    report = check_optimizer(by_turn, steps=10)
    assert report.properties["full"] == "each neuron"
    assert "so runs say, but types ask for more at sum at conformance/test_optimizer_breaks.py" in report.sentence
    assert any("types ask for more" in note for note in report.notes)


def test_where_types_agree_nothing_more_is_said() -> None:
    assert "types ask for more" not in str(check_optimizer(by_layer, steps=10))


@pytest.mark.parametrize(
    ("names", "cause"),
    [(("eps",), "eps"), (("momentum", "eps"), "eps"), (("delta", "eps"), "clamp"), (("", "eps"), "eps"), ((), "clamp")],
)
def test_a_clamp_is_an_eps_if_nothing_with_another_name_is_in_it(names: tuple[str, ...], cause: str) -> None:
    constants = tuple(Constant(1e-8, name) for name in names)
    assert cause_of([Break(Kind.WINDOW, Place("a.py", 1), "clamp", constants)]) == cause


def test_what_breaks_for_all_weights_breaks_for_each_neuron() -> None:
    """The sum of squares of all rows falls below the threshold if all rows are halved, and not in each draw of some."""

    def step(w: Any, g: Any, layout: Layout, rate: float = 0.02) -> Any:
        squares = layout.norms(w) ** 2
        return w - rate * g * (rows(layout, squares) if squares.sum() > 3.0 else 1.0)

    report = check_optimizer(step, steps=10)
    assert report.properties["full"] == "none"
    assert report.refuted()[: len(LEVELS)] == tuple(
        f"runs_commute_with_rescaling_of_{v.replace(' ', '_')}" for v in LEVELS
    )
    assert "threshold (the constant 3) at" in report.sentence
