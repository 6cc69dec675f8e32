"""Rules of factorisations, transforms and distances, of whole matrices or rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.scaletypes.degrees import Ids
from psitheory.scaletypes.models.gathered import lower_root
from psitheory.scaletypes.models.torch.elementwise import said


def cholesky(m: Any, c: Any) -> Any:
    """Return the degrees of a root; entries must scale as products of those of rows."""
    return [lower_root(m.rules, m.ids(c.first), said(m, c), c.first.shape[-1]), None]


def transformed(m: Any, c: Any) -> Ids:
    """Demand one degree along the axes over which a Fourier transform sums."""
    return m.rules.same(m.ids(c.first), [axis % c.first.dim() for axis in c["dim"]], said(m, c))


def distances(m: Any, c: Any) -> Ids:
    """Join each row of one matrix with each row of the other: a distance has the degree of both."""
    one, two = (m.rules.same(m.ids(x), [-1], said(m, c)) for x in c.args[:2])
    return m.rules.join(one, np.swapaxes(two, -1, -2), said(m, c))


def diagonal_sum(m: Any, c: Any) -> Ids:
    """Demand one degree of all entries of a diagonal."""
    ids = np.broadcast_to(m.ids(c.first), c.first.shape)
    return m.rules.same(np.diagonal(ids), [0], said(m, c)).reshape(())


MATRICES: dict[str, Any] = (
    dict.fromkeys(("_fft_r2c", "_fft_c2r", "_fft_c2c"), transformed)
    | dict.fromkeys(("_cdist_forward", "cdist"), distances)
    | {"linalg_cholesky_ex": cholesky, "trace": diagonal_sum}
)
