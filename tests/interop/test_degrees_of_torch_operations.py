"""Operations of PyTorch in typed runs: each has its right degree, equations that are true, and none too many."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.torch.interpreter import SKIP, Memory, _all_close
from psitheory.scaletypes.trace import Trace
from tests.scaletypes.homogeneity import Arrays, Case, Outputs, case, confirm

RNG = np.random.default_rng(0)
X, Y, Z = (RNG.normal(size=(3, 4)) * 1.5 + 0.1 for _ in range(3))
P = np.abs(X)
S = RNG.normal(size=(3, 3)) + 3 * np.eye(3)
HOLES = X * (RNG.random(size=(3, 4)) > 0.3)
EMPTY = int((HOLES == 0).sum())
SMALL = 0.9 * X / np.abs(X).max()
M = torch.from_numpy(RNG.normal(size=(4, 2)))
MASK = torch.tensor([[True, False, True, True]] * 3)
BESIDE, TURNS = Kind.CONSTANT, Kind.WINDOW
PURE = (
    "exp", "exp2", "expm1", "log1p", "tanh", "sigmoid", "erf", "erfc", "sin", "cos", "tan", "atan", "asin", "acos",
    "sinh", "cosh", "erfinv", "lgamma", "digamma",
)  # fmt: skip


def copied(t):
    """Return a deep copy, which is a parameter as what is copied is."""
    out = copy.deepcopy(t)
    assert (type(out), out.requires_grad) == (type(t), t.requires_grad)
    return out.detach()


def written(t, *parts):
    """Write into views of a copy."""
    t = t.clone()
    t[:, 0].mul_(parts[0])
    t.T[1] = parts[1]
    return t


CASES: dict[str, Case] = {
    # entry by entry
    "neg": case(lambda x: -x, X, 12, 1),
    "abs": case(torch.abs, X, 12, 1),
    "clone": case(torch.clone, X, 12, 1),
    "nan_to_num": case(torch.nan_to_num, X, 12, 1),
    "half precision": case(lambda x: x.float().double() * 2, np.round(X * 8) / 8, 12, 1),
    "sign": case(torch.sign, X, 12, 0),
    "isfinite": case(torch.isfinite, X, 12, 0),
    "zeros_like": case(lambda x: torch.zeros_like(x) + x, X, 12, 1),
    "a draw times it": case(lambda x: torch.rand_like(x) * x, X, 12, 1),
    "a draw beside it": case(lambda x: torch.rand_like(x) + x, X, 0, None),
    "cast": case(lambda x: (8 * x).to(torch.int64), X, 0, None),
    "bits": case(lambda x: (8 * x).view(torch.int64).double(), X, 0, None),
    "copied deeply": case(lambda x: copied(x) * 2, X, 12, 1),
    "a parameter copied deeply": case(lambda x: copied(torch.nn.Parameter(x)) * 2, X, 12, 1),
    "cast of zeros": case(lambda x: (8 * x).to(torch.int64), HOLES, EMPTY, None),
    "copied": case(lambda x: torch.empty_like(x).copy_(x), X, 12, 1),
    "copied to another precision": case(
        lambda x: torch.empty(3, 4, dtype=torch.float32).copy_(x).double() * 2, np.round(X * 8) / 8, 12, 1
    ),
    "copied as another": case(lambda x, y: x.clone().copy_(y), (X, Y), 24, 1),
    "add": case(lambda x, y: x + y, (X, Y), 12, 1),
    "sub": case(lambda x, y: x - y, (X, Y), 12, 1),
    "rsub": case(lambda x, y: torch.rsub(x, y, alpha=0.75), (X, Y), 12, 1),
    "alpha": case(lambda x, y: x.add(y, alpha=-3), (X, Y), 12, 1),
    "zeros fit": case(lambda x, y: x + y, (HOLES, Y), 12 + EMPTY, 1),
    "rows": case(lambda x, y: x + y, (X, Y[0]), 4, 1),
    "swallowed": case(lambda x, y: x + 1e-30 * y, (X, Y), 12, 1, TURNS),
    "swallowed by the second": case(lambda x, y: 1e-30 * y - x, (X, Y), 12, 1, TURNS),
    "eps": case(lambda x: x.abs() + 1e-3, X, 0, None, BESIDE),
    "eps before": case(lambda x: 1e-3 + x.abs(), X, 0, None, BESIDE),
    "drift": case(lambda x: x + 0.5, X, 0, None),
    "drift of a tensor": case(lambda x: torch.full_like(x, 0.5) + x, X, 0, None),
    "eps of ones": case(lambda x: torch.ones_like(x).mul(1e-3) + x.abs(), X, 0, None, BESIDE),
    "eps filled": case(lambda x: torch.empty_like(x).fill_(1e-3) + x.abs(), X, 0, None, BESIDE),
    "mul": case(lambda x, y: x * y, (X, Y), 24, 2),
    "div": case(lambda x, y: x / y, (X, Y), 24, 0),
    "over a square": case(lambda x, y: x / y**2, (X, Y), 24, -1),
    "floor of a quotient": case(lambda x, y: torch.div(4 * x, y, rounding_mode="floor"), (X, Y), 12, 0),
    "rounded reciprocal": case(lambda x: torch.div(4.0, x, rounding_mode="trunc"), SMALL, 0, None),
    "in place": case(lambda x, y: x.clone().mul_(y).div_(x), (X, Y), 24, 1),
    "into views": case(written, (X, Y[:, 0], Y[:, 1]), 18, {1, 2}),
    "a number leaves": case(lambda x: x * x[0, 0].item(), X, 12, 2),
    "numbers leave in lists": case(lambda x: torch.tensor(x.tolist()) * x, X, 12, 2),
    "lengths of rows leave": case(lambda x: torch.tensor([[n**2] for n in x.norm(dim=1).tolist()]) * x, X, 3, 3),
    "numbers and tensors": case(lambda x: torch.tensor([[x[0, 0], x[0, 1].item(), 2.0, x[0, 3]]]), X, 12, {0, 1}),
    "a number in a power": case(lambda x: x * x[0, 0].abs().item() ** 0.5, X, 12, 1.5),
    "addcmul": case(lambda x, y, z: torch.addcmul(x * x, y, z, value=0.5), (X, Y, Z), 24, 2),
    "addcdiv": case(lambda x, y, z: torch.addcdiv(x / x.abs() * z, y * z, z.abs(), value=-2), (X, Y, Z), 24, 1),
    "lerp": case(lambda x, y: torch.lerp(x, y, 0.25), (X, Y), 12, 1),
    "lerp by a tensor": case(lambda x, y, z: torch.lerp(x, y, z), (X, Y, Z), 12, None),
    "cube": case(lambda x: x**3, X, 12, 3),
    "third power": case(lambda x: x ** (1 / 3), P, 12, 1 / 3),
    "no simple power": case(lambda x: x**0.7390851332151607, P, 0, None, strict=True),
    "power of a tensor": case(lambda x: x ** torch.full((4,), 1.5), P, 12, 1.5, Kind.HARD),
    "powers that differ": case(lambda x: x ** torch.tensor([1.0, 2.0, 3.0, 4.0]), P, 0, None, strict=True),
    "exponent": case(lambda x: 3.0**x, X, 0, None),
    "exponent of two": case(lambda x: 2.0**x, X, 0, None),
    "exponent that is a tensor": case(lambda x, y: x**y, (P, Y), 0, None),
    "frexp, ldexp": case(lambda x: torch.ldexp(*torch.frexp(x)), X, 12, 1),
    "reciprocal": case(torch.reciprocal, X, 12, -1),
    "sqrt": case(torch.sqrt, P, 12, 0.5),
    "rsqrt": case(torch.rsqrt, P, 12, -0.5),
    "square": case(torch.square, X, 12, 2),
    # no degree
    **{
        name: case(getattr(torch, name), P if name in ("lgamma", "digamma") else SMALL, 0, None)
        for name in PURE
    },
    **{name: case(getattr(torch, name), P, 0, None) for name in ("log", "log2", "log10")},
    **{name: case(getattr(torch, name), 5 * X, 0, None) for name in ("floor", "ceil", "round", "trunc")},
    "frac": case(torch.frac, X, 0, None),
    "gelu": case(F.gelu, X, 0, None),
    "silu": case(F.silu, X, 0, None),
    "softplus": case(F.softplus, X, 0, None),
    "hardtanh": case(F.hardtanh, X, 0, None),
    "logit": case(torch.logit, 0.9 * np.abs(SMALL), 0, None),
    "softmax": case(lambda x: F.softmax(x, 1), X, 0, None),
    "log_softmax": case(lambda x: F.log_softmax(x, 1), X, 0, None),
    "logsumexp": case(lambda x: torch.logsumexp(x, 1), X, 0, None),
    "logcumsumexp": case(lambda x: torch.logcumsumexp(x, 1), X, 0, None),
    "exp of zeros": case(torch.exp, HOLES, 0, None),
    "tanh of zeros": case(torch.tanh, HOLES, EMPTY, None),
    "atan2": case(torch.atan2, (X, Y), 12, 0),
    "atan2 with zeros": case(torch.atan2, (HOLES, Y), 12 + EMPTY, 0),
    "exp of a ratio": case(lambda x, y: torch.exp(x / y), (X, Y), 12, 0),
    # comparisons
    "gt": case(lambda x, y: x > y, (X, Y), 12, 0, TURNS),
    "le": case(lambda x, y: x <= y, (X, Y), 12, 0, TURNS),
    "with zero": case(lambda x: x >= 0, X, 12, 0),
    "with a number": case(lambda x: x < 0.5, X, 0, None, TURNS),
    "eq": case(lambda x, y: x == y, (X, Y), 24, 0),
    "maximum": case(torch.maximum, (X, Y), 12, 1, TURNS),
    "minimum": case(torch.minimum, (X, Y), 12, 1, TURNS),
    "fmax": case(torch.fmax, (X, Y), 12, 1, TURNS),
    "fmin of a number": case(lambda x: torch.fmin(x, torch.tensor(0.5)), X, 0, None, TURNS),
    "clamp above zero": case(lambda x: x.clamp(min=0), X, 12, 1),
    "clamp below zero": case(lambda x: x.clamp(max=0.0), X, 12, 1),
    "clamp_max": case(lambda x: torch.clamp_max(x, 0.0), X, 12, 1),
    "clamp": case(lambda x: x.clamp(-0.5, 0.5), X, 0, None, TURNS),
    "clamp_min": case(lambda x: torch.clamp_min(x, 0.5), X, 0, None, TURNS),
    "clamp by tensors": case(lambda x, y: x.clamp(-y.abs(), y.abs()), (X, Y), 12, 1, TURNS),
    "where": case(lambda x, y: torch.where(MASK, x, y), (X, Y), 24, 1),
    "where of a comparison": case(lambda x, y: torch.where(x > y, x, y), (X, Y), 12, 1, TURNS),
    "masked_fill": case(lambda x: x.masked_fill(MASK, 0.0), X, 12, 1),
    "argmax": case(lambda x: x.argmax(1), X, 3, 0),
    "argmin of all": case(torch.argmin, X, 1, 0),
    "argsort": case(lambda x: x.argsort(0), X, 4, 0),
    # along axes
    "sum": case(torch.sum, X, 1, 1),
    "sum of rows": case(lambda x: x.sum(1), X, 3, 1),
    "sum that keeps its axis": case(lambda x: x.sum(0, keepdim=True) * x, X, 4, 2),
    "sum of two axes": case(lambda x: x.reshape(3, 2, 2).sum((0, 2)), X, 2, 1),
    "sum with zeros": case(lambda x: x.sum(1), HOLES, 3 + EMPTY, 1),
    "sum of products": case(lambda x, y: (x * y).sum(1), (X, Y), 24 - 9, 2),
    "mean": case(lambda x: x.mean(dim=-1), X, 3, 1),
    "nansum": case(lambda x: torch.nansum(x, 0), X, 4, 1),
    "amax": case(lambda x: x.amax(1), X, 3, 1),
    "amin": case(lambda x: x.amin((0, 1)), X, 1, 1),
    "prod": case(lambda x: x.prod(1), X, 3, 4, strict=True),
    "prod of all": case(torch.prod, X, 1, 12, strict=True),
    "norm": case(torch.norm, X, 1, 1),
    "norm of rows": case(lambda x: x.norm(dim=1), X, 3, 1),
    "norm by sums": case(lambda x: torch.linalg.vector_norm(x, 1, dim=0), X, 4, 1),
    "norm in place of its axis": case(lambda x: torch.linalg.vector_norm(x, 2.0, 0), X, 4, 1),
    "number of entries": case(lambda x: torch.linalg.vector_norm(x, 0, dim=1), HOLES, 3 + EMPTY, 0, strict=True),
    "Frobenius norm": case(lambda x: torch.norm(x, "fro"), X, 1, 1),
    "var": case(lambda x: x.var(1), X, 3, 2),
    "std": case(lambda x: x.std(0), X, 4, 1),
    "var_mean": case(lambda x: torch.var_mean(x, 1), X, 3, (2, 1)),
    "std_mean": case(lambda x: torch.std_mean(x, 0), X, 4, (1, 1)),
    "cumsum": case(lambda x: torch.cumsum(x, 1), X, 3, 1),
    "cummax": case(lambda x: torch.cummax(x, 0), X, 4, (1, 0)),
    "max along": case(lambda x: x.max(1), X, 3, (1, 0)),
    "min along": case(lambda x: x.min(0), X, 4, (1, 0)),
    "max of all": case(torch.max, X, 1, 1),
    "median": case(torch.median, X, 1, 1),
    "median along": case(lambda x: x.median(dim=0), X, 4, (1, 0)),
    "mode": case(lambda x: x.mode(1), X, 3, (1, 0)),
    "sort": case(lambda x: x.sort(0), X, 4, (1, 0)),
    "sort of rows": case(torch.sort, X, 3, (1, 0)),
    "topk": case(lambda x: x.topk(2, 0), X, 4, (1, 0)),
    "topk of rows": case(lambda x: x.topk(2), X, 3, (1, 0)),
    "kthvalue": case(lambda x: x.kthvalue(2, 1), X, 3, (1, 0)),
    "kthvalue that keeps its axis": case(lambda x: x.kthvalue(2, 0, keepdim=True), X, 4, (1, 0)),
    "aminmax": case(torch.aminmax, X, 1, (1, 1)),
    "aminmax along": case(lambda x: torch.aminmax(x, dim=1), X, 3, (1, 1)),
    # matrices
    "mm": case(lambda x: x @ M, X, 3, 1),
    "mm of two": case(lambda x, y: x @ y.T, (X, Y[:2]), 3 + 2 + 3, 2),
    "mm with holes": case(lambda x: x @ M, HOLES, 3 + EMPTY, 1),
    "bmm": case(lambda x, y: torch.bmm(x, y), (np.stack([X, Z]), RNG.normal(size=(2, 4, 2))), 2 * (3 + 2 + 3), 2),
    "mv": case(lambda x, y: x @ y, (X, Y[0]), 3 + 4, 2),
    "vector times matrix": case(lambda x, y: y @ x.T, (X, Y[0]), 3 + 4, 2),
    "dot": case(torch.dot, (X[0], Y[0]), 5, 2),
    "addmm": case(lambda x, y, z: torch.addmm(x * x, y, z, beta=2, alpha=0.5), (S, Y[:, :3], Z[:, :3]), 3 + 3 + 2, 2),
    "addmv": case(lambda x, y, z: torch.addmv(x, y, z, beta=2), (X[:, 0], Y, Z[0]), 7, None),
    "baddbmm": case(lambda y, z: torch.baddbmm(torch.zeros(1, 3, 3).double(), y[None], z.T[None]), (Y, Z), 9, 2),
    "inverse": case(torch.linalg.inv, S, 5, -1),
    "solve": case(torch.linalg.solve, (S, X), 9, 0),
    "solve from the right": case(lambda s, x: torch.linalg.solve(s, x.T, left=False), (S, X), 9, 0),
    "solve_triangular": case(lambda s, x: torch.linalg.solve_triangular(s, x, upper=True), (S, X), 12, 0),
    "cholesky": case(lambda x: torch.linalg.cholesky(x @ x.T), X, 3, 1),
    "cholesky_solve": case(lambda s, x: torch.cholesky_solve(x, s.tril()), (S, X), 10, -1),
    "trace": case(lambda x: torch.trace(x), S, 1, 1, strict=True),
    "pseudo-inverse": case(torch.linalg.pinv, X, 1, -1, strict=True),
    "distance": case(torch.dist, (X, Y), 1, 1),
    "layer_norm": case(lambda x: torch.nn.functional.layer_norm(x, (4,)), X, 0, None, Kind.HARD, BESIDE),
    "allclose": case(lambda x: x * (1 + torch.allclose(x, 0 * x, atol=1e-3)), X, 0, None, TURNS, strict=True),
    "softshrink": case(lambda x: torch.nn.functional.softshrink(x, 0.1), X, 0, None, Kind.HARD, TURNS),
    "a Newton step of rows": case(lambda x, y: torch.linalg.solve(x @ x.T, y), (X, Y), 7, -1),
    "eigenvalues": case(lambda x: torch.linalg.eigh(x)[0], S + S.T, 1, 1),
    "eigenvectors": case(lambda x: torch.linalg.eigh(x)[1].abs(), S + S.T, 1, 0),
    "singular values": case(lambda x: torch.linalg.svd(x, full_matrices=False)[1], X, 1, 1),
    "singular vectors": case(lambda x: torch.linalg.svd(x, full_matrices=False)[2].abs(), X, 1, 0),
    "qr": case(torch.linalg.qr, X, 4, (0, 1)),
    # rearrangements
    "triu": case(torch.triu, X, 12, 1),
    "flip": case(lambda x: x.flip(0), X, 12, 1),
    "roll": case(lambda x: x.roll(1, 1), X, 12, 1),
    "repeat": case(lambda x: x.repeat(2, 1), X, 12, 1),
    "repeat_interleave": case(lambda x: x.repeat_interleave(2, 0), X, 12, 1),
    "index": case(lambda x: x[torch.tensor([0, 2, 2])], X, 12, 1),
    "index_select": case(lambda x: x.index_select(1, torch.tensor([3, 1])), X, 12, 1),
    "gather": case(lambda x: x.gather(1, torch.tensor([[0, 1], [2, 3], [1, 1]])), X, 12, 1),
    "gather of the largest": case(lambda x: x.gather(1, x.abs().argmax(1, keepdim=True)), X, 3, 1),
    "take": case(lambda x: x.take(torch.tensor([0, 7, 11])), X, 12, 1),
    "masked_select": case(lambda x: x[MASK], X, 12, 1),
    "cat": case(lambda x, y: torch.cat([x, y * y], 1), (X, Y), 24, {1, 2}),
    "stack": case(lambda x, y: torch.stack([x, y]), (X, Y), 24, 1),
    "pad": case(lambda x: F.pad(x, (1, 0, 0, 2)), X, 12, 1),
    "diag_embed": case(torch.diag_embed, X, 12, 1),
    "views": case(lambda x: x.T[1:].reshape(9).unflatten(0, (3, 3)).unsqueeze(0) * 2, X, 12, 1),
    # lists
    "foreach_mul": case(lambda x, y: torch._foreach_mul([x, y], [y, x]), (X, Y), 24, (2, 2)),
    "foreach_add": case(lambda x, y: torch._foreach_add([x, y], 1e-3), (P, np.abs(Y)), 0, None, BESIDE),
    "foreach_sqrt": case(lambda x, y: torch._foreach_sqrt([x, y]), (P, np.abs(Y)), 24, (0.5, 0.5)),
    "foreach in place": case(lambda x: _divided(x, x.norm()), X, 1, 0),
    # no rule, and yet
    "hypot of itself": case(lambda x: torch.hypot(x, x), X, 12, 1),
    "copysign": case(torch.copysign, (X, Y), 24, 1),
}  # fmt: skip


def _divided(x, by):
    out = [x.clone()]
    torch._foreach_div_(out, by)
    return out


def tensors(out):
    return list(out) if isinstance(out, (tuple, list)) else [out]


def typed(trace: Trace, f, arrays: Arrays, ids: Arrays) -> Outputs:
    memory = Memory(trace)
    inputs = [torch.from_numpy(np.array(x)) for x in arrays]
    for t, d in zip(inputs, ids, strict=True):
        memory.tag(t, d)
    torch.manual_seed(0)
    with torch.no_grad(), memory.watching():
        outs = tensors(f(*inputs))
    return [(t.numpy(), memory.degrees.ids(t)) for t in outs]


def plain(f, arrays: Arrays) -> list[np.ndarray]:
    torch.manual_seed(0)
    with torch.no_grad():
        return [t.numpy() for t in tensors(f(*(torch.from_numpy(np.array(x)) for x in arrays)))]


@pytest.mark.parametrize("name", CASES)
def test_what_types_say_of_an_operation_is_true_and_all_there_is(name: str) -> None:
    confirm(CASES[name], lambda: Trace(skip=SKIP), typed, plain)


UNKNOWN = {
    "fmod": lambda x, y: torch.fmod(x, 1.0),
    "bessel_j0": lambda x, y: torch.special.bessel_j0(x),
    "linalg_pinv": lambda x, y: torch.linalg.pinv(x, atol=torch.tensor(0.1).double()),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_follows_no_rule_is_not_derived(name: str) -> None:
    trace = Trace(skip=SKIP)
    a = trace.degrees.unknown("a")
    typed(trace, UNKNOWN[name], (X, Y), [np.full(x.shape, a) for x in (X, Y)])
    (sentence,) = trace.equations.not_derived_in_words()
    assert sentence.startswith(f"not derived: {name} at interop/test_degrees_of_torch_operations.py:")


@pytest.mark.parametrize(
    "f",
    [lambda x, y: x.bernoulli_() + y - y, lambda x, y: x.normal_() * y, lambda x, y: torch.bernoulli(x / x) * y],
)
def test_draws_that_nothing_with_a_scale_tells_have_no_degree(f) -> None:
    trace = Trace(skip=SKIP)
    a = trace.degrees.unknown("a")
    ((_, ids),) = typed(trace, f, (X, Y), [np.full(x.shape, a) for x in (X, Y)])
    assert not trace.equations.missing
    assert set(ids.ravel()) <= {0, a}


MADE = {
    "full_like": (lambda x: torch.full_like(x, 0.5), 0.5),
    "full": (lambda x: torch.full((3, 4), 0.5), 0.5),
    "ones_like": (torch.ones_like, 1.0),
    "ones": (lambda x: torch.ones(3, 4), 1.0),
    "new_ones": (lambda x: x.new_ones(3, 4), 1.0),
    "filled": (lambda x: torch.empty_like(x).fill_(0.5), 0.5),
    "a number": (lambda x: 0.5, 0.5),
    "zeros": (torch.zeros_like, None),
    "whole numbers": (lambda x: torch.ones(3, 4, dtype=torch.int64), None),
    "a draw": (torch.rand_like, None),
}


@pytest.mark.parametrize("name", MADE)
def test_a_tensor_of_one_number_is_a_constant_of_its_line_that_may_scale(name: str) -> None:
    make, value = MADE[name]
    trace = Trace(skip=SKIP)
    a = int(trace.degrees.unknown("a"))
    typed(trace, lambda x: make(x) + x.abs(), (X,), [np.full(X.shape, a)])
    assert [constant.value for constant in trace.constants.values()] == [value] * (value is not None)
    named = {v for e in trace.equations.found for v in e.terms} - {trace.degrees.index(a)}
    assert named == set(trace.constants)


@pytest.mark.parametrize("f", [torch._foreach_maximum, torch._foreach_minimum, torch._foreach_add])
def test_a_number_beside_a_list_of_tensors_is_a_constant_of_its_line(f) -> None:
    trace = Trace(skip=SKIP)
    typed(trace, lambda x: f([x.abs()], 0.5), (X,), [np.full(X.shape, trace.degrees.unknown("a"))])
    assert [constant.value for constant in trace.constants.values()] == [0.5]


@pytest.mark.parametrize("off", [0.0, 0.9e-5, 1.1e-5, 1.9e-5, 1.0, math.inf, math.nan])
@pytest.mark.parametrize("options", [{}, {"rtol": 1e-3}, {"atol": 2.0}, {"equal_nan": True}], ids=str)
def test_what_is_close_is_what_torch_calls_so(off: float, options: dict[str, object]) -> None:
    x = torch.tensor([1.0, -2.0, 3.0], dtype=torch.float64)
    y = x * (1 + off)
    assert _all_close(y, x, **options) == torch.allclose(y, x, **options)
    both = torch.tensor([math.nan, 1.0])
    assert _all_close(both, both, **options) == torch.allclose(both, both, **options)
