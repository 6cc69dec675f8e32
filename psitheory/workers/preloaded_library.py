"""The library of theorems, which the server of workers loads before it makes any."""

from contextlib import suppress

from psitheory.errors import PsitheoryError
from psitheory.registry import library

with suppress(PsitheoryError):  # a library that cannot be loaded is told by the process that asks for it
    library()
