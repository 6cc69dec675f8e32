"""Rules of attention as one operation."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.torch.elementwise import said

PAIRS = 1_000_000
"""More products of entries than these are all taken for compared, which is sound, but may ask for more."""


def attention(m: Any, c: Any) -> Any:
    """Demand degree zero of products of queries and keys that are compared; values that are mixed share a degree.

    A query that sees one key alone, as the first under a causal mask, compares nothing.
    """
    what = said(m, c)
    q, k, v = (m.rules.settled(m.ids(x)) for x in c.args[:3])
    k, v = (_repeated(x, c.args[1].shape[-3], c.args[0].shape[-3]) for x in (k, v))
    seen = _seen(m, c, q, k, v)
    if seen is None:
        m.rules.zero(m.rules.contract(q, np.swapaxes(k, -1, -2), what), f"softmax of {what}")
        out = m.rules.same(v, [v.ndim - 2], what)
    else:
        compared = (seen & (seen.sum(-1, keepdims=True) > 1))[..., None]
        products = m.rules.combine(q[..., :, None, :], k[..., None, :, :])
        m.rules.zero(np.where(compared, products, ANY), f"softmax of {what}")
        out = m.rules.same(np.where(seen[..., None], v[..., None, :, :], ANY), [-2], what)[..., 0, :]
    mask = c.get("attn_mask", "attn_bias")
    if mask is not None and m.knows(mask):
        m.rules.zero(m.ids(mask), f"softmax of {what}")
    return [out, None, None, None]


def _repeated(ids: Ids, heads: int, wanted: int) -> Ids:
    """Return degrees of keys or values that several heads of queries share, for each head of queries."""
    return np.repeat(ids, wanted // heads, -3) if ids.shape[-3] > 1 else ids


def _seen(m: Any, c: Any, q: Ids, k: Ids, v: Ids) -> Any:
    """Return which keys each query sees, (..., L, S); None where all do, or where all tokens have the same degrees."""
    mask = c.get("attn_mask", "attn_bias")
    if q.shape[-2] == k.shape[-2] == v.shape[-2] == 1 or q.size * c.args[1].shape[-2] > PAIRS:
        return None
    if c.get("is_causal"):
        return np.tri(c.args[0].shape[-2], c.args[1].shape[-2], dtype=bool)
    if mask is None or (m.knows(mask) and np.any(m.ids(mask) > 0)):
        return None
    with torch.utils._python_dispatch._disable_current_modes():
        return (mask if mask.dtype == torch.bool else mask > -torch.inf).cpu().numpy()


ATTENTION: dict[str, Any] = dict.fromkeys(
    [
        "_scaled_dot_product_flash_attention_for_cpu",
        "_scaled_dot_product_flash_attention",
        "_scaled_dot_product_efficient_attention",
        "_scaled_dot_product_cudnn_attention",
        "_scaled_dot_product_fused_attention_overrideable",
        "_scaled_dot_product_attention_math",
    ],
    attention,
)
