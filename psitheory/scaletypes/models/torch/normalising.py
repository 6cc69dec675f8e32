"""Rules of normalisation: what comes out has the degree of the gain, up to the eps beside the variance."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.equations import Kind
from psitheory.scaletypes.models.torch.call import names
from psitheory.scaletypes.models.torch.elementwise import said
from psitheory.scaletypes.models.torch.layers import channels
from psitheory.scaletypes.models.torch.memory import view_of


def normalised(m: Any, c: Any, ids: Ids, eps: Any) -> None:
    """Demand degree zero of what stands beside an eps, softly."""
    if eps is None or eps:
        m.rules.constants.add(float(eps or 0.0))
        m.rules.zero(ids, f"eps of {said(m, c)}", Kind.CONSTANT, float(eps or 0.0))


def affine(m: Any, c: Any, ids: Ids, gain: Any, bias: Any) -> Ids:
    """Return the degree of ``gain · x + bias``."""
    out = ids if gain is None else m.rules.combine(ids, m.ids(gain))
    return out if bias is None else m.rules.join(out, m.ids(bias), said(m, c))


def batch_norm(m: Any, c: Any) -> Any:
    """Return zero for each channel; in eval mode by constants, so that each must have been zero."""
    x = c.first
    training = c.get("training", "train")
    if training is None:
        training = not c.name.endswith(("no_update", "no_training"))
    ids = channels(m, c, x)
    if training or c.get("running_mean") is None:
        normalised(m, c, ids, c.get("eps", "epsilon"))
    else:
        m.rules.zero(ids, f"{said(m, c)}, by running statistics, which are constants")
    out = affine(m, c, np.zeros(1, np.int64), c.get("weight"), c.get("bias"))
    kept = [ids, m.rules.times(ids, -1)] if training else [None, None]
    return [out.reshape(1, -1, *[1] * (x.dim() - 2)), *kept, None]


def layer_norm(m: Any, c: Any) -> Any:
    """Return zero; entries over which it normalises must share a degree."""
    x, count = c.first, len(c.get("normalized_shape"))
    ids = m.rules.same(m.ids(x), range(x.dim() - count, x.dim()), said(m, c))
    normalised(m, c, ids, c.get("eps"))
    out = affine(m, c, np.zeros([1] * count, np.int64), c.get("weight"), c.get("bias"))
    kept = [ids, m.rules.times(ids, -1)]
    return [out, *(kept[1:] if c.name == "_fused_rms_norm" else kept)]


def group_norm(m: Any, c: Any) -> Any:
    """Return zero; the channels of a group and all positions must share a degree."""
    x, groups = c.first, c.get("group")
    ids = np.broadcast_to(m.ids(x), x.shape)
    ids = ids.reshape(x.shape[0], groups, -1)
    ids = m.rules.same(ids, [2], said(m, c))
    normalised(m, c, ids, c.get("eps"))
    out = affine(m, c, np.zeros(1, np.int64), c.get("weight"), c.get("bias"))
    ids = ids[..., 0]
    return [out.reshape(1, -1, *[1] * (x.dim() - 2)), ids, m.rules.times(ids, -1)]


def weight_norm(m: Any, c: Any) -> Any:
    """Return the degree of the gain; the direction is normalised over all axes but one."""
    v, g, dim = c.args[0], c.args[1], c.get("dim")
    axes = [axis for axis in range(v.dim()) if axis != (dim or 0) % v.dim()]
    parameter = m.memory.parameter(v)
    ids = m.ids(v) if parameter is None else parameter.read(view_of(v), axes)
    m.rules.same(ids, axes, said(m, c))
    return [m.ids(g), None]


BATCH_NORMS = names(
    "native_batch_norm cudnn_batch_norm _native_batch_norm_legit _native_batch_norm_legit_functional "
    "_native_batch_norm_legit_no_training _batch_norm_with_update _batch_norm_with_update_functional "
    "_batch_norm_no_update miopen_batch_norm"
)

NORMALISING: dict[str, Any] = dict.fromkeys(BATCH_NORMS, batch_norm) | {
    "native_layer_norm": layer_norm,
    "_fused_rms_norm": layer_norm,
    "native_group_norm": group_norm,
    "_weight_norm_interface": weight_norm,
}
