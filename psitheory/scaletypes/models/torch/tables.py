"""Which rule is for which operation of PyTorch; those without one are tried, by inputs times powers of two."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.models.compact import ANY
from psitheory.scaletypes.models.items import fits_any
from psitheory.scaletypes.models.torch.attention import ATTENTION
from psitheory.scaletypes.models.torch.backward import BACKWARD
from psitheory.scaletypes.models.torch.call import names
from psitheory.scaletypes.models.torch.contractions import CONTRACTIONS
from psitheory.scaletypes.models.torch.elementwise import ELEMENTWISE
from psitheory.scaletypes.models.torch.layers import LAYERS
from psitheory.scaletypes.models.torch.matrices import MATRICES
from psitheory.scaletypes.models.torch.movement import MOVEMENT
from psitheory.scaletypes.models.torch.normalising import NORMALISING
from psitheory.scaletypes.models.torch.places import PLACES
from psitheory.scaletypes.models.torch.probing import probe
from psitheory.scaletypes.models.torch.reductions import REDUCTIONS

Rule = Callable[[Any, Any], Any]

RULES: dict[str, Rule] = (
    ELEMENTWISE | REDUCTIONS | MOVEMENT | PLACES | CONTRACTIONS | MATRICES | LAYERS | NORMALISING | ATTENTION | BACKWARD
)

ZEROS = set(names("zeros zeros_like new_zeros zero empty empty_like new_empty empty_strided"))
FILLED = {"full", "full_like", "new_full", "scalar_tensor", "fill"}


def rule_of(name: str) -> Rule:
    """Return the rule of an operation, by its name without the trailing underscore."""
    return RULES.get(name, probe)


def rule_of_constants(call: Any) -> Any:
    """Return the degrees of a constant that fits any degree, such as zeros; None for others."""
    if call.name in ZEROS:
        return np.int64(ANY)
    if call.name in FILLED:
        value = call.get("fill_value", "s", "value")
        return np.int64(ANY) if not isinstance(value, torch.Tensor) and fits_any(value) else None
    return None
