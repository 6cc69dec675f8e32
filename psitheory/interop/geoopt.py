"""Our manifolds inside Geoopt's optimisers, on PyTorch tensors.

Geoopt's own manifolds need no adapter: :func:`psitheory.conformance.check_manifold` knows their names.
"""

from __future__ import annotations

from typing import Any

import geoopt

from psitheory.geometry import Manifold, Quotient


class FromPsitheory(geoopt.manifolds.base.Manifold):  # type: ignore[misc]
    """One of our manifolds under the names of Geoopt; points are flat tensors (..., n).

    Parameters
    ----------
    manifold : Manifold
        Such as :class:`~psitheory.geometry.PSIQuotient` or :class:`~psitheory.geometry.Sphere`.
    """

    name = "psitheory"
    ndim = 1
    reversible = False

    def __init__(self, manifold: Manifold) -> None:
        super().__init__()
        self.manifold = manifold

    def __repr__(self) -> str:
        return f"FromPsitheory({self.manifold!r})"

    def inner(self, x: Any, u: Any, v: Any = None, *, keepdim: bool = False) -> Any:
        """Return the metric."""
        found = self.manifold.inner(x, u, u if v is None else v)
        return found[..., None] if keepdim else found

    def norm(self, x: Any, u: Any, *, keepdim: bool = False) -> Any:
        """Return the length of a tangent vector."""
        found = self.manifold.norm(x, u)
        return found[..., None] if keepdim else found

    def dist(self, x: Any, y: Any, *, keepdim: bool = False) -> Any:
        """Return the geodesic distance."""
        found = self.manifold.dist(x, y)
        return found[..., None] if keepdim else found

    def projx(self, x: Any) -> Any:
        """Return the point itself, or of a sphere the nearest point."""
        if isinstance(self.manifold, Quotient):
            return x
        return self.manifold.retract(x, 0 * x)

    def proju(self, x: Any, u: Any) -> Any:
        """Return the tangent (horizontal) part of an ambient vector."""
        return self.manifold.project(x, u)

    def egrad2rgrad(self, x: Any, u: Any) -> Any:
        """Return the Riemannian gradient."""
        return self.manifold.gradient(x, u)

    def retr(self, x: Any, u: Any) -> Any:
        """Return the retraction."""
        return self.manifold.retract(x, u)

    def expmap(self, x: Any, u: Any) -> Any:
        """Return the end of the geodesic."""
        return self.manifold.exp(x, u)

    def logmap(self, x: Any, y: Any) -> Any:
        """Return the initial velocity of the shortest geodesic."""
        return self.manifold.log(x, y)

    def transp(self, x: Any, y: Any, v: Any) -> Any:
        """Return the parallel transport."""
        return self.manifold.transport(x, y, v)

    def _check_point_on_manifold(self, x: Any, *, atol: float = 1e-5, rtol: float = 1e-5) -> tuple[bool, str | None]:
        ok = bool((abs(self.manifold.defect(x)) <= atol + rtol).all())
        return ok, None if ok else "the point is not on the manifold"

    def _check_vector_on_tangent(
        self, x: Any, u: Any, *, atol: float = 1e-5, rtol: float = 1e-5
    ) -> tuple[bool, str | None]:
        gap = abs(self.manifold.project(x, u) - u)
        ok = bool((gap <= atol + rtol * abs(u)).all())
        return ok, None if ok else "the vector is not tangent"
