"""Primitives of JAX in typed runs: each has its right degree, equations that are true, and none too many."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from psitheory.interop.jax import _enable_x64
from psitheory.scaletypes.equations import Kind, Place
from psitheory.scaletypes.jax.interpreter import SKIP, Interpreter, JaxTrace
from psitheory.scaletypes.jax.operations import Item
from tests.scaletypes.homogeneity import Arrays, Case, Outputs, case, confirm

RNG = np.random.default_rng(0)
X, Y, Z = (RNG.normal(size=(3, 4)) * 1.5 + 0.1 for _ in range(3))
P = np.abs(X)
S = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
HOLES = X * (RNG.random(size=(3, 4)) > 0.3)
EMPTY = int((HOLES == 0).sum())
SMALL = 0.9 * X / np.abs(X).max()
M = RNG.normal(size=(4, 2))
MASK = np.array([[True, False, True, True]] * 3)
ROWS = np.array([2, 0, 2])
BESIDE, TURNS = Kind.CONSTANT, Kind.WINDOW
PURE = (
    "exp", "exp2", "expm1", "log1p", "tanh", "logistic", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh",
    "asinh", "atanh", "erf", "erfc", "erf_inv",
)  # fmt: skip

CASES: dict[str, Case] = {
    # entry by entry
    "neg": case(lambda x: -x, X, 12, 1),
    "abs": case(jnp.abs, X, 12, 1),
    "sign": case(jnp.sign, X, 12, 0),
    "is_finite": case(jnp.isfinite, X, 12, 0),
    "copy": case(jnp.copy, X, 12, 1),
    "stop_gradient": case(lax.stop_gradient, X, 12, 1),
    "half precision": case(lambda x: x.astype(jnp.float32).astype(x.dtype) * 2, np.round(X * 8) / 8, 12, 1),
    "cast": case(lambda x: (8 * x).astype(jnp.int32), X, 0, None),
    "add": case(lambda x, y: x + y, (X, Y), 12, 1),
    "sub": case(lambda x, y: 3 * x - y, (X, Y), 12, 1),
    "zeros fit": case(lambda x, y: x + y, (HOLES, Y), 12 + EMPTY, 1),
    "rows": case(lambda x, y: x + y, (X, Y[0]), 4, 1),
    "swallowed": case(lambda x, y: x + 1e-30 * y, (X, Y), 12, 1, TURNS),
    "eps": case(lambda x: jnp.abs(x) + 1e-3, X, 0, None, BESIDE),
    "eps before": case(lambda x: 1e-3 + jnp.abs(x), X, 0, None, BESIDE),
    "eps of ones": case(lambda x: jnp.ones_like(x) * 1e-3 + jnp.abs(x), X, 0, None, BESIDE),
    "drift": case(lambda x: x - 0.5, X, 0, None),
    "mul": case(lambda x, y: x * y, (X, Y), 24, 2),
    "div": case(lambda x, y: x / y**2, (X, Y), 24, -1),
    "cube": case(lambda x: x**3, X, 12, 3),
    "third power": case(lambda x: x ** (1 / 3), P, 12, 1 / 3),
    "no simple power": case(lambda x: x**0.7390851332151607, P, 0, None, strict=True),
    "powers that differ": case(lambda x: x ** np.array([1.0, 2.0, 3.0, 4.0]), P, 0, None, strict=True),
    "exponent": case(lambda x: 3.0**x, X, 0, None),
    "exponent that scales": case(lambda x, y: x**y, (P, Y), 0, None),
    "reciprocal": case(jnp.reciprocal, X, 12, -1),
    "sqrt": case(jnp.sqrt, P, 12, 0.5),
    "rsqrt": case(lax.rsqrt, P, 12, -0.5),
    "square": case(lax.square, X, 12, 2),
    "cbrt": case(jnp.cbrt, X, 12, 1 / 3),
    "reduce_precision": case(lambda x: lax.reduce_precision(x, 11, 30), X, 12, 1),
    # no degree
    **{name: case(getattr(lax, name), SMALL, 0, None) for name in PURE},
    "log": case(jnp.log, P, 0, None),
    "acosh": case(jnp.arccosh, 1 + P, 0, None),
    "lgamma": case(lax.lgamma, P, 0, None),
    "digamma": case(lax.digamma, P, 0, None),
    **{name: case(getattr(lax, name), 5 * X, 0, None) for name in ("floor", "ceil", "round")},
    "atan2": case(jnp.arctan2, (X, Y), 12, 0),
    "rem": case(lambda x: lax.rem(x, 0.3), X, 0, None),
    "exp of zeros": case(jnp.exp, HOLES, 0, None),
    "tanh of zeros": case(jnp.tanh, HOLES, EMPTY, None),
    "exp of a ratio": case(lambda x, y: jnp.exp(x / y), (X, Y), 12, 0),
    "softmax": case(lambda x: jax.nn.softmax(x, 1), X, 0, None),
    "cumlogsumexp": case(lambda x: lax.cumlogsumexp(x, 1), X, 0, None),
    "cumprod": case(lambda x: lax.cumprod(x, 1), X, 0, None, strict=True),
    # comparisons
    "gt": case(lambda x, y: x > y, (X, Y), 12, 0, TURNS),
    "le": case(lambda x, y: x <= y, (X, Y), 12, 0, TURNS),
    "with zero": case(lambda x: x >= 0, X, 12, 0),
    "with a number": case(lambda x: x < 0.5, X, 0, None, TURNS),
    "eq": case(lambda x, y: x == y, (X, Y), 24, 0),
    "max": case(jnp.maximum, (X, Y), 12, 1, TURNS),
    "min": case(jnp.minimum, (X, Y), 12, 1, TURNS),
    "floor at a number": case(lambda x: jnp.maximum(x, 0.5), X, 0, None, TURNS),
    "floor at zero": case(lambda x: jnp.maximum(x, 0.0), X, 12, 1),
    "clamp": case(lambda x: lax.clamp(-0.5, x, 0.5), X, 0, None, TURNS),
    "clamp by others": case(lambda x, y: lax.clamp(-jnp.abs(y), x, jnp.abs(y)), (X, Y), 12, 1, TURNS),
    "where": case(lambda x, y: jnp.where(MASK, x, y), (X, Y), 24, 1),
    "where it is larger": case(lambda x, y: jnp.where(x > y, x, y), (X, Y), 12, 1, TURNS),
    "one of three": case(lambda x, y: lax.select_n(ROWS[:, None] + 0 * MASK, x, y, x * y), (X, Y), 24, {1, 2}),
    "argmax": case(lambda x: jnp.argmax(x, 1), X, 3, 0),
    "argmin of all": case(jnp.argmin, X, 1, 0),
    # along axes
    "sum": case(jnp.sum, X, 1, 1),
    "sum of rows": case(lambda x: jnp.sum(x, 1), X, 3, 1),
    "sum of two axes": case(lambda x: x.reshape(3, 2, 2).sum((0, 2)), X, 2, 1),
    "sum with zeros": case(lambda x: jnp.sum(x, 1), HOLES, 3 + EMPTY, 1),
    "sum of products": case(lambda x, y: jnp.sum(x * y, 1), (X, Y), 24 - 9, 2),
    "mean": case(lambda x: jnp.mean(x, 0), X, 4, 1),
    "largest": case(lambda x: jnp.max(x, 1), X, 3, 1),
    "smallest": case(jnp.min, X, 1, 1),
    "prod": case(lambda x: jnp.prod(x, 1), X, 3, 4, strict=True),
    "norm": case(lambda x: jnp.linalg.norm(x, axis=0), X, 4, 1),
    "cumsum": case(lambda x: jnp.cumsum(x, 1), X, 3, 1),
    "cumsum from the end": case(lambda x: lax.cumsum(x, 0, reverse=True), X, 4, 1),
    "cummax": case(lambda x: lax.cummax(x, 0), X, 4, 1),
    "sort": case(lambda x: jnp.sort(x, 0), X, 4, 1),
    "sort with others": case(lambda x, y: lax.sort((x, y * y), dimension=1), (X, Y), 6, (1, 2)),
    "argsort": case(lambda x: jnp.argsort(x, axis=0), X, 4, 0),
    "top_k": case(lambda x: lax.top_k(x, 2), X, 3, (1, 0)),
    # matrices
    "dot": case(lambda x: x @ M, X, 3, 1),
    "dot of two": case(lambda x, y: x @ y.T, (X, Y[:2]), 3 + 2 + 3, 2),
    "dot with holes": case(lambda x: x @ M, HOLES, 3 + EMPTY, 1),
    "vectors": case(jnp.dot, (X[0], Y[0]), 5, 2),
    "stacks": case(jnp.matmul, (np.stack([X, Z]), RNG.normal(size=(2, 4, 2))), 2 * (3 + 2 + 3), 2),
    "einsum": case(lambda x, y: jnp.einsum("ki,kj->ij", x, y), (X, Y[:, :2]), 4 + 2 + 2, 2),
    "einsum that keeps an axis": case(
        lambda x, y: jnp.einsum("kij,jk->ki", x, y), (X.reshape(3, 2, 2), Y[:2, :3]), 12, 2
    ),
    "singular values": case(lambda x: jnp.linalg.svd(x, compute_uv=False), X, 1, 1),
    "eigenvalues": case(lambda x: lax.linalg.eigh(x, symmetrize_input=False)[1], S + S.T, 1, 1),
    "qr": case(lambda x: tuple(jnp.linalg.qr(x)), X, 4, (0, 1)),
    "cholesky": case(lambda x: lax.linalg.cholesky(x @ x.T, symmetrize_input=False), X, 3, 1),
    "triangular_solve": case(
        lambda s, x: lax.linalg.triangular_solve(s, x, left_side=True, lower=True), (S, X), 12, 0
    ),
    "triangular_solve from the right, turned": case(
        lambda s, x: lax.linalg.triangular_solve(s, x.T, lower=False, transpose_a=True), (S, X), 12, 0
    ),
    "solve": case(jnp.linalg.solve, (S, X), 9, 0),
    "solve by cholesky": case(lambda x, y: jax.scipy.linalg.solve(x @ x.T, y, assume_a="pos"), (X, Y), 7, -1),
    "inverse": case(jnp.linalg.inv, S, 5, -1),
    "loops of rows that end one by one": case(
        jax.vmap(lambda r: lax.while_loop(lambda v: v @ v > (r @ r) / 9 + r[0] ** 2 / 2, lambda v: v / 2, r)), X, 3, 1
    ),
    "conjugate gradients": case(
        lambda s, x: jax.scipy.sparse.linalg.cg(lambda v: s @ (s.T @ v), x[:, 0], maxiter=2, tol=0)[0], (S, X), 11, -1,
        strict=True,
    ),
    # rearrangements
    "transpose": case(lambda x: jnp.transpose(x.reshape(3, 2, 2), (2, 0, 1)), X, 12, 1),
    "broadcast": case(lambda x, y: jnp.broadcast_to(x[:, None, :], (3, 2, 4)) * y[:, :2, None], (X, Y), 24, 2),
    "slice": case(lambda x: x[::2, 1:], X, 12, 1),
    "squeeze": case(lambda x: jnp.squeeze(x[:1]), X, 12, 1),
    "expand_dims": case(lambda x: lax.expand_dims(x, (1,)), X, 12, 1),
    "rev": case(lambda x: jnp.flip(x, 0), X, 12, 1),
    "split": case(lambda x: tuple(jnp.split(x, [1, 3], 1)), X, 12, (1, 1, 1)),
    "gather": case(lambda x: x[ROWS], X, 12, 1),
    "dynamic_slice": case(lambda x: lax.dynamic_slice(x, (1, 1), (2, 2)), X, 12, 1),
    "dynamic_update_slice": case(lambda x, y: lax.dynamic_update_slice(x, (y * y)[:2, :2], (1, 1)), (X, Y), 24, {1, 2}),
    "concatenate": case(lambda x, y: jnp.concatenate([x, y * y], 1), (X, Y), 24, {1, 2}),
    "stack": case(lambda x, y: jnp.stack([x, y * y]), (X, Y), 24, {1, 2}),
    "pad": case(lambda x: jnp.pad(x, ((1, 0), (0, 2))), X, 12, 1),
    "tile": case(lambda x: jnp.tile(x, (2, 1)), X, 12, 1),
    "set": case(lambda x, y: x.at[1].set(y[0] ** 2), (X, Y), 24, {1, 2}),
    "add at": case(lambda x, y: x.at[ROWS].add(y), (X, Y), 1, 1),
    "add at, from zeros": case(lambda y: jnp.zeros((3, 4)).at[ROWS].add(y), Y, 1, 1),
    # loops and branches
    "scan": case(lambda x: lax.scan(lambda c, r: (c + r, c * r), 0 * x[0], x), X, 4, (1, 2)),
    "scan from the end": case(lambda x: lax.scan(lambda c, r: (r, c * r), x[0], x, reverse=True), X, 12, (1, 2)),
    "while": case(lambda x: lax.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, c[1] * x), (0, x))[1], X, 12, 4),
    "cond": case(lambda x: lax.cond(x[0, 0] > 0, lambda a: a * a, lambda a: a, x), X, 12, 2),
    "cond otherwise": case(lambda x: lax.cond(x[0, 0] < 0, lambda a: a * a, lambda a: a, x), X, 12, 1),
    "switch": case(lambda x: lax.switch(2, [lambda a: a, lambda a: a * a, lambda a: 1 / a], x), X, 12, -1),
    "jit": case(jax.jit(lambda x: jnp.sqrt(jnp.abs(x))), X, 12, 0.5),
    "checkpoint": case(jax.checkpoint(lambda x: x * x), X, 12, 2),
    "relu": case(jax.nn.relu, X, 12, 1),
    # no rule, and yet
    "nothing with a scale": case(lambda x: x * lax.population_count(jnp.arange(4)), X, 12, 1),
}  # fmt: skip


def leaves(out):
    return list(out) if isinstance(out, (tuple, list)) else [out]


def typed(trace: JaxTrace, f, arrays: Arrays, ids: Arrays) -> Outputs:
    interpreter = Interpreter(trace)
    with _enable_x64(True), np.errstate(all="ignore"):
        closed = jax.make_jaxpr(lambda *x: leaves(f(*x)))(*arrays)
        inputs = [Item(np.array(x), d) for x, d in zip(arrays, ids, strict=True)]
        outs = interpreter.of(closed, inputs, Place(__file__, 1))
    return [(np.asarray(o.x), np.array(np.broadcast_to(o.d, np.shape(o.x)))) for o in outs]


def plain(f, arrays: Arrays) -> list[np.ndarray]:
    with _enable_x64(True):
        return [np.asarray(x) for x in leaves(f(*map(jnp.asarray, arrays)))]


@pytest.mark.parametrize("name", CASES)
def test_what_types_say_of_a_primitive_is_true_and_all_there_is(name: str) -> None:
    confirm(CASES[name], lambda: JaxTrace(skip=SKIP), typed, plain)


def convolved(x, y):
    return lax.conv_general_dilated(x[None, None], y[None, None], (1, 1), "SAME")


def test_what_follows_no_rule_is_not_derived() -> None:
    trace = JaxTrace(skip=SKIP)
    typed(trace, jax.scipy.special.i0e, (X,), [np.full(X.shape, trace.degrees.unknown("a"))])
    (sentence,) = trace.equations.not_derived_in_words()
    assert sentence.startswith("not derived: bessel_i0e at interop/test_degrees_of_jax_operations.py:")


def test_one_degree_of_each_input_is_asked_for_where_no_more_can_be_read_off() -> None:
    trace = JaxTrace(skip=SKIP)
    ids = [trace.degrees.unknowns([""] * x.size).reshape(x.shape) for x in (X, Y)]
    ((_, out),) = typed(trace, convolved, (X, Y), ids)
    assert set(out.ravel()) == {int(trace.degrees.combine(ids[0][0, 0], ids[1][0, 0]))}
    assert {e.what for e in trace.equations.found} == {"conv_general_dilated as a whole"}
    assert len(trace.equations.found) == X.size + Y.size - 2
    assert not trace.equations.missing


def test_what_follows_no_rule_is_read_off_where_each_input_has_one_degree() -> None:
    trace = JaxTrace(skip=SKIP)
    a, b = trace.degrees.unknowns("ab")
    ((_, ids),) = typed(trace, convolved, (X, Y), [np.full(X.shape, a), np.full(Y.shape, b)])
    assert set(ids.ravel()) == {int(trace.degrees.combine(a, b))}
    assert not trace.equations.found
    assert not trace.equations.missing


# -- constants that scale along ---------------------------------------------------------------------

ALONG = {
    "added": lambda x: jnp.abs(x) + 0.375,
    "added before": lambda x: 0.375 + jnp.abs(x),
    "subtracted from": lambda x: 0.375 - jnp.abs(x),
    "an array": lambda x: jnp.abs(x) + jnp.full((3, 4), 0.375),
    "compared": lambda x: jnp.where(x > 0.375, x, 2 * x),
    "compared, the other way": lambda x: jnp.where(jnp.greater_equal(0.375, x), x, 2 * x),
}
LIMITED = {
    "clamp": lambda x: lax.clamp(-0.375, x, 0.625),
    "maximum": lambda x: jnp.maximum(x, 0.375),
    "minimum": lambda x: jnp.minimum(0.375, x),
}


def at(f, scale: float, along=frozenset()):
    """Return what a function gives at a scale, what of it scales, and the lines where it asks for something."""
    trace = JaxTrace(skip=SKIP, along=along)
    a = trace.degrees.unknown("a")
    trace.scaled = {trace.degrees.index(a): float(np.log2(scale))}
    ((out, ids),) = typed(trace, f, (X * scale,), [np.full(X.shape, a)])
    return out, ids == a, frozenset((e.place, e.kind) for e in trace.equations.found)


@pytest.mark.parametrize("scale", [8.0, 2.0**-30])
@pytest.mark.parametrize("name", [*ALONG, *LIMITED])
def test_a_constant_scales_along_and_a_limit_is_met_where_it_was(name: str, scale: float) -> None:
    f = (ALONG | LIMITED)[name]
    here, scales, lines = at(f, 1.0)
    there, still, _ = at(f, scale, lines)
    np.testing.assert_array_equal(still, scales)
    np.testing.assert_array_equal(there, here * np.where(scales, scale, 1.0))
    assert scales.all() == (name in ALONG)
    assert not np.array_equal(at(f, scale)[0], there)
