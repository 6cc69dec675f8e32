"""Each rule of the types of models in a small function: as many symmetries as there are, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from psitheory.interop.jax import _enable_x64
from psitheory.scaletypes.models import jax as of_jax
from psitheory.scaletypes.models import numpy as of_numpy
from psitheory.scaletypes.models.types import ModelTypes
from tests.scaletypes.small_networks import confirm, confirm_levels, dimension, drawn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(30, 4))
MASK = np.array([[True, False, True], [False, False, True], [True, True, False], [True, False, False]])
ROWS = np.array([2, 0, 2, 3])
SHAPES: dict[str, tuple[int, ...]] = {
    "a": (4, 3), "b": (4, 3), "c": (4, 3), "v": (3, 2), "r": (3,), "k": (4,), "s": (), "q": (2, 3, 4), "p": (2, 4, 2),
    "u": (4, 4), "t": (5, 3),
}  # fmt: skip
Function = Callable[..., Any]


def normed(xp, h, eps, axis=0):
    return (h - h.mean(axis)) / xp.sqrt(h.var(axis) + eps)


def relu(xp, h):
    return xp.maximum(h, 0.0)


def both(xp, a, v, w):
    """Use a parameter as a whole after its entries were read one by one."""
    return (a**2).sum() * w + relu(xp, X @ a) @ v


FUNCTIONS: dict[str, tuple[str, Function]] = {
    "sum": ("abc", lambda xp, a, b, c: (a + b) / c),
    "difference": ("abc", lambda xp, a, b, c: (a - 2 * b) / c),
    "product": ("ab", lambda xp, a, b: a * b),
    "quotient": ("ab", lambda xp, a, b: a / b),
    "of rows": ("arc", lambda xp, a, r, c: (a + r) / c),
    "of columns": ("akc", lambda xp, a, k, c: (a * k[:, None] + c) / c),
    "absolute": ("ab", lambda xp, a, b: -xp.abs(a) / b),
    "cube": ("ab", lambda xp, a, b: a**3 / b),
    "square": ("ab", lambda xp, a, b: xp.square(a) / b),
    "root": ("ab", lambda xp, a, b: xp.sqrt(xp.abs(a)) / b),
    "third power": ("ab", lambda xp, a, b: xp.abs(a) ** (1 / 3) / b),
    "reciprocal": ("ab", lambda xp, a, b: xp.reciprocal(a) * b**2),
    "constant over it": ("ab", lambda xp, a, b: 3.0 / a * b),
    "power that is a parameter": ("as", lambda xp, a, s: xp.abs(a / a[0]) ** s),
    "exponent": ("abs", lambda xp, a, b, s: 2.0 ** (a / b) * s),
    "constant beside it": ("as", lambda xp, a, s: (a + 0.5) * s),
    "small constant beside it": ("abs", lambda xp, a, b, s, eps=1e-3: (xp.abs(a / b[0]) + eps) * s),
    "small constant before it": ("abs", lambda xp, a, b, s, eps=1e-3: (eps + xp.abs(a / b[0])) * s),
    "small constant taken away": ("as", lambda xp, a, s, eps=1e-3: (xp.abs(a) - eps) * s),
    "larger": ("abc", lambda xp, a, b, c: xp.maximum(a, b) / c),
    "smaller": ("abc", lambda xp, a, b, c: xp.minimum(a, 2 * b) / c),
    "larger than a constant": ("as", lambda xp, a, s: xp.maximum(a, -0.9) * s),
    "smaller than a tiny one": ("as", lambda xp, a, s: xp.minimum(a / 1e3, 1e-3) * s),
    "below a constant": ("av", lambda xp, a, v: xp.minimum(X @ a, 0.0) @ v),
    "a floor": ("as", lambda xp, a, s: a / xp.maximum((a**2).sum(), 1e-3) * s),
    "clip at zero": ("av", lambda xp, a, v: xp.clip(X @ a, 0.0, None) @ v),
    "clip": ("av", lambda xp, a, v: xp.clip(X @ a, -0.5, 0.9) @ v),
    "ReLU": ("av", lambda xp, a, v: relu(xp, X @ a) @ v),
    "leaky ReLU": ("av", lambda xp, a, v: xp.where(X @ a > 0, X @ a, 0.1 * (X @ a)) @ v),
    "where": ("abc", lambda xp, a, b, c: xp.where(MASK, a, b) / c),
    "where with zeros": ("abv", lambda xp, a, b, v: xp.where(MASK, a * b, 0.0) @ v),
    "where it is larger": ("abc", lambda xp, a, b, c: xp.where(a > b, a, b) / c),
    "angle": ("abs", lambda xp, a, b, s: xp.arctan2(a, b) * s),
    "sum along": ("ar", lambda xp, a, r: xp.sum(a, axis=0) / r),
    "sum that keeps its axis": ("ab", lambda xp, a, b: a / b.sum(1, keepdims=True)),
    "product along": ("ar", lambda xp, a, r: xp.prod(a, axis=0) / r),
    "mean": ("ar", lambda xp, a, r: xp.mean(a, axis=0) / r),
    "largest": ("as", lambda xp, a, s: (X @ a).max(axis=0) / s),
    "smallest": ("as", lambda xp, a, s: xp.min(X @ a, axis=1) / s),
    "spread": ("ar", lambda xp, a, r: xp.std(X @ a, axis=0) / r),
    "variance": ("ar", lambda xp, a, r: xp.var(X @ a, axis=0) / r),
    "norm": ("a", lambda xp, a: a / xp.linalg.norm(a)),
    "norm of columns": ("ar", lambda xp, a, r: a / xp.linalg.norm(a, axis=0) * r),
    "norm by sums": ("ak", lambda xp, a, k: a / xp.linalg.norm(a, 1, axis=1, keepdims=True) * k[:, None]),
    "largest of rows": ("a", lambda xp, a: a / xp.abs(a).max(axis=1)[:, None]),
    "matrices": ("av", lambda xp, a, v: X @ a @ v),
    "of two parameters": ("uav", lambda xp, u, a, v: relu(xp, u @ a) @ v),
    "transposed": ("ua", lambda xp, u, a: relu(xp, X @ u.T) @ a),
    "from the left": ("at", lambda xp, a, t: t @ relu(xp, a.T @ X.T)),
    "vectors": ("kar", lambda xp, k, a, r: (k @ a) @ r),
    "matrix and vector": ("ar", lambda xp, a, r: relu(xp, a @ r)),
    "outer": ("kra", lambda xp, k, r, a: xp.outer(k, r) * a),
    "inner": ("ra", lambda xp, r, a: xp.inner(a, r)),
    "dot with a number": ("as", lambda xp, a, s: xp.dot(a, s)),
    "stacks": ("qp", lambda xp, q, p: relu(xp, q @ p)),
    "stack and matrix": ("qa", lambda xp, q, a: relu(xp, q @ a)),
    "tensordot": ("qa", lambda xp, q, a: xp.tensordot(q, a, 1)),
    "tensordot of axes": ("qa", lambda xp, q, a: xp.tensordot(q, a, ([2, 1], [0, 1]))),
    "einsum": ("ab", lambda xp, a, b: relu(xp, xp.einsum("ij,kj->ki", a, b))),
    "einsum that keeps an axis": ("qp", lambda xp, q, p: relu(xp, xp.einsum("bij,bjk->kbi", q, p))),
    "einsum of an image": ("qa", lambda xp, q, a: relu(xp, xp.einsum("bij,jk->ikb", q, a))),
    "einsum without a sum": ("ab", lambda xp, a, b: xp.einsum("ij,ij->ji", a, b)),
    "batch norm": ("av", lambda xp, a, v, eps=1e-3: relu(xp, normed(xp, X @ a, eps)) @ v),
    "layer norm": ("arv", lambda xp, a, r, v, eps=1e-3: (normed(xp, (X @ a).T, eps).T * r) @ v),
    "softmax": ("ua", lambda xp, u, a: (z := xp.exp(X @ u @ X.T)) / z.sum(1, keepdims=True) @ X @ a),
    "tanh of a norm": ("av", lambda xp, a, v: xp.tanh(X @ a / xp.linalg.norm(a)) @ v),
    "skip": ("ua", lambda xp, u, a: (X + relu(xp, X @ u)) @ a),
    "skip of both": ("ab", lambda xp, a, b: relu(xp, X @ a) + relu(xp, X @ b)),
    "shared twice": ("ua", lambda xp, u, a: relu(xp, relu(xp, X @ u) @ u) @ a),
    "shared with its transpose": ("a", lambda xp, a: relu(xp, X @ a) @ a.T),
    "packed": ("uv", lambda xp, u, v: (X @ u[:, :2] * (X @ u[:, 2:])) @ v[:2]),
    "packed, and as a whole": ("uv", lambda xp, u, v: (X @ u[:, :2] * (X @ u[:, 2:])) @ v[:2] + (u**2).sum()),
    "entries, then the whole": ("avs", lambda xp, a, v, s: both(xp, a, v, s)),
    "rows, then the whole": ("av", lambda xp, a, v: (a[1] * a[2]).sum() * (relu(xp, X @ a) @ v)),
    "the whole, then a row": ("av", lambda xp, a, v: (relu(xp, X @ a) @ v) * a[1, 0]),
    "entries over its own": ("av", lambda xp, a, v: relu(xp, X @ (a / a[0])) @ v),
    "unused": ("uv", lambda xp, u, v: relu(xp, X @ u[:, :2]) @ v[:2]),
    "unused rows": ("av", lambda xp, a, v: relu(xp, X[:, 1:] @ a[1:]) @ v),
    "one unused entry": ("ua", lambda xp, u, a: relu(xp, X @ xp.where(np.eye(4) > 0, 0.0, u)) @ a),
    "transpose": ("qp", lambda xp, q, p: relu(xp, xp.transpose(q, (0, 2, 1)) @ q) * p[:, :, :1]),
    "reshape": ("qa", lambda xp, q, a: relu(xp, xp.reshape(q, (6, 4)) @ a)),
    "reshape across": ("aq", lambda xp, a, q: xp.reshape(a, (3, 4)) * q[0]),
    "slices": ("aq", lambda xp, a, q: a[::2, 1:] / q[0, :2, :2]),
    "backwards": ("ab", lambda xp, a, b: xp.flip(a, 0) / b),
    "rolled": ("ab", lambda xp, a, b: xp.roll(a, 1, axis=1) / b),
    "repeated": ("av", lambda xp, a, v: xp.repeat(a, 2, axis=0) @ v),
    "taken": ("ab", lambda xp, a, b: a[ROWS] / b),
    "concatenated": ("abv", lambda xp, a, b, v: relu(xp, xp.concatenate([X @ a, X @ b], 0)) @ v),
    "concatenated to one": ("uab", lambda xp, u, a, b: relu(xp, X @ u) @ xp.concatenate([a, b * b], 1)),
    "stacked": ("abr", lambda xp, a, b, r: xp.stack([a, b * b]) / r),
    "broadcast": ("ra", lambda xp, r, a: xp.broadcast_to(r, (4, 3)) + a / a[0]),
    "expanded": ("ka", lambda xp, k, a: xp.expand_dims(k, 1) / a),
    "moved axes": ("qp", lambda xp, q, p: xp.swapaxes(q, 1, 2)[..., :2] / p),
    "diagonal": ("uk", lambda xp, u, k: xp.diagonal(u) / k),
}  # fmt: skip
FUNCTIONS |= {"sign": ("abs", lambda xp, a, b, s: xp.sign(a) * b * s)}
FUNCTIONS |= {
    name: ("ab", lambda xp, a, b, name=name: getattr(xp, name)(a / b))
    for name in ["exp", "exp2", "expm1", "tanh", "sin", "cos", "tan", "sinh", "cosh", "arctan"]
}
FUNCTIONS |= {
    name: ("ab", lambda xp, a, b, name=name: getattr(xp, name)(xp.abs(a / b)))
    for name in ["log", "log2", "log10", "log1p"]
}

STRICT: dict[str, tuple[str, Function, int]] = {
    # what types cannot know: the number of symmetries that they find, fewer than there are
    "no simple power": ("ab", lambda xp, a, b: xp.abs(a) ** 0.7390851332151607 / b, 0),
    "a choice": ("ab", lambda xp, a, b: xp.where(a > 1.1, a, 2 * a) / b, 0),
    "floor": ("ab", lambda xp, a, b: xp.floor(4 * a / b), 12),
}  # fmt: skip


def conv(x, k, groups=1):
    return lax.conv_general_dilated(
        x, k, (1, 1), "SAME", dimension_numbers=("NCHW", "OIHW", "NCHW"), feature_group_count=groups
    )


def conv_last(x, k):
    return lax.conv_general_dilated(x, k, (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))


def windows(x, f, start, sizes):
    return lax.reduce_window(x, start, f, sizes, (1, 1, 1, 1), "SAME")


def twice(f, x):
    return lax.while_loop(lambda c: c[0] < 2, lambda c: (c[0] + 1, f(c[1])), (0, x))[1]


IMAGES = RNG.normal(size=(6, 4, 3, 3))
LAST = IMAGES.transpose(0, 2, 3, 1)[..., 1:]
SHAPES |= {
    "w": (6, 4, 2, 2),
    "g": (6, 2, 1, 1),
    "h": (4, 1, 2, 2),
    "o": (2, 6, 1, 1),
    "l": (2, 2, 3, 5),
    "m": (1, 1, 5, 2),
}

OF_JAX: dict[str, tuple[str, Function]] = {
    "convolution": ("wo", lambda xp, w, o: conv(jax.nn.relu(conv(IMAGES, w)), o)),
    "in groups": ("go", lambda xp, g, o: conv(jax.nn.relu(conv(IMAGES, g, 2)), o)),
    "in groups of what scales": ("hgo", lambda xp, h, g, o: conv(jax.nn.relu(conv(conv(IMAGES, h, 4), g, 2)), o)),
    "channels last": ("lm", lambda xp, l, m: conv_last(jax.nn.relu(conv_last(LAST, l)), m)),
    "pooled": ("wo", lambda xp, w, o: conv(windows(conv(IMAGES, w), lax.add, 0.0, (1, 1, 2, 2)), o)),
    "pooled channels": ("wo", lambda xp, w, o: conv(windows(conv(IMAGES, w), lax.max, -jnp.inf, (1, 2, 1, 1)), o)),
    "padded": ("av", lambda xp, a, v: jax.nn.relu(jnp.pad(X @ a, ((1, 0), (0, 0)))) @ v),
    "padded with ones": ("av", lambda xp, a, v: jax.nn.relu(jnp.pad(X @ a, ((1, 0), (0, 0)), constant_values=1.0)) @ v),
    "scan": ("ua", lambda xp, u, a: lax.scan(lambda c, x: (jax.nn.relu(x + c @ u), c @ a), jnp.ones(4), X[:3])[1]),
    "scan over a parameter": ("ta", lambda xp, t, a: lax.scan(lambda c, r: (c + a @ r, a @ r), jnp.zeros(4), t)[1]),
    "scan from the end": ("tr", lambda xp, t, r: lax.scan(lambda c, x: (c * x, c), r, t, reverse=True)[1]),
    "while": ("ua", lambda xp, u, a: twice(lambda h: jax.nn.relu(h @ u), jnp.asarray(X)) @ a),
    "cond": ("as", lambda xp, a, s: lax.cond(X[0, 0] > 0, lambda: a * s, lambda: a / s)),
    "cumulative sum": ("av", lambda xp, a, v: jnp.cumsum(jax.nn.relu(X @ a), 1) @ v),
    "cumulative sum along samples": ("av", lambda xp, a, v: jnp.cumsum(jax.nn.relu(X @ a), 0) @ v),
    "sorted": ("av", lambda xp, a, v: jnp.sort(X @ a, 0) @ v),
    "top": ("as", lambda xp, a, s: lax.top_k(X @ a, 2)[0] / s),
    "clamp": ("abc", lambda xp, a, b, c: lax.clamp(-jnp.abs(b), a, jnp.abs(b)) / c),
    "split": ("uv", lambda xp, u, v: jnp.multiply(*jnp.split(X @ u, 2, 1)) @ v[:2]),
    "split parameter": ("uv", lambda xp, u, v: jnp.multiply(*(X @ w for w in jnp.split(u, [2], 1))) @ v[:2]),
    "set": ("ak", lambda xp, a, k: jnp.zeros((4, 4)).at[:, 1].set(a[:, 0]) * k),
    "dynamic slice": ("as", lambda xp, a, s: lax.dynamic_slice(a, (1, 0), (2, 3)) / s),
    "rsqrt": ("ab", lambda xp, a, b: lax.rsqrt(jnp.abs(a)) * b),
    "cbrt": ("ab", lambda xp, a, b: jnp.cbrt(a) * b),
    "logistic": ("ab", lambda xp, a, b: jax.nn.sigmoid(a / b)),
    "erf": ("ab", lambda xp, a, b: lax.erf(a / b)),
    "largest of three axes": ("q", lambda xp, q: q / q.max((0, 2), keepdims=True)),
    "jit": ("av", lambda xp, a, v: jax.jit(lambda a: jax.nn.relu(X @ a))(a) @ v),
}  # fmt: skip


def parameters(names: str) -> dict[str, np.ndarray]:
    return dict(drawn({name: SHAPES[name] for name in names}, np.random.default_rng(1)))


def types_in_numpy(f: Function, w: dict[str, np.ndarray]) -> ModelTypes:
    rules, named, out = of_numpy.traced(lambda given: f(np, **given), w)
    rules.zero(out.degrees(rules), "the output must stay")
    return ModelTypes(rules, named)


def types_in_jax(f: Function, w: dict[str, np.ndarray]) -> ModelTypes:
    with _enable_x64(True):
        leaves = {name: jnp.asarray(x) for name, x in w.items()}
        rules, named, outs = of_jax.traced(lambda *x: f(jnp, **dict(zip(w, x, strict=True))), leaves)
        for out in outs:
            rules.zero(out.degrees(rules), "the output must stay")
    return ModelTypes(rules, named)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_symmetries_that_its_types_say_and_no_others(name: str) -> None:
    names, f = FUNCTIONS[name]
    w = parameters(names)
    clean = {"eps": 0.0} if "eps" in f.__code__.co_varnames else {}
    exact = dimension(lambda w: f(np, **w), w)
    up_to_eps = dimension(lambda w: f(np, **w, **clean), w) if clean else exact
    in_numpy, in_jax = types_in_numpy(f, w), types_in_jax(f, w)
    for types in (in_numpy, in_jax):
        assert not types.missing
        assert (types.exact.dimension, types.up_to_eps.dimension) == (exact, up_to_eps)
        assert [d.constant for d in types.eps] == [1e-3] * bool(clean)
    confirm(in_numpy.exact, lambda w: f(np, **w), w)
    confirm_levels(in_numpy.exact, lambda w: f(np, **w), w)


@pytest.mark.parametrize("types_of", [types_in_numpy, types_in_jax])
@pytest.mark.parametrize("name", STRICT)
def test_what_types_cannot_know_is_left_out(name: str, types_of: Any) -> None:
    names, f, found = STRICT[name]
    w = parameters(names)
    types = types_of(f, w)
    assert types.exact.dimension == found < dimension(lambda w: f(np, **w), w)


@pytest.mark.parametrize("name", OF_JAX)
def test_a_function_in_jax_has_the_symmetries_that_its_types_say_and_no_others(name: str) -> None:
    names, f = OF_JAX[name]
    w = parameters(names)
    types = types_in_jax(f, w)
    assert not types.missing
    with _enable_x64(True):
        fast = jax.jit(lambda w: f(jnp, **w))
        confirm(types.exact, lambda w: np.asarray(fast(w)), w)
        assert types.exact.dimension == dimension(lambda w: np.asarray(fast(w)), w)


@pytest.mark.parametrize("place", [jnp.argmax, jnp.argmin])
def test_a_place_is_kept_by_what_scales_all_entries_alike(place: Any) -> None:
    types = types_in_jax(lambda xp, a, r: jnp.take(r, place(X @ a, 1)) / r[0], parameters("ar"))
    assert types.exact.dimension == 2
