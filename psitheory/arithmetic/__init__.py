r"""One code, several arithmetics: floats, array-API arrays, rationals, symbols and balls.

Geometry, models and updates are written once against the namespace that :func:`namespace` returns,
which bears the names of the Python array API (``sqrt``, ``where``, ``concat``, …):

==============  ======================================  ===============================================
arithmetic      what an array is                        what an equality means
==============  ======================================  ===============================================
floats          ``numpy.ndarray`` of a float dtype,     equal up to rounding
                or any array-API array
rationals       object array of ``flint.fmpq``          exact
symbols         object array of rational functions      proved for every value of the symbols
balls           object array of ``flint.arb``           the enclosures overlap, or they are disjoint
==============  ======================================  ===============================================

Only ``+ - * /`` and the namespace's functions are used on arrays; a comparison goes through
``xp.greater`` and ``xp.where``, because ``x > 0`` on a ball that straddles zero is a wrong answer.
"""

from psitheory.arithmetic.balls import BALLS, precision
from psitheory.arithmetic.convert import convert, to_balls, to_floats, to_rationals, widened
from psitheory.arithmetic.numbers import Array, dot, namespace, norm, rescaled, scaled_square, sinc, squared_norm
from psitheory.arithmetic.rationals import RATIONALS
from psitheory.arithmetic.symbols import SYMBOLS, SymbolTable
from psitheory.arithmetic.tracing import device_of, known_any

__all__ = [
    "BALLS",
    "RATIONALS",
    "SYMBOLS",
    "Array",
    "SymbolTable",
    "convert",
    "device_of",
    "dot",
    "known_any",
    "namespace",
    "norm",
    "precision",
    "rescaled",
    "scaled_square",
    "sinc",
    "squared_norm",
    "to_balls",
    "to_floats",
    "to_rationals",
    "widened",
]
