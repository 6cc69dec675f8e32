"""Each rule of the types of PyTorch modules in a small function: as many symmetries as there are, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from psitheory.scaletypes.models.torch import traced
from psitheory.scaletypes.models.types import ModelTypes
from tests.scaletypes.small_networks import confirm, dimension, drawn

torch.set_num_threads(1)
RNG = np.random.default_rng(0)
X = torch.from_numpy(RNG.normal(size=(20, 4)))
IMAGES = torch.from_numpy(RNG.normal(size=(4, 4, 3, 3)))
MASK = torch.tensor([[True, False, True], [False, False, True], [True, True, False], [True, False, False]])
ROWS = torch.tensor([2, 0, 2, 3])
SHAPES: dict[str, tuple[int, ...]] = {
    "a": (4, 3), "b": (4, 3), "c": (4, 3), "v": (3, 2), "r": (3,), "k": (4,), "s": (), "q": (2, 3, 4), "p": (2, 4, 2),
    "u": (4, 4), "w": (6, 4, 2, 2), "g": (6, 2, 1, 1), "o": (2, 6, 1, 1), "t": (4, 3, 2, 2), "h": (3,),
}  # fmt: skip
Function = Callable[..., Any]
relu = torch.relu

FUNCTIONS: dict[str, tuple[str, Function]] = {
    "singular values": ("us", lambda u, s: torch.linalg.svdvals(u) / s),
    "inverse": ("us", lambda u, s: torch.linalg.inv(u) * s),
    "product along": ("ar", lambda a, r: a.prod(0) / r),
    "product of all": ("as", lambda a, s: a.prod() / s),
    "transform": ("ar", lambda a, r: torch.fft.fft(a, dim=0).abs() / r),
    # entry by entry
    "sum": ("abc", lambda a, b, c: (a + b) / c),
    "difference": ("abc", lambda a, b, c: torch.sub(a, b, alpha=2) / c),
    "difference the other way": ("abc", lambda a, b, c: torch.rsub(a, b) / c),
    "sum of nothing": ("abc", lambda a, b, c: torch.add(a, b, alpha=0) * b / c),
    "of rows": ("arc", lambda a, r, c: (a + r) / c),
    "constant beside it": ("as", lambda a, s: (a + 0.5) * s),
    "small constant beside it": ("abs", lambda a, b, s, eps=1e-3: (torch.abs(a / b[0]) + eps) * s),
    "small constant before it": ("abs", lambda a, b, s, eps=1e-3: (eps + torch.abs(a / b[0])) * s),
    "product": ("ab", lambda a, b: a * b),
    "quotient": ("ab", lambda a, b: a / b),
    "cube": ("ab", lambda a, b: a**3 / b),
    "third power": ("ab", lambda a, b: a.abs() ** (1 / 3) / b),
    "power that is a parameter": ("as", lambda a, s: (a / a[0]).abs() ** s),
    "exponent": ("abs", lambda a, b, s: 2.0 ** (a / b) * s),
    "roots": ("ab", lambda a, b: a.abs().sqrt() * b.abs().rsqrt()),
    "square and reciprocal": ("ab", lambda a, b: a.square() * b.reciprocal()),
    "addcmul": ("abc", lambda a, b, c: torch.addcmul(a, b, c) / a),
    "addcdiv": ("abc", lambda a, b, c: torch.addcdiv(a, b, c) / a),
    "lerp": ("abs", lambda a, b, s: torch.lerp(a, b, (s * s / (1 + s * s))) / b),
    "lerp by a number": ("ab", lambda a, b: torch.lerp(a, b, 0.3) / b),
    "clamp at zero": ("av", lambda a, v: (X @ a).clamp(min=0) @ v),
    "clamp": ("av", lambda a, v: (X @ a).clamp(-0.5, 0.9) @ v),
    "clamp by tensors": ("abc", lambda a, b, c: torch.clamp(a, -b.abs(), b.abs()) / c),
    "clamp from above": ("av", lambda a, v: (X @ a).clamp_max(0.001) @ v),
    "a floor": ("as", lambda a, s: a / a.square().sum().clamp(min=1e-3) * s),
    "maximum": ("abc", lambda a, b, c: torch.maximum(a, b) / c),
    "minimum": ("abc", lambda a, b, c: torch.minimum(a, b) / c),
    "max of two": ("abc", lambda a, b, c: torch.max(a, b) / c),
    "maximum with zeros": ("av", lambda a, v: torch.maximum(X @ a, torch.tensor(0.0)) @ v),
    "maximum with a constant": ("as", lambda a, s: torch.maximum(a, torch.tensor(0.9)) * s),
    "minimum with a tiny one": ("as", lambda a, s: torch.minimum(a / 1e3, torch.tensor(1e-3)) * s),
    "where": ("abc", lambda a, b, c: torch.where(MASK, a, b) / c),
    "where it is larger": ("abc", lambda a, b, c: torch.where(a > b, a, b) / c),
    "leaky by hand": ("av", lambda a, v: (h := X @ a) * torch.where(h > 0, 1.0, 0.1) @ v),
    "masked_fill": ("abv", lambda a, b, v: (a * b).masked_fill(MASK, 0.0) @ v),
    "masked_fill by one": ("abs", lambda a, b, s: (a / b).masked_fill(MASK, 0.5) * s),
    "sign": ("abs", lambda a, b, s: torch.sign(a) * b * s),
    "ReLU": ("av", lambda a, v: relu(X @ a) @ v),
    "leaky ReLU": ("av", lambda a, v: F.leaky_relu(X @ a) @ v),
    "threshold": ("av", lambda a, v: F.threshold(X @ a, 0, 0) @ v),
    "PReLU": ("avh", lambda a, v, h: F.prelu(X @ a, h) @ v),
    "GLU": ("uv", lambda u, v: F.glu(X @ u) @ v[:2]),
    "softmax": ("ua", lambda u, a: F.softmax(X @ u, 1) @ a),
    "copied": ("ab", lambda a, b: torch.empty(4, 3, dtype=torch.float64).copy_(a) / b),
    "into views": ("abc", lambda a, b, c: into(a, b) / c),
    "in place": ("ab", lambda a, b: a.clone().mul_(b).div_(b * b)),
    "in single precision and back": ("ab", lambda a, b: a.to(torch.float64) / b),
    "truncated": ("abs", lambda a, b, s: torch.tanh(a / b) * s),
    "draws about a mean": ("as", lambda a, s: torch.normal(a, 1.0) * s),
    "dropped out": ("av", lambda a, v: F.dropout(X @ a, 0.4) @ v),
    # along axes
    "sum along": ("ar", lambda a, r: a.sum(0) / r),
    "sum that keeps its axis": ("ab", lambda a, b: a / b.sum(1, keepdim=True)),
    "mean of all": ("as", lambda a, s: a.mean() / s),
    "largest": ("ar", lambda a, r: (X @ a).amax(0) / r),
    "smallest with places": ("ar", lambda a, r: a.min(0).values / r),
    "largest with places": ("ar", lambda a, r: (X @ a).max(0).values / r),
    "spread": ("ar", lambda a, r: (X @ a).std(0) / r),
    "variance": ("ar", lambda a, r: (X @ a).var(0) / r),
    "variance and mean": ("ar", lambda a, r: torch.stack([x * r for x in torch.var_mean(X @ a, 0)])),
    "norm": ("a", lambda a: a / a.norm()),
    "norm of columns": ("ar", lambda a, r: a / torch.linalg.vector_norm(a, dim=0) * r),
    "normalised": ("av", lambda a, v: F.normalize(X @ a, dim=0) @ v),
    "cumulative sum": ("av", lambda a, v: torch.cumsum(relu(X @ a), 1) @ v),
    "sorted": ("av", lambda a, v: (X @ a).sort(0).values @ v),
    "top": ("av", lambda a, v: (X @ a).topk(2, 1).values @ v[:2]),
    "log of a sum": ("au", lambda a, u: torch.logsumexp(X @ a / a.norm(), 1)[:4] * u),
    # products
    "two parameters": ("uav", lambda u, a, v: relu(u @ a) @ v),
    "transposed": ("ua", lambda u, a: relu(X @ u.T) @ a),
    "from the left": ("av", lambda a, v: v.T @ relu(a.T @ X.T)),
    "vectors": ("kar", lambda k, a, r: (k @ a) @ r),
    "dot": ("kas", lambda k, a, s: torch.dot(k, k) * s * a),
    "outer": ("kra", lambda k, r, a: torch.outer(k, r) * a),
    "addmm": ("auv", lambda a, u, v: torch.addmm(v[:, 0], relu(X @ u), a) @ v),
    "addmm without its first": ("auv", lambda a, u, v: torch.addmm(v[:, 0], relu(X @ u), a, beta=0) @ v),
    "linear": ("arv", lambda a, r, v: F.linear(relu(F.linear(X, a.T, r)), v.T)),
    "linear in stacks": ("qa", lambda q, a: relu(F.linear(q, a.T))),
    "stacks": ("qp", lambda q, p: relu(q @ p)),
    "stack and matrix": ("qa", lambda q, a: relu(q @ a)),
    "bilinear": ("qr", lambda q, r: F.bilinear(X[:, :3], X, q) * r[:2]),
    "attention": ("uabv", lambda u, a, b, v: attention(X[:6], u, a) @ v),
    # layers
    "convolution": ("wo", lambda w, o: F.conv2d(relu(F.conv2d(IMAGES, w)), o)),
    "in groups": ("go", lambda g, o: F.conv2d(relu(F.conv2d(IMAGES, g, groups=2)), o)),
    "in groups of what scales": ("kgo", lambda k, g, o: F.conv2d(grouped(IMAGES * k[:, None, None], g), o)),
    "transposed convolution": ("th", lambda t, h: relu(F.conv_transpose2d(IMAGES, t)) * h[:, None, None]),
    "transposed, in groups": ("tk", lambda t, k: F.conv_transpose2d(IMAGES, t[:, :2], groups=2) * k[:, None, None]),
    "with a bias": ("woh", lambda w, o, h: F.conv2d(relu(F.conv2d(IMAGES, w, torch.cat([h, h]))), o)),
    "pooled": ("wo", lambda w, o: F.conv2d(F.max_pool2d(F.conv2d(IMAGES, w), 2), o)),
    "averaged": ("wo", lambda w, o: F.conv2d(F.avg_pool2d(relu(F.conv2d(IMAGES, w)), 2), o)),
    "batch norm": ("av", lambda a, v, eps=1e-3: relu(F.batch_norm(X @ a, None, None, training=True, eps=eps)) @ v),
    "batch norm with gains": ("arv", lambda a, r, v, eps=1e-3: gained(X @ a, r, eps) @ v),
    "layer norm": ("arv", lambda a, r, v, eps=1e-3: F.layer_norm(X @ a, (3,), r, eps=eps) @ v),
    "group norm": ("uv", lambda u, v, eps=1e-3: F.group_norm(X @ u, 1, eps=eps)[:, :3] @ v),
    "embedding": ("av", lambda a, v: relu(F.embedding(ROWS, a)) @ v),
    "bag": ("av", lambda a, v: relu(F.embedding_bag(ROWS[None].repeat(2, 1), a, mode="sum")) @ v),
    # rearrangements
    "views": ("aq", lambda a, q: a.T[:, 1:] / q[0, :, :3]),
    "reshaped": ("qa", lambda q, a: relu(q.reshape(6, 4) @ a)),
    "flipped": ("ab", lambda a, b: a.flip(0) / b),
    "rolled": ("ab", lambda a, b: a.roll(1, 1) / b),
    "repeated": ("av", lambda a, v: a.repeat(2, 1) @ v),
    "taken": ("ab", lambda a, b: a[ROWS] / b),
    "selected": ("ab", lambda a, b: a.index_select(0, ROWS) / b),
    "triangular": ("uk", lambda u, k: torch.triu(u) * k),
    "joined": ("abv", lambda a, b, v: relu(torch.cat([X @ a, X @ b])) @ v),
    "joined to one": ("uab", lambda u, a, b: relu(X @ u) @ torch.cat([a, b * b], 1)),
    "stacked": ("abr", lambda a, b, r: torch.stack([a, b * b], 1) / r),
    "padded": ("av", lambda a, v: relu(F.pad(X @ a, (0, 0, 1, 0))) @ v),
    "padded with ones": ("av", lambda a, v: relu(F.pad(X @ a, (0, 0, 1, 0), value=1.0)) @ v),
    "expanded": ("ra", lambda r, a: r.expand(4, 3) + a / a[0]),
    "split": ("uv", lambda u, v: torch.mul(*(X @ u).split(2, 1)) @ v[:2]),
    "split parameter": ("uv", lambda u, v: torch.mul(*(X @ w for w in u.chunk(2, 1))) @ v[:2]),
    "entries, then the whole": ("avs", lambda a, v, s: (a**2).sum() * s + relu(X @ a) @ v),
    "the whole, then a row": ("av", lambda a, v: (relu(X @ a) @ v) * a[1, 0]),
    "pseudo-inverse": ("as", lambda a, s: torch.linalg.pinv(a) * s),
    # no rule, and yet
    "copied sign": ("rhs", lambda r, h, s: torch.copysign(r, h) * s),
}  # fmt: skip

AS_A_WHOLE: dict[str, tuple[str, Function]] = {
    # no rule, and only inputs that were scaled as a whole were tried: rows of their own might be missed
    "eigenvalues": ("us", lambda u, s: torch.linalg.eigvals(u).abs() * s),
}

STRICT: dict[str, tuple[str, Function, int]] = {
    # what types cannot know: the number of symmetries that they find, fewer than there are
    "a threshold": ("av", lambda a, v: F.threshold(X @ a, 0.1, 0) @ v, 0),
    "batch norm of constants": (
        "av", lambda a, v: F.batch_norm(X @ a, torch.zeros(3).double(), torch.ones(3).double()) @ v, 0,
    ),
    "a number leaves": ("as", lambda a, s: a / a.norm().item() * s, 0),
    "number of entries": ("as", lambda a, s: torch.linalg.vector_norm(a, 0) * s, 1),
    "no simple power": ("ab", lambda a, b: a.abs() ** 0.7390851332151607 / b, 0),
    "rounded quotient": ("ab", lambda a, b: torch.div(4 * a, b, rounding_mode="floor"), 12),
    "cast": ("ab", lambda a, b: (4 * a / b).to(torch.int64).double(), 12),
    "draws of a share": ("as", lambda a, s: torch.bernoulli(a.abs() / 2) * s, 0),
    "a place": ("ab", lambda a, b: b[(X @ a).argmax(1)], 4),
}  # fmt: skip


def attention(x: Any, u: Any, a: Any) -> Any:
    return F.scaled_dot_product_attention(x @ u, x @ u.flip(0), x @ a)


def grouped(x: Any, g: Any) -> Any:
    return relu(F.conv2d(x, g, groups=2))


def gained(x: Any, r: Any, eps: float) -> Any:
    return relu(F.batch_norm(x, None, None, r, r, True, eps=eps))


def into(a: Any, b: Any) -> Any:
    """Write into views of a copy."""
    t = a.clone()
    t[:, 0] = b[:, 0]
    t[1].mul_(b[1])
    return t


def parameters(names: str) -> dict[str, np.ndarray]:
    return dict(drawn({name: SHAPES[name] for name in names}, np.random.default_rng(1)))


def run(f: Function, w: Any, **options: float) -> np.ndarray:
    torch.manual_seed(0)
    with torch.no_grad():
        return np.asarray(f(**{name: torch.as_tensor(np.asarray(x)) for name, x in w.items()}, **options).double())


def types_of(f: Function, w: dict[str, np.ndarray]) -> ModelTypes:
    tensors = {name: torch.from_numpy(x.copy()) for name, x in w.items()}
    trace, named, out = traced(lambda: f(**tensors), tensors)
    trace.rules.zero(trace.ids(out), "the output must stay")
    return ModelTypes(trace.rules, named)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_symmetries_that_its_types_say_and_no_others(name: str) -> None:
    names, f = FUNCTIONS[name]
    w, types = parameters(names), types_of(f, parameters(names))
    assert not types.missing
    clean = {"eps": 1e-30} if "eps" in f.__code__.co_varnames else {}
    exact = dimension(lambda w: run(f, w), w)
    up_to_eps = dimension(lambda w: run(f, w, **clean), w) if clean else exact
    assert (types.exact.dimension, types.up_to_eps.dimension) == (exact, up_to_eps)
    assert [d.constant for d in types.eps] == [1e-3] * bool(clean) or "normal" in name
    confirm(types.exact, lambda w: run(f, w), w)


@pytest.mark.parametrize("name", AS_A_WHOLE)
def test_what_was_tried_as_a_whole_is_true_and_said_to_be_not_derived(name: str) -> None:
    names, f = AS_A_WHOLE[name]
    w, types = parameters(names), types_of(f, parameters(names))
    (missing,) = types.missing
    assert missing.startswith("not derived: ")
    assert "test_symmetries_of_small_modules.py:" in missing
    assert 0 < types.exact.dimension <= dimension(lambda w: run(f, w), w)
    confirm(types.exact, lambda w: run(f, w), w)


@pytest.mark.parametrize(
    "bits", [lambda a: a.view(torch.int64), lambda a: (2 * a).view(torch.int64), lambda a: (2 * a).view(torch.float32)]
)
def test_the_bits_of_numbers_follow_no_scale(bits: Function) -> None:
    types = types_of(lambda a: bits(a).double().sum(), parameters("a"))
    assert types.exact.dimension == 0
    assert all(text.startswith("not derived: a view as another dtype at ") for text in types.missing)
    assert len(types.missing) == 1


@pytest.mark.parametrize("name", STRICT)
def test_what_types_cannot_know_is_left_out(name: str) -> None:
    names, f, found = STRICT[name]
    w = parameters(names)
    assert types_of(f, w).exact.dimension == found < dimension(lambda w: run(f, w), w)
