"""The quadratic forms of claim J1, at one point and one vector, in any arithmetic."""

from psitheory.arithmetic import dot, namespace
from psitheory.geometry import PSIQuotient


class Forms:
    r"""The joint form and its Schur complement at w, for the vector :math:`x = a\cdot w + \xi`, ξ horizontal."""

    def __init__(self, model, w, x):
        self.layout, self.psi, self.w = model.layout, PSIQuotient(model.layout), w
        self.gradient = model.evaluate(w).gradient
        self.a = self.layout.dots(w, x) / self.layout.dots(w, w)
        self.x, self.xi = x, self.psi.horizontal(w, x)
        self.df = self.layout.dots(self.gradient, self.xi)
        self.joint = dot(x, model.hessian_vector(w, x))
        bent = self.psi.hessian(w, self.gradient, model.hessian_vector(w, self.xi), self.xi)
        self.hess = self.psi.inner(w, bent, self.xi)

    def total(self, values):
        """Return the sum over the blocks."""
        return namespace(values).sum(values, axis=-1)

    def weighted(self, x, of_blocks, of_free):
        """Return Σ L_i‖x_i‖²/r_i² + L_v‖x_v‖²."""
        free = self.layout.free_part(x)
        blocks = self.layout.dots(x, x) / self.layout.dots(self.w, self.w)
        return self.total(of_blocks * blocks) + of_free * dot(free, free)

    def schur(self, of_blocks, of_free):
        """Return K(ξ)."""
        return self.weighted(self.xi, of_blocks, of_free) - self.hess - self.total(self.df * self.df / of_blocks)
