"""Types of pairs on JAX arrays, against what is known of them and against runs in lockstep."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

jax = pytest.importorskip("jax")
optax = pytest.importorskip("optax")

import jax.numpy as jnp  # noqa: E402

from psitheory.conformance import check_optimizer  # noqa: E402
from psitheory.conformance.optimizers.runs.adapt import runs_of  # noqa: E402
from psitheory.conformance.optimizers.runs.network import invariant_network  # noqa: E402
from psitheory.scaletypes.equations import Kind  # noqa: E402
from psitheory.scaletypes.jax.hyper import Marked  # noqa: E402
from psitheory.scaletypes.jax.recall import Recall  # noqa: E402
from psitheory.scaletypes.optimizers.types import OptimizerTypes  # noqa: E402
from psitheory.scaletypes.optimizers.witness import witness  # noqa: E402
from psitheory.scaletypes.trace import Trace  # noqa: E402

NETWORK = invariant_network(np.dtype(float), 0).without_free()


def runs(make, rate=0.01, **options):
    return replace(runs_of(make, rate=rate, name="method").typed(NETWORK), **options)


def types(make, rate=0.01):
    return OptimizerTypes(runs(make, rate).run())


def chain(*before, last=optax.sgd):
    return lambda rate: optax.chain(*before, last(rate))


def decayed(rate):
    return optax.adamw(rate, weight_decay=1e-2)


def rows(power):
    """w − rate·r^power g with r the norm of each row."""

    def make(rate):
        def one(g, w):
            return -rate * jnp.sum(w**2, axis=-1, keepdims=True) ** (power / 2) * g

        return optax.stateless_with_tree_map(one)

    return make


def apart(p):
    return {name: "ab"[i % 2] for i, name in enumerate(p)}


def by_roles(rate):
    """Methods of two layers, with one eps beside a root and inside of another."""
    inside = optax.chain(optax.scale_by_rms(eps=1e-8), optax.scale(-rate))
    return optax.multi_transform({"a": optax.adam(rate, eps=1e-8), "b": inside}, apart)


def of_copies(rate):
    return optax.multi_transform({"a": optax.adam(rate, eps=1e-8), "b": optax.adam(rate, b1=0.8, eps=1e-8)}, apart)


KNOWN = {
    "sgd": (optax.sgd, {"rate": 2}),
    "heavy ball": (lambda r: optax.sgd(r, momentum=0.9, nesterov=True), {"rate": 2}),
    "coupled decay": (chain(optax.add_decayed_weights(0.5)), {"rate": 2, "weight_decay": -2}),
    "adam": (optax.adam, {"rate": 1, "eps": -1}),
    "adamw": (decayed, {"rate": 1, "eps": -1, "weight_decay": -1}),
    "adan": (optax.adan, {"rate": 1, "eps": -1, "eps_root": -2}),
    "adam in injected form": (lambda r: optax.inject_hyperparams(optax.adam)(learning_rate=r), {"rate": 1, "eps": -1}),
    "clipped from afar": (chain(optax.clip_by_global_norm(1e4)), {"rate": 2, "max_norm": -1}),
    "clipped always": (chain(optax.clip_by_global_norm(1.0 / 1024)), {"rate": 2, "max_norm": -1}),
    "two decays": (
        chain(optax.add_decayed_weights(1e-2), optax.sgd(1.0), optax.add_decayed_weights(1e-3)),
        {"rate": 2, "weight_decay": -2, "weight_decay 2": -2},
    ),
    "one eps in two roles": (by_roles, {"rate": 1, "eps": -1, "eps 2": -2}),
    "copies of one eps": (of_copies, {"rate": 1, "eps": -1}),
    "noise": (lambda r: optax.noisy_sgd(r, key=0), {"rate": 2, "eta": -2}),
    "scheduled": (lambda r: optax.sgd(optax.warmup_cosine_decay_schedule(0.0, r, 5, 100)), {"rate": 2}),
    "scheduled by a number": (lambda r: optax.sgd(optax.exponential_decay(r, 7, 0.9)), {"rate": 2}),
    "every third step": (lambda r: optax.MultiSteps(optax.sgd(r), 3), {"rate": 2}),
    "lars": (optax.lars, {}),
    "lamb": (optax.lamb, {"eps": -1}),
    "muon": (optax.contrib.muon, {"rate": 1, "eps": -1}),
    "sign": (optax.sign_sgd, {"rate": 1}),
    "rows": (rows(2), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", KNOWN)
def test_exponents_are_derived_and_runs_in_lockstep_agree_bit_for_bit(name):
    make, scaled = KNOWN[name]
    run = runs(make, log=True)
    base = run.run()
    found = OptimizerTypes(base)
    assert found.missing == ()
    assert {k: v for k, v in found.must_scale.items() if " at " not in k} == scaled
    seen = witness(lambda scale, factors: replace(run, scale=scale, factors=factors).run(), found.complete, base)
    assert seen.defect == 0
    assert seen.operations == seen.exact > 5
    assert seen.motion > 1e-6


def test_the_level_comes_from_reductions():
    assert types(rows(2)).finest("full") == "each neuron"
    assert types(lambda r: optax.stateless_with_tree_map(lambda g, w: -r * jnp.vdot(w, w) * g)).finest("full") == (
        "each layer"
    )
    assert types(chain(optax.scale_by_trust_ratio())).finest("full") == "each layer"


def test_breaks_are_told_with_kind_line_and_source():
    found = types(decayed)
    breaks = {b.kind: b for b in found.at_fixed_constants(found.hard)}
    assert [c.name for c in breaks[Kind.HARD].constants] == ["weight_decay"]
    assert [c.name for c in breaks[Kind.CONSTANT].constants] == ["eps"]
    assert "optax" in breaks[Kind.CONSTANT].place.file
    assert "eps" in breaks[Kind.CONSTANT].place.source


def test_false_neighbours_are_told_apart():
    assert types(rows(1.9)).must_scale == {"rate": Fraction(1, 10)}
    tanh = types(lambda r: optax.stateless_with_tree_map(lambda g, w: -r * jnp.tanh(g)))
    assert tanh.hard is None
    log = types(lambda r: optax.stateless_with_tree_map(lambda g, w: -r * g * (1 + jnp.log2(jnp.sum(w**2)))))
    assert log.hard is None
    floor = types(
        lambda r: optax.stateless_with_tree_map(
            lambda g, w: -r * jnp.maximum(jnp.sum(w**2, -1, keepdims=True), 1e-4) * g
        )
    )
    (break_,) = floor.law("full", "each neuron").breaks
    assert (break_.kind, break_.constants[0].value) == (Kind.WINDOW, 1e-4)


@pytest.mark.parametrize("make", [lambda r: optax.adam(r, eps=1e-3), optax.contrib.muon, optax.adan])
def test_constants_that_scale_along_at_their_lines_leave_no_break(make):
    run = runs(make)
    base = run.run()
    found = OptimizerTypes(base)
    lines = frozenset(b.line for b in found.at_fixed_constants(found.hard))
    freed, kept = (
        witness(lambda scale, factors, r=r: replace(r, scale=scale, factors=factors).run(), found.hard, base)
        for r in (replace(run, along=lines), run)
    )
    assert freed.defect == 0
    assert kept.defect > 0


def test_a_hyper_parameter_that_is_one_stays_one():
    found = types(lambda r: optax.sm3(r), 0.05)  # it takes one minus its decay of one
    assert not found.unmoved
    assert found.must_scale == {"rate": 1, "eps": -2}
    clipped = types(chain(optax.clip_by_global_norm(1.0)))
    assert clipped.must_scale["max_norm"] == -1


def test_what_never_moves_has_no_types():
    report = check_optimizer(lambda r: optax.set_to_zero(), rate=0.1, only="the_rate_has_a_scaling_exponent", steps=10)
    assert "types" not in report.properties
    assert report.properties["exponent"] is None


def test_what_cannot_be_traced_is_said_and_runs_decide():
    def update(gradients, state, params):
        return {name: -0.1 * np.asarray(g) for name, g in gradients.items()}, state

    report = check_optimizer(((lambda params: ()), update), steps=10, only="the_rate_has_a_scaling_exponent")
    assert report.properties["exponent"] == 2
    assert "not derived: TracerArrayConversionError" in report.sentence


def test_hyper_parameters_are_as_before_after_types_were_derived():
    eps, decays = 1e-8, {"weight_decay": 0.5}

    def update(gradients, state, params):
        assert decays["weight_decay"] == 0.5  # what a hyper-parameter is compared with stays true
        return {n: -g / (jnp.abs(g) + eps) - decays["weight_decay"] * params[n] for n, g in gradients.items()}, state

    found = types(((lambda params: ()), update), None)
    assert found.must_scale == {"rate": 1, "eps": -1, "weight_decay": -1}
    assert (type(eps), eps, decays) == (float, 1e-8, {"weight_decay": 0.5})


@pytest.mark.parametrize(
    ("make", "limit"), [(optax.adan, "eps"), (chain(optax.clip_by_global_norm(1e4), last=optax.adam), "eps")]
)
def test_what_an_eps_limits_has_its_exponent(make, limit):
    report = check_optimizer(make, rate=0.01, only=["the_rate_has_a_scaling_exponent"])
    assert report.properties["exponent"] == 1
    assert limit in report.sentence


@pytest.mark.parametrize("half", ["bfloat16", "float16"])  # the second loses bits of small numbers, beside the eps
def test_momentum_in_half_precision_keeps_its_degree(half: str) -> None:
    report = check_optimizer(
        lambda r: optax.adam(r, mu_dtype=half), rate=0.01, only="the_rate_has_a_scaling_exponent", steps=10
    )
    assert report.properties["exponent"] == 1
    assert report.properties["types"]["must scale by"] == {"eps": "-1", "rate": "1"}


def test_a_marked_number_is_what_it_was_and_what_it_is():
    trace = Trace()
    marked = Marked.of(0.1, 0.1000001, trace, trace.degrees.unknown("a"))
    assert marked == 0.1
    assert marked == 0.1000001
    assert marked != 0.2


def test_a_run_of_many_operations_ends_when_all_rows_turned_twice():
    short, long, twice = (
        runs(optax.sgd, **options).run().weights[0]
        for options in ({"enough": 0}, {"enough": 10**9}, {"enough": 10**9, "steps": 2})
    )
    assert np.array_equal(short, twice)
    assert not np.array_equal(short, long)


def test_a_law_scales_all_rows_alike_where_constants_stand_beside_some_alone():
    def make(rate):
        def update(gradients, weights):
            (g, *others), tree = jax.tree_util.tree_flatten(gradients)
            w, *beside = jax.tree_util.tree_leaves(weights)
            rest = [-rate * length(v) * h / (length(h) + 1e-8) for v, h in zip(beside, others, strict=True)]
            return jax.tree_util.tree_unflatten(tree, [-rate * length(w) ** 2 * g, *rest])

        return optax.stateless(update)

    def length(x):
        return jnp.sqrt(jnp.sum(x**2, axis=-1, keepdims=True))

    found = types(make)
    law = found._solved(tuple(Kind))
    constants = found.record.trace.constants
    assert {law.scaling.get(i) for i in found.all_rows} == {1}
    assert {law.scaling.get(i) for i, c in constants.items() if c.value == 1e-8} == {-1}


def test_what_a_clamp_takes_keeps_its_degree_while_its_limits_scale_along() -> None:
    report = check_optimizer(lambda lr=0.01: optax.rprop(lr), steps=10)
    assert report.properties["exponent"] == 1
    assert "clamp (max_step_size = 50)" in report.sentence
    assert "overflow" not in report.sentence


ASKED_ANEW = {
    "muon": optax.contrib.muon,
    "scheduled": KNOWN["scheduled"][0],
    "a power that changes": (
        lambda r: optax.stateless_with_tree_map(lambda g, w: -r * g * jnp.sum(w**2) ** jnp.sign(g[:1, :1]))
    ),
    "an entry that is zero at times": lambda r: optax.stateless_with_tree_map(
        lambda g, w: -r * g * (1 + jnp.sum(jnp.where(g > 0, w, 0)))
    ),
    "a later power": lambda r: optax.chain(
        optax.scale_by_schedule(lambda t: jnp.where(t < 9, 0.0, 1.0)),
        optax.stateless_with_tree_map(lambda g, w: -r * (g + w)),
    ),
}


@pytest.mark.parametrize("name", ASKED_ANEW)
def test_rules_that_are_recalled_leave_the_equations_of_rules_that_are_asked_anew(name, monkeypatch):
    recalled = runs(ASKED_ANEW[name]).of_length(14).run()
    monkeypatch.setattr(Recall, "of", lambda self, rule, call: rule(call))
    anew = runs(ASKED_ANEW[name]).of_length(14).run()
    assert list(recalled.trace.equations.found) == list(anew.trace.equations.found)
    assert recalled.trace.equations.missing == anew.trace.equations.missing
    assert recalled.kept == anew.kept
