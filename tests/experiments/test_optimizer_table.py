"""The table of optimisers: derived exponents are those of runs, and wrong methods get the types that they have."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pytest

import psitheory.optimizers
from psitheory.experiments.optimizer_map import optimizer_map
from psitheory.experiments.optimizer_table import optimizer_table
from psitheory.models import Cosine, Frozen, RankOne, Rayleigh
from psitheory.optimizers import Adam, GradientDescent, Optimizer, PSIGradientDescent
from psitheory.optimizers.library import METHODS
from psitheory.optimizers.named import NAMES, named_optimizer
from psitheory.plotting import draw
from psitheory.scaletypes.optimizers.types import OptimizerTypes
from psitheory.scaletypes.pairs import PairRuns, scaled

ROWS = {row.title: row for row in optimizer_table()}
TWO_BLOCKS = Frozen(RankOne(np.array([[1.3, 2.1], [3.4, -1.2]])), np.ones(1))
START = np.array([1.1, 0.7, 2.3, 1.9])


def types_of(method, model=TWO_BLOCKS, start=START):
    return OptimizerTypes(PairRuns(optimizer=method, model=model, start=start).run())


def test_every_method_of_the_library_has_a_row():
    offered = {getattr(psitheory.optimizers, name) for name in psitheory.optimizers.__all__}
    classes = {kind for kind in offered if isinstance(kind, type) and kind is not Optimizer and hasattr(kind, "step")}
    model = Rayleigh(np.diag([0.0, 1.0, 3.0]))
    assert {type(make(model)) for make in METHODS.values()} == classes


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_is_derived_is_what_runs_show(row):
    assert row.agrees
    assert row.observed is not None
    assert (row.exponent is None) == bool(row.reason)
    assert row.observed == 0 or row.equivariance == "none"
    assert row.observed != 0 or row.level != "none"


def test_underived_are_those_that_leave_the_arithmetic():
    missing = {title for title, row in ROWS.items() if row.reason}
    assert missing == {"Muon", "exact line search", "nonlinear CG", "rapidity, L sought", "quotient Newton"}


EXPONENTS = {
    2: {"gradient descent", "heavy ball", "Nesterov", "clipped GD", "centralised GD", "SGDP", "SGD-MRT"},
    Fraction(3, 2): {"Padam"},
    1: {"Adam", "AdamW", "AdamP", "RMSprop", "Adagrad", "AdamS", "AdamSRT", "sign descent", "Lion"}
    | {"normalised GD", "Muon"},
}


def test_exponents_are_those_of_the_literature():
    for p, titles in EXPONENTS.items():
        assert {ROWS[title].observed for title in titles} == {p}
    decays = {"coupled_decay": -2, "decay": -2}
    assert ROWS["gradient descent"].units == ROWS["Nesterov"].units == decays
    assert ROWS["Adam"].units == {"coupled_decay": -2, "eps": -1, "eps_inside": -2}
    assert ROWS["AdamW"].units == {"decay": -1, "eps": -1}
    assert ROWS["clipped GD"].units == {"threshold": -1}
    assert ROWS["AdamSRT"].units == {"eps": None}  # it stands beside v and beside r²
    assert [title for title, row in ROWS.items() if row.tangent_moments] == ["SGD-MRT", "AdamSRT", "SGD-G", "Adam-G"]
    assert not any(ROWS[title].rotations for title in ("Adam", "AdamW", "RMSprop", "sign descent", "centralised GD"))


FLOATS_ONLY = {"muon", "newton", "exact", "cg"}
FIRST_STEP_ONLY = {"bb"}  # of Barzilai and Borwein only the first step has a rate, and named are the later ones


@pytest.mark.parametrize("name", sorted(set(NAMES) - FLOATS_ONLY - FIRST_STEP_ONLY))
def test_named_methods_have_the_exponent_that_they_say(name):
    model = Cosine(np.array([0.6, 0.8]))
    named = named_optimizer(name, model, rate=0.11, length=0.13)
    types = types_of(named.optimizer, model, np.array([1.1, 0.7]))
    law = types.complete if types.complete.exact else types.hard
    assert (law.scaling.get(types.rate, 0) if types.rate is not None else 0) == named.exponent


# -- wrong methods ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wrong:
    """w - η rᵏ(∇f + λw)."""

    rate: float
    power: int
    decay: float = 0.0

    def init(self, layout, w):
        return ()

    def step(self, layout, w, evaluation, state):
        r = layout.norms(w) ** self.power
        return w - layout.scale(r, evaluation.gradient + w * self.decay) * self.rate, ()


def test_a_wrong_power_of_the_norm_has_its_own_exponent():
    assert [types_of(Wrong(0.11, k)).exponent for k in (0, 1, 2, 3)] == [2, 1, 0, -1]
    assert types_of(Wrong(0.11, 1)).finest("class") == "none"
    assert types_of(Wrong(0.11, 2)).finest("full") == "each neuron"


def test_l2_inside_psi_gd_is_seen():
    types = types_of(Wrong(0.11, 2, 0.17))
    assert types.finest("class") == "none"
    assert types.must_scale == {"decay": -2}


@dataclass(frozen=True)
class OneNorm(PSIGradientDescent):
    """PSI-GD with the norm of all blocks together."""

    def step(self, layout, w, evaluation, state):
        return w - evaluation.gradient * (layout.dots(w, w).sum() * self.rate), state


def test_a_norm_of_all_blocks_holds_for_all_weights_only():
    assert types_of(OneNorm(0.11)).finest("full") == "all weights"
    assert types_of(PSIGradientDescent(0.11)).finest("full") == "each neuron"


def test_hyper_parameters_are_scaled_by_name():
    method = scaled(Adam(0.5, eps=0.25), {"rate": 2.0, "eps": 0.5})
    assert (method.rate, method.eps, method.beta1) == (1.0, 0.125, 0.9)
    assert scaled(GradientDescent(0.5), {}).rate == 0.5


def test_the_table_can_be_drawn():
    exhibit = optimizer_map(tuple(ROWS.values()))
    assert exhibit.arrays["z"].shape == (len(METHODS), 10)
    figure = draw(exhibit)
    assert figure.axes[0].get_yticklabels()[0].get_text() == "gradient descent"
