"""JAX losses over pytrees as functions of one flat vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.layout import Layout
from psitheory.symmetry.callables import check_callable
from psitheory.symmetry.function import LossFunction
from psitheory.symmetry.trees import parts_of


def loss_function(f: Callable[[Any], Any], at: Any) -> LossFunction:
    """Return a JAX loss as a :class:`LossFunction`, in float64 if it runs in it.

    Parameters
    ----------
    f : callable
        Maps a pytree of parameters to a scalar.
    at : pytree
        An example; leaves that are no floating-point arrays stay as they are.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        If a parameter is not finite or of size zero, f raises at the example, or what it returns is no scalar.
    """
    check_callable(f, "f", at)
    tree = _Tree(at)
    own = jnp.result_type(*tree.values)
    reason: Exception | None = None
    for dtype in dict.fromkeys((jnp.dtype(jnp.float64), jnp.dtype(own))):
        evaluated = _Evaluated(f, tree, dtype)
        try:
            found = evaluated.dtype_of_loss()
        except ArgumentTypeError:
            raise
        except Exception as error:
            reason = reason or error
            continue
        notes: tuple[str, ...] = ()
        if found != dtype:
            evaluated, notes = _Evaluated(f, tree, found), (f"evaluated in {found.name}: f returns it",)
        return LossFunction(
            str(getattr(f, "__name__", type(f).__name__)),
            tree.layout,
            evaluated.observe,
            evaluated.gradients,
            tree.point,
            np.dtype(np.float64 if evaluated.dtype == jnp.float64 else np.float32),
            notes=notes,
        )
    assert reason is not None
    raise ArgumentError(
        f"f raised {type(reason).__name__} at the example point: {' '.join(str(reason).split())[:300]}"
    ) from reason


class _Tree:
    """A pytree whose floating-point leaves are the parts of a flat vector."""

    def __init__(self, at: Any) -> None:
        paths, self.treedef = jax.tree_util.tree_flatten_with_path(at)
        self.leaves = [leaf for _, leaf in paths]
        self.free = [i for i, leaf in enumerate(self.leaves) if _is_float(leaf)]
        self.values = [self.leaves[i] for i in self.free]
        names = [jax.tree_util.keystr(paths[i][0], simple=True, separator="/") or "w" for i in self.free]
        self.shapes = [tuple(np.shape(x)) for x in self.values]
        self.layout = Layout(*parts_of(dict(zip(names, self.shapes, strict=True))))
        for name, x in zip(names, self.values, strict=True):
            if not np.all(np.isfinite(np.asarray(x, float))):
                raise ArgumentError(f"at[{name!r}] is not finite; finite numbers are needed")
        self.point = np.concatenate([np.asarray(x, float).ravel() for x in self.values])

    def build(self, w: Any) -> Any:
        """Return the pytree with the entries of ``w`` (n,)."""
        leaves, start = list(self.leaves), 0
        for i, shape in zip(self.free, self.shapes, strict=True):
            size = int(np.prod(shape))
            leaves[i] = jnp.reshape(w[start : start + size], shape)
            start += size
        return jax.tree_util.tree_unflatten(self.treedef, leaves)


class _Evaluated:
    """A loss and its gradient, compiled if they can be."""

    def __init__(self, f: Callable[[Any], Any], tree: _Tree, dtype: Any) -> None:
        self.tree, self.dtype = tree, jnp.dtype(dtype)

        def flat(w: Any) -> Any:
            value = f(tree.build(w))
            is_number = isinstance(value, (jax.Array, np.ndarray, np.generic, int, float))
            if not is_number or jnp.ndim(value) or not jnp.issubdtype(jnp.result_type(value), jnp.floating):
                what = f"an array of shape {jnp.shape(value)}" if is_number and jnp.ndim(value) else shown(value)
                raise ArgumentTypeError(f"f returned {what}; a loss must be one real number")
            return value

        self.plain = flat
        self.loss, self.slope = jax.jit(flat), jax.jit(jax.grad(flat))

    def dtype_of_loss(self) -> Any:
        """Return the dtype of the loss at the example; a loss that cannot be compiled runs as it is from then on."""
        with self._precision():
            w = jnp.asarray(self.tree.point, self.dtype)
            try:
                value = self.loss(w)
                self.slope(w)
            except jax.errors.JAXTypeError:  # it branches on values
                self.loss, self.slope = self.plain, jax.grad(self.plain)
                value = self.loss(w)
            return jnp.result_type(value)

    def observe(self, w: np.ndarray) -> dict[str, np.ndarray]:
        """Return the loss at w."""
        with self._precision():
            return {"loss": np.asarray(self.loss(jnp.asarray(w, self.dtype)), dtype=float)}

    def gradients(self, ws: np.ndarray) -> np.ndarray:
        """Return the gradients (K, n)."""
        with self._precision():
            return np.stack([np.asarray(self.slope(jnp.asarray(w, self.dtype)), dtype=float) for w in ws])

    def _precision(self) -> Any:
        return _enable_x64(self.dtype == jnp.float64)


def _enable_x64(on: bool) -> Any:
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(on)
    from jax.experimental import enable_x64  # its name before jax 0.8

    return enable_x64(on)


def _is_float(leaf: Any) -> bool:
    return (hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)) or isinstance(leaf, float)
