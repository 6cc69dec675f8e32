"""Rules of what gathers many entries into one: they must have one degree."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.gathered import multiplied, running_products
from psitheory.scaletypes.models.torch.call import names
from psitheory.scaletypes.models.torch.elementwise import constant_of, said, zero
from psitheory.scaletypes.models.torch.memory import view_of


def axes_of(c: Any, x: Any) -> list[int]:
    """Return the axes of a reduction; all of them if none are named."""
    dim = c.get("dim")
    if dim is None or isinstance(dim, bool) or dim == []:
        return list(range(x.dim()))
    return [axis % max(x.dim(), 1) for axis in ([dim] if isinstance(dim, int) else dim)]


def reduced(m: Any, c: Any, x: Any, axes: list[int]) -> Ids:
    """Return the degree that entries share along axes, which have length 1."""
    parameter = m.memory.parameter(x)
    if parameter is not None:
        return m.rules.same(parameter.read(view_of(x), axes), axes, said(m, c))
    return m.rules.same(m.ids(x), axes, said(m, c))


def without(ids: Ids, axes: list[int], out: Any) -> Ids:
    """Drop the axes of a reduction unless they are kept."""
    ids = np.asarray(ids)
    return ids if out.dim() == ids.ndim else ids.reshape([n for axis, n in enumerate(ids.shape) if axis not in axes])


def reduction(factor: int = 1) -> Any:
    """Return the rule of a reduction, whose degree is that of its entries times a factor."""

    def rule(m: Any, c: Any) -> Any:
        x = c.first
        if len(c.args) > 1 and isinstance(c.args[1], torch.Tensor):  # maximum of two
            return m.rules.join(m.ids(x), m.ids(c.args[1]), said(m, c))
        axes = axes_of(c, x)
        ids = reduced(m, c, x, axes)
        out = c.run()
        outs = out if isinstance(out, (tuple, list)) else (out,)
        powers = [m.rules.times(ids, factor) if k == 0 else ids for k in range(len(outs))]
        return [without(i, axes, t) if t.is_floating_point() else None for i, t in zip(powers, outs, strict=True)]

    return rule


def norm(m: Any, c: Any) -> Any:
    """Keep the degree; the number of nonzero entries has degree zero."""
    axes = axes_of(c, c.first)
    ids = reduced(m, c, c.first, axes)
    order = constant_of(m, c.get("ord", "p"))
    return without(ids * 0 if order == 0 else ids, axes, c.run())


def product(m: Any, c: Any) -> Any:
    """Add the degrees of all factors."""
    axes = axes_of(c, c.first)
    return without(multiplied(m.rules, m.ids(c.first), axes, c.first.shape), axes, c.run())


def running_product(m: Any, c: Any) -> Any:
    """Add the degrees of the factors so far."""
    return running_products(m.rules, m.ids(c.first), c["dim"] % c.first.dim(), c.first.shape)


def along(m: Any, c: Any) -> Any:
    """Keep the degree, the same along an axis: cumulative sums, sorting."""
    return m.rules.same(
        m.ids(c.first), axes_of(c, c.first) if c.get("dim") is not None else range(c.first.dim()), said(m, c)
    )


def index_of(m: Any, c: Any) -> None:
    """Demand one degree along the axis of a comparison that returns indices."""
    reduced(m, c, c.first, axes_of(c, c.first))


def last_axis(m: Any, c: Any) -> Any:
    """Keep the degree, the same along the axis; indices come second."""
    dim = c.get("dim")
    axis = c.first.dim() - 1 if dim is None else dim
    return [m.rules.same(m.ids(c.first), [axis], said(m, c)), None]


def square_loss(m: Any, c: Any) -> Any:
    """Join what is compared, and square or keep its degree; reduced to one number unless said otherwise."""
    ids = m.rules.join(m.ids(c.args[0]), m.ids(c.args[1]), said(m, c))
    ids = m.rules.times(ids, Fraction(2)) if c.name == "mse_loss" else ids
    out = c.run()
    return ids if out.dim() else m.rules.same(ids, range(np.ndim(ids)), said(m, c)).reshape(())


def negative_log(m: Any, c: Any) -> Any:
    """Keep the degree of the picked entries, all of one."""
    ids = m.rules.same(m.ids(c.first), range(c.first.dim()), said(m, c)).ravel()[:1].reshape(())
    return [ids, None]


REDUCTIONS: dict[str, Any] = (
    dict.fromkeys(
        names("mean sum amax amin max min nansum nanmean median nanmedian kthvalue mode std aminmax"), reduction()
    )
    | dict.fromkeys(("var",), reduction(2))
    | dict.fromkeys(("norm", "linalg_vector_norm"), norm)
    | {"cumsum": along}
    | dict.fromkeys(("argmax", "argmin", "argsort"), index_of)
    | dict.fromkeys(("sort", "topk", "cummax", "cummin"), last_axis)
    | dict.fromkeys(("mse_loss", "l1_loss"), square_loss)
    | dict.fromkeys(("nll_loss_forward", "nll_loss2d_forward", "nll_loss", "nll_loss2d"), negative_log)
    | {
        "prod": product,
        "cumprod": running_product,
        "logsumexp": None,
        "var_mean": reduction(2),
        "std_mean": reduction(),
    }
)


def _log_sum(m: Any, c: Any) -> Ids:
    zero(m, c)
    return np.int64(0)


REDUCTIONS["logsumexp"] = _log_sum
REDUCTIONS["logcumsumexp"] = _log_sum
