"""Formal vectors: object arrays in which an entry of a block is a vector of any dimension."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np

from psitheory.arithmetic.formal.scalar import Scalar, plain
from psitheory.arithmetic.formal.vector import Operator, Vector, is_formal
from psitheory.arithmetic.objects import ObjectNamespace
from psitheory.errors import NotInArithmetic


class FormalVectors(ObjectNamespace):
    """Numbers, vectors and operators of one :class:`~psitheory.arithmetic.formal.Space`."""

    name = "formal vectors"
    ordered = False

    def __init__(self) -> None:
        super().__init__()
        for name in ("matmul", "matrix_transpose", "prod", "take_along_axis"):
            delattr(self, name)  # NumPy's; the first two are defined below, the others multiply or move entries

    def element(self, value: Any) -> Any:
        """Return ``value`` unchanged if it is an element, an int or a ratio; refuse floats."""
        if not is_formal(value):
            plain(value)
        return value

    def dot(self, x: Any, y: Any, axis: int = -1, keepdims: bool = False) -> Any:
        """Return the sum of the products of entries: inner products of vectors, images under operators."""
        out = self.sum(np.frompyfunc(_product, 2, 1)(x, y), axis=axis, keepdims=keepdims)
        if axis != -1 and any(isinstance(e, (Vector, Operator)) for side in (x, y) for e in np.asarray(side).flat):
            raise NotInArithmetic("vectors are multiplied along another axis than that of their entries")
        self._note_parts(x, y)
        self._note_squares(x, y, out)
        return out

    def _note_parts(self, x: Any, y: Any) -> None:
        """Let the space know of products that leave out entries of a block, or take one twice."""
        left, right = np.broadcast_arrays(np.asarray(x, dtype=object), np.asarray(y, dtype=object))
        for row in zip(*(side.reshape(-1, side.shape[-1]) for side in (left, right)), strict=True):
            vectors = [v for pair in zip(*row, strict=True) if (v := _vector_of(*pair)) is not None]
            taken = Counter(v.sort for v in vectors)
            whole = [(v.space, e, n) for v in vectors for e, n in v.space.parts[v.sort.whole].items()]
            for space in {id(space): space for space, entry, n in whole if taken[entry] != n}.values():
                space.part_of = "an inner product is taken of some entries of a block alone"

    def _note_squares(self, x: Any, y: Any, out: Any) -> None:
        """Let the field know which results are squares of lengths."""
        if np.shape(x) != np.shape(y):
            return
        rows = zip(*(np.reshape(np.asarray(z, dtype=object), (-1, np.shape(z)[-1])) for z in (x, y)), strict=True)
        for (left, right), total in zip(rows, np.asarray(out, dtype=object).flat, strict=True):
            if isinstance(total, Scalar) and all(_one(a, b) for a, b in zip(left, right, strict=True)):
                total.space.field.note_square(total.value)

    def matmul(self, x: Any, y: Any) -> Any:
        """Return the matrix product, in which entries are multiplied as in :meth:`dot`."""
        x, y = np.asarray(x, dtype=object), np.asarray(y, dtype=object)
        columns = y if y.ndim == 1 else np.swapaxes(y, -1, -2)
        if y.ndim == 1:
            return self.dot(x, columns)
        return self.dot(x[..., None, :], columns)

    def matrix_transpose(self, x: Any) -> Any:
        """Return the transpose: each operator turns round with its place."""
        turned = np.frompyfunc(lambda e: e.transposed if isinstance(e, Operator) else e, 1, 1)(x)
        return np.matrix_transpose(turned)

    def zero_rows(self, rows: Any) -> Any:
        """Tell of each row whether its square is zero."""
        squares = np.asarray(self.dot(rows, rows), dtype=object)
        return np.frompyfunc(self.scalar_is_zero, 1, 1)(squares).astype(bool)

    def has_one_entry(self, rows: Any) -> bool:
        """Return False, and note that blocks have two entries or more."""
        for e in np.asarray(rows, dtype=object).flat:
            if is_formal(e):
                e.space.field.conditions.note_size("d_i ≥ 2")
        return False

    def scalar_is_zero(self, x: Any) -> bool:
        """Return whether the element is zero; where that is not decided it is not, and the condition is noted."""
        return bool(x == 0)

    def scalar_sqrt(self, x: Any) -> Any:
        """Return the root that is not negative."""
        if isinstance(x, Scalar):
            return x.space.scalar(x.space.field.sqrt(x.value), "sqrt", x.node)
        from psitheory.arithmetic.rationals import RATIONALS

        root = RATIONALS.scalar_sqrt(x)
        return Fraction(int(root.p), int(root.q))

    def scalar_cos(self, x: Any) -> Any:
        """Return the cosine."""
        return self._of_angle(x, "cos")

    def scalar_sin(self, x: Any) -> Any:
        """Return the sine."""
        return self._of_angle(x, "sin")

    def _of_angle(self, x: Any, name: str) -> Any:
        if not isinstance(x, Scalar):
            if x == 0:
                return int(name == "cos")
            raise NotInArithmetic(f"there is no {name}({x}) in the arithmetic of {self.name}")
        pair = x.space.field.cosine_and_sine(x.value)
        return x.space.scalar(pair[name == "sin"], name, x.node)

    def scalar_atan2(self, y: Any, x: Any) -> Any:
        """Return the angle of (x, y), as a symbol whose cosine and sine are known."""
        if not isinstance(x, Scalar) and not isinstance(y, Scalar):
            raise NotInArithmetic(f"there is no angle of ({x}, {y}) in the arithmetic of {self.name}")
        space = (y if isinstance(y, Scalar) else x).space
        y, x = space.number(y), space.number(x)
        if y.value.top == 0 and x.sign() > 0:
            return space.number(0)
        return space.scalar(space.field.angle(y.value, x.value), "atan2", y.node, x.node)

    def scalar_atan(self, x: Any) -> Any:
        """Return the angle of (1, x)."""
        return self.scalar_atan2(x, 1)

    def scalar_abs(self, x: Any) -> Any:
        """Return the absolute value where the sign is decided."""
        return abs(x)

    def scalar_sign(self, x: Any) -> Any:
        """Return the sign where it is decided."""
        if not isinstance(x, Scalar):
            return (x > 0) - (x < 0)
        return x.space.scalar(x.space.field.constant(x.sign()), "sign", x.node)

    def scalar_greater(self, x: Any, y: Any) -> bool:
        """Return the order where it is decided."""
        return bool(x > y)

    def scalar_less(self, x: Any, y: Any) -> bool:
        """Return the order where it is decided."""
        return bool(x < y)

    def scalar_maximum(self, x: Any, y: Any) -> Any:
        """Return the larger where the order is decided."""
        return x if x > y else y

    def scalar_minimum(self, x: Any, y: Any) -> Any:
        """Return the smaller where the order is decided."""
        return x if x < y else y


def _product(a: Any, b: Any) -> Any:
    if isinstance(a, Operator):
        return a * b
    if isinstance(b, Operator):
        return b.transposed * a
    if isinstance(a, Vector) and isinstance(b, Vector):
        return a.inner(b)
    for vector, other in ((a, b), (b, a)):
        if isinstance(vector, Vector):
            if vector.space.is_zero_number(other):
                return 0
            raise NotInArithmetic("an inner product of a vector with numbers is taken")
    return a * b


def _vector_of(a: Any, b: Any) -> Vector | None:
    """Return the vector of a product that is not zero; None where no entry of a block is looked at."""
    vectors = [e for e in (a, b) if isinstance(e, Vector)]
    zero = any(not isinstance(e, (Vector, Operator)) for e in (a, b)) or any(not v.terms for v in vectors)
    return None if zero or not vectors else vectors[-1]


def _one(a: Any, b: Any) -> bool:
    """Tell whether two entries are one by the way they were computed."""
    if isinstance(a, (Scalar, Vector)) and isinstance(b, (Scalar, Vector)):
        return type(a) is type(b) and a.node == b.node
    return a is b or (isinstance(a, int) and isinstance(b, int) and a == b)


FORMAL = FormalVectors()
"""The namespace of arrays of formal vectors."""
