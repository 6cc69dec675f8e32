r"""Condition numbers: of inputs to a layer, and of Hessians on the quotient by all of a loss's symmetries."""

from __future__ import annotations

from typing import Any

import numpy as np

from psitheory.arithmetic import BALLS, Array, dot, namespace
from psitheory.arithmetic.spectrum import symmetric_spectrum
from psitheory.errors import ArgumentError, shown
from psitheory.models.interface import Model


def spectrum(matrix: Array) -> Array:
    """Return the eigenvalues of a symmetric matrix, ascending: floats, or enclosures in balls."""
    return symmetric_spectrum(matrix) if namespace(matrix) is BALLS else np.linalg.eigvalsh(matrix)


def gram(columns: Array) -> Array:
    r"""Return :math:`A^\top A` of a matrix A."""
    columns = namespace(columns).matrix_transpose(columns)
    return dot(columns[:, None, :], columns[None, :, :])


def squared_condition(columns: Array) -> Array:
    r"""Return :math:`\kappa(A)^2 = \lambda_{\max}(A^\top A)/\lambda_{\min}(A^\top A)`."""
    values, xp = spectrum(gram(columns)), namespace(columns)
    return xp.max(values) / xp.min(values)


def with_ones(inputs: Array) -> Array:
    """Return [e, H]: the inputs (N, m) of a layer beside the column of ones that its bias sees."""
    xp = namespace(inputs)
    return xp.concat([xp.ones_like(inputs[:, :1]), inputs], axis=-1)


def hessian_matrix(model: Model, w: Array) -> Array:
    """Return the Hessian at ``w`` (n,), (n, n), column by column."""
    n = model.layout.n
    return np.stack([model.hessian_vector(w, direction) for direction in np.eye(n)], axis=-1)


def effective_spectrum(hessian: Array, tangents: Array) -> Array:
    r"""Return the eigenvalues of a Hessian on the quotient by a symmetry: those beside the orbit's tangent space.

    At a critical point the Hessian is zero along orbits.  How many eigenvalues this takes away is the **rank of the
    tangents**, which the algebra gives, and no threshold on eigenvalues: the Hessian is taken on their complement.

    Parameters
    ----------
    hessian : float array, (n, n)
    tangents : float array, (k, n)
        Directions along the orbit, such as :math:`c_k\odot w` for generators c.

    Raises
    ------
    ArgumentError
        If the tangents do not fit the Hessian.
    """
    if tangents.ndim != 2 or tangents.shape[1] != hessian.shape[0]:
        raise ArgumentError(f"tangents is {shown(tangents)}; vectors of {hessian.shape[0]} entries, (k, n), are needed")
    scale = np.linalg.norm(tangents, axis=1, keepdims=True)
    unit = tangents[scale[:, 0] > 0] / scale[scale[:, 0] > 0]
    _, singular, rows = np.linalg.svd(unit)
    rank = int(np.sum(singular > len(hessian) * np.finfo(float).eps * singular[:1].sum()))
    beside = rows[rank:]
    return np.linalg.eigvalsh(beside @ hessian @ beside.T)


def effective_condition(hessian: Array, tangents: Array) -> float:
    r"""Return :math:`\kappa^* = \lambda_{\max}/\lambda_{\min}^+` on the quotient by the symmetry."""
    values: Any = effective_spectrum(hessian, tangents)
    return float(values[-1] / values[0])
