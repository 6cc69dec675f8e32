"""With a term of its Hessian left out a jet is none: the law that ties jets to functions says so in A3, A6, C5."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from proofs_check import theorems
from psitheory.arithmetic import Array, dot, norm
from psitheory.checking import RATIONALS, Verdict
from psitheory.geometry import sphere
from psitheory.models.functions.jet import Jet
from psitheory.runner import check_law

LAWS = {theorem.id: law for theorem in theorems() for law in theorem.laws if law.name == "jets_are_jets_of_functions"}


def with_terms(*kept: int) -> Callable[..., Array]:
    """Return the jet's Hessian with some of its terms times 0: S, ⟨p, Px⟩u, ⟨u, x⟩Pp, ⟨p, u⟩Px."""

    def hessian_vector(self: Jet, w: Array, x: Array) -> Array:
        moved = self.layout.map(
            lambda w, u, x: sphere.project(u, x) / norm(w)[..., None], lambda _v, _u, x: x, w, self.at, x
        )

        def on_rows(w: Array, u: Array, x: Array, p: Array, bent: Array) -> Array:
            r, along = norm(w)[..., None], sphere.project(u, x)
            turned = (
                kept[1] * dot(p, along, keepdims=True) * u
                + kept[2] * dot(u, x, keepdims=True) * sphere.project(u, p)
                + kept[3] * dot(p, u, keepdims=True) * along
            )
            return kept[0] * sphere.project(u, bent) / r - turned / (r * r)

        bent = dot(self.curvature, moved)
        return self.layout.map(on_rows, lambda _v, _u, _x, _p, bent: bent, w, self.at, x, self.slope, bent)

    return hessian_vector


def verdict() -> Any:
    """Return what rationals say of the law."""
    law = replace(LAWS["A3"], on=(RATIONALS,), counterfeits=[])
    return next(e.verdict for e in check_law(law, seed=0).evidence if e.kind == RATIONALS)


def test_three_theorems_rest_on_it() -> None:
    assert {LAWS[id].function for id in ("A3", "A6", "C5")} == {LAWS["A3"].function}
    assert all(RATIONALS in (LAWS[id].on or ()) for id in ("A3", "A6", "C5"))


def test_all_terms_together_are_the_hessian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Jet, "hessian_vector", with_terms(1, 1, 1, 1))
    assert verdict() is Verdict.HOLDS


@pytest.mark.parametrize("left_out", range(4))
def test_without_a_term_nothing_holds(left_out: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Jet, "hessian_vector", with_terms(*(int(k != left_out) for k in range(4))))
    assert verdict() is Verdict.REFUTED


def test_without_the_projection_of_the_gradient_nothing_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = Jet.evaluate

    def radial_too(self: Jet, w: Array, batch: Array | None = None) -> Any:
        found = plain(self, w, batch)
        return type(found)(found.loss, found.gradient + dot(self.slope, self.at) * self.at)

    monkeypatch.setattr(Jet, "evaluate", radial_too)
    assert verdict() is Verdict.REFUTED
