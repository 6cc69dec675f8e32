"""Types of many libraries' optimisers, as these ship them, against theory; libraries not installed are left out."""

import warnings
from importlib.util import find_spec

import numpy as np
import pytest

from psitheory.conformance.optimizers.runs.adapt import runs_of
from psitheory.conformance.optimizers.runs.network import invariant_network
from psitheory.scaletypes.optimizers.types import OptimizerTypes
from tests.interop.zoo_of_optimizers import LIBRARIES

NETWORK = invariant_network(np.dtype(float), 0).without_free()


def rows_of(name):
    if find_spec({"torch_optim": "torch"}.get(name, name)) is None:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what libraries warn of when they are imported
        return LIBRARIES[name]()


ROWS = {(library, name): row for library in LIBRARIES for name, row in rows_of(library).items()}


@pytest.mark.filterwarnings("ignore")  # of other libraries
@pytest.mark.parametrize(("library", "name"), ROWS)
def test_types_are_those_of_theory(library, name):
    row = ROWS[library, name]
    rate = 0.01 if library == "optax" and callable(row.make) else None
    found = OptimizerTypes(runs_of(row.make, rate=rate, name=name).typed(NETWORK).run())
    assert found.missing == ()
    assert not found.all_still
    assert (found.exponent, found.finest("full")) == (row.p, row.level)
    assert {key: found.must_scale.get(key, 0) for key in row.scales} == dict(row.scales)
    law = found.hard or found.law("class", "all weights")
    breaks = found.at_fixed_constants(law) if found.hard else law.breaks
    assert not row.cause or any(row.cause in str(b) for b in breaks)
    assert row.p is not None or breaks
