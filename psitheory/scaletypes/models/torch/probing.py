"""Operations without a rule: run again on inputs times powers of two, one unknown at a time."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import torch

from psitheory.scaletypes.degrees import Coefficient, Ids
from psitheory.scaletypes.models.compact import distinct

MOST = 12
"""More unknowns than these in its inputs are not tried."""
STEP = 12
"""Inputs of the degree d are multiplied by 2^(12 d), which is whole for halves, thirds and quarters."""


def probe(m: Any, c: Any) -> Any:
    """Return degrees seen from exact powers of two, or demand unchanged inputs where nothing can be seen."""
    floats = [t for t in c.tensors if m.knows(t)]
    found = _probed(m, c, floats) or _probed_together(m, c, floats)
    if found is None:
        m.rules.unknown_operation(c.op, [m.ids(t) for t in floats])
        return [np.int64(0)] * 8
    return found


def _probed(m: Any, c: Any, floats: list[Any]) -> list[Ids | None] | None:
    forms = [_forms(m, m.ids(t)) for t in floats]
    unknowns = sorted({v for table in forms for form in table.values() for v in form})
    if not unknowns or len(unknowns) > MOST:
        return [np.int64(0)] * 8 if not unknowns else None
    base = _outputs(c, {})
    total: list[list[dict[int, Coefficient]]] | None = None
    for v in unknowns:
        scaled = {id(t): _times(t, m.ids(t), table, v) for t, table in zip(floats, forms, strict=True)}
        if any(x is None for x in scaled.values()):
            return None
        powers = [_powers(a, b) for a, b in zip(base, _outputs(c, scaled), strict=True)]
        if any(p is None for p in powers):
            return None
        if total is None:
            total = [[{} for _ in range(p.size)] for p in powers if p is not None]
        for forms_of, p in zip(total, powers, strict=True):
            for entry, k in zip(forms_of, np.ravel(np.asarray(p)), strict=True):
                if k:
                    entry[v] = Fraction(int(k), STEP)
    assert total is not None
    ids = iter([m.rules.degrees.id(form) for form in forms_of] for forms_of in total)
    return [np.array(next(ids), np.int64).reshape(tuple(t.shape)) for t in base]


def _probed_together(m: Any, c: Any, floats: list[Any]) -> list[Ids | None] | None:
    """Return degrees seen when all entries of an input are scaled together, one input at a time."""
    base = _outputs(c, {})
    total: list[Any] = [np.int64(0)] * 8
    found = []
    for t in floats:
        with torch.utils._python_dispatch._disable_current_modes():
            scaled = {id(t): t * 2.0**STEP}
        powers = [_powers(a, b) for a, b in zip(base, _outputs(c, scaled), strict=True)]
        if any(p is None for p in powers):
            return None
        kinds = [np.unique(p[_size(a) != 0]) for p, a in zip(powers, base, strict=True) if p is not None]
        if any(len(k) > 1 for k in kinds):
            return None
        found.append([Fraction(int(k[0]), STEP) if len(k) else Fraction(0) for k in kinds])
    for t, factors in zip(floats, found, strict=True):
        if len(distinct(m.rules.settled(m.ids(t)))) > 1:  # some entries alone might be scaled, too
            m.rules.missing.setdefault((c.op, m.rules.place()))
        ids = m.rules.same(m.ids(t), range(t.dim()), c.op).ravel()[:1].reshape(())
        total = [m.rules.combine(a, m.rules.times(ids, k)) for a, k in zip(total, factors, strict=False)]
    return total


def _forms(m: Any, ids: Ids) -> dict[int, Any]:
    return {int(i): m.rules.solver.reduce(m.rules.degrees.form(int(i))) if i > 0 else {} for i in np.unique(ids)}


def _times(t: Any, ids: Ids, forms: dict[int, Any], v: int) -> Any:
    exponents = np.vectorize(lambda i: float(STEP * forms[int(i)].get(v, 0)), otypes=[float])(ids)
    if np.any(exponents != np.round(exponents)):
        return None
    with torch.utils._python_dispatch._disable_current_modes():
        return t * torch.from_numpy(np.exp2(exponents)).to(t.dtype)


def _outputs(c: Any, scaled: dict[int, Any]) -> list[Any]:
    """Return what the operation gives for other inputs, which are copies."""

    def of(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return [of(x) for x in value]
        return scaled.get(id(value), value).clone() if isinstance(value, torch.Tensor) else value

    with torch.utils._python_dispatch._disable_current_modes(), torch.random.fork_rng(devices=[]):
        out = c.func(*map(of, c.args), **{k: of(v) for k, v in c.kwargs.items()})
    return [t for t in (out if isinstance(out, (tuple, list)) else (out,)) if isinstance(t, torch.Tensor)]


def _powers(base: Any, other: Any) -> Ids | None:
    """Return by which powers of two entries were multiplied, if exactly."""
    if not base.is_floating_point() and not base.is_complex():
        return np.zeros(tuple(base.shape), np.int64) if bool((base == other).all()) else None
    a, b = _numbers(base), _numbers(other)
    zero = (a == 0) & (b == 0)
    with np.errstate(all="ignore"):
        k = np.where(zero, 0, np.round(np.log2(np.where(zero, 1, b / np.where(a == 0, np.nan, a)))))
    if not np.all(np.isfinite(k)) or not np.array_equal(np.ldexp(a, k.astype(int)), b):
        return None
    k = k.astype(np.int64)
    return np.asarray(k.max(-1) if base.is_complex() else k)


def _size(t: Any) -> Any:
    """Return absolute values."""
    return t.detach().abs().double().numpy()


def _numbers(t: Any) -> Any:
    """Return a tensor as doubles; complex ones have their parts on a last axis, but once where it matters."""
    t = torch.view_as_real(t.detach().resolve_conj()) if t.is_complex() else t.detach()
    return t.double().numpy()
