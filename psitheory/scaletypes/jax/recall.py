"""Rules are asked but once, since a step of a jaxpr runs the equations of the step before.

What a rule returns depends on the degrees of what it is given, and on where that is zero or infinite; so do the
equations that it asks for.  Constants and comparisons look at signs and sizes, too: these are never recalled.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psitheory.scaletypes.jax.operations import Call, Item
from psitheory.scaletypes.trace import Trace

OF_VALUES = frozenset(["pow"])
"""Primitives whose result has a degree that depends on values, those of an exponent."""


@dataclass
class Recall:
    """The answers of rules in one run, by equation, its line and what it was given."""

    trace: Trace
    _known: dict[Hashable, Any] = field(default_factory=dict)

    def of(self, rule: Callable[[Call], Any], call: Call) -> Any:
        """Return the answer of a rule: that of before, unless it then asked for what depends on signs and sizes."""
        key = id(call.eqn), self.trace.here(), *(_seen(x, exactly=call.name in OF_VALUES) for x in call.args)
        if key in self._known:
            return self._known[key]
        weighed = self.trace.weighed
        found = rule(call)
        if self.trace.weighed == weighed:
            self._known[key] = found
        return found


def _seen(x: Item, *, exactly: bool) -> Hashable:
    """Return what a rule may look at of an input; whole numbers, which choose and count, as they are."""
    degrees, values = np.asarray(x.d), np.asarray(x.x)
    about = x.shape, x.fixed, x.raw, degrees.shape, degrees.tobytes()
    if exactly or values.dtype.kind not in "fc":
        return *about, values.tobytes()
    finite = np.isfinite(values)
    return *about, (values != 0).tobytes(), b"" if finite.all() else finite.tobytes()
