"""Entries with degrees: what they compute scales as their degree says, or an equation was kept."""

import math
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from psitheory.arithmetic import dot, namespace, norm
from psitheory.conformance import check_optimizer
from psitheory.layout import Layout, blocks
from psitheory.models import Rayleigh
from psitheory.optimizers import Centralised, HeavyBall
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.numbers import Number
from psitheory.scaletypes.pairs.entries import DEGREED, Entries, Entry, floats
from psitheory.scaletypes.pairs.run import _TypedModel, scaled
from psitheory.scaletypes.pairs.stand_ins import CastingLayout, Draws, Numpy, casting, stand_ins
from psitheory.scaletypes.trace import Trace

X, Y = np.array([1.25, -0.75, 2.5]), np.array([0.5, 1.75, -1.5])
EXPRESSIONS = {
    "sum": lambda xp, x, y: x + y,
    "difference": lambda xp, x, y: 3 * x - y / 2,
    "product": lambda xp, x, y: x * y,
    "quotient": lambda xp, x, y: x / y,
    "square": lambda xp, x, y: x**2,
    "norm": lambda xp, x, y: x * norm(y, keepdims=True),
    "inner product": lambda xp, x, y: dot(x, y) * y,
    "root": lambda xp, x, y: xp.sqrt(xp.abs(x * y)),
    "sign": lambda xp, x, y: xp.sign(x) * y,
    "larger": lambda xp, x, y: xp.maximum(x, y),
    "chosen": lambda xp, x, y: xp.where(xp.greater(x, y), x, y),
    "angle": lambda xp, x, y: xp.atan2(x, y),
    "cosine of a ratio": lambda xp, x, y: xp.cos(x / y),
    "exponential": lambda xp, x, y: xp.exp(x),
    "eps": lambda xp, x, y: x / (xp.abs(y) + 1e-3),
}


def entries(values, degree, trace):
    out = np.empty(len(values), dtype=object)
    out[:] = [Entry(Number(float(v), trace, degree, fixed=False)) for v in values]
    return out


@pytest.mark.parametrize("name", EXPRESSIONS)
@given(p=st.integers(-2, 2), q=st.integers(-2, 2))
def test_results_scale_as_their_degree_says_or_an_equation_says_that_they_do_not(name, p, q):
    trace, rule = Trace(), EXPRESSIONS[name]
    a = trace.degrees.unknown("a")
    x, y = (entries(v, int(trace.degrees.times(a, k)), trace) for v, k in ((X, p), (Y, q)))
    found = rule(DEGREED, x, y)
    here, there = rule(np, X, Y), rule(np, X * 4.0**p, Y * 4.0**q)
    np.testing.assert_allclose([float(e) for e in found], here, rtol=1e-15)
    powers = [float(trace.degrees.form(e.number.degree).get(trace.degrees.index(a), 0)) for e in found]
    follows = np.allclose(np.array(here) * 4.0 ** np.array(powers), there, rtol=1e-12)
    constants = set(trace.constants)
    broken = [e for e in trace.equations.found if trace.degrees.index(a) in e.terms and not constants & set(e.terms)]
    if name == "eps":
        assert trace.constants  # an unknown of its own, by which eps would have to scale
    elif not broken:
        assert follows


def test_their_namespace_is_their_own():
    x = entries(X, 0, Trace())
    assert namespace(x) is namespace(x[0]) is DEGREED
    assert namespace(np.array([1.0, 2.0], dtype=object)) is np


def test_constants_of_the_code_carry_no_degree():
    assert DEGREED.element(0.5) == 0.5
    assert DEGREED.sqrt(np.array([4.0], dtype=object))[0] == math.sqrt(4.0)


def numpy_of_this_module():
    return np


def test_a_module_uses_the_stand_ins_inside_the_block_unless_it_is_ours():
    itself, here, ours = np, sys.modules[__name__], sys.modules["psitheory.scaletypes.pairs.entries"]
    trace = Trace()
    with stand_ins(numpy_of_this_module, trace):
        assert numpy_of_this_module() is not itself
        assert isinstance(numpy_of_this_module(), Numpy)
    assert here.np is itself
    for code in (Entry, SimpleNamespace(), SimpleNamespace(__module__="no such module")):
        with stand_ins(code, trace):
            assert here.np is ours.np is itself


def test_draws_are_those_of_the_generator_and_no_constants():
    trace = Trace()
    draws, plain = Draws(np.random.default_rng(0), trace), np.random.default_rng(0)
    several, one, whole = draws.normal(size=(2, 3)), draws.normal(), draws.integers(9, size=4)
    np.testing.assert_array_equal(np.vectorize(float)(several), plain.normal(size=(2, 3)))
    assert float(one) == plain.normal()
    assert all(isinstance(e, Entry) and not e.number.fixed and not e.number.degree for e in [one, *several.ravel()])
    np.testing.assert_array_equal(whole, plain.integers(9, size=4))
    assert draws.bit_generator is draws._rng.bit_generator


@pytest.mark.parametrize(("degree", "fixed", "told"), [(0, True, False), (1, True, True), (0, False, True)])
def test_a_number_that_leaves_its_array_is_told_unless_it_is_a_constant_without_a_degree(degree, fixed, told):
    trace = Trace()
    one = Entry(Number(0.5, trace, degree * trace.degrees.unknown("a"), fixed=fixed))
    assert float(one) == 0.5
    assert bool(trace.equations.missing) == told


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, float, "f4"])
def test_floats_that_are_cast_keep_their_degree(dtype):
    trace = Trace()
    a = trace.degrees.unknown("a")
    x, numpy = casting(entries(X / 3, a, trace)), Numpy(trace)
    for cast in (x.astype(dtype), (2 * x[::-1])[::-1].astype(dtype) / 2, numpy.asarray(x, dtype=dtype)):
        np.testing.assert_array_equal([float(e.number) for e in cast], (X / 3).astype(dtype).astype(float))
        assert all(e.number.degree == a for e in cast)
    assert x.sum().astype(dtype).number.degree == x.max().item().degree == a
    assert not trace.equations.missing


def test_integers_of_entries_ask_for_degree_zero():
    trace = Trace()
    x = casting(entries(X, trace.degrees.unknown("a"), trace))
    np.testing.assert_array_equal(x.astype(int), X.astype(int))
    assert [e.what for e in trace.equations.found] == ["cast to an integer"]


@pytest.mark.parametrize("name", ["empty", "zeros", "ones"])
def test_arrays_that_are_made_take_numbers_with_their_degrees(name):
    trace = Trace()
    a = trace.degrees.unknown("a")
    x, out = entries(X, a, trace), getattr(Numpy(trace), name)(4)
    out[:3] = x
    out[3] = x.sum()
    assert [e.number.degree for e in out] == [a] * 4
    assert not trace.equations.missing
    assert getattr(Numpy(trace), name)(4, dtype=int).dtype.kind == "i"


def test_norms_of_a_layout_can_be_cast():
    trace = Trace()
    a = trace.degrees.unknown("a")
    norms = CastingLayout(Layout(blocks("W", 1, 3))).norms(casting(entries(X, a, trace)))
    assert [e.number.degree for e in norms.astype(np.float32)] == [a]
    assert CastingLayout(Layout(blocks("W", 1, 3))).m == 1


def test_a_product_with_the_hessian_takes_what_moves_with_one_number_times_the_weights():
    trace, model = Trace(), Rayleigh(np.diag([1.0, 2.0, 4.0]))
    a, b = (int(trace.degrees.unknown(name)) for name in "ab")
    w, x = np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, -2.0])
    out = _TypedModel(model, trace).hessian_vector(entries(w, a, trace), entries(x, b, trace))
    np.testing.assert_allclose([float(e) for e in out], model.hessian_vector(w, x), rtol=1e-15)
    assert {e.number.degree for e in out} == {int(trace.degrees.combine(b, a, 1, -2))}
    assert not trace.equations.found
    alone = np.array([0.0, 0.0, 2.0])
    one = _TypedModel(model, trace).hessian_vector(entries(w, a, trace), entries(alone, b, trace))
    np.testing.assert_allclose([float(e) for e in one], model.hessian_vector(w, alone), rtol=1e-15)
    still = _TypedModel(model, trace).hessian_vector(entries(w, a, trace), entries(0 * x, b, trace))
    assert not any(float(e) for e in still)
    mixed = np.array([*entries(x[:2], b, trace), *entries(x[2:], a, trace)], dtype=object)
    _TypedModel(model, trace).hessian_vector(entries(w, a, trace), mixed)
    assert [e.what for e in trace.equations.found] == ["Hessian"]


def test_one_number_of_entries_is_an_entry_and_what_are_none_is_an_ordinary_array():
    trace = Trace()
    x = casting(entries(X, trace.degrees.unknown("a"), trace))
    assert type(np.add.reduce(x)) is Entry
    assert type(x + x) is type(x)
    assert type(np.isfinite(X.view(type(x)))) is np.ndarray
    assert type(x.reshape(1, 3).sum(axis=0)) is type(x)


def test_hyper_parameters_are_scaled_by_their_names_also_inside_of_others():
    made = scaled(Centralised(HeavyBall(0.1, 0.9, decay=0.01)), {"rate": 2.0, "decay": 4.0})
    assert type(made) is Centralised
    assert (made.method.rate, made.method.momentum, made.method.decay) == (0.2, 0.9, 0.04)
    assert scaled(3.0, {"rate": 2.0}) == 3.0


@pytest.mark.parametrize("name", ["float16", "float32", "float64", "longdouble", "half", "single", "double"])
def test_a_type_that_is_called_keeps_the_degree_and_passes_for_itself(name):
    trace, kind = Trace(), getattr(np, name)
    a, stand_in = trace.degrees.unknown("a"), getattr(Numpy(trace), name)
    (x,) = entries([1.2345678901234567], a, trace)
    assert float(stand_in(x).number) == float(kind(1.2345678901234567))
    assert stand_in(x).number.degree == a
    assert [e.number.degree for e in stand_in(entries(X, a, trace))] == [a] * 3
    assert stand_in(3) == kind(3)
    assert np.zeros(2, stand_in).dtype == np.dtype(stand_in) == np.dtype(kind)
    assert isinstance(kind(3), stand_in)
    assert issubclass(kind, stand_in)
    assert stand_in == kind
    assert not trace.equations.missing


@pytest.mark.parametrize("rounded", ["rint", "floor", "round"])
def test_numbers_that_are_rounded_must_have_degree_zero(rounded):
    trace = Trace()
    x = entries([1.26, -0.74], trace.degrees.unknown("a"), trace).view(Entries)
    out = x.round(1) if rounded == "round" else getattr(Numpy(trace), rounded)(x)
    expected = np.round([1.26, -0.74], 1) if rounded == "round" else getattr(np, rounded)([1.26, -0.74])
    np.testing.assert_array_equal(floats(out), expected)
    assert all(e.number.degree == 0 for e in out)
    assert {e.kind for e in trace.equations.found} == {Kind.HARD}


@pytest.mark.parametrize("larger", [True, False])
def test_a_limit_that_is_taken_has_the_degree_that_it_was_compared_with(larger):
    trace = Trace()
    (x,) = entries([1.26], trace.degrees.unknown("a"), trace)
    limit = 2.5 if larger else 0.5
    out = getattr(Numpy(trace), "maximum" if larger else "minimum")(x.number, limit)
    assert float(out.number) == limit
    (equation,) = trace.equations.found
    assert equation.kind is Kind.WINDOW
    assert trace.degrees.index(out.number.degree) in equation.terms


@pytest.mark.parametrize("name", ["tanh", "exp", "log1p", "sqrt", "arctan", "cos"])
def test_functions_take_plain_numbers_among_entries(name):
    trace = Trace()
    mixed = np.array([*entries([1.25], 0, trace), 1, 2.5], dtype=object)
    out = getattr(Numpy(trace), name)(mixed)
    np.testing.assert_allclose([float(getattr(x, "number", x)) for x in out], getattr(np, name)([1.25, 1.0, 2.5]))
    assert isinstance(out[0], Entry)
    assert getattr(Numpy(trace), name)(0.5) == getattr(np, name)(0.5)


def math_of_this_module():
    return math


@pytest.mark.parametrize("name", ["sqrt", "fabs", "pow", "isfinite", "cos"])
@given(p=st.integers(-2, 2))
def test_functions_of_math_keep_the_degree_of_an_entry_among_floats(name, p):
    trace = Trace()
    a = trace.degrees.unknown("a")
    (x,) = entries([0.7], int(trace.degrees.times(a, p)), trace)
    with stand_ins(math_of_this_module, trace):
        found = getattr(math, name)(*([x, 3.0] if name == "pow" else [x]))
    power = {"sqrt": 0.5, "fabs": 1, "pow": 3}.get(name, 0) * p
    if name in ("sqrt", "fabs", "pow"):
        found = (found * np.array([1.0, 2.0]))[1]  # an array of floats takes no number of another kind with its degree
        assert trace.degrees.form(found.number.degree) == ({trace.degrees.index(a): power} if power else {})
    assert trace.equations.missing == {}
    assert bool(trace.equations.found) == (name == "cos" and p != 0)


@pytest.mark.parametrize("power", [0.25, 0.5, 1.0])
def test_a_rate_that_goes_through_math_is_typed(power):
    def noisy(w, g, rng, rate=1e-3):
        return w - rate * g + math.pow(rate, power) * 1e-2 * rng.standard_normal(w.shape)

    report = check_optimizer(noisy, only="the_rate_has_a_scaling_exponent", steps=10)
    assert "not derived" not in report.sentence
    assert report.properties["exponent"] == (2 if power == 0.5 else None)
