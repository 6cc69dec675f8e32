r"""The PSI quotient: weights up to positive rescaling of each scale-invariant block.

:math:`a \cdot w = (a_1 w_1, …, a_m w_m, v)` for :math:`a \in \mathbb{R}_+^m`; points are orbits :math:`[w]`,
arrays are representatives, and a tangent vector at :math:`[w]` is its horizontal lift at w: blocks with
:math:`\langle x_i, w_i\rangle = 0`, free part arbitrary.  With :math:`r_i = \|w_i\|`, :math:`u_i = w_i/r_i` and

.. math:: g_w(x, y) = \sum_i \langle x_i, y_i\rangle / r_i^2 + \langle x_v, y_v\rangle

the map :math:`[w] \mapsto (u_1, …, u_m, v)` is an isometry onto a product of unit spheres and
:math:`\mathbb{R}^p`.  Distances, geodesics and transport are taken there and lifted back.

Source: Yi, UAI 2022 (PMLR 180:1128-1137); quotients in general: Absil, Mahony, Sepulchre 2008, §3.4-3.6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from psitheory.arithmetic import Array, dot, has_one_entry, known_any, namespace, norm, rescaled
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.display import as_html
from psitheory.errors import ArgumentError, ArgumentTypeError, Undecided, shown
from psitheory.geometry import ragged, rays, sphere
from psitheory.layout import Layout


@dataclass(frozen=True)
class PSIQuotient:
    """The manifold of weights modulo positive rescaling of each block.

    Parameters
    ----------
    layout : Layout
        Which entries are blocks, and which are free.

    Notes
    -----
    Every method broadcasts over leading axes, checks its points (shape, dtype, finite, no zero block) and
    raises :class:`~psitheory.errors.ArgumentError` naming the block at fault.

    Raises
    ------
    ArgumentTypeError
        If ``layout`` is no Layout.
    """

    layout: Layout

    def __post_init__(self) -> None:
        if not isinstance(self.layout, Layout):
            raise ArgumentTypeError(f"layout is {shown(self.layout)}; a Layout, such as Layout.of([2, 3]), is needed")

    @property
    def dimension(self) -> int:
        r"""Return :math:`\sum_i (d_i - 1) + p`."""
        return self.layout.n - self.layout.m

    def _repr_html_(self) -> str:
        return as_html(self)

    # -- classes --------------------------------------------------------------------------------

    def act(self, a: Array, w: Array) -> Array:
        r"""Return :math:`a \cdot w`; ``a`` is (..., m), positive."""
        return self.layout.scale(self.layout.check_scales(a), self.layout.check(w))

    def canonical(self, w: Array) -> Array:
        r"""Return :math:`(u_1, …, u_m, v)`, the representative with unit blocks."""
        return self.layout.units(self.layout.check(w))

    def align(self, w: Array, z: Array) -> Array:
        r"""Return the representative of :math:`[z]` whose blocks have the norms of those of ``w``.

        Horizontal curves keep every norm, so this is where horizontal geodesics from w meet the orbit of z.
        """
        return self.layout.scale(self.layout.norms(self.layout.check(w)), self.canonical_of(z, "z"))

    def canonical_of(self, w: Array, name: str) -> Array:
        """Return :meth:`canonical`, calling the argument ``name`` in messages."""
        return self.layout.units(self.layout.check(w, name))

    def same_class(self, w: Array, z: Array, *, ulps: int = 16) -> Array:
        r"""Tell whether ``z`` is a rescaling of ``w``: exactly, or in floats to ``ulps`` units in the last place.

        In exact arithmetics the test is that :math:`\langle w_i, w_i\rangle z_i = \langle w_i, z_i\rangle w_i`
        with a positive factor, so that no root is taken.
        """
        w, z = self.layout.check(w), self.layout.check(z, "z")
        xp = namespace(w, z)
        if isinstance(xp, ObjectNamespace):
            same = self._same_class_exactly(w, z)
            if same is None:
                raise Undecided("w and z may or may not be of one class; their enclosures overlap")
            return same
        u, v = self.layout.units(w), self.layout.units(z)
        size = xp.maximum(xp.abs(u), xp.abs(v))
        ones = self.layout.map(
            xp.ones_like, lambda free: free, size
        )  # a unit block's entries are exact to eps, not relatively
        return xp.all(xp.abs(u - v) <= ulps * xp.finfo(u.dtype).eps * ones, axis=-1)

    def _same_class_exactly(self, w: Array, z: Array) -> bool | None:
        xp = namespace(w, z)
        parallel = xp.is_zero(self.layout.map(_cross, lambda v, y: v - y, w, z))
        ahead = xp.greater(self.layout.dots(w, z), xp.zeros(self.layout.m))
        flags = [*np.ravel(parallel), *np.ravel(ahead)]
        if any(flag is not None and not flag for flag in flags):
            return False
        return None if any(flag is None for flag in flags) else True

    # -- tangent vectors ------------------------------------------------------------------------

    def vertical(self, w: Array, z: Array) -> Array:
        r"""Return :math:`(\langle z_i, w_i\rangle w_i / r_i^2)_i` and 0 on the free part."""
        w, z = self.layout.check(w), self._vector(z, "z")
        return self.layout.map(_radial, lambda _, free: namespace(free).zeros_like(free), w, z)

    def horizontal(self, w: Array, z: Array) -> Array:
        r"""Return :math:`z` minus its vertical part."""
        quick = self._quick(w, z)
        if quick is not None:
            squares, dots = quick
            return z - self.layout.on_blocks(dots / squares, w)
        w, z = self.layout.check(w), self._vector(z, "z")
        return self.layout.map(lambda w, z: z - _radial(w, z), lambda _, free: free, w, z)

    project = horizontal

    def lift(self, w: Array, x: Array, to: Array) -> Array:
        r"""Return :math:`a \cdot x` for ``to`` :math:`= a \cdot w`: one tangent vector, lifted elsewhere in the orbit.

        Raises
        ------
        ArgumentError
            If ``to`` is not in the class of ``w`` (free parts included).
        """
        if self._differs(w, to):
            raise ArgumentError(
                "to is not in the class of w; a tangent vector is lifted to a representative of the same class"
            )
        return self._relift(w, self._vector(x, "x"), to)

    def _differs(self, w: Array, to: Array) -> bool:
        """Tell whether ``to`` is certainly not in the class of ``w``."""
        try:
            same = self.same_class(w, to)
            return not same if isinstance(same, bool) else known_any(~same)
        except Undecided:
            return False

    def _relift(self, w: Array, x: Array, to: Array) -> Array:
        return self.layout.scale(self.layout.reduce(_ratio, w, to), x)

    # -- metric ---------------------------------------------------------------------------------

    def inner(self, w: Array, x: Array, y: Array) -> Array:
        r"""Return :math:`g_w(x, y) = \sum_i \langle x_i, y_i\rangle/r_i^2 + \langle x_v, y_v\rangle`."""
        quick = self._quick(w, x, y)
        if quick is not None:
            return np.add.reduce(quick[1] / quick[0], axis=-1)
        w, x, y = self.layout.check(w), self._vector(x, "x"), self._vector(y, "y")
        blocks = namespace(w, x).sum(self.layout.reduce(_inner, w, x, y), axis=-1)
        return blocks + dot(self.layout.free_part(x), self.layout.free_part(y))

    def norm(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\|x\|_g = \sqrt{g_w(x, x)}`."""
        return self._joint(self.block_norms(w, x), self.layout.free_part(self._vector(x, "x")))

    def block_norms(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\|x_i\|_g = \|x_i\|/r_i` for each block, (..., m)."""
        return self.layout.norms(self._vector(x, "x")) / self.layout.norms(self.layout.check(w))

    def dist(self, w: Array, z: Array) -> Array:
        r"""Return :math:`\sqrt{\sum_i \angle(w_i, z_i)^2 + \|v_w - v_z\|^2}`; see :meth:`angles`."""
        angles = self.angles(w, z)
        if not self.layout.p:
            return norm(angles)
        w, z = self.layout.check(w), self.layout.check(z, "z")
        return self._joint(angles, self.layout.free_part(w) - self.layout.free_part(z))

    def angles(self, w: Array, z: Array) -> Array:
        r"""Return :math:`\angle(w_i, z_i)`, (..., m), in [0, π]; infinite where d_i = 1 and the signs differ."""
        w, z = self.layout.check(w), self.layout.check(z, "z")
        if _are_floats(w, z):
            found = ragged.angles(self.layout, w, z) if self._is_ragged(w, z) else None
            return self.layout.reduce(_angle_of_rays, w, z) if found is None else found
        return self.layout.reduce(_angle, self.layout.units(w), self.layout.units(z))

    # -- curves ---------------------------------------------------------------------------------

    def retract(self, w: Array, x: Array) -> Array:
        r"""Return :math:`w + x`, a representative of :math:`R_{[w]}(x) = [w + x]`.

        A retraction of second order.  Each block moves by exactly :math:`\arctan\|x_i\|_g` along its own
        great circle.  ``x`` is horizontal at *this* representative: at :math:`a \cdot w` the same tangent
        vector is :math:`a \cdot x`.
        """
        return self.layout.check(w) + self._vector(x, "x")

    def inverse_retract(self, w: Array, z: Array) -> Array:
        r"""Return x with :math:`R_{[w]}(x) = [z]`: :math:`r_i^2 z_i/\langle w_i, z_i\rangle - w_i`, :math:`v_z - v_w`.

        Raises
        ------
        ArgumentError
            If some block of ``z`` is not in the open hemisphere around that of ``w``: nothing retracts there.
        """
        w, z = self.layout.check(w), self.layout.check(z, "z")
        xp = namespace(w, z)
        cosines = self.layout.reduce(_cosine, w, z)
        if isinstance(xp, ObjectNamespace):
            outside = any(flag is not None and not flag for flag in np.ravel(xp.greater(cosines, 0)))
        else:
            outside = known_any(~(cosines > 0))
        if outside:
            raise ArgumentError(
                "z is outside the open hemisphere around w in some block; a retraction reaches less than a right angle"
            )
        return self.layout.map(_central_projection, lambda v, z: z - v, w, z)

    def exp(self, w: Array, x: Array) -> Array:
        r"""Return :math:`\cos\theta_i\,w_i + \frac{\sin\theta_i}{\theta_i}\,x_i`, θ_i = ‖x_i‖_g; :math:`v + x_v`."""
        w, x = self.layout.check(w), self._vector(x, "x")
        if _are_floats(w, x):
            found = ragged.exp(self.layout, w, x) if self._is_ragged(w, x) else None
            return self.layout.map(rays.exp, lambda v, x: v + x, w, x) if found is None else found
        r, u = self.layout.norms(w), self.layout.units(w)
        out = self.layout.map(sphere.exp, lambda v, x: v + x, u, self.layout.scale(1 / r, x))
        return self.layout.scale(r, out)

    def log(self, w: Array, z: Array) -> Array:
        """Return the horizontal vector at ``w`` whose :meth:`exp` is in the class of ``z``.

        Raises
        ------
        Undefined
            If two blocks are antipodal: no shortest geodesic is the only one.
        """
        w, z = self.layout.check(w), self.layout.check(z, "z")
        if _are_floats(w, z):
            found = ragged.log(self.layout, w, z) if self._is_ragged(w, z) else None
            return self.layout.map(rays.log, lambda v, z: z - v, w, z) if found is None else found
        out = self.layout.map(sphere.log, lambda v, z: z - v, self.layout.units(w), self.layout.units(z))
        return self.layout.scale(self.layout.norms(w), out)

    def transport(self, w: Array, z: Array, x: Array) -> Array:
        """Return the parallel transport of ``x`` at ``w``, lifted at ``z``, along the shortest geodesic."""
        w, z, x = self.layout.check(w), self.layout.check(z, "z"), self._vector(x, "x")
        if _are_floats(w, z, x):
            found = ragged.transport(self.layout, w, z, x) if self._is_ragged(w, z, x) else None
            return self.layout.map(rays.transport, lambda _w, _z, x: x, w, z, x) if found is None else found
        u, v, unit = self.layout.units(w), self.layout.units(z), self.layout.scale(1 / self.layout.norms(w), x)
        out = self.layout.map(sphere.transport, lambda _u, _v, x: x, u, v, unit)
        return self.layout.scale(self.layout.norms(z), out)

    # -- derivatives of a PSI function ----------------------------------------------------------

    def gradient(self, w: Array, gradient: Array) -> Array:
        r"""Return the lift of :math:`\mathrm{grad} f`: :math:`r_i^2 \nabla_i f`, and :math:`\nabla_v f`."""
        w, gradient = self.layout.check(w), self._vector(gradient, "gradient")
        squares = self.layout.ordinary_squares(w) if self._is_ragged(w, gradient) else None
        return self.layout.times_squared_norms(w, gradient, squares=squares)

    def hessian(self, w: Array, gradient: Array, hessian_vector: Array, x: Array) -> Array:
        r"""Return the lift of :math:`\mathrm{Hess} f[x]`: :math:`r_i^2 P_i (\nabla^2 f\,x)_i`, free part unchanged.

        There is no curvature term, because the radial derivative of a PSI function vanishes; the
        projection is needed: :math:`\langle w_i, \nabla_{ii}^2 f\,x_i\rangle = -\langle\nabla_i f, x_i\rangle`.
        ``gradient`` and ``x`` are therefore not used; they are what every manifold is given.
        """
        return self.gradient(w, self.horizontal(w, hessian_vector))

    # -- random points --------------------------------------------------------------------------

    def random_point(self, rng: np.random.Generator, shape: tuple[int, ...] = ()) -> Array:
        """Return standard normal representatives, ``(*shape, n)``: classes uniform on the spheres."""
        return rng.normal(size=(*shape, self.layout.n))

    def random_tangent(self, rng: np.random.Generator, w: Array) -> Array:
        r"""Return horizontal vectors at ``w`` that are standard normal in the metric."""
        z = self.layout.scale(self.layout.norms(self.layout.check(w)), rng.normal(size=np.shape(w)))
        return self.horizontal(w, self.horizontal(w, z))  # a short one is horizontal to rounding only then

    def defect(self, w: Array) -> Array:
        """Return 0: every array without a zero block represents a point."""
        return 0 * namespace(w).sum(self.layout.norms(self.layout.check(w)), axis=-1)

    def _joint(self, of_blocks: Array, of_free: Array) -> Array:
        """Return the Euclidean norm of one number for each block and one for each free entry."""
        if not self.layout.p:
            return norm(of_blocks)
        return norm(namespace(of_blocks, of_free).concat([of_blocks, of_free], axis=-1))

    def _quick(self, w: Array, x: Array, y: Array | None = None) -> tuple[np.ndarray, np.ndarray] | None:
        r"""Return :math:`\|w_i\|^2`, and the inner products of the blocks of x with those of y or w.

        None unless these very numbers show that all arguments are sound: real floats of one shape, no free part.
        """
        other = w if y is None else y
        if (
            self.layout.p
            or not type(w) is type(x) is type(other) is np.ndarray
            or not w.dtype == x.dtype == other.dtype
        ):
            return None
        if not w.shape == x.shape == other.shape:
            return None
        squares = self.layout.ordinary_squares(w)
        if squares is None:
            return None
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            dots = np.asarray(self.layout.dots(x, other))
            known = math.isfinite(np.add.reduce(dots, axis=None))  # 0 · inf is NaN: what is not finite shows
        return (squares, dots) if known else None

    def _is_ragged(self, *arrays: np.ndarray) -> bool:
        """Tell whether blocks are many and unequal, and arrays alike."""
        first = arrays[0]
        return self.layout.is_ragged and all(x.shape == first.shape and x.dtype == first.dtype for x in arrays)

    def _vector(self, z: Array, name: str) -> Array:
        return self.layout.check(z, name, nonzero=False)


def _are_floats(*arrays: Array) -> bool:
    return all(type(x) is np.ndarray and x.dtype.kind == "f" for x in arrays)


def _radial(w: Array, z: Array) -> Array:
    y, _ = rescaled(w)
    return dot(z, y, keepdims=True) / dot(y, y, keepdims=True) * y


def _cosine(w: Array, z: Array) -> Array:
    return dot(rescaled(w)[0], rescaled(z)[0])


def _central_projection(w: Array, z: Array) -> Array:
    """Return r² z/<w, z> - w, with the powers of two of both rows taken out: w = s y, and z counts only as a ray."""
    (y, s), (ray, _) = rescaled(w), rescaled(z)
    x = dot(y, y, keepdims=True) / dot(y, ray, keepdims=True) * ray - y
    return x if isinstance(s, int) else s[..., None] * x


def _ratio(w: Array, to: Array) -> Array:
    """Return a for to = a w: <to, w>/<w, w>, which needs no root and is exact for powers of two."""
    y, s = rescaled(w)
    return dot(to, y) / dot(y, y) / s


def _cross(w: Array, z: Array) -> Array:
    return dot(w, w, keepdims=True) * z - dot(w, z, keepdims=True) * w


def _inner(w: Array, x: Array, y: Array) -> Array:
    """Return <x, y>/r² with the powers of two taken out of w first, so that r² never overflows."""
    base, s = rescaled(w)
    if not isinstance(s, int):
        x, y = x / s[..., None], y / s[..., None]
    return dot(x, y) / dot(base, base)


def _angle(u: Array, v: Array) -> Array:
    return _infinite_across(u, v, sphere.angle_everywhere(u, v))


def _angle_of_rays(w: Array, z: Array) -> Array:
    angles = rays.angle(w, z)
    if not has_one_entry(w):
        return angles
    one = np.ones_like(w)
    return _infinite_across(np.copysign(one, w), np.copysign(one, z), angles)


def _infinite_across(u: Array, v: Array, angles: Array) -> Array:
    """Return the angles, but infinity where unit vectors of one entry have different signs."""
    if not has_one_entry(u):
        return angles
    apart = 1 - (u * v)[..., 0]  # 0 where the signs agree, 2 where they differ
    xp = namespace(u, v)
    return xp.where(xp.greater(apart, xp.ones_like(apart)), xp.ones_like(apart) * float("inf"), xp.zeros_like(apart))
