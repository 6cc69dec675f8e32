r"""Weight normalisation remembers its start: what its gradient flow conserves.

Statement
---------
For the flow of :math:`\tfrac12\|A(gv/\|v\|) - y\|^2` in (g, v), both rates equal, :math:`\|v\|` and the **vector**
:math:`u_\perp\exp(g^2/2\|v\|^2)` are conserved, :math:`u = v/\|v\|` and :math:`u_\perp` its part in :math:`\ker A`.

Assumptions
-----------
:math:`v_0 \ne 0`; both rates are equal.

Source
------
Wu20.

Idea of the proof
-----------------
:math:`\dot v = -\tfrac g{\|v\|}Pz`, :math:`\dot g = -\langle u, z\rangle` with :math:`z = A^\top(\ldots)`, orthogonal
to
:math:`\ker A`.  So :math:`\|v\|` stays, :math:`\dot u_\perp = \tfrac g{\|v\|^2}\langle u, z\rangle u_\perp`, and
:math:`\tfrac d{dt}\tfrac{g^2}{2\|v\|^2} = -\tfrac g{\|v\|^2}\langle u, z\rangle`: they cancel.

What is checked, what is not
----------------------------
The time derivatives of both quantities, for any g, v and any :math:`z \perp \ker A`, that is for every A and y: on
rationals, in balls and on floats, in the form without exp.  Finite steps conserve neither; drawn in a figure.

Tags
----
newer work, weight normalisation, conservation laws
"""

import numpy as np
from hypothesis import strategies as st

from proofs_check.bibliography import WU20
from psitheory.arithmetic import dot, namespace
from psitheory.checking import BALLS, FLOATS, RATIONALS, Exhibit, equal, theorem

I11 = theorem(
    "I11",
    "Weight normalisation remembers its start",
    chapter="newer",
    source=WU20,
    locator="invariants of the flow",
    statement=r"\tfrac d{dt}\|v\| = 0,\qquad \tfrac d{dt}\bigl(u_\perp e^{g^2/2\|v\|^2}\bigr) = 0",
    assumptions=("v_0 ≠ 0", "both rates are equal"),
    doc=__doc__,
)


def whole(size):
    """Draw a vector of whole entries, the last of which is not 0."""
    entries = st.lists(st.integers(-9, 9), min_size=size, max_size=size)
    return entries.map(lambda x: np.array([*x[:-1], x[-1] or 1], dtype=float))


FLOW = {"v": whole(4), "g": st.integers(-9, 9).map(float), "z": whole(2)}
"""A sees the first two of four coordinates: z is the gradient in w, and the others span its kernel."""
AT_ONE = {"v": np.array([1.0, 0.0, 1.0, 0.0]), "g": 1.0, "z": np.array([1.0, 0.0])}


def _velocities(v, g, z):
    """Return r² = ‖v‖² and, times r, the velocities of v and of g: the root of r² is left out."""
    xp = namespace(v)
    z = xp.concat([z, 0 * z], axis=-1)
    square = dot(v, v)
    along = dot(v, z)
    return square, -g * (z - v * (along / square)), -along


@I11.law(**FLOW, on=(RATIONALS, BALLS, FLOATS))
def the_length_is_conserved(v, g, z):
    """The derivative of ‖v‖² is 0."""
    _, of_v, _ = _velocities(v, g, z)
    return equal(dot(v, of_v) + dot(v, v), dot(v, v))


@the_length_is_conserved.counterfeit(instance=AT_ONE)
def the_scale_is_conserved(v, g, z):
    """The derivative of g is 0."""
    _, _, of_g = _velocities(v, g, z)
    return equal(of_g + dot(v, v), dot(v, v))


def _remembered(v, g, z, factor):
    """Claim d/dt(v_⊥ exp(factor g²/2‖v‖²)) = 0: v̇_⊥ + factor (g ġ/‖v‖²)v_⊥ = 0, with the length conserved."""
    square, of_v, of_g = _velocities(v, g, z)
    return equal(-of_v[2:], factor * g * of_g / square * v[2:])


@I11.law(**FLOW, on=(RATIONALS, BALLS, FLOATS))
def what_the_data_do_not_see_is_remembered(v, g, z):
    """u_⊥ exp(g²/2‖v‖²) is conserved, as a vector."""
    return _remembered(v, g, z, 1)


@what_the_data_do_not_see_is_remembered.counterfeit(instance=AT_ONE)
def the_exponent_has_no_half(v, g, z):
    """u_⊥ exp(g²/‖v‖²) is conserved."""
    return _remembered(v, g, z, 2)


@what_the_data_do_not_see_is_remembered.counterfeit(instance=AT_ONE)
def the_part_in_the_kernel_is_conserved(v, g, z):
    """u_⊥ itself is conserved, as for the gradient flow in w."""
    return _remembered(v, g, z, 0)


@I11.exhibit
def what_finite_steps_keep(rng):
    """Show the drift of log(|u_⊥|exp(g²/2‖v‖²)) for gradient descent in (g, v) at three rates."""
    a, y = rng.normal(size=(2, 5)), rng.normal(size=2)
    kernel = np.linalg.svd(a)[2][2:]
    times, curves = np.linspace(0, 4, 41)[1:], {}
    for eta in (0.04, 0.02, 0.01):
        v, g, path = np.array([1.0, 0.5, -0.5, 0.25, 1.0]), 1.0, []
        first = None
        for _ in range(round(4 / eta) + 1):
            r = np.linalg.norm(v)
            value = np.log(np.linalg.norm(kernel @ v) / r) + g * g / (2 * r * r)
            first = value if first is None else first
            path.append(abs(value - first))
            z = a.T @ (a @ (g * v / r) - y)
            g, v = g - eta * (v @ z) / r, v - eta * g / r * (z - v * (v @ z) / r**2)
        curves[f"η = {eta:g}"] = np.interp(times, eta * np.arange(len(path)), path)
    return Exhibit(
        "curves",
        "The flow remembers its start; steps forget it with the rate",
        "Drift of the conserved logarithm under gradient descent in (g, v): halved with η.",
        {"x": times, **curves},
        {"x": "time ηt", "y": "drift", "yscale": "log"},
    )
