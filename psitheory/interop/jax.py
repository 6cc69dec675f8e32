"""JAX losses over pytrees as functions of one flat vector."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from psitheory.errors import ArgumentError, ArgumentTypeError, shown
from psitheory.interop.jax_types import of_leaves, types_of, without_constants
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
        If a parameter is complex, not finite or of size zero, f raises at the example, or what it returns is no scalar.
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
        missing = evaluated.why_no_slope()
        notes = notes if missing is None else (*notes, f"without gradients: {_said(missing)}")
        return _typed(f, tree, evaluated, notes)
    assert reason is not None
    raise ArgumentError(f"at the example point f raised {_said(reason)}") from reason


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _typed(f: Callable[[Any], Any], tree: _Tree, evaluated: _Evaluated, notes: tuple[str, ...]) -> LossFunction:
    """Return a loss with its scale types, and without the small constants that these have seen."""
    flat = of_leaves(f, tree.build)
    types = types_of(flat, lambda: tree.named(evaluated.dtype), evaluated.precision)
    name = str(getattr(f, "__name__", type(f).__name__))
    made = _seen(name, tree, evaluated, notes)
    try:
        constants = types({}).constants
    except Exception as error:  # f branches on values, or calls what cannot be traced
        return replace(made, notes=(*notes, f"no scale types: {type(error).__name__} when f was traced"))

    def clean() -> LossFunction:
        without = without_constants(flat, constants)
        again = _Evaluated(lambda at: without(*tree.free_of(at)), tree, evaluated.dtype)
        return replace(_seen(name, tree, again, notes), types=types)

    made = replace(made, types=types)
    return replace(made, without_eps=clean, eps="its small constants") if constants else made


def _seen(name: str, tree: _Tree, evaluated: _Evaluated, notes: tuple[str, ...]) -> LossFunction:
    dtype = np.dtype(np.float64 if evaluated.dtype == jnp.float64 else np.float32)
    gradients = None if evaluated.why_no_slope() is not None else evaluated.gradients
    return LossFunction(name, tree.layout, evaluated.observe, gradients, tree.point, dtype, notes=notes)


class _Tree:
    """A pytree whose floating-point leaves are the parts of a flat vector."""

    def __init__(self, at: Any) -> None:
        paths, self.treedef = jax.tree_util.tree_flatten_with_path(at)
        self.leaves = [leaf for _, leaf in paths]
        for path, leaf in paths:
            if jnp.iscomplexobj(leaf):
                name = jax.tree_util.keystr(path, simple=True, separator="/") or "w"
                raise ArgumentTypeError(
                    f"at[{name!r}] is complex ({jnp.result_type(leaf)}); real parameters are needed, such as its real "
                    "and imaginary parts"
                )
        self.free = [i for i, leaf in enumerate(self.leaves) if _is_float(leaf)]
        self.values = [self.leaves[i] for i in self.free]
        names = [jax.tree_util.keystr(paths[i][0], simple=True, separator="/") or "w" for i in self.free]
        self.shapes = [tuple(np.shape(x)) for x in self.values]
        self.layout = Layout(*parts_of(dict(zip(names, self.shapes, strict=True))))
        for name, x in zip(names, self.values, strict=True):
            if not np.all(np.isfinite(np.asarray(x, float))):
                raise ArgumentError(f"at[{name!r}] is not finite; finite numbers are needed")
        self.point = np.concatenate([np.asarray(x, float).ravel() for x in self.values])

    def build(self, values: Iterable[Any]) -> Any:
        """Return the pytree with other floating-point leaves."""
        leaves = list(self.leaves)
        for i, value in zip(self.free, values, strict=True):
            leaves[i] = value
        return jax.tree_util.tree_unflatten(self.treedef, leaves)

    def free_of(self, at: Any) -> list[Any]:
        """Return the floating-point leaves of a pytree."""
        leaves = jax.tree_util.tree_leaves(at)
        return [leaves[i] for i in self.free]

    def cut(self, w: Any) -> list[Any]:
        """Return the leaves that ``w`` (n,) is made of."""
        ends = np.cumsum([0, *(int(np.prod(shape)) for shape in self.shapes)]).tolist()
        return [jnp.reshape(w[a:b], s) for a, b, s in zip(ends, ends[1:], self.shapes, strict=False)]

    def named(self, dtype: Any) -> dict[str, Any]:
        """Return the leaves of the example by name."""
        leaves = self.cut(jnp.asarray(self.point, dtype))
        return dict(zip((part.name for part in self.layout.parts), leaves, strict=True))


class _Evaluated:
    """A loss and its gradient, compiled if they can be."""

    def __init__(self, f: Callable[[Any], Any], tree: _Tree, dtype: Any) -> None:
        self.tree, self.dtype = tree, jnp.dtype(dtype)

        def flat(w: Any) -> Any:
            value = f(tree.build(tree.cut(w)))
            is_number = isinstance(value, (jax.Array, np.ndarray, np.generic, int, float))
            if not is_number or jnp.ndim(value) or not jnp.issubdtype(jnp.result_type(value), jnp.floating):
                what = f"an array of shape {jnp.shape(value)}" if is_number and jnp.ndim(value) else shown(value)
                raise ArgumentTypeError(f"f returned {what}; a loss must be one real number")
            return value

        self.plain = flat
        self.loss, self.slope = jax.jit(flat), jax.jit(jax.grad(flat))

    def dtype_of_loss(self) -> Any:
        """Return the dtype of the loss at the example; a loss that cannot be compiled runs as it is from then on."""
        with self.precision():
            w = jnp.asarray(self.tree.point, self.dtype)
            try:
                value = self.loss(w)
            except jax.errors.JAXTypeError:  # it branches on values
                self.loss, self.slope = self.plain, jax.grad(self.plain)
                value = self.loss(w)
            return jnp.result_type(value)

    def why_no_slope(self) -> Exception | None:
        """Return what is raised where the gradient is asked for, as of a while loop; None if there is one."""
        raised: Exception | None = None
        with self.precision():
            for slope in (self.slope, jax.grad(self.plain)):  # which may branch on values backwards alone
                try:
                    slope(jnp.asarray(self.tree.point, self.dtype))
                except Exception as error:  # any of JAX's, or of a rule that somebody wrote
                    raised = raised or error
                    continue
                self.slope = slope
                return None
        return raised

    def observe(self, w: np.ndarray) -> dict[str, np.ndarray]:
        """Return the loss at w."""
        with self.precision():
            return {"loss": np.asarray(self.loss(jnp.asarray(w, self.dtype)), dtype=float)}

    def gradients(self, ws: np.ndarray) -> np.ndarray:
        """Return the gradients (K, n)."""
        with self.precision():
            return np.stack([np.asarray(self.slope(jnp.asarray(w, self.dtype)), dtype=float) for w in ws])

    def precision(self) -> Any:
        """Return a context in which arrays are of the dtype in which f is evaluated."""
        return _enable_x64(self.dtype == jnp.float64)


def _enable_x64(on: bool) -> Any:
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64(on)
    from jax.experimental import enable_x64  # its name before jax 0.8

    return enable_x64(on)


def _is_float(leaf: Any) -> bool:
    return (hasattr(leaf, "dtype") and jnp.issubdtype(leaf.dtype, jnp.floating)) or isinstance(leaf, float)
