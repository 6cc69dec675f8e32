"""Which rule each operation of PyTorch follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.numbers import nearly
from psitheory.scaletypes.rules import Typed
from psitheory.scaletypes.torch.call import Call, axes_of
from psitheory.scaletypes.torch.matrices import (
    Answer,
    cholesky,
    factors,
    inverse,
    orthogonal,
    product,
    product_and_sum,
    solved,
    solved_by_cholesky,
)

# -- entry by entry ---------------------------------------------------------------------------------


def same(c: Call) -> Answer:
    return np.broadcast_to(c.args[0].d, c.shape)


def copied(c: Call) -> Answer:
    return np.broadcast_to(c.typed(c.args[1]).d, c.shape)


def cast(c: Call) -> Answer:
    if c.outs[0].dtype.kind in "fc":
        return same(c)
    c.rules.pure(c.args[0], "cast to an integer")
    return np.int64(0)


def free(c: Call) -> Answer:
    return np.int64(0)


def drawn(c: Call) -> Answer:
    """Bits that are drawn have no degree, and their probabilities must have none."""
    for x in c.tensors()[1 if c.func._schema.name.endswith("_") else 0 :]:  # one in place forgets what was there
        c.rules.pure(x, c.name)
    return np.int64(0)


def normal(c: Call) -> Answer:
    """Draws around a mean that are as large as their deviation."""
    in_place = c.func._schema.name.endswith("_")
    mean, deviation = (c.get(k + in_place, name, k) for k, name in enumerate(("mean", "std")))
    x, y = c.typed(mean), c.typed(deviation)
    return np.broadcast_to(c.rules.add(Typed(x.x, x.d), Typed(y.x, y.d)), c.shape)


def constant(c: Call) -> Answer:
    """Give a filled tensor its number's degree, or an unknown of its line."""
    given = [x for x in (*c.args, *c.kwargs.values()) if isinstance(x, float)]
    if given:
        return c.typed(given[-1], added=True).d
    whole = c.outs[0].ravel()
    return np.int64(c.rules.trace.literal(float(whole[0])) if whole.size and c.outs[0].dtype.kind == "f" else 0)


def filled(c: Call) -> Answer:
    return np.broadcast_to(c.typed(c.args[1], added=True).d, c.shape)


def add(c: Call) -> Answer:
    x, y = c.typed(c.args[0], added=True), c.typed(c.args[1], added=True)
    alpha = c.get(2, "alpha", 1)
    if c.name == "rsub":
        x, y = y, x
    scale = c.typed(alpha)
    return c.rules.add(x, Typed(y.x * scale.x, c.rules.multiply(y.d, scale.d), y.fixed and scale.fixed), c.outs[0])


def mul(c: Call) -> Answer:
    return c.rules.multiply(c.typed(c.args[0]).d, c.typed(c.args[1]).d)


def div(c: Call) -> Answer:
    x, y = c.typed(c.args[0]), c.typed(c.args[1])
    degree = c.rules.divide(x.d, y.d)
    if c.kwargs.get("rounding_mode") is None:
        return degree
    c.rules.pure(Typed(x.x, degree), "rounded quotient")
    return np.int64(0)


def multiply_add(c: Call) -> Answer:
    """Type addcmul and addcdiv: x + value·y·z or x + value·y/z."""
    x, y, z = (c.typed(a) for a in c.args[:3])
    value = c.get(3, "value", 1)
    product = c.name == "addcmul"
    degree = c.rules.multiply(y.d, z.d) if product else c.rules.divide(y.d, z.d)
    with np.errstate(all="ignore"):
        term = y.x * z.x if product else y.x / z.x
    term = term * (float(value) if isinstance(value, (int, float)) else 1)
    return c.rules.add(x, Typed(term, c.rules.multiply(degree, c.typed(value).d), y.fixed and z.fixed), c.outs[0])


def lerp(c: Call) -> Answer:
    x, y, weight = (c.typed(a) for a in c.args[:3])
    c.rules.pure(weight, "weight of lerp")
    share = weight.x if isinstance(weight.x, np.ndarray) else float(weight.x)
    return c.rules.add(Typed(x.x * (1 - share), x.d, x.fixed), Typed(y.x * share, y.d, y.fixed), c.outs[0])


def power(c: Call) -> Answer:
    base, exponent = c.args[0], c.args[1]
    if not isinstance(base, Typed):
        if base == 2 and c.typed(exponent).x.dtype.kind == "i":  # of exponents, as frexp gives them
            return exponent.d
        c.rules.pure(c.typed(exponent), "exponent")
        return np.int64(0)
    if isinstance(exponent, Typed):
        c.rules.pure(exponent, "exponent")
        if exponent.x.size == 0 or np.ptp(exponent.x):
            c.rules.pure(base, "power")
            return np.int64(0)
        exponent = float(exponent.x.flat[0])
    c.rules.trace.demand(c.number(exponent), 0, Kind.HARD, "exponent")
    try:
        return c.rules.power(base.d, nearly(float(exponent)))
    except ValueError:
        c.rules.pure(base, "power")
        return np.int64(0)


def mantissa_and_exponent(c: Call) -> Answer:
    """frexp: rescaling by powers of two moves the exponent alone, which carries the degree (runs see other scales)."""
    return [np.int64(0), c.args[0].d]


def scaled_by_exponent(c: Call) -> Answer:
    """ldexp: exponents that are whole numbers come from frexp and carry a degree; others must stay."""
    exponent = c.typed(c.args[1])
    if exponent.x.dtype.kind == "i":
        return mul(c)
    c.rules.pure(exponent, "exponent")
    return c.typed(c.args[0]).d


def powers(factor: float) -> Callable[[Call], Answer]:
    def rule(c: Call) -> Answer:
        return c.rules.power(c.args[0].d, factor)

    return rule


def pure(c: Call) -> Answer:
    for x in c.tensors():
        c.rules.pure(x, c.name, zero_to_zero=c.name not in ("exp", "cos", "sigmoid", "logit"))
    return np.int64(0)


def angle(c: Call) -> Answer:
    return c.rules.angle(c.args[0], c.args[1])


def compare(c: Call) -> Answer:
    c.rules.compare(c.typed(c.args[0], added=True), c.typed(c.args[1], added=True))
    return np.int64(0)


def equality(c: Call) -> Answer:
    """Demand nothing: equality fails at almost all values, whatever their degrees."""
    return np.int64(0)


def extremum(c: Call) -> Answer:
    if len(c.args) == 1 or not isinstance(c.args[1], (Typed, float)):
        return reduced(c)
    x, y = c.typed(c.args[0]), c.typed(c.args[1], added=True)
    return c.rules.extremum(x, y, largest="max" in c.name, what=c.name)


def clamp(c: Call) -> Answer:
    low = c.get(1, "min") if c.name != "clamp_max" else None
    high = c.get(2, "max") if c.name == "clamp" else c.get(1, "max") if c.name == "clamp_max" else None
    x = c.args[0]
    for limit, largest in ((low, True), (high, False)):
        if limit is not None:
            y = c.typed(limit, added=True)
            d = c.rules.extremum(x, y, largest=largest, what="clamp")
            with np.errstate(invalid="ignore"):
                x = Typed(np.maximum(x.x, y.x) if largest else np.minimum(x.x, y.x), d)
    return np.broadcast_to(x.d, c.shape)


def where(c: Call) -> Answer:
    """Take the degree of the branch taken; the comparison was typed before."""
    if len(c.args) < 3:
        return np.int64(0)
    return c.rules.choose(c.args[0].x, c.typed(c.args[1], added=True).d, c.typed(c.args[2], added=True).d)


def masked(c: Call) -> Answer:
    return c.rules.choose(c.args[1].x, c.typed(c.args[2], added=True).d, c.args[0].d)


# -- along axes -------------------------------------------------------------------------------------


def reduced(c: Call) -> Answer:
    x = c.args[0]
    dim = c.kwargs.get("dim", c.args[2] if c.name in ("norm", "linalg_vector_norm") and len(c.args) > 2 else None)
    if dim is None and c.name not in ("norm", "linalg_vector_norm") and len(c.args) > 1:
        dim = c.args[1]
    axes = axes_of(x, dim)
    out = c.rules.reduce(x, axes, c.name)
    if c.name == "prod":
        out = c.rules.power(out, int(np.prod([x.shape[i] for i in axes], dtype=int)))
    if c.name == "var":
        out = c.rules.power(out, 2)
    if c.name in ("norm", "linalg_vector_norm") and c.get(1, "ord", 2) == 0:
        out = np.zeros_like(out)
    if c.name == "logsumexp":
        c.rules.pure(x, c.name)
    return np.asarray(out).reshape(c.shape)


def selected(c: Call) -> Answer:
    """Values and places of extrema, or of sorting: one degree along the axis."""
    x = c.args[0]
    dim = c.get(2 if c.name in ("topk", "kthvalue") else 1, "dim", -1)
    if c.name == "aminmax" or (
        c.name in ("max", "min", "median", "nanmedian", "mode") and len(c.args) < 2 and "dim" not in c.kwargs
    ):
        out = c.rules.whole(x, c.name) if c.kwargs.get("dim") is None else c.rules.reduce(x, (c.kwargs["dim"],), c.name)
        return [np.asarray(out).reshape(o.shape) if out.ndim else out for o in c.outs]
    one = c.rules.reduce(x, (dim,), c.name, keep=True)
    first = c.outs[0]
    one = one if first.ndim == len(x.shape) else np.squeeze(one, dim)
    return [np.broadcast_to(one, first.shape)]


def placed(c: Call) -> Answer:
    """Places of extrema, or of an order: one degree along the axis, and none themselves."""
    dim = c.get(1, "dim", -1 if c.name == "argsort" else None)
    c.rules.reduce(c.args[0], axes_of(c.args[0], dim), c.name)
    return np.int64(0)


def accumulated(c: Call) -> Answer:
    return c.rules.accumulate(c.args[0], c.get(1, "dim"), c.name)


def moments(c: Call) -> Answer:
    """var_mean and std_mean."""
    x = c.args[0]
    one = c.rules.reduce(x, axes_of(x, c.get(1, "dim")), c.name)
    first = c.rules.power(one, 2) if c.name == "var_mean" else one
    return [np.asarray(d).reshape(o.shape) for d, o in zip((first, one), c.outs, strict=True)]


# -- rearrangements ---------------------------------------------------------------------------------


def moved(c: Call) -> Answer:
    """Let the operation itself move the degrees as it moves the values."""

    def degrees(x: Any) -> Any:
        if isinstance(x, Typed):
            is_index = np.asarray(x.x).dtype.kind in "iub" and c.name != "cat"
            numbers = x.x if is_index else np.broadcast_to(x.d, x.shape).astype(float)  # some move no whole numbers
            return torch.from_numpy(np.array(numbers))
        return type(x)(map(degrees, x)) if isinstance(x, (list, tuple)) else x

    args = [degrees(x) for x in c.args]
    if c.name == "constant_pad_nd":
        args = args[:2]
    out = c.func(*args, **{k: degrees(x) for k, x in c.kwargs.items()})
    several = out if isinstance(out, (tuple, list)) else [out]
    return [o.numpy().astype(np.int64) for o in several]


def _rules() -> dict[str, Callable[[Call], Answer]]:
    families: dict[Callable[[Call], Answer], str] = {
        same: "neg abs clone detach contiguous nan_to_num positive real conj _conj_physical alias lift_fresh_copy "
        "view_as_real_copy resolve_conj resolve_neg sparse_mask _to_dense _coalesce",
        copied: "copy",
        cast: "_to_copy",
        free: "zeros_like zeros new_zeros zero empty_like empty new_empty empty_strided new_empty_strided rand_like "
        "randn_like rand randn eye arange sign sgn isnan isinf isfinite logical_not logical_and logical_or "
        "logical_xor bitwise_not bitwise_and bitwise_or any all lift_fresh randint randint_like uniform "
        "randperm linspace nonzero heaviside signbit is_same_size bincount exponential",
        drawn: "bernoulli",
        normal: "normal",
        constant: "ones_like ones new_ones full full_like new_full scalar_tensor",
        filled: "fill",
        add: "add sub rsub",
        mul: "mul",
        scaled_by_exponent: "ldexp",
        div: "div true_divide divide",
        multiply_add: "addcmul addcdiv",
        lerp: "lerp",
        power: "pow",
        pure: "exp exp2 expm1 log log1p log2 log10 tanh sigmoid erf erfc sin cos tan atan asin acos sinh cosh softplus "
        "floor ceil round trunc frac gelu silu logit _softmax _log_softmax erfinv polygamma lgamma digamma hardtanh "
        "logcumsumexp asinh acosh atanh i0 linalg_matrix_exp histc",
        angle: "atan2",
        compare: "gt lt ge le",
        equality: "eq ne equal",
        extremum: "maximum minimum fmax fmin",
        clamp: "clamp clamp_min clamp_max",
        where: "where",
        masked: "masked_fill",
        reduced: "sum mean amax amin prod norm linalg_vector_norm var std nansum logsumexp nanmean",
        accumulated: "cumsum cummax",
        placed: "argmax argmin argsort",
        selected: "max min sort topk kthvalue mode median aminmax nanmedian",
        moments: "var_mean std_mean",
        product: "mm bmm mv dot vdot matmul",
        product_and_sum: "addmm addmv baddbmm",
        inverse: "linalg_inv_ex inverse",
        mantissa_and_exponent: "frexp",
        solved: "linalg_solve_triangular _linalg_solve_ex",
        solved_by_cholesky: "cholesky_solve",
        cholesky: "linalg_cholesky_ex cholesky",
        orthogonal: "linalg_qr",
        moved: "triu tril flip roll repeat index_select gather index cat stack constant_pad_nd take repeat_interleave "
        "_unsafe_index masked_select diag_embed im2col select_backward slice_backward",
        factors(1, 0): "linalg_eigh _linalg_eigh",
        factors(0, 1, 0): "linalg_svd _linalg_svd",
        powers(-1): "reciprocal",
        powers(0.5): "sqrt",
        powers(-0.5): "rsqrt",
        powers(2): "square",
        powers(1 / 3): "cbrt",
    }
    return {name: rule for rule, names in families.items() for name in names.split()}


_NEW = "zeros new_zeros empty_like empty new_empty empty_strided new_empty_strided ones_like ones new_ones full"
CREATING = frozenset(f"zeros_like {_NEW} full_like new_full eye arange linspace zero fill".split())
"""Operations whose result has nothing of the values that they are given."""
RULES = _rules()
"""The rule of each operation; any other is probed."""
