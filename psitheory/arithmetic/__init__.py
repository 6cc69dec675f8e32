r"""One code, several arithmetics: floats, array-API arrays, rationals, symbols, formal vectors and balls.

Geometry, models and updates are written once against the namespace that :func:`namespace` returns,
which bears the names of the Python array API (``sqrt``, ``where``, ``concat``, …):

==============  ======================================  ===============================================
arithmetic      what an array is                        what an equality means
==============  ======================================  ===============================================
floats          ``numpy.ndarray`` of a float dtype,     equal up to rounding
                or any array-API array
rationals       object array of ``flint.fmpq``          exact
symbols         object array of rational functions      proved for every value of the symbols
formal vectors  object array of vectors and             proved for all vectors of every dimension
                numbers of :mod:`.formal`
balls           object array of ``flint.arb``           the enclosures overlap, or they are disjoint
==============  ======================================  ===============================================

Only ``+ - * /`` and the namespace's functions are used on arrays; a comparison goes through
``xp.greater`` and ``xp.where``, because ``x > 0`` on a ball that straddles zero is a wrong answer.
"""

from psitheory.arithmetic.balls import BALLS, precision
from psitheory.arithmetic.convert import blurred_inputs, convert, to_balls, to_floats, to_rationals, watched, widened
from psitheory.arithmetic.formal import FORMAL
from psitheory.arithmetic.numbers import (
    Array,
    dot,
    has_one_entry,
    namespace,
    norm,
    ordinary_range,
    ordinary_squares,
    rescaled,
    scaled_square,
    sinc,
    squared_norm,
)
from psitheory.arithmetic.positive import PositiveSum, gram_determinant, positive, square, squared_length, tensor_square
from psitheory.arithmetic.rationals import RATIONALS
from psitheory.arithmetic.symbols import SYMBOLS, SymbolTable
from psitheory.arithmetic.tracing import device_of, known_any

__all__ = [
    "BALLS",
    "FORMAL",
    "RATIONALS",
    "SYMBOLS",
    "Array",
    "PositiveSum",
    "SymbolTable",
    "blurred_inputs",
    "convert",
    "device_of",
    "dot",
    "gram_determinant",
    "has_one_entry",
    "known_any",
    "namespace",
    "norm",
    "ordinary_range",
    "ordinary_squares",
    "positive",
    "precision",
    "rescaled",
    "scaled_square",
    "sinc",
    "square",
    "squared_length",
    "squared_norm",
    "tensor_square",
    "to_balls",
    "to_floats",
    "to_rationals",
    "watched",
    "widened",
]
