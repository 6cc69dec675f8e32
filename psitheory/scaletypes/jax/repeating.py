"""What a step of a jaxpr does, as far as rules may look at it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psitheory.scaletypes.jax.along import ADDING
from psitheory.scaletypes.jax.interpreter import Interpreter
from psitheory.scaletypes.jax.operations import RANDOM, Call, Item
from psitheory.scaletypes.jax.recall import OF_VALUES
from psitheory.scaletypes.optimizers.repeating import seen_of
from psitheory.scaletypes.rules import Typed


@dataclass
class Noting(Interpreter):
    """Computes equations without degrees, and notes what a rule may look at.

    A power of constants is noted whatever its exponent: two exponents that differ say all that the others do.
    """

    _noted: list[int] = field(default_factory=list)

    def done(self) -> Hashable:
        """Return what was done since this was asked for last."""
        noted, self._noted = hash(tuple(self._noted)), []
        return noted

    def _views(self, eqn: Any, x: Sequence[Item], values: Sequence[Any]) -> list[Item]:
        fixed = all(item.fixed for item in x)
        return [Item(v, np.int64(0), fixed) for v in values]

    def _written(self, call: Call, found: Typed | None) -> list[Item]:
        fixed = [item.fixed for item in call.args]
        power = call.name in OF_VALUES and not all(fixed)
        signed = call.name in ADDING and len(set(fixed)) > 1
        kept = (seen_of(np.asarray(x.x), exactly=power and k > 0, signed=signed) for k, x in enumerate(call.args))
        self._noted.append(hash((id(call.eqn), *kept)))
        return [Item(v, np.int64(0), all(fixed) and call.name not in RANDOM) for v in call.outs]
