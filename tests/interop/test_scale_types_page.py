"""The table of torch.optim in the documentation, against types and against runs."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from psitheory.conformance import check_optimizer  # noqa: E402
from psitheory.conformance.optimizers.runs.adapt import runs_of  # noqa: E402
from psitheory.conformance.optimizers.runs.network import invariant_network  # noqa: E402
from psitheory.scaletypes.optimizers.types import OptimizerTypes  # noqa: E402
from tests.interop.zoo_of_optimizers import torch_optim  # noqa: E402

PAGE = Path(__file__).parents[2] / "docs" / "scale_types.md"
NETWORK = invariant_network(np.dtype(float), 0).without_free()
ROWS = {
    cells[0]: cells[1:]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if len(cells := [cell.strip() for cell in line.strip("|").split("|")]) == 5 and cells[0] in dir(torch.optim)
}


def number(text):
    return None if text == "none" else float(text)


def test_the_table_has_all_of_torch_optim():
    known = {name for name in dir(torch.optim) if isinstance(getattr(torch.optim, name), type)}
    assert set(ROWS) == known - {"Optimizer"} == set(torch_optim())


@pytest.mark.parametrize("name", ROWS)
def test_types_and_runs_are_as_the_table_says(name):
    p, besides, runs, why = ROWS[name]
    make = torch_optim()[name].make
    types = OptimizerTypes(runs_of(make, name=name).typed(NETWORK).run())
    assert types.exponent == number(p)
    scales = {key: Fraction(value) for key, value in re.findall(r"(\S+) (-?\d+)", besides.replace("−", "-"))}
    named = {key: e for key, e in types.must_scale.items() if " at " not in key}
    rate = named.pop("lr", Fraction(0)) if "lr" not in scales else types.exponent
    assert named == scales
    assert rate == (types.exponent or 0)
    report = check_optimizer(make, name=name, only="the_rate_has_a_scaling_exponent", steps=10)
    assert report.properties["exponent"] == number(runs)
    assert p == runs or why
