"""Adapters of frameworks: registered by name, imported when asked for."""

import subprocess
import sys

import pytest

from psitheory.errors import UnknownName
from psitheory.frameworks import adapter, register


def test_an_adapter_is_imported_when_it_is_first_asked_for():
    register("own", rectangle="fractions:Fraction")
    assert adapter("own", "rectangle").__name__ == "Fraction"


def test_what_nobody_registered_is_told_with_what_there_is():
    with pytest.raises(UnknownName, match="no adapter is registered for 'mxnet' as 'optimizer'; there are torch loss"):
        adapter("mxnet", "optimizer")


def test_the_library_registers_its_own_without_loading_a_framework():
    code = "import psitheory, sys; from psitheory.frameworks import _ADAPTERS; print(len(_ADAPTERS), *sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert int(out[0]) >= 5
    assert "torch" not in out
