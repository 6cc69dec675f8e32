r"""One proof: its names, its symbols, its Gram products :math:`\langle x, A\cdots B y\rangle`, its graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from psitheory.arithmetic.formal.field import FormalField, Sign
from psitheory.arithmetic.formal.graph import Graph
from psitheory.arithmetic.formal.scalar import Scalar, plain
from psitheory.arithmetic.formal.vector import Letter, Operator, Sort, Vector, Word
from psitheory.arithmetic.rational_functions import RationalFunction
from psitheory.errors import ArgumentError, NotInArithmetic

GramKey = tuple[str, tuple[Letter, ...], str]
"""A generator, operators and a generator: ⟨x, A … B y⟩."""


class Space:
    """What generic inputs are made from; each name is given once.

    Parameters
    ----------
    size : int
        How many symbols there may be.
    whole : bool
        See the attribute.

    Attributes
    ----------
    field : FormalField
    whole : bool
        Whether generic blocks have one entry, a vector of any dimension, rather than several that are vectors.
    dimensions : str
        For which dimensions a proof is one, in words, where inputs are not vectors of all.
    part_of : str
        What takes a part of a block for itself, in words; what is shown so is shown for blocks of these sizes alone.
    refused : str
        Why an operation was refused, if one was: a computation that went on all the same proves nothing.
    graph : Graph
    generators : dict of str to Sort
    parts : dict of (layout, part, free) to Counter of Sort
        The spaces whose sum each part of a layout is, by what the first input of that part is made of.
    operators : dict of str to Operator
    fixed : dict of GramKey to element
        Gram products that the inputs fix: squares of unit vectors, products of orthogonal ones.
    units : list of tuple of str
        The components of each unit vector.
    orthogonals : list of (tuple of str, tuple of Vector)
        The components of each vector that is orthogonal to another, and those of the other.
    """

    def __init__(self, size: int = 64, *, whole: bool = False) -> None:
        self.field = FormalField(size)
        self.whole = whole
        self.dimensions = ""
        self.part_of = ""
        self.refused = ""
        self.graph = Graph()
        self.generators: dict[str, Sort] = {}
        self.parts: dict[tuple[str, int, bool], Counter[Sort]] = {}
        self._firsts: dict[tuple[str, int, bool], str] = {}
        self.operators: dict[str, Operator] = {}
        self.fixed: dict[GramKey, RationalFunction] = {}
        self.units: list[tuple[str, ...]] = []
        self.orthogonals: list[tuple[tuple[str, ...], tuple[Vector, ...]]] = []

    # -- inputs ---------------------------------------------------------------------------------

    def real(self, name: str) -> Scalar:
        """Return a real number."""
        return self.scalar(self.field.new("scalar", name), "symbol", name)

    def positive(self, name: str) -> Scalar:
        """Return a positive number."""
        return self.scalar(self.field.new("scalar", name, Sign.POSITIVE), "symbol", name)

    def number(self, value: Any) -> Scalar:
        """Return an integer or a ratio as an element."""
        found = self.lift(value)
        if found is None:
            raise NotInArithmetic(f"{value!r} is no exact number")
        return found

    def vector(self, name: str, sort: Sort) -> Vector:
        """Return a vector of a space, of which nothing else is known.

        Raises
        ------
        ArgumentError
            If there is a vector or an operator of that name.
        """
        if name in self.generators or name in self.operators:
            raise ArgumentError(f"two generic inputs ask for the vector {name!r}; each needs a name of its own")
        self.generators[name] = sort
        if self._firsts.setdefault(sort.whole, name.split("[")[0]) == name.split("[")[0]:
            self.parts.setdefault(sort.whole, Counter())[sort] += 1
        return self.formed(sort, {((), name): self.field.constant(1)}, "vector", name)

    def unit(self, names: Sequence[str], sorts: Sequence[Sort]) -> list[Vector]:
        """Return the components of a unit vector in several spaces: their squares add up to 1."""
        parts = [self.vector(name, sort) for name, sort in zip(names, sorts, strict=True)]
        rest = self.field.constant(1)
        for part in parts[:-1]:
            rest = rest - part.inner(part).value
        self.fix(parts[-1], parts[-1], rest)
        self.field.note_square(rest)
        self.units.append(tuple(names))
        return parts

    def orthogonal(self, names: Sequence[str], sorts: Sequence[Sort], to: Sequence[Vector]) -> list[Vector]:
        """Return the components of a vector whose inner products with those of ``to`` add up to 0, else of any vector.

        Raises
        ------
        ArgumentError
            If no generator stands alone in the last component of ``to``.
        """
        parts = [self.vector(name, sort) for name, sort in zip(names, sorts, strict=True)]
        bare = next((word for word in to[-1].terms if not word[0]), None)
        if bare is None:
            raise ArgumentError(f"{to[-1]} holds no vector by itself, so no inner product with it can be set")
        key, _ = self.key(((), names[-1]), bare)
        rest = self.field.constant(0)
        for name, other in zip(names, to, strict=True):
            for word, c in other.terms.items():
                if (name, word) != (names[-1], bare):
                    rest = rest - c * self.gram(((), name), word)
        factor = to[-1].terms[bare]
        self.field.conditions.differs_from_zero(factor.top)
        self.fixed[key] = rest / factor
        self.orthogonals.append((tuple(names), tuple(to)))
        return parts

    def fix(self, x: Vector, y: Vector, value: Any) -> None:
        """Set the inner product of two generators; whether such vectors exist is seen by realising them.

        Raises
        ------
        ArgumentError
            If one is no generator, or their product is used or set already.
        """
        if len(x.terms) != 1 or len(y.terms) != 1 or x.sort != y.sort:
            raise ArgumentError("two generators of one space are needed, of which no product was taken yet")
        key, _ = self.key(next(iter(x.terms)), next(iter(y.terms)))
        if key in self.fixed or self.field.has("gram", self._text(key)):
            raise ArgumentError(f"{self._text(key)} is used already; a product is set before it is taken")
        self.fixed[key] = (
            value.value
            if isinstance(value, Scalar)
            else (value if isinstance(value, RationalFunction) else self.number(value).value)
        )

    def operator(
        self, name: str, source: Sort, target: Sort, symmetry: Literal["symmetric", "skew"] | None = None
    ) -> Operator:
        """Return a linear map, symmetric or skew only if so declared.

        Raises
        ------
        ArgumentError
            If the name is taken, or a map between two spaces is declared symmetric or skew.
        """
        if name in self.operators or name in self.generators:
            raise ArgumentError(f"two generic inputs ask for the operator {name!r}; each needs a name of its own")
        if symmetry and source != target:
            raise ArgumentError(f"{name} maps {source} to {target}; only a map of a space into itself is {symmetry}")
        self.operators[name] = Operator(self, name, source, target, symmetry)
        return self.operators[name]

    def refuse(self, why: str) -> NotInArithmetic:
        """Return the error for an operation that is no matter of inner products, and remember that it came."""
        self.refused = self.refused or why
        return NotInArithmetic(why)

    # -- elements -------------------------------------------------------------------------------

    def scalar(self, value: RationalFunction, operation: str, *arguments: Any) -> Scalar:
        """Return a number with the node that it was computed by."""
        node = self.graph.number_of((operation, *arguments))
        out = Scalar(self, value, node)
        self.graph.values[node] = out
        return out

    def formed(self, sort: Sort, terms: Mapping[Word, RationalFunction], operation: str, *arguments: Any) -> Vector:
        """Return a vector with the node that it was computed by."""
        node = self.graph.number_of((operation, *arguments))
        out = Vector(self, sort, dict(terms), node)
        self.graph.values[node] = out
        return out

    def lift(self, value: Any) -> Scalar | None:
        """Return a number as an element of this proof, None if it is no number.

        Raises
        ------
        NotInArithmetic
            For floats, and for elements of another proof.
        """
        if isinstance(value, Scalar):
            if value.space is not self:
                raise NotInArithmetic("numbers of two proofs met")
            return value
        ratio = plain(value)
        if ratio is None:
            return None
        return self.scalar(self.field.constant(ratio.numerator, ratio.denominator), "number", str(ratio))

    def is_zero_number(self, value: Any) -> bool:
        """Tell whether ``value`` is a number that is zero for every input."""
        if isinstance(value, Scalar):
            return bool(value.value.top == 0)
        return not isinstance(value, (Vector, Operator)) and plain(value) == 0

    # -- Gram products --------------------------------------------------------------------------

    def gram(self, left: Word, right: Word) -> RationalFunction:
        """Return the inner product of two words, as a number or a symbol."""
        key, sign = self.key(left, right)
        return self._symbol(key) if sign == 1 else self.field.constant(0) if sign == 0 else -self._symbol(key)

    def _symbol(self, key: GramKey) -> RationalFunction:
        if key in self.fixed:
            return self.fixed[key]
        name = self._text(key)
        if self.field.has("gram", name):
            return self.field.old("gram", name)
        return self.field.new("gram", name, Sign.NONNEGATIVE if _is_square(key, self) else Sign.REAL, key)

    def key(self, left: Word, right: Word) -> tuple[GramKey, int]:
        r"""Return the canonical form of :math:`\langle Ax, By\rangle = \langle x, A^\top By\rangle`, and its sign.

        The form and its mirror image :math:`\langle y, B^\top Ax\rangle` are one number; a skew operator changes
        the sign where it is turned round, so that a form that is minus its own mirror image is zero.
        """
        (outer, x), (inner, y) = left, right
        turned, sign = self.turned(outer)
        there: GramKey = (x, turned + inner, y)
        mirrored, other = self.turned(there[1])
        back: GramKey = (y, mirrored, x)
        if there == back and other < 0:
            return there, 0
        return (there, sign) if repr(there) <= repr(back) else (back, sign * other)

    def turned(self, letters: tuple[Letter, ...]) -> tuple[tuple[Letter, ...], int]:
        """Return the transpose of a product of operators, and its sign."""
        out, sign = [], 1
        for name, turned in reversed(letters):
            symmetry = self.operators[name].symmetry
            out.append((name, turned if symmetry else not turned))
            sign = -sign if symmetry == "skew" else sign
        return tuple(out), sign

    def _text(self, key: GramKey) -> str:
        x, letters, y = key
        return f"⟨{x}, {' '.join([*(name + ('ᵀ' if turned else '') for name, turned in letters), y])}⟩"


def _is_square(key: GramKey, space: Space) -> bool:
    """Tell whether ⟨x, W y⟩ is the square of a length: x = y, and W is A'A or nothing."""
    x, letters, y = key
    if x != y or len(letters) % 2:
        return False
    half = len(letters) // 2
    turned, sign = space.turned(letters[half:])
    return turned == letters[:half] and sign > 0
