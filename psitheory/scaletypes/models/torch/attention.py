"""Rules of attention as one operation."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.scaletypes.models.torch.elementwise import said


def attention(m: Any, c: Any) -> Any:
    """Demand degree zero of all products of queries and keys; values of one channel share a degree."""
    what = said(m, c)
    q, k, v = (np.asarray(m.ids(x)) for x in c.args[:3])
    m.rules.zero(m.rules.contract(q, np.swapaxes(k, -1, -2), what), f"softmax of {what}")
    mask = c.get("attn_mask", "attn_bias")
    if mask is not None and m.knows(mask):
        m.rules.zero(m.ids(mask), f"softmax of {what}")
    return [m.rules.same(v, [v.ndim - 2], what), None, None, None]


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
