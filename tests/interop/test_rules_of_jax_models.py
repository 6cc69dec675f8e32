"""Each rule of the types of JAX functions follows its primitive, for inputs, axes and keywords at random."""

# ruff: noqa: B008  # defaults keep what was drawn for a case

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from zlib import crc32

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from psitheory.interop.jax import _enable_x64
from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.jax import traced, without_constants
from psitheory.scaletypes.models.jax.probing import _power
from psitheory.scaletypes.models.types import ModelTypes
from tests.scaletypes.array_operations import ARRAY_OPERATIONS, words
from tests.scaletypes.operation_law import Draw, Function, Operation, Run, dressed, holds, spread

Made = Callable[[Draw], Operation]


@pytest.fixture(autouse=True)
def doubles() -> Iterator[None]:
    with _enable_x64(True):
        yield


def entrywise(f: Function, inputs: int = 1, like: Function | None = None) -> Made:
    return lambda r: Operation(f, [r.shape()] * inputs, like)


def along(f: Function, rank: int = 2, like: Function | None = None) -> Made:
    """Return an operation that takes an axis, which is counted from the first."""

    def made(r: Draw) -> Operation:
        axis = r.axis(rank) % rank
        return Operation(lambda x: f(x, axis), [r.shape(rank)], None if like is None else lambda x: like(x, axis))

    return made


def reducing(f: Function, like: Function | None = None) -> Made:
    """Return a reduction along one axis or two."""

    def made(r: Draw) -> Operation:
        axes = tuple(map(int, r.rng.permutation(3)[: r.one(1, 2)]))
        return Operation(lambda x: f(x, axes), [r.shape(3)], None if like is None else lambda x: like(x, axes))

    return made


def fixed(f: Callable[[Draw], Function], *shapes: tuple[int, ...], like: Function | None = None) -> Made:
    return lambda r: Operation(f(r), shapes, like)


def unchanged(*x: Any) -> Any:
    return [jnp.tanh(y) for y in x]


def total(x: Any, axis: Any) -> Any:
    return jnp.sum(x, axis)


def convolution(r: Draw) -> Operation:
    """Return a convolution in one of the layouts, with groups, strides and paddings."""
    groups, per, out = r.one((1, 2, 3), (2, 1, 2), (2, 2, 1), (1, 1, 2))
    axes = ("NCHW", "OIHW", "NCHW"), ("NHWC", "HWIO", "NHWC"), ("NCHW", "OIHW", "NHWC"), ("NHWC", "IOHW", "NCHW")
    layout = r.one(*axes)
    sizes = {"N": 2, "C": groups * per, "O": groups * out, "I": per, "H": 3, "W": 3}
    image = spread(*(sizes[a] for a in layout[0]))
    kernel = tuple(sizes[a] if a in "OI" else 2 for a in layout[1])
    scales = tuple(groups * per if a == "C" else 1 for a in layout[0])
    stride, padding = r.one(1, 2), r.one("SAME", "VALID")
    return Operation(
        lambda w, s: lax.conv_general_dilated(
            image * s, w, (stride, 1), padding, dimension_numbers=layout, feature_group_count=groups
        ),
        [kernel, r.one(scales, ())],
    )


def windows(f: Any, start: float, rank: int = 3) -> Made:
    """Return a reduction over overlapping windows along one axis or two."""

    def made(r: Draw) -> Operation:
        size = r.one((1, 2, 2), (1, 2, 1), (2, 1, 1))
        return Operation(lambda x: lax.reduce_window(x, start, f, size, (1,) * rank, "VALID"), [(3, 3, 3)])

    return made


@jax.custom_jvp
def _squared(x: Any) -> Any:
    return x * x


_squared.defjvp(lambda x, t: (x[0] ** 2, 2 * x[0] * t[0]))


@jax.custom_vjp
def _ratio(x: Any, y: Any) -> Any:
    return x / y


_ratio.defvjp(lambda x, y: (x / y, (x, y)), lambda kept, g: (g / kept[1], -g * kept[0] / kept[1] ** 2))
ROWS = np.array([2, 0])
DEFINITE = np.array([[2.0, 0.5], [0.5, 1.0]])
CASES: dict[str, Made] = {
    # entry by entry
    **{name: entrywise(getattr(lax, name)) for name in words("neg abs sign square reciprocal stop_gradient")},
    **{
        name: entrywise(getattr(lax, name))
        for name in words(
            "exp exp2 expm1 tanh logistic sin cos tan atan sinh cosh asinh erf erfc bessel_i0e bessel_i1e"
        )
    },
    **{
        name: entrywise(lambda x, f=getattr(lax, name): f(x / 2), like=unchanged)
        for name in words("asin acos atanh erf_inv floor ceil round")
    },
    **{
        name: entrywise(lambda x, f=getattr(lax, name): f(jnp.abs(x)), like=lambda x: jnp.log(jnp.abs(x)))
        for name in words("log log1p lgamma digamma")
    },
    "acosh": entrywise(lambda x: lax.acosh(3 * jnp.abs(x))),
    "igamma": fixed(lambda r: lambda x, y, f=r.one(lax.igamma, lax.igammac): f(jnp.abs(x), jnp.abs(y)), (1,), (1,)),
    "roots": entrywise(lambda x, y: lax.sqrt(jnp.abs(x)) * lax.rsqrt(jnp.abs(y)), 2),
    "cbrt": entrywise(lax.cbrt),
    "integer_pow": lambda r: entrywise(lambda x, n=r.one(2, 3, -1, -3): lax.integer_pow(x, n))(r),
    "pow": lambda r: entrywise(lambda x, p=r.one(0.5, -1.5, 2.0): lax.pow(jnp.abs(x), p))(r),
    "pow of two": entrywise(lambda x, y: lax.pow(jnp.abs(x), y), 2, unchanged),
    "single precision": entrywise(lambda x: x.astype(jnp.float32).astype(jnp.float64), like=lambda x: x),
    "whole numbers": entrywise(lambda x: (8 * x).astype(jnp.int32), like=unchanged),
    "reduce_precision": entrywise(lambda x: lax.reduce_precision(x, 11, 40), like=lambda x: x),
    "clamp": lambda r: entrywise(
        lambda x, b=r.one((-0.6, 0.6), (0.9, 2.0), (-0.9, 0.0)): lax.clamp(b[0], x, b[1]), like=unchanged
    )(r),
    "clamp at zero": lambda r: entrywise(lambda x, b=r.one((0.0, jnp.inf), (-jnp.inf, 0.0)): lax.clamp(b[0], x, b[1]))(
        r
    ),
    "a floor": entrywise(lambda x: lax.clamp(1e-6, jnp.abs(x), jnp.inf)),
    "clamp by others": entrywise(lambda x, y, z: lax.clamp(-jnp.abs(x), y, jnp.abs(z)), 3),
    "select_n": fixed(lambda r: lambda x, y, z: lax.select_n(np.array([0, 2, 1]), x, y * y, z), (3,), (3,), (3,)),
    "select of what is computed": entrywise(
        lambda x, y, z: lax.select_n(x > 0, y, z), 3, lambda x, y, z: [jnp.sign(x), y + z]
    ),
    "atan2": entrywise(lax.atan2, 2),
    "max": entrywise(lax.max, 2),
    "rem": entrywise(lambda x, y: lax.rem(5 * x, y), 2),
    "complex": entrywise(lambda x, y: lax.complex(x, y) * 2j, 2),
    "angle": entrywise(lambda x, y: jnp.angle(lax.complex(x, y)), 2),
    "hypot": entrywise(jnp.hypot, 2),
    "nan_to_num": entrywise(jnp.nan_to_num),
    "where it is zero": entrywise(lambda x, y: jnp.where(x == 0, 1.0, x) / y, 2),
    "left behind": entrywise(
        lambda x, y: jax.grad(lambda a: (a**3).sum() * y.sum() / y.sum())(x), 2, lambda x, y: [x, y.sum()]
    ),
    "custom derivatives": entrywise(lambda x, y: _squared(x) / _ratio(x, y), 2),
    "nextafter": entrywise(lambda x: x * lax.population_count(jnp.arange(3)).sum()),
    "relu": entrywise(jax.nn.relu),
    "softmax": along(jax.nn.softmax),
    # along axes
    **{name: reducing(getattr(jnp, name)) for name in words("sum max min")},
    "prod": reducing(jnp.prod),
    "argmax": along(lambda x, a: lax.argmax(x, a, jnp.int32), like=jnp.max),
    "argmin": along(lambda x, a: lax.argmin(x, a, jnp.int32), like=jnp.min),
    **{
        name: lambda r, f=getattr(lax, name): along(lambda x, a, v=r.flag(): f(x, a, v), r.one(2, 3))(r)
        for name in words("cumsum cummax cummin cumprod")
    },
    "cumprod from the end": along(lambda x, a: lax.cumprod(x, a, True)),
    "cumlogsumexp": along(lax.cumlogsumexp, like=lambda x, a: unchanged(x)),
    "sort": along(lax.sort, 3),
    "sort of two": fixed(lambda r: lambda x, y, a=r.one(0, 1): lax.sort((x, y), dimension=a), (2, 3), (2, 3)),
    "top_k": fixed(lambda r: lambda x: lax.top_k(x, 2), (2, 3), like=lambda x: x.sum(1)),
    "top without a rule": fixed(lambda r: lambda x: list(lax.approx_max_k(x, 2)), (2, 3), like=lambda x: x.sum()),
    "windows of sums": windows(lax.add, 0.0),
    "windows of largest": windows(lax.max, -jnp.inf),
    "windows of smallest": windows(lax.min, jnp.inf),
    # products
    "dot_general": fixed(
        lambda r: lambda x, y: lax.dot_general(x, y, (((1,), (2,)), ((0,), (1,)))), (2, 3, 2), (4, 2, 3)
    ),
    "dot_general of two axes": fixed(
        lambda r: lambda x, y: lax.dot_general(x, y, (((0, 2), (1, 0)), ((), ()))), (2, 3, 2), (2, 2, 3)
    ),
    "convolution": convolution,
    "convolution of zeros": fixed(
        lambda r: lambda s, w, t: lax.conv(jnp.zeros((1, 2, 3, 3)) * s, w, (1, 1), "SAME")[:, ROWS] + t,
        (),
        (3, 2, 2, 2),
        (),
    ),
    "product with zeros": fixed(lambda r: lambda s, w: (jnp.zeros((4, 3)) * s) @ w, (), (3, 2)),
    "transform": fixed(
        lambda r: lambda x, n=r.one(1, 2): jnp.fft.fftn(spread(3, 4, 2) * x, axes=(1, 2)[:n]), (3, 1, 1)
    ),
    "cholesky": fixed(lambda r: lambda d: jnp.linalg.cholesky((jnp.eye(3) + 0.5) * d[:, None] * d), (3,)),
    "singular values": fixed(lambda r: lambda s: jnp.linalg.svd(spread(2, 3, 2) * s, compute_uv=False), (2, 1, 1)),
    "eigh": fixed(lambda r: lambda s: list(jnp.linalg.eigh(DEFINITE * s)), (2, 1, 1)),
    "qr": fixed(lambda r: lambda a: list(jnp.linalg.qr(a)), (3, 2)),
    "triangular_solve": fixed(
        lambda r: (
            lambda a, b, w={name: r.flag() for name in words("left_side lower transpose_a unit_diagonal")}: (
                lax.linalg.triangular_solve(a, b, **w)
            )
        ),
        (3, 3),
        (3, 3),
    ),
    "lu": fixed(lambda r: lambda c: lax.linalg.lu(spread(3, 3) * c)[0], (3,)),
    "lu of a matrix": fixed(lambda r: lambda a: lax.linalg.lu(a)[0], (3, 3), like=lambda a: a.sum(0)),
    "solve": lambda r: Operation(jnp.linalg.solve, [(3, 3), r.one((3,), (3, 2))]),
    "inv": fixed(lambda r: jnp.linalg.inv, (3, 3)),
    "det": lambda r: Operation(jnp.linalg.det, [r.one((2, 2), (3, 3), (4, 4))]),
    "slogdet": fixed(lambda r: lambda a: jnp.linalg.slogdet(a)[1], (3, 3), like=lambda a: jnp.tanh(jnp.linalg.det(a))),
    "a linear equation": fixed(
        lambda r: lambda d, b: lax.custom_linear_solve(lambda x: d * x, b, lambda f, b: b / d, lambda f, b: b / d),
        (3,),
        (3,),
    ),
    "multiply at": fixed(
        lambda r: (
            lambda x, y, i=jnp.asarray(r.rng.integers(0, 3, 3)), a=r.flag(): (
                x.at[i].multiply(y) if a else x.at[:, i].multiply(y.T)
            )
        ),
        (3, 3),
        (3, 3),
    ),
    "copysign": entrywise(jnp.copysign, 2),
    "convolution by groups of images": fixed(
        lambda r: (
            lambda s, w: lax.conv_general_dilated(
                spread(4, 3, 3, 3) * jnp.repeat(s, 2, 0)[..., None, None], w, (1, 1), "VALID", batch_group_count=2
            )
        ),
        (2, 3),
        (4, 3, 2, 2),
    ),
    # rearrangements
    "transpose": fixed(lambda r: lambda x, p=r.one((2, 0, 1), (1, 0, 2)): lax.transpose(x, p) * 2, (2, 3, 4)),
    "broadcast_in_dim": fixed(lambda r: lambda x: lax.broadcast_in_dim(x, (3, 2, 4), (0, 2)), (3, 4)),
    "slice": fixed(lambda r: lambda x, s=r.one((1, 2), None): lax.slice(x, (1, 0), (3, 3), s), (3, 4)),
    "rev": along(lambda x, a: lax.rev(x, (a,)), 3),
    "expand_dims": fixed(lambda r: lambda x: lax.expand_dims(x, (0, 2)), (2, 3)),
    "squeeze": fixed(lambda r: lambda x: lax.squeeze(lax.expand_dims(x * 2, (1,)), (1,)), (2, 3)),
    "split": along(lambda x, a: list(jnp.split(x, [1], a))),
    "split of what is computed": fixed(lambda r: lambda x, a=r.one(0, 1): list(jnp.split(x * x, [1, 2], a)), (3, 4)),
    "gather": along(lambda x, a: jnp.take(x, jnp.array([1, 0, 1]), axis=a)),
    "dynamic_slice": fixed(lambda r: lambda x: lax.dynamic_slice(x, (1, 0), (2, 2)), (3, 3)),
    "dynamic_update_slice": fixed(lambda r: lambda x, y: lax.dynamic_update_slice(x, y, (1, 1)), (3, 3), (2, 1)),
    "concatenate": fixed(lambda r: lambda x, y, a=r.one(0, 1): lax.concatenate([x, y * y], a), (2, 3), (2, 3)),
    "pad": fixed(lambda r: lambda x: lax.pad(x, 0.0, ((1, 0, 1), (0, 2, 0))), (2, 3)),
    "pad by a parameter": fixed(lambda r: lambda x, y: lax.pad(x, y, ((1, 0, 0), (0, 2, 0))), (2, 3), ()),
    "pad by ones": fixed(lambda r: lambda x: lax.pad(x, 1.0, ((1, 0, 0), (0, 0, 0))), (2, 3)),
    "set": fixed(lambda r: lambda x, y: x.at[1].set(y), (3, 2), (2,)),
    "set a column": fixed(lambda r: lambda x, y: x.at[:, 0].set(y * y), (3, 2), (3,)),
    "add at": fixed(
        lambda r: lambda x, y: x.at[jnp.array([0, 1, 0])].add(y), (2, 2), (3, 2), like=lambda x, y: x.sum(0) + y.sum(0)
    ),
    "add to a row": fixed(lambda r: lambda x, y: x.at[1].add(y), (3, 2), (2,), like=lambda x, y: x.sum(0) + y),
    "add to a column": fixed(lambda r: lambda x, y: x.at[:, 1].add(y), (2, 3), (2,), like=lambda x, y: x.sum(1) + y),
    "largest at": fixed(
        lambda r: lambda x, y: x.at[:, jnp.array([0, 1, 0])].max(y),
        (2, 2),
        (2, 3),
        like=lambda x, y: x.sum(1) + y.sum(1),
    ),
    # loops and branches
    "scan": fixed(
        lambda r: lambda c, x, v=r.flag(): lax.scan(lambda c, x: (c * x, c + x), c, x, reverse=v), (2,), (3, 2)
    ),
    "scan with a parameter": fixed(
        lambda r: lambda w: lax.scan(lambda c, x: (c * w, c * w + x), jnp.zeros(3) + w, jnp.zeros(2)), (3,)
    ),
    "while": fixed(
        lambda r: lambda x: lax.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, c[1] * x), (0, x))[1], (3,)
    ),
    "cond": fixed(lambda r: lambda x, y, t=r.flag(): lax.cond(t, lambda: x * x * y, lambda: x / y), (3,), (3,)),
    "switch": fixed(
        lambda r: lambda x, k=r.one(0, 1, 2, 5): lax.switch(k, [lambda a: a, lambda a: a * a, lambda a: 1 / a], x), (3,)
    ),
    "jit": fixed(lambda r: lambda x, y: jax.jit(lambda a, b: a * b + b)(x, y), (3,), (3,)),
    "checkpoint": fixed(lambda r: lambda x, y: jax.checkpoint(lambda a, b: a / b)(x, y), (3,), (3,)),
    "an eps in a loop": fixed(
        lambda r: lambda x: lax.scan(lambda c, x: (c * x + 1e-3, jnp.abs(x) + 1e-3), x[0], x), (3, 2)
    ),
    "an eps within": lambda r: entrywise(lambda x: jax.nn.relu(jax.jit(lambda a: 1e-3 + a)(jnp.abs(x))))(r),
}


def several(out: Any) -> list[Any]:
    return [x for part in out for x in several(part)] if isinstance(out, (tuple, list)) else [out]


def typed(f: Function, w: dict[str, np.ndarray]) -> tuple[ModelTypes, list[Ids]]:
    rules, named, outs = traced(lambda *x: several(f(*x)), {name: jnp.asarray(x) for name, x in w.items()})
    return ModelTypes(rules, named), [np.asarray(out.degrees(rules)) for out in outs]


class Fast:
    """Runs each operation as it was compiled for its first inputs."""

    def __init__(self) -> None:
        self.compiled: dict[Any, Callable[..., Any]] = {}

    def __call__(self, f: Function, inputs: Sequence[np.ndarray], without: Sequence[float]) -> list[np.ndarray]:
        key = (f, tuple(without))
        if key not in self.compiled:

            def outs(*x: Any) -> list[Any]:
                return several(f(*x))

            self.compiled[key] = jax.jit(without_constants(outs, without) if without else outs)
        return [np.asarray(x) for x in self.compiled[key](*inputs)]


@pytest.mark.parametrize("name", CASES)
def test_a_rule_asks_for_what_its_primitive_needs_and_no_more(name: str) -> None:
    draw = Draw(crc32(name.encode()))
    holds(dressed(CASES[name](draw), draw), typed, Fast())


@pytest.mark.parametrize("name", sorted(ARRAY_OPERATIONS))
def test_a_rule_asks_for_what_a_function_of_arrays_needs_and_no_more(name: str) -> None:
    one, other = (drawn(name, xp) for xp in (jnp, np))
    holds(one, typed, in_numpy(one, other))


def drawn(name: str, xp: Any) -> Operation:
    draw = Draw(crc32(name.encode()) + 1)
    return dressed(ARRAY_OPERATIONS[name](xp, draw), draw)


def in_numpy(one: Operation, other: Operation) -> Run:
    """Return what runs an operation of JAX as NumPy does it, which takes no compiler."""
    fast = Fast()

    def run(f: Function, inputs: Sequence[np.ndarray], without: Sequence[float]) -> list[np.ndarray]:
        if without:
            return fast(one.f, inputs, without)
        out = (other.f if f is one.f else other.like or other.f)(*inputs)
        return [np.asarray(x) for x in (out if isinstance(out, list) else [out])]

    return run


def test_degrees_are_moved_in_single_precision_as_far_as_it_counts() -> None:
    with _enable_x64(False):
        rules, _, (out,) = traced(lambda x: x[ROWS], {"x": jnp.ones((8, 9))})
    assert not rules.missing
    assert len(np.unique(out.degrees(rules))) == 18


@pytest.mark.parametrize(
    ("before", "after", "degree"),
    [
        ([0.0, 3.0], [0.0, 3 * 2.0**24], 2.0),
        ([0.0, 0.0], [0.0, 0.0], 0.0),
        ([0.0, 0.0], [0.0, 1.0], None),
        ([1.0, 0.0], [2.0**12, 1.0], None),
        ([1.0, np.inf], [2.0**12, np.inf], None),
        ([1.0, 3.0], [2.0**12, 3.0], None),
    ],
)
def test_a_degree_is_read_off_where_all_outputs_are_one_multiple(before: Any, after: Any, degree: Any) -> None:
    assert _power(np.array(before), np.array(after)) == degree
