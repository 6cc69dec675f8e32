"""Rules of what acts on each entry by itself."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.items import SMALL
from psitheory.scaletypes.models.operations import whatever_the_scale
from psitheory.scaletypes.models.torch.call import names


def said(m: Any, c: Any) -> str:
    """Return the name of an operation and of the module it runs in."""
    return f"{c.name} in {m.modules[-1]}" if m.modules else str(c.name)


def same(m: Any, c: Any) -> Ids:
    """Keep the degree: absolute values, ReLU, copies."""
    return m.ids(c.first)


def zero(m: Any, c: Any) -> Ids:
    """Demand degree zero of all that comes in: tanh, exp, softmax, a sum of exponentials."""
    for x in c.tensors:
        m.rules.zero(m.ids(x), said(m, c))
    return np.int64(0)


def free(m: Any, c: Any) -> Ids:
    """Return degree zero, whatever comes in: signs, shapes, random numbers."""
    return np.int64(0)


def drawn(m: Any, c: Any) -> Ids:
    """Demand degree zero of what tells a distribution; a tensor that is filled with draws tells nothing."""
    for x in c.args[1 if c.op.endswith("_") else 0 :]:
        m.rules.zero(m.ids(x) if m.knows(x) else np.int64(0), said(m, c))
    return np.int64(0)


def vanishing(m: Any, c: Any) -> Ids:
    """Return the degree of exact zeros."""
    return np.int64(ANY)


def nothing(m: Any, c: Any) -> None:
    """Return what has no degree: indices, truth values of signs."""


def filled(m: Any, c: Any) -> Ids:
    """Return the degree of what fills."""
    return m.ids(c.get("fill_value", "value"))


def constant_of(m: Any, value: Any) -> float | None:
    """Return the number that a constant is, or None for what is none."""
    if isinstance(value, torch.Tensor):
        if m.knows(value) or value.numel() != 1:
            return None
        with torch.utils._python_dispatch._disable_current_modes():
            return float(value)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def add(m: Any, c: Any) -> Ids:
    """Demand equal degrees; a small constant is an eps, whose demand is soft."""
    one, two = c.args[0], c.args[1]
    for x, constant in ((one, constant_of(m, two)), (two, constant_of(m, one))):
        if constant is not None and 0 < abs(constant) <= SMALL and m.knows(x):
            m.rules.constants.add(constant)
            ids = m.ids(x)
            m.rules.zero(ids, said(m, c), Kind.CONSTANT, constant)
            return ids
        if constant == 0:
            return m.ids(x)
    if not isinstance(c.get("alpha"), torch.Tensor) and c.get("alpha") == 0:
        return m.ids(one)
    return m.rules.join(m.ids(one), m.ids(two), said(m, c))


def mul(m: Any, c: Any) -> Ids:
    """Add degrees."""
    return m.rules.combine(m.ids(c.args[0]), m.ids(c.args[1]))


def div(m: Any, c: Any) -> Ids:
    """Subtract degrees; rounded quotients must be unchanged."""
    ids = m.rules.combine(m.ids(c.args[0]), m.ids(c.args[1]), 1, -1)
    if c.get("rounding_mode"):
        m.rules.zero(ids, said(m, c))
    return ids


def addcmul(m: Any, c: Any) -> Ids:
    """Join the first with the product of the others."""
    return m.rules.join(m.ids(c.args[0]), m.rules.combine(m.ids(c.args[1]), m.ids(c.args[2])), said(m, c))


def addcdiv(m: Any, c: Any) -> Ids:
    """Join the first with the quotient of the others."""
    return m.rules.join(m.ids(c.args[0]), m.rules.combine(m.ids(c.args[1]), m.ids(c.args[2]), 1, -1), said(m, c))


def rounded_quotient(m: Any, c: Any) -> Ids:
    """Demand an unchanged quotient."""
    m.rules.zero(m.rules.combine(m.ids(c.args[0]), m.ids(c.args[1]), 1, -1), said(m, c))
    return np.int64(0)


def lerp(m: Any, c: Any) -> Ids:
    """Join both ends; the weight must be unchanged."""
    m.rules.zero(m.ids(c.args[2]), said(m, c))
    return m.rules.join(m.ids(c.args[0]), m.ids(c.args[1]), said(m, c))


def times(factor: Fraction) -> Any:
    """Return the rule that multiplies degrees."""
    return lambda m, c: m.rules.times(m.ids(c.first), factor)


def power(m: Any, c: Any) -> Ids:
    """Multiply the degree by the exponent, which must be a number for the degree to be other than zero."""
    base, exponent = c.args[0], c.args[1]
    number = constant_of(m, exponent)
    if isinstance(base, torch.Tensor) and number is not None:
        try:
            return m.rules.times(m.ids(base), number)
        except ValueError:  # no simple fraction
            pass
    m.rules.zero(m.ids(base), said(m, c))
    m.rules.zero(m.ids(exponent), said(m, c))
    return np.int64(0)


def clamp(m: Any, c: Any) -> Ids:
    """Keep the degree above zero; a tiny lower bound is a floor; every other bound demands degree zero."""
    ids = m.ids(c.first)
    for bound, is_lower in ((c.get("min"), c.name != "clamp_max"), (c.get("max"), False)):
        number = constant_of(m, bound)
        if bound is None or number == 0 or (number is not None and np.isinf(number)):
            continue
        if number is None:
            ids = m.rules.join(ids, m.ids(bound), said(m, c))
        elif is_lower and 0 < number <= SMALL:
            m.rules.zero(ids, said(m, c), Kind.WINDOW, number)
        else:
            m.rules.zero(ids, said(m, c))
    return ids


def extreme(m: Any, c: Any) -> Ids:
    """Demand equal degrees of what is compared; a tiny constant below is a floor."""
    one, two = c.args[0], c.args[1]
    for x, constant in ((one, constant_of(m, two)), (two, constant_of(m, one))):
        if constant is not None and 0 < constant <= SMALL and c.name in ("maximum", "fmax"):
            m.rules.zero(m.ids(x), said(m, c), Kind.WINDOW, constant)
            return m.ids(x)
        if constant == 0:
            return m.ids(x)
    return m.rules.join(m.ids(one), m.ids(two), said(m, c))


def compare(m: Any, c: Any) -> Ids | None:
    """Demand equal degrees of what is compared; with zero everything may be.

    Returns None, as for a constant, where no scale changes the answer whatever the degrees are: whether a number is
    zero, is infinite, or is itself.
    """
    one, two = c.args[0], c.args[1]
    numbers = {constant_of(m, one), constant_of(m, two)}
    if one is two or whatever_the_scale(numbers, c.name):
        return None
    if 0 not in numbers:
        m.rules.join(m.ids(one), m.ids(two), said(m, c))
    return np.int64(0)


def joined(m: Any, c: Any) -> Ids:
    """Demand equal degrees: of the sides of a triangle, of the parts of a complex number, of what is modulo what."""
    return m.rules.join(m.ids(c.args[0]), m.ids(c.args[1]), said(m, c))


def turned(m: Any, c: Any) -> Ids:
    """Keep the degree of an absolute value; angles must be unchanged."""
    m.rules.zero(m.ids(c.args[1]), said(m, c))
    return m.ids(c.first)


def where(m: Any, c: Any) -> Ids:
    """Join both branches if the condition depends on weights; else take entry by entry what is taken."""
    condition, one, two = c.args[0], m.ids(c.args[1]), m.ids(c.args[2])
    if m.knows(condition):
        return m.rules.join(one, two, said(m, c))
    return np.where(_plain(condition), one, two)


def masked_fill(m: Any, c: Any) -> Ids:
    """As :func:`where`, for the filled entries."""
    x, mask, value = m.ids(c.args[0]), c.args[1], m.ids(c.args[2])
    if m.knows(mask):
        return m.rules.join(x, value, said(m, c))
    return np.where(_plain(mask), value, x)


def _plain(t: Any) -> Any:
    with torch.utils._python_dispatch._disable_current_modes():
        return t.detach().cpu().numpy()


def threshold(m: Any, c: Any) -> Ids:
    """Keep the degree of a threshold at zero with zeros below."""
    return m.ids(c.first) if not any(map(float, c.args[1:3])) else zero(m, c)


def below_threshold(m: Any, c: Any) -> Ids:
    """Keep the degree of a slope where a threshold lets it pass: that of ReLU, at zero, asks for nothing."""
    if float(c["threshold"]):
        m.rules.zero(m.ids(c.args[1]), said(m, c))
    return m.ids(c.first)


def slope(m: Any, c: Any) -> Ids:
    """Keep the degree of a slope; that by which it is multiplied is one of values that must be unchanged."""
    for x in c.tensors[1:]:
        m.rules.zero(m.ids(x), said(m, c))
    return m.ids(c.first)


def copy(m: Any, c: Any) -> Ids:
    """Return the degrees of the source."""
    return m.ids(c.args[1])


def cast(m: Any, c: Any) -> Ids:
    """Keep the degree, unless numbers become integers; what becomes coarser is kept in mind."""
    dtype = c.get("dtype")
    if dtype is None:
        return m.ids(c.first)
    if not (dtype.is_floating_point or dtype.is_complex):
        return zero(m, c)
    m.rules.coarsest = max(m.rules.coarsest, torch.finfo(dtype).eps)
    return m.ids(c.first)


def number_out(m: Any, c: Any) -> None:
    """Demand degree zero of a number that leaves the tensors: what is done with it is not seen."""
    m.rules.zero(m.ids(c.first), f"a number leaves the tensors{' in ' + m.modules[-1] if m.modules else ''}")


def gated(m: Any, c: Any) -> Ids:
    """Keep the degree of the first half; the gates, the second half, must be unchanged."""
    axis = c.get("dim") % c.first.dim()
    ids = np.asarray(m.ids(c.first))
    values, gates = np.split(ids, 2, axis) if ids.shape[axis] > 1 else (ids, ids)
    m.rules.zero(gates, said(m, c))
    return values


SAME = names(
    "abs relu neg clone positive leaky_relu rrelu_with_noise contiguous conj _conj_physical "
    "conj_physical nan_to_num real imag resolve_conj lift_fresh_copy absolute negative copysign leaky_relu_backward"
)
ZERO = names(
    "tanh sigmoid exp exp2 expm1 log log2 log10 log1p erf erfc erfinv gelu silu mish softplus elu celu "
    "selu hardswish hardsigmoid hardtanh relu6 log_sigmoid log_sigmoid_forward logit sin cos tan asin "
    "acos atan sinh cosh asinh acosh atanh sinc floor ceil round trunc frac softshrink hardshrink digamma "
    "lgamma _softmax _log_softmax _safe_softmax special_entr xlogy logaddexp logaddexp2 "
    "binary_cross_entropy binary_cross_entropy_with_logits huber_loss smooth_l1_loss searchsorted bucketize frexp"
)
SLOPES = names(
    "tanh_backward sigmoid_backward gelu_backward silu_backward mish_backward softplus_backward elu_backward "
    "hardswish_backward hardsigmoid_backward hardtanh_backward log_sigmoid_backward"
)
FREE = names(
    "sign sgn ones_like rand_like randn_like randint_like "
    "uniform random exponential geometric heaviside ones rand randn new_ones "
    "one_hot logical_not logical_and logical_or logical_xor bitwise_not bitwise_and bitwise_or "
    "bitwise_xor"
)
VANISHING = names("zeros_like new_zeros zero zeros empty empty_like new_empty empty_strided new_empty_strided")
NOTHING = names(
    "isnan isinf isfinite signbit is_nonzero nonzero equal is_same_size _has_same_storage_numel _assert_async sym_size "
    "numel any all _assert_scalar"
)

ELEMENTWISE: dict[str, Any] = (
    dict.fromkeys(SAME, same)
    | dict.fromkeys(ZERO, zero)
    | dict.fromkeys(SLOPES, slope)
    | dict.fromkeys(FREE, free)
    | dict.fromkeys(("full", "full_like", "new_full", "fill"), filled)
    | dict.fromkeys(("bernoulli", "normal"), drawn)
    | dict.fromkeys(VANISHING, vanishing)
    | dict.fromkeys(NOTHING, nothing)
    | dict.fromkeys(("add", "sub", "rsub"), add)
    | dict.fromkeys(("mul", "multiply"), mul)
    | dict.fromkeys(("div", "true_divide", "divide"), div)
    | dict.fromkeys(("clamp", "clamp_min", "clamp_max"), clamp)
    | dict.fromkeys(("maximum", "minimum", "fmax", "fmin"), extreme)
    | dict.fromkeys(("gt", "lt", "ge", "le", "eq", "ne", "isclose", "atan2"), compare)
    | dict.fromkeys(("remainder", "fmod", "hypot", "complex"), joined)
    | dict.fromkeys(("_prelu_kernel", "polar", "ldexp"), turned)
    | {
        "addcmul": addcmul,
        "addcdiv": addcdiv,
        "floor_divide": rounded_quotient,
        "lerp": lerp,
        "sqrt": times(Fraction(1, 2)),
        "rsqrt": times(Fraction(-1, 2)),
        "square": times(Fraction(2)),
        "reciprocal": times(Fraction(-1)),
        "pow": power,
        "where": where,
        "masked_fill": masked_fill,
        "threshold": threshold,
        "threshold_backward": below_threshold,
        "copy": copy,
        "glu": gated,
        "_to_copy": cast,
        "_local_scalar_dense": number_out,
    }
)
