"""Types of PyTorch's optimisers, against what is known of them and against runs in lockstep."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from psitheory.conformance.optimizers.runs.network import invariant_network  # noqa: E402
from psitheory.conformance.optimizers.runs.problem import problem_of  # noqa: E402
from psitheory.scaletypes.equations import Kind  # noqa: E402
from psitheory.scaletypes.optimizers.types import OptimizerTypes  # noqa: E402
from psitheory.scaletypes.optimizers.witness import witness  # noqa: E402
from psitheory.scaletypes.torch.optimizers import TypedRuns  # noqa: E402

O = torch.optim


def problem():
    return problem_of(invariant_network(np.dtype(float), 0).without_free())


def take(optimizer, closure):
    closure()
    optimizer.step()


def runs(make, **options):
    return TypedRuns(make, take, problem(), **options)


def types(make):
    return OptimizerTypes(runs(make).run())


KNOWN = {
    "SGD": (lambda p: O.SGD(p, lr=0.1), 2, {}),
    "heavy ball": (lambda p: O.SGD(p, lr=0.1, momentum=0.9), 2, {}),
    "Nesterov": (lambda p: O.SGD(p, lr=0.1, momentum=0.9, nesterov=True), 2, {}),
    "SGD, coupled decay": (lambda p: O.SGD(p, lr=0.1, weight_decay=0.01), 2, {"weight_decay": -2}),
    "ASGD": (lambda p: O.ASGD(p), 2, {"lambd": -2}),
    "Adadelta": (lambda p: O.Adadelta(p), 2, {"eps": -2}),
    "Adagrad": (lambda p: O.Adagrad(p), 1, {"eps": -1}),
    "Adam": (lambda p: O.Adam(p), 1, {"eps": -1}),
    "Adam, foreach": (lambda p: O.Adam(p, foreach=True), 1, {"eps": -1}),
    "Adam, fused": (lambda p: O.Adam(p, fused=True), 1, {"eps": -1}),
    "Adam, a tensor as rate": (lambda p: O.Adam(p, lr=torch.tensor(0.001, dtype=torch.float64)), 1, {"eps": -1}),
    "Adam, amsgrad": (lambda p: O.Adam(p, amsgrad=True), 1, {"eps": -1}),
    "AdamW": (lambda p: O.AdamW(p), 1, {"eps": -1, "weight_decay": -1}),
    "Adamax": (lambda p: O.Adamax(p), 1, {"eps": -1}),
    "Muon": (lambda p: O.Muon(p), 1, {"eps": -1, "weight_decay": -1}),
    "NAdam": (lambda p: O.NAdam(p), 1, {"eps": -1}),
    "RMSprop": (lambda p: O.RMSprop(p), 1, {"eps": -1}),
    "RMSprop, centred": (lambda p: O.RMSprop(p, centered=True, momentum=0.5), 1, {"eps": -1}),
    "Rprop": (lambda p: O.Rprop(p), 1, {"step_sizes[0]": 1, "step_sizes[1]": 1}),
    "Adafactor": (lambda p: O.Adafactor(p), 0, {}),
}


@pytest.mark.parametrize("name", KNOWN)
def test_exponents_are_derived_and_runs_in_lockstep_agree_bit_for_bit(name):
    make, p, scaled = KNOWN[name]
    run = runs(make, log=True)
    base = run.run()
    found = OptimizerTypes(base)
    assert found.missing == ()
    named = {k: v for k, v in found.must_scale.items() if " at " not in k}
    assert named == scaled | ({"lr": p} if p else {})
    seen = witness(lambda scale, factors: replace(run, scale=scale, factors=factors).run(), found.complete, base)
    assert seen.defect == 0
    assert seen.operations == seen.exact > 20
    assert seen.motion > 0.001


@pytest.mark.parametrize("name", KNOWN)
def test_values_alone_end_where_those_with_degrees_do(name):
    run = runs(KNOWN[name][0]).of_length(30)
    assert all(np.array_equal(x, y) for x, y in zip(run.end(), run.run().weights, strict=True))


def test_breaks_are_told_with_kind_line_and_source():
    found = types(lambda p: O.AdamW(p))
    breaks = found.at_fixed_constants(found.hard)
    assert [(b.kind, b.constants[0].name) for b in breaks] == [
        (Kind.HARD, "weight_decay"),
        (Kind.CONSTANT, "eps"),
    ]
    assert breaks[0].place.source == "param.mul_(1 - lr * weight_decay)"
    assert breaks[1].place.short.startswith("optim/adam.py:")
    assert "add_(eps)" in breaks[1].place.source


def test_adadelta_has_two_laws():
    found = types(lambda p: O.Adadelta(p, lr=0.5))
    assert found.must_scale_without_constants == {"lr": 1}  # with the eps of the denominator taken out
    assert found.must_scale == {"lr": 2, "eps": -2}


def test_a_step_that_begins_as_gradient_descent_and_goes_on_as_adam_has_no_exponent():
    assert types(lambda p: O.RAdam(p)).exponent is None


class PSI(O.Optimizer):
    """w − lr·r^2·f(r) g with r the norm of what ``of`` says; several true and false neighbours."""

    def __init__(self, params, lr=0.1, of="row", power=2.0, floor=0.0, extra=0.0, skip=()):
        super().__init__(params, {"lr": lr, "extra": extra})
        self.of, self.power, self.floor, self.skip = of, power, floor, skip

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for i, p in enumerate(group["params"]):
                if i in self.skip:
                    continue
                r = p.norm(dim=1, keepdim=True) if self.of == "row" else p.norm()
                if self.of == "all":
                    r = torch.sqrt(sum(q.norm() ** 2 for q in group["params"]))
                p.sub_(group["lr"] * (r.clamp(min=self.floor) ** self.power + group["extra"]) * p.grad)


@pytest.mark.parametrize(("of", "level"), [("row", "each neuron"), ("layer", "each layer"), ("all", "all weights")])
def test_the_level_comes_from_reductions(of, level):
    found = types(lambda p: PSI(p, of=of))
    assert found.finest("full") == found.finest("class") == level
    assert found.exponent == 0
    assert set(found.by_part().values()) == {{"row": "rows", "layer": "whole", "all": "none"}[of]}


def test_false_neighbours_are_told_apart():
    assert types(lambda p: PSI(p, power=1.0)).must_scale == {"lr": 1}
    assert types(lambda p: PSI(p, power=1.9)).must_scale == {"lr": Fraction(1, 10)}
    assert types(lambda p: PSI(p, power=1 / 3)).must_scale == {"lr": Fraction(5, 3)}
    clamped = types(lambda p: PSI(p, floor=0.01)).law("full", "each neuron")
    assert clamped.holds
    assert not clamped.exact
    assert clamped.breaks[0].kind is Kind.WINDOW
    added = types(lambda p: PSI(p, extra=1e-3)).law("full", "each neuron")
    assert [b.constants[0].name for b in added.breaks] == ["extra"]
    assert types(lambda p: PSI(p, skip=(1,))).unmoved == {"W2": [0, 1, 2, 3]}


class ByRowsAndColumns(O.Optimizer):
    """Rows of the first matrix by themselves, the second as a whole."""

    def __init__(self, params, lr=0.1):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        first, second = self.param_groups[0]["params"]
        first.sub_(self.param_groups[0]["lr"] * first.square().sum(1, keepdim=True) * first.grad)
        second.sub_(self.param_groups[0]["lr"] * second.square().sum() * second.grad)


def test_levels_are_told_layer_by_layer():
    assert types(ByRowsAndColumns).by_part() == {"W1": "rows", "W2": "whole"}


class Leaky(PSI):
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                size = np.linalg.norm(p.detach().numpy(), axis=1, keepdims=True)
                p.data.sub_(group["lr"] * torch.from_numpy(size) ** 2 * p.grad)


def test_values_that_leave_are_not_derived_and_named_with_their_line():
    (sentence,) = types(Leaky).missing
    assert sentence.startswith("not derived: values leave PyTorch by .numpy at interop/test_scale_types.py:")


class Tapered(O.Optimizer):
    def __init__(self, params, lr=0.1):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                r = p.norm(dim=1, keepdim=True)
                p.sub_(group["lr"] * r**2 * (1 + 1e-3 * torch.sin(2 * torch.pi * torch.log2(r))) * p.grad)


def test_a_modulation_that_powers_of_two_do_not_see_is_seen():
    law = types(Tapered).law("full", "each neuron")
    assert not law.holds
    assert law.breaks[0].what == "log2"


@pytest.mark.parametrize("make", [lambda p: O.Adam(p, eps=1e-3), lambda p: O.Muon(p), lambda p: PSI(p, extra=0.5)])
def test_constants_that_scale_along_at_their_lines_leave_no_break(make):
    run = runs(make)
    found = OptimizerTypes(run.run())
    law = found.hard
    lines = frozenset(b.line for b in found.at_fixed_constants(law) if b.kind is not Kind.HARD)
    freed = replace(run, along=lines)
    seen = witness(lambda scale, factors: replace(freed, scale=scale, factors=factors).run(), law, run.run())
    assert seen.defect == 0
    kept = witness(lambda scale, factors: replace(run, scale=scale, factors=factors).run(), law, run.run())
    assert kept.defect > 0 or "clamp" in str(found.at_fixed_constants(law)[0])


def test_a_run_of_many_operations_ends_when_all_rows_turned_twice():
    short, long, twice = (
        runs(KNOWN["SGD"][0], **options).run().weights[0]
        for options in ({"enough": 0}, {"enough": 10**9}, {"enough": 10**9, "steps": 2})
    )
    assert np.array_equal(short, twice)
    assert not np.array_equal(short, long)
