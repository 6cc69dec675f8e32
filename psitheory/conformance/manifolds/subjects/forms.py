"""How foreign points and vectors are made of arrays, and how they become flat arrays and back."""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from psitheory.errors import ArgumentTypeError, shown


@dataclass(frozen=True)
class Form:
    """The form of a point or a vector: an array, a tensor, or a sequence of such.

    Attributes
    ----------
    kind : {"array", "tensor", "sequence"}
    shape : tuple of int
        Of an array or a tensor.
    complex : bool
        Whether entries are complex; each then counts as two numbers.
    items : tuple of Form
        Of a sequence.
    make : callable
        Rebuilds a sequence from a list of its items.
    jax : bool
        Whether an array is one of JAX.
    """

    kind: str
    shape: tuple[int, ...] = ()
    complex: bool = False
    items: tuple[Form, ...] = ()
    make: Callable[[list[Any]], Any] = list
    jax: bool = False

    @property
    def size(self) -> int:
        """Return how many real numbers it takes."""
        if self.kind == "sequence":
            return sum(item.size for item in self.items)
        return int(np.prod(self.shape)) * (2 if self.complex else 1)

    @property
    def matrices(self) -> tuple[int, ...]:
        """Return the shape of an array as one of matrices: a vector is a single column."""
        return self.shape if len(self.shape) > 1 else (int(np.prod(self.shape)), 1)

    @property
    def turns(self) -> bool:
        """Tell whether rotations from the right are more than a sign."""
        return self.matrices[-1] > 1 or self.complex

    def leaves(self) -> Iterator[Form]:
        """Yield the arrays that it is made of, in order."""
        if self.kind == "sequence":
            for item in self.items:
                yield from item.leaves()
        else:
            yield self

    def slices(self) -> Iterator[tuple[Form, slice]]:
        """Yield each array with its place in the flat array."""
        start = 0
        for leaf in self.leaves():
            yield leaf, slice(start, start + leaf.size)
            start += leaf.size

    def same_as(self, other: Form) -> bool:
        """Tell whether another object has the same arrays, whatever holds them."""
        ours, theirs = list(self.leaves()), list(other.leaves())
        return [(a.shape, a.complex) for a in ours] == [(b.shape, b.complex) for b in theirs]

    def build(self, flat: np.ndarray, dtype: Any) -> Any:
        """Return the object of this form whose numbers are ``flat``, in the precision ``dtype``."""
        if self.kind == "sequence":
            items, start = [], 0
            for item in self.items:
                items.append(item.build(flat[start : start + item.size], dtype))
                start += item.size
            return self.make(items)
        array = np.array(flat, dtype=dtype)
        if self.complex:
            array = array.view(np.complex64 if array.dtype == np.float32 else np.complex128)
        array = array.reshape(self.shape)
        if self.kind == "array":
            return sys.modules["jax"].numpy.asarray(array) if self.jax else array
        return sys.modules["torch"].from_numpy(array)


def form_of(value: Any) -> Form:
    """Return the form of a point or a vector.

    Raises
    ------
    ArgumentTypeError
        If it is not made of arrays of numbers.
    """
    if is_tensor(value):
        return Form("tensor", tuple(value.shape), value.is_complex())
    items = _items(value)
    if items is not None:
        return Form("sequence", items=tuple(form_of(item) for item in items), make=_maker(value))
    array = _array(value)
    return Form("array", array.shape, array.dtype.kind == "c", jax=is_of_jax(value))


def flat(value: Any, form: Form | None = None) -> np.ndarray:
    """Return the numbers of a point, a vector or a result as one flat array of floats.

    With a ``form`` a real array counts as a complex one where that is due, and the other way round if
    its imaginary part is rounding.
    """
    items = _items(value)
    if items is not None:
        forms = form.items if form is not None and len(form.items) == len(items) else (None,) * len(items)
        return np.concatenate([flat(item, own) for item, own in zip(items, forms, strict=True)])
    array = value.detach().cpu().numpy() if is_tensor(value) else _array(value)
    if form is not None and form.kind != "sequence":
        array = _as_numbers(array, form.complex)
    if array.dtype.kind == "c":
        array = np.ascontiguousarray(array).view(array.real.dtype)
    return np.asarray(array, dtype=float).ravel()


class NotOneNumber(ValueError):
    """Another count of numbers came where one is needed."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size} numbers came where one is needed")
        self.size = size


def number(value: Any) -> complex:
    """Return the one number that ``value`` is.

    Raises
    ------
    NotOneNumber
        If it is not one number.
    """
    array = value.detach().cpu().numpy() if is_tensor(value) else _array(value)
    if array.size != 1:
        raise NotOneNumber(array.size)
    return complex(array.ravel()[0])


def real_number(value: Any) -> float:
    """Return the one real number that ``value`` is, complex only by rounding.

    Raises
    ------
    NotOneNumber
        If it is not one number.
    ValueError
        If it is complex.
    """
    return float(_as_numbers(np.asarray(number(value)), False))


def numbers(value: Any, shape: tuple[int, ...] | None = None) -> str:
    """Return an input as a person reads it."""
    if not isinstance(value, np.ndarray):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    array = value.reshape(shape) if shape else value
    return " ".join(np.array2string(array, precision=6, threshold=40, max_line_width=10**6).split())


def _as_numbers(array: np.ndarray, complex_: bool) -> np.ndarray:
    if complex_:
        return array.astype(np.complex64 if array.dtype == np.float32 else np.complex128, copy=False)
    if array.dtype.kind != "c":
        return array
    if np.max(np.abs(array.imag), initial=0.0) > 1e-5 + 1e-3 * np.max(np.abs(array), initial=0.0):
        raise ValueError("complex numbers came where real ones are needed")
    return array.real


def _items(value: Any) -> list[Any] | None:
    """Return the items of a sequence of arrays, None for an array or a sequence of numbers."""
    if not isinstance(value, (list, tuple)) or all(isinstance(item, (int, float, np.generic)) for item in value):
        return None
    return list(value)


def is_tensor(value: Any) -> bool:
    """Tell whether ``value`` is a PyTorch tensor, without importing PyTorch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def is_of_jax(value: Any) -> bool:
    """Tell whether ``value`` is an array of JAX, without importing JAX."""
    jax = sys.modules.get("jax")
    return jax is not None and isinstance(value, jax.Array)


def in_precision(manifold: Any, dtype: Any) -> Any:
    """Return a PyTorch module with its parameters and buffers in that precision, a copy; anything else as it is.

    A curvature or a scale that is kept in single precision would spoil what is computed in double precision.
    """
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(manifold, torch.nn.Module):
        return manifold
    wanted = torch.float32 if np.dtype(dtype) == np.float32 else torch.float64
    held = [t for t in (*manifold.parameters(), *manifold.buffers()) if t.is_floating_point()]
    return manifold if all(t.dtype == wanted for t in held) else copy.deepcopy(manifold).to(wanted)


@contextmanager
def seeded(rng: np.random.Generator) -> Iterator[None]:
    """Seed the global generators of NumPy and PyTorch inside the block, and restore them after it.

    Foreign code draws from them, ours never does; and it may warn.
    """
    before = np.random.get_state()  # noqa: NPY002
    torch = sys.modules.get("torch")
    torch_before = torch.random.get_rng_state() if torch is not None else None
    seed = int(rng.integers(2**32))
    try:
        np.random.seed(seed)  # noqa: NPY002
        if torch is not None:
            torch.manual_seed(seed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
        if torch is not None:
            torch.random.set_rng_state(torch_before)


def _maker(value: Any) -> Callable[[list[Any]], Any]:
    kind = type(value)
    return (lambda items: kind(*items)) if hasattr(kind, "_fields") else kind


def _array(value: Any) -> np.ndarray:
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):
        array = np.asarray(None)
    if array.dtype.kind not in "fiuc":
        raise ArgumentTypeError(f"{shown(value)} came where an array of numbers, or a sequence of such, is needed")
    return array
