"""The examples in the docstrings are true."""

import doctest
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import psitheory

# Adapters import other people's libraries, which need not be installed; the plugin belongs to pytest.
MODULES = [
    info.name
    for info in pkgutil.walk_packages(psitheory.__path__, "psitheory.")
    if not info.name.startswith(("psitheory.interop", "psitheory.pytest_plugin"))
    and not {"torch", "jax"} & set(info.name.split("."))
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = import_module(name)
    result = doctest.testmod(module, extraglobs={"np": np})
    assert result.failed == 0
